/**
 * Which servers can stand together when some of them no longer hear each other.
 *
 * Two servers that do not both hear each other cannot be in one view. Of all sets without such a pair the largest goes
 * on, and among equals the one that a search in definition order meets first. Without conflicts, which is nearly
 * always, that is everybody.
 */
import { bit, firstOf, serversOf, sizeOf } from '../state.js';

/** The set that goes on, out of `among`; `conflict(a, b)` is symmetric. */
export function bestClique(among: number, conflict: (a: number, b: number) => boolean): number {
  const servers = serversOf(among);
  const friends: number[] = [];
  for (const a of servers)
    friends[a] = servers.reduce((mask, b) => (a !== b && !conflict(a, b) ? mask | bit(b) : mask), 0);
  return largest(among, friends);
}

/** The largest set of mutual friends: with the first candidate if that is as good as without. */
function largest(candidates: number, friends: readonly number[]): number {
  if (candidates === 0) return 0;
  const first = firstOf(candidates);
  const together = bit(first) | largest(candidates & friends[first], friends);
  if (together === candidates) return together;
  const apart = largest(candidates & ~bit(first), friends);
  return sizeOf(apart) > sizeOf(together) ? apart : together;
}
