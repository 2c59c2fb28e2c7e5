/**
 * One server in real time: its engine, run by a loop that does whatever is due and then sleeps.
 *
 * A pass of the loop: orders from the main thread, then every frame that has arrived, then resource agents, then the
 * engine's own clock, then everything that has to go out. So a peer is judged only after all it sent has been read, and
 * by its own timestamps. The sleep ends with the next deadline or with the bell, which control frames ring and
 * heartbeats do not: they are read at the next pass. The event loop gets its turn when somebody asks something over
 * comlink, and says so.
 */
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import { Engine } from '../../failover/engine.js';
import type { Effects, Input } from '../../failover/frames.js';
import { MessageReader } from '../../interconnect/messages.js';
import type { RingReader } from '../../interconnect/ring.js';
import type { Micros } from '../../model/time.js';
import { Kind, LineEnd } from '../channel.js';
import { type EffectRecord, recordingEffects } from '../effects.js';
import { recordingAudit, sendUp } from '../serving.js';
import { fromBytes, readBeat, readControl, toBytes } from '../wire.js';
import { Agents } from './agents.js';
import type { Order, RealtimeBoot, Report, Standing } from './boot.js';
import { RealClock } from './clock.js';
import { isFor, Links, marksOf } from './links.js';
import { StatusBoard } from './status.js';
import { Switches } from './switches.js';
import { warmUp } from './warm-up.js';

/** It never sleeps longer than this, in milliseconds. */
const SLEEP_MS_MAX = 1000;
/** Turns of the event loop in which a question is taken in and its answer sent. */
const TURNS = 4;
/** Rings lose nothing: who has not answered yet is busy, and would only be busier for being asked again at once. */
const SAY_AGAIN_US_MIN = 5000;
/** Frames that found no room are tried again after so many microseconds. */
const RETRY_US = 1000;
/** Less than this is not slept, in microseconds: it would be over before the thread is awake again. */
const SLEEP_US_MIN = 20;

interface In {
  readonly from: number;
  readonly network: number;
  readonly ring: RingReader;
  readonly messages: MessageReader;
  corrupt: number;
}

/** One server: its engine, its links, its agents, and its line to the main thread. */
export class RealtimeServer {
  readonly end: LineEnd;
  readonly engine: Engine;
  /** How late the engine's clock ran, in microseconds. */
  readonly lateness: RecordableHistogram = createHistogram();
  private readonly clock: RealClock;
  private readonly switches: Switches;
  private readonly links: Links;
  private readonly agents: Agents;
  private readonly board: StatusBoard;
  private readonly ins: readonly In[];
  private readonly out: Effects;
  private effects: EffectRecord[] = [];
  private done: number[] = [];
  private beats: number[] = [];
  private tellsHeartbeats: boolean;
  private beaten = false;
  /** Turns that the event loop is still to get. */
  private turns = 0;
  private poweredOff = false;
  private told = '';
  private held = '[]';
  /** What is held here may have changed. */
  private touched = false;
  /** Something is to be kept on disk that the main thread does not know of yet. */
  private unsaved = false;
  /** The main thread wants the whole agreed state. */
  private asked = false;

  /** @param wakeMain tells the main thread, asleep in its event loop, that there is something to read */
  constructor(
    private readonly boot: RealtimeBoot,
    wakeMain: () => void,
  ) {
    const { definition, me, incarnation, durable, memory, bootedAt } = boot;
    this.end = LineEnd.server(boot.line, wakeMain);
    this.clock = new RealClock(boot.originNs);
    if (boot.warmUpMs > 0) warmUp(definition, boot.warmUpMs, this.clock);
    this.switches = new Switches(memory.switches);
    this.links = new Links(boot, this.switches);
    this.agents = new Agents(definition, boot.faults);
    this.board = new StatusBoard(memory.status, me);
    this.tellsHeartbeats = boot.heartbeatsTold;
    this.ins = this.links.meshes.flatMap(({ network, mesh }) =>
      definition.servers.flatMap((_, from) => {
        if (from === me) return [];
        const ring = mesh.reader(from, me);
        return [{ from, network, ring, messages: new MessageReader(ring), corrupt: 0 }];
      }),
    );
    this.out = this.effectsOut();
    const audit = boot.audit ? recordingAudit((record) => this.effects.push(record)) : undefined;
    const now = this.clock.now();
    // A thread that is late by an interval is busy. Rings lose no heartbeats: nobody misses it before half a timeout.
    const absenceUs = Math.max(definition.heartbeatIntervalUs, definition.heartbeatTimeoutUs / 4);
    const identity = { definition, me, incarnation, now, bootedAt, durable, audit };
    this.engine = new Engine({ ...identity, retryUsMin: SAY_AGAIN_US_MIN, absenceUs }, this.out);
    this.engine.cork();
  }

