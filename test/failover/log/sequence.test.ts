/**
 * One order for everybody, over a network that loses, doubles and reorders frames as a counterexample pleases, while
 * members drop out and others take over. Two to four servers with nothing but their `Sequence`s; a change of view is
 * made by hand, the way view/change.ts makes one.
 *
 * Whatever happens on the way: when everything has been said again, all members hold equal states, each has let out each
 * outcome once and in order, nothing was let out before all members of the view held it, no survivor lacks what anybody
 * was told, and each command was answered once.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Core } from '../../../src/failover/core.js';
import { EMPTY_DURABLE, Phase, type ControlFrame } from '../../../src/failover/frames.js';
import { Executor } from '../../../src/failover/group/executor.js';
import { Replica } from '../../../src/failover/log/apply.js';
import type { Command } from '../../../src/failover/log/commands.js';
import type { Entry } from '../../../src/failover/log/entries.js';
import { Sequence } from '../../../src/failover/log/sequence.js';
import type { ClusterDefinition } from '../../../src/model/definition.js';
import { micros, NEVER } from '../../../src/model/time.js';
import { define } from '../../support/beats.js';
import { collected, type Given } from '../../support/engines.js';

interface Flying {
  readonly to: number;
  readonly frame: string;
}

/** One server, as far as the sequence needs one. */
class Node {
  readonly sequence: Sequence;
  readonly core: Core;
  readonly releasedTexts: string[] = [];
  readonly answers: number[] = [];
  readonly asked: number[] = [];
  private readonly given: Given[] = [];

  constructor(
    private readonly net: Net,
    readonly me: number,
  ) {
    const { definition } = net;
    this.core = {
      definition,
      me,
      replica: new Replica(definition),
      executor: new Executor(definition, (report) => this.sequence.submit(0, report, false)),
      out: collected(this.given),
      now: micros(0),
      phase: Phase.MEMBER,
      durable: EMPTY_DURABLE,
    } as unknown as Core;
    this.sequence = new Sequence(this.core);
    this.sequence.gatherReports(net.gatherUs);
  }

  get index(): number {
    return this.core.replica.state.index;
  }

  /** Does something, and what an engine does at the end of each step. */
  step(what: (sequence: Sequence) => void): void {
    what(this.sequence);
    this.sequence.flush(false);
    for (let effect = this.given.shift(); effect; effect = this.given.shift()) {
      if (effect[0] === 'send') this.net.send(effect[1], effect[2]);
      else if (effect[0] === 'answer') this.answers.push(effect[1]);
      else if (effect[0] === 'released') this.released(effect[1]);
    }
  }

  take(frame: ControlFrame): void {
    this.step((sequence) => {
      if (frame.type === 'append') sequence.takeOver(frame);
      else if (frame.type === 'appendAck') sequence.acknowledge(frame);
      else if (frame.type === 'submit') sequence.takeIn(frame);
    });
  }

  private released(outcome: Extract<Given, readonly ['released', ...unknown[]]>[1]): void {
    expect(outcome.index).toBe(this.releasedTexts.length + 1);
    for (const other of this.net.members)
      if (other.index < outcome.index)
        throw new Error(`server ${this.me} lets out ${outcome.index}; server ${other.me} holds ${other.index}`);
    this.releasedTexts.push(JSON.stringify(outcome));
  }
}

/** The servers and what flies between them. */
class Net {
  readonly flying: Flying[] = [];
  members: Node[];
  readonly dead: Node[] = [];
  private leader = 0;
  private epoch = 1;
  private nextId = 1;

  /** @param gatherUs for how long coordinators gather reports */
  constructor(
    readonly definition: ClusterDefinition,
    count: number,
    readonly gatherUs = 0,
  ) {
    this.members = Array.from({ length: count }, (_, me) => new Node(this, me));
    const joined = this.members.map(({ me }) => ({ server: me, incarnation: 1, returned: false }));
    this.enter({ ...this.viewEntry(), forming: true, joined }, true);
  }

  send(to: number, frame: ControlFrame): void {
    this.flying.push({ to, frame: JSON.stringify(frame) });
  }

  submit(which: number, command: Command): void {
    const node = this.members[which % this.members.length];
    node.asked.push(this.nextId);
    node.step((sequence) => sequence.submit(this.nextId++, command, false));
  }

  /** One frame arrives, and stays under way if it is to come again. */
  deliver(which: number, again: boolean): void {
    if (this.flying.length === 0) return;
    const at = which % this.flying.length;
    const { to, frame } = this.flying[at];
    if (!again) this.flying.splice(at, 1);
    this.members.find(({ me }) => me === to)?.take(JSON.parse(frame) as ControlFrame);
  }

  /** All that is under way arrives, and what that gives rise to. */
  deliverAll(): void {
    while (this.flying.length > 0) this.deliver(0, false);
  }

  lose(which: number): void {
    if (this.flying.length > 0) this.flying.splice(which % this.flying.length, 1);
  }

  sayAgain(which: number): void {
    this.members[which % this.members.length].step((sequence) => sequence.resend());
  }

