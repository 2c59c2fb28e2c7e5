/**
 * Lets virtual time pass: for everybody who waits for something, in one loop.
 *
 * Several may wait at once: the program that drives the run, and the tasks of applications. Time goes on to the next
 * instant only while that program waits and no task runs. Whoever's wait is over goes on first: it may act, or wait
 * again, before the next instant. What tasks wait for in the background drives nothing: while the program is busy with
 * other things, time stands, so that no trace depends on how long they take.
 */
import { type Micros, micros, NEVER } from '../model/time.js';
import type { Goal, Stop, Waiter } from './backend.js';
import type { Tasks } from './tasks.js';

/** The virtual world as its driver sees it. */
export interface DrivenWorld {
  now(): Micros;
  reached(goal: Goal): boolean;
  /** Grows whenever something happens that a goal may be about. */
  news(): number;
  nextInstant(): Micros;
  /** Does all that is due at the next instant; what comes back, if anything, is to be waited for. */
  pass(at: Micros): Promise<void> | undefined;
  /** Somebody is being told what has happened: until that is over time stands. */
  isTelling(): boolean;
  /** Time passes up to there, and nothing happens. */
  skipTo(at: Micros): void;
}

interface Wait extends Waiter {
  readonly goal: Goal;
  readonly limit: Micros;
  readonly resolve: (stop: Stop) => void;
  readonly reject: (error: unknown) => void;
}

export class Driver {
  private readonly waits = new Set<Wait>();
  /** How many of them let time pass. */
  private foreground = 0;
  /** The first of their limits. */
  private limit = NEVER;
  /** Somebody waits for rest: that is asked at every instant. */
  private forRest = false;
  private driving = false;
  /** Somebody's wait is over who has not gone on yet. */
  private woken = false;
  private stopped = false;

  constructor(
    private readonly world: DrivenWorld,
    private readonly tasks: Tasks,
  ) {}

  until(goal: Goal, limit: Micros, waiter: Waiter = {}): Promise<Stop> {
    if (this.stopped) {
      waiter.settled?.();
      return Promise.resolve({ reason: 'limit', at: this.world.now() });
    }
    return new Promise((resolve, reject) => {
      // Who waits beyond all time waits for ever: no limit is later than that.
      this.waits.add({ goal, limit: micros(Math.min(limit, NEVER)), ...waiter, resolve, reject });
      this.survey();
      if (this.world.isTelling()) queueMicrotask(() => this.start());
      else this.start();
    });
  }

  /** Somebody has acted who goes on before the next instant. */
  wake(): void {
    this.woken = true;
  }

  /** Nobody waits any more: whoever does, or would, is told that its limit is reached. */
  stop(): void {
    this.stopped = true;
    for (const wait of [...this.waits]) this.end(wait, 'limit');
  }

  private start(): void {
    if (!this.driving && this.foreground > 0) void this.drive();
  }

  private async drive(): Promise<void> {
    this.driving = true;
    try {
      // Who has acted may have been waiting for the same as whoever waits now.
      this.woken ||= this.tasks.any;
      this.judge();
      let news = this.world.news();
      while (this.foreground > 0) {
        if (this.woken || this.tasks.busy) {
          await this.othersTurn();
          this.judge();
        } else {
          const under = this.passOne();
          if (under) await under;
          const changed = this.world.news() !== news;
          // Applications hear of what has happened before anything else does.
          if (changed) this.woken ||= this.tasks.any;
          if (changed || this.forRest) this.judge();
        }
        news = this.world.news();
      }
    } catch (error) {
      for (const wait of [...this.waits]) this.settle(wait, () => wait.reject(error));
    } finally {
      this.driving = false;
    }
  }

  /** The next instant, or the first limit where that comes before it. */
  private passOne(): Promise<void> | undefined {
    const at = this.world.nextInstant();
    const { limit } = this;
    if (at <= limit && at !== NEVER) return this.world.pass(at);
    if (limit !== NEVER) this.world.skipTo(limit);
    const reason = limit === NEVER ? 'nothing-left' : 'limit';
    for (const wait of [...this.waits]) if (wait.limit === limit) this.end(wait, reason);
    return undefined;
  }

  /** All that have been woken go on until they wait again, or are through. */
  private async othersTurn(): Promise<void> {
    this.woken = false;
    do {
      await this.tasks.idle();
      await new Promise((resolve) => setImmediate(resolve));
    } while (this.tasks.busy);
  }

  private judge(): void {
    const failure = this.foreground > 0 ? this.tasks.takeFailure() : undefined;
    if (failure) {
      for (const wait of [...this.waits]) if (!wait.background) this.settle(wait, () => wait.reject(failure));
    }
    for (const wait of [...this.waits]) {
      try {
        if (this.world.reached(wait.goal)) this.end(wait, 'reached');
      } catch (error) {
        this.settle(wait, () => wait.reject(error));
      }
    }
  }

  private end(wait: Wait, reason: Stop['reason']): void {
    this.settle(wait, () => wait.resolve({ reason, at: this.world.now() }));
  }

  private settle(wait: Wait, tell: () => void): void {
    this.waits.delete(wait);
    this.survey();
    this.woken ||= this.tasks.any;
    wait.settled?.();
    tell();
  }

  private survey(): void {
    this.limit = NEVER;
    this.forRest = false;
    this.foreground = 0;
    for (const { goal, limit, background } of this.waits) {
      if (!background) this.foreground += 1;
      if (limit < this.limit) this.limit = limit;
      this.forRest ||= goal.type === 'quiet';
    }
  }
}
