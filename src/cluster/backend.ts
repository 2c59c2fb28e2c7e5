/**
 * The one interface behind which the emulated world runs: inline (one thread, virtual time), lockstep (a thread a
 * server, virtual time) or realtime (a thread a server, the real clock). Programs, scenarios and facades see only
 * this, so that none of them can tell the backends apart but by `kind` and by speed.
 */
import type { Micros } from '../model/time.js';
import type { Refusal, Result } from '../model/result.js';
import type {
  BackendKind,
  GroupStateName,
  ResourceStateName,
  ServerStatusName,
  TraceBody,
  TraceLine,
} from '../model/trace.js';
import type { WorldAction } from './actions.js';
import type { ClientSoftware } from './client-software.js';
import type { Service } from './service.js';
import type { Tasks } from './tasks.js';
import type { MachineRegistry } from './registry.js';

/**
 * A world that runs: opened by `openWorld`, and what a `Cluster` has as its `backend`. Where servers have threads, `act`,
 * `until` and `finish(true)` reject with `ServerFailed` once one of them has failed.
 */
export interface Backend {
  readonly kind: BackendKind;
  /** The run's clock: microseconds since it was opened. */
  now(): Micros;
  /** Carries an action out at `now`, writes its step line, and answers whether the world took it. */
  act(action: WorldAction, label?: StepLabel): Promise<Result<void, Refusal>>;
  /**
   * Lets time pass until the goal holds, or `limit` (an instant) is reached, or nothing more can happen. Several may wait
   * at once.
   */
  until(goal: Goal, limit: Micros, waiter?: Waiter): Promise<Stop>;
  /** What conditions ask about may have changed outside of the cluster, in an application. */
  reconsider(): void;
  /** The tasks of applications: virtual time stands while one of them runs. */
  readonly tasks: Tasks;
  /** What the members of the cluster agree on now, and the true state of machines outside any view. */
  status(cluster: string): Snapshot;
  /** The cluster service of a machine, as its applications reach it. A `RangeError` where there is no such machine. */
  service(machine: string): Service;
  /**
   * The client software of a machine; undefined where it is not installed (a machine of no cluster). A `RangeError` where
   * there is no such machine.
   */
  client(machine: string): ClientSoftware | undefined;
  /** The registry of a server, or of a machine in no cluster. Throws a `RangeError` where there is none of that name. */
  registryOf(machine: string): MachineRegistry;
  /**
   * Hands every trace line from now on to `sink`, in order, as soon as the instant is over in which it was written, or the
   * action that brought it: so `sink` may act, and what it does then comes before the next instant. What it throws ends the
   * run: `act`, `until` and `finish(true)` throw that from then on. Answers how to stop that.
   */
  trace(sink: (line: TraceLine) => void): Unsubscribe;
  /** Writes a line of the caller's own (a step label, an expectation) into the trace, at `now`. */
  note(line: TraceBody): void;
  /**
   * Counts heartbeats received, for reports: called once a heartbeat, with its instant and its two ends. It is called in the
   * middle of an instant, and may act on nothing.
   */
  onHeartbeat(sink: ((at: Micros, from: string, to: string) => void) | undefined): void;
  /** Checks all invariants once more, writes the links lines and the end line, and ends the run. Idempotent. */
  finish(ok: boolean): Promise<RunSummary>;
  /** Frees everything: no thread, timer or handle remains. `act` is refused from then on, and nobody waits any more. */
  close(): Promise<void>;
}

/** What a scenario adds to the step line of an action. */
export interface StepLabel {
  readonly id?: string;
}

/** Called once, ends what was asked for; called again, does nothing. */
export type Unsubscribe = () => void;

/** What `until` waits for. */
export type Goal =
  /** An instant of the run's clock; the limit alone. */
  | { readonly type: 'time' }
  /** Nothing is pending: no operation, no undetected fault, no wait of a starting server. */
  | { readonly type: 'quiet' }
  /** Any condition on what the members agree on; asked whenever something agreed has changed. */
  | { readonly type: 'condition'; readonly holds: () => boolean };

/** Who waits, where that matters. */
export interface Waiter {
  /** A task of an application: virtual time does not pass for its sake alone. */
  readonly background?: boolean;
  /** Called at the instant when the wait is over, before whoever waits goes on. */
  readonly settled?: () => void;
}

/** Why `until` came back. A broken invariant is thrown as an `InvariantViolation`, and a failed thread as an error. */
export interface Stop {
  readonly reason: 'reached' | 'limit' | 'nothing-left';
  readonly at: Micros;
}

/** How a run ended, as the last line of its trace has it. */
export interface RunSummary {
  /** What `finish` was told: whether all was as its caller expected. */
  readonly ok: boolean;
  /** SHA-256 of all lines after the first and before the last; left out in real time. */
  readonly hash?: string;
}

/** What the cluster is, as seen from outside at one instant. All names; safe to keep. */
export interface Snapshot {
  readonly cluster: string;
  readonly at: Micros;
  /** The view last named in the trace, or undefined where no server is in any. */
  readonly view?: { readonly epoch: number; readonly coordinator: string; readonly members: readonly string[] };
  readonly servers: Readonly<Record<string, readonly ServerStatusName[]>>;
  readonly groups: Readonly<Record<string, { readonly state: GroupStateName; readonly server: string }>>;
  readonly resources: Readonly<Record<string, { readonly state: ResourceStateName; readonly server: string }>>;
}
