/**
 * The emulator's own watch notices what it is there for. Each invariant is broken on purpose, by hand, in a world that is
 * otherwise in order: the run stops, and the trace says why.
 */
import { describe, expect, it } from 'vitest';
import type { InlineBackend } from '../../src/cluster/inline.js';
import type { ServerSlot } from '../../src/cluster/server-slot.js';
import { Watch } from '../../src/cluster/watch.js';
import type { Engine } from '../../src/failover/engine.js';
import { InvariantViolation } from '../../src/failover/invariants/violation.js';
import type { Outcome, OutcomeLine } from '../../src/failover/log/entries.js';
import type { AgreedState } from '../../src/failover/state.js';
import type { ClusterInput } from '../../src/model/definition.js';
import type { TraceLine } from '../../src/model/trace.js';
import { inline, openRun, restOf } from '../support/play.js';
import { Run } from '../support/runs.js';

interface Opened {
  readonly backend: InlineBackend;
  readonly watch: Watch;
  readonly slots: readonly ServerSlot[];
  readonly lines: TraceLine[];
}

/** Three servers at rest, G1 on S1. */
async function atRest(partition: ClusterInput['partition'] = 'none'): Promise<Opened> {
  const groups = [{ name: 'G1', servers: ['S1', 'S2'] }];
  const run = new Run(1, { name: 'CLUSTER1', partition, servers: ['S1', 'S2', 'S3'], groups }, []);
  const backend = inline(await openRun(run));
  const lines: TraceLine[] = [];
  backend.trace((line) => lines.push(line));
  await backend.act({ type: 'start', target: 'cluster' });
  await restOf(backend);
  return { backend, watch: (backend as unknown as { watch: Watch }).watch, slots: backend.slots, lines };
}

/** An engine's state, to be spoilt. */
const stateOf = (slot: ServerSlot): AgreedState => (slot.engine as Engine).state;

function expectViolation({ lines }: Opened, invariant: number, text: RegExp, breaks: () => void): void {
  expect(breaks).toThrow(InvariantViolation);
  const line = lines.find(({ kind }) => kind === 'violation');
  expect(line).toMatchObject({ kind: 'violation', invariant });
  expect((line as { text: string }).text).toMatch(text);
}

function nextOutcome(slot: ServerSlot, lines: OutcomeLine[] = []): Outcome {
  const { index, view } = stateOf(slot);
  const rest = { orders: [], answers: [], powerOff: 0, merge: false, persist: false };
  return { index: index + 1, epoch: view.epoch, coordinator: view.coordinator, lines, ...rest };
}

/** A watch that does not see all servers in one instant, of a world in which all have just come into their view. */
function inRealTime({ backend, slots }: Opened): Watch {
  const watch = new Watch(backend, false);
  for (const slot of slots) watch.installed(slot, stateOf(slot).view, 0b111, true);
  return watch;
}

const event = (id: number): OutcomeLine => ({
  kind: 'event',
  id,
  code: 'ARM_EVENT_DOWN',
  source: 'S3',
  src: '',
  dst: '',
});

