/** Applications: how their calls, waits and tasks go together with virtual time, hangs and crashes. */
import { describe, expect, test } from 'vitest';
import { constants4 } from '../../src/api/arm-server/constants.js';
import { ref } from '../../src/api/facade/call.js';
import { startApplication } from '../../src/api/application.js';
import { WAIT_FAILED, WAIT_OBJECT_0, WAIT_TIMEOUT } from '../../src/api/facade/win32.js';
import { open } from '../../src/cluster/cluster.js';
import { ARMAPI_VERSION } from '../../src/api/arm-server/versions.js';

const two = { name: 'C', servers: ['A', 'B'], groups: [{ name: 'G', servers: ['A', 'B'] }] };
const VERSION = ARMAPI_VERSION['7.0 32bit'];

async function started() {
  const c = await open(two);
  await c.start();
  await c.until({ group: 'G', state: 'ONLINE' });
  return c;
}

describe('calls', () => {
  test('answer TRUE, or FALSE with the last error of the thread and why', async () => {
    const c = await started();
    const app = startApplication(c, 'A');
    const { armapi4, kernel32 } = app.main;
    const name = new Uint8Array(16);
    const size = ref(16);
    expect(await armapi4.ArmGetClusterName(name, size)).toBe(false);
    expect(app.main.explain()).toBe('ArmGetClusterName: ARMERR_NOT_INITIALIZED: ArmInitializeApi comes first');
    expect(kernel32.GetLastError()).toBe(0x20000021);
    const handle = ref();
    expect(await armapi4.ArmInitializeApi(handle, VERSION, 60)).toBe(true);
    expect(await armapi4.ArmGetClusterName(name, size)).toBe(true);
    expect([app.main.text(name), size.value]).toEqual(['C', 1]);
    await c.close();
  });
});

describe('structures', () => {
  test('come in the bytes of the application, in a buffer that is large enough', async () => {
    const c = await started();
    const app = startApplication(c, 'B');
    const { armapi4 } = app.main;
    await armapi4.ArmInitializeApi(ref(), VERSION, 60);
    const { ARM_GROUP_STATUS, ARM_GROUP_INFO } = app.main.structures4;
    const status = ARM_GROUP_STATUS.allocate();
    expect(await armapi4.ArmGetGroupStatus('G', status)).toBe(true);
    expect(ARM_GROUP_STATUS.read(status)).toEqual({
      dwStatus: constants4.ARM_GROUP_STATUS_ONLINE,
      szCurrentServer: 'A',
    });
    expect(await armapi4.ArmGetGroupStatus('G', status.subarray(1))).toBe(false);
    expect(app.main.explain()).toMatch(/^ArmGetGroupStatus: ARMERR_INVALID_PARAMETER: the buffer has \d+ bytes/);

    const size = ref(4);
    expect(await armapi4.ArmGetGroupInfo('G', new Uint8Array(4), size)).toBe(false);
    expect(app.main.explain()).toContain(`ARMERR_BUFFER_TOO_SMALL: the definition of G takes ${size.value} bytes`);
    const info = ARM_GROUP_INFO.allocate(size.value);
    expect(await armapi4.ArmGetGroupInfo('G', info, size)).toBe(true);
    expect(ARM_GROUP_INFO.read(info).ServerList).toEqual(['A', 'B']);
    await c.close();
  });
});

