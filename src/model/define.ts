/**
 * From what a user wrote to a cluster definition that everything else can trust.
 *
 * The whole input is checked before anything runs, and every mistake is reported with its place and its remedy, so
 * that a file is put right in one go. Defaults are filled in here and nowhere else; the result is frozen, because the
 * engine, the facades and the reports all hold the same one.
 */
import { Addresses } from './addresses.js';
import { Checker, shown, UniqueNames, type Fields, type Path } from './check.js';
import { readGroup } from './define-group.js';
import type {
  ClusterDefinition,
  ClusterInput,
  Edition,
  GroupDefinition,
  PartitionPolicy,
  ServerDefinition,
} from './definition.js';
import { SERVERS_MAX, type ClusterName, type NetworkName, type ServerName } from './ids.js';
import * as limits from './limits.js';
import { err, ok, type Problem, type Result } from './result.js';
import { formatDuration, micros, type Micros } from './time.js';
import { PRODUCT_VERSIONS, serversMaxOf } from './versions.js';

export { warningsOf } from './warnings.js';

const CLUSTER_KEYS = [
  'name',
  'heartbeat',
  'startupWait',
  'autoReturn',
  'partition',
  'errata',
  'productVersion',
  'edition',
  'fence',
  'parallelGroups',
  'faultLimit',
  'interconnects',
  'publicLans',
  'servers',
  'groups',
];

/**
 * Checks a cluster and fills in its defaults. Never throws, whatever it is given at run time; answers every problem
 * that it finds, in the order of reading.
 *
 * @param at where the cluster stands in what the user wrote; each problem's `where` starts with it
 * @param taken addresses of others in the same world: servers without an address get none of these, and no address of
 *   the cluster may be one of them
 */
export function defineCluster(
  input: ClusterInput,
  at: readonly (string | number)[] = [],
  taken: readonly string[] = [],
): Result<ClusterDefinition, Problem[]> {
  const check = new Checker();
  const definition = readCluster(check, input, at, taken);
  if (definition === undefined || check.problems.length > 0) return err(check.problems);
  deepFreeze(definition);
  return ok(definition);
}

function readCluster(
  check: Checker,
  input: unknown,
  at: Path,
  taken: readonly string[],
): ClusterDefinition | undefined {
  const fields = check.fields(input, at, 'A cluster', CLUSTER_KEYS);
  if (fields === undefined) return undefined;
  const name = check.name(fields.get('name'), [...at, 'name'], 'The name of a cluster');
  const timing = readTiming(check, fields, at);
  const product = readProduct(check, fields, at);
  const networkNames = new UniqueNames(check, 'a network');
  const interconnects = readNetworks(check, networkNames, fields, at, 'interconnects', 'lan0');
  const publicLans = readNetworks(check, networkNames, fields, at, 'publicLans', 'public0');
  const addresses = new Addresses(check);
  for (const address of taken) addresses.reserve(address);
  const servers = readServers(check, addresses, fields.get('servers'), [...at, 'servers'], product.serversMax);
  const partition = readPartition(check, fields.get('partition'), [...at, 'partition'], servers);
  const groups = readGroups(check, addresses, servers, fields.get('groups'), [...at, 'groups']);
  const ips = addresses.fill(servers.map((server) => server.ip));
  return {
    name: (name ?? '') as ClusterName,
    ...timing,
    autoReturn: check.flag(fields, 'autoReturn', at, true),
    partition,
    errata: check.oneOf(fields, 'errata', at, ['printed', 'corrected'], 'printed'),
    productVersion: product.productVersion,
    edition: product.edition,
    fenceUs: readFence(check, fields, at, timing.heartbeatTimeoutUs),
    parallelGroups: check.whole(fields, 'parallelGroups', at, 1, limits.PARALLEL_GROUPS_MAX, 1),
    faultLimit: check.whole(fields, 'faultLimit', at, 0, limits.FAULT_LIMIT_MAX, 3),
    interconnects,
    publicLans,
    servers: servers.map((server, i): ServerDefinition => ({
      name: (server.name ?? '') as ServerName,
      ip: ips[i],
      bootUs: server.bootUs,
    })),
    groups,
  };
}

