/**
 * One machine with client software, as the main thread has it: its power, what runs on it, who watches there.
 *
 * On a client machine it is the machine itself. On a server it goes with that server's power and hangs with it, and begins
 * when the first application there asks for it.
 */
import type { ClientBoot } from '../client/client.js';
import type { ClientEvent, ClientLook } from '../client/look.js';
import type { ClientSettings } from '../client/definition.js';
import type { ReportedView, ReportInput } from '../client/frames.js';
import type { PathTimes } from '../client/paths.js';
import type { ClusterDefinition } from '../model/definition.js';
import { type Micros, micros } from '../model/time.js';
import type { ClientSoftware } from './client-software.js';
import type { ServerSlot } from './server-slot.js';
import type { Power, Service } from './service.js';

/** How long the change to another LAN takes where nothing is said. */
const LAN_SWITCH_US = micros(1_000_000);

/** A client as the world sees it: the client itself, or what a thread last told of the one that runs there. */
export interface ClientView {
  /** Undefined before it has said anything. */
  look(cluster: number): ClientLook | undefined;
  nextDeadline(): Micros;
}

type Sink = (event: ClientEvent) => void;

/** When the latest report that has arrived from a server was sent, and the latest that was an answer; -1: none. */
interface Arrivals {
  readonly toldAt: number;
  readonly answeredAt: number;
  /** When the last one of all arrived. */
  readonly at: number;
  /** The view that the server stood in by its last word. */
  readonly view?: ReportedView;
}

const NOTHING_YET: Arrivals = { toldAt: -1, answeredAt: -1, at: -1 };

export class ClientSlot implements ClientSoftware {
  client: ClientView | undefined;
  /** Counts its starts. */
  boots = 0;
  private readonly sinks = new Map<string, readonly Sink[]>();
  /** By cluster and server. */
  private arrivals: Arrivals[][] = [];

  /**
   * @param node where it stands in the network
   * @param registered the clusters of its settings, with their positions in the world
   * @param hostSlot the server that it runs on, if it does
   */
  constructor(
    readonly machine: string,
    readonly node: number,
    readonly settings: ClientSettings,
    readonly registered: readonly { readonly cluster: number; readonly definition: ClusterDefinition }[],
    readonly hostSlot?: ServerSlot,
  ) {}

  get host(): 'client' | 'server' {
    return this.hostSlot ? 'server' : 'client';
  }

  get clusters(): readonly ClusterDefinition[] {
    return this.registered.map(({ definition }) => definition);
  }

  get local(): number | undefined {
    const { hostSlot } = this;
    return hostSlot && this.registered.findIndex(({ cluster }) => cluster === hostSlot.place.cluster);
  }

  get server(): string | undefined {
    return this.hostSlot?.place.name;
  }

  get productVersion(): string {
    return this.settings.productVersion ?? this.hostSlot?.definition.productVersion ?? '7.0';
  }

  get power(): Power {
    if (this.client) return this.hostSlot?.hung ? 'hung' : 'on';
    return 'off';
  }

  /** It runs and is not held up by its server. */
  get active(): boolean {
    return this.power === 'on';
  }

  look(cluster: number): ClientLook {
    return this.client?.look(cluster) ?? nothingKnown(this.registered[cluster].definition);
  }

  watch(cluster: number, group: number, sink: Sink): () => void {
    const key = `${cluster}/${group}`;
    this.sinks.set(key, [...(this.sinks.get(key) ?? []), sink]);
    return () => {
      this.sinks.set(
        key,
        (this.sinks.get(key) ?? []).filter((one) => one !== sink),
      );
    };
  }

  isWatched({ cluster, group }: ClientEvent): boolean {
    return (this.sinks.get(`${cluster}/${group}`) ?? []).length > 0;
  }

  /** Tells all who watch the group. */
  tell(event: ClientEvent): void {
    for (const sink of this.sinks.get(`${event.cluster}/${event.group}`) ?? []) sink(event);
  }

  /** What its client software starts with, now. */
  boot(now: Micros): ClientBoot {
    const { popups = 'japanese' } = this.settings;
    const clusters = this.clusters.map((definition, cluster) => ({ definition, times: this.times(cluster) }));
    return { now, language: popups, clusters };
  }

  /** The times that it goes by in the cluster at that position of its settings. */
  times(cluster: number): PathTimes {
    const { intervalUs, timeoutUs, lanSwitchUs = LAN_SWITCH_US } = this.settings;
    const { heartbeatIntervalUs, heartbeatTimeoutUs } = this.clusters[cluster];
    return { intervalUs: intervalUs ?? heartbeatIntervalUs, timeoutUs: timeoutUs ?? heartbeatTimeoutUs, lanSwitchUs };
  }

  /** A report of a server has arrived. */
  arrived({ cluster, server, asked, report, now }: ReportInput): void {
    const before = this.heard(cluster, server);
    const { sentAt, knowledge } = report;
    (this.arrivals[cluster] ??= [])[server] = {
      toldAt: Math.max(before.toldAt, sentAt),
      answeredAt: asked ? Math.max(before.answeredAt, sentAt) : before.answeredAt,
      at: now,
      view: sentAt >= before.toldAt ? knowledge : before.view,
    };
  }

  /** The latest that has arrived from a server since this client was started. */
  heard(cluster: number, server: number): Arrivals {
    return this.arrivals.at(cluster)?.at(server) ?? NOTHING_YET;
  }

  /** It is gone, and whoever watched there with it. */
  stop(): void {
    this.client = undefined;
    this.arrivals = [];
    this.sinks.clear();
  }
}

/** A client machine as its applications reach it: there is no cluster service, but the machine runs. */
export class ClientService implements Service {
  readonly registered = undefined;
  readonly standing = 'unregistered';

  constructor(private readonly slot: ClientSlot) {}

  get machine(): string {
    return this.slot.machine;
  }

  get power(): Power {
    return this.slot.power;
  }

  get boots(): number {
    return this.slot.boots;
  }

  look(): undefined {
    return undefined;
  }

  listen(): () => void {
    return () => undefined;
  }
}

function nothingKnown({ groups, servers }: ClusterDefinition): ClientLook {
  return {
    settled: false,
    groups: groups.map(() => ({ status: 'STOPPED', server: -1 })),
    servers: servers.map(() => ['STOPPED']),
    master: 0,
  };
}
