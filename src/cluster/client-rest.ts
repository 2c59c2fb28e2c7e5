/**
 * When clients have noticed all that has happened: a run may not end before an application has been told the last of it.
 *
 * The main thread knows what got to a client and what could get there, so it judges without asking any: whoever can be
 * reached has told its latest, and has answered since the network was last changed; where a client takes a group for
 * running, its server can be reached; and where only some of the paths there carry, there was time to change over.
 */
import { precedes } from '../client/frames.js';
import type { Micros } from '../model/time.js';
import type { ClientSlot } from './client-slot.js';
import type { ServerSlot } from './server-slot.js';
import type { Switchboard } from './switchboard.js';
import type { WorldState } from './world-state.js';

interface RestingWorld extends WorldState {
  readonly switchboard: Switchboard;
}

export class ClientRest {
  /** By node of a server: when it last had anything new to tell; -1 before the first time. */
  private readonly newsAt: number[];
  /** When rules or cuts of the network were changed last; -1 before the first time. */
  private networkAt = -1;

  constructor(private readonly world: RestingWorld) {
    this.newsAt = world.slots.map(() => -1);
  }

  /** A server has something new to tell, and tells it at that instant. */
  news(server: ServerSlot, sentAt: Micros): void {
    this.newsAt[server.place.node] = sentAt;
  }

  networkChanges(): void {
    this.networkAt = this.world.now();
  }

  /** A client that does not run, or hangs with its server, has nothing to notice. */
  hasNoticedAll(client: ClientSlot): boolean {
    if (!client.active) return true;
    return client.clusters.every(({ servers }, cluster) => {
      const { settled, groups } = client.look(cluster);
      if (!settled || groups.some(({ status }) => status === 'FAILOVER')) return false;
      if (this.believesTheGone(client, cluster)) return false;
      return servers.every((_, server) => {
        const runsHere = groups.some((group) => group.server === server);
        return this.isNoticed(client, cluster, server, runsHere);
      });
    });
  }

  /** What a server said that is out of reach may still count for more than what others say: until it is missed. */
  private believesTheGone(client: ClientSlot, cluster: number): boolean {
    const heard = client.clusters[cluster].servers.map((_, server) => ({
      ...client.heard(cluster, server),
      inReach: this.isInReach(client, this.serverOf(client, cluster, server)),
    }));
    const missedAfter = patience(client, cluster);
    const gone = heard.filter(({ inReach, at }) => !inReach && this.world.now() < at + missedAfter);
    return heard.some(
      ({ inReach, view }) => inReach && view && gone.some((one) => one.view && precedes(one.view, view)),
    );
  }

  private isInReach(client: ClientSlot, slot: ServerSlot): boolean {
    const [paths, dead] = this.paths(client, slot);
    return slot.active && dead < paths;
  }

  /** @param runsHere the client takes a group for running on that server */
  private isNoticed(client: ClientSlot, cluster: number, server: number, runsHere: boolean): boolean {
    const slot = this.serverOf(client, cluster, server);
    if (!this.isInReach(client, slot)) return !runsHere;
    const [, dead] = this.paths(client, slot);
    if (dead > 0 && runsHere && this.world.now() < this.networkAt + patience(client, cluster)) return false;
    const { toldAt, answeredAt } = client.heard(cluster, server);
    const { node } = slot.place;
    return toldAt >= Math.max(this.newsAt[node], slot.bootedAt) && answeredAt >= this.networkAt;
  }

  /** How many public LANs lead to the server, and how many of them carry nothing in one direction or both. */
  private paths(client: ClientSlot, slot: ServerSlot): [all: number, dead: number] {
    const lans = this.world.directory.clusters[slot.place.cluster].publicLans;
    if (slot === client.hostSlot) return [lans.length, 0];
    const { model } = this.world.switchboard;
    const { node } = slot.place;
    const dead = lans.filter((lan) => !model.carries(client.node, node, lan) || !model.carries(node, client.node, lan));
    return [lans.length, dead.length];
  }

  private serverOf(client: ClientSlot, cluster: number, server: number): ServerSlot {
    const { first } = this.world.directory.clusters[client.registered[cluster].cluster];
    return this.world.slots[first + server];
  }
}

/** How long it takes at most until a client has missed a server, or changed over to another LAN, in microseconds. */
function patience(client: ClientSlot, cluster: number): Micros {
  const { intervalUs, timeoutUs, lanSwitchUs } = client.times(cluster);
  return (timeoutUs + 2 * intervalUs + lanSwitchUs) as Micros;
}
