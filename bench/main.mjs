/**
 * Runs the benchmarks: `node bench/main.mjs [NAME...] [--quick] [--json] [--out DIR]`. One file of this folder is one
 * question. Tables go to standard output, or with --json one array of reports and nothing else; with --out each report
 * goes into a file of its own too. Progress is shown on a terminal only. See docs/performance.md.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { FULL, QUICK, answer, asTable, questions } from './harness.mjs';
import { carryOut, studyAsTable } from './support/study.mjs';

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

process.exitCode = await main();

async function main() {
  const asked = read();
  if (typeof asked === 'string') {
    process.stderr.write(`armada bench: ${asked}\n${usage}`);
    return 2;
  }
  const { chosen, quick, json, out, rounds, minutes, help } = asked;
  if (help) {
    process.stdout.write(usage);
    return 0;
  }
  if (!existsSync(new URL('../dist/cluster/open.js', import.meta.url))) {
    process.stderr.write('armada bench: nothing is built yet: npm run build\n');
    return 2;
  }
  if (out !== undefined) mkdirSync(out, { recursive: true });
  const reports = [];
  for (const name of chosen) {
    /** @type {{ bench?: import('./harness.mjs').Bench, study?: import('./support/study.mjs').Study }} */
    const { bench, study } = await import(new URL(`${name}.mjs`, import.meta.url).href);
    const shown = (/** @type {string} */ text) => progress(text === '' ? '' : `${name}: ${text}`);
    let text;
    if (study) {
      const report = await carryOut(name, study, { quick, rounds, minutes, progress: shown });
      reports.push(report);
      text = studyAsTable(report);
    } else if (bench) {
      const usual = quick ? QUICK : { ...FULL, ...bench.effort };
      const effort = { ...usual, ...(rounds === undefined ? {} : { rounds }) };
      const report = await answer(name, bench, effort, quick, shown);
      reports.push(report);
      text = asTable(report);
    }
    progress('');
    if (out !== undefined) keep(out, name, reports[reports.length - 1]);
    if (!json) process.stdout.write(`${reports.length > 1 ? '\n' : ''}${text}\n`);
  }
  if (json) process.stdout.write(`${JSON.stringify(reports, undefined, 2)}\n`);
  return 0;
}

/**
 * @param {string} folder
 * @param {string} name
 * @param {object} report
 */
function keep(folder, name, report) {
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(report, undefined, 2)}\n`);
}

/** Reads the command line; answers what is wrong with it, as text, where something is. */
function read() {
  let parsed;
  try {
    parsed = parseArgs({
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
  return {
    chosen: parsed.positionals.length > 0 ? parsed.positionals : there,
    quick,
    json,
    out,
    rounds,
    minutes,
    help,
  };
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
 */
function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}
