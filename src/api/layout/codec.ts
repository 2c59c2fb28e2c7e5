/**
 * Values to bytes and back, for every structure that `types.ts` can describe. Little endian throughout; padding and
 * unused members of a union are zero.
 *
 * Where a structure has lists (ARM_GROUP_INFO's `ServerList`), what they point at lies behind it in the same buffer,
 * from the trailing field on: first the tables of pointers, in the order of the fields, then the texts. The pointers
 * are those of an application that has the buffer at the address `base`. A list without elements is a NULL pointer.
 *
 * Bytes come from applications and texts from users, so a text that is too long is an error value of the caller's
 * choosing. A number that its field cannot hold, or a count that is not the length of its list, is a mistake of the
 * emulator: an exception.
 */
import { err, ok, type Result } from '../../model/result.js';
import { alignOf, alignUp, placesOf, scalarSize, sizeOf } from './measure.js';
import { charSize, charsIn, decodeText, encodeText, findNul } from './text.js';
import type { Field, List, ScalarName, Struct, Target, Text, TextPointer, Type, Union, ValueOf } from './types.js';

/** An application's memory as a buffer lies in it. */
export interface Placement extends Target {
  /** The buffer's address there; what matters only where there are pointers. 0 <= base, and the end fits the bits. */
  readonly base: bigint;
}

type Fields = Readonly<Record<string, unknown>>;

// ---------------------------------------------------------------- planning

/** A value of which is known where its bytes go. */
interface Piece {
  readonly at: number;
  readonly type: Type;
  readonly value: unknown;
}

interface Plan {
  readonly size: number;
  readonly pieces: readonly Piece[];
  /** Pointers: where they are, and the offset of what they point at. */
  readonly links: readonly { readonly at: number; readonly to: number }[];
}

/** Gives everything that a structure points at its place, breadth first: tables before the texts they point at. */
function plan(type: Struct, value: unknown, target: Target): Plan {
  const pieces: Piece[] = [{ at: 0, type, value }];
  const links: { at: number; to: number }[] = [];
  let end = trailingStart(type, target);
  for (const piece of pieces) {
    for (const pointer of pointersIn(piece, target)) {
      const pointee = pointeeOf(pointer, target);
      if (pointee === undefined) continue;
      const at = alignUp(end, alignOf(pointee, target));
      end = at + sizeOf(pointee, target);
      links.push({ at: pointer.at, to: at });
      pieces.push({ at, type: pointee, value: pointer.value });
    }
  }
  return { size: Math.max(end, sizeOf(type, target)), pieces, links };
}

function trailingStart(type: Struct, target: Target): number {
  const last = placesOf(type, target).at(-1);
  return last?.field.type.kind === 'trailing' ? last.at : sizeOf(type, target);
}

interface PointerPiece extends Piece {
  readonly type: List | TextPointer;
}

/** All lists and text pointers inside a value, in the order of their places. */
function pointersIn({ at, type, value }: Piece, target: Target): PointerPiece[] {
  switch (type.kind) {
    case 'list':
    case 'text-pointer':
      return [{ at, type, value }];
    case 'array':
      return elementsOf(type.of, at, value, target).flatMap((element) => pointersIn(element, target));
    case 'struct':
      return fieldsOf(type, at, value, target).flatMap((each) => pointersIn(each, target));
    case 'union':
      return pointersIn(memberOf(type, at, value), target);
    case 'scalar':
    case 'address':
    case 'text':
    case 'trailing':
      return [];
  }
}

/** What a pointer points at; undefined for none. */
function pointeeOf({ type, value }: PointerPiece, target: Target): Type | undefined {
  if (type.kind === 'text-pointer') {
    return { kind: 'text', char: type.char, length: charsIn(value as string, type.char, target) + 1 };
  }
  const { length } = value as readonly unknown[];
  return length === 0 ? undefined : { kind: 'array', of: type.of, length };
}

function elementsOf(type: Type, at: number, value: unknown, target: Target): Piece[] {
  const size = sizeOf(type, target);
  return (value as readonly unknown[]).map((element, i) => ({ at: at + i * size, type, value: element }));
}

function fieldsOf(type: Struct, at: number, value: unknown, target: Target): Piece[] {
  return placesOf(type, target).map(({ field, at: offset }) => ({
    at: at + offset,
    type: field.type,
    value: (value as Fields)[field.name],
  }));
}

