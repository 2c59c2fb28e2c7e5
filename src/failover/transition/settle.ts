/**
 * What follows by itself after every entry: brackets close, servers on their way out hand over, groups go back to
 * better servers, queues move on. Each rule looks at agreed state alone, so nothing has to be remembered to be done.
 * Every member does all of this after every entry, so a rule that has nothing to do looks at sums and not at groups.
 */
import { changing, type Context, raiseServer } from '../context.js';
import { Sum } from '../group/tally.js';
import { begin, enqueue, leaveOnly, relocate } from '../group/tasks.js';
import { place } from '../placement/placement.js';
import { NOBODY, type Task, serversOf } from '../state.js';

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
  c.state.servers.forEach((record, server) => {
    if (!record.bracket || c.tally.of(Sum.BRACKETED, server) > 0) return;
    record.bracket = false;
    raiseServer(c, 'ARM_EVENT_FAILOVER_END', server);
  });
}

/** FAILOVER_START and the next tasks of a destination, `parallelGroups` at once. */
function pump(c: Context, server: number): void {
  const record = c.state.servers[server];
  while (record.queue.length > 0 && c.tally.of(Sum.STARTED, server) < c.definition.parallelGroups) {
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
    if (c.tally.of(Sum.LEAVING, server) >= c.definition.parallelGroups) return;
    const { task, server: current, phase } = c.state.groups[group];
    if (task || current !== server || phase !== 'active') continue;
    changing(c, group).tried = 0;
    const goes = c.definition.groups[group].failover === 'auto' && relocate(c, group, 'evacuate', server, false);
    if (!goes) leaveOnly(c, group, 'giveUp');
  }
}

/** Groups that would run but had no server start as soon as one may take them: one has joined, or is free again. */
function serveWanting(c: Context): void {
  if (c.state.halting || c.tally.inAll(Sum.WANTING) === 0) return;
  for (let group = 0; group < c.state.groups.length; group += 1) {
    const { wanting, task } = c.state.groups[group];
    if (!wanting || task) continue;
    const to = place(c.definition, c.state, group);
    if (to === NOBODY) continue;
    changing(c, group).wanting = false;
    enqueue(c, group, 'start', NOBODY, to);
  }
}

/** Groups with failback auto go back to a better server that has joined, one before the next, in definition order. */
function goBack(c: Context): void {
  if (c.state.halting || c.tally.inAll(Sum.TO_RETURN) === 0 || c.tally.inAll(Sum.RETURNING) > 0) return;
  for (let group = 0; group < c.state.groups.length; group += 1) {
    const { failback, task } = c.state.groups[group];
    if (!failback || task) continue;
    const record = changing(c, group);
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
    const { task, phase, server } = c.state.groups[group];
    if (task || phase !== 'active') continue;
    if (c.tally.of(Sum.LEAVING, server) >= c.definition.parallelGroups) continue;
    leaveOnly(c, group, 'stop');
  }
}
