/**
 * What every backend has to do: one suite, run against each. Nothing here looks at how long anything takes.
 */
import { describe, expect, it } from 'vitest';
import type { WorldAction } from '../../src/cluster/actions.js';
import { micros } from '../../src/model/time.js';
import { G1, KINDS, LONG, patient, started, trio, underPolicy, type World, world } from './worlds.js';

const BOOTED = ['RETURN_TO_CLUSTER S1', 'RETURN_TO_CLUSTER S2', 'RETURN_TO_CLUSTER S3', 'GROUP_STOP G1 S1>'];
const FAILED_OVER = [
  'DOWN S1',
  'FAILOVER_START S2',
  'GROUP_FAILOVER_START G1 S1>S2',
  'GROUP_FAILOVER_END G1 S1>S2',
  'FAILOVER_END S2',
];

/** Every frame has one fate. */
function expectBalance({ links, model }: World, servers: number, networks = 1): void {
  expect(links()).toHaveLength(servers * (servers - 1) * networks);
  for (const line of links()) expect(line).toSatisfy(() => line.sent - line.delivered - line.dropped >= 0);
  for (let from = 0; from < servers; from += 1)
    for (let to = 0; to < servers; to += 1)
      for (let network = 0; from !== to && network < networks; network += 1) {
        const { duplicated, copiesDelivered, copiesDropped } = model.counters(from, to, network);
        expect(duplicated - copiesDelivered - copiesDropped).toBeGreaterThanOrEqual(0);
      }
}

