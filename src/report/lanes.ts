/** Lanes: one server or one group over time, as a sequence of states. The common words of all pictures. */
import type { GroupStateName, ServerStatusName } from '../model/trace.js';

/** A trace line of one kind, with its instant. */
export type At<L> = L & { readonly t: number; readonly seq: number };

/** A state and how long it lasted. */
export interface Span<S> {
  readonly from: number;
  readonly to: number;
  readonly state: S;
}

/** One server or one group over time. Before the first span nothing is known of it. */
export interface Lane<S> {
  readonly name: string;
  readonly spans: readonly Span<S>[];
}

/** What the scenario's own steps say about the machine, whether or not the cluster has noticed. */
export type MachineState = 'up' | 'crashed' | 'hung';

export interface ServerState {
  readonly status: readonly ServerStatusName[];
  readonly machine: MachineState;
}

export interface GroupState {
  readonly state: GroupStateName;
  readonly server: string;
}

/** A client machine: it runs, or not. */
export interface ClientState {
  readonly running: boolean;
}

/**
 * What ArmClientGetGroupStatusEx answers an application that watches a group, without its prefix: RUNNING, MISS, STOPPED
 * or FAILOVER. Empty: nobody knows. Undefined: there is no application any more.
 */
export interface Answer {
  readonly status: string | undefined;
}

/** The state of a lane at an instant, after everything that happened then. */
export function stateAt<S>(lane: Lane<S>, t: number): S | undefined {
  return lane.spans.findLast((span) => span.from <= t)?.state;
}

/** Whether a server has no power, as far as that is known. */
export function isOff(status: readonly ServerStatusName[]): boolean {
  return status.includes('DOWN') || status.includes('STOPPED');
}
