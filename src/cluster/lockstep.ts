/**
 * The lockstep backend: each server in its thread, in virtual time.
 *
 * The conductor (this thread) holds the clock, the queue and the network, just as inline does. At each instant it sends
 * every server its inputs, over rings in shared memory; all that have any work at the same time, each in its thread.
 * Then it carries their effects out one server after the other, in definition order: so the trace is the inline one,
 * whatever the operating system lets run first. A crash kills the thread between two steps; a hung server gets no turn.
 */
import type { ClientInput } from '../client/client.js';
import type { Heartbeat, Input, ViewId } from '../failover/frames.js';
import { type AgreedState, emptyState } from '../failover/state.js';
import type { Refusal, Result } from '../model/result.js';
import type { Micros } from '../model/time.js';
import { Kind, newBell, newLine } from '../node/channel.js';
import { carryOut, type EffectRecord } from '../node/effects.js';
import type { ClientThreadBoot } from '../node/client/lockstep.js';
import { carryOutClient, type ClientRecord, type ClientStanding } from '../node/client/effects.js';
import type { LockstepBoot, Standing } from '../node/lockstep.js';
import type { RunOrder, Turn } from '../node/turns.js';
import { waitFor } from '../node/realtime/waiting.js';
import { beatFromBytes, beatToBytes, fromBytes, toBytes } from '../node/wire.js';
import type { WorldAction } from './actions.js';
import type { Goal, RunSummary, StepLabel, Stop, Waiter } from './backend.js';
import { threadEntry } from './entry.js';
import { ServerFailed } from './errors.js';
import { EngineMirror } from './mirror.js';
import { ClientMirror } from './client-mirror.js';
import type { ClientSlot } from './client-slot.js';
import type { EngineView, ServerSlot } from './server-slot.js';
import { ServerThread } from './server-thread.js';
import { compileAhead } from './thread-code.js';
import { type Due, type Flight, VirtualBackend } from './virtual.js';
import type { WorldOptions } from './world-backend.js';
import type { WorldDefinition } from './world.js';

/** What a thread has to take in at one instant, with what it takes to count it. */
interface Item {
  readonly input: Input;
  readonly flight?: Flight;
  readonly marks: number;
}

/** A turn under way. */
interface Given {
  readonly slot: ServerSlot;
  readonly runner: ServerRunner;
  readonly items: readonly Item[];
}

/** An engine in another thread, as it said it stands after its last turn. */
class LockstepMirror extends EngineMirror implements EngineView {
  state: AgreedState;

  constructor(
    slot: ServerSlot,
    private deadline: Micros,
  ) {
    super(slot, true);
    this.state = emptyState(slot.definition);
  }

  get view(): ViewId {
    return this.state.view;
  }

  get members(): number {
    return this.state.members;
  }

  nextDeadline(): Micros {
    return this.deadline;
  }

  stand(standing: Standing): void {
    this.take(standing);
    this.deadline = standing.deadline;
    this.state = standing.state ?? this.state;
  }
}

/** A machine's thread and what it has said of the turn under way. */
class Runner<In, Effect, Standing, Mirror> {
  private readonly beats: Uint8Array[] = [];
  private answer: Turn<Effect, Standing> | undefined;

  constructor(
    readonly thread: ServerThread,
    readonly mirror: Mirror,
  ) {}

  give(input: In): void {
    this.thread.end.send(Kind.INPUT, toBytes(input), 0);
  }

  run(order: RunOrder): void {
    this.thread.end.send(Kind.RUN, toBytes(order), 0);
    this.thread.end.flush();
  }

  /** Reads what has come; answers whether the turn is over, one way or the other. */
  listen(): boolean {
    this.thread.drain((kind, _ends, _epoch, _stamp, bytes) => {
      if (kind === Kind.BROADCAST) this.beats.push(bytes as Uint8Array);
      else this.answer = fromBytes(bytes as Uint8Array) as Turn<Effect, Standing>;
    });
    if (this.thread.end.waiting > 0) this.thread.end.flush();
    return this.answer !== undefined || this.thread.failure !== undefined;
  }

  take(): Turn<Effect, Standing> {
    if (this.thread.failure) throw this.thread.failure;
    const turn = this.answer as Turn<Effect, Standing>;
    this.answer = undefined;
    return turn;
  }

  nextBeat(): Heartbeat {
    return beatFromBytes(this.beats.shift() as Uint8Array);
  }
}

/** A server's; heartbeats travel as bytes of their own. */
class ServerRunner extends Runner<Input, EffectRecord, Standing, LockstepMirror> {
  override give(input: Input): void {
    if (input.type === 'frame' && input.frame.type === 'heartbeat')
      this.thread.end.send(Kind.BEAT, beatToBytes(input.frame), input.now, input.network);
    else super.give(input);
  }
}

