/**
 * Opens a world on one of the backends.
 */
import type { ResourceLimits } from 'node:worker_threads';
import type { BackendKind } from '../model/trace.js';
import type { Backend } from './backend.js';
import { InlineBackend } from './inline.js';
import { LockstepBackend } from './lockstep.js';
import { RealtimeBackend } from './realtime.js';
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
  /** How servers hang in real time: stopped in a wait (default), or in an endless loop that eats a core. */
  readonly hang?: 'wait' | 'loop';
  /** What the trace's first line calls the run. */
  readonly scenario?: string;
}

/** Opens a world in which nothing runs yet. */
export function openWorld(world: WorldDefinition, options: OpenOptions): Promise<Backend> {
  const { backend = 'inline' } = options;
  const settings = { ...options, version: VERSION };
  if (backend === 'lockstep') return Promise.resolve(new LockstepBackend(world, settings));
  if (backend === 'realtime') return Promise.resolve(new RealtimeBackend(world, settings));
  return Promise.resolve(new InlineBackend(world, settings));
}
