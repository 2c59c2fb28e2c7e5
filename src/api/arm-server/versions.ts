/**
 * Which development kit's applications run on which product, and what they see of resources that their kit or that
 * product does not know (section 2.5.1), with the libraries of sections 2.3 and 2.4.
 *
 * A kit is what an application was compiled and linked with; a runtime is the product installed on the server. 5.1 is a
 * kit only: it came with product 6.0 as of its update of 2002/03.
 */
import type { ResourceType } from '../../model/definition.js';
import type { PRODUCT_VERSIONS } from '../../model/versions.js';
import { KITS, type Kit } from '../facade/kits.js';
import type { ResourceTypeName3, ResourceTypeName4 } from './constants.js';

export type ProductVersion = (typeof PRODUCT_VERSIONS)[number];

/** What is installed on a server. */
export interface Runtime {
  readonly product: ProductVersion;
  /** 64 only for product 7.0. */
  readonly bits: 32 | 64;
  /** True when the cluster is run the Ver3.0 compatible way (2.2); says nothing for product 3.0. */
  readonly ver3: boolean;
  /**
   * The update that was installed last, `YYYY/MM` as in `1999/06`; the last one there was, if left out. What the
   * document calls RUR.
   */
  readonly update?: string;
}

/** The kits that came with each product. 4.2 brought no kit of its own, 5.1 came with an update of 6.0. */
export const kitsOf = {
  '3.0': ['3.0'],
  '4.0': ['3.0', '4.0'],
  '4.1': ['3.0', '4.1'],
  '4.2': ['3.0', '4.1'],
  '5.0': ['3.0', '5.0'],
  '6.0': ['3.0', '5.0', '5.1'],
  '7.0': ['3.0', '7.0 32bit', '7.0 64bit'],
} as const satisfies Readonly<Record<ProductVersion, readonly Kit[]>>;

/** The update of product 6.0 that brought the kit 5.1 (note 2 of the matrix). */
export const KIT_51_UPDATE = '2002/03';

interface Library {
  readonly dll: string;
  /** Linked against, it has the system load the DLL when the application starts; without the DLL there is no start. */
  readonly importLibrary: string;
  /** Looks for the DLL in ArmInitializeApi, which answers CANNOT_LOAD_DLL without it. There is none for 64 bits. */
  readonly staticLibrary?: string;
}

const library3: Library = { dll: 'armapi.dll', importLibrary: 'armapi.lib', staticLibrary: 'armapist.lib' };
const library4: Library = { dll: 'armapi4.dll', importLibrary: 'armapi4.lib', staticLibrary: 'armapi4s.lib' };
const library64: Library = { dll: 'armapi64.dll', importLibrary: 'armapi64.lib' };

/** The libraries of each kit (sections 2.3 and 2.4). */
export const libraryOf: Readonly<Record<Kit, Library>> = {
  '3.0': library3,
  '4.0': library4,
  '4.1': library4,
  '5.0': library4,
  '5.1': library4,
  '7.0 32bit': library4,
  '7.0 64bit': library64,
};

// ---------------------------------------------------------------- the matrix of kits and runtimes

/** yes: a circle; no: a cross; or since which update of the runtime there is a circle (note 1). */
type Cell = 'yes' | 'no' | { readonly since: string };

const since: Cell = { since: '1999/06' };

/** The rows of the matrix, each in the order of `KITS`; `3.0 compatible` rows differ in the first column alone. */
const rows: Readonly<Record<ProductVersion | '7.0 64bit', readonly Cell[]>> = {
  '3.0': ['yes', 'no', 'no', 'no', 'no', 'no', 'no'],
  '4.0': ['no', 'yes', since, since, since, since, 'no'],
  '4.1': ['no', 'yes', 'yes', 'yes', 'yes', 'yes', 'no'],
  '4.2': ['no', 'yes', 'yes', 'yes', 'yes', 'yes', 'no'],
  '5.0': ['no', 'yes', 'yes', 'yes', 'yes', 'yes', 'no'],
  '6.0': ['no', 'yes', 'yes', 'yes', 'yes', 'yes', 'no'],
  '7.0': ['no', 'yes', 'yes', 'yes', 'yes', 'yes', 'no'],
  '7.0 64bit': ['no', 'yes', 'yes', 'yes', 'yes', 'yes', 'yes'],
};

/** The cell of the matrix: may an application of this kit run there? */
function runs(kit: Kit, runtime: Runtime): boolean {
  if (kit === '3.0' && runtime.ver3) return true;
  const row = rows[runtime.product === '7.0' && runtime.bits === 64 ? '7.0 64bit' : runtime.product];
  const cell = row[KITS.indexOf(kit)];
  if (typeof cell === 'string') return cell === 'yes';
  return runtime.update === undefined || runtime.update >= cell.since;
}

