/** What the API of Ver3.0 answers about servers, resources and logical services: on the cluster, off it, and without one. */
import { afterEach, describe, expect, test } from 'vitest';
import { type Application, type ApplicationOptions, startApplication } from '../../../src/api/application.js';
import { constants3 } from '../../../src/api/arm-server/constants.js';
import { ref } from '../../../src/api/facade/call.js';
import { openWorld } from '../../../src/cluster/open.js';
import type { ClusterInput } from '../../../src/model/definition.js';
import { KINDS, type World, started } from '../../contract/worlds.js';
import { initialized, two } from './two.js';

const { ARM_RESTYPE_ALL, ARM_RESTYPE_DISK, ARM_RESTYPE_SWDISK } = constants3;

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function startedApp(input: ClusterInput = two, options: ApplicationOptions = {}): Promise<Application> {
  const { cluster } = await started('inline', input);
  const app = startApplication(cluster, 'A', { kit: '3.0', ...options });
  expect(await app.main.armapi.ArmInitializeApi()).toBe(true);
  return app;
}

/** An application on a machine of no cluster. */
async function alone(): Promise<Application> {
  const machines = [{ name: 'Lone', ip: '10.0.2.1' }];
  const backend = await openWorld({ clusters: [], machines, clients: [] }, { seed: 1 });
  closing.push(() => backend.close());
  const app = startApplication(backend, 'Lone', { kit: '3.0' });
  expect(await app.main.armapi.ArmInitializeApi()).toBe(true);
  return app;
}

async function enumerated({ main }: Application, as: 'Ver2.x' | 'Ver3.0', type: number): Promise<unknown[]> {
  const found: unknown[] = [];
  const proc = (resource: string, of: number, lParam: number): boolean => found.push([resource, of, lParam]) > 0;
  const { armapi } = main;
  expect(await (as === 'Ver2.x' ? armapi.ArmEnumResource(type, proc, 7) : armapi.ArmEnumResource2(type, proc, 7))).toBe(
    true,
  );
  return found;
}

async function informed({ main }: Application, as: 'Ver2.x' | 'Ver3.0', resource: string) {
  const { allocate, read } = main.structures3.ARM_RESOURCE_INFO;
  const buffer = allocate();
  const { armapi } = main;
  const told = await (as === 'Ver2.x'
    ? armapi.ArmGetResourceInfo(resource, buffer)
    : armapi.ArmGetResourceInfo2(resource, buffer));
  if (!told) throw new Error(main.explain());
  return read(buffer);
}

describe.each(['ansi', 'unicode'] as const)('texts in %s', (charset) => {
  const width = charset === 'ansi' ? 1 : 2;

  test('the name of the cluster, by its length without the NUL', async () => {
    const { main } = await startedApp(two, { charset });
    const [name, size] = [new Uint8Array(2 * width).fill(0xee), ref(2)];
    expect(await main.armapi.ArmGetClusterName(name, size)).toBe(true);
    expect([main.text(name), size.value]).toEqual(['C', 1]);
    // Too small, whatever is said of it.
    size.value = 999;
    expect(await main.armapi.ArmGetClusterName(name.subarray(width), size)).toBe(false);
    expect(size.value).toBe(2);
  });

  test('the list of logical services ends in two NULs, all of which count', async () => {
    const { main } = await startedApp(two, { charset });
    const list = new Uint8Array(64 * width).fill(0xee);
    const [server, size, listSize] = [new Uint8Array(16 * width), ref(16), ref(64)];
    expect(await main.armapi.ArmEnumLogicalService('A', server, size, list, listSize)).toBe(true);
    expect([main.text(server), size.value, listSize.value]).toEqual(['A', 1, 13]);
    const written = list.subarray(0, 13 * width);
    const characters = [...written].filter((_, at) => at % width === 0).map((byte) => String.fromCharCode(byte));
    expect(characters.join('')).toBe('sales\0stock\0\0');
    expect(list[13 * width]).toBe(0xee);
    // One character short: the size needed, and nothing written.
    listSize.value = 12;
    list.fill(0xee);
    expect(await main.armapi.ArmEnumLogicalService('A', null, null, list, listSize)).toBe(false);
    expect([listSize.value, list[0]]).toEqual([13, 0xee]);
  });
});

