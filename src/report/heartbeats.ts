/**
 * Counts heartbeats against time in little memory, however long the run: a fixed number of bins for each pair of
 * sender and receiver, and whenever time outgrows them two bins become one, twice as long.
 *
 * The first bin is 3 s / 64 long, so that bins grow through 3 s, 6 s, 12 s ...: heartbeats at the usual intervals then
 * fall evenly into the bins, and a steady rate is drawn as a level line instead of a comb.
 */
import { micros, type Micros } from '../model/time.js';

const BINS = 512;
const FIRST_BIN_US = 46_875;

/** Heartbeats received against time. Bin i covers the instants from i * binUs on, up to (i + 1) * binUs. */
export interface HeartbeatSeries {
  readonly binUs: Micros;
  /** The number of bins in use, from the beginning of the run. */
  readonly bins: number;
  /** Every pair that a heartbeat went between, by receiver, then by sender, in the order of their code units. */
  readonly pairs: readonly HeartbeatPair[];
}

export interface HeartbeatPair {
  readonly from: string;
  readonly to: string;
  readonly total: number;
  /** One count a bin. */
  readonly counts: readonly number[];
}

/** Counts heartbeats as they are received. `record` is cheap enough to be called millions of times. */
export class HeartbeatRecorder {
  private binUs = FIRST_BIN_US;
  private bins = 0;
  private readonly counts = new Map<string, Map<string, Float64Array>>();

  /** One heartbeat, received at an instant. Instants may come in any order. */
  record(at: Micros, from: string, to: string): void {
    let bin = Math.floor(at / this.binUs);
    while (bin >= BINS) {
      this.widen();
      bin = Math.floor(at / this.binUs);
    }
    if (bin < 0) bin = 0;
    if (bin >= this.bins) this.bins = bin + 1;
    let received = this.counts.get(to);
    if (received === undefined) this.counts.set(to, (received = new Map<string, Float64Array>()));
    let counts = received.get(from);
    if (counts === undefined) received.set(from, (counts = new Float64Array(BINS)));
    counts[bin]++;
  }

  /** What was counted so far. */
  series(): HeartbeatSeries {
    const pairs = [...this.counts].flatMap(([to, received]) =>
      [...received].map(([from, all]): HeartbeatPair => {
        const counts = [...all.subarray(0, this.bins)];
        return { from, to, total: counts.reduce((sum, count) => sum + count, 0), counts };
      }),
    );
    pairs.sort((a, b) => order(a.to, b.to) || order(a.from, b.from));
    return { binUs: micros(this.binUs), bins: this.bins, pairs };
  }

  private widen(): void {
    this.binUs *= 2;
    this.bins = Math.ceil(this.bins / 2);
    for (const received of this.counts.values()) {
      for (const counts of received.values()) {
        for (let i = 0; i < BINS / 2; i++) counts[i] = counts[2 * i] + counts[2 * i + 1];
        counts.fill(0, BINS / 2);
      }
    }
  }
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * The same series in fewer, longer bins, up to the end of the run: at most `binsMax`, and so long that a sender's steady beat fills them without
 * gaps, where that leaves at least half a dozen.
 */
export function coarser(series: HeartbeatSeries, binsMax: number, endsAt: number): HeartbeatSeries {
  let { binUs, bins, pairs } = series;
  while (binsUntil(endsAt, binUs, bins) > binsMax || (bins >= 12 && looksLikeComb(pairs))) {
    binUs = micros(binUs * 2);
    bins = Math.ceil(bins / 2);
    pairs = pairs.map((pair) => ({ ...pair, counts: halved(pair.counts) }));
  }
  const all = binsUntil(endsAt, binUs, bins);
  const silence = new Array<number>(all - bins).fill(0);
  return { binUs, bins: all, pairs: pairs.map((pair) => ({ ...pair, counts: [...pair.counts, ...silence] })) };
}

function binsUntil(endsAt: number, binUs: number, binsMin: number): number {
  return Math.max(binsMin, Math.ceil(endsAt / binUs));
}

/**
 * Whether the bins are shorter than the beat: most steps from one full bin to the next are longer than one, or more
 * than a tenth of them skip a bin or a few. Longer silence is news, not a comb.
 */
function looksLikeComb(pairs: readonly HeartbeatPair[]): boolean {
  let steps = 0;
  let longer = 0;
  let holes = 0;
  for (const { counts } of pairs) {
    let last = -1;
    counts.forEach((count, bin) => {
      if (count === 0) return;
      const step = last < 0 ? 1 : bin - last;
      steps++;
      if (step > 1) longer++;
      if (step > 1 && step <= 4) holes++;
      last = bin;
    });
  }
  return longer * 2 > steps || holes * 10 > steps;
}

function halved(counts: readonly number[]): number[] {
  return Array.from({ length: Math.ceil(counts.length / 2) }, (_, i) => counts[2 * i] + (counts[2 * i + 1] ?? 0));
}
