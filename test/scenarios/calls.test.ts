/** The steps `call` and `inject`: what applications of a scenario are answered, and how that is judged and told. */
import { describe, expect, test } from 'vitest';
import { runScenario } from '../../src/scenarios/run.js';
import { scenario } from '../../src/scenarios/scenario.js';
import type { ScenarioInput } from '../../src/scenarios/schema.js';

const cluster = {
  name: 'C',
  servers: ['A', { name: 'B', boot: '5s' }],
  groups: [{ name: 'G', servers: ['A', 'B'] }],
} satisfies ScenarioInput['cluster'];

function run(...steps: ScenarioInput['steps']) {
  return runFor(undefined, ...steps);
}

async function runFor(duration: string | undefined, ...steps: ScenarioInput['steps']) {
  const parts = { name: 'x', cluster, machines: ['Lone'], duration };
  const whole = scenario({ ...parts, steps: [{ start: 'cluster' }, ...steps] });
  const { ok, failures, lines, hash } = await runScenario(whole);
  const said = lines.flatMap((line) => (line.kind === 'expect' ? [`${line.t / 1e6}s ${line.ok} ${line.text}`] : []));
  return { ok, failures: failures.map(({ text }) => text), lines, said, hash };
}

const status = { on: 'B', api: 'armapi4', function: 'ArmGetGroupStatus' } as const;

describe('call', () => {
  test('says what was answered; the application has initialised the API by itself', async () => {
    const { ok, said, lines } = await run(
      {
        at: '60s',
        call: {
          ...status,
          args: { lpszGroupName: 'G' },
          result: { lpArmGroupStatus: { dwStatus: 'ARM_GROUP_STATUS_ONLINE', szCurrentServer: 'A' } },
        },
      },
      { call: { ...status, args: { lpszGroupName: 'H' }, error: 'ARMERR_GROUP_NOT_FOUND' } },
      { call: { ...status, on: 'Lone', args: { lpszGroupName: 'H' }, error: 'ARMERR_NOT_CLUSTER_MEMBER' } },
    );
    expect(said).toEqual([
      '60s true ArmGetGroupStatus on B answered TRUE',
      '60s true ArmGetGroupStatus on B failed with ARMERR_GROUP_NOT_FOUND: C has no group "H"',
      '60s true ArmGetGroupStatus on Lone failed with ARMERR_NOT_CLUSTER_MEMBER: Lone is registered in no cluster',
    ]);
    expect(ok).toBe(true);
    const steps = lines.flatMap((line) => (line.kind === 'step' && line.step === 'call' ? [line] : []));
    expect(steps[0]).toMatchObject({ target: 'ArmGetGroupStatus', on: 'B' });
  });

  test('fails a run with what was found instead', async () => {
    const { ok, failures } = await run(
      {
        at: '60s',
        call: { ...status, args: { lpszGroupName: 'G' }, result: { lpArmGroupStatus: { szCurrentServer: 'B' } } },
      },
      { call: { ...status, args: { lpszGroupName: 'H' } } },
      { call: { ...status, args: { lpszGroupName: 'G' }, error: 'ARMERR_GROUP_NOT_FOUND' } },
      { call: { ...status, args: { lpszGroupName: 'G' }, result: false } },
    );
    expect(ok).toBe(false);
    expect(failures).toEqual([
      'ArmGetGroupStatus on B: expected lpArmGroupStatus.szCurrentServer to be "B", found "A"',
      'ArmGetGroupStatus on B: expected TRUE, failed with ARMERR_GROUP_NOT_FOUND: C has no group "H"',
      'ArmGetGroupStatus on B: expected ARMERR_GROUP_NOT_FOUND, answered TRUE',
      'ArmGetGroupStatus on B: expected an error, answered TRUE',
    ]);
  });

  test('takes its time, while steps with `at` go on', async () => {
    const initialise = { on: 'B', api: 'armapi4', function: 'ArmInitializeApi', args: { dwTimeout: 60 } } as const;
    const { ok, said } = await run(
      { at: '1s', call: initialise },
      { at: '2s', expect: { server: 'B', status: ['STOPPED'] } },
    );
    expect(said.map((text) => text.split(' ').slice(0, 3).join(' '))).toEqual([
      '2s true server',
      '5s true ArmInitializeApi',
    ]);
    expect(ok).toBe(true);
  });

  test('that is not answered any more, because the machine lost its power, fails', async () => {
    const initialise = { on: 'B', api: 'armapi4', function: 'ArmInitializeApi', args: { dwTimeout: 60 } } as const;
    const { failures } = await run({ at: '1s', call: initialise }, { at: '2s', crash: 'B' });
    expect(failures).toEqual(['ArmInitializeApi on B: B lost its power before the answer']);
    expect((await run({ at: '2s', crash: 'B' }, { call: initialise })).failures).toEqual([
      'ArmInitializeApi on B: B has no power: nothing can be started there.',
    ]);
  });

  test('that fails late is done, and what follows it is reached', async () => {
    const initialise = { on: 'B', api: 'armapi4', function: 'ArmInitializeApi', args: { dwTimeout: 2 } } as const;
    const { failures, lines } = await runFor('1m', { at: '1s', call: initialise }, { after: '1s', crash: 'A' });
    expect(failures).toEqual([expect.stringMatching(/^ArmInitializeApi on B: expected TRUE, failed with /)]);
    expect(lines).toContainEqual(expect.objectContaining({ t: 4_000_000, step: 'crash', target: 'A' }));
  });

  test('that is not answered before the end of the run is cut off, and what follows it is not reached', async () => {
    const initialise = { on: 'B', api: 'armapi4', function: 'ArmInitializeApi', args: { dwTimeout: 60 } } as const;
    const { failures } = await runFor('3s', { at: '1s', call: initialise }, { crash: 'A' });
    expect(failures).toEqual([
      'ArmInitializeApi on B has not been answered',
      'crash was not reached: the run ends at 3s',
    ]);
  });

  test('leaves the same trace twice', async () => {
    const steps = [
      { at: '60s', call: { ...status, args: { lpszGroupName: 'G' } } },
      { after: '1s', crash: 'A' },
    ] as const;
    expect((await run(...steps)).hash).toBe((await run(...steps)).hash);
  });
});

