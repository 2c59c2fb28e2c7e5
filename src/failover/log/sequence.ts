/**
 * One order for everybody: how entries get from the coordinator to all members, and when their outcomes are let out.
 *
 * The coordinator applies an entry at once and sends it on; members apply entries in order and say how far they are.
 * What all members hold is stable, and only then does each let the outcome out. So whoever survives holds everything
 * that anybody was ever told. Outcomes are kept until all members have let them out, because the next coordinator may
 * have to tell those that had not.
 */
import type { Refusal } from '../../model/result.js';
import { type Micros, micros, NEVER } from '../../model/time.js';
import { type Core, coordinates, persist } from '../core.js';
import { type Append, type AppendAck, Phase, type Submission, type Submit, type ViewId } from '../frames.js';
import { type CarriedKeys, type RegistryUpdate, updated } from '../registry/disk.js';
import { type AgreedState, has, serversOf, stands } from '../state.js';
import type { Command } from './commands.js';
import type { Entry, Order, Outcome } from './entries.js';

/** Commands sent in one frame at most; the rest follow when these are applied. */
const SUBMISSIONS_MAX = 64;
/** Reports are gathered as long as the next comes within that part of the time for which the first may wait. */
const PAUSE_OF_GATHERING = 4;

export class Sequence {
  /** Outcomes that some member has not let out yet. */
  private pending: Outcome[] = [];
  private released = 0;
  private stable = 0;
  private floor = 0;
  /** To a coordinator that is new: what the others have to tell before anybody tells more. */
  private toldFirst = 0;
  /** Entries since `first`, kept by the coordinator until all members hold them. */
  private entries: Entry[] = [];
  private first = 1;
  private readonly acked: number[];
  private readonly releasedBy: number[];
  private readonly sent: number[];
  private outbox: Submission[] = [];
  private nextN = 1;
  /** The number of the last command that this view's coordinator was sent; 0 where all are to be sent again. */
  private sentN = 0;
  private ackDue = false;
  private tellDue = false;
  /** For so long at most a coordinator gathers reports, in microseconds. */
  private gatherUs = 0;
  /** Since when it has reports that it tells with the next. */
  private gatheringSince = NEVER;
  /** When it tells them though no other comes. */
  private gatheredAt = NEVER;
  /** The registry as a newcomer found it: it counts when the newcomer's first view is let out. */
  private copy: { readonly index: number; readonly update: RegistryUpdate } | undefined;

  constructor(private readonly core: Core) {
    const count = core.definition.servers.length;
    this.acked = Array<number>(count).fill(0);
    this.releasedBy = Array<number>(count).fill(0);
    this.sent = Array<number>(count).fill(0);
  }

  /** The agreed state and what is not yet out everywhere, for somebody who lacks it. */
  snapshot(): string {
    return JSON.stringify({ state: this.core.replica.state, pending: this.pending });
  }

  /** Takes over what another server holds. */
  restore(snapshot: string): void {
    const { state, pending } = JSON.parse(snapshot) as { state: AgreedState; pending: Outcome[] };
    this.core.replica.adopt(state);
    const kept = new Set(pending.flatMap(({ answers }) => answers.map(({ id }) => id)));
    const lost = this.unanswered().filter(({ id }) => !kept.has(id));
    this.pending = pending;
    if (this.core.phase === Phase.MEMBER) this.prepare();
    for (const { id } of lost) this.core.out.answer(id, this.lost());
  }

  /** A view begins with this entry. A newcomer is told nothing that was before. */
  enterView(entry: Entry, newcomer: boolean): void {
    const { core } = this;
    const before = core.replica.state.index;
    if (newcomer) {
      this.released = before;
      for (const { id } of this.outbox) if (id > 0) core.out.answer(id, this.lost());
      this.outbox = [];
      this.nextN = 1;
    }
    this.sentN = 0;
    this.toldFirst = newcomer && this.pending.length > 0 ? before : 0;
    this.pending.push(core.replica.apply(entry));
    if (newcomer) this.copyRegistry();
    this.prepare();
    this.entries = [];
    this.first = before + 2;
    this.stable = 0;
    this.floor = 0;
    this.acked.fill(0);
    this.releasedBy.fill(0);
    this.sent.fill(before + 1);
    this.endGathering();
    this.ackDue = true;
    if (coordinates(core)) this.advance();
  }

  /** Leaves all views. What was ordered here goes on without this server if `agreed`; the rest is lost to it. */
  reset(isAgreed: boolean): void {
    const { out } = this.core;
    const left = isAgreed ? this.pending.filter(({ index }) => index > this.released) : [];
    for (const { id, refusal } of this.unanswered()) out.answer(id, isAgreed ? refusal : this.lost());
    for (const { id } of this.outbox) if (id > 0) out.answer(id, this.lost());
    this.outbox = [];
    for (const outcome of left) this.publishRegistry(outcome);
    this.pending = [];
    this.entries = [];
    this.endGathering();
  }

