/**
 * Everything CI does, in order, up to the first failure. Each stage is an npm script and can be run alone.
 *
 *   node tools/check.mjs [STAGE...]
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { npm } from './npm.mjs';
import { root } from './sources.mjs';

const stages = [
  ['format', 'the files are formatted (prettier)'],
  ['build', 'src/ compiles into dist/ (tsc)'],
  ['lint', 'the rules of the house hold (eslint)'],
  ['types', 'everything has its type (tsc)'],
  ['arrows', 'rooms import only what they may (dependency-cruiser)'],
  ['unused', 'nothing is left over (knip)'],
  ['coverage', 'the tests pass on the compiled code and cover it (vitest, c8)'],
  ['package', 'the package works where it is installed (publint, attw)'],
  ['sweep', '3,000 random clusters go through random trouble, every invariant watched; 80 also in lockstep'],
  ['audit', 'no dependency has a known grave weakness (npm audit)'],
];

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !stages.some(([stage]) => stage === name));
if (unknown.length > 0) {
  console.error(`no such stage: ${unknown.join(', ')}. There are: ${stages.map(([stage]) => stage).join(', ')}`);
  process.exit(2);
}
const chosen = asked.length === 0 ? stages : stages.filter(([stage]) => asked.includes(stage));

// What tools/counts.mjs reads must be of this run or not be there.
rmSync(join(root, 'out', 'tests.json'), { force: true });

const began = Date.now();
for (const [index, [stage, meaning]] of chosen.entries()) {
  console.log(`\n== ${index + 1}/${chosen.length} ${stage}: ${meaning}`);
  const done = npm(['run', '--silent', stage], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (done.status !== 0) {
    console.error(`\n== ${stage} failed; again alone: npm run ${stage}`);
    process.exit(done.status ?? 1);
  }
}
console.log(`\n== ${chosen.length} of ${chosen.length} checks passed in ${Math.round((Date.now() - began) / 1000)} s`);
