/**
 * The hands of one server: resources come up one after the other in their order and go down in reverse, what takes too
 * long has failed, a failure ends an activation or not as the resource says, and an order is carried out once.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Executor } from '../../../src/failover/group/executor.js';
import { activationOrder } from '../../../src/failover/group/order.js';
import type { ReportCommand } from '../../../src/failover/log/commands.js';
import { NEVER, micros } from '../../../src/model/time.js';
import type { ResourceInput } from '../../../src/model/definition.js';
import { define } from '../../support/beats.js';
import { collected, type Given } from '../../support/engines.js';

type Fate = 'works' | 'fails' | 'hangs';
const TIMEOUT_US = 5_000_000;

/** An executor of one group, with agents that do what `fates` says, each a second after it was asked. */
class Bench {
  readonly reports: ReportCommand[] = [];
  /** `+r1` for an activation begun, `-r1` for a deactivation. */
  readonly calls: string[] = [];
  readonly cancelled: number[] = [];
  now = 0;
  readonly executor: Executor;
  private readonly given: Given[] = [];
  private readonly out = collected(this.given);
  private readonly definition;

  constructor(
    resources: readonly Omit<ResourceInput, 'name'>[],
    private readonly fates: readonly Fate[] = [],
  ) {
    const named = resources.map((resource, index) => ({ name: `r${index}`, timeout: '5s', ...resource }));
    this.definition = define({ servers: 1, groups: [{ name: 'G1', servers: ['S1'], resources: named }] });
    this.executor = new Executor(this.definition, (report) => this.reports.push(report));
  }

  order(op: number, action: 'activate' | 'deactivate'): void {
    this.executor.carryOut(0, op, action, micros(this.now), this.out);
  }

  /** Lets agents answer, and time pass where one hangs, until nothing is under way. */
  run(): void {
    for (let effect = this.given.shift(); effect || this.executor.deadline !== NEVER; effect = this.given.shift()) {
      if (!effect) this.passTo(this.executor.deadline);
      else if (effect[0] === 'cancelAgent') this.cancelled.push(effect[1]);
      else if (effect[0] === 'agent') this.answer(effect[1]);
    }
  }

  /** The calls made since, without answering any. */
  begun(): Extract<Given, readonly ['agent', unknown]>[1][] {
    return this.given.splice(0).flatMap((effect) => (effect[0] === 'agent' ? [effect[1]] : []));
  }

  done(run: number, ok: boolean): void {
    this.executor.agentDone(run, ok, micros(this.now), this.out);
  }

  passTo(at: number): void {
    this.now = at;
    this.executor.tick(micros(at), this.out);
  }

  get last(): ReportCommand | undefined {
    return this.reports.at(-1);
  }

  private answer(call: Extract<Given, readonly ['agent', unknown]>[1]): void {
    this.calls.push(`${call.action === 'activate' ? '+' : '-'}r${call.resource}`);
    const fate = call.action === 'activate' ? this.fates[call.resource] : 'works';
    if (fate === 'hangs') return;
    this.now += 1_000_000;
    this.done(call.run, fate !== 'fails');
  }
}

const TYPES = ['script', 'swdisk', 'lsw', 'vip', 'hf', 'printer', 'shdisk'] as const;
const resourceArb = fc.record({
  type: fc.constantFrom(...TYPES),
  onFailure: fc.constantFrom('degrade' as const, 'failover' as const),
});
const fateArb = fc.constantFrom<Fate[]>('works', 'works', 'works', 'fails', 'hangs');
const groupArb = fc.array(fc.tuple(resourceArb, fateArb), { maxLength: 7 });

