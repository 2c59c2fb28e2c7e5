/**
 * The engine: everything one server decides, as a deterministic state machine.
 *
 * Inputs go in one at a time (the clock, a frame, a request, a resource agent's answer), effects come out. It reads no
 * clock, draws no chance and does no I/O, so it behaves the same in a test, in a campaign and in a thread of its own.
 * This file only passes on: detect/ knows who is there, view/ agrees on who is in, log/ keeps one order, group/,
 * transition/ and placement/ decide what that order means.
 */
import type { ClusterDefinition } from '../model/definition.js';
import { type Micros, NEVER, micros } from '../model/time.js';
import type { Audit } from './context.js';
import { type Core, agreed, coordinates, persist, registered } from './core.js';
import { Detector } from './detect/detector.js';
import {
  type Append,
  type Commit,
  type ControlFrame,
  type Durable,
  type Effects,
  type Heartbeat,
  type Input,
  Phase,
  type ViewId,
} from './frames.js';
import { Executor } from './group/executor.js';
import { Replica } from './log/apply.js';
import type { Command, ReportCommand } from './log/commands.js';
import { Sequence } from './log/sequence.js';
import { bit, has, serversOf, sizeOf } from './state.js';
import { ViewChange } from './view/change.js';
import { fenceTime, leaseEnd, witnessGrace } from './view/lease.js';
import { Relations } from './view/relations.js';
import { hearsMember, isUndisturbed, mayJoin, standing } from './view/target.js';

/** What is said again is said again after a quarter of the heartbeat interval, within these bounds. */
const RETRY_US_MIN = 500;
const RETRY_US_MAX = 1_000_000;
/** A coordinator gathers reports for so many rests. */
const RESTS_OF_GATHERING = 2;

export interface Boot {
  readonly definition: ClusterDefinition;
  readonly me: number;
  /** Counts the boots of this server, from 1. */
  readonly incarnation: number;
  readonly now: Micros;
  /** What is said again waits at least so long, in microseconds: longer where frames are not lost but servers are busy. */
  readonly retryUsMin?: number;
  /**
   * How late its clock may run before it takes itself for having been away, in microseconds; the heartbeat interval where
   * nothing is said. Never as much as half the timeout: by then others may have gone on without it.
   */
  readonly absenceUs?: number;
  /** When it was switched on, where the engine begins later than that. */
  readonly bootedAt?: Micros;
  readonly durable: Durable;
  /** Told where groups are sent, where somebody checks that. */
  readonly audit?: Audit;
}

/** Where a server stands in its cluster. */
export interface Place {
  readonly phase: Phase;
  readonly coordinates: boolean;
  /** It holds still for a change of view. */
  readonly held: boolean;
  /** It is about to power off. */
  readonly ending: boolean;
}

export class Engine {
  private readonly core: Core;
  private readonly sequence: Sequence;
  private readonly relations: Relations;
  private readonly change: ViewChange;
  private readonly reports: ReportCommand[] = [];
  private readonly intervalUs: number;
  private readonly retryUs: number;
  private readonly absenceUs: number;
  private nextBeatAt: Micros;
  private retryAt: Micros = NEVER;
  private leaseAt: Micros = NEVER;
  private guarded = false;
  private corked = false;
  private restUs = 0;
  /** Inputs were taken in since conclusions were drawn last. */
  private undecided = false;
  /** Others than heartbeats among them. */
  private tookIn = false;
  /** Nothing to decide was found, and there will be nothing until something happens but heartbeats that tell nothing. */
  private calm = false;
  /** How many calms there have been. */
  private calms = 0;
  /** Answered, and not taken in yet: that comes before anything else is. */
  private answered: Append | Commit | undefined;
  private restUntil = micros(0);
  private fenceAt: Micros = NEVER;
  /** When it wants its next tick, its own heartbeat included. */
  private dueAt: Micros;
  /** The same without that heartbeat. */
  private besidesBeatAt: Micros = micros(0);

