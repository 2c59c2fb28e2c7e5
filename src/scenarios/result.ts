/**
 * What a run came to: the trace, what failed and where, and the command that repeats it.
 */
import type { Micros } from '../model/time.js';
import type { BackendKind, TraceLine } from '../model/trace.js';
import type { Place } from './problems.js';

/** Something that makes a run fail. A `thread` is one of the backend's, in which a server ran. */
export interface Failure {
  readonly kind: 'expectation' | 'refused' | 'not-refused' | 'not-reached' | 'violation' | 'thread';
  /** The step's position, from 0; undefined where no step is to blame. */
  readonly step?: number;
  readonly at: Micros;
  readonly text: string;
  /** Where in a failed thread it happened. */
  readonly stack?: string;
  /** Where the step stands in its file. */
  readonly place?: Place;
}

/** What a run came to. */
export interface ScenarioResult {
  /** All expectations hold, no step was refused but as expected, no invariant is violated, no thread has failed. */
  readonly ok: boolean;
  readonly scenario: string;
  readonly file?: string;
  readonly seed: number;
  readonly backend: BackendKind;
  /** SHA-256 of the trace after its first line; undefined in real time. */
  readonly hash?: string;
  /** The whole trace. */
  readonly lines: readonly TraceLine[];
  readonly failures: readonly Failure[];
  /** When it ended, on the run's clock. */
  readonly endedAt: Micros;
  /** The result in a line, and each failure in one more, with the command that repeats the run at the end. */
  readonly summary: string;
  /** The command that repeats this run. */
  readonly replay: string;
}
