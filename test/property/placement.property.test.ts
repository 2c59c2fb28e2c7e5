/**
 * Where groups go, against references written naively and apart from the engine (support/naive.ts): each time the engine
 * sends a group somewhere, in the middle of any trouble; and, as a model of the whole cluster, after each thing that is
 * done to one that is at rest.
 */
import { describe, expect, it } from 'vitest';
import type { WorldAction } from '../../src/cluster/actions.js';
import type { Backend } from '../../src/cluster/backend.js';
import type { AgreedState } from '../../src/failover/state.js';
import type { ClusterDefinition } from '../../src/model/definition.js';
import { lookOn } from '../support/engines.js';
import { destination, destinationIn } from '../support/naive.js';
import { forAll } from '../support/forAll.js';
import { openRun, play, restOf } from '../support/play.js';
import { type Run, runArb } from '../support/runs.js';

describe('whenever the engine sends a group somewhere', () => {
  it('it is to the highest-priority eligible server, by the naive reference', async () => {
    let placed = 0;
    await forAll(runArb({ servers: 5, groups: 5 }), 200, async (run) => {
      const wrong: string[] = [];
      const compare = (_: unknown, definition: ClusterDefinition, state: AgreedState, group: number, to: number) => {
        placed += 1;
        const right = destinationIn(definition, state, group);
        if (right !== to) wrong.push(`group ${group} goes to ${to}, not to ${right}`);
      };
      await lookOn({ placed: compare }, () => play(run, { invariants: false }));
      expect(wrong).toEqual([]);
    });
    expect(placed).toBeGreaterThan(500);
  });
});

/** A cluster at rest: who runs, and where each group is. Everything is done at once and nothing fails on its way. */
class Model {
  private readonly up = new Set<number>();
  private readonly groups: {
    server: number;
    wanting: boolean;
    stopped: boolean;
    limited: boolean;
    faults: number;
    tried: number[];
  }[];

  constructor(private readonly definition: ClusterDefinition) {
    definition.servers.forEach((_, server) => this.up.add(server));
    this.groups = definition.groups.map(() => ({
      server: -1,
      wanting: false,
      stopped: false,
      limited: false,
      faults: 0,
      tried: [],
    }));
    this.groups.forEach((record, group) => {
      if (definition.groups[group].startup === 'manual') return;
      record.wanting = true;
      this.takeUp(group);
    });
  }

  /** What is seen of the groups. */
  get seen(): Record<string, string> {
    return Object.fromEntries(
      this.groups.map(({ server, limited }, group) => [
        this.definition.groups[group].name,
        server < 0 ? 'OFFLINE' : `${limited ? 'ONLINE_FAIL' : 'ONLINE'} ${this.definition.servers[server].name}`,
      ]),
    );
  }

  /** Does it; answers whether it is refused. */
  act(action: WorldAction): boolean {
    const refused = this.perform(action);
    this.groups.forEach((_, group) => this.takeUp(group));
    return refused;
  }

  private perform(action: WorldAction): boolean {
    const server = 'server' in action ? this.server(action.server) : -1;
    const group = 'group' in action ? this.definition.groups.findIndex(({ name }) => name === action.group) : -1;
    switch (action.type) {
      case 'crash':
        return this.crash(server);
      case 'restart':
        return this.restart(server);
      case 'moveGroup':
        return this.move(group, this.server(action.to));
      case 'startGroup':
        return this.start(group, action.on === undefined ? undefined : this.server(action.on));
      case 'stopGroup':
        return this.stop(group);
      case 'failGroup':
        return this.fault(group);
      default:
        throw new Error(`no model of ${action.type}`);
    }
  }

  private crash(server: number): boolean {
    if (!this.up.delete(server)) return true;
    this.groups.forEach((record, group) => {
      if (record.server !== server) return;
      Object.assign(record, { server: -1, limited: false, tried: [] });
      if (this.definition.groups[group].failover === 'auto') this.goOn(group);
    });
    return false;
  }

  private restart(server: number): boolean {
    if (this.up.has(server)) return true;
    this.up.add(server);
    for (const record of this.groups) record.tried = record.tried.filter((one) => one !== server);
    this.groups.forEach((_, group) => this.takeUp(group));
    this.groups.forEach((record, group) => {
      const { failback, servers } = this.definition.groups[group];
      const rank = (one: number): number => (servers as readonly number[]).indexOf(one);
      if (failback === 'manual' || record.server < 0 || rank(server) < 0 || rank(server) >= rank(record.server)) return;
      const to = this.destination(group);
      if (to >= 0 && rank(to) < rank(record.server)) Object.assign(record, { server: to, limited: false, tried: [] });
    });
    return false;
  }

  private move(group: number, to: number): boolean {
    const record = this.groups[group];
    if (record.server < 0 || record.server === to || !this.allows(group, to)) return true;
    Object.assign(record, { server: to, faults: 0, limited: false, tried: [] });
    return false;
  }

