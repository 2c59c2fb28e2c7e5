/** Heartbeats and definitions for tests of the engine's parts. */
import { defineCluster } from '../../src/model/define.js';
import type { ClusterDefinition, ClusterInput } from '../../src/model/definition.js';
import { type Heartbeat, Phase } from '../../src/failover/frames.js';
import { micros } from '../../src/model/time.js';

/** A checked definition; servers S1, S2 … where only their number is given. */
export function define(input: Omit<Partial<ClusterInput>, 'servers'> & { servers: number }): ClusterDefinition {
  const servers = Array.from({ length: input.servers }, (_, index) => `S${index + 1}`);
  const defined = defineCluster({ name: 'CLUSTER1', ...input, servers });
  if (!defined.ok) throw new Error(JSON.stringify(defined.error));
  return defined.value;
}

/** A heartbeat of a server that hears nobody, but for what is given. */
export function beat(change: Partial<Omit<Heartbeat, 'heard' | 'sentAt' | 'bootedAt'>> & BeatTimes): Heartbeat {
  const { sentAt, bootedAt = 1, heard = [0, 0, 0, 0], ...rest } = change;
  return {
    type: 'heartbeat',
    from: 1,
    incarnation: 1,
    phase: Phase.MEMBER,
    epoch: 1,
    coordinator: 0,
    applied: 1,
    suspects: 0,
    ...rest,
    heard,
    bootedAt: micros(bootedAt),
    sentAt: micros(sentAt),
  };
}

interface BeatTimes {
  readonly sentAt: number;
  readonly bootedAt?: number;
  readonly heard?: readonly number[];
}
