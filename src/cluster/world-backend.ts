/**
 * What all backends have in common: the machines of a world, what is shown of them, who watches and who operates them.
 *
 * A backend decides where engines run, what time is and how frames travel. What an engine tells its world (a view
 * installed, an outcome let out, an answer, what to keep on disk) is taken in here, the same way for all of them.
 */
import type { ResourceLimits } from 'node:worker_threads';
import type { ClientInput } from '../client/client.js';
import type { ClientEvent } from '../client/look.js';
import type { Audit } from '../failover/context.js';
import { Shown } from '../failover/events/status.js';
import { type Effects, type Input, Phase } from '../failover/frames.js';
import { misplaced } from '../failover/invariants/placement.js';
import type { OutcomeLine } from '../failover/log/entries.js';
import { sameView } from '../failover/state.js';
import type { ClusterDefinition } from '../model/definition.js';
import { err, type Refusal, type Result } from '../model/result.js';
import type { Micros } from '../model/time.js';
import type { BackendKind, RunLine, TraceBody, TraceLine } from '../model/trace.js';
import type { WorldAction } from './actions.js';
import type { Backend, Goal, RunSummary, Snapshot, StepLabel, Stop, Unsubscribe, Waiter } from './backend.js';
import type { ClientSlot } from './client-slot.js';
import type { ClientSoftware } from './client-software.js';
import { Clients } from './clients.js';
import { Operator } from './operator.js';
import { isQuiet } from './quiet.js';
import { Recorder } from './recorder.js';
import { type MachineRegistry, Registries } from './registry.js';
import { Requests } from './requests.js';
import { type EngineView, ResourceFaults, ServerSlot } from './server-slot.js';
import { MachineService, type Service, ServerService } from './service.js';
import { Switchboard } from './switchboard.js';
import { Tasks } from './tasks.js';
import { ClusterTracer } from './tracer.js';
import { Watch } from './watch.js';
import { Directory, type WorldDefinition } from './world.js';

export interface WorldOptions {
  /** Seed of everything random: a whole number, 0 to 2^53 - 1. */
  readonly seed: number;
  /**
   * On inline a server draws its conclusions once for all that reaches it at an instant (false), as in real time it does
   * for all that has come since it looked last: to test that. The trace is another one. The other backends heed it not.
   */
  readonly corked?: boolean;
  /** Check the cluster's invariants as the run goes (default); off for speed. */
  readonly invariants?: boolean;
  /** What the trace's first line calls the run. */
  readonly scenario?: string;
  readonly version: string;
  /** Limits of each server's and each client's thread (lockstep, realtime): heap sizes in MiB, as in `node:worker_threads`. */
  readonly resourceLimits?: ResourceLimits;
  /**
   * After so many milliseconds without an answer a thread has failed. On lockstep: in its turn or to an order (30,000). In
   * real time: a server's, from its start to its first word (10,000); one that falls silent later is down for its peers.
   */
  readonly answerMs?: number;
  /** Other code for the servers' threads than the emulator's own: for tests of what happens when a thread fails. */
  readonly threadEntry?: URL;
}

/** Those effects of an engine that its world takes in; the others (frames, agents) are carried out by a backend. */
export type Told = Omit<Effects, 'broadcast' | 'send' | 'askWitness' | 'agent' | 'cancelAgent' | 'watchdog'>;

export abstract class WorldBackend implements Backend {
  abstract readonly kind: BackendKind;
  readonly directory: Directory;
  readonly slots: readonly ServerSlot[];
  readonly tracers: readonly ClusterTracer[];
  readonly switchboard: Switchboard;
  readonly recorder: Recorder;
  readonly faults = new ResourceFaults();
  readonly tasks = new Tasks();
  /** For each server, by its node. */
  protected readonly services: readonly ServerService[];
  readonly machines: ReadonlyMap<string, MachineService>;
  /** For each node the nodes of the servers of its cluster besides itself. */
  protected readonly peers: readonly (readonly number[])[];
  readonly requests: Requests = new Requests(this);
  readonly clients: Clients;
  protected readonly registries: Registries;
  protected readonly operator: Operator;
  protected readonly watch: Watch | undefined;
  protected readonly audit: Audit | undefined;
  protected heartbeatSink: ((at: Micros, from: string, to: string) => void) | undefined;
  /** Nothing can be done any more: a thread has failed, or somebody who listens to the trace. */
  protected failure: Error | undefined;
  protected closed = false;
  private summary: RunSummary | undefined;
  /** What servers have told that is no line of the trace. */
  private words = 0;

