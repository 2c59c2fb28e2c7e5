/**
 * A backend without a cluster: a script says what is seen when. The runner's own logic (instants, waiting, refusals) is
 * tested against it, because nothing an engine does can then make a test pass or fail.
 */
import { Tasks } from '../../src/cluster/tasks.js';
import type { WorldAction } from '../../src/cluster/actions.js';
import type { Backend, Goal, RunSummary, Snapshot, StepLabel, Stop } from '../../src/cluster/backend.js';
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

  constructor(readonly options: FakeOptions = {}) {
    this.script = [...(options.script ?? [])];
  }

  client(): never {
    throw new RangeError('There are no machines here.');
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
    const target = 'target' in action ? action.target : 'server' in action ? action.server : '';
    const refused = this.options.refuse?.(action);
    const id = label?.id === undefined ? {} : { id: label.id };
    this.note({ kind: 'step', step: action.type, target, ...id, ...(refused === undefined ? {} : { error: refused }) });
    if (refused === undefined) return Promise.resolve(ok(undefined));
    return Promise.resolve(err({ code: 'REFUSED', where: target, what: refused, fix: '' }));
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
  const open: OpenBackend = () => {
    const backend = new FakeBackend(options);
    opened.push(backend);
    return Promise.resolve(backend);
  };
  return { open, opened };
}

function time(text: string): Micros {
  return parseDuration(text) ?? micros(0);
}