describe('the watch stops the run where', () => {
  it('members of one view hold different states (1)', async () => {
    const world = await atRest();
    stateOf(world.slots[1]).nextEventId += 1;
    expectViolation(world, 1, /S1 and S2 disagree after entry/, () => world.watch.atTheEnd(true, true));
  });

  it('two servers know one view with different members (1)', async () => {
    const world = await atRest();
    const { view } = stateOf(world.slots[0]);
    expectViolation(world, 1, /different members/, () => world.watch.installed(world.slots[1], view, 0b011, false));
  });

  it('a server lets out something else than others did under that number (1)', async () => {
    const world = await atRest();
    const [one, two] = world.slots;

    world.watch.released(one, nextOutcome(one));
    const other = nextOutcome(two, [{ kind: 'warning', text: 'something else' }]);
    expectViolation(world, 1, /S2 lets out another entry/, () => world.watch.released(two, other));
  });

  it('a server lets out something else in real time, where what several tell in the same words is one object (1)', async () => {
    const world = await atRest();
    const [one, two, three] = world.slots;
    const watch = inRealTime(world);
    const same = nextOutcome(one);
    watch.released(one, same);
    watch.released(two, same);
    const other = nextOutcome(three, [{ kind: 'warning', text: 'something else' }]);
    expectViolation(world, 1, /S3 lets out another entry/, () => watch.released(three, other));
  });

  it('a server of another cluster lets out something else in real time than others there, which is what was let out here (1)', async () => {
    const world = await atRest();
    const [here, ...others] = world.slots;
    const there = (slot: ServerSlot): ServerSlot =>
      Object.create(slot, { place: { value: { ...slot.place, cluster: 1 } } }) as ServerSlot;
    const [two, three] = others.map(there);
    const watch = inRealTime(world);
    const same = nextOutcome(here);
    watch.released(here, same);
    watch.released(two, { ...same, lines: [{ kind: 'warning', text: 'something else' }] });
    expectViolation(world, 1, /S3 lets out another entry/, () => watch.released(three, same));
  });

  it('a server leaves an entry out in real time that another has let out (1)', async () => {
    const world = await atRest();
    const [one, two] = world.slots;
    const watch = inRealTime(world);
    const entries = [0, 1, 2].map((later) => ({ ...nextOutcome(one), index: nextOutcome(one).index + later }));
    for (const entry of entries) watch.released(one, entry);
    watch.released(two, entries[0]);
    expectViolation(world, 1, /S2 lets out entry \d+ after entry \d+/, () => watch.released(two, entries[2]));
  });

  it('a server leaves an entry out (1)', async () => {
    const world = await atRest();
    const [one] = world.slots;
    const skipped = { ...nextOutcome(one), index: stateOf(one).index + 2 };
    expectViolation(world, 1, /lets out entry \d+ after entry \d+/, () => world.watch.released(one, skipped));
  });

  it('a group is agreed to be where it is not (1)', async () => {
    const world = await atRest();
    for (const slot of world.slots) Object.assign(stateOf(slot).groups[0], { server: 1 });
    expectViolation(world, 1, /group G1 is (not )?agreed to be on/, () => world.watch.atTheEnd(true, true));
  });

  it.each(['none', 'majority'] as const)(
    'a group is active on two servers of one view (2), partition %s',
    async (policy) => {
      const world = await atRest(policy);
      (world.slots[1].engine as unknown as { core: { executor: unknown } }).core.executor =
        world.slots[0].engine!.executor;
      expectViolation(world, 2, /group G1 is held by S1 and by S2/, () => world.watch.atTheEnd(true, true));
    },
  );

  it('a server is about to bring up a group that another one holds (2)', async () => {
    const world = await atRest();
    const [, two] = world.slots;
    expectViolation(world, 2, /G1 is held by S2 and by S1/, () => world.watch.bringsUp(two, 0, stateOf(two).view));
  });

  it('a group goes elsewhere than to its highest-priority eligible server (3)', async () => {
    const world = await atRest();
    const audit = (world.backend as unknown as { audit: (...args: unknown[]) => void }).audit;
    const { definition, engine } = world.slots[0];
    expectViolation(world, 3, /G1 goes to S2, but its highest eligible server is S1/, () =>
      audit(definition, engine!.state, 0, 1),
    );
  });

  it('a group that could run does not (4)', async () => {
    const world = await atRest();
    const record = (slot: ServerSlot) => stateOf(slot).groups[0];
    await world.backend.act({ type: 'stopGroup', group: 'G1' });
    await restOf(world.backend);
    for (const slot of world.slots) Object.assign(record(slot), { stopped: false });
    expectViolation(world, 4, /G1 is OFFLINE, though S1 could take it/, () => world.watch.atTheEnd(true, true));
  });

  it.each([
    ['skipped', 2],
    ['repeated', 0],
  ])('an event id is %s (5)', async (_, step) => {
    const world = await atRest();
    const [one] = world.slots;
    const { nextEventId } = stateOf(one);
    const outcome = nextOutcome(one, [event(nextEventId - 1 + step)]);
    expectViolation(world, 5, /follows event/, () => world.watch.released(one, outcome));
  });

  it('a START has no END when all is at rest (5)', async () => {
    const world = await atRest();
    const [one] = world.slots;
    const { nextEventId } = stateOf(one);
    const start = { ...event(nextEventId), code: 'ARM_EVENT_GROUP_MOVE_START', source: 'G1' } as OutcomeLine;
    world.watch.released(one, nextOutcome(one, [start]));
    expectViolation(world, 5, /move of group G1 has started and never ended/, () => world.watch.atTheEnd(true, true));
  });
});

describe('the watch lets a run pass', () => {
  it('that is in order', async () => {
    const { backend, lines } = await atRest();
    await backend.finish(true);
    expect(lines.some(({ kind }) => kind === 'violation')).toBe(false);
    expect(lines.at(-1)).toMatchObject({ kind: 'end', ok: true });
  });

  it('with something under way, as long as it is not said to be at rest', async () => {
    const { watch, slots } = await atRest();
    for (const slot of slots) Object.assign(stateOf(slot).groups[0], { server: 1 });
    expect(() => watch.atTheEnd(false, true)).not.toThrow();
  });
});
