/**
 * A cluster becomes whole over links of any delay that heartbeats and leases can live with: there and back, and waiting
 * for the next heartbeat at either end, in less than the timeout.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Backend } from '../../src/cluster/backend.js';
import { forAll } from '../support/forAll.js';
import { membersOf, openRun, pass } from '../support/play.js';
import { Run } from '../support/runs.js';

interface Slow {
  readonly servers: number;
  readonly partition: 'none' | 'majority';
  readonly intervals: number;
  /** For each pair of servers in turn its delay, in thousandths of the longest that is allowed. */
  readonly delays: readonly number[];
  /** The last server boots when the others are a cluster. */
  readonly lastLater: boolean;
}

const INTERVAL_US = 20_000;
/** So many rounds fail at most, each followed by a timeout in which nothing is asked. */
const TIMEOUTS = 20;

const slowArb: fc.Arbitrary<Slow> = fc.record({
  servers: fc.integer({ min: 2, max: 5 }),
  partition: fc.constantFrom('none', 'majority'),
  intervals: fc.integer({ min: 4, max: 20 }),
  delays: fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 10, maxLength: 10 }),
  lastLater: fc.boolean(),
});

/** The views that servers stand in, each once, by the names of their members. */
function viewsOf(backend: Backend, names: readonly string[]): string[][] {
  const views = new Set(membersOf(backend).map(({ engine }) => engine.members));
  return [...views].map((mask) => names.filter((_, server) => (mask & (1 << server)) !== 0));
}

async function becomesWhole(slow: Slow): Promise<void> {
  const timeoutUs = slow.intervals * INTERVAL_US;
  const delayUsMax = timeoutUs / 2 - INTERVAL_US - 1;
  const names = Array.from({ length: slow.servers }, (_, index) => `S${index + 1}`);
  const heartbeat = { interval: `${INTERVAL_US}us`, timeout: `${timeoutUs}us` };
  const cluster = { name: 'CLUSTER1', servers: names, heartbeat, startupWait: '1s', partition: slow.partition };
  const run = new Run(1, cluster, []);
  const backend = await openRun(run);
  try {
    const pairs = names.flatMap((from, index) => names.slice(index + 1).map((to) => ({ from, to })));
    for (const [index, { from, to }] of pairs.entries()) {
      const delayUs = Math.max(1, Math.floor((slow.delays[index] * delayUsMax) / 1000));
      await backend.act({ type: 'link', from, to, delay: `${delayUs}us` });
    }
    const first = slow.lastLater ? names.slice(0, -1) : names;
    for (const server of first) await backend.act({ type: 'start', target: server });
    await pass(backend, 1_000_000 + TIMEOUTS * timeoutUs);
    expect(viewsOf(backend, names)).toEqual([first]);
    if (slow.lastLater) await backend.act({ type: 'start', target: names[names.length - 1] });
    await pass(backend, TIMEOUTS * timeoutUs);
    expect(viewsOf(backend, names)).toEqual([names]);
  } finally {
    await backend.close();
  }
}

it('the cluster becomes whole', () => forAll(slowArb, 300, becomesWhole));
