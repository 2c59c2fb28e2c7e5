/**
 * One cluster as a client sees it: it asks the servers, believes one of them, and tells what that changes.
 *
 * Believed is, of all members in reach, the one with the latest view, and within a view the one that knows most. (Two
 * sides of a partition that are both in reach cannot both be right; of two views of one epoch the one counts whose
 * coordinator stands first.) A new client looks around for an interval at most before it says that nothing is there.
 */
import type { ClusterDefinition } from '../model/definition.js';
import { type Micros, NEVER, micros } from '../model/time.js';
import { isNewer, type Knowledge, precedes, type Report, type ReportInput } from './frames.js';
import { Groups, type GroupSink } from './groups.js';
import type { ClientLook, ClientServerStatus } from './look.js';
import { type PathState, Paths, type PathTimes } from './paths.js';

/** Base statuses of a server that takes part. */
const WORKING: readonly ClientServerStatus[] = ['CLUSTER', 'RECOVERING', 'FAILBACK'];

export class WatchedCluster {
  private readonly paths: Paths;
  private readonly groups: Groups;
  private readonly reports: (Report | undefined)[];
  /** What was believed last. */
  private remembered: Knowledge | undefined;
  /** No member is in reach: it is believed no more. */
  private doubts = false;
  private settled = false;
  /** Grows with every change of what is known. */
  revision = 0;
  private readonly settleAt: Micros;
  private nextPollAt: Micros;
  private consideredAt: Micros;

  constructor(
    private readonly definition: ClusterDefinition,
    private readonly times: PathTimes,
    now: Micros,
    private readonly poll: (server: number, lan: number) => void,
    sink: GroupSink,
  ) {
    this.paths = new Paths(definition, times);
    const primaries = definition.groups.map(({ servers }) => servers[0]);
    this.groups = new Groups(primaries, {
      ...sink,
      event: (...change) => {
        this.revision += 1;
        sink.event(...change);
      },
    });
    this.reports = definition.servers.map(() => undefined);
    this.settleAt = micros(now + times.intervalUs);
    this.nextPollAt = now;
    this.consideredAt = now;
  }

  /**
   * A server has answered, or told something unasked. An older report that comes late proves only that it can be heard. One
   * that comes unasked from a server that was out of reach proves not even that it can be asked: it is, at once.
   */
  take({ server, lan, asked, report, now }: ReportInput): void {
    if (asked) this.paths.heard(server, lan, now);
    else if (!this.inReach(server, now)) this.poll(server, lan);
    const before = this.reports[server];
    if (before?.standing !== report.standing) this.revision += 1;
    if (!before || report.sentAt >= before.sentAt) this.reports[server] = report;
    this.consider(now);
  }

  tick(now: Micros): void {
    if (now >= this.nextPollAt) this.askAll(now);
    this.consider(now);
  }

  /** When it wants its next `tick`. Until then it is as it was when it looked at itself last, whatever other clusters tell. */
  deadline(): Micros {
    const { nextPollAt, settleAt, settled, consideredAt } = this;
    return micros(Math.min(nextPollAt, settled ? NEVER : settleAt, this.paths.deadline(consideredAt)));
  }

  look(): ClientLook {
    return {
      settled: this.settled,
      groups: this.definition.groups.map((_, group) => ({
        status: this.groups.status(group),
        server: this.groups.server(group),
      })),
      servers: this.definition.servers.map((_, server) => this.serverStatus(server)),
      master: this.belief?.coordinator ?? 0,
    };
  }

  describe(): unknown {
    return [this.paths.describe(), this.groups.describe(), this.belief, this.settled, this.nextPollAt];
  }

  /** What is believed now; undefined while no member is in reach. */
  private get belief(): Knowledge | undefined {
    return this.doubts ? undefined : this.remembered;
  }

  private askAll(now: Micros): void {
    this.definition.servers.forEach((_, server) => {
      this.definition.publicLans.forEach((_name, lan) => this.poll(server, lan));
    });
    while (this.nextPollAt <= now) this.nextPollAt = micros(this.nextPollAt + this.times.intervalUs);
  }

