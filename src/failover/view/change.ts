/**
 * From one view to the next: proposed by whoever leads, promised by everybody asked, committed once.
 *
 * A promise holds still: who has promised takes nothing more from the old view until the new one is committed, a later
 * one is proposed, or the proposer has been quiet for the heartbeat timeout. So what the proposer learned with the
 * promises is still true when it commits. An epoch is promised to one proposer only; one that meets a larger promise
 * tries again above it. A coordinator whose view only loses members commits at once, without asking: its members
 * promise as they install (atOnce.ts). docs/protocol.md says why that is enough.
 */
import { type Micros, NEVER, micros } from '../../model/time.js';
import { type Core, agreed, coordinates, persist, registered } from '../core.js';
import {
  type Commit,
  type Decline,
  type Durable,
  Phase,
  type Pledge,
  type Propose,
  type WitnessAnswer,
  type Withdraw,
} from '../frames.js';
import type { Sequence } from '../log/sequence.js';
import { newestCarried } from '../registry/disk.js';
import { NOBODY, bit, firstOf, has, isAncestor, sameView, serversOf, unsettledBy } from '../state.js';
import type { ViewEntry } from '../log/entries.js';
import { mayFollowAtOnce, mayGoOnWith } from './atOnce.js';
import {
  absorb,
  bestBase,
  doubleHolders,
  isForeign,
  knowsLater,
  newestReleased,
  numbersUsed,
  registryToForm,
  rememberedMaintenance,
} from './merge.js';
import { fenceTime } from './lease.js';
import { isQuorum, mayForm, standsInPromises, wasThere } from './quorum.js';
import type { Relations } from './relations.js';
import { firstBoot, hearsMember, isDoneLeaving, leads, nextView, seekers, standing } from './target.js';

interface Round {
  readonly epoch: number;
  readonly asked: number;
  readonly forming: boolean;
  readonly pledges: (Pledge | undefined)[];
  readonly began: Micros;
  readonly until: Micros;
  /** What is ready to be committed once the witness grants it. */
  decided: boolean;
}

type Plan = Pick<Round, 'epoch' | 'asked' | 'forming'>;

interface Promised {
  readonly epoch: number;
  readonly from: number;
  readonly asked: number;
  until: Micros;
  /** Heartbeats heard when the promise was given: those not asked hear no more than that from this server. */
  readonly heard: Float64Array;
}

/** How many heartbeat intervals a change of view waits at least for a newcomer that was heard and does not answer. */
const PATIENCE_INTERVALS = 3;
/** Whoever has answered too late is given so many times as long as it took. */
const PATIENCE_FACTOR = 2;

export class ViewChange {
  /** This server holds still for somebody's proposal, its own included. */
  promised: Promised | undefined;
  private round: Round | undefined;
  /** Commits that have not been confirmed. */
  private unconfirmed = new Map<number, Commit>();
  private epochSeen: number;
  private lastPromised = { epoch: 0, to: NOBODY };
  /** Servers that did not answer a proposal, or spoilt it, and until when they are left alone. */
  private readonly shunnedUntil: number[];
  /** For how long a round waits for each server as a newcomer, in microseconds. */
  private readonly patienceUs: number[];
  private readonly patienceUsMin: number;
  /** The last round that was given up for want of answers. */
  private givenUp: Pick<Round, 'epoch' | 'began'> | undefined;
  /** Members that promised something that came to nothing must be freed by a new view. */
  private mustRenew = false;
  /** When the present view was decided. */
  decidedAt = micros(0);
  /** A seeking server that waits for the start-up wait to pass. */
  formAt: Micros = NEVER;
  /** A round came to nothing for a reason that only time can mend: none is started before. */
  private pausedUntil = micros(0);
  /** The witness has said no: the other side goes on. */
  refused = false;
  /** The last proposal that this server had no reason to follow, and when it came. */
  private passedOver: { readonly frame: Propose; readonly at: Micros } | undefined;

  constructor(
    private readonly core: Core,
    private readonly sequence: Sequence,
    private readonly relations: Relations,
  ) {
    this.epochSeen = this.spent;
    const { servers, heartbeatIntervalUs, heartbeatTimeoutUs } = core.definition;
    this.shunnedUntil = servers.map(() => 0);
    this.patienceUsMin = Math.min(heartbeatTimeoutUs, PATIENCE_INTERVALS * heartbeatIntervalUs);
    this.patienceUs = servers.map(() => this.patienceUsMin);
  }

