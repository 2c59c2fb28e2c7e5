/**
 * Time, as the emulator counts it: whole microseconds since the run began.
 *
 * One unit everywhere keeps two servers from disagreeing by a rounding; integers keep sums exact
 * (2^53 microseconds are 285 years). People write `3s` or `10m50s`; only this file knows how to read that.
 */

/** Microseconds: an instant since the beginning of the run, or a span of time. Always a whole number, 0 or more. */
export type Micros = number & { readonly __unit: 'microseconds' };

/** A span of time as people write it: `250ms`, `3s`, `5m`, `1h`, `100us`, and sums such as `10m50s`. */
export type Duration = string;

/** Never: later than every instant of a run. */
export const NEVER = Number.MAX_SAFE_INTEGER as Micros;

const UNIT_US: Readonly<Record<string, number>> = { us: 1, ms: 1_000, s: 1_000_000, m: 60_000_000, h: 3_600_000_000 };

/** Marks a whole number of microseconds as such. The caller answers for its being whole and not negative. */
export function micros(value: number): Micros {
  return value as Micros;
}

/** Reads a duration (`250ms`, `10m50s`). Answers undefined where the text is none; a unit is always needed, but for `0`. */
export function parseDuration(text: string): Micros | undefined {
  if (text === '0') return micros(0);
  if (!/^(?:\d+(?:\.\d+)?(?:us|ms|s|m|h))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, count, unit] of text.matchAll(/(\d+(?:\.\d+)?)(us|ms|s|m|h)/g)) total += Number(count) * UNIT_US[unit];
  const whole = Math.round(total);
  return whole < Number.MAX_SAFE_INTEGER && Math.abs(whole - total) < 1e-6 ? micros(whole) : undefined;
}

/** Writes a span as people would: `10m50s`, `1.5s`, `100us`. `parseDuration` reads it back exactly. */
export function formatDuration(span: Micros): Duration {
  if (span === 0) return '0s';
  let rest: number = span;
  let text = '';
  for (const unit of ['h', 'm'] as const) {
    const whole = Math.floor(rest / UNIT_US[unit]);
    if (whole > 0) text += `${whole}${unit}`;
    rest -= whole * UNIT_US[unit];
  }
  if (rest === 0) return text;
  if (rest >= 1_000_000 || text !== '') return `${text}${decimal(rest, 1_000_000)}s`;
  return rest >= 1_000 ? `${decimal(rest, 1_000)}ms` : `${rest}us`;
}

function decimal(value: number, unit: number): string {
  const fraction = String(value % unit)
    .padStart(String(unit).length - 1, '0')
    .replace(/0+$/, '');
  return `${Math.floor(value / unit)}${fraction === '' ? '' : `.${fraction}`}`;
}
