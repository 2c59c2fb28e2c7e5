/** What Ver4.x tells of servers, groups, resources and logical services (3.1.2 and 3.1.3). */
import { describe, expect, test } from 'vitest';
import type { ApplicationThread } from '../../../src/api/application.js';
import { startApplication } from '../../../src/api/application.js';
import { constants4 } from '../../../src/api/arm-server/constants.js';
import { ARMAPI_VERSION } from '../../../src/api/arm-server/versions.js';
import { ref } from '../../../src/api/facade/call.js';
import { INFINITE } from '../../../src/api/facade/win32.js';
import { openWorld } from '../../../src/cluster/open.js';
import type { ClusterInput } from '../../../src/model/definition.js';
import { cluster, errorOf, must, ready, running, statusOf } from './scene.js';

const everything: ClusterInput = {
  name: 'C',
  productVersion: '6.0',
  servers: ['A', 'B', 'D'],
  groups: [
    {
      name: 'G',
      servers: ['B', 'A'],
      logicalServices: ['mail', 'web'],
      registryKeys: ['HKEY_LOCAL_MACHINE\\SOFTWARE\\App'],
      resources: [
        { name: 'disk', type: 'swdisk', drive: 'S:' },
        { name: 'mirror', type: 'ndr', drives: ['D:', 'Z:'] },
        { name: 'volume', type: 'vxdisk', drives: ['A:'] },
        { name: 'line', type: 'lsw', line: { device: 'SW1', port: 'COM2', unit: 15, line: 4 } },
        { name: 'ip', type: 'vip', address: '10.1.2.250' },
        { name: 'balance', type: 'hf', address: '10.1.2.251' },
        { name: 'computer', type: 'vcom', computerName: 'VIRTUAL' },
        { name: 'printer', type: 'printer', printer: { name: 'P', port: 'LPT2:', share: 'S', spool: 'S:\\spool' } },
        { name: 'script', type: 'script' },
      ],
    },
    {
      name: 'H',
      servers: ['A', 'D'],
      logicalServices: ['mail'],
      resources: [
        { name: 'disk2', type: 'swdisk' },
        { name: 'line2', type: 'lsw' },
        { name: 'ip2', type: 'vip' },
        { name: 'computer2', type: 'vcom' },
        { name: 'printer2', type: 'printer' },
        { name: 'mirror2', type: 'ndr' },
      ],
    },
  ],
};

async function enumerated(calls: (take: (...item: unknown[]) => boolean) => Promise<boolean>): Promise<unknown[][]> {
  const items: unknown[][] = [];
  expect(await calls((...item) => items.push(item) > 0)).toBe(true);
  return items;
}

async function infoOf(thread: ApplicationThread, resource: string) {
  const info = thread.structures4.ARM_RESOURCE_INFO;
  const buffer = info.allocate();
  await must(thread, thread.armapi4.ArmGetResourceInfo(resource, buffer));
  return info.read(buffer);
}

const drives = (...marked: number[]): number[] => Array.from({ length: 26 }, (_, at) => (marked.includes(at) ? 1 : 0));

