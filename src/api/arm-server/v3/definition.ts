/** What the functions of Ver3.0 look up: the cluster of the local registry, and servers by their names. */
import type { ClusterDefinition } from '../../../model/definition.js';
import type { Call } from '../../facade/call.js';
import { constants3, type ErrorName3 } from '../constants.js';
import { isLocal } from '../lookup.js';
import type { Target } from './reception.js';

type Call3 = Call<ErrorName3>;

/** The cluster as the local registry has it, on and off the cluster. */
export function definitionOf(call: Call3): ClusterDefinition {
  const { registered, machine } = call.service;
  if (!registered)
    call.fail(
      'ARMERR_REGISTRY_ACCESS_FAILED',
      `${machine} is registered in no cluster: its registry has no definition of one`,
    );
  return registered.cluster;
}

/** The position of the server of that name in a cluster. */
export function positionOf(call: Call3, { name: cluster, servers }: ClusterDefinition, server: string): number {
  const position = servers.findIndex(({ name }) => name === server);
  if (position < 0) call.fail('ARMERR_SERVER_NOT_FOUND', `${cluster} has no server ${JSON.stringify(server)}`);
  return position;
}

/** The name of the server meant: the local one, or one of its cluster. */
export function serverNamed(call: Call3, name: string): string {
  const { registered, machine } = call.service;
  if (isLocal(call.service, name)) return machine;
  if (!registered)
    call.fail('ARMERR_SERVER_NOT_FOUND', `${machine} knows no server ${JSON.stringify(name)}: it is in no cluster`);
  return registered.cluster.servers[positionOf(call, registered.cluster, name)].name;
}

/** Whose events are to be watched. */
export function targetOf(call: Call3, name: string): Target {
  return name === constants3.ARM_ALL_SERVER ? undefined : serverNamed(call, name);
}

/** The name of the server at a position; empty for nobody. */
export function nameAt({ servers }: ClusterDefinition, server: number): string {
  return server < 0 ? '' : servers[server].name;
}
