/**
 * What all groups add up to, and which of them have changed: so that nobody has to look through all of them.
 *
 * After each entry every member asks what follows of it (transition/settle.ts) and what there is to show of it
 * (events/status.ts). A failover of g groups is some 3 g entries: with a look through all groups for each it would take
 * time that grows with g². So the sums are kept. Whoever changes a group says so first (`changing` in context.ts); what
 * it has added is taken off and added anew when somebody asks for a sum. There is nothing in here that does not follow
 * from the state alone.
 */
import type { ClusterDefinition } from '../../model/definition.js';
import { type AgreedState, type GroupRecord, NOBODY, type Task } from '../state.js';

/** What is counted: by server, or all in one (`IN_ALL`). First what tasks add, then what groups do. */
export const Sum = {
  /** Tasks within FAILOVER_START and FAILOVER_END, by destination. */
  BRACKETED: 0,
  /** Tasks whose turn has come, by destination. */
  STARTED: 1,
  /** Tasks of groups that leave a server, by that server. */
  LEAVING: 2,
  /** Failovers, by destination. */
  FAILING_OVER: 3,
  /** Groups on their way back to a better server, in all. */
  RETURNING: 4,
  /** Groups that are elsewhere than on their first server, by the server where they are. */
  AWAY: 5,
  /** The same, by their first server. */
  MISSED: 6,
  /** Active groups with a failed resource, by server. */
  FAILED: 7,
  /** Groups at rest that are to go back to a better server when their turn comes, in all. */
  TO_RETURN: 8,
  /** Groups at rest that would run but have no server, in all. */
  WANTING: 9,
} as const;
export type Sum = (typeof Sum)[keyof typeof Sum];
const SUMS = 10;
/** In the place of a server, for what is counted in all. */
const IN_ALL = 0;

/** For each sum the server (or `IN_ALL`) for which a group counts as one, or NOBODY. */
type Share = readonly number[];

export function hasFailed({ resources }: GroupRecord): boolean {
  for (const { state } of resources) if (state === 2) return true;
  return false;
}

const NO_TASK: Share = Array<number>(Sum.AWAY).fill(NOBODY);

/** In the order of `Sum`. */
function shareOf(record: GroupRecord, primary: number): Share {
  const { server, task, phase } = record;
  const isAway = server !== NOBODY && server !== primary;
  return [
    ...(task ? shareOfTask(task) : NO_TASK),
    isAway ? server : NOBODY,
    isAway ? primary : NOBODY,
    phase === 'active' && hasFailed(record) ? server : NOBODY,
    record.failback && !task ? IN_ALL : NOBODY,
    record.wanting && !task ? IN_ALL : NOBODY,
  ];
}

function shareOfTask({ kind, from, to, bracket, stage }: Task): Share {
  return [
    bracket ? to : NOBODY,
    stage === 'queued' ? NOBODY : to,
    from,
    kind === 'failover' || kind === 'evacuate' ? to : NOBODY,
    kind === 'failback' ? IN_ALL : NOBODY,
  ];
}

/** The sums over the groups of one agreed state. */
export class Tally {
  private readonly sums: number[][];
  private readonly shares: Share[];
  /** Changed since the sums were right last, and since `takeChanged`; each with a mark for every group. */
  private readonly uncounted = new Marked();
  private readonly changed = new Marked();

  constructor(
    private readonly definition: ClusterDefinition,
    private readonly state: AgreedState,
  ) {
    const { servers, groups } = definition;
    this.sums = Array.from({ length: SUMS }, () => servers.map(() => 0));
    this.shares = groups.map(() => Array<number>(SUMS).fill(NOBODY));
    groups.forEach((_, group) => this.count(group));
  }

  /** This group is about to change. */
  touch(group: number): void {
    this.uncounted.add(group);
    this.changed.add(group);
  }

  /** How many groups count for a server. */
  of(sum: Sum, server: number): number {
    this.catchUp();
    return this.sums[sum][server];
  }

  /** How many groups count in all, of those sums that are not by server. */
  inAll(sum: typeof Sum.RETURNING | typeof Sum.TO_RETURN | typeof Sum.WANTING): number {
    return this.of(sum, IN_ALL);
  }

  /** Groups that were touched since this was asked last, in order of definition. */
  takeChanged(): number[] {
    return this.changed.take().sort((a, b) => a - b);
  }

  private catchUp(): void {
    if (this.uncounted.isEmpty) return;
    for (const group of this.uncounted.take()) this.count(group);
  }

  private count(group: number): void {
    const before = this.shares[group];
    const after = shareOf(this.state.groups[group], this.definition.groups[group].servers[0]);
    this.shares[group] = after;
    for (let sum = 0; sum < SUMS; sum += 1) {
      if (before[sum] === after[sum]) continue;
      if (before[sum] !== NOBODY) this.sums[sum][before[sum]] -= 1;
      if (after[sum] !== NOBODY) this.sums[sum][after[sum]] += 1;
    }
  }
}

/** Groups, each once, in the order in which they came. */
class Marked {
  private groups: number[] = [];
  private readonly marks: boolean[] = [];

  get isEmpty(): boolean {
    return this.groups.length === 0;
  }

  add(group: number): void {
    if (this.marks[group]) return;
    this.marks[group] = true;
    this.groups.push(group);
  }

  take(): number[] {
    const { groups } = this;
    this.groups = [];
    for (const group of groups) this.marks[group] = false;
    return groups;
  }
}
