/**
 * The groups of one cluster as a client sees them, and which changes it tells (5.2.3).
 *
 * What a group is at the client follows from two things: what the servers say of it, and whether the server that it runs on
 * can be reached. A group whose server is out of reach has stopped for this client, whatever becomes of it meanwhile, until
 * it runs on a server in reach again. A change to another LAN looks like a failover to the same server. A change of what a
 * group is here makes one event, so the events of a group always read: BOOT, SHUTDOWN, FAILOVER_START and then FAILOVER_END
 * or SHUTDOWN.
 */
import type { GroupReport } from './frames.js';
import type { ClientEventName, ClientGroupStatus } from './look.js';
import type { PathState } from './paths.js';
import type { PopupKind } from './popups.js';

/** What a group is here. */
interface Seen {
  status: ClientGroupStatus;
  /** Where it runs, or where it ran when its failover began. */
  server: number;
  /** It has stopped for this client because its server is out of reach. */
  lost: boolean;
  /** This client has seen it stop. */
  hasStopped: boolean;
}

/** Who is told of changes. */
export interface GroupSink {
  event(group: number, event: ClientEventName, src: number, dst: number, status: ClientGroupStatus): void;
  popup(group: number, kind: PopupKind, places: readonly number[]): void;
}

const NOBODY = -1;
const STOPPED: GroupReport = { status: 'STOPPED', server: NOBODY, from: NOBODY, to: NOBODY };

function runs({ status }: { readonly status: ClientGroupStatus }): boolean {
  return status === 'RUNNING' || status === 'MISS';
}

export class Groups {
  private readonly seen: Seen[];
  /** What the servers said of each last. */
  private readonly said: GroupReport[];

  /** @param primaries for each group the server that it belongs on */
  constructor(
    private readonly primaries: readonly number[],
    private readonly sink: GroupSink,
  ) {
    this.seen = primaries.map(() => ({ status: 'STOPPED', server: NOBODY, lost: false, hasStopped: false }));
    this.said = primaries.map(() => STOPPED);
  }

  status(group: number): ClientGroupStatus {
    return this.seen[group].status;
  }

  /** The server that it can be reached on; nobody unless it runs. */
  server(group: number): number {
    const seen = this.seen[group];
    return runs(seen) ? seen.server : NOBODY;
  }

  /** The servers say this of a group. Nothing is told before `review`. */
  hear(group: number, said: GroupReport): void {
    this.said[group] = said;
  }

  /** No server can say anything of any group, or none takes part in the cluster. */
  hearNothing(): void {
    this.said.fill(STOPPED);
  }

  /** What a client finds at its start is no change: popups tell it, events do not. */
  find(path: (server: number) => PathState): void {
    this.said.forEach((said, group) => {
      const seen = this.seen[group];
      const { status, lost } = this.asOf(group, path);
      Object.assign(seen, { status, lost, server: status === 'FAILOVER' ? said.from : said.server });
      if (status === 'FAILOVER') this.sink.popup(group, 'failoverStart', [said.from, said.to]);
      else if (runs(seen) && said.server !== this.primaries[group])
        this.sink.popup(group, 'foundOnBackup', [said.server]);
    });
  }

  /** Looks at one group, and tells what has changed. */
  review(group: number, path: (server: number) => PathState): void {
    const seen = this.seen[group];
    const { status, lost } = this.asOf(group, path);
    seen.lost = lost;
    const { server, to } = this.said[group];
    // A change of LAN leads to where the group is.
    const destination = server === NOBODY ? to : server;
    if (runs({ status }) && runs(seen) && server !== seen.server) this.become(group, 'FAILOVER', server);
    this.become(group, status, destination);
  }

  /** All contact is lost: what ran has stopped for this client. */
  loseAll(): void {
    this.seen.forEach((seen, group) => {
      seen.lost ||= seen.status !== 'STOPPED';
      this.become(group, 'STOPPED', NOBODY);
    });
  }

  describe(): unknown {
    return [this.seen, this.said];
  }

  /** What a group is, by what is said of it and by the path to it. */
  private asOf(group: number, path: (server: number) => PathState): { status: ClientGroupStatus; lost: boolean } {
    const said = this.said[group];
    const { lost } = this.seen[group];
    if (said.status === 'STOPPED') return { status: 'STOPPED', lost: false };
    if (said.status === 'FAILOVER') return { status: lost ? 'STOPPED' : 'FAILOVER', lost };
    const way = path(said.server);
    if (way === 'lost') return { status: 'STOPPED', lost: true };
    return { status: way === 'changing' ? 'FAILOVER' : said.status, lost: false };
  }

  /** @param to where it is from now on, or where it goes to */
  private become(group: number, status: ClientGroupStatus, to: number): void {
    const seen = this.seen[group];
    const before = { ...seen };
    seen.status = status;
    if (runs(seen)) seen.server = to;
    if (status === before.status || (runs(seen) && runs(before))) return;
    if (status === 'FAILOVER') this.failoverStarts(group, before, to);
    else if (status === 'STOPPED') this.stops(group, before);
    else if (before.status === 'FAILOVER') {
      this.sink.popup(group, 'failoverEnd', [before.server, to]);
      this.sink.event(group, 'FAILOVER_END', NOBODY, to, status);
    } else this.boots(group, to, status);
  }

  private failoverStarts(group: number, before: Seen, to: number): void {
    const seen = this.seen[group];
    // A start that failed goes on as a failover from the server where it failed.
    if (!runs(before)) seen.server = this.said[group].from;
    this.sink.popup(group, 'failoverStart', [seen.server, to]);
    this.sink.event(group, 'FAILOVER_START', seen.server, NOBODY, 'FAILOVER');
  }

  private stops(group: number, before: Seen): void {
    this.seen[group].hasStopped = true;
    this.sink.popup(group, 'groupStopped', [before.server]);
    this.sink.event(group, 'SHUTDOWN', before.server, NOBODY, 'STOPPED');
  }

  private boots(group: number, on: number, status: ClientGroupStatus): void {
    if (on !== this.primaries[group]) this.sink.popup(group, 'startedOnBackup', [on]);
    else if (this.seen[group].hasStopped) this.sink.popup(group, 'groupStarted', [on]);
    this.sink.event(group, 'BOOT', NOBODY, on, status);
  }
}
