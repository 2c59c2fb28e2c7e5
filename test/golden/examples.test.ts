/**
 * The examples that are published with the package: each opens with a comment for a newcomer, raises no warning, and
 * passes. The one in TypeScript is run as it stands.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { loadScenario } from '../../src/scenarios/load.js';
import { runScenario } from '../../src/scenarios/run.js';
import '../../examples/in-a-test.example.js';

vi.mock('armada-emulator', () => import('../../src/index.js'));

const home = fileURLToPath(new URL('../../examples', import.meta.url));
const examples = readdirSync(home, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.yaml'));

async function load(name: string) {
  const loaded = await loadScenario(join(home, name));
  if (!loaded.ok) throw new Error(loaded.error.map(({ what }) => what).join('\n'));
  return loaded.value;
}

describe.each(examples)('examples/%s', (name) => {
  it('opens with a comment', () => {
    expect(readFileSync(join(home, name), 'utf8')).toMatch(/^# [A-Z].{20}/);
  });

  it('passes, and nothing about it is odd', async () => {
    const scenario = await load(name);
    expect(scenario.warnings).toEqual([]);
    const result = await runScenario(scenario);
    expect(result.ok, result.summary).toBe(true);
  });
});

describe('seeds', () => {
  const hashes = async (name: string): Promise<(string | undefined)[]> => {
    const scenario = await load(name);
    const seeds = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
    return Promise.all(seeds.map(async (seed) => (await runScenario(scenario, { seed })).hash));
  };

  it('make no difference where nothing is random', async () => {
    expect(new Set(await hashes('failover.yaml')).size).toBe(1);
  });

  it('make one where links are lossy', async () => {
    expect(new Set(await hashes('lossy-links.yaml')).size).toBeGreaterThanOrEqual(9);
  });

  it('all end well where links are lossy', async () => {
    const scenario = await load('lossy-links.yaml');
    for (let seed = 1; seed <= 30; seed += 1) {
      const result = await runScenario(scenario, { seed });
      expect(result.ok, result.summary).toBe(true);
    }
  });
});