describe('tasks and time', () => {
  test('time stands while a task does something else than wait for the cluster', async () => {
    const c = await started();
    const from = c.now();
    const seen: number[] = [];
    const task = startApplication(c, 'A').run(async ({ kernel32 }) => {
      for (let turn = 0; turn < 3; turn += 1) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        await kernel32.Sleep(1000);
        seen.push(c.now() - from);
      }
    });
    await c.advance('10s');
    expect(seen).toEqual([1_000_000, 2_000_000, 3_000_000]);
    expect(task.ended).toBe(true);
    await c.close();
  });

  test('a task waits for an event object that another sets; awaiting it lets time pass', async () => {
    const c = await started();
    const app = startApplication(c, 'B');
    const event = app.main.kernel32.CreateEvent();
    const from = c.now();
    app.run(async ({ kernel32 }) => {
      await kernel32.Sleep(2500);
      kernel32.SetEvent(event);
    });
    const waited = app.run(async ({ kernel32 }) => [
      await kernel32.WaitForSingleObject(event, 1000),
      await kernel32.WaitForSingleObject(event, 5000),
      c.now() - from,
    ]);
    expect(await waited).toEqual([0x102, 0, 2_500_000]);
    await c.close();
  });

  test('a crash ends the tasks on that server, a hang holds them up', async () => {
    const c = await started();
    const woken: string[] = [];
    for (const server of ['A', 'B'])
      startApplication(c, server).run(async ({ kernel32 }) => {
        await kernel32.Sleep(5000);
        woken.push(`${server} at ${(c.now() - from) / 1e6}`);
      });
    const from = c.now();
    await c.crash('A');
    await c.hang('B');
    await c.advance('8s');
    expect(woken).toEqual([]);
    await c.resume('B');
    await c.advance('1s');
    expect(woken).toEqual(['B at 8']);
    await c.close();
  });

  test('a task that fails while nobody awaits it fails whoever waits for the cluster', async () => {
    const c = await started();
    const task = startApplication(c, 'A').run(async ({ kernel32 }) => {
      await kernel32.Sleep(1000);
      throw new Error('its own mistake');
    });
    await expect(c.advance('1m')).rejects.toThrow('its own mistake');
    await expect(Promise.resolve(task)).rejects.toThrow('its own mistake');
    await c.advance('1m');
    await c.close();
  });

  test('a task may await others, several at once', async () => {
    const c = await started();
    const [app, other] = [startApplication(c, 'A'), startApplication(c, 'B')];
    const from = c.now();
    const sleeper = (on: typeof app, milliseconds: number) =>
      on.run(async ({ kernel32 }) => {
        await kernel32.Sleep(milliseconds);
        return (c.now() - from) / 1000;
      });
    const outer = app.run(async ({ kernel32 }) => {
      const first = await sleeper(app, 1000);
      const both = await Promise.all([sleeper(other, 3000), sleeper(app, 2000)]);
      await kernel32.Sleep(500);
      return [first, ...both, (c.now() - from) / 1000];
    });
    expect(await outer).toEqual([1000, 4000, 3000, 4500]);
    await c.close();
  });

  test('time stands while a task runs, whatever calls another has open at once', async () => {
    const c = await started();
    const app = startApplication(c, 'A');
    const from = c.now();
    const busy = app.run(async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return c.now() - from;
    });
    const several = app.run(({ kernel32 }) =>
      Promise.all([kernel32.Sleep(10), kernel32.Sleep(20), kernel32.Sleep(30)]),
    );
    expect(await busy).toBe(0);
    await several;
    expect(c.now() - from).toBe(30_000);
    await c.close();
  });

  test('a machine of no cluster has applications, too, until it loses its power', async () => {
    const { openWorld } = await import('../../src/cluster/open.js');
    const world = { clusters: [], machines: [{ name: 'Lone', ip: '10.0.2.1' }], clients: [] };
    const backend = await openWorld(world, { seed: 1 });
    const app = startApplication(backend, 'Lone');
    await backend.act({ type: 'crash', server: 'Lone' });
    await expect(app.main.kernel32.Sleep(1)).rejects.toThrow('gone with the boot');
    expect(() => startApplication(backend, 'Lone')).toThrow('Lone has no power');
    await backend.close();
  });
});