describe.each(KINDS)('%s', (kind) => {
  describe('a cluster', () => {
    it('starts: one view, its events in order, its group on the first server', async () => {
      const { cluster, events, lines } = await started(kind);
      const { view, servers, groups, resources } = cluster.status();
      expect(view).toEqual({ epoch: 1, coordinator: 'S1', members: ['S1', 'S2', 'S3'] });
      expect(servers).toEqual({ S1: ['CLUSTER'], S2: ['CLUSTER'], S3: ['CLUSTER'] });
      expect(groups).toEqual({ G1: { state: 'ONLINE', server: 'S1' } });
      expect(resources).toEqual({ r1: { state: 'ONLINE', server: 'S1' } });
      expect(events()).toEqual(BOOTED);
      expect(lines.filter((line) => line.kind === 'view')).toHaveLength(1);
    });

    it('shuts down: everything off, in order', async () => {
      const { cluster, events } = await started(kind);
      await cluster.shutdown();
      await cluster.until(({ servers }) => Object.values(servers).every(([base]) => base === 'STOPPED'), LONG);
      await cluster.until('quiet', LONG);
      expect(events().slice(4)).toEqual(['SHUTDOWN S1', 'SHUTDOWN S2', 'SHUTDOWN S3', 'GROUP_STOP G1 S1>']);
      expect(cluster.status().groups).toEqual({ G1: { state: 'OFFLINE', server: '' } });
    });

    it('starts again after a shutdown', async () => {
      const { cluster } = await started(kind);
      await cluster.shutdown();
      await cluster.until(({ servers }) => Object.values(servers).every(([base]) => base === 'STOPPED'), LONG);
      await cluster.start();
      await cluster.until({ group: 'G1', state: 'ONLINE', server: 'S1' }, LONG);
    });

    it('whose servers boot slowly starts when all are there', async () => {
      const servers = ['S1', 'S2', 'S3'].map((name, index) => ({ name, boot: `${10 + 30 * index}ms` }));
      const { events } = await started(kind, { ...trio, servers });
      expect(events()).toEqual(BOOTED);
    });
  });

  describe('a server', () => {
    it('that crashes is missed, and its group goes on elsewhere', async () => {
      const { cluster, events } = await started(kind);
      await cluster.crash('S1');
      await cluster.until({ group: 'G1', state: 'ONLINE', server: 'S2' }, LONG);
      await cluster.until('quiet', LONG);
      expect(events().slice(4)).toEqual(FAILED_OVER);
      expect(cluster.status()).toMatchObject({
        view: { coordinator: 'S2', members: ['S2', 'S3'] },
        servers: { S1: ['DOWN', 'FAIL'], S2: ['CLUSTER', 'BACKUP'], S3: ['CLUSTER'] },
      });
    });

    it('that crashes and is restarted comes back, and its group stays where it is', async () => {
      const { cluster, events } = await started(kind);
      await cluster.crash('S1');
      await cluster.until({ group: 'G1', state: 'ONLINE', server: 'S2' }, LONG);
      await cluster.restart('S1');
      await cluster.until({ server: 'S1', status: ['CLUSTER', 'FAIL'] }, LONG);
      await cluster.until('quiet', LONG);
      expect(events().slice(4)).toEqual([...FAILED_OVER, 'RETURN_TO_CLUSTER S1']);
      expect(cluster.status().groups).toEqual({ G1: { state: 'ONLINE', server: 'S2' } });
    });

    it('that is back before anybody missed it is known by its new incarnation to have been dead', async () => {
      const { cluster, events } = await started(kind, { ...trio, heartbeat: patient });
      await cluster.crash('S2');
      await cluster.restart('S2');
      await cluster.until(() => events().includes('DOWN S2'), LONG);
      await cluster.until((seen) => seen.view?.members.length === 3, LONG);
      await cluster.until(() => events().filter((text) => text === 'RETURN_TO_CLUSTER S2').length === 2, LONG);
      expect(cluster.status().groups).toEqual({ G1: { state: 'ONLINE', server: 'S1' } });
    });

    it('that boots at once may hang at once', async () => {
      const { cluster } = await world(kind, { ...trio, startupWait: '1s' });
      await cluster.start();
      await cluster.hang('S1');
      await cluster.until({ group: 'G1', state: 'ONLINE', server: 'S2' }, LONG);
    });

    it('whose power is cut in its boot, and comes back, boots anew', async () => {
      const servers = ['S1', { name: 'S2', boot: '600ms' }] as const;
      const { cluster } = await world(kind, { ...trio, servers: [...servers], groups: [], startupWait: '40s' });
      await cluster.start('S2');
      await cluster.advance('300ms');
      await cluster.crash('S2');
      await cluster.restart('S2');
      const again = cluster.now();
      await cluster.start('S1');
      await cluster.until((seen) => seen.view?.members.length === 2, LONG);
      expect(cluster.now() - again).toBeGreaterThanOrEqual(600_000);
    });

    it('that hangs is missed as one that is dead; resumed it powers itself off without an event', async () => {
      const { cluster, events, warnings } = await started(kind);
      await cluster.hang('S1');
      await cluster.until({ group: 'G1', state: 'ONLINE', server: 'S2' }, LONG);
      await cluster.until('quiet', LONG);
      expect(events().slice(4)).toEqual(FAILED_OVER);
      await cluster.resume('S1');
      await cluster.until(() => warnings().length > 0, LONG);
      expect(warnings()).toEqual(['server S1 powers off: the cluster has gone on without it']);
      await cluster.until('quiet', LONG);
      expect(events().slice(4)).toEqual(FAILED_OVER);
      await cluster.restart('S1');
      await cluster.until({ server: 'S1', status: ['CLUSTER', 'FAIL'] }, LONG);
    });

    it('that hangs and is resumed in time goes on', async () => {
      const { cluster, events } = await started(kind, { ...trio, heartbeat: patient });
      await cluster.hang('S1');
      await cluster.advance('60ms');
      await cluster.resume('S1');
      await cluster.moveGroup('G1', 'S3');
      await cluster.until({ group: 'G1', state: 'ONLINE', server: 'S3' }, LONG);
      expect(events().slice(4)).toEqual(['GROUP_MOVE_START G1 S1>S3', 'GROUP_MOVE_END G1 S1>S3']);
    });

    it('that is shut down hands its groups over and stops', async () => {
      const { cluster, events } = await started(kind);
      await cluster.shutdown('S1');
      await cluster.until({ server: 'S1', status: ['STOPPED', 'FAIL'] }, LONG);
      await cluster.until('quiet', LONG);
      expect(events().slice(4)).toEqual([
        'SHUTDOWN S1',
        'GROUP_FAILOVER_START G1 S1>S2',
        'GROUP_FAILOVER_END G1 S1>S2',
      ]);
    });

    it('goes into maintenance, stays off over a restart, and is returned by hand', async () => {
      const { cluster } = await started(kind);
      await cluster.maintenance('S1');
      await cluster.until({ server: 'S1', status: ['OFF_CLUSTER', 'FAIL'] }, LONG);
      await cluster.until({ group: 'G1', state: 'ONLINE', server: 'S2' }, LONG);
      await cluster.crash('S1');
      await cluster.restart('S1');
      await cluster.until('quiet', LONG);
      expect(cluster.status().servers.S1).toEqual(['OFF_CLUSTER', 'FAIL']);
      await cluster.return('S1');
      await cluster.until({ server: 'S1', status: ['CLUSTER', 'FAIL'] }, LONG);
    });

    it('that crashes with all others leaves the machines as they are', async () => {
      const { cluster } = await started(kind);
      for (const server of ['S1', 'S2', 'S3']) await cluster.crash(server);
      const { view, servers, groups } = cluster.status();
      expect(view).toBeUndefined();
      expect(servers).toEqual({ S1: ['DOWN'], S2: ['DOWN'], S3: ['DOWN'] });
      expect(groups.G1).toEqual({ state: 'OFFLINE', server: '' });
    });
  });

  describe('a group', () => {
    it('is stopped, started and moved by hand', async () => {
      const { cluster, events } = await started(kind);
      await cluster.stopGroup('G1');
      await cluster.until({ group: 'G1', state: 'OFFLINE' }, LONG);
      await cluster.startGroup('G1', 'S3');
      await cluster.until({ group: 'G1', state: 'ONLINE', server: 'S3' }, LONG);
      await cluster.moveGroup('G1', 'S1');
      await cluster.until({ group: 'G1', state: 'ONLINE', server: 'S1' }, LONG);
      await cluster.failGroup('G1');
      await cluster.until({ group: 'G1', state: 'ONLINE', server: 'S2' }, LONG);
      await cluster.until('quiet', LONG);
      expect(events().slice(4, 8)).toEqual([
        'GROUP_STOP G1 S1>',
        'GROUP_START G1 S3>',
        'GROUP_MOVE_START G1 S3>S1',
        'GROUP_MOVE_END G1 S3>S1',
      ]);
    });

    it('goes on with a resource that fails, and says so', async () => {
      const { cluster } = await world(kind);
      await cluster.act({ type: 'failResource', resource: 'r1', on: 'S1' });
      await cluster.start();
      await cluster.until({ group: 'G1', state: 'ONLINE_FAIL', server: 'S1' }, LONG);
      await cluster.until({ server: 'S1', status: ['CLUSTER', 'MISS'] }, LONG);
      await cluster.act({ type: 'repairResource', resource: 'r1' });
      await cluster.stopGroup('G1');
      await cluster.until({ group: 'G1', state: 'OFFLINE' }, LONG);
      await cluster.startGroup('G1');
      await cluster.until({ group: 'G1', state: 'ONLINE', server: 'S1' }, LONG);
    });

    it('whose resource fails or hangs where that is decisive goes elsewhere', async () => {
      const resources = [{ ...G1.resources![0], timeout: '50ms', onFailure: 'failover' as const }];
      const { cluster, events } = await world(kind, { ...trio, groups: [{ ...G1, resources }] });
      await cluster.act({ type: 'failResource', resource: 'r1', on: 'S1' });
      await cluster.act({ type: 'hangResource', resource: 'r1', on: 'S2' });
      await cluster.start();
      await cluster.until({ group: 'G1', state: 'ONLINE', server: 'S3' }, LONG);
      await cluster.until('quiet', LONG);
      expect(events().filter((text) => text.includes('G1'))).toEqual([
        'GROUP_FAILOVER_START G1 S1>S2',
        'GROUP_FAILOVER_FAILURE G1 S1>S2',
        'GROUP_FAILOVER_START G1 S2>S3',
        'GROUP_FAILOVER_END G1 S2>S3',
      ]);
    });

    it('whose resource breaks while it is active goes on without it', async () => {
      const { cluster } = await started(kind);
      await cluster.act({ type: 'failResource', resource: 'r1' });
      await cluster.until(({ resources }) => resources.r1.state === 'OFFLINE', LONG);
      await cluster.until('quiet', LONG);
      expect(cluster.status().groups.G1.state).toBe('ONLINE_FAIL');
    });
  });

  describe('a network', () => {
    const sides = [['S1'], ['S2', 'S3']] as const;

    it('that falls apart without a policy: both sides go on, and where they meet both holders power off', async () => {
      const { cluster, lines, warnings } = await started(kind);
      await cluster.partition(...sides);
      const views = (): string[] =>
        lines.flatMap((line) => (line.kind === 'view' && line.epoch > 1 ? [line.members.join()] : []));
      await cluster.until(() => views().includes('S1') && views().includes('S2,S3'), LONG);
      await cluster.until('quiet', LONG);
      await cluster.heal();
      await cluster.until(() => warnings().filter((text) => text.includes('powers off')).length === 2, LONG);
      await cluster.until({ group: 'G1', state: 'ONLINE', server: 'S3' }, LONG);
      expect(cluster.status().view?.members).toEqual(['S3']);
    });

    it('that falls apart under majority: the larger side goes on, the smaller gives up, and healed all is one', async () => {
      const { cluster, warnings } = await started(kind, underPolicy('majority'));
      await cluster.partition(...sides);
      await cluster.until({ group: 'G1', state: 'ONLINE', server: 'S2' }, LONG);
      expect(warnings().some((text) => text.includes('S1'))).toBe(true);
      await cluster.heal();
      await cluster.until((seen) => seen.view?.members.length === 3, LONG);
      await cluster.until('quiet', LONG);
      expect(cluster.status().groups.G1).toEqual({ state: 'ONLINE', server: 'S2' });
    });

    it('that falls apart under ping: the side that the witness answers goes on', async () => {
      const { cluster } = await started(kind, underPolicy({ ping: 'W' }));
      await cluster.partition(['S1'], ['S2', 'S3', 'W']);
      await cluster.until({ group: 'G1', state: 'ONLINE', server: 'S2' }, LONG);
      await cluster.heal();
      await cluster.until((seen) => seen.view?.members.length === 3, LONG);
      await cluster.until('quiet', LONG);
      expect(cluster.status().groups.G1).toEqual({ state: 'ONLINE', server: 'S2' });
    });

    it('that falls apart under ping with the witness on the side of one: that one goes on', async () => {
      const { cluster } = await started(kind, underPolicy({ ping: 'W' }));
      await cluster.partition(['S1', 'W'], ['S2', 'S3']);
      await cluster.until((seen) => seen.view?.members.join() === 'S1', LONG);
      await cluster.until('quiet', LONG);
      expect(cluster.status().groups.G1).toEqual({ state: 'ONLINE', server: 'S1' });
    });

    it.each(['majority', { ping: 'W' }] as const)(
      'under %j a hung server is cut off by its watchdog',
      async (partition) => {
        const { cluster, warnings } = await started(kind, underPolicy(partition));
        await cluster.hang('S1');
        await cluster.until({ group: 'G1', state: 'ONLINE', server: 'S2' }, LONG);
        expect(warnings()).toContain('the watchdog of server S1 cuts its power');
        await cluster.restart('S1');
        await cluster.until((seen) => seen.view?.members.length === 3, LONG);
      },
    );

    it('with two interconnects: one cut is nothing, both cut is a failover', async () => {
      const { cluster, events, lines, links } = await started(kind, { ...trio, interconnects: ['lan0', 'lan1'] });
      const cut = async (network: string): Promise<void> => {
        for (const to of ['S2', 'S3']) await cluster.link({ from: 'S1', to, network }, { loss: 1 });
      };
      await cut('lan0');
      await cluster.advance('1200ms');
      await cluster.moveGroup('G1', 'S2');
      await cluster.until({ group: 'G1', state: 'ONLINE', server: 'S2' }, LONG);
      await cluster.moveGroup('G1', 'S1');
      await cluster.until({ group: 'G1', state: 'ONLINE', server: 'S1' }, LONG);
      expect(lines.filter((line) => line.kind === 'view')).toHaveLength(1);
      await cut('lan1');
      await cluster.until(() => events().includes('GROUP_FAILOVER_END G1 S1>S2'), LONG);
      await cluster.close();
      expect(links().map(({ from, to, network }) => `${from}${to} ${network}`)).toContain('S1S2 lan1');
    });

    it('loses, doubles, damages and delays frames by its rules, and accounts for each', async () => {
      const seen = await started(kind, { ...trio, heartbeat: patient });
      const { cluster, model } = seen;
      await cluster.link({ from: 'S1', to: 'S2' }, { loss: 0.3, delay: '5ms', jitter: '5ms' });
      await cluster.link({ from: 'S1', to: 'S3' }, { duplicate: 0.7, corrupt: 0.4 });
      await cluster.link({ from: 'S2', to: 'S3', oneWay: true }, { corrupt: 1 });
      await cluster.moveGroup('G1', 'S2');
      await cluster.until({ group: 'G1', state: 'ONLINE', server: 'S2' }, LONG);
      const enough = (): boolean =>
        model.counters(0, 1, 0).droppedBy.loss > 5 &&
        model.counters(0, 2, 0).duplicated > 40 &&
        model.counters(0, 2, 0).droppedBy.corrupt > 20 &&
        model.counters(1, 2, 0).droppedBy.corrupt > 40;
      for (let turns = 0; turns < 2000 && !enough(); turns += 1) await cluster.advance('20ms');
      expect(enough()).toBe(true);
      const deliveredBefore = model.counters(1, 2, 0).delivered;
      expect(model.counters(0, 2, 0).copiesDropped).toBeGreaterThan(0);
      expect(model.counters(0, 2, 0).copiesDelivered).toBeGreaterThan(0);
      await cluster.advance('100ms');
      expect(model.counters(1, 2, 0).delivered).toBe(deliveredBefore);
      await cluster.heal();
      await cluster.moveGroup('G1', 'S1');
      await cluster.until({ group: 'G1', state: 'ONLINE', server: 'S1' }, LONG);
      await cluster.close();
      expectBalance(seen, 3);
    });

    it('accounts for each frame also where servers die, hang and are cut off', async () => {
      const seen = await started(kind);
      const { cluster } = seen;
      await cluster.link({ from: 'S1', to: 'S2' }, { duplicate: 0.5, delay: '20ms' });
      await cluster.hang('S3');
      await cluster.until((status) => status.view?.members.includes('S3') === false, LONG);
      await cluster.crash('S3');
      await cluster.restart('S3');
      await cluster.crash('S2');
      await cluster.restart('S2');
      await cluster.until((status) => status.view?.members.length === 3, LONG);
      await cluster.partition(['S1'], ['S2', 'S3']);
      await cluster.until((status) => status.view?.members.length !== 3, LONG);
      await cluster.crash('S2');
      await cluster.close();
      expectBalance(seen, 3);
    });
  });

  describe('what is refused', () => {
    it('is so with the same codes everywhere, and changes nothing', async () => {
      const { cluster, lines } = await started(kind, { ...trio, heartbeat: patient });
      const codeOf = async (action: WorldAction): Promise<string> => {
        const result = await cluster.backend.act(action);
        return result.ok ? 'ok' : result.error.code;
      };
      const before = cluster.status();
      const asked: [WorldAction, string][] = [
        [{ type: 'start', target: 'cluster' }, 'ALREADY_RUNNING'],
        [{ type: 'start', target: 'nobody' }, 'UNKNOWN_NAME'],
        [{ type: 'restart', server: 'S1' }, 'ALREADY_RUNNING'],
        [{ type: 'resume', server: 'S1' }, 'NOT_HUNG'],
        [{ type: 'crash', server: 'X' }, 'UNKNOWN_NAME'],
        [{ type: 'moveGroup', group: 'G1', to: 'S1' }, 'ALREADY_THERE'],
        [{ type: 'moveGroup', group: 'G1', to: 'X' }, 'UNKNOWN_NAME'],
        [{ type: 'moveGroup', group: 'X', to: 'S1' }, 'UNKNOWN_NAME'],
        [{ type: 'startGroup', group: 'G1' }, 'ALREADY_THERE'],
        [{ type: 'failResource', resource: 'X' }, 'UNKNOWN_NAME'],
        [{ type: 'link', from: 'S1', to: 'S1', loss: 1 }, 'NO_LINK'],
        [{ type: 'link', from: 'S1', to: 'S2', network: 'X', loss: 1 }, 'UNKNOWN_NAME'],
        [{ type: 'link', from: 'S1', to: 'S2', loss: 7 }, 'OUT_OF_RANGE'],
        [{ type: 'partition', sides: [['S1'], ['X']] }, 'UNKNOWN_NAME'],
        [{ type: 'return', server: 'S1' }, 'ALREADY_MEMBER'],
        [{ type: 'stopGroup', group: 'X' }, 'UNKNOWN_NAME'],
      ];
      const codes: string[] = [];
      for (const [action] of asked) codes.push(await codeOf(action));
      expect(codes).toEqual(asked.map(([, code]) => code));
      const { at: _then, ...was } = before;
      const { at: _now, ...is } = cluster.status();
      expect(is).toEqual(was);
      const steps = lines.flatMap((line) => (line.kind === 'step' ? [line.error?.split(' ')[0]] : []));
      expect(steps.slice(1)).toEqual(codes);
    });

    it('by machines that are still booting', async () => {
      const servers = trio.servers.map((name) => ({ name: name as string, boot: '30s' }) as const);
      const { cluster } = await world(kind, { ...trio, servers });
      await cluster.start();
      await expect(cluster.hang('S1')).rejects.toThrow('it is still booting (NOT_RUNNING); wait until it runs');
      await expect(cluster.restart('S1')).rejects.toThrow('it has its power (ALREADY_RUNNING)');
      await cluster.crash('S1');
      await expect(cluster.hang('S1')).rejects.toThrow('it has no power (NOT_RUNNING)');
    });

    it('by machines that hang or have no power', async () => {
      const { cluster } = await started(kind, { ...trio, heartbeat: patient });
      const codeOf = async (action: WorldAction): Promise<string> => {
        const result = await cluster.backend.act(action);
        return result.ok ? 'ok' : result.error.code;
      };
      expect(await codeOf({ type: 'hang', server: 'S3' })).toBe('ok');
      expect(await codeOf({ type: 'hang', server: 'S3' })).toBe('ALREADY_HUNG');
      expect(await codeOf({ type: 'shutdown', target: 'S3' })).toBe('NOT_RUNNING');
      expect(await codeOf({ type: 'crash', server: 'S3' })).toBe('ok');
      expect(await codeOf({ type: 'crash', server: 'S3' })).toBe('NOT_RUNNING');
      expect(await codeOf({ type: 'hang', server: 'S3' })).toBe('NOT_RUNNING');
      for (const server of ['S1', 'S2']) expect(await codeOf({ type: 'crash', server })).toBe('ok');
      expect(await codeOf({ type: 'moveGroup', group: 'G1', to: 'S2' })).toBe('NO_MEMBER');
      expect(await codeOf({ type: 'shutdown', target: 'cluster' })).toBe('NO_MEMBER');
    });
  });

  describe('a program', () => {
    it('waits for an instant, for a condition up to a limit, and for what holds already', async () => {
      const { cluster } = await started(kind);
      const { backend } = cluster;
      const at = micros(backend.now() + 50_000);
      const passed = await backend.until({ type: 'time' }, at);
      expect(passed.reason).toBe('limit');
      expect(passed.at).toBeGreaterThanOrEqual(at);
      expect(backend.now()).toBeGreaterThanOrEqual(at);
      const limit = micros(backend.now() + 50_000);
      const never = await backend.until({ type: 'condition', holds: () => false }, limit);
      expect(never.reason).toBe('limit');
      expect(never.at).toBeGreaterThanOrEqual(limit);
      expect(await backend.until({ type: 'condition', holds: () => true }, limit)).toMatchObject({ reason: 'reached' });
    });

    it('sees a trace that is numbered, ordered, and ends once; and may stop listening', async () => {
      const { cluster, lines } = await world(kind, trio, { scenario: 'contract', seed: 7 });
      const some: string[] = [];
      const stop = cluster.trace(({ kind: what }) => some.push(what));
      await cluster.backend.act({ type: 'start', target: 'cluster' }, { id: 'first' });
      stop();
      await cluster.until({ group: 'G1', state: 'ONLINE' }, LONG);
      cluster.backend.note({ kind: 'expect', ok: true, text: 'all is well' });
      const summary = await cluster.backend.finish(true);
      const { length } = lines;
      expect(await cluster.backend.finish(false)).toEqual(summary);
      expect(lines).toHaveLength(length);
      expect(some).toEqual(['run', 'server', 'server', 'server', 'group', 'step']);
      expect(lines.map(({ seq }) => seq)).toEqual(lines.map((_, index) => index));
      expect(lines.every(({ t }, index) => index === 0 || t >= lines[index - 1].t)).toBe(true);
      expect(lines[0]).toMatchObject({ kind: 'run', schema: 1, scenario: 'contract', seed: 7, backend: kind });
      expect(lines[5]).toMatchObject({ kind: 'step', step: 'start', target: 'cluster', id: 'first' });
      expect(lines.some((line) => line.kind === 'expect' && line.text === 'all is well')).toBe(true);
      const hashed = kind === 'realtime' ? {} : { hash: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown };
      expect(summary).toEqual({ ok: true, ...hashed });
      expect(lines.at(-1)).toEqual({ ...lines.at(-1), kind: 'end', ...summary });
    });

    it('may act on what it hears: the world is at rest then, and what comes of it follows', async () => {
      const { cluster, lines } = await world(kind);
      const seen: unknown[] = [];
      const stop = cluster.trace((line) => {
        if (line.kind !== 'group' || line.state !== 'ONLINE') return;
        stop();
        seen.push(cluster.status().resources['r1']);
        void cluster.moveGroup('G1', 'S2').then(() => seen.push('taken'));
        seen.push('went on');
      });
      await cluster.start();
      await cluster.until({ group: 'G1', state: 'ONLINE', server: 'S2' }, LONG);
      expect(seen).toEqual([{ state: 'ONLINE', server: 'S1' }, 'went on', 'taken']);
      expect(lines.map(({ seq }) => seq)).toEqual(lines.map((_, index) => index));
      await cluster.close();
    });

    it('may act and wait on what it hears, and whoever waits for what is heard is told in time', async () => {
      const { cluster } = await started(kind);
      const steps: number[] = [];
      const inner: Promise<unknown>[] = [];
      const { backend } = cluster;
      const within = (us: number) => micros(backend.now() + us);
      cluster.trace((line) => {
        if (line.kind !== 'step') return;
        steps.push(line.seq);
        if (steps.length > 1) return;
        // Refused, so that nothing else comes of it.
        void backend.act({ type: 'hang', server: 'nobody' });
        inner.push(backend.until({ type: 'condition', holds: () => steps.length > 1 }, within(20_000_000)));
      });
      const waiting = backend.until({ type: 'condition', holds: () => steps.length > 1 }, within(20_000_000), {
        background: kind !== 'realtime',
      });
      await backend.act({ type: 'hang', server: 'nobody' });
      expect(await inner[0]).toMatchObject({ reason: 'reached' });
      expect(await waiting).toMatchObject({ reason: 'reached' });
    });

    it('goes on before the next instant where its action was taken, though somebody waited for the same', async () => {
      const { cluster } = await started(kind);
      const went: number[] = [];
      const stop = cluster.trace((line) => {
        if (line.kind !== 'group' || line.state !== 'INPROGRESS') return;
        stop();
        const at = cluster.now();
        void cluster.backend.act({ type: 'hang', server: 'nobody' }).then(() => went.push(cluster.now() - at));
      });
      await cluster.crash('S1');
      await cluster.until({ group: 'G1', state: 'INPROGRESS' }, LONG);
      await cluster.advance('1s');
      expect(went).toHaveLength(1);
      if (kind !== 'realtime') expect(went).toEqual([0]);
    });

    it('that fails at what it hears is told so from then on', async () => {
      const { cluster } = await world(kind);
      cluster.trace((line) => {
        if (line.kind === 'group' && line.state === 'ONLINE') throw new Error('so not');
      });
      await cluster.start();
      await expect(cluster.until({ group: 'G1', state: 'ONLINE' }, LONG)).rejects.toThrow('so not');
      await expect(cluster.until('quiet', LONG)).rejects.toThrow('so not');
      await expect(cluster.crash('S1')).rejects.toThrow('so not');
      await expect(cluster.close()).rejects.toThrow('so not');
    });

    it('that gives an action in the wrong form is told so, and goes on', async () => {
      const { cluster, lines } = await world(kind);
      await cluster.start();
      const wrong = 'S1' as unknown as readonly string[];
      await expect(cluster.partition(wrong, wrong)).rejects.toThrow(TypeError);
      await cluster.until({ group: 'G1', state: 'ONLINE' }, LONG);
      expect(lines.filter((line) => line.kind === 'group' && line.state === 'ONLINE')).toHaveLength(1);
    });

    it('may keep what it was shown', async () => {
      const { cluster } = await started(kind);
      const kept = cluster.status();
      const copy = structuredClone(kept);
      await cluster.crash('S1');
      await cluster.until({ group: 'G1', state: 'ONLINE', server: 'S2' }, LONG);
      expect(kept).toEqual(copy);
      expect(Object.keys(kept)).toEqual(['cluster', 'at', 'view', 'servers', 'groups', 'resources']);
      expect(cluster.status().at).toBeGreaterThan(kept.at);
      expect(() => cluster.backend.status('nobody')).toThrow(RangeError);
    });

    it('is told of heartbeats, where it wants to be', async () => {
      const { cluster } = await started(kind);
      const heard = new Set<string>();
      cluster.backend.onHeartbeat((_at, from, to) => heard.add(`${from}>${to}`));
      for (let turns = 0; turns < 1000 && heard.size < 6; turns += 1) await cluster.advance('20ms');
      expect([...heard].sort()).toEqual(['S1>S2', 'S1>S3', 'S2>S1', 'S2>S3', 'S3>S1', 'S3>S2']);
      cluster.backend.onHeartbeat(undefined);
    });

    it('closes whenever it likes, and twice', async () => {
      const { cluster } = await started(kind);
      await cluster.crash('S1');
      await cluster.restart('S1');
      await cluster.backend.close();
      await cluster.backend.close();
      await (await world(kind)).cluster.backend.close();
    });

    it('closes while it waits', async () => {
      const { cluster } = await started(kind);
      // In virtual time nobody else gets a turn where it is waited for in the foreground.
      const waiter = { background: kind !== 'realtime' };
      const waiting = cluster.backend.until({ type: 'condition', holds: () => false }, micros(1e15), waiter);
      await cluster.backend.close();
      expect((await waiting).reason).toBe('limit');
    });

    it('can do nothing any more once it has closed, and is told so', async () => {
      const { cluster, lines } = await started(kind);
      await cluster.close();
      const { length } = lines;
      const status = cluster.status();
      await expect(cluster.crash('S1')).rejects.toThrow('crash was refused: crash: this world is closed (CLOSED)');
      await cluster.advance('10s');
      await expect(cluster.until('quiet')).rejects.toThrow('expected that nothing is pending');
      expect(lines).toHaveLength(length);
      expect({ ...cluster.status(), at: 0 }).toEqual({ ...status, at: 0 });
    });

    it('finishes once: the links balance, and at rest hardly anything is under way', async () => {
      const seen = await started(kind, { ...trio, interconnects: ['lan0', 'lan1'] });
      await seen.cluster.advance('200ms');
      await seen.cluster.close();
      expectBalance(seen, 3, 2);
      for (const { sent, delivered, dropped } of seen.links()) {
        expect(sent).toBeGreaterThan(5);
        expect(dropped).toBe(0);
        expect(delivered).toBeGreaterThan(0);
      }
    });
  });
});
