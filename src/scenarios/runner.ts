/**
 * The steps of one run in their order: which is due when, what waits, what was refused.
 *
 * The loop knows two things: the step that comes next, and the expectations that may still become true (`waiting`).
 * Time passes in one place, `passTo`, which decides waiting expectations on the way.
 *
 * On a real clock a step is done a little after its instant, and `now` is later with each question. So the plan has an
 * instant of its own: it alone decides which steps belong together and what the run's end cuts off, while waiting goes
 * by the clock. In virtual time the two are the same.
 */
import { plainApis } from '../api/plain.js';
import type { Backend, Snapshot } from '../cluster/backend.js';
import type { Refusal } from '../model/result.js';
import { formatDuration, micros, NEVER, type Micros } from '../model/time.js';
import type { ServerStatusName, TraceLine } from '../model/trace.js';
import { Applications, callText, type PlannedCall } from './calls.js';
import type { ClientStatus } from './clientClaims.js';
import { holds, verdict, type Verdict, type Visible } from './expectations.js';
import type { PlannedStep } from './plan.js';
import type { Failure } from './result.js';
import type { Scenario } from './scenario.js';
import { CLIENT_EVENT_PREFIX, EVENT_PREFIX } from './schema.js';

/** Without `duration` a run ends when nothing is pending, at the latest so long after its last step (in file time). */
const QUIET_WAIT_US_MAX = micros(3_600_000_000);

/** Something that may still come true: an expectation, or the answer of a call. */
interface Claimed {
  readonly withinUs: Micros;
  readonly holds: () => boolean;
  readonly verdict: () => Verdict;
}

interface Waiting {
  readonly step: PlannedStep;
  readonly claimed: Claimed;
  /** Its step's instant, as planned. */
  readonly planned: Micros;
  /** When its time is over, by the clock. */
  readonly deadline: Micros;
  /** What was found when it was seen to hold, or the answer of a call. A real clock goes on before that can be told. */
  held?: Verdict;
}

/** An instant as planned, and by the clock, which may be a little later. */
interface Instant {
  readonly planned: Micros;
  readonly measured: Micros;
}

const BEGINNING: Instant = { planned: micros(0), measured: micros(0) };

/** One run of one scenario. */
export class ScenarioRun {
  /** When each step was done, by its position in the list of steps. */
  private readonly doneAt = new Map<number, Instant>();
  /** The planned instant of the steps done last. */
  private planned = micros(0);
  /** How many trace lines there were when a step with an id began. */
  private readonly marks = new Map<string, number>();
  private waiting: Waiting[] = [];
  private readonly end: Micros;
  private readonly applications: Applications;

  constructor(
    private readonly scenario: Scenario,
    private readonly backend: Backend,
    private readonly lines: readonly TraceLine[],
    private readonly failures: Failure[],
  ) {
    this.end = scenario.durationUs ?? NEVER;
    this.applications = new Applications(backend, initialisedBySteps(scenario), scenario.timeScale);
  }

  /** Does all steps and lets time pass to the end of the run. Failures are noted, not thrown. */
  async toTheEnd(): Promise<void> {
    const { steps } = this.scenario;
    let next = 0;
    while (next < steps.length) {
      const due = await this.dueAt(next);
      if (due === undefined || due.planned > this.end) break;
      if (due.measured > this.backend.now()) await this.passTo(due.measured);
      this.planned = latest(due.planned, this.planned);
      next = await this.instant(next);
    }
    await this.decideAll();
    for (const step of steps.slice(next)) this.notReached(step);
    if (this.scenario.durationUs === undefined) await this.untilQuiet();
    else await this.passTo(this.end);
  }

  // -------------------------------------------------------------- time

  /** When the step at a position is due; waits for the step before it where that decides. Undefined: never. */
  private async dueAt(position: number): Promise<Instant | undefined> {
    while (this.due(position) === undefined) {
      if (this.waiting.length === 0 || this.backend.now() >= this.end) return undefined;
      await this.passTo(earliest(this.waiting.map(({ deadline }) => deadline).concat(this.end)), true);
    }
    return this.due(position);
  }

  /** The same, as far as it is known now. */
  private due(position: number): Instant | undefined {
    const { when } = this.scenario.steps[position];
    if ('at' in when) return { planned: when.at, measured: when.at };
    const before = position === 0 ? BEGINNING : this.doneAt.get(position - 1);
    if (before === undefined) return undefined;
    return { planned: micros(before.planned + when.after), measured: micros(before.measured + when.after) };
  }

  /**
   * Lets time pass to an instant and decides waiting expectations on the way: when they come true, or when their time
   * is over. With `orDecided` it comes back as soon as one is decided.
   */
  private async passTo(instant: Micros, orDecided = false): Promise<void> {
    for (;;) {
      const before = this.backend.now();
      const limit = earliest([instant, ...this.waiting.map(({ deadline }) => deadline)]);
      if (this.waiting.length > 0) {
        await this.backend.until({ type: 'condition', holds: () => this.anyHolds() }, limit);
        if (!this.anyHolds() && this.backend.now() < limit) await this.backend.until({ type: 'time' }, limit);
      } else {
        await this.backend.until({ type: 'time' }, limit);
      }
      const decided = this.decideWaiting();
      const now = this.backend.now();
      if (now >= instant || (orDecided && decided) || (now === before && !decided)) return;
    }
  }

