#!/usr/bin/env node
/**
 * The `armada` command: the process around the command line. Its exit status is set, not forced, so that everything
 * written arrives; a run that never ends by itself (a scenario module that waits for nothing) is told, not passed over.
 */
import { runCommandLine } from './program.js';
import { processTerminal } from './terminal.js';

const terminal = processTerminal();
let done = false;

process.on('exit', (status) => {
  if (done || status === 2) return;
  terminal.err('armada: the program ended before it was done: something waits for what never comes\n');
  process.exitCode = 2;
});

process.exitCode = await runCommandLine(process.argv.slice(2), terminal);
done = true;
