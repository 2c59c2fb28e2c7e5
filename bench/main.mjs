/**
 * Runs the benchmarks: `node bench/main.mjs [NAME...] [--quick] [--json] [--rounds N]`. One file of this folder is one
 * question. Tables go to standard output, or with --json one array of reports and nothing else; progress is shown on
 * a terminal only. See docs/performance.md.
 */
import { existsSync, readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { FULL, QUICK, answer, asTable } from './harness.mjs';

const ROUNDS_MAX = 1000;
const usage = `Usage: armada bench [NAME...] [--quick] [--json] [--rounds N]

  NAME        one of: ${names().join(', ')}; all by default
  --quick     a few seconds, to see that the benchmarks work; the figures mean nothing
  --json      the reports as one JSON array
  --rounds N  how often each case is measured (${FULL.rounds}; 1 to ${ROUNDS_MAX})
`;

process.exitCode = await main();

async function main() {
  const asked = read();
  if (typeof asked === 'string') {
    process.stderr.write(`armada bench: ${asked}\n${usage}`);
    return 2;
  }
  const { chosen, quick, json, rounds, help } = asked;
  if (help) {
    process.stdout.write(usage);
    return 0;
  }
  if (!existsSync(new URL('../dist/cluster/open.js', import.meta.url))) {
    process.stderr.write('armada bench: nothing is built yet: npm run build\n');
    return 2;
  }
  const effort = { ...(quick ? QUICK : FULL), ...(rounds === undefined ? {} : { rounds }) };
  const reports = [];
  for (const name of chosen) {
    /** @type {{ bench: import('./harness.mjs').Bench }} */
    const { bench } = await import(new URL(`${name}.mjs`, import.meta.url).href);
    const report = await answer(name, bench, effort, quick, progress);
    progress('');
    reports.push(report);
    if (!json) process.stdout.write(`${reports.length > 1 ? '\n' : ''}${asTable(report)}\n`);
  }
  if (json) process.stdout.write(`${JSON.stringify(reports, undefined, 2)}\n`);
  return 0;
}

/** The questions that there are. */
function names() {
  return readdirSync(new URL('.', import.meta.url))
    .filter((file) => file.endsWith('.mjs') && file !== 'main.mjs' && file !== 'harness.mjs')
    .map((file) => file.slice(0, -'.mjs'.length))
    .sort();
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
        rounds: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const { quick, json, help, rounds: written } = parsed.values;
  const there = names();
  const unknown = parsed.positionals.filter((name) => !there.includes(name));
  if (unknown.length > 0) return `there is no benchmark ${unknown.join(', ')}`;
  const rounds = written === undefined ? undefined : Number(written);
  if (rounds !== undefined && !(Number.isInteger(rounds) && rounds >= 1 && rounds <= ROUNDS_MAX))
    return `--rounds takes a whole number from 1 to ${ROUNDS_MAX}`;
  return { chosen: parsed.positionals.length > 0 ? parsed.positionals : there, quick, json, rounds, help };
}

/**
 * One line that is written over again and again, on a terminal only; an empty text clears it.
 *
 * @param {string} text
 */
function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}
