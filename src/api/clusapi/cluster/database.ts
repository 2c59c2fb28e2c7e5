/**
 * The registry of the cluster (MS-CMRP, section 3.1.1.4): keys with values below one root.
 *
 * What clients write is kept; names of nodes, groups and so on are written anew before each look, so that they are those
 * of now. It is the API's own: the registry that applications synchronise over the ARM API is another one.
 */
import { LocalRegistry, type RegistryEntry } from '../../../model/registry.js';
import { Status } from '../codes.js';
import { units } from '../properties.js';
import type { House } from './house.js';
import { guidOf } from './things.js';

const ROOT = 'HKEY_LOCAL_MACHINE\\Cluster';
const REG_SZ = 1;
const ACCESS_DENIED = 5;

const FAILURES: Readonly<Record<string, number>> = {
  NOT_FOUND: Status.FILE_NOT_FOUND,
  HAS_SUBKEYS: ACCESS_DENIED,
  EXISTS: Status.ALREADY_EXISTS,
  BAD_KEY: Status.INVALID_PARAMETER,
};

export interface Value {
  readonly name: string;
  readonly type: number;
  readonly data: Uint8Array;
}

/** Paths are those below the root, with backslashes; the root's is empty. */
export class Database {
  private readonly registry = new LocalRegistry();
  private written = new Set<string>();

  constructor(private readonly house: House) {
    this.registry.edit({ change: 'createKey', key: ROOT });
  }

  has(path: string): boolean {
    this.refresh();
    return this.registry.key(full(path)) !== undefined;
  }

  keys(path: string): readonly string[] {
    this.refresh();
    return this.registry.keys(full(path));
  }

  values(path: string): readonly Value[] {
    this.refresh();
    return (this.registry.key(full(path))?.values ?? []).map(valueOf);
  }

  value(path: string, name: string): Value | undefined {
    return this.values(path).find((each) => each.name.toLowerCase() === name.toLowerCase());
  }

  createKey(path: string): number {
    return this.edit({ change: 'createKey', key: full(path) });
  }

  deleteKey(path: string): number {
    return this.edit({ change: 'deleteKey', key: full(path) });
  }

  setValue(path: string, { name, type, data }: Value): number {
    return this.edit({ change: 'setValue', key: full(path), name, type, hex: Buffer.from(data).toString('hex') });
  }

  deleteValue(path: string, name: string): number {
    return this.edit({ change: 'deleteValue', key: full(path), name });
  }

  private edit(edit: Parameters<LocalRegistry['edit']>[0]): number {
    const refusal = this.registry.edit(edit);
    if (refusal) return FAILURES[refusal.code] ?? Status.INVALID_PARAMETER;
    this.house.tell({ what: 'registry', of: 'key', name: edit.key.slice(ROOT.length + 1) });
    return Status.SUCCESS;
  }

  /** The keys that tell of the cluster's things as they are now. */
  private refresh(): void {
    const { house } = this;
    const now = new Map<string, Readonly<Record<string, string>>>();
    now.set('', { ClusterInstanceID: guidOf(house.definition.name, 'cluster'), ClusterName: house.name });
    for (const node of house.nodes) if (!node.deleted) now.set(`Nodes\\${node.number}`, { NodeName: node.name });
    for (const { id, name } of house.allGroups) now.set(`Groups\\${id}`, { Name: name });
    for (const { id, name, type } of house.allResources) now.set(`Resources\\${id}`, { Name: name, Type: type });
    for (const { id, name } of house.networks) now.set(`Networks\\${id}`, { Name: name });
    for (const path of this.written) if (!now.has(path)) this.registry.edit({ change: 'deleteKey', key: full(path) });
    this.written = new Set(now.keys());
    for (const [path, values] of now) {
      this.registry.edit({ change: 'createKey', key: full(path) });
      for (const [name, value] of Object.entries(values)) {
        const hex = Buffer.from(units(value)).toString('hex');
        this.registry.edit({ change: 'setValue', key: full(path), name, type: REG_SZ, hex });
      }
    }
  }
}

function full(path: string): string {
  return path === '' ? ROOT : `${ROOT}\\${path}`;
}

function valueOf({ name, type, hex }: RegistryEntry): Value {
  return { name, type, data: Uint8Array.from(Buffer.from(hex, 'hex')) };
}
