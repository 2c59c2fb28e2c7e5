/** Arbitrary values of any described type, and texts that an application's charset can hold. */
import fc, { type Arbitrary } from 'fast-check';
import { charsIn, decodeText, encodeText } from '../../src/api/layout/text.js';
import type { CharName, Field, ScalarName, Struct, Target, Type } from '../../src/api/layout/types.js';

export const targets: readonly Target[] = [
  { bits: 32, charset: 'ansi' },
  { bits: 32, charset: 'unicode' },
  { bits: 64, charset: 'ansi' },
  { bits: 64, charset: 'unicode' },
];

export const targetName = ({ bits, charset }: Target): string => `${bits} bits, ${charset}`;

/** Every character that Shift_JIS has and gives back as it was. */
export const shiftJisCharacters: readonly string[] = Array.from({ length: 0xffff }, (_, i) =>
  String.fromCharCode(i + 1),
).filter((each) => decodeText(encodeText(each, 'char', { charset: 'ansi' }), 'char', { charset: 'ansi' }) === each);

/** Characters whose second byte in Shift_JIS is one of ASCII's, backslashes among them; half-width katakana. */
const awkward = ['表', 'ソ', '能', '予', 'ァ', 'ー', '～', 'ｱ', 'ﾟ', '\\', '~', 'A'];

const isWide = (char: CharName, target: Target) =>
  char === 'WCHAR' || (char === 'TCHAR' && target.charset === 'unicode');

function characterArb(char: CharName, target: Target): Arbitrary<string> {
  if (!isWide(char, target)) return fc.oneof(fc.constantFrom(...awkward), fc.constantFrom(...shiftJisCharacters));
  // Any code unit but NUL: halves of surrogate pairs too, as Windows lets them pass.
  return fc.oneof(
    fc.constantFrom(...awkward, '𠮷', '😀'),
    fc.integer({ min: 1, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
  );
}

/** Texts of at most `most` characters of that kind; many of just so many. */
export function textArb(char: CharName, most: number, target: Target): Arbitrary<string> {
  const characters = fc.array(characterArb(char, target), { minLength: 1, maxLength: 12 });
  return fc.tuple(characters, fc.boolean()).map(([some, filled]) => {
    let fitting = '';
    let left = most;
    for (let i = 0; i < (filled ? most : some.length); i += 1) {
      const next = some[i % some.length];
      const units = charsIn(next, char, target);
      if (units > left) continue;
      fitting += next;
      left -= units;
    }
    return fitting;
  });
}

const ranges: Record<ScalarName, [number, number]> = {
  BYTE: [0, 0xff],
  WORD: [0, 0xffff],
  DWORD: [0, 0xffffffff],
  LONG: [-0x80000000, 0x7fffffff],
  BOOL: [-0x80000000, 0x7fffffff],
};

/** Values of a type. Lists and unions come out right in a structure only, whose other fields say how many and which. */
export function valueArb(type: Type, target: Target): Arbitrary<unknown> {
  switch (type.kind) {
    case 'scalar': {
      const [min, max] = ranges[type.name];
      return fc.oneof(fc.integer({ min, max }), fc.constantFrom(min, max));
    }
    case 'address':
      return fc.bigInt({ min: 0n, max: (1n << BigInt(target.bits)) - 1n });
    case 'text':
      return textArb(type.char, type.length - 1, target);
    case 'text-pointer':
      return textArb(type.char, 40, target);
    case 'array':
      return fc.array(valueArb(type.of, target), { minLength: type.length, maxLength: type.length });
    case 'list':
      return fc.array(valueArb(type.of, target), { maxLength: 6 });
    case 'struct':
      return structArb(type, target);
    case 'union':
      return fc.oneof(...type.members.map((member) => memberArb(member, target)));
    case 'trailing':
      return fc.constant(undefined);
  }
}

const memberArb = (member: Field, target: Target): Arbitrary<Record<string, unknown>> =>
  valueArb(member.type, target).map((value) => ({ [member.name]: value }));

function structArb(type: Struct, target: Target): Arbitrary<Record<string, unknown>> {
  const fields = type.fields.filter((field) => field.type.kind !== 'trailing');
  const plain = fc.record(Object.fromEntries(fields.map((field) => [field.name, valueArb(field.type, target)])));
  return fields.reduce<Arbitrary<Record<string, unknown>>>((arb, { name, type: inner }) => {
    if (inner.kind === 'list') {
      return arb.map((value) => ({ ...value, [inner.counted]: (value[name] as unknown[]).length }));
    }
    const choice = inner.kind === 'union' ? inner.chosenBy : undefined;
    if (inner.kind !== 'union' || choice === undefined) return arb;
    return fc.constantFrom(...choice.cases).chain(([chosen, member]) =>
      fc
        .tuple(
          arb,
          memberArb(
            inner.members.find((each) => each.name === member)!,
            target,
          ),
        )
        .map(([value, one]) => ({ ...value, [choice.field]: chosen, [name]: one })),
    );
  }, plain);
}

/** Addresses at which a buffer of up to a mebibyte can lie. */
export function baseArb({ bits }: Target): Arbitrary<bigint> {
  return fc.bigInt({ min: 0n, max: (1n << BigInt(bits)) - (1n << 20n) });
}
