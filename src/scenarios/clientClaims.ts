/**
 * What a scenario claims about a client: how it sees a group, what an application there was called back with, which
 * popups it has shown. The words are those of sections 6.1.2 and 6.1.3, and every claim names the client it is about.
 */
import { nearest } from '../model/nearest.js';
import type { Problem } from '../model/result.js';
import type { PlanContext } from './names.js';
import { suggestion } from './problems.js';
import {
  CLIENT_EVENT_PREFIX,
  CLIENT_EVENTS,
  CLIENT_STATUS_PREFIX,
  CLIENT_STATUSES,
  type CheckedExpectation,
} from './schema.js';

type Path = Problem['where'];

/** What ArmClientGetGroupStatusEx answers, without its prefix. */
export type ClientStatus = (typeof CLIENT_STATUSES)[number];

/** A group as a client knows it. */
interface Seen {
  readonly client: string;
  readonly cluster: string;
  readonly group: string;
  readonly label: string;
}

export type ClientClaim =
  /** What the client answers when it is asked for the group. */
  | (Seen & { readonly type: 'client-status'; readonly status: ClientStatus })
  /** Events without their prefix, since the start or the step with an id. */
  | (Seen & {
      readonly type: 'client-events';
      readonly exact: boolean;
      readonly codes: readonly string[];
      readonly since?: string;
    })
  /** All popups, since the start or the step with an id. */
  | {
      readonly type: 'popups';
      readonly client: string;
      readonly texts: readonly string[];
      readonly since?: string;
    };

/** What is wrong with the keys of an expectation, what would be right, and the key to blame. */
type WrongShape = readonly [what: string, fix: string, ...key: string[]];

/** Keys that ask about the cluster itself, and what to write instead. */
const FOREIGN = { state: 'status: RUNNING', server: 'events or status', cluster: 'group: CLUSTER/NAME' } as const;

/** What is wrong with the keys of an expectation that names a client; undefined where they make sense. */
export function wrongClientShape(written: CheckedExpectation): WrongShape | undefined {
  const asks = (['status', 'events', 'contains'] as const).find((key) => written[key] !== undefined);
  for (const [key, instead] of Object.entries(FOREIGN)) {
    if (written[key as keyof typeof FOREIGN] === undefined) continue;
    return [`"${key}" is of the cluster, not of what a client sees`, `leave it out, or write ${instead}`, key];
  }
  if (written.group !== undefined && asks === undefined)
    return ['nothing is expected of the group', 'add status, events or contains', 'group'];
  if (written.group === undefined && asks !== undefined)
    return [`"${asks}" of a client is about one of its groups`, 'add group: NAME', asks];
  if (written.group === undefined && written.popups === undefined)
    return ['nothing is expected of the client', 'add popups, or group and status, events or contains', 'client'];
  const counted = written.popups ?? written.events ?? written.contains;
  if (written.since !== undefined && counted === undefined)
    return ['"since" goes with events, contains or popups', 'leave since out', 'since'];
  return undefined;
}

/** Reads the claims of an expectation that names a client; every mistake in its words is reported. */
export function planClientClaims(written: CheckedExpectation, where: Path, context: PlanContext): ClientClaim[] {
  const { client = '', since, popups } = written;
  const { names } = context;
  if (written.group === undefined) names.node(client, ['client'], [...where, 'client']);
  const group = written.group === undefined ? undefined : names.groupOnClient(client, written.group, where);
  const claims: ClientClaim[] = [];
  const status = planStatus(written, where, context);
  const events = planEvents(written.events, [...where, 'events'], context);
  const contains = planEvents(written.contains, [...where, 'contains'], context);
  if (group !== undefined) {
    const seen = { client, cluster: group.cluster, group: group.name, label: group.label };
    if (status !== undefined) claims.push({ type: 'client-status', ...seen, status });
    if (events !== undefined) claims.push({ type: 'client-events', ...seen, exact: true, codes: events, since });
    if (contains !== undefined) claims.push({ type: 'client-events', ...seen, exact: false, codes: contains, since });
  }
  if (popups !== undefined) claims.push({ type: 'popups', client, texts: popups, since });
  return claims;
}

function planStatus({ status }: CheckedExpectation, at: Path, { report }: PlanContext): ClientStatus | undefined {
  const where = [...at, 'status'];
  if (status === undefined) return undefined;
  if (Array.isArray(status)) {
    const what = 'a group has one status at a time';
    report({ code: 'NOT_APPLICABLE', where, what, fix: `write one word: ${CLIENT_STATUSES.join(', ')}` });
    return undefined;
  }
  const word = without(CLIENT_STATUS_PREFIX, status);
  const known = CLIENT_STATUSES.find((candidate) => candidate === word);
  if (known !== undefined) return known;
  const fix = suggestion(nearest(word, CLIENT_STATUSES), `known are ${CLIENT_STATUSES.join(', ')}`);
  const what = `${word} is a status of a server, not of a client's group`;
  report({ code: 'UNKNOWN_VALUE', where, what, fix });
  return undefined;
}

function planEvents(
  list: CheckedExpectation['events'],
  where: Path,
  { report }: PlanContext,
): readonly string[] | undefined {
  const codes = list?.map((code) => without(CLIENT_EVENT_PREFIX, code));
  for (const [index, code] of codes?.entries() ?? []) {
    if ((CLIENT_EVENTS as readonly string[]).includes(code)) continue;
    const fix = `known are ${CLIENT_EVENTS.join(', ')}`;
    const what = `${code} is an event of a cluster, not of a client`;
    report({ code: 'UNKNOWN_VALUE', where: [...where, index], what, fix });
  }
  return codes;
}

/** A word without the prefix that it may have. */
export function without(prefix: string, word: string): string {
  return word.startsWith(prefix) ? word.slice(prefix.length) : word;
}
