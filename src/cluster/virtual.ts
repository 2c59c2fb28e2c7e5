/**
 * The world in virtual time: what the inline and the lockstep backend share.
 *
 * Time jumps from one instant at which something happens to the next. At an instant first the watchdogs and boots, then
 * the servers one after the other in definition order, each with the frames that reach it (by sender, network and
 * number), then its resource agents' answers, then its own clock. No frame arrives at the instant when it was sent, so
 * servers at one instant cannot influence each other: running each in a thread of its own gives the same. Where the
 * engines run, and how an instant's inputs get into them, is all that the two backends decide for themselves.
 */
import type { Audit } from '../failover/context.js';
import { misplaced } from '../failover/invariants/placement.js';
import { Shown } from '../failover/events/status.js';
import {
  type AgentCall,
  type ControlFrame,
  type Effects,
  type Frame,
  type Heartbeat,
  type Input,
  Phase,
  type WitnessAsk,
} from '../failover/frames.js';
import type { OutcomeLine } from '../failover/log/entries.js';
import { sameView } from '../failover/state.js';
import { Witness } from '../failover/view/witness.js';
import type { ClusterDefinition } from '../model/definition.js';
import type { Refusal, Result } from '../model/result.js';
import { type Micros, NEVER, micros } from '../model/time.js';
import type { BackendKind, RunLine, TraceBody, TraceLine } from '../model/trace.js';
import { Deliveries, MARK_CORRUPT } from '../network/model.js';
import type { WorldAction } from './actions.js';
import type { Backend, Goal, RunSummary, Snapshot, StepLabel, Stop, Unsubscribe } from './backend.js';
import { Operator } from './operator.js';
import { EventQueue } from './queue.js';
import { isQuiet } from './quiet.js';
import { Recorder } from './recorder.js';
import { type EngineView, ResourceFaults, ServerSlot, type Waiting } from './server-slot.js';
import { Switchboard } from './switchboard.js';
import { ClusterTracer } from './tracer.js';
import { Watch } from './watch.js';
import { Directory, type WorldDefinition } from './world.js';

export interface WorldOptions {
  readonly seed: number;
  /** Check invariants as the run goes; on by default. */
  readonly invariants?: boolean;
  /** What the trace's first line calls the run. */
  readonly scenario?: string;
  readonly version: string;
}

/** Something due at an instant. */
export type Due =
  | { readonly type: 'frame'; readonly to: number; readonly marks: number; readonly flight: Flight }
  | { readonly type: 'broadcast'; readonly flight: Flight }
  | { readonly type: 'witness'; readonly cluster: number; readonly question: WitnessAsk; readonly to: number }
  | { readonly type: 'agent'; readonly node: number; readonly incarnation: number; readonly call: AgentCall }
  | { readonly type: 'boot'; readonly node: number };

/** A frame under way, shared by all its receivers. */
export interface Flight {
  readonly from: number;
  readonly network: number;
  readonly order: number;
  readonly input: Input & { readonly type: 'frame' };
}

export abstract class VirtualBackend implements Backend {
  abstract readonly kind: BackendKind;
  readonly directory: Directory;
  readonly slots: readonly ServerSlot[];
  readonly tracers: readonly ClusterTracer[];
  readonly switchboard: Switchboard;
  readonly recorder: Recorder;
  readonly faults = new ResourceFaults();
  private readonly queue = new EventQueue<Due>();
  protected readonly effects: readonly Effects[];
  private readonly witnesses: readonly Witness[];
  private readonly peers: readonly (readonly number[])[];
  private readonly operator: Operator;
  private readonly watch: Watch | undefined;
  protected readonly audit: Audit | undefined;
  private readonly deliveries = new Deliveries();
  private heartbeatSink: ((at: Micros, from: string, to: string) => void) | undefined;
  protected clock = micros(0);
  private flights = 0;
  private summary: RunSummary | undefined;

  constructor(
    readonly world: WorldDefinition,
    readonly options: WorldOptions,
    kind: BackendKind,
  ) {
    this.directory = new Directory(world);
    const { scenario = '', seed, version } = options;
    const first: RunLine = { kind: 'run', schema: 1, scenario, seed, backend: kind, version };
    this.recorder = new Recorder(() => this.clock, [first, ...world.clusters.flatMap(atFirst)]);
    this.switchboard = new Switchboard(this.directory, options.seed);
    this.slots = this.directory.servers.map((place) => new ServerSlot(place, world.clusters[place.cluster]));
    this.tracers = world.clusters.map((cluster) => new ClusterTracer(cluster, (body) => this.recorder.write(body)));
    this.witnesses = world.clusters.map(() => new Witness());
    this.peers = this.slots.map(({ place }) =>
      this.slots.flatMap((other) =>
        other.place.cluster === place.cluster && other.place.node !== place.node ? [other.place.node] : [],
      ),
    );
    this.effects = this.slots.map((slot) => this.effectsOf(slot));
    this.operator = new Operator(this);
    const watch = options.invariants === false ? undefined : new Watch(this);
    this.watch = watch;
    if (watch)
      this.audit = (definition, state, group, to) => {
        const wrong = misplaced(definition, state, group, to);
        if (wrong !== undefined) watch.misplaced(wrong);
      };
  }

