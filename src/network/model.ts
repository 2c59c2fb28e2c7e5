/**
 * What becomes of a frame between its sender and its receiver: lost, cut off, damaged, doubled, delayed.
 *
 * This is the only place that decides so, and both backends with virtual time ask it; rings and queues only carry. Its
 * answers depend on the seed, on the link's rules at the instant of sending, and on the number of the frame on its link
 * and network, never on other links or on how often it was asked: taking one fault out of a scenario leaves the fate
 * of all other frames as it was. A frame's fate is decided when it is sent; what is under way when a link is cut
 * still arrives.
 *
 * Accounts. Every frame sent has exactly one fate, so for each direction of each link, on each network:
 *
 *     sent = delivered + dropped + under way        dropped = loss + cut + corrupt + off + full
 *
 * A second copy made by a rule is no frame that anybody sent. It has accounts of its own, or a doubled frame would be
 * delivered more often than sent:
 *
 *     duplicated = copies delivered + copies dropped + copies under way
 *
 * The model itself counts what it decides (loss, cut); whoever holds the receiver reports the rest when the frame gets
 * there: `delivered`, or `dropped` with the reason. A frame kept for a hung server is still under way.
 *
 * Speed. Nearly all frames are heartbeats over untouched links. `isPlain` says in one look that a whole broadcast
 * meets no rule, so that the caller may queue it once; `countBroadcast` then keeps the accounts.
 */
import { draw3, unit } from '../model/random.js';
import { micros, type Micros } from '../model/time.js';
import { Account, Accounts, difference } from './accounts.js';
import { assertLink, DEFAULT_DELAY_US, DEFAULT_LINK, isDefaultLink, type LinkSettings } from './links.js';

/** Why a frame did not get to its receiver. */
export type DropReason =
  /** Lost by the link's `lossP`. */
  | 'loss'
  /** The link was cut when it was sent. */
  | 'cut'
  /** It arrived damaged, and its checksum told so. */
  | 'corrupt'
  /** Its receiver was switched off. */
  | 'off'
  /** Its receiver did not read, and no more fitted into its buffer. */
  | 'full';

/**
 * What one direction of one link carried on one network since the beginning. Where threads share the accounts, each number
 * but `underWay` is modulo 2^32 (accounts.ts).
 */
export interface LinkCounters {
  readonly sent: number;
  readonly delivered: number;
  readonly dropped: number;
  readonly droppedBy: Readonly<Record<DropReason, number>>;
  /** Sent, and neither delivered nor dropped yet. */
  readonly underWay: number;
  /** Second copies made by `duplicateP`, and what became of them; none of them counts above. */
  readonly duplicated: number;
  readonly copiesDelivered: number;
  readonly copiesDropped: number;
}

/** How many frames, and how many second copies, have arrived at a receiver that is still to read them. */
export interface Unread {
  readonly frames: number;
  readonly copies: number;
}

const NOTHING_UNREAD: Unread = { frames: 0, copies: 0 };

/** What is not as on an untouched link in one direction of a link on one network. */
export interface LinkRule {
  readonly to: number;
  readonly network: number;
  readonly cut: boolean;
  readonly settings: LinkSettings | undefined;
}

/** Set in `Deliveries.marks` where the copy arrives damaged. */
export const MARK_CORRUPT = 1;
/** Set in `Deliveries.marks` where it is the second copy of a frame: hand it on to `delivered` and `dropped`. */
export const MARK_COPY = 2;

/** Where `send` writes its answer: the copies that arrive, at most two. Reused from frame to frame. */
export class Deliveries {
  /** The instants of arrival. */
  readonly atUs = new Float64Array(2);
  /** `MARK_CORRUPT` and `MARK_COPY`, or-ed. */
  readonly marks = new Uint8Array(2);
}

// What a random draw is for. The number is part of its key.
const FOR_LOSS = 1;
const FOR_JITTER = 2;
const FOR_DUPLICATE = 3;
const FOR_DUPLICATE_DELAY = 4;
const FOR_CORRUPT = 5;
const FOR_DUPLICATE_CORRUPT = 6;

/** Where each reason for a drop is counted. */
const DROPPED: Readonly<Record<DropReason, number>> = {
  loss: Account.LOSS,
  cut: Account.CUT,
  corrupt: Account.CORRUPT,
  off: Account.OFF,
  full: Account.FULL,
};