  constructor(
    readonly world: WorldDefinition,
    readonly options: WorldOptions,
    kind: BackendKind,
    accounts?: SharedArrayBuffer,
  ) {
    this.directory = new Directory(world);
    const { scenario = '', seed, version } = options;
    const first: RunLine = { kind: 'run', schema: 1, scenario, seed, backend: kind, version };
    this.recorder = new Recorder(
      () => this.traceTime(),
      [first, ...world.clusters.flatMap(atFirst)],
      (error) => this.failWith(error as Error),
    );
    this.switchboard = new Switchboard(this.directory, options.seed, accounts);
    this.slots = this.directory.servers.map((place) => new ServerSlot(place, world.clusters[place.cluster]));
    this.services = this.slots.map((slot) => new ServerService(slot));
    this.machines = new Map(world.machines.map(({ name }) => [name, new MachineService(name)]));
    this.tracers = world.clusters.map((cluster) => new ClusterTracer(cluster, (body) => this.recorder.write(body)));
    this.peers = this.slots.map(({ place }) =>
      this.slots.flatMap((other) =>
        other.place.cluster === place.cluster && other.place.node !== place.node ? [other.place.node] : [],
      ),
    );
    this.operator = new Operator(this);
    this.registries = new Registries(this);
    this.clients = new Clients(this);
    const watch = options.invariants === false ? undefined : new Watch(this, kind !== 'realtime');
    this.watch = watch;
    if (watch)
      this.audit = (definition, state, group, to) => {
        const wrong = misplaced(definition, state, group, to);
        if (wrong !== undefined) watch.misplaced(wrong);
      };
  }

  /** The last step of each constructor. Where a client cannot be started nobody gets this to close it. */
  protected beginClients(): void {
    try {
      this.clients.begin();
    } catch (error) {
      void this.close().catch(() => undefined);
      throw error;
    }
  }

  abstract now(): Micros;
  abstract until(goal: Goal, limit: Micros, waiter?: Waiter): Promise<Stop>;
  abstract close(): Promise<void>;

  /** Puts an input into a server now. */
  abstract input(slot: ServerSlot, input: Input): void;
  /** Powers a server on after its boot time. */
  abstract powerOn(slot: ServerSlot): void;
  /** A server stops doing anything. */
  abstract hang(slot: ServerSlot): void;
  /** A hung server goes on. */
  abstract resume(slot: ServerSlot): void;
  abstract startClient(slot: ClientSlot): void;
  abstract stopClient(slot: ClientSlot): void;
  abstract clientInput(slot: ClientSlot, input: ClientInput): void;
  abstract transmit(from: number, to: number, network: number, arrive: (marks: number) => void): void;
  abstract afterwards(us: number, does: () => void): void;
  /** The engine of a server that has lost its power is gone. */
  protected abstract stopEngine(slot: ServerSlot): void;

  async act(action: WorldAction, label: StepLabel = {}): Promise<Result<void, Refusal>> {
    if (this.closed)
      return err({ code: 'CLOSED', where: action.type, what: 'this world is closed', fix: 'open another' });
    this.assertSound();
    this.recorder.enter();
    try {
      return this.carryOut(action, label);
    } finally {
      this.recorder.leave();
      this.assertSound();
    }
  }

  client(machine: string): ClientSoftware | undefined {
    this.service(machine);
    return this.clients.of(machine);
  }

  registryOf(machine: string): MachineRegistry {
    return this.registries.of(machine);
  }

  /** Takes in what servers have told already: in virtual time that is nothing. */
  catchUp(): void {
    return;
  }

  /** Does something that may find out that a server's thread has failed. */
  soundly<T>(does: () => Promise<T>): Promise<T> {
    return does();
  }

  status(cluster: string): Snapshot {
    const index = this.directory.cluster(cluster);
    if (index === undefined) throw new RangeError(`There is no cluster ${cluster}.`);
    return this.tracers[index].snapshot(this.now());
  }

  reconsider(): void {
    this.words += 1;
  }

  noticed(slot: ClientSlot, event: ClientEvent): void {
    this.watch?.noticed(slot, event);
  }

  service(machine: string): Service {
    const place = this.directory.server(machine);
    const service = place ? this.services[place.node] : (this.machines.get(machine) ?? this.clients.service(machine));
    if (!service) throw new RangeError(`There is no server, machine or client ${machine}.`);
    return service;
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
    if (good) this.assertSound();
    if (!this.summary) {
      if (good) this.watch?.atTheEnd(this.isQuiet(), this.switchboard.isWhole);
      this.recorder.begin();
      this.writeLinks();
      this.summary = { ok: good, ...this.hashed() };
      this.recorder.write({ kind: 'end', ...this.summary });
      // Who listens may fail at these lines, too.
      if (good) this.assertSound();
    }
    return this.summary;
  }

