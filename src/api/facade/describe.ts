/**
 * How a documented function is written down, and what can be derived from that: its argument list in TypeScript and
 * the errors it may answer with. The tables are in `functions.ts`.
 */

export type Direction = 'in' | 'out' | 'inout';

/** One parameter; its type and name as the prototype prints them. */
export interface Parameter<T extends string = string, N extends string = string, D extends Direction = Direction> {
  readonly type: T;
  readonly name: N;
  readonly direction: D;
}

/** A function of an API. All of them answer a BOOL, and FALSE sends the caller to GetLastError. */
export interface ApiFunction<
  P extends readonly Parameter[] = readonly Parameter[],
  E extends readonly string[] = readonly string[],
> {
  readonly section: string;
  /** What it does, in a line. */
  readonly does: string;
  readonly parameters: P;
  readonly result: 'BOOL';
  /** The extended errors that its section lists, in that order. */
  readonly errors: E;
}

/** A function of the application that a function of the API calls. BOOL: FALSE stops the enumeration. */
export interface Callback<P extends readonly Parameter[] = readonly Parameter[]> {
  readonly section: string;
  readonly does: string;
  readonly parameters: P;
  readonly result: 'BOOL' | 'VOID';
  /** The functions that take it. */
  readonly takenBy: readonly string[];
}

/** What a type in a prototype is. */
export type CType =
  /** A number as it is. `bits` is `pointer` where the width is that of the application's pointers. */
  | { readonly is: 'number'; readonly bits: 32 | 'pointer' }
  /** A handle: of an event object, or of a registry key. */
  | { readonly is: 'handle' }
  /** A pointer to a variable of that type, or to bytes or characters of that type. */
  | { readonly is: 'pointer'; readonly to: 'DWORD' | 'BOOL' | 'HKEY' | 'TCHAR' | 'BYTE'; readonly constant: boolean }
  /** A pointer to a structure of the API (`structures.ts`). */
  | { readonly is: 'structure'; readonly of: string }
  /** A pointer to a function of the application. */
  | { readonly is: 'callback'; readonly of: string };

export function parameterOf<const T extends string, const N extends string, const D extends Direction>(
  direction: D,
  type: T,
  name: N,
): Parameter<T, N, D> {
  return { type, name, direction };
}

export function functionOf<const P extends readonly Parameter[], const E extends readonly string[]>(
  section: string,
  does: string,
  parameters: P,
  errors: E,
): ApiFunction<P, E> {
  return { section, does, parameters, result: 'BOOL', errors };
}

export function callbackOf<const P extends readonly Parameter[]>(
  section: string,
  result: 'BOOL' | 'VOID',
  does: string,
  parameters: P,
  takenBy: readonly string[],
): Callback<P> {
  return { section, does, parameters, result, takenBy };
}

/** The errors that a function of a table may answer with. */
export type ErrorOf<F extends ApiFunction> = F['errors'][number];

/** A function's arguments in order, given how each C type is represented in TypeScript. */
export type ArgumentsOf<P extends readonly Parameter[], Types extends Readonly<Record<P[number]['type'], unknown>>> = {
  -readonly [I in keyof P]: P[I] extends Parameter<infer T> ? Types[T & keyof Types] : never;
};

/** All functions of a table, to check an implementation against: none missing, none besides, arguments as documented. */
export type FunctionsOf<
  F extends Readonly<Record<string, ApiFunction>>,
  Types extends Readonly<Record<F[keyof F]['parameters'][number]['type'], unknown>>,
> = {
  readonly [N in keyof F]: (...args: ArgumentsOf<F[N]['parameters'], Types>) => boolean;
};