  now(): Micros {
    return this.clock;
  }

  async act(action: WorldAction, label: StepLabel = {}): Promise<Result<void, Refusal>> {
    const result = this.operator.carryOut(action, label);
    this.watch?.afterInstant();
    return result;
  }

  async until(goal: Goal, limit: Micros): Promise<Stop> {
    if (this.reached(goal)) return { reason: 'reached', at: this.clock };
    let lines = this.recorder.count;
    for (;;) {
      const at = this.nextInstant();
      if (at > limit || at === NEVER) {
        if (limit !== NEVER && limit > this.clock) this.clock = limit;
        return { reason: at === NEVER && limit === NEVER ? 'nothing-left' : 'limit', at: this.clock };
      }
      this.clock = at;
      const under = this.instant(at);
      if (under) await under;
      const changed = this.recorder.count !== lines;
      if (changed) this.watch?.afterInstant();
      lines = this.recorder.count;
      if ((changed || goal.type === 'quiet') && this.reached(goal)) return { reason: 'reached', at };
    }
  }

  status(cluster: string): Snapshot {
    const index = this.directory.cluster(cluster);
    if (index === undefined) throw new RangeError(`There is no cluster ${cluster}.`);
    return this.tracers[index].snapshot(this.clock);
  }

  trace(sink: (line: TraceLine) => void): Unsubscribe {
    return this.recorder.listen(sink);
  }

  note(line: TraceBody): void {
    this.recorder.write(line);
  }

  onHeartbeat(sink: ((at: Micros, from: string, to: string) => void) | undefined): void {
    this.heartbeatSink = sink;
  }

  async finish(good: boolean): Promise<RunSummary> {
    if (!this.summary) {
      if (good) this.watch?.atTheEnd(isQuiet(this, this.operator.pending), this.switchboard.isWhole);
      this.writeLinks();
      this.summary = { ok: good, hash: this.recorder.hash() };
      this.recorder.write({ kind: 'end', ok: good, hash: this.summary.hash });
    }
    return this.summary;
  }

  abstract close(): Promise<void>;

  /** Puts an input into a server at this instant. */
  abstract input(slot: ServerSlot, input: Input): void;

  /** Lets every server do what is due; what comes back, if anything, is to be waited for. */
  protected abstract turn(arriving: readonly Due[], at: Micros): Promise<void> | undefined;

  /** Makes the engine of a server that is being switched on. */
  protected abstract startEngine(slot: ServerSlot): void;

  /** The engine of a server that has lost its power is gone. */
  protected abstract stopEngine(slot: ServerSlot): void;

  /** Powers a server on after its boot time. */
  powerOn(slot: ServerSlot): void {
    slot.booting = true;
    const { bootUs } = slot.definition.servers[slot.place.server];
    if (bootUs === 0) this.boot(slot);
    else this.queue.push(this.clock + bootUs, { type: 'boot', node: slot.place.node });
  }

  /** A server loses its power, or is out of its last view: what is shown of its cluster may have to follow another. */
  powerOff(slot: ServerSlot, orderly: boolean): void {
    for (const waiting of slot.stop(orderly)) this.countLost(slot, waiting, 'off');
    this.stopEngine(slot);
    this.operator.serverGone(slot);
    this.followLiving(slot.place.cluster);
  }

  /** A hung server goes on: what waited for it comes first. */
  resume(slot: ServerSlot): void {
    slot.hung = false;
    const waiting = slot.frames.drain().sort(byArrival);
    for (const item of waiting) if (slot.engine) this.hand(slot, item);
    for (const answer of slot.answers.splice(0)) this.input(slot, { ...answer, now: this.clock });
    this.input(slot, { type: 'tick', now: this.clock });
  }

  private reached(goal: Goal): boolean {
    if (goal.type === 'condition') return goal.holds();
    return goal.type === 'quiet' && isQuiet(this, this.operator.pending);
  }

