/**
 * What applications on the members are told of cluster events, on every backend: all the same, with the same numbers, in
 * the order of the trace. One cluster goes through the rows of the transition table (section 3.3).
 */
import { describe, expect, it } from 'vitest';
import { Watchers } from '../support/watchers.js';
import { eventsOf } from '../golden/claims.js';
import { KINDS, LONG, trio, type World, world } from './worlds.js';

const lines = (name: string) => ({ name, type: 'lsw' as const, activate: '5ms', deactivate: '5ms' });
const quick = (name: string) => ({ name, type: 'script' as const, activate: '5ms', deactivate: '5ms' });
const groups = [
  { name: 'G1', servers: ['S1', 'S2', 'S3'], resources: [quick('r1'), lines('l1')] },
  { name: 'G2', servers: ['S1', 'S3'], resources: [quick('r2')] },
];

/** Waits until the cluster is at rest and the applications have fetched everything. */
async function settled({ cluster, lines: trace }: World, told: readonly string[]): Promise<void> {
  await cluster.until('quiet', LONG);
  const last = eventsOf(trace).at(-1);
  await cluster.until(() => told.at(-1) === last, LONG);
}

describe.each(KINDS)('%s', (kind) => {
  it.each(['printed', 'corrected'] as const)('tells every row to all members alike (errata %s)', async (errata) => {
    const opened = await world(kind, { ...trio, groups, errata });
    const { cluster, lines: trace } = opened;
    const { told } = new Watchers(cluster.backend, ['S1', 'S2', 'S3']);
    /** The codes of the events since the last row. */
    let known = 0;
    const row = async (does: () => Promise<void>, begun: () => boolean): Promise<string[]> => {
      await does();
      await cluster.until(begun, LONG);
      // S3 is a member all along.
      await settled(opened, told['S3']);
      const codes = told['S3'].slice(known).map((text) => text.split(' ')[1]);
      known = told['S3'].length;
      return codes;
    };
    const has = (text: string) => () => eventsOf(trace).some((line) => line.endsWith(text));
    const started = errata === 'printed' ? 'GROUP_STOP' : 'GROUP_START';
    expect(await row(() => cluster.start(), has(`${started} G2 S1`))).toEqual([
      ...['RETURN_TO_CLUSTER', 'RETURN_TO_CLUSTER', 'RETURN_TO_CLUSTER'],
      ...[started, started],
    ]);
    expect(await row(() => cluster.moveGroup('G2', 'S3'), has('GROUP_MOVE_END G2 S1 > S3'))).toEqual([
      'GROUP_MOVE_START',
      'GROUP_MOVE_END',
    ]);
    expect(await row(() => cluster.stopGroup('G2'), has('GROUP_STOP G2 S3'))).toEqual(['GROUP_STOP']);
    expect(await row(() => cluster.startGroup('G2', 'S3'), has('GROUP_START G2 S3'))).toEqual(['GROUP_START']);
    const line = () => cluster.act({ type: 'switchLine', resource: 'l1', to: 'S2' });
    expect(await row(line, has('LSW_SWITCHED l1'))).toEqual(['LSW_SWITCHED']);
    expect(await row(() => cluster.failGroup('G1'), has('GROUP_FAILOVER_END G1 S1 > S2'))).toEqual([
      'GROUP_FAILOVER_START',
      'GROUP_FAILOVER_END',
    ]);
    const takenOver = ['FAILOVER_START', 'GROUP_FAILOVER_START', 'GROUP_FAILOVER_END', 'FAILOVER_END'];
    expect(await row(() => cluster.crash('S2'), has('FAILOVER_END S1'))).toEqual(['DOWN', ...takenOver]);
    expect(await row(() => cluster.restart('S2'), has('RETURN_TO_CLUSTER S2'))).toContain('RETURN_TO_CLUSTER');
    expect(await row(() => cluster.maintenance('S1'), has('FAILOVER_END S2'))).toEqual(['DOWN', ...takenOver]);
    const stepsAside = () => cluster.shutdown('S2');
    expect((await row(stepsAside, has('SHUTDOWN S2')))[0]).toBe('SHUTDOWN');

    expect(told['S3']).toEqual(eventsOf(trace));
    for (const server of ['S1', 'S2']) {
      expect(told[server].length).toBeGreaterThan(5);
      expect(told['S3']).toEqual(expect.arrayContaining(told[server]));
      expect(told[server]).toEqual([...told[server]].sort((a, b) => parseInt(a) - parseInt(b)));
    }
  });
});
