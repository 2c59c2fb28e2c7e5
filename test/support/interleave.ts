/**
 * Every interleaving of a few threads, one access to shared memory at a time, tried out in one thread.
 *
 * What runs is the code under test itself. While a thread of a scene runs, its views of the scene's memory, the code that
 * rings share (`framesCode`) and Atomics are seen through, and each access to the memory is a step: the thread is stopped
 * before it by an exception. It goes on by being run again from its beginning, where all that it read before is answered
 * from its log and nothing that it wrote is written again; then it does one step more. So a synchronous function can be
 * left and resumed at any access, any number of threads at once, and a state can be gone on from in every possible way.
 * That asks of a thread that it makes all it needs itself and decides by nothing but what it reads.
 *
 * Two ways that lead to the same memory, the same model and threads that stand alike go on in the same way, and are followed
 * once; the interleavings are still counted one by one. Threads stand alike that have read the same since they began, or
 * since they last said where they stand (`standing`). Accesses take place one after the other here, as if all were
 * atomic: what a processor may do with the order of plain ones is not shown.
 */
import { type FramesCode, framesCode, type SharedMemory } from '../../src/interconnect/shared-memory.js';

export interface Actor {
  readonly name: string;
  readonly run: () => void;
  /** Takes over when the thread was killed, which it then is: before any of its steps, or after the last. */
  readonly successor?: () => void;
  /** It may wait for more when nothing can happen any more. Any other thread that waits then is stuck. */
  readonly idles?: true;
}

/** @typeParam M what the model knows: plain data */
export interface Scene<M> {
  /** Everything that the threads share: how it stands is where each interleaving begins. */
  readonly memories: readonly { readonly words: Int32Array; readonly code?: SharedMemory }[];
  readonly actors: readonly Actor[];
  /** 'all': each access is a step. 'atomic': plain ones belong to the atomic one before them. */
  readonly steps: 'all' | 'atomic';
  /** How many waits of each thread may end by themselves. */
  readonly timeouts?: number | undefined;
  /** They end by themselves only where nothing else can happen; otherwise anywhere. */
  readonly timesOut?: 'at last' | undefined;
  /** Where the model begins. */
  readonly model: M;
  /** What the model becomes when this is told. Throws where that may not be. */
  readonly happens: (model: M, told: string) => M;
  /** Looks at the model, and the memory, when nothing can happen any more. Throws where they may not end so. */
  readonly over: (model: M) => void;
}

export interface Explored {
  readonly interleavings: bigint;
  readonly states: number;
  /** All that was ever told. */
  readonly told: ReadonlySet<string>;
}

/** What a thread does when it goes on. */
type Next =
  | { readonly kind: 'access'; readonly label: string }
  | { readonly kind: 'changed'; readonly label: string; readonly memory: number; readonly word: number; was: number }
  | { readonly kind: 'asleep'; readonly label: string; readonly place: string; readonly woken: boolean }
  | { readonly kind: 'nothing' };

interface Thread {
  readonly life: number;
  readonly log: readonly unknown[];
  /** What decides how it goes on, as text. */
  readonly stand: string;
  /** How often it has said where it stands. */
  readonly standings: number;
  readonly told: number;
  readonly timeouts: number;
  readonly next: Next;
}

interface State<M> {
  readonly memories: readonly Int32Array[];
  readonly threads: readonly Thread[];
  readonly model: M;
  readonly history: readonly string[];
}

/** A thread while it runs. */
interface Run {
  readonly log: unknown[];
  at: number;
  /** Steps that it may still take. */
  left: number;
  tells: number;
  readonly timesOut: boolean;
  stopped: Next | undefined;
  /** Where it said last that it stands, and how much of the log was read then. */
  stand: string;
  standAt: number;
  standings: number;
  readonly standingsBefore: number;
  /** Last values of words that were loaded as indexes. */
  readonly loaded: Map<number, number>;
}

/** Stops a thread. There is one, as making it takes time. */
const STOPPED = new Error('stopped before a step');

/** The exploration that goes on; there is one at a time. */
let current: Exploration<unknown> | undefined;

/** Tells something that just came about; it is no step. */
export function tell(what: string): void {
  current?.tell(what);
}

/**
 * Says where the thread stands: whatever it read before decides its way from here on no further than this text tells.
 * Answers nothing that a thread could use.
 */
export function standing(where: () => string): void {
  current?.standing(where);
}

/** All that an end of a ring remembers, beside its views. */
export function memoryOf(end: object): string {
  return JSON.stringify(Object.entries(end).filter(([, value]) => typeof value !== 'object'));
}

/** Goes on when this word is no longer what the thread last loaded from there through the code of rings. */
export function untilMoved(word: number): void {
  current?.untilMoved(word);
}

