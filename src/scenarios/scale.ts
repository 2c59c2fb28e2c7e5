/**
 * The time scale: every duration of a scenario times a factor, so that minutes of a cluster can run in seconds of a
 * real clock. One pure change of a planned scenario before it runs; what runs, judges and reports afterwards knows only
 * the durations that come out, and those are the ones that users read.
 *
 * Values stay whole; what was longer than nothing stays so. A factor that would make a definition invalid (timers have
 * a shortest and a longest span) is refused, because a timer left behind would make another cluster of it.
 */
import type { WorldAction } from '../cluster/actions.js';
import type { ClusterDefinition, ResourceDefinition } from '../model/definition.js';
import { shown } from '../model/check.js';
import { DURATION_US_MAX, TIMER_US_MIN } from '../model/limits.js';
import { err, ok, type Problem, type Result } from '../model/result.js';
import { formatDuration, micros, parseDuration, type Duration, type Micros } from '../model/time.js';
import type { BackendKind } from '../model/trace.js';
import { RUN_US_MAX, type PlannedStep } from './plan.js';
import type { BadInput } from './problems.js';
import type { Scenario } from './scenario.js';

/** What is wrong with a time scale (from JavaScript it may be anything), whatever the scenario; undefined where it can be tried. */
export function timeScaleProblem(backend: BackendKind, factor: unknown): Problem | undefined {
  const problem = { code: 'OUT_OF_RANGE', where: ['timeScale'] };
  if (!(typeof factor === 'number' && Number.isFinite(factor) && factor > 0)) {
    const found = typeof factor === 'string' ? `the text ${shown(factor)}` : shown(factor);
    return { ...problem, what: `the time scale is ${found}`, fix: 'write a number above 0, such as 0.01' };
  }
  if (backend === 'realtime') return undefined;
  const what = `only the realtime backend has a time scale; in ${backend} time is virtual and costs none of yours`;
  return { ...problem, code: 'NOT_APPLICABLE', what, fix: 'leave it out, or choose the backend realtime' };
}

/** The scenario with every duration times a factor above 0. Refused where its definitions would not be valid then. */
export function scaleScenario(scenario: Scenario, factor: number): Result<Scenario, BadInput[]> {
  const scaler = new Scaler(factor);
  const { world, steps, durationUs } = scenario;
  const total = factor * (scenario.timeScale ?? 1);
  const scaled: Scenario = {
    ...scenario,
    world: {
      ...world,
      clusters: world.clusters.map((cluster) => scaleCluster(cluster, scaler)),
      clients: world.clients.map((client) => scaleClient(client, scaler)),
    },
    steps: steps.map((step) => scaleStep(step, scaler)),
    durationUs: durationUs === undefined ? undefined : scaler.span(durationUs, 'the duration'),
    timeScale: total === 1 ? undefined : total,
  };
  const { problem } = scaler;
  return problem === undefined ? ok(scaled) : err([{ ...problem, file: scenario.file }]);
}

/** A span that would be too short or too long, and the factor that would bring it to its bound. */
interface Impossible {
  readonly what: string;
  readonly short: boolean;
  readonly bound: Micros;
  readonly asks: number;
}

/** Multiplies spans, and remembers which of them cannot be had. */
class Scaler {
  /** The span that asks for a factor the furthest away from this one. */
  private worst: Impossible | undefined;

  constructor(private readonly factor: number) {}

  /** A span times the factor: whole, and 0 only where it was 0. `what` names it in a message. */
  span(us: Micros, what: string, min: Micros = micros(0), max: Micros = RUN_US_MAX): Micros {
    if (us === 0) return us;
    const scaled = Math.max(1, Math.round(us * this.factor));
    if (scaled >= min && scaled <= max) return micros(scaled);
    const bound = scaled < min ? min : max;
    const asks = bound / us;
    const short = scaled < min;
    const { worst } = this;
    if (worst === undefined || (short ? asks > worst.asks : asks < worst.asks))
      this.worst = { what, short, bound, asks };
    return bound;
  }

  /** What is wrong, as one problem with the nearest factor that does. */
  get problem(): Problem | undefined {
    if (this.worst === undefined) return undefined;
    const { what, short, bound, asks } = this.worst;
    const limit = `${short ? 'below the shortest possible' : 'above the longest possible'}, ${formatDuration(bound)}`;
    const fix = short ? `write ${threeDigits(asks, 1)} or more` : `write ${threeDigits(asks, -1)} or less`;
    const code = 'OUT_OF_RANGE';
    return { code, where: ['timeScale'], what: `the time scale ${this.factor} takes ${what} ${limit}`, fix };
  }
}

/** The number with at most three digits that is nearest above (1) or below (-1). */
function threeDigits(value: number, direction: 1 | -1): number {
  const [digits, exponent] = value.toExponential(2).split('e');
  const near = Number(`${digits}e${exponent}`);
  if (direction * (near - value) >= 0) return near;
  return Number(`${(Number(digits) + direction * 0.01).toFixed(2)}e${exponent}`);
}

