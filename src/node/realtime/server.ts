/**
 * One server in real time: its engine, run by a loop that does whatever is due and then sleeps.
 *
 * A pass of the loop: orders from the main thread, then every frame that has arrived, then resource agents, then the
 * engine's own clock, then everything that has to go out. So a peer is judged only after all it sent has been read, and
 * by its own timestamps. The sleep ends with the next deadline or with the bell, which orders and control frames ring and
 * heartbeats do not: they are read at the next pass, or in a calm a few passes later (`listening.ts`). The event loop gets
 * its turn when somebody asks something over comlink, and says so.
 *
 * A pass makes its bell ready before it looks at anything, and looks once: whatever comes later rings, and then the sleep
 * does not begin. Between two heartbeats a thread is woken once, and does nothing twice. Where nobody has rung it does not
 * look for what comes with a bell, and in a calm not for what has changed: what sixteen threads run is in no cache.
 */
import { Engine } from '../../failover/engine.js';
import { type Durable, type Effects, type Input, Phase } from '../../failover/frames.js';
import { sameView } from '../../failover/state.js';
import type { Bell } from '../../interconnect/bell.js';
import { MessageReader, type Take } from '../../interconnect/messages.js';
import type { RingReader } from '../../interconnect/ring.js';
import { type Micros, micros, NEVER } from '../../model/time.js';
import { Kind, LineEnd } from '../channel.js';
import { type EffectRecord, recordingEffects } from '../effects.js';
import { layUp, recordingAudit, sendUp } from '../serving.js';
import { blankBeat, fromBytes, readBeat, readControl, type ReusedBeat, toBytes } from '../wire.js';
import { Agents } from './agents.js';
import type { Order, RealtimeBoot, Report, Standing } from './boot.js';
import { RealClock } from './clock.js';
import { Lateness } from './lateness.js';
import { isFor, Links, marksOf } from './links.js';
import { Listening } from './listening.js';
import { rehearse } from './rehearsal.js';
import { reportToBytes } from './report.js';
import { StatusBoard } from './status.js';
import { Switches } from './switches.js';

/** It never sleeps longer than this, in milliseconds. */
const SLEEP_MS_MAX = 1000;
/** Turns of the event loop in which a question is taken in and its answer sent. */
const TURNS = 4;
/** Rings lose nothing: who has not answered yet is busy, and would only be busier for being asked again at once. */
const SAY_AGAIN_US = { min: 5000, max: 10_000 };
/** What was answered first is taken in so much later, in microseconds: by then all should have had a turn to answer. */
const REST_US = 3000;
/** Nor is it later than by that part of the heartbeat timeout. */
const REST_OF_TIMEOUT = 16;
/** It rehearses for so long at most, not so shortly before it is due, and then again after so long, in microseconds. */
const REHEARSE_US_MAX = 1000;
const REHEARSE_US_BEFORE = 2000;
const REHEARSE_US_EVERY = 5000;
/** Less than this is not slept, in microseconds: it would be over before the thread is awake again. */
const SLEEP_US_MIN = 20;

interface In {
  readonly from: number;
  readonly network: number;
  /** The sender's. */
  readonly bell: Bell;
  readonly ring: RingReader;
  readonly messages: MessageReader;
  readonly take: Take;
  corrupt: number;
}

