/**
 * The server's end of what clients are told: keeps up with what one server lets out, and puts it as a client needs it.
 */
import type { GroupChange, GroupReport, Knowledge, Report, ReportedStanding } from '../client/frames.js';
import type { ClientServerStatus } from '../client/look.js';
import type { ViewId } from '../failover/frames.js';
import type { Outcome, OutcomeLine } from '../failover/log/entries.js';
import type { ClusterDefinition } from '../model/definition.js';
import type { Micros } from '../model/time.js';
import type { ServerStatusName } from '../model/trace.js';

/** So many changes of groups are told again with each report. */
const RECENT = 32;
const NOBODY = -1;
const STOPPED: GroupReport = { status: 'STOPPED', server: NOBODY, from: NOBODY, to: NOBODY };

type GroupLine = OutcomeLine & { readonly kind: 'group' };

export class Reporter {
  private servers: (readonly ServerStatusName[])[] = [];
  private groups: GroupReport[] = [];
  /** For each group the server that it goes back to, while it does. */
  private returning: number[] = [];
  private recent: GroupChange[] = [];
  /** The view and the entry of the latest change; undefined before the first. */
  private latest: Pick<Knowledge, 'epoch' | 'coordinator' | 'index'> | undefined;
  private knowledge: Knowledge | undefined;

  constructor(private readonly definition: ClusterDefinition) {
    this.forget();
  }

  /** The server is in no view any more, or has lost its power. */
  forget(): void {
    this.servers = this.definition.servers.map(() => ['STOPPED']);
    this.groups = this.definition.groups.map(() => STOPPED);
    this.returning = this.definition.groups.map(() => NOBODY);
    this.recent = [];
    this.latest = undefined;
    this.knowledge = undefined;
  }

  /** The server lets an outcome out, in that view. Answers whether that is anything to clients. */
  take({ lines, index }: Outcome, { epoch, coordinator }: ViewId): boolean {
    let changed = this.latest?.epoch !== epoch || this.latest.coordinator !== coordinator;
    for (const line of lines) {
      if (line.kind === 'server') this.servers[line.server] = line.status;
      else if (line.kind === 'group') this.takeGroup(line, epoch, index);
      else continue;
      changed = true;
    }
    if (changed) {
      this.latest = { epoch, coordinator, index };
      this.knowledge = undefined;
    }
    return changed;
  }

  /** What the server says of its cluster, standing so. */
  report(standing: ReportedStanding, sentAt: Micros): Report {
    // One that has just joined has yet to let out what was agreed before.
    if (standing === 'member' && !this.latest) return { sentAt, standing: 'starting' };
    if (standing !== 'member' || !this.latest) return { sentAt, standing };
    // Many clients ask, and little changes: put together once.
    this.knowledge ??= {
      ...this.latest,
      servers: this.statuses(),
      groups: [...this.groups],
      recent: [...this.recent],
    };
    return { sentAt, standing, knowledge: this.knowledge };
  }

  private takeGroup(line: GroupLine, epoch: number, index: number): void {
    const { group, under } = line;
    const said = reportOf(line, this.groups[group]);
    this.returning[group] = under?.is === 'returning' ? under.to : NOBODY;
    if (sameReport(said, this.groups[group])) return;
    this.groups[group] = said;
    // Named one by one: to spread it cost more than everything else here.
    const { status, server, from, to } = said;
    this.recent.push({ status, server, from, to, epoch, index, group });
    if (this.recent.length > RECENT) this.recent.shift();
  }

  private statuses(): (readonly ClientServerStatus[])[] {
    return this.servers.map((status, server) => {
      const goesBack = this.returning.includes(server) && (status[0] === 'CLUSTER' || status[0] === 'RECOVERING');
      return goesBack ? ['FAILBACK', ...status.slice(1)] : status;
    });
  }
}

/** A group that is being stopped is what it was until it has stopped. */
function reportOf({ state, server, under }: GroupLine, before: GroupReport): GroupReport {
  if (state === 'ONLINE') return { status: 'RUNNING', server, from: NOBODY, to: NOBODY };
  if (state === 'ONLINE_FAIL') return { status: 'MISS', server, from: NOBODY, to: NOBODY };
  if (under?.is === 'relocating') return { status: 'FAILOVER', server: NOBODY, from: under.from, to: under.to };
  if (under?.is !== 'stopping') return STOPPED;
  const status = before.status === 'MISS' ? 'MISS' : 'RUNNING';
  return { status, server, from: NOBODY, to: NOBODY };
}

function sameReport(one: GroupReport, other: GroupReport): boolean {
  return one.status === other.status && one.server === other.server && one.from === other.from && one.to === other.to;
}
