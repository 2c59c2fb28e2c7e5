/** Where the client API is installed, and which applications start there (5.3.1, 5.4.1, 6.4.2). */
import { expect, test } from 'vitest';
import { startApplication } from '../../../src/api/application.js';
import { ARMAPI_VERSION } from '../../../src/api/arm-server/versions.js';
import { ref } from '../../../src/api/facade/call.js';
import { injectFault } from '../../../src/api/facade/faults.js';
import { first, pass, running, world } from './scene.js';

test('an application of 64 bits starts on servers of 64 bits, and not on a client', async () => {
  const backend = await running([first]);
  expect(() => startApplication(backend, 'K', { kit: '7.0 64bit' })).toThrow(
    'armcl264.dll is not part of the CLUSTERPRO client',
  );
  const { main } = startApplication(backend, 'A', { kit: '7.0 64bit' });
  expect(await main.armcl2.ArmClientInitializeApiEx()).toBe(1);
  expect(await main.armcl2.ArmClientGetIPAddr('.', 'G', ref())).toBe(true);
  // There is no such DLL for Visual Basic.
  expect(await main.armcl2vb.ArmClientInitializeApiEx()).toBe(0);
  expect(main.explain()).toMatch(/^ArmClientInitializeApiEx: ARMCLAPI_ERR_CANNOT_LOAD_DLL: armcl2vb.dll is of 32 bits/);
});

test('the API of servers is not installed on a client', async () => {
  const backend = await world();
  const { main } = startApplication(backend, 'K');
  expect(await main.armapi4.ArmInitializeApi(ref(), ARMAPI_VERSION['7.0 32bit'], 0)).toBe(false);
  expect(main.explain()).toContain('ARMERR_CANNOT_LOAD_DLL: K is a client: armapi4.dll');
  const old = startApplication(backend, 'K', { kit: '3.0' }).main;
  expect(await old.armapi.ArmInitializeApi()).toBe(false);
  expect(old.explain()).toContain('ARMERR_CANNOT_LOAD_DLL: K is a client: armapi.dll');
});

test('on a server the client software begins with the first call of its API, not with the application', async () => {
  const asked: boolean[] = [];
  for (const uses of [false, true]) {
    const backend = await running([{ ...first, publicLans: ['outside'] }], { clusters: [] });
    const { main } = startApplication(backend, 'A');
    expect(await main.armapi4.ArmInitializeApi(ref(), ARMAPI_VERSION['7.0 32bit'], 0)).toBe(true);
    if (uses) await main.armcl2.ArmClientInitializeApiEx();
    if (uses) expect(await main.armcl2.ArmClientGetIPAddr('.', 'G', ref())).toBe(true);
    await pass(backend, '10s');
    const links: string[] = [];
    backend.trace((line) => line.kind === 'links' && links.push(line.network));
    await backend.finish(true);
    asked.push(links.includes('outside'));
  }
  expect(asked).toEqual([false, true]);
});

test('a client that has been stopped starts no application; one that is started again does', async () => {
  const backend = await world();
  await backend.act({ type: 'stopClient', client: 'K' });
  expect(() => startApplication(backend, 'K')).toThrow('K has no power');
  await backend.act({ type: 'startClient', client: 'K' });
  expect(await startApplication(backend, 'K').main.armcl2.ArmClientInitializeApiEx()).toBe(1);
  expect(() => startApplication(backend, 'Nobody')).toThrow(RangeError);
});

test('a fault is one of the functions that document its error', async () => {
  const backend = await world();
  const { main } = startApplication(backend, 'K');
  await main.armcl2.ArmClientInitializeApiEx();
  await main.armcl2vb.ArmClientInitializeApiEx();
  injectFault(backend, { on: 'K', function: 'ArmClientEnumServer', error: 'ARMCLAPI_ERR_NOT_ENOUGH_MEMORY' });
  expect(await main.armcl2.ArmClientEnumServer('C', () => true, 0)).toBe(true);
  expect(await main.armcl2vb.ArmClientEnumServer('C', () => 1, 0)).toBe(0);
  expect(main.explain()).toBe('ArmClientEnumServer: ARMCLAPI_ERR_NOT_ENOUGH_MEMORY: a fault was injected');
});
