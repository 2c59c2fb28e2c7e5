/**
 * The rules that everything else rests on, watched from outside on whole clusters: a view is committed only with the
 * promises of all who were asked, or by the coordinator of the view before upon what all members hold; a view has one name
 * and a server is in one view of an epoch; who has promised holds still, and nothing is let out before every member of the
 * view holds it.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Commit, type Input, type LogPosition, Phase, type ViewId } from '../../src/failover/frames.js';
import { type Given, type Life, lookOn } from '../support/engines.js';
import { forAll } from '../support/forAll.js';
import { play } from '../support/play.js';
import { Run, runArb } from '../support/runs.js';

const bits = (mask: number): number[] => Array.from({ length: 16 }, (_, i) => i).filter((i) => (mask >> i) & 1);

/** Follows proposals, promises and commits. */
class Promises {
  readonly wrong: string[] = [];
  commits = 0;
  atOnce = 0;
  private readonly asked = new Map<string, number>();
  private readonly received = new Map<string, Map<number, number>>();
  private readonly given = new Map<string, number>();
  private readonly named = new Map<string, string>();
  private readonly stoodIn = new Map<string, string>();
  private readonly reached = new Map<string, number>();
  private readonly begun = new Set<string>();
  /** The commit that is being taken in, and where its receiver stood. */
  private taken: { readonly commit: Commit; readonly place: string } | undefined;

  readonly effect = (life: Life, effect: Given): void => {
    if (effect[0] === 'installed') this.install(life, effect[1]);
    if (effect[0] !== 'send') return;
    const [, to, frame] = effect;
    const me = life.boot.me;
    if (frame.type === 'propose') this.asked.set(`${me} ${frame.epoch}`, frame.asked);
    if (frame.type === 'pledge') this.promise(life, frame.epoch, to);
    if (frame.type === 'commit') this.commit(life, frame);
  };

  readonly before = (life: Life, input: Input): void => {
    const frame = input.type === 'frame' ? input.frame : undefined;
    this.taken = frame?.type === 'commit' ? { commit: frame, place: placeOf(life) } : undefined;
    if (frame?.type !== 'pledge') return;
    const { epoch, from, index } = frame;
    const key = `${life.boot.me} ${epoch}`;
    const received = this.received.get(key) ?? new Map<number, number>();
    received.set(from, index);
    this.received.set(key, received);
  };

  readonly after = (life: Life): void => {
    const key = `${viewOf(life)} ${life.boot.me}`;
    this.reached.set(key, Math.max(this.reached.get(key) ?? 0, life.engine.state.index));
  };

  /** A promise counts for all lives of a server: it is on its disk. */
  private promise(life: Life, epoch: number, to: number): void {
    const key = `${life.boot.me} ${epoch}`;
    const before = this.given.get(key) ?? to;
    if (before !== to) this.wrong.push(`${life.name} promises epoch ${epoch} to two servers`);
    this.given.set(key, to);
  }

  private install(life: Life, { epoch, coordinator }: ViewId): void {
    const { me } = life.boot;
    const key = `${me} ${epoch}`;
    const view = `${epoch}.${coordinator}`;
    const before = this.stoodIn.get(key) ?? view;
    if (before !== view) this.wrong.push(`${life.name} stands in two views of epoch ${epoch}`);
    this.stoodIn.set(key, view);
    const { commit, place } = this.taken ?? {};
    if (!commit) return;
    if (commit.after) {
      this.promise(life, epoch, commit.from);
      if (place !== placed(commit.after))
        this.wrong.push(`${life.name} takes epoch ${epoch} at ${place}, it was committed upon ${placed(commit.after)}`);
    } else if (this.given.get(key) !== commit.from)
      this.wrong.push(`${life.name} takes epoch ${epoch} from ${commit.from} without a promise`);
  }

  private commit(life: Life, commit: Commit): void {
    this.commits += 1;
    const { epoch, entry, after } = commit;
    const { me } = life.boot;
    const view = `${epoch}.${entry.coordinator}`;
    const content = JSON.stringify(entry);
    if ((this.named.get(view) ?? content) !== content) this.wrong.push(`two views are named ${view}`);
    this.named.set(view, content);
    if (after) {
      this.commitAtOnce(life, after, commit);
      return;
    }
    const asked = this.asked.get(`${me} ${epoch}`) ?? 0;
    const received = this.received.get(`${me} ${epoch}`) ?? new Map<number, number>();
    for (const server of bits(asked))
      if (server !== me && !received.has(server))
        this.wrong.push(`${life.name} commits epoch ${epoch} without the promise of server ${server}`);
    for (const server of bits(entry.members))
      if (server !== me && !received.has(server))
        this.wrong.push(`${life.name} makes server ${server} a member of epoch ${epoch} unasked`);
  }