  constructor(boot: Boot, out: Effects) {
    const { definition, me, incarnation, now, bootedAt = now, durable } = boot;
    this.core = {
      definition,
      me,
      incarnation,
      bootedAt,
      replica: new Replica(definition, boot.audit),
      detector: new Detector(definition, me),
      executor: new Executor(definition, (report) => this.reports.push(report)),
      out,
      now,
      phase: has(durable.maintenance, me) ? Phase.OFF : Phase.SEEKING,
      durable,
      returned: false,
      backSince: micros(0),
      ending: undefined,
    };
    this.relations = new Relations(this.core);
    this.sequence = new Sequence(this.core);
    this.change = new ViewChange(this.core, this.sequence, this.relations);
    this.intervalUs = definition.heartbeatIntervalUs;
    this.absenceUs = boot.absenceUs ?? this.intervalUs;
    this.retryUs = Math.max(boot.retryUsMin ?? RETRY_US_MIN, Math.min(RETRY_US_MAX, Math.floor(this.intervalUs / 4)));
    this.nextBeatAt = micros(now + Math.floor((this.intervalUs * me) / definition.servers.length));
    this.dueAt = now;
  }

  /** When the engine wants its next `tick`, if nothing else comes before. */
  nextDeadline(): Micros {
    return this.answered ? this.restUntil : this.dueAt;
  }

  /**
   * Until then nothing is due but its own heartbeat, and those of others have nothing to conclude from but what they tell
   * anew: who is busy may let them lie. 0 where that is not so.
   */
  get calmUntil(): Micros {
    return this.calm && !this.answered ? this.besidesBeatAt : micros(0);
  }

  /** Which calm this is, counted from 1; 0 where there is none. Nothing of what observers see changes in a calm. */
  get calmNumber(): number {
    return this.calm && !this.answered ? this.calms : 0;
  }

  /** Takes one input in; effects go out before it returns. */
  step(input: Input, out: Effects): void {
    const { core } = this;
    core.now = input.now;
    core.out = out;
    if (input.type === 'frame' && input.frame.type === 'heartbeat') {
      const told = core.detector.receive(input.frame, core.replica.state.view);
      if (core.detector.nextCheck < this.besidesBeatAt) this.besidesBeatAt = core.detector.nextCheck;
      if (core.detector.nextCheck < this.dueAt) this.dueAt = core.detector.nextCheck;
      if (!told) return;
      this.calm = false;
    } else {
      this.noticeAbsence();
      if (input.type !== 'tick' && !this.heed(input)) return;
    }
    if (this.corked && input.type !== 'tick' && !core.ending) this.undecided = true;
    else this.conclude(input.type === 'tick');
  }

  /** Takes in what is no heartbeat; answers false where it is answered first, and not taken in yet. */
  private heed(input: Exclude<Input, { type: 'tick' }>): boolean {
    this.calm = false;
    if (this.answersFirst(input)) return false;
    this.takeInAnswered();
    this.takeIn(input);
    this.tookIn = true;
    return true;
  }

  /**
   * From now on conclusions are drawn once for all inputs taken in until a tick or `flush`, and what is for the log's sake
   * (entries, acknowledgements, commands) is kept until `flush`: for a shell that takes in many inputs at once, so that
   * what they give rise to travels in one frame.
   *
   * A frame that merely wants to be held is answered before it is taken in: the others wait for the answer, and nobody for
   * what comes of it here. For `restUs` microseconds the engine then reads heartbeats and does nothing else, its clock
   * included, unless another frame or a request comes: so that whoever has not answered yet gets the processor. Where
   * several groups come up, a coordinator tells their reports together: `flush` keeps them for two rests at most.
   */
  cork(restUs = 0): void {
    this.corked = true;
    this.restUs = restUs;
    this.sequence.gatherReports(Math.min(RESTS_OF_GATHERING * restUs, this.retryUs));
  }

  /** Draws conclusions, if any are due, and sends what was kept; reports that are gathered when their time has come. */
  flush(out: Effects): void {
    const { core } = this;
    core.out = out;
    if (this.rests) return;
    if (this.undecided || this.answered) this.conclude(false);
    if (core.ending && !this.change.unfinished) return;
    const { index } = agreed(core);
    this.flushSequence();
    if (agreed(core).index !== index) this.lookOnceMore();
  }

  /** What is gathered may be kept until its time comes; from when it is told counts the time to say it again. */
  private flushSequence(): void {
    const { core, sequence } = this;
    const held = this.change.promised !== undefined;
    const gathers = sequence.deadline !== NEVER;
    sequence.flush(held);
    const tells = gathers && sequence.deadline === NEVER;
    if (tells && this.retryAt !== NEVER) this.retryAt = micros(core.now + this.retryUs);
    if (!held) this.dueAt = micros(Math.min(this.dueAt, sequence.deadline));
  }

