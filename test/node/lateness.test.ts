/** How late clocks ran is counted well enough to be told in percentiles. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Lateness } from '../../src/node/realtime/lateness.js';

function counted(values: readonly number[]): Lateness {
  const lateness = new Lateness();
  for (const us of values) lateness.record(us);
  return lateness;
}

describe('lateness', () => {
  it('tells percentiles to one in 64, and those below 128 microseconds exactly', () => {
    const anyUs = fc.oneof(fc.nat(200), fc.nat(100_000), fc.nat(2 ** 31 - 1));
    fc.assert(
      fc.property(
        fc.array(anyUs, { minLength: 1, maxLength: 200 }),
        fc.integer({ min: 1, max: 100 }),
        (values, percent) => {
          const lateness = counted(values);
          const sorted = values.toSorted((a, b) => a - b);
          const exact = sorted[Math.ceil((values.length * percent) / 100) - 1];
          const told = lateness.percentile(percent);
          expect(told).toBeGreaterThanOrEqual(exact);
          expect(told).toBeLessThanOrEqual(exact < 128 ? exact : exact * (1 + 1 / 64));
          expect([lateness.count, lateness.max]).toEqual([values.length, sorted.at(-1)]);
        },
      ),
      { numRuns: 500, seed: 1 },
    );
  });

  it('counts what is later than half an hour as that, and remembers how late it was', () => {
    const lateness = counted([1e12]);
    expect([lateness.percentile(99), lateness.max]).toEqual([2 ** 31 - 1, 1e12]);
  });

  it('begins afresh when it is told to', () => {
    const lateness = counted([5, 500]);
    lateness.reset();
    expect([lateness.count, lateness.percentile(50), lateness.max]).toEqual([0, 0, 0]);
    lateness.record(7);
    expect([lateness.count, lateness.percentile(50), lateness.max]).toEqual([1, 7, 7]);
  });
});
