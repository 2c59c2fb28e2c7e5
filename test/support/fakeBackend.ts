/**
 * A backend without a cluster: a script says what is seen when. The runner's own logic (instants, waiting, refusals) is
 * tested against it, because nothing an engine does can then make a test pass or fail.
 */
import { Tasks } from '../../src/cluster/tasks.js';
import type { WorldAction } from '../../src/cluster/actions.js';
import type { Backend, Goal, RunSummary, Snapshot, StepLabel, Stop } from '../../src/cluster/backend.js';
import type { ClientGroupStatus } from '../../src/client/look.js';
import type { ClientSoftware } from '../../src/cluster/client-software.js';
import { describeStep } from '../../src/cluster/describe.js';
import type { WorldDefinition } from '../../src/cluster/world.js';
import { micros, NEVER, parseDuration, type Micros } from '../../src/model/time.js';
import { err, ok, type Refusal, type Result } from '../../src/model/result.js';
import type { EventCode, GroupStateName, ServerStatusName, TraceBody, TraceLine } from '../../src/model/trace.js';
import type { OpenBackend } from '../../src/scenarios/run.js';

/** Something that is seen at an instant. */
export interface Scripted {
  readonly at: string;
  readonly line: TraceBody;
}

export interface FakeOptions {
  readonly script?: readonly Scripted[];
  /** Whether an action is refused, and in which words. */
  readonly refuse?: (action: WorldAction) => string | undefined;
  /** At this instant `until` throws a violated invariant. */
  readonly violationAt?: string;
  /** From this instant on something else goes wrong: a mistake of the emulator itself. */
  readonly bugAt?: string;
  /** Never quiet. */
  readonly restless?: boolean;
  /** Until this instant clients have not found their clusters; from the beginning by default. */
  readonly foundAt?: string;
}

export function group(at: string, name: string, state: GroupStateName, server = ''): Scripted {
  return { at, line: { kind: 'group', cluster: 'C', group: name, state, server } };
}

export function server(at: string, name: string, ...status: ServerStatusName[]): Scripted {
  return { at, line: { kind: 'server', cluster: 'C', server: name, status } };
}

export function event(at: string, code: string, cluster = 'C'): Scripted {
  const full = `ARM_EVENT_${code}` as EventCode;
  const line = { kind: 'event', cluster, epoch: 1, coordinator: 'A', id: 1, code: full } as const;
  return { at, line: { ...line, source: 'A', src: '', dst: '' } };
}

/** What the client PC tells of group G of cluster C. */
export function clientEvent(
  at: string,
  event: string,
  status: string,
  more: { client?: string; cluster?: string } = {},
) {
  const { client = 'PC', cluster = 'C' } = more;
  const words = { event: `ARMCLAPI_EVENT_${event}`, status: `ARMCLAPI_GROUP_STATUS_${status}` };
  return { at, line: { kind: 'client-event', client, cluster, group: 'G', src: '', dst: '', ...words } } as const;
}

export function popup(at: string, text: string, client = 'PC'): Scripted {
  return { at, line: { kind: 'popup', client, text } };
}

/** The name by which the runner knows it; the engine's own class is not needed here. */
class InvariantViolation extends Error {
  override readonly name = 'InvariantViolation';
  readonly invariant = 2;
}

export class FakeBackend implements Backend {
  readonly kind = 'inline';
  readonly tasks = new Tasks();
  closed = 0;
  finished: boolean | undefined;
  private clock = micros(0);
  private seq = 0;
  private readonly sinks = new Set<(line: TraceLine) => void>();
  private readonly lines: TraceLine[] = [];
  private script: Scripted[];

  constructor(
    readonly options: FakeOptions = {},
    private readonly world?: WorldDefinition,
  ) {
    this.script = [...(options.script ?? [])];
  }

  /** A client knows of each group what was last told of it; before that it is stopped. */
  client(machine: string): ClientSoftware | undefined {
    const definition = this.world?.clients.find(({ name }) => name === machine);
    if (definition === undefined) throw new RangeError(`There is no client ${machine} here.`);
    const clusters = this.world?.clusters.filter(({ name }) => definition.clusters.includes(name)) ?? [];
    return {
      machine,
      host: 'client',
      clusters,
      local: undefined,
      server: undefined,
      productVersion: '7.0',
      look: (cluster) => ({
        settled: this.clock >= time(this.options.foundAt ?? '0'),
        groups: clusters[cluster].groups.map(({ name }) => ({
          status: this.clientStatus(machine, clusters[cluster].name, name),
          server: -1,
        })),
        servers: [],
        master: 0,
      }),
      watch: () => () => undefined,
    };
  }