/** Tries all interleavings. Throws where one fails, with its steps. */
export function explore<M>(scene: Scene<M>): Explored {
  const exploration = new Exploration(scene);
  const restore = exploration.hook();
  current = exploration as Exploration<unknown>;
  try {
    return exploration.exploreAll();
  } finally {
    current = undefined;
    restore();
  }
}

class Exploration<M> {
  private run: Run | undefined;
  /** While a step is taken: what it makes of the state. */
  private threads: Thread[] = [];
  private history: string[] = [];
  private model: M;
  private toldBefore = 0;
  private readonly path: string[] = [];
  private readonly counts = new Map<string, bigint>();
  private readonly everTold = new Set<string>();
  private readonly bare = new WeakMap<object, Int32Array>();
  private readonly plainSteps: boolean;

  constructor(private readonly scene: Scene<M>) {
    this.model = scene.model;
    this.plainSteps = scene.steps === 'all';
  }

  exploreAll(): Explored {
    const { actors, memories, model } = this.scene;
    const fresh = {
      life: 0,
      log: [],
      stand: '',
      standings: 0,
      told: 0,
      timeouts: 0,
      next: { kind: 'nothing' as const },
    };
    let state: State<M> = {
      memories: memories.map(({ words }) => words.slice()),
      threads: actors.map(() => fresh),
      model,
      history: [],
    };
    for (let index = 0; index < actors.length; index++) state = this.advance(state, index, 0);
    const interleavings = this.count(state);
    return { interleavings, states: this.counts.size, told: this.everTold };
  }

  // ---------------------------------------------------------------- the tree of all interleavings

  /** How many ways lead on from here. */
  private count(state: State<M>): bigint {
    const key = keyOf(state);
    const known = this.counts.get(key);
    if (known !== undefined) return known;
    let ways = 0n;
    for (let index = 0; index < state.threads.length; index++) {
      const thread = state.threads[index];
      const { name, successor } = this.scene.actors[index];
      const { next } = thread;
      if (this.canGoOn(state, next)) ways += this.follow(name, next, () => this.advance(state, index, 1));
      if (successor && thread.life === 0) ways += this.follow(`${name} killed`, next, () => this.succeed(state, index));
    }
    if (ways === 0n || !this.scene.timesOut) ways += this.timeOut(state);
    if (ways === 0n) {
      this.end(state);
      ways = 1n;
    }
    this.counts.set(key, ways);
    return ways;
  }

  private timeOut(state: State<M>): bigint {
    let ways = 0n;
    for (const [index, { next, timeouts }] of state.threads.entries()) {
      if (next.kind !== 'asleep' || next.woken || timeouts >= (this.scene.timeouts ?? 0)) continue;
      const who = `${this.scene.actors[index].name}, timed out`;
      ways += this.follow(who, next, () => this.advance(state, index, 1, true));
    }
    return ways;
  }

  private follow(who: string, next: Next, go: () => State<M>): bigint {
    this.path.push(next.kind === 'nothing' ? who : `${who}: ${next.label}`);
    const ways = this.count(go());
    this.path.pop();
    return ways;
  }

  private canGoOn({ memories }: State<M>, next: Next): boolean {
    if (next.kind === 'changed') return memories[next.memory][next.word] !== next.was;
    return next.kind === 'access' || (next.kind === 'asleep' && next.woken);
  }

  private end(state: State<M>): void {
    this.load(state);
    for (const [index, { next }] of state.threads.entries()) {
      const { idles, name } = this.scene.actors[index];
      if (next.kind !== 'nothing' && !idles) this.fail(`${name} is stuck: ${next.label}`, state.history);
    }
    try {
      this.scene.over(state.model);
    } catch (error) {
      this.fail(String(error), state.history);
    }
  }

  private fail(complaint: string, history: readonly string[]): never {
    throw new Error(`${complaint}\n  told: ${history.join('; ')}\n  steps:\n    ${this.path.join('\n    ')}`);
  }

  // ---------------------------------------------------------------- one step

  private load(state: State<M>): void {
    this.scene.memories.forEach(({ words }, index) => words.set(state.memories[index]));
  }

  /** Its successor takes over: it stands before its first step. */
  private succeed(state: State<M>, index: number): State<M> {
    const threads = [...state.threads];
    threads[index] = { ...threads[index], life: 1, log: [], stand: '', standings: 0, told: 0 };
    return this.advance({ ...state, threads }, index, 0);
  }

