/**
 * From checked steps to a plan: what is done when, as actions of the world and claims about it.
 *
 * Everything that can be known to be wrong before a run is found here: names that nobody has, times that go back,
 * references to later steps, sides that share a server. What remains can only be refused by the cluster itself.
 */
import type { Fault } from '../api/facade/faults.js';
import type { WorldAction } from '../cluster/actions.js';
import type { Problem } from '../model/result.js';
import { formatDuration, micros, parseDuration, type Micros } from '../model/time.js';
import { type PlannedCall, planCall, planFault } from './calls.js';
import { planExpectation, type Expectation } from './expectations.js';
import type { Names, NodeKind, PlanContext } from './names.js';
import type { Place } from './problems.js';
import { STEP_NAMES, type CheckedScenario, type CheckedStep, type StepName, type StepValue } from './schema.js';

type Path = Problem['where'];

/** The longest run, and the longest wait in one: ten years. All that is reckoned from that stays far from `NEVER`. */
export const RUN_US_MAX = micros(87_600 * 3_600_000_000);

/** When a step is due: at an instant of the run, or some time after the step before it is done. */
export type When = { readonly at: Micros } | { readonly after: Micros };

/** One step, ready to be carried out. */
export interface PlannedStep {
  /** Its position in the scenario, from 0. */
  readonly index: number;
  readonly name: StepName;
  readonly when: When;
  readonly id?: string;
  /** Whether it is meant to be refused. */
  readonly refused: boolean;
  /** Where it stands in its file, if it has one. */
  readonly place?: Place;
  readonly does:
    | { readonly type: 'act'; readonly action: WorldAction }
    | { readonly type: 'expect'; readonly expectation: Expectation }
    | { readonly type: 'call'; readonly call: PlannedCall }
    | { readonly type: 'inject'; readonly fault: Fault };
}

/** Plans all steps; every mistake is reported. Steps with mistakes are left out. */
export function planSteps(
  scenario: CheckedScenario,
  names: Names,
  report: (problem: Problem) => void,
  placeOf: (where: Path) => Place | undefined,
): PlannedStep[] {
  const ids = new Set<string>();
  const planned: PlannedStep[] = [];
  for (const [index, step] of scenario.steps.entries()) {
    const name = STEP_NAMES.find((candidate) => candidate in step) as StepName;
    const where = ['steps', index];
    const does = planOne(name, step, [...where, name], { names, report, ids });
    if (step.id !== undefined) {
      const fix = 'give each step its own id';
      const what = `another step has the id "${step.id}" already`;
      if (ids.has(step.id)) report({ code: 'DUPLICATE_NAME', where: [...where, 'id'], what, fix });
      ids.add(step.id);
    }
    if (does === undefined) continue;
    const refused = 'refused' in step && step.refused === true;
    const place = placeOf([...where, name]);
    planned.push({ index, name, when: whenOf(step), id: step.id, refused, place, does });
  }
  checkTimes(scenario, report);
  return planned;
}

// ---------------------------------------------------------------- times

function whenOf(step: CheckedStep): When {
  return step.at === undefined ? { after: time(step.after ?? '0') } : { at: time(step.at) };
}

/** A duration that the schema has checked. */
function time(text: string): Micros {
  return parseDuration(text) ?? micros(0);
}

/** Reports times that go back or lead beyond the longest run, as far as that can be known before the run. */
function checkTimes(scenario: CheckedScenario, report: (problem: Problem) => void): void {
  let earliest = micros(0);
  for (const [index, step] of scenario.steps.entries()) {
    const where = ['steps', index];
    const { at, after } = step;
    if (at !== undefined && after !== undefined) {
      const what = 'a step is due either at an instant or after the step before';
      report({ code: 'NOT_APPLICABLE', where: [...where, 'after'], what, fix: 'write at or after, not both' });
    }
    if ('expect' in step) checkSpan('within', step.expect.within, [...where, 'expect', 'within'], report);
    const due = at === undefined ? micros(earliest + time(after ?? '0')) : time(at);
    if (due < earliest) {
      const what = `time goes back to ${at} here; the step before is at ${formatDuration(earliest)} or later`;
      const fix = `write ${formatDuration(earliest)} or later, or move the step up`;
      report({ code: 'TIME_GOES_BACK', where: [...where, 'at'], what, fix });
      continue;
    }
    // Those after one that is too late are, too.
    if (due > RUN_US_MAX && earliest <= RUN_US_MAX) {
      const [key, written] = at === undefined ? ['after', after] : ['at', at];
      const sum = time(written ?? '0') === due ? '' : `, which makes it ${formatDuration(due)}`;
      report(tooLong([...where, key], `${key} is ${written}${sum}`));
    }
    earliest = due;
  }
  checkSpan('the duration', scenario.duration, ['duration'], report);
  if (scenario.duration !== undefined && time(scenario.duration) < earliest && earliest <= RUN_US_MAX) {
    const what = `the duration of ${scenario.duration} ends before the last step at ${formatDuration(earliest)}`;
    const fix = `write ${formatDuration(earliest)} or more, or leave it out`;
    report({ code: 'TIME_GOES_BACK', where: ['duration'], what, fix });
  }
}