function memberOf(type: Union, at: number, value: unknown): Piece {
  const member = type.members.find(({ name }) => Object.hasOwn(value as Fields, name));
  if (member === undefined) throw new RangeError('The value of a union names none of its members.');
  return { at, type: member.type, value: (value as Fields)[member.name] };
}

// ---------------------------------------------------------------- encoding

/** Bytes that the value takes with all that it points at: what BUFFER_TOO_SMALL reports as the size needed. */
export function needed<T extends Struct>(type: T, value: ValueOf<T>, target: Target): number {
  return plan(type, value, target).size;
}

/**
 * The bytes of a structure with all that it points at; as many as `needed` says.
 *
 * @returns the bytes, or `tooLong` where a text does not fit its array together with its NUL.
 * @throws RangeError for what no C value is like: a number out of its type's range, an array of another length, a count
 *   that is not its list's length, a union's member that its chooser does not mean, a text with a NUL in it.
 */
export function encode<T extends Struct, E>(
  type: T,
  value: ValueOf<T>,
  options: Placement & { readonly tooLong: E },
): Result<Uint8Array<ArrayBuffer>, E> {
  const { size, pieces, links } = plan(type, value, options);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  if (!pieces.every((piece) => write(view, piece, options))) return err(options.tooLong);
  for (const { at, to } of links) writeAddress(view, at, options.base + BigInt(to), options);
  return ok(bytes);
}

/** Writes all but pointers. False where a text is too long. */
function write(view: DataView, { at, type, value }: Piece, target: Target): boolean {
  switch (type.kind) {
    case 'scalar':
      writeScalar(view, at, type.name, value as number);
      return true;
    case 'address':
      writeAddress(view, at, value as bigint, target);
      return true;
    case 'text':
      return writeText(view, at, type, value as string, target);
    case 'array': {
      const elements = elementsOf(type.of, at, value, target);
      if (elements.length !== type.length) throw new RangeError(`${elements.length} elements for ${type.length}.`);
      return elements.every((element) => write(view, element, target));
    }
    case 'struct':
      checkSiblings(type, value as Fields);
      return fieldsOf(type, at, value, target).every((each) => write(view, each, target));
    case 'union':
      return write(view, memberOf(type, at, value), target);
    case 'list':
    case 'text-pointer':
    case 'trailing':
      return true;
  }
}

/** Counts and choosers say what is there. */
function checkSiblings(type: Struct, value: Fields): void {
  for (const { name, type: inner } of type.fields) {
    if (inner.kind === 'list' && value[inner.counted] !== (value[name] as readonly unknown[]).length) {
      throw new RangeError(`${type.name}: ${inner.counted} is not the length of ${name}.`);
    }
    if (inner.kind === 'union' && !Object.hasOwn(value[name] as Fields, chosen(inner, value).name)) {
      throw new RangeError(`${type.name}: ${name} is not the member that is meant.`);
    }
  }
}

/** The member of a union that the fields beside it mean. */
function chosen({ members, chosenBy }: Union, siblings: Fields): Field {
  if (chosenBy === undefined) return members[0];
  const value = siblings[chosenBy.field];
  const name = chosenBy.cases.find(([each]) => each === value)?.[1];
  const member = members.find((each) => each.name === name);
  if (member === undefined) throw new RangeError(`${chosenBy.field} = ${String(value)} means no member of the union.`);
  return member;
}

function writeScalar(view: DataView, at: number, name: ScalarName, value: number): void {
  const size = scalarSize(name);
  const signed = name === 'LONG' || name === 'BOOL';
  const span = 2 ** (8 * size);
  const [least, most] = signed ? [-span / 2, span / 2 - 1] : [0, span - 1];
  if (!Number.isInteger(value) || value < least || value > most) throw new RangeError(`${value} is no ${name}.`);
  if (size === 1) view.setUint8(at, value);
  else if (size === 2) view.setUint16(at, value, true);
  else view.setUint32(at, value, true);
}

function writeAddress(view: DataView, at: number, value: bigint, { bits }: Target): void {
  if (value < 0n || value >= 1n << BigInt(bits)) throw new RangeError(`${value} is no address of ${bits} bits.`);
  if (bits === 64) view.setBigUint64(at, value, true);
  else view.setUint32(at, Number(value), true);
}

