/**
 * What a new view means for servers and groups: who is lost and what follows, who has come and what goes back to it.
 *
 * The order is that of the documentation: DOWN before anything else, then what was under way fails, then destinations
 * in definition order take over; servers that come are named in definition order before any group moves.
 */
import { changing, type Context, raiseServer, warn } from '../context.js';
import { dropTask, fenceLifted, interrupt, relocate } from '../group/tasks.js';
import type { Absorbed, AdoptedGroup, ViewEntry } from '../log/entries.js';
import { keysArrived } from '../registry/carried.js';
import { adoptRegistry } from '../registry/registry.js';
import { NOBODY, bit, has, rememberView, serversOf, unsettledBy } from '../state.js';

/** Applies a `view` entry. */
export function enterView(c: Context, entry: ViewEntry): void {
  const { state } = c;
  state.unsettled = unsettledBy(c.definition, state, entry.forming);
  rememberView(state, { epoch: entry.epoch, coordinator: entry.coordinator }, entry.members);
  state.maintenance = entry.maintenance;
  c.outcome.persist = true;
  if (entry.forming) reset(c, entry);
  if (entry.registry) adoptRegistry(c, entry.registry);
  state.nextEventId = Math.max(state.nextEventId, entry.nextEventId);
  state.nextOp = Math.max(state.nextOp, entry.nextOp);
  const adopted = entry.absorbed.flatMap((absorbed) => absorbed.held.map((held) => held.group));
  loseServers(c, entry, adopted);
  for (const server of serversOf(entry.left)) leaveOrderly(c, server);
  for (const absorbed of entry.absorbed) adopt(c, absorbed);
  for (const newcomer of entry.joined) welcome(c, newcomer, entry);
  fenceLifted(c);
  if (entry.forming) startAll(c);
  else if (entry.joined.length > 0)
    takeUp(
      c,
      entry.joined.reduce((mask, { server }) => mask | bit(server), 0),
    );
}

/** A cluster that forms anew starts from nothing but what is on disks and the numbers it has used. */
function reset(c: Context, entry: ViewEntry): void {
  const { state } = c;
  state.halting = false;
  state.halted = false;
  state.fenced = entry.fenced;
  state.fencedUntil = entry.fencedUntil;
  state.servers.forEach((record, server) => {
    record.base = has(state.maintenance, server) ? 'OFF_CLUSTER' : 'STOPPED';
    record.leaving = '';
    record.returned = false;
    record.bracket = false;
    record.queue = [];
  });
  state.groups.forEach((_, index) => {
    const group = changing(c, index);
    Object.assign(group, { phase: 'offline', server: NOBODY, task: null, faults: 0, limited: false, stopped: false });
    Object.assign(group, { wanting: false, failback: false, tried: 0 });
    group.fence = c.definition.groups[index].servers.reduce((mask, server) => mask | bit(server), 0) & entry.fenced;
    for (const resource of group.resources) resource.state = 0;
  });
  state.registry = {};
  state.registryStamp = { epoch: 0, version: 0 };
  state.carried = entry.carried ?? {};
}

function loseServers(c: Context, entry: ViewEntry, adopted: readonly number[]): void {
  const { state } = c;
  if (entry.down === 0) return;
  if (entry.fenced !== 0) {
    state.fenced |= entry.fenced;
    state.fencedUntil = Math.max(state.fencedUntil, entry.fencedUntil);
  }
  for (const server of serversOf(entry.down)) {
    const record = state.servers[server];
    const announced = record.leaving !== '' || state.halting;
    if (!announced) raiseServer(c, 'ARM_EVENT_DOWN', server);
    record.base =
      record.leaving === 'shutdown' || state.halting
        ? 'STOPPED'
        : has(state.maintenance, server)
          ? 'OFF_CLUSTER'
          : 'DOWN';
    record.leaving = '';
    record.returned = false;
  }
  state.groups.forEach((_, group) => {
    if (!adopted.includes(group)) interrupt(c, group, entry.down);
  });
  for (const server of serversOf(entry.down)) state.servers[server].queue = [];
}

