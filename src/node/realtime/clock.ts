/**
 * The clock of a run in real time: the process's monotonic clock, the same in every thread, counted from the run's
 * beginning. (`performance.now` has an origin of its own in each thread, and the global `process` is looked up anew at each use.)
 */
import { hrtime } from 'node:process';
import { type Micros, micros } from '../../model/time.js';

export class RealClock {
  constructor(readonly originNs: bigint = hrtime.bigint()) {}

  /** Microseconds since the run began. */
  now(): Micros {
    return micros(Math.floor(Number(hrtime.bigint() - this.originNs) / 1000));
  }
}
