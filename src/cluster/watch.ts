/**
 * Watches the invariants as the run goes: cheaply at each change, in full at each change of view and at the end.
 *
 * It sees what no server can see, all servers at once, and compares; it changes nothing. A violation is written into
 * the trace and thrown.
 */
import { ClientGrammar } from '../client/grammar.js';
import type { ClientEvent } from '../client/look.js';
import { Phase, type ViewId } from '../failover/frames.js';
import { EventGrammar } from '../failover/invariants/events.js';
import { unserved } from '../failover/invariants/liveness.js';
import { InvariantViolation } from '../failover/invariants/violation.js';
import type { Outcome } from '../failover/log/entries.js';
import { sameView, viewKey } from '../failover/state.js';
import type { ClientSlot } from './client-slot.js';
import type { EngineView, ServerSlot } from './server-slot.js';
import type { WorldState } from './world-state.js';

interface Told {
  incarnation: number;
  index: number;
  readonly grammar: EventGrammar;
}

export class Watch {
  /** What was let out first under that number, as text. */
  private readonly outcomes = new Map<string, string>();
  /** In real time what several servers tell in the same words is one object, and compared once: for which cluster. */
  private readonly compared = new WeakMap<Outcome, number>();
  private readonly members = new Map<string, number>();
  private readonly told: readonly Told[];
  /** By client and start. */
  private readonly clients = new Map<string, ClientGrammar>();
  private viewChanged = false;

  /** @param seesAll whether all servers can be looked at in one instant; in real time there is no such instant */
  constructor(
    private readonly world: WorldState,
    private readonly seesAll = true,
  ) {
    this.told = world.slots.map(() => ({ incarnation: 0, index: 0, grammar: new EventGrammar() }));
  }

  /** A server has installed a view. */
  installed(slot: ServerSlot, view: ViewId, members: number, newcomer: boolean): void {
    const key = `${slot.place.cluster}/${viewKey(view)}`;
    const known = this.members.get(key);
    if (known === undefined) this.members.set(key, members);
    else if (known !== members) this.fail(1, `two servers know view ${viewKey(view)} with different members`);
    this.viewChanged = true;
    if (!newcomer) return;
    const told = this.told[slot.place.node];
    told.incarnation = slot.incarnation;
    told.index = -1;
    told.grammar.startOver();
  }

  /** A server lets an outcome out; it has not yet carried its orders out. */
  released(slot: ServerSlot, outcome: Outcome): void {
    this.compareOutcomes(slot, outcome);
    const told = this.told[slot.place.node];
    if (told.index >= 0 && outcome.index !== told.index + 1)
      this.fail(1, `${slot.place.name} lets out entry ${outcome.index} after entry ${told.index}`);
    told.index = outcome.index;
    if (outcome.merge) told.grammar.branchesMet();
    for (const line of outcome.lines) {
      const wrong = line.kind === 'event' ? told.grammar.take(line) : undefined;
      if (wrong !== undefined) this.fail(5, wrong);
    }
  }

  private compareOutcomes(slot: ServerSlot, outcome: Outcome): void {
    const { cluster } = slot.place;
    // Two clusters may tell the same words.
    if (this.compared.get(outcome) === cluster) return;
    const key = `${cluster}/${outcome.epoch}.${outcome.coordinator}.${outcome.index}`;
    const text = JSON.stringify([outcome.lines, outcome.orders]);
    const known = this.outcomes.get(key);
    if (known === undefined) this.outcomes.set(key, text);
    else if (known !== text) this.fail(1, `${slot.place.name} lets out another entry ${outcome.index} than others`);
    if (!this.seesAll) this.compared.set(outcome, cluster);
  }

  /** A group was sent somewhere, and not by hand. */
  misplaced(what: string): void {
    this.fail(3, what);
  }

