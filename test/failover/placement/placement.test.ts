/**
 * Placement against a naive reference (support/naive.ts) on random agreed states, and the table of the exclusion
 * attribute, whole.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { forbidden, mayHost, place } from '../../../src/failover/placement/placement.js';
import { type AgreedState, emptyState } from '../../../src/failover/state.js';
import type { ClusterDefinition, Exclusion } from '../../../src/model/definition.js';
import { define } from '../../support/beats.js';
import { destinationIn } from '../../support/naive.js';

const SERVERS = 4;
const EXCLUSIONS = ['none', 'normal', 'absolute'] as const;

const serverArb = fc.record({
  member: fc.boolean(),
  base: fc.constantFrom('CLUSTER' as const, 'CLUSTER' as const, 'OFF_CLUSTER' as const, 'DOWN' as const),
  leaving: fc.constantFrom('' as const, '' as const, '' as const, 'shutdown' as const, 'maintenance' as const),
});
const groupArb = fc.record({
  listed: fc.shuffledSubarray([0, 1, 2, 3], { minLength: 1 }),
  exclusion: fc.constantFrom(...EXCLUSIONS),
  tried: fc.nat(15),
  on: fc.integer({ min: -1, max: SERVERS - 1 }),
  boundFor: fc.option(fc.integer({ min: -1, max: SERVERS - 1 }), { nil: undefined }),
});
const worldArb = fc.record({
  servers: fc.array(serverArb, { minLength: SERVERS, maxLength: SERVERS }),
  groups: fc.array(groupArb, { minLength: 1, maxLength: 5 }),
});
type World = ReturnType<typeof worldArb.generate>['value'];

function build({ servers, groups }: World): { definition: ClusterDefinition; state: AgreedState } {
  const definition = define({
    servers: SERVERS,
    groups: groups.map(({ listed, exclusion }, index) => ({
      name: `G${index + 1}`,
      servers: listed.map((server) => `S${server + 1}`),
      exclusion,
    })),
  });
  const state = emptyState(definition);
  servers.forEach(({ member, base, leaving }, server) => {
    if (member) state.members |= 1 << server;
    Object.assign(state.servers[server], { base, leaving });
  });
  groups.forEach(({ tried, on, boundFor }, group) => {
    Object.assign(state.groups[group], { tried, server: on });
    if (boundFor === undefined) return;
    const task = { op: 1, kind: 'start', from: -1, to: boundFor, bracket: false, announced: false, stage: 'queued' };
    Object.assign(state.groups[group], { task });
  });
  return { definition, state };
}

describe('place', () => {
  it('equals the naive reference, and changes nothing', () => {
    fc.assert(
      fc.property(worldArb, (world) => {
        const { definition, state } = build(world);
        const before = JSON.stringify(state);
        definition.groups.forEach((_, group) => {
          expect(place(definition, state, group)).toBe(destinationIn(definition, state, group));
        });
        expect(JSON.stringify(state)).toBe(before);
      }),
      { seed: 1, numRuns: 2000 },
    );
  });

  it('of the first, second and third of a list is the first that may take it', () => {
    const fit = { member: true, base: 'CLUSTER', leaving: '' } as const;
    const unfit = { ...fit, member: false };
    const group = { listed: [2, 0, 3], exclusion: 'none', tried: 0, on: -1, boundFor: undefined } as const;
    const placed = (...up: number[]): number => {
      const servers = [0, 1, 2, 3].map((server) => (up.includes(server) ? fit : unfit));
      const { definition, state } = build({ servers, groups: [{ ...group, listed: [...group.listed] }] });
      return place(definition, state, 0);
    };
    expect(placed(0, 1, 2, 3)).toBe(2);
    expect(placed(0, 1, 3)).toBe(0);
    expect(placed(1, 3)).toBe(3);
    expect(placed(1)).toBe(-1);
  });

  it('on top of what the state excludes, excludes what it is told to', () => {
    fc.assert(
      fc.property(worldArb, fc.nat(15), (world, except) => {
        const { definition, state } = build(world);
        definition.groups.forEach((_, group) => {
          const tried = state.groups[group].tried;
          const answer = place(definition, state, group, except);
          Object.assign(state.groups[group], { tried: tried | except });
          expect(answer).toBe(destinationIn(definition, state, group));
          Object.assign(state.groups[group], { tried });
        });
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});

describe('mayHost', () => {
  it('takes a member that works and stays', () => {
    fc.assert(
      fc.property(worldArb, (world) => {
        const { state } = build(world);
        world.servers.forEach(({ member, base, leaving }, server) => {
          expect(mayHost(state, server)).toBe(member && base === 'CLUSTER' && leaving === '');
        });
      }),
      { seed: 1, numRuns: 100 },
    );
  });
});

/** One group looks at a server where another is, with a second server free. */
describe('the exclusion attribute', () => {
  function beside(own: Exclusion, other: Exclusion): { alone: number; only: number; byHand: boolean } {
    const fit = { member: true, base: 'CLUSTER', leaving: '' } as const;
    const free = { exclusion: own, tried: 0, on: -1, boundFor: undefined };
    const holder = { listed: [0], exclusion: other, tried: 0, on: 0, boundFor: undefined };
    const both = build({ servers: [fit, fit, fit, fit], groups: [{ ...free, listed: [0, 1] }, holder] });
    const one = build({ servers: [fit, fit, fit, fit], groups: [{ ...free, listed: [0] }, holder] });
    return {
      alone: place(both.definition, both.state, 0),
      only: place(one.definition, one.state, 0),
      byHand: !forbidden(one.definition, one.state, 0, 0),
    };
  }

  it.each([
    // own, of the group there: where it goes with a choice, where without, whether a hand may send it there
    ['none', 'none', 0, 0, true],
    ['none', 'normal', 0, 0, true],
    ['none', 'absolute', 0, 0, true],
    ['normal', 'none', 0, 0, true],
    ['normal', 'normal', 1, 0, true],
    ['normal', 'absolute', 1, -1, false],
    ['absolute', 'none', 0, 0, true],
    ['absolute', 'normal', 1, -1, false],
    ['absolute', 'absolute', 1, -1, false],
  ] as const)('%s beside %s: to server %i of two, %i of one, by hand %s', (own, other, alone, only, byHand) => {
    expect(beside(own, other)).toEqual({ alone, only, byHand });
  });
});