  /** The earliest instant at which something here may time out. */
  deadline(): Micros {
    const { now, phase } = this.core;
    const promise = this.promised?.until ?? NEVER;
    const paused = this.pausedUntil > now ? this.pausedUntil : NEVER;
    return micros(Math.min(this.roundDeadline(), promise, paused, phase === Phase.SEEKING ? this.formAt : NEVER));
  }

  /** Something waits for an answer that may have been lost. */
  outstanding(): boolean {
    return this.round !== undefined || this.unconfirmed.size > 0;
  }

  /** Nothing is under way, and nothing waits for its time. */
  get isIdle(): boolean {
    return !this.promised && !this.outstanding() && !this.mustRenew && !this.refused && this.deadline() === NEVER;
  }

  /** Looks at what is known and starts, changes or drops a change of view. */
  review(): void {
    this.expire();
    if (this.core.phase === Phase.MEMBER) this.reviewMember();
    else if (this.core.phase === Phase.SEEKING) this.reviewSeeker();
  }

  propose(frame: Propose): void {
    const { core } = this;
    this.epochSeen = Math.max(this.epochSeen, frame.epoch);
    if (!has(frame.asked, core.me)) return;
    if (!this.mayFollow(frame)) {
      this.passedOver = { frame, at: core.now };
      return;
    }
    if (this.round && frame.from < core.me && frame.epoch >= this.round.epoch) this.pause();
    const mine = this.promised;
    if (mine && (mine.epoch > frame.epoch || (mine.epoch === frame.epoch && mine.from !== frame.from))) {
      this.decline(frame, mine.epoch, mine.from);
      if (this.round && frame.from < core.me) this.pause();
      return;
    }
    if (this.isSpent(frame)) {
      this.decline(frame, this.spent, NOBODY);
      return;
    }
    this.withdraw();
    this.promise(frame.epoch, frame.from, frame.asked);
    core.out.send(frame.from, this.pledge(frame.epoch, frame.base, frame.index));
  }

  /** Silence was looked for at this instant: a proposal that came before that may be one to follow now. */
  lookAgain(): void {
    const { passedOver } = this;
    this.passedOver = undefined;
    if (passedOver?.at === this.core.now) this.propose(passedOver.frame);
  }

  pledged(frame: Pledge): void {
    const { round } = this;
    if (frame.epoch === this.givenUp?.epoch) this.learnPatience(frame.from, this.givenUp.began);
    if (!round || round.epoch !== frame.epoch || !has(round.asked, frame.from)) return;
    round.pledges[frame.from] = frame;
    this.concludeWhenAll();
  }

  declined(frame: Decline): void {
    const { round } = this;
    this.epochSeen = Math.max(this.epochSeen, frame.promisedEpoch);
    // A member could not take a view that it was not asked about: all are asked now.
    if (this.unconfirmed.get(frame.from)?.epoch === frame.epoch && agreed(this.core).view.epoch === frame.epoch)
      this.mustRenew = true;
    if (round?.epoch !== frame.epoch) return;
    // Of two that propose at once the later one waits; the earlier one goes above it.
    if (frame.promisedTo !== NOBODY && frame.promisedTo < this.core.me) this.pause();
    else this.start(round.asked, round.forming);
  }

  witnessed(frame: WitnessAnswer): void {
    const { round } = this;
    if (!round?.decided || round.epoch !== frame.epoch) return;
    if (frame.granted) this.commit(round);
    else {
      this.refused = this.core.phase === Phase.MEMBER;
      this.pause();
    }
  }

  installedBy(from: number, epoch: number): void {
    if (this.unconfirmed.get(from)?.epoch === epoch) this.unconfirmed.delete(from);
  }

  /** A proposal has come to nothing. */
  withdrawn(frame: Withdraw): void {
    if (this.passedOver?.frame.epoch === frame.epoch) this.passedOver = undefined;
    if (this.promised?.epoch === frame.epoch && this.promised.from === frame.from) this.promised = undefined;
    this.forgetPromise(frame.epoch, frame.from);
  }

