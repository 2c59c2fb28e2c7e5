/** Watches of groups (6.1.3): what the application is called back with, when, and in which order. */
import { describe, expect, test } from 'vitest';
import { startApplication } from '../../../src/api/application.js';
import { clientConstants } from '../../../src/api/arm-client/constants.js';
import { networkOrder } from '../../../src/api/facade/address.js';
import { Ref, ref } from '../../../src/api/facade/call.js';
import type { Backend } from '../../../src/cluster/backend.js';
import { micros } from '../../../src/model/time.js';
import { first, type Language, pass, ready, type Ready, rest, running, world } from './scene.js';

const languages: readonly Language[] = ['C', 'Visual Basic'];

const names = new Map(
  Object.entries(clientConstants).flatMap(([name, value]) =>
    name.startsWith('ARMCLAPI_EVENT_') ? [[value as number, name.replace('ARMCLAPI_EVENT_', '')] as const] : [],
  ),
);

interface Info {
  readonly Event: number;
  readonly SrcComputerName: string;
  readonly DstComputerName: string;
}

function infoOf({ thread, language }: Ready, buffer: Uint8Array) {
  const { structuresClient, structuresVb } = thread;
  return language === 'C'
    ? structuresClient.ARMCLAPI_FAILOVER_INFO.read(buffer)
    : structuresVb.ARMCLAPI_FAILOVER_INFO.read(buffer);
}

/** `FAILOVER_START A ->`. */
function textOf({ Event, SrcComputerName, DstComputerName }: Info): string {
  return [names.get(Event), SrcComputerName, '->', DstComputerName].filter((word) => word !== '').join(' ');
}

interface Watched {
  readonly id: number;
  /** The status when the watch began. */
  readonly status: number;
  readonly texts: string[];
  readonly ids: number[];
}

/** Watches a group and notes what it is called back with; `during` runs inside each callback. */
async function watch(
  one: Ready,
  group: string,
  during?: (text: string, kernel32: Sleeper) => unknown,
): Promise<Watched> {
  const [id, status] = [ref(), ref()];
  const [texts, ids]: [string[], number[]] = [[], []];
  const proc = async (event: number, watchId: number, info: Uint8Array, own: { kernel32: Sleeper }): Promise<void> => {
    expect(watchId).toBe(id.value);
    const text = textOf(infoOf(one, info));
    texts.push(text);
    ids.push(event);
    await during?.(text, own.kernel32);
  };
  await one.must('ArmClientStartWatchFailoverEx', one.handle, 'C', group, proc, id, status);
  return { id: id.value, status: status.value, texts, ids };
}

/** A handful of changes of G: it moves to A, stops, starts on B. */
async function changes(backend: Backend): Promise<void> {
  await backend.act({ type: 'moveGroup', group: 'C/G', to: 'A' });
  await rest(backend);
  await backend.act({ type: 'stopGroup', group: 'C/G' });
  await rest(backend);
  await backend.act({ type: 'startGroup', group: 'C/G' });
  await rest(backend);
}

const told = ['FAILOVER_START B ->', 'FAILOVER_END -> A', 'SHUTDOWN A ->', 'BOOT -> B'];

