/**
 * Runs the benchmarks: `node bench/main.mjs [NAME...] [--quick] [--json] [--out DIR]`. One file of this folder is one
 * question; support/command.mjs decides what is run and what is written, here and in `armada bench`. Here is only the
 * process around it: what must be there before, and the streams and the exit status of `armada`. See
 * docs/performance.md.
 */
import { existsSync } from 'node:fs';

const dist = new URL('../dist/', import.meta.url);

process.exitCode = await main();

async function main() {
  if (!existsSync(new URL('cluster/open.js', dist))) {
    process.stderr.write('armada bench: nothing is built yet: npm run build\n');
    return 2;
  }
  /** @type {typeof import('../src/cli/terminal.js')} */
  const { processTerminal } = await import(new URL('cli/terminal.js', dist).href);
  const { runBenchmarks } = await import('./support/command.mjs');
  return runBenchmarks(process.argv.slice(2), processTerminal());
}