  /**
   * Says that this server is in a view before it enters it: one that merely loses members, and that it has promised or
   * promises now. On disk it is in that view already. Only under `none`, where no lease hangs on when it is entered.
   */
  answerFirst(frame: Commit): boolean {
    const { core } = this;
    const { epoch, from, entry, state } = frame;
    if (core.definition.partition.kind !== 'none' || state !== undefined || from !== entry.coordinator) return false;
    if (!has(entry.members, core.me) || !losesOnly(entry)) return false;
    if (!this.hasPromised(frame)) {
      if (!this.isAskedAtOnce(frame) || !this.isFree(epoch)) return false;
      this.promiseAtOnce(frame);
    }
    this.remember(frame);
    core.out.send(from, { type: 'installed', epoch, from: core.me });
    this.sequence.sayHeld(entry, agreed(core).index + 1);
    return true;
  }

  /** A view was decided. Taken only by who has promised just that, or does so now. */
  committed(frame: Commit): void {
    const { core } = this;
    if (agreed(core).view.epoch === frame.epoch && agreed(core).view.coordinator === frame.entry.coordinator) {
      if (core.phase === Phase.MEMBER)
        core.out.send(frame.from, { type: 'installed', epoch: frame.epoch, from: core.me });
      return;
    }
    if (!this.hasPromised(frame) && !this.promisesAtOnce(frame)) return;
    this.install(frame);
    if (frame.from !== core.me) core.out.send(frame.from, { type: 'installed', epoch: frame.epoch, from: core.me });
  }

  /** Commits still on their way: a server that leaves its view waits for these. */
  get unfinished(): boolean {
    return this.unconfirmed.size > 0;
  }

  /** Says again what has not been answered. */
  resend(): void {
    const { round, core } = this;
    if (round && !round.decided) this.askAll(round);
    if (round?.decided) this.askWitness(round);
    for (const [server, commit] of this.unconfirmed) {
      if (core.detector.hears(server) && core.now < commit.decidedAt + core.definition.heartbeatTimeoutUs)
        core.out.send(server, commit);
      else this.unconfirmed.delete(server);
    }
  }

  /** This server's view is lost to it. */
  forget(): void {
    this.withdraw();
    this.promised = undefined;
    // What it said with a promise is true no more: a proposal that comes once more is declined.
    this.lastPromised = { epoch: 0, to: NOBODY };
    this.unconfirmed.clear();
    this.refused = false;
    this.mustRenew = false;
  }

  describe(): unknown {
    return [this.promised?.epoch, this.round?.epoch, this.round?.asked, [...this.unconfirmed.keys()], this.epochSeen];
  }

  private reviewMember(): void {
    const { core } = this;
    if (this.promised && this.promised.from !== core.me) return;
    const stand = standing(core, this.relations, this.decidedAt);
    if (!leads(core, stand, this.decidedAt) || this.relations.lagging()) {
      if (this.round) this.dropRound();
      return;
    }
    const target = nextView(core, this.relations, stand, this.shunned(), !this.sequence.outstanding());
    const asked = target | (stand & agreed(core).members);
    if (target === agreed(core).members && !this.mustRenew && !this.someMissedIt(stand)) {
      if (this.round) this.dropRound();
      return;
    }
    if (this.round?.asked === asked || !this.mayDecide(asked)) return;
    if (asked === target && this.isUntouched() && mayGoOnWith(core, target)) this.commitAtOnce(target);
    else this.start(asked, false);
  }

  /** All members hold the same, and none of them may be bound by a round. */
  private isUntouched(): boolean {
    return this.sequence.isStable && !this.round && !this.mustRenew;
  }

  /** A commit that nobody was asked about is taken where the proposal would have been followed, and promised first. */
  private promisesAtOnce(frame: Commit): boolean {
    if (!this.isAskedAtOnce(frame)) return false;
    const { promised, spent } = this;
    if (this.isFree(frame.epoch)) this.promiseAtOnce(frame);
    else this.decline(frame, Math.max(promised?.epoch ?? 0, spent), promised?.from ?? NOBODY);
    return this.hasPromised(frame);
  }

  private isAskedAtOnce({ after }: Commit): boolean {
    return after !== undefined && mayFollowAtOnce(this.core, after);
  }