describe('servers', () => {
  test('are named in the order of the definition, until the callback has enough', async () => {
    const { main } = await startedApp();
    const names: string[] = [];
    const proc = (name: string, lParam: number): boolean => names.push(`${name} ${lParam}`) < 1;
    expect(await main.armapi.ArmEnumServer(proc, 5)).toBe(false);
    expect(names).toEqual(['A 5']);
    expect(await main.armapi.ArmEnumServer((name) => names.push(name) > 0, 5)).toBe(true);
    expect(names).toEqual(['A 5', 'A', 'B']);
  });

  test('tell what is installed on them; what is not used is 0', async () => {
    const { main } = await startedApp();
    const { allocate, read } = main.structures3.ARM_SERVER_INFO;
    const buffer = allocate().fill(0xee);
    for (const name of ['A', 'B', constants3.ARM_LOCAL_SERVER]) {
      expect(await main.armapi.ArmGetServerInfo(name, buffer)).toBe(true);
      const { ARMVersion, HomeDir, OSVersion, nPublicLan, InterConnect } = read(buffer);
      expect([ARMVersion, nPublicLan, InterConnect.join('')]).toEqual(['7.0', 0, '']);
      expect(HomeDir.length * OSVersion.length).toBeGreaterThan(0);
    }
  });
});

describe('resources', () => {
  test('of Ver2.x: a switched disk is a shared one, and there are no partitions', async () => {
    const app = await startedApp();
    const types = { disk: 0x2, line: 0x10, address: 0x4, printer: 0x8, script: 0x1 };
    expect(await enumerated(app, 'Ver2.x', ARM_RESTYPE_ALL)).toEqual(
      Object.entries(types).map(([name, type]) => [name, type, 7]),
    );
    expect(await enumerated(app, 'Ver2.x', ARM_RESTYPE_DISK)).toEqual([['disk', ARM_RESTYPE_DISK, 7]]);
  });

  test('of Ver3.0: a switched disk under its own type, and both kinds of partitions', async () => {
    const app = await startedApp();
    const types = { disk: 0x20, line: 0x10, address: 0x4, printer: 0x8, script: 0x1, shared: 0x40, private: 0x80 };
    expect(await enumerated(app, 'Ver3.0', ARM_RESTYPE_ALL)).toEqual(
      Object.entries(types).map(([name, type]) => [name, type, 7]),
    );
    expect(await enumerated(app, 'Ver3.0', ARM_RESTYPE_SWDISK)).toEqual([['disk', ARM_RESTYPE_SWDISK, 7]]);
    expect(await enumerated(app, 'Ver3.0', constants3.ARM_RESTYPE_NPD)).toEqual([['private', 0x80, 7]]);
  });

  test('a mirror disk is a switched disk; what Ver3.0 has no name for is not there', async () => {
    const app = await startedApp({
      ...two,
      groups: [
        {
          name: 'A',
          servers: ['A'],
          resources: [
            { name: 'mirror', type: 'ndr', drives: ['M:', 'N:'] },
            { name: 'computer', type: 'vcom', computerName: 'VC' },
          ],
        },
      ],
    });
    expect(await enumerated(app, 'Ver3.0', ARM_RESTYPE_ALL)).toEqual([['mirror', ARM_RESTYPE_SWDISK, 7]]);
    expect((await informed(app, 'Ver3.0', 'mirror')).Parameter).toEqual({ Disk2: { LType: 0, Letter: 'M:' } });
    await expect(informed(app, 'Ver3.0', 'computer')).rejects.toThrow('ARMERR_RESOURCE_NOT_FOUND');
  });

  test('tell where they are, and what their type needs', async () => {
    const app = await startedApp();
    const servers = { CurrentServer: 'A', PrimaryServer: 'A', SecondaryServer: 'B' };
    expect(await informed(app, 'Ver3.0', 'disk')).toEqual({
      Type: ARM_RESTYPE_SWDISK,
      ...servers,
      Parameter: { Disk2: { LType: 0, Letter: 'S:' } },
    });
    for (const as of ['Ver2.x', 'Ver3.0'] as const) {
      expect((await informed(app, as, 'script')).Parameter).toEqual({
        Script: { StartScript: 'up.bat', StopScript: 'down.bat' },
      });
      expect((await informed(app, as, 'address')).Parameter).toEqual({ VLAN: { dwAddress: 0x0302010a } });
      expect((await informed(app, as, 'printer')).Parameter).toEqual({
        Printer: { Port: 'LPT2:', PrinterName: 'laser', SpoolDirectory: 'D:\\spool', ShareName: 'share' },
      });
      expect((await informed(app, as, 'line')).Parameter).toEqual({ LSW: { UnitNo: 3, LineNo: 4, Port: 'COM2' } });
      expect(await informed(app, as, 'shared')).toEqual({
        Type: constants3.ARM_RESTYPE_SHDISK,
        CurrentServer: '',
        PrimaryServer: '',
        SecondaryServer: '',
        Parameter: { Disk2: { LType: 0, Letter: 's1' } },
      });
    }
  });

  test('a switched disk of Ver2.x: one unit, its partition under its drive and under no other', async () => {
    const { Type, Parameter } = await informed(await startedApp(), 'Ver2.x', 'disk');
    expect(Type).toBe(ARM_RESTYPE_DISK);
    if (!('Disk' in Parameter)) throw new Error('no disk');
    const { nUnit, Unit } = Parameter.Disk;
    expect([nUnit, Unit.map(({ nPartition }) => nPartition).join('')]).toEqual([1, '1000000000000000']);
    const drives = Unit[0].Drive.flatMap((partition, drive) => (partition === 0xffffffff ? [] : [[drive, partition]]));
    expect(drives).toEqual([[18, 1]]);
  });
});

