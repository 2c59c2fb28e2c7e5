/**
 * Reads a trace into what a chart needs: for each cluster its servers and groups with their states over time, and the
 * numbered marks of what was done and what happened.
 *
 * Everything a reader of a report sees comes from here, and everything here comes from trace lines. A state that
 * lasted no time at all is left out of the lanes (its events still stand as marks); the last state of a lane is always
 * kept, because a run often ends at the very instant of its last change.
 */
import type {
  ClientEventLine,
  EndLine,
  EventLine,
  ExpectLine,
  GroupLine,
  LinksLine,
  PopupLine,
  RunLine,
  ServerLine,
  ServerStatusName,
  StepLine,
  TraceLine,
  ViewLine,
  ViolationLine,
  WarningLine,
} from '../model/trace.js';
import { captionOf, type Mark } from './captions.js';
import { readClients, type ClientHistory } from './clients.js';
import { LaneBuilder } from './lane-builder.js';
import { isOff, type At, type GroupState, type Lane, type MachineState, type ServerState } from './lanes.js';

export interface ClusterHistory {
  /** Empty where the trace names no cluster at all. */
  readonly name: string;
  readonly servers: readonly Lane<ServerState>[];
  readonly groups: readonly Lane<GroupState>[];
  readonly marks: readonly Mark[];
  /** The client machines that the trace tells of, and the groups that applications there watch. */
  readonly clients: readonly ClientHistory[];
  /** What clients were told, in numbers of its own: (*1), (*2) of section 6.3. A popup and its callback share one. */
  readonly told: readonly Mark[];
}

/** A whole run, sorted by time. */
export interface History {
  readonly run: RunLine | undefined;
  readonly end: EndLine | undefined;
  /** The instant of the last line. The run begins at 0. */
  readonly endsAt: number;
  readonly clusters: readonly ClusterHistory[];
  readonly steps: readonly At<StepLine>[];
  readonly events: readonly At<EventLine>[];
  readonly expects: readonly At<ExpectLine>[];
  readonly violations: readonly At<ViolationLine>[];
  readonly warnings: readonly At<WarningLine>[];
  readonly views: readonly At<ViewLine>[];
  readonly clientEvents: readonly At<ClientEventLine>[];
  readonly popups: readonly At<PopupLine>[];
  readonly links: readonly At<LinksLine>[];
}

/** Reads a trace, in whatever order its lines come. */
export function readHistory(lines: readonly TraceLine[]): History {
  const sorted = [...lines].sort((a, b) => a.t - b.t || a.seq - b.seq);
  const endsAt = Math.max(0, sorted.at(-1)?.t ?? 0);
  return {
    run: ofKind(sorted, 'run')[0],
    end: ofKind(sorted, 'end').at(-1),
    endsAt,
    clusters: readClusters(sorted, endsAt),
    steps: ofKind(sorted, 'step'),
    events: ofKind(sorted, 'event'),
    expects: ofKind(sorted, 'expect'),
    violations: ofKind(sorted, 'violation'),
    warnings: ofKind(sorted, 'warning'),
    views: ofKind(sorted, 'view'),
    clientEvents: ofKind(sorted, 'client-event'),
    popups: ofKind(sorted, 'popup'),
    links: ofKind(sorted, 'links'),
  };
}

type Kind = TraceLine['kind'];

function ofKind<K extends Kind>(lines: readonly TraceLine[], kind: K): Extract<TraceLine, { kind: K }>[] {
  return lines.filter((line): line is Extract<TraceLine, { kind: K }> => line.kind === kind);
}

/** What is known of one cluster while its trace is read. */
class ClusterBuilder {
  readonly servers = new Map<string, LaneBuilder<ServerState>>();
  readonly groups = new Map<string, LaneBuilder<GroupState>>();
  readonly resources = new Set<string>();
  private readonly machines = new Map<string, MachineState>();

  constructor(readonly name: string) {}

  server(line: At<ServerLine>): void {
    const lane = entry(this.servers, line.server, () => new LaneBuilder<ServerState>(line.server));
    // Whoever is seen alive after having been seen dead was powered on again, whatever step did that.
    if (lane.last !== undefined && isOff(lane.last.status) && !isOff(line.status)) this.machines.delete(line.server);
    this.show(lane, line.t, line.status);
  }

