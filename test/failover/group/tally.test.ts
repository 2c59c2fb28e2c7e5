/**
 * Sums over groups that are kept must be those that a look through all groups finds; and what is told entry by entry must
 * add up to what there is, whatever the entries are: nobody looks through all groups any more to see what has changed.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Shown } from '../../../src/failover/events/status.js';
import { Sum, Tally } from '../../../src/failover/group/tally.js';
import { Replica } from '../../../src/failover/log/apply.js';
import type { Command } from '../../../src/failover/log/commands.js';
import type { Order, OutcomeLine, ViewEntry } from '../../../src/failover/log/entries.js';
import { has } from '../../../src/failover/state.js';
import { micros } from '../../../src/model/time.js';
import { define } from '../../support/beats.js';

const SERVERS = 3;
const GROUPS = 5;
const ALL = (1 << SERVERS) - 1;

const definition = define({
  servers: SERVERS,
  groups: Array.from({ length: GROUPS }, (_, group) => ({
    name: `G${group}`,
    servers: ['S1', 'S2', 'S3'].map((_, place, names) => names[(place + group) % SERVERS]),
    failback: group % 2 === 0 ? ('auto' as const) : ('manual' as const),
    failover: group === 4 ? ('manual' as const) : ('auto' as const),
    resources: [{ name: `line${group}`, type: 'lsw' as const }],
  })),
});

interface Deed {
  readonly what: 'view' | 'done' | 'failed' | 'resource' | 'fault' | Command['type'];
  readonly server: number;
  readonly group: number;
}

const deedArb: fc.Arbitrary<Deed> = fc.record({
  what: fc.oneof(
    { weight: 20, arbitrary: fc.constantFrom('done' as const, 'resource' as const) },
    { weight: 3, arbitrary: fc.constant('view' as const) },
    { weight: 2, arbitrary: fc.constantFrom('failed' as const, 'fault' as const) },
    {
      weight: 4,
      arbitrary: fc.constantFrom(
        'startGroup' as const,
        'stopGroup' as const,
        'moveGroup' as const,
        'failGroup' as const,
        'switchLine' as const,
      ),
    },
    { weight: 1, arbitrary: fc.constantFrom('shutdownServer' as const, 'maintenance' as const, 'return' as const) },
  ),
  server: fc.nat(SERVERS - 1),
  group: fc.nat(GROUPS - 1),
});

/** Plays entries as a coordinator would order them, as far as they make sense. */
class Play {
  readonly replica = new Replica(definition);
  readonly told = new Map<string, OutcomeLine>();
  private orders: Order[] = [];
  private n = Array<number>(SERVERS).fill(0);
  private incarnation = 1;

  constructor() {
    const joined = [0, 1, 2].map((server) => ({ server, incarnation: 1, returned: false }));
    this.view({ members: ALL, joined, forming: true, down: 0 });
  }

  do({ what, server, group }: Deed): void {
    const at = this.orders.findIndex((order) => order.group === group);
    const order = at < 0 ? undefined : this.orders[at];
    if (what === 'view') this.comeOrGo(server);
    else if (what === 'fault') this.command(this.place(group), { type: 'resourceFault', group, resource: 0 });
    else if (what === 'done' || what === 'failed') {
      if (order) this.orders.splice(at, 1);
      if (order) this.command(order.server, { type: 'orderDone', group, op: order.op, ok: what === 'done' });
    } else if (what === 'resource') {
      const online = order?.action === 'activate';
      if (order)
        this.command(order.server, { type: 'resourceDone', group, op: order.op, resource: 0, online, ok: true });
    } else this.byHand(what, server, group);
  }

  private byHand(type: Deed['what'], server: number, group: number): void {
    if (type === 'startGroup') this.command(0, { type, group, on: -1 });
    else if (type === 'stopGroup' || type === 'failGroup') this.command(0, { type, group });
    else if (type === 'moveGroup') this.command(0, { type, group, to: server });
    else if (type === 'switchLine') this.command(0, { type, group, resource: 0, to: server });
    else if (type === 'shutdownServer' || type === 'maintenance' || type === 'return')
      this.command(0, { type, server });
  }

  private place(group: number): number {
    return Math.max(0, this.replica.state.groups[group].server);
  }

