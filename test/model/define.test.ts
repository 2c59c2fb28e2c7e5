/** Each rule of a cluster definition from both sides: what is refused, with which code and where; what just passes. */
import { describe, expect, it } from 'vitest';
import { defineCluster, warningsOf } from '../../src/model/define.js';
import type { ClusterDefinition, ClusterInput } from '../../src/model/definition.js';
import type { Problem } from '../../src/model/result.js';

type Anything = Record<string, unknown>;

/** A cluster with something of everything; each call makes a new one. */
function base(): Anything {
  return {
    name: 'CLUSTER1',
    servers: ['ServerA', { name: 'ServerB', ip: '10.0.0.2' }],
    groups: [
      {
        name: 'Group1',
        servers: ['ServerA', 'ServerB'],
        resources: [
          { name: 'disk1', type: 'swdisk', drive: 'S:' },
          { name: 'vip1', type: 'vip', address: '10.0.0.100' },
          { name: 'mirror1', type: 'ndr', drives: ['M:', 'N:'] },
          { name: 'vcom1', type: 'vcom', computerName: 'VIRTUAL' },
          {
            name: 'print1',
            type: 'printer',
            printer: { name: 'Laser', port: 'LPT1:', share: 'laser', spool: 'S:\\spool' },
          },
          { name: 'line1', type: 'lsw', line: { device: 'LSW1', port: 'COM1', unit: 0, line: 1 } },
          { name: 'script1', type: 'script', script: { start: 'start.bat', stop: 'stop.bat' } },
          { name: 'shared1', type: 'shdisk', drive: 'P01' },
        ],
        logicalServices: ['SQL'],
        registryKeys: ['HKEY_LOCAL_MACHINE\\SOFTWARE\\App'],
      },
      { name: 'Group2', servers: ['ServerB'] },
    ],
  };
}

/** The base with one value set; an undefined value takes the key away. */
function withValue(path: readonly (string | number)[], value: unknown): unknown {
  const root: unknown = base();
  let place = root as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) {
    place[key] ??= {};
    place = place[key] as Record<string | number, unknown>;
  }
  place[path[path.length - 1]] = value;
  return root;
}

function define(input: unknown, at?: (string | number)[], taken?: string[]): ClusterDefinition {
  const result = defineCluster(input as ClusterInput, at, taken);
  if (!result.ok) throw new Error(JSON.stringify(result.error, null, 1));
  return result.value;
}

function problems(input: unknown, at?: (string | number)[], taken?: string[]): Problem[] {
  const result = defineCluster(input as ClusterInput, at, taken);
  return result.ok ? [] : result.error;
}

const R = ['groups', 0, 'resources'];
const disk = [...R, 0];
const vip = [...R, 1];
const mirror = [...R, 2];
const vcom = [...R, 3];
const printer = [...R, 4, 'printer'];
const line = [...R, 5, 'line'];
const script = [...R, 6, 'script'];
const shared = [...R, 7];

const manyServers = (count: number) => Array.from({ length: count }, (_, i) => `Server${i}`);
const manyGroups = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ name: `G${i}`, servers: ['ServerA'] }));
const manyResources = (count: number) => Array.from({ length: count }, (_, i) => ({ name: `r${i}`, type: 'script' }));
const manyNames = (count: number) => Array.from({ length: count }, (_, i) => `n${i}`);

