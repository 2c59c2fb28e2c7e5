/**
 * From the clusters, machines and clients of a scenario to the world that a backend opens: definitions checked by the
 * model, addresses given out so that nobody has another's.
 */
import type { WorldDefinition } from '../cluster/world.js';
import { freeAddress, isAddress } from '../model/addresses.js';
import { defineCluster, warningsOf } from '../model/define.js';
import type { ClusterDefinition } from '../model/definition.js';
import { DURATION_US_MAX, NAME_PATTERN, TIMER_US_MIN } from '../model/limits.js';
import { nearest } from '../model/nearest.js';
import type { Problem } from '../model/result.js';
import { formatDuration, micros, parseDuration, type Micros } from '../model/time.js';
import { PRODUCT_VERSIONS } from '../model/versions.js';
import type { WrittenCluster } from './names.js';
import { suggestion } from './problems.js';
import type { CheckedScenario } from './schema.js';

type Path = Problem['where'];

/** The clusters as written; reports where there are none or two ways of writing them. */
export function clustersOf(scenario: CheckedScenario, report: (problem: Problem) => void): WrittenCluster[] {
  const { cluster, clusters } = scenario;
  if (cluster !== undefined && clusters !== undefined) {
    const what = 'both cluster and clusters are given';
    report({ code: 'NOT_APPLICABLE', where: ['clusters'], what, fix: 'put the cluster into the list' });
  }
  if (cluster !== undefined) return [{ cluster, at: ['cluster'] }];
  if (clusters !== undefined) return clusters.map((one, index) => ({ cluster: one, at: ['clusters', index] }));
  const fix = 'add cluster: { name: …, servers: […] }';
  report({ code: 'MISSING_KEY', where: ['cluster'], what: '"cluster" is missing in the scenario', fix });
  return [];
}

/** The world of a scenario and what is odd in it; every mistake is reported. */
export function defineWorld(
  written: readonly WrittenCluster[],
  scenario: CheckedScenario,
  report: (problem: Problem) => void,
): { world: WorldDefinition; warnings: string[] } {
  const hosts = [
    ...(scenario.machines ?? []).map((machine, index) => readHost(machine, ['machines', index], report)),
    ...(scenario.clients ?? []).map((client, index) => readHost(client, ['clients', index], report)),
  ];
  const taken = new Set(hosts.flatMap(({ ip }) => ip ?? []));
  reportRepeated(hosts, report);
  const clusters: ClusterDefinition[] = [];
  const fixed = written.map(({ cluster }) => fixedAddresses(cluster));
  for (const [index, { cluster, at }] of written.entries()) {
    // What later clusters have fixed must not be given out here; where both fixed it, the later one is told.
    const later = fixed.slice(index + 1).flatMap((ips) => ips.filter((ip) => !fixed[index].includes(ip)));
    const defined = defineCluster(cluster, at, [...taken, ...later]);
    if (defined.ok) clusters.push(defined.value);
    else defined.error.forEach(report);
    const ips = defined.ok ? defined.value.servers.map(({ ip }) => ip) : [];
    for (const ip of [...fixed[index], ...ips]) taken.add(ip);
  }
  const settings = (scenario.clients ?? []).map((client, index) => {
    const known = clusters.filter(({ name }) => client.clusters?.includes(name) ?? true);
    return readClient(client, ['clients', index], known, report);
  });
  const machineCount = scenario.machines?.length ?? 0;
  const named = clusters.map(({ name }) => name as string);
  return {
    world: {
      clusters,
      machines: hosts.slice(0, machineCount).map(({ name, ip }) => ({ name, ip: ip ?? freeAddress(2, taken) })),
      clients: hosts.slice(machineCount).map(({ name, ip }, index) => ({
        name,
        ip: ip ?? freeAddress(1, taken),
        clusters: scenario.clients?.[index].clusters ?? named,
        ...settings[index],
      })),
    },
    warnings: clusters.flatMap(warningsOf),
  };
}

type WrittenClient = NonNullable<CheckedScenario['clients']>[number];
type Settings = Omit<WorldDefinition['clients'][number], 'name' | 'ip' | 'clusters'>;

/** How long a client takes to change to another public LAN. */
const LAN_SWITCH = '1s';

