/**
 * The words that the events of one group make at a client (invariant 6): BOOT comes to a group that has stopped, SHUTDOWN to
 * one that runs or is taken over, FAILOVER_END ends what FAILOVER_START began. A failover may also begin for a group that
 * has stopped: a start that fails goes on as one.
 */
import type { ClientEvent, ClientEventName, ClientGroupStatus } from './look.js';

const RUNS: readonly ClientGroupStatus[] = ['RUNNING', 'MISS'];

/** For each event the statuses that it may come to, and those that it may leave behind. */
const RULES: Readonly<
  Record<ClientEventName, { readonly from: readonly ClientGroupStatus[]; readonly to: readonly ClientGroupStatus[] }>
> = {
  BOOT: { from: ['STOPPED'], to: RUNS },
  SHUTDOWN: { from: [...RUNS, 'FAILOVER'], to: ['STOPPED'] },
  FAILOVER_START: { from: [...RUNS, 'STOPPED'], to: ['FAILOVER'] },
  FAILOVER_END: { from: ['FAILOVER'], to: RUNS },
};

/** Follows the events of the groups of one client. */
export class ClientGrammar {
  private readonly statuses = new Map<string, ClientGroupStatus>();
  private lastId = 0;

  /** Answers what is wrong with the next event, or undefined. What a group was before its first event is not known here. */
  take({ id, cluster, group, event, status }: ClientEvent): string | undefined {
    const key = `${cluster}/${group}`;
    const before = this.statuses.get(key);
    const { from, to } = RULES[event];
    const expected = this.lastId + 1;
    this.statuses.set(key, status);
    this.lastId = id;
    if (id !== expected) return `event ${id} follows event ${expected - 1}`;
    if (before !== undefined && !from.includes(before)) return `${event} comes to a group that is ${before}`;
    return to.includes(status) ? undefined : `after ${event} the group is ${status}`;
  }
}