  private start(group: number, on: number | undefined): boolean {
    const record = this.groups[group];
    if (record.server >= 0) return true;
    if (on === undefined) record.tried = [];
    const to = on ?? this.destination(group);
    if (to < 0 || !this.allows(group, to)) return true;
    Object.assign(record, { server: to, faults: 0, stopped: false, wanting: false, limited: false, tried: [] });
    return false;
  }

  private stop(group: number): boolean {
    const record = this.groups[group];
    if (record.server < 0 && !record.wanting) return true;
    Object.assign(record, { server: -1, stopped: true, wanting: false, limited: false });
    return false;
  }

  private fault(group: number): boolean {
    const record = this.groups[group];
    if (record.server < 0) return true;
    if (this.definition.groups[group].failover === 'manual' || record.faults >= this.definition.faultLimit) {
      record.limited = true;
      return false;
    }
    record.faults += 1;
    Object.assign(record, { tried: [record.server], limited: false });
    this.goOn(group);
    return false;
  }

  /** The group leaves where it is and goes to the next server, or nowhere. */
  private goOn(group: number): void {
    const record = this.groups[group];
    record.server = this.destination(group);
    if (record.server >= 0) record.tried = [];
    else record.wanting = this.definition.groups[group].startup === 'auto' && !record.stopped;
  }

  /** A group that wants a server takes one, if there is one. */
  private takeUp(group: number): void {
    const record = this.groups[group];
    if (!record.wanting) return;
    record.server = this.destination(group);
    if (record.server >= 0) Object.assign(record, { wanting: false, tried: [] });
  }

  private destination(group: number): number {
    const { servers, exclusion } = this.definition.groups[group];
    return destination({
      listed: servers,
      fit: (server) => this.up.has(server) && !this.groups[group].tried.includes(server),
      exclusion,
      neighbours: (server) => this.neighbours(group, server),
    });
  }

  /** A hand may name any listed server that runs and that no absolute group keeps for itself. */
  private allows(group: number, to: number): boolean {
    const { servers, exclusion } = this.definition.groups[group];
    const neighbours = this.neighbours(group, to);
    const barred =
      exclusion !== 'none' && (neighbours.includes('absolute') || (exclusion === 'absolute' && neighbours.length > 0));
    return (servers as readonly number[]).includes(to) && this.up.has(to) && !barred;
  }

  private neighbours(group: number, server: number): ('normal' | 'absolute')[] {
    return this.definition.groups.flatMap(({ exclusion }, other) =>
      other !== group && exclusion !== 'none' && this.groups[other].server === server ? [exclusion] : [],
    );
  }

  private server(name: string): number {
    return this.definition.servers.findIndex((server) => server.name === name);
  }
}

describe('a cluster at rest', () => {
  const MODELLED = ['crash', 'restart', 'moveGroup', 'startGroup', 'stopGroup', 'failGroup'];

  function groupsOf(backend: Backend): Record<string, string> {
    const { groups } = backend.status('CLUSTER1');
    return Object.fromEntries(
      Object.entries(groups).map(([name, { state, server }]) => [name, `${state} ${server}`.trim()]),
    );
  }

  async function compare(run: Run): Promise<number> {
    const backend = await openRun(run);
    let steps = 0;
    try {
      await backend.act({ type: 'start', target: 'cluster' });
      await restOf(backend);
      const model = new Model(run.definition);
      let up = run.cluster.servers.length;
      expect({ after: 'start', ...groupsOf(backend) }).toEqual({ after: 'start', ...model.seen });
      for (const { action } of run.steps) {
        if (!MODELLED.includes(action.type) || (action.type === 'crash' && up === 1)) continue;
        const answer = await backend.act(action);
        await restOf(backend);
        const after = JSON.stringify(action);
        const refused = model.act(action);
        if (!refused) up += action.type === 'crash' ? -1 : action.type === 'restart' ? 1 : 0;
        expect({ after, refused: !answer.ok, ...groupsOf(backend) }).toEqual({ after, refused, ...model.seen });
        steps += 1;
      }
      await backend.finish(true);
      return steps;
    } finally {
      await backend.close();
    }
  }

  it('has each group where a naive model of the whole cluster has it, after whatever is done', async () => {
    let steps = 0;
    const limits = { servers: 5, groups: 5, steps: 14, policies: ['none'] as const };
    // Nobody is late for the start, and nobody has to be returned by hand.
    const cluster = { startupWait: '2m', autoReturn: true };
    const all = runArb({ ...limits, kinds: ['power', 'operator', 'operator', 'faults'] });
    const runs = all.map((run) => run.with({ cluster }));
    await forAll(runs, 200, async (run) => {
      steps += await compare(run);
    });
    expect(steps).toBeGreaterThan(400);
  });
});