  /** Time passes, and whoever has gathered reports for long enough tells them. */
  wait(us: number): void {
    for (const { core } of this.members) core.now = micros(core.now + us);
    for (const node of [...this.members]) node.step(() => undefined);
  }

  /** Whoever gathers is the coordinator, and will be done in time; answers whether somebody does. */
  gathers(): boolean {
    for (const { me, sequence } of this.members) if (me !== this.leader) expect(sequence.deadline).toBe(NEVER);
    const leader = this.members.find(({ me, sequence }) => me === this.leader && sequence.deadline !== NEVER);
    if (!leader) return false;
    const { core, sequence } = leader;
    expect(sequence.deadline).toBeGreaterThan(core.now);
    expect(sequence.deadline).toBeLessThanOrEqual(core.now + this.gatherUs);
    return true;
  }

  /** Members drop out; the rest go on from what the one of them holds that holds most, and one of them leads. */
  change(mask: number, lead = 0): void {
    const stay = this.members.filter((_, position) => ((mask >> position) & 1) === 1);
    if (stay.length === 0) return;
    const down = this.members.filter((node) => !stay.includes(node));
    this.dead.push(...down);
    for (const { sequence } of down) {
      sequence.reset(false);
      expect(sequence.deadline).toBe(NEVER);
    }
    this.members = stay;
    this.leader = stay[lead % stay.length].me;
    this.epoch += 1;
    const most = stay.reduce((best, node) => (node.index > best.index ? node : best));
    const snapshot = most.sequence.snapshot();
    for (const node of stay) if (node.index < most.index) node.sequence.restore(snapshot);
    this.enter({ ...this.viewEntry(), down: down.reduce((sum, { me }) => sum | (1 << me), 0) }, false);
  }

  /** Everything is said again until nothing is left to say. */
  rest(): void {
    for (let round = 0; round < 50; round += 1) {
      for (const node of [...this.members]) node.step((sequence) => sequence.resend());
      this.deliverAll();
      if (!this.members.some(({ sequence }) => sequence.outstanding() || sequence.unreleased())) return;
    }
    throw new Error('something is still under way');
  }

  /** All who are left agree, and know all that anybody was told; to be asked at rest. */
  expectAgreed(): void {
    const [first, ...others] = this.members;
    for (const node of others) {
      expect(node.core.replica.state).toEqual(first.core.replica.state);
      expect(node.releasedTexts).toEqual(first.releasedTexts);
    }
    expect(first.releasedTexts).toHaveLength(first.index);
    // Whoever dropped out was told nothing that the survivors do not know.
    for (const { releasedTexts } of this.dead)
      expect(first.releasedTexts.slice(0, releasedTexts.length)).toEqual(releasedTexts);
    for (const { asked, answers } of this.members) expect(answers.toSorted((a, b) => a - b)).toEqual(asked);
  }

  private viewEntry(): Entry & { type: 'view' } {
    const members = this.members.reduce((sum, { me }) => sum | (1 << me), 0);
    return {
      type: 'view',
      epoch: this.epoch,
      coordinator: this.leader,
      members,
      forming: false,
      joined: [],
      down: 0,
      left: 0,
      absorbed: [],
      nextEventId: 1,
      nextOp: 1,
      fenced: 0,
      fencedUntil: micros(0),
      maintenance: 0,
    };
  }

  private enter(entry: Entry & { type: 'view' }, newcomer: boolean): void {
    for (const node of this.members) node.sequence.enterView(entry, newcomer);
    for (const node of this.members) node.step(() => undefined);
  }
}

const servers = 4;
const definition = define({
  servers,
  groups: ['G1', 'G2', 'G3'].map((name, first) => ({
    name,
    servers: Array.from({ length: servers }, (_, index) => `S${((first + index) % servers) + 1}`),
  })),
});

const group = fc.nat(2);
const commandArb: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ type: fc.constant('stopGroup' as const), group }),
  fc.record({ type: fc.constant('startGroup' as const), group, on: fc.constant(-1) }),
  fc.record({ type: fc.constant('moveGroup' as const), group, to: fc.nat(servers - 1) }),
  fc.record({ type: fc.constant('failGroup' as const), group }),
  fc.record({
    type: fc.constant('registry' as const),
    change: fc.record({
      change: fc.constant('createKey' as const),
      key: fc.constantFrom('HKEY_USERS\\a', 'HKEY_USERS\\b'),
    }),
  }),
);

const which = fc.nat(40);
/** A coordinator that gathers does so for so long. */
const GATHER_US = 40;
const actionArb = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('submit' as const), which, command: commandArb }) },
  { weight: 10, arbitrary: fc.record({ do: fc.constant('deliver' as const), which, again: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('lose' as const), which }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('sayAgain' as const), which }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('change' as const), stay: fc.nat(15), lead: fc.nat(servers - 1) }),
  },
);
/** Groups are moved about, most frames arrive, and time passes. */
const movesArb: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('submit' as const),
      which,
      command: fc.record({ type: fc.constant('moveGroup' as const), group, to: fc.nat(servers - 1) }),
    }),
  },
  { weight: 30, arbitrary: fc.record({ do: fc.constant('deliver' as const), which, again: fc.constant(false) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), us: fc.nat(GATHER_US) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('change' as const), stay: fc.nat(15), lead: fc.nat(servers - 1) }),
  },
);
type Action = ReturnType<typeof actionArb.generate>['value'] | { readonly do: 'wait'; readonly us: number };

