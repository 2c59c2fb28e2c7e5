/**
 * The names of a scenario and what they stand for: whoever writes `crash: ServerA` must mean exactly one thing.
 *
 * Names come from what was written, not from checked definitions, so that steps can be checked in the same reading as
 * a cluster with mistakes in it. Clusters, servers, machines, clients and witnesses share one name space; a group may
 * be called like a server, because the key of a step says which of them is meant. Where several clusters have a group
 * or resource of one name, it is written `CLUSTER/NAME`.
 */
import { nearest } from '../model/nearest.js';
import type { Problem } from '../model/result.js';
import { describe, suggestion } from './problems.js';
import type { CheckedScenario } from './schema.js';

type Path = Problem['where'];
type ClusterOf = NonNullable<CheckedScenario['cluster']>;

/** A cluster as written, with its path in the scenario. */
export interface WrittenCluster {
  readonly cluster: ClusterOf;
  readonly at: Path;
}

export type NodeKind = 'server' | 'machine' | 'client' | 'witness';

/** A machine of the emulated world. */
interface NodeName {
  readonly kind: NodeKind;
  readonly name: string;
  /** The cluster it is registered in (or decides for). */
  readonly cluster?: string;
}

/** A group or resource, and its cluster. */
export interface Owned {
  readonly cluster: string;
  readonly name: string;
  /** How actions name it: `NAME`, or `CLUSTER/NAME` where several clusters have one. */
  readonly label: string;
  /** The servers that its group may run on. */
  readonly servers: readonly string[];
  /** The type, of a resource. */
  readonly type?: string;
}

/** `cluster` in `start: cluster` means the whole cluster. */
const WHOLE_CLUSTER = 'cluster';

/** Everything that has a name in a scenario, and how a reader is told that something has not. */
export class Names {
  readonly clusters: readonly string[];
  readonly networks: readonly string[];
  private readonly claimed = new Map([[WHOLE_CLUSTER, { what: 'the word for a whole cluster', scope: '' }]]);
  private readonly nodes = new Map<string, NodeName>();
  /** The clusters registered on each client. */
  private readonly settings = new Map<string, readonly string[]>();
  private readonly groups: Owned[] = [];
  private readonly resources: Owned[] = [];

  constructor(
    written: readonly WrittenCluster[],
    scenario: CheckedScenario,
    private readonly report: (problem: Problem) => void,
  ) {
    this.clusters = written.map(({ cluster }) => cluster.name);
    this.networks = written.flatMap(({ cluster }) => [
      ...(cluster.interconnects ?? ['lan0']),
      ...(cluster.publicLans ?? ['public0']),
    ]);
    this.claimAll(written, scenario);
    for (const { cluster } of written) {
      for (const group of cluster.groups ?? []) {
        const owner = { cluster: cluster.name, servers: group.servers };
        this.groups.push({ ...owner, name: group.name, label: group.name });
        for (const { name, type } of group.resources ?? []) this.resources.push({ ...owner, name, type, label: name });
      }
    }
  }

  // -------------------------------------------------------------- what is unique

  private claimAll(written: readonly WrittenCluster[], scenario: CheckedScenario): void {
    for (const { cluster, at } of written) this.claim(cluster.name, 'a cluster', at.join(), [...at, 'name']);
    for (const one of written) this.claimServers(one);
    for (const one of written) this.claimWitness(one);
    for (const [index, machine] of (scenario.machines ?? []).entries()) {
      const short = typeof machine === 'string';
      const name = short ? machine : machine.name;
      this.claim(name, 'a machine', `machine ${index}`, ['machines', index, ...(short ? [] : ['name'])]);
      this.nodes.set(name, { kind: 'machine', name });
    }
    for (const [index, { name, clusters }] of (scenario.clients ?? []).entries()) {
      this.claim(name, 'a client', `client ${index}`, ['clients', index, 'name']);
      this.nodes.set(name, { kind: 'client', name });
      this.settings.set(name, clusters ?? this.clusters);
    }
  }