  /** A hash of what it has decided, holds and waits for: two engines that took in the same inputs have the same. */
  digest(): string {
    const { core } = this;
    return hash(
      JSON.stringify([
        core.phase,
        core.durable,
        core.replica.state,
        core.executor.describe(),
        this.sequence.describe(),
        this.change.describe(),
        this.answered?.type,
        core.detector.silent,
        [...core.detector.heard],
        [...core.detector.acknowledged],
        this.dueAt,
      ]),
    );
  }

  /** For observers: the engine's place in its cluster. Changed by nothing outside. */
  get place(): Place {
    const { phase, ending } = this.core;
    const held = this.change.promised !== undefined;
    return { phase, coordinates: coordinates(this.core), held, ending: ending !== undefined };
  }

  /** It has answered a frame that it has yet to take in, and concludes nothing before: that is due at `nextDeadline`. */
  get rests(): boolean {
    return this.answered !== undefined && this.core.now < this.restUntil;
  }

  /** The agreed state as this server has it. Read only. */
  get state(): Readonly<Core['replica']['state']> {
    return this.core.replica.state;
  }

  /** The view that it is in, or was in last. */
  get view(): ViewId {
    return this.core.replica.state.view;
  }

  /** That view's members, as a bit mask. */
  get members(): number {
    return this.core.replica.state.members;
  }

  /** Whom this server has heard once and hears no more, as a bit mask. */
  get suspects(): number {
    return this.core.detector.silent;
  }

  /** Grows with every change of the agreed state. */
  get revision(): number {
    return this.core.replica.revision;
  }

  /** What this server truly holds. Read only. */
  get executor(): Pick<Executor, 'held' | 'holds' | 'idle' | 'revision'> {
    return this.core.executor;
  }

  /** Nothing here waits for anything but the next heartbeat. A server without a view may look for one for ever. */
  get atRest(): boolean {
    const { core } = this;
    if (core.phase === Phase.OFF) return core.executor.idle;
    if (core.phase === Phase.SEEKING) return core.executor.idle && this.change.formAt === NEVER;
    if (this.answered) return false;
    const busy = this.change.promised !== undefined || this.change.outstanding() || this.sequence.outstanding();
    const { groups, servers, fenced } = agreed(core);
    const settled = groups.every((group) => !group.task) && servers.every((server) => server.leaving === '');
    return !busy && !this.sequence.unreleased() && fenced === 0 && settled;
  }

  private takeIn(input: Exclude<Input, { type: 'tick' }>): void {
    const { core } = this;
    switch (input.type) {
      case 'frame':
        this.takeFrame(input.frame as ControlFrame);
        return;
      case 'request':
        this.request(input.id, input.command);
        return;
      case 'agentDone':
        core.executor.agentDone(input.run, input.ok, core.now, core.out);
        return;
      case 'resourceFailed':
        core.executor.resourceFailed(input.group, input.resource);
        return;
      case 'keysWritten':
        core.executor.keysWritten(input.group, input.keys);
        return;
      case 'returnByHand':
        if (core.phase !== Phase.OFF) return;
        core.phase = Phase.SEEKING;
        core.returned = true;
        persist(core, { maintenance: core.durable.maintenance & ~bit(core.me) });
        return;
      case 'goOff':
        for (const server of serversOf(registered(core) & ~bit(core.me)))
          core.out.send(server, { type: 'goodbye', from: core.me });
        core.ending = { orderly: true, why: 'shut down' };
        return;
      default:
        input satisfies never;
    }
  }

  /** Whether this was a frame that all members are to hold, and is answered: it is taken in later. */
  private answersFirst(input: Input): boolean {
    if (!this.corked || input.type !== 'frame') return false;
    const { frame } = input;
    if (frame.type !== 'append' && frame.type !== 'commit') return false;
    if (this.answered) return isSame(this.answered, frame);
    if (!this.mayRest()) return false;
    const { core, change, sequence } = this;
    const isAnswered =
      frame.type === 'commit' ? change.answerFirst(frame) : !change.promised && sequence.answerFirst(frame);
    if (!isAnswered) return false;
    this.answered = frame;
    this.restUntil = micros(Math.min(core.now + this.restUs, this.leaseAt));
    return true;
  }

  /** Nothing waits to be concluded, and the clock has not been kept waiting for long. */
  private mayRest(): boolean {
    const { core } = this;
    return !core.ending && core.now >= core.backSince && !this.tookIn && core.now <= this.dueAt + this.restUs;
  }