/** Path, wrong value, code, and where the problem is found if not at the path itself. */
const REFUSED: readonly [(string | number)[], unknown, string, (string | number)[]?][] = [
  [['name'], undefined, 'MISSING_KEY'],
  [['name'], '', 'BAD_NAME'],
  [['name'], 'A cluster', 'BAD_NAME'],
  [['name'], 'A234567890123456', 'BAD_NAME'],
  [['name'], 'CLUSTER1\n', 'BAD_NAME'],
  [['name'], 7, 'WRONG_TYPE'],
  [['nmae'], 'x', 'UNKNOWN_KEY'],
  [['servers'], undefined, 'MISSING_KEY'],
  [['servers'], [], 'EMPTY_LIST'],
  [['servers'], 'ServerA', 'WRONG_TYPE'],
  [['servers', 2], 'Server C', 'BAD_NAME'],
  [['servers', 0], null, 'WRONG_TYPE'],
  [['servers', 2], 'ServerB', 'DUPLICATE_NAME'],
  [['servers', 2], 'SERVERB', 'DUPLICATE_NAME'],
  [['servers', 2], { name: 'serverb' }, 'DUPLICATE_NAME', ['servers', 2, 'name']],
  [['servers', 2], { ip: '10.0.0.9' }, 'MISSING_KEY', ['servers', 2, 'name']],
  [['servers', 1, 'ip'], '10.0.0.256', 'BAD_ADDRESS'],
  [['servers', 1, 'ip'], '10.0.0', 'BAD_ADDRESS'],
  [['servers', 1, 'ip'], '10.0.0.02', 'BAD_ADDRESS'],
  [['servers', 1, 'ip'], '0.0.0.0', 'BAD_ADDRESS'],
  [['servers', 1, 'ip'], 167772162, 'WRONG_TYPE'],
  [['servers', 2], { name: 'ServerC', ip: '10.0.0.2' }, 'DUPLICATE_ADDRESS', ['servers', 2, 'ip']],
  [['servers', 1, 'boot'], '3', 'BAD_DURATION'],
  [['servers', 1, 'boot'], '24h1us', 'OUT_OF_RANGE'],
  [['servers', 1, 'port'], 1, 'UNKNOWN_KEY'],
  [['heartbeat'], null, 'WRONG_TYPE'],
  [['heartbeat', 'interval'], '999us', 'OUT_OF_RANGE'],
  [['heartbeat', 'interval'], 3, 'BAD_DURATION'],
  [['heartbeat', 'interval'], '15001ms', 'OUT_OF_RANGE'],
  [['heartbeat', 'timeout'], '5999ms', 'OUT_OF_RANGE'],
  [['heartbeat', 'timeout'], '25h', 'OUT_OF_RANGE'],
  [['heartbeat', 'intervall'], '3s', 'UNKNOWN_KEY'],
  [['startupWait'], '-1s', 'BAD_DURATION'],
  [['startupWait'], '1441m', 'OUT_OF_RANGE'],
  [['autoReturn'], 'yes', 'WRONG_TYPE'],
  [['partition'], 'majorty', 'UNKNOWN_VALUE'],
  [['partition'], 1, 'WRONG_TYPE'],
  [['partition'], ['ping'], 'WRONG_TYPE'],
  [['partition'], {}, 'MISSING_KEY', ['partition', 'ping']],
  [['partition'], { ping: 'a b' }, 'BAD_NAME', ['partition', 'ping']],
  [['partition'], { ping: 'servera' }, 'DUPLICATE_NAME', ['partition', 'ping']],
  [['partition'], { ping: 'W', pong: 'V' }, 'UNKNOWN_KEY', ['partition', 'pong']],
  [['errata'], 'fixed', 'UNKNOWN_VALUE'],
  [['productVersion'], '8.0', 'UNKNOWN_VALUE'],
  [['productVersion'], '5.1', 'UNKNOWN_VALUE'],
  [['productVersion'], 7, 'WRONG_TYPE'],
  [['edition'], 'Enterprise', 'UNKNOWN_VALUE'],
  [['fence'], '30s', 'NOT_APPLICABLE'],
  [['parallelGroups'], 0, 'OUT_OF_RANGE'],
  [['parallelGroups'], 257, 'OUT_OF_RANGE'],
  [['parallelGroups'], 1.5, 'OUT_OF_RANGE'],
  [['parallelGroups'], '1', 'WRONG_TYPE'],
  [['faultLimit'], -1, 'OUT_OF_RANGE'],
  [['faultLimit'], 1001, 'OUT_OF_RANGE'],
  [['faultLimit'], NaN, 'OUT_OF_RANGE'],
  [['interconnects'], [], 'EMPTY_LIST'],
  [['interconnects'], manyNames(17), 'TOO_MANY'],
  [['interconnects'], ['lan0', 'LAN0'], 'DUPLICATE_NAME', ['interconnects', 1]],
  [['interconnects'], ['a234567890123456'], 'BAD_NAME', ['interconnects', 0]],
  [['interconnects'], [''], 'BAD_NAME', ['interconnects', 0]],
  [['publicLans'], [], 'EMPTY_LIST'],
  [['publicLans'], ['lan0'], 'DUPLICATE_NAME', ['publicLans', 0]],
  [['publicLans'], 'public0', 'WRONG_TYPE'],
  [['groups'], {}, 'WRONG_TYPE'],
  [['groups'], manyGroups(257), 'TOO_MANY'],
  [['groups', 1], 'Group2', 'WRONG_TYPE'],
  [['groups', 1, 'name'], 'Group1', 'DUPLICATE_NAME'],
  [['groups', 1, 'name'], 'group1', 'DUPLICATE_NAME'],
  [['groups', 1, 'name'], 'Gruppe Zwei', 'BAD_NAME'],
  [['groups', 0, 'servers'], undefined, 'MISSING_KEY'],
  [['groups', 0, 'servers'], [], 'EMPTY_LIST'],
  [['groups', 0, 'servers', 1], 'ServerC', 'UNKNOWN_SERVER'],
  [['groups', 0, 'servers', 1], 'servera', 'UNKNOWN_SERVER'],
  [['groups', 0, 'servers', 1], 'ServerA', 'DUPLICATE_NAME'],
  [['groups', 0, 'servers', 1], 1, 'WRONG_TYPE'],
  [['groups', 0, 'startup'], 'never', 'UNKNOWN_VALUE'],
  [['groups', 0, 'failover'], true, 'WRONG_TYPE'],
  [['groups', 0, 'failback'], 'automatic', 'UNKNOWN_VALUE'],
  [['groups', 0, 'exclusion'], 'full', 'UNKNOWN_VALUE'],
  [['groups', 0, 'policy'], 'auto', 'UNKNOWN_KEY'],
  [['groups', 0, 'logicalServices', 1], 'sql', 'DUPLICATE_NAME'],
  [['groups', 0, 'logicalServices', 0], 's'.repeat(32), 'BAD_NAME'],
  [['groups', 0, 'logicalServices', 0], 'a\tb', 'BAD_NAME'],
  [['groups', 0, 'logicalServices'], manyNames(49), 'TOO_MANY'],
  [['groups', 1, 'logicalServices'], manyNames(48), 'TOO_MANY', ['groups', 1, 'logicalServices', 47]],
  [['groups', 0, 'registryKeys', 0], 'HKLM\\SOFTWARE', 'BAD_REGISTRY_KEY'],
  [['groups', 0, 'registryKeys', 0], 'hkey_users\\App', 'BAD_REGISTRY_KEY'],
  [['groups', 0, 'registryKeys', 0], 'HKEY_USERS', 'BAD_REGISTRY_KEY'],
  [['groups', 0, 'registryKeys', 0], 'HKEY_USERS\\', 'BAD_REGISTRY_KEY'],
  [['groups', 0, 'registryKeys', 0], 'HKEY_USERS\\a\\\\b', 'BAD_REGISTRY_KEY'],
  [['groups', 0, 'registryKeys', 0], `HKEY_USERS\\${'x'.repeat(256)}`, 'BAD_REGISTRY_KEY'],
  [['groups', 0, 'registryKeys', 0], 5, 'WRONG_TYPE'],
  [['groups', 0, 'registryKeys', 1], 'HKEY_LOCAL_MACHINE\\software\\app', 'DUPLICATE_NAME'],
  [R, manyResources(65), 'TOO_MANY'],
  [[...R, 0], [], 'WRONG_TYPE'],
  [[...disk, 'name'], undefined, 'MISSING_KEY'],
  [[...disk, 'name'], 'n'.repeat(32), 'BAD_NAME'],
  [[...disk, 'name'], 'bell\u0007', 'BAD_NAME'],
  [[...disk, 'name'], 'half \ud800', 'BAD_NAME'],
  [[...vip, 'name'], 'DISK1', 'DUPLICATE_NAME'],
  [
    ['groups', 1, 'resources'],
    [{ name: 'disk1', type: 'script' }],
    'DUPLICATE_NAME',
    ['groups', 1, 'resources', 0, 'name'],
  ],
  [[...disk, 'type'], undefined, 'MISSING_KEY'],
  [[...disk, 'type'], 'swdsk', 'UNKNOWN_VALUE'],
  [[...disk, 'activate'], '1', 'BAD_DURATION'],
  [[...disk, 'deactivate'], '24h1s', 'OUT_OF_RANGE'],
  [[...disk, 'timeout'], '0', 'OUT_OF_RANGE'],
  [[...disk, 'onFailure'], 'stop', 'UNKNOWN_VALUE'],
  [[...disk, 'drive'], 's:', 'BAD_DRIVE'],
  [[...disk, 'drive'], 'S', 'BAD_DRIVE'],
  [[...disk, 'drive'], 1, 'WRONG_TYPE'],
  [[...disk, 'address'], '10.0.0.9', 'FOREIGN_PARAMETER'],
  [[...vip, 'drive'], 'T:', 'FOREIGN_PARAMETER'],
  [[...vip, 'address'], '10.0.0.2', 'DUPLICATE_ADDRESS'],
  [[...vip, 'address'], '10.0.0.100.1', 'BAD_ADDRESS'],
  [[...R, 8], { name: 'hf1', type: 'hf', address: '10.0.0.100' }, 'DUPLICATE_ADDRESS', [...R, 8, 'address']],
  [[...mirror, 'drives'], [], 'EMPTY_LIST'],
  [[...mirror, 'drives', 1], 'M:', 'DUPLICATE_DRIVE'],
  [[...mirror, 'drives', 0], 'MN:', 'BAD_DRIVE'],
  [[...vcom, 'computerName'], 'v'.repeat(16), 'BAD_NAME'],
  [[...vcom, 'computerName'], 'SERVERA', 'DUPLICATE_NAME'],
  [[...printer, 'name'], 'p'.repeat(256), 'BAD_TEXT'],
  [[...printer, 'port'], 'p'.repeat(256), 'BAD_TEXT'],
  [[...printer, 'share'], '', 'BAD_TEXT'],
  [[...printer, 'spool'], 'p'.repeat(260), 'BAD_TEXT'],
  [[...printer, 'queue'], 'p', 'UNKNOWN_KEY'],
  [[...line, 'device'], 'd'.repeat(32), 'BAD_TEXT'],
  [[...line, 'port'], 'LPT1', 'BAD_PORT'],
  [[...line, 'port'], 1, 'WRONG_TYPE'],
  [[...line, 'unit'], 16, 'OUT_OF_RANGE'],
  [[...line, 'unit'], -1, 'OUT_OF_RANGE'],
  [[...line, 'line'], 0, 'OUT_OF_RANGE'],
  [[...line, 'line'], 5, 'OUT_OF_RANGE'],
  [[...script, 'start'], 's'.repeat(260), 'BAD_TEXT'],
  [[...shared, 'drive'], 'P001', 'BAD_NAME'],
];

