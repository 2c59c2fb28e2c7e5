/**
 * Loads the scenario files of a command and tells what is wrong in them.
 */
import type { BadInput } from '../scenarios/problems.js';
import { formatProblems } from '../scenarios/problems.js';
import { loadScenario } from '../scenarios/load.js';
import { scaleScenario } from '../scenarios/scale.js';
import type { Scenario } from '../scenarios/scenario.js';
import { printable } from '../report/plain.js';
import type { Terminal } from './terminal.js';

/** What loading some files came to. */
export interface Loaded {
  /** The scenarios that are right, in the order of their files. */
  readonly scenarios: readonly Scenario[];
  /** The number of files with problems. */
  readonly bad: number;
}

/** Loads files one after the other; problems go to standard error. `each` is told of every right one. */
export async function loadFiles(
  files: readonly string[],
  terminal: Terminal,
  each: (scenario: Scenario) => void = () => undefined,
): Promise<Loaded> {
  const scenarios: Scenario[] = [];
  let bad = 0;
  for (const file of files) {
    const loaded = await loadScenario(file);
    if (loaded.ok) {
      scenarios.push(loaded.value);
      each(loaded.value);
    } else {
      bad++;
      tellProblems(loaded.error, terminal);
    }
  }
  return { scenarios, bad };
}

/** Scales loaded scenarios in time; problems go to standard error. */
export function scaleAll(scenarios: readonly Scenario[], timeScale: number, terminal: Terminal): Loaded {
  const scaled: Scenario[] = [];
  for (const scenario of scenarios) {
    const result = scaleScenario(scenario, timeScale);
    if (result.ok) scaled.push(result.value);
    else tellProblems(result.error, terminal);
  }
  return { scenarios: scaled, bad: scenarios.length - scaled.length };
}

function tellProblems(problems: readonly BadInput[], terminal: Terminal): void {
  for (const line of formatProblems(problems)) terminal.err(`${printable(line)}\n`);
}
