/**
 * What watching applications are told, whatever happens to servers and networks: a word of the grammar (invariant 6), in
 * agreement at every moment with the status that is asked for; and when all is well again, the truth.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { randomRun } from '../../src/campaign/generate.js';
import type { WorldAction } from '../../src/cluster/actions.js';
import { RandomStream } from '../../src/model/random.js';
import { micros } from '../../src/model/time.js';
import type { BackendKind } from '../../src/model/trace.js';
import { ClientWorld, Follower } from '../support/clients.js';

interface Step {
  readonly atUs: number;
  readonly action: WorldAction;
}

/** A random run with troubles of clients among the others. */
function withClients(seed: number): ReturnType<typeof randomRun> & { readonly lans: string[] } {
  const run = randomRun(seed);
  const random = RandomStream.of(seed, 9);
  const servers = run.cluster.servers.map((server) => (typeof server === 'string' ? server : server.name));
  const troubles = Array.from({ length: random.integer(0, 6) }, (): Step => {
    const server = random.pick(servers);
    const action = random.pick<WorldAction>([
      { type: 'partition', sides: [['Client1'], random.shuffle(servers).slice(0, random.integer(1, servers.length))] },
      { type: 'heal', what: [['Client1'], servers] },
      { type: 'link', from: 'Client1', to: server, network: 'public0', loss: 1 },
      { type: 'link', from: 'Client1', to: server, network: 'public0', loss: 0.3, jitter: '2s', duplicate: 0.3 },
      { type: 'stopClient', client: 'Client2' },
      { type: 'startClient', client: 'Client2' },
    ]);
    return { atUs: random.integer(1, 300_000_000), action };
  });
  const schedule = [...run.schedule, ...troubles].sort((a, b) => a.atUs - b.atUs);
  return { ...run, schedule, lans: random.chance(0.5) ? ['public0'] : ['public0', 'public1'] };
}

/** Goes through a run; answers how many events there were, and the hash of the trace. */
async function play(seed: number, backend: BackendKind = 'inline'): Promise<{ events: number; hash?: string }> {
  const { cluster, schedule, lans } = withClients(seed);
  const world = await ClientWorld.open({ ...cluster, publicLans: lans }, [{}, { start: 'manual' }], { seed, backend });
  const software = world.software();
  const groups = cluster.groups ?? [];
  const followers = groups.map(() => new Follower('STOPPED'));
  let events = 0;
  followers.forEach((follower, group) => {
    software.watch(0, group, (event) => {
      events += 1;
      expect(event.group).toBe(group);
      follower.take(event);
    });
  });
  const compare = (): void => {
    const { groups: asked } = software.look(0);
    followers.forEach((follower, group) => {
      if (!follower.agrees(asked[group].status))
        throw new Error(`${groups[group].name} is ${asked[group].status}, and was told to be ${follower.status}`);
    });
  };
  const passTo = async (atUs: number): Promise<void> => {
    await world.backend.until({ type: 'condition', holds: () => (compare(), false) }, micros(atUs));
    compare();
  };
  try {
    for (const { atUs, action } of schedule) {
      await passTo(atUs);
      await world.backend.act(action);
    }
    await world.backend.act({ type: 'heal', what: 'all' });
    for (const server of cluster.servers)
      await world.backend.act({ type: 'resume', server: typeof server === 'string' ? server : server.name });
    await world.backend.until({ type: 'quiet' }, micros(world.backend.now() + 600_000_000));
    // Silence takes the timeout to be noticed, and two intervals more.
    await passTo(world.backend.now() + 60_000_000);
    expectTruth(world);
    const { hash } = await world.backend.finish(true);
    return { events, hash };
  } finally {
    await world.backend.close();
  }
}

/** At rest, in a network that is whole, a client sees what the members agree on. */
function expectTruth(world: ClientWorld): void {
  const status = world.backend.status('RANDOM');
  const { groups } = world.software().look(0);
  Object.entries(status.groups).forEach(([name, { state, server }], group) => {
    const { status: seen, server: on } = groups[group];
    if (state === 'INPROGRESS') return;
    const plain = { ONLINE: 'RUNNING', ONLINE_FAIL: 'MISS', OFFLINE: 'STOPPED' }[state];
    expect([name, seen]).toEqual([name, plain]);
    if (state !== 'OFFLINE') expect(world.software().clusters[0].servers[on].name).toBe(server);
  });
}

test('events follow the grammar, the status agrees with them, and the truth comes out', async () => {
  let events = 0;
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 1_000_000 }), async (seed) => {
      events += (await play(seed)).events;
    }),
    { numRuns: Number(process.env['ARMADA_CLIENT_RUNS'] ?? 150) },
  );
  expect(events).toBeGreaterThan(100);
}, 600_000);

test('a client in a thread of its own notices the same (lockstep)', async () => {
  for (const seed of [3, 4]) expect(await play(seed, 'lockstep')).toEqual(await play(seed));
}, 120_000);
