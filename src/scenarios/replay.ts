/**
 * The words at the end of a run: what it came to in a line, what failed, and the command that repeats it.
 */
import { formatDuration } from '../model/time.js';
import type { BackendKind } from '../model/trace.js';
import type { Failure, ScenarioResult } from './result.js';
import type { Scenario } from './scenario.js';

/** The command that repeats a run; for scenarios of a program, the call that does. */
export function replayCommand(
  scenario: Pick<Scenario, 'file' | 'timeScale'>,
  options: { readonly seed: number; readonly kind: BackendKind; readonly invariants: boolean },
): string {
  const { seed, kind, invariants } = options;
  const { file, timeScale } = scenario;
  if (file === undefined) {
    const scale = timeScale === undefined ? '' : `, timeScale: ${timeScale}`;
    const more = `${kind === 'inline' ? '' : `, backend: '${kind}'`}${scale}${invariants ? '' : ', invariants: false'}`;
    return `runScenario(scenario, { seed: ${seed}${more} })`;
  }
  const scale = timeScale === undefined ? '' : ` --time-scale ${timeScale}`;
  const more = `${kind === 'inline' ? '' : ` --backend ${kind}`}${scale}${invariants ? '' : ' --no-invariants'}`;
  return `armada run ${quoted(file)} --seed ${seed}${more}`;
}

/** A path as a shell takes it. */
function quoted(path: string): string {
  const safe = path.startsWith('-') ? `./${path}` : path;
  return /^[\w@%+=:,./-]+$/.test(safe) ? safe : `'${safe.replaceAll("'", "'\\''")}'`;
}

/** The first line of a summary, e.g. `primary goes down: passed (4 expectations, 3m, seed 1, hash 0123456789ab)`. */
export function headline(result: Omit<ScenarioResult, 'summary'>, scenario: Scenario): string {
  const count = (type: 'expect' | 'call', word: string): string => {
    const steps = scenario.steps.filter(({ does }) => does.type === type).length;
    return `${steps} ${word}${steps === 1 ? '' : 's'}`;
  };
  const calls = scenario.steps.some(({ does }) => does.type === 'call') ? `, ${count('call', 'call')}` : '';
  const counted = `${count('expect', 'expectation')}${calls}`;
  const hash = result.hash === undefined ? '' : `, hash ${result.hash.slice(0, 12)}`;
  const facts = `${counted}, ${formatDuration(result.endedAt)}, seed ${result.seed}${hash}`;
  const { length } = result.failures;
  const verdict = result.ok ? 'passed' : `FAILED, ${length} failure${length === 1 ? '' : 's'}`;
  return `${result.scenario}: ${verdict} (${facts})`;
}

/** A failure in one line, with the place of its step: `at 2m: … (examples/x.yaml:12)`. */
export function failureText(failure: Failure, file: string | undefined): string {
  const { place, step } = failure;
  const position = place === undefined ? '' : `:${place.line}:${place.column}`;
  const start = file === undefined ? (step === undefined ? '' : `steps[${step}]: `) : `${file}${position}: `;
  return `${start}at ${formatDuration(failure.at)}: ${failure.text}`;
}

/** The whole summary of a result. */
export function summaryOf(result: Omit<ScenarioResult, 'summary'>, scenario: Scenario): string {
  if (result.ok) return headline(result, scenario);
  const failures = result.failures.map((failure) => `  ${failureText(failure, result.file)}`);
  return [headline(result, scenario), ...failures, `  again: ${result.replay}`].join('\n');
}
