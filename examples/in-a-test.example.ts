/**
 * Armada inside a test: two ways to write the same failover, here with vitest. Any test runner will do.
 *
 * The first is a scenario, as in the YAML files beside this one, with keys and names completed by the editor. The second
 * is a program that acts, waits and looks for itself. Both run in virtual time: a failover of half a minute takes
 * milliseconds, and it goes the same way every time.
 *
 * Copy this to failover.test.ts in a project that has armada-emulator and vitest.
 */
import { describe, expect, it } from 'vitest';
import { open, runScenario, scenario } from 'armada-emulator';

describe('the database survives its server', () => {
  const failover = scenario({
    name: 'the database survives its server',
    cluster: {
      name: 'CLUSTER1',
      servers: ['ServerA', 'ServerB'],
      groups: [
        {
          name: 'Database',
          servers: ['ServerA', 'ServerB'],
          resources: [{ name: 'disk1', type: 'swdisk', drive: 'S:', activate: '4s' }],
        },
      ],
    },
    steps: [
      { start: 'cluster' },
      { at: '1m', crash: 'ServerA', id: 'crash' },
      { expect: { group: 'Database', state: 'ONLINE', server: 'ServerB', within: '40s' } },
      {
        expect: {
          since: 'crash',
          events: ['DOWN', 'FAILOVER_START', 'GROUP_FAILOVER_START', 'GROUP_FAILOVER_END', 'FAILOVER_END'],
        },
      },
    ],
  });

  it('as a scenario', async () => {
    const result = await runScenario(failover);
    expect(result.ok, result.summary).toBe(true);
  });

  // Whatever is random is drawn from the seed. Here nothing is; with lossy links each seed is another course of events,
  // and the summary of a failure names the seed that repeats it.
  it.each([1, 2, 3])('as a scenario, seed %i', async (seed) => {
    const result = await runScenario(failover, { seed });
    expect(result.ok, result.summary).toBe(true);
  });

  it('as a program', async () => {
    const cluster = await open({
      name: 'CLUSTER1',
      servers: ['ServerA', 'ServerB'],
      groups: [{ name: 'Database', servers: ['ServerA', 'ServerB'] }],
    });
    try {
      await cluster.start();
      await cluster.until({ group: 'Database', state: 'ONLINE', server: 'ServerA' });
      await cluster.crash('ServerA');
      await cluster.until({ group: 'Database', state: 'ONLINE', server: 'ServerB' }, '40s');
      expect(cluster.status().servers.ServerA).toEqual(['DOWN', 'FAIL']);
    } finally {
      await cluster.close();
    }
  });
});
