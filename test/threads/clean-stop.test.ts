/**
 * After `close` nothing remains: no thread, no timer, no port. A process of its own opens a cluster, closes it, says what
 * is left, and then has to come to its end by itself.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const script = fileURLToPath(new URL('leaves-nothing.mjs', import.meta.url));
/** Far longer than any of them takes; a process that still runs then does not end by itself. */
const LIMIT_MS = 55_000;

async function run(...args: string[]): Promise<unknown> {
  const { stdout } = await promisify(execFile)(process.execPath, [script, ...args], { timeout: LIMIT_MS });
  return JSON.parse(stdout);
}

const ways = (await run('inline')) as string[];

describe.each(['inline', 'lockstep', 'realtime'])('on %s nothing remains of a cluster', (backend) => {
  // Inline there are no threads: three ways stand for all.
  const some = backend === 'inline' ? ways.slice(0, 3) : ways;
  it.each(some)('closed %s', async (way) => {
    const { before, after } = (await run(backend, way)) as { before: string[]; after: string[] };
    expect(after).toEqual(before);
  });
});
