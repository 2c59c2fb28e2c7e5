/**
 * A corked coordinator tells several reports together that groups are up: which, for how long, and what may come between.
 */
import { describe, expect, it } from 'vitest';
import type { Append } from '../../src/failover/frames.js';
import type { Command } from '../../src/failover/log/commands.js';
import type { GroupInput, ResourceInput } from '../../src/model/definition.js';
import { micros } from '../../src/model/time.js';
import { Trio } from '../support/trio.js';

const [S1, S2, S3] = [0, 1, 2];
const [G1, G2, G3] = [0, 1, 2];
const REST_US = 1000;
/** Reports are gathered for two rests, as long as the next comes within a quarter of that. */
const MOST_US = 2000;
const PAUSE_US = 500;
/** What is not answered is said again after a quarter of the heartbeat interval. */
const RETRY_US = 2500;

/** A group that is started by hand on any server, with a resource. */
function manual(name: string, resource: Partial<ResourceInput> = {}): GroupInput {
  const resources = [{ name: `r${name}`, type: 'script', ...resource } as const];
  return { name, servers: ['S1', 'S2', 'S3'], startup: 'manual', resources };
}

const NAMES = ['G1', 'G2', 'G3'];
const groups = NAMES.map((name) => manual(name));

/** Three members whose resource agents answer when the test says so. */
class Scene extends Trio {
  /** What agents were asked, by server and group, as the number to answer by. */
  private readonly runs = new Map<string, number>();

  constructor(input: ConstructorParameters<typeof Trio>[0] = {}) {
    super({ groups, corked: REST_US, ...input });
    this.outs.forEach((out, me) => (out.agent = ({ group, run }) => this.runs.set(`${me} ${group}`, run)));
    this.form();
  }

  ask(command: Command): void {
    this.engines[S1].step({ type: 'request', now: this.now, id: 1, command }, this.outs[S1]);
    this.engines[S1].flush(this.outs[S1]);
  }

  /** Groups are on their way up, each on the server of its number; what their servers say arrives. */
  startAll(among: readonly number[]): void {
    for (const group of among) this.ask({ type: 'startGroup', group, on: group });
    this.settle();
  }

  /** A group is up on the server of its number, and all know that. */
  bringUp(group: number): void {
    this.startAll([group]);
    this.answers(group);
    this.settle();
  }

  /** All frames arrive, and whoever rests has rested. */
  settle(): void {
    const until = this.now + 2 * REST_US;
    this.deliver([S1, S2, S3]);
    while (this.now < until) this.pass([S1, S2, S3]);
  }

  /** The agent of a group answers, and the coordinator hears that; what it has said since stands in `sent`. */
  answers(group: number, ok = true, me = group): void {
    const run = this.runs.get(`${me} ${group}`);
    if (run === undefined) throw new Error('no agent was asked');
    this.engines[me].step({ type: 'agentDone', now: this.now, run, ok }, this.outs[me]);
    this.engines[me].flush(this.outs[me]);
    if (me === S1) return;
    const submit = this.sent.findLast(({ from, frame }) => from === me && frame.type === 'submit');
    if (!submit) throw new Error('nothing was reported');
    this.take(S1, submit.frame);
    this.engines[S1].flush(this.outs[S1]);
  }

  /** Time passes for the coordinator alone; answers how often it wanted to be called. */
  wait(us: number): number {
    const until = this.now + us;
    let count = 0;
    for (; count < 1000 && this.engines[S1].nextDeadline() <= until; count += 1) {
      this.now = micros(Math.max(this.engines[S1].nextDeadline(), this.now));
      this.tick(S1);
    }
    this.now = micros(until);
    return count;
  }

  /** Of which groups the coordinator has told something, frame by frame. */
  get told(): number[][] {
    const appends = this.sent.flatMap(({ to, frame }) => (to === S2 && frame.type === 'append' ? [frame] : []));
    return appends.map(groupsIn);
  }
}

function groupsIn({ entries }: Append): number[] {
  return entries.flatMap((entry) =>
    entry.type === 'command' && entry.command.type === 'orderDone' ? [entry.command.group] : [],
  );
}

