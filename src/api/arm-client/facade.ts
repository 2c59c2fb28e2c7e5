/** How the client APIs are made callable: one way for C and for Visual Basic. */
import { type Api, callable } from '../facade/call.js';
import type { ApiFunction, Parameter } from '../facade/describe.js';
import type { Process, Thread } from '../facade/process.js';
import { vbConstants, type VbErrorName } from './constants.js';
import type { Conventions } from './conventions.js';
import { clientDeeds } from './deeds/deeds.js';
import type { ClientFunctionName } from './functions.js';
import { ClientState } from './state.js';
import { unsupported } from './versions.js';

/** The functions of a table, callable: whatever is documented of one is in its row, and what it does in its deed. */
export type Calls = Readonly<Record<string, (...args: unknown[]) => Promise<boolean | number>>>;

type Table = Partial<Readonly<Record<ClientFunctionName, ApiFunction<readonly Parameter[], readonly VbErrorName[]>>>>;

/** What the two have in common: errors have the same values in both. */
export function clientApi(name: string, functions: Table, types: Api<VbErrorName>['types']): Api<VbErrorName> {
  return {
    name,
    functions,
    types,
    codes: vbConstants,
    initialisation: 'ArmClientInitializeApiEx',
    unsupported,
    errors: {
      notInitialized: 'ARMCLAPI_ERR_NOT_INITIALIZED',
      notSupported: 'ARMCLAPI_ERR_NOT_SUPPORTED',
      // Where a section knows no wrong parameters: what comes nearest to it (*ours*).
      parameter: [
        'ARMCLAPI_ERR_INVALID_PARAMETER',
        'ARMCLAPI_ERR_INVALID_HANDLE',
        'ARMCLAPI_ERR_INVALID_ID',
        'ARMCLAPI_ERR_CLUSTER_NOT_FOUND',
        'ARMCLAPI_ERR_NOT_SUPPORTED',
      ],
      connect: 'ARMCLAPI_ERR_CANNOT_CONNECT',
    },
  };
}

/** What a process has of an API is made with its first call. */
export class States {
  private readonly known = new WeakMap<Process, ClientState>();

  of(process: Process): ClientState {
    const state = this.known.get(process) ?? new ClientState(process);
    this.known.set(process, state);
    return state;
  }
}

/** The functions of an API for one thread; what is initialised and watched belongs to its process. */
export function callsOf(
  api: Api<VbErrorName>,
  thread: Thread,
  state: ClientState,
  conventions: Conventions,
): Record<string, Calls[string]> {
  const deeds: Readonly<Record<string, ReturnType<typeof clientDeeds>[ClientFunctionName]>> = clientDeeds(
    state,
    conventions,
  );
  return Object.fromEntries(
    Object.keys(api.functions).map((name) => [name, callable(api, name, deeds[name], thread, () => state.initialized)]),
  );
}
