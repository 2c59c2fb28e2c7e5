/**
 * The emulated cluster as the cluster API sees it: things by name, their states, and what can be done to them.
 *
 * States are derived at each question from what the members agree on (`Backend.status`); only what the API adds is kept
 * here: names that were changed, groups and resources that the API has made, nodes that are paused. From the trace it
 * learns what no snapshot tells: that an operation has failed, and where a group was at rest last.
 */
import type { Backend, Snapshot } from '../../../cluster/backend.js';
import type { WorldAction } from '../../../cluster/actions.js';
import type { ClusterDefinition } from '../../../model/definition.js';
import type { Refusal } from '../../../model/result.js';
import type { EventCode, TraceLine } from '../../../model/trace.js';
import { GroupState, InterfaceState, NetworkState, NodeState, ResourceState, Status } from '../codes.js';
import { guidOf, typeOf, type Group, type Interface, type Network, type Node, type Resource } from './things.js';

/** Something that the API's clients can be told of. */
export interface Happening {
  readonly what: 'state' | 'added' | 'deleted' | 'property' | 'registry';
  readonly of: 'cluster' | 'node' | 'group' | 'resource' | 'key';
  readonly name: string;
}

const CORE_GROUP = 'Cluster Group';
const CORE_NAME = 'Cluster Name';
const CORE_ADDRESS = 'Cluster IP Address';

const FAILURES: readonly EventCode[] = ['ARM_EVENT_GROUP_MOVE_FAILURE', 'ARM_EVENT_GROUP_FAILOVER_FAILURE'];

/** What a refusal of the cluster is called here; any other is INVALID_STATE. */
const REFUSALS: Readonly<Record<string, number>> = {
  NOT_LISTED: Status.NODE_CANT_HOST_RESOURCE,
  EXCLUDED: Status.NODE_CANT_HOST_RESOURCE,
  NOT_IN_VIEW: Status.CLUSTER_NODE_DOWN,
  NO_SERVER: Status.HOST_NODE_NOT_AVAILABLE,
  ALREADY_THERE: Status.SUCCESS,
  ALREADY_STOPPED: Status.SUCCESS,
  NO_MEMBER: Status.SERVER_UNAVAILABLE,
};

export class House {
  readonly nodes: readonly Node[];
  readonly groups: Group[];
  readonly networks: readonly Network[];
  readonly interfaces: readonly Interface[];
  /** The cluster's name, and the one that it takes when its name is brought online again. */
  name: string;
  nextName: string | undefined;
  private readonly sinks = new Set<(happening: Happening) => void>();
  private readonly stop: () => void;

  constructor(
    readonly backend: Backend,
    readonly definition: ClusterDefinition,
  ) {
    const { name, servers } = definition;
    this.name = name;
    const thing = (kind: string, own: string): { id: string; name: string; deleted: boolean } => ({
      id: guidOf(name, kind, own),
      name: own,
      deleted: false,
    });
    this.nodes = servers.map(({ name: server }, index) => ({
      ...thing('node', server),
      kind: 'node',
      server,
      number: index + 1,
      paused: false,
    }));
    this.groups = [this.coreGroup(), ...definition.groups.map((group) => this.definedGroup(group))];
    const networks = [...definition.interconnects, ...definition.publicLans];
    this.networks = networks.map((origin, index) => ({
      ...thing('network', origin),
      name: `Cluster Network ${index + 1}`,
      kind: 'network',
      origin,
      internal: definition.interconnects.includes(origin),
    }));
    this.interfaces = this.networks.flatMap((network, index) =>
      this.nodes.map((node): Interface => ({
        ...thing('interface', `${node.server} ${network.origin}`),
        name: `${node.server} - Ethernet${index === 0 ? '' : ` ${index + 1}`}`,
        kind: 'interface',
        node,
        network,
      })),
    );
    this.stop = backend.trace((line) => {
      this.learn(line);
    });
  }

  /** Hears nothing any more. */
  close(): void {
    this.stop();
    this.sinks.clear();
  }

  /** Hands over what happens from now on. Answers how to stop that. */
  listen(sink: (happening: Happening) => void): () => void {
    this.sinks.add(sink);
    return () => this.sinks.delete(sink);
  }

  tell(happening: Happening): void {
    for (const sink of [...this.sinks]) sink(happening);
  }

  get snapshot(): Snapshot {
    return this.backend.status(this.definition.name);
  }

