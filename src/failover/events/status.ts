/**
 * What the agreed state looks like from outside: statuses of servers, states of groups and resources (sections 3.1.3.1,
 * 3.2.4, 3.2.5), and which of them an entry has changed.
 */
import type { ClusterDefinition } from '../../model/definition.js';
import type { GroupStateName, ServerStatusName } from '../../model/trace.js';
import { hasFailed, Sum, Tally } from '../group/tally.js';
import type { GroupWork, OutcomeLine } from '../log/entries.js';
import { lineServer } from '../transition/commands.js';
import { type AgreedState, type GroupRecord, NOBODY, type ServerBase, has } from '../state.js';

/** What joins the base status, in the order of the flags; RECOVERING takes the place of CLUSTER. */
const RECOVERING = 1;
const BACKUP = 2;
const FAIL = 4;
const MISS = 8;

/** Base status and the flags that join it, flags in the order BACKUP, FAIL, MISS. */
function serverStatus(base: ServerBase, flags: number): ServerStatusName[] {
  const status: ServerStatusName[] = [(flags & RECOVERING) !== 0 ? 'RECOVERING' : base];
  if ((flags & BACKUP) !== 0) status.push('BACKUP');
  if ((flags & FAIL) !== 0) status.push('FAIL');
  if ((flags & MISS) !== 0) status.push('MISS');
  return status;
}

/** A server that a failover in progress goes to is RECOVERING. */
function flagsOf(state: AgreedState, server: number, tally: Tally): number {
  const { base, bracket } = state.servers[server];
  const recovers = bracket || tally.of(Sum.FAILING_OVER, server) > 0;
  return (
    (recovers && base === 'CLUSTER' && has(state.members, server) ? RECOVERING : 0) |
    (tally.of(Sum.AWAY, server) > 0 ? BACKUP : 0) |
    (tally.of(Sum.MISSED, server) > 0 ? FAIL : 0) |
    (tally.of(Sum.FAILED, server) > 0 ? MISS : 0)
  );
}

export function groupState(state: AgreedState, group: number): GroupStateName {
  return stateOf(state.groups[group]);
}

function stateOf(record: GroupRecord): GroupStateName {
  const { phase, limited, task } = record;
  if (phase === 'active') return limited || hasFailed(record) ? 'ONLINE_FAIL' : 'ONLINE';
  if (phase === 'offline') return task?.kind === 'failover' ? 'INPROGRESS' : 'OFFLINE';
  return 'INPROGRESS';
}

/** What is being done to a group that is not active (`GroupWork`). */
function workOn({ phase, task }: GroupRecord): GroupWork['is'] | undefined {
  if (!task || phase === 'active') return undefined;
  const { kind, stage } = task;
  if (kind === 'failover' || kind === 'evacuate' || kind === 'move') return 'relocating';
  if (stage === 'leaving') return 'stopping';
  return kind === 'failback' ? 'returning' : undefined;
}

/** What a resource that is OFFLINE has in place of a server. */
const OFFLINE = -2;

/** What was shown last, so that only changes are told: of servers, and of those groups that were touched. */
export class Shown {
  private servers: { base: ServerBase; flags: number }[] = [];
  private groups: { state: GroupStateName; server: number; under: GroupWork['is'] | undefined; to: number }[] = [];
  /** For each group and resource the server where it is ONLINE. */
  private resources: number[][] = [];

  constructor(private readonly definition: ClusterDefinition) {}

  /** Takes the state as shown: for one that comes from elsewhere. */
  take(state: AgreedState): void {
    this.everything(state);
  }

  /** Lines for everything there is, for those who follow another branch until now. */
  everything(state: AgreedState, tally = new Tally(this.definition, state)): OutcomeLine[] {
    this.servers = [];
    this.groups = [];
    this.resources = [];
    tally.takeChanged();
    return this.lines(
      state,
      tally,
      state.groups.map((_, group) => group),
    );
  }

  /** Lines for everything that differs from what was shown last: servers, groups, resources, each in order. */
  changes(state: AgreedState, tally: Tally): OutcomeLine[] {
    return this.lines(state, tally, tally.takeChanged());
  }

  private lines(state: AgreedState, tally: Tally, touched: readonly number[]): OutcomeLine[] {
    const groups: OutcomeLine[] = [];
    const resources: OutcomeLine[] = [];
    for (const group of touched) {
      this.groupChanges(state.groups[group], group, groups);
      this.resourceChanges(state.groups[group], group, resources);
    }
    return [...this.serverChanges(state, tally), ...groups, ...resources];
  }

  private serverChanges(state: AgreedState, tally: Tally): OutcomeLine[] {
    const lines: OutcomeLine[] = [];
    for (let server = 0; server < state.servers.length; server += 1) {
      const { base } = state.servers[server];
      const flags = flagsOf(state, server, tally);
      const shown = this.servers[server];
      if (shown?.base === base && shown.flags === flags) continue;
      this.servers[server] = { base, flags };
      lines.push({ kind: 'server', server, status: serverStatus(base, flags) });
    }
    return lines;
  }

  private groupChanges(record: GroupRecord, group: number, lines: OutcomeLine[]): void {
    const { server, task } = record;
    const name = stateOf(record);
    const under = workOn(record);
    const to = under === undefined || !task ? NOBODY : task.to;
    const shown = this.groups[group];
    if (shown?.state === name && shown.server === server && shown.under === under && shown.to === to) return;
    this.groups[group] = { state: name, server, under, to };
    const work = under && task ? { under: { is: under, from: task.from, to } } : {};
    lines.push({ kind: 'group', group, state: name, server, ...work });
  }

  private resourceChanges(record: GroupRecord, group: number, lines: OutcomeLine[]): void {
    const { resources } = record;
    const shown = (this.resources[group] ??= []);
    for (let resource = 0; resource < resources.length; resource += 1) {
      const online = resources[resource].state === 1;
      const place = online ? lineServer(record, resource) : OFFLINE;
      if (shown[resource] === place) continue;
      shown[resource] = place;
      const server = online ? place : NOBODY;
      lines.push({ kind: 'resource', group, resource, state: online ? 'ONLINE' : 'OFFLINE', server });
    }
  }
}
