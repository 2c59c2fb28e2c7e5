/**
 * A backend without a cluster on a clock that never stands still: every question takes time, every wait ends late, no
 * trace has a hash. What a real clock does to a runner, without one.
 */
import { Tasks } from '../../src/cluster/tasks.js';
import type { WorldAction } from '../../src/cluster/actions.js';
import type { Backend, Goal, RunSummary, Snapshot, StepLabel, Stop } from '../../src/cluster/backend.js';
import { ServerFailed } from '../../src/cluster/errors.js';
import { ok, type Refusal, type Result } from '../../src/model/result.js';
import { micros, NEVER, parseDuration, type Micros } from '../../src/model/time.js';
import type { GroupStateName, ServerStatusName, TraceBody, TraceLine } from '../../src/model/trace.js';
import type { OpenBackend } from '../../src/scenarios/run.js';
import type { Scripted } from '../support/fakeBackend.js';

export interface MeasuredOptions {
  readonly script?: readonly Scripted[];
  /** So much later than asked for every wait ends, in microseconds. */
  readonly late?: number;
  /** From this instant on every wait fails: a thread has ended. */
  readonly failsAt?: string;
  /** Opening, finishing or closing fails in the same way. */
  readonly fails?: readonly ('open' | 'finish' | 'close')[];
  /** What is seen when a condition holds is over before the runner can look. */
  readonly fleeting?: boolean;
}

const fault = (): ServerFailed =>
  new ServerFailed('A', 'its thread has ended:\n  out of memory', 'Error: out of memory\n    at thread.js:1');
const SCHEDULE_US = 137;
const ACTION_US = 900;

class MeasuredBackend implements Backend {
  readonly kind = 'realtime';
  readonly tasks = new Tasks();
  closed = 0;
  private clock = 0;
  private seq = 0;
  private finished = false;
  private readonly lines: TraceLine[] = [];
  private readonly sinks = new Set<(line: TraceLine) => void>();
  private readonly script: Scripted[];

  constructor(readonly options: MeasuredOptions) {
    this.script = [...(options.script ?? [])];
    this.note({ kind: 'run', schema: 1, scenario: 'x', seed: 1, backend: 'realtime', version: '0' });
  }

  client(): never {
    throw new RangeError('There are no machines here.');
  }

  registryOf(): never {
    throw new RangeError('There are no machines here.');
  }

  now(): Micros {
    return micros((this.clock += SCHEDULE_US));
  }

  reconsider(): void {
    // Nobody waits in an application.
  }

  service(machine: string): never {
    throw new RangeError(`No applications on ${machine}.`);
  }

  act(action: WorldAction, label?: StepLabel): Promise<Result<void, Refusal>> {
    this.clock += ACTION_US;
    const target = 'target' in action ? action.target : 'server' in action ? action.server : '';
    this.note({ kind: 'step', step: action.type, target, ...label });
    return Promise.resolve(ok(undefined));
  }

  async until(goal: Goal, limit: Micros): Promise<Stop> {
    await Promise.resolve();
    for (;;) {
      const next = this.script.length === 0 ? NEVER : time(this.script[0].at);
      this.checkThreads(Math.min(next, limit));
      if (next > Math.max(limit, this.clock)) break;
      this.clock = Math.max(this.clock, next) + SCHEDULE_US;
      this.note(this.script.shift()!.line);
      if (goal.type !== 'condition' || !goal.holds()) continue;
      if (this.options.fleeting === true && this.script.length > 0) this.note(this.script.shift()!.line);
      return { reason: 'reached', at: this.now() };
    }
    if (goal.type === 'quiet') return { reason: 'reached', at: this.now() };
    if (limit !== NEVER && this.clock < limit) this.clock = limit + (this.options.late ?? 0);
    return { reason: limit === NEVER ? 'nothing-left' : 'limit', at: this.now() };
  }

  status(cluster: string): Snapshot {
    const servers: Record<string, readonly ServerStatusName[]> = { A: ['STOPPED'], B: ['STOPPED'] };
    const groups: Record<string, { state: GroupStateName; server: string }> = { G: { state: 'OFFLINE', server: '' } };
    for (const line of this.lines) {
      if (line.kind === 'server') servers[line.server] = line.status;
      if (line.kind === 'group') groups[line.group] = line;
    }
    return { cluster, at: this.now(), servers, groups, resources: {} };
  }

  trace(sink: (line: TraceLine) => void): () => void {
    for (const line of this.lines) sink(line);
    this.sinks.add(sink);
    return () => this.sinks.delete(sink);
  }

  note(body: TraceBody): void {
    const line: TraceLine = { t: this.now(), seq: this.seq++, ...body };
    this.lines.push(line);
    for (const sink of this.sinks) sink(line);
  }

  onHeartbeat(sink: ((at: Micros, from: string, to: string) => void) | undefined): void {
    for (const at of [30_117, 60_403, 90_251]) sink?.(micros(at), 'A', 'B');
  }

  finish(good: boolean): Promise<RunSummary> {
    this.failIf('finish');
    if (!this.finished) this.note({ kind: 'end', ok: good });
    this.finished = true;
    return Promise.resolve({ ok: good });
  }

  async close(): Promise<void> {
    await Promise.resolve();
    this.closed++;
    this.failIf('close');
  }

  private failIf(what: 'finish' | 'close'): void {
    if (this.options.fails?.includes(what) === true) throw fault();
  }

  private checkThreads(until: number): void {
    const { failsAt } = this.options;
    if (failsAt === undefined || time(failsAt) > until) return;
    this.clock = Math.max(this.clock, time(failsAt));
    throw fault();
  }
}

/** Opens backends of a clock that goes on; all that were opened stand in `opened`. */
export function openMeasured(options: MeasuredOptions = {}): { open: OpenBackend; opened: MeasuredBackend[] } {
  const opened: MeasuredBackend[] = [];
  const open: OpenBackend = () => {
    if (options.fails?.includes('open') === true) return Promise.reject(fault());
    const backend = new MeasuredBackend(options);
    opened.push(backend);
    return Promise.resolve(backend);
  };
  return { open, opened };
}

function time(text: string): Micros {
  return parseDuration(text) ?? micros(0);
}
