/**
 * Resources: their names (4.1.2.5, 4.1.2.6), how they are defined (4.1.2.8, 4.1.2.9), and who owns them (4.1.3.9).
 *
 * The first of each pair of functions speaks as Ver2.x did: a switched disk is a DISK there, and ArmEnumResource names no
 * SHDISK or NPDISK. What Ver3.0 has no name for (VCOM, HF) is not there; mirror disks and disk groups are switched disks.
 */
import type { Call, Deed, Ref } from '../../facade/call.js';
import { enumerate } from '../../facade/enumerate.js';
import { mustHold, putStructure } from '../../facade/memory.js';
import type { Proc } from '../../facade/typed.js';
import { constants3, type ErrorName3 } from '../constants.js';
import { type SeenResource, seenResources } from '../lookup.js';
import { structures3 } from '../structures.js';
import { resourceTypeName3 } from '../versions.js';
import { definitionOf, nameAt } from './definition.js';
import { parameterOf } from './parameters.js';

type Call3 = Call<ErrorName3>;
type ResourceProc = Proc<[resource: string, type: number, lParam: number]>;

/** As Ver2.x speaks of switched disks, or as Ver3.0 does. */
type Speech = 'Ver2.x' | 'Ver3.0';

const { layout: resourceInfo } = structures3.ARM_RESOURCE_INFO;

/** The types that can be asked for (4.1.2.5, 4.1.2.6): one of them, no combination. */
const common = ['ALL', 'SCRIPT', 'VLAN', 'PRINTER', 'LSW'] as const;
const askable: Readonly<Record<Speech, readonly number[]>> = {
  'Ver2.x': [...common, 'DISK' as const].map((type) => constants3[`ARM_RESTYPE_${type}`]),
  'Ver3.0': [...common, 'SWDISK' as const, 'SHDISK' as const, 'NPDISK' as const].map(
    (type) => constants3[`ARM_RESTYPE_${type}`],
  ),
};

/** All resources that the application sees, in the order of the definition. */
function seen(call: Call3, speech: Speech): SeenResource[] {
  return seenResources(definitionOf(call), call.service, '3.0', (as) => {
    if (as === 'swdisk' && speech === 'Ver2.x') return constants3.ARM_RESTYPE_DISK;
    const name = resourceTypeName3[as];
    return name && constants3[name];
  });
}

function resourceOf(call: Call3, speech: Speech, name: string): SeenResource {
  const found = seen(call, speech).find(({ resource }) => resource.name === name);
  if (!found)
    call.fail(
      'ARMERR_RESOURCE_NOT_FOUND',
      `${definitionOf(call).name} has no resource ${JSON.stringify(name)} to be seen`,
    );
  return found;
}

/** SHDISK and NPDISK belong to no server (4.2.2). */
function isShared({ as }: SeenResource): boolean {
  return as === 'shdisk' || as === 'npdisk';
}

/** The server where it is ONLINE; -1 where there is none, or where this server is off the cluster and cannot tell. */
function ownerOf(call: Call3, one: SeenResource): number {
  if (isShared(one)) return -1;
  return call.service.look()?.resources[one.group][one.index].server ?? -1;
}

function enumeration(speech: Speech): Deed<ErrorName3> {
  return {
    check(call: Call3, type: number) {
      if (!askable[speech].includes(type >>> 0))
        call.fail('ARMERR_INVALID_PARAMETER', `dwResourceType 0x${(type >>> 0).toString(16)} is no type of ${speech}`);
    },
    does(call: Call3, type: number, proc: ResourceProc, lParam: number) {
      const items = seen(call, speech)
        .filter((one) => askable[speech].includes(one.type) && (one.type & type) !== 0)
        .map((one) => [one.resource.name, one.type, lParam] as const);
      if (items.length === 0)
        call.fail('ARMERR_RESOURCE_NOT_FOUND', `${definitionOf(call).name} has no such resource to be seen`);
      return enumerate(call, 'ARMERR_CANCELLED', items, proc);
    },
  };
}

function information(speech: Speech): Deed<ErrorName3> {
  return {
    check(call: Call3, _name: string, buffer: Uint8Array) {
      mustHold(call, 'ARMERR_INVALID_PARAMETER', resourceInfo, buffer);
    },
    does(call: Call3, name: string, buffer: Uint8Array) {
      const one = resourceOf(call, speech, name);
      const cluster = definitionOf(call);
      const [primary, secondary = -1] = isShared(one) ? [-1] : (cluster.groups[one.group].servers as readonly number[]);
      const info = {
        Type: one.type,
        CurrentServer: nameAt(cluster, ownerOf(call, one)),
        PrimaryServer: nameAt(cluster, primary),
        SecondaryServer: nameAt(cluster, secondary),
        Parameter: parameterOf(one.as, one.resource, speech === 'Ver2.x'),
      };
      putStructure(call.process, resourceInfo, buffer, info);
    },
  };
}

export const resources: Readonly<
  Record<
    'ArmEnumResource' | 'ArmEnumResource2' | 'ArmGetResourceInfo' | 'ArmGetResourceInfo2' | 'ArmCheckResourceOwner',
    Deed<ErrorName3>
  >
> = {
  ArmEnumResource: enumeration('Ver2.x'),
  ArmEnumResource2: enumeration('Ver3.0'),
  ArmGetResourceInfo: information('Ver2.x'),
  ArmGetResourceInfo2: information('Ver3.0'),
  ArmCheckResourceOwner: {
    does(call: Call3, name: string, owner: Ref) {
      const one = resourceOf(call, 'Ver3.0', name);
      const local = call.service.registered?.server;
      owner.value = ownerOf(call, one) === local ? constants3.TRUE : constants3.FALSE;
    },
  },
};
