/**
 * The server API Ver4.x (chapter 3), as an application's threads call it: armapi4.dll, and armapi64.dll for 64 bits.
 *
 * Nothing is decided here. What a call answers is what the cluster service of the local server knows.
 */
import { callable, type Api, type Deed } from '../facade/call.js';
import type { Process, Thread } from '../facade/process.js';
import type { CallsOf, CommonTypes, Proc } from '../facade/typed.js';
import { constants4, type ErrorName4 } from './constants.js';
import { cTypes, functions4 } from './functions.js';
import { deeds4 } from './v4/deeds.js';
import { Service4 } from './v4/state.js';

/** What TypeScript has for the types of Ver4.x. */
export interface Types4 extends CommonTypes {
  readonly LPARM_SERVER_INFO: Uint8Array | null;
  readonly LPARM_GROUP_INFO: Uint8Array | null;
  readonly LPARM_RESOURCE_INFO: Uint8Array | null;
  readonly LPARM_GROUP_STATUS: Uint8Array | null;
  readonly LPARM_RESOURCE_STATUS: Uint8Array | null;
  readonly LPARM_EVENT_INFO: Uint8Array | null;
  readonly ARM_SRV_ENUM_PROC: Proc<[server: string, lParam: number]> | null;
  readonly ARM_GRP_ENUM_PROC: Proc<[group: string, logicalService: string | null, lParam: number]> | null;
  readonly ARM_RSC_ENUM_PROC: Proc<[resource: string, type: number, group: string, lParam: number]> | null;
  readonly ARM_LOGSRV_ENUM_PROC: Proc<[logicalService: string, group: string, lParam: number]> | null;
}

/** The 23 functions of Ver4.x. */
export type ArmApi4 = CallsOf<typeof functions4, Types4>;

/** How an application stands to Ver4.x. */
const api4: Api<ErrorName4> = {
  name: 'armapi4',
  functions: functions4,
  types: cTypes,
  initialisation: 'ArmInitializeApi',
  codes: constants4,
  errors: {
    notInitialized: 'ARMERR_NOT_INITIALIZED',
    parameter: 'ARMERR_INVALID_PARAMETER',
    connect: 'ARMERR_CANNOT_CONNECT',
    unregistered: 'ARMERR_NOT_CLUSTER_MEMBER',
    offCluster: 'ARMERR_OFF_CLUSTER',
  },
};

const states = new WeakMap<Process, Service4>();

/** The functions of Ver4.x for one thread; what is initialised and watched belongs to its process. */
export function armapi4(thread: Thread): ArmApi4 {
  const { process } = thread;
  const state = states.get(process) ?? new Service4(process);
  states.set(process, state);
  const deeds: Readonly<Record<string, Deed<ErrorName4>>> = deeds4(state);
  const calls = Object.keys(functions4).map((name) => [
    name,
    callable(api4, name, deeds[name], thread, () => state.initialized),
  ]);
  return Object.fromEntries(calls) as ArmApi4;
}
