/**
 * Expectations: what a scenario claims about the cluster, whether it holds, and how that is told.
 *
 * An expectation is a list of claims that must all hold. Each answers with a sentence of what was expected and what was
 * found, because a failed expectation is read far from the scenario: in a trace, a report, a CI log.
 */
import type { Snapshot } from '../cluster/backend.js';
import { nearest } from '../model/nearest.js';
import type { Problem } from '../model/result.js';
import { formatDuration, micros, parseDuration, type Micros } from '../model/time.js';
import type { GroupStateName, ServerStatusName } from '../model/trace.js';
import { type ClientClaim, type ClientStatus, planClientClaims, without, wrongClientShape } from './clientClaims.js';
import type { Owned, PlanContext } from './names.js';
import { suggestion } from './problems.js';
import { EVENT_CODES, EVENT_PREFIX, SERVER_STATUSES, type CheckedExpectation } from './schema.js';

type Path = Problem['where'];

/** One claim about what can be seen of the world. */
export type Claim =
  | {
      readonly type: 'group';
      readonly cluster: string;
      readonly group: string;
      readonly label: string;
      readonly state?: GroupStateName;
      readonly server?: string;
    }
  /** `status` in any order; `cluster` is undefined for a machine that is registered nowhere. */
  | {
      readonly type: 'server';
      readonly cluster: string | undefined;
      readonly server: string;
      readonly status: readonly ServerStatusName[];
    }
  /** Codes without their prefix, of one cluster or of all, since the start or the step with an id. */
  | {
      readonly type: 'events';
      readonly cluster?: string;
      readonly exact: boolean;
      readonly codes: readonly string[];
      readonly since?: string;
    }
  | ClientClaim;

/** What must hold, at once or within a time. */
export interface Expectation {
  readonly claims: readonly Claim[];
  /** 0: at once. */
  readonly withinUs: Micros;
}

/** What expectations are judged by. */
export interface Visible {
  status(cluster: string): Snapshot;
  /** The true status of a machine that is registered in no cluster. */
  machineStatus(machine: string): readonly ServerStatusName[];
  /** The events so far, in the order of the trace: all, or those after the step with this id. */
  events(since: string | undefined, cluster: string | undefined): readonly string[];
  /** What a client answers when it is asked for a group; undefined while it cannot know. */
  clientStatus(client: string, cluster: string, group: string): ClientStatus | undefined;
  /** What applications on a client were called back with for a group, in the order of the trace. */
  clientEvents(since: string | undefined, client: string, cluster: string, group: string): readonly string[];
  /** The texts that a client has shown. */
  popups(since: string | undefined, client: string): readonly string[];
}

/** Whether an expectation holds, and the sentence that says so. */
export interface Verdict {
  readonly ok: boolean;
  readonly text: string;
}

// ---------------------------------------------------------------- planning

/** Checks an expectation; undefined after a problem. */
export function planExpectation(
  written: CheckedExpectation,
  where: Path,
  context: PlanContext,
): Expectation | undefined {
  const makesSense = checkShape(written, where, context.report);
  checkSince(written, where, context);
  const claims =
    written.client === undefined ? planClaims(written, where, context) : planClientClaims(written, where, context);
  if (!makesSense || claims.length === 0) return undefined;
  return { claims, withinUs: parseDuration(written.within ?? '0') ?? micros(0) };
}

function planClaims(written: CheckedExpectation, where: Path, context: PlanContext): Claim[] {
  return [
    planGroup(written, where, context),
    planServer(written, where, context),
    planEvents(written, 'events', where, context),
    planEvents(written, 'contains', where, context),
  ].filter((claim) => claim !== undefined);
}

/** Checks that a step before has the id that is counted from. */
function checkSince(written: CheckedExpectation, where: Path, { report, ids }: PlanContext): void {
  const { since } = written;
  const counted = written.events ?? written.contains ?? written.popups;
  if (since === undefined || counted === undefined || ids.has(since)) return;
  const all = ids.size === 0 ? 'no step before has an id' : `ids before are ${[...ids].join(', ')}`;
  const what = `no step before this one has the id "${since}"`;
  report({ code: 'UNKNOWN_NAME', where: [...where, 'since'], what, fix: suggestion(nearest(since, [...ids]), all) });
}

/** Reports keys that mean nothing without another one; answers whether there were none. */
function checkShape(written: CheckedExpectation, where: Path, report: (problem: Problem) => void): boolean {
  const wrong = wrongShape(written);
  if (wrong === undefined) return true;
  const [what, fix, ...key] = wrong;
  report({ code: 'NOT_APPLICABLE', where: [...where, ...key], what, fix });
  return false;
}

