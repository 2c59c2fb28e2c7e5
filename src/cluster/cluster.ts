/**
 * What a program writes: open a cluster, act, wait until something holds, look, close.
 *
 *     const c = await open({ name: 'C', servers: ['A', 'B'], groups: [{ name: 'G', servers: ['A', 'B'] }] });
 *     await c.start();
 *     await c.until({ group: 'G', state: 'ONLINE' });
 *     await c.crash('A');
 *     await c.until({ group: 'G', state: 'ONLINE', server: 'B' });
 *
 * Everything here is words for the one interface behind it (`Backend`); scenarios and facades go through the same.
 * An action that is refused throws `ActionRefused`; a wait that fails throws `GoalNotReached` with what was found.
 */
import type { ClientDefinition } from '../client/definition.js';
import { defineCluster } from '../model/define.js';
import type { ClusterInput } from '../model/definition.js';
import type { Problem, Result } from '../model/result.js';
import { type Duration, type Micros, NEVER, formatDuration, micros, parseDuration } from '../model/time.js';
import type { EventLine, GroupStateName, ServerStatusName, TraceLine } from '../model/trace.js';
import type { LinkName, LinkRules, WorldAction } from './actions.js';
import type { Backend, Snapshot, Unsubscribe } from './backend.js';
import { defineClients } from './client-input.js';
import { ActionRefused, GoalNotReached } from './errors.js';
import { type OpenOptions, openWorld } from './open.js';

/** A cluster as a user writes it; its options beside it. */
export type OpenInput = ClusterInput;

/** What to wait for, or to ask: a group's state and place, a server's status, rest, or any predicate. */
export type Condition =
  | { readonly group: string; readonly state?: GroupStateName; readonly server?: string }
  | { readonly server: string; readonly status: readonly ServerStatusName[] }
  | 'quiet'
  | ((status: Snapshot) => boolean);

/** A wait without a limit of its own gives up after this much of the cluster's time. */
const WAIT_LIMIT: Duration = '1h';

/** How a cluster is opened, and what is around it. */
export interface ClusterOptions extends Partial<OpenOptions> {
  /** Client machines, which know this cluster. `Client1` alone is short for `{ name: 'Client1' }`. */
  readonly clients?: readonly (string | ClientInput)[];
}

/** A client machine of one cluster; where no address is given, it is the first from 10.0.1.1 on that nobody has. */
export type ClientInput = Pick<ClientDefinition, 'name'> & Partial<Omit<ClientDefinition, 'clusters'>>;

/**
 * Opens a cluster in which nothing runs yet, and its clients, which do.
 *
 * @throws RangeError that lists every mistake of the definition, or every one of the clients: names and addresses are
 *   checked as in a scenario file; or for an option that cannot be
 */
export async function open(input: OpenInput, { clients = [], ...options }: ClusterOptions = {}): Promise<Cluster> {
  const cluster = accepted(defineCluster(input, ['cluster']));
  const world = { clusters: [cluster], machines: [], clients: accepted(defineClients(clients, cluster, ['clients'])) };
  const seed = options.seed ?? 1;
  return new Cluster(await openWorld(world, { ...options, seed }), cluster.name, seed);
}

function accepted<T>(defined: Result<T, Problem[]>): T {
  if (defined.ok) return defined.value;
  throw new RangeError(defined.error.map(({ where, what, fix }) => `${where.join('.')}: ${what} ${fix}`).join('\n'));
}

/** One running cluster. Made by `open`. */
export class Cluster {
  private readonly events: EventLine[] = [];

  constructor(
    /** The interface below, for what has no word here. */
    readonly backend: Backend,
    readonly name: string,
    readonly seed: number,
  ) {
    backend.trace((line) => {
      if (line.kind === 'event' && line.cluster === name) this.events.push(line);
    });
  }

  /** The run's clock, in microseconds. */
  now(): Micros {
    return this.backend.now();
  }

  /** Powers on every server, or one. */
  start(target: string = this.name): Promise<void> {
    return this.act({ type: 'start', target });
  }

  /** Orderly shutdown of the whole cluster, or of one server (section 3.3). */
  shutdown(target: string = this.name): Promise<void> {
    return this.act({ type: 'shutdown', target });
  }

  /** Cuts a server's power. */
  crash(server: string): Promise<void> {
    return this.act({ type: 'crash', server });
  }

  /** Stops a server from doing anything, its power and resources kept. */
  hang(server: string): Promise<void> {
    return this.act({ type: 'hang', server });
  }

  /** Lets a hung server go on. */
  resume(server: string): Promise<void> {
    return this.act({ type: 'resume', server });
  }

  /** Powers a server on again. */
  restart(server: string): Promise<void> {
    return this.act({ type: 'restart', server });
  }

