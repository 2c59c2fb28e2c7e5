/**
 * Opens a world on one of the backends.
 */
import type { BackendKind } from '../model/trace.js';
import type { Backend } from './backend.js';
import { InlineBackend } from './inline.js';
import type { RealtimeOptions } from './realtime.js';
import { VERSION } from './version.js';
import type { WorldOptions } from './world-backend.js';
import type { WorldDefinition } from './world.js';

export interface OpenOptions extends Omit<WorldOptions, 'version' | 'threadEntry'>, Pick<RealtimeOptions, 'hang'> {
  readonly backend?: BackendKind;
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
