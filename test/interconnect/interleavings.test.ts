/**
 * A ring of four granules under every interleaving of its two ends, access by access: what was published arrives once, in
 * order and whole, whoever of the two is killed wherever, and neither is ever stuck. (ring.test.ts draws sequences of
 * whole operations, which cannot show what happens in the middle of one.)
 */
import { describe, expect, it } from 'vitest';
import { RING_HEAD, RING_TAIL } from '../../src/interconnect/layout.js';
import { RingReader, ringBytes, RingWriter, skipUnread } from '../../src/interconnect/ring.js';
import { newSharedMemory, type SharedMemory } from '../../src/interconnect/shared-memory.js';
import { type Actor, type Explored, explore, memoryOf, standing, tell, untilMoved } from '../support/interleave.js';
import { bytesOf, plain, readAll, write } from './rings.js';

const CAPACITY = 256;
/** Bytes of payloads whose frames take one granule, and two. */
const BYTES = { small: 16, large: 104 } as const;
/** Granules at which a ring begins: each place of the data, and where positions run over. */
const GRANULES = [4, 5, 6, 7, 0x7ff_fffe, -2];
const RUNNING_OVER = [0x7ff_fffe];

const INTERLEAVINGS_MIN = 1_000_000n;

/**
 * What a writer does, in order. 'small' and 'large' wait for room, 'offer' is for a small frame that is dropped where there
 * is none, 'abandon' reserves and does not seal.
 */
type Doing = 'small' | 'large' | 'offer' | 'abandon' | 'publish';

// ---------------------------------------------------------------- the two ends

function reserve(writer: RingWriter, number: number, bytes: number, waits: boolean): number {
  for (;;) {
    const at = writer.reserve(number, 0x0201, number, bytes, number);
    if (at >= 0 || !waits) return at;
    tell('full');
    untilMoved(RING_HEAD);
  }
}

/** A writer whose frames have the numbers from `first` on. */
function writes(memory: SharedMemory, first: number, doings: readonly Doing[]): void {
  const writer = new RingWriter(memory, 0, CAPACITY);
  let sealed: number[] = [];
  let number = first;
  for (const [done, doing] of doings.entries()) {
    standing(() => [done, number, ...sealed, memoryOf(writer)].join());
    if (doing === 'publish') {
      const published = writer.publish();
      if (published !== sealed.length > 0) tell('publish answers wrongly');
      for (const one of sealed) tell(`publishes ${one}`);
      sealed = [];
      continue;
    }
    const bytes = BYTES[doing === 'large' ? 'large' : 'small'];
    const at = reserve(writer, number, bytes, doing !== 'offer');
    if (at < 0) tell('drops');
    if (at < 0 || doing === 'abandon') continue;
    writer.i32[at] = number;
    writer.i32[at + bytes / 4 - 1] = ~number;
    writer.seal();
    sealed.push(number);
    number++;
  }
}

/** Tells the number of the frame that the reader stands on. */
function show(reader: RingReader): void {
  const { at, ends, epoch, i32, kind, payloadBytes, stampUs } = reader;
  const whole = epoch === kind && stampUs === kind && ends === 0x0201;
  const [begin, end] = [i32[at], i32[at + payloadBytes / 4 - 1]];
  tell(whole && begin === kind && end === ~kind ? `shows ${kind}` : 'torn');
}

/** A reader that gives room back after each frame, or when there is no more. */
function reads(memory: SharedMemory, releases: 'each' | 'all'): void {
  const reader = new RingReader(memory, 0, CAPACITY);
  tell('reader begins');
  const release = (): void => {
    reader.release();
    tell('releases');
  };
  for (;;) {
    let unreleased = false;
    while (reader.next()) {
      show(reader);
      unreleased = true;
      if (releases === 'each') release();
      standing(() => memoryOf(reader));
    }
    if (reader.corrupt > 0) tell('corrupt');
    if (unreleased && releases === 'all') release();
    untilMoved(RING_TAIL);
    standing(() => memoryOf(reader));
  }
}