  /** Returns a server to the cluster by hand. */
  return(server: string): Promise<void> {
    return this.act({ type: 'return', server });
  }

  /** Puts a server into maintenance mode (section 3.3). */
  maintenance(server: string): Promise<void> {
    return this.act({ type: 'maintenance', server });
  }

  /** Starts a group by hand, on its highest eligible server or on the one named. */
  startGroup(group: string, on?: string): Promise<void> {
    return this.act(on === undefined ? { type: 'startGroup', group } : { type: 'startGroup', group, on });
  }

  /** Stops a group by hand; only a hand starts it again. */
  stopGroup(group: string): Promise<void> {
    return this.act({ type: 'stopGroup', group });
  }

  /** Moves a group to another server of its list. */
  moveGroup(group: string, to: string): Promise<void> {
    return this.act({ type: 'moveGroup', group, to });
  }

  /** An application or service fault on an active group (section 6.1.3). */
  failGroup(group: string): Promise<void> {
    return this.act({ type: 'failGroup', group });
  }

  /** Cuts every network between the sides. */
  partition(...sides: (readonly string[])[]): Promise<void> {
    return this.act({ type: 'partition', sides });
  }

  /** Takes back all cuts and link rules. */
  heal(): Promise<void> {
    return this.act({ type: 'heal', what: 'all' });
  }

  /** Sets rules of a link. */
  link(name: LinkName, rules: LinkRules): Promise<void> {
    return this.act({ type: 'link', ...name, ...rules });
  }

  /** Any action; throws `ActionRefused` where it is refused. */
  async act(action: WorldAction): Promise<void> {
    const result = await this.backend.act(action);
    if (!result.ok) throw new ActionRefused(action.type, result.error);
  }

  /** Lets that much of the cluster's time pass. */
  async advance(span: Duration): Promise<void> {
    await this.backend.until({ type: 'time' }, this.after(span));
  }

  /**
   * Lets time pass until the condition holds; answers when that was. Throws `GoalNotReached` after `within` (an hour of
   * the cluster's time by default), with what was found instead.
   */
  async until(condition: Condition, within: Duration = WAIT_LIMIT): Promise<Micros> {
    const goal =
      condition === 'quiet'
        ? ({ type: 'quiet' } as const)
        : ({ type: 'condition', holds: () => this.holds(condition) } as const);
    const stop = await this.backend.until(goal, this.after(within));
    if (stop.reason !== 'reached')
      throw new GoalNotReached(
        `after ${formatDuration(stop.at)} (seed ${this.seed}): expected ${describe(condition)}, found ${this.found(condition)}`,
      );
    return stop.at;
  }

  /** Whether the condition holds now; `quiet` cannot be asked, only waited for. */
  holds(condition: Exclude<Condition, 'quiet'>): boolean {
    const status = this.status();
    if (typeof condition === 'function') return condition(status);
    if ('group' in condition) {
      const group = status.groups[condition.group];
      return (
        group !== undefined &&
        (condition.state === undefined || group.state === condition.state) &&
        (condition.server === undefined || group.server === condition.server)
      );
    }
    const found = status.servers[condition.server];
    return found !== undefined && [...found].sort().join() === [...condition.status].sort().join();
  }

  /** What the members agree on now. */
  status(): Snapshot {
    return this.backend.status(this.name);
  }

  /** Every cluster event so far, in order. */
  eventLog(): readonly EventLine[] {
    return this.events;
  }

  /** Hands every trace line from now on to `sink`, which may act on it. What it throws, everything throws from then on. */
  trace(sink: (line: TraceLine) => void): Unsubscribe {
    return this.backend.trace(sink);
  }

  /**
   * Checks the invariants once more and frees everything. Answers the hash of the trace. Throws an `InvariantViolation`
   * for an invariant that is broken, and the `ServerFailed` of a thread that has failed: everything is freed all the same.
   */
  async close(): Promise<string | undefined> {
    try {
      return (await this.backend.finish(true)).hash;
    } finally {
      await this.backend.close();
    }
  }

  private after(span: Duration): Micros {
    const us = parseDuration(span);
    if (us === undefined) throw new RangeError(`"${span}" is no duration; write 250ms, 3s, 5m or a sum such as 10m50s`);
    return micros(Math.min(NEVER, this.backend.now() + us));
  }

  private found(condition: Condition): string {
    const status = this.status();
    if (typeof condition === 'object' && 'group' in condition)
      return JSON.stringify(status.groups[condition.group] ?? 'no such group');
    if (typeof condition === 'object') return JSON.stringify(status.servers[condition.server] ?? 'no such server');
    return JSON.stringify(status.groups);
  }
}

function describe(condition: Condition): string {
  if (condition === 'quiet') return 'that nothing is pending';
  return typeof condition === 'function' ? `that ${condition.toString()} holds` : JSON.stringify(condition);
}
