/**
 * An application on an emulated machine: a process with threads, as far as an API needs to know of them.
 *
 * The code of an application is the user's own and runs in the main thread. It belongs to a machine, and so it gets no
 * answer while that machine hangs, and none ever again after the machine has lost its power: then the process is gone,
 * and what its tasks were waiting for throws `ProcessGone`, as far out as the task goes. Each thread has its own last
 * error. In virtual time the clock stands while a task runs (`cluster/tasks.ts`).
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Backend, Goal, Stop } from '../../cluster/backend.js';
import type { Service, Told } from '../../cluster/service.js';
import { type Micros, NEVER, micros } from '../../model/time.js';
import type { Target } from '../layout/types.js';
import type { Kit } from './kits.js';

/** How an application was built: what decides which DLLs it loads and how its structures lie in memory. */
export interface Build extends Target {
  readonly kit: Kit;
  /** `static`: linked with the stub library that looks for the DLL by itself (section 2.4). */
  readonly library: 'import' | 'static';
}

/** The process has ended: its machine lost its power, or it was ended by hand. No call of it comes back. */
export class ProcessGone extends Error {
  override readonly name = 'ProcessGone';
}

/** A timeout that never comes. */
export const INFINITE = 0xffffffff;
/** A wait without a limit gives up after so much of the cluster's virtual time, rather than never: 24 hours. */
const FOREVER_US = 24 * 3_600_000_000;
/** Where an application's memory begins, and how far apart its buffers lie. */
const MEMORY_START = 0x0040_0000n;
const PAGE = 0x1000n;

export class Process {
  readonly service: Service;
  private readonly boots: number;
  private readonly addresses = new WeakMap<ArrayBufferLike, bigint>();
  private nextAddress = MEMORY_START;
  private ended = false;
  private readonly atEnd = new Set<() => void>();

  /**
   * @param eventQueue how many events each of its watches keeps
   * @throws RangeError where there is no such machine, or it has no power
   */
  constructor(
    readonly backend: Backend,
    machine: string,
    readonly build: Build,
    private readonly settings: { readonly eventQueue: number; readonly timeScale: number },
  ) {
    this.service = backend.service(machine);
    if (this.service.power === 'off') throw new RangeError(`${machine} has no power: nothing can be started there.`);
    this.boots = this.service.boots;
    backend.tasks.expect();
  }

  /** How many events a watch keeps. */
  get eventQueue(): number {
    return this.settings.eventQueue;
  }

  get machine(): string {
    return this.service.machine;
  }

  /** It runs still, or would if its machine did not hang. */
  get alive(): boolean {
    const { power, boots } = this.service;
    if (!this.ended && (power === 'off' || boots !== this.boots)) this.end();
    return !this.ended;
  }

  /** Ends the process; what it had open is closed. */
  end(): void {
    if (this.ended) return;
    this.ended = true;
    for (const closes of this.atEnd) closes();
    this.backend.reconsider();
  }

  /** Something of this process's that must not outlive it. Answers how to forget it. */
  whenEnded(closes: () => void): () => void {
    this.atEnd.add(closes);
    return () => this.atEnd.delete(closes);
  }

  /** When a wait of so many milliseconds is over: a DWORD, of which the largest says never. */
  timeout(milliseconds: number): Micros {
    const dword = milliseconds >>> 0;
    return dword === INFINITE ? NEVER : this.after(dword);
  }

  /** The instant so many milliseconds from now. */
  after(milliseconds: number): Micros {
    return micros(this.backend.now() + Math.floor(milliseconds * 1000 * this.settings.timeScale));
  }

  /** Hands over what the machine's cluster service lets out, as long as the process runs. Answers how to stop that. */
  listen(sink: (told: Told) => void): () => void {
    return this.service.listen((told) => {
      // It may have gone with its machine, and nobody has asked it since.
      if (this.alive) sink(told);
    });
  }

  /** When a wait without a limit gives up. */
  forever(): Micros {
    const { backend } = this;
    return backend.kind === 'realtime' ? NEVER : micros(backend.now() + FOREVER_US);
  }

  assertAlive(): void {
    if (!this.alive)
      throw new ProcessGone(`The application on ${this.machine} is gone with the boot it was started in.`);
  }

  /** Where a buffer lies in the application's memory: the same as long as the buffer is there. */
  addressOf(buffer: Uint8Array): bigint {
    let start = this.addresses.get(buffer.buffer);
    if (start === undefined) {
      start = this.nextAddress;
      this.addresses.set(buffer.buffer, start);
      this.nextAddress += (BigInt(buffer.buffer.byteLength) / PAGE + 2n) * PAGE;
    }
    return start + BigInt(buffer.byteOffset);
  }
}

/** What a thread's last failed call said, for people. */
export interface LastFailure {
  readonly call: string;
  readonly error: string;
  readonly because: string;
}