  private isFree(epoch: number): boolean {
    return !this.promised && epoch > this.spent;
  }

  private promiseAtOnce({ epoch, from, entry }: Commit): void {
    this.epochSeen = Math.max(this.epochSeen, epoch);
    this.promise(epoch, from, entry.members);
  }

  private hasPromised({ epoch, from }: Commit): boolean {
    return this.promised?.epoch === epoch && this.promised.from === from;
  }

  /** A member that is heard in an earlier view long after this one was decided has missed it. */
  private someMissedIt(stand: number): boolean {
    const { core } = this;
    return serversOf(stand).some((server) => {
      const peer = core.detector.peers[server];
      return (
        server !== core.me &&
        peer.saidAt > this.decidedAt + core.definition.heartbeatTimeoutUs &&
        !sameView(peer, agreed(core).view)
      );
    });
  }

  private reviewSeeker(): void {
    const { core } = this;
    const { definition } = core;
    this.formAt = NEVER;
    if (core.now < core.backSince) return;
    if ((this.promised && this.promised.from !== core.me) || hearsMember(core) || !core.executor.idle) return;
    const asked = seekers(core, this.shunned());
    const waitUntil = firstBoot(core, asked) + definition.startupWaitUs;
    const everybody = registered(core) & ~core.durable.maintenance;
    if (firstOf(asked) !== core.me) return;
    if (asked !== everybody && core.now < waitUntil) this.formAt = micros(waitUntil);
    else if (this.round?.asked !== asked) this.start(asked, true);
  }

  private nextEpoch(): number {
    const { core } = this;
    return (this.epochSeen = Math.max(this.epochSeen, agreed(core).view.epoch, core.durable.epoch) + 1);
  }

  /** Commits a view of these members, who stand where this server does, without asking them. */
  private commitAtOnce(members: number): void {
    const { core } = this;
    const { view, index } = agreed(core);
    const epoch = this.nextEpoch();
    this.promise(epoch, core.me, members);
    const own = this.pledge(epoch, view, index);
    const entry = this.viewEntry({ epoch, asked: members, forming: false }, [own], own);
    const after = { ...view, index };
    const commit: Commit = { type: 'commit', epoch, from: core.me, decidedAt: core.now, entry, after };
    this.sendCommits(members, () => commit);
    this.committed(commit);
  }

  private start(asked: number, forming: boolean): void {
    const { core } = this;
    if (core.now < this.pausedUntil) return;
    this.withdraw();
    const epoch = this.nextEpoch();
    this.round = {
      epoch,
      asked,
      forming,
      pledges: core.definition.servers.map(() => undefined),
      began: core.now,
      until: micros(core.now + core.definition.heartbeatTimeoutUs),
      decided: false,
    };
    this.promise(epoch, core.me, asked);
    const { view, index } = agreed(core);
    this.round.pledges[core.me] = this.pledge(epoch, view, index);
    this.askAll(this.round);
    this.concludeWhenAll();
  }

  private askAll(round: Round): void {
    const { core } = this;
    const { view: base, index } = agreed(core);
    const { epoch, asked, forming } = round;
    const propose = { type: 'propose', epoch, from: core.me, asked, base, index, forming } as const;
    for (const server of serversOf(asked)) if (!round.pledges[server]) core.out.send(server, propose);
  }

  private concludeWhenAll(): void {
    const { round } = this;
    if (!round || round.decided || serversOf(round.asked).some((server) => !round.pledges[server])) return;
    if (!this.isSound(round)) {
      this.leaveAlone(round);
      this.pause();
      return;
    }
    round.decided = true;
    if (this.core.definition.partition.kind === 'ping') this.askWitness(round);
    else this.commit(round);
  }

