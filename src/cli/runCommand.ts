/**
 * `armada run`: runs scenario files one after the other, shows what happens, writes reports, and tells by its exit
 * status what came of it: 0 all is as expected, 1 something is not, 2 the input is bad and nothing was run.
 */
import { writeFileSync } from 'node:fs';
import type { BackendKind } from '../model/trace.js';
import { HeartbeatRecorder, terminalChart } from '../report/index.js';
import { printable } from '../report/plain.js';
import { failureText, headline, replayCommand } from '../scenarios/replay.js';
import type { ScenarioResult } from '../scenarios/result.js';
import { runScenario, type OpenBackend } from '../scenarios/run.js';
import { timeScaleProblem } from '../scenarios/scale.js';
import type { Scenario } from '../scenarios/scenario.js';
import { loadFiles, scaleAll, type Loaded } from './files.js';
import { Printer } from './printer.js';
import { reportProblem, reportsOf, reportText, type Report } from './reports.js';
import type { Terminal } from './terminal.js';

/** The options of `armada run`, as commander reads them. */
export interface RunFlags {
  readonly backend: BackendKind;
  readonly seed: number;
  readonly timeScale?: number;
  readonly json: boolean;
  readonly report: readonly string[];
  readonly invariants: boolean;
  readonly chart: boolean;
}

/** A mistake of the emulator itself, with what is needed to see it again. */
export class EmulatorBug extends Error {
  constructor(
    override readonly cause: unknown,
    readonly seed: number,
    readonly replay: string,
  ) {
    super(cause instanceof Error ? cause.message : String(cause));
  }
}

/** Runs files; answers the exit status. `open` is for tests. */
export async function runCommand(
  files: readonly string[],
  flags: RunFlags,
  terminal: Terminal,
  open?: OpenBackend,
): Promise<number> {
  const unusable = scaleProblem(flags) ?? reportProblem(flags.report, files);
  if (unusable !== undefined) {
    terminal.err(`armada: ${printable(unusable)}\n`);
    return 2;
  }
  const { scenarios, bad } = await prepare(files, flags, terminal);
  if (bad > 0) {
    terminal.err(`${bad} of ${files.length} file${files.length === 1 ? '' : 's'} cannot be run; nothing was run.\n`);
    return 2;
  }
  const reports = reportsOf(flags.report, files);
  const results: { scenario: Scenario; result: ScenarioResult }[] = [];
  // One after the other: runs at the same time would take each other's time.
  for (const [index, scenario] of scenarios.entries()) {
    const result = await runOne(scenario, reports[index], flags, terminal, open);
    if (result === undefined) return 2;
    results.push({ scenario, result });
  }
  if (results.length > 1 && !flags.json) recap(results, terminal);
  return results.every(({ result }) => result.ok) ? 0 : 1;
}

/** What is wrong with the time scale, as one sentence; undefined where it can be tried. */
function scaleProblem({ backend, timeScale }: RunFlags): string | undefined {
  const problem = timeScale === undefined ? undefined : timeScaleProblem(backend, timeScale);
  return problem && `--time-scale ${timeScale}: ${problem.what}; ${problem.fix}`;
}

/** Loads files, in the time that was asked for. */
async function prepare(files: readonly string[], { timeScale }: RunFlags, terminal: Terminal): Promise<Loaded> {
  const loaded = await loadFiles(files, terminal);
  return timeScale === undefined || loaded.bad > 0 ? loaded : scaleAll(loaded.scenarios, timeScale, terminal);
}

/** Runs one scenario and writes its reports; undefined where a report could not be written. */
async function runOne(
  scenario: Scenario,
  reports: readonly Report[],
  flags: RunFlags,
  terminal: Terminal,
  open: OpenBackend | undefined,
): Promise<ScenarioResult | undefined> {
  const heartbeats = new HeartbeatRecorder();
  try {
    const wanted = reports.some(({ ending }) => ending === '.html');
    const result = await show(scenario, flags, terminal, open, wanted ? heartbeats : undefined);
    const contents = reports.map(({ ending, path }) => ({
      path,
      text: reportText(ending, scenario, result, heartbeats),
    }));
    return contents.every(({ path, text }) => written(path, text, terminal)) ? result : undefined;
  } catch (error) {
    const { seed, backend: kind, invariants } = flags;
    throw new EmulatorBug(error, seed, replayCommand(scenario, { seed, kind, invariants }));
  }
}

/** Runs one scenario and shows it as it happens, with the chart and its result at the end. */
async function show(
  scenario: Scenario,
  flags: RunFlags,
  terminal: Terminal,
  open: OpenBackend | undefined,
  heartbeats: HeartbeatRecorder | undefined,
): Promise<ScenarioResult> {
  const { seed, backend, invariants, json } = flags;
  const printer = new Printer(terminal, scenario.world.clusters.length);
  if (!json) announce(scenario, flags, terminal);
  const result = await runScenario(scenario, {
    seed,
    backend,
    invariants,
    onLine: json ? (line) => terminal.out(`${JSON.stringify(line)}\n`) : (line) => printer.line(line),
    onHeartbeat: heartbeats && ((at, from, to) => heartbeats.record(at, from, to)),
    openBackend: open,
  });
  printer.flush();
  if (!json && flags.chart) {
    const color = terminal.paint.isColorSupported;
    terminal.out(`\n${terminalChart(result.lines, { width: terminal.width, color })}`);
  }
  conclude(scenario, result, json, terminal);
  return result;
}

/** Writes a report; tells where that fails. */
function written(path: string, text: string, terminal: Terminal): boolean {
  try {
    writeFileSync(path, text);
    return true;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    terminal.err(`armada: --report ${printable(path)} could not be written (${code})\n`);
    return false;
  }
}

function announce(scenario: Scenario, { seed, backend }: RunFlags, { out, paint }: Terminal): void {
  const { timeScale } = scenario;
  const file = scenario.file === undefined ? '' : ` ${paint.dim(printable(scenario.file))}`;
  out(
    `${paint.bold(printable(scenario.name))}${file} (seed ${seed}, ${backend}${timeScale === undefined ? '' : `, time scale ${timeScale}`})\n`,
  );
}

/** Tells how a run ended: a line, and one more for each failure. With --json only failures, on standard error. */
function conclude(scenario: Scenario, result: ScenarioResult, json: boolean, terminal: Terminal): void {
  const { paint } = terminal;
  if (!json) {
    const line = printable(headline(result, scenario));
    terminal.out(`\n${result.ok ? paint.green(line) : paint.red(line)}\n`);
  }
  const tell = json ? (text: string): void => terminal.err(text) : (text: string): void => terminal.out(text);
  for (const failure of result.failures) {
    tell(`  ${printable(failureText(failure, result.file))}\n`);
    if (failure.stack === undefined) continue;
    if (terminal.debug) terminal.err(`${failure.stack}\n`);
    else tell("  ARMADA_DEBUG=1 shows the thread's stack\n");
  }
  if (!result.ok) tell(`  again: ${printable(result.replay)}\n`);
  if (!json) terminal.out('\n');
}

/** A line for each of several scenarios. */
function recap(results: readonly { scenario: Scenario; result: ScenarioResult }[], { out, paint }: Terminal): void {
  for (const { scenario, result } of results) {
    const word = result.ok ? paint.green('passed') : paint.red('FAILED');
    out(`${word} ${printable(scenario.file ?? '')}: ${printable(headline(result, scenario))}\n`);
  }
  const passed = results.filter(({ result }) => result.ok).length;
  out(`${passed} of ${results.length} scenarios passed\n`);
}
