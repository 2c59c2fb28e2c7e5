/**
 * The life of one operation on a group: it waits for its destination, leaves where it is, comes up where it goes.
 *
 * A group has one task at most. Tasks for one destination run in order, `parallelGroups` at once; destinations run
 * side by side. Every START that is raised gets its END or its FAILURE here and nowhere else, which is why the event
 * grammar can be read off this file.
 */
import { changing, type Context, order, raiseGroup, warn } from '../context.js';
import type { TaskKind } from '../log/entries.js';
import { mayHost, place } from '../placement/placement.js';
import { bringsAlong, keysArrived } from '../registry/carried.js';
import { type Draft, type GroupRecord, NOBODY, type Task, bit, has } from '../state.js';

/** Puts a group's next task into its destination's queue. `settle` starts it when its turn comes. */
export function enqueue(c: Context, group: number, kind: TaskKind, from: number, to: number, bracket = false): void {
  c.audit?.(c.definition, c.state, group, to);
  enqueueByHand(c, group, kind, from, to, bracket);
}

/** The same where a hand has named the destination. */
export function enqueueByHand(
  c: Context,
  group: number,
  kind: TaskKind,
  from: number,
  to: number,
  bracket = false,
): void {
  changing(c, group).task = { op: 0, kind, from, to, bracket, announced: false, stage: 'queued' };
  c.state.servers[to].queue.push(group);
}

/** Finds a destination for a group that must go from `from` and queues it; without one it stays or becomes OFFLINE. */
export function relocate(c: Context, group: number, kind: TaskKind, from: number, bracket: boolean): boolean {
  const to = c.state.halting ? NOBODY : place(c.definition, c.state, group);
  if (to === NOBODY) return false;
  enqueue(c, group, kind, from, to, bracket);
  return true;
}

/** A queued task's turn has come: says so, and takes the first step. */
export function begin(c: Context, group: number): void {
  const record = changing(c, group);
  const task = record.task as Draft<Task>;
  announce(c, group, task);
  record.tried |= bit(task.to);
  if (record.phase === 'active') leave(c, group, task);
  else enter(c, group, task);
}

/** Starts bringing a group down where it is. */
function leave(c: Context, group: number, task: Draft<Task>): void {
  const record = changing(c, group);
  task.stage = 'leaving';
  record.phase = 'deactivating';
  task.op = order(c, record.server, group, 'deactivate');
}

/** Brings down a group that goes nowhere: stopped by hand, by a cluster shutdown, or given up. */
export function leaveOnly(c: Context, group: number, kind: TaskKind): void {
  const from = c.state.groups[group].server;
  const task: Draft<Task> = { op: 0, kind, from, to: NOBODY, bracket: false, announced: false, stage: 'leaving' };
  changing(c, group).task = task;
  leave(c, group, task);
}

/** A server has carried an order out: what comes next. Reports of orders that are no longer wanted change nothing. */
export function orderDone(c: Context, from: number, report: { group: number; op: number; ok: boolean }): void {
  const { group, ok: good } = report;
  const { task, server } = changing(c, group);
  if (!task || task.op !== report.op || server !== from) return;
  if (task.stage === 'leaving') left(c, group, task);
  else if (task.stage === 'undoing') undone(c, group, task);
  else if (task.stage === 'entering' && good) entered(c, group, task);
  else if (task.stage === 'entering') undo(c, group, task);
}

/** Lost servers can hold nothing any more: groups that waited for that come up. */
export function fenceLifted(c: Context): void {
  c.state.groups.forEach((_, group) => {
    const record = changing(c, group);
    record.fence &= c.state.fenced;
    if (record.task?.stage === 'fenced' && record.fence === 0) enter(c, group, record.task);
  });
}

/** The destination of a running task is lost, or the server that the group was leaving. */
export function interrupt(c: Context, group: number, lost: number): void {
  const record = changing(c, group);
  const task = record.task;
  if (!task) {
    if (has(lost, record.server)) lostWhileActive(c, group);
  } else if (task.stage === 'queued') interruptQueued(c, group, task, lost);
  else if (task.stage === 'leaving') interruptLeaving(c, group, task, lost);
  else if (has(lost, task.to)) interruptEntering(c, group, task);
}