/** What is wrong, what would be right, and the key to blame. */
function wrongShape(written: CheckedExpectation): readonly [what: string, fix: string, ...key: string[]] | undefined {
  if (written.client !== undefined) return wrongClientShape(written);
  const has = (...keys: (keyof CheckedExpectation)[]): boolean => keys.some((key) => written[key] !== undefined);
  if (has('popups')) return ['popups are expected of no client', 'add client: NAME', 'popups'];
  if (has('group') && !has('state', 'server'))
    return ['nothing is expected of the group', 'add state or server, or client: NAME for what a client sees', 'group'];
  if (has('state') && !has('group')) return ['a state is expected of no group', 'add group: NAME', 'state'];
  if (has('status') && !has('server')) return ['a status is expected of no server', 'add server: NAME', 'status'];
  if (has('server') && !has('group', 'status')) {
    return ['nothing is expected of the server', 'add status: […], or group: NAME', 'server'];
  }
  if (has('events', 'contains')) return undefined;
  if (has('since')) return ['"since" goes with events or contains', 'leave since out', 'since'];
  if (has('cluster')) return ['"cluster" goes with events or contains', 'leave cluster out', 'cluster'];
  if (has('group', 'status')) return undefined;
  return ['nothing is expected here', 'name group and state, server and status, events or contains, or a client'];
}

function planGroup(written: CheckedExpectation, where: Path, { names, report }: PlanContext): Claim | undefined {
  if (written.group === undefined) return undefined;
  const group: Owned | undefined = names.group(written.group, [...where, 'group']);
  if (written.server !== undefined && !names.node(written.server, ['server'], [...where, 'server'])) return undefined;
  if (group === undefined) return undefined;
  if (written.server !== undefined && !group.servers.includes(written.server)) {
    const what = `${group.name} can never be on ${written.server}`;
    const fix = `its servers are ${group.servers.join(', ')}`;
    report({ code: 'UNKNOWN_NAME', where: [...where, 'server'], what, fix });
  }
  const { cluster, name, label } = group;
  return { type: 'group', cluster, group: name, label, state: written.state, server: written.server };
}

function planServer(written: CheckedExpectation, where: Path, { names, report }: PlanContext): Claim | undefined {
  if (written.server === undefined || written.status === undefined) return undefined;
  const known = written.group !== undefined || names.node(written.server, ['server', 'machine'], [...where, 'server']);
  const list = Array.isArray(written.status) ? written.status : [written.status];
  const status: ServerStatusName[] = [];
  for (const [index, word] of list.entries()) {
    const at = [...where, 'status', ...(Array.isArray(written.status) ? [index] : [])];
    const name = SERVER_STATUSES.find((candidate) => candidate === word);
    if (name === undefined) {
      const fix = suggestion(nearest(word, SERVER_STATUSES), `known are ${SERVER_STATUSES.join(', ')}`);
      report({
        code: 'UNKNOWN_VALUE',
        where: at,
        what: `${word} is a status of a client's group, not of a server`,
        fix,
      });
    } else if (status.includes(name)) {
      report({ code: 'DUPLICATE_NAME', where: at, what: `${word} is listed twice`, fix: 'list each status once' });
    } else status.push(name);
  }
  if (!known) return undefined;
  return { type: 'server', cluster: names.clusterOf(written.server), server: written.server, status };
}

function planEvents(
  written: CheckedExpectation,
  key: 'events' | 'contains',
  where: Path,
  { names, report }: PlanContext,
): Claim | undefined {
  const { since, cluster, [key]: list } = written;
  if (list === undefined) return undefined;
  if (cluster !== undefined) names.cluster(cluster, [...where, 'cluster']);
  const codes = list.map((code) => without(EVENT_PREFIX, code));
  for (const [index, code] of codes.entries()) {
    if ((EVENT_CODES as readonly string[]).includes(code)) continue;
    const fix = suggestion(nearest(code, EVENT_CODES), `known are ${EVENT_CODES.join(', ')}`);
    const what = `${code} is an event of a client, not of a cluster`;
    report({ code: 'UNKNOWN_VALUE', where: [...where, key, index], what, fix });
  }
  return { type: 'events', cluster, exact: key === 'events', codes, since };
}

// ---------------------------------------------------------------- judging

/** Whether every claim of an expectation holds now. */
export function holds(expectation: Expectation, visible: Visible): boolean {
  return expectation.claims.every((claim) => mismatch(claim, visible) === undefined);
}

/** Judges an expectation, now and for good. */
export function verdict(expectation: Expectation, visible: Visible): Verdict {
  const within = expectation.withinUs > 0 ? ` within ${formatDuration(expectation.withinUs)}` : '';
  const wrong = expectation.claims.flatMap((claim) => {
    const found = mismatch(claim, visible);
    return found === undefined ? [] : `expected ${claimText(claim)}${within}, found ${found}`;
  });
  return wrong.length === 0 ? { ok: true, text: expectationText(expectation) } : { ok: false, text: wrong.join('; ') };
}