type AnyRunner = Pick<ServerRunner, 'thread' | 'listen'>;
type ClientRunner = Runner<ClientInput, ClientRecord, ClientStanding, ClientMirror>;

/** How long the conductor stands still for an answer before it lets its own event loop turn, in milliseconds. */
const PATIENCE_MS = 100;
/** How long it waits for an answer at all, where nothing else is said. */
const ANSWER_MS = 30_000;
/** How long it waits to hear what became of a thread that does not answer, in milliseconds. */
const EXIT_MS = 100;

/** Each server in its thread, in virtual time; the trace is inline's. */
export class LockstepBackend extends VirtualBackend {
  readonly kind = 'lockstep';
  private readonly runners: (ServerRunner | undefined)[] = [];
  private readonly clientRunners = new Map<ClientSlot, ClientRunner>();
  private readonly mainBell = newBell();
  private readonly leaving = new Set<Promise<void>>();

  constructor(world: WorldDefinition, options: WorldOptions) {
    super(world, options, 'lockstep');
    if (world.clients.length > 0) compileAhead('lockstep', 'client/lockstep');
    this.beginClients();
  }

  input(slot: ServerSlot, input: Input): void {
    const runner = this.runners[slot.place.node];
    if (!runner) return;
    if (slot.hung) {
      slot.answers.push(input);
      return;
    }
    this.recorder.enter();
    try {
      const given = this.give(slot, runner, [{ input, marks: 0 }], false);
      if (!this.awaits(runner, this.answerMs)) throw this.silent(runner);
      this.carryOutTurn(given);
    } finally {
      this.recorder.leave();
    }
  }

  override act(action: WorldAction, label?: StepLabel): Promise<Result<void, Refusal>> {
    return this.soundly(() => super.act(action, label));
  }

  override until(goal: Goal, limit: Micros, waiter?: Waiter): Promise<Stop> {
    return this.soundly(() => super.until(goal, limit, waiter));
  }

  override async finish(good: boolean): Promise<RunSummary> {
    return good ? this.soundly(() => super.finish(good)) : super.finish(good);
  }

  override async close(): Promise<void> {
    await super.close();
    for (const slot of this.slots) this.stopEngine(slot);
    for (const slot of this.clients.slots) this.stopClient(slot);
    for (const slot of this.slots) slot.engine = undefined;
    await Promise.all(this.leaving);
  }

  protected turn(arriving: readonly Due[], at: Micros): Promise<void> | undefined {
    const given: Given[] = [];
    for (const slot of this.slots) {
      const items = this.itemsOf(slot, arriving);
      const runner = this.runners[slot.place.node];
      if (!runner || !slot.active) continue;
      if (items.length > 0 || runner.mirror.nextDeadline() <= at) given.push(this.give(slot, runner, items, true));
    }
    for (const [done, next] of given.entries()) {
      if (!this.awaits(next.runner, PATIENCE_MS)) return this.carryOutSlowly(given.slice(done));
      this.carryOutTurn(next);
    }
    return undefined;
  }

  protected startEngine(slot: ServerSlot): void {
    slot.switchOn(this.clock);
    if (this.closed) return;
    const { definition, incarnation, durable, place } = slot;
    const { server: me } = place;
    const line = newLine(this.mainBell);
    const audit = this.watch !== undefined;
    const boot: LockstepBoot = { line, definition, me, incarnation, now: this.clock, durable, audit };
    const thread = new ServerThread(place.name, this.options.threadEntry ?? threadEntry('lockstep'), boot, {
      resourceLimits: this.options.resourceLimits,
    });
    const mirror = new LockstepMirror(slot, this.clock);
    slot.engine = mirror;
    this.runners[place.node] = new ServerRunner(thread, mirror);
  }

  protected stopEngine(slot: ServerSlot): void {
    const { node } = slot.place;
    const runner = this.runners[node];
    this.runners[node] = undefined;
    if (runner) this.kill(runner.thread);
  }

  startClient(slot: ClientSlot): void {
    if (this.closed) return;
    const boot: ClientThreadBoot = { line: newLine(this.mainBell), client: slot.boot(this.clock) };
    const { resourceLimits } = this.options;
    const thread = new ServerThread(slot.machine, threadEntry('client/lockstep'), boot, {
      kind: 'client',
      resourceLimits,
    });
    const mirror = new ClientMirror(this.clock);
    slot.client = mirror;
    this.clientRunners.set(slot, new Runner(thread, mirror));
  }

  stopClient(slot: ClientSlot): void {
    const runner = this.clientRunners.get(slot);
    this.clientRunners.delete(slot);
    if (runner) this.kill(runner.thread);
  }

