/** Groups: where they are, and how they are (6.1.2; 7.1.3.3, 7.1.3.4, 7.1.3.13). */
import type { Deed, Ref } from '../../facade/call.js';
import { clientConstants, type VbErrorName } from '../constants.js';
import type { Conventions } from '../conventions.js';
import { type ClientCall, clusterNamed, groupNamed, type Known, lookAt, putNames, realAddress } from '../lookup.js';
import type { ClientLook } from '../state.js';

/** How a group is: what ArmClientGetGroupStatusEx tells. */
export function statusOf({ groups }: ClientLook, group: number): number {
  return clientConstants[`ARMCLAPI_GROUP_STATUS_${groups[group].status}`];
}

/** The group that a call asks for, and what is known of its cluster. */
async function asked(
  call: ClientCall,
  clusterName: string,
  groupName: string,
): Promise<{ readonly known: Known; readonly group: number; readonly look: ClientLook }> {
  const known = clusterNamed(call, clusterName);
  const group = groupNamed(call, known, groupName);
  return { known, group, look: await lookAt(call, known) };
}

/** The server that a group can be reached on. A group that runs nowhere is not found (*ours*). */
async function serverOf(
  call: ClientCall,
  clusterName: string,
  groupName: string,
): Promise<{ readonly known: Known; readonly server: number }> {
  const { known, group, look } = await asked(call, clusterName, groupName);
  const { server } = look.groups[group];
  if (server < 0)
    call.fail(
      ['ARMCLAPI_ERR_GROUP_NOT_FOUND', 'ARMCLAPI_ERR_CLUSTER_NOT_FOUND'],
      `group ${groupName} runs nowhere that ${call.process.machine} can reach`,
    );
  return { known, server };
}

const statusEx: Deed<VbErrorName> = {
  async does(call: ClientCall, clusterName: string, groupName: string, status: Ref) {
    const { group, look } = await asked(call, clusterName, groupName);
    status.value = statusOf(look, group);
  },
};

/** Running or stopped, and nothing else: without all its resources it runs, while it fails over it is stopped. */
const status: Deed<VbErrorName> = {
  async does(call: ClientCall, clusterName: string, groupName: string, running: Ref) {
    const { group, look } = await asked(call, clusterName, groupName);
    const runs = look.groups[group].status === 'RUNNING' || look.groups[group].status === 'MISS';
    running.value = clientConstants[`ARMCLAPI_GROUP_STATUS_${runs ? 'RUNNING' : 'STOPPED'}`];
  },
};

export function groups({
  char,
  address,
}: Conventions): Readonly<
  Record<
    'ArmClientGetIPAddr' | 'ArmClientGetComputerName' | 'ArmClientGetGroupStatus' | 'ArmClientGetGroupStatusEx',
    Deed<VbErrorName>
  >
> {
  return {
    ArmClientGetIPAddr: {
      async does(call: ClientCall, clusterName: string, groupName: string, ip: Ref) {
        const { known, server } = await serverOf(call, clusterName, groupName);
        ip.value = address(realAddress(known.cluster, server));
      },
    },
    ArmClientGetComputerName: {
      async does(call: ClientCall, clusterName: string, groupName: string, buffer: Uint8Array, size: Ref) {
        const { known, server } = await serverOf(call, clusterName, groupName);
        putNames(call, char, { what: 'computer', value: known.cluster.servers[server].name, buffer, size });
      },
    },
    ArmClientGetGroupStatus: status,
    ArmClientGetGroupStatusEx: statusEx,
  };
}