/** More directed links than this are no cluster but a mistake (the accounts would take hundreds of megabytes). */
const LINKS_MAX = 4_000_000;

/** All links between all nodes; none leads from a node to itself. Nodes and networks are dense indexes from 0; who they are, the caller knows. */
export class NetworkModel {
  private readonly accounts: Accounts;
  /** Per directed link and network: 1 where it is cut. */
  private readonly cuts: Uint8Array;
  /** Per directed link and network: its settings, where they are not the default. */
  private readonly rules: (LinkSettings | undefined)[];
  /** Per sender and network: how many of its outgoing links are cut or have rules. */
  private readonly touched: Uint32Array;

  /**
   * Throws a RangeError where nodeCount² × networkCount exceeds four million or a number is out of its range.
   *
   * @param nodeCount servers of all clusters, witnesses, machines, clients: 1 or more
   * @param networkCount interconnects and public LANs of all clusters: 1 to 255
   * @param seed a whole number, 0 to 2^53 - 1
   * @param shared memory for the accounts, `accountBytes` long, where the models of several threads keep them together
   */
  constructor(
    private readonly nodeCount: number,
    private readonly networkCount: number,
    private readonly seed: number,
    shared?: SharedArrayBuffer,
  ) {
    const links = nodeCount * nodeCount * networkCount;
    const counted = Number.isInteger(nodeCount) && Number.isInteger(networkCount) && Number.isSafeInteger(seed);
    if (!counted || nodeCount < 1 || networkCount < 1 || networkCount > 255 || links > LINKS_MAX || seed < 0) {
      throw new RangeError(`No network of ${nodeCount} nodes, ${networkCount} networks and seed ${seed}.`);
    }
    this.accounts = new Accounts(nodeCount, networkCount, shared);
    this.cuts = new Uint8Array(links);
    this.rules = new Array<LinkSettings | undefined>(links).fill(undefined);
    this.touched = new Uint32Array(nodeCount * networkCount);
  }

  /** Bytes of the accounts in shared memory. */
  static accountBytes(nodeCount: number, networkCount: number): number {
    return Accounts.bytes(nodeCount, networkCount);
  }

  /** Changes some rules of one direction of a link; what is not named stays as it is. */
  setLink(from: number, to: number, network: number, changes: Partial<LinkSettings>): void {
    const link = this.linkIndex(from, to, network);
    const settings = { ...(this.rules[link] ?? DEFAULT_LINK), ...changes };
    assertLink(settings);
    this.change(from, network, link, this.cuts[link], isDefaultLink(settings) ? undefined : Object.freeze(settings));
  }

  /** Takes back all rules of one direction of a link. A cut stays. */
  resetLink(from: number, to: number, network: number): void {
    const link = this.linkIndex(from, to, network);
    this.change(from, network, link, this.cuts[link], undefined);
  }

  /** The settings in force in one direction of a link. */
  settings(from: number, to: number, network: number): LinkSettings {
    return this.rules[this.linkIndex(from, to, network)] ?? DEFAULT_LINK;
  }

  /** Cuts one direction of a link: nothing sent from now on arrives. Cutting it twice changes nothing. */
  cut(from: number, to: number, network: number): void {
    const link = this.linkIndex(from, to, network);
    this.change(from, network, link, 1, this.rules[link]);
  }

  /** Takes back the cut of one direction of a link, however often it was cut. Rules stay. */
  repair(from: number, to: number, network: number): void {
    const link = this.linkIndex(from, to, network);
    this.change(from, network, link, 0, this.rules[link]);
  }

  /** Takes back all cuts and all rules. The accounts go on. */
  healAll(): void {
    this.cuts.fill(0);
    this.rules.fill(undefined);
    this.touched.fill(0);
  }

  isCut(from: number, to: number, network: number): boolean {
    return this.cuts[this.linkIndex(from, to, network)] === 1;
  }

  /** Whether anything sent this way can arrive unharmed: the link is not cut, and does not lose or damage every frame. */
  carries(from: number, to: number, network: number): boolean {
    const { lossP, corruptP } = this.settings(from, to, network);
    return !this.isCut(from, to, network) && lossP < 1 && corruptP < 1;
  }

