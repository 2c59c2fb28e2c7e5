/**
 * What follows by itself after every entry: brackets close, servers on their way out hand over, groups go back to
 * better servers, queues move on. Each rule looks at agreed state alone, so nothing has to be remembered to be done.
 * Every member does all of this after every entry, over up to 256 groups: a rule that has nothing to do looks through them
 * once or twice, and no more.
 */
import { type Context, raiseServer } from '../context.js';
import { begin, enqueue, leaveOnly, relocate } from '../group/tasks.js';
import { place } from '../placement/placement.js';
import { NOBODY, type Task, bit, has, serversOf } from '../state.js';

/** Brings the agreed state to rest after an entry was applied. */
export function settle(c: Context): void {
  if (c.state.halting) haltGroups(c);
  closeBrackets(c);
  const members = serversOf(c.state.members);
  for (const server of members) evacuate(c, server);
  serveWanting(c);
  goBack(c);
  for (const server of members) pump(c, server);
  if (c.state.halting && !c.state.halted && c.state.groups.every((group) => group.phase === 'offline' && !group.task)) {
    c.state.halted = true;
    c.outcome.powerOff |= c.state.members;
  }
}

/** A server that is on its way out holds nothing any more, nothing is bound for it, and what left it has arrived. */
export function hasHandedOver(c: { readonly state: Context['state'] }, server: number): boolean {
  return c.state.groups.every(
    ({ server: current, task }) => current !== server && task?.to !== server && task?.from !== server,
  );
}

/** FAILOVER_END, where a destination has no failover of a server's groups left to do. */
function closeBrackets(c: Context): void {
  let busy = 0;
  for (const { task } of c.state.groups) if (task?.bracket) busy |= bit(task.to);
  c.state.servers.forEach((record, server) => {
    if (!record.bracket || has(busy, server)) return;
    record.bracket = false;
    raiseServer(c, 'ARM_EVENT_FAILOVER_END', server);
  });
}

/** FAILOVER_START and the next tasks of a destination, `parallelGroups` at once. */
function pump(c: Context, server: number): void {
  const record = c.state.servers[server];
  while (
    record.queue.length > 0 &&
    count(c, (task) => task.to === server && task.stage !== 'queued') < c.definition.parallelGroups
  ) {
    const group = record.queue.shift() as number;
    const task = c.state.groups[group].task as Task;
    if (task.bracket && !record.bracket) {
      record.bracket = true;
      raiseServer(c, 'ARM_EVENT_FAILOVER_START', server);
    }
    begin(c, group);
  }
}

/** The groups of a server on its way out leave one after the other; those that can go nowhere stop. */
function evacuate(c: Context, server: number): void {
  const record = c.state.servers[server];
  if (record.leaving === '') return;
  for (let group = 0; group < c.state.groups.length; group += 1) {
    if (count(c, (task) => task.from === server) >= c.definition.parallelGroups) return;
    const { task, server: current, phase } = c.state.groups[group];
    if (task || current !== server || phase !== 'active') continue;
    c.state.groups[group].tried = 0;
    const goes = c.definition.groups[group].failover === 'auto' && relocate(c, group, 'evacuate', server, false);
    if (!goes) leaveOnly(c, group, 'giveUp');
  }
}

/** Groups that would run but had no server start as soon as one may take them: one has joined, or is free again. */
function serveWanting(c: Context): void {
  if (c.state.halting) return;
  for (let group = 0; group < c.state.groups.length; group += 1) {
    const record = c.state.groups[group];
    if (!record.wanting || record.task) continue;
    const to = place(c.definition, c.state, group);
    if (to === NOBODY) continue;
    record.wanting = false;
    enqueue(c, group, 'start', NOBODY, to);
  }
}

/** Groups with failback auto go back to a better server that has joined, one before the next, in definition order. */
function goBack(c: Context): void {
  if (c.state.halting || c.state.groups.some(({ task }) => task?.kind === 'failback')) return;
  for (let group = 0; group < c.state.groups.length; group += 1) {
    const record = c.state.groups[group];
    if (!record.failback || record.task) continue;
    record.failback = false;
    if (record.phase !== 'active') continue;
    const order = c.definition.groups[group].servers;
    const to = place(c.definition, c.state, group);
    if (to === NOBODY || order.indexOf(to as never) >= order.indexOf(record.server as never)) continue;
    enqueue(c, group, 'failback', record.server, to);
    return;
  }
}

/** A cluster shutdown stops every active group where it is. */
function haltGroups(c: Context): void {
  for (let group = 0; group < c.state.groups.length; group += 1) {
    const record = c.state.groups[group];
    if (record.task || record.phase !== 'active') continue;
    if (count(c, (task) => task.from === record.server) >= c.definition.parallelGroups) continue;
    leaveOnly(c, group, 'stop');
  }
}

/** How many tasks of a kind there are, waiting ones included. */
function count(c: Context, which: (task: Task) => boolean): number {
  let sum = 0;
  for (const { task } of c.state.groups) if (task && which(task)) sum += 1;
  return sum;
}