  /** The promises fit together: no member has been reborn meanwhile, and a forming cluster may follow what was before. */
  private isSound(round: Round): boolean {
    const { core } = this;
    const pledges = round.pledges.filter((pledge) => pledge !== undefined);
    if (round.forming) {
      if (pledges.some((pledge) => pledge.inView)) return false;
      const memories = pledges.map((pledge) => pledge.durable);
      if (core.definition.partition.kind === 'ping') return wasThere(round.asked, memories);
      if (core.definition.partition.kind === 'none') return true;
      const free = registered(core) & ~rememberedMaintenance(memories);
      return mayForm(round.asked, free, withoutRound(memories, round.epoch));
    }
    const state = agreed(core);
    if (knowsLater(round.pledges[core.me] as Pledge, pledges)) return false;
    if (pledges.some((p) => has(state.members, p.from) && p.incarnation !== state.servers[p.from].incarnation))
      return false;
    if (core.definition.partition.kind !== 'majority') return true;
    const memories = withoutRound(
      pledges.map((pledge) => pledge.durable),
      round.epoch,
    );
    const latest = pledges.reduce((epoch, pledge) => Math.max(epoch, pledge.inView ? pledge.base.epoch : 0), 0);
    return standsInPromises(round.asked, latest, memories);
  }

  /** Who has left a later view in order has nothing to add to this one: it is made without them first. */
  private leaveAlone({ forming, pledges }: Round): void {
    const { core } = this;
    const own = pledges[core.me] as Pledge;
    for (const pledge of pledges)
      if (pledge && !forming && knowsLater(own, [pledge]))
        this.shunnedUntil[pledge.from] = core.now + core.definition.heartbeatTimeoutUs;
  }

  private askWitness(round: Round): void {
    const { core } = this;
    const { epoch } = round;
    const memories = round.pledges.flatMap((pledge) => (pledge ? [pledge.durable] : []));
    const latest = memories.reduce((best, memory) => (memory.epoch > best.epoch ? memory : best), core.durable);
    const promised = withoutRound(memories, epoch).flatMap(({ promises }) => promises);
    const bases = [
      { epoch: latest.epoch, from: latest.proposer },
      ...promised
        .filter((promise) => promise.epoch > latest.epoch)
        .map(({ epoch: later, from }) => ({ epoch: later, from })),
    ];
    core.out.askWitness({ type: 'witnessAsk', from: core.me, epoch, bases });
  }

  private commit(round: Round): void {
    const { core } = this;
    const pledges = round.pledges.filter((pledge) => pledge !== undefined);
    const own = round.pledges[core.me] as Pledge;
    const base = bestBase(own, pledges, round.forming);
    if (base.state !== undefined && base !== own) this.sequence.restore(base.state);
    if (!round.forming && !this.mayDecide(round.asked)) {
      this.pause();
      return;
    }
    const entry = this.viewEntry(round, pledges, base);
    const common: Commit = { type: 'commit', epoch: round.epoch, from: core.me, decidedAt: core.now, entry };
    this.round = undefined;
    // Long, and where no server joins everybody has it.
    let whole: Commit | undefined;
    this.sendCommits(round.asked, (server) => {
      const pledge = round.pledges[server] as Pledge;
      const same = !round.forming && sameView(pledge.base, base.base) && pledge.index === base.index && pledge.inView;
      return same ? common : (whole ??= { ...common, state: this.sequence.snapshot() });
    });
    this.committed(common);
  }

  private sendCommits(servers: number, commitFor: (server: number) => Commit): void {
    const { core } = this;
    this.unconfirmed.clear();
    for (const server of serversOf(servers & ~bit(core.me))) {
      const commit = commitFor(server);
      this.unconfirmed.set(server, commit);
      core.out.send(server, commit);
    }
  }

  private viewEntry(round: Plan, pledges: readonly Pledge[], base: Pledge): ViewEntry {
    const { core } = this;
    const state = agreed(core);
    const { forming } = round;
    const old = forming ? 0 : state.members;
    const foreign = forming ? [] : pledges.filter((pledge) => isForeign(base, pledge));
    const double = doubleHolders(pledges);
    for (const group of double.groups)
      core.out.warning(`emergency: group ${core.definition.groups[group].name} is active on both sides`);
    const leftMask = serversOf(old & round.asked).reduce(
      (mask, server) => (isDoneLeaving(state, server) ? mask | bit(server) : mask),
      0,
    );
    const members = round.asked & ~double.servers & ~leftMask;
    const absorbed = foreign.map((pledge) => absorb(core.definition, pledge, members));
    const staying = absorbed.filter((item) => has(members, item.server));
    const lapsed = maskOf(
      pledges.filter((pledge) => has(old, pledge.from) && (!pledge.inView || foreign.includes(pledge))),
    );
    const down = (old & ~round.asked) | double.servers | lapsed;
    const joined = pledges.filter(
      (p) => has(members, p.from) && (!has(old, p.from) || has(lapsed, p.from) || foreign.includes(p)),
    );
    return {
      type: 'view',
      epoch: round.epoch,
      coordinator: firstOf(members),
      members,
      forming,
      joined: joined.map(({ from, incarnation, returned }) => ({ server: from, incarnation, returned })),
      down,
      left: leftMask,
      absorbed: staying,
      ...numbersUsed(foreign),
      ...(forming ? this.fenceAbsent(round, pledges) : this.fence(down & old & ~double.servers & ~lapsed, pledges)),
      ...this.fromDisks(forming, forming ? pledges : joined),
    };
  }