export class Thread {
  /** What GetLastError answers: the code of the last call that failed in this thread, 0 before any. */
  lastError = 0;
  lastFailure: LastFailure | undefined;
  /** How many waits of it are under way. */
  private open = 0;

  /** @param task it is a task of its own, beside the program that drives the run */
  constructor(
    readonly process: Process,
    private readonly task = false,
  ) {}

  /**
   * Waits until the condition holds or `limit` is there; answers whether it holds. A condition that takes something is
   * asked until it has said yes once.
   *
   * @throws ProcessGone
   */
  async until(holds: () => boolean, limit: Micros): Promise<boolean> {
    const { process } = this;
    let held = false;
    const end = limit === NEVER ? process.forever() : limit;
    await this.pass({ type: 'condition', holds: () => !process.alive || (held = holds()) }, end);
    await this.awake();
    if (!held && limit === NEVER)
      throw new RangeError(
        `The application on ${process.machine} waits for ever: nothing came in 24h of cluster time.`,
      );
    return held;
  }

  /** Waits for an answer that the cluster gives in its own time. */
  async answer<T>(promise: Promise<T>): Promise<T> {
    let settled = false;
    const answered = promise.finally(() => {
      settled = true;
      this.process.backend.reconsider();
    });
    answered.catch(() => undefined);
    await this.until(() => settled, NEVER);
    return answered;
  }

  /** Comes back when the machine runs: a hung one gives no answer. */
  async awake(): Promise<void> {
    const { process } = this;
    const { service } = process;
    const runs = (): boolean => !process.alive || service.power !== 'hung';
    while (!runs()) {
      const stop = await this.pass({ type: 'condition', holds: runs }, process.forever());
      if (stop.reason !== 'reached') throw new RangeError(`${process.machine} hangs, and nobody resumes it.`);
    }
    process.assertAlive();
  }

  /** Waits, as a task among others or as the program that drives the run. */
  pass(goal: Goal, limit: Micros): Promise<Stop> {
    const { backend } = this.process;
    // What a task does in a thread of the program's, it does as that task: the program waits for it.
    const inside = this.task ? undefined : running.getStore();
    if (inside && !inside.ended) return inside.pass(goal, limit);
    if (!this.task) return backend.until(goal, limit);
    // A task that has several calls open at once stands still once.
    if (this.open === 0) backend.tasks.pause();
    this.open += 1;
    const settled = (): void => {
      this.open -= 1;
      if (this.open === 0) backend.tasks.goOn();
    };
    return backend.until(goal, limit, { background: true, settled });
  }
}

/** The task that runs: whoever awaits a task may be one. */
const running = new AsyncLocalStorage<Task<unknown>>();

/**
 * A task of an application, begun at this instant. Awaiting it lets virtual time pass until it is through, also from
 * another task; it throws what the task throws. A task whose process has gone has the value undefined.
 */
export class Task<T> implements PromiseLike<T | undefined> {
  private done = false;
  private awaited = false;
  private readonly outcome: Promise<T | undefined>;
  private readonly thread: Thread;

  constructor(
    private readonly process: Process,
    does: (thread: Thread) => T | Promise<T>,
  ) {
    const { tasks } = process.backend;
    tasks.goOn();
    this.thread = new Thread(process, true);
    this.outcome = running
      .run(this, () => Promise.resolve().then(() => does(this.thread)))
      .catch((error: unknown) => {
        if (error instanceof ProcessGone) return undefined;
        if (!this.awaited) tasks.fail(error instanceof Error ? error : new Error(String(error)));
        throw error;
      })
      .finally(() => {
        this.done = true;
        tasks.pause();
        process.backend.reconsider();
      });
    // Where nobody awaits it, whoever waits for the cluster is told.
    this.outcome.catch(() => undefined);
  }

  /** It is through. */
  get ended(): boolean {
    return this.done;
  }

  /** Waits in the place of another thread. */
  pass(goal: Goal, limit: Micros): Promise<Stop> {
    return this.thread.pass(goal, limit);
  }

  then<R = T | undefined, E = never>(
    onFulfilled?: ((value: T | undefined) => R | PromiseLike<R>) | null,
    onRejected?: ((reason: unknown) => E | PromiseLike<E>) | null,
  ): Promise<R | E> {
    this.awaited = true;
    const other = running.getStore();
    const through = other && !other.done ? other.thread.until(() => this.done, NEVER) : this.drive();
    return through.then(() => this.outcome).then(onFulfilled, onRejected);
  }

  /** Lets time pass until it is through, for the program that drives the run. */
  private async drive(): Promise<void> {
    const { backend, machine } = this.process;
    await backend.until({ type: 'condition', holds: () => this.done }, this.process.forever());
    if (!this.done) throw new RangeError(`The task on ${machine} has not come to its end in 24h of cluster time.`);
  }
}