function writeText(view: DataView, at: number, { char, length }: Text, value: string, target: Target): boolean {
  if (value.includes('\0')) throw new RangeError('A text with a NUL in it ends there.');
  const bytes = encodeText(value, char, target);
  if (bytes.length > (length - 1) * charSize(char, target)) return false;
  new Uint8Array(view.buffer).set(bytes, at);
  return true;
}

// ---------------------------------------------------------------- decoding

/**
 * The value of a structure that lies at the beginning of these bytes. A text without a NUL ends with its array.
 *
 * @throws RangeError where the bytes are no such structure: too few of them, a pointer that leads out of them, a text
 *   behind a pointer that does not end within them, a chooser that means no member of its union.
 */
export function decode<T extends Struct>(type: T, bytes: Uint8Array, placement: Placement): ValueOf<T> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  need(view, 0, sizeOf(type, placement));
  return readStruct(view, 0, type, placement) as ValueOf<T>;
}

function readStruct(view: DataView, at: number, type: Struct, placement: Placement): Fields {
  const value: Record<string, unknown> = {};
  const late: { field: Field<string, List | Union>; at: number }[] = [];
  for (const { field, at: offset } of placesOf(type, placement)) {
    const inner = field.type;
    if (inner.kind === 'trailing') continue;
    if (inner.kind === 'list' || inner.kind === 'union')
      late.push({ field: { ...field, type: inner }, at: at + offset });
    else value[field.name] = read(view, at + offset, inner, placement);
  }
  // What other fields count or choose, once these are known.
  for (const { field, at: place } of late) {
    value[field.name] =
      field.type.kind === 'list'
        ? readList(view, place, field.type.of, value[field.type.counted] as number, placement)
        : readUnion(view, place, chosen(field.type, value), placement);
  }
  return value;
}

function read(view: DataView, at: number, type: Exclude<Type, List | Union>, placement: Placement): unknown {
  switch (type.kind) {
    case 'scalar':
      return readScalar(view, at, type.name);
    case 'address':
      return readAddress(view, at, placement);
    case 'text':
      return decodeText(bytesOf(view, at, sizeOf(type, placement)), type.char, placement);
    case 'text-pointer':
      return readPointedText(view, at, type, placement);
    case 'array':
      return readElements(view, at, type.of, type.length, placement);
    case 'struct':
      return readStruct(view, at, type, placement);
    case 'trailing':
      return undefined;
  }
}

function readUnion(view: DataView, at: number, member: Field, placement: Placement): Fields {
  return { [member.name]: readElements(view, at, member.type, 1, placement)[0] };
}

function readList(view: DataView, at: number, type: Type, count: number, placement: Placement): unknown[] {
  if (count === 0) return [];
  const to = follow(view, at, placement);
  need(view, to, count * sizeOf(type, placement));
  return readElements(view, to, type, count, placement);
}

function readElements(view: DataView, at: number, type: Type, length: number, placement: Placement): unknown[] {
  if (type.kind === 'list' || type.kind === 'union')
    throw new RangeError(`A ${type.kind} needs a structure around it.`);
  const size = sizeOf(type, placement);
  return Array.from({ length }, (_, i) => read(view, at + i * size, type, placement));
}

function readPointedText(view: DataView, at: number, type: TextPointer, placement: Placement): string {
  const to = follow(view, at, placement);
  need(view, to, 0);
  const rest = bytesOf(view, to, view.byteLength - to);
  if (findNul(rest, charSize(type.char, placement)) === undefined) throw new RangeError('A text without an end.');
  return decodeText(rest, type.char, placement);
}

function readScalar(view: DataView, at: number, name: ScalarName): number {
  switch (name) {
    case 'BYTE':
      return view.getUint8(at);
    case 'WORD':
      return view.getUint16(at, true);
    case 'DWORD':
      return view.getUint32(at, true);
    case 'LONG':
    case 'BOOL':
      return view.getInt32(at, true);
  }
}

function readAddress(view: DataView, at: number, { bits }: Target): bigint {
  return bits === 64 ? view.getBigUint64(at, true) : BigInt(view.getUint32(at, true));
}

/** The offset that the pointer at `at` points to; may lie outside. */
function follow(view: DataView, at: number, placement: Placement): number {
  return Number(readAddress(view, at, placement) - placement.base);
}

function need(view: DataView, at: number, size: number): void {
  if (at < 0 || at + size > view.byteLength) {
    throw new RangeError(`${size} bytes at ${at} do not lie within ${view.byteLength}.`);
  }
}

function bytesOf(view: DataView, at: number, size: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + at, size);
}
