/**
 * How the client software of a machine is set up. Durations that are left out are those of each cluster.
 */
import type { Micros } from '../model/time.js';

export interface ClientSettings {
  /** The clusters registered on it, in the order of its settings. */
  readonly clusters: readonly string[];
  /** How often it asks the servers how things stand; each cluster's heartbeat interval by default. */
  readonly intervalUs?: Micros;
  /** After so long without an answer a path is lost; each cluster's heartbeat timeout by default. */
  readonly timeoutUs?: Micros;
  /** How long the change to another public LAN takes; 1 s by default. */
  readonly lanSwitchUs?: Micros;
  /** The language of its popups: as documented, or English. */
  readonly popups?: 'japanese' | 'english';
  /** The version of the client software; `7.0` by default. */
  readonly productVersion?: string;
}

/** A client machine. */
export interface ClientDefinition extends ClientSettings {
  readonly name: string;
  readonly ip: string;
  /** `auto` (default): it runs from the beginning, and an application there watches every group. */
  readonly start?: 'auto' | 'manual';
}