  private comeOrGo(server: number): void {
    const { members } = this.replica.state;
    const there = has(members, server);
    if (there && members === 1 << server) return;
    this.incarnation += 1;
    const joined = there ? [] : [{ server, incarnation: this.incarnation, returned: true }];
    this.orders = this.orders.filter((order) => order.server !== server);
    this.view({ members: members ^ (1 << server), joined, forming: false, down: there ? 1 << server : 0 });
    if (there) return;
    this.n[server] = 0;
  }

  private view(change: Pick<ViewEntry, 'members' | 'joined' | 'forming' | 'down'>): void {
    const none = { left: 0, absorbed: [], nextEventId: 1, nextOp: 1, fenced: 0, fencedUntil: micros(0) };
    const epoch = this.replica.state.view.epoch + 1;
    this.apply({
      type: 'view',
      epoch,
      coordinator: 0,
      ...none,
      ...change,
      maintenance: this.replica.state.maintenance,
    });
  }

  private command(from: number, command: Command): void {
    this.n[from] += 1;
    this.apply({ type: 'command', from, n: this.n[from], id: 0, command });
  }

  private apply(entry: Parameters<Replica['apply']>[0]): void {
    const { lines, orders } = this.replica.apply(entry);
    this.orders = [...this.orders.filter((old) => orders.every(({ group }) => group !== old.group)), ...orders];
    for (const line of lines) {
      if (line.kind === 'server') this.told.set(`server ${line.server}`, line);
      else if (line.kind === 'group') this.told.set(`group ${line.group}`, line);
      else if (line.kind === 'resource') this.told.set(`resource ${line.group}`, line);
    }
  }
}

describe('what entries tell', () => {
  it('adds up to all there is, and every kind of sum comes up', () => {
    const seen = new Set<number>();
    fc.assert(
      fc.property(fc.array(deedArb, { minLength: 10, maxLength: 120 }), (deeds) => {
        const play = new Play();
        for (const deed of deeds) {
          play.do(deed);
          const { state } = play.replica;
          const tally = new Tally(definition, state);
          for (const sum of Object.values(Sum))
            if ([0, 1, 2].some((server) => tally.of(sum, server) > 0)) seen.add(sum);
          const now = new Shown(definition).everything(state);
          expect(now).toHaveLength(SERVERS + 2 * GROUPS);
          expect(new Set(now.map((line) => JSON.stringify(line)))).toEqual(
            new Set([...play.told.values()].map((line) => JSON.stringify(line))),
          );
        }
      }),
      { seed: 1, numRuns: 150 },
    );
    expect([...seen].sort((a, b) => a - b)).toEqual(Object.values(Sum));
  });
});

describe('a tally', () => {
  it('counts what a new one counts, once those that change are named, and names each once, in order', () => {
    const phaseArb = fc.constantFrom('offline' as const, 'activating' as const, 'active' as const);
    const recordArb = fc.record({
      phase: phaseArb,
      server: fc.integer({ min: -1, max: SERVERS - 1 }),
      task: fc.option(
        fc.record({
          op: fc.constant(1),
          kind: fc.constantFrom('start' as const, 'failover' as const, 'evacuate' as const, 'failback' as const),
          from: fc.integer({ min: -1, max: SERVERS - 1 }),
          to: fc.integer({ min: -1, max: SERVERS - 1 }),
          bracket: fc.boolean(),
          announced: fc.constant(false),
          stage: fc.constantFrom('queued' as const, 'leaving' as const, 'entering' as const),
        }),
        { nil: null },
      ),
      wanting: fc.boolean(),
      failback: fc.boolean(),
      failed: fc.boolean(),
    });
    const changesArb = fc.array(fc.record({ group: fc.nat(GROUPS - 1), record: recordArb, looks: fc.boolean() }));
    fc.assert(
      fc.property(changesArb, (changes) => {
        const { state } = new Replica(definition);
        const tally = new Tally(definition, state);
        for (const { group, record, looks } of changes) {
          const { failed, ...rest } = record;
          tally.touch(group);
          Object.assign(state.groups[group], rest);
          Object.assign(state.groups[group].resources[0], { state: failed ? 2 : 1 });
          if (!looks) continue;
          const afresh = new Tally(definition, state);
          for (const sum of Object.values(Sum))
            for (let server = 0; server < SERVERS; server += 1)
              expect(tally.of(sum, server)).toBe(afresh.of(sum, server));
        }
        expect(tally.takeChanged()).toEqual([...new Set(changes.map(({ group }) => group))].sort((a, b) => a - b));
        expect(tally.takeChanged()).toEqual([]);
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});