  /** What the view takes from disks: all there is where a cluster forms, else what newcomers alone know. */
  private fromDisks(
    forming: boolean,
    pledges: readonly Pledge[],
  ): Pick<ViewEntry, 'maintenance' | 'registry' | 'carried'> {
    const { maintenance, registryStamp } = agreed(this.core);
    const memories = pledges.map((pledge) => pledge.durable);
    if (!forming) return { maintenance, registry: newestReleased(memories, registryStamp) };
    return {
      maintenance: rememberedMaintenance(memories),
      registry: registryToForm(memories),
      carried: newestCarried(memories.map(({ carried }) => carried)),
    };
  }

  /** Lost servers that may go on until their own quorum has been silent for the timeout, and `fence` longer. */
  private fence(lost: number, pledges: readonly Pledge[]): { fenced: number; fencedUntil: Micros } {
    const { core } = this;
    const { definition } = core;
    let fenced = 0;
    let until = 0;
    if (definition.partition.kind !== 'none') {
      for (const server of serversOf(lost)) {
        if (core.detector.peers[server].incarnation > agreed(core).servers[server].incarnation) continue;
        fenced |= bit(server);
        const last = Math.max(this.decidedAt, ...pledges.map((pledge) => pledge.heard[server]));
        until = Math.max(until, last + definition.heartbeatTimeoutUs + fenceTime(definition));
      }
    }
    return { fenced, fencedUntil: micros(until) };
  }

  /** A cluster that forms does not know how long members of the last view, and whom it had lost, may go on. */
  private fenceAbsent(round: Plan, pledges: readonly Pledge[]): { fenced: number; fencedUntil: Micros } {
    const { definition, now } = this.core;
    if (definition.partition.kind === 'none') return { fenced: 0, fencedUntil: micros(0) };
    const memories = withoutRound(
      pledges.map((pledge) => pledge.durable),
      round.epoch,
    );
    // A view that was only promised may have come about as well, and nobody here knows whom it was to follow without.
    const known = ({ promises, members, fenced }: Durable): number =>
      promises.length > 0 ? registered(this.core) : members | fenced;
    const fenced = memories.reduce((mask, memory) => mask | known(memory), 0) & ~round.asked;
    const until = fenced === 0 ? 0 : now + definition.heartbeatTimeoutUs + fenceTime(definition);
    return { fenced, fencedUntil: micros(until) };
  }

  private install(frame: Commit): void {
    if (frame.state !== undefined) this.sequence.restore(frame.state);
    this.remember(frame);
    this.enter(frame);
  }

  /** Enters a view that was decided, that this server has promised, and that is on its disk; or leaves, as it says. */
  enter(frame: Commit): void {
    const { core } = this;
    const { entry } = frame;
    const { members } = entry;
    this.promised = undefined;
    this.round = undefined;
    this.mustRenew = false;
    if (!has(members, core.me)) {
      this.leave(entry);
      return;
    }
    const wasMember = core.phase === Phase.MEMBER;
    const newcomer = entry.joined.some((item) => item.server === core.me);
    core.phase = Phase.MEMBER;
    this.decidedAt = frame.decidedAt;
    this.formAt = NEVER;
    for (const server of serversOf(members)) this.patienceUs[server] = this.patienceUsMin;
    core.detector.vouch(members, frame.decidedAt);
    core.out.installed({ epoch: entry.epoch, coordinator: entry.coordinator }, members, agreed(core).view, newcomer);
    if (newcomer && !wasMember) core.executor.startOver();
    this.sequence.enterView(entry, newcomer);
    if (newcomer && wasMember) core.executor.reportAgain();
  }

