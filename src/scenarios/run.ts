/**
 * Runs a scenario: does its steps at their instants and judges its expectations, on any backend.
 *
 * At one instant actions come first and expectations last, whatever their order in the file. An expectation with
 * `within` waits in the background: steps with `at` go on at their instants, and only a step that follows the
 * expectation itself (`after`, or at once) waits until it is decided. Nothing here reads a clock; time is the backend's.
 */
import type { Backend } from '../cluster/backend.js';
import type { WorldDefinition } from '../cluster/world.js';
import type { Micros } from '../model/time.js';
import type { BackendKind, TraceLine } from '../model/trace.js';
import { replayCommand, summaryOf } from './replay.js';
import type { Failure, ScenarioResult } from './result.js';
import { ScenarioRun } from './runner.js';
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
 * Runs a scenario once. The same scenario and seed give the same trace. Everything the backend holds is freed.
 *
 * @throws only for mistakes of the emulator itself; a violated invariant is a failure of the result
 */
export async function runScenario(scenario: Scenario, options: RunOptions = {}): Promise<ScenarioResult> {
  const { seed = 1, backend: kind = 'inline', invariants = true } = options;
  const open = options.openBackend ?? (await import('../cluster/open.js')).openWorld;
  const backend = await open(scenario.world, { seed, backend: kind, invariants, scenario: scenario.name });
  const lines: TraceLine[] = [];
  const failures: Failure[] = [];
  try {
    const stop = backend.trace((line) => {
      lines.push(line);
      options.onLine?.(line);
    });
    backend.onHeartbeat(options.onHeartbeat);
    const run = new ScenarioRun(scenario, backend, lines, failures);
    const hash = await guarded(backend, failures, () => run.toTheEnd());
    stop();
    const replay = replayCommand(scenario, { seed, kind, invariants });
    const result = {
      ok: failures.length === 0,
      scenario: scenario.name,
      file: scenario.file,
      seed,
      backend: kind,
      hash,
      lines,
      failures,
      endedAt: backend.now(),
      replay,
    };
    return { ...result, summary: summaryOf(result, scenario) };
  } finally {
    await backend.close();
  }
}

/** Runs to the end and answers the hash. A violated invariant ends the run and is one of its failures. */
async function guarded(backend: Backend, failures: Failure[], run: () => Promise<void>): Promise<string | undefined> {
  try {
    await run();
    return (await backend.finish(failures.length === 0)).hash;
  } catch (error) {
    if (!isViolation(error)) throw error;
    failures.push({ kind: 'violation', at: backend.now(), text: error.message });
    return await finishBroken(backend);
  }
}

/** Ends a run whose invariants are broken; that they still are is no news. */
async function finishBroken(backend: Backend): Promise<string | undefined> {
  try {
    return (await backend.finish(false)).hash;
  } catch (error) {
    if (!isViolation(error)) throw error;
    return undefined;
  }
}

/** The exception of a violated invariant, by its name: the backend may come from anywhere. */
function isViolation(error: unknown): error is Error {
  return error instanceof Error && error.name === 'InvariantViolation';
}
