/** Rings against plain queues: whatever order things happen in, whoever dies, whatever is damaged. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FORM_PAD, KIND_SHIFT, RING_DATA, RING_HEAD, RING_TAIL } from '../../src/interconnect/layout.js';
import { resetRing, RingReader, RingWriter, ringBytes, skipUnread } from '../../src/interconnect/ring.js';
import { type FramesCode, newSharedMemory } from '../../src/interconnect/shared-memory.js';
import {
  AROUND,
  bytesOf,
  type Frame,
  frameArb,
  inOrderAmong,
  plain,
  positionArb,
  readAll,
  shown,
  TestRing,
  write,
} from './rings.js';

const CAPACITY = 512;
const PAYLOAD_MAX = CAPACITY / 2 - 24;
const DATA = AROUND / 4 + RING_DATA;

describe('a ring', () => {
  it('carries a frame as it is', () => {
    const { writer, reader } = new TestRing(256);
    const at = writer.reserve(63, 0xff | (0xfe << 8), 0x1_2345, 16, 1_234_567_890_123_456);
    expect(at % 2).toBe(0);
    writer.f64[at / 2] = 0.1;
    writer.i32[at + 2] = -7;
    writer.i32[at + 3] = 0x7fff_ffff;
    writer.seal();
    expect(reader.next()).toBe(false);
    expect(writer.publish()).toBe(true);
    expect(writer.publish()).toBe(false);
    expect(reader.next()).toBe(true);
    expect(reader).toMatchObject({ kind: 63, ends: 0xfeff, epoch: 0x2345, sequence: 0, payloadBytes: 16 });
    expect(reader.stampUs).toBe(1_234_567_890_123_456);
    expect([reader.f64[reader.at / 2], reader.i32[reader.at + 2], reader.i32[reader.at + 3]]).toEqual([
      0.1, -7, 0x7fff_ffff,
    ]);
    expect(reader.next()).toBe(false);
    expect(reader.corrupt).toBe(0);
  });

  it('is a queue, in any order of steps and with any sizes', () => {
    const stepArb = fc.oneof(
      { weight: 4, arbitrary: frameArb(PAYLOAD_MAX).map((frame) => ({ do: 'write' as const, frame })) },
      { weight: 1, arbitrary: frameArb(PAYLOAD_MAX).map((frame) => ({ do: 'abandon' as const, frame })) },
      { weight: 3, arbitrary: fc.constant({ do: 'publish' as const }) },
      { weight: 4, arbitrary: fc.constant({ do: 'next' as const }) },
      { weight: 2, arbitrary: fc.constant({ do: 'release' as const }) },
      { weight: 1, arbitrary: fc.constant({ do: 'newWriter' as const }) },
      { weight: 1, arbitrary: fc.constant({ do: 'newReader' as const }) },
    );
    fc.assert(
      fc.property(positionArb, fc.array(stepArb, { maxLength: 200 }), (position, steps) => {
        const ring = new TestRing(CAPACITY, position);
        let [sealed, published, unreleased]: Frame[][] = [[], [], []];
        for (const step of steps) {
          if (step.do === 'write') {
            if (write(ring.writer, step.frame)) sealed.push(step.frame);
            else expect(sealed.length + published.length + unreleased.length).toBeGreaterThan(0);
          } else if (step.do === 'abandon') {
            const { frame } = step;
            ring.writer.reserve(frame.kind, frame.ends, frame.epoch, frame.payload.length, frame.stampUs);
          } else if (step.do === 'publish') {
            expect(ring.writer.publish()).toBe(sealed.length > 0);
            published.push(...sealed.splice(0));
          } else if (step.do === 'next') {
            expect(ring.reader.next()).toBe(published.length > 0);
            const [expected] = published.splice(0, 1);
            if (expected !== undefined) {
              expect(shown(ring.reader)).toEqual(expected);
              unreleased.push(expected);
            }
          } else if (step.do === 'release') {
            ring.reader.release();
            unreleased = [];
          } else if (step.do === 'newWriter') {
            ring.writer = ring.newWriter();
            sealed = [];
          } else {
            ring.reader = ring.newReader();
            published = [...unreleased.splice(0), ...published];
          }
          expect(ring.reader.corrupt).toBe(0);
        }
        ring.writer.publish();
        expect(readAll(ring.reader)).toEqual([...published, ...sealed]);
        const bytes = new Uint8Array(ring.memory.buffer);
        const end = AROUND + ringBytes(CAPACITY);
        for (const around of [bytes.slice(0, AROUND), bytes.slice(end, end + AROUND)])
          expect(around.every((byte) => byte === 0)).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  it('takes the longest payload wherever the wrap is, and refuses a longer one', () => {
    const { writer, reader } = new TestRing(CAPACITY);
    expect(writer.payloadMax).toBe(PAYLOAD_MAX);
    for (let lap = 0; lap < 20; lap++) {
      const frames = [plain(bytesOf(lap * 3, lap)), plain(bytesOf(PAYLOAD_MAX, lap))];
      for (const frame of frames) {
        expect(write(writer, frame)).toBe(true);
        writer.publish();
        expect(readAll(reader)).toEqual([frame]);
      }
    }
    for (const bytes of [PAYLOAD_MAX + 1, -1, NaN, 2 ** 33])
      expect(() => writer.reserve(1, 0, 0, bytes, 0)).toThrow(RangeError);
  });

  it('answers -1 where it is full, until there is room again', () => {
    const { writer, reader } = new TestRing(256);
    const frames = [0, 1, 2, 3].map((n) => plain([n]));
    for (const frame of frames) expect(write(writer, frame)).toBe(true);
    expect(write(writer, plain([4]))).toBe(false);
    writer.publish();
    expect(reader.next()).toBe(true);
    expect(write(writer, plain([4]))).toBe(false);
    reader.release();
    expect(write(writer, plain([4]))).toBe(true);
    expect(write(writer, plain([5]))).toBe(false);
    writer.publish();
    expect(readAll(reader)).toEqual([...frames.slice(1), plain([4])]);
  });

  it('gives frames growing sequence numbers', () => {
    const { writer, reader } = new TestRing(256, 0x7fff_ffe0);
    const numbers: number[] = [];
    for (let n = 0; n < 5; n++) {
      write(writer, plain([n]));
      writer.publish();
      reader.next();
      numbers.push(reader.sequence);
      reader.release();
    }
    expect(numbers.slice(1).map((number, index) => (number - numbers[index]) | 0)).toEqual([16, 16, 16, 16]);
  });

  it('ignores a seal without a reservation', () => {
    const { writer, reader } = new TestRing(256);
    writer.seal();
    expect(writer.publish()).toBe(false);
    write(writer, plain([1]));
    writer.seal();
    writer.publish();
    expect(readAll(reader)).toEqual([plain([1])]);
  });

  it('is in the memory, or is refused', () => {
    const memory = newSharedMemory(ringBytes(256));
    const last = memory.buffer.byteLength - ringBytes(256);
    for (const capacity of [0, 128, 300, 256.5, NaN, 2 ** 25, -256])
      expect(() => ringBytes(capacity)).toThrow(RangeError);
    for (const offset of [-64, 32, last + 64, 0.5, NaN]) {
      expect(() => new RingWriter(memory, offset, 256)).toThrow(RangeError);
      expect(() => new RingReader(memory, offset, 256)).toThrow(RangeError);
      expect(() => resetRing(memory, offset, 256)).toThrow(RangeError);
      expect(() => skipUnread(memory, offset, 256)).toThrow(RangeError);
    }
    expect(new RingWriter(memory, last, 256).payloadMax).toBe(104);
  });

  it('is empty after a reset', () => {
    const ring = new TestRing(256);
    for (let n = 0; n < 5; n++) {
      write(ring.writer, plain([n]));
      ring.writer.publish();
      if (n < 3) readAll(ring.reader);
    }
    resetRing(ring.memory, AROUND, 256);
    expect(ring.words.every((word) => word === 0)).toBe(true);
    const [writer, reader] = [ring.newWriter(), ring.newReader()];
    expect(reader.next()).toBe(false);
    write(writer, plain([7]));
    writer.publish();
    expect(readAll(reader)).toEqual([plain([7])]);
  });
});

/** Words that sealing writes: the header. */
const SEALED = 6;

