/**
 * The time axis: where on the paper each instant stands.
 *
 * A cluster is calm for minutes and then changes ten times in a millisecond, so no even scale shows both. The scale
 * here is piecewise linear between the instants at which something changes:
 *
 * 1. Waits longer than a measure (five times the lower quartile of the waits, or 3 s, or a sixtieth of a short run) are
 *    folded: they weigh no more than the measure, and the pictures draw a break with the length of the wait.
 * 2. Whoever draws states its demands: this label wants so much room between these two instants. They are granted in
 *    order of importance, cheapest first, as long as there is room, each at the longest wait it spans. That is what
 *    makes an activation of a millisecond wide enough to read.
 * 3. What is left is shared out in proportion to time.
 *
 * Positions never decrease with time. Beyond the last instant there is a tail, for labels of what was reached only at
 * the end of the run; it takes no room that nobody asked for.
 */
import { scaleLinear } from 'd3-scale';
import { roughly } from './durations.js';

/** Wanted: at least `width` between two instants. Without `to`, up to the right border. */
export interface Demand {
  readonly from: number;
  readonly to?: number;
  readonly width: number;
}

export interface AxisOptions {
  readonly width: number;
  /** Whole positions only (columns of a terminal). */
  readonly whole: boolean;
  /** What is wanted, by importance, and how much of the width each class of demands may fill at most, 0 to 1. */
  readonly demands: readonly { readonly wanted: readonly Demand[]; readonly share: number }[];
}

/** A wait that is drawn shorter than it was. */
export interface Fold extends FoldedWait {
  readonly x0: number;
  readonly x1: number;
}

export interface TimeAxis {
  readonly width: number;
  readonly instants: readonly number[];
  readonly folds: readonly Fold[];
  /** Where the last instant stands; the tail follows. */
  readonly endX: number;
  /** Where any instant of the run stands. */
  position(t: number): number;
}

/** A wait that is to be folded, and the length it says it had. */
export interface FoldedWait {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** Which of the waits between the instants are so long that they are folded. */
export function foldedWaits(changes: readonly number[]): FoldedWait[] {
  const instants = sorted(changes);
  const waits = waitsBetween(instants);
  const measure = foldMeasure(waits);
  return waits.flatMap((wait, i) =>
    wait > measure ? [{ from: instants[i], to: instants[i + 1], text: roughly(wait) }] : [],
  );
}

/** Lays out the instants at which something changes; the first and last of them bound the run. */
export function layoutAxis(changes: readonly number[], options: AxisOptions): TimeAxis {
  const instants = sorted(changes);
  const waits = waitsBetween(instants);
  const measure = foldMeasure(waits);
  const weights = [...waits.map((wait) => Math.min(wait, measure)), 0];
  const xs = positions(grant(instants, weights, options.demands, options.width), weights, options);
  const scale = instants.length > 1 ? scaleLinear(instants, xs.slice(0, -1)).clamp(true) : () => xs[0];
  const position = (t: number): number => (options.whole ? Math.round(scale(t)) : scale(t));
  const folds = foldedWaits(instants).map((wait) => ({ ...wait, x0: position(wait.from), x1: position(wait.to) }));
  return { width: options.width, instants, folds, endX: xs[instants.length - 1], position };
}

function sorted(changes: readonly number[]): number[] {
  return [...new Set(changes.length === 0 ? [0] : changes)].sort((a, b) => a - b);
}

function waitsBetween(instants: readonly number[]): number[] {
  return instants.slice(1).map((t, i) => t - instants[i]);
}

/** Waits longer than this are folded. */
function foldMeasure(waits: readonly number[]): number {
  const total = waits.reduce((sum, wait) => sum + wait, 0);
  const visible = waits.filter((wait) => wait * 10_000 >= total).sort((a, b) => a - b);
  const quartile = visible[Math.floor(visible.length / 4)] ?? 0;
  return Math.max(5 * quartile, Math.min(total / 60, 3_000_000));
}

/** Grants demands class by class, the cheapest first, and answers how wide each wait (and the tail) has become. */
function grant(
  instants: readonly number[],
  weights: readonly number[],
  classes: AxisOptions['demands'],
  width: number,
): number[] {
  const place = new Map(instants.map((t, i) => [t, i]));
  const widths = weights.map(() => 0);
  let used = 0;
  const turn = instants.length > CROWD ? spread : (first: number): number => first;
  for (const { wanted, share } of classes) {
    const spans = wanted.flatMap((demand) => {
      const first = place.get(demand.from);
      const last = demand.to === undefined ? weights.length : place.get(demand.to);
      if (first === undefined || last === undefined || last <= first) return [];
      return [{ first, last, width: demand.width, cost: demand.width - sumOf(widths, first, last) }];
    });
    spans.sort((a, b) => a.cost - b.cost || turn(a.first) - turn(b.first) || a.last - b.last);
    for (const span of spans) {
      const more = span.width - sumOf(widths, span.first, span.last);
      if (more <= 0 || used + more > width * share) continue;
      widths[longest(weights, span.first, span.last)] += more;
      used += more;
    }
  }
  return widths;
}

/** With more instants than this there is rarely room for all labels. */
const CROWD = 64;

/**
 * An order that goes over the whole run coarsely, then finer and finer (the bits of the position, reversed), so that in
 * a crowd what gets room is not all at the beginning.
 */
function spread(place: number): number {
  let reversed = 0;
  for (let rest = place, bit = 0; bit < 24; bit++, rest = Math.floor(rest / 2)) reversed = reversed * 2 + (rest % 2);
  return reversed;
}

function sumOf(values: readonly number[], first: number, last: number): number {
  let sum = 0;
  for (let i = first; i < last; i++) sum += values[i];
  return sum;
}

function longest(weights: readonly number[], first: number, last: number): number {
  let best = first;
  for (let i = first; i < last; i++) if (weights[i] > weights[best]) best = i;
  return best;
}

/** Shares the rest of the width out by weight. One position for each instant, and the right border. */
function positions(widths: readonly number[], weights: readonly number[], { width, whole }: AxisOptions): number[] {
  const rest = Math.max(0, width - sumOf(widths, 0, widths.length));
  const total = sumOf(weights, 0, weights.length) || 1;
  const xs = [0];
  let granted = 0;
  let weight = 0;
  for (let i = 0; i < widths.length - 1; i++) {
    granted += widths[i];
    weight += weights[i];
    const shared = (rest * weight) / total;
    xs.push(Math.max(xs[i], Math.min(width, granted + (whole ? Math.round(shared) : shared))));
  }
  return [...xs, width];
}
