/**
 * The engine's own watchers of events, placement and service find what is wrong: a watcher that never complains would
 * let every campaign pass.
 */
import { describe, expect, it } from 'vitest';
import { EventGrammar } from '../../../src/failover/invariants/events.js';
import { unserved } from '../../../src/failover/invariants/liveness.js';
import { misplaced } from '../../../src/failover/invariants/placement.js';
import { emptyState, type AgreedState } from '../../../src/failover/state.js';
import type { EventCode } from '../../../src/model/trace.js';
import { define } from '../../support/beats.js';

const event = (id: number, code: string, source = 'G1') =>
  ({ kind: 'event', id, code: `ARM_EVENT_${code}` as EventCode, source, src: '', dst: '' }) as const;

describe('the grammar of events', () => {
  it('is content with pairs in order', () => {
    const grammar = new EventGrammar();
    const codes = ['DOWN', 'FAILOVER_START', 'GROUP_FAILOVER_START', 'GROUP_FAILOVER_FAILURE', 'FAILOVER_END'];
    codes.push('GROUP_MOVE_START', 'GROUP_MOVE_END');
    expect(codes.map((code, index) => grammar.take(event(index + 1, code)))).toEqual(codes.map(() => undefined));
    expect(grammar.unfinished()).toEqual([]);
  });

  it.each([
    ['a gap', 3],
    ['a repeat', 1],
    ['a number that goes back', 0],
  ])('finds %s', (_, second) => {
    const grammar = new EventGrammar();
    grammar.take(event(1, 'DOWN'));
    expect(grammar.take(event(second, 'DOWN'))).toMatch(/follows event 1/);
  });

  it('lists what has started and not ended', () => {
    const grammar = new EventGrammar();
    grammar.take(event(1, 'GROUP_FAILOVER_START'));
    grammar.take(event(2, 'FAILOVER_START', 'S2'));
    expect(grammar.unfinished()).toEqual(['failover of group G1', 'failover to S2']);
  });
});

const definition = define({
  servers: 3,
  groups: [
    { name: 'G1', servers: ['S2', 'S1', 'S3'] },
    { name: 'G2', servers: ['S2'], exclusion: 'absolute' },
    { name: 'G3', servers: ['S2', 'S1'], exclusion: 'normal' },
  ],
});

function state(change: (state: AgreedState) => void = () => undefined): AgreedState {
  const fresh = emptyState(definition);
  fresh.members = 0b111;
  for (const server of fresh.servers) server.base = 'CLUSTER';
  change(fresh);
  return fresh;
}

describe('the watcher of placement', () => {
  it('accepts the highest-priority eligible server and no other', () => {
    expect([0, 1, 2, -1].map((to) => misplaced(definition, state(), 0, to) === undefined)).toEqual([
      false,
      true,
      false,
      false,
    ]);
  });

  it.each([
    ['that is not in the view', (it: AgreedState) => void (it.members = 0b101), 0],
    ['that is off the cluster', (it: AgreedState) => void (it.servers[1].base = 'OFF_CLUSTER'), 0],
    ['that is on its way out', (it: AgreedState) => void (it.servers[1].leaving = 'shutdown'), 0],
    ['that was tried', (it: AgreedState) => void Object.assign(it.groups[0], { tried: 0b010 }), 0],
  ])('passes over a server %s', (_, change, right) => {
    expect(misplaced(definition, state(change), 0, right)).toBeUndefined();
    expect(misplaced(definition, state(change), 0, 1)).toMatch(/G1 goes to S2, but its highest eligible server is S1/);
  });

  it('knows exclusion', () => {
    const held = state((it) => Object.assign(it.groups[1], { phase: 'active', server: 1 }));
    expect(misplaced(definition, held, 2, 0)).toBeUndefined();
    expect(misplaced(definition, held, 2, 1)).toMatch(/G3 goes to S2/);
  });
});

describe('the watcher of service', () => {
  it('misses a group that could run, and one that is still under way', () => {
    const missed = unserved(definition, state());
    expect(missed[0]).toMatch(/G1 is OFFLINE, though S2 could take it/);
    const under = state((it) => {
      const task = {
        op: 1,
        kind: 'start',
        from: -1,
        to: 1,
        bracket: false,
        announced: false,
        stage: 'entering',
      } as const;
      Object.assign(it.groups[0], { task });
    });
    expect(unserved(definition, under)[0]).toMatch(/G1 is still under way \(start, entering\)/);
  });

  it('misses none that was stopped by hand or has no server, and none of a cluster that is being shut down', () => {
    const quiet = state((it) => {
      Object.assign(it.groups[0], { stopped: true });
      Object.assign(it.groups[1], { stopped: true });
      Object.assign(it.groups[2], { tried: 0b011 });
    });
    expect(unserved(definition, quiet)).toEqual([]);
    expect(
      unserved(
        definition,
        state((it) => void (it.halting = true)),
      ),
    ).toEqual([]);
  });
});