  /** Runs until the thread is killed. */
  async serve(): Promise<void> {
    for (;;) {
      this.switches.hangHere(this.boot.me);
      this.pass();
      if (this.turns > 0) await this.eventLoop();
      this.sleep();
    }
  }

  /** Everything that is due. */
  private pass(): void {
    this.takeOrders();
    if (!this.poweredOff) {
      this.takeFrames(this.clock.now());
      this.links.release(this.clock.now());
      this.runAgents();
      this.tick();
      this.engine.flush(this.out);
    }
    // What is to be kept is kept before anybody hears of it. That orders are done is told with where they have led to:
    // whoever gave them asks for that at once.
    if (this.unsaved) this.tell([], undefined);
    this.links.publish();
    this.report();
  }

  private async eventLoop(): Promise<void> {
    this.turns -= 1;
    await new Promise((resolve) => setImmediate(resolve));
  }

  private sleep(): void {
    const { own } = this.end;
    const seen = own.read();
    own.prepare();
    // What was published before the flag was set is found now; what comes after rings.
    const found = this.takeOrders() || (!this.poweredOff && this.takeFrames(this.clock.now()));
    const untilUs = found ? 0 : this.nextAt() - this.clock.now();
    if (untilUs > SLEEP_US_MIN) Atomics.wait(own.i32, own.index, seen, Math.min(SLEEP_MS_MAX, untilUs / 1000));
    own.awake();
  }

  private nextAt(): number {
    if (this.poweredOff) return Infinity;
    const retryAt = this.links.canRetry ? this.clock.now() + RETRY_US : Infinity;
    return Math.min(this.engine.nextDeadline(), this.agents.nextAt, this.links.nextAt, retryAt);
  }

  private takeOrders(): boolean {
    return (
      this.end.drain((_kind, _ends, _epoch, _stamp, bytes) => {
        this.obey(fromBytes(bytes as Uint8Array) as Order);
      }) > 0
    );
  }

  private obey(order: Order): void {
    switch (order.type) {
      case 'input':
        if (!this.poweredOff) this.step({ ...order.input, now: this.clock.now() });
        break;
      case 'rules':
        this.links.model.obey(this.boot.first + this.boot.me, order.rules);
        break;
      case 'faults':
        this.agents.setFaults(order.faults);
        break;
      case 'turn':
        this.turns = TURNS;
        break;
      case 'tellState':
        this.asked = true;
        break;
      case 'tellHeartbeats':
        this.tellsHeartbeats = order.on;
        break;
      default:
        order satisfies never;
    }
    this.done.push(order.n);
  }

  /** Takes in every frame that has arrived. */
  private takeFrames(now: Micros): boolean {
    let taken = 0;
    for (const source of this.ins) {
      taken += source.messages.drain((_kind, _ends, epoch, _stamp, bytes, ring) => {
        this.receive(source, now, epoch, bytes, ring);
      });
      if (source.ring.corrupt !== source.corrupt) this.countDamage(source);
    }
    return taken > 0;
  }