describe.each(languages)('%s', (language) => {
  test('each change of the group is told once and in order, with the number of the event', async () => {
    const backend = await running();
    const one = await ready(backend, 'K', language);
    const [group, other] = [await watch(one, 'G'), await watch(one, 'H')];
    expect([group.id, group.status, other.id]).toEqual([1, clientConstants.ARMCLAPI_GROUP_STATUS_RUNNING, 2]);
    await changes(backend);
    expect(group.texts).toEqual(told);
    expect(group.ids).toEqual([...group.ids].sort((a, b) => a - b));
    expect(new Set(group.ids).size).toBe(4);
    expect(other.texts).toEqual([]);
  });

  test('the structure as documented; what an event leaves undefined is empty, and all of it is gone afterwards', async () => {
    const backend = await running();
    const one = await ready(backend, 'K', language);
    const seen: { info: Record<string, unknown>; bytes: Uint8Array }[] = [];
    const proc = (_event: number, _watch: number, bytes: Uint8Array): void => {
      seen.push({ info: infoOf(one, bytes), bytes });
    };
    await one.must('ArmClientStartWatchFailoverEx', one.handle, 'C', 'G', proc, ref(), ref());
    await backend.act({ type: 'moveGroup', group: 'C/G', to: 'A' });
    await rest(backend);
    const dword = (address: string): number => (language === 'C' ? networkOrder(address) : networkOrder(address) | 0);
    const common = {
      [language === 'C' ? 'Padding' : 'Status']: 0,
      ClusterName: 'C',
      GroupName: 'G',
      VirtualIP: dword('10.9.0.1'),
    };
    expect(seen.map(({ info }) => info)).toEqual([
      {
        ...common,
        SrcComputerName: 'B',
        SrcIP: dword('10.0.0.200'),
        DstComputerName: '',
        DstIP: 0,
        Event: clientConstants.ARMCLAPI_EVENT_FAILOVER_START,
        StatusEx: clientConstants.ARMCLAPI_GROUP_STATUS_FAILOVER,
      },
      {
        ...common,
        SrcComputerName: '',
        SrcIP: 0,
        DstComputerName: 'A',
        DstIP: dword('10.0.0.1'),
        Event: clientConstants.ARMCLAPI_EVENT_FAILOVER_END,
        StatusEx: clientConstants.ARMCLAPI_GROUP_STATUS_RUNNING,
      },
    ]);
    for (const { bytes } of seen) expect(new Set(bytes)).toEqual(new Set([0xdd]));
  });

  test('a group without an address has 0; by the names of Ver3.0 the structure is the same', async () => {
    const backend = await running();
    const one = await ready(backend, 'K', language);
    const seen: unknown[] = [];
    const proc = (_event: number, _watch: number, bytes: Uint8Array): void => {
      const { VirtualIP, GroupName } = infoOf(one, bytes);
      seen.push(VirtualIP, GroupName);
      if (language === 'C') seen.push(one.thread.structuresClient.ARM_FAILOVER_INFO_EX.read(bytes).ServerName);
    };
    await one.must('ArmClientStartWatchFailoverEx', one.handle, 'C', 'H', proc, ref(), ref());
    await backend.act({ type: 'stopGroup', group: 'H' });
    await rest(backend);
    expect(seen).toEqual(language === 'C' ? [0, 'H', 'H'] : [0, 'H']);
  });

  test('a callback may take its time and call the API: its watch waits for it, other watches do not', async () => {
    const backend = await running();
    const one = await ready(backend, 'K', language);
    const order: string[] = [];
    let open = 0;
    const slow = (name: string) => async (_e: number, _w: number, info: Uint8Array, thread: { kernel32: Sleeper }) => {
      open += 1;
      expect(open).toBe(1);
      const text = `${name} ${textOf(infoOf(one, info))}`;
      order.push(text);
      await thread.kernel32.Sleep(1_800_000);
      expect(await one.call('ArmClientCheckClusterServer', ref())).toBeTruthy();
      order.push(`${text}, through`);
      open -= 1;
    };
    await one.must('ArmClientStartWatchFailoverEx', one.handle, 'C', 'G', slow('slow'), ref(), ref());
    const quick = await watch(one, 'G', (text) => order.push(`quick ${text}`));
    await changes(backend);
    await pass(backend, '3h');
    expect(quick.texts).toEqual(told);
    expect(order.filter((text) => text.startsWith('slow'))).toEqual(
      told.flatMap((text) => [`slow ${text}`, `slow ${text}, through`]),
    );
    expect(order.indexOf('quick SHUTDOWN A ->')).toBeLessThan(order.indexOf(`slow ${told[1]}`));
  });

  test('a watch can be cancelled from inside its callback, and is not called again', async () => {
    const backend = await running();
    const one = await ready(backend, 'K', language);
    const id = ref();
    const seen: unknown[] = [];
    const proc = async (_e: number, watchId: number, _i: Uint8Array, own: Record<Library, Cancelling>) => {
      seen.push(watchId);
      const { ArmClientCancelWatchFailoverEx: cancel } = own[language === 'C' ? 'armcl2' : 'armcl2vb'];
      seen.push(Boolean(await cancel(watchId)), Boolean(await cancel(watchId)));
    };
    await one.must('ArmClientStartWatchFailoverEx', one.handle, 'C', 'G', proc, id, ref());
    await changes(backend);
    expect(seen).toEqual([1, true, false]);
    expect(await one.errorOf('ArmClientCancelWatchFailoverEx', 1)).toBe('INVALID_ID');
  });

  test('a callback that waits in the thread of the program waits all the same', async () => {
    const backend = await running();
    const one = await ready(backend, 'K', language);
    const times: number[] = [];
    const watched = await watch(one, 'G', async () => {
      const from = backend.now();
      await one.thread.kernel32.Sleep(3_600_000);
      times.push((backend.now() - from) / 1e6);
    });
    await changes(backend);
    await pass(backend, '5h');
    expect(watched.texts).toEqual(told);
    expect(times).toEqual([3600, 3600, 3600, 3600]);
  });

  test('what waits for its callback is not told any more when the watch is cancelled', async () => {
    const backend = await running();
    const one = await ready(backend, 'K', language);
    const watched = await watch(one, 'G', (_, kernel32) => kernel32.Sleep(3_600_000));
    await changes(backend);
    await one.must('ArmClientCancelWatchFailoverEx', watched.id);
    await pass(backend, '5h');
    expect(watched.texts).toEqual(told.slice(0, 1));
  });

  test('ending a handle ends its watches, and no others; the end of the application ends all', async () => {
    const backend = await running();
    const one = await ready(backend, 'K', language);
    const ended = await watch(one, 'G');
    const other = Number(await one.must('ArmClientInitializeApiEx'));
    const kept = await watch(Object.assign(one, { handle: other }), 'G');
    await one.must('ArmClientTerminateApiEx', 1);
    expect(await one.errorOf('ArmClientCancelWatchFailoverEx', ended.id)).toBe('INVALID_ID');
    await backend.act({ type: 'moveGroup', group: 'C/G', to: 'A' });
    await rest(backend);
    expect([ended.texts, kept.texts]).toEqual([[], told.slice(0, 2)]);
    expect(await one.errorOf('ArmClientStartWatchFailoverEx', 1, 'C', 'G', () => 0, ref(), ref())).toBe(
      'INVALID_HANDLE',
    );
  });

  test('a watch begun in a failover tells its status, and then its end', async () => {
    const disk = { name: 'slow', type: 'swdisk', activate: '10s' } as const;
    const backend = await running([{ ...first, groups: [{ ...first.groups![0], resources: [disk] }] }]);
    const one = await ready(backend, 'K', language);
    await backend.act({ type: 'moveGroup', group: 'G', to: 'A' });
    await pass(backend, '5s');
    const watched = await watch(one, 'G');
    expect(watched.status).toBe(clientConstants.ARMCLAPI_GROUP_STATUS_FAILOVER);
    await rest(backend);
    expect(watched.texts).toEqual(['FAILOVER_END -> A']);
  });

  test('what a callback throws is told by the next call, and the watch goes on', async () => {
    const backend = await running();
    const one = await ready(backend, 'K', language);
    const watched = await watch(one, 'G', (text) => {
      if (text === told[1]) throw new Error('its own mistake');
    });
    await changes(backend);
    expect(watched.texts).toEqual(told);
    await expect(one.call('ArmClientCheckClusterServer', ref())).rejects.toThrow('its own mistake');
    expect(await one.call('ArmClientCheckClusterServer', ref())).toBeTruthy();
  });
});

