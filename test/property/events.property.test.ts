/**
 * The cluster's events, read off the trace of whole runs along every line of views: numbered from 1 without gaps (where
 * branches meet or a cluster forms anew numbers may jump, and never fall back), told once, and every START followed by
 * its END or FAILURE. The reading is support/branches.ts, not the engine's own watch.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { viewKey } from '../../src/failover/state.js';
import type { ClusterInput } from '../../src/model/definition.js';
import { Branches } from '../support/branches.js';
import { lookOn } from '../support/engines.js';
import { forAll } from '../support/forAll.js';
import { eventsOf, eventText, membersOf, play } from '../support/play.js';
import { Run, runArb } from '../support/runs.js';

async function wrongEvents(run: Run): Promise<string[]> {
  const branches = new Branches();
  let resting: string[] = [];
  const { lines } = await lookOn({ effect: branches.effect }, () =>
    play(run, { atRest: (backend) => (resting = membersOf(backend).map(({ engine }) => viewKey(engine.state.view))) }),
  );
  return branches.wrongEvents(lines, resting);
}

async function holdsFor(arbitrary: fc.Arbitrary<Run>, count: number): Promise<void> {
  await forAll(arbitrary, count, async (run) => {
    expect(await wrongEvents(run)).toEqual([]);
  });
}

describe('events', () => {
  it('are numbered without gaps and pair up in every view, whatever happens', () =>
    holdsFor(runArb({ servers: 5 }), 250));

  it('are numbered without gaps and pair up in every view, where branches part and meet', () =>
    holdsFor(runArb({ servers: 4, policies: ['none'], kinds: ['network', 'network', 'power'] }), 200));

  it('of a cluster that is never cut and never wholly off are one sequence from 1', async () => {
    const runs = runArb({ servers: 4, kinds: ['power', 'faults', 'operator'] }).map(promptly);
    await forAll(runs, 150, async (run) => {
      const steps = run.steps.filter(({ action }) => keepsFirst(action));
      const { lines } = await play(run.with({ steps }));
      const ids = eventsOf(lines).map(({ id }) => id);
      expect(ids).toEqual(ids.map((_, index) => index + 1));
    });
  });

  it('are told once and in order when a coordinator hangs in the middle of anything and goes on too late', async () => {
    const trouble = fc.record({ move: fc.boolean(), hangUs: fc.nat(1000), resumeS: fc.integer({ min: 1, max: 60 }) });
    await forAll(trouble, 80, async ({ move, hangUs, resumeS }) => {
      const begin = 20_000_000;
      const run = new Run(1, { ...trio, heartbeat: { interval: '1s', timeout: '4s' } }, [
        { atUs: 0, action: { type: 'start', target: 'cluster' } },
        {
          atUs: begin,
          action: move ? { type: 'moveGroup', group: 'G1', to: 'S2' } : { type: 'failGroup', group: 'G1' },
        },
        { atUs: begin + hangUs, action: { type: 'hang', server: 'S1' } },
        { atUs: begin + hangUs + resumeS * 1_000_000, action: { type: 'resume', server: 'S1' } },
      ]);
      const ids = eventsOf((await play(run)).lines).map(({ id }) => id);
      expect(ids).toEqual(ids.map((_, index) => index + 1));
    });
  });

  it('of a failover stand between FAILOVER_START and FAILOVER_END of its destination, where only machines fail', async () => {
    await forAll(runArb({ servers: 5, kinds: ['power'], policies: ['none'] }), 150, async (run) => {
      const { lines } = await play(run);
      const open = new Set<string>();
      for (const event of eventsOf(lines)) {
        if (event.code === 'ARM_EVENT_FAILOVER_START') open.add(event.source);
        if (event.code === 'ARM_EVENT_FAILOVER_END') open.delete(event.source);
        if (event.code.startsWith('ARM_EVENT_GROUP_FAILOVER'))
          expect({ event: eventText(event), inBrackets: open.has(event.dst) }).toMatchObject({ inBrackets: true });
      }
    });
  });
});

const trio: ClusterInput = {
  name: 'CLUSTER1',
  startupWait: '5s',
  servers: ['S1', 'S2', 'S3'],
  groups: [{ name: 'G1', servers: ['S1', 'S2', 'S3'] }],
};

/** All servers start at once. */
function promptly(run: Run): Run {
  const servers = run.cluster.servers.map((server) => (typeof server === 'string' ? server : server.name));
  return run.with({ cluster: { servers } });
}

/** S1 is never taken down, so that somebody always remembers; and no two hang at once, who might go on by themselves. */
function keepsFirst(action: Run['steps'][number]['action']): boolean {
  const target = 'server' in action ? action.server : action.type === 'shutdown' ? action.target : '';
  if (action.type === 'hang') return target === 'S2';
  return !['crash', 'shutdown', 'maintenance'].includes(action.type) || !['S1', 'cluster'].includes(target);
}
