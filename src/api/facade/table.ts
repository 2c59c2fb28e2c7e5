/**
 * How a documented constant is written down: its value, what it says, the section it is named in, and how far its value
 * can be trusted. The document names most constants without printing a value.
 */

/**
 * - `documented`: the document prints the value.
 * - `inferred`: printed nowhere, but following from what is printed; the table says from what.
 * - `win32`: a constant of Win32 that the document uses.
 * - `chosen`: ours. Stable, and different from all others where the document needs them told apart.
 */
export type Origin = 'documented' | 'inferred' | 'win32' | 'chosen';

export interface Constant<V extends number | string = number | string> {
  readonly value: V;
  readonly meaning: string;
  readonly origin: Origin;
}

/** Constants of one kind. */
export interface ConstantTable<N extends string = string, V extends number | string = number | string> {
  /** Where the document names them. */
  readonly section: string;
  /** Where the values come from. */
  readonly why: string;
  readonly constants: Readonly<Record<N, Constant<V>>>;
}

/** A row: the value, what it says, and its origin where that is not the table's. */
type Row<V> = readonly [value: V, meaning: string, origin?: Origin];

/** Constants whose values come from `origin`, unless a row says otherwise. */
export function table<N extends string, V extends number | string>(
  head: { readonly section: string; readonly origin: Origin; readonly why: string },
  rows: Readonly<Record<N, Row<V>>>,
): ConstantTable<N, V> {
  const entries = Object.entries<Row<V>>(rows).map(([name, [value, meaning, origin]]): [string, Constant<V>] => [
    name,
    { value, meaning, origin: origin ?? head.origin },
  ]);
  return {
    section: head.section,
    why: head.why,
    constants: Object.fromEntries(entries) as Record<N, Constant<V>>,
  };
}

/** The rows of a table that an API has, under the section where that API names them. */
export function some<N extends string, V extends number | string, K extends N>(
  from: ConstantTable<N, V>,
  section: string,
  names: readonly K[],
): ConstantTable<K, V> {
  const constants = Object.fromEntries(names.map((name) => [name, from.constants[name]])) as Record<K, Constant<V>>;
  return { section, why: from.why, constants };
}

/** Names with their values alone. */
export function valuesOf<N extends string, V extends number | string>(from: ConstantTable<N, V>): Record<N, V> {
  const entries = Object.entries<Constant<V>>(from.constants).map(([name, { value }]) => [name, value]);
  return Object.fromEntries(entries) as Record<N, V>;
}
