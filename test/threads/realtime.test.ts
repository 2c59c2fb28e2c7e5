/**
 * What is real in real time: a crash kills a thread in the middle of whatever it does, a hung thread does not run, a
 * restarted one is another, and what was on its disk is there.
 */
import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { Cluster, open } from '../../src/cluster/cluster.js';
import { RealtimeBackend, type RealtimeOptions } from '../../src/cluster/realtime.js';
import type { Bell } from '../../src/interconnect/bell.js';
import { BELL_SLEEPING } from '../../src/interconnect/layout.js';
import { defineCluster } from '../../src/model/define.js';
import type { ClusterInput } from '../../src/model/definition.js';
import { micros } from '../../src/model/time.js';
import type { TraceLine } from '../../src/model/trace.js';
import type { Glance } from '../../src/node/realtime/status.js';
import { G1, LONG, patient, trio } from '../contract/worlds.js';

const opened: RealtimeBackend[] = [];
afterEach(async () => {
  for (const backend of opened.splice(0)) await backend.close();
});

function realtime(input: ClusterInput = trio, options: Partial<RealtimeOptions> = {}): [Cluster, RealtimeBackend] {
  const defined = defineCluster(input);
  if (!defined.ok) throw new Error(JSON.stringify(defined.error));
  const world = { clusters: [defined.value], machines: [], clients: [] };
  const backend = new RealtimeBackend(world, { seed: 1, version: 'test', ...options });
  opened.push(backend);
  return [new Cluster(backend, input.name, 1), backend];
}

async function started(input?: ClusterInput, options?: Partial<RealtimeOptions>): Promise<[Cluster, RealtimeBackend]> {
  const [cluster, backend] = realtime(input, options);
  await cluster.start();
  await cluster.until((seen) => seen.view?.members.length === 3, LONG);
  await cluster.until('quiet', LONG);
  return [cluster, backend];
}

/** Looks again and again until it holds; never for a time. */
async function eventually(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 10_000; tries += 1) {
    if (holds()) return;
    await sleep(5);
  }
  throw new Error('it never came true');
}

function expectBalance({ switchboard: { model } }: RealtimeBackend, servers = 3): void {
  for (let from = 0; from < servers; from += 1)
    for (let to = 0; to < servers; to += 1)
      if (from !== to) expect(model.counters(from, to, 0)).toSatisfy(({ underWay }) => underWay >= 0);
}

describe('a crash', () => {
  it('at any moment leaves nothing half done: 200 of them, also while the server starts or writes', async () => {
    const [cluster, backend] = await started({ ...trio, heartbeat: { interval: '5ms', timeout: '400ms' } });
    for (let round = 0; round < 200; round += 1) {
      const server = ['S2', 'S3'][round % 2];
      if (round % 4 > 1)
        await eventually(() => backend.glance(server)?.incarnation === backend.slots[1 + (round % 2)].incarnation);
      await sleep(Math.random() * 6);
      await backend.act({ type: 'crash', server });
      await backend.act({ type: 'restart', server });
      expectBalance(backend);
    }
    // Whoever was taken for dead for too long powers off.
    for (let tries = 0; tries < 50 && cluster.status().view?.members.length !== 3; tries += 1) {
      await cluster.until((seen) => seen.view?.members.length === 3, '1s').catch(() => undefined);
      for (const server of ['S1', 'S2', 'S3']) await backend.act({ type: 'restart', server });
    }
    expect(cluster.status().view?.members).toEqual(['S1', 'S2', 'S3']);
    await cluster.moveGroup('G1', 'S3').catch(() => undefined);
    await cluster.until(({ groups }) => groups.G1.state === 'ONLINE', LONG);
    await backend.finish(true);
    expectBalance(backend);
  });

  it('is a thread that is gone: nobody can ask it any more', async () => {
    const [cluster, backend] = await started();
    expect(await backend.inspect('S2')).toMatchObject({ digest: expect.anything() as unknown });
    await cluster.hang('S2');
    await cluster.advance('50ms');
    await expect(backend.inspect('S2')).rejects.toThrow('does not run');
    await cluster.crash('S2');
    await expect(backend.inspect('S2')).rejects.toThrow('does not run');
  });

  it('while somebody asks it is an answer, too', async () => {
    const [cluster, backend] = await started();
    const asked = backend.inspect('S2').then(
      () => 'answered',
      (error: unknown) => (error as Error).message,
    );
    await cluster.crash('S2');
    expect(['answered', 'Server S2 does not run any more.']).toContain(await asked);
  });
});

