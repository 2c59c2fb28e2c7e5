/**
 * The public side of the world: the machines with client software, and what servers tell them over the public LANs.
 *
 * Servers answer through here (each with what it has let out itself, and only while it runs); a client's questions and
 * what it notices come back to here, and are carried out. Frames between the two go by the rules of the network like all
 * others, and are counted.
 */
import type { ClientEffects, ClientInput } from '../client/client.js';
import type { Report, ReportInput, ReportedStanding } from '../client/frames.js';
import type { ClientEvent } from '../client/look.js';
import { type Outcome } from '../failover/log/entries.js';
import { Phase, type ViewId } from '../failover/frames.js';
import type { Refusal, Result } from '../model/result.js';
import { err, ok } from '../model/result.js';
import { DEFAULT_DELAY_US } from '../network/links.js';
import { MARK_CORRUPT } from '../network/model.js';
import type { ClientAction } from './actions.js';
import { assertClient } from './client-check.js';
import { ClientRest } from './client-rest.js';
import { ClientService, ClientSlot } from './client-slot.js';
import { Reporter } from './reporter.js';
import type { ServerSlot } from './server-slot.js';
import { type Switchboard, unknown } from './switchboard.js';
import type { WorldState } from './world-state.js';

/** What the backend does for clients. */
export interface ClientsWorld extends WorldState {
  readonly switchboard: Switchboard;
  /** Makes the client of a machine that is being switched on. */
  startClient(slot: ClientSlot): void;
  /** The client of a machine that loses its power is gone. */
  stopClient(slot: ClientSlot): void;
  /** Puts an input into a client that runs. */
  clientInput(slot: ClientSlot, input: ClientInput): void;
  /** Sends a frame; `arrive` is called for each copy that arrives. */
  transmit(from: number, to: number, network: number, arrive: (marks: number) => void): void;
  /** Does something so many microseconds from now. */
  afterwards(us: number, does: () => void): void;
  /** A client has noticed something: for whoever watches the invariants. */
  noticed(slot: ClientSlot, event: ClientEvent): void;
  /** What conditions ask about has changed. */
  reconsider(): void;
}

export class Clients {
  readonly slots: ClientSlot[] = [];
  private readonly reporters: readonly Reporter[];
  private readonly services = new Map<string, ClientService>();
  private readonly byMachine = new Map<string, ClientSlot>();
  private readonly rest: ClientRest;

  /** @throws RangeError for a client that cannot be: see `assertClient` */
  constructor(private readonly world: ClientsWorld) {
    this.rest = new ClientRest(world);
    this.reporters = world.slots.map(({ definition }) => new Reporter(definition));
    for (const { name, ...settings } of world.world.clients) {
      const registered = settings.clusters.map((cluster) => this.registration(cluster));
      const slot = new ClientSlot(name, world.directory.node(name) as number, settings, registered);
      assertClient(slot, world.directory);
      this.services.set(name, new ClientService(slot));
      this.add(slot);
    }
  }

  /** Starts those that run from the beginning. An application there watches every group. */
  begin(): void {
    this.world.world.clients.forEach(({ start }, index) => {
      if (start === 'manual') return;
      const slot = this.slots[index];
      this.start(slot);
      slot.clusters.forEach(({ groups }, cluster) => {
        groups.forEach((_, group) => slot.watch(cluster, group, () => undefined));
      });
    });
  }

  service(machine: string): ClientService | undefined {
    return this.services.get(machine);
  }

  /** The client software of a machine; on a server it begins when it is asked for. */
  of(machine: string): ClientSlot | undefined {
    const known = this.byMachine.get(machine);
    const place = this.world.directory.server(machine);
    if (!place) return known;
    const server = this.world.slots[place.node];
    const slot = known ?? this.onServer(server);
    if (!slot.client && server.engine) this.start(slot);
    return slot;
  }

  /** Nothing that has happened is still to be noticed by a client. */
  get atRest(): boolean {
    return this.slots.every((slot) => this.rest.hasNoticedAll(slot));
  }

  /** Rules or cuts of the network are changing. */
  networkChanges(): void {
    this.rest.networkChanges();
  }