  /** Whether there is a cluster to talk to: some server is in a view. */
  get available(): boolean {
    return this.snapshot.view !== undefined && this.nodes.some((node) => this.isUp(node));
  }

  // -------------------------------------------------------------- nodes

  isUp({ server, deleted }: Node): boolean {
    const status = this.snapshot.servers[server] ?? [];
    return !deleted && (status.includes('CLUSTER') || status.includes('RECOVERING'));
  }

  /** A node that is up is paused only as far as the API is concerned. */
  nodeState(node: Node): number {
    if (!this.isUp(node)) return NodeState.DOWN;
    return node.paused ? NodeState.PAUSED : NodeState.UP;
  }

  nodeOf(server: string): Node | undefined {
    return this.nodes.find((node) => node.server === server);
  }

  /** The node that answers: the coordinator of the view. */
  get coordinator(): Node | undefined {
    const { view } = this.snapshot;
    return view && this.nodeOf(view.coordinator);
  }

  // -------------------------------------------------------------- groups

  get allGroups(): readonly Group[] {
    return this.groups.filter(({ deleted }) => !deleted);
  }

  get allResources(): readonly Resource[] {
    return this.allGroups.flatMap(({ resources }) => resources.filter(({ deleted }) => !deleted));
  }

  /**
   * Failed, Pending, PartialOnline, Online or Offline: the first that holds (MS-CMRP, ApiGetGroupState). What has been
   * ordered last makes good what failed before.
   */
  groupState(group: Group): number {
    const own = group.origin === undefined ? undefined : this.snapshot.groups[group.origin];
    const states = group.resources.filter(({ deleted }) => !deleted).map((resource) => this.resourceState(resource));
    if (group.ordered) return GroupState.PENDING;
    if (group.failed || own?.state === 'ONLINE_FAIL' || states.includes(ResourceState.FAILED)) return GroupState.FAILED;
    if (own?.state === 'INPROGRESS') return GroupState.PENDING;
    const online = states.filter((state) => state === ResourceState.ONLINE).length;
    if (states.length === 0) return own?.state === 'OFFLINE' ? GroupState.OFFLINE : GroupState.ONLINE;
    if (online === states.length) return GroupState.ONLINE;
    return online === 0 ? GroupState.OFFLINE : GroupState.PARTIAL_ONLINE;
  }

  /** The node that has the group; while it moves, the one that had it. One that is down has no group. */
  ownerOf(group: Group): Node | undefined {
    const owner = this.nodeOf(group.owner);
    if (owner && this.isUp(owner)) return owner;
    const server = group.origin === undefined ? '' : (this.snapshot.groups[group.origin]?.server ?? '');
    return this.nodeOf(server) ?? this.possibleOwners(group).find((node) => this.isUp(node)) ?? this.coordinator;
  }

  /** Nodes that may have the group, in order of preference. */
  possibleOwners(group: Group): readonly Node[] {
    const defined = this.definition.groups.find(({ name }) => name === group.origin);
    const nodes = defined ? defined.servers.map((server) => this.nodes[server]) : this.nodes;
    return nodes.filter(({ deleted }) => !deleted);
  }

  resourceState(resource: Resource): number {
    const { origin, group, state } = resource;
    if (origin === undefined) return OWN_STATES[state];
    const found = this.snapshot.resources[origin];
    if (found?.state === 'ONLINE') return ResourceState.ONLINE;
    const owner = group.origin === undefined ? undefined : this.snapshot.groups[group.origin];
    if (owner?.state === 'ONLINE_FAIL' || group.failed) return ResourceState.FAILED;
    return owner?.state === 'INPROGRESS' ? ResourceState.ONLINE_PENDING : ResourceState.OFFLINE;
  }

  /** Carries an action out; what comes of it takes the cluster's time. */
  async act(action: WorldAction): Promise<number> {
    const result = await this.backend.act(action);
    return result.ok ? Status.IO_PENDING : statusOf(result.error);
  }

  /** Orders something of a failover group, whose state is Pending from then on. */
  async order(
    group: Group,
    order: { type: 'startGroup' } | { type: 'stopGroup' } | { type: 'moveGroup'; to: string },
  ): Promise<number> {
    const was = this.snapshot.groups[group.origin ?? ''];
    const status = await this.act({ ...order, group: `${this.definition.name}/${group.origin ?? ''}` });
    if (status !== Status.IO_PENDING) return status;
    const is = this.snapshot.groups[group.origin ?? ''];
    Object.assign(group, { failed: false, ordered: is?.state === was?.state && is?.server === was?.server });
    return status;
  }