  private consider(now: Micros): void {
    this.consideredAt = now;
    this.paths.review(now, (server) => this.counts(server, now));
    const path = (server: number): PathState => this.paths.state(server, now);
    const best = this.mostCredible(now);
    const { remembered } = this;
    if (!best) this.doubt();
    else if (!remembered || !sameBranch(best, remembered) || isNewer(best, remembered)) this.believe(best, now);
    // Who knows less of what is known already has yet to hear of it.
    else if (!this.belief) this.believe(remembered, now);
    if (!this.settled) {
      if (!this.hasLookedAround(now)) return;
      this.settled = true;
      this.revision += 1;
      this.groups.find(path);
    } else if (!best && !this.hearsAnybody(now)) this.groups.loseAll();
    else this.definition.groups.forEach((_, group) => this.groups.review(group, path));
  }

  /** Takes over what a member knows; what happened in between is told in order. */
  private believe(knowledge: Knowledge, now: Micros): void {
    const { remembered } = this;
    const path = (server: number): PathState => this.paths.state(server, now);
    knowledge.servers.forEach((_, server) => {
      if (works(knowledge, server) && !(remembered && works(remembered, server))) this.paths.expect(server, now);
    });
    if (this.settled && remembered && this.belief) {
      for (const change of knowledge.recent) {
        if (!isNewer(change, remembered)) continue;
        this.groups.hear(change.group, change);
        this.groups.review(change.group, path);
      }
    }
    knowledge.groups.forEach((said, group) => this.groups.hear(group, said));
    this.revision += 1;
    this.remembered = knowledge;
    this.doubts = false;
  }

  private doubt(): void {
    if (!this.belief) return;
    this.revision += 1;
    this.doubts = true;
    this.groups.hearNothing();
  }

  private mostCredible(now: Micros): Knowledge | undefined {
    let best: Knowledge | undefined;
    for (const [server, report] of this.reports.entries()) {
      const knowledge = report?.standing === 'member' ? report.knowledge : undefined;
      if (!knowledge || !this.inReach(server, now)) continue;
      const knowsMore = best && sameBranch(best, knowledge) && knowledge.index > best.index;
      if (!best || precedes(knowledge, best) || knowsMore) best = knowledge;
    }
    return best;
  }

  /** Others that still answer count it among them. */
  private counts(server: number, now: Micros): boolean {
    return this.reports.some(
      (report, other) =>
        other !== server && this.paths.answers(other, now) && report?.knowledge && works(report.knowledge, server),
    );
  }

  private inReach(server: number, now: Micros): boolean {
    const state = this.paths.state(server, now);
    return state === 'ok' || state === 'changing';
  }

  private hearsAnybody(now: Micros): boolean {
    return this.definition.servers.some((_, server) => this.inReach(server, now));
  }

  private hasLookedAround(now: Micros): boolean {
    if (now >= this.settleAt) return true;
    const all = this.definition.servers.every((_, server) => this.paths.hasHeard(server));
    const { belief } = this;
    return all || (belief?.groups.every(({ server }) => server < 0 || this.paths.hasHeard(server)) ?? false);
  }

  private serverStatus(server: number): readonly ClientServerStatus[] {
    if (this.belief) return this.belief.servers[server];
    const standing = this.reports[server]?.standing;
    if (standing === 'off-cluster') return ['OFF_CLUSTER'];
    if (standing === 'stopped') return ['STOPPED'];
    const last = this.remembered?.servers[server] ?? ['STOPPED'];
    if (!WORKING.includes(last[0])) return [last[0]];
    // It worked, and nobody has heard it say that it would stop.
    return [standing === 'starting' ? 'STOPPED' : 'DOWN'];
  }
}

/** The members of that view count the server among them. */
function works({ servers }: Knowledge, server: number): boolean {
  return WORKING.includes(servers[server][0]);
}

function sameBranch(one: Knowledge, other: Knowledge): boolean {
  return one.epoch === other.epoch && one.coordinator === other.coordinator;
}