describe('reports that groups are up', () => {
  it('wait for those of other groups, and are told together with the last', () => {
    const scene = new Scene();
    scene.startAll([G1, G2, G3]);
    scene.answers(G2);
    scene.answers(G1);
    expect(scene.told).toEqual([]);
    expect(scene.engines[S1].atRest).toBe(false);
    scene.answers(G3);
    expect(scene.told).toEqual([[G2, G1, G3]]);
    scene.settle();
    for (const { state } of scene.engines)
      expect(state.groups.map(({ phase }) => phase)).toEqual(Array(3).fill('active'));
    expect(scene.engines.every(({ atRest }) => atRest)).toBe(true);
  });

  it('wait no longer than the next may take to come', () => {
    const scene = new Scene();
    scene.startAll([G1, G2, G3]);
    scene.answers(G2);
    scene.wait(PAUSE_US - 1);
    expect(scene.told).toEqual([]);
    expect(scene.engines[S1].nextDeadline()).toBeLessThanOrEqual(scene.now + 1);
    scene.wait(1);
    expect(scene.told).toEqual([[G2]]);
  });

  it('wait for two rests at most, however many come', () => {
    const many = Array.from({ length: 8 }, (_, at) => manual(`H${at + 1}`));
    const scene = new Scene({ groups: many, parallelGroups: 8 });
    for (let group = 0; group < 8; group += 1) scene.ask({ type: 'startGroup', group, on: S1 });
    scene.settle();
    const step = MOST_US / 5;
    const upAt = scene.now;
    for (let group = 0; group < 6; group += 1) {
      if (group > 0) scene.wait(step);
      scene.answers(group, true, S1);
      expect({ group, told: scene.told.length }).toEqual({ group, told: group < 5 ? 0 : 1 });
    }
    expect(scene.now - upAt).toBe(MOST_US);
  });

  it('are told at once where no other group is on its way up', () => {
    const scene = new Scene();
    scene.startAll([G2]);
    scene.answers(G2);
    expect(scene.told).toEqual([[G2]]);
    const resources = ['r1', 'r2'].map((name) => ({ name, type: 'script' as const }));
    const ofTwo = new Scene({ groups: [groups[0], { ...groups[1], resources }] });
    ofTwo.startAll([G2]);
    ofTwo.answers(G2);
    // Its second resource is still on its way.
    expect(ofTwo.told).toEqual([[]]);
  });

  it('are told at once where an order follows: the next group, or the next server', () => {
    const next = new Scene({ parallelGroups: 1 });
    next.ask({ type: 'startGroup', group: G1, on: S1 });
    next.ask({ type: 'startGroup', group: G2, on: S2 });
    next.ask({ type: 'startGroup', group: G3, on: S2 });
    next.settle();
    next.answers(G2);
    expect(next.told).toEqual([[G2]]);
    const failed = new Scene({ groups: NAMES.map((name) => manual(name, { onFailure: 'failover' })) });
    failed.startAll([G1, G2, G3]);
    failed.answers(G2, false);
    expect(failed.told).toEqual([[G2]]);
  });

  it('go with whatever else is told', () => {
    const scene = new Scene();
    scene.startAll([G1, G2, G3]);
    scene.answers(G2);
    scene.ask({ type: 'maintenance', server: S3 });
    expect(scene.told).toEqual([[G2]]);
  });

  it('do not wait where the engine never rests', () => {
    const scene = new Scene({ corked: 0 });
    scene.startAll([G1, G2, G3]);
    scene.answers(G2);
    expect(scene.told).toEqual([[G2]]);
  });

  it('are told again to the next coordinator, where the first dies with them', () => {
    const scene = new Scene();
    scene.startAll([G1, G2, G3]);
    scene.answers(G2);
    expect(scene.told).toEqual([]);
    scene.sent.length = 0;
    const isUp = (me: number): boolean => scene.engines[me].state.groups[G2].phase === 'active';
    expect([isUp(S2), isUp(S3)]).toEqual([false, false]);
    const until = scene.now + 1_000_000;
    while (scene.now < until && !(isUp(S2) && isUp(S3))) scene.pass([S2, S3]);
    expect([scene.engines[S3].view.coordinator, isUp(S2), isUp(S3)]).toEqual([S2, true, true]);
  });

  it('are part of what a new view begins with, and nothing is done about them while it is asked for', () => {
    const silent = (scene: Scene): void => void scene.passUntil([S1, S2], S1, 'propose', 'commit');
    const other = new Scene();
    other.startAll([G1, G2, G3]);
    silent(other);
    const scene = new Scene();
    scene.startAll([G1, G2, G3]);
    const upAt = other.now - PAUSE_US / 2;
    while (Math.min(...[S1, S2].map((me) => scene.engines[me].nextDeadline())) <= upAt) scene.pass([S1, S2]);
    scene.now = micros(upAt);
    scene.answers(G2);
    expect(scene.told).toEqual([]);
    silent(scene);
    expect([scene.now, scene.engines[S1].place.held]).toEqual([other.now, true]);
    expect(scene.wait(2 * PAUSE_US)).toBeLessThan(10);
    expect(scene.told).toEqual([]);
    scene.deliver([S1, S2]);
    const isWithout3 = (me: number): boolean => scene.engines[me].members === 0b011;
    for (let turn = 0; turn < 100 && !(isWithout3(S1) && isWithout3(S2)); turn += 1) scene.pass([S1, S2]);
    for (const me of [S1, S2]) {
      expect(isWithout3(me)).toBe(true);
      expect(scene.engines[me].state.groups[G2].phase).toBe('active');
    }
  });
});

