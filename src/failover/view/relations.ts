/**
 * How this server's view stands to the views that its peers say they are in.
 *
 * A heartbeat names a view and no more. When a peer names one that is neither ours nor an ancestor of ours, we ask, and
 * the peer's answer (excluded, included, foreign) is kept as long as both views last.
 */
import { type Core, agreed } from '../core.js';
import { type Ask, Phase, type Relation, type Verdict, type ViewId } from '../frames.js';
import { type AgreedState, bit, has, hasLedTo, isAncestor, sameView, serversOf, sizeOf } from '../state.js';

interface Known {
  readonly mine: ViewId;
  readonly theirs: ViewId;
  readonly relation: Relation;
  readonly members: number;
  readonly since: number;
}

export class Relations {
  private readonly known: (Known | undefined)[];

  constructor(private readonly core: Core) {
    this.known = core.definition.servers.map(() => undefined);
  }

  /** The relation to a peer's present view; undefined where it is ours, not asked for, or the peer has none. */
  of(server: number): Relation | undefined {
    return this.current(server)?.relation;
  }

  /** Asks every peer whose view is unknown. Asked again as long as no answer has come. */
  ask(): boolean {
    let waiting = false;
    for (let server = 0; server < this.known.length; server += 1) {
      if (!this.isStrange(server) || this.current(server)) continue;
      waiting = true;
      this.core.out.send(server, { type: 'ask', from: this.core.me, view: agreed(this.core).view });
    }
    return waiting;
  }

  /** Whether some peer's view is unknown. */
  unknown(): boolean {
    for (let server = 0; server < this.known.length; server += 1)
      if (this.isStrange(server) && !this.current(server)) return true;
    return false;
  }

  /** Answers a peer that asks. */
  answer(question: Ask): void {
    const { core } = this;
    if (core.phase !== Phase.MEMBER) return;
    const state = agreed(core);
    if (sameView(state.view, question.view)) return;
    core.out.send(question.from, {
      type: 'verdict',
      from: core.me,
      view: state.view,
      about: question.view,
      relation: relate(state, question.from, question.view),
      members: state.members,
    });
  }

  learn(verdict: Verdict): void {
    const mine = agreed(this.core).view;
    if (!sameView(mine, verdict.about)) return;
    const before = this.known[verdict.from];
    const same = before && sameView(before.mine, mine) && sameView(before.theirs, verdict.view);
    const since = same ? before.since : this.core.now;
    this.known[verdict.from] = {
      mine,
      theirs: verdict.view,
      relation: verdict.relation,
      members: verdict.members,
      since,
    };
  }

  /** Somebody heard is in a later view that leaves this server out; the largest such view, or 0. */
  excludedBy(): number {
    let members = 0;
    this.each((known) => {
      if (known.relation === 'excluded' && sizeOf(known.members) > sizeOf(members)) members = known.members;
    });
    return members;
  }

  /** Somebody heard is in a later view that counts this server in: it has missed the commit. */
  lagging(): boolean {
    let found = false;
    this.each((known) => (found ||= known.relation === 'included'));
    return found;
  }

  /**
   * The servers of another branch that this one is to take over: the branch whose coordinator stands first leads. It
   * waits for all of them to be in touch, but not longer than the heartbeat timeout.
   */
  branchToAbsorb(core: Core, shunned: number): number {
    const { detector } = core;
    let mask = 0;
    this.each((known, from) => {
      if (known.relation !== 'foreign' || known.theirs.coordinator <= core.me || has(shunned, from)) return;
      // One that this view still counts among its own is lost to it first, and taken over then.
      if (!detector.mutual(from) || has(agreed(core).members, from)) return;
      const missing = serversOf(known.members & ~shunned).some((server) => !this.inTouch(server, known.theirs));
      if (missing && core.now < known.since + core.definition.heartbeatTimeoutUs) return;
      mask |= bit(from);
    });
    return mask;
  }

  private inTouch(server: number, view: ViewId): boolean {
    const known = this.current(server);
    return known?.relation === 'foreign' && sameView(known.theirs, view) && this.core.detector.mutual(server);
  }

  private each(visit: (known: Known, server: number) => void): void {
    for (let server = 0; server < this.known.length; server += 1) {
      const known = this.current(server);
      if (known) visit(known, server);
    }
  }

  private current(server: number): Known | undefined {
    const known = this.known[server];
    if (!known || !this.isStrange(server)) return undefined;
    const peer = this.core.detector.peers[server];
    return sameView(known.mine, agreed(this.core).view) && sameView(known.theirs, peer) ? known : undefined;
  }

  /** A peer that is heard and is in a view which is neither ours nor one of those that led to ours. */
  private isStrange(server: number): boolean {
    const { core } = this;
    if (core.phase !== Phase.MEMBER || server === core.me || !core.detector.hears(server)) return false;
    const peer = core.detector.peers[server];
    if (peer.phase !== Phase.MEMBER) return false;
    return !isAncestor(agreed(core), peer);
  }
}

function relate(state: AgreedState, asker: number, view: ViewId): Relation {
  if (!hasLedTo(state, view)) return 'foreign';
  return has(state.members, asker) ? 'included' : 'excluded';
}
