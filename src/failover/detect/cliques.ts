/**
 * Which servers can stand together when some of them no longer hear each other.
 *
 * Two servers that do not both hear each other cannot be in one view. Of all sets without such a pair the largest goes
 * on, the one that starts first in the definition among equals. Without conflicts, which is nearly always, that is
 * everybody. With them a greedy set is grown from each server in turn: for 16 servers that is as good as a search and
 * the same on every server that knows the same.
 */
import { bit, has, serversOf, sizeOf } from '../state.js';

/** The set that goes on, out of `among`; `conflict(a, b)` is symmetric. */
export function bestClique(among: number, conflict: (a: number, b: number) => boolean): number {
  const servers = serversOf(among);
  const foes = servers.map((a) => servers.reduce((mask, b) => (a !== b && conflict(a, b) ? mask | bit(b) : mask), 0));
  if (foes.every((mask) => mask === 0)) return among;
  let best = 0;
  servers.forEach((start, position) => {
    const clique = grow(servers, foes, bit(start), foes[position]);
    if (sizeOf(clique) > sizeOf(best)) best = clique;
  });
  return best;
}

function grow(servers: readonly number[], foes: readonly number[], start: number, barred: number): number {
  let clique = start;
  let closed = barred;
  servers.forEach((server, position) => {
    if (has(clique, server) || has(closed, server)) return;
    clique |= bit(server);
    closed |= foes[position];
  });
  return clique;
}
