/**
 * How long a server may go on without a word from its quorum (`majority`, `ping`), and when the watchdog cuts its power.
 *
 * The winners of a partition count from the last heartbeat that any of them heard; this server counts from the last of
 * its own heartbeats that its quorum has acknowledged, which cannot be later. So it is down before they begin.
 */
import type { ClusterDefinition } from '../../model/definition.js';
import { type Micros, NEVER, micros } from '../../model/time.js';
import { type Core, agreed } from '../core.js';
import { has } from '../state.js';
import { quorumTime } from './quorum.js';

/** What a peer acknowledges may be two intervals older than what it is heard to say; the third is for asking. */
const GRACE_INTERVALS = 3;

/** When this server must take itself for lost; `NEVER` without a partition policy. */
export function leaseEnd(core: Core): Micros {
  const { definition, me, now } = core;
  const { members, unsettled } = agreed(core);
  if (definition.partition.kind === 'none') return NEVER;
  const { lease } = core.detector;
  if (definition.partition.kind === 'majority') {
    // A view that may not decide (mayDecide) may not hold on either.
    const times = [members, ...unsettled].map((view) => quorumTime(view, me, now, lease));
    return micros(Math.min(...times) + definition.heartbeatTimeoutUs);
  }
  let earliest: number = NEVER;
  for (let server = 0; server < lease.length; server += 1)
    if (server !== me && has(members, server)) earliest = Math.min(earliest, lease[server]);
  return earliest === NEVER ? NEVER : micros(earliest + definition.heartbeatTimeoutUs);
}

/** Under `ping` a side has this long, once the lease has ended, to notice who is missing and to ask the witness. */
export function witnessGrace(core: Core): number {
  const { definition } = core;
  if (definition.partition.kind !== 'ping') return 0;
  return GRACE_INTERVALS * definition.heartbeatIntervalUs;
}

/** How long after the lease a lost server may hold what it held: `fence`, and under `ping` no less than the grace. */
export function fenceTime(definition: ClusterDefinition): Micros {
  if (definition.partition.kind !== 'ping') return definition.fenceUs;
  return micros(Math.max(definition.fenceUs, (GRACE_INTERVALS + 1) * definition.heartbeatIntervalUs));
}
