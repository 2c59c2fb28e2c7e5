/**
 * Reads out of a trace what its clients saw of one cluster: when each ran, what it answered of the groups that
 * applications there watched, and what it was told, in the numbers of section 6.3.
 *
 * A trace says how a group's status changes, and seldom what it was before. That follows from the change: what boots
 * was stopped, what fails over was running. A client that no step starts has run, and watched, from the beginning. An
 * application that only a program knows of shows from its first callback on.
 *
 * A server has client software too, once an application there asks for it: it goes with the server's power.
 */
import type { ClientEventLine, PopupLine, ServerLine, StepLine, TraceLine } from '../model/trace.js';
import { captionOf, STATUS_PREFIX, type Mark } from './captions.js';
import { LaneBuilder } from './lane-builder.js';
import { isOff, type Answer, type At, type ClientState, type GroupState, type Lane } from './lanes.js';

/** One client machine as far as one cluster is concerned. */
export interface ClientHistory {
  readonly lane: Lane<ClientState>;
  /** A lane a watched group: what the client answers of it. */
  readonly answers: readonly Lane<Answer>[];
}

/** A cluster and its groups, as far as the trace names them. */
interface KnownCluster {
  readonly name: string;
  readonly servers: ReadonlySet<string>;
  readonly groups: ReadonlySet<string>;
}

type ClientLine = At<ClientEventLine> | At<PopupLine> | At<StepLine>;
/** A server is off: a step that crashes it, or its status. */
type OffLine = At<StepLine> | At<ServerLine>;

/** Reads the clients of one cluster, in the order in which the trace first names them. */
export function readClients(
  lines: readonly TraceLine[],
  cluster: string,
  all: readonly KnownCluster[],
  groups: readonly Lane<GroupState>[],
  endsAt: number,
): { readonly clients: readonly ClientHistory[]; readonly told: readonly Mark[] } {
  const ofClients = linesOfClients(lines);
  const clients: ClientHistory[] = [];
  const told: At<ClientEventLine | PopupLine>[] = [];
  for (const [client, own] of ofClients) {
    const clusters = clustersOf(own, all);
    if (clusters.size > 0 && !clusters.has(cluster)) continue;
    const concerned = own.filter((line) => concerns(line, cluster, all));
    const off = all.some(({ servers }) => servers.has(client)) ? linesThatEnd(lines, client) : undefined;
    const reader = new ClientReader(client, cluster, concerned, off !== undefined);
    for (const line of [...concerned, ...(off ?? [])].sort(inOrder)) reader.read(line);
    clients.push(reader.history(endsAt, groups));
    told.push(...concerned.filter((line) => line.kind !== 'step'));
  }
  return { clients, told: numbered(told.sort(inOrder), groups) };
}

function inOrder(a: At<unknown>, b: At<unknown>): number {
  return a.t - b.t || a.seq - b.seq;
}

// ---------------------------------------------------------------- which lines

/** The lines of each client: its steps, its callbacks, its popups. */
function linesOfClients(lines: readonly TraceLine[]): Map<string, ClientLine[]> {
  const found = new Map<string, ClientLine[]>();
  for (const line of lines) {
    if (line.kind !== 'client-event' && line.kind !== 'popup' && line.kind !== 'step') continue;
    const client = line.kind === 'step' ? clientOfStep(line) : line.client;
    if (client === undefined) continue;
    const own = found.get(client);
    if (own === undefined) found.set(client, [line]);
    else own.push(line);
  }
  return found;
}

/** The client of a step that changes something there; a refused one changes nothing. */
function clientOfStep({ step, target, on, error }: StepLine): string | undefined {
  if (error !== undefined) return undefined;
  if (step === 'startClient' || step === 'stopClient') return target;
  return step === 'watch' ? on : undefined;
}

/** What ends all that runs on a server. */
function linesThatEnd(lines: readonly TraceLine[], server: string): OffLine[] {
  return lines.filter((line): line is OffLine => {
    if (line.kind === 'step') return line.step === 'crash' && line.target === server && line.error === undefined;
    return line.kind === 'server' && line.server === server && isOff(line.status);
  });
}

/** The clusters that a client's watches and callbacks are about; none where it has neither. */
function clustersOf(own: readonly ClientLine[], all: readonly KnownCluster[]): Set<string> {
  const named = all.map(({ name }) => name);
  const lines = own.filter((line) => line.kind === 'client-event' || (line.kind === 'step' && line.step === 'watch'));
  return new Set(named.filter((name) => lines.some((line) => concerns(line, name, all))));
}

function concerns(line: ClientLine, cluster: string, all: readonly KnownCluster[]): boolean {
  if (line.kind === 'client-event') return line.cluster === cluster;
  if (line.kind === 'popup') {
    const words = wordsOf(line.text);
    return words.includes(cluster) || !all.some(({ name }) => words.includes(name));
  }
  if (line.step !== 'watch') return true;
  const owners = all.filter(({ name, groups }) => groups.has(groupOf(line.target, name) ?? ''));
  return owners.length === 0 || owners.some(({ name }) => name === cluster);
}

/** The group that `NAME` or `CLUSTER/NAME` means in a cluster; undefined where it is another's. */
function groupOf(target: string, cluster: string): string | undefined {
  const [owner, name] = target.includes('/') ? target.split('/', 2) : [cluster, target];
  return owner === cluster ? name : undefined;
}

/** The words of a text that may be names. */
function wordsOf(text: string): string[] {
  return text.split(/[^A-Za-z0-9_-]+/);
}

// ---------------------------------------------------------------- lanes