type Library = 'armcl2' | 'armcl2vb';
interface Cancelling {
  ArmClientCancelWatchFailoverEx(id: number): Promise<boolean | number>;
}
interface Sleeper {
  Sleep(milliseconds: number): Promise<void>;
}

test('nothing falls between the status that a watch begins with and what it tells', async () => {
  // Watches begin before and after the group comes up.
  const begins: boolean[] = [];
  for (let step = 0; step < 20; step += 1) {
    const backend = await world([{ ...first, groups: [{ name: 'G', servers: ['A', 'B'] }] }]);
    await backend.act({ type: 'start', target: 'C' });
    await backend.until({ type: 'time' }, micros(1_200_000 + step * 25_000));
    const one = await ready(backend, 'K', 'C');
    const watched = await watch(one, 'G');
    await rest(backend);
    const running = watched.status === clientConstants.ARMCLAPI_GROUP_STATUS_RUNNING;
    expect(watched.texts).toEqual(running ? [] : ['BOOT -> A']);
    begins.push(running);
  }
  expect(new Set(begins)).toEqual(new Set([false, true]));
});

test('a watch that waits for the client while its handle is ended does not begin', async () => {
  const backend = await world([first]);
  const application = startApplication(backend, 'K');
  const { armcl2 } = application.main;
  const handle = await armcl2.ArmClientInitializeApiEx();
  const waiting = application.run(async (thread) => {
    const none = (): void => undefined;
    const started = await thread.armcl2.ArmClientStartWatchFailoverEx(handle, 'C', 'G', none, ref(), ref());
    return [started, thread.lastFailure?.error];
  });
  await pass(backend, '1ms');
  expect(await armcl2.ArmClientInitializeApiEx()).toBe(2);
  expect(await armcl2.ArmClientTerminateApiEx(handle)).toBe(true);
  expect(await waiting).toEqual([false, 'ARMCLAPI_ERR_INVALID_HANDLE']);
});