describe('defineCluster refuses', () => {
  it.each(REFUSED)('%j = %j: %s', (path, value, code, where = path) => {
    const found = problems(withValue(path, value));
    expect(found.map((problem) => [problem.code, problem.where])).toEqual([[code, where]]);
    expect(found[0].what).toMatch(/^\S.*\.$/s);
    expect(found[0].fix).toMatch(/^\S.*[.?]$/s);
  });

  it.each([undefined, null, 5, 'x', [], () => 0, Symbol('s'), 5n])('%s instead of a cluster', (input) => {
    expect(problems(input, ['clusters', 3])).toEqual([
      expect.objectContaining({ code: 'WRONG_TYPE', where: ['clusters', 3] }),
    ]);
  });

  it('everything at once, with the prefix in front', () => {
    const input = { name: '', server: [], servers: ['A'], groups: [{ name: 'G', servers: ['B'] }] };
    const found = problems(input, ['clusters', 1]).map((problem) => problem.where.join('.'));
    expect(found).toEqual(['clusters.1.server', 'clusters.1.name', 'clusters.1.groups.0.servers.0']);
  });

  it('suggests what was probably meant', () => {
    const fixOf = (input: unknown): string => problems(input)[0].fix;
    expect(fixOf(withValue(['groups', 0, 'servers', 1], 'ServrB'))).toContain('Did you mean ServerB?');
    expect(fixOf(withValue(['hartbeat'], {}))).toContain('Did you mean heartbeat?');
    expect(fixOf(withValue([...disk, 'type'], 'swdsk'))).toContain('Did you mean swdisk?');
    expect(fixOf(withValue(['productVersion'], '5.1'))).toContain('6.0');
    expect(fixOf(withValue(['productVersion'], 7))).toContain('quotes');
  });

  it('a server over the limit of the version and edition (section 5.2.1)', () => {
    const cluster = (count: number, rest: Anything): Anything => ({ name: 'C', servers: manyServers(count), ...rest });
    const limits: [Anything, number][] = [
      [{}, 16],
      [{ productVersion: '7.0' }, 16],
      [{ productVersion: '5.0', edition: 'enterprise' }, 16],
      [{ edition: 'standard' }, 2],
      [{ edition: 'lite', productVersion: '6.0' }, 2],
      [{ productVersion: '4.2' }, 4],
      [{ productVersion: '4.0', edition: 'standard' }, 4],
      [{ productVersion: '3.0' }, 2],
    ];
    for (const [rest, limit] of limits) {
      expect(problems(cluster(limit, rest))).toEqual([]);
      expect(problems(cluster(1, rest))).toEqual([]);
      const found = problems(cluster(limit + 1, rest));
      expect(found).toEqual([expect.objectContaining({ code: 'TOO_MANY_SERVERS', where: ['servers'] })]);
      expect(found[0].fix).toContain(`${limit} servers`);
    }
    const surplus = { ...cluster(17, {}), groups: [{ name: 'G', servers: ['Server16'] }] };
    expect(problems(surplus).map((problem) => problem.code)).toEqual(['TOO_MANY_SERVERS']);
  });

  it('only what was written wrong: no mistakes that follow from another one', () => {
    expect(problems(withValue(['heartbeat', 'interval'], '1us')).length).toBe(1);
    const badServer = withValue(['servers', 0], 'Server 1') as { groups: { servers: string[] }[] };
    badServer.groups[0].servers[0] = 'Server 1';
    expect(problems(badServer).map((problem) => problem.where)).toEqual([['servers', 0]]);
    expect(problems({ ...base(), partition: 'quorum', fence: '5s' }).map((problem) => problem.code)).toEqual([
      'UNKNOWN_VALUE',
    ]);
  });
});

