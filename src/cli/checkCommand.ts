/**
 * `armada check`: validates scenario files without running them. Oddities are told and do no harm.
 */
import { printable } from '../report/plain.js';
import { loadFiles } from './files.js';
import type { Terminal } from './terminal.js';

/** Checks files; answers the exit status, 0 or 2. */
export async function checkCommand(files: readonly string[], terminal: Terminal): Promise<number> {
  const { paint } = terminal;
  const { bad } = await loadFiles(files, terminal, ({ file, name, steps, warnings }) => {
    const counted = `${steps.length} step${steps.length === 1 ? '' : 's'}`;
    terminal.out(`${paint.green('ok')} ${printable(file ?? '')}: ${printable(name)} (${counted})\n`);
    for (const warning of warnings) {
      terminal.out(`${paint.yellow('warning')} ${printable(file ?? '')}: ${printable(warning)}\n`);
    }
  });
  return bad === 0 ? 0 : 2;
}
