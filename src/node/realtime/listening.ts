/**
 * How long heartbeats that have arrived may lie unread.
 *
 * In a calm they tell nothing but that their senders live, and nobody asks for that before he has to judge. A server that
 * wakes often for its own heartbeats so reads those of the others at every second or fourth waking, several out of each
 * ring at once, which takes less time. How long they lie bounds how late a peer is heard that tells something new by
 * heartbeats alone; whatever is to be heard at once is a control frame, and rings.
 */
import type { ClusterDefinition } from '../../model/definition.js';

/** Nothing lies longer, in microseconds. */
const LIE_US_MAX = 8000;
/** Nor longer than that part of the heartbeat timeout. */
const LIE_OF_TIMEOUT = 16;

/**
 * So long after heartbeats were read, in microseconds, a waking may leave them, for the next one is soon enough. Less than
 * 0 where each waking reads: with long intervals; and under a partition policy, by which a server lives on what others
 * say that they have heard of it.
 */
export function mayLieUs({ heartbeatIntervalUs, heartbeatTimeoutUs, partition }: ClusterDefinition): number {
  if (partition.kind !== 'none') return -1;
  return Math.min(LIE_US_MAX, heartbeatTimeoutUs / LIE_OF_TIMEOUT) - heartbeatIntervalUs;
}
