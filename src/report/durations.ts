/**
 * Times as people read them on an axis: as exact as a glance needs, no more. Tables and captions say them in full
 * (`formatDuration`).
 */
import { formatDuration, micros } from '../model/time.js';

const SECOND = 1_000_000;

/** An instant or a span for an axis, rounded to what stays readable: `1m30s`, `2.05s`, `120us`. */
export function roughly(span: number): string {
  const unit =
    span >= 10 * SECOND ? SECOND / 100 : span >= SECOND ? 1_000 : span >= 10_000 ? 1_000 : span >= 1_000 ? 10 : 1;
  return formatDuration(micros(Math.round(span / unit) * unit));
}

/** The exact time. Fractions of a microsecond, which no trace holds, are dropped. */
export function exactly(span: number): string {
  return formatDuration(micros(Math.max(0, Math.round(span))));
}

/** `1m30s`, or `1m30s - 1m34s` where the two differ at a glance. */
export function period(from: number, to: number, dash = '-'): string {
  const first = roughly(from);
  const last = roughly(to);
  return first === last ? first : `${first} ${dash} ${last}`;
}

/** The steps between ticks that people count in. */
const STEPS_US = [1, 2, 5, 10, 20, 50, 100, 200, 500]
  .flatMap((n) => [n, n * 1_000])
  .sort((a, b) => a - b)
  .concat(
    [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200].map((s) => s * SECOND),
  );

/** About `count` round instants from 0 to `end`. */
export function roundTicks(end: number, count: number): number[] {
  const day = 24 * 3600 * SECOND;
  const step = STEPS_US.find((us) => end / us <= count) ?? Math.ceil(end / count / day) * day;
  return Array.from({ length: Math.floor(end / step) + 1 }, (_, i) => i * step);
}
