/** Values of every type that NDR carries, and bytes that are almost one. */
import fc from 'fast-check';
import { completed } from '../../../src/api/clusapi/rpc/ndr/encode.js';
import type { Fields, Ndr } from '../../../src/api/clusapi/rpc/ndr/types.js';
import { partsOf, type MessageKind, type Method } from '../../../src/api/clusapi/rpc/method.js';

const LIST_MAX = 5;
const hex = (digits: number): fc.Arbitrary<string> =>
  fc.stringMatching(new RegExp(`^[0-9a-f]{${digits}}$`)).filter((text) => text.length === digits);
const uuidArb = fc.tuple(hex(8), hex(4), hex(4), hex(4), hex(12)).map((parts) => parts.join('-'));
/** Any units but NUL, lone surrogates among them. */
const unitsArb = (least: number): fc.Arbitrary<string> =>
  fc
    .array(fc.integer({ min: least, max: 0xffff }), { maxLength: LIST_MAX })
    .map((units) => String.fromCharCode(...units));

/** A value of the type; counts are left to `fieldsArb`. */
function valueArb(type: Ndr): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case 'u8':
      return fc.nat(0xff);
    case 'u16':
      return fc.nat(0xffff);
    case 'u32':
      return fc.nat(type.max ?? 0xffffffff);
    case 'i32':
      return fc.integer({ min: -0x80000000, max: 0x7fffffff });
    case 'u64':
      return fc.bigInt(0n, 0xffffffffffffffffn);
    case 'handle':
    case 'uuid':
      return uuidArb;
    case 'text':
      return unitsArb(1);
    case 'label':
      return fc.stringMatching(/^[ -~]*$/).map((text) => text.slice(0, type.size - 1));
    case 'pointer':
      return fc.option(valueArb(type.to), { nil: undefined });
    case 'list':
      if (type.of.kind === 'u8') return fc.uint8Array({ maxLength: LIST_MAX });
      if (type.of.kind === 'u16') return unitsArb(0);
      return fc.array(valueArb(type.of), { maxLength: LIST_MAX });
    case 'struct':
      return fieldsArb(type.fields);
    default:
      return type satisfies never;
  }
}

/** Neighbours, with counts that are right: what is sent, and room for as much or more where that is said apart. */
function fieldsArb(fields: Fields): fc.Arbitrary<Record<string, unknown>> {
  const lists = Object.values(fields).flatMap((type) => {
    const inner = type.kind === 'pointer' ? type.to : type;
    return inner.kind === 'list' ? [inner] : [];
  });
  const counts = new Set(lists.flatMap(({ size, length }) => [size, length]));
  const own = Object.entries(fields).filter(([name]) => !counts.has(name));
  return fc
    .tuple(fc.record(Object.fromEntries(own.map(([name, type]) => [name, valueArb(type)]))), fc.nat(3))
    .map(([values, spare]) => {
      const counted: Record<string, unknown> = { ...completed(fields, values) };
      for (const { size, length } of lists) {
        if (length !== undefined) counted[size] = (counted[size] as number) + spare;
      }
      return counted;
    });
}

/** What a message may have, counted. An answer has with it what its caller said of the room. */
export function messageArb(method: Method, version: number, kind: MessageKind): fc.Arbitrary<Record<string, unknown>> {
  return fieldsArb(partsOf(method, version, kind));
}

/** The parts alone, for comparison with what was decoded. */
export function partsAlone(
  method: Method,
  version: number,
  kind: MessageKind,
  values: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return Object.fromEntries(Object.keys(partsOf(method, version, kind)).map((name) => [name, values[name]]));
}

/** Good bytes with some of them changed, cut or repeated; or bytes that never were any good. */
export function damagedArb(good: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  const telling = fc.constantFrom(0, 1, 2, 0x7f, 0x80, 0xff);
  const edit = fc.record({ at: fc.nat(), byte: fc.oneof(telling, fc.nat(0xff)), wide: fc.boolean() });
  const changed = fc
    .tuple(good, fc.array(edit, { minLength: 1, maxLength: 4 }), fc.nat(40))
    .map(([bytes, edits, cut]) => {
      const copy = cut < 30 ? bytes.slice() : bytes.slice(0, Math.max(0, bytes.length - cut + 30));
      for (const { at, byte, wide } of edits) {
        if (copy.length === 0) break;
        const place = at % copy.length;
        // Counts and lengths are four bytes: most of all they are worth being wrong.
        if (wide) copy.fill(byte, place & ~3, (place & ~3) + 4);
        else copy[place] = byte;
      }
      return copy;
    });
  return fc.oneof({ weight: 4, arbitrary: changed }, { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) });
}