/**
 * The writer stops at the store after so many, as a thread does that is killed. Whoever is killed while it seals has
 * written any words of the header: those whose bits are set in `some`.
 */
function killAfter(writer: RingWriter, words: Int32Array, stores: number, some: number): void {
  let left = stores;
  const { code } = writer as unknown as { readonly code: FramesCode };
  const seal: FramesCode['seal'] = (frame, ...header) => {
    const before = words.slice(frame, frame + SEALED);
    code.seal(frame, ...header);
    left -= SEALED;
    if (left >= 0) return;
    before.forEach((word, at) => {
      if ((some & (1 << at)) === 0) words[frame + at] = word;
    });
    throw new Error('killed');
  };
  Object.defineProperty(writer, 'code', { value: { ...code, seal } });
  for (const key of ['i32', 'f64', 'u8'] as const) {
    const view: Int32Array | Float64Array | Uint8Array = writer[key];
    const guarded = new Proxy(view, {
      get: (target, name) => Reflect.get(target, name) as unknown,
      set: (target, name, value: number) => {
        if (left-- === 0) throw new Error('killed');
        return Reflect.set(target, name, value);
      },
    });
    Object.defineProperty(writer, key, { value: guarded });
  }
}

describe('a writer that is killed', () => {
  it('leaves what it published, and nothing else, and its successor goes on', () => {
    const framesArb = fc.array(frameArb(100), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(
        positionArb,
        fc.array(framesArb, { maxLength: 4 }),
        framesArb,
        fc.nat(200),
        fc.nat(2 ** SEALED - 1),
        framesArb,
        (position, before, during, stores, some, after) => {
          const ring = new TestRing(1024, position);
          for (const batch of before) {
            readAll(ring.reader);
            for (const frame of batch) write(ring.writer, frame);
            ring.writer.publish();
          }
          killAfter(ring.writer, ring.words, stores, some);
          try {
            for (const frame of during) write(ring.writer, frame);
          } catch (error) {
            expect(error).toEqual(new Error('killed'));
          }
          const successor = ring.newWriter();
          expect(readAll(ring.reader)).toEqual(before.at(-1) ?? []);
          for (const frame of after) expect(write(successor, frame)).toBe(true);
          successor.publish();
          expect(readAll(ring.reader)).toEqual(after);
          expect(ring.reader.corrupt).toBe(0);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('leaves no sealed frame behind on which a reader that seeks could come', () => {
    const ring = new TestRing(512);
    // Five granules are gone; then a dead writer's frame of one granule at the sixth, never published.
    for (let n = 0; n < 5; n++) write(ring.writer, plain([n]));
    ring.writer.publish();
    readAll(ring.reader);
    for (let n = 0; n < 3; n++) write(ring.writer, plain([99]));
    const successor = ring.newWriter();
    // Three granules are left of which a pad takes all; then the pad is damaged.
    write(successor, plain(bytesOf(220, 1)));
    successor.publish();
    expect(ring.words[DATA + 5 * 16] >>> KIND_SHIFT).toBe(FORM_PAD);
    ring.words[DATA + 5 * 16 + 3] ^= 1;
    expect(readAll(ring.reader)).toEqual([plain(bytesOf(220, 1))]);
    expect(ring.reader.corrupt).toBe(1);
  });
});

describe('damage', () => {
  it('of any one bit of a published frame is never delivered as good', () => {
    const frames = [plain(bytesOf(40, 1), 2 ** 50 + 1), plain(bytesOf(61, 2)), plain([])];
    for (let bit = 0; bit < (64 + 128 + 64) * 8; bit++) {
      const ring = new TestRing(512, -32);
      for (const frame of frames) write(ring.writer, frame);
      ring.writer.publish();
      // The first frame is at the last two granules but one's, the next at the beginning of the data, after a pad.
      const word = DATA + ((((bit >>> 5) + 96) & 127) | 0);
      ring.words[word] ^= 1 << (bit & 31);
      const read = readAll(ring.reader);
      expect(inOrderAmong(read, frames)).toBe(true);
      if (read.length < frames.length) expect(ring.reader.corrupt).toBe(frames.length - read.length);
      expect(write(ring.writer, plain([bit & 0xff]))).toBe(true);
      ring.writer.publish();
      expect(readAll(ring.reader)).toEqual([plain([bit & 0xff])]);
    }
  });

  it('of any bits never delivers what was not sent, and ends', () => {
    const damageArb = fc.array(fc.tuple(fc.nat(CAPACITY / 4 - 1), fc.integer()), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(
        positionArb,
        fc.array(frameArb(100), { minLength: 1, maxLength: 6 }),
        damageArb,
        (position, offered, damages) => {
          const ring = new TestRing(CAPACITY, position);
          const frames = offered.filter((frame) => write(ring.writer, frame));
          ring.writer.publish();
          for (const [word, bits] of damages) ring.words[DATA + word] ^= bits;
          const read = readAll(ring.reader);
          expect(inOrderAmong(read, frames)).toBe(true);
          if (read.length < frames.length) expect(ring.reader.corrupt).toBeGreaterThan(0);
          expect(write(ring.writer, plain(bytesOf(PAYLOAD_MAX, 3)))).toBe(true);
          ring.writer.publish();
          expect(readAll(ring.reader)).toEqual([plain(bytesOf(PAYLOAD_MAX, 3))]);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('of a length does not take the frames behind it along', () => {
    const ring = new TestRing(512);
    for (let n = 0; n < 6; n++) write(ring.writer, plain([n]));
    ring.writer.publish();
    ring.words[DATA] += 128;
    ring.words[DATA + 3 * 16] = 0;
    ring.words[DATA + 4 * 16 + 1] = 5;
    expect(readAll(ring.reader)).toEqual([plain([1]), plain([2]), plain([5])]);
    expect(ring.reader.corrupt).toBe(2);
  });

  it('of the indexes themselves is overcome', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), fc.nat(3), (tail, head, published) => {
        const ring = new TestRing(256);
        for (let n = 0; n < published; n++) write(ring.writer, plain([n]));
        ring.writer.publish();
        ring.words[AROUND / 4 + RING_TAIL] = tail;
        ring.words[AROUND / 4 + RING_HEAD] = head;
        let arrived = false;
        for (let turn = 0; turn < 20; turn++) {
          write(ring.writer, plain([100 + turn]));
          ring.writer.publish();
          const read = readAll(ring.reader);
          for (const frame of read) expect(frame.payload[0] < 3 || frame.payload[0] >= 100).toBe(true);
          arrived = read.some((frame) => frame.payload[0] === 100 + turn);
        }
        expect(arrived).toBe(true);
      }),
    );
  });

  it('of the indexes is overcome by ends that take over, and none reaches beyond the memory', () => {
    const memory = newSharedMemory(ringBytes(512));
    const [last, words] = [memory.buffer.byteLength - ringBytes(512), new Int32Array(memory.buffer)];
    const indexArb = fc.oneof(fc.integer(), fc.integer({ min: -130, max: 130 }));
    fc.assert(
      fc.property(indexArb, indexArb, fc.array(frameArb(100), { minLength: 1, maxLength: 3 }), (tail, head, frames) => {
        words.fill(0);
        words[last / 4 + RING_TAIL] = tail;
        words[last / 4 + RING_HEAD] = head;
        const [writer, reader] = [new RingWriter(memory, last, 512), new RingReader(memory, last, 512)];
        const read = [];
        for (let turn = 0; turn < 20; turn++) {
          write(writer, frames[turn % frames.length]);
          writer.publish();
          read.push(...readAll(reader));
        }
        expect(read.length).toBeGreaterThan(0);
        expect(new Set(read.map((frame) => JSON.stringify(frame))).size).toBeLessThanOrEqual(frames.length);
        expect(words.subarray(0, last / 4).every((word) => word === 0)).toBe(true);
      }),
    );
  });

  it('of the head does not let a writer that takes over reach for what is published', () => {
    for (const wrong of [16, 48, 160, -64]) {
      const ring = new TestRing(256);
      const frames = [plain([1]), plain([2]), plain([3])];
      for (const frame of frames) write(ring.writer, frame);
      ring.writer.publish();
      ring.words[AROUND / 4 + RING_HEAD] = 48 + wrong;
      const successor = ring.newWriter();
      write(successor, plain([4]));
      expect(readAll(ring.reader)).toEqual(frames);
      expect(ring.reader.corrupt).toBe(0);
    }
  });
});

describe('skipUnread', () => {
  it('empties a ring for a new reader while the writer goes on', () => {
    const ring = new TestRing(256);
    for (let n = 0; n < 4; n++) write(ring.writer, plain([n]));
    ring.writer.publish();
    expect(write(ring.writer, plain([4]))).toBe(false);
    skipUnread(ring.memory, AROUND, 256);
    const successor = ring.newReader();
    expect(successor.next()).toBe(false);
    expect(write(ring.writer, plain([5]))).toBe(true);
    ring.writer.publish();
    expect(readAll(successor)).toEqual([plain([5])]);
  });

  it('does not lose what is sealed and not yet published', () => {
    const ring = new TestRing(256);
    write(ring.writer, plain([1]));
    ring.writer.publish();
    write(ring.writer, plain([2]));
    skipUnread(ring.memory, AROUND, 256);
    const successor = ring.newReader();
    ring.writer.publish();
    expect(readAll(successor)).toEqual([plain([2])]);
  });
});
