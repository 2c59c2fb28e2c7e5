/**
 * Joins lanes of groups that tell the same, so that a chart of 64 groups can be taken in at a glance.
 *
 * Groups with the very same history are always joined. Where that leaves too many lanes, groups that went through the
 * same states on the same servers, only not at the same instants (one server activates its groups one after the
 * other), are joined as well: while they differ, the joined lane says "in progress", which is true of the whole.
 */
import type { GroupState, Lane, Span } from './lanes.js';

/** One lane for one or more groups. */
export interface JoinedLane<S = GroupState> {
  readonly names: readonly string[];
  readonly lane: Lane<S>;
}

/** Joins the lanes with the very same history. */
export function joinSame<S>(lanes: readonly Lane<S>[]): JoinedLane<S>[] {
  const same = gather(lanes, (lane) => JSON.stringify(lane.spans));
  return same.map((alike) => ({ names: alike.map((lane) => lane.name), lane: alike[0] }));
}

/** Joins lanes; `lanesMax` undefined leaves them as they are. */
export function joinGroups(groups: readonly Lane<GroupState>[], lanesMax: number | undefined): JoinedLane[] {
  if (lanesMax === undefined) return groups.map((lane) => ({ names: [lane.name], lane }));
  const same = gather(groups, (lane) => JSON.stringify(lane.spans));
  const enough = same.length <= lanesMax;
  const joined = enough ? same : gather(groups, (lane) => JSON.stringify(lane.spans.map((span) => span.state)));
  return joined.map((lanes) => ({ names: lanes.map((lane) => lane.name), lane: overlay(lanes) }));
}

function gather<S>(groups: readonly Lane<S>[], keyOf: (lane: Lane<S>) => string): Lane<S>[][] {
  const found = new Map<string, Lane<S>[]>();
  for (const lane of groups) {
    const key = keyOf(lane);
    const alike = found.get(key);
    if (alike === undefined) found.set(key, [lane]);
    else alike.push(lane);
  }
  return [...found.values()];
}

/** One lane for several with the same sequence of states: each state while all are in it, else in progress. */
function overlay(lanes: readonly Lane<GroupState>[]): Lane<GroupState> {
  const [model] = lanes;
  const spans: Span<GroupState>[] = [];
  const add = (from: number, to: number, state: GroupState): void => {
    const last = spans.at(-1);
    const same = last !== undefined && last.state.state === state.state && last.state.server === state.server;
    if (same) spans[spans.length - 1] = { ...last, to };
    else spans.push({ from, to, state });
  };
  const begins = Math.min(...lanes.map((lane) => lane.spans[0].from));
  model.spans.forEach(({ state }, i) => {
    const from = Math.max(...lanes.map((lane) => lane.spans[i].from));
    const to = Math.min(...lanes.map((lane) => lane.spans[i].to));
    const until = spans.at(-1)?.to ?? begins;
    if (until < from) add(until, from, { state: 'INPROGRESS', server: state.server });
    if (from < to || (from === to && i === model.spans.length - 1)) add(from, to, state);
  });
  return { name: model.name, spans };
}
