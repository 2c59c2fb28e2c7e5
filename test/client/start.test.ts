/**
 * A client may start at any instant of a failover: it finds a status that fits what comes after, and its applications are
 * told exactly the changes still to come. Every instant at which anything happens is tried, and those just before and after.
 */
import { describe, expect, test } from 'vitest';
import type { WorldAction } from '../../src/cluster/actions.js';
import { formatDuration, micros } from '../../src/model/time.js';
import { ClientWorld, Follower, pair } from '../support/clients.js';

const course: readonly (readonly [at: '0s' | '60s', action: WorldAction])[] = [
  ['0s', { type: 'start', target: 'CLUSTER1' }],
  ['60s', { type: 'crash', server: 'A' }],
];
const END = '3m';

/** The instants at which something happens, from the crash on, each with its neighbours. */
async function instants(actions: typeof course): Promise<number[]> {
  const world = await ClientWorld.open(pair, [{}]);
  for (const [at, action] of actions) await world.at(at, action);
  await world.at(END);
  const all = world.lines
    .filter(({ t }) => t >= 60_000_000)
    .flatMap(({ t }) => [t - 100, t - 1, t, t + 1, t + 100, t + 200]);
  await world.close();
  return [...new Set(all)].filter((t) => t >= 60_000_000 && t < 178_000_000).sort((a, b) => a - b);
}

/** What was told to a client that was there all along, with the instants; and what the one told that started then. */
async function startAt(
  instant: number,
  actions: typeof course,
): Promise<{ all: string[]; late: string[]; from: string }> {
  const world = await ClientWorld.open(pair, [{}, { start: 'manual' }]);
  for (const [at, action] of actions) await world.at(at, action);
  await world.at(formatDuration(micros(instant)), { type: 'startClient', client: 'Client2' });
  await world.until(() => world.software('Client2').look(0).settled, '3s');
  const before = world.told('Client1').length;
  const follower = new Follower(world.status('Client2'));
  const from = follower.status;
  expect(follower.agrees(world.status('Client1'))).toBe(true);
  world.software('Client2').watch(0, 0, (event) => follower.take(event));
  await world.at(END);
  const all = world.told('Client1').slice(before);
  const names = ['A', 'B'];
  const late = follower.events.map(({ event, src, dst }) => `${event} ${names[src] ?? ''}${names[dst] ?? ''}`);
  await world.close();
  return { all, late, from };
}

describe.each([
  ['a failover after a crash', course],
  ['a move', [course[0], ['60s', { type: 'moveGroup', group: 'Group1', to: 'B' }]]],
  ['a stop by hand', [course[0], ['60s', { type: 'stopGroup', group: 'Group1' }]]],
  ['a cluster shutdown', [course[0], ['60s', { type: 'shutdown', target: 'CLUSTER1' }]]],
] as [string, typeof course][])('in the middle of %s', (_name, actions) => {
  test('a client that starts at any instant is told exactly what is still to come', async () => {
    const all = await instants(actions);
    expect(all.length).toBeGreaterThan(10);
    const found = new Set<string>();
    for (const instant of all) {
      const { all: told, late, from } = await startAt(instant, actions);
      expect({ instant, told: late }).toEqual({ instant, told });
      found.add(from);
    }
    expect(found.size).toBeGreaterThan(1);
  });
});
