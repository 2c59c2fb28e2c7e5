/** What the checksum promises: no one word changes unnoticed, words do not change places, and writes are not lost. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { statusChecksum } from '../../src/interconnect/checksum.js';
import { FRAMES_CODE } from '../../src/interconnect/frames-code.js';
import { FRAME_CHECKSUM } from '../../src/interconnect/layout.js';
import { type FramesCode, framesCode, newSharedMemory } from '../../src/interconnect/shared-memory.js';

/** TypeScript knows it in browsers alone. */
declare const WebAssembly: {
  readonly Module: new (code: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: FramesCode };
};

const memory = newSharedMemory(65_536);
const code = framesCode(memory);
const shared = new Int32Array(memory.buffer);
const floats = new Float64Array(memory.buffer);
/** Where frames stand in the memory, and how many words they may have. */
const AT = 32;
const ROOM = 64;

/** The checksum of frames.wat, said once more. */
function model(words: readonly number[]): number {
  const lanes = [0x243f6a88, 0x13198a2e, 0x2b7e1516, 0x452821e6];
  const times = [0x9e3779b1, 0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f];
  const whole = [...words, ...Array.from({ length: -words.length & 3 }, () => 0)];
  whole.with(FRAME_CHECKSUM, 0).forEach((word, at) => {
    const lane = lanes[at & 3];
    const before = at < 4 ? lane : (lane << 13) | (lane >>> 19);
    lanes[at & 3] = (before + Math.imul(word, times[at & 3])) | 0;
  });
  return lanes.reduce((sum, lane, at) => sum ^ Math.imul(lane ^ (lane >>> 16), times[at]), 0);
}

/** Puts a frame into the memory. What stands behind it is 0 up to the next four words, and then anything. */
function place(words: readonly number[]): void {
  shared.fill(0x5a5a_5a5a, AT - 4, AT + ROOM);
  shared.fill(0, AT, AT + ((words.length + 3) & -4));
  shared.set(words, AT);
}

/** Words as frames have them: counters and flags rather than noise. */
const wordArb = fc.oneof(fc.constant(0), fc.integer({ min: -3, max: 40 }), fc.integer());
const frameArb = fc.array(wordArb, { minLength: 6, maxLength: 40 });
type Sum = (words: readonly number[]) => number;
/** Of a board the last word stands for its version. */
const ofBoard: Sum = (words) => statusChecksum(Int32Array.from([7, ...words]), 1, words.length - 1, words.at(-1) ?? 0);
/** Of a frame the word that the sum is in itself does not count. */
const sums: [string, Sum, (at: number) => boolean][] = [
  [
    'of a frame',
    (words) => {
      place(words);
      return code.checksum(AT, words.length * 4);
    },
    (at) => at !== FRAME_CHECKSUM,
  ],
  ['of a status board', ofBoard, () => true],
];

describe.each(sums)('the checksum %s', (_, sum, counts) => {
  it('changes with any one word', () => {
    fc.assert(
      fc.property(frameArb, fc.nat(), fc.integer(), (words, at, change) => {
        const place = at % words.length;
        fc.pre(change !== 0 && counts(place));
        expect(sum(words.with(place, words[place] ^ change))).not.toBe(sum(words));
      }),
    );
  });

  it('changes where two words change places', () => {
    fc.assert(
      fc.property(frameArb, fc.nat(), fc.nat(), (words, first, second) => {
        const [a, b] = [first % words.length, second % words.length];
        fc.pre(words[a] !== words[b] && counts(a) && counts(b));
        expect(sum(words.with(a, words[b]).with(b, words[a]))).not.toBe(sum(words));
      }),
    );
  });

  it('changes where some of the writes over an earlier frame were lost', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(wordArb, wordArb, fc.boolean()), { minLength: 6, maxLength: 40 }), (writes) => {
        const meant = writes.map(([, now]) => now);
        const found = writes.map(([before, now, lost], at) => (lost && counts(at) ? before : now));
        fc.pre(found.some((word, at) => word !== meant[at]));
        expect(sum(found)).not.toBe(sum(meant));
      }),
    );
  });
});

describe('the checksum of a frame', () => {
  it('is the same with and without vectors', () => {
    const plainly = new WebAssembly.Instance(new WebAssembly.Module(FRAMES_CODE), { shared: { memory } }).exports;
    expect(plainly.checksum).not.toBe(code.checksum);
    fc.assert(
      fc.property(frameArb, (words) => {
        place(words);
        expect(plainly.checksum(AT, words.length * 4)).toBe(code.checksum(AT, words.length * 4));
      }),
    );
  });

  it('is that of frames.wat, and not over the word that it is in itself', () => {
    fc.assert(
      fc.property(frameArb, (words) => {
        place(words);
        expect(code.checksum(AT, words.length * 4)).toBe(model(words));
      }),
    );
  });

  it('is written with the header by seal, and nothing else is', () => {
    fc.assert(
      fc.property(frameArb, fc.maxSafeNat(), (words, stampUs) => {
        place(words);
        const bytes = words.length * 4;
        code.seal(AT, bytes, 160, 0x90201, stampUs);
        const header = [bytes, 160, 0x90201, code.checksum(AT, bytes)];
        expect([...shared.subarray(AT, AT + 4)]).toEqual(header);
        expect(floats[(AT + 4) / 2]).toBe(stampUs);
        expect([...shared.subarray(AT + 6, AT + words.length)]).toEqual(words.slice(6));
        const around = [shared[AT - 1], shared[AT + ((words.length + 3) & -4)]];
        expect(around).toEqual([0x5a5a_5a5a, 0x5a5a_5a5a]);
      }),
    );
  });
});

describe('the code for shared memory', () => {
  it('is made once for each', () => {
    expect(framesCode(memory)).toBe(code);
    const other = framesCode(newSharedMemory(1));
    other.store(3, 5);
    expect([other.load(3), code.load(3)]).toEqual([5, 0]);
  });

  it('loads and stores atomically: on this processor nobody would see the difference', () => {
    const opcodes = FRAMES_CODE.join(' ');
    expect(opcodes.match(/\b254 16 2 0\b/g)).toHaveLength(1);
    expect(opcodes.match(/\b254 23 2 0\b/g)).toHaveLength(1);
  });

  it('loads and stores whole words, and throws beyond the end', () => {
    fc.assert(
      fc.property(fc.nat(65_536 / 4 - 1), fc.integer(), (word, value) => {
        code.store(word, value);
        expect([code.load(word), Atomics.load(shared, word)]).toEqual([value, value]);
        code.store(word, 0);
      }),
    );
    expect(() => code.load(65_536 / 4)).toThrow('out of bounds');
  });

  it('is not made for memory that there cannot be', () => {
    expect(() => newSharedMemory(2 ** 40)).toThrow(
      /^threads share memory .* there are no 1099511627776 bytes of it \(\w+Error: .*\); V8 reserves/,
    );
  });
});