/** Values at the edge of what is right. */
const ACCEPTED: readonly [(string | number)[], unknown][] = [
  [['name'], 'A23456789-_2345'],
  [['servers', 1, 'ip'], '255.255.255.254'],
  [['servers', 1, 'boot'], '24h'],
  [['servers', 1, 'boot'], 0],
  [['servers', 1, 'boot'], undefined],
  [['heartbeat'], {}],
  [['heartbeat'], { interval: '1ms', timeout: '2ms' }],
  [['heartbeat', 'interval'], '15s'],
  [['heartbeat', 'timeout'], '6s'],
  [['startupWait'], '0'],
  [['partition'], 'none'],
  [['partition'], 'majority'],
  [['partition'], { ping: 'Witness' }],
  [['productVersion'], '4.1'],
  [['parallelGroups'], 256],
  [['faultLimit'], 0],
  [['faultLimit'], 1000],
  [['interconnects'], manyNames(16)],
  [['interconnects'], ['192.168.10.0/24']],
  [['groups'], []],
  [['groups'], manyGroups(256)],
  [['groups', 0, 'name'], 'ServerA'],
  [['groups', 0, 'logicalServices'], manyNames(48)],
  [['groups', 1, 'logicalServices'], ['SQL']],
  [['groups', 0, 'logicalServices', 0], 's'.repeat(31)],
  [['groups', 0, 'registryKeys', 0], `HKEY_CLASSES_ROOT\\${'x'.repeat(255)}`],
  [['groups', 1, 'registryKeys'], ['HKEY_CURRENT_USER\\a/b c']],
  [R, manyResources(64)],
  [R, []],
  [[...disk, 'name'], '日本語の名前 with blanks'],
  [[...disk, 'name'], 'n'.repeat(31)],
  [[...disk, 'activate'], '0'],
  [[...disk, 'timeout'], '1ms'],
  [[...disk, 'drive'], undefined],
  [[...vip, 'address'], undefined],
  [
    [...mirror, 'drives'],
    ['Z:', 'A:'],
  ],
  [[...vcom, 'computerName'], 'v'.repeat(15)],
  [printer, {}],
  [[...line, 'unit'], 15],
  [[...line, 'line'], 4],
  [[...line, 'port'], 'COM2'],
  [[...shared, 'drive'], 'x'],
];

