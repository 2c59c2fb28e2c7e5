/**
 * Invariant 3, told a second time and differently: a group that is not sent by hand goes to the highest-priority
 * eligible server. Deliberately naive: it lists every server with the reason why it does not count.
 */
import type { ClusterDefinition } from '../../model/definition.js';
import type { AgreedState } from '../state.js';

/** Why `chosen` is the wrong server for the group, or undefined where it is right. */
export function misplaced(
  definition: ClusterDefinition,
  state: AgreedState,
  group: number,
  chosen: number,
): string | undefined {
  const { exclusion, name, servers } = definition.groups[group];
  const verdicts = servers.map((server) => ({
    server,
    why: barred(state, group, server),
    neighbour: exclusion === 'none' ? 'of no account' : neighbour(definition, state, group, server),
  }));
  const open = verdicts.filter(({ why }) => why === undefined);
  const free = open.filter(({ neighbour: kind }) => exclusion === 'none' || kind === 'none');
  const shared = open.filter(({ neighbour: kind }) => exclusion === 'normal' && kind === 'normal');
  const right = [...free, ...shared].at(0)?.server ?? -1;
  if (right === chosen) return undefined;
  const nameOf = (server: number): string => definition.servers[server]?.name ?? 'nobody';
  return `group ${name} goes to ${nameOf(chosen)}, but its highest eligible server is ${nameOf(right)}`;
}

function barred(state: AgreedState, group: number, server: number): string | undefined {
  if (((state.members >> server) & 1) === 0) return 'not in the view';
  if (state.servers[server].base !== 'CLUSTER') return 'off the cluster';
  if (state.servers[server].leaving !== '') return 'on its way out';
  if (((state.groups[group].tried >> server) & 1) === 1) return 'tried before';
  return undefined;
}

function neighbour(definition: ClusterDefinition, state: AgreedState, group: number, server: number): string {
  const kinds = definition.groups
    .map(({ exclusion }, other) => ({ exclusion, other, record: state.groups[other] }))
    .filter(({ other, record }) => other !== group && (record.server === server || record.task?.to === server))
    .map(({ exclusion }) => exclusion);
  if (kinds.includes('absolute')) return 'absolute';
  return kinds.includes('normal') ? 'normal' : 'none';
}
