/**
 * An operator's commands, judged by agreed state: either refused with the reason and nothing changes, or begun.
 */
import type { Refusal } from '../../model/result.js';
import { changing, type Context, raise, raiseServer, serverName, warn } from '../context.js';
import { abandon, dequeue, enqueue, enqueueByHand, goOffline, leaveOnly, orderDone, relocate } from '../group/tasks.js';
import { ANYWHERE, type Command, type ReportCommand } from '../log/commands.js';
import { forbidden, mayHost, place } from '../placement/placement.js';
import { carryKeys } from '../registry/carried.js';
import { changeRegistry } from '../registry/registry.js';
import { type GroupRecord, NOBODY, bit, has, serversOf } from '../state.js';

/** Applies a command or report that server `from` submitted; answers why not, where it is refused. */
export function command(c: Context, from: number, what: Command): Refusal | undefined {
  switch (what.type) {
    case 'startGroup':
      return startGroup(c, what.group, what.on);
    case 'stopGroup':
      return stopGroup(c, what.group);
    case 'moveGroup':
      return moveGroup(c, what.group, what.to);
    case 'failGroup':
      return failGroup(c, what.group);
    case 'switchLine':
      return switchLine(c, what.group, what.resource, what.to);
    case 'shutdownServer':
      return shutdownServer(c, what.server);
    case 'shutdownCluster':
      return shutdownCluster(c);
    case 'maintenance':
      return maintenance(c, what.server);
    case 'return':
      return returnByHand(c, what.server);
    case 'registry':
      return changeRegistry(c, what.change);
    case 'resourceDone':
      resourceDone(c, from, what);
      return undefined;
    case 'orderDone':
      orderDone(c, from, what);
      return undefined;
    case 'resourceFault':
      resourceFault(c, from, what.group, what.resource);
      return undefined;
    case 'groupKeys':
      carryKeys(c, from, what.group, what.keys);
      return undefined;
    default:
      return what satisfies never;
  }
}

function refuse(code: string, where: string, what: string, fix: string): Refusal {
  return { code, where, what, fix };
}

function startGroup(c: Context, group: number, on: number): Refusal | undefined {
  const { name } = c.definition.groups[group];
  const record = changing(c, group);
  const pending = refuseBusy(c, group);
  if (pending) return pending;
  if (record.phase === 'active')
    return refuse('ALREADY_THERE', name, `it is active on ${serverName(c, record.server)} already`, 'move it instead');
  const unfit = on === ANYWHERE ? undefined : refuseDestination(c, group, on);
  if (unfit) return unfit;
  record.tried = 0;
  const to = on === ANYWHERE ? place(c.definition, c.state, group) : on;
  if (to === NOBODY)
    return refuse('NO_SERVER', name, 'none of its servers can take it', 'start one of its servers first');
  Object.assign(record, { faults: 0, stopped: false, wanting: false });
  if (on === ANYWHERE) enqueue(c, group, 'start', NOBODY, to);
  else enqueueByHand(c, group, 'start', NOBODY, to);
  return undefined;
}

function stopGroup(c: Context, group: number): Refusal | undefined {
  const record = changing(c, group);
  const pending = refuseBusy(c, group);
  if (pending) return pending;
  if (record.phase === 'active') {
    record.tried = 0;
    leaveOnly(c, group, 'stop');
  } else if (!record.wanting)
    return refuse('ALREADY_STOPPED', c.definition.groups[group].name, 'it is not active', 'start it first');
  record.stopped = true;
  record.wanting = false;
  return undefined;
}

function moveGroup(c: Context, group: number, to: number): Refusal | undefined {
  const { name } = c.definition.groups[group];
  const record = changing(c, group);
  const pending = refuseBusy(c, group);
  if (pending) return pending;
  if (record.phase !== 'active') return refuse('NOT_ACTIVE', name, 'it is not active', 'start it instead');
  if (record.server === to)
    return refuse('ALREADY_THERE', name, `it is active on ${serverName(c, to)} already`, 'name another server');
  const unfit = refuseDestination(c, group, to);
  if (unfit) return unfit;
  record.faults = 0;
  record.tried = 0;
  enqueueByHand(c, group, 'move', record.server, to);
  return undefined;
}

