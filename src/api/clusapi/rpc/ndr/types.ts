/**
 * What NDR can carry, described as data: every type of every method of an interface is one of these values, and one
 * encoder and one decoder serve them all.
 *
 * Only what the interfaces here use is in the list. Pointers are *unique* (a referent id, zero for none, and what it
 * points at once the structure or list around it is complete); a reference pointer at the top has no trace in the
 * bytes, so it has no type. Lists are *conformant* (their count stands in the bytes) or, where they have a `length`,
 * *conformant varying* (count, offset, elements sent). C706, chapter 14.
 */

/** A number of 1, 2, 4 or 8 bytes; `u64` is a bigint. An enumeration is a `u16`, one with `v1_enum` a `u32`. */
export interface Scalar<K extends ScalarKind = ScalarKind> {
  readonly kind: K;
  /** The largest value that may come in (the attribute `range`). */
  readonly max?: number;
}

type ScalarKind = 'u8' | 'u16' | 'u32' | 'i32' | 'u64';

/** A context handle: 20 bytes. `of` is the type of thing that it stands for; `*` takes any. */
export interface Handle<N extends string = string> {
  readonly kind: 'handle';
  readonly of: N;
}

/** A UUID, written as `b97db8b2-4c63-11cf-bff6-08002be23f2f`. */
export interface Uuid {
  readonly kind: 'uuid';
}

/** UTF-16 with a NUL behind it, which the value does not have. */
export interface Text {
  readonly kind: 'text';
}

/** An array of single-byte characters, `size` at most with the NUL, of which those up to the NUL are sent. */
export interface Label {
  readonly kind: 'label';
  readonly size: number;
}

/** A pointer that may be NULL: undefined. */
export interface Pointer<T extends Ndr = Ndr> {
  readonly kind: 'pointer';
  readonly to: T;
}

/**
 * Elements one after the other. `size` and `length` name the neighbour (a parameter, or a field of the structure) that
 * says how many the list has room for, and how many are sent; without `length` all are. The neighbours may be left
 * out of a value: they are counted. A list of `u8` is a Uint8Array, one of `u16` a text that may have NULs.
 */
export interface List<T extends Ndr = Ndr> {
  readonly kind: 'list';
  readonly of: T;
  readonly size: string;
  readonly length?: string;
}

/** Fields one after the other; only the last one may be a list that no pointer leads to. */
export interface Struct<F extends Fields = Fields> {
  readonly kind: 'struct';
  readonly fields: F;
}

/** By name, in the order of the bytes. */
export type Fields = Readonly<Record<string, Ndr>>;

export type Ndr = Scalar | Handle | Uuid | Text | Label | Pointer | List | Struct;

/** What a program has for a type. Of a type that is not known nothing is: that also ends the recursion. */
export type ValueOf<T extends Ndr> = Ndr extends T ? unknown : Known<T>;

type Known<T extends Ndr> =
  T extends Scalar<infer K>
    ? K extends 'u64'
      ? bigint
      : number
    : T extends Pointer<infer P>
      ? ValueOf<P> | undefined
      : T extends List<infer E>
        ? ListOf<E>
        : T extends Struct<infer F>
          ? { readonly [K in keyof F]: ValueOf<F[K]> }
          : string;

type ListOf<E extends Ndr> =
  E extends Scalar<infer K>
    ? K extends 'u8'
      ? Uint8Array
      : K extends 'u16'
        ? string
        : readonly ValueOf<E>[]
    : readonly ValueOf<E>[];

/** A context handle that stands for nothing. */
export const NULL_HANDLE = '00000000-0000-0000-0000-000000000000';

export const u8 = { kind: 'u8' } as const;
export const u16 = { kind: 'u16' } as const;
export const u32 = { kind: 'u32' } as const;
export const i32 = { kind: 'i32' } as const;
export const u64 = { kind: 'u64' } as const;
export const uuid: Uuid = { kind: 'uuid' };
export const text: Text = { kind: 'text' };

/** A `u32` that may not be larger than `max`. */
export function atMost(max: number): Scalar<'u32'> {
  return { kind: 'u32', max };
}

export function handle<const N extends string>(of: N): Handle<N> {
  return { kind: 'handle', of };
}

export function label(size: number): Label {
  return { kind: 'label', size };
}

export function pointer<const T extends Ndr>(to: T): Pointer<T> {
  return { kind: 'pointer', to };
}

export function list<const T extends Ndr>(of: T, size: string, length?: string): List<T> {
  return length === undefined ? { kind: 'list', of, size } : { kind: 'list', of, size, length };
}

export function struct<const F extends Fields>(fields: F): Struct<F> {
  return { kind: 'struct', fields };
}

/** Bytes of the boundary on which a value of that type starts. */
export function alignmentOf(type: Ndr): 1 | 2 | 4 | 8 {
  switch (type.kind) {
    case 'u8':
      return 1;
    case 'u16':
      return 2;
    case 'u64':
      return 8;
    case 'u32':
    case 'i32':
    case 'handle':
    case 'uuid':
    case 'text':
    case 'label':
    case 'pointer':
      return 4;
    case 'list':
      return alignmentOf(type.of);
    case 'struct':
      return Object.values(type.fields)
        .map(alignmentOf)
        .reduce((a, b) => (a > b ? a : b), 1);
    default:
      return type satisfies never;
  }
}

/** The fewest bytes that a value of that type can have in its place; what pointers lead to is elsewhere. Never 0. */
export function leastBytes(type: Ndr): number {
  switch (type.kind) {
    case 'handle':
      return 20;
    case 'uuid':
      return 16;
    case 'text':
      return 12;
    case 'label':
      return 8;
    case 'struct':
      return Math.max(
        1,
        Object.values(type.fields).reduce((sum, field) => sum + (field.kind === 'list' ? 0 : leastBytes(field)), 0),
      );
    case 'u8':
    case 'u16':
    case 'u32':
    case 'i32':
    case 'u64':
    case 'pointer':
    case 'list':
      return alignmentOf(type);
    default:
      return type satisfies never;
  }
}

/** The list at the end of a structure, whose count stands in front of the structure; undefined where there is none. */
export function trailingList(type: Ndr): List | undefined {
  if (type.kind !== 'struct') return undefined;
  const last = Object.values(type.fields).at(-1);
  return last?.kind === 'list' ? last : last && trailingList(last);
}
