/**
 * The majority policy: of two sides that share nobody at most one may go on, now and after any number of restarts; and
 * how far a quorum has acknowledged a server, against a naive count over all sets.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isQuorum, quorumTime } from '../../../src/failover/view/quorum.js';

const set = fc.nat(0xff);
const members = (mask: number): number[] => Array.from({ length: 16 }, (_, i) => i).filter((i) => (mask >> i) & 1);

describe('isQuorum', () => {
  it('is never true of two sides that share nobody', () => {
    fc.assert(
      fc.property(set, set, fc.integer({ min: 1, max: 0xff }), (one, other, previous) => {
        expect(isQuorum(one & ~other, previous) && isQuorum(other & ~one, previous)).toBe(false);
      }),
      { seed: 1, numRuns: 2000 },
    );
  });

  it('is true of one of two sides that share all the members between them', () => {
    fc.assert(
      fc.property(set, fc.integer({ min: 1, max: 0xff }), (side, previous) => {
        expect(isQuorum(side, previous)).toBe(!isQuorum(previous & ~side, previous));
      }),
      { seed: 1, numRuns: 2000 },
    );
  });

  it.each([
    ['more than half', 0b0111, 0b1111, true],
    ['half with the first', 0b1001, 0b1111, true],
    ['half without the first', 0b1010, 0b1111, false],
    ['less than half', 0b0001, 0b0111, false],
    ['strangers do not count', 0b110001, 0b000111, false],
    ['one of one', 0b10, 0b10, true],
    ['the first of two', 0b01, 0b11, true],
    ['the second of two', 0b10, 0b11, false],
    ['where there was no view', 0, 0, true],
  ])('by half and first member: %s', (_, side, previous, right) => {
    expect(isQuorum(side, previous)).toBe(right);
  });
});

describe('quorumTime', () => {
  /** The latest instant by which a quorum had acknowledged, found by trying every set of acknowledgers. */
  function naive(all: number, me: number, now: number, acknowledged: readonly number[]): number {
    let best = 0;
    for (let side = 0; side <= all; side += 1) {
      if ((side & ~all) !== 0 || !((side >> me) & 1) || !isQuorum(side, all)) continue;
      const times = members(side).map((server) => (server === me ? now : acknowledged[server]));
      best = Math.max(best, Math.min(...times));
    }
    return best;
  }

  it('equals the best of all sets that would be a quorum', () => {
    const times = fc.array(fc.nat(20), { minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 0x3f }),
        fc.nat(5),
        fc.integer({ min: 20, max: 25 }),
        times,
        (all, me, now, acked) => {
          fc.pre(((all >> me) & 1) === 1);
          expect(quorumTime(all, me, now, Float64Array.from(acked))).toBe(naive(all, me, now, acked));
        },
      ),
      { seed: 1, numRuns: 2000 },
    );
  });

  it('is now for a server that needs nobody', () => {
    expect(quorumTime(0b100, 2, 77, new Float64Array(3))).toBe(77);
  });
});
