/**
 * A scenario: what a user wrote, checked as a whole and turned into a world and a plan. Made from a file by load.ts, or
 * in TypeScript by `scenario`. Making one runs nothing.
 */
import type { WorldDefinition } from '../cluster/world.js';
import { err, ok, type Problem, type Result } from '../model/result.js';
import { parseDuration, type Micros } from '../model/time.js';
import { checkStructure } from './explain.js';
import { Names } from './names.js';
import { planSteps, type PlannedStep } from './plan.js';
import { BadInputError, type BadInput, type Place } from './problems.js';
import type { CheckedScenario, ScenarioInput } from './schema.js';
import { clustersOf, defineWorld } from './world.js';

/** Marks scenarios, also those made by another copy of this package. */
const MARK = Symbol.for('armada-emulator.scenario');

/** A checked scenario, ready to run any number of times. */
export interface Scenario {
  readonly name: string;
  /** The file it was read from, as the user named it. */
  readonly file?: string;
  readonly world: WorldDefinition;
  readonly steps: readonly PlannedStep[];
  /** Length of the run; undefined: until nothing is pending after the last step. */
  readonly durationUs?: Micros;
  /** What every duration was multiplied by (scale.ts); undefined: they are as written. */
  readonly timeScale?: number;
  /** What is allowed and still seldom meant; one sentence each. */
  readonly warnings: readonly string[];
  /** As written. */
  readonly input: ScenarioInput;
}

/** Where what the user wrote comes from: for the places in messages. */
export interface Source {
  readonly file?: string;
  /** The place of a path's value (or key) in the file. */
  readonly place?: (path: Problem['where'], which: 'key' | 'value') => Place;
  /** How a scalar is spelt in the file. */
  readonly written?: (path: Problem['where']) => string | undefined;
}

/**
 * Makes a scenario in TypeScript; the same keys as in a scenario file, with types that complete in an editor.
 *
 * @throws BadInputError with everything that is wrong, in the words of `armada check`
 */
export function scenario(input: ScenarioInput): Scenario {
  const made = makeScenario(input, {});
  if (!made.ok) throw new BadInputError(made.error);
  return made.value;
}

/** Checks a value and makes a scenario of it; answers every problem found. */
export function makeScenario(value: unknown, source: Source): Result<Scenario, BadInput[]> {
  const problems: Problem[] = [];
  const report = (problem: Problem): void => void problems.push(problem);
  const input = isScenario(value) ? value.input : value;
  const structure = checkStructure(input, source.written);
  if ('problems' in structure) return err(structure.problems.map((problem) => placed(problem, source)));
  const { scenario: checked } = structure;
  const clusters = clustersOf(checked, report);
  const names = new Names(clusters, checked, report);
  const { world, warnings } = defineWorld(clusters, checked, report);
  checkClients(checked, names, report);
  const placeOf = (where: Problem['where']) => source.place?.(where, 'key');
  const steps = planSteps(checked, names, report, placeOf);
  if (problems.length > 0) return err(problems.map((problem) => placed(problem, source)));
  return ok({
    [MARK]: true,
    name: checked.name,
    file: source.file,
    world,
    steps,
    durationUs: checked.duration === undefined ? undefined : parseDuration(checked.duration),
    warnings: [...warnings, ...oddities(checked)],
    input: input as ScenarioInput,
  });
}

/** Whether a value was made by `scenario`. */
function isScenario(value: unknown): value is Scenario {
  return typeof value === 'object' && value !== null && MARK in value;
}

function placed(problem: Problem, { file, place }: Source): BadInput {
  const which = ['UNKNOWN_KEY', 'UNKNOWN_STEP', 'TWO_STEPS'].includes(problem.code) ? 'key' : 'value';
  return { ...problem, file, place: place?.(problem.where, which) };
}

/** Checks the clusters that clients name: each must exist, and stand once in the settings of a client. */
function checkClients(checked: CheckedScenario, names: Names, report: (problem: Problem) => void): void {
  for (const [index, { clusters = [] }] of (checked.clients ?? []).entries()) {
    for (const [position, name] of clusters.entries()) {
      const where = ['clients', index, 'clusters', position];
      if (!names.cluster(name, where) || clusters.indexOf(name) === position) continue;
      const what = `${name} stands here for the second time`;
      report({ code: 'DUPLICATE_NAME', where, what, fix: 'name each cluster once' });
    }
  }
}

/** Scenarios that are right and still can hardly be meant. */
function oddities(checked: CheckedScenario): string[] {
  const starts = checked.steps.some((step) => 'start' in step || 'restart' in step);
  return starts ? [] : ['No step starts anything: every server stays switched off.'];
}
