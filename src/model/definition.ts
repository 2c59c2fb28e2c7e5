/**
 * The cluster definition: what a user writes (`ClusterInput`) and what the emulator works with (`ClusterDefinition`,
 * checked, every default filled in, frozen). Nothing behind this file ever sees an unchecked definition.
 */
import type { ClusterName, GroupName, NetworkName, ResourceName, ServerIndex, ServerName } from './ids.js';
import type { Duration, Micros } from './time.js';

/** Resource types of sections 3.2.3 and 4.2.2. */
export type ResourceType =
  'swdisk' | 'ndr' | 'vxdisk' | 'lsw' | 'vip' | 'hf' | 'vcom' | 'printer' | 'script' | 'shdisk' | 'npdisk';

export type StartPolicy = 'auto' | 'manual';
export type Exclusion = 'none' | 'normal' | 'absolute';
export type OnFailure = 'degrade' | 'failover';
export type Errata = 'printed' | 'corrected';
export type Edition = 'enterprise' | 'standard' | 'lite';

/** A cluster as a user writes it; every default of the documentation applies to what is left out. */
export interface ClusterInput {
  /** 1 to 15 letters, digits, `_` or `-`. */
  name: string;
  /** 3s and 30s by default; each from 1ms to a day, the timeout at least twice the interval. */
  heartbeat?: { interval?: Duration; timeout?: Duration };
  /** How long starting servers wait for the others, from 0 to a day; 5m by default. */
  startupWait?: Duration;
  /** Whether a server that comes back joins by itself; true by default. */
  autoReturn?: boolean;
  /** Which side of a cluster that is cut goes on; `none` (default): each does, alone. `ping` names the witness. */
  partition?: 'none' | 'majority' | { ping: string };
  /** What a group that starts with the cluster gives: `printed` (default) GROUP_STOP, `corrected` GROUP_START (section 3.3). */
  errata?: Errata;
  /** `3.0`, `4.0`, `4.1`, `4.2`, `5.0`, `6.0` or `7.0` (default). Bounds the number of servers (section 5.2.1). */
  productVersion?: string;
  /** `enterprise` by default; from 5.0 on the others take 2 servers. */
  edition?: Edition;
  /** The time in which a losing side stops, from 1ms to a day; the heartbeat timeout by default. Not with `none`. */
  fence?: Duration;
  /** Groups that one destination processes at once, 1 to 256; 1 by default. */
  parallelGroups?: number;
  /** Faults after which a group no longer moves, 0 to 1000; 3 by default. */
  faultLimit?: number;
  /** Networks between the servers, 1 to 16 names; `lan0` by default. */
  interconnects?: string[];
  /** Networks between servers, clients and the witness, 1 to 16 names; `public0` by default. */
  publicLans?: string[];
  /** 1 to 16, in definition order: that decides who comes first wherever nothing else does. */
  servers: (string | ServerInput)[];
  /** In definition order, at most 256; none by default. */
  groups?: GroupInput[];
}

/** A server as a user writes it. A bare name is short for `{ name }`. */
export interface ServerInput {
  /** 1 to 15 letters, digits, `_` or `-`; differs from every other machine's, capitals aside. */
  name: string;
  /** An IPv4 dotted quad, unique in the world; given out by itself where it is left out. */
  ip?: string;
  /** Time from power-on to the first step of the cluster service, a day at most; 0 by default. */
  boot?: Duration;
}

/** A failover group as a user writes it; up to 256 in a cluster. */
export interface GroupInput {
  /** 1 to 15 letters, digits, `_` or `-`; unique in the cluster, capitals aside. */
  name: string;
  /** Priority order: the first is the primary. Servers of the cluster, at least one, each once. */
  servers: string[];
  /** `auto` (default): it starts with the cluster. `manual`: by hand only. */
  startup?: StartPolicy;
  /** `auto` (default): it moves when its server goes down or it fails. `manual`: it does not. */
  failover?: StartPolicy;
  /** `auto`: it goes back when a better server joins. `manual` by default. */
  failback?: StartPolicy;
  /** Whether it shares a server with other exclusive groups; `none` by default. */
  exclusion?: Exclusion;
  /** At most 64; those of one type come up in this order. */
  resources?: ResourceInput[];
  /** Names by which applications find it, up to 31 characters each; 48 in the whole cluster. */
  logicalServices?: string[];
  /** Keys that go where the group goes, at most 256: a root of section 4.1.4.1, a backslash and a path. */
  registryKeys?: string[];
}