describe('logical services', () => {
  test('are told with their primary and their current servers', async () => {
    const { cluster } = await started('inline', two);
    const { main } = await initialized(cluster, 'A');
    await cluster.moveGroup('A', 'B');
    await cluster.until('quiet');
    const seen: unknown[] = [];
    const proc = (...told: unknown[]): boolean => seen.push(told) > 0;
    expect(await main.armapi.ArmGetLogicalServiceInfo('stock', proc, 3)).toBe(true);
    expect(seen).toEqual([['stock', 'A', 'B', 3]]);
    const [server, size, list, listSize] = [new Uint8Array(16), ref(16), new Uint8Array(64), ref(64)];
    expect(await main.armapi.ArmEnumLogicalService('B', server, size, list, listSize)).toBe(true);
    expect([main.text(server), main.text(list), listSize.value]).toEqual(['B', 'mail', 6]);
  });
});

describe.each(KINDS)('states on the backend %s', (kind) => {
  test('follow what the servers agree on', async () => {
    const { cluster } = await started(kind, two);
    const { main } = await initialized(cluster, 'A');
    const statusOf = async (server: string): Promise<number> => {
      const status = ref();
      if (!(await main.armapi.ArmGetServerStatus(server, status))) throw new Error(main.explain());
      return status.value;
    };
    const owns = async (resource: string): Promise<number> => {
      const owner = ref(9);
      if (!(await main.armapi.ArmCheckResourceOwner(resource, owner))) throw new Error(main.explain());
      return owner.value;
    };
    const { ARM_STATUS_CLUSTER: member, ARM_STATUS_BACKUP: backup, ARM_STATUS_FAIL: fail } = constants3;
    expect([await statusOf('.'), await statusOf('B')]).toEqual([member, member]);
    expect([await owns('disk'), await owns('shared')]).toEqual([1, 0]);
    await cluster.moveGroup('A', 'B');
    const there = (): boolean => cluster.backend.service('A').look()?.groups[0].state === 'ONLINE';
    await cluster.until({ group: 'A', server: 'B', state: 'ONLINE' }, '50s');
    await cluster.until(there, '50s');
    expect([await statusOf('A'), await statusOf('B')]).toEqual([member | fail, member | backup]);
    expect(await owns('disk')).toBe(0);
  });
});