interface Timing {
  readonly heartbeatIntervalUs: Micros;
  readonly heartbeatTimeoutUs: Micros;
  readonly startupWaitUs: Micros;
}

function readTiming(check: Checker, fields: Fields, at: Path): Timing {
  const beatAt = [...at, 'heartbeat'];
  const before = check.problems.length;
  const written = fields.has('heartbeat') ? fields.get('heartbeat') : {};
  const beat = check.fields(written, beatAt, 'heartbeat', ['interval', 'timeout']) ?? new Map<string, unknown>();
  const [min, max] = [limits.TIMER_US_MIN, limits.DURATION_US_MAX];
  const interval = check.duration(beat, 'interval', beatAt, min, max, micros(3_000_000));
  const timeout = check.duration(beat, 'timeout', beatAt, min, max, micros(30_000_000));
  if (check.problems.length === before && timeout < 2 * interval) {
    const what = `A timeout of ${formatDuration(timeout)} is too short for an interval of ${formatDuration(interval)}.`;
    const fix = 'Make the timeout at least twice the interval, or one late heartbeat looks like a dead server.';
    check.report('OUT_OF_RANGE', [...beatAt, beat.has('timeout') ? 'timeout' : 'interval'], what, fix);
  }
  return {
    heartbeatIntervalUs: interval,
    heartbeatTimeoutUs: timeout,
    startupWaitUs: check.duration(fields, 'startupWait', at, micros(0), max, micros(300_000_000)),
  };
}

/** Reads version and edition; answers how many servers such a product takes. */
function readProduct(check: Checker, fields: Fields, at: Path) {
  const before = check.problems.length;
  const written = fields.get('productVersion');
  const where = [...at, 'productVersion'];
  let productVersion: string = '7.0';
  if (written === '5.1') {
    const what = '5.1 is a development kit, not a product version (section 2.5.1).';
    check.report('UNKNOWN_VALUE', where, what, 'Write "6.0": that product came with kit 5.1.');
  } else if (typeof written === 'number') {
    const fix = `Write it in quotes: one of ${PRODUCT_VERSIONS.map((version) => shown(version)).join(', ')}.`;
    check.report('WRONG_TYPE', where, `productVersion cannot be the number ${shown(written)}.`, fix);
  } else {
    productVersion = check.oneOf(fields, 'productVersion', at, PRODUCT_VERSIONS, '7.0');
  }
  const edition: Edition = check.oneOf(fields, 'edition', at, ['enterprise', 'standard', 'lite'], 'enterprise');
  const known = check.problems.length === before;
  return { productVersion, edition, serversMax: known ? serversMaxOf(productVersion, edition) : SERVERS_MAX };
}

function readNetworks(
  check: Checker,
  names: UniqueNames,
  fields: Fields,
  at: Path,
  key: 'interconnects' | 'publicLans',
  fallback: string,
): NetworkName[] {
  const value = fields.has(key) ? fields.get(key) : [fallback];
  const networks: NetworkName[] = [];
  check.someItems(value, [...at, key], `The list ${key}`, limits.NETWORKS_MAX).forEach((item, i) => {
    const where = [...at, key, i];
    const name = check.text(item, where, 'The name of a network', limits.NETWORK_NAME_LENGTH_MAX, 'BAD_NAME');
    if (name === undefined) return;
    names.claim(name, where);
    networks.push(name as NetworkName);
  });
  return networks;
}

/** So many servers are read before the list is given up: references to surplus ones are no further mistakes. */
const SERVERS_READ_MAX = 256;

/** A server while its cluster is read: the address may still be missing. */
interface ServerDraft {
  readonly name: string | undefined;
  readonly ip: string | undefined;
  readonly bootUs: Micros;
}

