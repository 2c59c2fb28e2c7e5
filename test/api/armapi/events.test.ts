/** Server events of Ver3.0: which there are, by call, by callback and by event object. */
import { describe, expect, test } from 'vitest';
import { startApplication } from '../../../src/api/application.js';
import type { EventThread } from '../../../src/api/arm-server/armapi.js';
import { constants3 } from '../../../src/api/arm-server/constants.js';
import { ref } from '../../../src/api/facade/call.js';
import type { Cluster } from '../../../src/cluster/cluster.js';
import type { ClusterInput } from '../../../src/model/definition.js';
import { KINDS, LONG, patient, started } from '../../contract/worlds.js';
import { type Seen, eventText, fetched, initialized, returning, two, watching } from './two.js';

const { INFINITE } = constants3;

/** Where no server is lost, none must seem to be. */
const calm: ClusterInput = { ...two, heartbeat: patient };

async function there(cluster: Cluster, group: string, server: string): Promise<void> {
  await cluster.until({ group, server, state: 'ONLINE' }, LONG);
  await cluster.until('quiet', LONG);
}

/**
 * What a call that has just been made does at once is done: in real time the program may be faster than its own call. In
 * virtual time whoever yields lets the call's time pass.
 */
function begun(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Callbacks have a turn of their own: waits until so many have been called. */
async function told(cluster: Cluster, { texts }: Seen, count: number): Promise<void> {
  await cluster.until(() => texts.length === count, LONG);
}

async function moveThereAndBack(cluster: Cluster): Promise<void> {
  await cluster.moveGroup('A', 'B');
  await there(cluster, 'A', 'B');
  await cluster.moveGroup('A', 'A');
  await there(cluster, 'A', 'A');
}

const THERE = ['LSW_SWITCHED B line', 'PRINTER_SWITCHED B printer'];
const BACK = ['FAILBACK_START A', 'LSW_SWITCHED A line', 'PRINTER_SWITCHED A printer', 'FAILBACK_END A'];

describe.each(KINDS)('on the backend %s', (kind) => {
  test('a failover, and a failback by itself', async () => {
    const { cluster } = await started(kind, returning);
    const seen = await watching(await initialized(cluster, 'B'));
    await cluster.crash('A');
    await there(cluster, 'A', 'B');
    await cluster.restart('A');
    await there(cluster, 'A', 'A');
    await told(cluster, seen, 10);
    expect(seen.texts).toEqual([
      'DOWN A',
      'FAILOVER_START B',
      ...THERE,
      'FAILOVER_END B',
      'RETURN_TO_CLUSTER A',
      ...BACK,
    ]);
  });

  test('have the same ids on all members, in order', async () => {
    const { cluster } = await started(kind, calm);
    const [a, b] = [await watching(await initialized(cluster, 'A')), await watching(await initialized(cluster, 'B'))];
    await moveThereAndBack(cluster);
    for (const seen of [a, b]) await told(cluster, seen, 6);
    expect(a.texts).toEqual([...THERE, ...BACK]);
    expect([a.texts, a.ids]).toEqual([b.texts, b.ids]);
    expect(a.ids.every((id, at) => at === 0 || id > a.ids[at - 1])).toBe(true);
  });

  test('ArmWatchServer: the first after the call, and none between two calls', async () => {
    const { cluster } = await started(kind, calm);
    const { main } = await initialized(cluster, 'A');
    const [code, id, server, size] = [ref(), ref(), new Uint8Array(16), ref(16)];
    const first = main.armapi.ArmWatchServer('*', code, id, server, size, INFINITE);
    if (kind === 'realtime') await begun();
    await cluster.moveGroup('A', 'B');
    expect(await first).toBe(true);
    expect([eventText(code.value, main.text(server), ''), size.value]).toEqual(['LSW_SWITCHED B', 1]);
    await there(cluster, 'A', 'B');
    // The printer came in between.
    const next = main.armapi.ArmWatchServer('.', code, id, null, null, INFINITE);
    if (kind === 'realtime') await begun();
    await cluster.moveGroup('A', 'A');
    expect(await next).toBe(true);
    expect(code.value).toBe(constants3.ARM_EVENT_FAILBACK_START);
  });

  test('ArmGetServerEvent: one at a time, and whether others remain', async () => {
    const { cluster } = await started(kind, calm);
    const { main } = await initialized(cluster, 'A');
    const { armapi, kernel32 } = main;
    const [all, own, other] = [kernel32.CreateEvent(true), kernel32.CreateEvent(true), kernel32.CreateEvent(true)];
    expect(await armapi.ArmRegisterWatchServerEvent(all, '*')).toBe(true);
    expect(await armapi.ArmRegisterWatchServerEvent(own, '.')).toBe(true);
    expect(await armapi.ArmRegisterWatchServerEvent(other, 'B')).toBe(true);
    const seen = await watching(await initialized(cluster, 'A'));
    await moveThereAndBack(cluster);
    expect(await kernel32.WaitForMultipleObjects([all, own, other], true, INFINITE)).toBe(0);
    await told(cluster, seen, 6);
    const remain = ref();
    expect(await armapi.ArmGetServerEvent(all, ref(), ref(), null, null, remain)).toBe(true);
    expect(remain.value).toBe(1);
    // A manual-reset object, and others remain: the call has reset it all the same.
    expect(await kernel32.WaitForSingleObject(all, 0)).toBe(0x102);
    expect(await fetched(main, all)).toEqual(seen.texts.map((text, at) => `${seen.ids[at]} ${text}`).slice(1));
    expect((await fetched(main, own)).map((text) => text.replace(/^\d+ /, ''))).toEqual(BACK);
    expect((await fetched(main, other)).map((text) => text.replace(/^\d+ /, ''))).toEqual(THERE);
    expect(await armapi.ArmCancelWatchServerEvent(all)).toBe(true);
    expect(await armapi.ArmGetServerEvent(all, ref(), ref(), null, null, remain)).toBe(false);
    expect(main.explain()).toContain('ARMERR_NOT_REGISTERED');
  });

  test('callbacks come in order and one at a time; while one runs, nothing else is received', async () => {
    const { cluster } = await started(kind, calm);
    const { main } = await initialized(cluster, 'A');
    const { armapi, kernel32, structures3 } = main;
    const free = await watching(await initialized(cluster, 'A'));
    const [gate, object] = [kernel32.CreateEvent(true), kernel32.CreateEvent()];
    const order: string[] = [];
    let [open, most] = [0, 0];
    const proc = async (watch: number, param: Uint8Array, code: number, _: number, thread: EventThread) => {
      most = Math.max(most, ++open);
      await thread.kernel32.WaitForSingleObject(gate, INFINITE);
      const { szServerName, EventParam } = structures3.ARM_EVENT_PARAM.read(param);
      order.push(`${watch} ${eventText(code, szServerName, EventParam.szResourceName)}`);
      open -= 1;
    };
    for (let watch = 1; watch <= 2; watch += 1) expect(await armapi.ArmStartWatchServer('*', proc, ref())).toBe(true);
    expect(await armapi.ArmRegisterWatchServerEvent(object, '*')).toBe(true);
    await cluster.moveGroup('A', 'B');
    await told(cluster, free, 2);
    expect([(await fetched(main, object)).length, open, order]).toEqual([1, 1, []]);
    kernel32.SetEvent(gate);
    await cluster.until(() => order.length === 4, LONG);
    expect(order).toEqual(free.texts.flatMap((text) => [`1 ${text}`, `2 ${text}`]));
    expect([most, (await fetched(main, object)).length]).toEqual([1, 1]);
  });
});

describe('callbacks', () => {
  test('may cancel watches from inside, their own and others', async () => {
    const { cluster } = await started('inline', calm);
    const app = await initialized(cluster, 'A');
    const { main } = app;
    const called: number[] = [];
    const cancel = async (watch: number, _p: Uint8Array, _c: number, _i: number, { armapi }: EventThread) => {
      called.push(watch);
      expect(await armapi.ArmCancelWatchServer(watch)).toBe(true);
      expect(await armapi.ArmCancelWatchServer(watch + 1)).toBe(true);
      expect(await armapi.ArmCancelWatchServer(watch)).toBe(false);
    };
    await main.armapi.ArmStartWatchServer('*', cancel, ref());
    const [second, third] = [await watching(app), await watching(app)];
    await moveThereAndBack(cluster);
    await told(cluster, third, 6);
    expect([called, second.texts]).toEqual([[1], []]);
    expect(await main.armapi.ArmCancelWatchServer(1)).toBe(false);
  });

  test('may end the API from inside; another initialisation begins with no watch', async () => {
    const { cluster } = await started('inline', calm);
    const app = await initialized(cluster, 'A');
    const { main } = app;
    let calls = 0;
    const end = async (_w: number, _p: Uint8Array, _c: number, _i: number, { armapi }: EventThread) => {
      calls += 1;
      expect(await armapi.ArmTerminateApi()).toBe(true);
    };
    await main.armapi.ArmStartWatchServer('*', end, ref());
    const waiting = main.armapi.ArmWatchServer('A', ref(), ref(), null, null, INFINITE);
    await cluster.moveGroup('A', 'B');
    expect([await waiting, main.explain()]).toEqual([false, expect.stringContaining('ARMERR_NOT_INITIALIZED')]);
    expect(await main.armapi.ArmInitializeApi()).toBe(true);
    await there(cluster, 'A', 'B');
    await cluster.moveGroup('A', 'A');
    await there(cluster, 'A', 'A');
    const seen = await watching(app);
    await moveThereAndBack(cluster);
    await told(cluster, seen, 6);
    expect(calls).toBe(1);
  });

  test('have their structure until they return', async () => {
    const { cluster } = await started('inline', calm);
    const { main } = await initialized(cluster, 'A');
    const kept: Uint8Array[] = [];
    await main.armapi.ArmStartWatchServer('*', (_, param) => kept.push(param), ref());
    await cluster.moveGroup('A', 'B');
    await cluster.until(() => kept.length === 2);
    // The other callback has returned by now.
    await cluster.advance('1ms');
    for (const param of kept) expect([...new Set(param)]).toEqual([0xdd]);
  });

  test('that throw are told in the trace, and thrown by the next call; the next event is called back', async () => {
    const { cluster, warnings } = await started('inline', calm);
    const { main } = await initialized(cluster, 'A');
    let calls = 0;
    const proc = (): void => {
      if (++calls === 1) throw new Error('oops');
    };
    await main.armapi.ArmStartWatchServer('*', proc, ref());
    await cluster.moveGroup('A', 'B');
    await cluster.until(() => calls === 2);
    expect(warnings()).toEqual(['A: a WatchServerProc has thrown: oops']);
    await expect(main.armapi.ArmTerminateApi()).rejects.toThrow('oops');
    expect(await main.armapi.ArmTerminateApi()).toBe(true);
  });

  test('one that throws keeps no other from being called', async () => {
    const { cluster } = await started('inline', calm);
    const app = await initialized(cluster, 'A');
    const throws = (): void => {
      throw new Error('oops');
    };
    await app.main.armapi.ArmStartWatchServer('*', throws, ref());
    const other = await watching(app);
    await moveThereAndBack(cluster);
    await told(cluster, other, 6);
    expect(other.texts).toEqual([...THERE, ...BACK]);
  });

  test('of a process whose machine hangs wait for it, and end with it', async () => {
    const { cluster } = await started('inline', { ...calm, heartbeat: { interval: '1s', timeout: '60s' } });
    const { main } = await initialized(cluster, 'A');
    const woken: string[] = [];
    const proc = async (_w: number, _p: Uint8Array, _c: number, _i: number, { kernel32 }: EventThread) => {
      await kernel32.Sleep(1000);
      woken.push(`at ${cluster.now() - from}`);
    };
    await main.armapi.ArmStartWatchServer('*', proc, ref());
    await cluster.moveGroup('A', 'B');
    await there(cluster, 'A', 'B');
    const from = cluster.now();
    await cluster.hang('A');
    await cluster.advance('10s');
    expect(woken).toEqual([]);
    await cluster.resume('A');
    await cluster.advance('10ms');
    expect(woken).toEqual(['at 10000000']);
    await cluster.crash('A');
    await cluster.advance('10s');
    expect(woken).toHaveLength(1);
  });
});

describe('ArmWatchServer', () => {
  test('knows that the API was ended, also where it has been initialised again', async () => {
    const { cluster } = await started('inline', calm);
    const app = await initialized(cluster, 'A');
    const watch = app.run(async (thread) => [
      await thread.armapi.ArmWatchServer('*', ref(), ref(), null, null, INFINITE),
      thread.explain(),
    ]);
    await app.run(async ({ kernel32, armapi }) => {
      await kernel32.Sleep(100);
      return [await armapi.ArmTerminateApi(), await armapi.ArmInitializeApi()];
    });
    expect(await watch).toEqual([
      false,
      'ArmWatchServer: ARMERR_NOT_INITIALIZED: ArmTerminateApi was called meanwhile',
    ]);
  });

  test('times out in the time of a cluster whose durations were scaled', async () => {
    const { cluster } = await started('inline', calm);
    const { main } = startApplication(cluster, 'A', { kit: '3.0', timeScale: 0.1 });
    await main.armapi.ArmInitializeApi();
    const from = cluster.now();
    expect(await main.armapi.ArmWatchServer('*', ref(), ref(), null, null, 1000)).toBe(false);
    expect([cluster.now() - from, main.explain()]).toEqual([100_000, expect.stringContaining('ARMERR_TIMEOUT')]);
  });
});

describe('queues', () => {
  test('are bounded: what comes on top is dropped, counted and traced', async () => {
    const { cluster, warnings } = await started('inline', calm);
    const app = startApplication(cluster, 'A', { kit: '3.0', eventQueue: 4 });
    const { main } = app;
    await main.armapi.ArmInitializeApi();
    const object = main.kernel32.CreateEvent();
    await main.armapi.ArmRegisterWatchServerEvent(object, '*');
    const seen = await watching(app);
    await moveThereAndBack(cluster);
    await told(cluster, seen, 6);
    expect(await fetched(main, object)).toEqual(seen.texts.slice(0, 4).map((text, at) => `${seen.ids[at]} ${text}`));
    expect(warnings()).toEqual([
      expect.stringContaining(`ARM_EVENT_PRINTER_SWITCHED ${seen.ids[4]} is dropped, 1 so far`),
      expect.stringContaining(`ARM_EVENT_FAILBACK_END ${seen.ids[5]} is dropped, 2 so far`),
    ]);
  });

  test('ArmGetServerEvent with a buffer that is too small takes nothing away', async () => {
    const { cluster } = await started('inline', calm);
    const { main } = await initialized(cluster, 'A');
    const object = main.kernel32.CreateEvent();
    await main.armapi.ArmRegisterWatchServerEvent(object, '*');
    await cluster.moveGroup('A', 'B');
    await there(cluster, 'A', 'B');
    const size = ref(47);
    expect(await main.armapi.ArmGetServerEvent(object, ref(), ref(), new Uint8Array(64), size, ref())).toBe(false);
    expect(size.value).toBe(main.structures3.ARM_EVENT_PARAM.size);
    expect(await fetched(main, object)).toHaveLength(2);
  });
});

describe('what becomes of a failback', () => {
  const broken: ClusterInput = {
    ...returning,
    groups: returning.groups!.map((group) => ({
      ...group,
      resources: group.resources?.map((each) => ({ ...each, onFailure: 'failover' as const })),
    })),
  };

  test('it fails where a resource will not come up', async () => {
    const { cluster } = await started('inline', broken);
    const seen = await watching(await initialized(cluster, 'B'));
    await cluster.crash('A');
    await there(cluster, 'A', 'B');
    await cluster.act({ type: 'failResource', resource: 'script', on: 'A' });
    await cluster.restart('A');
    await told(cluster, seen, 10);
    expect(seen.texts.slice(5)).toEqual(['RETURN_TO_CLUSTER A', 'FAILBACK_START A', 'FAILBACK_FAILURE A', ...THERE]);
    expect(seen.ids.every((id, at) => at === 0 || id > seen.ids[at - 1])).toBe(true);
  });

  test('it fails where the primary is lost', async () => {
    const { cluster, events } = await started('inline', returning);
    const seen = await watching(await initialized(cluster, 'B'));
    await cluster.crash('A');
    await there(cluster, 'A', 'B');
    await cluster.restart('A');
    await cluster.until(() => events().includes('GROUP_STOP A B>'));
    await cluster.crash('A');
    await told(cluster, seen, 13);
    expect(seen.texts.slice(6)).toEqual([
      'FAILBACK_START A',
      'DOWN A',
      'FAILOVER_START B',
      'FAILBACK_FAILURE A',
      ...THERE,
      'FAILOVER_END B',
    ]);
  });

  test('by hand: it fails where the primary is lost', async () => {
    const { cluster, events } = await started('inline', two);
    const seen = await watching(await initialized(cluster, 'B'));
    await cluster.moveGroup('A', 'B');
    await there(cluster, 'A', 'B');
    await cluster.moveGroup('A', 'A');
    await cluster.crash('A');
    await cluster.until(() => events().includes('GROUP_MOVE_FAILURE A B>A'));
    await there(cluster, 'A', 'B');
    // It has come up where it was: nothing is switched.
    await told(cluster, seen, 5);
    expect(seen.texts.slice(2)).toEqual(['FAILBACK_START A', 'DOWN A', 'FAILBACK_FAILURE A']);
  });

  test('a watch that begins while it is under way sees its end, under the same id', async () => {
    const { cluster, events } = await started('inline', returning);
    const early = await watching(await initialized(cluster, 'B'));
    await cluster.crash('A');
    await there(cluster, 'A', 'B');
    await cluster.restart('A');
    await cluster.until(() => events().includes('GROUP_STOP A B>'));
    const late = await watching(await initialized(cluster, 'A'));
    await told(cluster, early, 10);
    await told(cluster, late, 3);
    expect(late.texts).toEqual(BACK.slice(1));
    expect(late.ids).toEqual(early.ids.slice(-3));
  });

  test('a line switched by hand', async () => {
    const { cluster } = await started('inline', calm);
    const seen = await watching(await initialized(cluster, 'B'));
    await cluster.act({ type: 'switchLine', resource: 'line', to: 'B' });
    await told(cluster, seen, 1);
    expect(seen.texts).toEqual(['LSW_SWITCHED B line']);
    await cluster.stopGroup('A');
    await cluster.until('quiet');
    await cluster.act({ type: 'switchLine', resource: 'line', to: 'A' });
    await told(cluster, seen, 2);
    expect(seen.texts.slice(1)).toEqual(['LSW_SWITCHED  line']);
  });
});
