/** The seven functions of the registry, as the applications of a cluster call them (4.1.4). */
import { expect, test } from 'vitest';
import { startApplication } from '../../src/api/application.js';
import { constants4 } from '../../src/api/arm-server/constants.js';
import { ref } from '../../src/api/facade/call.js';
import { injectFault } from '../../src/api/facade/faults.js';
import { cluster, errorOf, must, ready, running } from './server4/scene.js';

const { HKEY_LOCAL_MACHINE: HKLM, ARM_REG_CREATED_NEW_KEY: CREATED, ARM_REG_OPENED_EXISTING_KEY: OPENED } = constants4;
const two = { name: 'C', servers: ['A', 'B'], groups: [{ name: 'G', servers: ['A', 'B'] }] };

test('of all who create a key at once, one has created it', async () => {
  const c = await running(two);
  const tasks = await Promise.all(
    ['A', 'B', 'A'].map(async (machine) => {
      const { thread } = await ready(c, machine);
      return async () => {
        const [key, disposition] = [ref(), ref()];
        await must(thread, thread.armapi4.ArmRegCreateKey(HKLM, 'SOFTWARE\\App', key, disposition));
        await must(thread, thread.armapi4.ArmRegCloseKey(key.value));
        return disposition.value;
      };
    }),
  );
  const dispositions = await Promise.all(tasks.map((task) => task()));
  expect(dispositions.sort((a, b) => a - b)).toEqual([CREATED, OPENED, OPENED]);
  expect(await tasks[1]()).toBe(OPENED);
});

test('a local step that fails leaves this server as it was, with the keys above, and the others changed', async () => {
  const c = await running(two);
  const { thread } = await ready(c, 'A');
  injectFault(c.backend, { on: 'A', function: 'ArmRegCreateKey', error: 'ARMERR_FAILED_REGISTRY_OPEN' });
  const made = thread.armapi4.ArmRegCreateKey(HKLM, 'Vendor\\App\\Sub', ref(), ref());
  expect(await errorOf(thread, made)).toBe('ARMERR_FAILED_REGISTRY_OPEN');
  await c.until('quiet');
  const keysOf = (machine: string) => c.backend.registryOf(machine).keys('HKEY_LOCAL_MACHINE');
  expect([keysOf('A'), keysOf('B')]).toEqual([[], ['Vendor']]);
});

test('a bad handle is found before what a broken machine does', async () => {
  const c = await running(two);
  const { thread } = await ready(c, 'A');
  const { armapi4 } = thread;
  const calls = {
    ArmRegOpenKey: () => armapi4.ArmRegOpenKey(4711, 'App', ref()),
    ArmRegCreateKey: () => armapi4.ArmRegCreateKey(4711, 'App', ref(), ref()),
    ArmRegDeleteKey: () => armapi4.ArmRegDeleteKey(4711, 'App'),
    ArmRegFlushKey: () => armapi4.ArmRegFlushKey(4711),
    ArmRegCloseKey: () => armapi4.ArmRegCloseKey(4711),
    ArmRegSetValue: () => armapi4.ArmRegSetValue(4711, 'v', constants4.REG_DWORD, new Uint8Array(4), 4),
    ArmRegDeleteValue: () => armapi4.ArmRegDeleteValue(4711, 'v'),
  };
  const found: Record<string, string> = {};
  for (const [name, call] of Object.entries(calls)) {
    injectFault(c.backend, { on: 'A', function: name, error: 'ARMERR_COMM_ERROR' });
    found[name] = await errorOf(thread, call());
  }
  expect(found).toEqual({
    ArmRegOpenKey: 'ARMERR_FAILED_REGISTRY_OPEN',
    ArmRegCreateKey: 'ARMERR_FAILED_REGISTRY_OPEN',
    ArmRegDeleteKey: 'ARMERR_NOT_EXIST_REGISTRY',
    ArmRegFlushKey: 'ARMERR_NOT_OPEN_REGISTRY',
    ArmRegCloseKey: 'ARMERR_NOT_OPEN_REGISTRY',
    ArmRegSetValue: 'ARMERR_NOT_OPEN_REGISTRY',
    ArmRegDeleteValue: 'ARMERR_NOT_OPEN_REGISTRY',
  });
});

test('a change through one API is there for the other', async () => {
  const c = await running(two);
  const { thread } = await ready(c, 'A');
  const key = ref();
  await must(thread, thread.armapi4.ArmRegCreateKey(HKLM, 'App', key, ref()));
  await must(
    thread,
    thread.armapi4.ArmRegSetValue(key.value, 'Count', constants4.REG_DWORD, Uint8Array.of(7, 0, 0, 0), 4),
  );
  const { main } = startApplication(c, 'B', { kit: '3.0' });
  await must(main, main.armapi.ArmInitializeApi());
  const other = ref();
  await must(main, main.armapi.ArmRegOpenKey(HKLM, 'app', other));
  await must(main, main.armapi.ArmRegDeleteValue(other.value, 'COUNT'));
  await must(main, main.armapi.ArmRegCloseKey(other.value));
  expect(await errorOf(main, main.armapi.ArmRegFlushKey(other.value))).toBe('ARMERR_NOT_OPEN_REGISTRY');
  await c.until('quiet');
  expect(c.backend.registryOf('A').peek('HKEY_LOCAL_MACHINE\\App')?.values).toEqual([]);
});

test('off the cluster keys are opened and closed, and nothing else', async () => {
  const c = await cluster({ ...two, startupWait: '1h' });
  await c.start('A');
  const { thread } = await ready(c, 'A');
  const { armapi4 } = thread;
  expect(
    c.backend.registryOf('A').writeLocally({ change: 'createKey', key: 'HKEY_LOCAL_MACHINE\\App' }),
  ).toBeUndefined();
  const key = ref();
  await must(thread, armapi4.ArmRegOpenKey(HKLM, 'App', key));
  for (const change of [
    () => armapi4.ArmRegCreateKey(key.value, 'Sub', ref(), ref()),
    () => armapi4.ArmRegDeleteKey(HKLM, 'App'),
    () => armapi4.ArmRegFlushKey(key.value),
    () => armapi4.ArmRegSetValue(key.value, 'v', constants4.REG_SZ, Uint8Array.of(0), 1),
    () => armapi4.ArmRegDeleteValue(key.value, 'v'),
  ])
    expect(await errorOf(thread, change())).toBe('ARMERR_FAILED_REGISTRY_SYNCHRONIZE');
  await must(thread, armapi4.ArmRegCloseKey(key.value));
});
