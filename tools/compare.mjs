// Plays random runs on the inline and on the lockstep backend and compares their traces by their hashes:
// node tools/compare.mjs [--from N] [--count N]. Exit 1 where one differs or fails.
import { parseArgs } from 'node:util';
import { randomRun } from '../dist/campaign/generate.js';
import { playRandomRun } from '../dist/campaign/run.js';

const { values } = parseArgs({
  options: { from: { type: 'string', default: '1' }, count: { type: 'string', default: '100' } },
});
const from = Number(values.from);
const count = Number(values.count);
const started = process.hrtime.bigint();
let spanUs = 0;
let lines = 0;
let threads = 0;
let failed = 0;
for (let seed = from; seed < from + count; seed += 1) {
  try {
    const run = randomRun(seed);
    const inline = await playRandomRun(run);
    const lockstep = await playRandomRun(run, { backend: 'lockstep' });
    spanUs += inline.spanUs;
    lines += inline.lines;
    threads += run.cluster.servers.length;
    if (lockstep.hash === inline.hash) continue;
    failed += 1;
    console.log(`seed ${seed}: lockstep ${lockstep.hash}, inline ${inline.hash}`);
  } catch (error) {
    failed += 1;
    console.log(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`);
  }
  console.log(`  replay: node tools/compare.mjs --from ${seed} --count 1`);
}
const seconds = Number(process.hrtime.bigint() - started) / 1e9;
console.log(
  `compare: seeds ${from} to ${from + count - 1}, ${threads} servers, ${Math.round(spanUs / 3.6e9)} simulated hours, ` +
    `${lines} lines in ${seconds.toFixed(1)} s, ${failed} differ or failed`,
);
process.exitCode = failed === 0 ? 0 : 1;
