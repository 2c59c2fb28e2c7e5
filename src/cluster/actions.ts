/**
 * What can be done to the emulated world from outside: the operator's commands, the faults, the network's changes.
 *
 * Each is one plain object, so that a scenario file, a program and a random campaign all speak the same words. The
 * names are those of the steps of scenario files. An action is carried out at once, at the backend's `now`; what it
 * sets in motion takes the cluster's time.
 */
import type { Duration } from '../model/time.js';

/** Rules for one direction of one link (both directions, unless `oneWay`). Probabilities are 0 to 1. */
export interface LinkRules {
  /** Probability that a frame is lost. */
  loss?: number;
  /** Time a frame takes; 100us by default, at least 1us. */
  delay?: Duration;
  /** Up to so much more, evenly distributed, drawn for each frame. */
  jitter?: Duration;
  /** Probability that a frame arrives twice. */
  duplicate?: number;
  /** Probability that a frame arrives damaged, is found out by its checksum, counted and dropped. */
  corrupt?: number;
}

/**
 * One action, told apart by `type`. Names are those of the definition; a group or resource may be written
 * `CLUSTER/NAME`. A name that there is not, or an action that does not go with how things stand, is refused:
 * `Backend.act` answers a `Refusal`, `Cluster.act` throws `ActionRefused`.
 */
export type WorldAction =
  /** Power on: every server of a cluster, or one server or machine. */
  | { readonly type: 'start'; readonly target: string }
  /** Orderly shutdown of a whole cluster or of one server. */
  | { readonly type: 'shutdown'; readonly target: string }
  /** The server loses power at once. */
  | { readonly type: 'crash'; readonly server: string }
  /** The server stops doing anything, but keeps its power and its resources. */
  | { readonly type: 'hang'; readonly server: string }
  /** A hung server goes on. */
  | { readonly type: 'resume'; readonly server: string }
  /** Power on again after a crash or a shutdown. */
  | { readonly type: 'restart'; readonly server: string }
  /** Returns a server to the cluster by hand. */
  | { readonly type: 'return'; readonly server: string }
  /** Puts a server into maintenance mode, until it is returned by hand (section 3.3). */
  | { readonly type: 'maintenance'; readonly server: string }
  /** Starts a group by hand, on its highest eligible server or on the one named; stops one; moves one. */
  | { readonly type: 'startGroup'; readonly group: string; readonly on?: string }
  | { readonly type: 'stopGroup'; readonly group: string }
  | { readonly type: 'moveGroup'; readonly group: string; readonly to: string }
  /** An application or service fault on an active group (section 6.1.3). */
  | { readonly type: 'failGroup'; readonly group: string }
  /** The resource fails at once where it is active, and at each activation (on that server) until repaired. */
  | { readonly type: 'failResource'; readonly resource: string; readonly on?: string }
  /** The resource works again from now on (on that server). */
  | { readonly type: 'repairResource'; readonly resource: string; readonly on?: string }
  /** From now on each activation of the resource (on that server) hangs until its timeout, until repaired. */
  | { readonly type: 'hangResource'; readonly resource: string; readonly on?: string }
  /** Switches a line (type `lsw`) to another server. */
  | { readonly type: 'switchLine'; readonly resource: string; readonly to: string }
  /** Cuts every network between the sides, both ways. Machines named in no side keep all their links. */
  | { readonly type: 'partition'; readonly sides: readonly (readonly string[])[] }
  /** Takes back partitions and link rules: all, between two sides, or of one link. */
  | { readonly type: 'heal'; readonly what: 'all' | readonly (readonly string[])[] | LinkName }
  /** Sets rules of a link; those that are not named stay as they were. */
  | ({ readonly type: 'link' } & LinkName & LinkRules)
  /** A client machine starts, or stops. */
  | { readonly type: 'startClient'; readonly client: string }
  | { readonly type: 'stopClient'; readonly client: string }
  /** An application on a client machine starts watching a group (section 6.1.3.1). */
  | { readonly type: 'watch'; readonly client: string; readonly group: string }
  /** Writes or deletes in the synchronised registry, from an application on a server. */
  | { readonly type: 'registry'; readonly on: string; readonly change: RegistryChange };

/** The actions that are about clients. */
export type ClientAction = WorldAction & { readonly type: 'startClient' | 'stopClient' | 'watch' };

/** One link: its two ends, one network or all of them, one direction or both. */
export interface LinkName {
  readonly from: string;
  readonly to: string;
  readonly network?: string;
  readonly oneWay?: boolean;
}

/** A change of the synchronised registry: all servers or none (section 4.1.4). */
export type RegistryChange =
  | { readonly change: 'createKey'; readonly key: string }
  | { readonly change: 'deleteKey'; readonly key: string }
  | { readonly change: 'setValue'; readonly key: string; readonly name: string; readonly value: RegistryValue }
  | { readonly change: 'deleteValue'; readonly key: string; readonly name: string };

/** A registry value: its Win32 type number and its bytes, in hexadecimal. */
export interface RegistryValue {
  readonly type: number;
  readonly hex: string;
}
