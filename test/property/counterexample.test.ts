/**
 * What a failing property prints is a scenario file that does the same again, and it is short enough to be read.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runScenario } from '../../src/scenarios/run.js';
import { makeScenario, type Scenario } from '../../src/scenarios/scenario.js';
import { parseYaml } from '../../src/scenarios/yamlFile.js';
import type { TraceLine } from '../../src/model/trace.js';
import { forAll } from '../support/forAll.js';
import { eventsOf, play } from '../support/play.js';
import { type Run, runArb } from '../support/runs.js';

function read(text: string): Scenario {
  const file = parseYaml(text);
  if ('problems' in file) throw new Error(JSON.stringify(file.problems));
  const made = makeScenario(file.value, {});
  if (!made.ok) throw new Error(JSON.stringify(made.error));
  return made.value;
}

/** What happened before the last step: afterwards a property takes all faults back. */
function before(run: Run, lines: readonly TraceLine[]): string[] {
  const end = run.steps.at(-1)!.atUs;
  return lines.filter(({ t, kind }) => t < end && kind !== 'run').map((line) => JSON.stringify(line));
}

describe('a counterexample', () => {
  it('is printed as a scenario file that plays the same run again', async () => {
    await forAll(runArb({ servers: 5, steps: 10 }), 60, async (run) => {
      const printed = fc.stringify(run);
      expect(printed).toContain(`# armada run --seed ${run.seed} FILE`);
      const again = await runScenario(read(printed), { seed: run.seed });
      expect(before(run, again.lines)).toEqual(before(run, (await play(run)).lines));
    });
  });

  it('shrinks to the few things that matter', async () => {
    const nobodyGoesDown = fc.asyncProperty(runArb(), async (run) => {
      const { lines } = await play(run);
      return !eventsOf(lines).some(({ code }) => code === 'ARM_EVENT_DOWN');
    });
    const { counterexample, failed } = await fc.check(nobodyGoesDown, { seed: 1 });
    expect(failed).toBe(true);
    const [run] = counterexample!;
    expect(run.steps.map(({ action }) => action.type)).toHaveLength(2);
    expect(run.cluster.servers.length).toBeLessThanOrEqual(2);
    expect(run.cluster.groups).toEqual([]);
    expect(run.toYaml().split('\n').length).toBeLessThan(25);
  });
});