/** Nothing is left to do for the group: it is OFFLINE, wanting a server if it would run had it one. */
export function goOffline(c: Context, group: number, wanting: boolean): void {
  const record = changing(c, group);
  record.phase = 'offline';
  record.server = NOBODY;
  record.task = null;
  record.limited = false;
  record.wanting = wanting && c.definition.groups[group].startup === 'auto' && !record.stopped && !c.state.halting;
  for (const resource of record.resources) resource.state = 0;
}

/** Ends a task that has come to nothing; its FAILURE is raised, if its START was. */
export function dropTask(c: Context, group: number): void {
  dequeue(c, group);
  const { task } = changing(c, group);
  if (task) announceFailure(c, group, task);
  changing(c, group).task = null;
}

/** The same, and the group stays down. */
export function abandon(c: Context, group: number): void {
  dropTask(c, group);
  goOffline(c, group, false);
}

/** Takes a queued task back. */
export function dequeue(c: Context, group: number): void {
  const task = c.state.groups[group].task;
  if (task?.stage !== 'queued') return;
  const queue = c.state.servers[task.to].queue;
  queue.splice(queue.indexOf(group), 1);
  changing(c, group).task = null;
}

function announce(c: Context, group: number, task: Draft<Task>): void {
  if (task.kind === 'failover' || task.kind === 'evacuate') {
    raiseGroup(c, 'ARM_EVENT_GROUP_FAILOVER_START', group, task.from, task.to);
    task.announced = true;
  } else if (task.kind === 'move') {
    raiseGroup(c, 'ARM_EVENT_GROUP_MOVE_START', group, task.from, task.to);
    task.announced = true;
  }
}

/** Raises the FAILURE of a task whose START was raised. */
function announceFailure(c: Context, group: number, task: Draft<Task>): void {
  if (!task.announced) return;
  task.announced = false;
  const code = task.kind === 'move' ? 'ARM_EVENT_GROUP_MOVE_FAILURE' : 'ARM_EVENT_GROUP_FAILOVER_FAILURE';
  raiseGroup(c, code, group, task.from, task.to);
}

function enter(c: Context, group: number, task: Draft<Task>): void {
  const record = changing(c, group);
  if (record.fence !== 0) {
    task.stage = 'fenced';
    return;
  }
  task.stage = 'entering';
  record.phase = 'activating';
  record.server = task.to;
  for (const resource of record.resources) resource.state = 0;
  task.op = order(c, task.to, group, 'activate', bringsAlong(c, group, task.to) !== undefined);
}

function left(c: Context, group: number, task: Draft<Task>): void {
  const record = changing(c, group);
  const server = record.server;
  record.phase = 'offline';
  record.server = NOBODY;
  if (c.state.halting) announceFailure(c, group, task);
  if (task.kind === 'stop' || task.kind === 'failback' || c.state.halting)
    raiseGroup(c, 'ARM_EVENT_GROUP_STOP', group, server);
  if (task.kind === 'stop' || task.kind === 'giveUp') {
    goOffline(c, group, task.kind === 'giveUp' && c.definition.groups[group].failover === 'auto');
  } else if (task.to !== NOBODY && mayHost(c.state, task.to) && !c.state.halting) {
    enter(c, group, task);
  } else {
    announceFailure(c, group, task);
    goOn(c, group, server, task.bracket);
  }
}

