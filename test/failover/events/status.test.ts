/**
 * The statuses of servers and groups as sections 3.1.3.1, 3.2.4 and 3.2.5 list them: every base status with every
 * combination of BACKUP, FAIL and MISS that can be, and only what has changed is told.
 */
import { describe, expect, it } from 'vitest';
import { groupState, Shown } from '../../../src/failover/events/status.js';
import { Tally } from '../../../src/failover/group/tally.js';
import {
  type AgreedState,
  emptyState,
  type GroupRecord,
  type ServerBase,
  type Task,
} from '../../../src/failover/state.js';
import { define } from '../../support/beats.js';

/** Own is primary on S1, foreign on S2, and each has one resource. */
const definition = define({
  servers: 2,
  groups: [
    { name: 'own', servers: ['S1', 'S2'], resources: [{ name: 'r1', type: 'script' }] },
    { name: 'second', servers: ['S1', 'S2'], resources: [{ name: 'r2', type: 'script' }] },
    { name: 'foreign', servers: ['S2', 'S1'], resources: [{ name: 'r3', type: 'lsw' }] },
  ],
});
const OWN = 0;
const SECOND = 1;
const FOREIGN = 2;

function stateWith(base: ServerBase = 'CLUSTER'): AgreedState {
  const state = emptyState(definition);
  state.members = 0b11;
  for (const server of state.servers) server.base = 'CLUSTER';
  state.servers[0].base = base;
  return state;
}

function active(record: GroupRecord, server: number, resource: 0 | 1 | 2 = 1): void {
  Object.assign(record, { phase: 'active', server });
  Object.assign(record.resources[0], { state: resource });
}

function statusOf(state: AgreedState, server: number): readonly string[] {
  const lines = new Shown(definition).everything(state);
  return lines.flatMap((line) => (line.kind === 'server' && line.server === server ? [line.status] : [])).at(0) ?? [];
}

const task = (change: Partial<Task>): Task => ({
  op: 1,
  kind: 'failover',
  from: 1,
  to: 0,
  bracket: false,
  announced: true,
  stage: 'entering',
  ...change,
});

describe("a server's status", () => {
  const flags = [false, true].flatMap((backup) =>
    [false, true].flatMap((fail) => [false, true].map((miss) => ({ backup, fail, miss }))),
  );

  it.each(
    (['CLUSTER', 'STOPPED', 'DOWN', 'OFF_CLUSTER'] as const).flatMap((base) =>
      flags.map((flag) => ({ base, ...flag })),
    ),
  )('$base with BACKUP $backup, FAIL $fail, MISS $miss', ({ base, backup, fail, miss }) => {
    const state = stateWith(base);
    if (backup) active(state.groups[FOREIGN], 0);
    if (fail) active(state.groups[SECOND], 1);
    if (miss) active(state.groups[OWN], 0, 2);
    const right = [base, backup && 'BACKUP', fail && 'FAIL', miss && 'MISS'].filter((word) => word !== false);
    expect(statusOf(state, 0)).toEqual(right);
  });

  it('is RECOVERING at a destination of a failover, while that is processed', () => {
    const state = stateWith();
    Object.assign(state.groups[FOREIGN], { task: task({}) });
    expect(statusOf(state, 0)).toEqual(['RECOVERING']);
    expect(statusOf(state, 1)).toEqual(['CLUSTER']);
    Object.assign(state.groups[FOREIGN], { task: null });
    state.servers[0].bracket = true;
    expect(statusOf(state, 0)).toEqual(['RECOVERING']);
  });

  it.each(['start', 'move', 'failback', 'formStart'] as const)('is not RECOVERING at a destination of a %s', (kind) => {
    const state = stateWith();
    Object.assign(state.groups[OWN], { task: task({ kind }) });
    expect(statusOf(state, 0)).toEqual(['CLUSTER']);
  });

  it('is neither BACKUP nor FAIL for a group that runs nowhere', () => {
    expect(statusOf(stateWith(), 0)).toEqual(['CLUSTER']);
  });

  it('is MISS only once the group is active', () => {
    const state = stateWith();
    active(state.groups[OWN], 0, 2);
    Object.assign(state.groups[OWN], { phase: 'activating' });
    expect(statusOf(state, 0)).toEqual(['CLUSTER']);
  });
});

describe("a group's state", () => {
  it.each([
    ['offline', null, 1, false, 'OFFLINE'],
    ['offline', 'failover', 1, false, 'INPROGRESS'],
    ['offline', 'start', 1, false, 'OFFLINE'],
    ['activating', 'start', 1, false, 'INPROGRESS'],
    ['deactivating', 'stop', 1, false, 'INPROGRESS'],
    ['active', null, 1, false, 'ONLINE'],
    ['active', null, 2, false, 'ONLINE_FAIL'],
    ['active', null, 1, true, 'ONLINE_FAIL'],
  ] as const)('%s with task %s, resource %i, limited %s is %s', (phase, kind, resource, limited, right) => {
    const state = stateWith();
    const [record] = state.groups;
    Object.assign(record.resources[0], { state: resource });
    Object.assign(record, { phase, limited, server: 0, task: kind === null ? null : task({ kind }) });
    expect(groupState(state, OWN)).toBe(right);
  });
});

describe('what is told', () => {
  it('is what has changed: servers, groups, then resources, each in order of definition', () => {
    const state = stateWith();
    const shown = new Shown(definition);
    const tally = new Tally(definition, state);
    shown.take(state);
    expect(shown.changes(state, tally)).toEqual([]);
    for (const group of [FOREIGN, OWN]) {
      tally.touch(group);
      active(state.groups[group], 0);
    }
    expect(shown.changes(state, tally)).toEqual([
      { kind: 'server', server: 0, status: ['CLUSTER', 'BACKUP'] },
      { kind: 'server', server: 1, status: ['CLUSTER', 'FAIL'] },
      { kind: 'group', group: OWN, state: 'ONLINE', server: 0 },
      { kind: 'group', group: FOREIGN, state: 'ONLINE', server: 0 },
      { kind: 'resource', group: OWN, resource: 0, state: 'ONLINE', server: 0 },
      { kind: 'resource', group: FOREIGN, resource: 0, state: 'ONLINE', server: 0 },
    ]);
    expect(shown.changes(state, tally)).toEqual([]);
  });

  it('is everything to who has followed another branch', () => {
    const state = stateWith();
    const shown = new Shown(definition);
    const tally = new Tally(definition, state);
    shown.take(state);
    tally.touch(OWN);
    expect(shown.everything(state, tally)).toHaveLength(2 + 3 + 3);
    expect(shown.changes(state, tally)).toEqual([]);
  });

  it('of a line is where it was switched to, and where its group is once it has moved', () => {
    const state = stateWith();
    const shown = new Shown(definition);
    active(state.groups[FOREIGN], 1);
    shown.take(state);
    const tally = new Tally(definition, state);
    tally.touch(FOREIGN);
    Object.assign(state.groups[FOREIGN].resources[0], { server: 0 });
    expect(shown.changes(state, tally)).toEqual([
      { kind: 'resource', group: FOREIGN, resource: 0, state: 'ONLINE', server: 0 },
    ]);
  });
});