describe('event objects', () => {
  test('an automatic one lets one waiter through, a manual one all until it is reset', async () => {
    const c = await started();
    const app = startApplication(c, 'A');
    const { kernel32 } = app.main;
    const [automatic, manual] = [kernel32.CreateEvent(), kernel32.CreateEvent(true)];
    const through: string[] = [];
    for (const waiter of ['first', 'second'])
      for (const [kind, event] of Object.entries({ automatic, manual }))
        app.run(async (thread) => {
          const found = await thread.kernel32.WaitForSingleObject(event, 10_000);
          through.push(`${waiter} ${kind} ${found === 0 ? 'signalled' : 'timed out'}`);
        });
    await c.advance('1s');
    kernel32.SetEvent(automatic);
    kernel32.SetEvent(manual);
    await c.advance('1s');
    expect(through.sort()).toEqual(['first automatic signalled', 'first manual signalled', 'second manual signalled']);
    await c.advance('10s');
    expect(through.at(-1)).toBe('second automatic timed out');
    expect(await kernel32.WaitForSingleObject(manual, 0)).toBe(0);
    expect(kernel32.ResetEvent(manual)).toBe(true);
    expect(await kernel32.WaitForSingleObject(manual, 0)).toBe(0x102);
    await c.close();
  });

  test('a wait for several ends with the first, or with all; an all takes none before it has all', async () => {
    const c = await started();
    const { kernel32 } = startApplication(c, 'A').main;
    const [one, two] = [kernel32.CreateEvent(), kernel32.CreateEvent()];
    kernel32.SetEvent(two);
    expect(await kernel32.WaitForMultipleObjects([one, two], true, 100)).toBe(0x102);
    expect(await kernel32.WaitForMultipleObjects([one, two], false, 100)).toBe(1);
    kernel32.SetEvent(one);
    kernel32.SetEvent(two);
    expect(await kernel32.WaitForMultipleObjects([one, two], true, 100)).toBe(0);
    expect(await kernel32.WaitForMultipleObjects([one, two], false, 100)).toBe(0x102);
    await c.close();
  });

  test('a handle that is none fails, with the last error of Win32', async () => {
    const c = await started();
    const { kernel32 } = startApplication(c, 'A').main;
    const event = kernel32.CreateEvent();
    expect(kernel32.CloseHandle(event)).toBe(true);
    for (const answer of [kernel32.CloseHandle(event), kernel32.SetEvent(event), kernel32.ResetEvent(event)])
      expect(answer).toBe(false);
    expect(await kernel32.WaitForSingleObject(event, 0)).toBe(0xffffffff);
    expect(kernel32.GetLastError()).toBe(6);
    kernel32.SetLastError(0);
    expect(await kernel32.WaitForMultipleObjects([], false, 0)).toBe(0xffffffff);
    expect(kernel32.GetLastError()).toBe(87);
    await c.close();
  });
});

describe('waits with wrong arguments', () => {
  const wrong: readonly [string, unknown, boolean, number][] = [
    ['no list', null, false, 87],
    ['an empty list', [], false, 87],
    ['one object twice, and all are waited for', [4, 4], true, 87],
    ['what is no handle', ['4'], false, 6],
  ];
  test.each(wrong)('%s', async (_, handles, all, error) => {
    const c = await started();
    const { kernel32 } = startApplication(c, 'A').main;
    kernel32.CreateEvent(false, true);
    expect(await kernel32.WaitForMultipleObjects(handles as number[], all, 0)).toBe(WAIT_FAILED);
    expect(kernel32.GetLastError()).toBe(error);
    expect(await kernel32.WaitForSingleObject(4, 0)).toBe(WAIT_OBJECT_0);
    await c.close();
  });

  test('a time is a DWORD: what is no number is none, and -1 is INFINITE', async () => {
    const c = await started();
    const app = startApplication(c, 'A');
    const { kernel32 } = app.main;
    const event = kernel32.CreateEvent();
    const from = c.now();
    for (const none of [NaN, 0, 2 ** 32, Infinity]) {
      expect(await kernel32.WaitForSingleObject(event, none)).toBe(WAIT_TIMEOUT);
      await kernel32.Sleep(none);
    }
    expect(c.now()).toBe(from);
    app.run(async (thread) => {
      await thread.kernel32.Sleep(86_400);
      thread.kernel32.SetEvent(event);
    });
    expect(await kernel32.WaitForSingleObject(event, -1)).toBe(WAIT_OBJECT_0);
    await c.close();
  });
});
