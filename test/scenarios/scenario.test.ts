/**
 * From what a user wrote to a scenario: the whole contract is taken, defaults and addresses are filled in, every step
 * becomes the action it means, and the oddities are told.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scenarioJsonSchema } from '../../src/scenarios/jsonSchema.js';
import { BadInputError } from '../../src/scenarios/problems.js';
import { makeScenario, scenario, type Scenario } from '../../src/scenarios/scenario.js';
import { STEP_NAMES, type ScenarioInput } from '../../src/scenarios/schema.js';
import { parseYaml } from '../../src/scenarios/yamlFile.js';

/** The example of the contract, with every key. */
const EXAMPLE = String.raw`
name: primary goes down            # required
cluster:                           # or clusters: [ ... ]
  name: CLUSTER1
  heartbeat: { interval: 3s, timeout: 30s }
  startupWait: 5m
  autoReturn: true
  partition: { ping: Witness }     # none | majority | { ping: NAME }
  errata: printed                  # printed | corrected
  productVersion: "7.0"            # and edition: enterprise | standard | lite
  edition: enterprise
  fence: 30s                       # majority and ping only; default: the heartbeat timeout
  parallelGroups: 1
  faultLimit: 3
  interconnects: [lan0]
  publicLans: [public0]
  servers: [ServerA, { name: ServerB, ip: 10.0.0.2, boot: 0 }]
  groups:
    - name: Group1
      servers: [ServerA, ServerB]  # priority order
      startup: auto                # auto | manual
      failover: auto               # auto | manual
      failback: manual             # auto | manual
      exclusion: none              # none | normal | absolute
      resources:
        - { name: disk1, type: swdisk, drive: "S:", activate: 2s, deactivate: 1s, timeout: 60s, onFailure: degrade }
        - { name: vip1, type: vip, address: 10.0.0.100 }
        - { name: line1, type: lsw, line: { device: L1, port: COM1, unit: 0, line: 1 } }
      logicalServices: [SQL]
      registryKeys: ['HKEY_LOCAL_MACHINE\SOFTWARE\App']
machines: [{ name: Lone, ip: 10.0.2.1 }]
clients:
  - { name: Client1, clusters: [CLUSTER1], ip: 10.0.1.1, start: auto }
  - { name: Client2, interval: 2s, timeout: 20s, lanSwitch: 0, popups: english, productVersion: "6.0", start: manual }
steps:
  - { start: cluster }
  - { at: 60s, crash: ServerA }
  - { at: 2m, expect: { group: Group1, state: ONLINE, server: ServerB } }
duration: 3m
`;

function read(yaml: string): Scenario {
  const file = parseYaml(yaml);
  if ('problems' in file) throw new BadInputError(file.problems);
  const made = makeScenario(file.value, { file: 'x.yaml', place: file.place, written: file.written });
  if (!made.ok) throw new BadInputError(made.error);
  return made.value;
}

describe('the example of the contract', () => {
  const made = read(EXAMPLE);

  it('is a world', () => {
    expect(made.world.clusters).toHaveLength(1);
    expect(made.world.clusters[0]).toMatchObject({
      name: 'CLUSTER1',
      heartbeatIntervalUs: 3_000_000,
      heartbeatTimeoutUs: 30_000_000,
      partition: { kind: 'ping', witness: 'Witness' },
      servers: [
        { name: 'ServerA', ip: '10.0.0.1' },
        { name: 'ServerB', ip: '10.0.0.2', bootUs: 0 },
      ],
    });
    expect(made.world.machines).toEqual([{ name: 'Lone', ip: '10.0.2.1' }]);
    const common = { clusters: ['CLUSTER1'], lanSwitchUs: 1_000_000 };
    const own = { intervalUs: 2_000_000, timeoutUs: 20_000_000, lanSwitchUs: 0, popups: 'english' };
    expect(made.world.clients).toEqual([
      { name: 'Client1', ip: '10.0.1.1', ...common, start: 'auto' },
      { name: 'Client2', ip: '10.0.1.2', ...common, ...own, productVersion: '6.0', start: 'manual' },
    ]);
  });

  it('is a plan, each step with its place', () => {
    expect(made).toMatchObject({ name: 'primary goes down', file: 'x.yaml', durationUs: 180_000_000, warnings: [] });
    expect(made.steps.map(({ name, when, place }) => [name, when, place])).toEqual([
      ['start', { after: 0 }, { line: 36, column: 7 }],
      ['crash', { at: 60_000_000 }, { line: 37, column: 16 }],
      ['expect', { at: 120_000_000 }, { line: 38, column: 15 }],
    ]);
  });
});

const cluster = {
  name: 'C',
  partition: { ping: 'W' },
  servers: ['A', 'B'],
  groups: [
    {
      name: 'G',
      servers: ['A', 'B'],
      resources: [
        { name: 'd', type: 'swdisk', drive: 'S:' },
        { name: 'l', type: 'lsw' },
      ],
    },
  ],
} satisfies ScenarioInput['cluster'];

