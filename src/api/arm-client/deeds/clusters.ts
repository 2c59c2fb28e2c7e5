/**
 * Clusters, their servers and groups: their names (6.1.5; 7.1.3.8 to 7.1.3.11, 7.1.3.15, 7.1.3.16), the states of servers
 * (6.1.4; 7.1.3.14), and what a cluster is set to (6.1.9; 7.1.3.22, 7.1.3.23).
 */
import type { Deed, Ref } from '../../facade/call.js';
import { enumerate } from '../../facade/enumerate.js';
import type { Proc } from '../../facade/typed.js';
import { clientConstants, type VbErrorName } from '../constants.js';
import type { Conventions } from '../conventions.js';
import {
  type ClientCall,
  clusterNamed,
  clustersNamed,
  groupNamed,
  groupsNamed,
  knownClusters,
  lookAt,
  type Name,
  putNames,
} from '../lookup.js';

type ClusterProc = Proc<[cluster: string, lParam: number]>;
/** Of a server, or of a group. */
type MemberProc = Proc<[cluster: string, name: string, lParam: number]>;
type ServerOfGroupProc = Proc<[cluster: string, group: string, server: string, lParam: number]>;

const CANCELLED = 'ARMCLAPI_ERR_CANCELLED';
const SECOND_US = 1_000_000;

const enumerations: Readonly<
  Record<
    'ArmClientEnumCluster' | 'ArmClientEnumServer' | 'ArmClientEnumGroup' | 'ArmClientEnumServerFromGroup',
    Deed<VbErrorName>
  >
> = {
  ArmClientEnumCluster: {
    does(call: ClientCall, proc: ClusterProc, lParam: number) {
      const items = knownClusters(call).map(({ cluster }) => [cluster.name, lParam] as const);
      return enumerate(call, CANCELLED, items, proc);
    },
  },
  ArmClientEnumServer: {
    nullable: ['lpszClusterName'],
    does(call: ClientCall, clusterName: Name, proc: MemberProc, lParam: number) {
      const items = clustersNamed(call, clusterName).flatMap(({ cluster }) =>
        cluster.servers.map(({ name }) => [cluster.name, name, lParam] as const),
      );
      return enumerate(call, CANCELLED, items, proc);
    },
  },
  ArmClientEnumGroup: {
    nullable: ['lpszClusterName'],
    does(call: ClientCall, clusterName: Name, proc: MemberProc, lParam: number) {
      const all = groupsNamed(call, clustersNamed(call, clusterName), undefined);
      const items = all.map(({ cluster, group }) => [cluster.name, cluster.groups[group].name, lParam] as const);
      return enumerate(call, CANCELLED, items, proc);
    },
  },
  ArmClientEnumServerFromGroup: {
    does(call: ClientCall, clusterName: string, groupName: string, proc: ServerOfGroupProc, lParam: number) {
      const known = clusterNamed(call, clusterName);
      const { name, groups, servers } = known.cluster;
      const listed = groups[groupNamed(call, known, groupName)].servers;
      const items = listed.map((server) => [name, groupName, servers[server].name, lParam] as const);
      return enumerate(call, CANCELLED, items, proc);
    },
  },
};

const serverStatus: Deed<VbErrorName> = {
  async does(call: ClientCall, clusterName: string, serverName: string, status: Ref) {
    const known = clusterNamed(call, clusterName);
    const { name: cluster, servers } = known.cluster;
    const server = servers.findIndex(({ name }) => name === serverName);
    if (server < 0)
      call.fail('ARMCLAPI_ERR_SERVER_NOT_FOUND', `${cluster} has no server ${JSON.stringify(serverName)}`);
    const names = (await lookAt(call, known)).servers[server];
    status.value = names.reduce((bits, name) => bits | clientConstants[`ARMCLAPI_SERVER_STATUS_${name}`], 0);
  },
};

/** Whole seconds, rounded up. */
const heartbeatTimeout: Deed<VbErrorName> = {
  does(call: ClientCall, clusterName: string, timeout: Ref) {
    timeout.value = Math.ceil(clusterNamed(call, clusterName).cluster.heartbeatTimeoutUs / SECOND_US);
  },
};

function masterServer({ char }: Conventions): Deed<VbErrorName> {
  return {
    async does(call: ClientCall, clusterName: string, buffer: Uint8Array, size: Ref) {
      const known = clusterNamed(call, clusterName);
      const { master } = await lookAt(call, known);
      const { servers } = known.cluster;
      putNames(call, char, { what: 'server', value: servers[master].name, buffer, size });
    },
  };
}

/** The first cluster of the settings that has a server, or a group, of that name. Texts are ANSI in every application. */
function clusterWith(of: 'servers' | 'groups'): Deed<VbErrorName> {
  const error = of === 'servers' ? 'ARMCLAPI_ERR_SERVER_NOT_FOUND' : 'ARMCLAPI_ERR_GROUP_NOT_FOUND';
  return {
    does(call: ClientCall, name: string, buffer: Uint8Array, size: Ref) {
      const found = knownClusters(call).find(({ cluster }) => cluster[of].some((one) => one.name === name));
      if (!found)
        call.fail(
          error,
          `no cluster that ${call.process.machine} knows has a ${of.slice(0, -1)} ${JSON.stringify(name)}`,
        );
      putNames(call, 'char', { what: 'cluster', value: found.cluster.name, buffer, size });
    },
  };
}

export function clusters(
  conventions: Conventions,
): Readonly<
  Record<
    | keyof typeof enumerations
    | 'ArmClientGetClusterServerStatus'
    | 'ArmClientGetClusterFromClusterServer'
    | 'ArmClientGetClusterFromGroup'
    | 'ArmClientGetHeartbeatTimeout'
    | 'ArmClientGetMasterServer',
    Deed<VbErrorName>
  >
> {
  return {
    ...enumerations,
    ArmClientGetClusterServerStatus: serverStatus,
    ArmClientGetClusterFromClusterServer: clusterWith('servers'),
    ArmClientGetClusterFromGroup: clusterWith('groups'),
    ArmClientGetHeartbeatTimeout: heartbeatTimeout,
    ArmClientGetMasterServer: masterServer(conventions),
  };
}