  /**
   * From now on a coordinator tells several reports together that groups and resources are up: as long as other groups are
   * on their way up and the next report comes soon, for so many microseconds at most. Each telling wakes all members. And
   * what a member has submitted it says again when that was not answered in time, not with the next.
   */
  gatherReports(gatherUs: number): void {
    this.gatherUs = gatherUs;
  }

  /** When `flush` tells what was gathered, if nothing else is told before; NEVER where nothing is. */
  get deadline(): Micros {
    return this.gatheredAt;
  }

  /** The coordinator puts an entry into the sequence. */
  order(entry: Entry): void {
    const { core } = this;
    const outcome = this.take(entry);
    this.entries.push(entry);
    if (this.mayGather(entry, outcome)) this.gatherOne();
    else this.tellDue = true;
    for (const { server, id, refusal } of outcome.answers) if (server === core.me) core.out.ordered(id, refusal);
    this.advance();
  }

  /**
   * Puts a command before the coordinator. Where that is this server and nothing waits, it is judged at once. `id` 0
   * wants no answer.
   */
  submit(id: number, command: Command, held: boolean): void {
    const { core } = this;
    const n = this.nextN++;
    if (coordinates(core) && !held && this.outbox.length === 0) {
      this.order({ type: 'command', from: core.me, n, id, command });
      return;
    }
    this.outbox.push({ n, id, command });
    this.tellDue = true;
  }

  /** The coordinator takes in what a member submits, in that member's order. */
  takeIn(frame: Submit): void {
    const { state } = this.core.replica;
    if (!coordinates(this.core) || frame.epoch !== state.view.epoch || !has(state.members, frame.from)) return;
    for (const { n, id, command } of frame.items)
      if (n === state.servers[frame.from].lastN + 1) this.order({ type: 'command', from: frame.from, n, id, command });
  }

  /**
   * A member says that it holds entries before it applies them. Not where they let something out or change what is on its
   * disk: that is to be done before anybody hears of it.
   */
  answerFirst(frame: Append): boolean {
    const { after, entries, stable } = frame;
    const { view, index, carried } = this.core.replica.state;
    if (!this.isCoordinators(frame)) return false;
    if (entries.length === 0 || after !== index || stable > this.stable) return false;
    if (entries.some((entry) => isKept(entry, carried))) return false;
    this.sayHeld(view, index + entries.length);
    return true;
  }

  /** Says that this server holds so many entries of a view's log. */
  sayHeld({ epoch, coordinator }: ViewId, index: number): void {
    const { core, released } = this;
    core.out.send(coordinator, { type: 'appendAck', epoch, from: core.me, index, released });
  }

  /** What was taken in last was answered before: nothing is owed for it. */
  dropAnswer(): void {
    this.ackDue = false;
  }

  /** A member takes in entries and what is stable. */
  takeOver(frame: Append): void {
    if (!this.isCoordinators(frame)) return;
    this.ackDue = true;
    const { replica } = this.core;
    if (frame.after <= replica.state.index)
      for (const entry of frame.entries.slice(replica.state.index - frame.after)) this.take(entry);
    this.stable = Math.max(this.stable, frame.stable);
    this.floor = Math.max(this.floor, frame.floor);
    this.letOut();
    this.clearOutbox();
  }

  /** The coordinator hears how far a member is. */
  acknowledge(frame: AppendAck): void {
    const { state } = this.core.replica;
    if (!coordinates(this.core) || frame.epoch !== state.view.epoch) return;
    this.acked[frame.from] = Math.max(this.acked[frame.from], frame.index);
    this.releasedBy[frame.from] = Math.max(this.releasedBy[frame.from], frame.released);
    this.advance();
  }

  /** Everything that is due goes out: once at the end of a step, so that many entries travel in one frame. */
  flush(held: boolean): void {
    const { core } = this;
    if (core.phase !== Phase.MEMBER || held) return;
    if (coordinates(core)) {
      this.drainOutbox();
      if (this.tellDue || core.now >= this.gatheredAt) this.tellMembers();
    } else {
      const { view, index } = core.replica.state;
      if (this.ackDue) this.sayHeld(view, index);
      if (this.tellDue) this.sendOutbox();
    }
    this.ackDue = false;
    this.tellDue = false;
  }

  /** Says again whatever has not been answered. */
  resend(): void {
    const { core } = this;
    if (core.phase !== Phase.MEMBER) return;
    if (coordinates(core)) for (const member of this.behind()) this.sent[member] = this.acked[member];
    this.sentN = 0;
    this.tellDue = true;
    this.ackDue = true;
  }

