/**
 * What watching applications are told, whatever happens to servers and networks: a word of the grammar (invariant 6), in
 * agreement at every moment with the status that is asked for; and when all is well again, the truth.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { randomRun } from '../../src/campaign/generate.js';
import type { WorldAction } from '../../src/cluster/actions.js';
import type { ClusterInput } from '../../src/model/definition.js';
import { RandomStream } from '../../src/model/random.js';
import { micros } from '../../src/model/time.js';
import type { BackendKind } from '../../src/model/trace.js';
import { ClientWorld, Follower } from '../support/clients.js';

interface Step {
  readonly atUs: number;
  readonly action: WorldAction;
}

/** A second cluster that the clients watch, too. */
const other: ClusterInput = {
  name: 'OTHER',
  servers: ['X', 'Y'],
  publicLans: ['public0'],
  groups: [{ name: 'Group9', servers: ['X', 'Y'], failback: 'auto' }],
};

interface ClientRun {
  readonly cluster: ClusterInput;
  readonly schedule: readonly Step[];
}

/** A random run with troubles of clients among the others. */
function withClients(seed: number): ClientRun {
  const run = randomRun(seed);
  const random = RandomStream.of(seed, 9);
  const servers = run.cluster.servers.map((server) => (typeof server === 'string' ? server : server.name));
  const troubles = Array.from({ length: random.integer(0, 8) }, (): Step => {
    const action = randomTrouble(random, random.chance(0.8) ? servers : ['X', 'Y']);
    return { atUs: random.integer(1, 300_000_000), action };
  });
  // Switched off and on in one instant.
  const again = troubles.filter(({ action }) => action.type === 'stopClient' && random.chance(0.5));
  const restarts = again.map(({ atUs }): Step => ({ atUs, action: { type: 'startClient', client: 'Client2' } }));
  const schedule = [...run.schedule, ...troubles, ...restarts].sort((a, b) => a.atUs - b.atUs);
  return {
    cluster: { ...run.cluster, publicLans: random.chance(0.5) ? ['public0'] : ['public0', 'public1'] },
    schedule: [{ atUs: 0, action: { type: 'start', target: 'OTHER' } }, ...schedule],
  };
}

function randomTrouble(random: RandomStream, servers: readonly string[]): WorldAction {
  const server = random.pick(servers);
  const [from, to] = random.chance(0.5) ? ['Client1', server] : [server, 'Client1'];
  const network = random.pick(['public0', 'public1', undefined]);
  const link = { type: 'link', from, to, oneWay: random.chance(0.5), ...(network ? { network } : {}) } as const;
  return random.pick<WorldAction>([
    { type: 'partition', sides: [['Client1'], random.shuffle(servers).slice(0, random.integer(1, servers.length))] },
    { type: 'heal', what: [['Client1'], servers] },
    { ...link, loss: 1 },
    { ...link, loss: 0.3, jitter: '2s', duplicate: 0.3, corrupt: 0.2 },
    { ...link, delay: random.pick(['4s', '20s']) },
    { type: 'stopClient', client: 'Client2' },
    { type: 'startClient', client: 'Client2' },
    { type: 'crash', server },
    { type: 'restart', server },
    { type: 'hang', server },
    { type: 'resume', server },
  ]);
}

/** Follows every group that a client knows; `compare` throws where what was told and what is asked disagree. */
class Listener {
  events = 0;
  private readonly followers: Follower[][];

  constructor(private readonly software: ReturnType<ClientWorld['software']>) {
    this.followers = software.clusters.map(({ groups }, cluster) =>
      groups.map((_, group) => {
        const follower = new Follower('STOPPED');
        software.watch(cluster, group, (event) => {
          this.events += 1;
          expect([event.cluster, event.group]).toEqual([cluster, group]);
          follower.take(event);
        });
        return follower;
      }),
    );
  }

  compare(): void {
    this.followers.forEach((followers, cluster) => {
      const { groups } = this.software.look(cluster);
      followers.forEach((follower, group) => {
        if (follower.agrees(groups[group].status)) return;
        const { name } = this.software.clusters[cluster].groups[group];
        throw new Error(`${name} is ${groups[group].status}, and was told to be ${follower.status}`);
      });
    });
  }
}

/** Goes through a run; answers how many events there were, and the hash of the trace. */
async function play(seed: number, backend: BackendKind = 'inline'): Promise<{ events: number; hash?: string }> {
  const { cluster, schedule } = withClients(seed);
  const world = await ClientWorld.openAll([cluster, other], [{}, { start: 'manual' }], { seed, backend });
  const listener = new Listener(world.software());
  const passTo = async (atUs: number): Promise<void> => {
    await world.backend.until({ type: 'condition', holds: () => (listener.compare(), false) }, micros(atUs));
    listener.compare();
  };
  const onServer = (): unknown => world.backend.client(nameOf(cluster.servers[0]));
  try {
    for (const [step, { atUs, action }] of schedule.entries()) {
      await passTo(atUs);
      await world.backend.act(action);
      if (step % 3 === 0) onServer();
    }
    await world.backend.act({ type: 'heal', what: 'all' });
    for (const server of [...cluster.servers, ...other.servers])
      await world.backend.act({ type: 'resume', server: nameOf(server) });
    const { reason } = await world.backend.until({ type: 'quiet' }, micros(world.backend.now() + 1_200_000_000));
    expect(reason).toBe('reached');
    expectTruth(world);
    // At rest nothing is left to be noticed.
    const { events } = listener;
    await passTo(world.backend.now() + 60_000_000);
    expect(listener.events).toBe(events);
    const { hash } = await world.backend.finish(true);
    return { events, hash };
  } finally {
    await world.backend.close();
  }
}

function nameOf(server: ClusterInput['servers'][number]): string {
  return typeof server === 'string' ? server : server.name;
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

test('of two sides of a partition that of the gone is not taken for the truth at rest', async () => {
  expect((await play(490084)).events).toBeGreaterThan(0);
});

test('a client in a thread of its own notices the same (lockstep)', async () => {
  for (const seed of (process.env['ARMADA_CLIENT_SEEDS'] ?? '3,4,5').split(',').map(Number))
    expect(await play(seed, 'lockstep')).toEqual(await play(seed));
}, 120_000);
