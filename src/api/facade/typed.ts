/** The TypeScript types of an API's functions, from its tables. */
import type { Ref } from './call.js';
import type { ApiFunction, FunctionsOf } from './describe.js';

/** A function of the application's that a call calls: its texts are valid until it returns. It may be asynchronous. */
export type Proc<A extends readonly unknown[], R = boolean> = (...args: A) => R | Promise<R>;

/** What TypeScript has for the types that all the APIs share. NULL is null. */
export interface CommonTypes {
  readonly DWORD: number;
  readonly LPARAM: number;
  readonly HANDLE: number;
  readonly HKEY: number;
  readonly LPDWORD: Ref | null;
  readonly LPBOOL: Ref | null;
  readonly PHKEY: Ref | null;
  readonly LPTSTR: Uint8Array | null;
  readonly LPCTSTR: string | null;
  readonly 'CONST BYTE *': Uint8Array | null;
}

/** All functions of a table as they are called: each answers in its own time. */
export type CallsOf<
  F extends Readonly<Record<string, ApiFunction>>,
  Types extends Readonly<Record<F[keyof F]['parameters'][number]['type'], unknown>>,
> = {
  readonly [N in keyof F]: (
    ...args: Parameters<FunctionsOf<F, Types>[N]>
  ) => Promise<ReturnType<FunctionsOf<F, Types>[N]>>;
};
