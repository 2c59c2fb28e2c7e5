/**
 * Doorbells under every interleaving of who rings and who goes to sleep, by each atomic access of both: whoever sleeps is
 * woken for what was published, in each of the ways in which threads here wait. A wait does not end by itself in these
 * scenes, unless they say so: then a waking that got lost leaves somebody asleep for ever, and is found.
 */
import { describe, expect, it } from 'vitest';
import type { Bell } from '../../src/interconnect/bell.js';
import { Mesh } from '../../src/interconnect/mesh.js';
import type { RingReader } from '../../src/interconnect/ring.js';
import { waitFor } from '../../src/node/realtime/waiting.js';
import { type Actor, type Explored, explore, memoryOf, standing, tell } from '../support/interleave.js';

const CAPACITY = 256;
const RECEIVER = 0;
const INTERLEAVINGS_MIN = 100n;

/** Longer than any of these scenes: waits end by themselves where the scene says so. */
const SLEEP_MS = 1000;

// ---------------------------------------------------------------- who rings

type Woken = (() => void) | undefined;

/** Sends frames with numbers from `first` on; publishes each, and rings. */
function sends(mesh: Mesh, from: number, first: number, frames: number, woken?: Woken): void {
  const writer = mesh.writer(from, RECEIVER);
  const bell = mesh.bell(RECEIVER);
  for (let n = first; n < first + frames; n++) {
    standing(() => `${n} ${memoryOf(writer)}`);
    const at = writer.reserve(1, from, n, 0, 0);
    if (at < 0) throw new Error('no room');
    writer.seal();
    writer.publish();
    tell(`sent ${from} ${n}`);
    if (bell.ring()) woken?.();
  }
}

// ---------------------------------------------------------------- who waits

/** The receiver's ends of all rings to it. */
class Ears {
  readonly bell: Bell;
  private readonly readers: RingReader[] = [];

  constructor(mesh: Mesh) {
    this.bell = mesh.bell(RECEIVER);
    for (let from = 1; from < mesh.nodes; from++) this.readers.push(mesh.reader(from, RECEIVER));
    tell('begins');
  }

  /** Takes in what is there; answers whether that was anything. */
  hear(): boolean {
    let heard = false;
    for (const reader of this.readers) {
      while (reader.next()) {
        tell(`heard ${reader.ends} ${reader.epoch}`);
        heard = true;
      }
      reader.release();
    }
    return heard;
  }

  /** All that is remembered from one pass to the next. */
  stand(more: number): void {
    standing(() => [more, ...this.readers.map(memoryOf)].join());
  }
}

/** The loops in which threads wait: they never end. */
const WAITERS = {
  /** As in lockstep, and wherever somebody waits for an answer. */
  'by waitFor': (ears: Ears) => {
    for (;;) {
      ears.stand(0);
      waitFor(ears.bell, () => ears.hear(), Infinity);
    }
  },
  /** As a client of realtime/client.ts does. */
  'after a last look': (ears: Ears) => {
    const { bell } = ears;
    for (;;) {
      ears.stand(0);
      ears.hear();
      const seen = bell.read();
      bell.prepare();
      if (!ears.hear()) Atomics.wait(bell.i32, bell.index, seen, SLEEP_MS);
      bell.awake();
    }
  },
  /** As a server of realtime/server.ts does, which looks only where somebody has rung. */
  'prepared before it looks': (ears: Ears) => {
    const { bell } = ears;
    for (;;) {
      ears.stand(0);
      const seen = bell.read();
      if (bell.prepare()) ears.hear();
      if (bell.prepared) Atomics.wait(bell.i32, bell.index, seen, SLEEP_MS);
    }
  },
  /** As the main thread of cluster/realtime.ts does, which whoever rang sends a message: its event loop has no bell. */
  'in its event loop': (ears: Ears) => {
    const { bell } = ears;
    bell.prepare();
    ears.hear();
    for (let taken = 0; ;) {
      ears.stand(taken);
      while (Atomics.load(bell.i32, mailbox(bell)) === taken)
        if (Atomics.wait(bell.i32, mailbox(bell), taken, SLEEP_MS) === 'timed-out') break;
      // One look is for all messages that are there when it begins.
      taken = Atomics.load(bell.i32, mailbox(bell));
      bell.awake();
      ears.hear();
      bell.prepare();
      ears.hear();
    }
  },
} as const;

