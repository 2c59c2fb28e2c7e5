/**
 * The server API compatible with Ver3.0 (chapter 4), as an application's threads call it: armapi.dll, of 32 bits only.
 *
 * Nothing is decided here. What a call answers is what the cluster service of the local server knows.
 */
import { callable, type Api, type Deed } from '../facade/call.js';
import type { Process, Thread } from '../facade/process.js';
import type { CallsOf, CommonTypes, Proc } from '../facade/typed.js';
import { Kernel32 } from '../facade/win32.js';
import { constants3, type ErrorName3 } from './constants.js';
import { cTypes, functions3 } from './functions.js';
import { deeds3 } from './v3/deeds.js';
import { Service3 } from './v3/state.js';

/**
 * What a WatchServerProc is given besides its documented arguments: the thread of the API's that it runs in. A callback
 * that waits has to wait in its own thread, and this is the one.
 */
export interface EventThread {
  readonly armapi: ArmApi3;
  readonly kernel32: Kernel32;
}

/** What TypeScript has for the types of Ver3.0. */
export interface Types3 extends CommonTypes {
  readonly LPARM_SERVER_INFO: Uint8Array | null;
  readonly LPARM_RESOURCE_INFO: Uint8Array | null;
  readonly LPARAM_EVENT_PARAM: Uint8Array | null;
  readonly ENUMSERVERPROC: Proc<[server: string, lParam: number]> | null;
  readonly ENUMRESOURCEPROC: Proc<[resource: string, type: number, lParam: number]> | null;
  readonly GETSRVINFORMPROC: Proc<[service: string, primary: string, current: string, lParam: number]> | null;
  /** The structure is valid until the function returns. */
  readonly WATCHSERVERPROC: Proc<
    [watchId: number, param: Uint8Array, event: number, eventId: number, thread: EventThread],
    unknown
  > | null;
}

/** The 26 functions of Ver3.0. */
export type ArmApi3 = CallsOf<typeof functions3, Types3>;

/** How an application stands to Ver3.0, which knows no servers off the cluster. */
const api3: Api<ErrorName3> = {
  name: 'armapi',
  functions: functions3,
  types: cTypes,
  initialisation: 'ArmInitializeApi',
  codes: constants3,
  errors: {
    notInitialized: 'ARMERR_NOT_INITIALIZED',
    parameter: 'ARMERR_INVALID_PARAMETER',
    connect: 'ARMERR_CANNOT_CONNECT',
  },
};

const states = new WeakMap<Process, Service3>();

/** The functions of Ver3.0 for one thread; what is initialised and watched belongs to its process. */
export function armapi(thread: Thread): ArmApi3 {
  const { process } = thread;
  const state = states.get(process) ?? new Service3(process);
  states.set(process, state);
  const deeds: Readonly<Record<string, Deed<ErrorName3>>> = deeds3(state, eventThread);
  const calls = Object.entries(deeds).map(([name, deed]) => [
    name,
    callable(api3, name, deed, thread, () => state.initialized),
  ]);
  return Object.fromEntries(calls) as ArmApi3;
}

function eventThread(thread: Thread): EventThread {
  return { armapi: armapi(thread), kernel32: new Kernel32(thread) };
}