describe('inject', () => {
  test('breaks as many calls as it says, each with a warning', async () => {
    const broken = { ...status, args: { lpszGroupName: 'G' }, error: 'ARMERR_COMM_ERROR' } as const;
    const { ok, lines } = await run(
      { at: '60s', inject: { on: 'B', function: 'ArmGetGroupStatus', error: 'ARMERR_COMM_ERROR', times: 2 } },
      { call: broken },
      { call: { ...broken, on: 'A', error: undefined } },
      { call: broken },
      { call: { ...status, args: { lpszGroupName: 'G' } } },
    );
    expect(ok).toBe(true);
    expect(lines.filter(({ kind }) => kind === 'warning').map((line) => ('text' in line ? line.text : ''))).toEqual([
      'B: ArmGetGroupStatus fails with ARMERR_COMM_ERROR, as injected',
      'B: ArmGetGroupStatus fails with ARMERR_COMM_ERROR, as injected',
    ]);
  });
});

describe('the client API', () => {
  const clients = [{ name: 'PC', popups: 'english' }] satisfies ScenarioInput['clients'];
  const named = {
    ...cluster,
    servers: ['A', { name: 'B', ip: '10.0.0.200' }],
    groups: [
      {
        name: 'G',
        servers: ['B', 'A'],
        resources: [
          { name: 'ip', type: 'vip', address: '10.9.0.200' },
          { name: 'vc', type: 'vcom', computerName: 'VC' },
        ],
        logicalServices: ['sales'],
      },
    ],
  } satisfies ScenarioInput['cluster'];

  async function client(...steps: ScenarioInput['steps']) {
    const head = { name: 'x', cluster: named, clients, machines: ['Lone'] };
    const whole = scenario({
      ...head,
      steps: [{ start: 'cluster' }, { at: '60s', expect: { group: 'G', state: 'ONLINE' } }, ...steps],
    });
    const { failures, lines } = await runScenario(whole);
    const said = lines.flatMap((line) => (line.kind === 'expect' && line.ok ? [line.text] : []));
    return { failures: failures.map(({ text }) => text), said: said.slice(1) };
  }

  test.each(['armcl2', 'armcl2vb'])('%s answers on clients, servers and machines of no cluster', async (api) => {
    const group = { lpszClusterName: 'C', lpszGroupName: 'G' };
    const steps: ScenarioInput['steps'] = [
      { call: { on: 'PC', api, function: 'ArmClientGetIPAddr', args: group, result: { lpdwIPAddr: '10.0.0.200' } } },
      {
        call: {
          on: 'PC',
          api,
          function: 'ArmClientGetComputerName',
          args: group,
          result: { lpszComputerName: 'B', lpcchComputerName: 1 },
        },
      },
      {
        call: {
          on: 'PC',
          api,
          function: 'ArmClientGetGroupFromVirtualIP',
          args: { dwVirtualIP: '10.9.0.200' },
          result: { lpszClusterName: 'C', lpszGroupName: 'G' },
        },
      },
      {
        call: {
          on: 'PC',
          api,
          function: 'ArmClientEnumVirtualIP',
          args: { lpszClusterName: null, lpszGroupName: null },
          result: { EnumVirtualIPProc: [['C', 'G', '10.9.0.200']] },
        },
      },
      {
        call: {
          on: 'A',
          api,
          function: 'ArmClientEnumServer',
          args: { lpszClusterName: 'ARMCLAPI_LOCAL_CLUSTER' },
          result: {
            EnumServerProc: [
              ['C', 'A'],
              ['C', 'B'],
            ],
          },
        },
      },
      {
        call: {
          on: 'Lone',
          api,
          function: 'ArmClientCheckClusterServer',
          result: { lpdwHostType: 'ARMCLAPI_HOSTTYPE_IS_NONE' },
        },
      },
      {
        call: { on: 'PC', api, function: 'ArmClientGetServerName', error: 'ARMCLAPI_ERR_NOT_CLUSTER_SERVER' },
      },
      {
        call: {
          on: 'PC',
          api,
          function: 'ArmClientGetComputerName',
          args: { ...group, lpszComputerName: 1 },
          error: 'ARMCLAPI_ERR_BUFFER_TOO_SMALL',
        },
      },
    ];
    const { failures, said } = await client(...steps);
    expect(failures).toEqual([]);
    expect(said).toHaveLength(steps.length);
  });

  test.each(['armcl2', 'armcl2vb'])('%s: watches go by names, and without one the last is meant', async (api) => {
    const [start, cancel] = ['ArmClientStartWatchFailoverEx', 'ArmClientCancelWatchFailoverEx'];
    const args = { lpszClusterName: 'C', lpszGroupName: 'G' };
    const running = { lpdwStatusEx: 'ARMCLAPI_GROUP_STATUS_RUNNING' };
    const { failures } = await client(
      { call: { on: 'PC', api, function: start, args: { ...args, lpdwWatchId: 'one' }, result: running } },
      { call: { on: 'PC', api, function: start, args, result: { lpdwWatchId: 2 } } },
      { call: { on: 'PC', api, function: cancel, args: { dwWatchId: 'one' } } },
      { call: { on: 'PC', api, function: cancel } },
      { call: { on: 'PC', api, function: cancel, error: 'ARMCLAPI_ERR_INVALID_ID' } },
      { call: { on: 'PC', api, function: 'ArmClientTerminateApiEx' } },
      { call: { on: 'PC', api, function: cancel, error: 'ARMCLAPI_ERR_NOT_INITIALIZED' } },
    );
    expect(failures).toEqual([]);
  });

  test.each(['armcl2', 'armcl2vb'])('%s: a scenario may initialise the API itself', async (api) => {
    const status = { on: 'PC', api, function: 'ArmClientCheckClusterServer' } as const;
    const { failures } = await client(
      { call: { ...status, error: 'ARMCLAPI_ERR_NOT_INITIALIZED' } },
      { call: { on: 'PC', api, function: 'ArmClientInitializeApiEx' } },
      { call: status },
    );
    expect(failures).toEqual([]);
  });

  test('what is found is told by the names of the parameters', async () => {
    const { failures } = await client({
      call: {
        on: 'PC',
        api: 'armcl2',
        function: 'ArmClientGetIPAddr',
        args: { lpszClusterName: 'C', lpszGroupName: 'G' },
        result: { lpdwIPAddr: '10.0.0.1' },
      },
    });
    expect(failures).toEqual(['ArmClientGetIPAddr on PC: expected lpdwIPAddr to be "10.0.0.1", found 3355443210']);
  });
});
