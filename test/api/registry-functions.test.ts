/** The seven functions of the registry, through Ver4.x and Ver3.0 and on every backend: what they write, and where. */
import { describe, expect, test } from 'vitest';
import { type ApplicationThread, startApplication } from '../../src/api/application.js';
import { constants4 } from '../../src/api/arm-server/constants.js';
import { ARMAPI_VERSION } from '../../src/api/arm-server/versions.js';
import { ref } from '../../src/api/facade/call.js';
import { type Cluster, open } from '../../src/cluster/cluster.js';

const { HKEY_LOCAL_MACHINE: ROOT, ARM_REG_CREATED_NEW_KEY: CREATED, ARM_REG_OPENED_EXISTING_KEY: OPENED } = constants4;
const APP = 'HKEY_LOCAL_MACHINE\\SOFTWARE\\App';

async function running(backend: 'inline' | 'lockstep' | 'realtime' = 'inline'): Promise<Cluster> {
  const definition = {
    name: 'C',
    heartbeat: { interval: '50ms', timeout: '2s' } as const,
    servers: ['A', 'B', 'D'],
    groups: [{ name: 'G', servers: ['A', 'B'], registryKeys: [`${APP}\\Own`] }],
  };
  const c = await open(definition, { backend });
  await c.start();
  await c.until({ group: 'G', state: 'ONLINE' });
  await c.until('quiet');
  return c;
}

async function api4(c: Cluster, server: string): Promise<ApplicationThread> {
  const { main } = startApplication(c, server);
  if (!(await main.armapi4.ArmInitializeApi(ref(), ARMAPI_VERSION['7.0 32bit'], 60))) throw new Error(main.explain());
  return main;
}

async function api3(c: Cluster, server: string): Promise<ApplicationThread> {
  const { main } = startApplication(c, server, { kit: '3.0' });
  if (!(await main.armapi.ArmInitializeApi())) throw new Error(main.explain());
  return main;
}

/** Whether a call succeeded, or why not. */
const said = (thread: ApplicationThread, answer: boolean): string => (answer ? 'done' : thread.explain());

describe.each(['inline', 'lockstep', 'realtime'] as const)('on %s', (backend) => {
  test('what one server sets through Ver4.x, all have; another changes it through Ver3.0', async () => {
    const c = await running(backend);
    const a = await api4(c, 'A');
    const key = ref();
    const disposition = ref();
    expect(said(a, await a.armapi4.ArmRegCreateKey(ROOT, 'SOFTWARE\\App', key, disposition))).toBe('done');
    expect(disposition.value).toBe(CREATED);
    const values = [
      ['text', constants4.REG_SZ, [0x61, 0]],
      ['path', constants4.REG_EXPAND_SZ, [0x25, 0x61, 0x25, 0]],
      ['list', constants4.REG_MULTI_SZ, [0x61, 0, 0x62, 0, 0]],
      ['number', constants4.REG_DWORD, [1, 2, 3, 4]],
      ['bytes', constants4.REG_BINARY, []],
    ] as const;
    for (const [name, type, bytes] of values) {
      const set = await a.armapi4.ArmRegSetValue(key.value, name, type, Uint8Array.from(bytes), bytes.length);
      expect(said(a, set)).toBe('done');
    }
    const d = await api3(c, 'D');
    const hex = (bytes: readonly number[]) => bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');
    expect((await d.registry.read(APP))?.values).toEqual(
      values.map(([name, type, bytes]) => ({ name, type, hex: hex(bytes) })),
    );
    const again = ref();
    expect(said(d, await d.armapi.ArmRegCreateKey(ROOT, 'software\\APP', again, disposition))).toBe('done');
    expect(disposition.value).toBe(OPENED);
    for (const [name] of values.slice(1))
      expect(said(d, await d.armapi.ArmRegDeleteValue(again.value, name))).toBe('done');
    expect((await a.registry.read(APP))?.values).toEqual([{ name: 'text', type: 1, hex: '6100' }]);
    expect(said(d, await d.armapi.ArmRegFlushKey(again.value))).toBe('done');
    expect(said(d, await d.armapi.ArmRegDeleteKey(ROOT, 'SOFTWARE\\App'))).toBe('done');
    expect(await a.registry.read(APP)).toBeUndefined();
    await c.close();
  });
});