/** What takes the place of a dead reader where what was sent to that one is not for its successor. */
function skipsAndReads(memory: SharedMemory): void {
  tell('skips');
  skipUnread(memory, 0, CAPACITY);
  tell('skipped');
  reads(memory, 'all');
}

// ---------------------------------------------------------------- the model

const WRONG = new Set(['torn', 'corrupt', 'publish answers wrongly']);

/** A queue. */
interface Queue {
  readonly published: readonly string[];
  /** How many frames have been given back or skipped, at least and at most. */
  readonly given: Count;
  /** How many come before the next that is shown. */
  readonly next: Count;
}

type Count = readonly [least: number, most: number];

const EMPTY: Queue = { published: [], given: [0, 0], next: [0, 0] };

/** Throws where a queue does not do that. */
function happens(queue: Queue, told: string): Queue {
  const { published, given, next } = queue;
  const [what, number] = told.split(' ');
  if (WRONG.has(told)) throw new Error(told);
  if (what === 'publishes') return { ...queue, published: [...published, number] };
  if (told === 'skips') return { ...queue, given: [published.length, published.length] };
  if (told === 'skipped') return { ...queue, given: [given[0], published.length] };
  if (told === 'reader begins') return { ...queue, next: given };
  if (told === 'releases') return { ...queue, given: next };
  if (what !== 'shows') return queue;
  const place = published.indexOf(number);
  if (place < next[0] || place > next[1]) throw new Error(`${number} is not the next of ${published.join()}`);
  return { ...queue, next: [place + 1, place + 1] };
}

/** All was shown, and ends that begin when all is over find nothing left, and a ring that works. */
function judgeEnd(memory: SharedMemory, { next, published }: Queue): void {
  expect(next[1]).toBe(published.length);
  const reader = new RingReader(memory, 0, CAPACITY);
  const writer = new RingWriter(memory, 0, CAPACITY);
  expect(readAll(reader)).toEqual([]);
  const frame = plain(bytesOf(BYTES.large, 3));
  for (let lap = 0; lap < 3; lap++) {
    expect(write(writer, frame) && writer.publish()).toBe(true);
    expect(readAll(reader)).toEqual([frame]);
  }
  expect(reader.corrupt).toBe(0);
}

// ---------------------------------------------------------------- scenes

/** A ring at this granule in which a lap of frames was sent before: what they left behind is in it. */
function usedRing(granule: number): SharedMemory {
  const memory = newSharedMemory(ringBytes(CAPACITY));
  const words = new Int32Array(memory.buffer);
  words[RING_TAIL] = words[RING_HEAD] = ((granule - 4) * 16) | 0;
  const writer = new RingWriter(memory, 0, CAPACITY);
  const reader = new RingReader(memory, 0, CAPACITY);
  for (const number of [50, 51, 52, 53]) {
    write(writer, plain(bytesOf(BYTES.small, number)));
    writer.publish();
    readAll(reader);
  }
  return memory;
}

interface Ends {
  readonly writes: readonly Doing[];
  /** What a successor of the writer does, where that is killed. */
  readonly thenWrites?: readonly Doing[];
  readonly releases?: 'each' | 'all';
  /** Where the reader is killed: its successor goes on, or takes everything up to then as read. */
  readonly then?: 'goes on' | 'skips';
}

function exploreRing(granule: number, ends: Ends): Explored {
  const memory = usedRing(granule);
  const { thenWrites, then, releases = 'all' } = ends;
  const writer: Actor = {
    name: 'writer',
    run: () => writes(memory, 1, ends.writes),
    successor: thenWrites && (() => writes(memory, 11, thenWrites)),
  };
  const reader: Actor = {
    name: 'reader',
    run: () => reads(memory, releases),
    successor: then && (() => (then === 'skips' ? skipsAndReads(memory) : reads(memory, releases))),
    idles: true,
  };
  return explore({
    memories: [{ words: new Int32Array(memory.buffer, 0, ringBytes(CAPACITY) / 4), code: memory }],
    actors: [writer, reader],
    steps: 'all',
    model: EMPTY,
    happens,
    over: (queue) => judgeEnd(memory, queue),
  });
}

