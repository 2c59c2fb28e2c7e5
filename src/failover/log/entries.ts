/**
 * The agreed log: what its entries say, and what comes of each.
 *
 * The coordinator of a view puts everything that matters into one sequence of entries. Every member applies them in
 * that order to its copy of the agreed state, and since applying is a function of state and entry alone, all copies
 * stay equal. What an entry brings about outside (events, orders, answers, trace lines) is its outcome; an outcome is
 * let out only when all members of the view hold the entry, so that no survivor can ever lack it.
 */
import type { EventCode, GroupStateName, ResourceStateName, ServerStatusName } from '../../model/trace.js';
import type { Refusal } from '../../model/result.js';
import type { Micros } from '../../model/time.js';
import type { Command } from './commands.js';
import type { HeldGroup } from '../group/held.js';
import type { CarriedKeys, RegistryUpdate, StampedRegistry } from '../registry/disk.js';

export type Entry =
  | ViewEntry
  /** A command or report, number `n` of server `from`. */
  | {
      readonly type: 'command';
      readonly from: number;
      readonly n: number;
      readonly id: number;
      readonly command: Command;
    }
  /** A server runs, but must stay off the cluster until it is returned by hand. */
  | { readonly type: 'standOff'; readonly server: number }
  /** A server off the cluster is heard no more, or has said goodbye. */
  | { readonly type: 'vanished'; readonly server: number; readonly orderly: boolean }
  /** All members have installed the view: from now on a quorum of it alone decides (`majority`). */
  | { readonly type: 'settled' }
  /** Servers lost under a partition policy can hold nothing any more. */
  | { readonly type: 'fenceOver'; readonly servers: number };

/** Makes a view: who is in, who came, who went and how. */
export interface ViewEntry {
  readonly type: 'view';
  readonly epoch: number;
  readonly coordinator: number;
  readonly members: number;
  /** A cluster that did not exist before, or had lost every view. */
  readonly forming: boolean;
  /** New members, with their incarnations. */
  readonly joined: readonly { readonly server: number; readonly incarnation: number; readonly returned: boolean }[];
  /** Members that fell silent, and those that power off because both sides held one group. */
  readonly down: number;
  /** Members that left in an orderly way. */
  readonly left: number;
  /** What servers of another branch bring with them. */
  readonly absorbed: readonly Absorbed[];
  /** The largest numbers used in any of the branches that meet. */
  readonly nextEventId: number;
  readonly nextOp: number;
  /** Lost servers that may go on for a while, and until when; nobody without a partition policy. */
  readonly fenced: number;
  readonly fencedUntil: Micros;
  readonly maintenance: number;
  /** Newer content than the view would have: what a cluster forms with, or what a newcomer has kept. */
  readonly registry?: StampedRegistry;
  /** What goes with groups, where a cluster forms. */
  readonly carried?: CarriedKeys;
}

/** A server taken over from another branch, with the groups it holds and that branch's bookkeeping. */
export interface Absorbed {
  readonly server: number;
  readonly held: readonly AdoptedGroup[];
  readonly bracketOpen: boolean;
}

export interface AdoptedGroup extends HeldGroup {
  readonly kind: TaskKind;
  readonly bracket: boolean;
  readonly from: number;
  /** Stopped by hand over there. */
  readonly stopped: boolean;
}

/** Why a group is being worked on. */
export type TaskKind = 'formStart' | 'start' | 'stop' | 'move' | 'failover' | 'failback' | 'evacuate' | 'giveUp';

/** What came of one entry, let out when all members hold it. */
export interface Outcome {
  readonly index: number;
  /** The view that ordered the entry. */
  readonly epoch: number;
  readonly coordinator: number;
  readonly lines: OutcomeLine[];
  readonly orders: Order[];
  readonly answers: { readonly server: number; readonly id: number; readonly refusal?: Refusal }[];
  /** Servers that power off in an orderly way once this is out. */
  powerOff: number;
  /** Branches met, or a cluster was formed: numbers and open operations may come from elsewhere. */
  merge: boolean;
  /** The durable part of the agreed state changed. */
  persist: boolean;
  /** The synchronised registry changed. */
  registry?: RegistryUpdate;
}

/** What the trace and the watchers see, by positions in the definition; -1 is nobody. */
export type OutcomeLine =
  | { readonly kind: 'server'; readonly server: number; readonly status: readonly ServerStatusName[] }
  | {
      readonly kind: 'group';
      readonly group: number;
      readonly state: GroupStateName;
      readonly server: number;
      readonly under?: GroupWork;
    }
  | {
      readonly kind: 'resource';
      readonly group: number;
      readonly resource: number;
      readonly state: ResourceStateName;
      readonly server: number;
    }
  | {
      readonly kind: 'event';
      readonly id: number;
      readonly code: EventCode;
      readonly source: string;
      readonly src: string;
      readonly dst: string;
    }
  | { readonly kind: 'warning'; readonly text: string };

/**
 * What is being done to a group that is not active: it is taken over or moved; it is brought down to stop, or to go back
 * to a better server; it comes up there. Nothing where it simply starts.
 */
export interface GroupWork {
  readonly is: 'relocating' | 'stopping' | 'returning';
  /** The server that it leaves, and the one that it goes to. */
  readonly from: number;
  readonly to: number;
}

/** "Server, bring this group up, or down." */
export interface Order {
  readonly server: number;
  readonly group: number;
  readonly op: number;
  readonly action: 'activate' | 'deactivate';
  /** Its registry keys must be brought along. */
  readonly keys?: true;
}
