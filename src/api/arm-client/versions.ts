/**
 * What depends on the version of the client software: which functions it knows (5.2.6), and what it takes for a virtual
 * address or a virtual computer name (5.2.4, 5.2.5).
 */
import type { ClusterDefinition, ResourceDefinition } from '../../model/definition.js';
import { atLeastVersion } from '../../model/versions.js';
import { productOf } from '../arm-server/installed.js';
import type { Process } from '../facade/process.js';
import type { ClientFunctionName } from './functions.js';

/**
 * The functions that are new in Ver4.x. The list of section 5.2.6 lacks ArmClientEnumGroup, which section 6.1.5.5 calls
 * new; it has ArmClientGetClusterFromClusterServer, which section 6.1.5.7 calls unchanged and is left out here.
 */
const newInVer4: ReadonlySet<string> = new Set<ClientFunctionName>([
  'ArmClientGetGroupStatus',
  'ArmClientGetGroupStatusEx',
  'ArmClientGetClusterServerStatus',
  'ArmClientEnumCluster',
  'ArmClientEnumGroup',
  'ArmClientGetClusterFromGroup',
  'ArmClientEnumServerFromGroup',
  'ArmClientGetGroupFromVirtualIP',
  'ArmClientEnumVirtualIP',
  'ArmClientGetGroupFromVirtualComputer',
  'ArmClientEnumVirtualComputer',
  'ArmClientEnumGroupFromLogicalService',
]);

/** The version of the client software of a machine: on a machine of no cluster, the last there was. */
export function softwareVersion({ backend, machine, service }: Process): string {
  return backend.client(machine)?.productVersion ?? productOf(service);
}

/** Why the software of that machine does not know a function; undefined where it does. */
export function unsupported(process: Process, name: string): string | undefined {
  const version = softwareVersion(process);
  if (!newInVer4.has(name) || atLeastVersion(version, '4.0')) return undefined;
  return `the client software of ${process.machine} is Ver${version}, which has no ${name}`;
}

/** What the API reports of itself (6.1.1.3): 3.0, or 4.0 as of Ver4.x in every mode of operation. */
export function apiVersion(process: Process): { readonly major: number; readonly minor: number } {
  return { major: atLeastVersion(softwareVersion(process), '4.0') ? 4 : 3, minor: 0 };
}

/** Whether a resource is an address that a client of that version knows: a floating one as of Ver4.2 (5.2.5). */
export function isVirtualAddress({ type }: ResourceDefinition, cluster: ClusterDefinition, version: string): boolean {
  if (type === 'vip') return true;
  return type === 'hf' && atLeastVersion(version, '4.2') && atLeastVersion(cluster.productVersion, '4.2');
}

/** Whether a resource is a virtual computer name, which there are as of Ver4.x (5.2.4). */
export function isVirtualComputer({ type }: ResourceDefinition, cluster: ClusterDefinition): boolean {
  return type === 'vcom' && atLeastVersion(cluster.productVersion, '4.0');
}
