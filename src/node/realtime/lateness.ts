/**
 * How late a server's clock ran: a count of instants by how late they were.
 *
 * It is told at every heartbeat, so it does as little as it can: it adds one in one place. A place holds values that differ
 * by less than one in 64; below 128 microseconds each has its own.
 */

/** Places for each doubling, as a power of two. */
const SHIFT = 6;
/** 2^31 - 1 microseconds are half an hour: what is later is counted there. */
const LATEST_US = 0x7fff_ffff;

function placeOf(us: number): number {
  const doublings = Math.max(0, 31 - SHIFT - Math.clz32(us));
  return (doublings << SHIFT) + (us >>> doublings);
}

/** The largest value that is counted in that place. */
function largestIn(place: number): number {
  const doublings = Math.max(0, (place >>> SHIFT) - 1);
  return (place - (doublings << SHIFT) + 1) * 2 ** doublings - 1;
}

export class Lateness {
  count = 0;
  /** The latest, in microseconds. */
  max = 0;
  private readonly places = new Uint32Array(placeOf(LATEST_US) + 1);

  /** @param us whole microseconds, 0 or more */
  record(us: number): void {
    this.count += 1;
    if (us > this.max) this.max = us;
    this.places[placeOf(Math.min(us, LATEST_US))] += 1;
  }

  /** No more than so many percent were later than that, in microseconds; 0 where nothing was counted. */
  percentile(percent: number): number {
    const wanted = Math.max(1, Math.ceil((this.count * percent) / 100));
    let seen = 0;
    const place = this.places.findIndex((count) => (seen += count) >= wanted);
    return place < 0 ? 0 : Math.min(largestIn(place), this.max);
  }

  /** Begins to count afresh. */
  reset(): void {
    this.count = 0;
    this.max = 0;
    this.places.fill(0);
  }
}
