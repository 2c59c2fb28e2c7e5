/**
 * What the promises of all who were asked add up to: where the new view starts from, who is in, who is lost.
 *
 * Of one branch the promise with the latest view and the longest log knows everything that anybody was told. Servers of
 * another branch are taken over with what they hold; where two servers hold one group, both power off.
 */
import type { ClusterDefinition } from '../../model/definition.js';
import type { Durable, Pledge } from '../frames.js';
import type { Absorbed, AdoptedGroup } from '../log/entries.js';
import type { HeldGroup } from '../group/held.js';
import { type RegistryStamp, type StampedRegistry, heldOnDisk, isNewer } from '../registry/disk.js';
import { type AgreedState, bit, has, sameView, viewKey } from '../state.js';

/** The promise to start from, among those of the proposer's own branch. */
export function bestBase(own: Pledge, pledges: readonly Pledge[], forming: boolean): Pledge {
  let best = own;
  for (const pledge of pledges) {
    if (!forming && (!pledge.inView || isForeign(own, pledge))) continue;
    const newer = pledge.base.epoch > best.base.epoch;
    if (newer || (sameView(pledge.base, best.base) && pledge.index > best.index)) best = pledge;
  }
  return best;
}

/** Some server has been in a later view of this branch and is in none now: the proposer has slept through that. */
export function knowsLater(own: Pledge, pledges: readonly Pledge[]): boolean {
  return pledges.some((pledge) => !pledge.inView && pledge.lineage.includes(viewKey(own.base)));
}

/** Of another branch: neither's view led to the other's. Without a view one belongs to no branch. */
export function isForeign(own: Pledge, other: Pledge): boolean {
  if (other.base.epoch === 0 || own.base.epoch === 0 || sameView(own.base, other.base) || !other.inView) return false;
  return !own.lineage.includes(viewKey(other.base)) && !other.lineage.includes(viewKey(own.base));
}

/** Servers that hold one group at the same time: they announce an emergency and power off. */
export function doubleHolders(pledges: readonly Pledge[]): { readonly servers: number; readonly groups: number[] } {
  const holders = new Map<number, number>();
  for (const pledge of pledges)
    for (const { group } of pledge.held) holders.set(group, (holders.get(group) ?? 0) | bit(pledge.from));
  const groups = [...holders].filter(([, mask]) => (mask & (mask - 1)) !== 0).map(([group]) => group);
  groups.sort((a, b) => a - b);
  const servers = groups.reduce((mask, group) => mask | (holders.get(group) as number), 0);
  return { servers, groups };
}

/** What a server of another branch brings along, with what its branch was doing with it. */
export function absorb(definition: ClusterDefinition, pledge: Pledge, members: number): Absorbed {
  const theirs = stateOf(pledge);
  const fits = (group: HeldGroup): boolean =>
    definition.groups[group.group].servers.some((server) => (server as number) === pledge.from);
  return {
    server: pledge.from,
    held: pledge.held.filter(fits).map((held) => adoptable(held, theirs, members)),
    bracketOpen: theirs?.servers[pledge.from].bracket ?? false,
  };
}

/** The largest numbers used by any of them. */
export function numbersUsed(pledges: readonly Pledge[]): { nextEventId: number; nextOp: number } {
  const states = pledges.map(stateOf);
  return {
    nextEventId: Math.max(1, ...states.map((state) => state?.nextEventId ?? 1)),
    nextOp: Math.max(1, ...states.map((state) => state?.nextOp ?? 1)),
  };
}

function stateOf(pledge: Pledge): AgreedState | undefined {
  return pledge.state === undefined ? undefined : (JSON.parse(pledge.state) as { state: AgreedState }).state;
}

function adoptable(held: HeldGroup, theirs: AgreedState | undefined, members: number): AdoptedGroup {
  const task = theirs?.groups[held.group].task;
  const stopped = theirs?.groups[held.group].stopped ?? false;
  if (!task || task.op !== held.op) return { ...held, kind: 'start', bracket: false, from: -1, stopped };
  const from = task.from >= 0 && has(members, task.from) ? task.from : held.phase === 'deactivating' ? -1 : task.from;
  return { ...held, kind: task.kind, bracket: task.bracket, from, stopped };
}

/**
 * The registry of servers that form a cluster: what the one with the latest view and the longest log held, for a later
 * view knows what became of earlier ones; unless applications have seen newer content somewhere.
 */
export function registryToForm(memories: readonly Durable[]): StampedRegistry | undefined {
  const [first, ...others] = memories.map(({ epoch, registry }) => ({ epoch, held: heldOnDisk(registry) }));
  let best = first;
  for (const other of others)
    if (other.epoch > best.epoch || (other.epoch === best.epoch && isNewer(other.held, best.held))) best = other;
  const { version } = best.held;
  return newestReleased(memories, best.held) ?? (version > 0 ? best.held : undefined);
}

/** Content that applications have seen on one of these servers, newer than that. */
export function newestReleased(memories: readonly Durable[], than: RegistryStamp): StampedRegistry | undefined {
  let best: StampedRegistry | undefined;
  for (const { registry } of memories) {
    const { epoch, version, content } = registry;
    if (isNewer(registry, best ?? than)) best = { epoch, version, content };
  }
  return best;
}

/** What the server with the latest view remembers of maintenance. */
export function rememberedMaintenance(memories: readonly Durable[]): number {
  let best: Durable | undefined;
  for (const memory of memories) if (!best || memory.epoch > best.epoch) best = memory;
  return best?.maintenance ?? 0;
}