  private clientStatus(client: string, cluster: string, name: string): ClientGroupStatus {
    let status = 'STOPPED';
    for (const line of this.lines)
      if (line.kind === 'client-event' && line.client === client && line.cluster === cluster && line.group === name)
        status = line.status.replace('ARMCLAPI_GROUP_STATUS_', '');
    return status as ClientGroupStatus;
  }

  registryOf(): never {
    throw new RangeError('There are no machines here.');
  }

  now(): Micros {
    return this.clock;
  }

  reconsider(): void {
    // Nobody waits in an application.
  }

  service(machine: string): never {
    throw new RangeError(`No applications on ${machine}.`);
  }

  act(action: WorldAction, label?: StepLabel): Promise<Result<void, Refusal>> {
    const line = describeStep(action);
    const refused = this.options.refuse?.(action);
    const id = label?.id === undefined ? {} : { id: label.id };
    this.note({ ...line, ...id, ...(refused === undefined ? {} : { error: refused }) });
    if (refused === undefined) return Promise.resolve(ok(undefined));
    return Promise.resolve(err({ code: 'REFUSED', where: line.target, what: refused, fix: '' }));
  }

  until(goal: Goal, limit: Micros): Promise<Stop> {
    const stop = (reason: Stop['reason']): Promise<Stop> => Promise.resolve({ reason, at: this.clock });
    if (goal.type === 'condition' && goal.holds()) return stop('reached');
    for (;;) {
      const next = this.script.length === 0 ? NEVER : time(this.script[0].at);
      this.checkFaults(Math.min(next, limit));
      if (next > limit || next === NEVER) {
        if (goal.type === 'quiet' && this.options.restless !== true) return stop('reached');
        if (limit !== NEVER) this.clock = limit;
        return stop(limit === NEVER ? 'nothing-left' : 'limit');
      }
      this.clock = next;
      while (this.script.length > 0 && time(this.script[0].at) === next) this.note(this.script.shift()!.line);
      if (goal.type === 'condition' && goal.holds()) return stop('reached');
    }
  }

  status(cluster: string): Snapshot {
    const servers: Record<string, readonly ServerStatusName[]> = { A: ['STOPPED'], B: ['STOPPED'] };
    const groups: Record<string, { state: GroupStateName; server: string }> = { G: { state: 'OFFLINE', server: '' } };
    for (const line of this.lines) {
      if (line.kind === 'server' && line.cluster === cluster) servers[line.server] = line.status;
      if (line.kind === 'group' && line.cluster === cluster) groups[line.group] = line;
    }
    return { cluster, at: this.clock, servers, groups, resources: {} };
  }

  trace(sink: (line: TraceLine) => void): () => void {
    this.sinks.add(sink);
    return () => this.sinks.delete(sink);
  }

  note(body: TraceBody): void {
    const line: TraceLine = { t: this.clock, seq: this.seq++, ...body };
    this.lines.push(line);
    for (const sink of this.sinks) sink(line);
  }

  onHeartbeat(sink: ((at: Micros, from: string, to: string) => void) | undefined): void {
    sink?.(micros(3_000_000), 'A', 'B');
  }

  finish(good: boolean): Promise<RunSummary> {
    if (this.finished === undefined) this.note({ kind: 'end', ok: good, hash: 'f00d' });
    this.finished = good;
    return Promise.resolve({ ok: good, hash: 'f00d' });
  }

  close(): Promise<void> {
    this.closed++;
    return Promise.resolve();
  }

  private checkFaults(until: number): void {
    const { violationAt, bugAt } = this.options;
    if (bugAt !== undefined && time(bugAt) <= until) throw new TypeError('the engine fell over');
    if (violationAt === undefined || time(violationAt) > until) return;
    this.clock = time(violationAt);
    this.note({ kind: 'violation', invariant: 2, text: 'G is active on A and B' });
    throw new InvariantViolation('invariant 2 is broken: G is active on A and B');
  }
}

/** Opens a fake; the last one opened stands in `opened`. */
export function openFake(options: FakeOptions = {}): { open: OpenBackend; opened: FakeBackend[] } {
  const opened: FakeBackend[] = [];
  const open: OpenBackend = (world) => {
    const backend = new FakeBackend(options, world);
    opened.push(backend);
    return Promise.resolve(backend);
  };
  return { open, opened };
}

function time(text: string): Micros {
  return parseDuration(text) ?? micros(0);
}
