/** What each function of Ver4.x does. */
import type { Deed } from '../../facade/call.js';
import type { ErrorName4 } from '../constants.js';
import type { FunctionName4 } from '../functions.js';
import { groups } from './groups.js';
import { initialisation } from './initialisation.js';
import type { Service4 } from './state.js';

export function deeds4(state: Service4): Readonly<Record<string, Deed<ErrorName4>>> {
  return { ...initialisation(state), ...groups } satisfies Partial<Record<FunctionName4, Deed<ErrorName4>>>;
}
