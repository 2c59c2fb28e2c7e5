/** Runs the compiled command in a process of its own, as a user does. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '..', '..');
export const command = join(root, 'dist', 'cli', 'main.js');

export interface Spawned {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs `armada ...args` from the repository's root. */
export function spawnArmada(args: readonly string[], env: Readonly<Record<string, string>> = {}): Spawned {
  if (!existsSync(command)) throw new Error('dist/cli/main.js is missing: npm run build');
  const { ARMADA_DEBUG: _debug, ...clean } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...args], {
    cwd: root,
    encoding: 'utf8',
    env: { ...clean, ...env },
    maxBuffer: 64 * 1024 * 1024,
  });
  return { status, out: stdout, err: stderr };
}
