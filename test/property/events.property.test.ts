/**
 * The cluster's events, read off the trace of whole runs along every line of views: numbered from 1 without gaps (where
 * branches meet or a cluster forms anew numbers may jump, and never fall back), told once, and every START followed by
 * its END or FAILURE. The reading is support/branches.ts, not the engine's own watch.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InlineBackend } from '../../src/cluster/inline.js';
import { Phase } from '../../src/failover/frames.js';
import { Branches } from '../support/branches.js';
import { lookOn } from '../support/engines.js';
import { eventsOf, eventText, play, tries } from '../support/play.js';
import { type Run, runArb } from '../support/runs.js';

/** The views in which servers stand, by their names. */
function views(backend: unknown): string[] {
  const { slots } = backend as InlineBackend;
  const members = slots.filter(({ engine }) => engine?.place.phase === Phase.MEMBER);
  return members.map(({ engine }) => `${engine!.state.view.epoch}.${engine!.state.view.coordinator}`);
}

async function wrongEvents(run: Run): Promise<string[]> {
  const branches = new Branches();
  let resting: string[] = [];
  const { lines } = await lookOn({ effect: branches.effect }, () =>
    play(run, { atRest: (backend) => (resting = views(backend)) }),
  );
  return branches.wrongEvents(lines, resting);
}

async function holdsFor(arbitrary: fc.Arbitrary<Run>, count: number): Promise<void> {
  const property = fc.asyncProperty(arbitrary, async (run) => {
    expect(await wrongEvents(run)).toEqual([]);
  });
  await fc.assert(property, tries(count));
}

describe('events', () => {
  it('are numbered without gaps and pair up in every view, whatever happens', () =>
    holdsFor(runArb({ servers: 5 }), 250));

  it('are numbered without gaps and pair up in every view, where branches part and meet', () =>
    holdsFor(runArb({ servers: 4, policies: ['none'], kinds: ['network', 'network', 'power'] }), 200));

  it('of a cluster that is never cut and never wholly off are one sequence from 1', async () => {
    const property = fc.asyncProperty(runArb({ servers: 4, kinds: ['power', 'faults', 'operator'] }), async (run) => {
      const steps = run.steps.filter(({ action }) => keepsFirst(action));
      const { lines } = await play(run.with({ steps }));
      const ids = eventsOf(lines).map(({ id }) => id);
      expect(ids).toEqual(ids.map((_, index) => index + 1));
    });
    await fc.assert(property, tries(150));
  });

  it('of a failover stand between FAILOVER_START and FAILOVER_END of its destination, where only machines fail', async () => {
    const property = fc.asyncProperty(runArb({ servers: 5, kinds: ['power'], policies: ['none'] }), async (run) => {
      const { lines } = await play(run);
      const open = new Set<string>();
      for (const event of eventsOf(lines)) {
        if (event.code === 'ARM_EVENT_FAILOVER_START') open.add(event.source);
        if (event.code === 'ARM_EVENT_FAILOVER_END') open.delete(event.source);
        if (event.code.startsWith('ARM_EVENT_GROUP_FAILOVER'))
          expect({ event: eventText(event), inBrackets: open.has(event.dst) }).toMatchObject({ inBrackets: true });
      }
    });
    await fc.assert(property, tries(150));
  });
});

/** S1 is never taken down, so that somebody always remembers. */
function keepsFirst(action: Run['steps'][number]['action']): boolean {
  const target = 'server' in action ? action.server : action.type === 'shutdown' ? action.target : '';
  return !['crash', 'hang', 'shutdown', 'maintenance'].includes(action.type) || !['S1', 'cluster'].includes(target);
}