  private receive(source: In, now: Micros, epoch: number, bytes: Uint8Array | undefined, ring: RingReader): void {
    const { definition, first, incarnation, me } = this.boot;
    if (this.poweredOff || !isFor(epoch, incarnation)) return;
    const servers = definition.servers.length;
    const frame = bytes ? readControl(bytes) : readBeat(ring.i32, ring.f64, ring.at, servers);
    this.links.model.delivered(first + source.from, first + me, source.network, marksOf(epoch));
    if (!bytes && this.tellsHeartbeats) this.beats.push(source.from);
    this.step({ type: 'frame', now, network: source.network, frame });
  }

  private countDamage(source: In): void {
    const { first, me } = this.boot;
    for (; source.corrupt < source.ring.corrupt; source.corrupt += 1)
      this.links.model.dropped(first + source.from, first + me, source.network, 'corrupt');
  }

  private runAgents(): void {
    for (let now = this.clock.now(), next = this.agents.next(now); next; next = this.agents.next(now))
      if (!this.poweredOff) this.step({ type: 'agentDone', now, ...next });
  }

  private tick(): void {
    for (let now = this.clock.now(); !this.poweredOff && this.engine.nextDeadline() <= now; now = this.clock.now()) {
      this.lateness.record(Math.max(1, now - this.engine.nextDeadline()));
      // The instant first, then the frames: nobody is judged while something of his that came before is unread.
      this.takeFrames(now);
      this.step({ type: 'tick', now });
    }
  }

  private step(input: Input): void {
    this.touched ||= input.type !== 'frame' || input.frame.type !== 'heartbeat';
    this.engine.step(input, this.out);
  }

  private effectsOut(): Effects {
    const recorded = recordingEffects((record) => this.effects.push(record));
    return {
      ...recorded,
      broadcast: (beat) => {
        this.beaten = true;
        this.links.broadcast(beat, this.clock.now());
      },
      send: (to, frame) => {
        this.links.send(to, frame, this.clock.now());
        if (frame.type === 'propose') this.effects.push(['mark', 'propose']);
      },
      persist: (durable) => {
        this.unsaved = true;
        recorded.persist(durable);
      },
      bringsUp: (group, view, keys) => {
        this.unsaved ||= keys !== undefined;
        recorded.bringsUp(group, view, keys);
      },
      agent: (call) => {
        this.touched = true;
        this.agents.start(call, this.clock.now());
      },
      cancelAgent: (run) => {
        this.touched = true;
        this.agents.cancel(run);
      },
      watchdog: (at) => this.switches.windUp(this.boot.me, at),
      powerOff: (orderly, why) => {
        this.poweredOff = true;
        recorded.powerOff(orderly, why);
      },
    };
  }

  /** Tells the main thread what there is to tell, and shows where the engine stands. */
  private report(): void {
    const now = this.clock.now();
    const standing = this.standing();
    if (standing || this.beaten) this.board.show(this.engine, this.boot.incarnation, now);
    this.beaten = false;
    if (standing || this.asked || this.effects.length + this.done.length + this.beats.length > 0) {
      const { done } = this;
      this.done = [];
      this.tell(done, standing);
    }
  }

  private tell(done: readonly number[], standing: Standing | undefined): void {
    const { effects, beats } = this;
    const at = this.clock.now();
    this.effects = [];
    this.beats = [];
    this.unsaved = false;
    const state = done.length > 0 && this.asked ? this.engine.state : undefined;
    if (state) this.asked = false;
    const report: Report = { at, effects, done, beats, standing, state };
    sendUp(this.end, Kind.DONE, toBytes(report), at);
  }

  /** Undefined where the main thread knows already. */
  private standing(): Standing | undefined {
    const { place, atRest, executor, state, suspects } = this.engine;
    const { view, members } = state;
    const held = this.touched ? JSON.stringify(executor.held()) : this.held;
    this.touched = false;
    const { phase, coordinates, held: holdsStill, ending } = place;
    const told = `${phase} ${coordinates} ${holdsStill} ${ending} ${atRest} ${suspects} ${view.epoch} ${view.coordinator}`;
    if (told === this.told && held === this.held) return undefined;
    const plain = { place, atRest, suspects, view, members };
    const standing = held === this.held ? plain : { ...plain, held: executor.held() };
    this.told = told;
    this.held = held;
    return standing;
  }
}
