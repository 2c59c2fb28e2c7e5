/** What the functions of the client API answer, in C and in Visual Basic: the same, but for conventions. */
import { describe, expect, test } from 'vitest';
import { clientConstants } from '../../../src/api/arm-client/constants.js';
import { aliases, clientFunctions } from '../../../src/api/arm-client/functions.js';
import { vbFunctions } from '../../../src/api/arm-client/functions-vb.js';
import { networkOrder } from '../../../src/api/facade/address.js';
import { ref } from '../../../src/api/facade/call.js';
import type { Backend } from '../../../src/cluster/backend.js';
import { first, type Language, pass, ready, rest, running, world } from './scene.js';

const languages: readonly Language[] = ['C', 'Visual Basic'];

/** An address as a DWORD, and as a Long. */
const as = (language: Language, address: string): number =>
  language === 'C' ? networkOrder(address) : networkOrder(address) | 0;

/** The words of a status of a server. */
function words(bits: number): string[] {
  return Object.entries(clientConstants).flatMap(([name, value]) =>
    name.startsWith('ARMCLAPI_SERVER_STATUS_') && name !== 'ARMCLAPI_SERVER_STATUS_MISS' && (bits & Number(value)) !== 0
      ? [name.replace('ARMCLAPI_SERVER_STATUS_', '')]
      : [],
  );
}

const status = (name: 'RUNNING' | 'STOPPED' | 'MISS' | 'FAILOVER'): number =>
  clientConstants[`ARMCLAPI_GROUP_STATUS_${name}`];

