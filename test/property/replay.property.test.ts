/**
 * An engine is a function of its inputs: what each engine of a run took in, put into a fresh engine whose effects nobody
 * carries out, gives the same effects and the same digest after each input. And what an engine gives out is a value: it
 * does not change on its way, so that it makes no difference whether a frame is handed over or copied byte by byte.
 */
import { describe, expect, it } from 'vitest';
import { type Boot, Engine } from '../../src/failover/engine.js';
import type { Input } from '../../src/failover/frames.js';
import { collected, type Given, type Life, lookOn } from '../support/engines.js';
import { forAll } from '../support/forAll.js';
import { play } from '../support/play.js';
import { type Run, runArb } from '../support/runs.js';

interface Recorded {
  readonly boot: Boot;
  readonly steps: { readonly input: Input; effects: string[]; digest: string }[];
}

async function record(run: Run): Promise<Recorded[]> {
  const all = new Map<Life, Recorded>();
  const onlooker = {
    born: (life: Life) => void all.set(life, { boot: structuredClone(life.boot), steps: [] }),
    before: (life: Life, input: Input) =>
      void all.get(life)!.steps.push({ input: structuredClone(input), effects: [], digest: '' }),
    effect: (life: Life, effect: Given) => void all.get(life)!.steps.at(-1)!.effects.push(JSON.stringify(effect)),
    after: (life: Life) => void (all.get(life)!.steps.at(-1)!.digest = life.engine.digest()),
  };
  await lookOn(onlooker, () => play(run));
  return [...all.values()];
}

function replay({ boot, steps }: Recorded): void {
  const given: Given[] = [];
  const out = collected(given);
  const engine = new Engine(boot, out);
  for (const [index, { input, effects, digest }] of steps.entries()) {
    engine.step(input, out);
    const replayed = given.splice(0).map((effect) => JSON.stringify(effect));
    if (digest === engine.digest() && effects.join() === replayed.join()) continue;
    const where = `input ${index} of server ${boot.me}, boot ${boot.incarnation}`;
    expect({ where, effects: replayed, digest: engine.digest() }).toEqual({ where, effects, digest });
  }
}

describe('recorded inputs', () => {
  it('replayed into a fresh engine give the same effects and the same digest after each', async () => {
    await forAll(runArb({ servers: 4, steps: 6 }), 25, async (run) => {
      const lives = await record(run);
      for (const life of lives) replay(life);
    });
  });
});

describe('frames', () => {
  it('arrive as they were sent: nothing changes them on their way', async () => {
    let arrived = 0;
    await forAll(runArb({ servers: 4 }), 60, async (run) => {
      const sent = new WeakMap<object, string>();
      const onlooker = {
        effect: (_: Life, effect: Given) => {
          if (effect[0] === 'send') sent.set(effect[2], JSON.stringify(effect[2]));
          if (effect[0] === 'broadcast') sent.set(effect[1], JSON.stringify(effect[1]));
        },
        before: (_: Life, input: Input) => {
          if (input.type !== 'frame' || !sent.has(input.frame)) return;
          arrived += 1;
          expect(JSON.stringify(input.frame)).toBe(sent.get(input.frame));
        },
      };
      await lookOn(onlooker, () => play(run));
    });
    expect(arrived).toBeGreaterThan(1000);
  });
});