  /**
   * True when no outgoing link of `from` on this network is cut or has rules: then a frame to anybody arrives exactly
   * `DEFAULT_DELAY_US` later. Takes the same short time however many links there are.
   */
  isPlain(from: number, network: number): boolean {
    if (!(from >= 0 && from < this.nodeCount && network >= 0 && network < this.networkCount)) {
      throw new RangeError(`There is no node ${from} on a network ${network}.`);
    }
    return this.touched[from * this.networkCount + network] === 0;
  }

  /** The shortest time that a frame sent now can take on any link; how far lockstep may run ahead. Looks at all links. */
  smallestDelayUs(): Micros {
    let smallest = Infinity;
    for (let from = 0; from < this.nodeCount; from++) {
      for (let to = 0; to < this.nodeCount; to++) {
        if (to === from) continue;
        for (let network = 0; network < this.networkCount; network++) {
          smallest = Math.min(smallest, this.settings(from, to, network).delayUs);
        }
      }
    }
    return smallest === Infinity ? DEFAULT_DELAY_US : micros(smallest);
  }

  /**
   * What becomes of one frame sent now. Answers how many copies of it will arrive (0, 1 or 2), writes their instants
   * and marks into `out`, and counts the frame as sent (and, answering 0, as lost or cut off).
   */
  send(from: number, to: number, network: number, nowUs: Micros, out: Deliveries): 0 | 1 | 2 {
    const link = this.linkIndex(from, to, network);
    const { accounts } = this;
    const frame = accounts.add(Account.SENT, from, to, network);
    if (this.cuts[link] === 1) {
      accounts.add(Account.CUT, from, to, network);
      return 0;
    }
    const rules = this.rules[link];
    if (rules === undefined) {
      out.atUs[0] = nowUs + DEFAULT_DELAY_US;
      out.marks[0] = 0;
      return 1;
    }
    const ends = from * 65_536 + to;
    const purpose = network * 256;
    if (this.happens(rules.lossP, ends, purpose + FOR_LOSS, frame)) {
      accounts.add(Account.LOSS, from, to, network);
      return 0;
    }
    out.atUs[0] = nowUs + rules.delayUs + this.upTo(rules.jitterUs, ends, purpose + FOR_JITTER, frame);
    out.marks[0] = this.happens(rules.corruptP, ends, purpose + FOR_CORRUPT, frame) ? MARK_CORRUPT : 0;
    if (!this.happens(rules.duplicateP, ends, purpose + FOR_DUPLICATE, frame)) return 1;
    accounts.add(Account.DUPLICATED, from, to, network);
    // A copy goes its own way: up to one delay later than a frame could, so that it also comes late without jitter.
    const spread = rules.jitterUs + rules.delayUs;
    out.atUs[1] = nowUs + rules.delayUs + this.upTo(spread, ends, purpose + FOR_DUPLICATE_DELAY, frame);
    const damaged = this.happens(rules.corruptP, ends, purpose + FOR_DUPLICATE_CORRUPT, frame);
    out.marks[1] = MARK_COPY | (damaged ? MARK_CORRUPT : 0);
    return 2;
  }

  /**
   * Counts one frame from `from` to each of `targets`, sent now over links that are plain (see `isPlain`; else it
   * throws). Answers the instant when all of them arrive. The same as `send` to each, without asking for each.
   */
  countBroadcast(from: number, network: number, targets: readonly number[], nowUs: Micros): Micros {
    if (!this.isPlain(from, network)) throw new Error('A broadcast was counted over links with cuts or rules.');
    for (let i = 0; i < targets.length; i++) this.add(Account.SENT, from, targets[i], network);
    return micros(nowUs + DEFAULT_DELAY_US);
  }

  /** The receiver has taken a frame in. `marks` as `send` wrote them, 0 after a broadcast. */
  delivered(from: number, to: number, network: number, marks = 0): void {
    this.add((marks & MARK_COPY) === 0 ? Account.DELIVERED : Account.COPIES_DELIVERED, from, to, network);
  }

  /** A frame that was sent does not get into its receiver. `marks` as `send` wrote them, 0 after a broadcast. */
  dropped(from: number, to: number, network: number, reason: 'corrupt' | 'off' | 'full', marks = 0): void {
    this.add((marks & MARK_COPY) === 0 ? DROPPED[reason] : Account.COPIES_DROPPED, from, to, network);
  }