function failGroup(c: Context, group: number): Refusal | undefined {
  const { name } = c.definition.groups[group];
  const record = changing(c, group);
  if (record.phase !== 'active') return refuse('NOT_ACTIVE', name, 'it is not active', 'start it first');
  if (record.task && record.task.stage !== 'queued') return refuseBusy(c, group);
  fault(c, group);
  return undefined;
}

/** An application or service fault (section 6.1.3): over to another server, as often as the limit allows. */
function fault(c: Context, group: number): void {
  const record = changing(c, group);
  const { name, failover } = c.definition.groups[group];
  if (c.state.halting || record.task?.kind === 'evacuate') return;
  dequeue(c, group);
  if (failover === 'manual' || record.faults >= c.definition.faultLimit) {
    record.limited = true;
    const why =
      failover === 'manual' ? 'it fails over by hand only' : `after ${record.faults} faults it has reached its limit`;
    warn(c, `group ${name} failed on ${serverName(c, record.server)} and stays there: ${why}`);
    return;
  }
  record.faults += 1;
  record.tried = bit(record.server);
  if (!relocate(c, group, 'failover', record.server, false)) leaveOnly(c, group, 'giveUp');
}

function switchLine(c: Context, group: number, resource: number, to: number): Refusal | undefined {
  const { name, type } = c.definition.groups[group].resources[resource];
  const record = changing(c, group);
  if (type !== 'lsw') return refuse('NOT_A_LINE', name, `it is of type ${type}`, 'name a resource of type lsw');
  if (!mayHost(c.state, to))
    return refuse('NOT_IN_VIEW', name, `${serverName(c, to)} is no working member`, 'name a member of the view');
  if (lineServer(record, resource) === to)
    return refuse('ALREADY_THERE', name, `the line is with ${serverName(c, to)} already`, 'name another server');
  record.resources[resource].server = to;
  raise(c, 'ARM_EVENT_LSW_SWITCHED', name);
  return undefined;
}

/** Where a line is: switched by hand, or with its group. */
export function lineServer({ server, resources }: GroupRecord, resource: number): number {
  const own = resources[resource].server;
  return own === NOBODY ? server : own;
}

function shutdownServer(c: Context, server: number): Refusal | undefined {
  const unfit = refuseNonMember(c, server);
  if (unfit) return unfit;
  raiseServer(c, 'ARM_EVENT_SHUTDOWN', server);
  c.state.servers[server].leaving = 'shutdown';
  requeue(c, server);
  return undefined;
}

function shutdownCluster(c: Context): Refusal | undefined {
  if (c.state.halting)
    return refuse('BUSY', c.definition.name, 'it is being shut down already', 'wait until it has stopped');
  for (const server of serversOf(c.state.members))
    if (c.state.servers[server].leaving !== 'shutdown') raiseServer(c, 'ARM_EVENT_SHUTDOWN', server);
  c.state.halting = true;
  c.state.groups.forEach((record, group) => {
    dequeue(c, group);
    if (record.task?.stage === 'fenced') abandon(c, group);
    else if (record.phase === 'offline' && !record.task) goOffline(c, group, false);
  });
  return undefined;
}

/** Maintenance mode (3.3): like a server down, but the server itself hands its groups over. */
function maintenance(c: Context, server: number): Refusal | undefined {
  const unfit = refuseNonMember(c, server);
  if (unfit) return unfit;
  const record = c.state.servers[server];
  raiseServer(c, 'ARM_EVENT_DOWN', server);
  record.base = 'OFF_CLUSTER';
  record.leaving = 'maintenance';
  c.state.maintenance |= bit(server);
  c.outcome.persist = true;
  requeue(c, server);
  c.state.groups.forEach((group, index) => {
    if (group.server !== server || group.phase !== 'active') return;
    dequeue(c, index);
    if (group.task || c.definition.groups[index].failover === 'manual') return;
    changing(c, index).tried = 0;
    relocate(c, index, 'failover', server, true);
  });
  return undefined;
}