describe('defineCluster accepts', () => {
  it.each(ACCEPTED)('%j = %j', (path, value) => {
    expect(problems(withValue(path, value))).toEqual([]);
  });

  it('fence together with majority or ping', () => {
    expect(define({ ...base(), partition: 'majority', fence: '1ms' }).fenceUs).toBe(1000);
    expect(define({ ...base(), partition: { ping: 'W' }, fence: '24h' }).partition).toEqual({
      kind: 'ping',
      witness: 'W',
    });
    expect(problems({ ...base(), partition: 'majority', fence: '999us' })[0].where).toEqual(['fence']);
  });
});

describe('defineCluster answers', () => {
  it('the defaults', () => {
    expect(define({ name: 'C', servers: ['A'], groups: [{ name: 'G', servers: ['A'] }] })).toEqual({
      name: 'C',
      heartbeatIntervalUs: 3_000_000,
      heartbeatTimeoutUs: 30_000_000,
      startupWaitUs: 300_000_000,
      autoReturn: true,
      partition: { kind: 'none' },
      errata: 'printed',
      productVersion: '7.0',
      edition: 'enterprise',
      fenceUs: 30_000_000,
      parallelGroups: 1,
      faultLimit: 3,
      interconnects: ['lan0'],
      publicLans: ['public0'],
      servers: [{ name: 'A', ip: '10.0.0.1', bootUs: 0 }],
      groups: [
        {
          name: 'G',
          servers: [0],
          startup: 'auto',
          failover: 'auto',
          failback: 'manual',
          exclusion: 'none',
          resources: [],
          logicalServices: [],
          registryKeys: [],
        },
      ],
    });
    expect(define({ name: 'C', servers: ['A'] }).groups).toEqual([]);
  });

  it('fence as long as the timeout, unless written', () => {
    expect(define({ ...base(), heartbeat: { timeout: '9s' } }).fenceUs).toBe(9_000_000);
  });

  it('resources with their defaults and only the parameters that were written', () => {
    const [group] = define(base()).groups;
    expect(group.servers).toEqual([0, 1]);
    expect(group.resources[0]).toEqual({
      name: 'disk1',
      type: 'swdisk',
      activateUs: 1_000_000,
      deactivateUs: 500_000,
      timeoutUs: 60_000_000,
      onFailure: 'degrade',
      parameters: { drive: 'S:' },
    });
    expect(group.resources.map((resource) => resource.parameters).slice(1)).toEqual([
      { address: '10.0.0.100' },
      { drives: ['M:', 'N:'] },
      { computerName: 'VIRTUAL' },
      { printer: { name: 'Laser', port: 'LPT1:', share: 'laser', spool: 'S:\\spool' } },
      { line: { device: 'LSW1', port: 'COM1', unit: 0, line: 1 } },
      { script: { start: 'start.bat', stop: 'stop.bat' } },
      { drive: 'P01' },
    ]);
  });

  it('addresses for servers that were given none, clear of all others', () => {
    const ips = (servers: unknown[], groups: unknown[] = [], taken: string[] = []): string[] =>
      define({ name: 'C', servers, groups }, [], taken).servers.map((server) => server.ip);
    expect(ips(['A', 'B', 'C'])).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.3']);
    expect(ips(['A', 'B', { name: 'C', ip: '10.0.0.1' }])).toEqual(['10.0.0.3', '10.0.0.2', '10.0.0.1']);
    const resources = [{ name: 'v', type: 'vip', address: '10.0.0.2' }];
    expect(ips(['A', 'B'], [{ name: 'G', servers: ['A'], resources }])).toEqual(['10.0.0.1', '10.0.0.3']);
    expect(ips(['A', 'B'], [], ['10.0.0.1', '10.0.0.2'])).toEqual(['10.0.0.3', '10.0.0.4']);
    const all = Array.from({ length: 254 }, (_, i) => `10.0.0.${i + 1}`);
    expect(ips(['A', 'B'], [], all)).toEqual(['10.0.1.1', '10.0.1.2']);
    const given = { name: 'C', servers: [{ name: 'A', ip: '10.0.0.9' }] };
    expect(problems(given, [], ['10.0.0.9'])[0]).toMatchObject({
      code: 'DUPLICATE_ADDRESS',
      where: ['servers', 0, 'ip'],
    });
  });

  it('nothing that shares anything with the input', () => {
    const input = base();
    const definition = define(input);
    const before = JSON.stringify(definition);
    (input.groups as { resources: Anything[] }[])[0].resources[2].drives = [];
    (input.groups as { resources: { drives: string[] }[] }[])[0].resources[2].drives.push('Q:');
    expect(JSON.stringify(definition)).toBe(before);
  });
});

