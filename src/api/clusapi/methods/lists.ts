/** Enumerations as the interface has them, and what methods share. */
import { Status } from '../codes.js';
import { Opened } from '../contexts.js';

interface EnumList {
  readonly EntryCount: number;
  readonly Entry: readonly { readonly Type: number; readonly Name: string }[];
}

/** Entries with the bit that each answers to. */
export type Entry = readonly [type: number, name: string];

export function enumList(entries: readonly Entry[]): EnumList {
  return { EntryCount: entries.length, Entry: entries.map(([Type, Name]) => ({ Type, Name })) };
}

/** The answer of an enumeration. */
export function listed(entries: readonly Entry[]): { ReturnEnum: EnumList; returns: number } {
  return { ReturnEnum: enumList(entries), returns: Status.SUCCESS };
}

/** Names compare without case. */
export function named<T extends { readonly name: string; readonly deleted: boolean }>(
  things: readonly T[],
  name: string,
): T | undefined {
  const wanted = name.toLowerCase();
  return things.find((each) => !each.deleted && each.name.toLowerCase() === wanted);
}

/** What may be done through a handle: everything, whoever asks. */
export const ALL_ACCESS = { lpdwGrantedAccess: 3 } as const;

/** The longest name that clients can give. */
const NAME_LENGTH_MAX = 255;

/** Whether a thing can be called so. */
export function isName(name: string): boolean {
  return name !== '' && name.length <= NAME_LENGTH_MAX;
}

/** Takes a thing out of a list that has it. */
export function remove<T>(from: T[], thing: T): void {
  const at = from.indexOf(thing);
  if (at >= 0) from.splice(at, 1);
}

/** What an open answers: a handle of the thing, or why there is none. */
export function openedOr<N extends string, T>(
  type: N,
  thing: T | undefined,
  missing: number,
): { readonly Status: number; readonly returns: Opened<N, T> | null } {
  return thing === undefined
    ? { Status: missing, returns: null }
    : { Status: Status.SUCCESS, returns: new Opened(type, thing) };
}
