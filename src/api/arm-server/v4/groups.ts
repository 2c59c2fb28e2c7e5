/** Failover groups: how they are defined (3.1.2.7), and their states (3.1.3.2). */
import type { Call, Deed, Ref } from '../../facade/call.js';
import { mustHold, putSized, putStructure } from '../../facade/memory.js';
import { constants4, type ErrorName4 } from '../constants.js';
import { structures4 } from '../structures.js';

type Call4 = Call<ErrorName4>;

/** The position of the group of that name. */
function groupOf(call: Call4, name: string): number {
  const group = call.cluster.groups.findIndex((one) => one.name === name);
  if (group < 0) call.fail('ARMERR_GROUP_NOT_FOUND', `${call.cluster.name} has no group ${JSON.stringify(name)}`);
  return group;
}

export const groups: Readonly<Record<'ArmGetGroupInfo' | 'ArmGetGroupStatus', Deed<ErrorName4>>> = {
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