describe('enumerations', () => {
  test('hand over servers, groups and logical services in the order of the definition', async () => {
    const { thread } = await ready(await running(everything), 'A');
    const { armapi4 } = thread;
    expect(await enumerated((take) => armapi4.ArmEnumServer(take, -5))).toEqual([
      ['A', -5],
      ['B', -5],
      ['D', -5],
    ]);
    expect(await enumerated((take) => armapi4.ArmEnumGroup(null, take, 1))).toEqual([
      ['G', null, 1],
      ['H', null, 1],
    ]);
    expect(await enumerated((take) => armapi4.ArmEnumGroup('', take, 1))).toEqual([
      ['G', '', 1],
      ['H', '', 1],
    ]);
    expect(await enumerated((take) => armapi4.ArmEnumGroup('web', take, 1))).toEqual([['G', 'web', 1]]);
    const services = [
      ['mail', 'G', 0],
      ['web', 'G', 0],
      ['mail', 'H', 0],
    ];
    expect(await enumerated((take) => armapi4.ArmEnumLogicalService('', take, 0))).toEqual(services);
    expect(await enumerated((take) => armapi4.ArmEnumLogicalService(null, take, 0))).toEqual(services);
    expect(await enumerated((take) => armapi4.ArmEnumLogicalService('H', take, 0))).toEqual([['mail', 'H', 0]]);
  });

  test('hand over the resources of the types asked for', async () => {
    const { thread } = await ready(await running(everything), 'A', { kit: '5.1' });
    const { armapi4 } = thread;
    const { ARM_RESTYPE_ALL, ARM_RESTYPE_VIP, ARM_RESTYPE_NDR } = constants4;
    const all = await enumerated((take) => armapi4.ArmEnumResource('G', ARM_RESTYPE_ALL, take, 0));
    const names = ['disk', 'mirror', 'volume', 'line', 'ip', 'balance', 'computer', 'printer'];
    expect(all.map(([name]) => name)).toEqual(names);
    const some = await enumerated((take) => armapi4.ArmEnumResource(null, ARM_RESTYPE_VIP | ARM_RESTYPE_NDR, take, 9));
    expect(some).toEqual([
      ['mirror', ARM_RESTYPE_NDR, 'G', 9],
      ['ip', ARM_RESTYPE_VIP, 'G', 9],
      ['ip2', ARM_RESTYPE_VIP, 'H', 9],
      ['mirror2', ARM_RESTYPE_NDR, 'H', 9],
    ]);
  });

  test('go on while the callback, which may wait and may call the API, says so', async () => {
    const { thread } = await ready(await running(everything), 'A');
    const { armapi4 } = thread;
    const seen: string[] = [];
    const call = armapi4.ArmEnumGroup(
      null,
      async (group) => {
        await armapi4.ArmEnumResource(group, constants4.ARM_RESTYPE_VIP, (name) => seen.push(name) > 0, 0);
        await thread.kernel32.Sleep(100);
        return group !== 'H';
      },
      0,
    );
    expect(await errorOf(thread, call)).toBe('ARMERR_CANCELLED');
    expect(seen).toEqual(['ip', 'ip2']);
  });

  test("a mistake in the application's callback comes back to it", async () => {
    const { thread } = await ready(await running(everything), 'A');
    const wrong = (): boolean => {
      throw new Error('mine');
    };
    await expect(thread.armapi4.ArmEnumServer(wrong, 0)).rejects.toThrow('mine');
  });
});

