/**
 * `armada bench`: the benchmarks belong to the repository, not to the installed package; this finds them and runs them
 * in this process, or says where they are. In this process, because a process of their own would outlive a signal to
 * this one, and its exit status would have to be translated.
 */
import { existsSync } from 'node:fs';
import type { Terminal } from './terminal.js';

/** The command line of the benchmarks, seen from here and from the compiled command. */
const BENCHMARKS = new URL('../../bench/support/command.mjs', import.meta.url);

/** Runs the benchmarks with these arguments; answers the exit status. */
type RunBenchmarks = (args: readonly string[], terminal: Terminal) => Promise<number>;

/** Runs the benchmarks where there are any; answers the exit status. */
export async function benchCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  if (!existsSync(BENCHMARKS)) {
    terminal.err('armada bench: the benchmarks are not part of the installed package.\n');
    terminal.err('Clone the repository of armada-emulator, run npm install there, then npx armada bench.\n');
    return 2;
  }
  const { runBenchmarks } = (await import(BENCHMARKS.href)) as { runBenchmarks: RunBenchmarks };
  return runBenchmarks(args, terminal);
}