/** Explores from these granules; answers all that was told. */
function exploreFrom(granules: readonly number[], ends: Ends): Set<string> {
  const all = granules.map((granule) => exploreRing(granule, ends));
  // Fewer would mean that the two were not stopped at each of their accesses.
  for (const { interleavings } of all) expect(interleavings).toBeGreaterThan(INTERLEAVINGS_MIN);
  return new Set(all.flatMap(({ told }) => [...told]));
}

const each = (doings: readonly Doing[]): Doing[] => doings.flatMap((doing) => [doing, 'publish']);

describe.each(['each', 'all'] as const)('a ring, in every interleaving with a reader that releases %s', (releases) => {
  it('wraps, and waits where it is full', () => {
    const told = exploreFrom(RUNNING_OVER, { releases, writes: each(['small', 'small', 'small', 'small', 'small']) });
    expect(told).toContain('full');
    expect(told).toContain('shows 5');
  });

  it('pads where a frame would go over the end', () => {
    const told = exploreFrom(GRANULES, { releases, writes: each(['large', 'small', 'large', 'small']) });
    expect(told).toContain('full');
    expect(told).toContain('shows 4');
  });

  it('shows frames that are published together, and none that was abandoned', () => {
    const doings: Doing[] = ['small', 'large', 'publish', 'abandon', 'small', 'publish', 'small', 'small', 'publish'];
    expect(exploreFrom(GRANULES, { releases, writes: doings })).toContain('shows 5');
  });

  it('drops what finds no room, and nothing else', () => {
    const told = exploreFrom(RUNNING_OVER, { releases, writes: each(['offer', 'offer', 'offer', 'offer', 'offer']) });
    expect(told).toContain('drops');
    expect(told).toContain('shows 5');
  });
});

describe('a writer that is killed, before any of its accesses', () => {
  it('leaves what it published, and its successor goes on', () => {
    const told = exploreFrom(GRANULES, {
      writes: ['small', 'publish', 'small', 'large', 'publish'],
      thenWrites: ['large', 'publish'],
    });
    for (const number of [1, 2, 3, 11]) expect(told).toContain(`shows ${number}`);
  });

  it('leaves no sealed frame in the way of its successor', () => {
    const told = exploreFrom(GRANULES, {
      writes: ['small', 'small', 'small', 'small'],
      thenWrites: ['large', 'publish', 'small', 'small', 'publish'],
    });
    expect(told).not.toContain('shows 1');
    expect(told).toContain('shows 13');
  });
});

describe('a reader that is killed, before any of its accesses', () => {
  it.each(['each', 'all'] as const)('has a successor that goes on behind what it released (%s)', (releases) => {
    const told = exploreFrom(GRANULES, {
      writes: each(['small', 'large', 'large']),
      releases,
      then: 'goes on',
    });
    expect(told).toContain('full');
    expect(told).toContain('shows 3');
  });

  it('has a successor to whom nothing is shown that was published before', () => {
    const told = exploreFrom(GRANULES, { writes: each(['small', 'large', 'large']), then: 'skips' });
    expect(told).toContain('full');
    expect(told).toContain('shows 3');
  });
});

describe('both ends', () => {
  it.each(['goes on', 'skips'] as const)(
    'may be killed, each before any access, and the reader that follows %s',
    (then) => {
      const told = exploreFrom(GRANULES, {
        writes: ['small', 'large', 'publish'],
        thenWrites: ['large', 'publish'],
        then,
      });
      for (const number of [1, 2, 11]) expect(told).toContain(`shows ${number}`);
    },
  );
});
