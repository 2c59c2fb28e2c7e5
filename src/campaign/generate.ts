/**
 * Random clusters and random trouble, as a function of one number.
 *
 * A run is a cluster (2 to 16 servers), a schedule of up to six faults among operators' commands, and an end in which
 * all faults are taken back and everything must come to rest. Times and policies are drawn so that every rule of the
 * engine is met, not so that they look like somebody's installation.
 */
import type { WorldAction } from '../cluster/actions.js';
import type { ClusterInput, GroupInput, ResourceInput } from '../model/definition.js';
import { RandomStream } from '../model/random.js';

export interface RandomRun {
  readonly seed: number;
  readonly cluster: ClusterInput;
  /** In order of time; `atUs` in microseconds of the run. */
  readonly schedule: readonly { readonly atUs: number; readonly action: WorldAction }[];
}

/** The first group of faults happens in this time; ten minutes with what follows. */
const SPAN_US = 300_000_000;
const FAULTS_MAX = 6;

/** The run of that seed, always the same. */
export function randomRun(seed: number): RandomRun {
  const random = RandomStream.of(seed, 0);
  const cluster = randomCluster(random);
  return { seed, cluster, schedule: randomSchedule(random, cluster) };
}

function randomCluster(random: RandomStream): ClusterInput {
  const count = random.chance(0.5) ? random.integer(2, 4) : random.integer(2, 16);
  const servers = Array.from({ length: count }, (_, index) => `S${index + 1}`);
  const interval = random.pick([500, 1000, 3000]);
  const partition = random.pick(['none', 'none', 'none', 'majority', 'ping'] as const);
  return {
    name: 'RANDOM',
    heartbeat: { interval: `${interval}ms`, timeout: `${interval * random.integer(3, 10)}ms` },
    startupWait: `${random.integer(5, 60)}s`,
    autoReturn: random.chance(0.7),
    partition: partition === 'ping' ? { ping: 'Witness' } : partition,
    errata: random.pick(['printed', 'corrected'] as const),
    ...(partition === 'none' ? {} : { fence: `${random.integer(1, 20)}s` }),
    parallelGroups: random.chance(0.7) ? 1 : random.integer(2, 4),
    faultLimit: random.integer(0, 3),
    interconnects: random.chance(0.7) ? ['lan0'] : ['lan0', 'lan1'],
    servers: servers.map((name) => ({ name, boot: random.chance(0.8) ? '0s' : `${random.integer(1, 20)}s` })),
    groups: Array.from({ length: random.integer(0, 6) }, (_, index) => randomGroup(random, servers, index)),
  };
}

function randomGroup(random: RandomStream, servers: readonly string[], index: number): GroupInput {
  const resources = Array.from({ length: random.integer(0, 3) }, (_, item): ResourceInput => {
    const type = random.pick(['swdisk', 'ndr', 'lsw', 'vip', 'vcom', 'script', 'shdisk'] as const);
    return {
      name: `r${index + 1}-${item + 1}`,
      type,
      activate: random.chance(0.2) ? '0s' : `${random.integer(1, 3000)}ms`,
      deactivate: random.chance(0.2) ? '0s' : `${random.integer(1, 2000)}ms`,
      timeout: `${random.integer(4, 20)}s`,
      onFailure: random.pick(['degrade', 'failover'] as const),
    };
  });
  return {
    name: `G${index + 1}`,
    servers: random.shuffle(servers).slice(0, random.integer(1, servers.length)),
    startup: random.chance(0.85) ? 'auto' : 'manual',
    failover: random.chance(0.85) ? 'auto' : 'manual',
    failback: random.chance(0.4) ? 'auto' : 'manual',
    exclusion: random.chance(0.8) ? 'none' : random.pick(['normal', 'absolute'] as const),
    resources,
  };
}

function randomSchedule(random: RandomStream, cluster: ClusterInput): RandomRun['schedule'] {
  const schedule: { atUs: number; action: WorldAction }[] = [{ atUs: 0, action: { type: 'start', target: 'RANDOM' } }];
  const faults = random.integer(0, FAULTS_MAX);
  const commands = random.integer(0, 4);
  for (let count = 0; count < faults + commands; count += 1) {
    const atUs = random.integer(1, SPAN_US);
    const action = count < faults ? randomFault(random, cluster) : randomCommand(random, cluster);
    if (!action) continue;
    schedule.push({ atUs, action });
    // Trouble comes in clusters: something else often happens while the first is being dealt with.
    if (random.chance(0.4)) {
      const next = random.chance(0.6) ? randomFault(random, cluster) : randomCommand(random, cluster);
      if (next)
        schedule.push({ atUs: atUs + random.integer(0, random.pick([300, 3_000_000, 40_000_000])), action: next });
    }
  }
  return schedule.sort((a, b) => a.atUs - b.atUs);
}

