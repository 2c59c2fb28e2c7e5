/**
 * When a run has come to rest: nothing is under way, and nothing that has happened is still to be noticed.
 *
 * Members are judged exactly: every member of every view runs, stands in that view, and waits for nothing but the next
 * heartbeat. Servers without a view, and views that do not meet, may stay so for ever (a network that stays cut); they
 * count as settled when nothing has changed for as long as anything needs to be noticed.
 */
import { Phase } from '../failover/frames.js';
import { sameView, serversOf } from '../failover/state.js';
import type { EngineView, ServerSlot } from './server-slot.js';
import type { WorldState } from './world-state.js';

/** @param pending commands that have not been answered */
export function isQuiet(backend: WorldState, pending: number): boolean {
  if (pending > 0) return false;
  let unsettled = false;
  for (const slot of backend.slots) {
    if (slot.booting) return false;
    if (!slot.engine || slot.hung) continue;
    if (!slot.engine.atRest) return false;
    if (slot.engine.place.phase === Phase.MEMBER) {
      if (!isWhole(backend, slot, slot.engine)) return false;
    } else unsettled = true;
  }
  if (!unsettled && !severalViews(backend)) return true;
  const changedAt = backend.slots.reduce((last, slot) => Math.max(last, slot.bootedAt), backend.recorder.lastAt);
  return backend.now() >= changedAt + settleTime(backend);
}

/** All members of the server's view run and stand in it; a hung one is still to be noticed. */
function isWhole(backend: WorldState, slot: ServerSlot, engine: EngineView): boolean {
  const { first } = backend.directory.clusters[slot.place.cluster];
  return serversOf(engine.members).every((server) => {
    const other = backend.slots[first + server];
    return other.active && other.engine && sameView(other.engine.view, engine.view);
  });
}

function severalViews(backend: WorldState): boolean {
  return backend.world.clusters.some((_, cluster) => {
    const members = backend.slots.flatMap(({ place, engine }) =>
      place.cluster === cluster && engine?.place.phase === Phase.MEMBER ? [engine.view] : [],
    );
    return members.some((view) => !sameView(view, members[0]));
  });
}

/** Longer than anything takes to be noticed: a suspicion, a hand-over under a partition policy, a boot. */
function settleTime(backend: WorldState): number {
  return backend.world.clusters.reduce(
    (longest, cluster) => Math.max(longest, 3 * cluster.heartbeatTimeoutUs + cluster.fenceUs),
    0,
  );
}