  /** Whether the cluster would be without a majority, were one more of its servers down. */
  get fragile(): boolean {
    const up = this.nodes.filter((node) => this.isUp(node)).length;
    return up <= 1 || (this.definition.partition.kind === 'majority' && (up - 1) * 2 < up);
  }

  // -------------------------------------------------------------- networks

  /** A network is up where servers are, and reaches as many as are in one view. */
  networkState({ internal }: Network): number {
    const up = this.nodes.filter((node) => this.isUp(node)).length;
    if (up === 0) return NetworkState.UNAVAILABLE;
    const { view } = this.snapshot;
    return internal && view && view.members.length < up ? NetworkState.PARTITIONED : NetworkState.UP;
  }

  interfaceState({ node }: Interface): number {
    return this.isUp(node) ? InterfaceState.UP : InterfaceState.UNAVAILABLE;
  }

  // -------------------------------------------------------------- inside

  private definedGroup(defined: ClusterDefinition['groups'][number]): Group {
    const group = this.emptyGroup(defined.name, defined.name, false);
    group.owner = this.definition.servers[defined.servers[0]].name;
    for (const { name, type, parameters } of defined.resources)
      this.addResource(group, name, typeOf(type), { origin: name, parameters });
    return group;
  }

  /** What stands for the cluster itself. Such names clients know from every cluster of this API. */
  private coreGroup(): Group {
    const group = this.emptyGroup(CORE_GROUP, undefined, true);
    const address = this.addResource(group, CORE_ADDRESS, 'IP Address', { core: true });
    const name = this.addResource(group, CORE_NAME, 'Network Name', { core: true });
    name.needs.add(address);
    for (const resource of group.resources) resource.state = 'online';
    return group;
  }

  /** A group without resources. */
  emptyGroup(name: string, origin: string | undefined, core: boolean): Group {
    const id = guidOf(this.definition.name, 'group', name);
    const quiet = { deleted: false, failed: false, ordered: false };
    return { id, name, ...quiet, kind: 'group', origin, resources: [], core, owner: '' };
  }

  /** Adds a resource to a group: one of the definition, or one that only the API has, which is offline at first. */
  addResource(
    group: Group,
    name: string,
    type: string,
    more: { origin?: string; core?: boolean; parameters?: Readonly<Record<string, unknown>> } = {},
  ): Resource {
    const { origin, core = false, parameters = {} } = more;
    const resource: Resource = {
      id: guidOf(this.definition.name, 'resource', group.name, name),
      name,
      deleted: false,
      kind: 'resource',
      origin,
      type,
      group,
      core,
      needs: new Set(),
      state: 'offline',
      parameters,
    };
    group.resources.push(resource);
    return resource;
  }

  private learn(line: TraceLine): void {
    if (line.kind === 'warning') this.lost(({ origin }) => origin !== undefined && line.text.includes(origin));
    if (!('cluster' in line) || line.cluster !== this.definition.name) return;
    switch (line.kind) {
      case 'view':
        this.lost(() => true);
        return;
      case 'event':
        if (FAILURES.includes(line.code)) this.changed(line.source, (group) => (group.failed = true));
        return;
      case 'group':
        this.changed(line.group, (group) => {
          const rests = line.state === 'ONLINE' || line.state === 'ONLINE_FAIL';
          if (rests) Object.assign(group, { owner: line.server, failed: false });
          group.ordered = false;
        });
        return;
      case 'resource': {
        const found = this.allResources.find(({ origin }) => origin === line.resource);
        if (found) this.tell({ what: 'state', of: 'resource', name: found.name });
        return;
      }
      case 'server': {
        const node = this.nodeOf(line.server);
        if (node) this.tell({ what: 'state', of: 'node', name: node.name });
        return;
      }
      default:
    }
  }

  /** An order that nothing may come of any more. */
  private lost(of: (group: Group) => boolean): void {
    for (const group of this.groups) if (of(group)) group.ordered = false;
  }

  private changed(origin: string, change: (group: Group) => unknown): void {
    const group = this.groups.find((each) => each.origin === origin);
    if (!group) return;
    change(group);
    this.tell({ what: 'state', of: 'group', name: group.name });
  }
}

const OWN_STATES = { online: ResourceState.ONLINE, offline: ResourceState.OFFLINE, failed: ResourceState.FAILED };

function statusOf({ code }: Refusal): number {
  return REFUSALS[code] ?? Status.INVALID_STATE;
}
