/**
 * Where a group goes: to its highest-priority eligible server, always.
 *
 * Eligible is a server that the group lists, that is a member of the view and not on its way out, that has not been
 * tried in the present operation, and that the exclusion attribute does not forbid. Exclusive groups (`normal` or
 * `absolute`) keep apart: none goes where an `absolute` one is, an `absolute` one never joins another, and `normal`
 * ones share a server only when there is no other left.
 */
import type { ClusterDefinition } from '../../model/definition.js';
import { type AgreedState, NOBODY, has } from '../state.js';

/** The server that takes `group`, or -1. `except` adds to the servers that do not count. */
export function place(definition: ClusterDefinition, state: AgreedState, group: number, except = 0): number {
  const rule = definition.groups[group].exclusion;
  let shared = NOBODY;
  for (const server of definition.groups[group].servers) {
    if (!mayHost(state, server) || has(state.groups[group].tried | except, server)) continue;
    const neighbour = rule === 'none' ? 'none' : strictestNeighbour(definition, state, group, server);
    if (neighbour === 'none') return server;
    if (rule === 'normal' && neighbour === 'normal' && shared === NOBODY) shared = server;
  }
  return shared;
}

/** A working member that is not on its way out. */
export function mayHost(state: AgreedState, server: number): boolean {
  const record = state.servers[server];
  return has(state.members, server) && record.base === 'CLUSTER' && record.leaving === '';
}

/** Whether exclusion forbids the group on that server even where a hand names it. */
export function forbidden(definition: ClusterDefinition, state: AgreedState, group: number, server: number): boolean {
  const rule = definition.groups[group].exclusion;
  if (rule === 'none') return false;
  const neighbour = strictestNeighbour(definition, state, group, server);
  return neighbour === 'absolute' || (rule === 'absolute' && neighbour === 'normal');
}

function strictestNeighbour(
  definition: ClusterDefinition,
  state: AgreedState,
  group: number,
  server: number,
): 'none' | 'normal' | 'absolute' {
  let strictest: 'none' | 'normal' = 'none';
  for (let other = 0; other < state.groups.length; other += 1) {
    const rule = definition.groups[other].exclusion;
    if (other === group || rule === 'none' || !occupies(state, other, server)) continue;
    if (rule === 'absolute') return 'absolute';
    strictest = 'normal';
  }
  return strictest;
}

/** The group is on that server or bound for it. */
function occupies(state: AgreedState, group: number, server: number): boolean {
  const record = state.groups[group];
  return record.server === server || record.task?.to === server;
}