  clientInput(slot: ClientSlot, input: ClientInput): void {
    const runner = this.clientRunners.get(slot);
    if (!runner) return;
    runner.give(input);
    runner.run({ at: this.clock, tick: false });
    if (!this.awaits(runner, this.answerMs)) throw this.silent(runner);
    const { items, standing } = runner.take();
    runner.mirror.stand(standing);
    const out = this.clients.effectsOf(slot);
    for (const records of items) for (const record of records) carryOutClient(record, out);
  }

  private kill(thread: ServerThread): void {
    const gone = thread.kill();
    this.leaving.add(gone);
    void gone.then(() => this.leaving.delete(gone));
  }

  private itemsOf(slot: ServerSlot, arriving: readonly Due[]): Item[] {
    const items: Item[] = [];
    for (const due of arriving) {
      if (!this.isFor(slot, due)) continue;
      if (due.type === 'agent') {
        const input = this.answerOf(slot, due);
        if (input && slot.hung) slot.answers.push(input);
        else if (input) items.push({ input, marks: 0 });
      } else if (due.type === 'frame' || due.type === 'broadcast') {
        const marks = due.type === 'frame' ? due.marks : 0;
        if (this.admits(slot, due.flight, marks)) items.push({ input: due.flight.input, flight: due.flight, marks });
      }
    }
    return items;
  }

  private give(slot: ServerSlot, runner: ServerRunner, items: readonly Item[], tick: boolean): Given {
    for (const { input } of items) runner.give(input);
    runner.run({ at: this.clock, tick });
    return { slot, runner, items };
  }

  private awaits(runner: AnyRunner, limitMs: number): boolean {
    return waitFor(runner.thread.end.own, () => runner.listen(), limitMs);
  }

  /** Some thread takes long, or is dead: its exit is heard of only if the event loop turns. */
  private async carryOutSlowly(given: readonly Given[]): Promise<void> {
    for (const next of given) {
      const { runner } = next;
      for (let waitedMs = 0; !this.awaits(runner, PATIENCE_MS); waitedMs += PATIENCE_MS) {
        await new Promise((resolve) => setImmediate(resolve));
        if (this.closed) return;
        if (runner.thread.failure) throw runner.thread.failure;
        if (waitedMs >= this.answerMs) throw this.silent(runner);
      }
      this.carryOutTurn(next);
    }
  }

  private silent({ thread }: AnyRunner): ServerFailed {
    const { failure, server, kind } = thread;
    const why = `its thread has not answered for ${this.answerMs / 1000} s`;
    return failure ?? new ServerFailed(server, why, undefined, kind);
  }

  private get answerMs(): number {
    return this.options.answerMs ?? ANSWER_MS;
  }

  /** After a thread has failed, everything fails as that did. */
  override async soundly<T>(does: () => Promise<T>): Promise<T> {
    if (this.failure) throw this.failure;
    try {
      return await does();
    } catch (error) {
      if (error instanceof ServerFailed) this.failure = await this.explained(error);
      throw this.failure ?? error;
    }
  }

  /** That a thread has ended, and why, is heard of only in the event loop. */
  private async explained(failure: ServerFailed): Promise<ServerFailed> {
    const runners: (AnyRunner | undefined)[] = [...this.runners, ...this.clientRunners.values()];
    // A server and the client software on it have one name.
    const thread = runners
      .map((runner) => runner?.thread)
      .find((one) => one?.server === failure.server && one.kind === failure.kind);
    if (!thread || thread.failure) return failure;
    await Promise.race([thread.gone, new Promise((resolve) => setTimeout(resolve, EXIT_MS))]);
    return thread.failure ?? failure;
  }

  /** Carries out what one server gave out at this instant. */
  private carryOutTurn({ slot, runner, items }: Given): void {
    const { items: effects, standing } = runner.take();
    const out = {
      ...this.effects[slot.place.node],
      broadcast: () => this.effects[slot.place.node].broadcast(runner.nextBeat()),
    };
    effects.forEach((records, position) => {
      const item = items.at(position);
      if (item?.flight) this.countIn(slot, item.flight, item.marks);
      for (const record of records) {
        if (record[0] === 'departed') runner.mirror.leave();
        carryOut(record, out, { misplaced: (what) => this.watch?.misplaced(what) });
      }
      // What is still shown of it is where it stands at the end of its turn: nobody asks in between.
      if (position === effects.length - 1) runner.mirror.stand(standing);
      this.settlePower(slot);
    });
    if (effects.length === 0) runner.mirror.stand(standing);
    for (const { flight, marks } of items.slice(effects.length))
      if (flight) this.switchboard.model.dropped(flight.from, slot.place.node, flight.network, 'off', marks);
  }
}