test('events that are not taken in time are dropped, counted and traced', async () => {
  const backend = await running();
  const warnings: string[] = [];
  backend.trace((line) => line.kind === 'warning' && warnings.push(line.text));
  const { main } = startApplication(backend, 'K', { eventQueue: 1 });
  const { armcl2, structuresClient } = main;
  const handle = await armcl2.ArmClientInitializeApiEx();
  const texts: string[] = [];
  const proc = async (_event: number, _watch: number, info: Uint8Array, { kernel32 }: { kernel32: Sleeper }) => {
    texts.push(textOf(structuresClient.ARMCLAPI_FAILOVER_INFO.read(info)));
    await kernel32.Sleep(3_600_000);
  };
  expect(await armcl2.ArmClientStartWatchFailoverEx(handle, 'C', 'G', proc, ref(), ref())).toBe(true);
  await changes(backend);
  await pass(backend, '3h');
  expect(texts).toEqual(told.slice(0, 2));
  expect(warnings.filter((text) => text.includes('watch 1'))).toEqual([
    expect.stringMatching(/^K: the queue of watch 1 holds 1 events: SHUTDOWN \d+ is dropped, 1 so far$/),
    expect.stringMatching(/BOOT \d+ is dropped, 2 so far$/),
  ]);
});

test('the end of an application, or of its machine, ends what it watches', async () => {
  const backend = await running();
  const application = startApplication(backend, 'K');
  const { armcl2 } = application.main;
  const handle = await armcl2.ArmClientInitializeApiEx();
  let called = 0;
  const count = (): number => (called += 1);
  expect(await armcl2.ArmClientStartWatchFailoverEx(handle, 'C', 'G', count, new Ref(0), ref())).toBe(true);
  application.end();
  const again = await ready(backend, 'K', 'C');
  await again.must('ArmClientStartWatchFailoverEx', again.handle, 'C', 'G', count, ref(), ref());
  await backend.act({ type: 'stopClient', client: 'K' });
  await changes(backend);
  expect(called).toBe(0);
  await expect(again.call('ArmClientCheckClusterServer', ref())).rejects.toThrow('gone with the boot');
});

test('on a server a group is watched as long as an application there watches it', async () => {
  const backend = await running([first]);
  const noticed: string[] = [];
  backend.trace((line) => line.kind === 'client-event' && line.client === 'A' && noticed.push(line.event));
  const one = await ready(backend, 'A', 'C');
  const watched = await watch(one, 'H');
  await backend.act({ type: 'stopGroup', group: 'H' });
  await rest(backend);
  expect(noticed).toEqual(['ARMCLAPI_EVENT_SHUTDOWN']);
  await one.must('ArmClientCancelWatchFailoverEx', watched.id);
  await backend.act({ type: 'startGroup', group: 'H' });
  await rest(backend);
  expect(noticed).toHaveLength(1);
  expect(watched.texts).toEqual(['SHUTDOWN A ->']);
});