  /** Something is under way that a lost frame would stop. */
  outstanding(): boolean {
    if (this.core.phase !== Phase.MEMBER) return false;
    return this.outbox.length > 0 || (coordinates(this.core) ? this.behind().length > 0 : this.unreleased());
  }

  /** To the coordinator: all members hold all there is. */
  get isStable(): boolean {
    return this.stable === this.core.replica.state.index;
  }

  /** Whether some outcome waits to be let out here. */
  unreleased(): boolean {
    return this.released < this.core.replica.state.index;
  }

  describe(): unknown {
    const { released, stable, pending, outbox, nextN, sentN, gatheringSince, gatheredAt } = this;
    return [released, stable, pending.length, outbox.map((item) => item.n), nextN, sentN, gatheringSince, gatheredAt];
  }

  /** Answers to commands of this server that were judged and have not been let out. */
  private unanswered(): Outcome['answers'] {
    return this.pending.flatMap(({ index, answers }) =>
      index > this.released ? answers.filter(({ server, id }) => server === this.core.me && id > 0) : [],
    );
  }

  /** It comes from the coordinator of the view that this server stands in. */
  private isCoordinators({ epoch, from }: Append): boolean {
    const { view } = this.core.replica.state;
    return this.core.phase === Phase.MEMBER && epoch === view.epoch && from === view.coordinator;
  }

  private behind(): number[] {
    const { state } = this.core.replica;
    return serversOf(state.members).filter(
      (server) =>
        server !== this.core.me && (this.acked[server] < state.index || this.releasedBy[server] < this.stable),
    );
  }

  private advance(): void {
    const { state } = this.core.replica;
    let stable = state.index;
    let floor = state.index;
    for (const server of serversOf(state.members)) {
      if (server === this.core.me) continue;
      stable = Math.min(stable, this.acked[server]);
      floor = Math.min(floor, this.releasedBy[server]);
    }
    this.floor = Math.max(this.floor, floor);
    if (this.floor < this.toldFirst) stable = Math.min(stable, this.toldFirst);
    if (stable <= this.stable) return;
    this.stable = stable;
    this.tellDue = true;
    this.letOut();
    this.trimEntries();
  }

  private letOut(): void {
    const { core } = this;
    for (const outcome of this.pending) {
      if (outcome.index <= this.released || outcome.index > this.stable) continue;
      this.released = outcome.index;
      this.ackDue = true;
      this.publishRegistry(outcome);
      core.out.released(outcome, core.replica.state.view);
      for (const order of outcome.orders) if (order.server === core.me) this.carryOut(order);
      for (const answer of outcome.answers) if (answer.server === core.me) core.out.answer(answer.id, answer.refusal);
      if (outcome.persist) this.persistState();
      if (has(outcome.powerOff, core.me)) core.ending = { orderly: true, why: 'the cluster was shut down' };
    }
    const keepFrom = Math.min(this.floor, this.released);
    if (this.pending.length > 0 && this.pending[0].index <= keepFrom)
      this.pending = this.pending.filter((outcome) => outcome.index > keepFrom);
  }

  private carryOut(order: Order): void {
    const { core } = this;
    if (!stands(core.replica.state, order)) return;
    const { view, carried } = core.replica.state;
    if (order.action === 'activate') core.out.bringsUp(order.group, view, order.keys && carried[order.group]?.keys);
    core.executor.carryOut(order.group, order.op, order.action, core.now, core.out);
  }

  private persistState(): void {
    const { state } = this.core.replica;
    persist(this.core, { maintenance: state.maintenance, unsettled: state.unsettled, fenced: state.fenced });
  }

  private take(entry: Entry): Outcome {
    const { core } = this;
    const outcome = core.replica.apply(entry);
    this.pending.push(outcome);
    if (outcome.registry || core.replica.state.carried !== core.durable.carried) this.prepare();
    return outcome;
  }

  /** What this server holds is on its disk before anybody hears that it does. */
  private prepare(): void {
    const { core } = this;
    const { carried } = core.replica.state;
    persist(core, { carried, registry: { ...core.durable.registry, prepared: this.unpublished() } });
  }

  /** What members hold of the registry and this server has not let out. */
  private unpublished(): RegistryUpdate[] {
    const { copy } = this;
    const from = copy ? copy.index : this.released;
    const later = this.pending.flatMap(({ index, registry }) => (registry && index > from ? [registry] : []));
    return copy ? [copy.update, ...later] : later;
  }

  private copyRegistry(): void {
    const { index, registry, registryStamp } = this.core.replica.state;
    this.copy = { index, update: { ...registryStamp, content: JSON.stringify(registry) } };
  }

