/**
 * Whole clusters under random trouble: whatever is done to them, no invariant breaks on the way (the emulator's own
 * watch throws), and once the network is whole and nothing is broken everything that is under way ends. What is seen
 * then is held against what the machines truly hold (support/rest.ts).
 */
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { forAll } from '../support/forAll.js';
import { play } from '../support/play.js';
import { expectRest } from '../support/rest.js';
import { type Run, runArb } from '../support/runs.js';

async function holdsFor(arbitrary: fc.Arbitrary<Run>, count: number): Promise<void> {
  await forAll(arbitrary, count, async (run) => {
    await play(run, { atRest: (backend) => expectRest(backend, run) });
  });
}

describe('whatever happens, every invariant holds, and after the network heals everything that is under way ends', () => {
  it('without a partition policy', () => holdsFor(runArb({ servers: 6, policies: ['none'] }), 300));

  it('with a majority deciding', () => holdsFor(runArb({ servers: 6, policies: ['majority'] }), 200));

  it('with a witness deciding', () => holdsFor(runArb({ servers: 6, policies: ['ping'] }), 200));

  it('where only machines fail', () => holdsFor(runArb({ servers: 4, kinds: ['power'], steps: 10 }), 150));

  it('where only the network fails', () => holdsFor(runArb({ servers: 5, kinds: ['network'], steps: 10 }), 150));

  it('where operators are busy', () => holdsFor(runArb({ servers: 4, kinds: ['operator', 'power'], steps: 10 }), 150));

  it('where resources are broken', () => holdsFor(runArb({ servers: 4, kinds: ['faults', 'power'], steps: 10 }), 150));

  it('in large clusters', () => holdsFor(runArb({ servers: 16, groups: 8 }), 60));
});
