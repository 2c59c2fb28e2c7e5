/**
 * The realtime backend: each server in its thread, by the real clock.
 *
 * Nobody conducts. Servers run and send each other what they have to say through the rings of the interconnects; this
 * thread operates the machines (power, hangs, cables, faults of resources), answers for the witness, and is told by each
 * server what it let out. A crash kills the thread in the middle of whatever it does; what it had published before is
 * there. Nothing is polled: a server that has something to tell wakes this thread.
 *
 * A command waits, this thread standing still, until the server it was put before has taken it in, as an operator waits
 * for the prompt; so it is judged at once, as in virtual time.
 */
import { MessageChannel } from 'node:worker_threads';
import { type Remote, wrap } from 'comlink';
import type { ClientInput } from '../client/client.js';
import type { Effects, Input, WitnessAsk } from '../failover/frames.js';
import type { AgreedState } from '../failover/state.js';
import { Witness } from '../failover/view/witness.js';
import { Bell } from '../interconnect/bell.js';
import { Mesh } from '../interconnect/mesh.js';
import type { Refusal, Result } from '../model/result.js';
import { type Micros, NEVER, micros } from '../model/time.js';
import { DEFAULT_DELAY_US } from '../network/links.js';
import { Deliveries, MARK_CORRUPT, NetworkModel } from '../network/model.js';
import { Kind, newBell, newLine } from '../node/channel.js';
import { carryOut } from '../node/effects.js';
import type { ClusterMemory, Order, RealtimeBoot, Report, ResourceFault } from '../node/realtime/boot.js';
import { carryOutClient } from '../node/client/effects.js';
import type { ClientReport, RealtimeClientBoot } from '../node/realtime/client.js';
import { RealClock } from '../node/realtime/clock.js';
import { settle } from '../node/realtime/links.js';
import type { Inspection } from '../node/realtime/main.js';
import { ReportReader } from '../node/realtime/report.js';
import { boardBytes, type Glance, StatusGlass } from '../node/realtime/status.js';
import { type Hang, Switches } from '../node/realtime/switches.js';
import { waitFor } from '../node/realtime/waiting.js';
import { fromBytes, toBytes } from '../node/wire.js';
import type { WorldAction } from './actions.js';
import type { Goal, RunSummary, StepLabel, Stop, Waiter } from './backend.js';
import { ClientMirror } from './client-mirror.js';
import type { ClientSlot } from './client-slot.js';
import { threadEntry } from './entry.js';
import { ServerFailed } from './errors.js';
import { RealtimeMirror } from './realtime/mirror.js';
import { TIMER_MS_MAX, Waits } from './realtime/waits.js';
import type { ServerSlot } from './server-slot.js';
import { ServerThread } from './server-thread.js';
import { compileAhead } from './thread-code.js';
import { WorldBackend, type WorldOptions } from './world-backend.js';
import { Directory, type WorldDefinition } from './world.js';

/** How long a server may take to carry an order out before this thread goes on without its answer, in milliseconds. */
const ORDER_MS = 2000;
/** How long a server's thread may take from its start to its first word, in milliseconds. */
const START_MS = 10_000;

/** What only this backend can do. */
export interface RealtimeOptions extends WorldOptions {
  /** How servers hang: stopped in a wait (default), or in an endless loop. */
  readonly hang?: Hang;
  /**
   * Called with what no line of the trace tells, and when it was: a server has proposed a view (`propose`), suspects others
   * than before (`suspects`), or holds other groups, or in other phases (`holds`).
   */
  readonly onMark?: (at: Micros, server: string, what: string) => void;
}

/** A server's thread, and what it has told. */
interface Runner {
  readonly slot: ServerSlot;
  readonly thread: ServerThread;
  readonly mirror: RealtimeMirror;
  readonly controls: Remote<{ inspect(afresh?: boolean): Inspection }>;
  /** Closes the port over which it is asked. */
  readonly release: () => Promise<void>;
  /** Goes off where it has not said anything yet. */
  readonly silence: NodeJS.Timeout;
}

/** A client's thread, and what it has told. */
interface ClientRunner {
  readonly slot: ClientSlot;
  readonly thread: ServerThread;
  readonly mirror: ClientMirror;
  /** Inputs that it was given, and those that it has told of what came of them. */
  given: number;
  taken: number;
}

