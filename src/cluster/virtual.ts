/**
 * The world in virtual time: what the inline and the lockstep backend share.
 *
 * Time jumps from one instant at which something happens to the next. At an instant first boots, witnesses and
 * what clients and servers have sent each other, then the watchdogs, then the servers one after the other in definition
 * order, each with the frames that reach it (by sender, network and number), then its resource agents' answers, then its own
 * clock; then the clocks of clients. No frame arrives at the instant when it was sent, so servers at one instant cannot
 * influence each other: running each in a thread of its own gives the same. Where the engines run, and how an instant's
 * inputs get into them, is all that the two backends decide for themselves.
 */
import type { AgentCall, ControlFrame, Effects, Frame, Heartbeat, Input, WitnessAsk } from '../failover/frames.js';
import { Witness } from '../failover/view/witness.js';
import { type Micros, micros } from '../model/time.js';
import type { BackendKind } from '../model/trace.js';
import { Deliveries, MARK_CORRUPT } from '../network/model.js';
import type { Refusal, Result } from '../model/result.js';
import type { WorldAction } from './actions.js';
import type { Goal, StepLabel, Stop, Waiter } from './backend.js';
import { Driver } from './driver.js';
import { EventQueue } from './queue.js';
import type { ServerSlot, Waiting } from './server-slot.js';
import { WorldBackend, type WorldOptions } from './world-backend.js';
import type { WorldDefinition } from './world.js';

/** Something due at an instant. */
export type Due =
  | { readonly type: 'frame'; readonly to: number; readonly marks: number; readonly flight: Flight }
  | { readonly type: 'broadcast'; readonly flight: Flight }
  | { readonly type: 'witness'; readonly cluster: number; readonly question: WitnessAsk; readonly to: number }
  | { readonly type: 'agent'; readonly node: number; readonly incarnation: number; readonly call: AgentCall }
  | { readonly type: 'boot'; readonly node: number }
  /** Something between clients and servers, or beside the network. */
  | { readonly type: 'public'; readonly happens: () => void };

/** A frame under way, shared by all its receivers. */
export interface Flight {
  readonly from: number;
  readonly network: number;
  readonly order: number;
  readonly input: Input & { readonly type: 'frame' };
}

export abstract class VirtualBackend extends WorldBackend {
  protected readonly effects: readonly Effects[];
  protected clock = micros(0);
  private readonly queue = new EventQueue<Due>();
  private readonly witnesses: readonly Witness[];
  private readonly deliveries = new Deliveries();
  private readonly driver: Driver;
  /** When each server's boot that is under way is over, by its node. */
  private readonly bootsAt: Micros[] = [];
  private flights = 0;
  /** An instant that is not over yet, where that is to be waited for. */
  private underWay: Promise<void> | undefined;

  constructor(world: WorldDefinition, options: WorldOptions, kind: BackendKind) {
    super(world, options, kind);
    this.witnesses = world.clusters.map(() => new Witness());
    this.effects = this.slots.map((slot) => this.effectsOf(slot));
    this.driver = new Driver(
      {
        now: () => this.clock,
        reached: (goal) => this.reached(goal),
        news: () => this.news,
        nextInstant: () => this.nextInstant(),
        pass: (at) => this.pass(at),
        isTelling: () => this.recorder.isTelling,
        skipTo: (at) => {
          this.clock = micros(Math.max(this.clock, at));
        },
      },
      this.tasks,
    );
  }

  now(): Micros {
    return this.clock;
  }

  /** Nobody acts in the middle of an instant. Who acts on a line of the trace goes on before the next one. */
  override async act(action: WorldAction, label?: StepLabel): Promise<Result<void, Refusal>> {
    while (this.underWay) await this.underWay.catch(() => undefined);
    if (this.recorder.isTelling) this.driver.wake();
    return super.act(action, label);
  }

  until(goal: Goal, limit: Micros, waiter?: Waiter): Promise<Stop> {
    if (this.failure) {
      waiter?.settled?.();
      return Promise.reject(this.failure);
    }
    return this.driver.until(goal, limit, waiter);
  }

  override close(): Promise<void> {
    this.closed = true;
    this.driver.stop();
    return Promise.resolve();
  }

  powerOn(slot: ServerSlot): void {
    slot.booting = true;
    const { bootUs } = slot.definition.servers[slot.place.server];
    const { node } = slot.place;
    this.bootsAt[node] = micros(this.clock + bootUs);
    if (bootUs === 0) this.boot(slot);
    else this.queue.push(this.bootsAt[node], { type: 'boot', node });
  }

  /** In virtual time a hung server simply gets no turn. */
  hang(slot: ServerSlot): void {
    slot.hung = true;
  }

  /** What waited for it comes first. */
  resume(slot: ServerSlot): void {
    slot.hung = false;
    const waiting = slot.frames.drain().sort(byArrival);
    for (const item of waiting) if (slot.engine) this.hand(slot, item);
    for (const answer of slot.answers.splice(0)) this.input(slot, { ...answer, now: this.clock });
    this.input(slot, { type: 'tick', now: this.clock });
  }