describe('steps', () => {
  const clients = [{ name: 'PC' }];
  const action = (step: ScenarioInput['steps'][number]): unknown => {
    const { does } = scenario({ name: 'x', cluster, clients, machines: ['M'], steps: [step] }).steps[0];
    return does.type === 'act' ? does.action : does.type === 'expect' ? does.expectation : does;
  };

  it('become the actions that they mean', () => {
    const cut = { from: 'A', to: 'PC', network: 'public0', oneWay: true };
    const expected: [ScenarioInput['steps'][number], object][] = [
      [{ start: 'cluster' }, { type: 'start', target: 'cluster' }],
      [{ start: 'C' }, { type: 'start', target: 'C' }],
      [{ start: 'M' }, { type: 'start', target: 'M' }],
      [{ shutdown: 'A' }, { type: 'shutdown', target: 'A' }],
      [{ crash: 'A' }, { type: 'crash', server: 'A' }],
      [{ hang: 'A' }, { type: 'hang', server: 'A' }],
      [{ resume: 'A' }, { type: 'resume', server: 'A' }],
      [{ restart: 'A' }, { type: 'restart', server: 'A' }],
      [{ return: 'A' }, { type: 'return', server: 'A' }],
      [{ maintenance: 'A' }, { type: 'maintenance', server: 'A' }],
      [{ startGroup: 'G' }, { type: 'startGroup', group: 'G' }],
      [{ startGroup: { group: 'C/G', on: 'B' } }, { type: 'startGroup', group: 'G', on: 'B' }],
      [{ startGroup: { group: 'G' } }, { type: 'startGroup', group: 'G' }],
      [{ stopGroup: 'G' }, { type: 'stopGroup', group: 'G' }],
      [{ moveGroup: { group: 'G', to: 'B' } }, { type: 'moveGroup', group: 'G', to: 'B' }],
      [{ failGroup: 'G' }, { type: 'failGroup', group: 'G' }],
      [{ failResource: 'd' }, { type: 'failResource', resource: 'd' }],
      [{ repairResource: { resource: 'd' } }, { type: 'repairResource', resource: 'd' }],
      [{ hangResource: { resource: 'd', on: 'A' } }, { type: 'hangResource', resource: 'd', on: 'A' }],
      [{ switchLine: { resource: 'l', to: 'B' } }, { type: 'switchLine', resource: 'l', to: 'B' }],
      [
        {
          partition: [
            ['A', 'PC'],
            ['B', 'W'],
          ],
        },
        {
          type: 'partition',
          sides: [
            ['A', 'PC'],
            ['B', 'W'],
          ],
        },
      ],
      [{ startClient: 'PC' }, { type: 'startClient', client: 'PC' }],
      [{ stopClient: 'PC' }, { type: 'stopClient', client: 'PC' }],
      [{ watch: { client: 'PC', group: 'C/G' } }, { type: 'watch', client: 'PC', group: 'G' }],
      [{ heal: 'all' }, { type: 'heal', what: 'all' }],
      [{ heal: [['A'], ['B']] }, { type: 'heal', what: [['A'], ['B']] }],
      [{ heal: cut }, { type: 'heal', what: cut }],
      [
        { link: { from: 'A', to: 'B', loss: 0.2, delay: '5ms', jitter: 0, duplicate: 0, corrupt: 1 } },
        { type: 'link', from: 'A', to: 'B', loss: 0.2, delay: '5ms', jitter: '0s', duplicate: 0, corrupt: 1 },
      ],
      [
        { expect: { group: 'G', state: 'ONLINE', within: '2s' } },
        { claims: [{ type: 'group', cluster: 'C', group: 'G', label: 'G', state: 'ONLINE' }], withinUs: 2_000_000 },
      ],
    ];
    const call = { on: 'A', api: 'armapi4', function: 'ArmGetGroupStatus', args: { lpszGroupName: 'G' } };
    expected.push(
      [
        { call },
        { type: 'call', call: { ...call, kit: undefined, charset: undefined, result: undefined, error: undefined } },
      ],
      [
        { inject: { on: 'M', function: 'armapi4.ArmGetGroupStatus', error: 'ARMERR_COMM_ERROR', times: 2 } },
        {
          type: 'inject',
          fault: { on: 'M', function: 'armapi4.ArmGetGroupStatus', error: 'ARMERR_COMM_ERROR', times: 2 },
        },
      ],
    );
    for (const [step, becomes] of expected) expect(action(step)).toEqual(becomes);
    const tested = new Set(expected.flatMap(([step]) => Object.keys(step)));
    expect([...tested].sort()).toEqual([...STEP_NAMES].sort());
  });

  it('may name clients where applications run', () => {
    expect(action({ inject: { on: 'PC', function: 'ArmGetGroupStatus', error: 'ARMERR_COMM_ERROR' } })).toMatchObject({
      type: 'inject',
      fault: { on: 'PC' },
    });
    expect(action({ call: { on: 'PC', api: 'armapi4', function: 'ArmGetClusterName' } })).toMatchObject({
      type: 'call',
      call: { on: 'PC' },
    });
  });

  it('may name a server that is not in the list of a group only where they are meant to be refused', () => {
    const three = { ...cluster, servers: ['A', 'B', 'D'] };
    const step = { moveGroup: { group: 'G', to: 'D' } };
    expect(() => scenario({ name: 'x', cluster: three, steps: [step] })).toThrow(
      'scenario: steps[0].moveGroup.to: D is not in the list of servers of G; name one of A, B',
    );
    expect(scenario({ name: 'x', cluster: three, steps: [{ ...step, refused: true }] }).steps[0].refused).toBe(true);
  });
});

