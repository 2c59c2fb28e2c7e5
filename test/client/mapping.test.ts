/**
 * What becomes of a group is told as section 5.2.3 says: every cause on the servers and in the network, each as the events
 * and the popups of one client.
 */
import { afterEach, describe, expect, test } from 'vitest';
import type { ClientDefinition } from '../../src/client/definition.js';
import type { WorldAction } from '../../src/cluster/actions.js';
import type { ClusterInput } from '../../src/model/definition.js';
import { type Duration, micros } from '../../src/model/time.js';
import { ClientWorld, pair } from '../support/clients.js';

const opened: ClientWorld[] = [];
afterEach(async () => {
  for (const world of opened.splice(0)) await world.close();
});

async function started(
  change: Partial<ClusterInput> = {},
  clients: readonly Partial<ClientDefinition>[] = [{}],
): Promise<ClientWorld> {
  const world = await ClientWorld.open({ ...pair, ...change }, clients);
  opened.push(world);
  await world.at('0s', { type: 'start', target: 'CLUSTER1' });
  await world.at('30s');
  return world;
}

/** The group on A, then an action at 60s: what is told until `to`, after the BOOT on A. */
async function toldAfter(action: WorldAction, to: Duration, change: Partial<ClusterInput> = {}): Promise<string[]> {
  const world = await started(change);
  await world.at('60s', action);
  await world.at(to);
  const [first, ...rest] = world.told();
  expect(first).toBe('BOOT A');
  return rest;
}

const group = pair.groups?.[0] ?? { name: '', servers: [] };

describe('servers', () => {
  test('a server start brings the group up: BOOT', async () => {
    const world = await started();
    expect(world.told()).toEqual(['BOOT A']);
    expect(world.status()).toBe('RUNNING');
    expect(world.popups()).toEqual([]);
  });

  test('a server goes down: FAILOVER_START, FAILOVER_END', async () => {
    expect(await toldAfter({ type: 'crash', server: 'A' }, '2m')).toEqual(['FAILOVER_START A', 'FAILOVER_END B']);
  });

  test('a server is shut down: the group goes over', async () => {
    expect(await toldAfter({ type: 'shutdown', target: 'A' }, '2m')).toEqual(['FAILOVER_START A', 'FAILOVER_END B']);
  });

  test('a server is set to maintenance: the group goes over', async () => {
    expect(await toldAfter({ type: 'maintenance', server: 'A' }, '2m')).toEqual(['FAILOVER_START A', 'FAILOVER_END B']);
  });

  test('an application fails: the group goes over', async () => {
    expect(await toldAfter({ type: 'failGroup', group: 'Group1' }, '2m')).toEqual([
      'FAILOVER_START A',
      'FAILOVER_END B',
    ]);
  });

  test('a move by hand looks like a failover, and F lasts from its beginning to its end', async () => {
    const world = await started();
    await world.at('60s', { type: 'moveGroup', group: 'Group1', to: 'B' });
    await world.at('61s');
    expect(world.status()).toBe('FAILOVER');
    await world.at('70s');
    expect(world.status()).toBe('RUNNING');
    expect(world.told().slice(1)).toEqual(['FAILOVER_START A', 'FAILOVER_END B']);
  });

  test('a cluster shutdown stops the group: SHUTDOWN', async () => {
    expect(await toldAfter({ type: 'shutdown', target: 'CLUSTER1' }, '2m')).toEqual(['SHUTDOWN A']);
  });

  test('a stop and a start by hand: SHUTDOWN, BOOT', async () => {
    const world = await started();
    await world.at('60s', { type: 'stopGroup', group: 'Group1' });
    await world.at('60500ms');
    // It runs until it has stopped.
    expect(world.status()).toBe('RUNNING');
    await world.at('70s', { type: 'startGroup', group: 'Group1', on: 'B' });
    expect(world.status()).toBe('STOPPED');
    await world.at('71s');
    expect(world.status()).toBe('STOPPED');
    await world.at('80s');
    expect(world.told().slice(1)).toEqual(['SHUTDOWN A', 'BOOT B']);
    expect(world.popups()).toEqual([
      'クラスタ CLUSTER1 でグループ Group1 が停止しました.\nサーバ A(10.0.0.1)',
      'クラスタ CLUSTER1 のグループ Group1 がバックアップ上で起動しました.\nサーバ B(10.0.0.2)',
    ]);
  });

  test('a group that goes back by itself stops and starts: SHUTDOWN, BOOT (6.3.2)', async () => {
    const world = await started({ groups: [{ ...group, failback: 'auto' }] });
    await world.at('60s', { type: 'crash', server: 'A' });
    await world.at('3m', { type: 'restart', server: 'A' });
    await world.until(() => world.told().length > 3);
    expect(world.status()).toBe('STOPPED');
    expect(world.software().look(0).servers[0]).toEqual(['FAILBACK']);
    await world.at('5m');
    expect(world.told()).toEqual(['BOOT A', 'FAILOVER_START A', 'FAILOVER_END B', 'SHUTDOWN B', 'BOOT A']);
    expect(world.popups().slice(-1)).toEqual([
      'クラスタ CLUSTER1 でグループ Group1 が起動しました.\nサーバ A(10.0.0.1)',
    ]);
  });

  test('a failover to a server that cannot take it goes on to the next: one START, one END', async () => {
    const world = await started({
      servers: ['A', 'B', 'C'],
      groups: [
        {
          ...group,
          servers: ['A', 'B', 'C'],
          resources: [{ name: 'disk', type: 'swdisk', drive: 'S:', activate: '2s', onFailure: 'failover' }],
        },
      ],
    });
    await world.at('60s', { type: 'failResource', resource: 'disk', on: 'B' });
    await world.at('61s', { type: 'crash', server: 'A' });
    await world.at('3m');
    expect(world.told()).toEqual(['BOOT A', 'FAILOVER_START A', 'FAILOVER_END C']);
  });

  test('with no server left the failover ends in SHUTDOWN', async () => {
    const world = await started();
    await world.at('60s', { type: 'crash', server: 'A' });
    await world.until(() => world.status() === 'FAILOVER');
    await world.backend.act({ type: 'crash', server: 'B' });
    await world.at('5m');
    expect(world.told()).toEqual(['BOOT A', 'FAILOVER_START A', 'SHUTDOWN A']);
  });

  test('a resource that fails leaves the group MISS, and GetGroupStatus has no word for it', async () => {
    const world = await started();
    await world.at('60s', { type: 'failResource', resource: 'disk', on: 'B' });
    await world.at('61s', { type: 'moveGroup', group: 'Group1', to: 'B' });
    await world.at('80s');
    expect(world.status()).toBe('MISS');
    expect(world.told()).toEqual(['BOOT A', 'FAILOVER_START A', 'FAILOVER_END B']);
  });

  test('under majority F begins with the detection, before the group may come up elsewhere', async () => {
    const world = await started({ servers: ['A', 'B', 'C'], partition: 'majority', fence: '20s' });
    await world.at('60s', { type: 'crash', server: 'A' });
    await world.until(() => world.status() === 'FAILOVER');
    const [began] = world.lines.filter((line) => line.kind === 'event' && line.code === 'ARM_EVENT_DOWN');
    expect(world.backend.now() - began.t).toBeLessThan(1_000_000);
    await world.at('3m');
    expect(world.told()).toEqual(['BOOT A', 'FAILOVER_START A', 'FAILOVER_END B']);
  });
});