  /** The paths between clients and servers, each once: from, to, network. */
  get links(): [from: number, to: number, network: number][] {
    const { directory } = this.world;
    const links = this.slots.flatMap((slot) =>
      slot.registered.flatMap(({ cluster, definition }) =>
        directory.clusters[cluster].publicLans.flatMap((network) =>
          definition.servers.flatMap((_, server): [number, number, number][] => {
            const node = directory.clusters[cluster].first + server;
            if (node === slot.node) return [];
            return [
              [slot.node, node, network],
              [node, slot.node, network],
            ];
          }),
        ),
      ),
    );
    // Two servers with clients on them are each at the other's end.
    return [...new Map(links.map((link) => [link.join(), link])).values()];
  }

  /** Carries out what is asked of a client machine. Answers with the status of a watched group, where that is known. */
  perform(action: ClientAction): Result<string | undefined, Refusal> {
    const slot = this.services.has(action.client) ? this.byMachine.get(action.client) : undefined;
    if (!slot) return err(unknown(action.client, 'client'));
    const running = slot.client !== undefined;
    if (action.type === 'startClient') {
      if (running) return refuse('ALREADY_RUNNING', slot, 'it runs already', 'stop it first');
      this.start(slot);
    } else if (!running) return refuse('NOT_RUNNING', slot, 'it does not run', 'start it first');
    else if (action.type === 'stopClient') this.stop(slot);
    else return this.watch(slot, action.group);
    return ok(undefined);
  }

  // -------------------------------------------------------------- what servers tell

  /** A server lets an outcome out: its clients hear of it at once, if it is anything to them. */
  released(slot: ServerSlot, outcome: Outcome, view: ViewId): void {
    const reporter = this.reporters[slot.place.node];
    if (reporter.take(outcome, view) && this.slots.length > 0)
      this.broadcast(slot, reporter.report('member', this.world.now()));
  }

  /** A server is in no view any more, though it runs. */
  departed(slot: ServerSlot): void {
    const reporter = this.reporters[slot.place.node];
    reporter.forget();
    this.broadcast(slot, reporter.report('starting', this.world.now()));
  }

  /** A server loses its power. One that is shut down says so. */
  serverStops(slot: ServerSlot, orderly: boolean): void {
    const reporter = this.reporters[slot.place.node];
    if (orderly && slot.engine) this.broadcast(slot, reporter.report('stopped', this.world.now()));
    reporter.forget();
    const own = this.byMachine.get(slot.place.name);
    if (own?.client) this.stop(own);
  }

  // -------------------------------------------------------------- what clients give out

  /** What a client gives out is carried out so. */
  effectsOf(slot: ClientSlot): ClientEffects {
    return {
      poll: (cluster, server, lan) => this.poll(slot, cluster, server, lan),
      event: (event) => this.happened(slot, event),
      changed: () => this.world.reconsider(),
      popup: (text) => this.world.recorder.write({ kind: 'popup', client: slot.machine, text }),
    };
  }

  private happened(slot: ClientSlot, event: ClientEvent): void {
    this.world.noticed(slot, event);
    if (slot.isWatched(event)) {
      const { name, groups, servers } = slot.clusters[event.cluster];
      const nameOf = (server: number): string => (server < 0 ? '' : servers[server].name);
      this.world.recorder.write({
        kind: 'client-event',
        client: slot.machine,
        cluster: name,
        group: groups[event.group].name,
        event: `ARMCLAPI_EVENT_${event.event}`,
        src: nameOf(event.src),
        dst: nameOf(event.dst),
        status: `ARMCLAPI_GROUP_STATUS_${event.status}`,
      });
    }
    slot.tell(event);
  }

  private poll(client: ClientSlot, cluster: number, server: number, lan: number): void {
    const { directory } = this.world;
    const where = client.registered[cluster].cluster;
    const slot = this.world.slots[directory.clusters[where].first + server];
    if (slot === client.hostSlot) {
      this.answer(slot, client, cluster, lan);
      return;
    }
    const network = directory.clusters[where].publicLans[lan];
    const { boots } = client;
    this.between(client.node, slot.place.node, network, () => {
      if (!slot.engine) return 'off';
      if (slot.hung) return 'full';
      if (client.boots === boots && client.client) this.answer(slot, client, cluster, lan);
      return undefined;
    });
  }

