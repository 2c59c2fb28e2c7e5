/**
 * The synchronised registry under crashes and partitions: all servers or none. A change that was answered as carried out
 * is in every view that grows out of the one it was answered in, and in every cluster that forms anew from a server that
 * had written it down; one that was refused is nowhere (where a policy keeps a cluster that is cut from having two
 * truths); and at rest everybody holds the same, in memory and on disk.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Backend } from '../../src/cluster/backend.js';
import { type Input, Phase } from '../../src/failover/frames.js';
import { Branches } from '../support/branches.js';
import { type Given, type Life, lookOn } from '../support/engines.js';
import { forAll } from '../support/forAll.js';
import { membersOf, play } from '../support/play.js';
import { type Run, runArb } from '../support/runs.js';

interface Change {
  readonly key: string;
  answer: 'none' | 'done' | 'refused' | 'lost';
  /** Views that must hold it. */
  readonly views: Set<string>;
}

/** Follows what becomes of each change. */
class Changes {
  readonly wrong: string[] = [];
  readonly all: Change[] = [];
  private readonly branches = new Branches();
  private readonly asked = new Map<string, Change>();
  private readonly disks = new Map<number, string>();
  private readonly stands = new Map<Life, string>();

  readonly before = (life: Life, input: Input): void => {
    if (input.type !== 'request' || input.command.type !== 'registry') return;
    const change: Change = { key: input.command.change.key, answer: 'none', views: new Set() };
    this.all.push(change);
    this.asked.set(`${life.name} ${life.boot.incarnation} ${input.id}`, change);
  };

  readonly effect = (life: Life, effect: Given): void => {
    this.branches.effect(life, effect);
    if (effect[0] === 'persist') this.disks.set(life.boot.me, effect[1].registry.content);
    if (effect[0] === 'answer' || effect[0] === 'ordered') this.answered(life, effect);
  };

  readonly after = (life: Life): void => {
    const { engine } = life;
    const view = `${engine.state.view.epoch}.${engine.state.view.coordinator}`;
    if (engine.place.phase !== Phase.MEMBER || this.stands.get(life) === view) return;
    this.stands.set(life, view);
    this.entered(life, view);
  };

  private answered(
    life: Life,
    [effect, id, refusal]: Extract<Given, readonly ['answer' | 'ordered', ...unknown[]]>,
  ): void {
    const change = this.asked.get(`${life.name} ${life.boot.incarnation} ${id}`);
    if (!change) return;
    const { members, view } = life.engine.state;
    if (effect === 'ordered' && !refusal) {
      if (members !== 2 ** life.boot.definition.servers.length - 1)
        this.wrong.push(`${change.key} was ordered though not every server was in the view`);
      return;
    }
    change.answer = !refusal ? 'done' : refusal.code === 'LOST' ? 'lost' : 'refused';
    if (refusal) return;
    change.views.add(`${view.epoch}.${view.coordinator}`);
  }

  /** A server stands in a view: it holds what that view must hold. */
  private entered(life: Life, view: string): void {
    const { parent, formed, members } = this.branches.views.get(view)!;
    for (const change of this.all) {
      if (change.answer !== 'done') continue;
      const written = [...this.disks].some(([server, disk]) => ((members >> server) & 1) === 1 && holds(disk, change));
      if (formed ? written : change.views.has(parent)) change.views.add(view);
      if (change.views.has(view) && !holds(JSON.stringify(life.engine.state.registry), change))
        this.wrong.push(`${change.key} was carried out; ${life.name} stands in view ${view} without it`);
    }
  }
}

function holds(registry: string, { key }: Change): boolean {
  return registry.includes(JSON.stringify(key));
}

/** What members hold, in memory and on disk. */
function heldBy(backend: Backend): string[] {
  return membersOf(backend).flatMap(({ engine, slot }) => {
    const { registry } = engine.state;
    const inMemory = Object.keys(registry).length === 0 ? '' : JSON.stringify(registry);
    const { content } = slot.durable.registry;
    return [inMemory, content === '{}' ? '' : content];
  });
}

async function watched(run: Run): Promise<Changes> {
  const changes = new Changes();
  const atRest = (backend: Backend): void => {
    const held = heldBy(backend);
    expect(new Set(held).size).toBeLessThanOrEqual(1);
    // Without a policy each side of a cut has a truth of its own: what one has ordered another may have to refuse.
    const refused = changes.all.filter(({ answer }) => answer === 'refused' && run.cluster.partition !== undefined);
    for (const change of refused)
      expect({ key: change.key, held: held.some((registry) => holds(registry, change)) }).toMatchObject({
        held: false,
      });
  };
  await lookOn(changes, () => play(run, { atRest }));
  return changes;
}

describe('the synchronised registry', () => {
  it('is changed on all servers or on none, whatever happens meanwhile', async () => {
    const counts = { done: 0, refused: 0, lost: 0, none: 0 };
    const kinds = ['registry', 'registry', 'power', 'network'] as const;
    await forAll(runArb({ servers: 4, groups: 1, steps: 14, kinds }), 250, async (run) => {
      const changes = await watched(run);
      expect(changes.wrong).toEqual([]);
      for (const { answer } of changes.all) counts[answer] += 1;
    });
    expect(counts.done).toBeGreaterThan(100);
    expect(counts.refused).toBeGreaterThan(100);
  });

  it('is changed by an ordered change though the server that ordered it is lost at once, and by no other', async () => {
    await forAll(
      fc.record({ afterUs: fc.integer({ min: 0, max: 500 }), on: fc.nat(2) }),
      40,
      async ({ afterUs, on }) => {
        const key = 'HKEY_USERS\\k';
        const run = base.with({
          steps: [
            { atUs: 0, action: { type: 'start', target: 'cluster' } },
            { atUs: 20_000_000, action: { type: 'registry', on: `S${on + 1}`, change: { change: 'createKey', key } } },
            { atUs: 20_000_000 + afterUs, action: { type: 'crash', server: 'S1' } },
          ],
        });
        const changes = new Changes();
        let held: string[] = [];
        await lookOn(changes, () => play(run, { atRest: (backend) => (held = heldBy(backend)) }));
        expect(changes.wrong).toEqual([]);
        expect(new Set(held).size).toBe(1);
        // Ordered at once on the coordinator, after 100 µs elsewhere; from then on the others' frames are under way.
        const ordered = on === 0 || afterUs >= 100;
        expect({ ordered, held: held[0] !== '' }).toEqual({ ordered, held: ordered });
      },
    );
  });
});

const [base] = fc
  .sample(runArb({ servers: 1, groups: 0, steps: 0, policies: ['none'] }), { seed: 1, numRuns: 1 })
  .map((run) => run.with({ cluster: { servers: ['S1', 'S2', 'S3'], startupWait: '5s', autoReturn: true } }));
