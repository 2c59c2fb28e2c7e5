/**
 * Runs a scenario: does its steps at their instants and judges its expectations, on any backend.
 *
 * At one instant actions come first and expectations last, whatever their order in the file. An expectation with
 * `within` waits in the background: steps with `at` go on at their instants, and only a step that follows the
 * expectation itself (`after`, or at once) waits until it is decided. Nothing here reads a clock; time is the backend's.
 *
 * A violated invariant and a failed thread end a run, which then has failed; its backend is closed whatever happens.
 */
import type { Backend } from '../cluster/backend.js';
import type { WorldDefinition } from '../cluster/world.js';
import { micros, type Micros } from '../model/time.js';
import type { BackendKind, TraceLine } from '../model/trace.js';
import { BadInputError } from './problems.js';
import { replayCommand, summaryOf } from './replay.js';
import type { Failure, ScenarioResult } from './result.js';
import { ScenarioRun } from './runner.js';
import { scaleScenario, timeScaleProblem } from './scale.js';
import type { Scenario } from './scenario.js';

/** How a backend is opened for a run. */
export type OpenBackend = (
  world: WorldDefinition,
  options: {
    readonly seed: number;
    readonly backend?: BackendKind;
    readonly invariants?: boolean;
    readonly scenario?: string;
  },
) => Promise<Backend>;

/** How a scenario is run. */
export interface RunOptions {
  /** Seed of everything random, a whole number from 0 on; 1 by default. */
  readonly seed?: number;
  /** inline by default. */
  readonly backend?: BackendKind;
  /** realtime only: every duration of the scenario times this. */
  readonly timeScale?: number;
  /** Whether the emulator checks its own invariants all along; true by default. */
  readonly invariants?: boolean;
  /** Called with each trace line as it happens. */
  readonly onLine?: (line: TraceLine) => void;
  /** Called once for each heartbeat received. */
  readonly onHeartbeat?: (at: Micros, from: string, to: string) => void;
  /** Opens the backend; the emulator's own by default. */
  readonly openBackend?: OpenBackend;
}

/**
 * Runs a scenario once. The same scenario and seed give the same trace, but in real time. Everything the backend holds
 * is freed.
 *
 * @throws BadInputError where there cannot be such a time scale, RangeError for another option that cannot be; else only for
 *   mistakes of the emulator itself: a violated invariant and a failed thread are failures of the result
 */
export async function runScenario(scenario: Scenario, options: RunOptions = {}): Promise<ScenarioResult> {
  const { seed = 1, backend: kind = 'inline', invariants = true, timeScale } = options;
  const planned = timeScale === undefined ? scenario : inTime(scenario, kind, timeScale);
  const lines: TraceLine[] = [];
  const failures: Failure[] = [];
  const { hash, endedAt } = await carriedOut(planned, options, lines, failures);
  const result = {
    ok: failures.length === 0,
    scenario: planned.name,
    file: planned.file,
    seed,
    backend: kind,
    hash,
    lines,
    failures,
    endedAt,
    replay: replayCommand(planned, { seed, kind, invariants }),
  };
  return { ...result, summary: summaryOf(result, planned) };
}

function inTime(scenario: Scenario, kind: BackendKind, timeScale: number): Scenario {
  const problem = timeScaleProblem(kind, timeScale);
  if (problem !== undefined) throw new BadInputError([problem]);
  const scaled = scaleScenario(scenario, timeScale);
  if (!scaled.ok) throw new BadInputError(scaled.error);
  return scaled.value;
}

/** How a run ended. */
interface Ending {
  readonly hash?: string;
  readonly endedAt: Micros;
}

/** Opens the backend, runs to the end and closes it; what was thrown on purpose on the way is a failure. */
async function carriedOut(
  scenario: Scenario,
  options: RunOptions,
  lines: TraceLine[],
  failures: Failure[],
): Promise<Ending> {
  const { seed = 1, backend: kind = 'inline', invariants = true } = options;
  let ending: Ending = { endedAt: micros(0) };
  try {
    const open = options.openBackend ?? (await import('../cluster/open.js')).openWorld;
    const backend = await open(scenario.world, { seed, backend: kind, invariants, scenario: scenario.name });
    try {
      ending = await guarded(scenario, backend, options, lines, failures);
    } catch (mistake) {
      await backend.close().catch(() => undefined);
      throw mistake;
    }
    await backend.close();
  } catch (error) {
    note(failures, failureOf(error, ending.endedAt));
  }
  return ending;
}

/** Runs to the end and answers the hash. What was thrown on purpose ends the run and is one of its failures. */
async function guarded(
  scenario: Scenario,
  backend: Backend,
  options: RunOptions,
  lines: TraceLine[],
  failures: Failure[],
): Promise<Ending> {
  const stop = backend.trace((line) => {
    lines.push(line);
    options.onLine?.(line);
  });
  backend.onHeartbeat(options.onHeartbeat);
  let hash: string | undefined;
  try {
    await new ScenarioRun(scenario, backend, lines, failures).toTheEnd();
    ({ hash } = await backend.finish(failures.length === 0));
  } catch (error) {
    const failure = failureOf(error, backend.now());
    note(failures, failure);
    hash = await finishBroken(backend, failure);
  }
  stop();
  const last = lines.at(-1);
  // A real clock has gone on since the last line.
  return { hash, endedAt: last?.kind === 'end' ? micros(last.t) : backend.now() };
}

/** Ends a run that is broken off; that it is broken is no news. */
async function finishBroken(backend: Backend, failure: Failure): Promise<string | undefined> {
  try {
    // The backend writes the line of a violation itself.
    if (failure.kind === 'thread') backend.note({ kind: 'warning', text: failure.text });
    return (await backend.finish(false)).hash;
  } catch (error) {
    failureOf(error, failure.at);
    return undefined;
  }
}

/** Adds a failure; a backend that fails again while it is closed has nothing new to say. */
function note(failures: Failure[], failure: Failure): void {
  if (!failures.some(({ kind, text }) => kind === failure.kind && text === failure.text)) failures.push(failure);
}

/** The exceptions that a backend throws on purpose, by their names: the backend may come from anywhere. */
const THROWN_ON_PURPOSE = new Map<string, Failure['kind']>([
  ['InvariantViolation', 'violation'],
  ['ServerFailed', 'thread'],
  ['NoSharedMemory', 'thread'],
]);

/** Whether a backend throws this on purpose; else it is a mistake of the emulator. */
export function isOnPurpose(error: unknown): error is Error {
  return error instanceof Error && THROWN_ON_PURPOSE.has(error.name);
}

/**
 * The failure that an exception of the backend stands for.
 *
 * @throws the exception itself where nobody threw it on purpose, which makes it a mistake of the emulator
 */
function failureOf(error: unknown, at: Micros): Failure {
  if (!isOnPurpose(error)) throw error;
  const kind = THROWN_ON_PURPOSE.get(error.name) as Failure['kind'];
  const text = error.message.trim().replaceAll(/\s*\n\s*/g, ' ');
  const stack = 'threadStack' in error && typeof error.threadStack === 'string' ? error.threadStack : undefined;
  return { kind, at, text, ...(stack === undefined ? {} : { stack }) };
}
