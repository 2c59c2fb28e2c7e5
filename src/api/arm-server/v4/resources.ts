/**
 * Resources: their names (3.1.2.8), how they are defined (3.1.2.10), and their states (3.1.3.3), as far as the
 * application's kit and the product know their types (2.5.1): the others are not there, or look like switched disks.
 */
import type { ResourceDefinition, ResourceType } from '../../../model/definition.js';
import type { Call, Deed } from '../../facade/call.js';
import { enumerate } from '../../facade/enumerate.js';
import { mustHold, putStructure } from '../../facade/memory.js';
import type { Proc } from '../../facade/typed.js';
import type { ValueOf } from '../../layout/types.js';
import { constants4, type ErrorName4, tables4 } from '../constants.js';
import { productOf } from '../installed.js';
import { structures4 } from '../structures.js';
import { resourceTypeName4, seenAs } from '../versions.js';

type Call4 = Call<ErrorName4>;
type ResourceProc = Proc<[resource: string, type: number, group: string, lParam: number]>;
type Parameter4 = ValueOf<typeof structures4.ARM_RESOURCE_INFO.layout>['Parameter'];

const { layout: resourceInfo } = structures4.ARM_RESOURCE_INFO;
const { layout: resourceStatus } = structures4.ARM_RESOURCE_STATUS;

/** A resource as the application sees it. */
interface Seen {
  readonly resource: ResourceDefinition;
  readonly as: ResourceType;
  readonly type: number;
  /** Positions of its group, and of itself in it. */
  readonly group: number;
  readonly index: number;
}

/** All resources that the application sees, in the order of the definition. */
function seen({ cluster, process, service }: Call4): Seen[] {
  const product = productOf(service);
  return cluster.groups.flatMap(({ resources }, group) =>
    resources.flatMap((resource, index) => {
      const as = seenAs(process.build.kit, product, resource.type);
      const name = as && resourceTypeName4[as];
      return as === undefined || name === undefined ? [] : [{ resource, as, type: constants4[name], group, index }];
    }),
  );
}

function resourceOf(call: Call4, name: string): Seen {
  const found = seen(call).find(({ resource }) => resource.name === name);
  if (!found)
    call.fail('ARMERR_RESOURCE_NOT_FOUND', `${call.cluster.name} has no resource ${JSON.stringify(name)} to be seen`);
  return found;
}

/** All the types that there are in one number; ARM_RESTYPE_ALL has all bits. */
const known = Object.entries(tables4.resourceTypes.constants).reduce(
  (bits, [name, { value }]) => (name === 'ARM_RESTYPE_ALL' ? bits : bits | value),
  0,
);

export const resources: Readonly<
  Record<'ArmEnumResource' | 'ArmGetResourceInfo' | 'ArmGetResourceStatus', Deed<ErrorName4>>
> = {
  ArmEnumResource: {
    nullable: ['lpszGroupName'],
    check(call: Call4, _group: string, type: number) {
      const types = type >>> 0;
      if (types === 0 || (types !== constants4.ARM_RESTYPE_ALL && (types & ~known) !== 0))
        call.fail('ARMERR_INVALID_PARAMETER', `dwResourceType 0x${types.toString(16)} names no resource type`);
    },
    does(call: Call4, group: string | null | undefined, types: number, proc: ResourceProc, lParam: number) {
      const { name: cluster, groups } = call.cluster;
      const items = seen(call)
        .filter((one) => (one.type & types) !== 0 && (!group || groups[one.group].name === group))
        .map((one) => [one.resource.name, one.type, groups[one.group].name, lParam] as const);
      if (items.length === 0)
        call.fail('ARMERR_RESOURCE_NOT_FOUND', `${group ? group : cluster} has no such resource to be seen`);
      return enumerate(call, 'ARMERR_CANCELLED', items, proc);
    },
  },
  ArmGetResourceInfo: {
    check(call: Call4, _name: string, buffer: Uint8Array) {
      mustHold(call, 'ARMERR_INVALID_PARAMETER', resourceInfo, buffer);
    },
    does(call: Call4, name: string, buffer: Uint8Array) {
      const { resource, as, type, group } = resourceOf(call, name);
      const szGroupName = call.cluster.groups[group].name;
      const info = { dwType: type, szGroupName, Parameter: parameterOf(as, resource) };
      putStructure(call.process, resourceInfo, buffer, info);
    },
  },
  ArmGetResourceStatus: {
    check(call: Call4, _name: string, buffer: Uint8Array) {
      mustHold(call, 'ARMERR_INVALID_PARAMETER', resourceStatus, buffer);
    },
    does(call: Call4, name: string, buffer: Uint8Array) {
      const { group, index } = resourceOf(call, name);
      const { state, server } = call.look().resources[group][index];
      const szCurrentServer = server < 0 ? '' : call.cluster.servers[server].name;
      const status = { dwStatus: constants4[`ARM_RESOURCE_STATUS_${state}`], szCurrentServer };
      putStructure(call.process, resourceStatus, buffer, status);
    },
  },
};

