/**
 * The agreed state: what all members of a view hold in common, byte for byte.
 *
 * It is plain data, changed in place by applying entries and by nothing else, and it travels as JSON to whoever joins.
 * Servers, groups and resources are positions in the definition; sets of servers are bit masks.
 */
import type { ClusterDefinition } from '../model/definition.js';
import type { RegistryContent } from '../model/registry.js';
import type { Order, TaskKind } from './log/entries.js';
import type { ViewId } from './frames.js';
import type { CarriedKeys, RegistryStamp } from './registry/disk.js';

export type ServerBase = 'STOPPED' | 'DOWN' | 'OFF_CLUSTER' | 'CLUSTER';

export interface ServerRecord {
  base: ServerBase;
  incarnation: number;
  /** It is on its way out, still a member until it holds nothing. */
  leaving: '' | 'shutdown' | 'maintenance' | 'absorbed';
  /** Returned by hand: it may join though it was recorded as DOWN. */
  returned: boolean;
  /** The last of its commands that was applied. */
  lastN: number;
  /** The bracket FAILOVER_START … FAILOVER_END is open for this destination. */
  bracket: boolean;
  /** Groups that wait for this destination, in order. */
  queue: number[];
}

/** Work on one group: where from, where to, how far. */
export interface Task {
  readonly op: number;
  readonly kind: TaskKind;
  /** The server that the group leaves; -1 for a plain start. */
  readonly from: number;
  /** The server that the group goes to; -1 for a plain stop, or where the next must still be found. */
  readonly to: number;
  /** One of those that a server's going down set in motion: FAILOVER_START and FAILOVER_END enclose it. */
  readonly bracket: boolean;
  /** Its START event has been raised and its END or FAILURE not yet. */
  readonly announced: boolean;
  readonly stage: 'queued' | 'leaving' | 'fenced' | 'entering' | 'undoing';
}

/** One group. Whoever changes it says so, and is given its draft: `changing` in context.ts. */
export interface GroupRecord {
  readonly phase: 'offline' | 'activating' | 'active' | 'deactivating';
  /** The current server: where it is active, being activated or not yet deactivated. -1: nowhere. */
  readonly server: number;
  readonly task: Task | null;
  readonly resources: readonly ResourceRecord[];
  /** Faults since the last manual start or move. */
  readonly faults: number;
  /** Faulted, and left where it is. */
  readonly limited: boolean;
  /** Stopped by hand: nothing starts it but a hand. */
  readonly stopped: boolean;
  /** Would run, but no server may take it. */
  readonly wanting: boolean;
  /** A better server has joined: it goes back when it is at rest. */
  readonly failback: boolean;
  /** Servers tried in the present operation. */
  readonly tried: number;
  /** Lost servers that may still hold it. */
  readonly fence: number;
}

/** 0 offline, 1 online, 2 failed to activate or failed since. `server` differs from the group's only for a line. */
export interface ResourceRecord {
  readonly state: 0 | 1 | 2;
  readonly server: number;
}

/** The same, to be changed, and all that is in it. */
export type Draft<T> = T extends object ? { -readonly [K in keyof T]: Draft<T[K]> } : T;

export interface AgreedState {
  view: ViewId;
  members: number;
  /** The views that led to this one, newest last. */
  lineage: string[];
  /** Entries applied since the cluster was formed. */
  index: number;
  nextEventId: number;
  nextOp: number;
  servers: ServerRecord[];
  readonly groups: readonly GroupRecord[];
  /** `majority`: members of earlier views, as long as not all members are known to have installed the present one. */
  unsettled: number[];
  /** Servers lost under a partition policy that may still hold groups. */
  fenced: number;
  fencedUntil: number;
  maintenance: number;
  /** The whole cluster is being shut down. */
  halting: boolean;
  halted: boolean;
  registry: RegistryContent;
  registryStamp: RegistryStamp;
  /** What goes with groups. */
  carried: CarriedKeys;
}

/** How many ancestors a view remembers; a server that slept longer than that is taken for another branch. */
const LINEAGE_MAX = 128;

export const NOBODY = -1;

export function bit(server: number): number {
  return 1 << server;
}

export function has(mask: number, server: number): boolean {
  return (mask & (1 << server)) !== 0;
}

/** The first server of the definition in a set, or -1. */
export function firstOf(mask: number): number {
  return mask === 0 ? NOBODY : 31 - Math.clz32(mask & -mask);
}

export function sizeOf(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

/** The members of a set in definition order. */
export function serversOf(mask: number): number[] {
  const list: number[] = [];
  for (let rest = mask; rest !== 0; rest &= rest - 1) list.push(firstOf(rest));
  return list;
}

export function viewKey(view: ViewId): string {
  return `${view.epoch}.${view.coordinator}`;
}

/** Whether a view is one of those that led to this one. Asked of the last of them nearly always. */
export function hasLedTo({ lineage }: Pick<AgreedState, 'lineage'>, view: ViewId): boolean {
  const key = viewKey(view);
  return lineage.at(-1) === key || lineage.includes(key);
}

export function sameView(a: ViewId, b: ViewId): boolean {
  return a.epoch === b.epoch && a.coordinator === b.coordinator;
}

/** The view a server says it is in is this one or one that led to it. */
export function isAncestor(state: AgreedState, view: ViewId): boolean {
  return sameView(state.view, view) || hasLedTo(state, view);
}

const NO_VIEW: ViewId = { epoch: 0, coordinator: NOBODY };

/** The state of a cluster that was never started. */
export function emptyState(definition: ClusterDefinition): AgreedState {
  return {
    view: NO_VIEW,
    members: 0,
    lineage: [],
    index: 0,
    nextEventId: 1,
    nextOp: 1,
    servers: definition.servers.map(() => ({
      base: 'STOPPED',
      incarnation: 0,
      leaving: '',
      returned: false,
      lastN: 0,
      bracket: false,
      queue: [],
    })),
    groups: definition.groups.map((group) => ({
      phase: 'offline',
      server: NOBODY,
      task: null,
      resources: group.resources.map(() => ({ state: 0, server: NOBODY })),
      faults: 0,
      limited: false,
      stopped: false,
      wanting: false,
      failback: false,
      tried: 0,
      fence: 0,
    })),
    unsettled: [],
    fenced: 0,
    fencedUntil: 0,
    maintenance: 0,
    halting: false,
    halted: false,
    registry: {},
    registryStamp: { epoch: 0, version: 0 },
    carried: {},
  };
}

/**
 * An order is still wanted: no view that came between has given it up. A branch that was taken over may have used its
 * number for the same group, but then on another server.
 */
export function stands(state: AgreedState, order: Order): boolean {
  const { task, server } = state.groups[order.group];
  return task?.op === order.op && server === order.server;
}

/** The views in which those who miss the commit of the one after `state` may still count: none before a cluster forms. */
export function unsettledBy(definition: ClusterDefinition, state: AgreedState, forming: boolean): number[] {
  if (definition.partition.kind !== 'majority' || forming) return [];
  return [...new Set([...state.unsettled, state.members])];
}

/** Enters a new view into the state, the old one among its ancestors. */
export function rememberView(state: AgreedState, view: ViewId, members: number): void {
  if (state.view.epoch > 0) state.lineage.push(viewKey(state.view));
  if (state.lineage.length > LINEAGE_MAX) state.lineage.splice(0, state.lineage.length - LINEAGE_MAX);
  state.view = view;
  state.members = members;
}