describe('a client machine that is switched off', () => {
  it('between taking the flag of the main bell and waking the main thread does not leave that deaf', async () => {
    // No server runs: nobody else rings.
    const cluster = await open(trio, { backend: 'realtime', clients: ['Client1'] });
    const { backend } = cluster;
    if (!(backend instanceof RealtimeBackend)) throw new Error('not in real time');
    opened.push(backend);
    const { bell, clientsLeaving } = backend as unknown as { bell: Bell; clientsLeaving: Set<Promise<void>> };
    await cluster.until(() => backend.clients.slots[0].client?.look(0) !== undefined, LONG);
    await cluster.act({ type: 'stopClient', client: 'Client1' });
    // What its thread had done when it was killed, as far as anybody can see.
    Atomics.exchange(bell.i32, BELL_SLEEPING, 0);
    await Promise.all(clientsLeaving);
    expect(bell.prepared).toBe(true);
  });
});

describe('the main thread', () => {
  it('judges who waits for what is heard when that has been told', async () => {
    const [, backend] = await started();
    let heard = 0;
    backend.trace((line) => {
      if (line.kind === 'step') heard += 1;
    });
    const waiting = backend.until({ type: 'condition', holds: () => heard > 0 }, micros(1e15));
    // Nothing comes of this, so that there is no other line.
    await backend.act({ type: 'hang', server: 'nobody' });
    expect((await waiting).reason).toBe('reached');
  });

  it('sees a server come back to a cluster with a large registry', async () => {
    const [cluster, backend] = await started({ ...trio, heartbeat: { interval: '10ms', timeout: '1s' } });
    const registry = backend.registryOf('S1');
    const key = 'HKEY_LOCAL_MACHINE\\SOFTWARE\\App';
    const hex = 'ab'.repeat(400 * 1024);
    await registry.synchronise({ change: 'createKey', key });
    await registry.synchronise({ change: 'setValue', key, name: 'v', type: 3, hex });
    await cluster.crash('S3');
    await cluster.until((seen) => seen.view?.members.length === 2, LONG);
    await cluster.start('S3');
    await cluster.until((seen) => seen.view?.members.length === 3, LONG);
    await cluster.until('quiet', LONG);
    for (const [from, to] of [
      [0, 2],
      [2, 0],
    ]) {
      const { underWay, dropped } = backend.switchboard.model.counters(from, to, 0);
      expect(underWay).toBeLessThan(10);
      expect(dropped).toBeLessThan(2000);
    }
  });
});

describe('a server at rest', () => {
  it.each(['20ms', '3s'])('with a heartbeat every %s rehearses failovers, of which nobody hears', async (interval) => {
    const [cluster, backend] = await started({ ...trio, heartbeat: { interval, timeout: '30s' } });
    const lines: TraceLine[] = [];
    backend.trace((line) => lines.push(line));
    const { view } = cluster.status();
    for (const server of trio.servers as string[]) {
      let asked = 0;
      // Who is asked wakes up: it has to get on by itself, too.
      for (; !(await backend.inspect(server)).rehearsed && asked < 100; asked += 1) await sleep(100);
      expect(asked).toBeLessThan(100);
    }
    expect(cluster.status().view).toEqual(view);
    expect(lines).toEqual([]);
  });

  it('alone in its cluster, or with a heartbeat every millisecond, does not', async () => {
    const groups = [{ ...G1, servers: ['S1'] }];
    const [cluster, backend] = realtime({ ...trio, servers: ['S1'], groups });
    await cluster.start();
    await cluster.until('quiet', LONG);
    expect((await backend.inspect('S1')).rehearsed).toBe(true);
    const [, other] = await started({ ...trio, heartbeat: { interval: '1ms', timeout: '20s' } });
    await sleep(100);
    expect((await other.inspect('S2')).rehearsed).toBe(false);
  });
});

it('servers with a heartbeat every millisecond leave some unread, miss who is dead, hear who is back, and lose none', async () => {
  const [cluster, backend] = await started({ ...trio, heartbeat: { interval: '1ms', timeout: '400ms' } });
  const counters = (from: number, to: number) => backend.switchboard.model.counters(from, to, 0);
  await eventually(() => counters(1, 2).underWay > 2);
  await cluster.crash('S1');
  await cluster.until({ group: 'G1', state: 'ONLINE', server: 'S2' }, LONG);
  await cluster.restart('S1');
  await cluster.until((seen) => seen.view?.members.length === 3, LONG);
  await cluster.until('quiet', LONG);
  await eventually(() => counters(1, 2).underWay > 2);
  await backend.finish(true);
  expectBalance(backend);
  expect(counters(1, 2).dropped).toBe(0);
});

