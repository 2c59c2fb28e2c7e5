/**
 * Each server in its thread, in virtual time: whatever the operating system lets run first, the trace is the inline one,
 * byte for byte. Real threads, so the compiled code runs.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { randomRun } from '../../src/campaign/generate.js';
import { playRandomRun } from '../../src/campaign/run.js';
import type { Backend } from '../../src/cluster/backend.js';
import { LockstepBackend } from '../../src/cluster/lockstep.js';
import type { WorldDefinition } from '../../src/cluster/world.js';
import type { TraceLine } from '../../src/model/trace.js';
import { loadScenario } from '../../src/scenarios/load.js';
import { runScenario } from '../../src/scenarios/run.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

function filesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yaml'))
    .sort((a, b) => (a < b ? -1 : 1))
    .map((name) => join(folder, name.replaceAll('\\', '/')));
}

const body = (lines: readonly TraceLine[]): string[] => lines.slice(1).map((line) => JSON.stringify(line));

describe('in lockstep the trace is the inline one', () => {
  it.each([...filesIn('examples'), ...filesIn('test/golden')])('of %s', async (file) => {
    const loaded = await loadScenario(join(root, file));
    if (!loaded.ok) throw new Error(`${file} is no scenario`);
    const inline = await runScenario(loaded.value, { seed: 1 });
    const lockstep = await runScenario(loaded.value, { seed: 1, backend: 'lockstep' });
    expect(body(lockstep.lines)).toEqual(body(inline.lines));
    expect(lockstep.hash).toBe(inline.hash);
    if (file.startsWith('test/golden')) {
      const golden = readFileSync(join(root, file.replace(/\.yaml$/, '.jsonl')), 'utf8');
      expect(golden).toContain(inline.hash);
    }
  });

  // Seeds 21 to 100 are in npm run sweep: under coverage they take three times as long.
  it.each(Array.from({ length: 20 }, (_, index) => index + 1))('of random run %i', async (seed) => {
    const inline = await playRandomRun(randomRun(seed));
    const lockstep = await playRandomRun(randomRun(seed), { backend: 'lockstep' });
    expect(lockstep).toEqual(inline);
  });
});

describe('in lockstep the trace does not depend on who runs when', () => {
  const runs = [1, 5, 9];

  async function hashes(threadEntry?: URL): Promise<unknown[]> {
    const list: unknown[] = [];
    for (const seed of runs) {
      const openWorld = (world: WorldDefinition, options: { readonly seed: number }): Promise<Backend> =>
        Promise.resolve(new LockstepBackend(world, { ...options, version: 'test', threadEntry }));
      const loaded = await loadScenario(join(root, 'examples/failover.yaml'));
      if (!loaded.ok) throw new Error('no scenario');
      list.push((await runScenario(loaded.value, { seed, backend: 'lockstep', openBackend: openWorld })).hash);
    }
    return list;
  }

  it('while others eat all cores, and while threads take their time at random', async () => {
    const expected: unknown[] = [];
    for (const seed of runs) {
      const loaded = await loadScenario(join(root, 'examples/failover.yaml'));
      if (!loaded.ok) throw new Error('no scenario');
      expected.push((await runScenario(loaded.value, { seed })).hash);
    }
    const eaters = Array.from({ length: 3 }, () => new Worker('for (;;);', { eval: true }));
    try {
      expect(await hashes()).toEqual(expected);
      expect(await hashes(new URL('broken/slow.mjs', import.meta.url))).toEqual(expected);
    } finally {
      for (const eater of eaters) await eater.terminate();
    }
  });
});
