/**
 * The client machine: everything its client software decides, as a deterministic state machine.
 *
 * Reports of servers and ticks of the clock go in; questions to servers, events of groups and popups come out. It reads no
 * clock and does no I/O. It watches all clusters of its settings, each by itself; only the numbers of events are common.
 */
import type { ClusterDefinition } from '../model/definition.js';
import { type Micros, NEVER, micros } from '../model/time.js';
import { WatchedCluster } from './cluster.js';
import type { ReportInput } from './frames.js';
import type { GroupSink } from './groups.js';
import type { ClientEvent, ClientLook } from './look.js';
import type { PathTimes } from './paths.js';
import { type PopupLanguage, popupText } from './popups.js';

/** A cluster of the settings, and the times that the client goes by there. */
export interface ClientCluster {
  readonly definition: ClusterDefinition;
  readonly times: PathTimes;
}

export interface ClientBoot {
  readonly clusters: readonly ClientCluster[];
  readonly language: PopupLanguage;
  readonly now: Micros;
}

/** What a client takes in. `now` never goes back; clusters, servers and LANs are positions. */
export type ClientInput = { readonly type: 'tick'; readonly now: Micros } | ReportInput;

/** What a client gives out. */
export interface ClientEffects {
  /** Ask a server over a LAN how things stand. */
  poll(cluster: number, server: number, lan: number): void;
  event(event: ClientEvent): void;
  popup(text: string): void;
  /** What it knows (`look`) has changed. */
  changed(): void;
}

export class Client {
  private readonly clusters: readonly WatchedCluster[];
  private events = 0;
  /** The revision that was told last. */
  private told = 0;
  private out: ClientEffects | undefined;

  constructor({ clusters, language, now }: ClientBoot) {
    this.clusters = clusters.map(({ definition, times }, cluster) => {
      const poll = (server: number, lan: number): void => this.out?.poll(cluster, server, lan);
      return new WatchedCluster(definition, times, now, poll, this.sinkOf(cluster, definition, language));
    });
  }

  /** When the client wants its next `tick`, if nothing else comes before. */
  nextDeadline(): Micros {
    return micros(Math.min(...this.clusters.map((cluster) => cluster.deadline()), NEVER));
  }

  /** Takes one input in; effects go out before it returns. */
  step(input: ClientInput, out: ClientEffects): void {
    this.out = out;
    if (input.type === 'report') this.clusters[input.cluster].take(input);
    else for (const cluster of this.clusters) cluster.tick(input.now);
    const { revision } = this;
    if (revision !== this.told) out.changed();
    this.told = revision;
  }

  /** Grows with every change of what it knows. */
  get revision(): number {
    return this.clusters.reduce((sum, cluster) => sum + cluster.revision, 0);
  }

  /** What it knows of the cluster at that position of its settings. */
  look(cluster: number): ClientLook {
    return this.clusters[cluster].look();
  }

  /** All that it is, as text: for replaying recorded inputs. */
  digest(): string {
    return JSON.stringify([this.events, this.clusters.map((cluster) => cluster.describe())]);
  }

  private sinkOf(cluster: number, definition: ClusterDefinition, language: PopupLanguage): GroupSink {
    return {
      event: (group, event, src, dst, status) => {
        this.events += 1;
        this.out?.event({ id: this.events, cluster, group, event, src, dst, status });
      },
      popup: (group, kind, places) => this.out?.popup(popupText(language, kind, definition, group, places)),
    };
  }
}
