/**
 * Who is there: one server's knowledge of its peers, from their heartbeats alone.
 *
 * A peer falls silent when the timestamp of its newest heartbeat, over every interconnect, is `timeout` old and all that
 * was received has been read. It is the sender's timestamp that counts, so a receiver that was slow blames nobody.
 * Reading a heartbeat that tells nothing new is the emulator's hottest path; it touches a few numbers and answers false.
 */
import type { ClusterDefinition } from '../../model/definition.js';
import { type Micros, NEVER, micros } from '../../model/time.js';
import { type Heartbeat, Phase, type ViewId } from '../frames.js';
import { bit, has } from '../state.js';

export interface Peer {
  incarnation: number;
  phase: Phase;
  epoch: number;
  coordinator: number;
  /** Whom the peer hears no more. */
  suspects: number;
  bootedAt: number;
  /** When the peer said so. */
  saidAt: number;
}

export class Detector {
  readonly peers: Peer[];
  /** Timestamp of the newest heartbeat from each server; 0 where none was heard. */
  readonly heard: Float64Array;
  /** Timestamp of this server's newest heartbeat that each peer had heard, by its own word. */
  readonly acknowledged: Float64Array;
  /** The same, counted only while the peer stood in this server's view: what a quorum is judged by. */
  readonly lease: Float64Array;
  /** Heard once, heard no more. */
  silent = 0;
  /** The earliest instant at which somebody may fall silent. */
  nextCheck: Micros = NEVER;
  /** Nobody is judged before that: this server itself has been away. */
  private judgeFrom = 0;
  private readonly timeoutUs: number;

  constructor(
    definition: ClusterDefinition,
    private readonly me: number,
  ) {
    const count = definition.servers.length;
    this.timeoutUs = definition.heartbeatTimeoutUs;
    this.heard = new Float64Array(count);
    this.acknowledged = new Float64Array(count);
    this.lease = new Float64Array(count);
    this.peers = Array.from({ length: count }, () => ({
      incarnation: 0,
      phase: Phase.SEEKING,
      epoch: 0,
      coordinator: -1,
      suspects: 0,
      bootedAt: 0,
      saidAt: 0,
    }));
  }

  /** Takes a heartbeat in; answers whether it told anything that may call for a decision. */
  receive(beat: Heartbeat, mine: ViewId): boolean {
    const { from } = beat;
    const peer = this.peers[from];
    if (beat.incarnation !== peer.incarnation) {
      if (beat.incarnation < peer.incarnation) return false;
      this.acknowledged[from] = 0;
      this.heard[from] = 0;
      peer.incarnation = beat.incarnation;
      peer.epoch = -1;
    }
    const fresh = this.acknowledged[from] === 0;
    const echo = beat.heard[this.me];
    if (echo > this.acknowledged[from]) this.acknowledged[from] = echo;
    if (echo > this.lease[from] && beat.epoch === mine.epoch && beat.coordinator === mine.coordinator)
      this.lease[from] = echo;
    if (beat.sentAt > this.heard[from]) {
      this.heard[from] = beat.sentAt;
      if (this.nextCheck === NEVER) this.nextCheck = micros(beat.sentAt + this.timeoutUs);
    }
    if (beat.sentAt < peer.saidAt) return false;
    peer.saidAt = beat.sentAt;
    if (
      beat.epoch === peer.epoch &&
      beat.coordinator === peer.coordinator &&
      beat.phase === peer.phase &&
      beat.suspects === peer.suspects &&
      !fresh &&
      !has(this.silent, from)
    )
      return false;
    peer.epoch = beat.epoch;
    peer.coordinator = beat.coordinator;
    peer.phase = beat.phase;
    peer.suspects = beat.suspects;
    peer.bootedAt = beat.bootedAt;
    this.reconsider(from, beat.sentAt);
    return true;
  }

  /** Lets time pass; answers whether somebody has fallen silent. */
  check(now: Micros): boolean {
    if (now < this.nextCheck) return false;
    if (now < this.judgeFrom) {
      this.nextCheck = micros(this.judgeFrom);
      return false;
    }
    const before = this.silent;
    let next: number = NEVER;
    for (let server = 0; server < this.heard.length; server += 1) {
      if (this.heard[server] === 0 || has(this.silent, server)) continue;
      const due = this.heard[server] + this.timeoutUs;
      if (due <= now) this.silent |= bit(server);
      else if (due < next) next = due;
    }
    this.nextCheck = micros(next);
    return this.silent !== before;
  }

  /** This server has not run for a while: what its peers sent meanwhile may still be on its way. */
  wasAway(until: Micros): void {
    this.judgeFrom = until;
  }

  /** A server has said that it goes: nothing more is expected of it. */
  silence(server: number): void {
    this.silent |= bit(server);
  }

  /** Heard, and not silent since. */
  hears(server: number): boolean {
    return this.heard[server] > 0 && !has(this.silent, server);
  }

  /** Both hear each other, as far as is known. */
  mutual(server: number): boolean {
    return this.hears(server) && this.acknowledged[server] > 0 && !has(this.peers[server].suspects, this.me);
  }

  /** A member that this server has not heard itself owes it proof of life from the instant of the view's decision. */
  vouch(members: number, at: Micros): void {
    for (let server = 0; server < this.heard.length; server += 1) {
      if (server === this.me || !has(members, server)) continue;
      if (!this.hears(server) && this.heard[server] < at) this.heard[server] = at;
      if (this.lease[server] < at) this.lease[server] = at;
      this.silent &= ~bit(server);
    }
    if (this.nextCheck > at + this.timeoutUs) this.nextCheck = micros(at + this.timeoutUs);
  }

  view(server: number): ViewId {
    return this.peers[server];
  }

  private reconsider(server: number, sentAt: Micros): void {
    const due = micros(sentAt + this.timeoutUs);
    this.silent &= ~bit(server);
    if (due < this.nextCheck) this.nextCheck = due;
  }
}