describe('warningsOf', () => {
  it('is silent about an ordinary cluster', () => {
    expect(warningsOf(define(base()))).toEqual([]);
  });

  it('warns of majority with two servers, and only then', () => {
    const cluster = (count: number): Anything => ({ name: 'C', servers: manyServers(count), partition: 'majority' });
    expect(warningsOf(define(cluster(2)))).toEqual([expect.stringContaining('Server1 can never take over')]);
    expect(warningsOf(define(cluster(3)))).toEqual([]);
    expect(warningsOf(define(cluster(1)))).toEqual([]);
  });

  it('warns of resources that the version does not know (section 2.5.1)', () => {
    const warned = (productVersion: string, type: string): boolean => {
      const groups = [{ name: 'G', servers: ['A'], resources: [{ name: 'r', type }] }];
      const warnings = warningsOf(define({ name: 'C', servers: ['A'], productVersion, groups }));
      return warnings.some((warning) => warning.includes('does not know'));
    };
    const versions = ['3.0', '4.0', '4.1', '4.2', '5.0', '6.0', '7.0'];
    const known = (type: string): string[] => versions.filter((version) => !warned(version, type));
    expect(known('ndr')).toEqual(['4.1', '4.2', '5.0', '6.0', '7.0']);
    expect(known('vxdisk')).toEqual(['6.0', '7.0']);
    expect(known('hf')).toEqual(['5.0', '6.0']);
    expect(known('vcom')).toEqual(versions.slice(1));
    expect(known('swdisk')).toEqual(versions);
  });

  it('warns of missing addresses and of activations that outlast their timeout', () => {
    const resources = [
      { name: 'v', type: 'vip' },
      { name: 's', type: 'script', activate: '5s', timeout: '5s' },
    ];
    const warnings = warningsOf(
      define({ name: 'C', servers: ['A'], groups: [{ name: 'G', servers: ['A'], resources }] }),
    );
    expect(warnings).toEqual([
      expect.stringContaining('Group G, resource v: it has no address'),
      expect.stringContaining('Group G, resource s: it takes 5s to activate but is given up after 5s'),
    ]);
  });

  it('warns of an edition that the version did not have', () => {
    expect(warningsOf(define({ ...base(), productVersion: '4.2', edition: 'lite' }))).toEqual([
      expect.stringContaining('lite changes nothing'),
    ]);
  });
});