  /** A client notices a change of a group. */
  noticed(slot: ClientSlot, event: ClientEvent): void {
    const start = `${slot.machine}/${slot.boots}`;
    const grammar = this.clients.get(start) ?? new ClientGrammar();
    this.clients.set(start, grammar);
    const wrong = grammar.take(event);
    const { groups } = slot.clusters[event.cluster];
    if (wrong !== undefined) this.fail(6, `client ${slot.machine}, group ${groups[event.group].name}: ${wrong}`);
  }

  /** All servers have done what they had to do at one instant. */
  afterInstant(): void {
    if (!this.viewChanged || !this.seesAll) return;
    this.viewChanged = false;
    this.checkAll();
  }

  /** The run ends: everything once more, and with nothing under way nothing may be left undone. */
  atTheEnd(quiet: boolean, whole: boolean): void {
    if (!this.seesAll) return;
    this.checkAll();
    if (!quiet) return;
    for (const slot of this.world.slots) {
      const { engine } = slot;
      if (!engine || slot.hung || engine.place.phase !== Phase.MEMBER) continue;
      const [unfinished] = this.told[slot.place.node].grammar.unfinished();
      if (unfinished !== undefined) this.fail(5, `the ${unfinished} has started and never ended`);
      this.compareHeld(slot, engine);
      const [left] = whole ? unserved(slot.definition, engine.state) : [];
      if (left !== undefined) this.fail(4, left);
    }
  }

  /** At rest what is agreed of a server is what it holds. */
  private compareHeld(slot: ServerSlot, engine: EngineView): void {
    engine.state.groups.forEach((group, index) => {
      const here = group.server === slot.place.server;
      const name = slot.definition.groups[index].name;
      if (here !== engine.executor.holds(index))
        this.fail(1, `group ${name} is ${here ? '' : 'not '}agreed to be on ${slot.place.name}, which says otherwise`);
    });
  }

  /** A server that stands in that view is about to bring a group up: nobody else may hold it. */
  bringsUp(slot: ServerSlot, group: number, view: ViewId): void {
    if (!this.seesAll) return;
    for (const other of this.world.slots) {
      const { engine } = other;
      if (other === slot || other.place.cluster !== slot.place.cluster || !engine?.executor.holds(group)) continue;
      if (slot.definition.partition.kind !== 'none' || this.shares(engine, view)) this.failHolders(slot, other, group);
    }
  }

  private checkAll(): void {
    const running = this.world.slots.filter((slot) => slot.engine);
    // States are large and pairs are many: each state is written out once.
    const texts = new Map<EngineView, string>();
    running.forEach((slot, position) => {
      for (const other of running.slice(position + 1)) {
        if (other.place.cluster === slot.place.cluster) this.compare(slot, other, texts);
      }
    });
  }

  private compare(slot: ServerSlot, other: ServerSlot, texts: Map<EngineView, string>): void {
    const [one, two] = [slot.engine as EngineView, other.engine as EngineView];
    const together = one.place.phase === Phase.MEMBER && this.shares(two, one.view);
    if (together && one.state.index === two.state.index) {
      if (textOf(one, texts) !== textOf(two, texts))
        this.fail(1, `${slot.place.name} and ${other.place.name} disagree after entry ${one.state.index}`);
    }
    if (!together && slot.definition.partition.kind === 'none') return;
    for (const { group } of one.executor.held()) if (two.executor.holds(group)) this.failHolders(slot, other, group);
  }

  private shares(engine: EngineView, view: ViewId): boolean {
    return engine.place.phase === Phase.MEMBER && sameView(engine.view, view);
  }

  private failHolders(slot: ServerSlot, other: ServerSlot, group: number): never {
    const { name } = slot.definition.groups[group];
    return this.fail(2, `group ${name} is held by ${slot.place.name} and by ${other.place.name}`);
  }

  private fail(invariant: number, text: string): never {
    this.world.recorder.write({ kind: 'violation', invariant, text });
    throw new InvariantViolation(invariant, text);
  }
}

/** An engine's agreed state as text, written out at the first question. */
function textOf(engine: EngineView, texts: Map<EngineView, string>): string {
  let text = texts.get(engine);
  if (text === undefined) texts.set(engine, (text = JSON.stringify(engine.state)));
  return text;
}