  private takeInAnswered(): void {
    const { answered: frame } = this;
    if (!frame) return;
    this.answered = undefined;
    if (frame.type === 'append') this.sequence.takeOver(frame);
    else this.change.enter(frame);
    this.sequence.dropAnswer();
  }

  private takeFrame(frame: ControlFrame): void {
    const held = this.change.promised !== undefined || this.core.now < this.core.backSince;
    switch (frame.type) {
      case 'propose':
        return this.change.propose(frame);
      case 'pledge':
        return this.change.pledged(frame);
      case 'decline':
        return this.change.declined(frame);
      case 'withdraw':
        return this.change.withdrawn(frame);
      case 'commit':
        return this.change.committed(frame);
      case 'installed':
        return this.change.installedBy(frame.from, frame.epoch);
      case 'append':
        return held ? undefined : this.sequence.takeOver(frame);
      case 'appendAck':
        return held ? undefined : this.sequence.acknowledge(frame);
      case 'submit':
        return held ? undefined : this.sequence.takeIn(frame);
      case 'ask':
        return this.relations.answer(frame);
      case 'verdict':
        return this.relations.learn(frame);
      case 'standOff':
        if (this.core.phase === Phase.SEEKING) this.standOff(frame.maintenance);
        return;
      case 'goodbye':
        return held ? undefined : this.goodbye(frame.from);
      case 'witnessAnswer':
        return this.change.witnessed(frame);
      case 'witnessAsk':
        return;
      default:
        frame satisfies never;
    }
  }

  /**
   * A server that has not run for a while blames nobody for an interval, and lets nothing out: its view may have gone on
   * without it, and what it finds waiting may be of long ago.
   */
  private noticeAbsence(): void {
    const { core } = this;
    if (core.now <= this.nextBeatAt + this.absenceUs || core.backSince > core.now) return;
    core.backSince = micros(core.now + this.intervalUs);
    core.detector.wasAway(core.backSince);
  }

  /** A server off the cluster says that it is being shut down. */
  private goodbye(server: number): void {
    const { core } = this;
    core.detector.silence(server);
    const { members, maintenance, servers } = agreed(core);
    if (!coordinates(core) || has(members | maintenance, server) || servers[server].base === 'STOPPED') return;
    this.sequence.order({ type: 'vanished', server, orderly: true });
  }

  private request(id: number, command: Command): void {
    const { core } = this;
    if (core.phase === Phase.MEMBER) {
      this.sequence.submit(id, command, this.change.promised !== undefined);
      return;
    }
    const refusal = {
      code: 'NOT_IN_VIEW',
      where: core.definition.servers[core.me].name,
      what: 'the server is no member of the cluster now',
      fix: 'ask a member',
    };
    core.out.ordered(id, refusal);
    core.out.answer(id, refusal);
  }

  /**
   * After every input that may matter: timers, decisions, then whatever has to go out. Silence is judged at a tick only,
   * when all that has arrived at that instant has been read.
   */
  private conclude(ticked: boolean): void {
    this.takeInAnswered();
    this.undecided = false;
    this.tookIn = false;
    this.letTimePass(ticked);
    const { core, change, sequence } = this;
    if (!this.calm) this.lookAround();
    if (core.ending && !change.unfinished) {
      if (core.ending.orderly) sequence.flush(change.promised !== undefined);
      this.end();
      return;
    }
    const { index } = agreed(core);
    if (!this.calm) this.decide();
    if (core.now >= this.nextBeatAt) this.beat();
    if (core.now >= this.retryAt) this.sayAgain();
    this.guardView();
    if (!this.corked) sequence.flush(change.promised !== undefined);
    this.end();
    if (ticked) this.findCalm();
    this.findDeadline();
    if (agreed(core).index !== index && !core.ending) this.lookOnceMore();
  }

  /** What has not ended the calm by now has changed nothing, except that a lease may have. */
  private findCalm(): void {
    if (this.calm) this.calm = this.core.phase === Phase.MEMBER;
    else if (this.isCalm()) {
      this.calm = true;
      this.calms += 1;
    }
  }

  /** What was agreed just now may call for a change of view: looked at once more at this instant. */
  private lookOnceMore(): void {
    this.calm = false;
    this.dueAt = this.core.now;
  }