describe.each(languages)('%s', (language) => {
  const on = async (backend: Backend, machine = 'K') => ready(backend, machine, language);

  test('a handle for each initialisation; the last termination ends the use of the API', async () => {
    const one = await on(await running());
    const other = Number(await one.must('ArmClientInitializeApiEx'));
    expect([one.handle, other]).toEqual([1, 2]);
    await one.must('ArmClientTerminateApiEx', one.handle);
    expect(await one.errorOf('ArmClientTerminateApiEx', one.handle)).toBe('INVALID_HANDLE');
    expect(await one.numberOf('ArmClientCheckClusterServer')).toBe(clientConstants.ARMCLAPI_HOSTTYPE_IS_CLIENT);
    await one.must('ArmClientTerminateApiEx', other);
    expect(await one.errorOf('ArmClientCheckClusterServer', ref())).toBe('NOT_INITIALIZED');
  });

  test('the server of a group: its address in network byte order, and its name', async () => {
    const one = await on(await running());
    expect(await one.numberOf('ArmClientGetIPAddr', 'C', 'G')).toBe(as(language, '10.0.0.200'));
    expect(await one.namesOf(1, 'ArmClientGetComputerName', 'C', 'G')).toEqual(['B']);
    expect(await one.numberOf('ArmClientGetIPAddr', 'D', 'G')).toBe(as(language, '10.0.3.1'));
    expect(await one.numberOf('ArmClientGetIPAddrFromVirtualIP', as(language, '10.9.0.200'))).toBe(
      as(language, '10.0.0.200'),
    );
  });

  test('a group that runs nowhere has no address and no server', async () => {
    const backend = await running();
    await backend.act({ type: 'stopGroup', group: 'C/G' });
    await rest(backend);
    const one = await on(backend);
    expect(await one.errorOf('ArmClientGetIPAddr', 'C', 'G', ref())).toBe('GROUP_NOT_FOUND');
    expect(await one.errorOf('ArmClientGetComputerName', 'C', 'G', one.buffer(16), ref(16))).toBe(
      language === 'C' ? 'GROUP_NOT_FOUND' : 'CLUSTER_NOT_FOUND',
    );
    expect(await one.errorOf('ArmClientGetIPAddrFromVirtualIP', as(language, '10.9.0.1'), ref())).toBe(
      'VIRTUALIP_NOT_FOUND',
    );
    expect(await one.numberOf('ArmClientGetGroupStatusEx', 'C', 'G')).toBe(status('STOPPED'));
  });

  test('the status of a group while it fails over', async () => {
    const slow = { ...first, groups: first.groups!.map((group) => ({ ...group, resources: [slowDisk(group.name)] })) };
    const backend = await running([slow]);
    const one = await on(backend);
    expect(await one.numberOf('ArmClientGetGroupStatusEx', 'C', 'G')).toBe(status('RUNNING'));
    await backend.act({ type: 'moveGroup', group: 'G', to: 'A' });
    await pass(backend, '2s');
    expect(await one.numberOf('ArmClientGetGroupStatusEx', 'C', 'G')).toBe(status('FAILOVER'));
    if (language === 'C') {
      expect(await one.numberOf('ArmClientGetGroupStatus', 'C', 'G')).toBe(status('STOPPED'));
      expect(await one.numberOf('ArmClientGetServerStatus', 'C', 'G')).toBe(status('STOPPED'));
    }
    await rest(backend);
    expect(await one.namesOf(1, 'ArmClientGetComputerName', 'C', 'G')).toEqual(['A']);
  });

  test('the status of a group that runs without all its resources', async () => {
    const backend = await world([first]);
    await backend.act({ type: 'failResource', resource: 'g1' });
    await backend.act({ type: 'start', target: 'C' });
    await rest(backend);
    const one = await on(backend);
    expect(await one.numberOf('ArmClientGetGroupStatusEx', 'C', 'G')).toBe(status('MISS'));
    if (language === 'C') expect(await one.numberOf('ArmClientGetGroupStatus', 'C', 'G')).toBe(status('RUNNING'));
    expect(words(await one.numberOf('ArmClientGetClusterServerStatus', 'C', 'B'))).toEqual(['CLUSTER', 'FAILMISS']);
  });

  test('the status of servers', async () => {
    const backend = await running([first]);
    await backend.act({ type: 'crash', server: 'B' });
    await rest(backend);
    const one = await on(backend);
    expect(words(await one.numberOf('ArmClientGetClusterServerStatus', 'C', 'A'))).toEqual(['CLUSTER', 'BACKUP']);
    expect(words(await one.numberOf('ArmClientGetClusterServerStatus', 'C', 'B'))).toEqual(['DOWN', 'FAIL']);
    expect(await one.errorOf('ArmClientGetClusterServerStatus', 'C', 'X', ref())).toBe('SERVER_NOT_FOUND');
  });

  test('a call that asks how things are waits until the client has found the cluster, or found nothing', async () => {
    const backend = await world([first]);
    const one = await on(backend);
    const from = backend.now();
    expect(await one.numberOf('ArmClientGetHeartbeatTimeout', 'C')).toBe(11);
    expect(backend.now()).toBe(from);
    expect(await one.numberOf('ArmClientGetGroupStatusEx', 'C', 'G')).toBe(status('STOPPED'));
    expect(backend.now()).toBeGreaterThan(from);
  });

  test('clusters, servers and groups by name, of one cluster or of all, in the order of the settings', async () => {
    const one = await on(await world());
    expect(await one.listOf('ArmClientEnumCluster')).toEqual([['C'], ['D']]);
    const servers = [
      ['C', 'A'],
      ['C', 'B'],
      ['D', 'X'],
      ['D', 'Y'],
    ];
    for (const all of [null, '']) {
      expect(await one.listOf('ArmClientEnumServer', all)).toEqual(servers);
      expect(await one.listOf('ArmClientEnumGroup', all)).toEqual([
        ['C', 'G'],
        ['C', 'H'],
        ['D', 'G'],
      ]);
    }
    expect(await one.listOf('ArmClientEnumServer', 'D')).toEqual(servers.slice(2));
    expect(await one.listOf('ArmClientEnumGroup', 'D')).toEqual([['D', 'G']]);
    // By priority.
    expect(await one.listOf('ArmClientEnumServerFromGroup', 'C', 'G')).toEqual([
      ['C', 'G', 'B'],
      ['C', 'G', 'A'],
    ]);
    for (const none of [null, ''])
      expect(await one.errorOf('ArmClientEnumServerFromGroup', none, 'G', () => 1, 0)).not.toBe('none');
  });

  test('the cluster of a server or a group: the first of the settings', async () => {
    const backend = await world(undefined, { clusters: ['D', 'C'] });
    const one = await on(backend);
    expect(await one.namesOf(1, 'ArmClientGetClusterFromClusterServer', 'B')).toEqual(['C']);
    expect(await one.namesOf(1, 'ArmClientGetClusterFromGroup', 'H')).toEqual(['C']);
    expect(await one.namesOf(1, 'ArmClientGetClusterFromGroup', 'G')).toEqual(['D']);
  });

  test('virtual addresses', async () => {
    const one = await on(await world());
    const address = (text: string): number => as(language, text);
    const all = [
      ['C', 'G', address('10.9.0.1')],
      ['C', 'G', address('10.9.0.200')],
      ['D', 'G', address('10.9.0.1')],
    ];
    expect(await one.listOf('ArmClientEnumVirtualIP', null, null)).toEqual(all);
    expect(await one.listOf('ArmClientEnumVirtualIP', '', 'G')).toEqual(all);
    expect(await one.listOf('ArmClientEnumVirtualIP', 'D', '')).toEqual(all.slice(2));
    expect(await one.listOf('ArmClientEnumVirtualIP', 'C', 'H')).toEqual([]);
    expect(await one.errorOf('ArmClientEnumVirtualIP', null, 'none', () => 1, 0)).toBe('GROUP_NOT_FOUND');
    expect(await one.namesOf(2, 'ArmClientGetGroupFromVirtualIP', address('10.9.0.200'))).toEqual(['C', 'G']);
  });

  test('virtual computer names and logical services', async () => {
    const one = await on(await world());
    expect(await one.listOf('ArmClientEnumVirtualComputer', null, null)).toEqual([
      ['C', 'G', 'VG'],
      ['D', 'G', 'VD'],
    ]);
    expect(await one.namesOf(2, 'ArmClientGetGroupFromVirtualComputer', 'VD')).toEqual(['D', 'G']);
    expect(await one.listOf('ArmClientEnumGroupFromLogicalService', null, 'stock')).toEqual([
      ['C', 'G', 'stock'],
      ['C', 'H', 'stock'],
      ['D', 'G', 'stock'],
    ]);
    expect(await one.listOf('ArmClientEnumGroupFromLogicalService', 'D', 'stock')).toEqual([['D', 'G', 'stock']]);
  });

  test('the heartbeat timeout in whole seconds, rounded up, and the master server', async () => {
    const backend = await running([first]);
    const one = await on(backend);
    expect(await one.numberOf('ArmClientGetHeartbeatTimeout', 'C')).toBe(11);
    expect(await one.namesOf(1, 'ArmClientGetMasterServer', 'C')).toEqual(['A']);
    await backend.act({ type: 'crash', server: 'A' });
    await rest(backend);
    expect(await one.namesOf(1, 'ArmClientGetMasterServer', 'C')).toEqual(['B']);
  });

  test('where an application runs: on a client, on a server, on neither', async () => {
    const backend = await running([first]);
    const [client, server, neither] = await Promise.all(['K', 'A', 'Lone'].map((machine) => on(backend, machine)));
    const types = await Promise.all(
      [client, server, neither].map((one) => one.numberOf('ArmClientCheckClusterServer')),
    );
    expect(types).toEqual([1, 2, 0]);
    expect(await server.namesOf(1, 'ArmClientGetServerName')).toEqual(['A']);
    expect(await server.namesOf(1, 'ArmClientGetClusterName')).toEqual(['C']);
    for (const one of [client, neither]) {
      expect(await one.errorOf('ArmClientGetServerName', one.buffer(16), ref(16))).toBe('NOT_CLUSTER_SERVER');
      expect(await one.errorOf('ArmClientGetIPAddr', '.', 'G', ref())).toBe('CLUSTER_NOT_FOUND');
    }
    expect(await server.numberOf('ArmClientGetIPAddr', '.', 'G')).toBe(as(language, '10.0.0.200'));
    expect(await server.listOf('ArmClientEnumServer', '.')).toEqual([
      ['C', 'A'],
      ['C', 'B'],
    ]);
    expect(await neither.listOf('ArmClientEnumCluster')).toEqual([]);
    expect(await neither.listOf('ArmClientEnumServer', null)).toEqual([]);
  });

  test('a buffer that is too small is told how much is needed', async () => {
    const one = await on(await world());
    const [cluster, group] = [ref(1), ref(1)];
    const asked = [as(language, '10.9.0.1'), one.buffer(16), cluster, one.buffer(16), group];
    expect(await one.errorOf('ArmClientGetGroupFromVirtualIP', ...asked)).toBe('BUFFER_TOO_SMALL');
    expect([cluster.value, group.value]).toEqual([2, 2]);
  });

  test('a callback may stop an enumeration; where that is no error, the call succeeds', async () => {
    const one = await on(await world());
    const told: unknown[] = [];
    const proc = (_cluster: unknown, _group: unknown, what: unknown): number => {
      told.push(what);
      return 0;
    };
    expect(await one.errorOf('ArmClientEnumVirtualComputer', null, null, proc, 0)).toBe('CANCELLED');
    expect(await one.errorOf('ArmClientEnumVirtualIP', null, null, proc, 0)).toBe(
      language === 'C' ? 'CANCELLED' : 'none',
    );
    expect(told).toHaveLength(2);
  });

  test('the version', async () => {
    for (const [productVersion, major] of [
      ['7.0', 4],
      ['4.0', 4],
      ['3.0', 3],
    ] as const) {
      const one = await on(await world([first], { productVersion }));
      const version = [ref(9), ref(9), ref(9)];
      await one.must('ArmClientGetVersionInfo', ...version);
      expect(version.map(({ value }) => value)).toEqual([major, 0, 0]);
      await one.must('ArmClientGetVersionInfo', null, null, null);
    }
  });

  test('an older client does not know newer functions, nor newer things', async () => {
    const floating = { name: 'f', type: 'hf', address: '10.9.0.9' } as const;
    const product = { ...first, productVersion: '5.0', groups: [{ ...first.groups![0], resources: [floating] }] };
    for (const [productVersion, found] of [
      ['4.1', 'VIRTUALIP_NOT_FOUND'],
      ['4.2', 'none'],
    ]) {
      const one = await on(await world([product], { productVersion }));
      const places = [one.buffer(16), ref(16), one.buffer(16), ref(16)];
      expect(await one.errorOf('ArmClientGetGroupFromVirtualIP', as(language, '10.9.0.9'), ...places)).toBe(found);
    }
    const old = await on(await world([first], { productVersion: '3.0' }));
    expect(await old.errorOf('ArmClientGetGroupStatusEx', 'C', 'G', ref())).toBe('NOT_SUPPORTED');
    expect(await old.errorOf('ArmClientEnumServer', 'C', () => 1, 0)).toBe('none');
  });
});