// ---------------------------------------------------------------- parameters

/** The keys of `ResourceInput` that only some types have, once they have been checked. */
interface Parameters {
  readonly drive?: string;
  readonly drives?: readonly string[];
  readonly address?: string;
  readonly computerName?: string;
  readonly printer?: {
    readonly name?: string;
    readonly port?: string;
    readonly share?: string;
    readonly spool?: string;
  };
  readonly line?: { readonly device?: string; readonly port?: string; readonly unit?: number; readonly line?: number };
}

/**
 * What a type's own structure tells. Where the definition says nothing (all *ours*): a drive, an address and a computer
 * name are empty; printers, line switches and disk groups bear the name of the resource; a printer hangs on LPT1:, a line
 * switch on COM1 as unit 0, line 1.
 */
function parameterOf(as: ResourceType, { name, parameters }: ResourceDefinition): Parameter4 {
  const own = parameters as Parameters;
  switch (as) {
    case 'vip':
      return { VIP: { dwAddress: addressOf(own.address) } };
    case 'hf':
      return { HF: { dwIPAddress: addressOf(own.address), dwReserved1: 0, dwReserved2: 0 } };
    case 'vcom':
      return { VCom: { szCompName: own.computerName ?? '' } };
    case 'printer':
      return { Printer: printerOf(name, own.printer) };
    case 'lsw':
      return { LSW: lineSwitchOf(name, own.line) };
    case 'ndr':
      return { NDR: { szName: name, bDrive: drivesOf(own.drives) } };
    case 'vxdisk':
      return { VXDisk: { szName: name, bDrive: drivesOf(own.drives) } };
    default:
      // A mirror disk or disk group that is seen as a switched disk is known by its first drive.
      return { Disk: { szLetter: own.drive ?? own.drives?.[0] ?? '' } };
  }
}

function printerOf(resource: string, { name, port, share, spool }: NonNullable<Parameters['printer']> = {}) {
  return {
    szPrinterName: name ?? resource,
    szPortName: port ?? 'LPT1:',
    szShareName: share ?? '',
    szSpoolDirectory: spool ?? '',
  };
}

function lineSwitchOf(resource: string, { device, port, unit, line }: NonNullable<Parameters['line']> = {}) {
  return {
    szDeviceName: device ?? resource,
    szPortName: port ?? 'COM1',
    dwUnitNo: unit ?? 0,
    dwLineNo: line ?? 1,
  };
}

/** In network byte order: the first of the four numbers comes first in memory, which is the lowest byte here. */
function addressOf(quad = '0.0.0.0'): number {
  const [a, b, c, d] = quad.split('.').map(Number);
  return (a | (b << 8) | (c << 16) | (d << 24)) >>> 0;
}

/** 1 for each drive that belongs to it, from A on. */
function drivesOf(drives: readonly string[] = []): number[] {
  const marks = Array.from({ length: constants4.MAX_DRV_NUM }, () => 0);
  for (const drive of drives) marks[drive.charCodeAt(0) - 'A'.charCodeAt(0)] = 1;
  return marks;
}