  /** What an instant brings by itself: silence, the end of a resource's time, the end of a lease. */
  private letTimePass(ticked: boolean): void {
    this.noticeAbsence();
    const { core, change } = this;
    const fallsSilent = ticked && core.detector.check(core.now);
    if (fallsSilent && this.corked) change.lookAgain();
    const isLeaseDue = core.now >= this.leaseAt || change.refused;
    if (fallsSilent || isLeaseDue || core.now >= core.executor.deadline) this.calm = false;
    core.executor.tick(core.now, core.out);
    if (isLeaseDue) this.checkLease();
  }

  /**
   * All members stand in this view and accuse nobody among them, nobody else is heard, and nothing is under way: so there
   * is nothing to decide, and time alone changes nothing of that but what has a deadline.
   */
  private isCalm(): boolean {
    const { core, change, sequence } = this;
    if (core.phase !== Phase.MEMBER || core.ending || this.retryAt !== NEVER) return false;
    if (!change.isIdle || sequence.outstanding()) return false;
    const { fenced, unsettled } = agreed(core);
    return fenced === 0 && unsettled.length === 0 && isUndisturbed(core);
  }

  /** Changes of view, what the coordinator has to order, and what this server has to report. */
  private decide(): void {
    const { core, change, sequence } = this;
    change.review();
    if (coordinates(core) && !change.promised) this.coordinate();
    for (let report = this.reports.shift(); report; report = this.reports.shift())
      if (core.phase === Phase.MEMBER) sequence.submit(0, report, change.promised !== undefined);
  }

  /** A view is guarded from its first moment on: the server may hang before its next heartbeat. */
  private guardView(): void {
    const { phase, definition } = this.core;
    if (phase === Phase.MEMBER && !this.guarded && definition.partition.kind !== 'none') this.checkLease();
  }

  /** What a server sees that changes its own standing, before any change of view is considered. */
  private lookAround(): void {
    const { core } = this;
    if (core.phase === Phase.MEMBER) {
      const later = this.relations.excludedBy();
      if (later === 0) return;
      const stand = standing(core, this.relations, this.change.decidedAt);
      const together = core.definition.partition.kind === 'none' && sizeOf(stand) > sizeOf(later);
      if (!together) core.ending ??= { orderly: false, why: 'the cluster has gone on without it' };
    } else if (core.phase === Phase.OFF && !core.ending && !has(core.durable.maintenance, core.me)) {
      if (!hearsMember(core) && this.hearsSeeker()) core.phase = Phase.SEEKING;
    }
  }

  private hearsSeeker(): boolean {
    const { core } = this;
    return serversOf(registered(core)).some(
      (server) => core.detector.hears(server) && core.detector.peers[server].phase === Phase.SEEKING,
    );
  }

  private standOff(maintenance: boolean): void {
    const { core } = this;
    core.phase = Phase.OFF;
    if (maintenance) persist(core, { maintenance: core.durable.maintenance | bit(core.me) });
  }

  /** What the coordinator puts into the sequence of its own accord. */
  private coordinate(): void {
    const { core, sequence } = this;
    const state = agreed(core);
    for (const server of serversOf(registered(core) & ~state.members)) {
      const { base } = state.servers[server];
      const { phase } = core.detector.peers[server];
      if (core.detector.hears(server)) {
        if (phase !== Phase.MEMBER && base !== 'OFF_CLUSTER' && !mayJoin(core, server))
          sequence.order({ type: 'standOff', server });
      } else if (base === 'OFF_CLUSTER' && has(core.detector.silent, server) && !has(state.maintenance, server))
        sequence.order({ type: 'vanished', server, orderly: false });
    }
    if (state.unsettled.length > 0 && sequence.isStable) sequence.order({ type: 'settled' });
    if (state.fenced !== 0 && core.now >= state.fencedUntil)
      sequence.order({ type: 'fenceOver', servers: state.fenced });
  }

  private checkLease(): void {
    const { core, change } = this;
    if (core.phase !== Phase.MEMBER) {
      this.leaseAt = NEVER;
      return;
    }
    const end = leaseEnd(core);
    this.leaseAt = end === NEVER ? NEVER : micros(end + witnessGrace(core));
    this.guard(end === NEVER ? NEVER : micros(end + fenceTime(core.definition)));
    if (core.now < this.leaseAt && !change.refused) return;
    core.out.warning(`server ${core.definition.servers[core.me].name} has lost its quorum and gives up its groups`);
    core.executor.dropAll(core.now, core.out);
    core.phase = Phase.SEEKING;
    this.leaseAt = NEVER;
    this.sequence.reset(false);
    change.forget();
    core.out.departed();
  }

