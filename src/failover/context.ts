/**
 * The desk at which one entry is applied: the definition, the agreed state, and the outcome being written.
 *
 * Every function that changes agreed state gets this and nothing else, so none can look at a clock, a peer or chance.
 */
import type { ClusterDefinition } from '../model/definition.js';
import type { EventCode } from '../model/trace.js';
import type { Tally } from './group/tally.js';
import type { Outcome } from './log/entries.js';
import { type AgreedState, type Draft, type GroupRecord, NOBODY } from './state.js';

export interface Context {
  readonly definition: ClusterDefinition;
  readonly state: AgreedState;
  /** What the groups of that state add up to. */
  readonly tally: Tally;
  readonly outcome: Outcome;
  readonly audit: Audit | undefined;
}

/** Looks over the engine's shoulder: told where each group is sent that no hand has sent. */
export type Audit = (definition: ClusterDefinition, state: AgreedState, group: number, to: number) => void;

/** The record of a group, to be changed before anybody asks for a sum. */
export function changing(c: Context, group: number): Draft<GroupRecord> {
  c.tally.touch(group);
  return c.state.groups[group] as Draft<GroupRecord>;
}

/** Raises a cluster event (section 3.2.6), numbered in the one sequence of the cluster. */
export function raise(c: Context, code: EventCode, source: string, src = NOBODY, dst = NOBODY): void {
  const id = c.state.nextEventId++;
  c.outcome.lines.push({ kind: 'event', id, code, source, src: serverName(c, src), dst: serverName(c, dst) });
}

/** Raises an event whose source is a server. */
export function raiseServer(c: Context, code: EventCode, server: number): void {
  raise(c, code, serverName(c, server));
}

/** Raises an event whose source is a group. */
export function raiseGroup(c: Context, code: EventCode, group: number, src: number, dst = NOBODY): void {
  raise(c, code, c.definition.groups[group].name, src, dst);
}

/** Tells the user something that no event says. */
export function warn(c: Context, text: string): void {
  c.outcome.lines.push({ kind: 'warning', text });
}

/** Orders a server to bring a group up or down; answers the order's number. */
export function order(
  c: Context,
  server: number,
  group: number,
  action: 'activate' | 'deactivate',
  bringsKeys = false,
): number {
  const op = c.state.nextOp++;
  c.outcome.orders.push({ server, group, op, action, ...(bringsKeys ? { keys: true } : {}) });
  return op;
}

export function serverName(c: Context, server: number): string {
  return server === NOBODY ? '' : c.definition.servers[server].name;
}
