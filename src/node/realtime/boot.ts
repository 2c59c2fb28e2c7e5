/**
 * What a server's thread in real time is started with, and what it is told and tells. Plain data and shared memory.
 */
import type { MessagePort } from 'node:worker_threads';
import type { Place } from '../../failover/engine.js';
import type { Input, ViewId } from '../../failover/frames.js';
import type { HeldGroup } from '../../failover/group/held.js';
import type { AgreedState } from '../../failover/state.js';
import type { SharedMemory } from '../../interconnect/shared-memory.js';
import type { Micros } from '../../model/time.js';
import type { LinkRule } from '../../network/model.js';
import type { EffectRecord } from '../effects.js';
import type { ServerBoot } from '../serving.js';

/** Memory that all threads of a cluster share. */
export interface ClusterMemory {
  /** For each interconnect its number in the network model and the memory of its mesh. */
  readonly meshes: readonly { readonly network: number; readonly memory: SharedMemory }[];
  /** The network model's accounts. */
  readonly accounts: SharedArrayBuffer;
  /** What the main thread decides about each server's power and hang, and each server's watchdog: `switches.ts`. */
  readonly switches: SharedArrayBuffer;
  /** A status board for each server: `status.ts`. */
  readonly status: SharedArrayBuffer;
}

export interface RealtimeBoot extends ServerBoot {
  /** When its boot was over; its thread begins a little later. */
  readonly bootedAt: Micros;
  /** The run's beginning on the process's monotonic clock, in nanoseconds. */
  readonly originNs: bigint;
  readonly memory: ClusterMemory;
  /** The node of the cluster's first server, and the size and seed of the network model. */
  readonly first: number;
  readonly nodes: number;
  readonly networks: number;
  readonly seed: number;
  readonly rules: readonly LinkRule[];
  readonly faults: readonly ResourceFault[];
  readonly heartbeatsTold: boolean;
  /** For questions to the thread over comlink. */
  readonly controls: MessagePort;
}

export interface ResourceFault {
  readonly resource: string;
  readonly how: 'fails' | 'hangs';
}

/** An order to a server, over its line. `n` is told back when it has been carried out. */
export type Order =
  | { readonly type: 'input'; readonly n: number; readonly input: Input }
  | { readonly type: 'rules'; readonly n: number; readonly rules: readonly LinkRule[] }
  | { readonly type: 'faults'; readonly n: number; readonly faults: readonly ResourceFault[] }
  | { readonly type: 'tellState'; readonly n: number }
  /** Let the event loop turn: somebody has asked something over comlink. */
  | { readonly type: 'turn'; readonly n: number }
  | { readonly type: 'tellHeartbeats'; readonly n: number; readonly on: boolean };

/** What a server tells of one pass of its loop. */
export interface Report {
  readonly at: Micros;
  readonly effects: readonly EffectRecord[];
  /** Orders carried out. */
  readonly done: readonly number[];
  /** Senders of heartbeats taken in, where that was asked for. */
  readonly beats: readonly number[];
  readonly standing?: Standing;
  /** The whole agreed state, where it was asked for. */
  readonly state?: AgreedState;
}

/** Where the engine stands; held groups are left out where they have not changed. */
export interface Standing {
  readonly place: Place;
  readonly atRest: boolean;
  readonly suspects: number;
  readonly view: ViewId;
  readonly members: number;
  readonly held?: readonly HeldGroup[];
}
