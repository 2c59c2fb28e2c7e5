/**
 * Opens a world on one of the backends.
 */
import type { ResourceLimits } from 'node:worker_threads';
import type { BackendKind } from '../model/trace.js';
import type { Backend } from './backend.js';
import { InlineBackend } from './inline.js';
import { VERSION } from './version.js';
import type { WorldDefinition } from './world.js';

export interface OpenOptions {
  /** Seed of everything random: a whole number, 0 to 2^53 - 1. */
  readonly seed: number;
  readonly backend?: BackendKind;
  /** Check the cluster's invariants as the run goes (default); off for speed. */
  readonly invariants?: boolean;
  /** Limits of each server's thread (lockstep, realtime): heap sizes in MiB, as in `node:worker_threads`. */
  readonly resourceLimits?: ResourceLimits;
  /** For how long each server's thread practises in real time before it boots, in milliseconds (0): for measuring. */
  readonly warmUpMs?: number;
  /** How servers hang in real time: stopped in a wait (default), or in an endless loop that eats a core. */
  readonly hang?: 'wait' | 'loop';
  /** What the trace's first line calls the run. */
  readonly scenario?: string;
}

/**
 * Opens a world in which nothing runs yet. On `realtime` what comes back is a `RealtimeBackend`, which can also look at a
 * server's status board (`glance`) and ask its thread about itself (`inspect`).
 */
export async function openWorld(world: WorldDefinition, options: OpenOptions): Promise<Backend> {
  const settings = { ...options, version: VERSION };
  // Threads are loaded by those who want them.
  switch (options.backend) {
    case 'lockstep':
      return new (await import('./lockstep.js')).LockstepBackend(world, settings);
    case 'realtime':
      return new (await import('./realtime.js')).RealtimeBackend(world, settings);
    default:
      return new InlineBackend(world, settings);
  }
}
