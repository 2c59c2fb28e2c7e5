// Reproduces every documented pair of function and error, and prints what each came of: node tools/conformance.mjs
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './sources.mjs';

const file = join(root, 'out', 'conformance.json');
rmSync(file, { force: true });
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const run = spawnSync(process.execPath, [vitest, 'run', 'test/conformance', '--reporter=dot'], {
  cwd: root,
  stdio: ['ignore', 'pipe', 'inherit'],
  encoding: 'utf8',
});

/** @type {{ name: string, pairs: number, again: boolean, cases: { function: string, error: string, because: string }[] }[]} */
let suites;
try {
  suites = JSON.parse(readFileSync(file, 'utf8'));
} catch {
  console.error(run.stdout);
  console.error('The tests did not get as far as their result.');
  process.exit(1);
}

for (const { name, cases } of suites) {
  if (cases.length > 0) console.log(`\n${name}`);
  const width = Math.max(0, ...cases.map(({ error }) => error.length));
  for (const called of [...new Set(cases.map((one) => one.function))].sort()) {
    console.log(`\n  ${called}`);
    for (const { error, because } of cases.filter((one) => one.function === called))
      console.log(`    ${error.padEnd(width)}  ${because}`);
  }
}

console.log('');
for (const { name, pairs, cases } of suites) console.log(`${name}: ${cases.length} of ${pairs} pairs`);
const counted = suites.filter(({ again }) => !again);
const sum = (/** @type {(suite: typeof suites[number]) => number} */ of) =>
  counted.reduce((all, one) => all + of(one), 0);
console.log(`${sum(({ cases }) => cases.length)} of ${sum(({ pairs }) => pairs)} pairs`);
const whole = suites.every(({ pairs, cases }) => cases.length === pairs);
if (run.status !== 0) console.error(`\n${run.stdout}`);
process.exit(whole && run.status === 0 ? 0 : 1);
