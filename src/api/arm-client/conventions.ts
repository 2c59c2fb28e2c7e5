/**
 * Where the client APIs for C and for Visual Basic differ: conventions alone. Their functions do the same (`deeds/`).
 */
import type { Process, Thread } from '../facade/process.js';
import type { CharName } from '../layout/types.js';

/** A change of a watched group (6.2.1, 7.2). Members that an event leaves undefined are empty, or 0 (*ours*). */
export interface FailoverInfo {
  readonly ClusterName: string;
  readonly GroupName: string;
  readonly VirtualIP: number;
  readonly SrcComputerName: string;
  readonly SrcIP: number;
  readonly DstComputerName: string;
  readonly DstIP: number;
  readonly Event: number;
  readonly StatusEx: number;
}

export interface Conventions {
  /** What a buffer for a name holds, where it is not ANSI in both. */
  readonly char: CharName;
  /** ArmClientGetVersionInfo works before the API is initialised. */
  readonly versionBeforeInitialisation: boolean;
  /** Why the DLL cannot be loaded into that process; undefined where it can. */
  readonly whyNoDll: (process: Process) => string | undefined;
  /** An address as the application has it in a variable. */
  readonly address: (dword: number) => number;
  /** The structure that a watching function is given. */
  readonly structureOf: (process: Process, info: FailoverInfo) => Uint8Array;
  /** What a watching function is given to call the API from, besides the documented arguments. */
  readonly threadFor: (thread: Thread) => unknown;
}
