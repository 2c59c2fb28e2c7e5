/**
 * Where groups go, told naively: straight from the sentences of the documentation, with no code of the engine's.
 */
import type { AgreedState } from '../../src/failover/state.js';
import type { ClusterDefinition } from '../../src/model/definition.js';

/** What decides about a destination, whatever it was read from. */
export interface Situation {
  /** By priority. */
  readonly listed: readonly number[];
  /** Members that work, are not on their way out and were not tried before. */
  readonly fit: (server: number) => boolean;
  readonly exclusion: 'none' | 'normal' | 'absolute';
  /** The exclusive groups that are on a server or bound for it, other than this one. */
  readonly neighbours: (server: number) => readonly ('normal' | 'absolute')[];
}

/**
 * The highest-priority eligible server, or -1. An exclusive group goes where no other exclusive one is; a normal one, if
 * there is no such server, also joins other normal ones.
 */
export function destination({ listed, fit, exclusion, neighbours }: Situation): number {
  const able = listed.filter(fit);
  const alone = able.filter((server) => exclusion === 'none' || neighbours(server).length === 0);
  const together = able.filter((server) => exclusion === 'normal' && !neighbours(server).includes('absolute'));
  return [...alone, ...together].at(0) ?? -1;
}

/** The same, read off the agreed state. */
export function destinationIn(definition: ClusterDefinition, state: AgreedState, group: number): number {
  const inView = (server: number): boolean => Math.floor(state.members / 2 ** server) % 2 === 1;
  const tried = (server: number): boolean => Math.floor(state.groups[group].tried / 2 ** server) % 2 === 1;
  return destination({
    listed: definition.groups[group].servers,
    fit: (server) => {
      const { base, leaving } = state.servers[server];
      return inView(server) && base === 'CLUSTER' && leaving === '' && !tried(server);
    },
    exclusion: definition.groups[group].exclusion,
    neighbours: (server) =>
      definition.groups.flatMap(({ exclusion }, other) => {
        const { server: current, task } = state.groups[other];
        const there = current === server || task?.to === server;
        return other !== group && exclusion !== 'none' && there ? [exclusion] : [];
      }),
  });
}
