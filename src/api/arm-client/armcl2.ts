/**
 * The client API for C (chapters 5 and 6), as an application's threads call it: armcl232.dll, and armcl264.dll for 64 bits.
 *
 * Nothing is decided here. What a call answers is what the client software of the machine knows.
 */
import { putStructure } from '../facade/memory.js';
import type { Process, Thread } from '../facade/process.js';
import type { CallsOf, CommonTypes, Proc } from '../facade/typed.js';
import { Kernel32 } from '../facade/win32.js';
import { sizeOf } from '../layout/measure.js';
import type { Conventions, FailoverInfo } from './conventions.js';
import { callsOf, clientApi, States } from './facade.js';
import { clientFunctions, clientTypes } from './functions.js';
import { clientStructures } from './structures.js';

/** What a WatchFailoverProc is given besides its documented arguments: the thread of the API's that it runs in. */
export interface WatchThread {
  readonly armcl2: ArmCl2;
  readonly kernel32: Kernel32;
}

/** What TypeScript has for the types of the client API. */
export interface ClientTypes extends CommonTypes {
  readonly LPSTR: Uint8Array | null;
  readonly LPCSTR: string | null;
  /** The structure is valid until the function returns. */
  readonly WATCHFAILOVERPROC: Proc<
    [eventId: number, watchId: number, info: Uint8Array, thread: WatchThread],
    unknown
  > | null;
  readonly CLIENTENUMCLUSTERPROC: Proc<[cluster: string, lParam: number]> | null;
  readonly ENUMSERVERPROC: Proc<[cluster: string, server: string, lParam: number]> | null;
  readonly ENUMGROUPPROC: Proc<[cluster: string, group: string, lParam: number]> | null;
  readonly ENUMSERVERFROMGROUPPROC: Proc<[cluster: string, group: string, server: string, lParam: number]> | null;
  /** The address is in network byte order. */
  readonly ENUMVIRTUALIPPROC: Proc<[cluster: string, group: string, virtualIp: number, lParam: number]> | null;
  readonly ENUMVIRTUALCOMPUTERPROC: Proc<
    [cluster: string, group: string, virtualComputer: string, lParam: number]
  > | null;
  readonly ENUMGROUPFROMLOGICALSERVICEPROC: Proc<
    [cluster: string, group: string, logicalService: string, lParam: number]
  > | null;
}

/** The 33 functions of the client API for C. */
export type ArmCl2 = CallsOf<typeof clientFunctions, ClientTypes>;

const api = clientApi('armcl2', clientFunctions, clientTypes);
const states = new States();
const { layout } = clientStructures.ARMCLAPI_FAILOVER_INFO;

const conventions: Conventions = {
  char: 'TCHAR',
  versionBeforeInitialisation: false,
  // The system does not start what is linked with a DLL that is not there; the stub finds it on every machine here.
  whyNoDll: () => undefined,
  address: (dword) => dword,
  structureOf(process: Process, info: FailoverInfo): Uint8Array {
    const buffer = new Uint8Array(sizeOf(layout, process.build));
    putStructure(process, layout, buffer, { Padding: 0, ...info });
    return buffer;
  },
  threadFor: (thread: Thread): WatchThread => ({ armcl2: armcl2(thread), kernel32: new Kernel32(thread) }),
};

/** The functions for one thread; handles and watches belong to its process. */
export function armcl2(thread: Thread): ArmCl2 {
  return callsOf(api, thread, states.of(thread.process), conventions) as unknown as ArmCl2;
}
