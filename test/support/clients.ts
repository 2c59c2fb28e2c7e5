/**
 * Worlds with client machines for tests, and what the clients there noticed.
 */
import type { ClientDefinition } from '../../src/client/definition.js';
import type { ClientEvent, ClientGroupStatus } from '../../src/client/look.js';
import type { WorldAction } from '../../src/cluster/actions.js';
import type { Backend } from '../../src/cluster/backend.js';
import { openWorld, type OpenOptions } from '../../src/cluster/open.js';
import { defineCluster } from '../../src/model/define.js';
import type { ClusterInput } from '../../src/model/definition.js';
import { type Duration, micros, parseDuration } from '../../src/model/time.js';
import type { TraceLine } from '../../src/model/trace.js';

/** Two servers, a group on them that takes its time, one client. */
export const pair: ClusterInput = {
  name: 'CLUSTER1',
  servers: ['A', 'B'],
  groups: [
    {
      name: 'Group1',
      servers: ['A', 'B'],
      resources: [{ name: 'disk', type: 'swdisk', drive: 'S:', activate: '2s', deactivate: '1s' }],
    },
  ],
};

export class ClientWorld {
  readonly lines: TraceLine[] = [];

  private constructor(readonly backend: Backend) {
    backend.trace((line) => this.lines.push(line));
  }

  static open(
    cluster: ClusterInput = pair,
    clients: readonly Partial<ClientDefinition>[] = [{}],
    options: Partial<OpenOptions> = {},
  ): Promise<ClientWorld> {
    return ClientWorld.openAll([cluster], clients, options);
  }

  /** Several clusters; a client knows all of them where it does not say otherwise. */
  static async openAll(
    inputs: readonly ClusterInput[],
    clients: readonly Partial<ClientDefinition>[],
    options: Partial<OpenOptions> = {},
  ): Promise<ClientWorld> {
    const clusters = inputs.map((input) => {
      const defined = defineCluster(input);
      if (!defined.ok) throw new Error(JSON.stringify(defined.error));
      return defined.value;
    });
    const made = clients.map((client, index): ClientDefinition => ({
      name: `Client${index + 1}`,
      ip: `10.0.1.${index + 1}`,
      clusters: clusters.map(({ name }) => name),
      ...client,
    }));
    const world = { clusters, machines: [], clients: made };
    return new ClientWorld(await openWorld(world, { seed: 1, ...options }));
  }

  /** Lets time pass to that instant, and carries an action out. */
  async at(instant: Duration, action?: WorldAction): Promise<void> {
    await this.backend.until({ type: 'time' }, micros(parseDuration(instant) as number));
    if (!action) return;
    const answer = await this.backend.act(action);
    if (!answer.ok) throw new Error(`${action.type} was refused: ${answer.error.what}`);
  }

  /** Waits until something holds. */
  async until(holds: () => boolean, within: Duration = '10m'): Promise<void> {
    const limit = micros(this.backend.now() + (parseDuration(within) as number));
    const stop = await this.backend.until({ type: 'condition', holds }, limit);
    if (stop.reason !== 'reached') throw new Error(`not reached: ${holds.toString()}\n${this.told().join('\n')}`);
  }

  /** What watching applications on a client were told so far: `BOOT A`, `FAILOVER_START A`. */
  told(client = 'Client1'): string[] {
    return this.lines.flatMap((line) =>
      line.kind === 'client-event' && line.client === client
        ? [`${line.event.replace('ARMCLAPI_EVENT_', '')} ${line.src}${line.dst}`]
        : [],
    );
  }

  popups(client = 'Client1'): string[] {
    return this.lines.flatMap((line) => (line.kind === 'popup' && line.client === client ? [line.text] : []));
  }

  status(client = 'Client1', group = 0): ClientGroupStatus {
    return this.software(client).look(0).groups[group].status;
  }

  software(client = 'Client1'): NonNullable<ReturnType<Backend['client']>> {
    const software = this.backend.client(client);
    if (!software) throw new Error(`${client} has no client software`);
    return software;
  }

  async close(): Promise<void> {
    await this.backend.finish(true);
    await this.backend.close();
  }
}

const NEXT: Readonly<Record<ClientEvent['event'], readonly ClientGroupStatus[]>> = {
  BOOT: ['STOPPED'],
  SHUTDOWN: ['RUNNING', 'MISS', 'FAILOVER'],
  FAILOVER_START: ['RUNNING', 'MISS', 'STOPPED'],
  FAILOVER_END: ['FAILOVER'],
};

const LEADS_TO: Readonly<Record<ClientEvent['event'], readonly ClientGroupStatus[]>> = {
  BOOT: ['RUNNING', 'MISS'],
  SHUTDOWN: ['STOPPED'],
  FAILOVER_START: ['FAILOVER'],
  FAILOVER_END: ['RUNNING', 'MISS'],
};

/** Follows the events of one watched group by the grammar of invariant 6; throws at the first that does not belong. */
export class Follower {
  readonly events: ClientEvent[] = [];

  /** @param status what the group was when the watch began */
  constructor(public status: ClientGroupStatus) {}

  take(event: ClientEvent): void {
    this.events.push(event);
    if (!NEXT[event.event].includes(this.status))
      throw new Error(`${event.event} comes to a group that is ${this.status}`);
    if (!LEADS_TO[event.event].includes(event.status)) throw new Error(`${event.event} says ${event.status}`);
    this.status = event.status;
  }

  /** A status that was asked for agrees: RUNNING and MISS are one to the events. */
  agrees(asked: ClientGroupStatus): boolean {
    const plain = (status: ClientGroupStatus): string => (status === 'MISS' ? 'RUNNING' : status);
    return plain(asked) === plain(this.status);
  }
}
