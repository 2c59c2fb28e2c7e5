/**
 * Opens a world on one of the backends.
 */
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
  /** What the trace's first line calls the run. */
  readonly scenario?: string;
}

/** Opens a world in which nothing runs yet. */
export function openWorld(world: WorldDefinition, options: OpenOptions): Promise<Backend> {
  const { backend = 'inline' } = options;
  if (backend !== 'inline')
    return Promise.reject(new RangeError(`The backend ${backend} is not available yet; use inline.`));
  return Promise.resolve(new InlineBackend(world, { ...options, version: VERSION }));
}