describe('the network', () => {
  const cut: WorldAction = { type: 'partition', sides: [['Client1'], ['A', 'B']] };

  test('all paths to the group are lost and found: SHUTDOWN, BOOT', async () => {
    const world = await started();
    await world.at('60s', cut);
    await world.at('85s');
    expect(world.status()).toBe('RUNNING');
    await world.at('95s', { type: 'heal', what: 'all' });
    expect(world.status()).toBe('STOPPED');
    await world.at('2m');
    expect(world.told()).toEqual(['BOOT A', 'SHUTDOWN A', 'BOOT A']);
  });

  test('found again is one BOOT that names the server where the group now runs', async () => {
    const world = await started();
    await world.at('60s', cut);
    await world.at('100s', { type: 'moveGroup', group: 'Group1', to: 'B' });
    await world.at('2m', { type: 'heal', what: 'all' });
    await world.at('150s');
    expect(world.told()).toEqual(['BOOT A', 'SHUTDOWN A', 'BOOT B']);
  });

  test('only the path to the server of the group is lost: its failover elsewhere is told as a BOOT', async () => {
    const world = await started();
    await world.at('60s', { type: 'partition', sides: [['Client1'], ['A']] });
    await world.at('2m');
    expect(world.told()).toEqual(['BOOT A', 'SHUTDOWN A']);
    await world.at('2m', { type: 'crash', server: 'A' });
    await world.at('4m');
    expect(world.told()).toEqual(['BOOT A', 'SHUTDOWN A', 'BOOT B']);
  });

  test('the path to another server is lost: nobody is told', async () => {
    expect(await toldAfter({ type: 'partition', sides: [['Client1'], ['B']] }, '3m')).toEqual([]);
  });

  test('a LAN fails and another takes its place: FAILOVER_START and _END that name the same server, F between', async () => {
    const world = await started({ publicLans: ['public0', 'public1'] });
    const dead = { type: 'link', from: 'Client1', to: 'A', network: 'public0', loss: 1 } as const;
    await world.at('60s', dead);
    await world.until(() => world.status() === 'FAILOVER');
    const began = world.backend.now();
    await world.until(() => world.status() === 'RUNNING');
    expect(world.backend.now() - began).toBe(1_000_000);
    expect(world.told()).toEqual(['BOOT A', 'FAILOVER_START A', 'FAILOVER_END A']);
    await world.at('5m');
    expect(world.told()).toHaveLength(3);
  });

  test('a crash with two LANs is a failover, and no change of LAN', async () => {
    expect(await toldAfter({ type: 'crash', server: 'A' }, '3m', { publicLans: ['public0', 'public1'] })).toEqual([
      'FAILOVER_START A',
      'FAILOVER_END B',
    ]);
  });

  test('a slower second LAN: a crash is still no change of LAN', async () => {
    const world = await started({ publicLans: ['public0', 'public1'] });
    for (const server of ['A', 'B'])
      await world.backend.act({ type: 'link', from: server, to: 'Client1', network: 'public1', delay: '2500ms' });
    await world.at('60s', { type: 'crash', server: 'A' });
    await world.at('3m');
    expect(world.told()).toEqual(['BOOT A', 'FAILOVER_START A', 'FAILOVER_END B']);
  });

  test('what a server tells unasked does not prove that it can be asked', async () => {
    const world = await started({ groups: [group, { ...group, name: 'Group2', resources: [] }] });
    const dead = { type: 'link', from: 'Client1', to: 'A', network: 'public0', loss: 1, oneWay: true } as const;
    await world.at('60s', dead);
    await world.until(() => world.status() === 'STOPPED');
    await world.backend.act({ type: 'stopGroup', group: 'Group2' });
    await world.at('5m');
    expect(world.told()).toEqual(['BOOT A', 'BOOT A', 'SHUTDOWN A', 'SHUTDOWN A']);
  });

  test('a server that is heard unasked is asked at once: no interval is lost', async () => {
    const world = await started();
    await world.at('60s', cut);
    await world.until(() => world.status() === 'STOPPED');
    await world.backend.act({ type: 'heal', what: 'all' });
    await world.backend.act({ type: 'moveGroup', group: 'Group1', to: 'B' });
    const before = world.backend.now();
    expect(world.software().look(0).servers[0]).toEqual(['DOWN']);
    await world.until(() => world.software().look(0).servers[0].includes('CLUSTER'), '1s');
    expect(world.backend.now() - before).toBeLessThan(1000);
  });

  test('of two clusters the silent one is missed as soon as if it were alone', async () => {
    const lost = async (clusters: readonly string[]): Promise<number> => {
      const world = await ClientWorld.openAll(
        [pair, { name: 'OTHER', servers: ['X', 'Y'], groups: [{ name: 'Group9', servers: ['X', 'Y'] }] }],
        [{ clusters }],
      );
      opened.push(world);
      for (const target of ['CLUSTER1', 'OTHER']) await world.at('0s', { type: 'start', target });
      await world.at('60s', { type: 'partition', sides: [['Client1'], ['X', 'Y']] });
      await world.at('2m');
      const told = world.lines.find((line) => line.kind === 'client-event' && line.event.endsWith('SHUTDOWN'));
      return told?.t ?? -1;
    };
    const alone = await lost(['OTHER']);
    expect(alone).toBeGreaterThan(60_000_000);
    expect(await lost(['CLUSTER1', 'OTHER'])).toBe(alone);
  });

  test('a tenth of all frames lost: no false alarm', async () => {
    const world = await started();
    for (const server of ['A', 'B'])
      await world.backend.act({ type: 'link', from: 'Client1', to: server, network: 'public0', loss: 0.1 });
    await world.at('30m');
    expect(world.told()).toEqual(['BOOT A']);
  });
});