  group(line: At<GroupLine>): void {
    const lane = entry(this.groups, line.group, () => new LaneBuilder<GroupState>(line.group));
    lane.set(line.t, { state: line.state, server: line.server });
  }

  machine(server: string, at: number, machine: MachineState): void {
    this.machines.set(server, machine);
    const lane = this.servers.get(server);
    if (lane?.last !== undefined) this.show(lane, at, lane.last.status);
  }

  /** Once a server is known to be down or stopped, how it came to that no longer shows. */
  private show(lane: LaneBuilder<ServerState>, at: number, status: readonly ServerStatusName[]): void {
    lane.set(at, { status, machine: isOff(status) ? 'up' : (this.machines.get(lane.name) ?? 'up') });
  }

  knows(word: string): boolean {
    return this.servers.has(word) || this.groups.has(word) || this.resources.has(word);
  }
}

function entry<V>(map: Map<string, V>, key: string, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}

function readClusters(lines: readonly TraceLine[], endsAt: number): ClusterHistory[] {
  const builders = new Map<string, ClusterBuilder>();
  const named = (name: string): ClusterBuilder => entry(builders, name, () => new ClusterBuilder(name));
  for (const line of lines) {
    if (line.kind === 'server') named(line.cluster).server(line);
    else if (line.kind === 'group') named(line.cluster).group(line);
    else if (line.kind === 'resource') named(line.cluster).resources.add(line.resource);
    else if (line.kind === 'view' || line.kind === 'event') named(line.cluster);
    else if (line.kind === 'step') machineStep(line, [...builders.values()]);
  }
  const all = [...builders.values()];
  const clusters = all.map((builder) => finish(builder, all, lines, endsAt));
  return clusters.length > 0 ? clusters : [finish(new ClusterBuilder(''), [], lines, endsAt)];
}

const MACHINE_STEPS: Readonly<Record<string, MachineState>> = {
  crash: 'crashed',
  hang: 'hung',
  resume: 'up',
  restart: 'up',
  start: 'up',
};

/** A step that is known to change a machine's power or its pulse; refused ones change nothing. */
function machineStep(step: At<StepLine>, clusters: readonly ClusterBuilder[]): void {
  if (!Object.hasOwn(MACHINE_STEPS, step.step) || step.error !== undefined) return;
  const machine = MACHINE_STEPS[step.step];
  for (const cluster of clusters) {
    const whole = step.target === 'cluster' || step.target === cluster.name;
    const servers = whole ? [...cluster.servers.keys()] : [step.target];
    for (const server of servers) cluster.machine(server, step.t, machine);
  }
}

function finish(
  builder: ClusterBuilder,
  all: readonly ClusterBuilder[],
  lines: readonly TraceLine[],
  endsAt: number,
): ClusterHistory {
  const servers = [...builder.servers.values()].map((lane) => lane.lane(endsAt));
  const groups = [...builder.groups.values()].map((lane) => lane.lane(endsAt));
  const marks: Mark[] = [];
  for (const line of lines) {
    const kind = markKind(line);
    if (kind === undefined || !concerns(line, builder, all)) continue;
    marks.push({ number: marks.length + 1, at: line.t, seq: line.seq, kind, caption: captionOf(line, groups) });
  }
  const known = all.map((one) => ({
    name: one.name,
    servers: new Set(one.servers.keys()),
    groups: new Set(one.groups.keys()),
  }));
  return { name: builder.name, servers, groups, marks, ...readClients(lines, builder.name, known, groups, endsAt) };
}

function markKind(line: TraceLine): Mark['kind'] | undefined {
  if (line.kind === 'step' || line.kind === 'event') return line.kind;
  if (line.kind === 'violation') return 'alarm';
  return line.kind === 'expect' && !line.ok ? 'alarm' : undefined;
}

/** Events belong to their cluster; steps to the clusters whose names they use, and to all where they use none. */
function concerns(line: TraceLine, builder: ClusterBuilder, all: readonly ClusterBuilder[]): boolean {
  if (line.kind === 'event') return line.cluster === builder.name;
  if (line.kind !== 'step') return true;
  const words = `${line.target} ${line.to ?? ''} ${line.on ?? ''}`.split(/[^A-Za-z0-9_-]+/);
  const named = all.filter((cluster) => words.includes(cluster.name));
  if (named.length > 0) return named.includes(builder);
  const users = all.filter((cluster) => words.some((word) => cluster.knows(word)));
  return users.length === 0 || users.includes(builder);
}
