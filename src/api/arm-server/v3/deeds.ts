/** What each function of Ver3.0 does. */
import type { Deed } from '../../facade/call.js';
import type { Thread } from '../../facade/process.js';
import type { ErrorName3 } from '../constants.js';
import type { FunctionName3 } from '../functions.js';
import { events } from './events.js';
import { initialisation } from './initialisation.js';
import { resources } from './resources.js';
import { servers } from './servers.js';
import { services } from './services.js';
import type { Service3 } from './state.js';

/** The functions of Ver3.0 but for those of the registry. */
type Own = Exclude<
  FunctionName3,
  `ArmReg${'Open' | 'Create' | 'Delete' | 'Flush' | 'Close'}Key` | `ArmReg${'Set' | 'Delete'}Value`
>;

export function deeds3(
  state: Service3,
  threadFor: (thread: Thread) => unknown,
): Readonly<Record<Own, Deed<ErrorName3>>> {
  return { ...initialisation(state), ...servers, ...resources, ...services, ...events(state, threadFor) };
}
