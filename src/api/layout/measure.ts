/**
 * Sizes and places, as a C compiler of the documented settings lays structures out: each field at the next multiple of
 * its alignment, which is its natural one but never more than the packing limit of 8 (section 2.6.1).
 */
import { charSize } from './text.js';
import type { Field, ScalarName, Struct, Target, Type } from './types.js';

/** `#pragma pack(8)` (section 2.6.1). */
const PACKING = 8;

const scalarSizes: Readonly<Record<ScalarName, 1 | 2 | 4>> = { BYTE: 1, WORD: 2, DWORD: 4, LONG: 4, BOOL: 4 };

/** Bytes of an integer. */
export function scalarSize(name: ScalarName): 1 | 2 | 4 {
  return scalarSizes[name];
}

/** `sizeof`: bytes, without what trails behind a structure. */
export function sizeOf(type: Type, target: Target): number {
  switch (type.kind) {
    case 'scalar':
      return scalarSize(type.name);
    case 'address':
    case 'list':
    case 'text-pointer':
      return target.bits / 8;
    case 'text':
      return charSize(type.char, target) * type.length;
    case 'array':
      return sizeOf(type.of, target) * type.length;
    case 'trailing':
      return 0;
    case 'union':
      return alignUp(largest(type.members.map((member) => sizeOf(member.type, target))), alignOf(type, target));
    case 'struct': {
      const last = placesOf(type, target).at(-1);
      return last === undefined ? 0 : alignUp(last.at + sizeOf(last.field.type, target), alignOf(type, target));
    }
  }
}

/** The alignment of a type in bytes: 1, 2, 4 or 8. */
export function alignOf(type: Type, target: Target): number {
  switch (type.kind) {
    case 'text':
      return charSize(type.char, target);
    case 'array':
      return alignOf(type.of, target);
    case 'trailing':
      return 1;
    case 'union':
      return largest(type.members.map((member) => alignOf(member.type, target)));
    case 'struct':
      return largest(type.fields.map((field) => alignOf(field.type, target)));
    case 'scalar':
    case 'address':
    case 'list':
    case 'text-pointer':
      return Math.min(sizeOf(type, target), PACKING);
  }
}

/** A field and how many bytes from the structure's beginning it lies. */
export interface Place {
  readonly field: Field;
  readonly at: number;
}

/** All fields of a structure with their places, in the order of declaration. */
export function placesOf(type: Struct, target: Target): Place[] {
  let end = 0;
  return type.fields.map((field) => {
    const at = alignUp(end, alignOf(field.type, target));
    end = at + sizeOf(field.type, target);
    return { field, at };
  });
}

/**
 * `offsetof`: bytes from the structure's beginning to that field.
 *
 * @throws RangeError where the structure has no such field.
 */
export function offsetOf(type: Struct, name: string, target: Target): number {
  const place = placesOf(type, target).find(({ field }) => field.name === name);
  if (place === undefined) throw new RangeError(`${type.name} has no field ${name}.`);
  return place.at;
}

/** The next multiple of `alignment` (a power of two) that is not below `offset`. */
export function alignUp(offset: number, alignment: number): number {
  return Math.ceil(offset / alignment) * alignment;
}

function largest(numbers: readonly number[]): number {
  return numbers.reduce((most, each) => Math.max(most, each), 1);
}