describe('several clusters', () => {
  const both = ['C', 'D'].map((name) => ({
    name,
    servers: [`${name}1`, `${name}2`],
    groups: [
      { name: 'G', servers: [`${name}1`] },
      { name: `Only${name}`, servers: [`${name}1`] },
    ],
  }));

  it('have addresses that differ, also from those of machines and clients', () => {
    const made = scenario({
      name: 'x',
      clusters: [both[0], { ...both[1], servers: [{ name: 'D1', ip: '10.0.0.2' }, 'D2'] }],
      machines: ['M', { name: 'N', ip: '10.0.0.1' }],
      clients: [
        { name: 'P', ip: '10.0.1.1' },
        { name: 'Q', clusters: ['D'] },
      ],
      steps: [{ start: 'C' }],
    });
    const { clusters, machines, clients } = made.world;
    const ips = [...clusters.flatMap(({ servers }) => servers), ...machines, ...clients].map(({ ip }) => ip);
    expect(new Set(ips).size).toBe(8);
    expect(machines.map(({ ip }) => ip)).toEqual(['10.0.2.1', '10.0.0.1']);
    expect(clients).toEqual([
      { name: 'P', ip: '10.0.1.1', clusters: ['C', 'D'], lanSwitchUs: 1_000_000 },
      { name: 'Q', ip: '10.0.1.2', clusters: ['D'], lanSwitchUs: 1_000_000 },
    ]);
  });

  it('name a group with its cluster where both have it, and in actions only there', () => {
    const steps: ScenarioInput['steps'] = [{ stopGroup: 'D/G' }, { stopGroup: 'D/OnlyD' }, { stopGroup: 'OnlyC' }];
    const made = scenario({ name: 'x', clusters: both, steps });
    expect(made.steps.map(({ does }) => does)).toMatchObject(
      ['D/G', 'OnlyD', 'OnlyC'].map((group) => ({ action: { type: 'stopGroup', group } })),
    );
  });
});

describe('what is odd', () => {
  it('is told as a warning', () => {
    const made = scenario({
      name: 'x',
      cluster: { name: 'C', partition: 'majority', servers: ['A', 'B'] },
      steps: [{ crash: 'A' }],
    });
    expect(made.warnings).toEqual([
      expect.stringContaining('B can never take over from A'),
      'No step starts anything: every server stays switched off.',
    ]);
  });
});

describe('scenario()', () => {
  it('throws all problems at once, in the words of the command line', () => {
    const wrong = {
      name: 'x',
      cluster: { name: 'C', servers: ['A'] },
      steps: [{ crash: 'B' }, { at: '1s', hang: 'A' }, { at: 0, hang: 'C' }],
    };
    expect(() => scenario(wrong as ScenarioInput)).toThrow(
      [
        'scenario: steps[0].crash: there is no server or machine "B"; known are A',
        'scenario: steps[2].hang: "C" is a cluster, but a server or machine is needed; known are A',
        'scenario: steps[2].at: time goes back to 0s here; the step before is at 1s or later; write 1s or later, or move the step up',
      ].join('\n'),
    );
    expect(() => scenario(undefined as unknown as ScenarioInput)).toThrow(BadInputError);
  });

  it('takes a scenario that was made before, from another copy of the package too', () => {
    const made = scenario({ name: 'x', cluster, steps: [{ start: 'cluster' }] });
    const again = makeScenario(made, { file: 'x.ts' });
    expect(again).toMatchObject({ ok: true, value: { name: 'x', file: 'x.ts', world: made.world } });
  });

  it('does not change what it is given', () => {
    const input: ScenarioInput = { name: 'x', cluster, steps: [{ at: 0, start: 'cluster' }] };
    const before = JSON.stringify(input);
    scenario(input);
    expect(JSON.stringify(input)).toBe(before);
  });
});

describe('scenario.schema.json', () => {
  it('is that of src/scenarios/schema.ts (npm run build && node tools/write-schema.mjs)', () => {
    const path = join(import.meta.dirname, '..', '..', 'scenario.schema.json');
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(JSON.parse(JSON.stringify(scenarioJsonSchema())));
  });

  it('describes every key of a scenario, an expectation and a cluster', () => {
    const schema = scenarioJsonSchema() as { properties: object; $defs: { cluster: { properties: object } } };
    for (const [key, value] of [
      ...Object.entries(schema.properties),
      ...Object.entries(schema.$defs.cluster.properties),
    ]) {
      expect([key, (value as { description?: string }).description]).toEqual([key, expect.stringMatching(/\w/)]);
    }
  });
});