  /** Looked at when it is said first: then its coordinator still stands in the view before. */
  private commitAtOnce(life: Life, after: LogPosition, { epoch, entry }: Commit): void {
    const { engine, boot } = life;
    this.promise(life, epoch, boot.me);
    if (this.begun.has(`${boot.me} ${epoch}`)) return;
    this.begun.add(`${boot.me} ${epoch}`);
    this.atOnce += 1;
    const says = `${life.name} commits epoch ${epoch} at once,`;
    if (placeOf(life) !== placed(after)) this.wrong.push(`${says} not upon ${placeOf(life)}`);
    if (after.coordinator !== boot.me) this.wrong.push(`${says} and does not coordinate`);
    if (entry.coordinator !== boot.me || entry.left !== 0) this.wrong.push(`${says} and somebody leaves`);
    if ((entry.members & ~engine.members) !== 0 || entry.joined.length > 0) this.wrong.push(`${says} and takes in`);
    if (this.asked.has(`${boot.me} ${epoch}`)) this.wrong.push(`${says} and has asked`);
    for (const server of bits(entry.members))
      if (server !== boot.me && this.reached.get(`${viewOf(life)} ${server}`) !== after.index)
        this.wrong.push(`${says} server ${server} holds something else`);
  }
}

const viewOf = ({ engine: { view } }: Life): string => `${view.epoch}.${view.coordinator}`;

const placed = ({ epoch, coordinator, index }: LogPosition): string => `${epoch}.${coordinator} ${index}`;

const placeOf = ({ engine }: Life): string => placed({ ...engine.view, index: engine.state.index });

/** Follows how far each member of each view has come. */
class Holders {
  readonly wrong: string[] = [];
  released = 0;
  private readonly members = new Map<string, number>();
  private readonly reached = new Map<string, number>();

  readonly effect = (life: Life, effect: Given): void => {
    this.note(life);
    if (effect[0] === 'installed') this.members.set(`${effect[1].epoch}.${effect[1].coordinator}`, effect[2]);
    if (effect[0] !== 'released') return;
    const [, outcome, { epoch, coordinator }] = effect;
    const view = `${epoch}.${coordinator}`;
    for (const server of bits(this.members.get(view) ?? 0)) {
      this.released += 1;
      const index = this.reached.get(`${view} ${server}`) ?? 0;
      if (index < outcome.index)
        this.wrong.push(
          `${life.name} lets out entry ${outcome.index} in view ${view}, server ${server} holds ${index}`,
        );
    }
  };

  readonly after = (life: Life): void => this.note(life);

  private note({ boot, engine }: Life): void {
    const { view, index } = engine.state;
    const key = `${view.epoch}.${view.coordinator} ${boot.me}`;
    if (index > (this.reached.get(key) ?? 0)) this.reached.set(key, index);
  }
}

/** Follows whether those who have promised hold still: what they hold is what they have said they hold. */
class Stillness {
  readonly wrong: string[] = [];
  /** Frames of the old view that came to somebody who had promised. */
  tempted = 0;
  private index = -1;

  readonly before = (life: Life, input: Input): void => {
    const { engine } = life;
    const old = input.type === 'frame' && ['append', 'appendAck', 'submit'].includes(input.frame.type);
    const holds = old && engine.place.held && engine.place.phase === Phase.MEMBER;
    this.index = holds ? engine.state.index : -1;
    if (holds) this.tempted += 1;
  };

  readonly effect = (life: Life, effect: Given): void => {
    if (this.index < 0) return;
    if (effect[0] === 'released') this.wrong.push(`${life.name} lets out entry ${effect[1].index} after its promise`);
    if (effect[0] === 'installed') this.index = -1;
  };

  readonly after = (life: Life): void => {
    const { index } = life.engine.state;
    if (this.index >= 0 && index !== this.index)
      this.wrong.push(`${life.name} holds ${index} entries; when it promised it held ${this.index}`);
    this.index = -1;
  };
}

/** Whether the run ends well is not asked here. */
async function watched<T extends { effect: unknown }>(run: Run, onlooker: T): Promise<T> {
  await lookOn(onlooker as object, () => play(run, { invariants: false })).catch(() => undefined);
  return onlooker;
}

const runs = runArb({ servers: 5, kinds: ['power', 'network', 'faults', 'operator'] });

describe('a view', () => {
  it('is committed only with all promises or upon what all hold, has one name, and its members promise once', async () => {
    let commits = 0;
    let atOnce = 0;
    await forAll(runs, 150, async (run) => {
      const promises = await watched(run, new Promises());
      expect(promises.wrong).toEqual([]);
      commits += promises.commits;
      atOnce += promises.atOnce;
    });
    expect(commits).toBeGreaterThan(150);
    expect(atOnce).toBeGreaterThan(3);
  });
});