function entered(c: Context, group: number, task: Draft<Task>): void {
  const record = changing(c, group);
  record.phase = 'active';
  record.task = null;
  record.tried = 0;
  record.limited = false;
  keysArrived(c, group, task.to);
  if (task.kind === 'failover' || task.kind === 'evacuate')
    raiseGroup(c, 'ARM_EVENT_GROUP_FAILOVER_END', group, task.from, task.to);
  else if (task.kind === 'move') raiseGroup(c, 'ARM_EVENT_GROUP_MOVE_END', group, task.from, task.to);
  else if (task.kind === 'formStart' && c.definition.errata === 'printed')
    raiseGroup(c, 'ARM_EVENT_GROUP_STOP', group, task.to);
  else raiseGroup(c, 'ARM_EVENT_GROUP_START', group, task.to);
}

/** A resource would not come up, and the group must not run without it: down with the rest of it. */
function undo(c: Context, group: number, task: Draft<Task>): void {
  task.stage = 'undoing';
  changing(c, group).phase = 'deactivating';
  task.op = order(c, task.to, group, 'deactivate');
}

function undone(c: Context, group: number, task: Draft<Task>): void {
  const record = changing(c, group);
  const server = record.server;
  record.phase = 'offline';
  record.server = NOBODY;
  announceFailure(c, group, task);
  goOn(c, group, server, task.bracket);
}

/** Tries the next server, or gives up. The source of what follows is the last current server. */
function goOn(c: Context, group: number, from: number, bracket: boolean): void {
  const record = changing(c, group);
  record.task = null;
  if (c.state.halting) goOffline(c, group, false);
  else if (c.definition.groups[group].failover === 'manual') {
    warn(c, `group ${c.definition.groups[group].name} fails over by hand only: it stays OFFLINE`);
    goOffline(c, group, false);
  } else if (!relocate(c, group, 'failover', from, bracket)) goOffline(c, group, true);
}

function lostWhileActive(c: Context, group: number): void {
  const record = changing(c, group);
  const from = record.server;
  fenceOff(c, record, from);
  record.phase = 'offline';
  record.server = NOBODY;
  for (const resource of record.resources) resource.state = 0;
  record.tried = 0;
  if (c.definition.groups[group].failover === 'manual') goOffline(c, group, false);
  else if (!relocate(c, group, 'failover', from, true)) goOffline(c, group, true);
}

function interruptQueued(c: Context, group: number, task: Draft<Task>, lost: number): void {
  const record = changing(c, group);
  if (has(lost, record.server)) {
    dequeue(c, group);
    lostWhileActive(c, group);
  } else if (has(lost, task.to)) {
    dequeue(c, group);
    const again = record.phase === 'offline' || task.kind === 'failover';
    if (again && !relocate(c, group, task.kind, task.from, task.bracket)) {
      if (record.phase === 'offline') goOffline(c, group, true);
      else leaveOnly(c, group, 'giveUp');
    }
    if (task.kind === 'move') warn(c, `the move of group ${c.definition.groups[group].name} lost its destination`);
  }
}

function interruptLeaving(c: Context, group: number, task: Draft<Task>, lost: number): void {
  const record = changing(c, group);
  if (has(lost, record.server)) {
    const from = record.server;
    fenceOff(c, record, from);
    if (task.kind === 'stop' || task.kind === 'giveUp') left(c, group, task);
    else {
      announceFailure(c, group, task);
      record.phase = 'offline';
      record.server = NOBODY;
      record.tried = 0;
      goOn(c, group, from, true);
    }
  } else if (has(lost, task.to)) {
    announceFailure(c, group, task);
    task.to = NOBODY;
    task.kind = 'failover';
    record.tried &= ~lost;
  }
}

function interruptEntering(c: Context, group: number, task: Draft<Task>): void {
  const record = changing(c, group);
  announceFailure(c, group, task);
  const from = task.stage === 'fenced' ? task.from : task.to;
  if (task.stage !== 'fenced') fenceOff(c, record, task.to);
  record.phase = 'offline';
  record.server = NOBODY;
  record.tried = 0;
  goOn(c, group, from, true);
}

/** Under a partition policy a lost server may hold its groups for a while yet. */
function fenceOff(c: Context, record: Draft<GroupRecord>, server: number): void {
  if (has(c.state.fenced, server)) record.fence |= bit(server);
}
