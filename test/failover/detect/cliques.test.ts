/**
 * Who can stand together: whatever conflicts there are, the answer is a set without a conflict to which nobody can be
 * added, the same each time, and never smaller than it must be in clusters of up to five servers. Compared with a search
 * through all sets.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bestClique } from '../../../src/failover/detect/cliques.js';

type Conflict = (a: number, b: number) => boolean;

/** Conflicts of `count` servers, one bit a pair. */
function conflicts(count: number, bits: number): Conflict {
  const pairs = new Map<string, number>();
  for (let a = 0; a < count; a += 1) for (let b = a + 1; b < count; b += 1) pairs.set(`${a},${b}`, pairs.size);
  return (a, b) => Math.floor(bits / 2 ** pairs.get(`${Math.min(a, b)},${Math.max(a, b)}`)!) % 2 === 1;
}

const members = (mask: number): number[] => Array.from({ length: 16 }, (_, i) => i).filter((i) => (mask >> i) & 1);

function isClique(mask: number, conflict: Conflict): boolean {
  const list = members(mask);
  return list.every((a) => list.every((b) => a === b || !conflict(a, b)));
}

/** The largest cliques by trying every set. */
function largest(among: number, conflict: Conflict): number[] {
  let best: number[] = [];
  for (let mask = 1; mask <= among; mask += 1) {
    if ((mask & ~among) !== 0 || !isClique(mask, conflict)) continue;
    const more = members(mask).length - members(best[0] ?? 0).length;
    if (more > 0) best = [mask];
    else if (more === 0) best.push(mask);
  }
  return best;
}

const caseArb = fc
  .integer({ min: 1, max: 8 })
  .chain((count) => fc.tuple(fc.constant(count), fc.nat(2 ** ((count * (count - 1)) / 2) - 1), fc.nat(2 ** count - 1)));

describe('bestClique', () => {
  it('answers servers of the given set without a conflict, to which none of the set can be added', () => {
    fc.assert(
      fc.property(caseArb, ([count, bits, among]) => {
        const conflict = conflicts(count, bits);
        const clique = bestClique(among, conflict);
        expect(clique & ~among).toBe(0);
        expect(isClique(clique, conflict)).toBe(true);
        for (const other of members(among & ~clique)) expect(isClique(clique | (1 << other), conflict)).toBe(false);
      }),
      { seed: 1, numRuns: 2000 },
    );
  });

  it('answers everybody where nobody is in conflict', () => {
    for (const among of [0, 1, 0b1011, 0xffff]) expect(bestClique(among, () => false)).toBe(among);
  });

  it('answers the first server alone where everybody is in conflict with everybody', () => {
    expect(bestClique(0b11110, () => true)).toBe(0b00010);
  });

  it('answers a largest set, and of equals the one that a search in definition order meets first, up to five servers', () => {
    for (let count = 1; count <= 5; count += 1) {
      for (let bits = 0; bits < 2 ** ((count * (count - 1)) / 2); bits += 1) {
        const conflict = conflicts(count, bits);
        const among = 2 ** count - 1;
        const right = largest(among, conflict);
        const clique = bestClique(among, conflict);
        expect(right).toContain(clique);
        const first = Math.min(...right.map((mask) => members(mask)[0]));
        expect(members(clique)[0]).toBe(first);
      }
    }
  });

  it('knows nothing of the order in which it is asked: each server that knows the same answers the same', () => {
    fc.assert(
      fc.property(caseArb, ([count, bits, among]) => {
        const conflict = conflicts(count, bits);
        const mirrored: Conflict = (a, b) => conflict(b, a);
        expect(bestClique(among, mirrored)).toBe(bestClique(among, conflict));
      }),
      { seed: 1, numRuns: 200 },
    );
  });
});