  private nextInstant(): Micros {
    let at = this.queue.nextAt as number;
    for (const slot of this.slots) {
      if (!slot.engine) continue;
      if (!slot.hung) at = Math.min(at, slot.engine.nextDeadline());
      if (slot.watchdogAt < at) at = slot.watchdogAt;
    }
    return micros(Math.max(at, this.clock));
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

  protected countLost(slot: ServerSlot, waiting: Waiting, reason: 'off'): void {
    this.switchboard.model.dropped(waiting.from, slot.place.node, waiting.network, reason, waiting.marks);
  }

  /** What an agent's answer tells the engine; undefined where the server that asked is gone. */
  protected answerOf(slot: ServerSlot, due: Due & { type: 'agent' }): Input | undefined {
    if (!slot.engine || slot.incarnation !== due.incarnation) return undefined;
    const { group, resource, action, run } = due.call;
    const { name } = slot.definition.groups[group].resources[resource];
    const good = action === 'deactivate' || this.faults.of(name, slot.place.name) === undefined;
    return { type: 'agentDone', now: this.clock, run, ok: good };
  }

  private watchdogFires(slot: ServerSlot): void {
    this.recorder.write({ kind: 'warning', text: `the watchdog of server ${slot.place.name} cuts its power` });
    this.powerOff(slot, false);
  }

  private boot(slot: ServerSlot): void {
    if (slot.booting) this.startEngine(slot);
  }

  protected settlePower(slot: ServerSlot): void {
    const { poweringOff } = slot;
    if (!poweringOff) return;
    if (!poweringOff.orderly)
      this.recorder.write({ kind: 'warning', text: `server ${slot.place.name} powers off: ${poweringOff.why}` });
    this.powerOff(slot, poweringOff.orderly);
  }

  private effectsOf(slot: ServerSlot): Effects {
    const { node, cluster } = slot.place;
    const lans = this.directory.clusters[cluster];
    return {
      broadcast: (beat) => this.broadcast(node, lans.interconnects, beat),
      send: (to, frame) => this.send(node, lans.first + to, lans.interconnects, frame),
      askWitness: (frame) => this.sendToWitness(node, cluster, frame),
      agent: (call) => this.startAgent(slot, call),
      cancelAgent: () => undefined,
      installed: (view, members, parent, newcomer) => {
        slot.cutOff = false;
        this.watch?.installed(slot, view, members, newcomer);
        this.tracers[cluster].installed(view, members, parent);
      },
      departed: () => {
        slot.cutOff = true;
        this.followLiving(cluster);
      },
      released: (outcome, view) => {
        this.watch?.released(slot, outcome);
        this.tracers[cluster].released(outcome, view);
      },
      bringsUp: (group, view) => this.watch?.bringsUp(slot, group, view),
      ordered: (id, refusal) => this.operator.ordered(id, refusal),
      answer: (id, refusal) => this.operator.answered(id, refusal),
      persist: (durable) => {
        slot.durable = durable;
      },
      powerOff: (orderly, why) => {
        slot.poweringOff = { orderly, why };
      },
      watchdog: (at) => {
        slot.watchdogAt = at;
      },
      warning: (text) => this.recorder.write({ kind: 'warning', text }),
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

  /** Where the view whose statuses are shown has lost its last member, another's are shown, or the true states. */
  private followLiving(cluster: number): void {
    const tracer = this.tracers[cluster];
    const slots = this.slots.filter((slot) => slot.place.cluster === cluster);
    const members = slots.filter((slot) => slot.engine?.place.phase === Phase.MEMBER);
    const shown = tracer.followed;
    if (shown && members.some((slot) => sameView((slot.engine as EngineView).state.view, shown.view))) return;
    if (members.length === 0) tracer.follow(undefined, trueStates(slots));
    else {
      const { state } = members[0].engine as EngineView;
      tracer.follow(state.view, new Shown(members[0].definition).everything(state));
    }
  }

  private writeLinks(): void {
    const { model } = this.switchboard;
    for (const slot of this.slots) {
      const { node, cluster } = slot.place;
      for (const to of this.peers[node])
        for (const network of this.directory.clusters[cluster].interconnects) {
          const { sent, delivered, dropped } = model.counters(node, to, network);
          const name = this.directory.networkName(network);
          const ends = { from: slot.place.name, to: this.directory.nodes[to], network: name };
          if (sent > 0) this.recorder.write({ kind: 'links', ...ends, sent, delivered, dropped });
        }
    }
  }
}

/** What is shown before anything has happened. */
function atFirst(cluster: ClusterDefinition): TraceBody[] {
  return [
    ...cluster.servers.map(({ name }): TraceBody => ({
      kind: 'server',
      cluster: cluster.name,
      server: name,
      status: ['STOPPED'],
    })),
    ...cluster.groups.map(({ name }): TraceBody => ({
      kind: 'group',
      cluster: cluster.name,
      group: name,
      state: 'OFFLINE',
      server: '',
    })),
  ];
}

/** What machines are when no view is left to say so. A server that has not been in a view yet keeps what it was. */
function trueStates(slots: readonly ServerSlot[]): OutcomeLine[] {
  const lines: OutcomeLine[] = [];
  for (const { place, engine, cutOff, ended } of slots) {
    if (engine?.place.ending || (engine && !cutOff && engine.place.phase === Phase.SEEKING)) continue;
    const status = engine ? 'OFF_CLUSTER' : ended === 'down' ? 'DOWN' : 'STOPPED';
    lines.push({ kind: 'server', server: place.server, status: [status] });
  }
  slots[0].definition.groups.forEach((group, index) => {
    lines.push({ kind: 'group', group: index, state: 'OFFLINE', server: -1 });
    group.resources.forEach((_, resource) =>
      lines.push({ kind: 'resource', group: index, resource, state: 'OFFLINE', server: -1 }),
    );
  });
  return lines;
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
