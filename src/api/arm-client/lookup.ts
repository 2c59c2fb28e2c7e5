/**
 * What the functions of the client API look up: clusters by the settings of the client software, groups, servers and
 * addresses in them.
 *
 * Where a section documents no error of that name, the first documented one of a list is answered (*ours*): an unknown
 * cluster or group is a wrong parameter for ArmClientEnumServer of Visual Basic and for ArmClientEnumServerFromGroup, an
 * unknown group is a cluster not found for ArmClientGetComputerName of Visual Basic (7.1.3.4 lists nothing else).
 */
import type { ClientSoftware } from '../../cluster/client-software.js';
import type { ClusterDefinition } from '../../model/definition.js';
import { NEVER } from '../../model/time.js';
import { parametersOf } from '../arm-server/parameters.js';
import { networkOrder } from '../facade/address.js';
import type { Call, Errors, Ref } from '../facade/call.js';
import { putText } from '../facade/memory.js';
import type { CharName } from '../layout/types.js';
import { clientConstants, type VbErrorName } from './constants.js';
import type { ClientLook } from './state.js';
import { isVirtualAddress, isVirtualComputer, softwareVersion } from './versions.js';

export type ClientCall = Call<VbErrorName>;
/** A name that a function takes for "all" where it may be left out. */
export type Name = string | null | undefined;

/** A cluster of the client's settings. */
export interface Known {
  readonly software: ClientSoftware;
  /** Its position there. */
  readonly index: number;
  readonly cluster: ClusterDefinition;
}

const noCluster: Errors<VbErrorName> = ['ARMCLAPI_ERR_CLUSTER_NOT_FOUND', 'ARMCLAPI_ERR_INVALID_PARAMETER'];
const noLocalCluster: Errors<VbErrorName> = ['ARMCLAPI_ERR_CLUSTER_NOT_FOUND', 'ARMCLAPI_ERR_NOT_CLUSTER_MEMBER'];
const noGroup: Errors<VbErrorName> = [
  'ARMCLAPI_ERR_GROUP_NOT_FOUND',
  'ARMCLAPI_ERR_INVALID_PARAMETER',
  'ARMCLAPI_ERR_CLUSTER_NOT_FOUND',
];

/** The client software; undefined on a machine that has none. */
export function softwareOf({ process }: ClientCall): ClientSoftware | undefined {
  return process.backend.client(process.machine);
}

/** All clusters of the settings, in their order: none on a machine that is neither client nor server. */
export function knownClusters(call: ClientCall): Known[] {
  const software = softwareOf(call);
  return software?.clusters.map((cluster, index) => ({ software, index, cluster })) ?? [];
}

/** The cluster of that name, or the one that this server belongs to. */
export function clusterNamed(call: ClientCall, name: string): Known {
  if (name === clientConstants.ARMCLAPI_LOCAL_CLUSTER) return localCluster(call);
  const found = knownClusters(call).find(({ cluster }) => cluster.name === name);
  if (!found) call.fail(noCluster, `${call.process.machine} knows no cluster ${JSON.stringify(name)}`);
  return found;
}

function localCluster(call: ClientCall): Known {
  const { machine, service } = call.process;
  const local = softwareOf(call)?.local;
  if (local === undefined) call.fail(noLocalCluster, `${machine} is no server of a cluster`);
  const off: VbErrorName = 'ARMCLAPI_ERR_OFF_CLUSTER';
  if (service.standing !== 'member' && call.documents(off))
    call.fail(off, `${machine} does not take part in its cluster now`);
  return knownClusters(call)[local];
}

/** The cluster of that name; all where none is named. */
export function clustersNamed(call: ClientCall, name: Name): Known[] {
  return name ? [clusterNamed(call, name)] : knownClusters(call);
}

/** The position of the group of that name. */
export function groupNamed(call: ClientCall, { cluster }: Known, name: string): number {
  const group = cluster.groups.findIndex((one) => one.name === name);
  if (group < 0) call.fail(noGroup, `${cluster.name} has no group ${JSON.stringify(name)}`);
  return group;
}

/** A group of a cluster. */
export interface KnownGroup extends Known {
  readonly group: number;
}

/** The groups of that name in these clusters; all where none is named. */
export function groupsNamed(call: ClientCall, clusters: readonly Known[], name: Name): KnownGroup[] {
  const all = clusters.flatMap((known) => known.cluster.groups.map((_, group) => ({ ...known, group })));
  if (!name) return all;
  const found = all.filter(({ cluster, group }) => cluster.groups[group].name === name);
  if (found.length === 0) {
    const where = clusters.map(({ cluster }) => cluster.name).join(', ') || call.process.machine;
    call.fail(noGroup, `${where} has no group ${JSON.stringify(name)}`);
  }
  return found;
}

/** What is known of a cluster now: waits until the client has found it, or has looked for it long enough. */
export async function lookAt(call: ClientCall, { software, index }: Known): Promise<ClientLook> {
  const settled = (): boolean => software.look(index).settled;
  if (!settled()) await call.thread.until(settled, NEVER);
  return software.look(index);
}

/** The real address of a server in network byte order; 0 for nobody. */
export function realAddress({ servers }: ClusterDefinition, server: number): number {
  return server < 0 ? 0 : networkOrder(servers[server].ip);
}

/** The virtual addresses of a group, in the order of its resources. */
export function virtualAddresses(call: ClientCall, { cluster, group }: KnownGroup): number[] {
  const version = softwareVersion(call.process);
  return cluster.groups[group].resources
    .filter((resource) => isVirtualAddress(resource, cluster, version))
    .map((resource) => parametersOf(resource).address);
}

/** The virtual computer names of a group, in the order of its resources. */
export function virtualComputers({ cluster, group }: KnownGroup): string[] {
  return cluster.groups[group].resources
    .filter((resource) => isVirtualComputer(resource, cluster))
    .map((resource) => parametersOf(resource).computerName);
}

/** Where a name goes: a buffer, and the variable with its size. */
interface Place {
  readonly what: string;
  readonly value: string;
  readonly buffer: Uint8Array;
  readonly size: Ref;
}

/** Writes names into buffers; where one is too small the sizes are told all the same, and the call fails. */
export function putNames(call: ClientCall, char: CharName, ...places: readonly Place[]): void {
  const small = places.filter(({ buffer, size, value }) => !putText(call.process, buffer, size, value, char));
  if (small.length === 0) return;
  const needs = small.map(({ what, size }) => `the name of the ${what} takes ${size.value} characters`);
  call.fail('ARMCLAPI_ERR_BUFFER_TOO_SMALL', needs.join(', '));
}