interface Mail {
  readonly runner: Runner;
  readonly report: Report;
}

/** Each server in its thread, by the real clock. */
export class RealtimeBackend extends WorldBackend {
  readonly kind = 'realtime';
  private readonly clock = new RealClock();
  private readonly memories: readonly ClusterMemory[];
  private readonly switches: readonly Switches[];
  private readonly witnesses: readonly Witness[];
  private readonly glasses: readonly StatusGlass[];
  /** Takes in what each server tells, by its node. */
  private readonly effects: readonly Effects[];
  private readonly runners: (Runner | undefined)[] = [];
  private readonly clientRunners = new Map<ClientSlot, ClientRunner>();
  private readonly clientsLeaving = new Set<Promise<void>>();
  private readonly clientInbox: { readonly runner: ClientRunner; readonly report: ClientReport }[] = [];
  private readonly mainBell = newBell();
  private readonly bell = new Bell(this.mainBell, 0);
  private readonly leaving = new Map<number, Promise<void>>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly boots: (NodeJS.Timeout | undefined)[] = [];
  private readonly deliveries = new Deliveries();
  private readonly waits: Waits;
  private readonly reports = new ReportReader();
  private readonly inbox: Mail[] = [];
  /** Orders that are waited for. */
  private missing = new Set<number>();
  private watchdogTimer: NodeJS.Timeout | undefined;
  private orders = 0;
  /** How much had been told when waits were judged last. */
  private judged = 0;
  private processing = false;
  /** The instant of what is being taken in. */
  private toldAt: Micros | undefined;

  constructor(
    world: WorldDefinition,
    private readonly settings: RealtimeOptions,
  ) {
    const directory = new Directory(world);
    const networks = Math.max(1, directory.networks.length);
    const accounts = new SharedArrayBuffer(NetworkModel.accountBytes(directory.nodes.length, networks));
    super(world, settings, 'realtime', accounts);
    this.memories = world.clusters.map((cluster, index) => {
      const servers = cluster.servers.length;
      return {
        accounts,
        meshes: this.directory.clusters[index].interconnects.map((network) => ({
          network,
          memory: Mesh.create(servers).memory,
        })),
        switches: new SharedArrayBuffer(Switches.bytes(servers)),
        status: new SharedArrayBuffer(boardBytes(servers)),
      };
    });
    this.switches = this.memories.map(({ switches }) => new Switches(switches));
    this.witnesses = world.clusters.map(() => new Witness());
    this.glasses = this.slots.map(({ place }) => new StatusGlass(this.memories[place.cluster].status, place.server));
    this.effects = this.slots.map((slot) => this.effectsOf(slot));
    this.waits = new Waits({
      now: () => this.clock.now(),
      reached: (goal) => this.reached(goal),
      listen: () => this.listen(),
      recheckMs: Math.max(10, Math.min(...world.clusters.map((cluster) => cluster.heartbeatIntervalUs)) / 1000),
    });
    this.bell.prepare();
    if (world.clients.length > 0) compileAhead('realtime/main', 'realtime/client');
    this.beginClients();
  }

  now(): Micros {
    return this.clock.now();
  }

  /**
   * What a server shows of itself at this moment, read from shared memory; undefined before its first word. A dead server's
   * board keeps its last word: look at `at`. Throws a `RangeError` for a name that there is not.
   */
  glance(server: string): Glance | undefined {
    const place = this.directory.server(server);
    if (!place) throw new RangeError(`There is no server ${server}.`);
    return this.glasses[place.node].look();
  }

  /** Asks a server's thread about itself, and to count afresh from there on. Rejects where it does not run. */
  async inspect(server: string, afresh = false): Promise<Inspection> {
    const place = this.directory.server(server);
    const runner = place && this.runners[place.node];
    if (!runner || runner.slot.hung) throw new RangeError(`Server ${server} does not run.`);
    const gone = runner.thread.gone.then(() => {
      throw new RangeError(`Server ${server} does not run any more.`);
    });
    const answer = runner.controls.inspect(afresh);
    this.order(runner, { type: 'turn' });
    return Promise.race([answer, gone]);
  }