// ---------------------------------------------------------------- the cluster

function scaleCluster(cluster: ClusterDefinition, scaler: Scaler): ClusterDefinition {
  const of = `of ${cluster.name}`;
  const timer = (us: Micros, what: string): Micros => scaler.span(us, `${what} ${of}`, TIMER_US_MIN, DURATION_US_MAX);
  const span = (us: Micros, what: string): Micros => scaler.span(us, what, micros(0), DURATION_US_MAX);
  const heartbeatIntervalUs = timer(cluster.heartbeatIntervalUs, 'the heartbeat interval');
  const rounded = timer(cluster.heartbeatTimeoutUs, 'the heartbeat timeout');
  // Two roundings must not bring the timeout below two intervals.
  const heartbeatTimeoutUs = micros(Math.max(rounded, 2 * heartbeatIntervalUs));
  const fenced = cluster.fenceUs === cluster.heartbeatTimeoutUs;
  return frozen({
    ...cluster,
    heartbeatIntervalUs,
    heartbeatTimeoutUs,
    startupWaitUs: span(cluster.startupWaitUs, `the startup wait ${of}`),
    fenceUs: fenced ? heartbeatTimeoutUs : timer(cluster.fenceUs, 'the fence'),
    servers: frozen(
      cluster.servers.map((server) => frozen({ ...server, bootUs: span(server.bootUs, `the boot of ${server.name}`) })),
    ),
    groups: frozen(
      cluster.groups.map((group) =>
        frozen({ ...group, resources: frozen(group.resources.map((resource) => scaleResource(resource, scaler))) }),
      ),
    ),
  });
}

function scaleResource(resource: ResourceDefinition, scaler: Scaler): ResourceDefinition {
  const { name, activateUs, deactivateUs, timeoutUs } = resource;
  return frozen({
    ...resource,
    activateUs: scaler.span(activateUs, `the activation of ${name}`, micros(0), DURATION_US_MAX),
    deactivateUs: scaler.span(deactivateUs, `the deactivation of ${name}`, micros(0), DURATION_US_MAX),
    timeoutUs: scaler.span(timeoutUs, `the timeout of ${name}`, TIMER_US_MIN, DURATION_US_MAX),
  });
}

type Client = Scenario['world']['clients'][number];

/** What a client leaves to its clusters is scaled with them. */
function scaleClient(client: Client, scaler: Scaler): Client {
  const { name, intervalUs, timeoutUs, lanSwitchUs } = client;
  const timer = (us: Micros, what: string): Micros =>
    scaler.span(us, `${what} of ${name}`, TIMER_US_MIN, DURATION_US_MAX);
  return {
    ...client,
    ...(intervalUs !== undefined && { intervalUs: timer(intervalUs, 'the interval') }),
    ...(timeoutUs !== undefined && { timeoutUs: timer(timeoutUs, 'the timeout') }),
    ...(lanSwitchUs !== undefined && {
      lanSwitchUs: scaler.span(lanSwitchUs, `the LAN switch of ${name}`, micros(0), DURATION_US_MAX),
    }),
  };
}

function frozen<T extends object>(value: T): T {
  return Object.freeze(value);
}

// ---------------------------------------------------------------- the steps

function scaleStep(step: PlannedStep, scaler: Scaler): PlannedStep {
  const { when, does } = step;
  const named = `step ${step.index + 1}`;
  return {
    ...step,
    when: 'at' in when ? { at: scaler.span(when.at, named) } : { after: scaler.span(when.after, named) },
    does: scaleDeed(does, named, scaler),
  };
}

/** What a call waits for is scaled where it is made. */
function scaleDeed(does: PlannedStep['does'], named: string, scaler: Scaler): PlannedStep['does'] {
  if (does.type === 'act') return { ...does, action: scaleAction(does.action, named, scaler) };
  if (does.type === 'expect') return { ...does, expectation: scaleExpectation(does.expectation, named, scaler) };
  return does;
}

type Expectation = Extract<PlannedStep['does'], { readonly type: 'expect' }>['expectation'];

function scaleExpectation(expectation: Expectation, named: string, scaler: Scaler): Expectation {
  return { ...expectation, withinUs: scaler.span(expectation.withinUs, `the patience of ${named}`) };
}

/** Of all actions only the rules of a link have durations. A rule that is not written stays so. */
function scaleAction(action: WorldAction, named: string, scaler: Scaler): WorldAction {
  if (action.type !== 'link') return action;
  const scaled = (key: 'delay' | 'jitter'): { [Key in typeof key]?: Duration } => {
    const written = action[key];
    const us = written === undefined ? undefined : parseDuration(written);
    if (us === undefined) return {};
    return { [key]: formatDuration(scaler.span(us, `the ${key} of ${named}`, micros(0), DURATION_US_MAX)) };
  };
  return { ...action, ...scaled('delay'), ...scaled('jitter') };
}
