/**
 * The command line of the benchmarks: which are run, how, and where their reports go. Tables go to standard output, or
 * with --json one array of reports and nothing else; with --out each report goes into a file of its own too. Progress is
 * shown on a terminal only.
 *
 * It is a function of arguments and a terminal, not a program, so that `armada bench` runs it in its own process: what
 * ends the command ends the benchmarks with it, and both have one exit status and one way with broken pipes and full
 * disks.
 */
import { accessSync, constants, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { FULL, QUICK, answer, asTable, questions } from '../harness.mjs';
import { codeOf } from './errors.mjs';
import { carryOut, studyAsTable } from './study.mjs';

/** @type {typeof import('../../src/report/plain.js')} */
const { printable } = await import(new URL('../../dist/report/plain.js', import.meta.url).href);

/**
 * @typedef {import('../../src/cli/terminal.js').Terminal} Terminal
 * @typedef {import('../harness.mjs').Report} Report
 * @typedef {import('./study.mjs').StudyReport} StudyReport
 *
 * @typedef {object} Asked What the command line asks for.
 * @property {string[]} chosen
 * @property {boolean} quick
 * @property {boolean} json
 * @property {string | undefined} out
 * @property {number | undefined} rounds
 * @property {number | undefined} minutes
 * @property {boolean} help
 */

const ROUNDS_MAX = 1000;
const MINUTES_MAX = 24 * 60;
const usage = `Usage: armada bench [NAME...] [--quick] [--json] [--out DIR] [--rounds N] [--minutes N]

  NAME         one of: ${questions().join(', ')}; all by default
  --quick      a few seconds, to see that the benchmarks work; the figures mean nothing
  --json       the reports as one JSON array
  --out DIR    each report as a file too: DIR/NAME.json
  --rounds N   how often each case is measured (1 to ${ROUNDS_MAX}); each benchmark has its own default
  --minutes N  how long the benchmark suspicion goes on (1 to ${MINUTES_MAX})
`;

/**
 * Runs the benchmarks that these arguments ask for; answers the exit status: 0, or 2 where the arguments are bad and
 * nothing was run, or a report could not be written.
 *
 * @param {readonly string[]} args
 * @param {Terminal} terminal
 * @returns {Promise<number>}
 */
export async function runBenchmarks(args, terminal) {
  const asked = read(args);
  if (typeof asked === 'string') {
    terminal.err(`armada bench: ${printable(asked)}\n${usage}`);
    return 2;
  }
  if (asked.help) {
    terminal.out(usage);
    return 0;
  }
  const unusable = asked.out === undefined ? undefined : folderProblem(asked.out);
  if (unusable !== undefined) {
    terminal.err(`armada bench: ${printable(unusable)}\n`);
    return 2;
  }
  return measureAll(asked, terminal);
}

/**
 * Measures one benchmark after the other and writes their reports; answers the exit status. A file that cannot be
 * written takes nothing from the benchmarks that are left: hours may lie in them.
 *
 * @param {Asked} asked
 * @param {Terminal} terminal
 */
async function measureAll(asked, terminal) {
  const { chosen, json, out } = asked;
  const reports = [];
  let status = 0;
  for (const name of chosen) {
    const { report, text } = await measure(name, asked, terminal);
    progress('', terminal);
    if (!json) terminal.out(`${reports.length > 0 ? '\n' : ''}${text}\n`);
    if (out !== undefined && !kept(out, name, report, terminal)) status = 2;
    reports.push(report);
  }
  if (json) terminal.out(`${JSON.stringify(reports, undefined, 2)}\n`);
  return status;
}

/**
 * @param {string} name
 * @param {Asked} asked
 * @param {Terminal} terminal
 * @returns {Promise<{ report: Report | StudyReport, text: string }>}
 */
async function measure(name, { quick, rounds, minutes }, terminal) {
  /** @type {{ bench?: import('../harness.mjs').Bench, study?: import('./study.mjs').Study }} */
  const { bench, study } = await import(new URL(`../${name}.mjs`, import.meta.url).href);
  const shown = (/** @type {string} */ text) => progress(text === '' ? '' : `${name}: ${text}`, terminal);
  if (study) {
    const report = await carryOut(name, study, { quick, rounds, minutes, progress: shown });
    return { report, text: studyAsTable(report) };
  }
  if (!bench) throw new Error(`bench/${name}.mjs exports neither a bench nor a study.`);
  const usual = quick ? QUICK : { ...FULL, ...bench.effort };
  const effort = { ...usual, ...(rounds === undefined ? {} : { rounds }) };
  const report = await answer(name, bench, effort, quick, shown);
  return { report, text: asTable(report) };
}

/**
 * Makes the directory of the reports, because an hour of measuring must not end in "no such directory"; answers what is
 * wrong with it, as text, where something is.
 *
 * @param {string} out
 */
function folderProblem(out) {
  try {
    mkdirSync(out, { recursive: true });
    accessSync(out, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    const code = codeOf(error);
    return `--out ${out}: no directory to write into (${code}); name one, or a place where one can be made`;
  }
}

/**
 * Writes a report into a file of its own; tells where that fails.
 *
 * @param {string} folder
 * @param {string} name
 * @param {Report | StudyReport} report
 * @param {Terminal} terminal
 */
function kept(folder, name, report, terminal) {
  const path = join(folder, `${name}.json`);
  try {
    writeFileSync(path, `${JSON.stringify(report, undefined, 2)}\n`);
    return true;
  } catch (error) {
    const right = 'its figures are on standard output only; name another directory with --out';
    terminal.err(`armada bench: --out ${printable(path)} could not be written (${codeOf(error)}); ${right}\n`);
    return false;
  }
}

/**
 * Reads the command line; answers what is wrong with it, as text, where something is.
 *
 * @param {readonly string[]} args
 * @returns {Asked | string}
 */
function read(args) {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        quick: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        out: { type: 'string' },
        rounds: { type: 'string' },
        minutes: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const { quick, json, out, help } = parsed.values;
  const there = questions();
  const unknown = parsed.positionals.filter((name) => !there.includes(name));
  if (unknown.length > 0) return `there is no benchmark ${unknown.join(', ')}`;
  const rounds = numberOf(parsed.values.rounds);
  const minutes = numberOf(parsed.values.minutes);
  if (!within(rounds, ROUNDS_MAX)) return `--rounds takes a whole number from 1 to ${ROUNDS_MAX}`;
  if (!within(minutes, MINUTES_MAX)) return `--minutes takes a whole number from 1 to ${MINUTES_MAX}`;
  const chosen = parsed.positionals.length > 0 ? parsed.positionals : there;
  return { chosen, quick, json, out, rounds, minutes, help };
}

/** @param {string | undefined} written */
function numberOf(written) {
  return written === undefined ? undefined : Number(written);
}

/**
 * @param {number | undefined} number
 * @param {number} max
 */
function within(number, max) {
  return number === undefined || (Number.isInteger(number) && number >= 1 && number <= max);
}

/**
 * One line that is written over again and again, on a terminal only; an empty text clears it.
 *
 * @param {string} text
 * @param {Terminal} terminal
 */
function progress(text, terminal) {
  if (process.stderr.isTTY) terminal.err(`\r\u001b[K${text}`);
}