  /** Lets time pass until nothing is pending. */
  private async untilQuiet(): Promise<void> {
    const wait = micros(Math.ceil(QUIET_WAIT_US_MAX * (this.scenario.timeScale ?? 1)));
    const stop = await this.backend.until({ type: 'quiet' }, micros(this.backend.now() + wait));
    if (stop.reason !== 'limit') return;
    const text = `still busy ${formatDuration(wait)} after the last step; give the scenario a duration`;
    this.backend.note({ kind: 'warning', text });
  }

  // -------------------------------------------------------------- steps

  /** Does all steps that are due at this instant, actions first; answers the position of the next one. */
  private async instant(first: number): Promise<number> {
    const { steps } = this.scenario;
    const { planned } = this;
    const expectations: PlannedStep[] = [];
    let next = first;
    for (; next < steps.length; next++) {
      const step = steps[next];
      const due = this.due(next);
      if (due === undefined || due.planned > planned) break;
      this.noteIfLate(step);
      if (step.id !== undefined) this.marks.set(step.id, this.lines.length);
      if (step.does.type === 'expect') expectations.push(step);
      else await this.act(step);
      if (step.does.type !== 'call' && !(step.does.type === 'expect' && step.does.expectation.withinUs > 0))
        this.doneNow(next);
    }
    if (expectations.length > 0) await this.backend.until({ type: 'time' }, this.backend.now());
    for (const step of expectations) this.judge(step);
    return next;
  }

  /** A step may come after its instant, where one before it had to wait for an expectation. */
  private noteIfLate(step: PlannedStep): void {
    if (!('at' in step.when) || step.when.at >= this.planned) return;
    const due = formatDuration(step.when.at);
    const text = `step ${step.index + 1} (${step.name}) is late: due at ${due}, but a step before it took longer`;
    this.backend.note({ kind: 'warning', text });
  }

  private async act(step: PlannedStep): Promise<void> {
    if (step.does.type === 'inject') this.applications.inject(step.does.fault);
    else if (step.does.type === 'call') await this.call(step, step.does.call);
    if (step.does.type !== 'act') return;
    const label = step.id === undefined ? undefined : { id: step.id };
    const answer = await this.backend.act(step.does.action, label);
    if (!answer.ok && !step.refused)
      this.fail(step, 'refused', `${step.name} was refused: ${refusalText(answer.error)}`);
    if (answer.ok && step.refused) {
      this.fail(step, 'not-refused', `${step.name} was accepted, but should have been refused`);
    }
  }

  /** Begins a call; what is answered at once is answered before the next action. */
  private async call(step: PlannedStep, call: PlannedCall): Promise<void> {
    const open = this.applications.begin(call);
    await this.backend.until({ type: 'time' }, this.backend.now());
    const late = { ok: false, text: `${callText(call)} has not been answered` };
    this.claim(step, {
      withinUs: micros(Math.ceil(QUIET_WAIT_US_MAX * (this.scenario.timeScale ?? 1))),
      holds: () => open.verdict() !== undefined,
      verdict: () => open.verdict() ?? late,
    });
  }

  /** Judges an expectation for the first time. */
  private judge(step: PlannedStep): void {
    if (step.does.type !== 'expect') return;
    const { expectation } = step.does;
    this.claim(step, {
      withinUs: expectation.withinUs,
      holds: () => holds(expectation, this.visible),
      verdict: () => verdict(expectation, this.visible),
    });
  }

  /** Settles it now, or lets it wait. */
  private claim(step: PlannedStep, claimed: Claimed): void {
    if (claimed.withinUs > 0 && !claimed.holds()) {
      const deadline = micros(this.backend.now() + claimed.withinUs);
      this.waiting.push({ step, claimed, planned: this.planned, deadline });
    } else {
      this.settle(step, claimed.verdict());
      this.doneNow(step.index);
    }
  }

  /** Whether a waiting expectation holds, or was seen to hold. */
  private anyHolds(): boolean {
    for (const one of this.waiting) {
      if (one.held === undefined && one.claimed.holds()) one.held = one.claimed.verdict();
    }
    return this.waiting.some(({ held }) => held !== undefined);
  }

