/** Failover groups: their names (3.1.2.5), how they are defined (3.1.2.7), and their states (3.1.3.2). */
import type { Call, Deed, Ref } from '../../facade/call.js';
import { enumerate } from '../../facade/enumerate.js';
import { mustHold, putSized, putStructure } from '../../facade/memory.js';
import type { Proc } from '../../facade/typed.js';
import { constants4, type ErrorName4 } from '../constants.js';
import { structures4 } from '../structures.js';

type Call4 = Call<ErrorName4>;
type GroupProc = Proc<[group: string, logicalService: string | null, lParam: number]>;
type ServiceProc = Proc<[logicalService: string, group: string, lParam: number]>;

/** The position of the group of that name. */
function groupOf(call: Call4, name: string): number {
  const group = call.cluster.groups.findIndex((one) => one.name === name);
  if (group < 0) call.fail('ARMERR_GROUP_NOT_FOUND', `${call.cluster.name} has no group ${JSON.stringify(name)}`);
  return group;
}

/** The groups that have the logical service; all where none is named. */
const enumGroup: Deed<ErrorName4> = {
  nullable: ['lpszLogicalService'],
  does(call: Call4, service: string | null | undefined, proc: GroupProc, lParam: number) {
    const { name: cluster, groups: all } = call.cluster;
    const found = service ? all.filter(({ logicalServices }) => logicalServices.includes(service)) : all;
    if (found.length === 0) {
      const which = service ? ` with the logical service ${JSON.stringify(service)}` : '';
      call.fail('ARMERR_GROUP_NOT_FOUND', `${cluster} has no group${which}`);
    }
    // As it was given.
    const items = found.map(({ name }) => [name, service ?? null, lParam] as const);
    return enumerate(call, 'ARMERR_CANCELLED', items, proc);
  },
};

/** The logical services of a group; of all of them where none is named. */
const enumLogicalService: Deed<ErrorName4> = {
  nullable: ['lpszGroupName'],
  does(call: Call4, group: string | null | undefined, proc: ServiceProc, lParam: number) {
    const { name: cluster, groups: all } = call.cluster;
    const asked = group ? [all[groupOf(call, group)]] : all;
    const items = asked.flatMap(({ name, logicalServices }) =>
      logicalServices.map((service) => [service, name, lParam] as const),
    );
    if (items.length === 0) call.fail('ARMERR_NOT_FOUND', `${group ? group : cluster} has no logical service`);
    return enumerate(call, 'ARMERR_CANCELLED', items, proc);
  },
};

export const groups: Readonly<
  Record<'ArmEnumGroup' | 'ArmGetGroupInfo' | 'ArmEnumLogicalService' | 'ArmGetGroupStatus', Deed<ErrorName4>>
> = {
  ArmEnumGroup: enumGroup,
  ArmEnumLogicalService: enumLogicalService,
  ArmGetGroupInfo: {
    does(call: Call4, name: string, buffer: Uint8Array, size: Ref) {
      const { cluster } = call;
      const { servers, registryKeys } = cluster.groups[groupOf(call, name)];
      const info = {
        nServer: servers.length,
        ServerList: servers.map((server) => cluster.servers[server].name),
        nRegistry: registryKeys.length,
        RegistryList: registryKeys,
      };
      if (!putSized(call.process, structures4.ARM_GROUP_INFO.layout, buffer, size, info))
        call.fail('ARMERR_BUFFER_TOO_SMALL', `the definition of ${name} takes ${size.value} bytes`);
    },
  },
  ArmGetGroupStatus: {
    check(call: Call4, _name: string, buffer: Uint8Array) {
      mustHold(call, 'ARMERR_INVALID_PARAMETER', structures4.ARM_GROUP_STATUS.layout, buffer);
    },
    does(call: Call4, name: string, buffer: Uint8Array) {
      const { state, server } = call.look().groups[groupOf(call, name)];
      const szCurrentServer = server < 0 ? '' : call.cluster.servers[server].name;
      const status = { dwStatus: constants4[`ARM_GROUP_STATUS_${state}`], szCurrentServer };
      putStructure(call.process, structures4.ARM_GROUP_STATUS.layout, buffer, status);
    },
  },
};