  /** Runs a thread from its beginning to where it stands and so many steps further. */
  private advance(state: State<M>, index: number, steps: number, timesOut = false): State<M> {
    const thread = state.threads[index];
    const { run: first, successor } = this.scene.actors[index];
    const run = newRun(thread, steps, timesOut);
    this.load(state);
    this.threads = [...state.threads];
    this.history = [...state.history];
    this.model = state.model;
    this.toldBefore = thread.told;
    this.run = run;
    try {
      (thread.life === 0 ? first : (successor ?? first))();
    } catch (error) {
      if (error !== STOPPED) this.fail(String(error), this.history);
    } finally {
      this.run = undefined;
    }
    this.threads[index] = {
      life: thread.life,
      log: run.log,
      stand: standOf(run),
      standings: run.standings,
      told: Math.max(run.tells, thread.told),
      timeouts: thread.timeouts + (timesOut ? 1 : 0),
      next: run.stopped ?? { kind: 'nothing' },
    };
    const memories = this.scene.memories.map(({ words }) => words.slice());
    return { memories, threads: this.threads, model: this.model, history: this.history };
  }

  /** What the log says, or what is found now; where that is a step too many the thread stops here. */
  private access<T>(next: () => Next, isStep: boolean, perform: () => T): T {
    const { run } = this;
    if (!run) return perform();
    if (run.at < run.log.length) return run.log[run.at++] as T;
    if (run.stopped) throw STOPPED;
    if (isStep && run.left-- <= 0) {
      run.stopped = next();
      throw STOPPED;
    }
    const found = perform();
    run.log.push(found);
    run.at++;
    return found;
  }

  private step<T>(label: () => string, perform: () => T): T {
    return this.access(() => ({ kind: 'access', label: label() }), true, perform);
  }

  private plain<T>(label: () => string, perform: () => T): T {
    return this.access(() => ({ kind: 'access', label: label() }), this.plainSteps, perform);
  }

  tell(what: string): void {
    const { run } = this;
    if (!run || run.stopped) return;
    run.tells++;
    if (run.tells <= this.toldBefore) return;
    this.history.push(what);
    this.everTold.add(what);
    this.model = this.scene.happens(this.model, what);
  }

  standing(where: () => string): void {
    const { run } = this;
    if (!run || run.stopped) return;
    run.standings++;
    // What it said before it said so last is of no interest any more.
    if (run.standings < run.standingsBefore) return;
    run.stand = where();
    run.standAt = run.at;
  }

  untilMoved(word: number): void {
    const memory = this.scene.memories.findIndex(({ code }) => code);
    const was = this.run?.loaded.get(word) ?? 0;
    const label = `goes on when ${word} is not ${was}`;
    this.access(
      () => ({ kind: 'changed', label, memory, word, was }),
      true,
      () => undefined,
    );
  }

  // ---------------------------------------------------------------- seeing through

  /** Everything through which threads get at the memory is seen through, until the answer is called. */
  hook(): () => void {
    const views = { Int32Array, Float64Array, Uint8Array };
    const atomics = { ...Object.fromEntries(HOOKED.map((name) => [name, Atomics[name]])) };
    const codes = this.scene.memories.flatMap(({ code }) => (code ? [framesCode(code)] : []));
    const originals = codes.map((code) => ({ ...code }));
    for (const [name, view] of Object.entries(views)) Reflect.set(globalThis, name, this.hookedViews(view));
    Object.assign(Atomics, this.hookedAtomics());
    const [{ words }] = this.scene.memories;
    codes.forEach((code, index) => Object.assign(code, this.hookedCode(originals[index], words)));
    return () => {
      Object.assign(globalThis, views);
      Object.assign(Atomics, atomics);
      codes.forEach((code, index) => Object.assign(code, originals[index]));
    };
  }

  private hookedCode(code: FramesCode, words: Int32Array): FramesCode {
    return {
      load: (word) => {
        const value = this.step(
          () => `load ${word}`,
          () => code.load(word),
        );
        this.run?.loaded.set(word, value);
        return value;
      },
      store: (word, value) =>
        this.step(
          () => `store ${word} = ${value}`,
          () => code.store(word, value),
        ),
      seal: (frame, ...header) => {
        // Two steps: the other end may look when half of the header is there.
        this.plain(
          () => `seal ${frame}, the first half`,
          () => {
            const before = words.slice(frame, frame + HEADER_WORDS);
            code.seal(frame, ...header);
            words.set(before.subarray(HALF_HEADER_WORDS), frame + HALF_HEADER_WORDS);
          },
        );
        this.plain(
          () => `seal ${frame}`,
          () => code.seal(frame, ...header),
        );
      },
      checksum: (frame, bytes) =>
        this.plain(
          () => `checksum ${frame}`,
          () => code.checksum(frame, bytes),
        ),
    };
  }

  /** A constructor of views that can be seen through, where they are of the scene's memory. */
  private hookedViews(constructor: typeof Int32Array | typeof Float64Array | typeof Uint8Array): object {
    return new Proxy(constructor, {
      construct: (target, given: ConstructorParameters<typeof Int32Array>) => {
        const view = Reflect.construct(target, given) as Int32Array;
        const [buffer] = given as readonly unknown[];
        const watched = this.scene.memories.some(({ words }) => words.buffer === buffer);
        return this.run && watched ? this.hookedView(view) : view;
      },
    });
  }