/** What a client's own keys say; `clusters` are those that it knows. */
function readClient(
  written: WrittenClient,
  at: Path,
  clusters: readonly ClusterDefinition[],
  report: (problem: Problem) => void,
): Settings {
  const span = (key: 'interval' | 'timeout' | 'lanSwitch', text: string, min: Micros): Micros | undefined => {
    const us = parseDuration(text) ?? micros(0);
    if (us >= min && us <= DURATION_US_MAX) return us;
    const fix = `write a duration from ${formatDuration(min)} to ${formatDuration(DURATION_US_MAX)}`;
    report({ code: 'OUT_OF_RANGE', where: [...at, key], what: `${key} cannot be ${text}`, fix });
    return undefined;
  };
  const { interval, timeout, lanSwitch = LAN_SWITCH, popups, productVersion, start } = written;
  const settings = {
    lanSwitchUs: span('lanSwitch', lanSwitch, micros(0)),
    ...(interval !== undefined && { intervalUs: span('interval', interval, TIMER_US_MIN) }),
    ...(timeout !== undefined && { timeoutUs: span('timeout', timeout, TIMER_US_MIN) }),
    ...(popups !== undefined && { popups }),
    ...(productVersion !== undefined && { productVersion }),
    ...(start !== undefined && { start }),
  };
  checkPatience(settings, at, clusters, report);
  checkVersion(productVersion, [...at, 'productVersion'], report);
  return settings;
}

/** A client that gives up before it has asked twice would lose a cluster at every lost frame. */
function checkPatience(
  { intervalUs, timeoutUs }: Settings,
  at: Path,
  clusters: readonly ClusterDefinition[],
  report: (problem: Problem) => void,
): void {
  for (const { name, heartbeatIntervalUs, heartbeatTimeoutUs } of clusters) {
    const [interval, timeout] = [intervalUs ?? heartbeatIntervalUs, timeoutUs ?? heartbeatTimeoutUs];
    if (timeout >= 2 * interval) continue;
    const spans = `a timeout of ${formatDuration(timeout)} is too short for an interval of ${formatDuration(interval)}`;
    const what =
      intervalUs !== undefined && timeoutUs !== undefined ? spans : `${spans} (one of them is that of ${name})`;
    const fix = 'make the timeout at least twice the interval';
    report({ code: 'OUT_OF_RANGE', where: [...at, timeoutUs === undefined ? 'interval' : 'timeout'], what, fix });
    return;
  }
}

function checkVersion(version: string | undefined, where: Path, report: (problem: Problem) => void): void {
  if (version === undefined || (PRODUCT_VERSIONS as readonly string[]).includes(version)) return;
  const fix = suggestion(nearest(version, PRODUCT_VERSIONS), `known are ${PRODUCT_VERSIONS.join(', ')}`);
  report({ code: 'UNKNOWN_VALUE', where, what: `there is no product version ${JSON.stringify(version)}`, fix });
}

/** A machine or client, and where its address is written. */
interface Host {
  readonly name: string;
  readonly ip: string | undefined;
  readonly at: Path;
}

function readHost(written: string | { name: string; ip?: string }, at: Path, report: (problem: Problem) => void): Host {
  const { name, ip } = typeof written === 'string' ? { name: written, ip: undefined } : written;
  if (!NAME_PATTERN.test(name)) {
    const where = typeof written === 'string' ? at : [...at, 'name'];
    const fix = 'write 1 to 15 letters, digits, hyphens or underscores';
    report({ code: 'BAD_NAME', where, what: `the name of a machine cannot be ${JSON.stringify(name)}`, fix });
  }
  if (ip === undefined || isAddress(ip)) return { name, ip, at };
  const fix = 'write four numbers from 0 to 255, such as 10.0.1.1';
  report({ code: 'BAD_ADDRESS', where: [...at, 'ip'], what: `${JSON.stringify(ip)} is no address`, fix });
  return { name, ip: undefined, at };
}

function reportRepeated(hosts: readonly Host[], report: (problem: Problem) => void): void {
  const owners = new Map<string, string>();
  for (const { name, ip, at } of hosts) {
    if (ip === undefined) continue;
    const owner = owners.get(ip);
    if (owner === undefined) owners.set(ip, name);
    else {
      const what = `${ip} is already the address of ${owner}`;
      report({ code: 'DUPLICATE_ADDRESS', where: [...at, 'ip'], what, fix: 'give each its own address' });
    }
  }
}

/** The addresses that a cluster names itself, of servers and resources. */
function fixedAddresses(cluster: WrittenCluster['cluster']): string[] {
  const servers = cluster.servers.flatMap((server) => (typeof server === 'string' ? [] : (server.ip ?? [])));
  const resources = (cluster.groups ?? []).flatMap((group) => group.resources ?? []);
  return [...servers, ...resources.flatMap(({ address }) => address ?? [])];
}