/** Groups that waited for a server which is on its way out go elsewhere. */
function requeue(c: Context, server: number): void {
  for (const group of [...c.state.servers[server].queue]) {
    const { task, phase } = c.state.groups[group];
    if (!task) continue;
    dequeue(c, group);
    const again = phase === 'offline' || task.kind === 'failover' || task.kind === 'evacuate';
    const placed = again && relocate(c, group, task.kind, task.from, task.bracket);
    if (!placed && phase === 'offline') goOffline(c, group, true);
    if (!again) warn(c, `the ${task.kind} of group ${c.definition.groups[group].name} lost its destination`);
  }
}

function returnByHand(c: Context, server: number): Refusal | undefined {
  const name = serverName(c, server);
  const record = c.state.servers[server];
  if (has(c.state.members, server))
    return refuse('ALREADY_MEMBER', name, 'it is a member of the cluster', 'return a server that is off the cluster');
  if (record.base !== 'OFF_CLUSTER')
    return refuse('NOT_OFF_CLUSTER', name, `it is ${record.base}`, 'start it first; only a running server can return');
  record.returned = true;
  c.state.maintenance &= ~bit(server);
  c.outcome.persist = true;
  return undefined;
}

function resourceDone(c: Context, from: number, report: ReportCommand & { readonly type: 'resourceDone' }): void {
  const { group, op, resource, online, ok: good } = report;
  const record = changing(c, group);
  if (record.server !== from || (record.task && record.task.op !== op)) return;
  const rising = record.phase !== 'deactivating';
  record.resources[resource].state = online ? 1 : good || !rising ? 0 : 2;
  if (online) record.resources[resource].server = NOBODY;
  const { name } = c.definition.groups[group].resources[resource];
  if (!good) warn(c, `resource ${name} failed to ${rising ? 'come up' : 'go down'} on ${serverName(c, from)}`);
}

function resourceFault(c: Context, from: number, group: number, resource: number): void {
  const record = changing(c, group);
  if (record.server !== from || record.phase !== 'active') return;
  record.resources[resource].state = 2;
  if (!record.task || record.task.stage === 'queued') fault(c, group);
}

function refuseBusy(c: Context, group: number): Refusal | undefined {
  const { task } = c.state.groups[group];
  if (!task && !c.state.halting) return undefined;
  const what = task ? `it is in the middle of another operation (${task.kind})` : 'the cluster is being shut down';
  return refuse('BUSY', c.definition.groups[group].name, what, 'wait until that has ended');
}

function refuseDestination(c: Context, group: number, to: number): Refusal | undefined {
  const { name, servers } = c.definition.groups[group];
  if (!servers.some((server) => (server as number) === to))
    return refuse('NOT_LISTED', name, `${serverName(c, to)} is not among its servers`, 'name one of its servers');
  if (!mayHost(c.state, to))
    return refuse(
      'NOT_IN_VIEW',
      name,
      `${serverName(c, to)} is no working member of the view`,
      'name a member of the view',
    );
  if (forbidden(c.definition, c.state, group, to))
    return refuse('EXCLUDED', name, `an exclusive group holds ${serverName(c, to)}`, 'name another server');
  return undefined;
}

function refuseNonMember(c: Context, server: number): Refusal | undefined {
  const name = serverName(c, server);
  if (!has(c.state.members, server))
    return refuse('NOT_IN_VIEW', name, 'it is no member of the view', 'name a member of the view');
  if (c.state.servers[server].leaving !== '' || c.state.halting)
    return refuse('BUSY', name, 'it is on its way out already', 'wait until that has ended');
  return undefined;
}
