/** `armada serve` in a process of its own. It runs dist/: build before. */
import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

export interface Serving {
  readonly child: ChildProcess;
  /** All that it has printed. */
  readonly text: () => string;
  /** The match that was awaited. */
  readonly found: readonly string[];
}

/** Serves until what it prints has `awaited`; fails with all that it printed where it ends before. */
export async function serving(
  awaited: RegExp,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Serving> {
  const child = spawn(process.execPath, [main, 'serve', ...args], { env: { ...process.env, ...env } });
  let text = '';
  const found = await new Promise<string[]>((resolve, reject) => {
    const take = (bytes: Buffer): void => {
      text += bytes.toString();
      const match = awaited.exec(text);
      if (match) resolve([...match]);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.on('close', () => {
      reject(new Error(text));
    });
  });
  return { child, text: () => text, found };
}
