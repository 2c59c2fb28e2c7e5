/**
 * From what each server lets out to what the trace says of its cluster.
 *
 * Every member lets every outcome out, at its own instant; the trace shows each once, when the first of them does. Two
 * sides of a partition may both let out what they hold in common: a line is left out where it was shown in the same
 * view, in one that led to it, or in one that it led to. Statuses are those of the view named last that still has a member; with none left they
 * are what the machines truly are.
 */
import type { ClusterDefinition } from '../model/definition.js';
import type { GroupStateName, ResourceStateName, ServerStatusName, TraceBody } from '../model/trace.js';
import type { ViewId } from '../failover/frames.js';
import type { Outcome, OutcomeLine } from '../failover/log/entries.js';
import { serversOf, viewKey } from '../failover/state.js';
import type { Snapshot } from './backend.js';
import type { Micros } from '../model/time.js';

interface NamedView {
  readonly view: ViewId;
  readonly members: number;
  readonly parent: string;
}

interface Shown<State> {
  state: State;
  server: string;
}

export class ClusterTracer {
  private readonly views = new Map<string, NamedView>();
  /** Which outcomes were shown, and in which views. */
  private readonly shownIn = new Map<string, string[]>();
  private readonly statuses: ServerStatusName[][];
  private readonly groups: Shown<GroupStateName>[];
  private readonly resources: Shown<ResourceStateName>[][];
  private current: NamedView | undefined;
  /** Events shown so far, by the view that showed them. */
  onEvent: ((view: ViewId, line: OutcomeLine & { kind: 'event' }) => void) | undefined;

  constructor(
    private readonly definition: ClusterDefinition,
    private readonly write: (body: TraceBody) => void,
  ) {
    this.statuses = definition.servers.map(() => ['STOPPED']);
    this.groups = definition.groups.map(() => ({ state: 'OFFLINE', server: '' }));
    this.resources = definition.groups.map((group) => group.resources.map(() => ({ state: 'OFFLINE', server: '' })));
  }

  /** A server has installed a view. */
  installed(view: ViewId, members: number, parent: ViewId): void {
    const key = viewKey(view);
    if (this.views.has(key)) return;
    const named = { view, members, parent: viewKey(parent) };
    this.views.set(key, named);
    this.current = named;
    this.write({
      kind: 'view',
      cluster: this.definition.name,
      epoch: view.epoch,
      coordinator: this.name(view.coordinator),
      members: serversOf(members).map((server) => this.name(server)),
    });
  }

  /** A server in that view has let an outcome out. */
  released(outcome: Outcome, view: ViewId): void {
    const id = `${outcome.epoch}.${outcome.coordinator}.${outcome.index}`;
    const before = this.shownIn.get(id);
    if (before?.some((key) => this.leadsTo(key, viewKey(view)) || this.leadsTo(viewKey(view), key))) return;
    if (before) before.push(viewKey(view));
    else this.shownIn.set(id, [viewKey(view)]);
    const followed = this.current !== undefined && viewKey(this.current.view) === viewKey(view);
    for (const line of outcome.lines) {
      if (line.kind === 'event') this.event(line, view);
      else if (line.kind === 'warning') this.write({ kind: 'warning', text: line.text });
      else if (followed) this.status(line);
    }
  }

  /** The view whose statuses are shown, or undefined. */
  get followed(): NamedView | undefined {
    return this.current;
  }

  /** Follows another view from now on, whose agreed state is this; or none. */
  follow(view: ViewId | undefined, lines: readonly OutcomeLine[]): void {
    this.current = view && this.views.get(viewKey(view));
    for (const line of lines) if (line.kind !== 'event' && line.kind !== 'warning') this.status(line);
    if (this.current) return;
    // Flags tell of groups, and no group runs anywhere.
    this.statuses.forEach(([base], server) => {
      this.status({ kind: 'server', server, status: [base] });
    });
  }

  snapshot(at: Micros): Snapshot {
    const { definition, current } = this;
    const named = <T>(list: readonly { readonly name: string }[], value: (index: number) => T): Record<string, T> =>
      Object.fromEntries(list.map((item, index) => [item.name, value(index)]));
    return {
      cluster: definition.name,
      at,
      view: current && {
        epoch: current.view.epoch,
        coordinator: this.name(current.view.coordinator),
        members: serversOf(current.members).map((server) => this.name(server)),
      },
      servers: named(definition.servers, (server) => [...this.statuses[server]]),
      groups: named(definition.groups, (group) => ({ ...this.groups[group] })),
      resources: Object.assign(
        {},
        ...definition.groups.map((group, index) =>
          named(group.resources, (resource) => ({ ...this.resources[index][resource] })),
        ),
      ) as Snapshot['resources'],
    };
  }

  private event(line: OutcomeLine & { kind: 'event' }, view: ViewId): void {
    this.write({
      kind: 'event',
      cluster: this.definition.name,
      epoch: view.epoch,
      coordinator: this.name(view.coordinator),
      id: line.id,
      code: line.code,
      source: line.source,
      src: line.src,
      dst: line.dst,
    });
    this.onEvent?.(view, line);
  }

  private status(line: Exclude<OutcomeLine, { kind: 'event' } | { kind: 'warning' }>): void {
    const cluster = this.definition.name;
    if (line.kind === 'server') {
      if (this.statuses[line.server].join() === line.status.join()) return;
      this.statuses[line.server] = [...line.status];
      this.write({ kind: 'server', cluster, server: this.name(line.server), status: line.status });
      return;
    }
    const server = line.state === 'OFFLINE' ? '' : this.name(line.server);
    if (line.kind === 'group') {
      const group = this.definition.groups[line.group].name;
      if (change(this.groups[line.group], line.state, server))
        this.write({ kind: 'group', cluster, group, state: line.state, server });
    } else {
      const resource = this.definition.groups[line.group].resources[line.resource].name;
      if (change(this.resources[line.group][line.resource], line.state, server))
        this.write({ kind: 'resource', cluster, resource, state: line.state, server });
    }
  }

  /** Whether one view is the other or led to it. */
  private leadsTo(earlier: string, later: string): boolean {
    const epoch = this.views.get(earlier)?.view.epoch ?? 0;
    for (let key = later; ;) {
      if (key === earlier) return true;
      const named = this.views.get(key);
      if (!named || named.view.epoch <= epoch) return false;
      key = named.parent;
    }
  }

  private name(server: number): string {
    return server < 0 ? '' : this.definition.servers[server].name;
  }
}

function change<State>(shown: Shown<State>, state: State, server: string): boolean {
  if (shown.state === state && shown.server === server) return false;
  shown.state = state;
  shown.server = server;
  return true;
}