function checkSpan(name: string, written: string | undefined, where: Path, report: (problem: Problem) => void): void {
  if (written !== undefined && time(written) > RUN_US_MAX) report(tooLong(where, `${name} is ${written}`));
}

function tooLong(where: Path, what: string): Problem {
  return { code: 'OUT_OF_RANGE', where, what, fix: `a run lasts at most ${formatDuration(RUN_US_MAX)}` };
}

// ---------------------------------------------------------------- steps

/** Plans the value of one kind of step; undefined after a problem. */
type Planner<Name extends StepName> = (
  value: StepValue<Name>,
  where: Path,
  context: PlanContext,
  refused: boolean,
) => WorldAction | undefined;

type ActionName = Exclude<StepName, 'expect' | 'inject' | 'call'>;

function planOne(
  name: StepName,
  step: CheckedStep,
  where: Path,
  context: PlanContext,
): PlannedStep['does'] | undefined {
  if ('expect' in step) {
    const expectation = planExpectation(step.expect, where, context);
    return expectation && { type: 'expect', expectation };
  }
  if ('call' in step) {
    const call = planCall(step.call, where, context);
    return call && { type: 'call', call };
  }
  if ('inject' in step) {
    const fault = planFault(step.inject, where, context);
    return fault && { type: 'inject', fault };
  }
  // The one key of a step decides the type of its value; TypeScript cannot see that the two belong together.
  const plan = PLANNERS[name as ActionName] as Planner<ActionName>;
  const value = (step as Record<string, unknown>)[name] as StepValue<ActionName>;
  const action = plan(value, where, context, 'refused' in step && step.refused === true);
  return action && { type: 'act', action };
}

const HOSTS: readonly NodeKind[] = ['server', 'machine'];
const ENDS: readonly NodeKind[] = ['server', 'machine', 'client', 'witness'];

/** One planner for each step that is an action of the world. */
const PLANNERS: { readonly [Name in ActionName]: Planner<Name> } = {
  start: (target, where, { names }) => (names.target(target, where) ? { type: 'start', target } : undefined),
  shutdown: (target, where, { names }) => (names.target(target, where) ? { type: 'shutdown', target } : undefined),
  crash: (server, where, { names }) => (names.node(server, HOSTS, where) ? { type: 'crash', server } : undefined),
  hang: (server, where, { names }) => (names.node(server, HOSTS, where) ? { type: 'hang', server } : undefined),
  resume: (server, where, { names }) => (names.node(server, HOSTS, where) ? { type: 'resume', server } : undefined),
  restart: (server, where, { names }) => (names.node(server, HOSTS, where) ? { type: 'restart', server } : undefined),
  return: (server, where, { names }) =>
    names.node(server, ['server'], where) ? { type: 'return', server } : undefined,
  maintenance: (server, where, { names }) =>
    names.node(server, ['server'], where) ? { type: 'maintenance', server } : undefined,
  startGroup: (value, where, context, refused) => {
    const short = typeof value === 'string';
    const group = context.names.group(short ? value : value.group, short ? where : [...where, 'group']);
    if (group === undefined) return undefined;
    if (short || value.on === undefined) return { type: 'startGroup', group: group.label };
    const on = serverOf(group, value.on, [...where, 'on'], context, refused);
    return on === undefined ? undefined : { type: 'startGroup', group: group.label, on };
  },
  stopGroup: (name, where, { names }) => {
    const group = names.group(name, where);
    return group && { type: 'stopGroup', group: group.label };
  },
  moveGroup: (value, where, context, refused) => {
    const group = context.names.group(value.group, [...where, 'group']);
    const to = group && serverOf(group, value.to, [...where, 'to'], context, refused);
    return group && to !== undefined ? { type: 'moveGroup', group: group.label, to } : undefined;
  },
  failGroup: (name, where, { names }) => {
    const group = names.group(name, where);
    return group && { type: 'failGroup', group: group.label };
  },
  failResource: (value, where, context) => resourceAction('failResource', value, where, context),
  repairResource: (value, where, context) => resourceAction('repairResource', value, where, context),
  hangResource: (value, where, context) => resourceAction('hangResource', value, where, context),
  switchLine: (value, where, context, refused) => {
    const resource = context.names.resource(value.resource, [...where, 'resource']);
    if (resource === undefined) return undefined;
    if (resource.type !== 'lsw') {
      const what = `${value.resource} is of type ${resource.type ?? 'unknown'}`;
      const fix = 'name a resource of type lsw';
      context.report({ code: 'NOT_APPLICABLE', where: [...where, 'resource'], what, fix });
      return undefined;
    }
    const to = serverOf(resource, value.to, [...where, 'to'], context, refused);
    return to === undefined ? undefined : { type: 'switchLine', resource: resource.label, to };
  },
  partition: (sides, where, context) =>
    sidesAreKnown(sides, where, context) ? { type: 'partition', sides } : undefined,
  heal: (what, where, context) => {
    if (what === 'all') return { type: 'heal', what };
    if (Array.isArray(what)) return sidesAreKnown(what, where, context) ? { type: 'heal', what } : undefined;
    return linkIsKnown(what, where, context) ? { type: 'heal', what } : undefined;
  },
  link: (value, where, context) => (linkIsKnown(value, where, context) ? { type: 'link', ...value } : undefined),
  startClient: (client, where, { names }) =>
    names.node(client, ['client'], where) ? { type: 'startClient', client } : undefined,
  stopClient: (client, where, { names }) =>
    names.node(client, ['client'], where) ? { type: 'stopClient', client } : undefined,
  watch: ({ client, group }, where, { names }) => {
    const seen = names.groupOnClient(client, group, where);
    return seen && { type: 'watch', client, group: seen.label };
  },
};

