/**
 * Figures of many samples.
 *
 * @typedef {{ count: number, min: number, p50: number, p99: number, max: number }} Summary
 */

/**
 * The value below which that share of the sorted values lies (nearest rank).
 *
 * @param {readonly number[]} sorted
 * @param {number} share 0 to 1
 */
function quantile(sorted, share) {
  return sorted[Math.max(0, Math.min(sorted.length - 1, Math.ceil(share * sorted.length - 1e-9) - 1))];
}

/**
 * @param {readonly number[]} values
 */
export function sort(values) {
  return [...values].sort((a, b) => a - b);
}

/**
 * @param {readonly number[]} values
 * @returns {Summary}
 */
export function summary(values) {
  const sorted = sort(values);
  return {
    count: sorted.length,
    min: sorted[0],
    p50: quantile(sorted, 0.5),
    p99: quantile(sorted, 0.99),
    max: sorted[sorted.length - 1],
  };
}

/**
 * The shape of a distribution in 101 numbers: its percentiles from 0 to 100.
 *
 * @param {readonly number[]} values
 */
export function curve(values) {
  const sorted = sort(values);
  return Array.from({ length: 101 }, (_, percent) => round(quantile(sorted, percent / 100)));
}

/**
 * @param {readonly number[]} values
 */
export function median(values) {
  const sorted = sort(values);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2;
}

/**
 * To three digits behind the point: more is noise.
 *
 * @template {number | null} T
 * @param {T} value
 * @returns {T}
 */
export function round(value) {
  return /** @type {T} */ (value === null ? null : Math.round(value * 1000) / 1000);
}

/** Microseconds of the process's monotonic clock. */
export function nowUs() {
  return Number(process.hrtime.bigint() / 1000n);
}
