/**
 * The steps `call` and `inject`: applications of a scenario, which call documented functions with plain data.
 *
 * On each machine there is one application for each way that the scenario's calls are built (API, kit, characters). It
 * starts with its first call and, unless the scenario calls the function for that on that machine itself, initialises the
 * API first. A call may take its time (a wait for an event does): it goes on in the background, as an expectation with
 * `within` does, and is judged when it is answered.
 */
import { type Application, startApplication } from '../api/application.js';
import { type Fault, injectFault } from '../api/facade/faults.js';
import type { Kit } from '../api/facade/kits.js';
import { checkPlainCall, difference, type PlainAnswer, PlainCaller, plainApis } from '../api/plain.js';
import type { Backend } from '../cluster/backend.js';
import { nearest } from '../model/nearest.js';
import type { Problem } from '../model/result.js';
import type { Verdict } from './expectations.js';
import type { NodeKind, PlanContext } from './names.js';
import { suggestion } from './problems.js';
import type { StepValue } from './schema.js';

type Path = Problem['where'];

/** Where applications run. */
const HOSTS: readonly NodeKind[] = ['server', 'machine', 'client'];

/** A call, ready to be made. */
export interface PlannedCall {
  readonly on: string;
  readonly api: string;
  readonly function: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly kit: Kit | undefined;
  readonly charset: 'ansi' | 'unicode' | undefined;
  /** What it writes, as far as that is expected; false: that it fails. */
  readonly result: Readonly<Record<string, unknown>> | boolean | undefined;
  readonly error: string | undefined;
}

/** What a call's verdict begins with. */
export function callText(call: PlannedCall): string {
  return `${call.function} on ${call.on}`;
}

/** Checks a call; undefined after a problem. */
export function planCall(value: StepValue<'call'>, where: Path, context: PlanContext): PlannedCall | undefined {
  const { report, names } = context;
  const { on, api, function: name, args = {}, result, error, kit, charset } = value;
  const known = names.node(on, HOSTS, [...where, 'on']);
  if (!Object.hasOwn(plainApis, api)) {
    const all = Object.keys(plainApis);
    const fix = suggestion(nearest(api, all), `write one of ${all.join(', ')}`);
    report({ code: 'UNKNOWN_NAME', where: [...where, 'api'], what: `there is no API ${JSON.stringify(api)}`, fix });
    return undefined;
  }
  const mistakes = checkPlainCall(plainApis[api], name, args, { result, error });
  for (const mistake of mistakes)
    report({ code: 'UNKNOWN_NAME', where: [...where, ...mistake.where], what: mistake.what, fix: mistake.fix });
  if (error !== undefined && result === true) {
    const what = 'a call that fails with an error does not answer TRUE';
    report({ code: 'NOT_APPLICABLE', where: [...where, 'result'], what, fix: 'leave result or error out' });
  }
  if (!known || mistakes.length > 0) return undefined;
  return { on, api, function: name, args, kit, charset, result, error };
}

/** Checks a fault; undefined after a problem. */
export function planFault(value: StepValue<'inject'>, where: Path, { names, report }: PlanContext): Fault | undefined {
  const known = names.node(value.on, HOSTS, [...where, 'on']);
  const [api, name] = value.function.includes('.') ? value.function.split('.', 2) : [undefined, value.function];
  const apis = Object.entries(plainApis).filter(([one]) => api === undefined || one === api);
  const rows = apis.flatMap(([, { functions }]) => (Object.hasOwn(functions, name) ? [functions[name]] : []));
  const problem = (key: string, what: string, all: readonly string[], word: string): undefined => {
    const fix = suggestion(nearest(word, all), `write one of ${all.slice(0, 12).join(', ')}`);
    report({ code: 'UNKNOWN_NAME', where: [...where, key], what, fix });
  };
  if (rows.length === 0) {
    const all = [...new Set(apis.flatMap(([, { functions }]) => Object.keys(functions)))];
    return problem('function', `there is no function ${JSON.stringify(value.function)}`, all, name);
  }
  const errors = [...new Set(rows.flatMap((row) => row.errors))];
  if (!errors.includes(value.error))
    return problem('error', `${name} documents no error ${JSON.stringify(value.error)}`, errors, value.error);
  return known ? value : undefined;
}

/** A call under way. */
export interface OpenCall {
  /** What came of it; undefined while it is not answered. */
  readonly verdict: () => Verdict | undefined;
}

/** The applications of one run. */
export class Applications {
  private readonly callers = new Map<string, { application: Application; caller: PlainCaller; ready: boolean }>();

  /** @param initialises machines and APIs that the scenario initialises itself, as `machine api` */
  constructor(
    private readonly backend: Backend,
    private readonly initialises: ReadonlySet<string>,
    private readonly timeScale: number | undefined,
  ) {}

  inject(fault: Fault): void {
    this.backend.note({ kind: 'step', step: 'inject', target: fault.function, on: fault.on });
    injectFault(this.backend, fault);
  }

  /** Begins a call. A machine without power has no applications: that is the verdict then. */
  begin(call: PlannedCall): OpenCall {
    this.backend.note({ kind: 'step', step: 'call', target: call.function, on: call.on });
    let found: Verdict | undefined;
    const head = callText(call);
    try {
      const one = this.callerOf(call);
      const task = one.application.run(async (thread) => {
        if (!one.ready) {
          one.ready = true;
          await one.caller.initialise(thread);
        }
        found = judge(call, await one.caller.call(thread, call.function, call.args));
      });
      return {
        verdict: () =>
          found ??
          (task.ended ? { ok: false, text: `${head}: ${call.on} lost its power before the answer` } : undefined),
      };
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      const verdict = { ok: false, text: `${head}: ${error.message}` };
      return { verdict: () => verdict };
    }
  }

  private callerOf(call: PlannedCall): { application: Application; caller: PlainCaller; ready: boolean } {
    const { on, api, kit, charset } = call;
    const key = [on, api, kit, charset].join(' ');
    const known = this.callers.get(key);
    if (known?.application.alive) return known;
    const application = startApplication(this.backend, on, {
      kit: kit ?? plainApis[api].kit,
      charset,
      timeScale: this.timeScale,
    });
    const ready = this.initialises.has(`${on} ${api}`);
    const made = { application, caller: new PlainCaller(application, plainApis[api]), ready };
    this.callers.set(key, made);
    return made;
  }
}

function judge(call: PlannedCall, { ok, error, because, result }: PlainAnswer): Verdict {
  const head = callText(call);
  const answered = ok ? 'answered TRUE' : `failed with ${error}: ${because}`;
  if (call.error !== undefined || call.result === false) {
    const expected = call.error ?? 'an error';
    const good = !ok && (call.error === undefined || call.error === error);
    return { ok: good, text: good ? `${head} ${answered}` : `${head}: expected ${expected}, ${answered}` };
  }
  if (!ok) return { ok: false, text: `${head}: expected TRUE, ${answered}` };
  const differs = difference(plainApis[call.api], call.result === true ? {} : (call.result ?? {}), result);
  if (!differs) return { ok: true, text: `${head} ${answered}` };
  const [expected, found] = [JSON.stringify(differs.expected), JSON.stringify(differs.found)];
  return { ok: false, text: `${head}: expected ${differs.path} to be ${expected}, found ${found}` };
}