type Waiter = keyof typeof WAITERS;

/** A word of a bell that nobody uses counts the messages to its node's event loop. */
function mailbox(bell: Bell): number {
  return bell.index + 48;
}

/** Sends the receiver's event loop a message. */
function post(mesh: Mesh): void {
  const bell = mesh.bell(RECEIVER);
  Atomics.add(bell.i32, mailbox(bell), 1);
  Atomics.notify(bell.i32, mailbox(bell));
}

// ---------------------------------------------------------------- the model

/** Of each sender: what was sent, and how much of it is heard or skipped, at least and at most. */
type Model = readonly { readonly sent: readonly string[]; readonly least: number; readonly most: number }[];

/** Throws where something is heard that is not the next. */
function happens(model: Model, told: string): Model {
  const [what, from, n] = told.split(' ');
  return model.map((link, index) => {
    const { least, most, sent } = link;
    // What was sent to a receiver that was killed is not for its successor.
    if (what === 'resets') return { sent, least: sent.length, most: sent.length };
    if (what === 'reset') return { sent, least, most: sent.length };
    if (index + 1 !== Number(from)) return link;
    if (what === 'sent') return { ...link, sent: [...sent, n] };
    const place = sent.indexOf(n);
    if (place < least || place > most) throw new Error(`${told} is not the next`);
    return { sent, least: place + 1, most: place + 1 };
  });
}

function allIsHeard(model: Model): void {
  for (const { most, sent } of model) expect(most, 'frames heard by one who sleeps now').toBe(sent.length);
}

// ---------------------------------------------------------------- scenes

interface Players {
  /** How many frames each of the senders sends. */
  readonly frames: readonly number[];
  readonly waiter: Waiter;
  readonly timeouts?: number;
  readonly timesOut?: 'at last';
  /** The first sender is killed, and its successor sends one more frame. */
  readonly killsSender?: true;
  readonly killsReceiver?: true;
}

function exploreBell({ frames, waiter, timeouts, timesOut, killsSender, killsReceiver }: Players): Explored {
  const mesh = Mesh.create(frames.length + 1, CAPACITY);
  const woken = waiter === 'in its event loop' ? (): void => post(mesh) : undefined;
  const senders = frames.map((count, index): Actor => {
    const killed = killsSender && index === 0;
    return {
      name: `sender ${index + 1}`,
      run: () => sends(mesh, index + 1, 0, count, woken),
      successor: killed ? (): void => sends(mesh, index + 1, 10, 1, woken) : undefined,
    };
  });
  const waits = (): void => WAITERS[waiter](new Ears(mesh));
  const resets = (): void => {
    tell('resets');
    mesh.resetNode(RECEIVER);
    tell('reset');
    waits();
  };
  const receiver: Actor = { name: 'receiver', run: waits, successor: killsReceiver ? resets : undefined, idles: true };
  const words = new Int32Array(mesh.memory.buffer, 0, Mesh.bytes(mesh.nodes, CAPACITY) / 4);
  const explored = explore<Model>({
    memories: [{ words, code: mesh.memory }],
    actors: [...senders, receiver],
    steps: 'atomic',
    timeouts,
    timesOut,
    model: frames.map(() => ({ sent: [], least: 0, most: 0 })),
    happens,
    over: allIsHeard,
  });
  // Fewer would mean that the threads were not stopped at each of their atomic accesses.
  expect(explored.interleavings).toBeGreaterThan(INTERLEAVINGS_MIN);
  return explored;
}

describe.each(Object.keys(WAITERS) as Waiter[])('who waits %s', (waiter) => {
  it('is woken for each frame of a sender', () => {
    exploreBell({ waiter, frames: [3] });
  });

  it('is woken for each frame of two senders', () => {
    exploreBell({ waiter, frames: [1, 1] });
  });

  it('hears each frame, where waits end by themselves too', () => {
    exploreBell({ waiter, frames: [2], timeouts: 2 });
  });

  it('is woken where it was killed and began anew', () => {
    exploreBell({ waiter, frames: [2], killsReceiver: true });
  });

  // Who is killed between taking the flag away and ringing has woken nobody, and nobody else does: so a wait has an end.
  it('hears at the latest when its wait ends what senders sent of which one was killed', () => {
    exploreBell({ waiter, frames: [2], killsSender: true, timeouts: 1, timesOut: 'at last' });
  });
});