describe.each(['wait', 'loop'] as const)('a server hung in a %s', (hang) => {
  it('really does not run, is missed only by its silence, and powers off when it learns', async () => {
    const [cluster, backend] = await started({ ...trio, heartbeat: { interval: '20ms', timeout: '1500ms' } }, { hang });
    await cluster.hang('S1');
    // It may still finish what it was at.
    let before: Glance | undefined;
    do {
      before = backend.glance('S1');
      await cluster.advance('100ms');
    } while (backend.glance('S1')?.at !== before?.at);
    const { sent } = backend.switchboard.model.counters(0, 1, 0);
    await cluster.advance('200ms');
    expect(backend.glance('S1')).toEqual(before);
    expect(backend.switchboard.model.counters(0, 1, 0).sent).toBe(sent);
    await cluster.until({ group: 'G1', state: 'ONLINE', server: 'S2' }, LONG);
    expect(backend.glance('S1')).toEqual(before);
    expect(backend.slots[0].running).toBe(true);
    await cluster.resume('S1');
    await cluster.until(() => !backend.slots[0].running, LONG);
    await cluster.until('quiet', LONG);
    expect(cluster.status().servers.S1).toEqual(['DOWN', 'FAIL']);
    expectBalance(backend);
  });

  it('can be killed all the same', async () => {
    const [cluster] = await started({ ...trio, heartbeat: patient }, { hang });
    await cluster.hang('S1');
    await cluster.advance('50ms');
    await cluster.crash('S1');
    await cluster.restart('S1');
    await cluster.until(
      (seen) => seen.view !== undefined && seen.view.epoch > 1 && seen.view.members.length === 3,
      LONG,
    );
  });
});

describe('a restart', () => {
  it('is a new thread with a larger incarnation and the disk of the old one', async () => {
    const [cluster, backend] = await started();
    expect(backend.glance('S2')?.incarnation).toBe(1);
    await cluster.act({ type: 'registry', on: 'S1', change: { change: 'createKey', key: 'HKEY_USERS\\kept' } });
    const kept = (): boolean => backend.slots.every(({ durable }) => durable.registry.content.includes('kept'));
    await cluster.until(kept, LONG);
    const disks = backend.slots.map(({ durable }) => durable.registry.content);
    for (const server of ['S1', 'S2', 'S3']) await cluster.crash(server);
    await cluster.start();
    await cluster.until((seen) => seen.view?.members.length === 3, LONG);
    expect(['S1', 'S2', 'S3'].map((server) => backend.glance(server)?.incarnation)).toEqual([2, 2, 2]);
    expect(backend.slots.map(({ durable }) => durable.registry.content)).toEqual(disks);
    const again = { type: 'registry', on: 'S1', change: { change: 'deleteKey', key: 'HKEY_USERS\\kept' } } as const;
    expect((await backend.act(again)).ok).toBe(true);
  });

  it('right after a crash finds what the dead had written last', async () => {
    const [cluster, backend] = await started();
    for (let round = 0; round < 10; round += 1) {
      const epoch = (): number => backend.slots[1].durable.epoch;
      const before = epoch();
      await cluster.crash('S2');
      await cluster.restart('S2');
      await cluster.until((seen) => seen.view?.members.length === 3 && seen.view.epoch > before, LONG);
      await cluster.until(() => epoch() > before, LONG);
    }
  });

  it('waits for its own boot time, however often its power comes and goes', async () => {
    const servers = ['S1', { name: 'S2', boot: '3ms' }, 'S3'];
    const [cluster, backend] = await started({ ...trio, servers, heartbeat: patient });
    for (let round = 0; round < 20; round += 1) {
      await cluster.crash('S2');
      await cluster.restart('S2');
      // The old thread may take longer to die than the new one takes to boot.
      await cluster.advance('4ms');
      await cluster.crash('S2');
      const from = backend.now();
      await cluster.restart('S2');
      await eventually(() => backend.slots[1].running);
      expect(backend.slots[1].bootedAt - from).toBeGreaterThanOrEqual(3_000);
      await eventually(() => backend.glance('S2')?.incarnation === backend.slots[1].incarnation);
    }
  });
});

it('a thousand rounds leave nothing behind: twenty of them', () => {
  const script = fileURLToPath(new URL('../../tools/endurance.mjs', import.meta.url));
  const run = spawnSync(process.execPath, ['--expose-gc', script, '--rounds', '20', '--timeout', '400'], {
    encoding: 'utf8',
    timeout: 55_000,
  });
  expect(run.stderr).toBe('');
  expect(run.status).toBe(0);
  expect(run.stdout).toMatch(/^20 rounds in .*, 0 threads left/m);
  expect(run.stdout).toMatch(
    /^links: \d+ sent = \d+ delivered \+ \d+ to .* \+ \d+ for .* \+ 0 torn \+ \d+ under way$/m,
  );
});