/** Checks a server that a group is to go to; one that is not in its list must be meant to be refused. */
function serverOf(
  owned: { readonly name: string; readonly cluster: string; readonly servers: readonly string[] },
  server: string,
  where: Path,
  { names, report }: PlanContext,
  refused: boolean,
): string | undefined {
  if (!names.node(server, ['server'], where)) return undefined;
  if (owned.servers.includes(server) || (refused && names.clusterOf(server) === owned.cluster)) return server;
  const what = `${server} is not in the list of servers of ${owned.name}`;
  const fix = `name one of ${owned.servers.join(', ')}`;
  report({ code: 'UNKNOWN_NAME', where, what, fix });
  return undefined;
}

function resourceAction(
  type: 'failResource' | 'repairResource' | 'hangResource',
  value: StepValue<'failResource'>,
  where: Path,
  context: PlanContext,
): WorldAction | undefined {
  const short = typeof value === 'string';
  const resource = context.names.resource(short ? value : value.resource, short ? where : [...where, 'resource']);
  if (resource === undefined) return undefined;
  if (short || value.on === undefined) return { type, resource: resource.label };
  const on = serverOf(resource, value.on, [...where, 'on'], context, false);
  return on === undefined ? undefined : { type, resource: resource.label, on };
}

function sidesAreKnown(sides: readonly (readonly string[])[], where: Path, { names, report }: PlanContext): boolean {
  const sideOf = new Map<string, number>();
  let known = true;
  for (const [side, members] of sides.entries()) {
    for (const [index, name] of members.entries()) {
      const at = [...where, side, index];
      if (!names.node(name, ENDS, at)) known = false;
      else if (sideOf.has(name)) {
        const what = `${name} stands ${sideOf.get(name) === side ? 'twice on this side' : 'on two sides'}`;
        report({ code: 'DUPLICATE_NAME', where: at, what, fix: 'name each machine once' });
        known = false;
      }
      sideOf.set(name, side);
    }
  }
  return known;
}

function linkIsKnown(link: StepValue<'link'>, where: Path, { names, report }: PlanContext): boolean {
  const from = names.node(link.from, ENDS, [...where, 'from']);
  const to = names.node(link.to, ENDS, [...where, 'to']);
  const network = link.network === undefined || names.network(link.network, [...where, 'network']);
  if (from && to && link.from === link.to) {
    const what = `this link leads from ${link.from} to itself`;
    report({ code: 'DUPLICATE_NAME', where: [...where, 'to'], what, fix: 'name two machines' });
    return false;
  }
  return from && to && network;
}
