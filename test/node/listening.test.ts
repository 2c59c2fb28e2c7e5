/** How long heartbeats may stay unread. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defineCluster } from '../../src/model/define.js';
import { NEVER, micros } from '../../src/model/time.js';
import { Listening } from '../../src/node/realtime/listening.js';

function listening(intervalUs: number, timeoutUs: number, partition?: 'majority'): Listening {
  const heartbeat = { interval: `${intervalUs}us`, timeout: `${timeoutUs}us` };
  const defined = defineCluster({ name: 'HEARS', servers: ['A', 'B', 'C'], groups: [], heartbeat, partition });
  if (!defined.ok) throw new Error(JSON.stringify(defined.error));
  return new Listening(defined.value);
}

/** At which waking after one that read the next one reads; each is so late, in microseconds. */
function readsAt(intervalUs: number, timeoutUs: number, lateUs = 0, partition?: 'majority'): number {
  const one = listening(intervalUs, timeoutUs, partition);
  let waking = 1;
  while (waking < 100 && one.mayLeave(micros(waking * intervalUs + lateUs), micros(lateUs), NEVER)) waking += 1;
  return waking;
}

describe('heartbeats are read', () => {
  it('every 8 milliseconds', () => {
    expect(readsAt(2000, 1_000_000)).toBe(4);
    expect(readsAt(1000, 200_000)).toBe(8);
    expect(readsAt(3000, 200_000)).toBe(2);
  });

  it('every sixteenth of the timeout, where that is less', () => {
    expect(readsAt(2000, 80_000)).toBe(2);
    expect(readsAt(1000, 64_000)).toBe(4);
    expect(readsAt(1000, 8000)).toBe(1);
  });

  it('at each waking with intervals that are not much less than that', () => {
    expect(readsAt(5000, 1_000_000)).toBe(1);
    expect(readsAt(10_000, 1_000_000)).toBe(1);
  });

  it('at each waking under a partition policy: what is acknowledged keeps others alive', () => {
    expect(readsAt(1000, 1_000_000, 0, 'majority')).toBe(1);
  });

  it('at the same waking where some come a little later or earlier than others', () => {
    const late = fc.integer({ min: -499, max: 499 });
    fc.assert(
      fc.property(late, late, (first, then) => {
        const one = listening(2000, 1_000_000);
        const leaves = [1, 2, 3, 4].map((waking) =>
          one.mayLeave(micros(10_000 + waking * 2000 + then), micros(10_000 + first), NEVER),
        );
        expect(leaves).toEqual([true, true, true, false]);
      }),
      { numRuns: 100, seed: 1 },
    );
  });

  it('at each waking when something is due in 8 milliseconds and two intervals, or where there is no calm', () => {
    const one = listening(2000, 1_000_000);
    const mayLeave = (calmUntil: number): boolean => one.mayLeave(micros(50_000), micros(50_000), micros(calmUntil));
    expect(mayLeave(62_001)).toBe(true);
    expect(mayLeave(62_000)).toBe(false);
    expect(mayLeave(0)).toBe(false);
  });
});