function serverOf(random: RandomStream, cluster: ClusterInput): string {
  const server = random.pick(cluster.servers);
  return typeof server === 'string' ? server : server.name;
}

function randomFault(random: RandomStream, cluster: ClusterInput): WorldAction | undefined {
  const server = serverOf(random, cluster);
  const group = cluster.groups && cluster.groups.length > 0 ? random.pick(cluster.groups) : undefined;
  const resource = group?.resources && group.resources.length > 0 ? random.pick(group.resources).name : undefined;
  const on = random.chance(0.5) ? server : undefined;
  switch (random.integer(0, 11)) {
    case 0:
    case 1:
    case 2:
      return { type: 'crash', server };
    case 3:
      return { type: 'hang', server };
    case 4:
      return { type: 'resume', server };
    case 5:
    case 6:
      return { type: 'partition', sides: randomSides(random, cluster) };
    case 7:
      return { type: 'heal', what: 'all' };
    case 8:
      return randomLink(random, cluster);
    case 9:
      return group && { type: 'failGroup', group: group.name };
    case 10:
      return resource === undefined ? undefined : { type: 'failResource', resource, on };
    default:
      return resource === undefined ? undefined : { type: 'hangResource', resource, on };
  }
}

function randomSides(random: RandomStream, cluster: ClusterInput): string[][] {
  const names = cluster.servers.map((server) => (typeof server === 'string' ? server : server.name));
  if (typeof cluster.partition === 'object' && random.chance(0.8)) names.push(cluster.partition.ping);
  const mixed = random.shuffle(names);
  const cut = random.integer(1, mixed.length - 1);
  const sides = [mixed.slice(0, cut), mixed.slice(cut)];
  if (sides[1].length > 1 && random.chance(0.2)) sides.push(sides[1].splice(0, random.integer(1, sides[1].length - 1)));
  return sides;
}

function randomLink(random: RandomStream, cluster: ClusterInput): WorldAction | undefined {
  const from = serverOf(random, cluster);
  const to = serverOf(random, cluster);
  if (from === to) return undefined;
  return {
    type: 'link',
    from,
    to,
    oneWay: random.chance(0.5),
    loss: random.pick([0, 0.2, 0.5, 1]),
    delay: random.pick(['1us', '100us', '10ms', '700ms']),
    jitter: random.pick(['0s', '50us', '20ms']),
    duplicate: random.pick([0, 0.3]),
    corrupt: random.pick([0, 0.1]),
  };
}

function randomCommand(random: RandomStream, cluster: ClusterInput): WorldAction | undefined {
  const server = serverOf(random, cluster);
  const group = cluster.groups && cluster.groups.length > 0 ? random.pick(cluster.groups) : undefined;
  switch (random.integer(0, 11)) {
    case 0:
    case 1:
    case 2:
      return { type: 'restart', server };
    case 3:
      return { type: 'return', server };
    case 4:
      return { type: 'maintenance', server };
    case 5:
      return { type: 'shutdown', target: random.chance(0.8) ? server : 'RANDOM' };
    case 6:
      return group && { type: 'stopGroup', group: group.name };
    case 7:
      return group && { type: 'startGroup', group: group.name, on: random.chance(0.5) ? server : undefined };
    case 8:
    case 9:
      return (
        group && { type: 'moveGroup', group: group.name, to: random.chance(0.8) ? random.pick(group.servers) : server }
      );
    case 10: {
      const key = `HKEY_LOCAL_MACHINE\\SOFTWARE\\K${random.integer(1, 3)}`;
      return {
        type: 'registry',
        on: server,
        change: { change: random.pick(['createKey', 'deleteKey'] as const), key },
      };
    }
    default: {
      const line = group?.resources?.find((resource) => resource.type === 'lsw');
      return line && { type: 'switchLine', resource: line.name, to: server };
    }
  }
}