describe('reports that are no good news, or for which somebody waits', () => {
  it('are told at once: a group that is down', () => {
    const scene = new Scene();
    scene.bringUp(G2);
    scene.startAll([G1, G3]);
    scene.ask({ type: 'stopGroup', group: G2 });
    scene.settle();
    scene.answers(G2);
    expect(scene.told).toEqual([[G2]]);
  });

  it('are told at once: a resource that has failed', () => {
    const scene = new Scene();
    scene.startAll([G1, G2, G3]);
    scene.answers(G2, false);
    expect(scene.told).toEqual([[G2]]);
  });

  it('are told at once: whatever is up while a server is on its way out', () => {
    const scene = new Scene();
    scene.bringUp(G3);
    scene.startAll([G1, G2]);
    scene.ask({ type: 'shutdownServer', server: S3 });
    scene.settle();
    expect(scene.engines[S1].state.servers[S3].leaving).toBe('shutdown');
    scene.answers(G2);
    expect(scene.told).toEqual([[G2]]);
  });

  it('are told at once: a group that is up while another goes down', () => {
    const scene = new Scene();
    scene.bringUp(G1);
    scene.startAll([G2]);
    scene.ask({ type: 'stopGroup', group: G1 });
    scene.settle();
    scene.answers(G2);
    expect(scene.told).toEqual([[G2]]);
  });

  it('are told at once: what somebody has asked for, though no order follows', () => {
    const scene = new Scene();
    scene.startAll([G1, G2, G3]);
    scene.ask({ type: 'registry', change: { change: 'createKey', key: 'HKEY_USERS\\a' } });
    expect(scene.told).toEqual([[]]);
  });
});

describe('what was told after it was gathered', () => {
  it('is told again when it was not answered in time, counted from then', () => {
    const scene = new Scene();
    scene.startAll([G1, G2, G3]);
    scene.answers(G2);
    scene.wait(PAUSE_US);
    expect(scene.told).toEqual([[G2]]);
    scene.wait(RETRY_US - 1);
    expect(scene.told).toEqual([[G2]]);
    scene.wait(1);
    expect(scene.told).toEqual([[G2], [G2]]);
  });

  it('was submitted once, and is submitted again only when it was not answered in time', () => {
    const scene = new Scene({ parallelGroups: 2 });
    for (const group of [G1, G2]) scene.ask({ type: 'startGroup', group, on: S2 });
    scene.startAll([G3]);
    const submitted = (): number[] =>
      scene.sent.flatMap(({ frame }) => (frame.type === 'submit' ? [frame.items.length] : []));
    for (const group of [G1, G2]) scene.answers(group, true, S2);
    expect(submitted()).toEqual([2, 2]);
    scene.now = micros(scene.now + 2 * RETRY_US);
    scene.tick(S2);
    expect(submitted()).toEqual([2, 2, 4]);
  });
});
