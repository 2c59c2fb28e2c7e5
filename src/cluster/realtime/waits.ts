/**
 * Who waits for what in real time: for an instant, for rest, or for a condition, each with a limit.
 */
import { type Micros, NEVER } from '../../model/time.js';
import type { Goal, Stop, Waiter } from '../backend.js';

/** The longest time that a timer can be set to, in milliseconds; one set to more goes off at once. */
export const TIMER_MS_MAX = 2 ** 31 - 1;

interface Wait extends Waiter {
  readonly goal: Goal;
  readonly limit: Micros;
  readonly resolve: (stop: Stop) => void;
  readonly reject: (error: Error) => void;
  timer: NodeJS.Timeout | undefined;
}

export interface WaitsWorld {
  now(): Micros;
  reached(goal: Goal): boolean;
  /** Takes in what servers have told, and has all waits judged where that changes anything. */
  listen(): void;
  /** Rest is also a matter of time: it is asked for again after so many milliseconds. */
  readonly recheckMs: number;
}

export class Waits {
  private readonly open = new Set<Wait>();
  private stopped = false;

  constructor(private readonly world: WaitsWorld) {}

  until(goal: Goal, limit: Micros, waiter: Waiter = {}): Promise<Stop> {
    if (this.stopped) {
      waiter.settled?.();
      return Promise.resolve({ reason: 'limit', at: this.world.now() });
    }
    return new Promise((resolve, reject) => {
      const wait: Wait = { goal, limit, ...waiter, resolve, reject, timer: undefined };
      this.open.add(wait);
      this.consider(wait);
    });
  }

  /** Whether somebody waits for rest. */
  get forRest(): boolean {
    return [...this.open].some(({ goal }) => goal.type === 'quiet');
  }

  /** Something may have changed. */
  judge(): void {
    for (const wait of [...this.open]) this.consider(wait);
  }

  /** All that wait are told of a failure; of that of an application's task only those that are none themselves. */
  fail(error: Error, ofTask = false): void {
    for (const wait of [...this.open]) {
      if (ofTask && wait.background) continue;
      this.end(wait);
      wait.reject(error);
    }
  }

  /** Nobody waits any more: whoever does, or would, is told that its limit is reached. */
  stop(): void {
    this.stopped = true;
    for (const wait of [...this.open]) {
      this.end(wait);
      wait.resolve({ reason: 'limit', at: this.world.now() });
    }
  }

  private consider(wait: Wait): void {
    if (!this.open.has(wait)) return;
    const { goal, limit, resolve, reject } = wait;
    try {
      const now = this.world.now();
      const reached = goal.type !== 'time' && this.world.reached(goal);
      if (reached || now >= limit) {
        this.end(wait);
        resolve({ reason: reached ? 'reached' : 'limit', at: now });
      } else this.rearm(wait, now);
    } catch (error) {
      this.end(wait);
      reject(error as Error);
    }
  }

  private rearm(wait: Wait, now: Micros): void {
    if (wait.timer) return;
    const leftMs = wait.limit === NEVER ? TIMER_MS_MAX : Math.ceil((wait.limit - now) / 1000);
    const ms = Math.min(TIMER_MS_MAX, leftMs, wait.goal.type === 'quiet' ? this.world.recheckMs : Infinity);
    wait.timer = setTimeout(() => {
      wait.timer = undefined;
      // A timer may go off before what was told in time has been taken in.
      this.world.listen();
      this.consider(wait);
    }, ms);
  }

  private end(wait: Wait): void {
    clearTimeout(wait.timer);
    this.open.delete(wait);
    wait.settled?.();
  }
}