/**
 * What becomes of an application of that kit on that runtime:
 *
 * - `works`: the matrix has a circle.
 * - `no-dll`: the kit's DLL is not part of that product. ArmInitializeApi answers CANNOT_LOAD_DLL where the application
 *   was linked statically (2.4).
 * - `version-mismatch`: the DLL is there and is not the right one: VERSION_MISMATCH (3.1.1.1). Of the crosses and notes
 *   only product 4.0 before its update of 1999/06 is such a case.
 * - `not-guaranteed`: a Ver3.0 application on a later product that is not run the Ver3.0 compatible way (chapter 4).
 */
export type Loading = 'works' | 'no-dll' | 'version-mismatch' | 'not-guaranteed';

export function loading(kit: Kit, runtime: Runtime): Loading {
  if (runs(kit, runtime)) return 'works';
  if (kit === '3.0') return 'not-guaranteed';
  if (runtime.product === '3.0' || kit === '7.0 64bit') return 'no-dll';
  return 'version-mismatch';
}

/**
 * ARMAPI_VERSION as the header of each kit defines it, for ArmInitializeApi's dwVersion (3.1.1.1). The document names it
 * and prints no value; these are ours: the major version in the high word, the minor one in the low. Ver3.0 has none.
 */
export const ARMAPI_VERSION: Readonly<Record<Exclude<Kit, '3.0'>, number>> = {
  '4.0': 0x00040000,
  '4.1': 0x00040001,
  '5.0': 0x00050000,
  '5.1': 0x00050001,
  '7.0 32bit': 0x00070000,
  '7.0 64bit': 0x00070000,
};

// ---------------------------------------------------------------- resources that not all know

/** The three resource types that not every kit and product knows, with those that do. */
export const knownBy = {
  ndr: { products: ['4.1', '4.2', '5.0', '6.0', '7.0'], kits: ['4.1', '5.0', '5.1', '7.0 32bit', '7.0 64bit'] },
  vxdisk: { products: ['6.0', '7.0'], kits: ['5.1', '7.0 32bit', '7.0 64bit'] },
  hf: { products: ['5.0', '6.0'], kits: ['5.0', '5.1'] },
} as const satisfies Partial<
  Readonly<Record<ResourceType, { readonly products: readonly ProductVersion[]; readonly kits: readonly Kit[] }>>
>;

type Disputed = keyof typeof knownBy;

/** What an application sees a resource as that only the product knows, not its kit. */
const degraded: Readonly<Record<Disputed, ResourceType | undefined>> = {
  ndr: 'swdisk',
  vxdisk: 'swdisk',
  hf: undefined,
};

function isDisputed(type: ResourceType): type is Disputed {
  return Object.hasOwn(knownBy, type);
}

/** The constant of Ver4.x for each resource type that has one (3.1.2.8). */
export const resourceTypeName4: Readonly<Partial<Record<ResourceType, ResourceTypeName4>>> = {
  swdisk: 'ARM_RESTYPE_SWDISK',
  vip: 'ARM_RESTYPE_VIP',
  vcom: 'ARM_RESTYPE_VCOM',
  printer: 'ARM_RESTYPE_PRINTER',
  lsw: 'ARM_RESTYPE_LSW',
  ndr: 'ARM_RESTYPE_NDR',
  hf: 'ARM_RESTYPE_HF',
  vxdisk: 'ARM_RESTYPE_VXDISK',
};

/** The constant of Ver3.0 (4.1.2.6); ArmEnumResource and ArmGetResourceInfo say ARM_RESTYPE_DISK for a switched disk. */
export const resourceTypeName3: Readonly<Partial<Record<ResourceType, ResourceTypeName3>>> = {
  script: 'ARM_RESTYPE_SCRIPT',
  vip: 'ARM_RESTYPE_VLAN',
  printer: 'ARM_RESTYPE_PRINTER',
  lsw: 'ARM_RESTYPE_LSW',
  swdisk: 'ARM_RESTYPE_SWDISK',
  shdisk: 'ARM_RESTYPE_SHDISK',
  npdisk: 'ARM_RESTYPE_NPDISK',
};

/**
 * As what an application of that kit sees a resource of that type on that product: as itself, as a switched disk of the
 * time before it (mirror disks and disk groups, for a kit that does not know them), or not at all (undefined) where the
 * product does not know it, or the API of the kit has no name for it.
 */
export function seenAs(kit: Kit, product: ProductVersion, type: ResourceType): ResourceType | undefined {
  const seen = isDisputed(type) ? judge(kit, product, type) : type;
  const names = kit === '3.0' ? resourceTypeName3 : resourceTypeName4;
  return seen !== undefined && names[seen] !== undefined ? seen : undefined;
}

function judge(kit: Kit, product: ProductVersion, type: Disputed): ResourceType | undefined {
  const known: { readonly products: readonly string[]; readonly kits: readonly string[] } = knownBy[type];
  if (!known.products.includes(product)) return undefined;
  return known.kits.includes(kit) ? type : degraded[type];
}
