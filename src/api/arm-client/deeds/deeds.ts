/** What each function of the client API does, for C and for Visual Basic alike. */
import type { Deed } from '../../facade/call.js';
import type { VbErrorName } from '../constants.js';
import type { Conventions } from '../conventions.js';
import { aliases, type ClientFunctionName } from '../functions.js';
import type { ClientState } from '../state.js';
import { clusters } from './clusters.js';
import { groups } from './groups.js';
import { initialisation } from './initialisation.js';
import { local } from './local.js';
import { virtualNames } from './virtual.js';
import { watches } from './watches.js';

/** Names of today. */
type Own = Exclude<ClientFunctionName, keyof typeof aliases>;

/** Functions by another name share the deed of what they are. */
export function clientDeeds(
  state: ClientState,
  conventions: Conventions,
): Readonly<Record<ClientFunctionName, Deed<VbErrorName>>> {
  const own: Readonly<Record<Own, Deed<VbErrorName>>> = {
    ...initialisation(state, conventions),
    ...groups(conventions),
    ...watches(state, conventions),
    ...clusters(conventions),
    ...virtualNames(conventions),
    ...local(conventions),
  };
  const others = Object.entries(aliases).map(([alias, name]) => [alias, own[name]] as const);
  return { ...own, ...Object.fromEntries(others) } as Record<ClientFunctionName, Deed<VbErrorName>>;
}