function carryOut(net: Net, action: Action): void {
  switch (action.do) {
    case 'submit':
      return net.submit(action.which, action.command);
    case 'deliver':
      return net.deliver(action.which, action.again);
    case 'lose':
      return net.lose(action.which);
    case 'sayAgain':
      return net.sayAgain(action.which);
    case 'change':
      return net.change(action.stay, action.lead);
    case 'wait':
      return net.wait(action.us);
  }
}

describe('sequences over a bad network', () => {
  it('end with equal states, each outcome let out once, in order, and never before all held it', () => {
    let released = 0;
    let changes = 0;
    fc.assert(
      fc.property(fc.integer({ min: 2, max: servers }), fc.array(actionArb, { maxLength: 80 }), (count, actions) => {
        const net = new Net(definition, count);
        for (const action of actions) carryOut(net, action);
        net.rest();
        net.expectAgreed();
        released += net.members[0].index;
        changes += net.dead.length;
      }),
      { seed: 1, numRuns: 400 },
    );
    expect(released).toBeGreaterThan(2000);
    expect(changes).toBeGreaterThan(50);
  });

  it('end so, too, where coordinators gather reports, and no gathering is without an end', () => {
    let gathered = 0;
    fc.assert(
      fc.property(fc.integer({ min: 3, max: servers }), fc.array(movesArb, { maxLength: 120 }), (count, actions) => {
        const net = new Net(definition, count, GATHER_US);
        for (const action of actions) {
          carryOut(net, action);
          if (net.gathers()) gathered += 1;
        }
        net.rest();
        net.expectAgreed();
      }),
      { seed: 1, numRuns: 400 },
    );
    expect(gathered).toBeGreaterThan(200);
  });

  it('of one server lets everything out at once', () => {
    const net = new Net(definition, 1);
    net.submit(0, { type: 'stopGroup', group: 0 });
    expect(net.members[0].releasedTexts).toHaveLength(net.members[0].index);
    expect(net.members[0].answers).toEqual([1]);
  });

  it('let nothing out while one member says nothing, however often all others agree', () => {
    const net = new Net(definition, 3);
    net.rest();
    const before = net.members[0].releasedTexts.length;
    net.submit(0, { type: 'stopGroup', group: 0 });
    for (let round = 0; round < 20; round += 1) {
      for (const { me } of net.members) net.sayAgain(me);
      for (let at = net.flying.length - 1; at >= 0; at -= 1) {
        const { to, frame } = net.flying[at];
        if (to === 2 || (JSON.parse(frame) as { from: number }).from === 2) net.flying.splice(at, 1);
      }
      net.deliverAll();
    }
    expect(net.members.map(({ releasedTexts }) => releasedTexts.length)).toEqual([before, before, before]);
    expect(net.members[0].answers).toEqual([]);
    net.rest();
    expect(net.members[0].answers).toEqual([1]);
  });

  it('carry many commands of one member in its order', () => {
    const net = new Net(definition, 2);
    net.rest();
    for (let count = 0; count < 200; count += 1)
      net.members[1].step((sequence) =>
        sequence.submit(
          count + 1,
          { type: 'registry', change: { change: 'createKey', key: `HKEY_USERS\\k${count}` } },
          false,
        ),
      );
    net.rest();
    expect(net.members[1].answers).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
  });
});

describe('more reports than a frame takes', () => {
  it.each([0, GATHER_US])(
    'follow when those before are applied, without anybody asking again (gathering %i)',
    (gatherUs) => {
      const net = new Net(definition, 2, gatherUs);
      net.rest();
      const [, member] = net.members;
      for (let count = 0; count < 200; count += 1) net.submit(1, { type: 'stopGroup', group: count % 3 });
      net.deliverAll();
      expect(member.answers).toEqual(member.asked);
      expect(member.answers).toHaveLength(200);
    },
  );
});

describe('what a member has submitted', () => {
  it.each([0, GATHER_US])(
    'goes to the coordinator of the next view with what it submits then (gathering %i)',
    (gatherUs) => {
      const net = new Net(definition, 3, gatherUs);
      net.rest();
      net.submit(2, { type: 'stopGroup', group: 0 });
      net.flying.splice(0);
      net.change(0b111, 1);
      net.submit(2, { type: 'stopGroup', group: 1 });
      net.deliverAll();
      expect(net.members[2].answers).toEqual([1, 2]);
    },
  );
});

describe('frames of another view', () => {
  it('change nothing', () => {
    const net = new Net(definition, 3);
    net.submit(1, { type: 'stopGroup', group: 0 });
    const old = net.flying.splice(0);
    net.change(0b111);
    net.flying.splice(0);
    const before = net.members.map(({ core }) => JSON.stringify(core.replica.state));
    net.flying.push(...old);
    net.deliverAll();
    expect(net.members.map(({ core }) => JSON.stringify(core.replica.state))).toEqual(before);
  });
});