  override act(action: WorldAction, label?: StepLabel): Promise<Result<void, Refusal>> {
    const done = super.act(action, label);
    // By now its lines have been told, and whoever waits may go by them.
    this.listen();
    return done;
  }

  protected override carryOut(action: WorldAction, label: StepLabel): Result<void, Refusal> {
    this.listen();
    const result = this.operator.carryOut(action, label);
    this.spread(action);
    this.listen();
    return result;
  }

  override catchUp(): void {
    if (!this.processing) this.listen();
  }

  override async soundly<T>(does: () => Promise<T>): Promise<T> {
    this.assertSound();
    const done = does();
    this.listen();
    return done;
  }

  async until(goal: Goal, limit: Micros, waiter?: Waiter): Promise<Stop> {
    this.assertSound();
    this.listen();
    return this.waits.until(goal, limit, waiter);
  }

  override onHeartbeat(sink: ((at: Micros, from: string, to: string) => void) | undefined): void {
    super.onHeartbeat(sink);
    for (const runner of this.living()) this.order(runner, { type: 'tellHeartbeats', on: sink !== undefined });
  }

  override reconsider(): void {
    super.reconsider();
    const failure = this.tasks.takeFailure();
    if (failure) this.waits.fail(failure, true);
    this.waits.judge();
  }

