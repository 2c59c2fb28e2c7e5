/**
 * What a client machine and the servers say to each other over the public LANs.
 *
 * A client asks each server on each LAN, once an interval: "how do things stand?" A server that runs answers with all that
 * a client needs to know, and says the same unasked, to every client of its cluster, whenever any of that has changed. Each
 * report is whole, so losing one loses nothing but time; and it carries the latest changes of groups one by one, so that
 * losing some does not lose what happened in between.
 */
import type { Micros } from '../model/time.js';
import type { ClientGroupStatus, ClientServerStatus } from './look.js';

/** A group as the members of a view have it; -1 is nobody. */
export interface GroupReport {
  readonly status: ClientGroupStatus;
  /** Where it runs, while it does. */
  readonly server: number;
  /** Where it comes from and goes to, while it is taken over or moved. */
  readonly from: number;
  readonly to: number;
}

/** One change of one group: the view and the agreed entry that brought it, and what the group was from then on. */
export interface GroupChange extends GroupReport {
  readonly epoch: number;
  readonly index: number;
  readonly group: number;
}

/** What the members of one view have agreed on, as one of them has let it out. */
export interface Knowledge {
  readonly epoch: number;
  readonly coordinator: number;
  readonly index: number;
  readonly servers: readonly (readonly ClientServerStatus[])[];
  readonly groups: readonly GroupReport[];
  /** The latest changes of groups, oldest first. */
  readonly recent: readonly GroupChange[];
}

/** How a server stands to its cluster, by its own word. `stopped` is its last one, when it is shut down. */
export type ReportedStanding = 'starting' | 'off-cluster' | 'member' | 'stopped';

export interface Report {
  readonly sentAt: Micros;
  readonly standing: ReportedStanding;
  /** Of a member. */
  readonly knowledge?: Knowledge;
}

/** A report as it gets to a client. Cluster, server and LAN are positions. */
export interface ReportInput {
  readonly type: 'report';
  readonly now: Micros;
  readonly cluster: number;
  readonly server: number;
  readonly lan: number;
  /** It answers a question. What comes unasked proves one direction of the path only. */
  readonly asked: boolean;
  readonly report: Report;
}

/** What of a report's knowledge is newer: that of a later view, or of a later entry in the same. */
export function isNewer(
  one: { readonly epoch: number; readonly index: number },
  than: { readonly epoch: number; readonly index: number },
): boolean {
  return one.epoch > than.epoch || (one.epoch === than.epoch && one.index > than.index);
}

/** The name of a view. */
export type ReportedView = Pick<Knowledge, 'epoch' | 'coordinator'>;

/** Of two views the one that a client believes: the later, and of two of one epoch that whose coordinator stands first. */
export function precedes(one: ReportedView, other: ReportedView): boolean {
  return one.epoch > other.epoch || (one.epoch === other.epoch && one.coordinator < other.coordinator);
}
