/**
 * What a client machine knows of a cluster and tells of it, in the words of sections 6.1.2 to 6.1.4 and 6.2.1 without
 * their prefixes. Servers and groups are positions in the cluster's definition; -1 is nobody.
 */
import type { ServerStatusName } from '../model/trace.js';

/** What ArmClientGetGroupStatusEx answers (6.1.2.5). */
export type ClientGroupStatus = 'RUNNING' | 'MISS' | 'STOPPED' | 'FAILOVER';

/** What ArmClientGetClusterServerStatus answers (6.1.4.1): FAILBACK stands in the place of RECOVERING or CLUSTER. */
export type ClientServerStatus = ServerStatusName | 'FAILBACK';

/** What a watching application is called back with (6.1.3). */
export type ClientEventName = 'BOOT' | 'SHUTDOWN' | 'FAILOVER_START' | 'FAILOVER_END';

/** A cluster as a client sees it now. */
export interface ClientLook {
  /** The client has found the cluster, or has looked for it long enough to say that nothing of it can be reached. */
  readonly settled: boolean;
  /** By group: its status, and the server that it can be reached on; nobody unless RUNNING or MISS. */
  readonly groups: readonly { readonly status: ClientGroupStatus; readonly server: number }[];
  /** By server: a base status, and what joins it. */
  readonly servers: readonly (readonly ClientServerStatus[])[];
  /** The server that the others take the time from (6.1.9.2). */
  readonly master: number;
}

/** A change of one group. */
export interface ClientEvent {
  /** Counts the changes that this client has noticed, from 1. */
  readonly id: number;
  /** The cluster's position in the client's settings. */
  readonly cluster: number;
  readonly group: number;
  readonly event: ClientEventName;
  /** Where the group was (FAILOVER_START, SHUTDOWN), else nobody. */
  readonly src: number;
  /** Where the group is (FAILOVER_END, BOOT), else nobody. */
  readonly dst: number;
  /** Its status from now on. */
  readonly status: ClientGroupStatus;
}
