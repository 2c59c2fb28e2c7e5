/** What each function of Ver4.x does. */
import type { Deed } from '../../facade/call.js';
import type { ErrorName4 } from '../constants.js';
import type { FunctionName4 } from '../functions.js';
import { events } from './events.js';
import { groups } from './groups.js';
import { initialisation } from './initialisation.js';
import { registryDeeds } from '../registry.js';
import { resources } from './resources.js';
import { servers } from './servers.js';
import type { Service4 } from './state.js';

export function deeds4(state: Service4): Readonly<Record<FunctionName4, Deed<ErrorName4>>> {
  return {
    ...initialisation(state),
    ...servers,
    ...groups,
    ...resources,
    ...events(state),
    ...registryDeeds(state.keys),
  } satisfies Record<FunctionName4, Deed<ErrorName4>>;
}