  override async finish(good: boolean): Promise<RunSummary> {
    // Whose power is off counts no more.
    await Promise.all(this.leaving.values());
    this.listen();
    if (good) this.assertSound();
    return super.finish(good);
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const slot of this.slots) this.stopEngine(slot);
    for (const slot of this.clients.slots) this.stopClient(slot);
    for (const slot of this.slots) slot.engine = undefined;
    for (const timer of this.timers) clearTimeout(timer);
    clearTimeout(this.watchdogTimer);
    this.waits.stop();
    await Promise.all([...this.leaving.values(), ...this.clientsLeaving]);
  }

  input(slot: ServerSlot, input: Input): void {
    const runner = this.runners[slot.place.node];
    if (!runner) return;
    if (input.type === 'resourceFailed') this.order(runner, { type: 'faults', faults: this.faultsOn(slot) });
    const n = this.order(runner, { type: 'input', input });
    if (!slot.hung) this.awaitOrders([n]);
  }

  powerOn(slot: ServerSlot): void {
    if (this.closed) return;
    slot.booting = true;
    const { bootUs } = slot.definition.servers[slot.place.server];
    const { node } = slot.place;
    const due = this.now() + bootUs;
    // A timer counts from when the event loop turned last, and so may go off early.
    const wait = (): void => {
      const leftUs = due - this.now();
      if (leftUs <= 0) this.boot(slot);
      else this.boots[node] = setTimeout(wait, Math.ceil(leftUs / 1000));
    };
    if (bootUs === 0) this.boot(slot);
    else this.boots[node] = setTimeout(wait, bootUs / 1000);
  }

  hang(slot: ServerSlot): void {
    slot.hung = true;
    this.switches[slot.place.cluster].hang(slot.place.server, this.settings.hang ?? 'wait');
    this.runners[slot.place.node]?.thread.end.wake();
  }

  resume(slot: ServerSlot): void {
    slot.hung = false;
    this.switches[slot.place.cluster].go(slot.place.server);
  }

  startClient(slot: ClientSlot): void {
    if (this.closed) return;
    const line = newLine(this.mainBell);
    const boot: RealtimeClientBoot = { line, originNs: this.clock.originNs, client: slot.boot(this.now()) };
    const thread = new ServerThread(slot.machine, threadEntry('realtime/client'), boot, {
      kind: 'client',
      resourceLimits: this.options.resourceLimits,
      onMessage: () => this.listen(),
      onFailure: (failure) => this.failWith(failure),
    });
    const mirror = new ClientMirror(NEVER);
    slot.client = mirror;
    this.clientRunners.set(slot, { slot, thread, mirror, given: 0, taken: 0 });
  }

  stopClient(slot: ClientSlot): void {
    const runner = this.clientRunners.get(slot);
    this.clientRunners.delete(slot);
    if (!runner) return;
    const gone = runner.thread.kill().then(() => {
      this.clientsLeaving.delete(gone);
      this.listenAfter();
    });
    this.clientsLeaving.add(gone);
  }

  clientInput(slot: ClientSlot, input: ClientInput): void {
    const runner = this.clientRunners.get(slot);
    if (!runner) return;
    const { end } = runner.thread;
    runner.given += 1;
    end.send(Kind.INPUT, toBytes(input), 0);
    end.flush();
  }

  /** What takes no longer than it takes on any link is there at once. */
  transmit(from: number, to: number, network: number, arrive: (marks: number) => void): void {
    for (const { us, marks } of this.sent(from, to, network)) {
      if (us <= 0) arrive(marks);
      else this.afterwards(us, () => arrive(marks));
    }
  }

  /** The copies of a frame sent now that will arrive: how many microseconds later than over any link, and their marks. */
  private sent(from: number, to: number, network: number): { readonly us: number; readonly marks: number }[] {
    const now = this.now();
    const { atUs, marks } = this.deliveries;
    const copies = this.switchboard.model.send(from, to, network, now, this.deliveries);
    return Array.from({ length: copies }, (_, copy) => ({
      us: atUs[copy] - DEFAULT_DELAY_US - now,
      marks: marks[copy],
    }));
  }

  afterwards(us: number, does: () => void): void {
    this.later(us / 1000, does);
  }

  /** What a client has been told it may still have to take in. */
  protected override isQuiet(): boolean {
    for (const { given, taken } of this.clientRunners.values()) if (taken < given) return false;
    return super.isQuiet();
  }

  protected override hashed(): { hash?: string } {
    return {};
  }

  protected override traceTime(): Micros {
    return micros(Math.max(this.recorder.lastAt, this.toldAt ?? this.clock.now()));
  }

  protected stopEngine(slot: ServerSlot): void {
    const { node, cluster, server } = slot.place;
    clearTimeout(this.boots[node]);
    this.boots[node] = undefined;
    const runner = this.runners[node];
    this.runners[node] = undefined;
    if (!runner) return;
    clearTimeout(runner.silence);
    this.switches[cluster].setPower(server, 0);
    const { incarnation } = slot;
    const gone = runner.thread.kill().then(async () => {
      // What it wrote to its disk with its last breath is there.
      runner.thread.drain((kind, _ends, _epoch, stamp, bytes) => {
        keepDisk(slot, this.reportOf(kind, stamp, bytes as Uint8Array));
      });
      this.switches[cluster].setPower(server, -incarnation);
      this.settleLinks(slot);
      await runner.release();
      this.leaving.delete(node);
      this.listenAfter();
    });
    this.leaving.set(node, gone);
  }

  private boot(slot: ServerSlot): void {
    const { node } = slot.place;
    const before = this.leaving.get(node);
    if (!slot.booting || this.closed) return;
    if (!before) {
      try {
        this.startThread(slot);
      } catch (error) {
        this.failWith(new ServerFailed(slot.place.name, `its thread cannot be started: ${(error as Error).message}`));
      }
      return;
    }
    // It may lose its power again meanwhile, and be switched on again: then another timer decides when it boots.
    const timer = this.boots[node];
    void before.then(() => {
      if (this.boots[node] === timer) this.boot(slot);
    });
  }

  private startThread(slot: ServerSlot): void {
    const { place, definition } = slot;
    const { node, cluster, server } = place;
    const memory = this.memories[cluster];
    const meshes = memory.meshes.map((one) => new Mesh(one.memory, definition.servers.length));
    for (const mesh of meshes) mesh.resetNode(server);
    slot.switchOn(this.now());
    this.switches[cluster].setPower(server, slot.incarnation);
    const { port1, port2 } = new MessageChannel();
    const boot = this.bootOf(slot, memory, port2);
    const thread = new ServerThread(place.name, this.options.threadEntry ?? threadEntry('realtime/main'), boot, {
      resourceLimits: this.options.resourceLimits,
      transferList: [port2],
      onMessage: () => this.listen(),
      onFailure: (failure) => this.failWith(failure),
    });
    const mirror = new RealtimeMirror(slot, () => this.askState(node));
    const controls = wrap<{ inspect(afresh?: boolean): Inspection }>(port1);
    port1.unref();
    slot.engine = mirror;
    const silence = this.expectWord(thread, mirror, slot);
    // It also closes by itself, when the thread's end of it does.
    const closed = new Promise<void>((resolve) => port1.once('close', resolve));
    const release = (): Promise<void> => {
      port1.close();
      return closed;
    };
    this.runners[node] = { slot, thread, mirror, controls, release, silence };
    this.reconsider();
  }

  /** A thread that says nothing after its start has failed; one that hangs cannot. */
  private expectWord(thread: ServerThread, mirror: RealtimeMirror, slot: ServerSlot): NodeJS.Timeout {
    const ms = Math.min(this.options.answerMs ?? START_MS, TIMER_MS_MAX);
    return setTimeout(() => {
      this.listen();
      if (mirror.heardOf || slot.hung) return;
      thread.fail(`its thread has not answered within ${ms / 1000} s of its start`);
    }, ms);
  }

  private bootOf(slot: ServerSlot, memory: ClusterMemory, controls: RealtimeBoot['controls']): RealtimeBoot {
    const { definition, incarnation, durable, place } = slot;
    const bell = { memory: memory.meshes[0].memory.buffer, byteOffset: Mesh.bellOffset(place.server) };
    return {
      line: { ...newLine(this.mainBell), serverBell: bell },
      definition,
      me: place.server,
      incarnation,
      bootedAt: slot.bootedAt,
      durable,
      audit: this.watch !== undefined,
      originNs: this.clock.originNs,
      memory,
      first: this.directory.clusters[place.cluster].first,
      nodes: this.directory.nodes.length,
      networks: Math.max(1, this.directory.networks.length),
      seed: this.options.seed,
      rules: this.switchboard.model.rulesOf(place.node),
      faults: this.faultsOn(slot),
      heartbeatsTold: this.heartbeatSink !== undefined,
      controls,
    };
  }

  /** A server's thread is gone: what it had sent and did not get out is lost, and what was sent to it by the dead. */
  private settleLinks({ place, definition }: ServerSlot): void {
    const { node, cluster, server } = place;
    const { model } = this.switchboard;
    const { first } = this.directory.clusters[cluster];
    const powerOf = (one: number): number => this.switches[cluster].power(one - first);
    for (const { network, memory } of this.memories[cluster].meshes) {
      const mesh = new Mesh(memory, definition.servers.length);
      for (const peer of this.peers[node]) {
        const there = mesh.reader(server, peer - first);
        settle(model, { from: node, to: peer, network }, there, powerOf(peer));
        // A peer that runs does this by itself.
        if (powerOf(peer) < 0)
          settle(model, { from: peer, to: node, network }, mesh.reader(peer - first, server), powerOf(node));
      }
    }
  }

  /** Tells the servers what an action has changed for them, and waits until all that run obey it. */
  private spread(action: WorldAction): void {
    const rules = ['partition', 'heal', 'link'].includes(action.type);
    const faults = ['failResource', 'hangResource', 'repairResource'].includes(action.type);
    if (!rules && !faults) return;
    const given: number[] = [];
    for (const runner of this.living()) {
      const { slot } = runner;
      const { model } = this.switchboard;
      const n = rules
        ? this.order(runner, { type: 'rules', rules: model.rulesOf(slot.place.node) })
        : this.order(runner, { type: 'faults', faults: this.faultsOn(slot) });
      // Who has not begun yet has it among its first orders.
      if (!slot.hung && runner.mirror.heardOf) given.push(n);
    }
    this.awaitOrders(given);
  }

  private faultsOn(slot: ServerSlot): ResourceFault[] {
    return slot.definition.groups.flatMap((group) =>
      group.resources.flatMap(({ name }) => {
        const how = this.faults.of(name, slot.place.name);
        return how ? [{ resource: name, how }] : [];
      }),
    );
  }

  private living(): Runner[] {
    return this.runners.filter((runner) => runner !== undefined);
  }

  private order(runner: Runner, order: OrderBody): number {
    const n = ++this.orders;
    const { end } = runner.thread;
    end.send(Kind.INPUT, toBytes({ ...order, n }), 0);
    end.flush();
    return n;
  }

  /** Stands still until these orders are carried out, or for as long as a server may take. */
  private awaitOrders(given: readonly number[]): void {
    const missing = new Set(given);
    this.missing = missing;
    const look = (): boolean => {
      this.collect();
      for (const { report } of this.inbox) for (const n of report.done) missing.delete(n);
      return missing.size === 0 || this.living().some(({ thread }) => thread.failure !== undefined);
    };
    waitFor(this.bell, look, ORDER_MS);
    this.bell.prepare();
    this.collect();
    if (!this.processing) this.process();
  }

  /** The whole agreed state of a server, asked for while this thread stands still; undefined where it does not answer. */
  private askState(node: number): AgreedState | undefined {
    const runner = this.runners[node];
    if (!runner || runner.slot.hung) return undefined;
    const n = this.order(runner, { type: 'tellState' });
    let state: AgreedState | undefined;
    const look = (): boolean => {
      this.collect();
      state = this.inbox.find(({ report }) => report.done.includes(n))?.report.state;
      return state !== undefined || runner.thread.failure !== undefined;
    };
    waitFor(this.bell, look, ORDER_MS);
    this.bell.prepare();
    this.collect();
    // Whoever asks is in the middle of something; what others have told meanwhile has rung already, and nobody will again.
    if (!this.processing) queueMicrotask(() => this.listen());
    return state;
  }

  /** Takes in all that servers have told. */
  private listen(): void {
    this.bell.awake();
    this.collect();
    this.process();
    this.bell.prepare();
    // What came before the flag was set again rang nobody.
    this.collect();
    this.process();
    // In the middle of an action its lines have not been told: those who wait may go by what they hear.
    if (this.recorder.isKeeping) return;
    // What is shown changes with a line of the trace, and with nothing else.
    if (this.news === this.judged && !this.waits.forRest) return;
    this.judged = this.news;
    this.waits.judge();
  }

  /** A thread is gone: it may have been killed after it took the flag of the main bell, and before it woke this thread. */
  private listenAfter(): void {
    if (!this.closed) this.listen();
  }

  private collect(): void {
    for (const runner of this.living()) {
      runner.thread.drain((kind, _ends, _epoch, stamp, bytes) => {
        this.inbox.push({ runner, report: this.reportOf(kind, stamp, bytes as Uint8Array) });
      });
      if (runner.thread.end.waiting > 0) runner.thread.end.flush();
    }
    for (const runner of this.clientRunners.values()) {
      runner.thread.drain((_kind, _ends, _epoch, _stamp, bytes) => {
        this.clientInbox.push({ runner, report: fromBytes(bytes as Uint8Array) as ClientReport });
      });
      if (runner.thread.end.waiting > 0) runner.thread.end.flush();
    }
  }

  /** What a server has told: what came of a pass of its loop, or what it wants kept. */
  private reportOf(kind: number, stampUs: number, bytes: Uint8Array): Report {
    if (kind !== Kind.DISK) return this.reports.read(bytes);
    return { at: micros(stampUs), effects: [['persist', fromBytes(bytes)]], done: [], beats: [] };
  }

  private process(): void {
    if (this.processing) return;
    this.processing = true;
    this.recorder.enter();
    try {
      while (this.takeInNext());
    } catch (error) {
      this.failWith(error as Error);
    } finally {
      this.processing = false;
      this.toldAt = undefined;
      this.recorder.leave();
    }
  }

  /** Servers first; more may come in while this takes one in. Answers whether there was one. */
  private takeInNext(): boolean {
    const mail = this.inbox.shift();
    if (mail) this.takeIn(mail);
    const next = mail ? undefined : this.clientInbox.shift();
    if (next) this.takeInClient(next.runner, next.report);
    return mail !== undefined || next !== undefined;
  }

  private takeIn({ runner, report }: Mail): void {
    const { slot, mirror } = runner;
    for (const n of report.done) this.missing.delete(n);
    if (this.runners[slot.place.node] !== runner) {
      keepDisk(slot, report);
      return;
    }
    this.toldAt = report.at;
    const out = this.effects[slot.place.node];
    for (const record of report.effects) {
      if (record[0] === 'departed') mirror.leave();
      carryOut(record, out, {
        misplaced: (what) => this.watch?.misplaced(what),
        mark: (what) => this.settings.onMark?.(report.at, slot.place.name, what),
      });
    }
    for (const from of report.beats)
      this.heartbeatSink?.(report.at, slot.definition.servers[from].name, slot.place.name);
    if (report.standing) {
      if (report.standing.suspects !== mirror.suspects) this.settings.onMark?.(report.at, slot.place.name, 'suspects');
      mirror.stand(report.standing);
      if (report.standing.held) this.settings.onMark?.(report.at, slot.place.name, 'holds');
      // By now its watchdog is wound up.
      this.mindWatchdogs();
    }
    this.settlePower(slot);
  }

  private takeInClient(runner: ClientRunner, { at, taken, records, standing }: ClientReport): void {
    const { slot, mirror } = runner;
    if (slot.client !== mirror) return;
    this.toldAt = at;
    runner.taken = taken;
    mirror.stand(standing);
    const out = this.clients.effectsOf(slot);
    for (const record of records) carryOutClient(record, out);
  }

  private effectsOf(slot: ServerSlot): Effects {
    const none = (): void => undefined;
    return {
      ...this.told(slot),
      askWitness: (question) => this.askedWitness(slot, question),
      broadcast: none,
      send: none,
      agent: none,
      cancelAgent: none,
      watchdog: none,
    };
  }

  /** Questions to the witness and its answers travel over the public LANs, by their rules. */
  private askedWitness(slot: ServerSlot, question: WitnessAsk): void {
    const { cluster, node } = slot.place;
    const { publicLans, witness } = this.directory.clusters[cluster];
    this.over(publicLans, node, witness, () => {
      const answer = this.witnesses[cluster].ask(question);
      this.over(publicLans, witness, node, (network) => {
        const runner = this.runners[node];
        if (runner)
          this.order(runner, { type: 'input', input: { type: 'frame', now: this.now(), network, frame: answer } });
        return runner !== undefined;
      });
      return true;
    });
  }

  /** @param then takes the frame in; false where nobody is there any more */
  private over(networks: readonly number[], from: number, to: number, then: (network: number) => boolean): void {
    const { model } = this.switchboard;
    for (const network of networks) {
      for (const { us, marks } of this.sent(from, to, network)) {
        const arrive = (): void => {
          if ((marks & MARK_CORRUPT) !== 0) model.dropped(from, to, network, 'corrupt', marks);
          else if (then(network)) model.delivered(from, to, network, marks);
          else model.dropped(from, to, network, 'off', marks);
        };
        this.later(us / 1000, arrive);
      }
    }
  }

  /** Sleeps until the first watchdog may go off, and looks whether one has. */
  private mindWatchdogs(): void {
    clearTimeout(this.watchdogTimer);
    const now = this.now();
    let firstMs = Infinity;
    this.recorder.enter();
    try {
      for (const { slot } of this.living()) {
        const { cluster, server } = slot.place;
        const inMs = this.switches[cluster].watchdogInMs(server, now);
        if (inMs <= 0) this.watchdogFires(slot);
        else firstMs = Math.min(firstMs, inMs);
      }
    } finally {
      this.recorder.leave();
    }
    if (firstMs === Infinity || this.closed) return;
    this.watchdogTimer = setTimeout(() => {
      this.listen();
      this.mindWatchdogs();
      this.listen();
    }, firstMs);
  }

  private later(ms: number, then: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      then();
      this.listen();
    }, ms);
    this.timers.add(timer);
  }

  protected override failWith(error: Error): void {
    if (this.closed) return;
    super.failWith(error);
    this.waits.fail(this.failure ?? error);
  }

  protected override assertSound(): void {
    for (const { thread } of [...this.living(), ...this.clientRunners.values()])
      if (thread.failure) this.failure ??= thread.failure;
    super.assertSound();
  }
}

type OrderBody = Order extends infer One ? (One extends Order ? Omit<One, 'n'> : never) : never;

/** What a server that is dead had still written to its disk. */
function keepDisk(slot: ServerSlot, report: Report): void {
  for (const [name, ...args] of report.effects) {
    if (name === 'persist') slot.keep(...(args as Parameters<Effects['persist']>));
    else if (name === 'bringsUp') {
      const [group, , keys] = args as Parameters<Effects['bringsUp']>;
      slot.bringKeys(group, keys);
    }
  }
}