  // -------------------------------------------------------------- reports on their way

  /** Tells all clients something new. */
  private broadcast(slot: ServerSlot, report: Report): void {
    this.rest.news(slot, report.sentAt);
    for (const client of this.slots) {
      const cluster = client.registered.findIndex((one) => one.cluster === slot.place.cluster);
      if (!client.client || cluster < 0) continue;
      slot.definition.publicLans.forEach((_, lan) => this.send(slot, client, cluster, lan, report, false));
    }
  }

  private answer(slot: ServerSlot, client: ClientSlot, cluster: number, lan: number): void {
    const report = this.reporters[slot.place.node].report(standingOf(slot), this.world.now());
    this.send(slot, client, cluster, lan, report, true);
  }

  private send(
    slot: ServerSlot,
    client: ClientSlot,
    cluster: number,
    lan: number,
    report: Report,
    asked: boolean,
  ): void {
    const { server } = slot.place;
    const { boots } = client;
    const arrive = (): 'off' | 'full' | undefined => {
      if (client.boots !== boots || !client.client) return 'off';
      if (!client.active) return 'full';
      const input: ReportInput = { type: 'report', now: this.world.now(), cluster, server, lan, asked, report };
      client.arrived(input);
      this.world.clientInput(client, input);
      return undefined;
    };
    if (slot === client.hostSlot) {
      this.world.afterwards(DEFAULT_DELAY_US, arrive);
      return;
    }
    const network = this.world.directory.clusters[slot.place.cluster].publicLans[lan];
    this.between(slot.place.node, client.node, network, arrive);
  }

  /** @param arrive takes the frame in; answers why not, where it does not */
  private between(from: number, to: number, network: number, arrive: () => 'off' | 'full' | undefined): void {
    const { model } = this.world.switchboard;
    this.world.transmit(from, to, network, (marks) => {
      const why = (marks & MARK_CORRUPT) !== 0 ? 'corrupt' : arrive();
      if (why) model.dropped(from, to, network, why, marks);
      else model.delivered(from, to, network, marks);
    });
  }

  // -------------------------------------------------------------- machines

  private start(slot: ClientSlot): void {
    slot.boots += 1;
    this.world.startClient(slot);
    this.world.reconsider();
  }

  private stop(slot: ClientSlot): void {
    this.world.stopClient(slot);
    slot.stop();
    this.world.reconsider();
  }

  private watch(slot: ClientSlot, group: string): Result<string | undefined, Refusal> {
    const found = this.world.directory.group(group);
    const cluster = slot.registered.findIndex((one) => one.cluster === found?.cluster);
    if (!found) return err(unknown(group, 'group'));
    if (cluster < 0)
      return refuse('NOT_REGISTERED', slot, `the cluster of ${group} is not among its settings`, 'register it there');
    slot.watch(cluster, found.group, () => undefined);
    const { settled, groups } = slot.look(cluster);
    // While it still looks for the cluster it cannot say.
    return ok(settled ? `ARMCLAPI_GROUP_STATUS_${groups[found.group].status}` : undefined);
  }

  /** The client of a server knows the cluster of that server. */
  private onServer(server: ServerSlot): ClientSlot {
    const { place, definition } = server;
    const settings = { clusters: [definition.name] };
    const registered = [{ cluster: place.cluster, definition }];
    return this.add(new ClientSlot(place.name, place.node, settings, registered, server));
  }

  private add(slot: ClientSlot): ClientSlot {
    this.slots.push(slot);
    this.byMachine.set(slot.machine, slot);
    return slot;
  }

  private registration(name: string): ClientSlot['registered'][number] {
    const cluster = this.world.directory.cluster(name);
    if (cluster === undefined) throw new RangeError(`A client is registered with ${name}: there is no such cluster.`);
    return { cluster, definition: this.world.world.clusters[cluster] };
  }
}

function standingOf(slot: ServerSlot): ReportedStanding {
  if (slot.standing) return 'member';
  return slot.engine?.place.phase === Phase.OFF ? 'off-cluster' : 'starting';
}

function refuse(code: string, slot: ClientSlot, what: string, fix: string): Result<never, Refusal> {
  return err({ code, where: slot.machine, what, fix });
}