  transmit(from: number, to: number, network: number, arrive: (marks: number) => void): void {
    const { deliveries } = this;
    const copies = this.switchboard.model.send(from, to, network, this.clock, deliveries);
    for (let copy = 0; copy < copies; copy += 1) {
      const marks = deliveries.marks[copy];
      this.queue.push(deliveries.atUs[copy], { type: 'public', happens: () => arrive(marks) });
    }
  }

  afterwards(us: number, does: () => void): void {
    this.queue.push(this.clock + us, { type: 'public', happens: does });
  }

  /** Lets every server do what is due; what comes back, if anything, is to be waited for. */
  protected abstract turn(arriving: readonly Due[], at: Micros): Promise<void> | undefined;

  /** Makes the engine of a server that is being switched on. */
  protected abstract startEngine(slot: ServerSlot): void;

  private nextInstant(): Micros {
    let at = this.queue.nextAt as number;
    for (const slot of this.slots) {
      if (!slot.engine) continue;
      if (!slot.hung) at = Math.min(at, slot.engine.nextDeadline());
      if (slot.watchdogAt < at) at = slot.watchdogAt;
    }
    for (const { active, client } of this.clients.slots) if (active && client) at = Math.min(at, client.nextDeadline());
    return micros(Math.max(at, this.clock));
  }

  /** One instant, and a look at the invariants where it has changed anything. */
  private pass(at: Micros): Promise<void> | undefined {
    const lines = this.recorder.count;
    const look = (): void => {
      this.clientsTurn(at);
      if (this.recorder.count !== lines) this.watch?.afterInstant();
    };
    let under: Promise<void> | undefined;
    this.clock = at;
    this.recorder.enter();
    try {
      under = this.instant(at);
      if (!under) look();
    } finally {
      if (!under) this.endInstant();
    }
    this.underWay = under?.then(look).finally(() => this.endInstant());
    return this.underWay;
  }

  /** Now its lines are told. */
  private endInstant(): void {
    this.underWay = undefined;
    this.recorder.leave();
    this.assertSound();
  }

  /** After the servers, the clocks of clients. */
  private clientsTurn(at: Micros): void {
    for (const slot of this.clients.slots)
      if (slot.active && slot.client && slot.client.nextDeadline() <= at)
        this.clientInput(slot, { type: 'tick', now: at });
  }

  private instant(at: Micros): Promise<void> | undefined {
    const arriving = this.takeDue(at);
    for (const slot of this.slots) {
      if (slot.engine && slot.watchdogAt <= at) this.watchdogFires(slot);
    }
    return this.turn(arriving, at);
  }

  /** Everything due now; boots and witnesses are served at once, frames are put in the order of their senders. */
  private takeDue(at: Micros): Due[] {
    const arriving: Due[] = [];
    while (this.queue.nextAt <= at) {
      const due = this.queue.pop();
      if (due.type === 'boot') this.boot(this.slots[due.node]);
      else if (due.type === 'witness') this.askedWitness(due.cluster, due.question, due.to);
      else if (due.type === 'public') due.happens();
      else arriving.push(due);
    }
    return arriving.length > 1 ? arriving.sort(byDue) : arriving;
  }

  /** What of it is for this server: a frame that reaches it, or an agent's answer. */
  protected isFor(slot: ServerSlot, due: Due): boolean {
    const { node } = slot.place;
    if (due.type === 'agent') return due.node === node;
    if (due.type === 'frame') return due.to === node;
    if (due.type !== 'broadcast' || due.flight.from === node) return false;
    return slot.place.cluster === this.slots[due.flight.from].place.cluster;
  }

  /** Whether a frame gets into the server's engine now; if not, it is counted or kept here. */
  protected admits(slot: ServerSlot, flight: Flight, marks: number): boolean {
    const { from, network, input } = flight;
    const { model } = this.switchboard;
    const { node } = slot.place;
    if (!slot.engine) model.dropped(from, node, network, 'off', marks);
    else if ((marks & MARK_CORRUPT) !== 0) model.dropped(from, node, network, 'corrupt', marks);
    else if (slot.hung) {
      const waiting = { input, from, network, marks };
      const link = model.linkIndex(from, node, network);
      const fits = slot.frames.offer(link, input.frame.type === 'heartbeat', waiting);
      if (!fits) model.dropped(from, node, network, 'full', marks);
    } else return true;
    return false;
  }

  /** The server's engine takes the frame in. */
  protected countIn(slot: ServerSlot, { from, network, input }: Flight, marks: number): void {
    this.switchboard.model.delivered(from, slot.place.node, network, marks);
    if (this.heartbeatSink && input.frame.type === 'heartbeat')
      this.heartbeatSink(this.clock, this.directory.nodes[from], slot.place.name);
  }

