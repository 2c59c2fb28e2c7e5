/**
 * How long heartbeats that have arrived may stay unread.
 *
 * In a calm they tell nothing but that their senders live, and nobody asks for that before he has to judge. A server that
 * wakes often for its own heartbeats so reads those of the others at every second, fourth or eighth waking, several out of
 * each ring at once, which takes less time. That bounds how late a peer is heard that tells something new by heartbeats
 * alone; whatever is to be heard at once is a control frame, and rings.
 *
 * Before anybody may fall silent, all read at each waking again. Then all have told each other that they are heard just now
 * when a loss is found, and its view needs not be agreed on in a round (view/atOnce.ts).
 */
import type { ClusterDefinition } from '../../model/definition.js';
import type { Micros } from '../../model/time.js';

/** Nothing stays unread for longer, in microseconds. */
const UNREAD_US_MAX = 8000;
/** Nor for longer than that part of the heartbeat timeout. */
const UNREAD_OF_TIMEOUT = 16;
/** What is read at the last waking before others have to know is told at the next, and read at the one after that. */
const ECHO_INTERVALS = 2;

export class Listening {
  /**
   * For so long after a reading, in microseconds, a waking may leave what has arrived: to the middle between two wakings,
   * whose lateness then decides nothing. Less than 0 where each waking reads: with long intervals; and under a partition
   * policy, by which a server lives on what others say that they have heard of it.
   */
  private readonly leaveUs: number;
  /** From so long before anything is due, in microseconds, each waking reads. */
  private readonly beforeDueUs: number;

  constructor({ heartbeatIntervalUs, heartbeatTimeoutUs, partition }: ClusterDefinition) {
    const unreadUs = Math.min(UNREAD_US_MAX, heartbeatTimeoutUs / UNREAD_OF_TIMEOUT);
    const wakings = partition.kind === 'none' ? Math.floor(unreadUs / heartbeatIntervalUs) : 0;
    this.leaveUs = wakings > 1 ? (wakings - 0.5) * heartbeatIntervalUs : -1;
    this.beforeDueUs = unreadUs + ECHO_INTERVALS * heartbeatIntervalUs;
  }

  /**
   * Whether a waking may leave heartbeats unread.
   *
   * @param readAt when they were read last
   * @param calmUntil when anything is due but the server's own heartbeat
   */
  mayLeave(now: Micros, readAt: Micros, calmUntil: Micros): boolean {
    return now < readAt + this.leaveUs && now < calmUntil - this.beforeDueUs;
  }
}
