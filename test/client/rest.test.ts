/**
 * A run without a duration ends when it has come to rest: then no client may have anything left to notice, and none may
 * keep it from ending for ever.
 */
import { afterEach, describe, expect, test } from 'vitest';
import type { ClientDefinition } from '../../src/client/definition.js';
import type { WorldAction } from '../../src/cluster/actions.js';
import type { ClusterInput } from '../../src/model/definition.js';
import { micros } from '../../src/model/time.js';
import { ClientWorld, pair } from '../support/clients.js';

const opened: ClientWorld[] = [];
afterEach(async () => {
  for (const world of opened.splice(0)) await world.close();
});

/** Group1 on A, at rest. */
async function started(
  change: Partial<ClusterInput> = {},
  clients: readonly Partial<ClientDefinition>[] = [{}],
  seed = 1,
): Promise<ClientWorld> {
  const world = await ClientWorld.open({ ...pair, ...change }, clients, { seed });
  opened.push(world);
  await world.at('0s', { type: 'start', target: 'CLUSTER1' });
  await world.at('30s');
  return world;
}

async function rest(world: ClientWorld): Promise<void> {
  const limit = micros(world.backend.now() + 600_000_000);
  expect((await world.backend.until({ type: 'quiet' }, limit)).reason).toBe('reached');
}

/** What is told until rest, and that nothing comes after it. */
async function toldAtRest(world: ClientWorld): Promise<string[]> {
  await rest(world);
  const told = world.told();
  await world.backend.until({ type: 'time' }, micros(world.backend.now() + 120_000_000));
  expect(world.told()).toEqual(told);
  return told.slice(1);
}

const link = (rules: Partial<WorldAction & { type: 'link' }>): WorldAction => ({
  type: 'link',
  from: 'Client1',
  to: 'A',
  network: 'public0',
  ...rules,
});

describe('rest waits for', () => {
  test('the loss of all paths, and their recovery', async () => {
    const world = await started();
    await world.at('60s', { type: 'partition', sides: [['Client1'], ['A', 'B']] });
    expect(await toldAtRest(world)).toEqual(['SHUTDOWN A']);
    await world.backend.act({ type: 'heal', what: 'all' });
    expect(await toldAtRest(world)).toEqual(['SHUTDOWN A', 'BOOT A']);
  });

  test.each([true, false])('the loss of one direction (to the server: %s)', async (there) => {
    const world = await started();
    await world.at('60s', link({ ...(there ? {} : { from: 'A', to: 'Client1' }), corrupt: 1, oneWay: true }));
    expect(await toldAtRest(world)).toEqual(['SHUTDOWN A']);
  });

  test('the change to another LAN', async () => {
    const world = await started({ publicLans: ['public0', 'public1'] });
    await world.at('60s', link({ loss: 1 }));
    expect(await toldAtRest(world)).toEqual(['FAILOVER_START A', 'FAILOVER_END A']);
  });

  test('the end of a cluster that nobody is left to tell of', async () => {
    const world = await started();
    await world.at('60s', { type: 'crash', server: 'B' });
    await rest(world);
    await world.backend.act({ type: 'crash', server: 'A' });
    expect(await toldAtRest(world)).toEqual(['SHUTDOWN A']);
  });

  test('the end of a failover that nobody is left to bring about', async () => {
    const world = await started();
    await world.at('60s', { type: 'crash', server: 'A' });
    await world.until(() => world.status() === 'FAILOVER');
    await world.backend.act({ type: 'crash', server: 'B' });
    expect(await toldAtRest(world)).toEqual(['FAILOVER_START A', 'SHUTDOWN A']);
  });

  test.each([1, 4, 8])('news that got lost on its way (seed %i)', async (seed) => {
    const world = await started({}, [{}], seed);
    for (const to of ['A', 'B']) await world.backend.act(link({ to, loss: 0.4 }));
    await world.at('60s', { type: 'moveGroup', group: 'Group1', to: 'B' });
    expect(await toldAtRest(world)).toEqual(['FAILOVER_START A', 'FAILOVER_END B']);
  });

  test('news on a slow way', async () => {
    const world = await started();
    for (const to of ['A', 'B']) await world.backend.act(link({ to, delay: '7s' }));
    await world.at('60s', { type: 'moveGroup', group: 'Group1', to: 'B' });
    expect(await toldAtRest(world)).toEqual(['FAILOVER_START A', 'FAILOVER_END B']);
  });
});

describe('rest does not wait for', () => {
  test('a client that was stopped and started with news on their way to it', async () => {
    const world = await started();
    for (const to of ['A', 'B']) await world.backend.act(link({ to, delay: '2s' }));
    await world.at('60s', { type: 'stopGroup', group: 'Group1' });
    await world.at('62s', { type: 'stopClient', client: 'Client1' });
    await world.at('80s', { type: 'startClient', client: 'Client1' });
    expect(await toldAtRest(world)).toEqual([]);
  });

  test('a client that hangs with its server before it has found anything', async () => {
    const world = await started({}, []);
    expect(world.software('B').look(0).settled).toBe(false);
    await world.backend.act({ type: 'hang', server: 'B' });
    await rest(world);
  });

  test('servers that a client cannot reach, where it knows of nothing there', async () => {
    const world = await started();
    await world.at('60s', { type: 'partition', sides: [['Client1'], ['B']] });
    expect(await toldAtRest(world)).toEqual([]);
    expect(world.backend.now()).toBeLessThan(200_000_000);
  });
});
