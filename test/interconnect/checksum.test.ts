/** What the checksum promises: no one word changes unnoticed, words do not change places, and writes are not lost. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frameChecksum, statusChecksum } from '../../src/interconnect/checksum.js';
import { FRAME_CHECKSUM } from '../../src/interconnect/layout.js';

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
    (words) => frameChecksum(Int32Array.from([7, ...words]), 1, words.length * 4),
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

it('of a frame is not over the word that it is in itself', () => {
  const words = Int32Array.from([64, 16, 3, 0, 1, 2, 3, 4]);
  const sum = frameChecksum(words, 0, 32);
  words[FRAME_CHECKSUM] = sum;
  expect(frameChecksum(words, 0, 32)).toBe(sum);
});
