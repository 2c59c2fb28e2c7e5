/**
 * What exists in a run: clusters, machines that belong to none, clients, witnesses, and the networks between them.
 *
 * Names become positions here, once. A machine's position is its node in the network model; servers come first, cluster
 * by cluster in definition order, so that "everything at one instant is ordered by server" means ordered by node.
 */
import type { ClientDefinition } from '../client/definition.js';
import type { ClusterDefinition } from '../model/definition.js';

/**
 * What `openWorld` opens. Clusters come from `defineCluster`. Nothing else is checked any more: names and addresses must
 * differ all over the world, and clients name clusters of it.
 */
export interface WorldDefinition {
  /** In the order in which everything at one instant happens. */
  readonly clusters: readonly ClusterDefinition[];
  /** Servers registered in no cluster (status SINGLE_SERVER). */
  readonly machines: readonly { readonly name: string; readonly ip: string }[];
  /** Machines with the client software. */
  readonly clients: readonly ClientDefinition[];
}

/** Where a server of a cluster stands. */
export interface ServerNode {
  readonly node: number;
  readonly cluster: number;
  readonly server: number;
  readonly name: string;
}

export class Directory {
  /** Names of all nodes: servers, then machines, clients, witnesses. */
  readonly nodes: string[] = [];
  readonly servers: ServerNode[] = [];
  readonly networks: string[] = [];
  /** For each cluster the node of its first server, its interconnects and public LANs as network numbers. */
  readonly clusters: {
    readonly first: number;
    readonly interconnects: readonly number[];
    readonly publicLans: readonly number[];
    readonly witness: number;
  }[] = [];
  private readonly byName = new Map<string, number>();

  constructor(readonly world: WorldDefinition) {
    world.clusters.forEach((cluster, index) => {
      cluster.servers.forEach((server, position) => {
        const node = this.addNode(server.name);
        this.servers.push({ node, cluster: index, server: position, name: server.name });
      });
    });
    for (const machine of [...world.machines, ...world.clients]) this.addNode(machine.name);
    let first = 0;
    for (const cluster of world.clusters) {
      const { partition } = cluster;
      this.clusters.push({
        first,
        interconnects: cluster.interconnects.map((name) => this.addNetwork(`${cluster.name}/${name}`)),
        publicLans: cluster.publicLans.map((name) => this.addNetwork(name)),
        witness: partition.kind === 'ping' ? this.addNode(partition.witness) : -1,
      });
      first += cluster.servers.length;
    }
  }

  /** The node of that name, or undefined. */
  node(name: string): number | undefined {
    return this.byName.get(name);
  }

  /** The server of that name, or undefined. */
  server(name: string): ServerNode | undefined {
    const node = this.byName.get(name);
    return node === undefined ? undefined : this.servers[node];
  }

  /** The cluster of that name, or undefined. */
  cluster(name: string): number | undefined {
    const index = this.world.clusters.findIndex((cluster) => cluster.name === name);
    return index < 0 ? undefined : index;
  }

  /** A group by its name, or by `CLUSTER/Group`. */
  group(name: string): { readonly cluster: number; readonly group: number } | undefined {
    return this.find(name, (cluster, plain) => cluster.groups.findIndex((group) => group.name === plain), 'group');
  }

  /** A resource by its name, or by `CLUSTER/resource`. */
  resource(name: string): { readonly cluster: number; readonly group: number; readonly resource: number } | undefined {
    for (const [index, cluster] of this.world.clusters.entries())
      for (const [group, definition] of cluster.groups.entries())
        for (const [resource, { name: own }] of definition.resources.entries())
          if (name === own || name === `${cluster.name}/${own}`) return { cluster: index, group, resource };
    return undefined;
  }

  /** Numbers of the networks of that name (interconnects of several clusters may share one); all where none is named. */
  networksNamed(name: string | undefined): number[] {
    return this.networks.flatMap((own, network) =>
      name === undefined || own === name || own.endsWith(`/${name}`) ? [network] : [],
    );
  }

  /** A network's name as its cluster's definition has it. */
  networkName(network: number): string {
    return this.networks[network].replace(/^.*\//, '');
  }

  private find<K extends string>(
    name: string,
    look: (cluster: ClusterDefinition, plain: string) => number,
    key: K,
  ): ({ readonly cluster: number } & Record<K, number>) | undefined {
    for (const [index, cluster] of this.world.clusters.entries()) {
      const plain = name.startsWith(`${cluster.name}/`) ? name.slice(cluster.name.length + 1) : name;
      const found = look(cluster, plain);
      if (found >= 0) return { cluster: index, [key]: found } as { cluster: number } & Record<K, number>;
    }
    return undefined;
  }

  private addNode(name: string): number {
    const known = this.byName.get(name);
    if (known !== undefined) return known;
    this.byName.set(name, this.nodes.length);
    return this.nodes.push(name) - 1;
  }

  private addNetwork(name: string): number {
    const known = this.networks.indexOf(name);
    return known >= 0 ? known : this.networks.push(name) - 1;
  }
}
