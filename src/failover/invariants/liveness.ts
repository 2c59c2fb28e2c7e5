/**
 * Invariant 4: with faults over and the network whole, whatever can run runs.
 *
 * Asked of the agreed state of a view at rest. A group is owed a server if it starts and fails over by itself, was not
 * stopped by hand, has not used up its faults, and has a server that may take it.
 */
import type { ClusterDefinition } from '../../model/definition.js';
import { groupState } from '../events/status.js';
import { place } from '../placement/placement.js';
import { type AgreedState, NOBODY } from '../state.js';

/** What should run and does not, or is still under way; empty where all is well. */
export function unserved(definition: ClusterDefinition, state: AgreedState): string[] {
  if (state.halting) return [];
  const found: string[] = [];
  definition.groups.forEach((group, index) => {
    const record = state.groups[index];
    const shown = groupState(state, index);
    if (record.task) found.push(`group ${group.name} is still under way (${record.task.kind}, ${record.task.stage})`);
    else if (group.startup === 'auto' && group.failover === 'auto' && !record.stopped && shown === 'OFFLINE') {
      const server = place(definition, state, index);
      if (server !== NOBODY)
        found.push(`group ${group.name} is OFFLINE, though ${definition.servers[server].name} could take it`);
    }
  });
  return found;
}
