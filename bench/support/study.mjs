/**
 * Questions that are answered by figures of their own and not by a rate: how late, how long, how often.
 *
 * A study measures once, its cases in turn, and answers tables, and what was aimed at beside what was found. Beside
 * every figure that waits for the clock stands the machine's own: threads that do nothing but wait, in the same run.
 */
import { loadavg } from 'node:os';
import { columns, heading, machineOf } from '../harness.mjs';

/**
 * @typedef {object} Study
 * @property {string} asks The question.
 * @property {(means: Means) => Promise<Findings>} measure
 *
 * @typedef {object} Means
 * @property {boolean} quick Only see that it works.
 * @property {number | undefined} rounds How often, where that was asked for.
 * @property {number | undefined} minutes How long, where that was asked for.
 * @property {(text: string) => void} progress
 *
 * @typedef {object} Column
 * @property {string} name
 * @property {string} unit Empty for a mere number.
 *
 * @typedef {object} Row
 * @property {string} name
 * @property {(number | null)[]} values One for each column; null where there is none.
 * @property {number[]} [curve] More of it, for a picture: percentiles 0 to 100, or a figure for each second.
 *
 * @typedef {object} Table
 * @property {string} title
 * @property {Column[]} columns
 * @property {Row[]} rows
 *
 * @typedef {object} Target
 * @property {string} what
 * @property {number} found
 * @property {number} limit
 * @property {string} unit
 * @property {boolean} reached
 *
 * @typedef {{ tables: Table[], targets: Target[] }} Findings
 * @typedef {{ schema: 1, bench: string, asks: string, quick: boolean, machine: import('../harness.mjs').Machine } & Findings} StudyReport
 */

/**
 * @param {string} name
 * @param {Study} study
 * @param {Means} means
 * @returns {Promise<StudyReport>}
 */
export async function carryOut(name, study, means) {
  const loadBefore = loadavg()[0];
  const { tables, targets } = await study.measure(means);
  return {
    schema: 1,
    bench: name,
    asks: study.asks,
    quick: means.quick,
    machine: machineOf(loadBefore),
    tables,
    targets,
  };
}

/**
 * Something that should be at most so much.
 *
 * @param {string} what
 * @param {number} found
 * @param {number} limit
 * @param {string} unit
 * @returns {Target}
 */
export function atMost(what, found, limit, unit) {
  return { what, found, limit, unit, reached: found <= limit };
}

/**
 * The findings as tables to be read.
 *
 * @param {StudyReport} report
 */
export function studyAsTable(report) {
  const { tables, targets } = report;
  const lines = heading(report);
  for (const { title, columns: heads, rows } of tables) {
    const head = heads.map(({ name, unit }) => (unit === '' ? name : `${name}, ${unit}`));
    lines.push('', ...columns([[title, ...head], ...rows.map(({ name, values }) => [name, ...values.map(figure)])]));
  }
  if (targets.length > 0) {
    const rows = targets.map(({ what, found, limit, unit, reached }) => {
      return [what, `${figure(found)} ${unit}`.trim(), `${figure(limit)} ${unit}`.trim(), reached ? 'yes' : 'NO'];
    });
    lines.push('', ...columns([['aim', 'found', 'at most', 'reached'], ...rows]));
  }
  return lines.join('\n');
}

/** @param {number | null} value */
function figure(value) {
  if (value === null) return '-';
  const size = Math.abs(value);
  if (Number.isInteger(value)) return String(value);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : 4);
}
