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

/** Replaced where it changes, and frozen: whoever asks for a snapshot may keep it. */
interface Shown<State> {
  readonly state: State;
  readonly server: string;
}

export class ClusterTracer {
  private readonly views = new Map<string, NamedView>();
  /** Which outcomes were shown, and in which views. */
  private readonly shownIn = new Map<string, string[]>();
  /** By names, as snapshots have them: they are asked for at every event of a wait, and copied in one piece. */
  private readonly statuses: Record<string, readonly ServerStatusName[]>;
  private readonly groups: Record<string, Shown<GroupStateName>>;
  private readonly resources: Record<string, Shown<ResourceStateName>>;
  private current: NamedView | undefined;
  /** Events shown so far, by the view that showed them. */
  onEvent: ((view: ViewId, line: OutcomeLine & { kind: 'event' }) => void) | undefined;

  constructor(
    private readonly definition: ClusterDefinition,
    private readonly write: (body: TraceBody) => void,
  ) {
    const offline = Object.freeze({ state: 'OFFLINE', server: '' } as const);
    this.statuses = named(definition.servers, Object.freeze(['STOPPED'] as const));
    this.groups = named<Shown<GroupStateName>>(definition.groups, offline);
    this.resources = named<Shown<ResourceStateName>>(
      definition.groups.flatMap((group) => group.resources),
      offline,
    );
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
    this.definition.servers.forEach(({ name }, server) => {
      this.status({ kind: 'server', server, status: this.statuses[name].slice(0, 1) });
    });
  }

  snapshot(at: Micros): Snapshot {
    const { definition, current } = this;
    return {
      cluster: definition.name,
      at,
      view: current && {
        epoch: current.view.epoch,
        coordinator: this.name(current.view.coordinator),
        members: serversOf(current.members).map((server) => this.name(server)),
      },
      servers: { ...this.statuses },
      groups: { ...this.groups },
      resources: { ...this.resources },
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
      const server = this.name(line.server);
      if (this.statuses[server].join() === line.status.join()) return;
      const status = Object.freeze([...line.status]);
      this.statuses[server] = status;
      this.write({ kind: 'server', cluster, server, status });
      return;
    }
    const server = line.state === 'OFFLINE' ? '' : this.name(line.server);
    if (line.kind === 'group') {
      const group = this.definition.groups[line.group].name;
      if (change(this.groups, group, line.state, server))
        this.write({ kind: 'group', cluster, group, state: line.state, server });
    } else {
      const resource = this.definition.groups[line.group].resources[line.resource].name;
      if (change(this.resources, resource, line.state, server))
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

function named<T>(list: readonly { readonly name: string }[], value: T): Record<string, T> {
  return Object.fromEntries(list.map(({ name }) => [name, value]));
}

function change<State>(shown: Record<string, Shown<State>>, name: string, state: State, server: string): boolean {
  const before = shown[name];
  if (before.state === state && before.server === server) return false;
  shown[name] = Object.freeze({ state, server });
  return true;
}