describe('handles', () => {
  test('a predefined key is its own handle, in 32 bits, signed, and sign-extended', async () => {
    const c = await running();
    const { armapi4 } = await api4(c, 'A');
    for (const handle of [ROOT, ROOT | 0]) expect(await armapi4.ArmRegFlushKey(handle)).toBe(true);
    expect(await armapi4.ArmRegCloseKey(ROOT)).toBe(true);
    expect(await armapi4.ArmRegFlushKey(ROOT)).toBe(true);
    await c.close();
  });

  test('keys nest, are closed once, and with the last handle of the API', async () => {
    const c = await running();
    const a = await api4(c, 'A');
    const { armapi4 } = a;
    const [outer, inner] = [ref(), ref()];
    expect(await armapi4.ArmRegCreateKey(ROOT, 'SOFTWARE', outer, ref())).toBe(true);
    expect(await armapi4.ArmRegCreateKey(outer.value, 'App\\Deep', inner, ref())).toBe(true);
    expect(await a.registry.read(`${APP}\\Deep`)).toBeDefined();
    expect(await armapi4.ArmRegCloseKey(outer.value)).toBe(true);
    expect(await armapi4.ArmRegCloseKey(outer.value)).toBe(false);
    expect(await armapi4.ArmRegFlushKey(inner.value)).toBe(true);
    const handle = ref();
    await armapi4.ArmInitializeApi(handle, ARMAPI_VERSION['7.0 32bit'], 0);
    await armapi4.ArmTerminateApi(handle.value);
    expect(await armapi4.ArmRegFlushKey(inner.value)).toBe(true);
    await armapi4.ArmTerminateApi(1);
    await armapi4.ArmInitializeApi(handle, ARMAPI_VERSION['7.0 32bit'], 0);
    expect(said(a, await armapi4.ArmRegFlushKey(inner.value))).toContain('ARMERR_NOT_OPEN_REGISTRY');
    await c.close();
  });
});

describe('rules', () => {
  test('a key with keys below it stays, on every server', async () => {
    const c = await running();
    const a = await api4(c, 'A');
    await a.armapi4.ArmRegCreateKey(ROOT, 'SOFTWARE\\App\\Deep', ref(), ref());
    const answer = await a.armapi4.ArmRegDeleteKey(ROOT, 'SOFTWARE\\App');
    expect(said(a, answer)).toBe(`ArmRegDeleteKey: ARMERR_FAILED_REGISTRY_SYNCHRONIZE: ${APP}: it has subkeys`);
    for (const server of ['A', 'B', 'D']) expect(c.backend.registryOf(server).peek(APP)).toBeDefined();
    await c.close();
  });

  test('opening and closing work off the cluster, changing does not', async () => {
    const c = await running();
    await (await api4(c, 'A')).armapi4.ArmRegCreateKey(ROOT, 'SOFTWARE\\App', ref(), ref());
    await c.maintenance('D');
    await c.until('quiet');
    const d = await api4(c, 'D');
    const key = ref();
    expect(said(d, await d.armapi4.ArmRegOpenKey(ROOT, 'SOFTWARE\\App', key))).toBe('done');
    expect(said(d, await d.armapi4.ArmRegSetValue(key.value, 'v', 1, Uint8Array.of(0), 1))).toContain(
      'ARMERR_FAILED_REGISTRY_SYNCHRONIZE',
    );
    expect(said(d, await d.armapi4.ArmRegCloseKey(key.value))).toBe('done');
    await c.close();
  });

  test('what an application wrote below the keys of a group goes with the group; what it wrote elsewhere stays', async () => {
    const c = await running();
    const { registry } = startApplication(c, 'A').main;
    const write = (key: string, hex: string) => {
      expect(registry.writeLocally({ change: 'createKey', key })).toBeUndefined();
      expect(registry.writeLocally({ change: 'setValue', key, name: 'v', type: 3, hex })).toBeUndefined();
    };
    write(`${APP}\\Own\\State`, '01');
    write(`${APP}\\Mine`, '02');
    await c.advance('1s');
    await c.crash('A');
    await c.until({ group: 'G', state: 'ONLINE', server: 'B' });
    expect(c.backend.registryOf('B').peek(`${APP}\\Own\\State`)?.values).toEqual([{ name: 'v', type: 3, hex: '01' }]);
    expect(c.backend.registryOf('B').peek(`${APP}\\Mine`)).toBeUndefined();
    await c.close();
  });
});