  /** The view outlives a crash of this server. */
  private remember({ entry, from }: Commit): void {
    const { core } = this;
    const { epoch, members, maintenance, forming } = entry;
    const promises = core.durable.promises.filter((promise) => promise.epoch > epoch);
    const unsettled = unsettledBy(core.definition, agreed(core), forming);
    const fenced = (forming ? entry.fenced : agreed(core).fenced | entry.fenced) & ~members;
    persist(core, { epoch, members, unsettled, fenced, proposer: from, maintenance, promises });
  }

  /** The new view does without this server: an orderly end, a guest's, or an emergency. */
  private leave(entry: ViewEntry): void {
    const { core } = this;
    if (has(entry.down, core.me)) {
      core.ending = { orderly: false, why: 'emergency: a group was active on both sides of a partition' };
    } else if (agreed(core).servers[core.me].leaving === 'shutdown') core.ending = { orderly: true, why: 'shut down' };
    core.phase = Phase.OFF;
    this.sequence.reset(true);
    if (!core.ending) core.out.departed();
  }

  private promise(epoch: number, from: number, asked: number): void {
    const { core } = this;
    const until = micros(core.now + core.definition.heartbeatTimeoutUs);
    if (this.promised?.epoch === epoch) {
      this.promised.until = until;
      return;
    }
    this.promised = { epoch, from, asked, until, heard: core.detector.heard.slice() };
    this.lastPromised = { epoch, to: from };
    const { kind } = core.definition.partition;
    const others = core.durable.promises.filter((promise) => promise.members !== asked);
    persist(core, {
      promisedEpoch: epoch,
      promises: kind === 'none' ? [] : [...others, { epoch, from, members: asked }],
    });
  }

  /** Frees everybody whom this server's proposal has bound. */
  private withdraw(): void {
    const { core, round } = this;
    if (!round) return;
    this.round = undefined;
    // The witness may have granted it: who promised to be in it may have to follow on from there.
    if (round.decided && core.definition.partition.kind === 'ping') return;
    for (const server of serversOf(round.asked & ~bit(core.me)))
      core.out.send(server, { type: 'withdraw', epoch: round.epoch, from: core.me });
    this.forgetPromise(round.epoch, core.me);
  }

  private forgetPromise(epoch: number, to: number): void {
    const { promises } = this.core.durable;
    const kept = promises.filter((promise) => promise.epoch !== epoch || promise.from !== to);
    if (kept.length < promises.length) persist(this.core, { promises: kept });
  }

  private pledge(epoch: number, base: { epoch: number; coordinator: number }, index: number): Pledge {
    const { core } = this;
    const state = agreed(core);
    const same = sameView(state.view, base) && state.index === index && core.phase === Phase.MEMBER;
    return {
      type: 'pledge',
      epoch,
      from: core.me,
      incarnation: core.incarnation,
      inView: core.phase === Phase.MEMBER,
      base: state.view,
      lineage: [...state.lineage],
      index: state.index,
      state: same || state.view.epoch === 0 ? undefined : this.sequence.snapshot(),
      held: core.executor.held(),
      returned: core.returned,
      heard: [...core.detector.heard],
      durable: core.durable,
    };
  }

  /** Whether this server, as things stand, takes part in that change. */
  private mayFollow(frame: Propose): boolean {
    const { core } = this;
    if (core.ending || (core.phase !== Phase.MEMBER && !core.executor.idle)) return false;
    if (!core.detector.hears(frame.from) && core.phase === Phase.MEMBER) return false;
    if (core.phase === Phase.OFF) return !frame.forming;
    if (core.phase === Phase.SEEKING) return !(frame.forming && hearsMember(core));
    if (frame.forming) return false;
    if (sameView(agreed(core).view, frame.base)) {
      const leader = firstOf(standing(core, this.relations, this.decidedAt));
      return leader === NOBODY || frame.from <= leader;
    }
    if (isAncestor(agreed(core), frame.base)) return false;
    return this.relations.of(frame.from) === 'included' || frame.from < agreed(core).view.coordinator;
  }