describe('definitions', () => {
  test('of resources have what each type has', async () => {
    const { thread } = await ready(await running(everything), 'A', { kit: '5.1' });
    const { ARM_RESTYPE_SWDISK, ARM_RESTYPE_HF } = constants4;
    expect(await infoOf(thread, 'disk')).toEqual({
      dwType: ARM_RESTYPE_SWDISK,
      szGroupName: 'G',
      Parameter: { Disk: { szLetter: 'S:' } },
    });
    const parameter = async (name: string) => (await infoOf(thread, name)).Parameter;
    expect(await parameter('mirror')).toEqual({ NDR: { szName: 'mirror', bDrive: drives(3, 25) } });
    expect(await parameter('volume')).toEqual({ VXDisk: { szName: 'volume', bDrive: drives(0) } });
    expect(await parameter('line')).toEqual({
      LSW: { szDeviceName: 'SW1', szPortName: 'COM2', dwUnitNo: 15, dwLineNo: 4 },
    });
    expect(await parameter('ip')).toEqual({ VIP: { dwAddress: 0xfa02010a } });
    expect((await infoOf(thread, 'balance')).dwType).toBe(ARM_RESTYPE_HF);
    expect(await parameter('balance')).toEqual({ HF: { dwIPAddress: 0xfb02010a, dwReserved1: 0, dwReserved2: 0 } });
    expect(await parameter('computer')).toEqual({ VCom: { szCompName: 'VIRTUAL' } });
    expect(await parameter('printer')).toEqual({
      Printer: { szPrinterName: 'P', szPortName: 'LPT2:', szShareName: 'S', szSpoolDirectory: 'S:\\spool' },
    });
  });

  test('of resources have defaults for what the scenario leaves out', async () => {
    const { thread } = await ready(await running(everything), 'A');
    const parameter = async (name: string) => (await infoOf(thread, name)).Parameter;
    expect(await parameter('disk2')).toEqual({ Disk: { szLetter: '' } });
    expect(await parameter('line2')).toEqual({
      LSW: { szDeviceName: 'line2', szPortName: 'COM1', dwUnitNo: 0, dwLineNo: 1 },
    });
    expect(await parameter('ip2')).toEqual({ VIP: { dwAddress: 0 } });
    expect(await parameter('computer2')).toEqual({ VCom: { szCompName: '' } });
    expect(await parameter('printer2')).toEqual({
      Printer: { szPrinterName: 'printer2', szPortName: 'LPT1:', szShareName: '', szSpoolDirectory: '' },
    });
    expect(await parameter('mirror2')).toEqual({ NDR: { szName: 'mirror2', bDrive: drives() } });
  });

  test('are seen as kit and product know them (2.5.1)', async () => {
    const c = await running(everything);
    const { thread: old } = await ready(c, 'A', { kit: '4.0' });
    expect(await infoOf(old, 'mirror')).toMatchObject({
      dwType: constants4.ARM_RESTYPE_SWDISK,
      Parameter: { Disk: { szLetter: 'D:' } },
    });
    const swdisks = await enumerated((take) =>
      old.armapi4.ArmEnumResource('G', constants4.ARM_RESTYPE_SWDISK, take, 0),
    );
    expect(swdisks.map(([name]) => name)).toEqual(['disk', 'mirror', 'volume']);
    const status = old.structures4.ARM_RESOURCE_STATUS.allocate();
    expect(await errorOf(old, old.armapi4.ArmGetResourceStatus('balance', status))).toBe('ARMERR_RESOURCE_NOT_FOUND');
    expect(await errorOf(old, old.armapi4.ArmGetResourceStatus('script', status))).toBe('ARMERR_RESOURCE_NOT_FOUND');
  });

  test('of groups name the servers by priority, in the bytes of any application', async () => {
    const seven = await running({ ...everything, productVersion: '7.0' });
    for (const options of [{ kit: '7.0 64bit', charset: 'unicode' }, { kit: '4.1' }] as const) {
      const { thread } = await ready(seven, 'A', options);
      const info = thread.structures4.ARM_GROUP_INFO;
      const size = ref(info.size);
      expect(await errorOf(thread, thread.armapi4.ArmGetGroupInfo('G', info.allocate(), size))).toBe(
        'ARMERR_BUFFER_TOO_SMALL',
      );
      const buffer = info.allocate(size.value);
      await must(thread, thread.armapi4.ArmGetGroupInfo('G', buffer, size));
      expect(info.read(buffer)).toEqual({
        nServer: 2,
        ServerList: ['B', 'A'],
        nRegistry: 1,
        RegistryList: ['HKEY_LOCAL_MACHINE\\SOFTWARE\\App'],
      });
    }
  });

  test('of servers tell the product, of the local server always', async () => {
    const c = await running({ ...everything, autoReturn: false });
    await c.crash('A');
    await c.until({ server: 'A', status: ['DOWN', 'FAIL'] });
    await c.restart('A');
    await c.until({ server: 'A', status: ['OFF_CLUSTER', 'FAIL'] });
    const { thread } = await ready(c, 'A');
    const info = thread.structures4.ARM_SERVER_INFO;
    for (const name of ['A', constants4.ARM_LOCAL_SERVER]) {
      const buffer = info.allocate();
      await must(thread, thread.armapi4.ArmGetServerInfo(name, buffer));
      expect(info.read(buffer)).toEqual({
        szOSVersion: 'Windows 2000 5.0',
        szARMVersion: '6.0',
        szHomeDir: 'C:\\CLUSTERPRO',
      });
    }
    expect(await errorOf(thread, thread.armapi4.ArmGetServerInfo('B', info.allocate()))).toBe('ARMERR_OFF_CLUSTER');
  });
});

