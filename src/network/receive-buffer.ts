/**
 * What waits at a receiver that does not read.
 *
 * A hung server takes nothing in. Its peers' heartbeats go on arriving, and memory is finite: of each link only so
 * many heartbeats are kept, the oldest ones, as a full ring keeps what it has and refuses what comes. Control frames
 * are few, bounded by the protocol, and must not be lost: they always find room.
 */

/** Heartbeats that may wait at one receiver, for each directed link and network (*ours*; the size of a ring). */
export const RECEIVE_CAPACITY = 64;

/** The frames that wait at one receiver, in the order of their arrival. */
export class ReceiveBuffer<Frame> {
  private frames: Frame[] = [];
  private heartbeats = new Map<number, number>();

  /** @param capacity heartbeats kept of each link */
  constructor(private readonly capacity: number = RECEIVE_CAPACITY) {}

  /** How many frames wait. */
  get size(): number {
    return this.frames.length;
  }

  /**
   * Takes a frame in. Answers false where it is a heartbeat and no more of its link fit: then it is gone, and the
   * caller counts it (`NetworkModel.dropped` with `full`).
   *
   * @param link any number that stands for the directed link and network, e.g. `NetworkModel.linkIndex`
   */
  offer(link: number, isHeartbeat: boolean, frame: Frame): boolean {
    if (isHeartbeat) {
      const waiting = this.heartbeats.get(link) ?? 0;
      if (waiting >= this.capacity) return false;
      this.heartbeats.set(link, waiting + 1);
    }
    this.frames.push(frame);
    return true;
  }

  /** Empties the buffer and answers what waited, in the order of arrival: the receiver reads again, or is dead. */
  drain(): Frame[] {
    const frames = this.frames;
    this.frames = [];
    this.heartbeats = new Map();
    return frames;
  }
}