/** One server: its engine, its links, its agents, and its line to the main thread. */
export class RealtimeServer {
  readonly end: LineEnd;
  readonly engine: Engine;
  /** How late the engine's clock ran, in microseconds. */
  readonly lateness = new Lateness();
  private readonly clock: RealClock;
  private readonly switches: Switches;
  private readonly links: Links;
  private readonly agents: Agents;
  private readonly board: StatusBoard;
  private readonly ins: readonly In[];
  private readonly out: Effects;
  /** The heartbeat that is being taken in. The engine keeps nothing of it. */
  private readonly beatIn: { readonly type: 'frame'; now: Micros; network: number; readonly frame: ReusedBeat };
  private effects: EffectRecord[] = [];
  private done: number[] = [];
  private beats: number[] = [];
  private tellsHeartbeats: boolean;
  private beaten = false;
  /** How often the bell had rung when this pass began to look. */
  private seen = 0;
  /** Somebody rang before this pass began. */
  private rung = false;
  private readonly listening: Listening;
  /** The instant at which frames are being taken in. */
  private takenAt = micros(0);
  private readonly takeOrder: Take = (_kind, _ends, _epoch, _stamp, bytes) =>
    this.obey(fromBytes(bytes as Uint8Array) as Order);
  /** Turns that the event loop is still to get. */
  private turns = 0;
  private poweredOff = false;
  /** Until it is through. */
  private rehearsal: Generator<void, void> | undefined;
  private told: Standing | undefined;
  /** In which of the engine's calms it was looked last whether there is something to tell. */
  private toldInCalm = 0;
  /** The instant of this pass. */
  private passAt = micros(0);
  private held = '[]';
  /** The executor's revision when what is held was looked at. */
  private heldRevision = 0;
  /** What is to be on disk before anybody hears of it. */
  private toSave: Durable | undefined;
  /** The main thread is to look at the disk. */
  private saved = false;
  /** Effects are to be told before anybody hears of them, in their order. */
  private tellsFirst = false;
  /** The content of the synchronised registry that was told last. */
  private content: string;
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
    this.switches = new Switches(memory.switches);
    this.links = new Links(boot, this.switches);
    this.agents = new Agents(definition, boot.faults);
    this.content = durable.registry.content;
    this.board = new StatusBoard(memory.status, me);
    this.tellsHeartbeats = boot.heartbeatsTold;
    this.beatIn = { type: 'frame', now: micros(0), network: 0, frame: blankBeat(definition.servers.length) };
    this.ins = this.links.meshes.flatMap(({ network, mesh }) =>
      definition.servers.flatMap((_, from) => {
        return from === me ? [] : [this.sourceOf(from, network, mesh.reader(from, me))];
      }),
    );
    this.out = this.effectsOut();
    const audit = boot.audit ? recordingAudit((record) => this.effects.push(record)) : undefined;
    const now = this.clock.now();
    // A thread that is late by an interval is busy. Rings lose no heartbeats: nobody misses it before half a timeout.
    const absenceUs = Math.max(definition.heartbeatIntervalUs, definition.heartbeatTimeoutUs / 4);
    this.listening = new Listening(definition);
    const retryUsMin = Math.min(SAY_AGAIN_US.max, Math.max(SAY_AGAIN_US.min, definition.heartbeatIntervalUs));
    const identity = { definition, me, incarnation, now, bootedAt, durable, audit };
    this.engine = new Engine({ ...identity, retryUsMin, absenceUs }, this.out);
    // Alone there is nobody to fail over to.
    if (definition.servers.length > 1) this.rehearsal = rehearse(definition);
    this.engine.cork(Math.min(REST_US, Math.floor(definition.heartbeatTimeoutUs / REST_OF_TIMEOUT)));
  }

  /** It has gone through what a failover calls of the engine, or has nothing to go through. */
  get rehearsed(): boolean {
    return !this.rehearsal;
  }

  /** Runs until the thread is killed. */
  async serve(): Promise<void> {
    for (;;) {
      this.pass();
      if (this.turns > 0) await this.eventLoop();
      this.sleep();
    }
  }

  /** Everything that is due. */
  private pass(): void {
    this.switches.hangHere(this.boot.me);
    const { own } = this.end;
    this.seen = own.read();
    this.rung = own.prepare();
    if (this.rung) this.end.drain(this.takeOrder);
    if (!this.poweredOff) {
      // The instant first, then the frames: nobody is judged while something of his that came before is unread.
      const now = this.clock.now();
      this.passAt = now;
      if (!this.mayLeaveFrames(now)) this.takeFrames(now);
      this.links.release(now);
      this.runAgents(now);
      this.tick(now);
      this.engine.flush(this.out);
    }
    this.save();
    this.links.publish();
    this.report();
  }

  /** What is to be kept is kept before anybody hears of it; the main thread is woken when all others are. */
  private save(): void {
    // That orders are done is told with where they have led to: whoever gave them asks for that at once.
    if (this.tellsFirst) this.tell([], undefined);
    this.tellsFirst = false;
    if (!this.toSave) return;
    layUp(this.end, Kind.DISK, toBytes(this.toSave), this.clock.now());
    this.toSave = undefined;
    this.saved = true;
  }

  private async eventLoop(): Promise<void> {
    this.turns -= 1;
    await new Promise((resolve) => setImmediate(resolve));
  }

  private sleep(): void {
    const nextAt = this.nextAt();
    const untilAt = this.rehearsal ? Math.min(nextAt, this.rehearse(nextAt)) : nextAt;
    const { own } = this.end;
    // Somebody has rung since the pass began to look.
    if (!own.prepared) return;
    const untilUs = untilAt - this.clock.now();
    if (untilUs > SLEEP_US_MIN) Atomics.wait(own.i32, own.index, this.seen, Math.min(SLEEP_MS_MAX, untilUs / 1000));
  }

  /**
   * A member of a cluster at rest that has time goes on with its rehearsal, and leaves off when somebody rings. Answers
   * when it wants to go on with that, if nothing else comes before.
   */
  private rehearse(nextAt: number): Micros {
    const { clock, end, engine, rehearsal } = this;
    const now = clock.now();
    const until = Math.min(now + REHEARSE_US_MAX, nextAt - REHEARSE_US_BEFORE);
    if (!rehearsal || until <= now || this.poweredOff || engine.place.phase !== Phase.MEMBER || !engine.atRest)
      return NEVER;
    while (this.rehearsal && end.own.prepared && clock.now() < until)
      if (rehearsal.next().done) this.rehearsal = undefined;
    return this.rehearsal ? micros(clock.now() + REHEARSE_US_EVERY) : NEVER;
  }

  private nextAt(): number {
    if (this.poweredOff) return Infinity;
    return Math.min(this.engine.nextDeadline(), this.agents.nextAt, this.links.nextAt);
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

  /** Nobody has rung, so there is nothing but heartbeats: those may wait, unless somebody wants to be told of each. */
  private mayLeaveFrames(now: Micros): boolean {
    if (this.rung || this.tellsHeartbeats || now >= this.agents.nextAt) return false;
    return this.listening.mayLeave(now, this.takenAt, this.engine.calmUntil);
  }

  /** Takes in every frame that has arrived. */
  private takeFrames(now: Micros): void {
    this.takenAt = now;
    for (const source of this.ins) {
      source.messages.drain(source.take);
      if (source.ring.relieve()) source.bell.ring();
      if (source.ring.corrupt !== source.corrupt) this.countDamage(source);
    }
  }

  private sourceOf(from: number, network: number, ring: RingReader): In {
    const source: In = {
      from,
      network,
      bell: this.links.meshes[0].mesh.bell(from),
      ring,
      messages: new MessageReader(ring),
      take: (_kind, _ends, epoch, _stamp, bytes) => this.receive(source, epoch, bytes),
      corrupt: 0,
    };
    return source;
  }

  private receive(source: In, epoch: number, bytes: Uint8Array | undefined): void {
    const { first, incarnation, me } = this.boot;
    if (this.poweredOff || !isFor(epoch, incarnation)) return;
    this.links.model.delivered(first + source.from, first + me, source.network, marksOf(epoch));
    const { takenAt: now } = this;
    const { network } = source;
    if (bytes) this.step({ type: 'frame', now, network, frame: readControl(bytes) });
    else this.receiveBeat(source, now);
  }

  private receiveBeat({ from, network, ring }: In, now: Micros): void {
    const { beatIn } = this;
    beatIn.now = now;
    beatIn.network = network;
    readBeat(beatIn.frame, ring.i32, ring.f64, ring.at, this.boot.me);
    if (this.tellsHeartbeats) this.beats.push(from);
    this.step(beatIn);
  }

  private countDamage(source: In): void {
    const { first, me } = this.boot;
    for (; source.corrupt < source.ring.corrupt; source.corrupt += 1)
      this.links.model.dropped(first + source.from, first + me, source.network, 'corrupt');
  }

  private runAgents(now: Micros): void {
    // Nearly always.
    if (now < this.agents.nextAt) return;
    for (let next = this.agents.next(now); next; next = this.agents.next(now))
      if (!this.poweredOff) this.step({ type: 'agentDone', now, ...next });
  }

  /** Lets the engine's clock run, where that is due; all that has arrived by then has been taken in. */
  private tick(now: Micros): void {
    const { engine } = this;
    let at = now;
    while (!this.poweredOff && engine.nextDeadline() <= at) {
      this.lateness.record(at - engine.nextDeadline());
      this.step({ type: 'tick', now: at });
      // What is due later than that is for the next pass.
      if (engine.nextDeadline() > at) return;
      at = this.clock.now();
      this.takeFrames(at);
    }
  }

  private step(input: Input): void {
    this.engine.step(input, this.out);
  }

  private effectsOut(): Effects {
    const recorded = recordingEffects((record) => this.effects.push(record));
    return {
      ...recorded,
      broadcast: (beat) => {
        this.beaten = true;
        this.links.broadcast(beat, beat.sentAt);
      },
      send: (to, frame) => {
        this.links.send(to, frame, this.clock.now());
        if (frame.type === 'propose') this.effects.push(['mark', 'propose']);
      },
      installed: (view, members, parent, newcomer) => {
        // From now on its registry is read as a member's.
        this.tellsFirst ||= newcomer;
        recorded.installed(view, members, parent, newcomer);
      },
      persist: (durable) => {
        const { content } = durable.registry;
        this.toSave = content === this.content ? durable : undefined;
        if (this.toSave) return;
        // What programs read follows each content on its own, in its place among registry keys that come with groups.
        this.content = content;
        this.tellsFirst = true;
        recorded.persist(durable);
      },
      bringsUp: (group, view, keys) => {
        this.tellsFirst ||= keys !== undefined;
        recorded.bringsUp(group, view, keys);
      },
      agent: (call) => this.agents.start(call, this.clock.now()),
      cancelAgent: (run) => this.agents.cancel(run),
      watchdog: (at) => this.switches.windUp(this.boot.me, at, this.passAt),
      powerOff: (orderly, why) => {
        this.poweredOff = true;
        recorded.powerOff(orderly, why);
      },
    };
  }

  /** Tells the main thread what there is to tell, and shows where the engine stands. */
  private report(): void {
    if (this.engine.rests && this.effects.length + this.done.length + this.beats.length === 0) return;
    const standing = this.changedStanding();
    // A heartbeat that leaves frames unread has nothing new to show but its instant, or what the next one shows.
    const hasRead = this.takenAt >= this.passAt;
    if (standing || (this.beaten && hasRead)) this.board.show(this.engine, this.boot.incarnation, this.passAt);
    this.beaten = false;
    if (standing || this.asked || this.saved || this.effects.length + this.done.length + this.beats.length > 0) {
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
    this.saved = false;
    const state = done.length > 0 && this.asked ? this.engine.state : undefined;
    if (state) this.asked = false;
    const report: Report = { at, effects, done, beats, standing, state };
    sendUp(this.end, Kind.DONE, reportToBytes(report), at);
  }

  /** The same, without a look where the calm goes on in which it was told. */
  private changedStanding(): Standing | undefined {
    const { calmNumber } = this.engine;
    if (calmNumber !== 0 && calmNumber === this.toldInCalm) return undefined;
    this.toldInCalm = calmNumber;
    return this.standing();
  }

  /** Undefined where the main thread knows already. */
  private standing(): Standing | undefined {
    const { told, held } = this;
    const { executor } = this.engine;
    if (this.heldRevision !== executor.revision) this.held = JSON.stringify(executor.held());
    this.heldRevision = executor.revision;
    if (told && this.held === held && this.standsAs(told)) return undefined;
    const { place, atRest, state, suspects } = this.engine;
    this.told = { place, atRest, suspects, view: state.view, members: state.members };
    return this.held === held ? this.told : { ...this.told, held: executor.held() };
  }

  /** Nothing of this has changed; asked at every heartbeat. */
  private standsAs({ place, atRest, suspects, view }: Standing): boolean {
    const { engine } = this;
    const { phase, coordinates, held, ending } = engine.place;
    return (
      phase === place.phase &&
      coordinates === place.coordinates &&
      held === place.held &&
      ending === place.ending &&
      suspects === engine.suspects &&
      sameView(view, engine.view) &&
      atRest === engine.atRest
    );
  }
}
