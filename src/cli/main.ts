#!/usr/bin/env node
/**
 * The `armada` command: the process around the command line. Its exit status is set, not forced, so that everything
 * written arrives. A scenario module runs in this process and may end it in its own ways (it waits for nothing, exits, or
 * throws where nobody catches it): which of them it was is told, not passed over.
 */
import { runCommandLine } from './program.js';
import { processTerminal } from './terminal.js';

const terminal = processTerminal();
let done = false;
let why: string | undefined;

process.on('beforeExit', () => (why ??= 'something waits for what never comes'));
process.on('uncaughtExceptionMonitor', () => (why ??= 'an error was thrown that nobody caught'));
process.on('exit', (status) => {
  if (done || status === 2) return;
  why ??= `a scenario module ended it (process.exit, status ${status})`;
  terminal.err(`armada: the program ended before it was done: ${why}\n`);
  process.exitCode = 2;
});

process.exitCode = await runCommandLine(process.argv.slice(2), terminal);
done = true;
