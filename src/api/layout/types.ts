/**
 * How a C structure is described: as data, once. Sizes, offsets, bytes and the TypeScript type of its values are all
 * derived from that description (`measure.ts`, `codec.ts`, `ValueOf`).
 *
 * Fields stand in arrays, not in objects: their order is their place in memory. What differs between applications
 * (pointers of 32 or 64 bits, characters of one byte or two) is not part of a description but of a `Target`.
 */

/** An application's view of memory: how wide its pointers are, and what its TCHAR is. */
export interface Target {
  readonly bits: 32 | 64;
  /** `ansi`: TCHAR is char, texts are Shift_JIS. `unicode`: TCHAR is WCHAR, texts are UTF-16LE. */
  readonly charset: 'ansi' | 'unicode';
}

export type ScalarName = 'BYTE' | 'WORD' | 'DWORD' | 'LONG' | 'BOOL';
export type CharName = 'char' | 'WCHAR' | 'TCHAR';

/** An integer. BOOL is the int that it is in C: a true one need not be 1. */
export interface Scalar<N extends ScalarName = ScalarName> {
  readonly kind: 'scalar';
  readonly name: N;
}

/** A pointer or handle of which nothing more is known than its bits. */
export interface Address {
  readonly kind: 'address';
}

/** An array of characters that holds a text and the NUL that ends it. */
export interface Text {
  readonly kind: 'text';
  readonly char: CharName;
  /** In characters of that kind, the NUL's included; a double-byte character of Shift_JIS takes two. */
  readonly length: number;
}

export interface ArrayOf<T extends Type = Type> {
  readonly kind: 'array';
  readonly of: T;
  readonly length: number;
}

/** `T *name`: a pointer to elements in the same buffer, as many as the field `counted` beside it says. */
export interface List<T extends Type = Type> {
  readonly kind: 'list';
  readonly of: T;
  readonly counted: string;
}

/** LPTSTR and its like: a pointer to a NUL-terminated text of any length in the same buffer. Never NULL. */
export interface TextPointer {
  readonly kind: 'text-pointer';
  readonly char: CharName;
}

/** `BYTE name[0]`, the last field: from here on lies what the structure's lists and text pointers point at. */
export interface Trailing {
  readonly kind: 'trailing';
}

export interface Field<N extends string = string, T extends Type = Type> {
  readonly name: N;
  readonly type: T;
}

export interface Struct<F extends readonly Field[] = readonly Field[]> {
  readonly kind: 'struct';
  /** As in C; empty for a structure without a name inside another. */
  readonly name: string;
  readonly fields: F;
}

/** Which member of a union holds the value: told by a field beside it, or known because there is only one. */
export interface Union<F extends readonly Field[] = readonly Field[]> {
  readonly kind: 'union';
  readonly members: F;
  readonly chosenBy?: Choice<F[number]['name']>;
}

export interface Choice<N extends string = string> {
  /** The field beside the union. */
  readonly field: string;
  /** Each value of that field with the name of the member. */
  readonly cases: readonly (readonly [value: number, member: N])[];
}

export type Type = Scalar | Address | Text | ArrayOf | List | TextPointer | Trailing | Struct | Union;

// ---------------------------------------------------------------- values

/**
 * The value of a type. Integers are numbers, addresses bigints, texts strings, arrays and lists arrays. A structure is
 * an object with its fields (without the trailing one, whose content is that of the lists), a union an object with the
 * one member that is meant.
 */
export type ValueOf<T> = T extends Scalar
  ? number
  : T extends Address
    ? bigint
    : T extends Text | TextPointer
      ? string
      : T extends ArrayOf<infer E>
        ? readonly ValueOf<E>[]
        : T extends List<infer E>
          ? readonly ValueOf<E>[]
          : T extends Struct<infer F>
            ? { readonly [M in F[number] as M['type'] extends Trailing ? never : M['name']]: ValueOf<M['type']> }
            : T extends Union<infer F>
              ? OneOf<F[number]>
              : never;

type OneOf<M> = M extends Field<infer N, infer T> ? { readonly [K in N]: ValueOf<T> } : never;

// ---------------------------------------------------------------- words to describe with

export const BYTE: Scalar<'BYTE'> = { kind: 'scalar', name: 'BYTE' };
export const WORD: Scalar<'WORD'> = { kind: 'scalar', name: 'WORD' };
export const DWORD: Scalar<'DWORD'> = { kind: 'scalar', name: 'DWORD' };
export const LONG: Scalar<'LONG'> = { kind: 'scalar', name: 'LONG' };
export const BOOL: Scalar<'BOOL'> = { kind: 'scalar', name: 'BOOL' };
export const ADDRESS: Address = { kind: 'address' };
export const LPTSTR: TextPointer = { kind: 'text-pointer', char: 'TCHAR' };
/** `BYTE bData [0]`. */
export const TRAILING: Trailing = { kind: 'trailing' };

/** `char name[length]`, and so on. `length` is a positive integer, the NUL's place included. */
export function text(char: CharName, length: number): Text {
  return { kind: 'text', char, length };
}

export function array<T extends Type>(of: T, length: number): ArrayOf<T> {
  return { kind: 'array', of, length };
}

export function list<T extends Type>(of: T, counted: string): List<T> {
  return { kind: 'list', of, counted };
}

export function field<const N extends string, T extends Type>(name: N, type: T): Field<N, T> {
  return { name, type };
}

export function struct<const F extends readonly Field[]>(name: string, ...fields: F): Struct<F> {
  return { kind: 'struct', name, fields };
}

/** @throws RangeError for several members and nothing that chooses between them. */
export function union<const F extends readonly Field[]>(members: F, chosenBy?: Choice<F[number]['name']>): Union<F> {
  if (chosenBy === undefined) {
    if (members.length !== 1) throw new RangeError('A union of several members needs a field that chooses.');
    return { kind: 'union', members };
  }
  return { kind: 'union', members, chosenBy };
}