describe('a client', () => {
  test('starts in the middle of a failover: popups tell how it is, events what is to come (6.3.4)', async () => {
    const world = await started({}, [{ start: 'manual', popups: 'english' }]);
    await world.at('60s', { type: 'crash', server: 'A' });
    await world.until(() => world.lines.some((line) => line.kind === 'event' && line.code.endsWith('FAILOVER_START')));
    await world.backend.act({ type: 'startClient', client: 'Client1' });
    await world.until(() => world.software().look(0).settled);
    await world.backend.act({ type: 'watch', client: 'Client1', group: 'Group1' });
    expect(world.status()).toBe('FAILOVER');
    await world.at('3m');
    expect(world.told()).toEqual(['FAILOVER_END B']);
    expect(world.popups()).toEqual([
      'Failover of group Group1 in cluster CLUSTER1 has begun.\nServer A(10.0.0.1) to Server B(10.0.0.2)',
      'Failover of group Group1 in cluster CLUSTER1 has ended.\nServer A(10.0.0.1) to Server B(10.0.0.2)',
    ]);
  });

  test('finds the group on a backup server: a popup, no event (6.3.3)', async () => {
    const world = await started({}, [{ start: 'manual' }]);
    await world.at('60s', { type: 'crash', server: 'A' });
    await world.at('3m', { type: 'startClient', client: 'Client1' });
    await world.at('4m', { type: 'watch', client: 'Client1', group: 'Group1' });
    await world.at('5m');
    expect(world.told()).toEqual([]);
    expect(world.status()).toBe('RUNNING');
    expect(world.popups()).toEqual([
      'クラスタ CLUSTER1 でグループ Group1 がバックアップサーバ上で起動しました.\nサーバ B(10.0.0.2)',
    ]);
  });

  test('finds nothing: STOPPED after an interval, and no word', async () => {
    const world = await ClientWorld.open();
    opened.push(world);
    await world.at('2s');
    expect(world.software().look(0).settled).toBe(false);
    await world.at('3s');
    expect(world.software().look(0)).toMatchObject({ settled: true, groups: [{ status: 'STOPPED', server: -1 }] });
    expect(world.popups()).toEqual([]);
  });

  test('stops and starts: watches are gone, refused twice', async () => {
    const world = await started();
    await world.at('60s', { type: 'stopClient', client: 'Client1' });
    const again = await world.backend.act({ type: 'stopClient', client: 'Client1' });
    expect(again).toMatchObject({ ok: false, error: { code: 'NOT_RUNNING' } });
    const watch = await world.backend.act({ type: 'watch', client: 'Client1', group: 'Group1' });
    expect(watch).toMatchObject({ ok: false, error: { code: 'NOT_RUNNING' } });
    await world.at('61s', { type: 'startClient', client: 'Client1' });
    const twice = await world.backend.act({ type: 'startClient', client: 'Client1' });
    expect(twice).toMatchObject({ ok: false, error: { code: 'ALREADY_RUNNING' } });
    await world.at('70s', { type: 'moveGroup', group: 'Group1', to: 'B' });
    await world.at('90s');
    expect(world.told()).toEqual(['BOOT A']);
    expect(world.status()).toBe('RUNNING');
  });

  test('that has just been started cannot say yet what a group is', async () => {
    const world = await started({}, [{ start: 'manual' }]);
    await world.at('60s', { type: 'startClient', client: 'Client1' });
    await world.at('60s', { type: 'watch', client: 'Client1', group: 'Group1' });
    const step = world.lines.find((line) => line.kind === 'step' && line.step === 'watch');
    expect(step).not.toHaveProperty('status');
    await world.at('70s');
    expect(world.status()).toBe('RUNNING');
    expect(world.told()).toEqual([]);
  });

  test.each<[string, Partial<ClientDefinition>]>([
    ['C-NONE: there is no such cluster', { clusters: ['C-NONE'] }],
    ['CLUSTER1 twice', { clusters: ['CLUSTER1', 'CLUSTER1'] }],
    ['the name of a server', { name: 'A' }],
    ['interval is -1 µs', { intervalUs: micros(-1) }],
    ['interval is 0 µs', { intervalUs: micros(0) }],
    ['timeout is -5 µs', { timeoutUs: micros(-5) }],
    ['LAN switch is -5 µs', { lanSwitchUs: micros(-5) }],
    ['less than twice its interval', { intervalUs: micros(16_000_000) }],
  ])('that cannot be: %s', async (text, client) => {
    await expect(ClientWorld.open(pair, [client])).rejects.toThrow(RangeError);
    await expect(ClientWorld.open(pair, [client])).rejects.toThrow(text);
  });

  test('on several servers: the links between them are accounted for once', async () => {
    const world = await started({}, []);
    for (const server of ['A', 'B']) expect(world.software(server).host).toBe('server');
    await world.at('60s');
    await world.backend.finish(true);
    const links = world.lines.flatMap((line) =>
      line.kind === 'links' && line.network === 'public0' ? [`${line.from} ${line.to}`] : [],
    );
    expect(links.sort()).toEqual(['A B', 'B A']);
  });

  test('on a server goes with it, hears of its own server and keeps silent while that hangs', async () => {
    const world = await started({}, []);
    const software = world.software('B');
    expect(software).toMatchObject({ host: 'server', local: 0, server: 'B' });
    await world.at('31s');
    expect(software.look(0).groups).toEqual([{ status: 'RUNNING', server: 0 }]);
    const seen: string[] = [];
    software.watch(0, 0, ({ event }) => seen.push(event));
    await world.at('60s', { type: 'hang', server: 'B' });
    await world.at('61s', { type: 'stopGroup', group: 'Group1' });
    await world.at('70s', { type: 'resume', server: 'B' });
    await world.at('80s');
    expect(seen).toEqual(['SHUTDOWN']);
    await world.at('90s', { type: 'crash', server: 'B' });
    expect(software.look(0).settled).toBe(false);
  });
});