  /** A server loses its power, or is out of its last view: what is shown of its cluster may have to follow another. */
  powerOff(slot: ServerSlot, orderly: boolean): void {
    this.clients.serverStops(slot, orderly);
    for (const { from, network, marks } of slot.stop(orderly))
      this.switchboard.model.dropped(from, slot.place.node, network, 'off', marks);
    this.stopEngine(slot);
    this.requests.serverGone(slot);
    this.registries.settle(slot);
    this.followLiving(slot.place.cluster);
  }

  protected carryOut(action: WorldAction, label: StepLabel): Result<void, Refusal> {
    const result = this.operator.carryOut(action, label);
    this.watch?.afterInstant();
    return result;
  }

  protected failWith(error: Error): void {
    this.failure ??= error;
  }

  /** Throws what nothing can be done after any more. */
  protected assertSound(): void {
    if (this.failure) throw this.failure;
  }

  /** The time of a line written now. */
  protected traceTime(): Micros {
    return this.now();
  }

  /** The hash of the trace, where two runs of one seed have one trace. */
  protected hashed(): { hash?: string } {
    return { hash: this.recorder.hash() };
  }

  protected reached(goal: Goal): boolean {
    if (goal.type === 'condition') return goal.holds();
    return goal.type === 'quiet' && this.isQuiet();
  }

  protected isQuiet(): boolean {
    return isQuiet(this, this.requests.pending) && this.clients.atRest;
  }

  protected watchdogFires(slot: ServerSlot): void {
    this.recorder.write({ kind: 'warning', text: `the watchdog of server ${slot.place.name} cuts its power` });
    this.powerOff(slot, false);
  }

  protected settlePower(slot: ServerSlot): void {
    const { poweringOff } = slot;
    if (!poweringOff) return;
    if (!poweringOff.orderly)
      this.recorder.write({ kind: 'warning', text: `server ${slot.place.name} powers off: ${poweringOff.why}` });
    this.powerOff(slot, poweringOff.orderly);
  }

  /** Grows whenever something happens that a condition may be about. */
  protected get news(): number {
    return this.recorder.count + this.words;
  }

  /** Takes in what an engine tells. */
  protected told(slot: ServerSlot): Told {
    const { cluster } = slot.place;
    return {
      installed: (view, members, parent, newcomer) => {
        slot.cutOff = false;
        slot.standing = true;
        this.watch?.installed(slot, view, members, newcomer);
        this.tracers[cluster].installed(view, members, parent);
      },
      departed: () => {
        slot.cutOff = true;
        slot.standing = false;
        this.clients.departed(slot);
        this.registries.settle(slot);
        this.followLiving(cluster);
      },
      released: (outcome, view) => {
        this.words += 1;
        this.watch?.released(slot, outcome);
        this.tracers[cluster].released(outcome, view);
        this.services[slot.place.node].tell(outcome, this.traceTime());
        this.clients.released(slot, outcome, view);
      },
      bringsUp: (group, view, keys) => {
        this.watch?.bringsUp(slot, group, view);
        slot.bringKeys(group, keys);
      },
      ordered: (id, refusal) => this.requests.ordered(id, refusal),
      answer: (id, refusal) => {
        this.words += 1;
        this.requests.answered(id, refusal);
      },
      persist: (durable) => {
        this.words += 1;
        slot.keep(durable);
        this.registries.settle(slot);
      },
      powerOff: (orderly, why) => {
        slot.poweringOff = { orderly, why };
      },
      warning: (text) => this.recorder.write({ kind: 'warning', text }),
    };
  }

  /** Where the view whose statuses are shown has lost its last member, another's are shown, or the true states. */
  private followLiving(cluster: number): void {
    const tracer = this.tracers[cluster];
    const slots = this.slots.filter((slot) => slot.place.cluster === cluster);
    const members = slots.filter((slot) => slot.engine?.place.phase === Phase.MEMBER);
    const shown = tracer.followed;
    if (shown && members.some((slot) => sameView((slot.engine as EngineView).view, shown.view))) return;
    if (members.length === 0) tracer.follow(undefined, trueStates(slots));
    else {
      const { state } = members[0].engine as EngineView;
      tracer.follow(state.view, new Shown(members[0].definition).everything(state));
    }
  }

  private writeLinks(): void {
    for (const { place } of this.slots)
      for (const to of this.peers[place.node])
        for (const network of this.directory.clusters[place.cluster].interconnects)
          this.writeLink(place.node, to, network);
    for (const [from, to, network] of this.clients.links) this.writeLink(from, to, network);
  }

  private writeLink(from: number, to: number, network: number): void {
    const { nodes } = this.directory;
    const { sent, delivered, dropped } = this.switchboard.model.counters(from, to, network);
    const ends = { from: nodes[from], to: nodes[to], network: this.directory.networkName(network) };
    if (sent > 0) this.recorder.write({ kind: 'links', ...ends, sent, delivered, dropped });
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
