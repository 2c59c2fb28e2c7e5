/**
 * From the clusters, machines and clients of a scenario to the world that a backend opens: definitions checked by the
 * model, addresses given out so that nobody has another's.
 */
import type { WorldDefinition } from '../cluster/world.js';
import { isAddress } from '../model/addresses.js';
import { defineCluster, warningsOf } from '../model/define.js';
import type { ClusterDefinition } from '../model/definition.js';
import { NAME_PATTERN } from '../model/limits.js';
import type { Problem } from '../model/result.js';
import type { WrittenCluster } from './names.js';
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
  const machineCount = scenario.machines?.length ?? 0;
  const named = clusters.map(({ name }) => name as string);
  return {
    world: {
      clusters,
      machines: hosts.slice(0, machineCount).map(({ name, ip }) => ({ name, ip: ip ?? free(2, taken) })),
      clients: hosts.slice(machineCount).map(({ name, ip }, index) => ({
        name,
        ip: ip ?? free(1, taken),
        clusters: scenario.clients?.[index].clusters ?? named,
      })),
    },
    warnings: clusters.flatMap(warningsOf),
  };
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

/** The first address from 10.0.NET.1 on that nobody has; it is taken from then on. */
function free(net: number, taken: Set<string>): string {
  for (let n = 0; ; n++) {
    const ip = `10.0.${(net + Math.floor(n / 254)) % 256}.${(n % 254) + 1}`;
    if (taken.has(ip)) continue;
    taken.add(ip);
    return ip;
  }
}
