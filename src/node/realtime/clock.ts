/**
 * The clock of a run in real time: the process's monotonic clock, the same in every thread, counted from the run's
 * beginning. (`performance.now` has an origin of its own in each thread.)
 */
import { type Micros, micros } from '../../model/time.js';

export class RealClock {
  constructor(readonly originNs: bigint = process.hrtime.bigint()) {}

  /** Microseconds since the run began. */
  now(): Micros {
    return micros(Math.floor(Number(process.hrtime.bigint() - this.originNs) / 1000));
  }
}
