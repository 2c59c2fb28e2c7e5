/**
 * Which side of a partition goes on, and what follows from having once been somebody's member (`majority` policy).
 */
import type { Durable } from '../frames.js';
import { firstOf, has, sizeOf } from '../state.js';

/** More than half of `previous`, or exactly half if that includes its first server. */
export function isQuorum(side: number, previous: number): boolean {
  if (previous === 0) return true;
  const standing = sizeOf(side & previous) * 2;
  const all = sizeOf(previous);
  return standing > all || (standing === all && has(side, firstOf(previous)));
}

/**
 * Whether servers without a view may form one: they need a quorum of the latest view that any of them remembers, of
 * those before it unless one of them knows it to be settled, and of any later one that a member promised to take part
 * in; for all these may live on elsewhere.
 */
export function mayForm(side: number, registered: number, memories: readonly Durable[]): boolean {
  let latest: Pick<Durable, 'epoch' | 'members' | 'unsettled'> = { epoch: 0, members: registered, unsettled: [] };
  for (const memory of memories) {
    const knowsMore = memory.epoch === latest.epoch && memory.unsettled.length < latest.unsettled.length;
    if (memory.epoch > latest.epoch || knowsMore) latest = memory;
  }
  if (![latest.members, ...latest.unsettled].every((view) => isQuorum(side, view))) return false;
  return standsInPromises(side, latest.epoch, memories);
}

/**
 * Whether servers without a view may ask the witness for one (`ping`): the latest view that any of them remembers counts one
 * of them in, or nobody. Who was left out of it in an orderly way knows its name, which the witness has granted, but not
 * whether it still goes on.
 */
export function wasThere(side: number, memories: readonly Durable[]): boolean {
  const latest = memories.reduce((best, memory) => (memory.epoch > best.epoch ? memory : best));
  return latest.members === 0 || (side & latest.members) !== 0;
}

/**
 * Whether a side may go on beside all views later than `epoch` that its servers have promised to be in: such a view may
 * have come about without them, and must not be able to go on elsewhere.
 */
export function standsInPromises(side: number, epoch: number, memories: readonly Durable[]): boolean {
  return memories.every(({ promises }) =>
    promises.every((promise) => promise.epoch <= epoch || isQuorum(side, promise.members)),
  );
}

/** The instant up to which a quorum of `members` has acknowledged this server, from each one's acknowledgement. */
export function quorumTime(members: number, me: number, now: number, acknowledged: Float64Array): number {
  let best = 0;
  for (let candidate = 0; candidate < acknowledged.length; candidate += 1) {
    if (!has(members, candidate)) continue;
    const time = candidate === me ? now : acknowledged[candidate];
    if (time <= best) continue;
    let side = 1 << me;
    for (let other = 0; other < acknowledged.length; other += 1)
      if (has(members, other) && other !== me && acknowledged[other] >= time) side |= 1 << other;
    if (isQuorum(side, members)) best = time;
  }
  return best;
}
