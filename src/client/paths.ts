/**
 * Which servers a client can reach, over which public LAN.
 *
 * A path is judged by answers alone. One that has been silent for the timeout is lost. But what the servers find out of
 * each other comes first: as long as others count a silent server among them, they get two intervals more to notice (its
 * last answer may be one interval older than its last heartbeat), so that a server's going down is told as a failover and
 * not as a broken network. Where the LAN in use is silent and another one still answers, the client changes over to that,
 * which takes it a while.
 */
import type { ClusterDefinition } from '../model/definition.js';
import { type Micros, NEVER, micros } from '../model/time.js';

/** `unheard`: it has not said anything yet, and there was no time to. */
export type PathState = 'ok' | 'changing' | 'lost' | 'unheard';

export interface PathTimes {
  readonly intervalUs: Micros;
  readonly timeoutUs: Micros;
  readonly lanSwitchUs: Micros;
}

/** A path that has never answered. */
const UNHEARD = -1;

export class Paths {
  /** For each server and LAN the instant of the last answer. */
  private readonly heardAt: number[][];
  /** For each server the LAN in use; -1 before the first answer. */
  private readonly lan: number[];
  /** For each server when the change to the LAN in use is done; `NEVER` where there is none under way. */
  private readonly changedAt: Micros[];
  /** For each server: until then it need not have been heard. */
  private readonly graceUntil: Micros[];

  constructor(
    { servers, publicLans }: ClusterDefinition,
    private readonly times: PathTimes,
  ) {
    this.heardAt = servers.map(() => publicLans.map(() => UNHEARD));
    this.lan = servers.map(() => UNHEARD);
    this.changedAt = servers.map(() => NEVER);
    this.graceUntil = servers.map(() => micros(0));
  }

  /** The server has answered over that LAN. */
  heard(server: number, lan: number, now: Micros): void {
    this.heardAt[server][lan] = now;
  }

  /** The server has joined the cluster: it will be heard soon. */
  expect(server: number, now: Micros): void {
    if (!this.hasHeard(server)) this.graceUntil[server] = micros(now + this.times.timeoutUs);
  }

  /** Whether it has answered at all. */
  hasHeard(server: number): boolean {
    return this.lastHeard(server) !== UNHEARD;
  }

  /** It has answered one of the last questions. */
  answers(server: number, now: Micros): boolean {
    return this.hasHeard(server) && now <= this.lastHeard(server) + 2 * this.times.intervalUs;
  }

  state(server: number, now: Micros): PathState {
    if (this.lan[server] !== UNHEARD) return this.changedAt[server] === NEVER ? 'ok' : 'changing';
    return !this.hasHeard(server) && now < this.graceUntil[server] ? 'unheard' : 'lost';
  }

  /** @param counts whether a server is one that others count among them */
  review(now: Micros, counts: (server: number) => boolean): void {
    this.heardAt.forEach((_, server) => {
      if (this.changedAt[server] <= now) this.changedAt[server] = NEVER;
      if (this.hasHeard(server) && now < this.lastHeard(server) + this.limitUs(counts(server)))
        this.choose(server, now);
      else {
        this.lan[server] = UNHEARD;
        this.changedAt[server] = NEVER;
      }
    });
  }

  /** The next instant after `now` at which silence alone can change anything. */
  deadline(now: Micros): Micros {
    let next = NEVER as number;
    const consider = (at: number): void => {
      if (at > now && at < next) next = at;
    };
    this.heardAt.forEach((heard, server) => {
      for (const at of heard) {
        if (at === UNHEARD) continue;
        consider(at + this.limitUs(false));
        consider(at + this.limitUs(true));
      }
      consider(this.graceUntil[server]);
      consider(this.changedAt[server]);
    });
    return micros(next);
  }

  describe(): unknown {
    return [this.heardAt, this.lan, this.changedAt, this.graceUntil];
  }

  /** Of a server in reach: the LAN in use as long as it answers, else one that has answered well after it, and does now. */
  private choose(server: number, now: Micros): void {
    const heard = this.heardAt[server];
    const inUse = this.lan[server];
    if (inUse === UNHEARD) {
      // It is found, or found again.
      this.lan[server] = heard.indexOf(this.lastHeard(server));
      return;
    }
    const { intervalUs, timeoutUs, lanSwitchUs } = this.times;
    if (now < heard[inUse] + timeoutUs) return;
    const other = heard.findIndex((at) => at > heard[inUse] + intervalUs / 2 && now <= at + 2 * intervalUs);
    if (other < 0) return;
    this.lan[server] = other;
    this.changedAt[server] = micros(now + lanSwitchUs);
  }

  private limitUs(counted: boolean): number {
    return this.times.timeoutUs + (counted ? 2 * this.times.intervalUs : 0);
  }

  private lastHeard(server: number): number {
    return Math.max(...this.heardAt[server]);
  }
}
