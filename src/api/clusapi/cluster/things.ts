/**
 * The things that the cluster API names: nodes, groups, resources, networks and their interfaces, as objects that keep
 * their identity when they are renamed.
 *
 * Servers and networks come from the cluster's definition. So do its failover groups and their resources; the API can add
 * groups and resources of its own to them (`kept`), which have no times and no faults, and which the core group is made
 * of.
 */
import { createHash } from 'node:crypto';
import type { ResourceType } from '../../../model/definition.js';

/** What all things have. */
interface Thing {
  /** A GUID that follows from what the thing was when it was made. */
  readonly id: string;
  name: string;
  deleted: boolean;
}

export interface Node extends Thing {
  readonly kind: 'node';
  /** The server's name in the definition. */
  readonly server: string;
  /** From 1 on, in definition order; as text it is the node's id. */
  readonly number: number;
  /** The API alone knows of that: no group is moved there through it. */
  paused: boolean;
}

export interface Group extends Thing {
  readonly kind: 'group';
  /** The failover group's name in the definition; undefined for a group that only the API has. */
  readonly origin: string | undefined;
  readonly resources: Resource[];
  /** The group that stands for the cluster itself. */
  readonly core: boolean;
  /** Where it is, or was last, at rest: a server's name. */
  owner: string;
  /** An operation has failed, and nothing has made it good yet. */
  failed: boolean;
  /** Something was ordered and taken in, of which nothing is to be seen yet. */
  ordered: boolean;
}

export interface Resource extends Thing {
  readonly kind: 'resource';
  readonly origin: string | undefined;
  /** The API's name of its type. */
  readonly type: string;
  group: Group;
  /** Part of what stands for the cluster itself. */
  readonly core: boolean;
  /** What it needs: resources of the same group. */
  readonly needs: Set<Resource>;
  /** Of one that only the API has: whether it is online, or has been made to fail. */
  state: 'online' | 'offline' | 'failed';
  /** What its definition says of it. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

export interface Network extends Thing {
  readonly kind: 'network';
  /** Its name in the definition. */
  readonly origin: string;
  /** Servers speak to each other over it. */
  readonly internal: boolean;
}

export interface Interface extends Thing {
  readonly kind: 'interface';
  readonly node: Node;
  readonly network: Network;
}

/** A UUID that is the same whenever it is made of the same words. */
export function guidOf(...words: readonly string[]): string {
  const hex = createHash('sha256').update(JSON.stringify(words)).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}

/** The resource types that the API knows: those of the emulated cluster, and some that only their names are known of. */
const TYPES: Readonly<Record<ResourceType, string>> = {
  swdisk: 'Physical Disk',
  ndr: 'Physical Disk',
  vxdisk: 'Physical Disk',
  shdisk: 'Physical Disk',
  npdisk: 'Physical Disk',
  lsw: 'Line Switch',
  vip: 'IP Address',
  hf: 'IP Address',
  vcom: 'Network Name',
  printer: 'Print Spooler',
  script: 'Generic Script',
};

/** Every type, whether there are resources of it or not. */
export const RESOURCE_TYPES: readonly string[] = [
  ...new Set(Object.values(TYPES)),
  'Generic Application',
  'Generic Service',
  'Storage Pool',
];

/** Types that clients ask about, and that no cluster of today supports. */
export const UNSUPPORTED_TYPES: readonly string[] = ['MSMQ', 'MSMQTriggers'];

export function typeOf(type: ResourceType): string {
  return TYPES[type];
}

/** Storage 1, network 2, anything else 0 (CLUSTER_RESOURCE_CLASS). */
export function classOf(type: string): number {
  if (type === 'Physical Disk' || type === 'Storage Pool') return 1;
  return type === 'IP Address' || type === 'Network Name' ? 2 : 0;
}
