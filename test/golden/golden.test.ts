/**
 * Golden scripts: scenarios whose whole trace is written down beside them, line by line.
 *
 * Each file opens with a comment that says why it exists and lists every event that the semantics and the transition
 * table call for, with its id and its servers. That list was written by hand: it is the claim. The trace beside it was
 * written by the program and then read. `npm run unit -- test/golden --update` writes traces, never claims, and writes
 * no trace that does not fit its claim.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadScenario } from '../../src/scenarios/load.js';
import { runScenario } from '../../src/scenarios/run.js';
import { claimedEvents, claimedOrder, claimsViews, eventsOf, oddities, orderOf, traceText } from './claims.js';

const home = fileURLToPath(new URL('.', import.meta.url));
const scripts = readdirSync(home, { recursive: true, encoding: 'utf8' })
  .map((name) => name.replaceAll('\\', '/'))
  .filter((name) => name.endsWith('.yaml'))
  .sort((a, b) => (a < b ? -1 : 1));

describe.each(scripts)('%s', (name) => {
  const path = join(home, name);
  const text = readFileSync(path, 'utf8');

  it('is a scenario with a claim', async () => {
    expect(text, 'a golden script opens with a comment that says why it exists').toMatch(/^# \S/);
    expect(claimedEvents(text), 'its events are listed, or it says that there are none').toBeDefined();
    const loaded = await loadScenario(path);
    expect(loaded.ok ? [] : loaded.error).toEqual([]);
  });

  it('does what it claims, and leaves just this trace', async () => {
    const loaded = await loadScenario(path);
    if (!loaded.ok) throw new Error(`${relative(process.cwd(), path)} is no scenario`);
    const result = await runScenario(loaded.value, { seed: 1, backend: 'inline' });
    expect(eventsOf(result.lines, claimsViews(text))).toEqual(claimedEvents(text));
    for (const way of ['Up', 'Down'] as const) {
      const claimed = claimedOrder(text, way);
      if (claimed !== undefined) expect(orderOf(result.lines, way)).toEqual(claimed);
    }
    expect(result.failures.map((failure) => failure.text)).toEqual([]);
    expect(oddities(text, result.lines)).toEqual([]);
    await expect(traceText(result.lines)).toMatchFileSnapshot(path.replace(/\.yaml$/, '.jsonl'));
  });
});