  /** Hands over what waited for a hung server. */
  private hand(slot: ServerSlot, waiting: Waiting): void {
    const { from, network, marks } = waiting;
    const input = waiting.input as Input & { readonly type: 'frame' };
    this.countIn(slot, { from, network, order: 0, input }, marks);
    this.input(slot, { ...input, now: this.clock });
  }

  /** What an agent's answer tells the engine; undefined where the server that asked is gone. */
  protected answerOf(slot: ServerSlot, due: Due & { type: 'agent' }): Input | undefined {
    if (!slot.engine || slot.incarnation !== due.incarnation) return undefined;
    const { group, resource, action, run } = due.call;
    const { name } = slot.definition.groups[group].resources[resource];
    const good = action === 'deactivate' || this.faults.of(name, slot.place.name) === undefined;
    return { type: 'agentDone', now: this.clock, run, ok: good };
  }

  /** Its power may have been cut meanwhile, and switched on again: then it boots later. */
  private boot(slot: ServerSlot): void {
    if (!slot.booting || this.bootsAt[slot.place.node] !== this.clock) return;
    this.startEngine(slot);
    this.reconsider();
  }

  private effectsOf(slot: ServerSlot): Effects {
    const { node, cluster } = slot.place;
    const lans = this.directory.clusters[cluster];
    return {
      ...this.told(slot),
      broadcast: (beat) => this.broadcast(node, lans.interconnects, beat),
      send: (to, frame) => this.send(node, lans.first + to, lans.interconnects, frame),
      askWitness: (frame) => this.sendToWitness(node, cluster, frame),
      agent: (call) => this.startAgent(slot, call),
      cancelAgent: () => undefined,
      watchdog: (at) => {
        slot.watchdogAt = at;
      },
    };
  }

  private broadcast(from: number, networks: readonly number[], frame: Heartbeat): void {
    const { model } = this.switchboard;
    for (const network of networks) {
      if (!model.isPlain(from, network)) {
        for (const to of this.peers[from]) this.sendOn(from, to, network, frame);
        continue;
      }
      const at = model.countBroadcast(from, network, this.peers[from], this.clock);
      this.queue.push(at, { type: 'broadcast', flight: this.flight(from, network, frame, at) });
    }
  }

  private send(from: number, to: number, networks: readonly number[], frame: ControlFrame): void {
    for (const network of networks) this.sendOn(from, to, network, frame);
  }

  private sendOn(from: number, to: number, network: number, frame: Frame): void {
    const { deliveries } = this;
    const copies = this.switchboard.model.send(from, to, network, this.clock, deliveries);
    for (let copy = 0; copy < copies; copy += 1) {
      const at = micros(deliveries.atUs[copy]);
      const marks = deliveries.marks[copy];
      this.queue.push(at, { type: 'frame', to, marks, flight: this.flight(from, network, frame, at) });
    }
  }

  private flight(from: number, network: number, frame: Frame, now: Micros): Flight {
    return { from, network, order: this.flights++, input: { type: 'frame', now, network, frame } };
  }

  /** Questions to the witness and its answers travel over the public LANs. */
  private sendToWitness(from: number, cluster: number, question: WitnessAsk): void {
    const { publicLans, witness } = this.directory.clusters[cluster];
    const { model } = this.switchboard;
    for (const network of publicLans) {
      const copies = model.send(from, witness, network, this.clock, this.deliveries);
      for (let copy = 0; copy < copies; copy += 1)
        this.queue.push(this.deliveries.atUs[copy], { type: 'witness', cluster, question, to: from });
      if (copies > 0) model.delivered(from, witness, network);
    }
  }

  private askedWitness(cluster: number, question: WitnessAsk, to: number): void {
    const { publicLans, witness } = this.directory.clusters[cluster];
    const answer = this.witnesses[cluster].ask(question);
    for (const network of publicLans) this.sendOn(witness, to, network, answer);
  }

  private startAgent(slot: ServerSlot, call: AgentCall): void {
    const definition = slot.definition.groups[call.group].resources[call.resource];
    const hangs = this.faults.of(definition.name, slot.place.name) === 'hangs';
    if (hangs && call.action === 'activate') return;
    const takes = call.action === 'activate' ? definition.activateUs : definition.deactivateUs;
    const { node } = slot.place;
    this.queue.push(this.clock + takes, { type: 'agent', node, incarnation: slot.incarnation, call });
  }
}

/** At one instant: frames by sender, network and number, then agents' answers by run. */
function byDue(a: Due, b: Due): number {
  const first = 'flight' in a ? a.flight : undefined;
  const second = 'flight' in b ? b.flight : undefined;
  if (first && second) return first.from - second.from || first.network - second.network || first.order - second.order;
  if (first || second) return first ? -1 : 1;
  return a.type === 'agent' && b.type === 'agent' ? a.node - b.node || a.call.run - b.call.run : 0;
}

function byArrival(a: Waiting, b: Waiting): number {
  const first = (a.input as Input & { type: 'frame' }).now;
  const second = (b.input as Input & { type: 'frame' }).now;
  return first - second || a.from - b.from || a.network - b.network;
}