describe('off the cluster', () => {
  test('the registry is read as ever; nothing is known of where groups are', async () => {
    const { cluster } = await started('inline', two);
    await cluster.maintenance('B');
    await cluster.until('quiet');
    const app = await initialized(cluster, 'B');
    const { armapi } = app.main;
    const [name, status, owner] = [new Uint8Array(16), ref(), ref(9)];
    expect(await armapi.ArmGetClusterName(name, ref(16))).toBe(true);
    expect(await armapi.ArmEnumServer(() => true, 0)).toBe(true);
    expect(await enumerated(app, 'Ver3.0', ARM_RESTYPE_SWDISK)).toHaveLength(1);
    expect(await informed(app, 'Ver3.0', 'disk')).toMatchObject({ CurrentServer: '', PrimaryServer: 'A' });
    expect(await armapi.ArmGetServerStatus('.', status)).toBe(true);
    expect(status.value).toBe(constants3.ARM_STATUS_OFF_CLUSTER);
    expect(await armapi.ArmCheckResourceOwner('disk', owner)).toBe(true);
    expect(owner.value).toBe(0);
  });

  test('a machine of no cluster is a single server, and knows no other', async () => {
    const { main } = await alone();
    const status = ref();
    for (const name of ['.', 'Lone']) {
      expect(await main.armapi.ArmGetServerStatus(name, status)).toBe(true);
      expect(status.value).toBe(constants3.ARM_STATUS_SINGLE_SERVER);
    }
    expect(await main.armapi.ArmGetServerStatus('A', status)).toBe(false);
    expect(main.explain()).toContain('ARMERR_SERVER_NOT_FOUND: Lone knows no server "A"');
    expect(await main.armapi.ArmWatchServer('.', ref(), ref(), null, null, 60_000)).toBe(false);
    expect(main.explain()).toContain('ARMERR_TIMEOUT');
  });
});

describe('operation (2.2)', () => {
  const warnings = ({ warnings: all }: World): string[] => all().filter((text) => text.includes('Ver3.0'));
  const G = { name: 'G', servers: ['A', 'B'] };

  test('the Ver3.0 compatible way brings no warning', async () => {
    const world = await started('inline', two);
    await initialized(world.cluster, 'A');
    expect(warnings(world)).toEqual([]);
  });

  test.each([
    ['it has 3 of the 2 servers', { ...two, servers: ['A', 'B', 'D'] }],
    ['it has 1 of the 2 groups', { ...two, groups: [G] }],
    ['there is no group B with the server B as its primary', { ...two, groups: [{ ...G, name: 'A' }, G] }],
  ])('any other way brings one for each process: %s', async (why, input: ClusterInput) => {
    const world = await started('inline', input);
    const { main } = await initialized(world.cluster, 'A');
    expect(await main.armapi.ArmTerminateApi()).toBe(true);
    expect(await main.armapi.ArmInitializeApi()).toBe(true);
    expect(warnings(world)).toEqual([expect.stringContaining(`not run the Ver3.0 compatible way: ${why}`)]);
    await initialized(world.cluster, 'A');
    expect(warnings(world)).toHaveLength(2);
  });

  test('product 3.0 itself knows no other', async () => {
    const world = await started('inline', { ...two, productVersion: '3.0', groups: [G] });
    await initialized(world.cluster, 'A');
    expect(warnings(world)).toEqual([]);
  });
});