  /** The accounts of one direction of a link on one network, as they stand now. */
  counters(from: number, to: number, network: number): LinkCounters {
    this.assertBetween(from, to, network);
    const count = (account: number): number => this.accounts.read(account, from, to, network);
    const droppedBy = {
      loss: count(Account.LOSS),
      cut: count(Account.CUT),
      corrupt: count(Account.CORRUPT),
      off: count(Account.OFF),
      full: count(Account.FULL),
    };
    const delivered = count(Account.DELIVERED);
    const dropped = droppedBy.loss + droppedBy.cut + droppedBy.corrupt + droppedBy.off + droppedBy.full;
    // Read last: where other threads count meanwhile, what has arrived is never more than what was sent.
    const sent = count(Account.SENT);
    return {
      sent,
      delivered,
      dropped,
      droppedBy,
      underWay: difference(sent, delivered + dropped),
      duplicated: count(Account.DUPLICATED),
      copiesDelivered: count(Account.COPIES_DELIVERED),
      copiesDropped: count(Account.COPIES_DROPPED),
    };
  }

  /** The number of one direction of a link on one network. Throws where there is no such link. */
  linkIndex(from: number, to: number, network: number): number {
    this.assertBetween(from, to, network);
    return (from * this.nodeCount + to) * this.networkCount + network;
  }

  /** Throws where there is no such link. */
  private assertBetween(from: number, to: number, network: number): void {
    if (!(from >= 0 && from < this.nodeCount && to >= 0 && to < this.nodeCount && from !== to)) {
      throw new RangeError(`There is no link from node ${from} to node ${to}.`);
    }
    if (!(network >= 0 && network < this.networkCount)) throw new RangeError(`There is no network ${network}.`);
  }

  /** What is not as on an untouched link, of all links that lead out of a node. */
  rulesOf(from: number): LinkRule[] {
    const list: LinkRule[] = [];
    for (let to = 0; to < this.nodeCount; to++) {
      for (let network = 0; to !== from && network < this.networkCount; network++) {
        const link = this.linkIndex(from, to, network);
        const settings = this.rules[link];
        if (this.cuts[link] === 1 || settings) list.push({ to, network, cut: this.cuts[link] === 1, settings });
      }
    }
    return list;
  }

  /** Puts these rules, and no others, on the links that lead out of a node: what `rulesOf` answered elsewhere. */
  obey(from: number, rules: readonly LinkRule[]): void {
    for (const { to, network } of this.rulesOf(from)) {
      this.repair(from, to, network);
      this.resetLink(from, to, network);
    }
    for (const { to, network, cut, settings } of rules) {
      if (cut) this.cut(from, to, network);
      if (settings) this.setLink(from, to, network, settings);
    }
  }

  /**
   * Frames that were sent to a node that is dead, or by one, and that nobody will take in any more, are dropped as such,
   * and so are second copies.
   *
   * @param but what of that under way is not lost
   */
  writeOff(from: number, to: number, network: number, but: Unread = NOTHING_UNREAD): void {
    const { underWay, duplicated, copiesDelivered, copiesDropped } = this.counters(from, to, network);
    const copiesUnderWay = difference(duplicated, copiesDelivered + copiesDropped);
    for (let frame = but.frames; frame < underWay; frame++) this.dropped(from, to, network, 'off');
    for (let copy = but.copies; copy < copiesUnderWay; copy++) this.dropped(from, to, network, 'off', MARK_COPY);
  }

  private add(account: number, from: number, to: number, network: number): void {
    this.assertBetween(from, to, network);
    this.accounts.add(account, from, to, network);
  }

  /** Sets what one link is, and keeps the count of touched links of its sender. */
  private change(from: number, network: number, link: number, cut: number, rules: LinkSettings | undefined): void {
    const before = this.cuts[link] === 1 || this.rules[link] !== undefined ? 1 : 0;
    this.cuts[link] = cut;
    this.rules[link] = rules;
    const after = cut === 1 || rules !== undefined ? 1 : 0;
    this.touched[from * this.networkCount + network] += after - before;
  }

  private happens(probability: number, ends: number, purpose: number, frame: number): boolean {
    return probability > 0 && unit(draw3(this.seed, ends, purpose, frame)) < probability;
  }

  /** A whole number of microseconds from 0 to `spanUs`. */
  private upTo(spanUs: number, ends: number, purpose: number, frame: number): number {
    return spanUs === 0 ? 0 : Math.floor(unit(draw3(this.seed, ends, purpose, frame)) * (spanUs + 1));
  }
}
