/**
 * What must be so when a cluster has come to rest, read off the outside and off the machines: by the documentation's
 * words, and by none of the engine's own watchers.
 */
import { expect } from 'vitest';
import type { Backend, Snapshot } from '../../src/cluster/backend.js';
import { destinationIn } from './naive.js';
import { membersOf } from './play.js';
import type { Run } from './runs.js';

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

/** All of it. */
export function expectRest(backend: Backend, run: Run): void {
  expectAgreement(backend);
  expectStatuses(backend, run, expectTruth(backend, run));
  expectService(backend, run);
}