/** A resource; what its type needs beyond the common keys stands in `parameters` of the definition. */
export interface ResourceInput {
  /** 1 to 31 characters, unique in the cluster. */
  name: string;
  type: ResourceType;
  /** How long its activation takes, from 0 to a day; 1s by default. */
  activate?: Duration;
  /** How long its deactivation takes, from 0 to a day; 500ms by default. */
  deactivate?: Duration;
  /** An activation that takes longer has failed, from 1ms to a day; 60s by default. */
  timeout?: Duration;
  /** `degrade` (default): the rest of the group goes on, ONLINE_FAIL. `failover`: the group goes elsewhere. */
  onFailure?: OnFailure;
  /**
   * swdisk: the drive letter, `S:`. shdisk and npdisk: the product's internal name of the partition, at most 3
   * characters; section 4.2.2.3 keeps both in the same member.
   */
  drive?: string;
  /** ndr and vxdisk: the drive letters. */
  drives?: string[];
  /** vip and hf: the address. */
  address?: string;
  /** vcom: the virtual computer name. */
  computerName?: string;
  /** printer: what sections 3.2.3.4 and 4.2.2 list. */
  printer?: { name?: string; port?: string; share?: string; spool?: string };
  /** lsw: what section 3.2.3.5 lists. */
  line?: { device?: string; port?: string; unit?: number; line?: number };
  /** script: the file names that section 4.2.2.1 lists. */
  script?: { start?: string; stop?: string };
}

/** How a partitioned cluster decides which side goes on. */
export type PartitionPolicy =
  { readonly kind: 'none' } | { readonly kind: 'majority' } | { readonly kind: 'ping'; readonly witness: string };

/** A checked cluster definition. Immutable; servers, groups and resources are known by their positions in it. */
export interface ClusterDefinition {
  readonly name: ClusterName;
  readonly heartbeatIntervalUs: Micros;
  readonly heartbeatTimeoutUs: Micros;
  readonly startupWaitUs: Micros;
  readonly autoReturn: boolean;
  readonly partition: PartitionPolicy;
  readonly errata: Errata;
  readonly productVersion: string;
  readonly edition: Edition;
  readonly fenceUs: Micros;
  readonly parallelGroups: number;
  readonly faultLimit: number;
  readonly interconnects: readonly NetworkName[];
  readonly publicLans: readonly NetworkName[];
  readonly servers: readonly ServerDefinition[];
  readonly groups: readonly GroupDefinition[];
}

export interface ServerDefinition {
  readonly name: ServerName;
  /** An IPv4 dotted quad, unique in the cluster. */
  readonly ip: string;
  /** Time from power-on to the first step of the cluster service. */
  readonly bootUs: Micros;
}

export interface GroupDefinition {
  readonly name: GroupName;
  /** Priority order, as positions in `ClusterDefinition.servers`; the first is the primary. */
  readonly servers: readonly ServerIndex[];
  readonly startup: StartPolicy;
  readonly failover: StartPolicy;
  readonly failback: StartPolicy;
  readonly exclusion: Exclusion;
  /** In definition order. */
  readonly resources: readonly ResourceDefinition[];
  readonly logicalServices: readonly string[];
  readonly registryKeys: readonly string[];
}

export interface ResourceDefinition {
  readonly name: ResourceName;
  readonly type: ResourceType;
  readonly activateUs: Micros;
  readonly deactivateUs: Micros;
  readonly timeoutUs: Micros;
  readonly onFailure: OnFailure;
  /** The keys of `ResourceInput` that only this type has, as written. */
  readonly parameters: Readonly<Record<string, unknown>>;
}
