/**
 * Client software that hears of everything at once: it tells what the trace shows. For tests of the facades, which
 * translate what the client software knows and do not care how it came to know it.
 */
import type { Backend } from '../../src/cluster/backend.js';
import type { ClientSoftware } from '../../src/cluster/client-software.js';
import { openWorld } from '../../src/cluster/open.js';
import { MachineService } from '../../src/cluster/service.js';
import { defineCluster } from '../../src/model/define.js';
import type { ClusterDefinition, ClusterInput } from '../../src/model/definition.js';

type ClientLook = ReturnType<ClientSoftware['look']>;
type ClientEvent = Parameters<Parameters<ClientSoftware['watch']>[2]>[0];
type GroupLook = ClientLook['groups'][number];

export interface FakeWorld {
  readonly clusters: readonly ClusterInput[];
  /** The clusters that each client is set up for, by its name. */
  readonly clients?: Readonly<Record<string, readonly string[]>>;
  readonly machines?: readonly string[];
  /** Of the clients. */
  readonly clientVersion?: string;
}

/** What a client knows of one cluster. */
class FakeView {
  settled = true;
  private readonly groups: GroupLook[];
  private readonly sinks = new Set<readonly [number, (event: ClientEvent) => void]>();
  private events = 0;

  constructor(
    private readonly backend: Backend,
    readonly cluster: ClusterDefinition,
    private readonly position: number,
  ) {
    this.groups = cluster.groups.map(() => ({ status: 'STOPPED', server: -1 }));
    backend.trace((line) => {
      if (line.kind !== 'group' || line.cluster !== cluster.name) return;
      const group = cluster.groups.findIndex(({ name }) => name === line.group);
      const server = cluster.servers.findIndex(({ name }) => name === line.server);
      if (line.state === 'ONLINE') this.become(group, { status: 'RUNNING', server });
      else if (line.state === 'ONLINE_FAIL') this.become(group, { status: 'MISS', server });
      else if (line.state === 'OFFLINE') this.become(group, { status: 'STOPPED', server: -1 });
      else if (this.groups[group].server >= 0) this.become(group, { status: 'FAILOVER', server: -1 });
    });
  }

  get look(): ClientLook {
    const { servers } = this.backend.status(this.cluster.name);
    return {
      settled: this.settled,
      groups: [...this.groups],
      servers: this.cluster.servers.map(({ name }) => servers[name]),
      master: this.cluster.servers.findIndex(({ name }) => servers[name].includes('CLUSTER')),
    };
  }

  watch(group: number, sink: (event: ClientEvent) => void): () => void {
    const one = [group, sink] as const;
    this.sinks.add(one);
    return () => this.sinks.delete(one);
  }

  /** The status of a group changes; whoever watches is told. */
  become(group: number, now: GroupLook): void {
    const before = this.groups[group];
    if (before.status === now.status) return;
    this.groups[group] = now;
    this.backend.reconsider();
    const ends = { src: before.server, dst: now.server };
    const tell = (event: ClientEvent['event']): void => {
      const told = { id: ++this.events, cluster: this.position, group, event, ...ends, status: now.status };
      for (const [watched, sink] of [...this.sinks]) if (watched === group) sink(told);
    };
    if (now.status === 'FAILOVER') tell('FAILOVER_START');
    else if (now.status === 'STOPPED') tell('SHUTDOWN');
    else if (before.status === 'FAILOVER') tell('FAILOVER_END');
    else tell('BOOT');
  }
}

export class FakeSoftware implements ClientSoftware {
  readonly host: 'client' | 'server';
  readonly clusters: readonly ClusterDefinition[];
  readonly local: number | undefined;
  readonly server: string | undefined;

  constructor(
    readonly machine: string,
    readonly views: readonly FakeView[],
    own: ClusterDefinition | undefined,
    readonly productVersion: string,
  ) {
    this.host = own ? 'server' : 'client';
    this.clusters = views.map(({ cluster }) => cluster);
    this.local = own && this.clusters.indexOf(own);
    this.server = own && machine;
  }

  look(cluster: number): ClientLook {
    return this.views[cluster].look;
  }

  watch(cluster: number, group: number, sink: (event: ClientEvent) => void): () => void {
    return this.views[cluster].watch(group, sink);
  }
}

/** A world with such clients, in which nothing runs yet; every server knows its own cluster. */
export async function openFakeClients(world: FakeWorld): Promise<{
  backend: Backend;
  software: ReadonlyMap<string, FakeSoftware>;
}> {
  const clusters = world.clusters.map((input) => {
    const defined = defineCluster(input);
    if (!defined.ok) throw new Error(JSON.stringify(defined.error));
    return defined.value;
  });
  const { machines = [], clients = {}, clientVersion = '7.0' } = world;
  const stations = machines.map((name, index) => ({ name, ip: `10.0.2.${index + 1}` }));
  const backend = await openWorld({ clusters, machines: stations, clients: [] }, { seed: 1 });
  const software = new Map<string, FakeSoftware>();
  const services = new Map<string, MachineService>();
  const viewsOf = (names: readonly string[]): FakeView[] =>
    names.map(
      (name, index) =>
        new FakeView(
          backend,
          clusters.find((one) => one.name === name)!,
          index,
        ),
    );
  for (const [name, known] of Object.entries(clients)) {
    software.set(name, new FakeSoftware(name, viewsOf(known), undefined, clientVersion));
    services.set(name, new MachineService(name));
  }
  for (const cluster of clusters)
    for (const { name } of cluster.servers)
      software.set(name, new FakeSoftware(name, viewsOf([cluster.name]), cluster, cluster.productVersion));
  const { service } = backend;
  backend.client = (machine) => software.get(machine);
  backend.service = (machine) => services.get(machine) ?? service.call(backend, machine);
  return { backend, software };
}