  private claimServers({ cluster, at }: WrittenCluster): void {
    for (const [index, server] of cluster.servers.entries()) {
      const short = typeof server === 'string';
      const name = short ? server : server.name;
      const where = [...at, 'servers', index, ...(short ? [] : ['name'])];
      // Two servers of one cluster are found out by defineCluster: one scope.
      this.claim(name, `a server of ${cluster.name}`, `servers of ${at.join()}`, where);
      this.nodes.set(name, { kind: 'server', name, cluster: cluster.name });
    }
  }

  private claimWitness({ cluster, at }: WrittenCluster): void {
    if (typeof cluster.partition !== 'object') return;
    const name = cluster.partition.ping;
    const known = this.nodes.get(name);
    // A witness that is a server of its own cluster is found out by defineCluster.
    if (known?.kind === 'server' && known.cluster === cluster.name) return;
    // Clusters may share a witness: one scope.
    this.claim(name, 'a witness', 'witnesses', [...at, 'partition', 'ping']);
    if (known === undefined) this.nodes.set(name, { kind: 'witness', name, cluster: cluster.name });
  }

  /** Notes a name; reports it where something of another scope has it already. */
  private claim(name: string, what: string, scope: string, where: Path): void {
    const first = this.claimed.get(name.toLowerCase());
    if (first === undefined) this.claimed.set(name.toLowerCase(), { what, scope });
    else if (first.scope !== scope) this.duplicate(name, first.what, where);
  }

  private duplicate(name: string, first: string, where: Path): void {
    const what = `"${name}" is already the name of ${first}`;
    const fix = 'give each cluster, server, machine and client its own name (capitals make no difference)';
    this.report({ code: 'DUPLICATE_NAME', where, what: first.startsWith('the') ? `"${name}" is ${first}` : what, fix });
  }

  // -------------------------------------------------------------- what is known

  /** The cluster of a server; undefined for all else. */
  clusterOf(server: string): string | undefined {
    const node = this.nodes.get(server);
    return node?.kind === 'server' ? node.cluster : undefined;
  }

  /** Checks that a name is one of a machine of these kinds. */
  node(name: string, kinds: readonly NodeKind[], where: Path): boolean {
    const kind = this.nodes.get(name)?.kind;
    if (kind !== undefined && kinds.includes(kind)) return true;
    const known = [...this.nodes.values()].filter((node) => kinds.includes(node.kind)).map((node) => node.name);
    const other = kind ?? this.otherKind(name);
    const wanted = kinds.length > 3 ? 'machine' : kinds.join(', ').replace(/, ([^,]*)$/, ' or $1');
    const what =
      other === undefined ? `there is no ${wanted} "${name}"` : `"${name}" is a ${other}, but a ${wanted} is needed`;
    this.unknown(other === undefined ? name : '', known, what, where);
    return false;
  }

  private otherKind(name: string): string | undefined {
    if (this.clusters.includes(name)) return 'cluster';
    if (this.groups.some((group) => group.name === name)) return 'group';
    return this.resources.some((resource) => resource.name === name) ? 'resource' : undefined;
  }

  /** Checks a name that may be a cluster's. */
  cluster(name: string, where: Path): boolean {
    if (this.clusters.includes(name)) return true;
    this.unknown(name, this.clusters, `there is no cluster "${name}"`, where);
    return false;
  }

  /** Checks a network's name. */
  network(name: string, where: Path): boolean {
    if (this.networks.includes(name)) return true;
    this.unknown(name, [...new Set(this.networks)], `there is no network "${name}"`, where);
    return false;
  }

