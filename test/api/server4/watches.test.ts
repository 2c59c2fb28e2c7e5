/** Event watches of Ver4.x (3.1.3.4 to 3.1.3.6): handles, event objects, queues. */
import { describe, expect, test } from 'vitest';
import { ARMAPI_VERSION } from '../../../src/api/arm-server/versions.js';
import { ref } from '../../../src/api/facade/call.js';
import { INFINITE, WAIT_OBJECT_0, WAIT_TIMEOUT } from '../../../src/api/facade/win32.js';
import { type ApplicationThread, startApplication } from '../../../src/api/application.js';
import type { ClusterInput } from '../../../src/model/definition.js';
import type { TraceLine } from '../../../src/model/trace.js';
import { errorOf, must, ready, running } from './scene.js';

const two: ClusterInput = {
  name: 'C',
  servers: ['A', 'B'],
  groups: ['G', 'H'].map((name) => ({ name, servers: ['A', 'B'] })),
};

/** Fetches all that is waiting: the ids, and what lpfRemain said each time. */
async function fetchAll(thread: ApplicationThread, event: number): Promise<{ ids: number[]; remains: number[] }> {
  const info = thread.structures4.ARM_EVENT_INFO.allocate();
  const [ids, remains]: [number[], number[]] = [[], []];
  const remain = ref();
  while (await thread.armapi4.ArmGetEventInfo(event, info, ref(info.length), remain)) {
    ids.push(thread.structures4.ARM_EVENT_INFO.read(info).dwEventId);
    remains.push(remain.value);
  }
  expect(thread.explain()).toMatch(/^ArmGetEventInfo: ARMERR_NOT_FOUND: /);
  return { ids, remains };
}

describe('a watch', () => {
  test('signals its object, says whether more remain, and resets the object even then', async () => {
    const c = await running(two);
    const { thread, handle } = await ready(c, 'B');
    const { armapi4, kernel32, structures4 } = thread;
    const event = kernel32.CreateEvent(true);
    await must(thread, armapi4.ArmStartEventWatch(handle, event));
    expect(await kernel32.WaitForSingleObject(event, 1000)).toBe(WAIT_TIMEOUT);
    await c.stopGroup('G');
    await c.stopGroup('H');
    await c.until('quiet');
    expect(await kernel32.WaitForSingleObject(event, 0)).toBe(WAIT_OBJECT_0);
    const info = structures4.ARM_EVENT_INFO.allocate();
    const [size, remain] = [ref(info.length), ref()];
    await must(thread, armapi4.ArmGetEventInfo(event, info, size, remain));
    expect(structures4.ARM_EVENT_INFO.read(info)).toMatchObject({
      szSourceName: 'G',
      szSrcServer: 'A',
      szDstServer: '',
    });
    expect([size.value, remain.value]).toEqual([structures4.ARM_EVENT_INFO.size, 1]);
    expect(await kernel32.WaitForSingleObject(event, 0)).toBe(WAIT_TIMEOUT);
    expect((await fetchAll(thread, event)).remains).toEqual([0]);
  });

  test('keeps an event for which the buffer is too small, and tells the size', async () => {
    const c = await running(two);
    const { thread, handle } = await ready(c, 'A');
    const event = thread.kernel32.CreateEvent();
    await must(thread, thread.armapi4.ArmStartEventWatch(handle, event));
    await c.stopGroup('G');
    await c.until('quiet');
    const [size, remain] = [ref(10), ref(7)];
    const call = thread.armapi4.ArmGetEventInfo(event, new Uint8Array(500), size, remain);
    expect(await errorOf(thread, call)).toBe('ARMERR_BUFFER_TOO_SMALL');
    expect([size.value, remain.value]).toEqual([thread.structures4.ARM_EVENT_INFO.size, 7]);
    expect((await fetchAll(thread, event)).ids).toHaveLength(1);
  });

  test('that is cancelled drops what was not fetched; others go on', async () => {
    const c = await running(two);
    const { thread, handle } = await ready(c, 'A');
    const { armapi4, kernel32 } = thread;
    const [one, other] = [kernel32.CreateEvent(), kernel32.CreateEvent()];
    for (const event of [one, other]) await must(thread, armapi4.ArmStartEventWatch(handle, event));
    expect(await errorOf(thread, armapi4.ArmStartEventWatch(handle, one))).toBe('ARMERR_ALREADY_REGISTERED');
    await c.stopGroup('G');
    await c.until('quiet');
    await must(thread, armapi4.ArmCancelEventWatch(one));
    expect(await errorOf(thread, armapi4.ArmCancelEventWatch(one))).toBe('ARMERR_NOT_REGISTERED');
    await must(thread, armapi4.ArmStartEventWatch(handle, one));
    await c.startGroup('G');
    await c.until('quiet');
    const { ids } = await fetchAll(thread, other);
    expect(ids).toHaveLength(2);
    expect((await fetchAll(thread, one)).ids).toEqual(ids.slice(1));
  });

  test('goes on with an event object that was closed', async () => {
    const c = await running(two);
    const { thread, handle } = await ready(c, 'A');
    const event = thread.kernel32.CreateEvent();
    await must(thread, thread.armapi4.ArmStartEventWatch(handle, event));
    expect(thread.kernel32.CloseHandle(event)).toBe(true);
    await c.stopGroup('G');
    await c.until('quiet');
    expect((await fetchAll(thread, event)).ids).toHaveLength(1);
    await must(thread, thread.armapi4.ArmCancelEventWatch(event));
  });
});

