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
import { type SeenResource, seenResources } from '../lookup.js';
import { parametersOf } from '../parameters.js';
import { structures4 } from '../structures.js';
import { resourceTypeName4 } from '../versions.js';

type Call4 = Call<ErrorName4>;
type ResourceProc = Proc<[resource: string, type: number, group: string, lParam: number]>;
type Parameter4 = ValueOf<typeof structures4.ARM_RESOURCE_INFO.layout>['Parameter'];

const { layout: resourceInfo } = structures4.ARM_RESOURCE_INFO;
const { layout: resourceStatus } = structures4.ARM_RESOURCE_STATUS;

/** All resources that the application sees, in the order of the definition. */
function seen({ cluster, process, service }: Call4): SeenResource[] {
  return seenResources(cluster, service, process.build.kit, (as) => {
    const name = resourceTypeName4[as];
    return name && constants4[name];
  });
}

function resourceOf(call: Call4, name: string): SeenResource {
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

/** What a type's own structure tells. */
function parameterOf(as: ResourceType, resource: ResourceDefinition): Parameter4 {
  const { address, computerName, printer, line, drives, drive } = parametersOf(resource);
  switch (as) {
    case 'vip':
      return { VIP: { dwAddress: address } };
    case 'hf':
      return { HF: { dwIPAddress: address, dwReserved1: 0, dwReserved2: 0 } };
    case 'vcom':
      return { VCom: { szCompName: computerName } };
    case 'printer':
      return {
        Printer: {
          szPrinterName: printer.name,
          szPortName: printer.port,
          szShareName: printer.share,
          szSpoolDirectory: printer.spool,
        },
      };
    case 'lsw':
      return {
        LSW: { szDeviceName: line.device, szPortName: line.port, dwUnitNo: line.unit, dwLineNo: line.line },
      };
    case 'ndr':
      return { NDR: { szName: resource.name, bDrive: marksOf(drives) } };
    case 'vxdisk':
      return { VXDisk: { szName: resource.name, bDrive: marksOf(drives) } };
    default:
      return { Disk: { szLetter: drive } };
  }
}

/** 1 for each drive that belongs to it, from A on. */
function marksOf(drives: readonly string[]): number[] {
  const marks = Array.from({ length: constants4.MAX_DRV_NUM }, () => 0);
  for (const drive of drives) marks[drive.charCodeAt(0) - 'A'.charCodeAt(0)] = 1;
  return marks;
}
