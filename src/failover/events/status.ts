/**
 * What the agreed state looks like from outside: statuses of servers, states of groups and resources (sections 3.1.3.1,
 * 3.2.4, 3.2.5), and which of them an entry has changed.
 */
import type { ClusterDefinition } from '../../model/definition.js';
import type { GroupStateName, ServerStatusName } from '../../model/trace.js';
import type { GroupWork, OutcomeLine } from '../log/entries.js';
import { lineServer } from '../transition/commands.js';
import { type AgreedState, type GroupRecord, NOBODY, type ServerBase, bit, has } from '../state.js';

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

/** Which servers each flag is for, as sets. */
interface Flagged {
  recovering: number;
  backup: number;
  fail: number;
  miss: number;
}

/** What a group adds to the flags. A server that a failover in progress goes to is RECOVERING. */
function flag(flagged: Flagged, { server, task, phase }: GroupRecord, primary: number, failed: boolean): void {
  if (task && (task.kind === 'failover' || task.kind === 'evacuate') && task.to !== NOBODY)
    flagged.recovering |= bit(task.to);
  if (server === NOBODY) return;
  if (primary !== server) {
    flagged.backup |= bit(server);
    flagged.fail |= bit(primary);
  }
  if (failed && phase === 'active') flagged.miss |= bit(server);
}

function flagsOf(state: AgreedState, server: number, { recovering, backup, fail, miss }: Flagged): number {
  const { base, bracket } = state.servers[server];
  const recovers = base === 'CLUSTER' && has(state.members, server) && (bracket || has(recovering, server));
  return (
    (recovers ? RECOVERING : 0) |
    (has(backup, server) ? BACKUP : 0) |
    (has(fail, server) ? FAIL : 0) |
    (has(miss, server) ? MISS : 0)
  );
}

export function groupState(state: AgreedState, group: number): GroupStateName {
  const record = state.groups[group];
  return stateOf(record, hasFailed(record));
}

function stateOf({ phase, limited, task }: GroupRecord, failed: boolean): GroupStateName {
  if (phase === 'active') return limited || failed ? 'ONLINE_FAIL' : 'ONLINE';
  if (phase === 'offline') return task?.kind === 'failover' ? 'INPROGRESS' : 'OFFLINE';
  return 'INPROGRESS';
}

function hasFailed({ resources }: GroupRecord): boolean {
  for (const { state } of resources) if (state === 2) return true;
  return false;
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

/**
 * What was shown last, so that only changes are told. Rebuilt whenever a state arrives from elsewhere. Every member
 * looks through all groups after each entry: nothing is built here but what has changed.
 */
export class Shown {
  private servers: { base: ServerBase; flags: number }[] = [];
  private groups: { state: GroupStateName; server: number; under: GroupWork['is'] | undefined; to: number }[] = [];
  /** For each group and resource the server where it is ONLINE. */
  private resources: number[][] = [];

  constructor(private readonly definition: ClusterDefinition) {}

  /** Takes the state as shown. */
  take(state: AgreedState): void {
    this.changes(state);
  }

  /** Lines for everything there is, for those who follow another branch until now. */
  everything(state: AgreedState): OutcomeLine[] {
    this.servers = [];
    this.groups = [];
    this.resources = [];
    return this.changes(state);
  }

  /** Lines for everything that differs from what was shown last: servers, groups, resources, each in order. */
  changes(state: AgreedState): OutcomeLine[] {
    const groups: OutcomeLine[] = [];
    const resources: OutcomeLine[] = [];
    const flagged: Flagged = { recovering: 0, backup: 0, fail: 0, miss: 0 };
    for (let group = 0; group < state.groups.length; group += 1) {
      const record = state.groups[group];
      const failed = hasFailed(record);
      flag(flagged, record, this.definition.groups[group].servers[0], failed);
      this.groupChanges(record, failed, group, groups);
      this.resourceChanges(record, group, resources);
    }
    return [...this.serverChanges(state, flagged), ...groups, ...resources];
  }

  private serverChanges(state: AgreedState, flagged: Flagged): OutcomeLine[] {
    const lines: OutcomeLine[] = [];
    for (let server = 0; server < state.servers.length; server += 1) {
      const { base } = state.servers[server];
      const flags = flagsOf(state, server, flagged);
      const shown = this.servers[server];
      if (shown?.base === base && shown.flags === flags) continue;
      this.servers[server] = { base, flags };
      lines.push({ kind: 'server', server, status: serverStatus(base, flags) });
    }
    return lines;
  }

  private groupChanges(record: GroupRecord, failed: boolean, group: number, lines: OutcomeLine[]): void {
    const { server, task } = record;
    const name = stateOf(record, failed);
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
