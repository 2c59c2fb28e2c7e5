/**
 * A program that acts on what it hears has one trace on the backends of virtual time: it acts when the instant is over,
 * and what it does after its action was taken comes before the next instant, however long threads take.
 */
import { describe, expect, it } from 'vitest';
import type { WorldAction } from '../../src/cluster/actions.js';
import type { TraceLine } from '../../src/model/trace.js';
import { RandomStream } from '../../src/model/random.js';
import { world } from './worlds.js';

const SERVERS = ['A', 'B', 'D'] as const;
const GROUPS = ['G', 'H'] as const;
/** So often it acts at most. */
const DEEDS = 15;

function someAction(random: RandomStream): WorldAction {
  const server = random.pick(SERVERS);
  const group = random.pick(GROUPS);
  return random.pick<WorldAction>([
    { type: 'crash', server },
    { type: 'restart', server },
    { type: 'hang', server },
    { type: 'resume', server },
    { type: 'shutdown', target: server },
    { type: 'moveGroup', group, to: server },
    { type: 'stopGroup', group },
    { type: 'startGroup', group },
    { type: 'failGroup', group },
    { type: 'maintenance', server },
    { type: 'return', server },
  ]);
}

/** Plays a program that acts, and acts again when that was taken, at some of the lines that it hears. */
async function play(kind: 'inline' | 'lockstep', seed: number): Promise<{ hash: string | undefined; deeds: number }> {
  const { cluster } = await world(kind, {
    name: 'C',
    servers: [...SERVERS],
    heartbeat: { interval: '50ms', timeout: '400ms' },
    startupWait: '1s',
    groups: [
      { name: 'G', servers: ['A', 'B', 'D'], failback: 'auto' },
      { name: 'H', servers: ['B', 'D'] },
    ],
  });
  const random = RandomStream.of(seed);
  let deeds = 0;
  const act = async (): Promise<void> => {
    deeds += 1;
    await cluster.backend.act(someAction(random));
  };
  cluster.trace(({ kind: what }: TraceLine) => {
    if (!['group', 'view', 'event', 'server'].includes(what) || deeds >= DEEDS || !random.chance(0.25)) return;
    void act().then(act);
  });
  await cluster.start();
  for (let turn = 0; turn < 8; turn += 1) {
    await cluster.advance('500ms');
    await cluster.backend.act({ type: 'restart', server: random.pick(SERVERS) });
  }
  return { hash: await cluster.close(), deeds };
}

describe('a program that acts on what it hears', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('has one trace on inline and lockstep, seed %i', async (seed) => {
    const inline = await play('inline', seed);
    expect(inline.deeds).toBeGreaterThan(5);
    expect(inline.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(await play('lockstep', seed)).toEqual(inline);
  });
});
