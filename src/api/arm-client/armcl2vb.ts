/**
 * The client API for Visual Basic (chapter 7), as an application's threads call it: armcl2vb.dll, 32 bits, ANSI.
 *
 * It does what the one for C does. This file is what Visual Basic does between its code and a DLL: strings go in as ANSI
 * up to their NUL, buffers come back with what stood in them behind the answer, a Long is signed, texts for a callback
 * are arrays of Byte (7.4.3).
 */
import type { CType, Parameter } from '../facade/describe.js';
import { putStructure } from '../facade/memory.js';
import type { Process, Thread } from '../facade/process.js';
import type { CallsOf } from '../facade/typed.js';
import type { Ref } from '../facade/call.js';
import { decodeText } from '../layout/text.js';
import { sizeOf } from '../layout/measure.js';
import { vbConstants } from './constants.js';
import type { Conventions, FailoverInfo } from './conventions.js';
import { callsOf, clientApi, States } from './facade.js';
import { vbCallbacks, vbFunctions, vbTypes } from './functions-vb.js';
import { vbStructures } from './structures.js';
import { ansiBytes, receivedBytes, upToNul, VbString } from './vb-strings.js';

/** What Visual Basic itself gives an application: the object Err (7.4.4). */
export class VisualBasic {
  /** `Err.LastDllError`: the code of the last call that failed in this thread, 0 before any. */
  readonly Err: { readonly LastDllError: number };

  constructor(thread: Thread) {
    this.Err = {
      get LastDllError() {
        return thread.lastError | 0;
      },
    };
  }
}

/** What a WATCHFAILOVERPROC is given besides its documented arguments: the thread of the API's that it runs in. */
export interface VbWatchThread {
  readonly armcl2vb: ArmCl2Vb;
  readonly vb: VisualBasic;
}

/** A `ByVal String`: a text, a string of fixed length, or vbNullString (&H0). */
export type VbText = string | VbString | null;
/** An application's function: it answers ARMTRUE to go on, and may be asynchronous. Texts are arrays of Byte (7.4.3). */
export type VbProc<A extends readonly unknown[]> = ((...args: A) => number | Promise<number>) | null;

/** What TypeScript has for the types of the client API for Visual Basic. */
export interface VbTypes {
  readonly 'ByVal Long': number;
  readonly 'ByRef Long': Ref | null;
  readonly 'ByVal String': VbText;
  readonly 'ByVal String buffer': VbString | null;
  /** The structure is valid until the function returns. */
  readonly 'AddressOf WATCHFAILOVERPROC':
    ((eventId: number, watchId: number, info: Uint8Array, thread: VbWatchThread) => unknown) | null;
  readonly 'AddressOf EnumClusterProc': VbProc<[cluster: Uint8Array, lParam: number]>;
  readonly 'AddressOf EnumServerProc': VbProc<[cluster: Uint8Array, server: Uint8Array, lParam: number]>;
  readonly 'AddressOf EnumGroupProc': VbProc<[cluster: Uint8Array, group: Uint8Array, lParam: number]>;
  readonly 'AddressOf EnumServerFromGroupProc': VbProc<
    [cluster: Uint8Array, group: Uint8Array, server: Uint8Array, lParam: number]
  >;
  /** The address is in network byte order. */
  readonly 'AddressOf EnumVirtualIPProc': VbProc<
    [cluster: Uint8Array, group: Uint8Array, virtualIp: number, lParam: number]
  >;
  readonly 'AddressOf EnumVirtualComputerProc': VbProc<
    [cluster: Uint8Array, group: Uint8Array, virtualComputer: Uint8Array, lParam: number]
  >;
  readonly 'AddressOf EnumGroupFromLogicalServiceProc': VbProc<
    [cluster: Uint8Array, group: Uint8Array, logicalService: Uint8Array, lParam: number]
  >;
}

/** The 26 functions of the client API for Visual Basic. */
export type ArmCl2Vb = CallsOf<typeof vbFunctions, VbTypes>;

const types: Readonly<Record<string, CType>> = vbTypes;
const api = clientApi('armcl2vb', vbFunctions, types);
const states = new States();
const { layout } = vbStructures.ARMCLAPI_FAILOVER_INFO;

const conventions: Conventions = {
  char: 'char',
  versionBeforeInitialisation: true,
  whyNoDll: ({ build }) =>
    build.bits === 64 ? 'armcl2vb.dll is of 32 bits: there is none for applications of 64 (5.4.1.1)' : undefined,
  address: (dword) => dword | 0,
  structureOf(process: Process, { VirtualIP, SrcIP, DstIP, ...info }: FailoverInfo): Uint8Array {
    const buffer = new Uint8Array(sizeOf(layout, process.build));
    const addresses = { VirtualIP: VirtualIP | 0, SrcIP: SrcIP | 0, DstIP: DstIP | 0 };
    putStructure(process, layout, buffer, { Status: 0, ...info, ...addresses });
    return buffer;
  },
  threadFor: (thread: Thread): VbWatchThread => ({ armcl2vb: armcl2vb(thread), vb: new VisualBasic(thread) }),
};

// ---------------------------------------------------------------- between Visual Basic and the DLL

/** What the DLL is given for an argument. What makes no sense is handed on as it is, for the call to refuse. */
function handedIn({ type }: Parameter, value: unknown): unknown {
  const known = types[type];
  if (known.is === 'callback') return typeof value === 'function' ? calledBack(known.of, value as Called) : value;
  if (type === 'ByVal String buffer') return value instanceof VbString ? value.bytes : value;
  if (type !== 'ByVal String') return value;
  if (value instanceof VbString) return upToNul(value.toString());
  // &H0 is NULL (7.4).
  if (value === 0) return null;
  return typeof value === 'string' ? upToNul(inAnsi(value)) : value;
}

/** A text as it is after having been ANSI. */
function inAnsi(text: string): string {
  return decodeText(ansiBytes(text), 'char', { charset: 'ansi' });
}

type Called = (...args: unknown[]) => unknown;

/** How many bytes a callback receives for a text: as many as the constant for such a name says. */
function fieldLength(name: string): number {
  return name === 'lpszClusterName' ? vbConstants.CLUSTER_NAME_LEN : vbConstants.SERVER_NAME_LEN;
}

/** Calls an application's function as Visual Basic has it called. */
function calledBack(callback: string, proc: Called): Called {
  const { parameters } = (vbCallbacks as Readonly<Record<string, { readonly parameters: readonly Parameter[] }>>)[
    callback
  ];
  return (...told) => {
    const received = told.map((value, index) => {
      const parameter = parameters.at(index);
      if (parameter?.type === 'Byte array') return receivedBytes(value as string, fieldLength(parameter.name));
      return parameter?.type === 'ByVal Long' ? (value as number) | 0 : value;
    });
    return proc(...received);
  };
}

/** The functions for one thread; handles and watches belong to its process. */
export function armcl2vb(thread: Thread): ArmCl2Vb {
  const calls = callsOf(api, thread, states.of(thread.process), conventions);
  const marshalled = Object.entries(calls).map(([name, call]) => {
    const { parameters } = api.functions[name];
    const marshalling = (...args: unknown[]): Promise<boolean | number> =>
      call(...args.map((value, index) => (index < parameters.length ? handedIn(parameters[index], value) : value)));
    return [name, marshalling];
  });
  return Object.fromEntries(marshalled) as ArmCl2Vb;
}