describe('an order', () => {
  it('to come up takes the resources in their order up to the first failure that ends it; down goes back', () => {
    fc.assert(
      fc.property(groupArb, (group) => {
        const resources = group.map(([resource]) => resource);
        const fates = group.map(([, fate]) => fate);
        const bench = new Bench(resources, fates);
        const definition = define({
          servers: 1,
          groups: [{ name: 'G1', servers: ['S1'], resources: resources.map((one, i) => ({ name: `r${i}`, ...one })) }],
        });
        const order = activationOrder(definition.groups[0]);
        const stop = order.findIndex(
          (position) => fates[position] !== 'works' && resources[position].onFailure === 'failover',
        );
        const reached = stop < 0 ? order : order.slice(0, stop + 1);
        const online = reached.filter((position) => fates[position] === 'works');

        bench.order(1, 'activate');
        bench.run();
        expect(bench.calls).toEqual(reached.map((position) => `+r${position}`));
        expect(bench.last).toEqual({ type: 'orderDone', group: 0, op: 1, ok: stop < 0 });
        const [held] = bench.executor.held();
        expect(held.phase).toBe('active');
        expect(held.resources.flatMap((state, position) => (state === 1 ? [position] : []))).toEqual(
          online.toSorted((a, b) => a - b),
        );

        bench.calls.length = 0;
        bench.order(2, 'deactivate');
        bench.run();
        expect(bench.calls).toEqual(online.toReversed().map((position) => `-r${position}`));
        expect(bench.last).toEqual({ type: 'orderDone', group: 0, op: 2, ok: true });
        expect(bench.executor.idle).toBe(true);
        expect(bench.executor.held()).toEqual([]);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it('reports each resource once, in order, and its own end last', () => {
    const bench = new Bench([{ type: 'script' }, { type: 'swdisk' }], ['fails', 'works']);
    bench.order(7, 'activate');
    bench.run();
    expect(bench.reports).toEqual([
      { type: 'resourceDone', group: 0, op: 7, resource: 1, online: true, ok: true },
      { type: 'resourceDone', group: 0, op: 7, resource: 0, online: false, ok: false },
      { type: 'orderDone', group: 0, op: 7, ok: true },
    ]);
  });

  it('for a group without resources is done at once', () => {
    const bench = new Bench([]);
    bench.order(1, 'activate');
    expect(bench.reports).toEqual([{ type: 'orderDone', group: 0, op: 1, ok: true }]);
    expect(bench.executor.holds(0)).toBe(true);
    bench.order(2, 'deactivate');
    expect(bench.executor.holds(0)).toBe(false);
  });

  it('that was carried out is not carried out again, and one under way is not begun twice', () => {
    const bench = new Bench([{ type: 'script' }, { type: 'swdisk' }]);
    bench.order(1, 'activate');
    bench.order(1, 'activate');
    expect(bench.begun()).toHaveLength(1);
    bench.passTo(1);
    bench.order(1, 'activate');
    bench.done(1, true);
    bench.done(2, true);
    const { length } = bench.reports;
    bench.order(1, 'activate');
    bench.run();
    expect(bench.reports).toHaveLength(length);
    expect(bench.last).toMatchObject({ type: 'orderDone', op: 1 });
  });
});

describe('a hang', () => {
  it('counts as a failure after the timeout, not a microsecond before, and its agent is forgotten', () => {
    const bench = new Bench([{ type: 'script' }]);
    bench.order(1, 'activate');
    const [call] = bench.begun();
    expect(bench.executor.deadline).toBe(TIMEOUT_US);
    bench.passTo(TIMEOUT_US - 1);
    expect(bench.reports).toEqual([]);
    bench.passTo(TIMEOUT_US);
    expect(bench.reports).toEqual([
      { type: 'resourceDone', group: 0, op: 1, resource: 0, online: false, ok: false },
      { type: 'orderDone', group: 0, op: 1, ok: true },
    ]);
    bench.run();
    expect(bench.cancelled).toEqual([call.run]);
    const { length } = bench.reports;
    bench.done(call.run, true);
    expect(bench.reports).toHaveLength(length);
  });

  it('on the way down counts as gone after the timeout', () => {
    const bench = new Bench([{ type: 'script' }]);
    bench.order(1, 'activate');
    bench.run();
    bench.order(2, 'deactivate');
    expect(bench.begun()).toHaveLength(1);
    bench.passTo(bench.executor.deadline);
    expect(bench.last).toEqual({ type: 'orderDone', group: 0, op: 2, ok: true });
    expect(bench.executor.idle).toBe(true);
  });
});

describe('a later order', () => {
  it('overtakes an earlier one: what was coming up goes down again, the answer to the old call means nothing', () => {
    const bench = new Bench([{ type: 'swdisk' }, { type: 'script' }]);
    bench.order(1, 'activate');
    bench.done(bench.begun()[0].run, true);
    const [second] = bench.begun();
    bench.order(2, 'deactivate');
    const [down] = bench.begun();
    expect(down).toMatchObject({ resource: 0, action: 'deactivate' });
    bench.done(second.run, true);
    expect(bench.last).toEqual({ type: 'resourceDone', group: 0, op: 1, resource: 0, online: true, ok: true });
    bench.done(down.run, true);
    expect(bench.last).toEqual({ type: 'orderDone', group: 0, op: 2, ok: true });
  });
});

describe('a resource that fails by itself', () => {
  it('is reported once, where the group is active and the resource is up', () => {
    const bench = new Bench([{ type: 'swdisk' }, { type: 'script' }], ['works', 'fails']);
    bench.executor.resourceFailed(0, 0);
    expect(bench.reports).toEqual([]);
    bench.order(1, 'activate');
    bench.run();
    bench.reports.length = 0;
    bench.executor.resourceFailed(0, 1);
    expect(bench.reports).toEqual([]);
    bench.executor.resourceFailed(0, 0);
    bench.executor.resourceFailed(0, 0);
    expect(bench.reports).toEqual([{ type: 'resourceFault', group: 0, resource: 0 }]);
    expect(bench.executor.held()[0].resources).toEqual([2, 2]);
  });
});

describe('a server', () => {
  it('that meets another branch says again all it has done', () => {
    const bench = new Bench([{ type: 'swdisk' }, { type: 'script' }], ['works', 'fails']);
    bench.order(3, 'activate');
    bench.run();
    const said = bench.reports.splice(0);
    bench.executor.reportAgain();
    expect(bench.reports).toEqual(said);
  });

  it('that has lost its cluster brings everything down and says nothing of orders that were given', () => {
    const bench = new Bench([{ type: 'swdisk' }, { type: 'script' }]);
    bench.order(3, 'activate');
    bench.run();
    bench.reports.length = 0;
    bench.calls.length = 0;
    bench.executor.dropAll(micros(bench.now), collectedOut(bench));
    bench.run();
    expect(bench.executor.idle).toBe(true);
    expect(bench.reports.every((report) => 'op' in report && report.op < 0)).toBe(true);
    bench.reports.length = 0;
    bench.executor.reportAgain();
    expect(bench.reports).toEqual([]);
  });
});

function collectedOut(bench: Bench): ReturnType<typeof collected> {
  return (bench as unknown as { out: ReturnType<typeof collected> }).out;
}