/** What a group's status was before an event (section 6.1.3.1). */
const BEFORE: ReadonlyMap<string, string> = new Map([
  ['ARMCLAPI_EVENT_BOOT', 'STOPPED'],
  ['ARMCLAPI_EVENT_SHUTDOWN', 'RUNNING'],
  ['ARMCLAPI_EVENT_FAILOVER_START', 'RUNNING'],
  ['ARMCLAPI_EVENT_FAILOVER_END', 'FAILOVER'],
]);

interface Application {
  readonly lane: LaneBuilder<Answer>;
  open: boolean;
  /** Since when it watches without a status that is known. */
  unknownFrom: number | undefined;
}

class ClientReader {
  private readonly lane: LaneBuilder<ClientState>;
  private readonly applications = new Map<string, Application>();
  /** It has run from the beginning, and watched all groups. */
  private fromTheBeginning: boolean;

  constructor(
    client: string,
    private readonly cluster: string,
    lines: readonly ClientLine[],
    private readonly onServer: boolean,
  ) {
    this.lane = new LaneBuilder(client);
    const first = lines.find((line) => line.kind === 'step' && line.step !== 'watch');
    this.fromTheBeginning = !onServer && (first?.kind !== 'step' || first.step !== 'startClient');
    if (!onServer) this.lane.set(0, { running: this.fromTheBeginning });
  }

  read(line: ClientLine | OffLine): void {
    if (this.onServer) this.readOnServer(line);
    if (line.kind === 'client-event') this.callback(line);
    else if (line.kind === 'step' && line.step === 'watch') this.watch(line);
    else if (line.kind === 'step' && line.step === 'startClient') this.lane.set(line.t, { running: true });
    else if (line.kind === 'step' && line.step === 'stopClient') this.stop(line.t);
  }

  /** What is told on a server shows that it runs there. */
  private readOnServer(line: ClientLine | OffLine): void {
    const off = line.kind === 'server' || (line.kind === 'step' && line.step === 'crash');
    if (!off) this.lane.set(line.t, { running: true });
    else if (this.lane.last?.running === true) this.stop(line.t);
  }

  /** The answers stand in the order of the cluster's groups. */
  history(endsAt: number, groups: readonly Lane<unknown>[]): ClientHistory {
    for (const application of this.applications.values()) settle(application, '');
    const answers = [...this.applications.values()].map(({ lane }) => lane.lane(endsAt));
    const place = ({ name }: Lane<unknown>): number => groups.findIndex((group) => group.name === name);
    return { lane: this.lane.lane(endsAt), answers: answers.sort((a, b) => place(a) - place(b)) };
  }

  private stop(at: number): void {
    this.lane.set(at, { running: false });
    this.fromTheBeginning = false;
    for (const application of this.applications.values()) end(application, at);
  }

  private watch(line: At<StepLine>): void {
    const application = this.application(groupOf(line.target, this.cluster) ?? line.target);
    if (application.open) return;
    application.open = true;
    if (line.status === undefined) application.unknownFrom = line.t;
    else application.lane.set(line.t, { status: line.status.replace(STATUS_PREFIX, '') });
  }

  private callback(line: At<ClientEventLine>): void {
    const application = this.application(line.group);
    if (!application.open && this.fromTheBeginning) application.unknownFrom = 0;
    application.open = true;
    settle(application, BEFORE.get(line.event) ?? '');
    application.lane.set(line.t, { status: line.status.replace(STATUS_PREFIX, '') });
  }

  private application(group: string): Application {
    let known = this.applications.get(group);
    if (known === undefined) {
      known = { lane: new LaneBuilder<Answer>(group), open: false, unknownFrom: undefined };
      this.applications.set(group, known);
    }
    return known;
  }
}

/** Fills in the status that a watch began with. */
function settle(application: Application, status: string): void {
  if (application.unknownFrom === undefined) return;
  application.lane.set(application.unknownFrom, { status });
  application.unknownFrom = undefined;
}

/** Ends an application with its client. */
function end(application: Application, at: number): void {
  if (!application.open) return;
  settle(application, '');
  application.lane.set(at, { status: undefined });
  application.open = false;
}

// ---------------------------------------------------------------- marks

/** A popup and a callback of one change are told together: a real clock may tick between them. */
const TOGETHER_US = 10_000;

/** Numbers what clients were told; a popup and the callback of the same change share a number, the popup first. */
function numbered(told: readonly At<ClientEventLine | PopupLine>[], groups: readonly Lane<GroupState>[]): Mark[] {
  const marks: Mark[] = [];
  const taken = new Set<number>();
  let number = 0;
  for (const [index, line] of told.entries()) {
    if (taken.has(line.seq)) continue;
    const other = told.slice(index + 1).find((next) => !taken.has(next.seq) && belong(line, next));
    if (other !== undefined) taken.add(other.seq);
    const pair = other === undefined ? [line] : line.kind === 'popup' ? [line, other] : [other, line];
    number += 1;
    for (const one of pair)
      marks.push({ number, at: line.t, seq: one.seq, kind: 'client', caption: captionOf(one, groups) });
  }
  return marks;
}

function belong(a: At<ClientEventLine | PopupLine>, b: At<ClientEventLine | PopupLine>): boolean {
  if (a.kind === b.kind || a.client !== b.client || b.t - a.t > TOGETHER_US) return false;
  const [popup, callback] = a.kind === 'popup' ? [a, b] : [b, a];
  if (popup.kind !== 'popup' || callback.kind !== 'client-event') return false;
  return wordsOf(popup.text).includes(callback.group);
}
