/**
 * Whole clusters under random trouble: whatever is done to them, no invariant breaks on the way (the emulator's own
 * watch throws), and once the network is whole and nothing is broken everything that is under way ends. What is seen
 * then is held against what the machines truly hold, by a reading of the documentation that is the test's own.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Backend, Snapshot } from '../../src/cluster/backend.js';
import { destinationIn } from '../support/naive.js';
import { membersOf, play, tries } from '../support/play.js';
import { type Run, runArb } from '../support/runs.js';

/** Members of one view hold the same state and know the same members, who all run. */
function expectAgreement(backend: Backend): void {
  const members = membersOf(backend);
  const [first] = members;
  if (!first) return;
  const mask = members.reduce((sum, { server }) => sum + 2 ** server, 0);
  for (const { engine } of members) {
    expect(engine.state).toEqual(first.engine.state);
    expect(engine.state.members).toBe(mask);
  }
}

/** What is shown of a group is what the servers hold: active on one server that has it, or nowhere. */
function expectTruth(backend: Backend, run: Run): Snapshot {
  const seen = backend.status('CLUSTER1');
  const members = membersOf(backend);
  run.definition.groups.forEach(({ name, servers }, group) => {
    const { state, server } = seen.groups[name];
    const holders = members.filter(({ engine }) => engine.executor.holds(group)).map((member) => member.name);
    expect({ group: name, server, state }).not.toMatchObject({ state: 'INPROGRESS' });
    expect({ group: name, holders }).toEqual({ group: name, holders: state === 'OFFLINE' ? [] : [server] });
    if (state !== 'OFFLINE') expect(servers.map((index) => run.definition.servers[index].name)).toContain(server);
  });
  return seen;
}

/** The statuses, by the table of section 3.1.3.1, from what is shown of the groups and what the servers hold. */
function expectStatuses(backend: Backend, run: Run, seen: Snapshot): void {
  const { definition } = run;
  const broken = membersOf(backend).filter(({ engine }) =>
    engine.executor.held().some(({ resources }) => resources.includes(2)),
  );
  for (const [server, shown] of Object.entries(seen.servers)) {
    const of = definition.groups.map(({ name, servers }) => {
      return { current: seen.groups[name].server, primary: definition.servers[servers[0]].name };
    });
    const flags = [
      of.some(({ current, primary }) => current === server && primary !== server) ? ['BACKUP'] : [],
      of.some(({ current, primary }) => current !== '' && current !== server && primary === server) ? ['FAIL'] : [],
      broken.some(({ name }) => name === server) ? ['MISS'] : [],
    ].flat();
    expect({ server, flags: shown.slice(1) }).toEqual({ server, flags });
    expect(['CLUSTER', 'STOPPED', 'DOWN', 'OFF_CLUSTER']).toContain(shown[0]);
    const member = seen.view?.members.includes(server) ?? false;
    if (seen.view) expect({ server, status: shown[0] === 'CLUSTER' }).toEqual({ server, status: member });
  }
}

/** Whatever starts and fails over by itself, was not stopped by hand, and has a server runs. */
function expectService(backend: Backend, run: Run): void {
  const [first] = membersOf(backend);
  if (!first || first.engine.state.halting) return;
  const { state } = first.engine;
  run.definition.groups.forEach((group, index) => {
    const record = state.groups[index];
    if (group.startup === 'manual' || group.failover === 'manual' || record.stopped || record.phase === 'active')
      return;
    expect({ group: group.name, server: destinationIn(run.definition, state, index) }).toMatchObject({ server: -1 });
  });
}

function expectRest(backend: Backend, run: Run): void {
  expectAgreement(backend);
  expectStatuses(backend, run, expectTruth(backend, run));
  expectService(backend, run);
}

async function holdsFor(arbitrary: fc.Arbitrary<Run>, count: number): Promise<void> {
  const property = fc.asyncProperty(arbitrary, async (run) => {
    await play(run, { atRest: (backend) => expectRest(backend, run) });
  });
  await fc.assert(property, tries(count));
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
