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
  name: string;
  heartbeat?: { interval?: Duration; timeout?: Duration };
  startupWait?: Duration;
  autoReturn?: boolean;
  partition?: 'none' | 'majority' | { ping: string };
  errata?: Errata;
  productVersion?: string;
  edition?: Edition;
  fence?: Duration;
  parallelGroups?: number;
  faultLimit?: number;
  interconnects?: string[];
  publicLans?: string[];
  servers: (string | ServerInput)[];
  groups?: GroupInput[];
}

export interface ServerInput {
  name: string;
  ip?: string;
  /** Time from power-on to the first step of the cluster service; 0 by default. */
  boot?: Duration;
}

export interface GroupInput {
  name: string;
  /** Priority order: the first is the primary. */
  servers: string[];
  startup?: StartPolicy;
  failover?: StartPolicy;
  failback?: StartPolicy;
  exclusion?: Exclusion;
  resources?: ResourceInput[];
  logicalServices?: string[];
  registryKeys?: string[];
}

/** A resource; what its type needs beyond the common keys stands in `parameters` of the definition. */
export interface ResourceInput {
  name: string;
  type: ResourceType;
  activate?: Duration;
  deactivate?: Duration;
  timeout?: Duration;
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