  private guard(at: Micros): void {
    if (at === NEVER && !this.guarded) return;
    this.guarded = at !== NEVER;
    this.core.out.watchdog(at);
  }

  private beat(): void {
    const { core, change } = this;
    const { view, index } = agreed(core);
    const member = core.phase === Phase.MEMBER;
    const beat: Heartbeat = {
      type: 'heartbeat',
      from: core.me,
      incarnation: core.incarnation,
      phase: core.phase,
      epoch: member ? view.epoch : 0,
      coordinator: member ? view.coordinator : -1,
      applied: index,
      suspects: core.detector.silent,
      heard: this.heardToTell(),
      bootedAt: core.bootedAt,
      sentAt: core.now,
    };
    core.out.broadcast(beat);
    while (this.nextBeatAt <= core.now) this.nextBeatAt = micros(this.nextBeatAt + this.intervalUs);
    if (core.definition.partition.kind !== 'none' && member) this.checkLease();
    if (coordinates(core) && !change.promised) this.tellOff();
  }

  /** Whom a promise leaves out is told nothing newer than what was heard when the promise was given. */
  private heardToTell(): number[] {
    const { heard } = this.core.detector;
    const { promised } = this.change;
    const told = new Array<number>(heard.length);
    for (let server = 0; server < heard.length; server += 1)
      told[server] = promised && !has(promised.asked, server) ? promised.heard[server] : heard[server];
    return told;
  }

  /** Servers that look for a view but may not join are told so, as often as they are heard. */
  private tellOff(): void {
    const { core } = this;
    const { members, maintenance } = agreed(core);
    for (const server of serversOf(registered(core) & ~members))
      if (core.detector.hears(server) && core.detector.peers[server].phase === Phase.SEEKING && !mayJoin(core, server))
        core.out.send(server, { type: 'standOff', from: core.me, maintenance: has(maintenance, server) });
  }

  private sayAgain(): void {
    this.change.resend();
    this.relations.ask();
    this.sequence.resend();
    this.retryAt = NEVER;
  }

  private end(): void {
    const { core } = this;
    if (!core.ending || this.change.unfinished) return;
    core.out.powerOff(core.ending.orderly, core.ending.why);
    this.dueAt = NEVER;
  }

  private findDeadline(): void {
    const { core, change } = this;
    if (core.ending && !change.unfinished) return;
    if (core.phase !== Phase.MEMBER && core.executor.idle) this.guard(NEVER);
    if (!this.calm) this.findRetry();
    const { fenced, fencedUntil } = agreed(core);
    this.fenceAt = fenced !== 0 && coordinates(core) && !change.promised ? micros(fencedUntil) : NEVER;
    this.besidesBeatAt = micros(
      Math.min(
        core.detector.nextCheck,
        core.executor.deadline,
        change.deadline(),
        this.retryAt,
        this.fenceAt,
        this.leaseAt,
      ),
    );
    this.dueAt = micros(Math.min(this.nextBeatAt, this.besidesBeatAt));
  }

  private findRetry(): void {
    const asks = this.unasked();
    if (this.retryAt === NEVER && (asks || this.change.outstanding() || this.sequence.outstanding()))
      this.retryAt = micros(this.core.now + this.retryUs);
  }

  /** Peers in views that we know nothing of are asked at once, and again later. */
  private unasked(): boolean {
    return this.relations.unknown() && (this.retryAt !== NEVER || this.relations.ask());
  }
}

/** A frame that was sent over two interconnects. */
function isSame(one: Append | Commit, other: Append | Commit): boolean {
  if (one.epoch !== other.epoch || one.from !== other.from) return false;
  if (one.type === 'commit' || other.type === 'commit') return one.type === other.type;
  const isAsLong = one.after === other.after && one.entries.length === other.entries.length;
  return isAsLong && one.stable === other.stable && one.floor === other.floor;
}

/** FNV-1a over the text's code units, 53 bits of it. */
function hash(text: string): string {
  let low = 0x811c9dc5;
  let high = 0x01000193;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    low = Math.imul(low ^ unit, 0x01000193) >>> 0;
    high = Math.imul(high ^ (unit + at), 0x85ebca6b) >>> 0;
  }
  return low.toString(16).padStart(8, '0') + high.toString(16).padStart(8, '0');
}
