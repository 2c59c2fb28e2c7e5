/**
 * How a documented function, a structure and a contradiction of the document are written down, and what can be derived
 * from a function: its argument list in TypeScript and the errors it may answer with. The tables are in `functions.ts`,
 * `structures.ts` and `errata.ts` of each API.
 */
import type { Struct } from '../layout/types.js';

export type Direction = 'in' | 'out' | 'inout';

/** One parameter; its type and name as the prototype prints them. */
export interface Parameter<T extends string = string, N extends string = string, D extends Direction = Direction> {
  readonly type: T;
  readonly name: N;
  readonly direction: D;
}

/** What functions answer: a BOOL, a handle (DWORD), or in Visual Basic always a Long. 0 sends to the extended error. */
export type Result = 'BOOL' | 'DWORD' | 'Long';

/** A function of an API. */
export interface ApiFunction<
  P extends readonly Parameter[] = readonly Parameter[],
  E extends readonly string[] = readonly string[],
  R extends Result = Result,
> {
  readonly section: string;
  /** What it does, in a line. */
  readonly does: string;
  readonly parameters: P;
  readonly result: R;
  /** The extended errors that its section lists, in that order; behind them what the text of a parameter adds. */
  readonly errors: E;
}

/** A function of the application that a function of the API calls. BOOL, Long: 0 stops the enumeration. */
export interface Callback<P extends readonly Parameter[] = readonly Parameter[]> {
  readonly section: string;
  readonly does: string;
  readonly parameters: P;
  readonly result: 'BOOL' | 'VOID' | 'Long';
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
  | {
      readonly is: 'pointer';
      readonly to: 'DWORD' | 'BOOL' | 'HKEY' | 'TCHAR' | 'CHAR' | 'BYTE';
      readonly constant: boolean;
    }
  /** A pointer to a structure of the API (`structures.ts`). */
  | { readonly is: 'structure'; readonly of: string }
  /** A pointer to a function of the application. */
  | { readonly is: 'callback'; readonly of: string };

/** A structure of an API. */
export interface Structure<S extends Struct = Struct> {
  readonly section: string;
  /** What it tells, in a line. */
  readonly tells: string;
  readonly layout: S;
}

/** A place where the document contradicts itself. */
export interface Erratum {
  readonly section: string;
  /** What is printed there. */
  readonly printed: string;
  /** What stands against it. */
  readonly against: string;
  /** What the emulator does. */
  readonly taken: string;
}

/** A word that describes parameters of one direction. */
type ParameterWord<Types extends string, D extends Direction> = <const T extends Types, const N extends string>(
  type: T,
  name: N,
) => Parameter<T, N, D>;

/** Words for the parameters of an API, whose prototypes print types of these names. */
export function parameterWords<Types extends string>(): {
  readonly [D in Direction as D extends 'in' ? 'input' : D extends 'out' ? 'output' : D]: ParameterWord<Types, D>;
} {
  return {
    input: (type, name) => ({ type, name, direction: 'in' }),
    output: (type, name) => ({ type, name, direction: 'out' }),
    inout: (type, name) => ({ type, name, direction: 'inout' }),
  };
}

export function functionOf<const P extends readonly Parameter[], const E extends readonly string[]>(
  section: string,
  does: string,
  parameters: P,
  errors: E,
): ApiFunction<P, E, 'BOOL'> {
  return { section, does, parameters, result: 'BOOL', errors };
}

export function callbackOf<const P extends readonly Parameter[]>(
  section: string,
  result: Callback['result'],
  does: string,
  parameters: P,
  takenBy: readonly string[],
): Callback<P> {
  return { section, does, parameters, result, takenBy };
}

export function structureOf<S extends Struct>(section: string, tells: string, layout: S): Structure<S> {
  return { section, tells, layout };
}

/** The errors that a function of a table may answer with. */
export type ErrorOf<F extends ApiFunction> = F['errors'][number];

/** A function's arguments in order, given how each C type is represented in TypeScript. */
export type ArgumentsOf<P extends readonly Parameter[], Types extends Readonly<Record<P[number]['type'], unknown>>> = {
  -readonly [I in keyof P]: P[I] extends Parameter<infer T> ? Types[T & keyof Types] : never;
};

/** What TypeScript has for a result: truth for a BOOL, a number for the others. */
export type AnswerOf<R extends Result> = R extends 'BOOL' ? boolean : number;

/** All functions of a table, to check an implementation against: none missing, none besides, arguments as documented. */
export type FunctionsOf<
  F extends Readonly<Record<string, ApiFunction>>,
  Types extends Readonly<Record<F[keyof F]['parameters'][number]['type'], unknown>>,
> = {
  readonly [N in keyof F]: (...args: ArgumentsOf<F[N]['parameters'], Types>) => AnswerOf<F[N]['result']>;
};
