/**
 * What the agreed state looks like from outside: statuses of servers, states of groups and resources (sections 3.1.3.1,
 * 3.2.4, 3.2.5), and which of them an entry has changed.
 */
import type { ClusterDefinition } from '../../model/definition.js';
import type { GroupStateName, ServerStatusName } from '../../model/trace.js';
import type { OutcomeLine } from '../log/entries.js';
import { isRecovering } from '../transition/settle.js';
import { lineServer } from '../transition/commands.js';
import { type AgreedState, NOBODY } from '../state.js';

/** Base status and the flags that join it, flags in the order BACKUP, FAIL, MISS. */
export function serverStatus(definition: ClusterDefinition, state: AgreedState, server: number): ServerStatusName[] {
  const { base } = state.servers[server];
  const status: ServerStatusName[] = [base === 'CLUSTER' && isRecovering({ state }, server) ? 'RECOVERING' : base];
  let backup = false;
  let fail = false;
  let miss = false;
  state.groups.forEach((group, index) => {
    if (group.server === NOBODY) return;
    const primary = definition.groups[index].servers[0] as number;
    if (group.server === server) {
      backup ||= primary !== server;
      miss ||= group.phase === 'active' && group.resources.some((resource) => resource.state === 2);
    } else fail ||= primary === server;
  });
  if (backup) status.push('BACKUP');
  if (fail) status.push('FAIL');
  if (miss) status.push('MISS');
  return status;
}

export function groupState(state: AgreedState, group: number): GroupStateName {
  const record = state.groups[group];
  if (record.phase === 'active') return isDegraded(record) ? 'ONLINE_FAIL' : 'ONLINE';
  if (record.phase === 'offline') return record.task?.kind === 'failover' ? 'INPROGRESS' : 'OFFLINE';
  return 'INPROGRESS';
}

function isDegraded(group: AgreedState['groups'][number]): boolean {
  return group.limited || group.resources.some((resource) => resource.state === 2);
}

/** What was shown last, so that only changes are told. Rebuilt whenever a state arrives from elsewhere. */
export class Shown {
  private servers: string[] = [];
  private groups: string[] = [];
  private resources: string[][] = [];

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
    const lines: OutcomeLine[] = [];
    this.definition.servers.forEach((_, server) => {
      const status = serverStatus(this.definition, state, server);
      const key = status.join();
      if (this.servers[server] === key) return;
      this.servers[server] = key;
      lines.push({ kind: 'server', server, status });
    });
    const resources: OutcomeLine[] = [];
    this.definition.groups.forEach((_, group) => {
      const { server } = state.groups[group];
      const name = groupState(state, group);
      const key = `${name}${server}`;
      if (this.groups[group] !== key) lines.push({ kind: 'group', group, state: name, server });
      this.groups[group] = key;
      this.resourceChanges(state, group, resources);
    });
    lines.push(...resources);
    return lines;
  }

  private resourceChanges(state: AgreedState, group: number, lines: OutcomeLine[]): void {
    const shown = (this.resources[group] ??= []);
    state.groups[group].resources.forEach((record, resource) => {
      const online = record.state === 1;
      const server = online ? lineServer({ state }, group, resource) : NOBODY;
      const key = online ? `on${server}` : 'off';
      if (shown[resource] !== key)
        lines.push({ kind: 'resource', group, resource, state: online ? 'ONLINE' : 'OFFLINE', server });
      shown[resource] = key;
    });
  }
}