/** Microseconds around the instant of a change of view: within its messages, and within heartbeats and timeouts. */
const aroundUs = fc.oneof(fc.integer({ min: -600, max: 1500 }), fc.integer({ min: -4_000_000, max: 12_000_000 }));

const losses = fc.record({
  run: runArb({ servers: 5, policies: ['none'], kinds: ['power', 'network', 'operator'], steps: 5 }),
  victim: fc.nat(4),
  delay: fc.constantFrom('100us', '100us', '20ms', '300ms'),
  jitter: fc.constantFrom('0s', '80us', '10ms'),
  offsets: fc.array(aroundUs, { minLength: 8, maxLength: 8 }),
});

/** A cluster that loses one server after a while, over links like that. */
function losing({ run, victim, delay, jitter }: typeof losses extends fc.Arbitrary<infer T> ? T : never): Run {
  const names = run.definition.servers.map(({ name }) => name);
  const links = names.flatMap((from, i) =>
    names.slice(i + 1).map((to) => ({ atUs: 0, action: { type: 'link', from, to, delay, jitter } as const })),
  );
  const crash = { atUs: 150_000_000, action: { type: 'crash', server: names.at(-1 - (victim % 3)) ?? 'S1' } as const };
  return run.with({ steps: [...links, run.steps[0], crash] });
}

describe('a view committed at once', () => {
  it('keeps all rules and every invariant, whatever else happens in the moment of its change', async () => {
    let atOnce = 0;
    let troubled = 0;
    await forAll(losses, 400, async (drawn) => {
      const loss = losing(drawn);
      const { lines } = await play(loss);
      const view = lines.findLast((line) => line.kind === 'view' && line.t > loss.steps.at(-1)!.atUs);
      if (!view) return;
      const trouble = drawn.run.steps
        .slice(1)
        .map(({ action }, i) => ({ atUs: Math.max(view.t + drawn.offsets[i], loss.steps.at(-1)!.atUs), action }))
        .toSorted((one, other) => one.atUs - other.atUs);
      const promises = new Promises();
      const holders = new Holders();
      const run = loss.with({ steps: [...loss.steps, ...trouble] });
      await lookOn(promises, () => lookOn(holders, () => play(run)));
      expect([...promises.wrong, ...holders.wrong]).toEqual([]);
      atOnce += promises.atOnce;
      if (trouble.length > 0) troubled += promises.atOnce;
    });
    expect(atOnce).toBeGreaterThan(100);
    expect(troubled).toBeGreaterThan(80);
  });
});

describe('a promise', () => {
  it('holds still: who has given it takes nothing more from the old view', async () => {
    let tempted = 0;
    const orders = fc.array(fc.record({ atMs: fc.nat(8000), group: fc.nat(2), to: fc.nat(2) }), { maxLength: 12 });
    const cases = fc.record({ delayMs: fc.integer({ min: 1, max: 700 }), orders });
    // Orders upon orders while a server joins, over links so slow that they meet the change of view on their way.
    await forAll(cases, 80, async ({ delayMs, orders: list }) => {
      const servers = ['S1', 'S2', 'S3'];
      const link = { type: 'link', delay: `${delayMs}ms` } as const;
      const slow = [
        { ...link, from: 'S1', to: 'S2' },
        { ...link, from: 'S1', to: 'S3' },
        { ...link, from: 'S2', to: 'S3' },
      ];
      const moves = list.map(({ atMs, group, to }) => ({
        atUs: 60_000_000 + atMs * 1000,
        action: { type: 'moveGroup', group: `G${group + 1}`, to: servers[to] } as const,
      }));
      const groups = ['G1', 'G2', 'G3'].map((name) => ({ name, servers }));
      const heartbeat = { interval: '1s', timeout: '4s' };
      const run = new Run(1, { name: 'CLUSTER1', heartbeat, startupWait: '10s', servers, groups }, [
        ...slow.map((action) => ({ atUs: 0, action })),
        { atUs: 0, action: { type: 'start', target: 'cluster' } },
        { atUs: 30_000_000, action: { type: 'crash', server: 'S3' } },
        { atUs: 60_000_000, action: { type: 'restart', server: 'S3' } },
        ...moves.toSorted((one, other) => one.atUs - other.atUs),
      ]);
      const stillness = await watched(run, new Stillness());
      expect(stillness.wrong).toEqual([]);
      tempted += stillness.tempted;
    });
    expect(tempted).toBeGreaterThan(100);
  });
});

describe('an outcome', () => {
  it('is let out only when every member of the view holds it', async () => {
    let released = 0;
    await forAll(runs, 150, async (run) => {
      const holders = await watched(run, new Holders());
      expect(holders.wrong).toEqual([]);
      released += holders.released;
    });
    expect(released).toBeGreaterThan(1000);
  });
});