/** A server that has handed over is gone, and nobody is surprised. */
function leaveOrderly(c: Context, server: number): void {
  const record = c.state.servers[server];
  record.base = record.leaving === 'shutdown' ? 'STOPPED' : 'OFF_CLUSTER';
  record.leaving = '';
  record.queue = [];
}

/** Takes over what a server of another branch holds; where this branch only wanted the group, it has it now. */
function adopt(c: Context, absorbed: Absorbed): void {
  c.state.servers[absorbed.server].bracket ||= absorbed.bracketOpen;
  for (const held of absorbed.held) adoptGroup(c, absorbed.server, held);
}

function adoptGroup(c: Context, server: number, held: AdoptedGroup): void {
  const record = changing(c, held.group);
  dropTask(c, held.group);
  Object.assign(record, { phase: held.phase, server, task: null, wanting: false, tried: 0, fence: 0, limited: false });
  record.stopped = held.stopped;
  record.resources.forEach((resource, position) => (resource.state = held.resources[position]));
  if (held.phase === 'active') keysArrived(c, held.group, server);
  if (held.phase === 'active') return;
  const entering = held.phase === 'activating';
  const announced = held.kind === 'failover' || held.kind === 'evacuate' || held.kind === 'move';
  record.task = {
    op: held.op,
    // What a shutdown of the other branch was stopping may run again; what a hand has stopped stays down.
    kind: held.kind === 'stop' && !held.stopped ? 'giveUp' : held.kind,
    from: held.from,
    to: entering ? server : NOBODY,
    bracket: entering && held.bracket,
    announced: entering && announced,
    stage: entering ? 'entering' : 'leaving',
  };
}

/** A new member. With auto-return off an absorbed one is a guest that hands over and goes off the cluster. */
function welcome(c: Context, newcomer: ViewEntry['joined'][number], entry: ViewEntry): void {
  const { server, incarnation, returned } = newcomer;
  const record = c.state.servers[server];
  const guest = !c.definition.autoReturn && !entry.forming && entry.absorbed.some((item) => item.server === server);
  record.base = guest ? 'OFF_CLUSTER' : 'CLUSTER';
  record.leaving = guest ? 'absorbed' : '';
  record.incarnation = incarnation;
  record.lastN = 0;
  record.queue = [];
  c.state.fenced &= ~bit(server);
  if (guest) warn(c, `server ${c.definition.servers[server].name} stays off the cluster until it is returned by hand`);
  else if (c.definition.autoReturn || record.returned || returned)
    raiseServer(c, 'ARM_EVENT_RETURN_TO_CLUSTER', server);
  record.returned = false;
}

/** At the start of a cluster every auto-start group goes to its highest eligible server, in definition order. */
function startAll(c: Context): void {
  c.definition.groups.forEach((group, index) => {
    if (group.startup === 'auto' && !relocate(c, index, 'formStart', NOBODY, false)) changing(c, index).wanting = true;
  });
}

/** Servers have joined: they may take what was tried elsewhere, and groups that have a better one now will go back. */
function takeUp(c: Context, joined: number): void {
  c.state.groups.forEach((_, group) => {
    const record = changing(c, group);
    record.tried &= ~joined;
    if (c.definition.groups[group].failback === 'auto' && outranks(c, group, joined)) record.failback = true;
  });
}

function outranks(c: Context, group: number, joined: number): boolean {
  const { server, task } = c.state.groups[group];
  const current = server !== NOBODY ? server : (task?.to ?? NOBODY);
  if (current === NOBODY) return false;
  for (const better of c.definition.groups[group].servers) {
    if ((better as number) === current) return false;
    if (has(joined, better)) return true;
  }
  return false;
}
