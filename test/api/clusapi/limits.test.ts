/** How much clients can make: names, groups, resources, watches, keys and values, so that no client fills the memory. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inProgram, scene, type Caller, type Scene } from '../../support/clusapi-scene.js';

const NO_MEMORY = 8;
let there: Scene;
let call: Caller;

beforeEach(async () => {
  there = await scene();
  call = inProgram(there);
});

afterEach(async () => {
  there.api.close();
  await there.cluster.close();
});

/** How often it goes well before the memory is said to be full. */
async function until(does: (turn: number) => Promise<unknown>): Promise<number> {
  for (let turn = 0; ; turn++) if ((await does(turn)) === NO_MEMORY) return turn;
}

describe('a client can make', () => {
  it('1024 groups, and again as many as it deletes', async () => {
    const make = async (turn: number): Promise<unknown> =>
      (await call('CreateGroup', { lpszGroupName: `g${turn}` }))['Status'];
    expect(await until(make)).toBe(1021);
    const { returns: Group } = await call('OpenGroup', { lpszGroupName: 'g7' });
    await call('DeleteGroup', { Group });
    expect(await make(7)).toBe(0);
    expect(await make(9999)).toBe(NO_MEMORY);
  });

  it('256 resources in a group, and again as many as it deletes', async () => {
    const { returns: hGroup } = await call('CreateGroup', { lpszGroupName: 'g' });
    const made = { hGroup, lpszResourceType: 'Generic Service', dwFlags: 0 };
    const make = async (turn: number): Promise<unknown> =>
      (await call('CreateResource', { ...made, lpszResourceName: `r${turn}` }))['Status'];
    expect(await until(make)).toBe(256);
    const { returns: hResource } = await call('OpenResource', { lpszResourceName: 'r7' });
    await call('DeleteResource', { hResource });
    expect(await make(7)).toBe(0);
  });

  it('names of up to 255 characters', async () => {
    for (const name of ['', 'x'.repeat(256)]) {
      expect(await call('CreateGroup', { lpszGroupName: name })).toEqual({ Status: 87, returns: null });
      expect(await call('SetClusterName', { NewClusterName: name })).toEqual({ returns: 87 });
    }
    expect(await call('CreateGroup', { lpszGroupName: 'x'.repeat(255) })).toMatchObject({ Status: 0 });
  });

  it('1024 watches with a port, which keeps the newest 256 changes', async () => {
    const { returns: hNotify } = await call('CreateNotify');
    const { returns: hCluster } = await call('OpenCluster');
    const watch = { hNotify, hCluster, dwFilter: 0x8000, dwNotifyKey: 1 };
    expect(await until(async () => (await call('AddNotifyCluster', watch))['returns'])).toBe(1024);
    const { returns: port } = await call('CreateNotifyV2');
    const { returns: hGroup } = await call('OpenGroup', { lpszGroupName: 'Other' });
    const filter = { dwObjectType: 2, FilterFlags: 2n };
    await call('AddNotifyV2', { hNotify: port, hObject: hGroup, filter, dwNotifyKey: 1, dwVersion: 2 });
    for (let turn = 0; turn < 300; turn++) await call('SetGroupName', { hGroup, lpszGroupName: `n${turn}` });
    let told = 0;
    let last: unknown;
    while (told < 256) {
      const { Notifications } = await call('GetNotifyV2', { hNotify: port });
      const notices = Notifications as { NotificationData: { Name: string } }[];
      told += notices.length;
      last = notices.at(-1)?.NotificationData.Name;
    }
    expect([told, last]).toEqual([256, 'n299']);
  });

  it('10,000 keys and values', async () => {
    const { returns: hKey } = await call('GetRootKey', { samDesired: 1 });
    const key = async (turn: number): Promise<unknown> =>
      (await call('CreateKey', { hKey, lpSubKey: `a\\k${turn}`, dwOptions: 0, samDesired: 1 }))['Status'];
    // The key above them is one, too.
    expect(await until(key)).toBe(9999);
    await call('DeleteKey', { hKey, lpSubKey: 'a\\k3' });
    expect(await key(3)).toBeUndefined();
  });

  it('16 MiB of values', async () => {
    const { returns: hKey } = await call('GetRootKey', { samDesired: 1 });
    const lpData = new Uint8Array(1 << 20);
    const large = async (turn: number): Promise<unknown> =>
      (await call('SetValue', { hKey, lpValueName: `v${turn}`, dwType: 3, lpData, cbData: lpData.length }))['returns'];
    expect(await until(large)).toBe(15);
    expect(await large(3)).toBe(NO_MEMORY);
    for (let turn = 0; turn < 15; turn++) await call('DeleteValue', { hKey, lpValueName: `v${turn}` });
    expect(await large(3)).toBe(0);
  });
});

describe('dependencies', () => {
  it('are looked through, however many ways there are from one to another', async () => {
    const { returns: hGroup } = await call('CreateGroup', { lpszGroupName: 'g' });
    const layers: unknown[][] = [];
    for (let layer = 0; layer < 100; layer++) {
      const made: unknown[] = [];
      for (const side of ['a', 'b']) {
        const resource = {
          hGroup,
          lpszResourceName: `${side}${layer}`,
          lpszResourceType: 'Generic Service',
          dwFlags: 0,
        };
        made.push((await call('CreateResource', resource))['returns']);
      }
      layers.push(made);
      for (const hResource of made)
        for (const hDependsOn of layers[layer - 1] ?? [])
          expect((await call('AddResourceDependency', { hResource, hDependsOn }))['returns']).toBe(0);
    }
    const [first] = layers[0];
    const [last] = layers[99];
    expect(await call('CanResourceBeDependent', { hResource: first, hResourceDependent: last })).toEqual({
      returns: 5069,
    });
    expect(await call('OnlineResource', { hResource: last })).toEqual({ returns: 0 });
    expect(await call('OfflineResource', { hResource: first })).toEqual({ returns: 0 });
  });
});

describe('waits of several readers', () => {
  it('end at once where they are given up before they begin', async () => {
    const { returns: hNotify } = await there.api.call('ApiCreateNotify', {});
    const answer = await there.api.call('ApiGetNotify', { hNotify } as never, AbortSignal.abort());
    expect(answer).toEqual({ returns: 259 });
  });

  it('end when there is something for each, and not before', async () => {
    const { returns: hNotify } = await call('CreateNotify');
    const { returns: hCluster } = await call('OpenCluster');
    await call('AddNotifyCluster', { hNotify, hCluster, dwFilter: 0x4000, dwNotifyKey: 1 });
    const first = call('GetNotify', { hNotify });
    const second = call('GetNotify', { hNotify });
    await call('CreateGroup', { lpszGroupName: 'one' });
    expect(await first).toMatchObject({ Name: 'one' });
    await call('CreateGroup', { lpszGroupName: 'two' });
    expect(await second).toMatchObject({ Name: 'two' });
  });
});
