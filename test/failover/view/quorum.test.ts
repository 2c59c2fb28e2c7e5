/**
 * The majority policy: of two sides that share nobody at most one may go on, now and after any number of restarts; and
 * how far a quorum has acknowledged a server, against a naive count over all sets. Under ping: who may ask the witness.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Durable, EMPTY_DURABLE } from '../../../src/failover/frames.js';
import { isQuorum, mayForm, quorumTime, standsInPromises, wasThere } from '../../../src/failover/view/quorum.js';

const set = fc.nat(0xff);
const members = (mask: number): number[] => Array.from({ length: 16 }, (_, i) => i).filter((i) => (mask >> i) & 1);

describe('wasThere', () => {
  const memory = (epoch: number, of: number): Durable => ({ ...EMPTY_DURABLE, epoch, members: of });

  it.each<readonly [string, number, readonly Durable[], boolean]>([
    ['nobody remembers anything', 0b01, [memory(0, 0), memory(0, 0)], true],
    ['one of them was in the latest view', 0b11, [memory(3, 0b11), memory(4, 0b10)], true],
    ['all of them had left the latest view', 0b01, [memory(4, 0b10)], false],
    ['its last member has left the latest view', 0b01, [memory(4, 0)], true],
    ['only an earlier view counted them in', 0b101, [memory(4, 0b010), memory(3, 0b111)], false],
  ])('where %s', (_, side, memories, expected) => {
    expect(wasThere(side, memories)).toBe(expected);
  });
});

describe('isQuorum', () => {
  it('is never true of two sides that share nobody', () => {
    fc.assert(
      fc.property(set, set, fc.integer({ min: 1, max: 0xff }), (one, other, previous) => {
        expect(isQuorum(one & ~other, previous) && isQuorum(other & ~one, previous)).toBe(false);
      }),
      { seed: 1, numRuns: 2000 },
    );
  });

  it('is true of one of two sides that share all the members between them', () => {
    fc.assert(
      fc.property(set, fc.integer({ min: 1, max: 0xff }), (side, previous) => {
        expect(isQuorum(side, previous)).toBe(!isQuorum(previous & ~side, previous));
      }),
      { seed: 1, numRuns: 2000 },
    );
  });

  it.each([
    ['more than half', 0b0111, 0b1111, true],
    ['half with the first', 0b1001, 0b1111, true],
    ['half without the first', 0b1010, 0b1111, false],
    ['less than half', 0b0001, 0b0111, false],
    ['strangers do not count', 0b110001, 0b000111, false],
    ['one of one', 0b10, 0b10, true],
    ['the first of two', 0b01, 0b11, true],
    ['the second of two', 0b10, 0b11, false],
    ['where there was no view', 0, 0, true],
  ])('by half and first member: %s', (_, side, previous, right) => {
    expect(isQuorum(side, previous)).toBe(right);
  });
});

describe('quorumTime', () => {
  /** The latest instant by which a quorum had acknowledged, found by trying every set of acknowledgers. */
  function naive(all: number, me: number, now: number, acknowledged: readonly number[]): number {
    let best = 0;
    for (let side = 0; side <= all; side += 1) {
      if ((side & ~all) !== 0 || !((side >> me) & 1) || !isQuorum(side, all)) continue;
      const times = members(side).map((server) => (server === me ? now : acknowledged[server]));
      best = Math.max(best, Math.min(...times));
    }
    return best;
  }

  it('equals the best of all sets that would be a quorum', () => {
    const times = fc.array(fc.nat(20), { minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 0x3f }),
        fc.nat(5),
        fc.integer({ min: 20, max: 25 }),
        times,
        (all, me, now, acked) => {
          fc.pre(((all >> me) & 1) === 1);
          expect(quorumTime(all, me, now, Float64Array.from(acked))).toBe(naive(all, me, now, acked));
        },
      ),
      { seed: 1, numRuns: 2000 },
    );
  });

  it('is now for a server that needs nobody', () => {
    expect(quorumTime(0b100, 2, 77, new Float64Array(3))).toBe(77);
  });
});

describe('a cluster that forms after a view that not all had installed', () => {
  const memory = (unsettled: number[]): Durable => ({ ...EMPTY_DURABLE, epoch: 2, members: 0b1110, unsettled });
  const sides = [0b1010, 0b1110, 0b0101, 0b0110];

  it('needs a quorum of the view before as well', () => {
    expect(sides.map((side) => mayForm(side, 0b1111, [memory([0b1111]), memory([0b1111])]))).toEqual([
      false,
      true,
      false,
      false,
    ]);
  });

  it('does not where one of its servers knows that all had', () => {
    expect(sides.map((side) => mayForm(side, 0b1111, [memory([0b1111]), memory([])]))).toEqual([
      true,
      true,
      false,
      true,
    ]);
  });
});