describe('handles', () => {
  test('are independent: each ends with its own watches, and the API with the last', async () => {
    const c = await running(two);
    const { thread, handle } = await ready(c, 'A');
    const { armapi4, kernel32 } = thread;
    const second = ref();
    await must(thread, armapi4.ArmInitializeApi(second, ARMAPI_VERSION['7.0 32bit'], 0));
    expect(second.value).not.toBe(handle);
    const [one, other] = [kernel32.CreateEvent(), kernel32.CreateEvent()];
    await must(thread, armapi4.ArmStartEventWatch(handle, one));
    await must(thread, armapi4.ArmStartEventWatch(second.value, other));
    await must(thread, armapi4.ArmTerminateApi(handle));
    expect(await errorOf(thread, armapi4.ArmCancelEventWatch(one))).toBe('ARMERR_NOT_REGISTERED');
    await c.stopGroup('G');
    await c.until('quiet');
    expect((await fetchAll(thread, other)).ids).toHaveLength(1);
    expect(kernel32.SetEvent(one)).toBe(true);
    expect(await errorOf(thread, armapi4.ArmTerminateApi(handle))).toBe('ARMERR_INVALID_HANDLE');
    await must(thread, armapi4.ArmTerminateApi(second.value));
    expect(await errorOf(thread, armapi4.ArmTerminateApi(second.value))).toBe('ARMERR_NOT_INITIALIZED');
  });
});

describe('a queue', () => {
  test('that is full drops the newest, counts them and warns', async () => {
    const c = await running(two);
    const lines: TraceLine[] = [];
    c.trace((line) => lines.push(line));
    const { thread, handle } = await ready(c, 'A', { eventQueue: 3 });
    const event = thread.kernel32.CreateEvent();
    await must(thread, thread.armapi4.ArmStartEventWatch(handle, event));
    for (const turn of ['G', 'H', 'G']) {
      await c.stopGroup(turn);
      await c.until('quiet');
      await c.startGroup(turn);
      await c.until('quiet');
    }
    const events = lines.flatMap((line) => (line.kind === 'event' ? [line] : []));
    expect(events).toHaveLength(6);
    expect((await fetchAll(thread, event)).ids).toEqual(events.slice(0, 3).map(({ id }) => id));
    const told = (at: number): string => `${events[at].code} ${events[at].id}`;
    const warnings = lines.flatMap((line) => (line.kind === 'warning' ? [line.text] : []));
    expect(warnings).toEqual(
      [3, 4, 5].map(
        (at) => `A: the queue of event object ${event} holds 3 events: ${told(at)} is dropped, ${at - 2} so far`,
      ),
    );
    await c.stopGroup('G');
    await c.until('quiet');
    expect((await fetchAll(thread, event)).ids).toHaveLength(1);
  });

  test('holds 256 events unless told otherwise', async () => {
    const c = await running(two);
    const { thread, handle } = await ready(c, 'A');
    const event = thread.kernel32.CreateEvent();
    await must(thread, thread.armapi4.ArmStartEventWatch(handle, event));
    for (let turn = 0; turn < 129; turn += 1) {
      await c.stopGroup('G');
      await c.until('quiet');
      await c.startGroup('G');
      await c.until('quiet');
    }
    expect((await fetchAll(thread, event)).ids).toHaveLength(256);
  });

  test('has a size that makes sense', async () => {
    const c = await running(two);
    for (const eventQueue of [0, -1, 1.5, Infinity, NaN])
      await expect(ready(c, 'A', { eventQueue })).rejects.toThrow('An event queue cannot hold');
  });
});

describe('trouble', () => {
  test('a hung server has its application wait; when it goes on it is told what it missed', async () => {
    const c = await running({ ...two, heartbeat: { interval: '1s', timeout: '30s' } });
    const answers: string[] = [];
    const task = startApplication(c, 'B').run(async (thread) => {
      const { armapi4, kernel32, structures4 } = thread;
      const [handle, event] = [ref(), kernel32.CreateEvent()];
      await must(thread, armapi4.ArmInitializeApi(handle, ARMAPI_VERSION['7.0 32bit'], 0));
      await must(thread, armapi4.ArmStartEventWatch(handle.value, event));
      await kernel32.Sleep(1000);
      await must(thread, armapi4.ArmGetServerStatus('A', ref()));
      answers.push(`status at ${(c.now() - from) / 1e6} s`);
      await kernel32.WaitForSingleObject(event, INFINITE);
      const info = structures4.ARM_EVENT_INFO.allocate();
      await must(thread, armapi4.ArmGetEventInfo(event, info, ref(info.length), ref()));
      answers.push(structures4.ARM_EVENT_INFO.read(info).szSourceName);
    });
    const from = c.now();
    await c.advance('500ms');
    await c.hang('B');
    await c.stopGroup('G');
    await c.advance('5s');
    expect(answers).toEqual([]);
    await c.resume('B');
    await task;
    expect(answers).toEqual(['status at 5.5 s', 'G']);
  });

  test('a crash ends the application, and nothing is kept for it any more', async () => {
    const c = await running(two);
    const { thread, handle } = await ready(c, 'A', { eventQueue: 1 });
    const event = thread.kernel32.CreateEvent();
    await must(thread, thread.armapi4.ArmStartEventWatch(handle, event));
    await c.crash('A');
    await c.until({ group: 'G', state: 'ONLINE', server: 'B' });
    const warnings: string[] = [];
    c.trace((line) => line.kind === 'warning' && warnings.push(line.text));
    await c.restart('A');
    await c.until('quiet');
    for (const to of ['A', 'B']) {
      await c.moveGroup('G', to);
      await c.until({ group: 'G', state: 'ONLINE', server: to });
    }
    // Nobody has asked the process since.
    expect(warnings).toEqual([]);
    await expect(fetchAll(thread, event)).rejects.toThrow('gone with the boot');
    expect(c.eventLog().length).toBeGreaterThan(2);
  });
});
