/**
 * The switches of each server: a few words that the main thread and the server's thread share.
 *
 *     word 16 s       power: its incarnation while its thread is to be reached; 0 from the moment of its death, while
 *                     its thread may still do its last; minus its incarnation once the thread is gone
 *     word 16 s + 1   hang: 0 runs, 1 stands in a wait, 2 runs round an endless loop
 *     word 16 s + 2   watchdog: the millisecond of the run at which its power is cut, its low 32 bits; 0 for never
 *
 * and behind those of all servers, so that who sends to all looks at one cache line and not at one for each:
 *
 *     word 0          how often the power of any server has changed
 */
import { type Micros, NEVER } from '../../model/time.js';

const WORDS = 16;
const POWER = 0;
const HANG = 1;
const WATCHDOG = 2;
const NO_WATCHDOG = 0;

/** How a server hangs: stopped in a wait, or in an endless loop that eats its core. */
export type Hang = 'wait' | 'loop';

/** All switches of a cluster. */
export class Switches {
  private readonly words: Int32Array;
  private readonly changesAt: number;

  constructor(memory: SharedArrayBuffer) {
    this.words = new Int32Array(memory);
    this.changesAt = this.words.length - WORDS;
  }

  static bytes(servers: number): number {
    return (servers + 1) * WORDS * 4;
  }

  setPower(server: number, power: number): void {
    Atomics.store(this.words, server * WORDS + POWER, power);
    // Whoever finds the count grown finds the power set.
    Atomics.add(this.words, this.changesAt, 1);
    Atomics.store(this.words, server * WORDS + WATCHDOG, NO_WATCHDOG);
    // Who loses its power while it hangs does nothing more.
    if (power > 0) this.go(server);
  }

  /** Positive: the incarnation that runs. 0: none, or one that is dying. Negative: the last one, which is gone. */
  power(server: number): number {
    return Atomics.load(this.words, server * WORDS + POWER);
  }

  /** How often any power has changed, running over: who has looked at all of them since it did need not look again. */
  powerChanges(): number {
    return Atomics.load(this.words, this.changesAt);
  }

  hang(server: number, how: Hang): void {
    Atomics.store(this.words, server * WORDS + HANG, how === 'wait' ? 1 : 2);
  }

  /** Whether it hangs. */
  hangs(server: number): boolean {
    return Atomics.load(this.words, server * WORDS + HANG) !== 0;
  }

  /** It hangs no more. */
  go(server: number): void {
    Atomics.store(this.words, server * WORDS + HANG, 0);
    Atomics.notify(this.words, server * WORDS + HANG);
  }

  /** In the server's thread: does not come back while it hangs. Answers whether it did hang. */
  hangHere(server: number): boolean {
    const at = server * WORDS + HANG;
    if (Atomics.load(this.words, at) === 0) return false;
    // A server that hangs does nothing at all: its thread really stands still, or really runs in a circle.
    for (let how = Atomics.load(this.words, at); how !== 0; how = Atomics.load(this.words, at))
      if (how === 1) Atomics.wait(this.words, at, 1);
    return true;
  }

  /**
   * Sets a server's watchdog, to the next whole millisecond; one that is past goes off now.
   *
   * @param at less than 24 days from now, or never: no duration is longer than a day
   */
  windUp(server: number, at: Micros, now: Micros): void {
    const ms = at === NEVER ? NO_WATCHDOG : Math.ceil(Math.max(at, now) / 1000) | 0;
    // An instant whose low bits say never is a millisecond later.
    Atomics.store(this.words, server * WORDS + WATCHDOG, ms === NO_WATCHDOG && at !== NEVER ? ms + 1 : ms);
  }

  /** In how many milliseconds a server's watchdog goes off, 0 or less where it should have by now; Infinity for never. */
  watchdogInMs(server: number, now: Micros): number {
    const ms = Atomics.load(this.words, server * WORDS + WATCHDOG);
    return ms === NO_WATCHDOG ? Infinity : (ms - Math.floor(now / 1000)) | 0;
  }
}