  private hookedView(view: Int32Array): object {
    const wordOf = (name: string): number => (view.byteOffset + Number(name) * view.BYTES_PER_ELEMENT) / 4;
    const hooked = new Proxy(view, {
      get: (target, name) => {
        if (typeof name === 'string' && IS_INDEX.test(name))
          return this.plain(
            () => `read ${wordOf(name)}`,
            () => target[Number(name)],
          );
        if (name === 'subarray')
          return (from: number, to: number) =>
            this.plain(
              () => `read ${wordOf(String(from))} on`,
              () => target.slice(from, to),
            );
        if (name === 'set')
          return (from: Int32Array, at: number) =>
            this.plain(
              () => `write ${wordOf(String(at))} on`,
              () => target.set(from, at),
            );
        return Reflect.get(target, name, target) as unknown;
      },
      set: (target, name, value: number) =>
        this.plain(
          () => `write ${wordOf(String(name))} = ${value}`,
          () => Reflect.set(target, name, value),
        ),
    });
    this.bare.set(hooked, view);
    return hooked;
  }

  private hookedAtomics(): Pick<typeof Atomics, (typeof HOOKED)[number]> {
    const { load, store, exchange, add, wait } = Atomics;
    /** As a step, on the view itself. */
    const through =
      <A extends readonly number[]>(name: string, real: (view: Int32Array, ...rest: A) => number) =>
      (view: Int32Array, ...rest: A): number => {
        const own = this.bare.get(view);
        return own
          ? this.step(
              () => `Atomics.${name} ${rest.join(', ')}`,
              () => real(own, ...rest),
            )
          : real(view, ...rest);
      };
    return {
      load: through('load', (view, at: number) => load(view, at)),
      store: through('store', (view, at: number, value: number) => store(view, at, value)),
      exchange: through('exchange', (view, at: number, value: number) => exchange(view, at, value)),
      add: through('add', (view, at: number, value: number) => add(view, at, value)),
      notify: through('notify', (view, at: number) => this.notify(this.placeOf(view, at))),
      wait: (view: Int32Array, at: number, expected: number, timeout?: number) => {
        const own = this.bare.get(view);
        if (!own) return wait(view, at, expected, timeout);
        return this.wait(own, at, expected);
      },
    } as unknown as Pick<typeof Atomics, (typeof HOOKED)[number]>;
  }

  private placeOf({ buffer, byteOffset }: Int32Array, at: number): string {
    const memory = this.scene.memories.findIndex(({ words }) => words.buffer === buffer);
    return `${memory}:${byteOffset / 4 + at}`;
  }

  private notify(place: string): number {
    let woken = 0;
    this.threads = this.threads.map((thread) => {
      const { next } = thread;
      if (next.kind !== 'asleep' || next.woken || next.place !== place) return thread;
      woken++;
      return { ...thread, next: { ...next, woken: true } };
    });
    return woken;
  }

  /** To fall asleep is one step, to be awake again another, which has to be made possible by somebody. */
  private wait(view: Int32Array, at: number, expected: number): string {
    const differs = this.step(
      () => `Atomics.wait ${at}, ${expected}`,
      () => view[at] !== expected,
    );
    if (differs) return 'not-equal';
    const label = `asleep at ${at}, where ${expected} stood`;
    const place = this.placeOf(view, at);
    return this.access(
      () => ({ kind: 'asleep', label, place, woken: false }),
      true,
      () => (this.run?.timesOut ? 'timed-out' : 'ok'),
    );
  }
}

const HOOKED = ['load', 'store', 'exchange', 'add', 'notify', 'wait'] as const;
const HEADER_WORDS = 6;
const HALF_HEADER_WORDS = 2;
const IS_INDEX = /^\d+$/;

function newRun(thread: Thread, steps: number, timesOut: boolean): Run {
  return {
    log: [...thread.log],
    at: 0,
    left: steps,
    tells: 0,
    timesOut,
    stopped: undefined,
    stand: '',
    standAt: 0,
    standings: 0,
    standingsBefore: thread.standings,
    loaded: new Map(),
  };
}

function standOf({ stand, standAt, log, loaded }: Run): string {
  return `${stand}/${log.slice(standAt).join()}/${[...loaded].join()}`;
}

function keyOf({ memories, threads, model }: State<unknown>): string {
  const stands = threads.map(({ life, stand, timeouts, next }) => {
    const woken = next.kind === 'asleep' && next.woken;
    return `${life}/${timeouts}/${next.kind}${woken}/${stand}`;
  });
  return [...memories.map((memory) => memory.join()), ...stands, JSON.stringify(model)].join('|');
}
