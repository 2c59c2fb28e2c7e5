/**
 * `armada bench`: the benchmarks are programs of the repository, not of the installed package; this finds and starts
 * them, or says where they are.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Terminal } from './terminal.js';

/** Where the benchmarks' entry may be, seen from the compiled command. */
const ENTRIES = ['../../bench/main.mjs', '../../bench/main.js'];

/** Runs the benchmarks with these arguments; answers the exit status. */
export async function runBenchmarks(args: readonly string[], terminal: Terminal): Promise<number> {
  const entry = ENTRIES.map((path) => fileURLToPath(new URL(path, import.meta.url))).find((path) => existsSync(path));
  if (entry === undefined) {
    terminal.err('armada bench: the benchmarks are not part of the installed package.\n');
    terminal.err('Clone the repository of armada-emulator, run npm install there, then npx armada bench.\n');
    return 2;
  }
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [entry, ...args], { stdio: 'inherit' });
    child.on('error', reject);
    child.on('exit', (code) => resolve(code === 0 ? 0 : 1));
  });
}
