/**
 * The clock of a run in real time: the process's monotonic clock, the same in every thread, counted from the run's
 * beginning. (`performance.now` has an origin of its own in each thread.)
 */
import { hrtime } from 'node:process';
import { type Micros, micros } from '../../model/time.js';

/**
 * Found once. In a thread's one file the name above is a property of `process`, which has hundreds: a look at one takes
 * longer than reading the clock.
 */
const monotonic = hrtime;

export class RealClock {
  constructor(readonly originNs: bigint = monotonic.bigint()) {}

  /** Microseconds since the run began. */
  now(): Micros {
    return micros(Math.floor(Number(monotonic.bigint() - this.originNs) / 1000));
  }
}