function readServers(
  check: Checker,
  addresses: Addresses,
  value: unknown,
  at: Path,
  serversMax: number,
): ServerDraft[] {
  if (value === undefined) {
    check.report('MISSING_KEY', at, 'The cluster has no servers.', `List 1 to ${serversMax} servers.`);
    return [];
  }
  const names = new UniqueNames(check, 'a server');
  const items = check.someItems(value, at, 'The list of servers', SERVERS_READ_MAX, 'TOO_MANY_SERVERS');
  if (items.length > serversMax) {
    const what = `There are ${items.length} servers, more than this product version and edition takes (section 5.2.1).`;
    const fix = `List at most ${serversMax} servers, or choose another productVersion or edition.`;
    check.report('TOO_MANY_SERVERS', at, what, serversMax < SERVERS_MAX ? fix : `List at most ${SERVERS_MAX} servers.`);
  }
  return items.map((item, i) => readServer(check, addresses, names, item, [...at, i]));
}

function readServer(check: Checker, addresses: Addresses, names: UniqueNames, value: unknown, at: Path): ServerDraft {
  const short = typeof value === 'string';
  const fields = short
    ? new Map<string, unknown>([['name', value]])
    : check.fields(value, at, 'A server', ['name', 'ip', 'boot']);
  if (fields === undefined) return { name: undefined, ip: undefined, bootUs: micros(0) };
  const nameAt = short ? at : [...at, 'name'];
  const name = check.name(fields.get('name'), nameAt, 'The name of a server');
  if (name !== undefined) names.claim(name, nameAt);
  const ip = fields.get('ip');
  return {
    name,
    ip: ip === undefined ? undefined : addresses.claim(ip, [...at, 'ip'], `server ${shown(name)}`),
    bootUs: check.duration(fields, 'boot', at, micros(0), limits.DURATION_US_MAX, micros(0)),
  };
}

function readPartition(check: Checker, value: unknown, at: Path, servers: readonly ServerDraft[]): PartitionPolicy {
  const none: PartitionPolicy = { kind: 'none' };
  if (value === undefined || value === 'none') return none;
  if (value === 'majority') return { kind: 'majority' };
  if (typeof value !== 'object' || value === null) {
    const code = typeof value === 'string' ? 'UNKNOWN_VALUE' : 'WRONG_TYPE';
    check.report(code, at, `partition cannot be ${shown(value)}.`, 'Write none, majority or { ping: NAME }.');
    return none;
  }
  const fields = check.fields(value, at, 'partition', ['ping']);
  if (fields === undefined) return none;
  const where = [...at, 'ping'];
  const witness = check.name(fields.get('ping'), where, 'The name of the witness');
  if (witness === undefined) return none;
  if (servers.some((server) => server.name?.toLowerCase() === witness.toLowerCase())) {
    const what = `The witness ${shown(witness)} is one of the servers.`;
    check.report('DUPLICATE_NAME', where, what, 'Name a machine outside the cluster: it decides between the servers.');
  }
  return { kind: 'ping', witness };
}

function readFence(check: Checker, fields: Fields, at: Path, timeout: Micros): Micros {
  const fence = check.duration(fields, 'fence', at, limits.TIMER_US_MIN, limits.DURATION_US_MAX, timeout);
  const partition = fields.get('partition');
  if (fields.has('fence') && (partition === undefined || partition === 'none')) {
    const what = 'fence means nothing while partition is none: no side of the cluster has to give way.';
    check.report('NOT_APPLICABLE', [...at, 'fence'], what, 'Leave it out, or set partition to majority or ping.');
  }
  return fence;
}

function readGroups(
  check: Checker,
  addresses: Addresses,
  servers: readonly ServerDraft[],
  value: unknown,
  at: Path,
): GroupDefinition[] {
  if (value === undefined) return [];
  const computerNames = new UniqueNames(check, 'a computer');
  for (const { name } of servers) if (name !== undefined) computerNames.reserve(name);
  const context = {
    check,
    servers: servers.map((server) => server.name),
    groupNames: new UniqueNames(check, 'a group'),
    resourceNames: new UniqueNames(check, 'a resource'),
    computerNames,
    addresses,
    services: 0,
  };
  return check
    .items(value, at, 'The list of groups', limits.GROUPS_MAX)
    .map((item, i) => readGroup(context, item, [...at, i]))
    .filter((group) => group !== undefined);
}

/** Freezes a tree of plain objects and lists. */
function deepFreeze(value: object): void {
  for (const inner of Object.values(value) as unknown[]) {
    if (typeof inner === 'object' && inner !== null) deepFreeze(inner);
  }
  Object.freeze(value);
}