describe('states of servers', () => {
  const two: ClusterInput = {
    name: 'C',
    servers: ['A', 'B'],
    autoReturn: false,
    groups: [{ name: 'G', servers: ['A', 'B'], resources: [{ name: 'r', type: 'vip', activate: '5s' }] }],
  };

  test('in crash, restart without auto-return, return, maintenance and shutdown', async () => {
    const c = await running(two);
    const { thread: onB } = await ready(c, 'B');
    const seen = async (): Promise<string[][]> => [await statusOf(onB, 'A'), await statusOf(onB, '.')];
    expect(await seen()).toEqual([['CLUSTER'], ['CLUSTER']]);

    await c.crash('A');
    await c.until({ server: 'B', status: ['RECOVERING', 'BACKUP'] });
    expect(await seen()).toEqual([
      ['DOWN', 'FAIL'],
      ['RECOVERING', 'BACKUP'],
    ]);
    await c.until('quiet');
    expect(await seen()).toEqual([
      ['DOWN', 'FAIL'],
      ['CLUSTER', 'BACKUP'],
    ]);

    await c.restart('A');
    await c.until({ server: 'A', status: ['OFF_CLUSTER', 'FAIL'] });
    const { thread: onA } = await ready(c, 'A');
    expect(await seen()).toEqual([
      ['OFF_CLUSTER', 'FAIL'],
      ['CLUSTER', 'BACKUP'],
    ]);
    expect(await statusOf(onA, '.')).toEqual(['OFF_CLUSTER']);
    expect(await statusOf(onA, 'A')).toEqual(['OFF_CLUSTER']);
    expect(await statusOf(onA, 'B')).toEqual(['ARMERR_OFF_CLUSTER']);
    expect(await statusOf(onA, 'X')).toEqual(['ARMERR_OFF_CLUSTER']);

    await c.return('A');
    await c.until({ server: 'A', status: ['CLUSTER', 'FAIL'] });
    expect(await statusOf(onA, '.')).toEqual(['CLUSTER', 'FAIL']);
    expect(await statusOf(onA, 'B')).toEqual(['CLUSTER', 'BACKUP']);

    await c.moveGroup('G', 'A');
    await c.until('quiet');
    expect(await seen()).toEqual([['CLUSTER'], ['CLUSTER']]);
    await c.act({ type: 'failResource', resource: 'r' });
    await c.until('quiet');
    expect(await seen()).toEqual([
      ['CLUSTER', 'FAIL'],
      ['CLUSTER', 'BACKUP', 'MISS'],
    ]);
    await c.act({ type: 'repairResource', resource: 'r' });
    await c.moveGroup('G', 'A');
    await c.until('quiet');

    await c.maintenance('A');
    await c.until('quiet');
    expect(await seen()).toEqual([
      ['OFF_CLUSTER', 'FAIL'],
      ['CLUSTER', 'BACKUP'],
    ]);
    expect(await statusOf(onA, '.')).toEqual(['OFF_CLUSTER']);
    await c.return('A');
    await c.until('quiet');
    await c.shutdown('A');
    await c.until('quiet');
    expect(await seen()).toEqual([
      ['STOPPED', 'FAIL'],
      ['CLUSTER', 'BACKUP'],
    ]);
  });

  test('a server that still looks for its cluster is off it; a machine of none stands alone', async () => {
    const c = await cluster({ ...two, servers: ['A', { name: 'B', boot: '60s' }] });
    await c.start();
    const { thread } = await ready(c, 'A');
    expect(await statusOf(thread, '.')).toEqual(['OFF_CLUSTER']);
    expect(await statusOf(thread, 'B')).toEqual(['ARMERR_OFF_CLUSTER']);
    const world = { clusters: [], machines: [{ name: 'Lone', ip: '10.0.2.1' }], clients: [] };
    const backend = await openWorld(world, { seed: 1 });
    const { main } = startApplication(backend, 'Lone');
    await must(main, main.armapi4.ArmInitializeApi(ref(), ARMAPI_VERSION['7.0 32bit'], 0));
    expect(await statusOf(main, 'Lone')).toEqual(['SINGLE_SERVER']);
    expect(await statusOf(main, '.')).toEqual(['SINGLE_SERVER']);
    expect(await statusOf(main, 'A')).toEqual(['ARMERR_OFF_CLUSTER']);
    await backend.close();
  });

  test('groups and resources follow', async () => {
    const c = await running(two);
    const { thread } = await ready(c, 'B');
    const group = thread.structures4.ARM_GROUP_STATUS;
    const resource = thread.structures4.ARM_RESOURCE_STATUS;
    const seen = async () => {
      const [one, other] = [group.allocate(), resource.allocate()];
      await must(thread, thread.armapi4.ArmGetGroupStatus('G', one));
      await must(thread, thread.armapi4.ArmGetResourceStatus('r', other));
      return [group.read(one), resource.read(other)];
    };
    const { ARM_GROUP_STATUS_ONLINE, ARM_GROUP_STATUS_INPROGRESS, ARM_GROUP_STATUS_OFFLINE } = constants4;
    const { ARM_RESOURCE_STATUS_ONLINE, ARM_RESOURCE_STATUS_OFFLINE } = constants4;
    const both = (status: number, server: string, of: number, on: string) => [
      { dwStatus: status, szCurrentServer: server },
      { dwStatus: of, szCurrentServer: on },
    ];
    expect(await seen()).toEqual(both(ARM_GROUP_STATUS_ONLINE, 'A', ARM_RESOURCE_STATUS_ONLINE, 'A'));
    await c.crash('A');
    await c.until({ group: 'G', state: 'INPROGRESS', server: 'B' });
    expect(await seen()).toEqual(both(ARM_GROUP_STATUS_INPROGRESS, 'B', ARM_RESOURCE_STATUS_OFFLINE, ''));
    await c.until({ group: 'G', state: 'ONLINE', server: 'B' });
    await c.stopGroup('G');
    await c.until('quiet');
    expect(await seen()).toEqual(both(ARM_GROUP_STATUS_OFFLINE, '', ARM_RESOURCE_STATUS_OFFLINE, ''));
  });
});