  /** No epoch is promised to two, and none that a view was made of: not even when the first promise has run out. */
  private isSpent({ epoch, from }: Propose): boolean {
    const { spent, lastPromised, core } = this;
    if (epoch !== spent) return epoch < spent;
    const again = epoch === lastPromised.epoch && [core.me, from].includes(lastPromised.to);
    return !again || epoch === core.durable.epoch;
  }

  /** The largest epoch that this server has promised to anybody, in this life or before. */
  private get spent(): number {
    const { epoch, promisedEpoch } = this.core.durable;
    return Math.max(epoch, promisedEpoch);
  }

  private decline(frame: Pick<Propose, 'epoch' | 'from'>, promisedEpoch: number, promisedTo: number): void {
    const { core } = this;
    core.out.send(frame.from, { type: 'decline', epoch: frame.epoch, from: core.me, promisedEpoch, promisedTo });
  }

  /**
   * A majority of the view is asked for, and of every view before it since the last that all members had installed: who
   * missed a commit still counts in the older one. The witness is asked when all have promised.
   */
  private mayDecide(asked: number): boolean {
    if (this.core.definition.partition.kind !== 'majority') return true;
    const { members, unsettled } = agreed(this.core);
    return isQuorum(asked, members) && unsettled.every((view) => isQuorum(asked, view));
  }

  private shunned(): number {
    return this.shunnedUntil.reduce((mask, until, server) => (until > this.core.now ? mask | bit(server) : mask), 0);
  }

  private expire(): void {
    const { core, round, promised } = this;
    if (round) this.expireRound(round);
    if (promised && core.now >= promised.until && promised.from !== core.me) this.promised = undefined;
  }

  private expireRound(round: Round): void {
    const { core } = this;
    const missing = round.decided ? [] : serversOf(round.asked).filter((server) => !round.pledges[server]);
    const late = missing.filter((server) => core.now >= this.patientUntil(round, server));
    if (core.now < round.until && late.length === 0) return;
    for (const server of late) this.shunnedUntil[server] = core.now + core.definition.heartbeatTimeoutUs;
    this.givenUp = round;
    this.dropRound();
  }

  /** Until when a round waits for a server's answer: members are waited for as long as there is a round. */
  private patientUntil(round: Round, server: number): Micros {
    return has(agreed(this.core).members, server) ? round.until : micros(round.began + this.patienceUs[server]);
  }

  /** When a round may have to be given up next. */
  private roundDeadline(): Micros {
    const { round, core } = this;
    if (!round) return NEVER;
    const missing = serversOf(round.asked).filter((server) => !round.pledges[server]);
    const ends = missing.map((server) => this.patientUntil(round, server)).filter((end) => end > core.now);
    return micros(Math.min(round.until, ...ends));
  }

  /** A promise has come after its round was given up: that server answers, and how soon is known now. */
  private learnPatience(server: number, began: Micros): void {
    const { core } = this;
    const took = core.now - began;
    if (took < this.patienceUs[server]) return;
    this.patienceUs[server] = Math.min(core.definition.heartbeatTimeoutUs, PATIENCE_FACTOR * took);
  }

  /** Drops the round and waits for the next heartbeats before another. */
  private pause(): void {
    this.pausedUntil = micros(this.core.now + this.core.definition.heartbeatIntervalUs);
    this.dropRound();
  }

  private dropRound(): void {
    this.withdraw();
    if (this.promised?.from === this.core.me) this.promised = undefined;
    this.mustRenew = coordinates(this.core) || this.core.phase === Phase.MEMBER;
  }
}

/** The view that an entry makes has members of the one before, and brings nothing from elsewhere. */
function losesOnly({ joined, absorbed, forming, registry, carried }: ViewEntry): boolean {
  return joined.length === 0 && absorbed.length === 0 && !forming && !registry && !carried;
}

function maskOf(pledges: readonly Pledge[]): number {
  return pledges.reduce((mask, pledge) => mask | bit(pledge.from), 0);
}

/** What a server promised in this very round is no memory of an earlier one. */
function withoutRound(memories: readonly Durable[], epoch: number): Durable[] {
  const others = (memory: Durable): Durable['promises'] => memory.promises.filter((promise) => promise.epoch !== epoch);
  return memories.map((memory) => ({ ...memory, promises: others(memory) }));
}