interface View {
  readonly epoch: number;
  readonly members: number;
  readonly unsettled: readonly number[];
}

/**
 * Views as the `majority` policy makes them, with everything that can go wrong: promises that come to nothing, commits
 * that reach some, crashes. A server keeps its memory over a crash and nothing else.
 */
class Cluster {
  readonly memories: Durable[];
  readonly stands: (View | undefined)[];
  private epoch = 0;

  constructor(private readonly count: number) {
    this.memories = Array.from({ length: count }, () => EMPTY_DURABLE);
    this.stands = Array.from({ length: count }, () => undefined);
  }

  get all(): number {
    return 2 ** this.count - 1;
  }

  crash(server: number): void {
    this.stands[server % this.count] = undefined;
  }

  /** Somebody proposes a view of `wished`; some of those asked promise, and if all do, the commit reaches some. */
  propose(by: number, wished: number, promise: number, install: number): void {
    const proposer = by % this.count;
    const base = this.stands[proposer];
    const unsettled = base ? [...this.memories[proposer].unsettled, base.members] : [];
    const reachable = members(this.all).filter((server) => !this.stands[server] || this.stands[server] === base);
    const asked = members((wished & this.all) | (1 << proposer)).filter((server) => reachable.includes(server));
    const mask = asked.reduce((sum, server) => sum | (1 << server), 0);
    if (!unsettled.every((view) => isQuorum(mask, view))) return;
    this.epoch += 1;
    const view: View = { epoch: this.epoch, members: mask, unsettled };
    const memories = asked.map((server) => this.memories[server]);
    const promised = asked.filter((server) => server === proposer || ((promise >> server) & 1) === 1);
    for (const server of promised)
      this.memories[server] = {
        ...this.memories[server],
        promisedEpoch: this.epoch,
        promises: [...this.memories[server].promises, { ...view, from: proposer }],
      };
    if (promised.length < asked.length) return;
    if (!(base ? standsInPromises(mask, base.epoch, memories) : mayForm(mask, this.all, memories))) return;
    for (const server of asked) {
      if (server !== proposer && ((install >> server) & 1) === 0) continue;
      this.memories[server] = { ...this.memories[server], ...view };
      this.stands[server] = view;
    }
  }

  /** A view that all its members have installed is settled, and some of them hear of it. */
  settle(hear: number): void {
    for (const { members: all } of this.able)
      for (const server of members(all & hear)) this.memories[server] = { ...this.memories[server], unsettled: [] };
  }

  /** Views whose members all stand in them: only these can order anything. */
  get able(): View[] {
    const views = new Set(this.stands.filter((view) => view !== undefined));
    return [...views].filter((view) => members(view.members).every((server) => this.stands[server] === view));
  }
}

describe('memories of views', () => {
  const stepArb = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({ by: fc.nat(4), wished: fc.nat(31), promise: fc.nat(31), install: fc.nat(31) }),
    },
    // Everybody who is asked agrees and hears of it.
    {
      weight: 3,
      arbitrary: fc.record({ by: fc.nat(4), wished: fc.nat(31), promise: fc.constant(31), install: fc.constant(31) }),
    },
    { weight: 2, arbitrary: fc.record({ crash: fc.nat(4) }) },
    { weight: 2, arbitrary: fc.record({ settle: fc.nat(31) }) },
  );

  it('never let two views exist at once that could both go on, whatever is lost and whoever crashes', () => {
    let views = 0;
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 5 }), fc.array(stepArb, { maxLength: 30, size: 'max' }), (count, steps) => {
        const cluster = new Cluster(count);
        for (const step of steps) {
          if ('crash' in step) cluster.crash(step.crash);
          else if ('settle' in step) cluster.settle(step.settle);
          else cluster.propose(step.by, step.wished, step.promise, step.install);
          const { able } = cluster;
          expect(able.length).toBeLessThanOrEqual(1);
          views += able.length;
        }
      }),
      { seed: 1, numRuns: 3000 },
    );
    expect(views).toBeGreaterThan(3000);
  });

  it('always let all servers together form a cluster', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.array(stepArb, { maxLength: 20 }), (count, steps) => {
        const cluster = new Cluster(count);
        for (const step of steps) {
          if ('crash' in step) cluster.crash(step.crash);
          else if ('settle' in step) cluster.settle(step.settle);
          else cluster.propose(step.by, step.wished, step.promise, step.install);
        }
        expect(mayForm(cluster.all, cluster.all, cluster.memories)).toBe(true);
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});