describe('initialisation', () => {
  const slow: ClusterInput = { name: 'C', servers: [{ name: 'A', boot: '30s' }] };

  test('waits for the service, for seconds or for ever', async () => {
    const c = await cluster(slow);
    await c.start();
    const { main } = startApplication(c, 'A');
    const version = ARMAPI_VERSION['7.0 32bit'];
    expect(await errorOf(main, main.armapi4.ArmInitializeApi(ref(), version, 0))).toBe('ARMERR_CANNOT_CONNECT');
    expect(c.now()).toBe(0);
    expect(await errorOf(main, main.armapi4.ArmInitializeApi(ref(), version, 20))).toBe('ARMERR_CANNOT_CONNECT');
    expect(c.now()).toBe(20_000_000);
    expect(await errorOf(main, main.armapi4.ArmInitializeApi(ref(), version, INFINITE))).toBe('none');
    expect(c.now()).toBe(30_000_000);
  });

  test('an application whose DLL is not there does not start, or says so when it is linked statically', async () => {
    const old = await running({ ...slow, productVersion: '6.0' });
    expect(() => startApplication(old, 'A', { kit: '7.0 64bit' })).toThrow(
      'An application of the kit 7.0 64bit cannot start on A: it is linked with armapi64.lib, and armapi64.dll is not ' +
        'part of product 6.0 (sections 2.4, 2.5.1).',
    );
    expect(() => startApplication(old, 'A', { kit: '7.0 64bit', library: 'static' })).toThrow('no static library');
    const oldest = await running({ ...slow, productVersion: '3.0' });
    expect(() => startApplication(oldest, 'A', { kit: '4.0' })).toThrow('armapi4.dll is not part of product 3.0');
    const { main } = startApplication(old, 'A', { kit: '3.0' });
    expect(await errorOf(main, main.armapi4.ArmInitializeApi(ref(), 0, 0))).toBe('ARMERR_CANNOT_LOAD_DLL');
  });
});