  /** All members hold a change of the registry: applications may see it. */
  private publishRegistry(outcome: Outcome): void {
    const { core, copy } = this;
    const update = copy?.index === outcome.index ? copy.update : outcome.registry;
    if (!update || (copy && outcome.index < copy.index)) return;
    if (copy?.index === outcome.index) this.copy = undefined;
    this.released = outcome.index;
    const { epoch, version } = update;
    const content = updated(core.durable.registry.content, update);
    persist(core, { registry: { epoch, version, content, prepared: this.unpublished() } });
  }

  private trimEntries(): void {
    const drop = this.stable - this.first + 1;
    if (drop <= 0) return;
    this.entries.splice(0, drop);
    this.first += drop;
  }

  /**
   * A report that something is up, from which no order follows and for which nobody waits who is on the way out; and another
   * group is on its way up, whose report will have to be told, too.
   */
  private mayGather(entry: Entry, { orders }: Outcome): boolean {
    if (this.gatherUs === 0 || entry.type !== 'command' || orders.length > 0) return false;
    const { command } = entry;
    if ((command.type !== 'orderDone' && command.type !== 'resourceDone') || !command.ok) return false;
    const { groups, servers } = this.core.replica.state;
    const { phase } = groups[command.group];
    if ((phase !== 'active' && phase !== 'activating') || servers.some(({ leaving }) => leaving !== '')) return false;
    return groups.some(({ task }, group) => group !== command.group && task?.stage === 'entering');
  }

  private gatherOne(): void {
    const { gatherUs } = this;
    const { now } = this.core;
    if (this.gatheringSince === NEVER) this.gatheringSince = now;
    const pause = Math.ceil(gatherUs / PAUSE_OF_GATHERING);
    this.gatheredAt = micros(Math.min(this.gatheringSince + gatherUs, now + pause));
  }

  private endGathering(): void {
    this.gatheringSince = NEVER;
    this.gatheredAt = NEVER;
  }

  private tellMembers(): void {
    const { core } = this;
    this.endGathering();
    const { state } = core.replica;
    let append: Append | undefined;
    for (const member of serversOf(state.members)) {
      if (member === core.me) continue;
      const after = Math.max(this.sent[member], this.first - 1);
      // Nearly always all members are told the same: a shell may write it out once.
      if (append?.after !== after) append = this.appendAfter(after);
      core.out.send(member, append);
      this.sent[member] = state.index;
    }
  }

  private appendAfter(after: number): Append {
    const { core, stable, floor } = this;
    const entries = this.entries.slice(after - this.first + 1);
    return { type: 'append', epoch: core.replica.state.view.epoch, from: core.me, after, entries, stable, floor };
  }

  /** What this server submitted before it became the coordinator. */
  private drainOutbox(): void {
    while (this.outbox.length > 0) {
      const { n, id, command } = this.outbox[0];
      if (n > this.core.replica.state.servers[this.core.me].lastN)
        this.order({ type: 'command', from: this.core.me, n, id, command });
      this.outbox.shift();
    }
  }

  private sendOutbox(): void {
    const { view } = this.core.replica.state;
    this.clearOutbox();
    if (this.outbox.length === 0) return;
    const window = this.outbox.slice(0, SUBMISSIONS_MAX);
    // Where frames are seldom lost, what was sent is said again by `resend`; elsewhere with whatever comes next.
    const items = this.gatherUs > 0 ? window.filter(({ n }) => n > this.sentN) : window;
    if (items.length === 0) return;
    this.sentN = items[items.length - 1].n;
    this.core.out.send(view.coordinator, { type: 'submit', epoch: view.epoch, from: this.core.me, items });
  }

  private clearOutbox(): void {
    const before = this.outbox.length;
    const { lastN } = this.core.replica.state.servers[this.core.me];
    while (this.outbox.length > 0 && this.outbox[0].n <= lastN) this.outbox.shift();
    // There is room for some that did not fit before.
    if (before > SUBMISSIONS_MAX && this.outbox.length < before) this.tellDue = true;
  }

  private lost(): Refusal {
    return {
      code: 'LOST',
      where: this.core.definition.servers[this.core.me].name,
      what: 'the server left its view before all members had agreed',
      fix: 'look at the cluster and ask again',
    };
  }
}

/** Applying the entry changes what members keep on disk: the registry, or what goes with groups. */
function isKept(entry: Entry, carried: CarriedKeys): boolean {
  if (entry.type !== 'command') return false;
  const { command } = entry;
  return (
    command.type === 'registry' ||
    command.type === 'groupKeys' ||
    (command.type === 'orderDone' && carried[command.group] !== undefined)
  );
}