  /** What `start` and `shutdown` aim at: `cluster`, a cluster, a server or a machine. */
  target(name: string, where: Path): boolean {
    if (name === WHOLE_CLUSTER && this.clusters.length > 1) {
      const what = 'there are several clusters';
      this.report({ code: 'AMBIGUOUS', where, what, fix: `name one: ${this.clusters.join(', ')}` });
      return false;
    }
    if (name === WHOLE_CLUSTER || this.clusters.includes(name)) return true;
    const kind = this.nodes.get(name)?.kind;
    if (kind === 'server' || kind === 'machine') return true;
    const known = [...this.nodes.values()].filter((node) => node.kind === 'server' || node.kind === 'machine');
    const all = [WHOLE_CLUSTER, ...this.clusters, ...known.map((node) => node.name)];
    this.unknown(name, all, `there is no cluster, server or machine "${name}"`, where);
    return false;
  }

  /** The group of a name or of `CLUSTER/NAME`; undefined after a problem. */
  group(name: string, where: Path): Owned | undefined {
    return this.owned(this.groups, 'group', name, where);
  }

  /**
   * A group as a client sees it, from the keys `client` and `group` at `where`; undefined after a problem. A name that
   * several clusters have is no riddle where the client knows only one of them.
   */
  groupOnClient(client: string, written: string, where: Path): Owned | undefined {
    const known = this.node(client, ['client'], [...where, 'client']);
    const settings = this.settings.get(client);
    if (!known || settings === undefined) {
      this.group(written, [...where, 'group']);
      return undefined;
    }
    const namesakes = this.groups.filter(({ name }) => name === written);
    const [own, ...others] = namesakes.filter(({ cluster }) => settings.includes(cluster));
    const meant = own !== undefined && others.length === 0 ? `${own.cluster}/${written}` : written;
    const group = this.group(meant, [...where, 'group']);
    if (group === undefined || settings.includes(group.cluster)) return group;
    const what = `${client} knows nothing of ${group.cluster}, the cluster of ${group.name}`;
    const fix = `add ${group.cluster} to the clusters of ${client}, or name a group of ${settings.join(', ')}`;
    this.report({ code: 'NOT_APPLICABLE', where: [...where, 'group'], what, fix });
    return undefined;
  }

  /** The resource of a name or of `CLUSTER/NAME`; undefined after a problem. */
  resource(name: string, where: Path): Owned | undefined {
    return this.owned(this.resources, 'resource', name, where);
  }

  private owned(all: readonly Owned[], kind: string, written: string, where: Path): Owned | undefined {
    const full = (owned: Owned): string => `${owned.cluster}/${owned.name}`;
    const found = all.filter((owned) => owned.name === written || full(owned) === written);
    if (found.length === 1) {
      const [one] = found;
      const alone = all.filter(({ name }) => name === one.name).length === 1;
      return alone ? one : { ...one, label: full(one) };
    }
    if (found.length > 1) {
      // Two in one cluster are found out by defineCluster.
      const choices = [...new Set(found.map(full))];
      const what = `several clusters have a ${kind} "${written}"`;
      if (choices.length > 1) this.report({ code: 'AMBIGUOUS', where, what, fix: `write ${choices.join(' or ')}` });
      return undefined;
    }
    const other = this.nodes.get(written)?.kind;
    const what = `there is no ${kind} ${describe(written)}${other === undefined ? '' : `; that is a ${other}`}`;
    this.unknown(written, [...all.map(({ name }) => name), ...all.map(full)], what, where);
    return undefined;
  }

  private unknown(name: string, known: readonly string[], what: string, where: Path): void {
    const plain = known.filter((candidate) => !candidate.includes('/'));
    const list = plain.length === 0 ? 'the scenario has none' : `known are ${some(plain)}`;
    this.report({ code: 'UNKNOWN_NAME', where, what, fix: suggestion(nearest(name, known), list) });
  }
}

/** What planning a step needs to know. */
export interface PlanContext {
  readonly names: Names;
  readonly report: (problem: Problem) => void;
  /** The ids of the steps before. */
  readonly ids: ReadonlySet<string>;
}

/** The first words of a long list. */
function some(words: readonly string[]): string {
  const told = [...new Set(words)];
  return told.length > 20 ? `${told.slice(0, 20).join(', ')}, …` : told.join(', ');
}
