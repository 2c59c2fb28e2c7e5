/** A terminal that remembers what was written to it; and the command line run against it, in this process. */
import pc from 'picocolors';
import { runCommandLine } from '../../src/cli/program.js';
import type { Terminal } from '../../src/cli/terminal.js';

export interface Captured {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `armada ...args` in this process. */
export async function armada(...args: string[]): Promise<Captured> {
  const { terminal, text } = capture();
  const status = await runCommandLine(args, terminal);
  return { status, ...text() };
}

export function capture(debug = false): { terminal: Terminal; text: () => { out: string; err: string } } {
  const written = { out: '', err: '' };
  const terminal: Terminal = {
    out: (text) => (written.out += text),
    err: (text) => (written.err += text),
    width: 100,
    paint: pc.createColors(false),
    debug,
  };
  return { terminal, text: () => ({ ...written }) };
}
