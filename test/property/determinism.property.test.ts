/**
 * The same scenario and the same seed give the same bytes; the seed decides about chance and about nothing else; and
 * taking one link's faults away leaves what happens on all other links as it was.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openWorld } from '../../src/cluster/open.js';
import { defineCluster } from '../../src/model/define.js';
import type { ClusterInput } from '../../src/model/definition.js';
import { forAll } from '../support/forAll.js';
import { makePeace, openRun, pass, play, REST_US } from '../support/play.js';
import { Run, runArb } from '../support/runs.js';
import { micros } from '../../src/model/time.js';

const SEEDS = Array.from({ length: 10 }, (_, seed) => seed);

describe('the same seed', () => {
  it('gives the same bytes', async () => {
    await forAll(runArb({ servers: 5 }), 60, async (run) => {
      const text = async (): Promise<string[]> => (await play(run)).lines.map((line) => JSON.stringify(line));
      expect(await text()).toEqual(await text());
    });
  });

  it('gives the same hash, whether invariants are watched or not', async () => {
    await forAll(runArb({ servers: 5 }), 40, async (run) => {
      expect((await play(run, { invariants: false })).hash).toBe((await play(run)).hash);
    });
  });

  it('gives the same trace, however often and at whatever instants somebody stops to look', async () => {
    const pausesArb = fc.array(fc.nat(60_000_000), { maxLength: 20 });
    await forAll(fc.tuple(runArb({ servers: 4, steps: 4 }), pausesArb), 30, async ([run, pauses]) => {
      expect(await pieces(run, [])).toEqual(await pieces(run, pauses));
    });
  });
});

/** Plays the run with stops on the way, and answers its hash. */
async function pieces(run: Run, pauses: readonly number[]): Promise<string | undefined> {
  const backend = await openRun(run);
  try {
    let rest = [...pauses];
    for (const { atUs, action } of run.steps) {
      for (const pause of rest) if (backend.now() + pause < atUs) await pass(backend, pause);
      rest = rest.reverse();
      await backend.until({ type: 'time' }, micros(atUs));
      backend.status('CLUSTER1');
      await backend.act(action);
    }
    await makePeace(backend, run.cluster);
    await backend.until({ type: 'time' }, micros(backend.now() + REST_US));
    return (await backend.finish(true)).hash;
  } finally {
    await backend.close();
  }
}

describe('ten seeds', () => {
  const hashes = (run: Run): Promise<string[]> =>
    Promise.all(SEEDS.map(async (seed) => (await play(run.with({ seed }))).hash));

  it('give one hash where nothing is random', async () => {
    await forAll(runArb({ servers: 4, kinds: ['power', 'operator', 'faults'] }), 15, async (run) => {
      expect(new Set(await hashes(run)).size).toBe(1);
    });
  });

  it('give ten hashes with loss and jitter on every link', async () => {
    const shape = fc.record({ servers: fc.integer({ min: 2, max: 4 }), loss: fc.constantFrom(0.2, 0.3) });
    await forAll(shape, 4, async ({ servers, loss }) => {
      const names = Array.from({ length: servers }, (_, index) => `S${index + 1}`);
      const links = names.flatMap((from) =>
        names.filter((to) => to > from).map((to) => ({ type: 'link' as const, from, to, loss, jitter: '5ms' })),
      );
      const run = new Run(0, { name: 'CLUSTER1', startupWait: '10s', servers: names, groups: [] }, [
        ...links.map((action) => ({ atUs: 0, action })),
        { atUs: 0, action: { type: 'start', target: 'cluster' } },
        { atUs: 120_000_000, action: { type: 'crash', server: 'S1' } },
        { atUs: 300_000_000, action: { type: 'restart', server: 'S1' } },
      ]);
      expect(new Set(await hashes(run)).size).toBe(SEEDS.length);
    });
  });
});

describe("taking one link's faults away", () => {
  /** So patient that no loss is ever taken for a death: then all that is sent is heartbeats. */
  const patient: ClusterInput = {
    name: 'CLUSTER1',
    heartbeat: { interval: '1s', timeout: '1h' },
    interconnects: ['lan0', 'lan1'],
    servers: ['S1', 'S2', 'S3'],
  };
  const names = ['S1', 'S2', 'S3'];
  const links = ['lan0', 'lan1'].flatMap((network) =>
    names.flatMap((from) => names.filter((to) => to !== from).map((to) => ({ from, to, network }))),
  );
  const rulesArb = fc.record({
    loss: fc.constantFrom(0.1, 0.5, 0.9),
    jitter: fc.constantFrom('0s', '3ms'),
    duplicate: fc.constantFrom(0, 0.5),
    corrupt: fc.constantFrom(0, 0.2),
  });

  /** When each heartbeat came, link by link, and what the links counted. */
  async function received(seed: number, rules: readonly (ReturnType<typeof rulesArb.generate>['value'] | undefined)[]) {
    const defined = defineCluster(patient);
    if (!defined.ok) throw new Error('bad cluster');
    const backend = await openWorld({ clusters: [defined.value], machines: [], clients: [] }, { seed });
    const arrivals = new Map<string, number[]>();
    const counted: string[] = [];
    try {
      backend.onHeartbeat((at, from, to) => {
        const key = `${from}>${to}`;
        arrivals.set(key, [...(arrivals.get(key) ?? []), at]);
      });
      backend.trace((line) => {
        if (line.kind === 'links') counted.push(`${line.from}>${line.to} ${line.network}: ${JSON.stringify(line)}`);
      });
      await backend.act({ type: 'start', target: 'cluster' });
      await pass(backend, 10_000_000);
      for (const [index, link] of links.entries()) {
        const rule = rules[index];
        if (rule) await backend.act({ type: 'link', ...link, oneWay: true, ...rule });
      }
      await pass(backend, 60_000_000);
      await backend.finish(true);
      return { arrivals, counted: counted.map((text) => text.replace(/"seq":\d+,/, '')) };
    } finally {
      await backend.close();
    }
  }

  it('leaves what every other link loses, delays and doubles as it was', async () => {
    const allRules = fc.array(rulesArb, { minLength: links.length, maxLength: links.length });
    const cases = fc.record({ seed: fc.nat(1000), rules: allRules, healed: fc.nat(links.length - 1) });
    await forAll(cases, 15, async ({ seed, rules, healed }) => {
      const { from, to, network } = links[healed];
      const before = await received(seed, rules);
      const after = await received(
        seed,
        rules.map((rule, index) => (index === healed ? undefined : rule)),
      );
      const others = (seen: typeof before) => ({
        arrivals: Object.fromEntries([...seen.arrivals].filter(([key]) => key !== `${from}>${to}`)),
        counted: seen.counted.filter((text) => !text.startsWith(`${from}>${to} ${network}:`)).sort(),
      });
      expect(others(after)).toEqual(others(before));
      expect(after.counted).not.toEqual(before.counted);
    });
  });
});
