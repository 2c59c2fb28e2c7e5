/**
 * Opens a world on one of the backends.
 */
import { shown } from '../model/check.js';
import type { BackendKind } from '../model/trace.js';
import type { Backend } from './backend.js';
import { InlineBackend } from './inline.js';
import type { RealtimeOptions } from './realtime.js';
import { VERSION } from './version.js';
import type { WorldOptions } from './world-backend.js';
import type { WorldDefinition } from './world.js';

/**
 * How a world is opened: on which backend, with which seed, and what its threads may take. `resourceLimits` and `answerMs`
 * are for `lockstep` and `realtime`, `hang` for `realtime`; a backend does not heed what is not for it. docs/threads.md
 * has them all.
 */
export interface OpenOptions extends Omit<WorldOptions, 'version' | 'threadEntry'>, Pick<RealtimeOptions, 'hang'> {
  /** `inline` (default): one thread, virtual time. `lockstep`: a thread a server, the same trace. `realtime`: the real clock. */
  readonly backend?: BackendKind;
}

/**
 * Opens a world in which nothing runs yet. On `realtime` what comes back is a `RealtimeBackend`, which can also look at a
 * server's status board (`glance`) and ask its thread about itself (`inspect`). Throws a `RangeError` for an option that
 * cannot be.
 */
export async function openWorld(world: WorldDefinition, options: OpenOptions): Promise<Backend> {
  assertOptions(options);
  const settings = { ...options, version: VERSION };
  // Threads are loaded by those who want them.
  switch (options.backend) {
    case 'lockstep':
      return new (await import('./lockstep.js')).LockstepBackend(world, settings);
    case 'realtime':
      return new (await import('./realtime.js')).RealtimeBackend(world, settings);
    case 'inline':
    case undefined:
      return new InlineBackend(world, settings);
    default:
      throw wrong('backend', options.backend satisfies never, 'inline, lockstep or realtime');
  }
}

/** Programs in JavaScript have no compiler that would tell them. */
function assertOptions({ seed, hang, answerMs }: OpenOptions): void {
  if (!(Number.isSafeInteger(seed) && seed >= 0))
    throw wrong('seed', seed, `a whole number from 0 to ${Number.MAX_SAFE_INTEGER}`);
  if (hang !== undefined && hang !== 'wait' && hang !== 'loop') throw wrong('hang', hang, 'wait or loop');
  if (answerMs !== undefined && !(Number.isFinite(answerMs) && answerMs > 0))
    throw wrong('answerMs', answerMs, 'a number of milliseconds above 0');
}

function wrong(option: string, value: unknown, right: string): RangeError {
  return new RangeError(`the option ${option} cannot be ${shown(value)}: write ${right}`);
}