const slowDisk = (group: string) =>
  ({ name: `${group}-disk`, type: 'swdisk', activate: '10s', deactivate: '10s' }) as const;

test('functions by another name do the same', async () => {
  const one = await ready(await running(), 'K', 'C');
  for (const [alias, name] of Object.entries(aliases)) {
    const { parameters } = clientFunctions[name];
    const answers = await Promise.all(
      [alias, name].map((called) => {
        if (name === 'ArmClientEnumGroupFromLogicalService') return one.listOf(called, 'C', 'stock');
        if (name === 'ArmClientGetClusterFromGroup') return one.namesOf(1, called, 'H');
        if (name === 'ArmClientGetGroupFromVirtualIP') return one.namesOf(2, called, networkOrder('10.9.0.1'));
        return one.numberOf(called, 'C', 'G');
      }),
    );
    expect(answers[0], alias).toEqual(answers[1]);
    expect(clientFunctions[alias as keyof typeof aliases].parameters).toHaveLength(parameters.length);
  }
  expect(await one.namesOf(1, 'ArmClientGetClusterNameFromVirtualIP', networkOrder('10.9.0.1'))).toEqual(['C']);
});

test('both answer all their functions', async () => {
  const { thread } = await ready(await world(), 'K', 'C');
  expect(Object.keys(thread.armcl2).sort()).toEqual(Object.keys(clientFunctions).sort());
  expect(Object.keys(thread.armcl2vb).sort()).toEqual(Object.keys(vbFunctions).sort());
});

test('initialisation does not make the other API initialised', async () => {
  const { thread } = await ready(await world(), 'K', 'C');
  expect(await thread.armcl2vb.ArmClientCheckClusterServer(ref())).toBe(0);
  expect(thread.vb.Err.LastDllError).toBe(clientConstants.ARMCLAPI_ERR_NOT_INITIALIZED);
  // 7.1.1.2.
  expect(await thread.armcl2vb.ArmClientGetVersionInfo(ref(), ref(), ref())).toBe(1);
});
