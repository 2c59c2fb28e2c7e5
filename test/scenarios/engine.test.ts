/**
 * Scenarios in a test of one's own, as a user writes them: on the emulator itself, with nothing but `scenario` and
 * `runScenario`.
 */
import { describe, expect, it } from 'vitest';
import { runScenario } from '../../src/scenarios/run.js';
import { scenario } from '../../src/scenarios/scenario.js';

describe('a scenario in a test', () => {
  const failover = scenario({
    name: 'primary goes down',
    cluster: {
      name: 'CLUSTER1',
      servers: ['ServerA', 'ServerB', 'ServerC'],
      groups: [{ name: 'Group1', servers: ['ServerA', 'ServerB'], resources: [{ name: 'disk1', type: 'swdisk' }] }],
    },
    steps: [
      { start: 'cluster' },
      { expect: { group: 'Group1', state: 'ONLINE', server: 'ServerA', within: '1m' } },
      { at: '2m', crash: 'ServerA', id: 'crash' },
      { at: '3m', expect: { group: 'Group1', state: 'ONLINE', server: 'ServerB' } },
      { expect: { server: 'ServerA', status: ['DOWN', 'FAIL'] } },
      {
        expect: {
          events: ['DOWN', 'FAILOVER_START', 'GROUP_FAILOVER_START', 'GROUP_FAILOVER_END', 'FAILOVER_END'],
          since: 'crash',
        },
      },
      { moveGroup: { group: 'Group1', to: 'ServerB' }, refused: true },
    ],
  });

  it('passes, twice alike', async () => {
    const first = await runScenario(failover);
    const second = await runScenario(failover);
    expect(first.ok, first.summary).toBe(true);
    expect(second.lines).toEqual(first.lines);
    expect(second.hash).toBe(first.hash);
  });

  it('tells what was found where it fails', async () => {
    const wrong = scenario({
      ...failover.input,
      steps: [{ start: 'cluster' }, { at: '2m', expect: { group: 'Group1', state: 'OFFLINE' } }],
    });
    const result = await runScenario(wrong, { seed: 3 });
    expect(result.ok).toBe(false);
    expect(result.summary).toMatch(
      /^primary goes down: FAILED, .*\n {2}steps\[1\]: at 2m: expected group Group1 OFFLINE, found ONLINE on ServerA\n {2}again: runScenario\(scenario, \{ seed: 3 \}\)$/,
    );
  });
});
