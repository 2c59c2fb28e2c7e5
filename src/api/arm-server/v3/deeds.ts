/** What each function of Ver3.0 does. */
import type { Deed } from '../../facade/call.js';
import type { Thread } from '../../facade/process.js';
import type { ErrorName3 } from '../constants.js';
import type { FunctionName3 } from '../functions.js';
import { events } from './events.js';
import { initialisation } from './initialisation.js';
import { registryDeeds } from '../registry.js';
import { resources } from './resources.js';
import { servers } from './servers.js';
import { services } from './services.js';
import type { Service3 } from './state.js';

export function deeds3(
  state: Service3,
  threadFor: (thread: Thread) => unknown,
): Readonly<Record<FunctionName3, Deed<ErrorName3>>> {
  return {
    ...initialisation(state),
    ...servers,
    ...resources,
    ...services,
    ...events(state, threadFor),
    ...registryDeeds(state.keys),
  };
}