  /** Settles the waiting expectations that hold now or have run out of time; answers whether there were any. */
  private decideWaiting(): boolean {
    this.anyHolds();
    const now = this.backend.now();
    const decided = this.waiting.filter(({ deadline, held }) => deadline <= now || now >= this.end || held);
    this.waiting = this.waiting.filter((one) => !decided.includes(one));
    for (const { step, claimed, planned, deadline, held } of decided) {
      const ok = this.settle(step, held ?? claimed.verdict());
      const plannedEnd = micros(planned + claimed.withinUs);
      // One that only the end of the run cut off is not done: what follows it is not reached. An answer is one, good or bad.
      if (!ok && held === undefined && deadline > now && plannedEnd > this.end) continue;
      this.doneAt.set(step.index, { planned: earliest([now, plannedEnd, this.end]), measured: now });
    }
    return decided.length > 0;
  }

  /** Lets time pass until no expectation is waiting. */
  private async decideAll(): Promise<void> {
    while (this.waiting.length > 0) {
      const before = this.waiting.length;
      await this.passTo(earliest([this.end, ...this.waiting.map(({ deadline }) => deadline)]), true);
      if (this.waiting.length === before) {
        // Time stands still: nothing can come true any more.
        for (const { step, claimed } of this.waiting.splice(0)) this.settle(step, claimed.verdict());
      }
    }
  }

  private settle(step: PlannedStep, { ok, text }: Verdict): boolean {
    this.backend.note({ kind: 'expect', ok, text });
    if (!ok) this.fail(step, 'expectation', text);
    return ok;
  }

  private doneNow(position: number): void {
    this.doneAt.set(position, { planned: this.planned, measured: this.backend.now() });
  }

  private notReached(step: PlannedStep): void {
    const text = `${step.name} was not reached: the run ends at ${formatDuration(this.end)}`;
    if (step.does.type === 'expect') this.backend.note({ kind: 'expect', ok: false, text });
    this.fail(step, 'not-reached', text);
  }

  private fail(step: PlannedStep, kind: Failure['kind'], text: string): void {
    this.failures.push({ kind, step: step.index, at: this.backend.now(), text, place: step.place });
  }

  // -------------------------------------------------------------- what expectations see

  private readonly visible: Visible = {
    status: (cluster) => this.backend.status(cluster),
    machineStatus: (machine) => this.machineStatus(machine),
    events: (since, cluster) => this.events(since, cluster),
    clientStatus: (client, cluster, group) => this.clientStatus(client, cluster, group),
    clientEvents: (since, client, cluster, group) =>
      this.told('client-event', since).flatMap((line) =>
        line.client === client && line.cluster === cluster && line.group === group
          ? [line.event.slice(CLIENT_EVENT_PREFIX.length)]
          : [],
      ),
    popups: (since, client) => this.told('popup', since).flatMap((line) => (line.client === client ? [line.text] : [])),
  };

  /** A machine outside all clusters; every cluster's snapshot may know it, and the trace does. */
  private machineStatus(machine: string): readonly ServerStatusName[] {
    for (const { name } of this.scenario.world.clusters) {
      const known: Snapshot['servers'] = this.backend.status(name).servers;
      if (Object.hasOwn(known, machine)) return known[machine];
    }
    for (let i = this.lines.length - 1; i >= 0; i--) {
      const line = this.lines[i];
      if (line.kind === 'server' && line.server === machine) return line.status;
    }
    return ['SINGLE_SERVER'];
  }

  private events(since: string | undefined, cluster: string | undefined): string[] {
    const lines = this.told('event', since).filter((line) => cluster === undefined || line.cluster === cluster);
    return lines.map(({ code }) => code.slice(EVENT_PREFIX.length));
  }

  /** What the client software of a machine answers; undefined before it has found the cluster. */
  private clientStatus(client: string, cluster: string, group: string): ClientStatus | undefined {
    const software = this.backend.client(client);
    const position = software?.clusters.findIndex(({ name }) => name === cluster) ?? -1;
    if (software === undefined || position < 0) return undefined;
    const { settled, groups } = software.look(position);
    const index = software.clusters[position].groups.findIndex(({ name }) => name === group);
    return settled ? groups[index].status : undefined;
  }

  /** The trace lines of a kind since the step with an id. */
  private told<Kind extends TraceLine['kind']>(kind: Kind, since: string | undefined): LineOf<Kind>[] {
    const lines = this.lines.slice(since === undefined ? 0 : this.marks.get(since));
    return lines.filter((line): line is LineOf<Kind> => line.kind === kind);
  }
}

type LineOf<Kind extends TraceLine['kind']> = Extract<TraceLine, { readonly kind: Kind }>;

/** Machines and APIs that the scenario initialises itself. */
function initialisedBySteps({ steps }: Scenario): Set<string> {
  const calls = steps.flatMap(({ does }) => (does.type === 'call' ? [does.call] : []));
  return new Set(
    calls.filter((call) => call.function === plainApis[call.api].begin).map(({ on, api }) => `${on} ${api}`),
  );
}

function refusalText({ what, fix }: Refusal): string {
  return fix === '' ? what : `${what}; ${fix}`;
}

function latest(a: Micros, b: Micros): Micros {
  return a > b ? a : b;
}

function earliest(instants: readonly Micros[]): Micros {
  return micros(Math.min(...instants));
}