/** What an expectation expects, in words. */
export function expectationText(expectation: Expectation): string {
  return expectation.claims.map(claimText).join('; ');
}

function claimText(claim: Claim): string {
  switch (claim.type) {
    case 'group': {
      const where = claim.server === undefined ? undefined : `on ${claim.server}`;
      return ['group', claim.label, claim.state, where].filter((word) => word !== undefined).join(' ');
    }
    case 'server':
      return `server ${claim.server} [${claim.status.join(', ')}]`;
    case 'events':
      return eventsText(claim, claim.cluster);
    case 'client-status':
      return `client ${claim.client}: group ${claim.label} ${claim.status}`;
    case 'client-events':
      return `client ${claim.client}: ${eventsText(claim, claim.label)}`;
    case 'popups': {
      const since = claim.since === undefined ? '' : ` since ${claim.since}`;
      return `client ${claim.client}: exactly the popups${since} ${listed(claim.texts.map(quoted))}`;
    }
    default:
      return claim satisfies never;
  }
}

type EventsClaim = Extract<Claim, { readonly exact: boolean }>;

function eventsText({ exact, since, codes }: EventsClaim, owner: string | undefined): string {
  const of = owner === undefined ? '' : ` of ${owner}`;
  const from = since === undefined ? '' : ` since ${since}`;
  return `${exact ? 'exactly the events' : 'the events in this order'}${of}${from} ${listed(codes)}`;
}

/** A popup's text in one line. */
function quoted(text: string): string {
  return JSON.stringify(text);
}

/** What was found in place of what a claim expects; undefined where it holds. */
function mismatch(claim: Claim, visible: Visible): string | undefined {
  switch (claim.type) {
    case 'group': {
      const { state, server } = visible.status(claim.cluster).groups[claim.group];
      const same = (claim.state ?? state) === state && (claim.server ?? server) === server;
      return same ? undefined : server === '' ? state : `${state} on ${server}`;
    }
    case 'server': {
      const { cluster, server, status } = claim;
      const found = cluster === undefined ? visible.machineStatus(server) : visible.status(cluster).servers[server];
      const same = found.length === status.length && status.every((word) => found.includes(word));
      return same ? undefined : `[${found.join(', ')}]`;
    }
    case 'events':
      return wrongEvents(claim, visible.events(claim.since, claim.cluster));
    case 'client-status': {
      const found = visible.clientStatus(claim.client, claim.cluster, claim.group);
      return found === claim.status
        ? undefined
        : (found ?? `no answer: it is off, or has not found ${claim.cluster} yet`);
    }
    case 'client-events':
      return wrongEvents(claim, visible.clientEvents(claim.since, claim.client, claim.cluster, claim.group));
    case 'popups': {
      const found = visible.popups(claim.since, claim.client).map(quoted);
      const what = firstDifference(claim.texts.map(quoted), found);
      return what === undefined ? undefined : `${listed(found)} (${what})`;
    }
    default:
      return claim satisfies never;
  }
}

function wrongEvents({ exact, codes }: EventsClaim, found: readonly string[]): string | undefined {
  const what = exact ? firstDifference(codes, found) : firstMissing(codes, found);
  return what === undefined ? undefined : `${listed(found)} (${what})`;
}

/** Where two lists of events (or popups) differ, in words; undefined where they are the same. */
function firstDifference(expected: readonly string[], found: readonly string[]): string | undefined {
  const at = expected.findIndex((code, index) => found[index] !== code);
  if (at < 0 && found.length === expected.length) return undefined;
  const position = at < 0 ? expected.length : at;
  if (position >= found.length) return `${expected[position]} is missing at place ${position + 1}`;
  if (position >= expected.length) return `${found[position]} at place ${position + 1} is one too many`;
  return `place ${position + 1} has ${found[position]}, not ${expected[position]}`;
}

/** The first expected event that does not follow those before it; undefined where all do. */
function firstMissing(expected: readonly string[], found: readonly string[]): string | undefined {
  let next = 0;
  for (const code of found) if (code === expected[next]) next++;
  return next === expected.length ? undefined : `${expected[next]}, number ${next + 1} of the list, did not follow`;
}

/** Lists of events are told up to this length. */
const EVENTS_TOLD_MAX = 40;

function listed(codes: readonly string[]): string {
  if (codes.length === 0) return 'none';
  const told = codes.slice(0, EVENTS_TOLD_MAX).join(', ');
  return codes.length > EVENTS_TOLD_MAX ? `${told}, … (${codes.length} in all)` : told;
}
