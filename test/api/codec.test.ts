/** Bytes and back: for every documented structure, in all four kinds of application, and where it must be refused. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clientStructures, vbStructures } from '../../src/api/arm-client/structures.js';
import { structures3, structures4 } from '../../src/api/arm-server/structures.js';
import { constants3, constants4 } from '../../src/api/arm-server/constants.js';
import { decode, encode, needed, type Placement } from '../../src/api/layout/codec.js';
import { offsetOf, sizeOf } from '../../src/api/layout/measure.js';
import {
  array,
  BYTE,
  DWORD,
  field,
  struct,
  text,
  union,
  WORD,
  type Struct,
  type ValueOf,
} from '../../src/api/layout/types.js';
import { baseArb, targetName, targets, valueArb } from './arbitrary.js';
import { kitchenSink } from './kitchen-sink.js';

const layouts: [string, Struct][] = [
  ...Object.values(structures4).map(({ layout }): [string, Struct] => [`Ver4.x ${layout.name}`, layout]),
  ...Object.values(structures3).map(({ layout }): [string, Struct] => [`Ver3.0 ${layout.name}`, layout]),
  ...Object.values(clientStructures).map(({ layout }): [string, Struct] => [`client ${layout.name}`, layout]),
  ...Object.values(vbStructures).map(({ layout }): [string, Struct] => [`Visual Basic ${layout.name}`, layout]),
  ['one of everything', kitchenSink],
];

const plain: Placement = { bits: 32, charset: 'ansi', base: 0x10000n };

function bytesOf(type: Struct, value: Record<string, unknown>, placement: Placement): Uint8Array {
  const result = encode(type, value as ValueOf<Struct>, { ...placement, tooLong: 'too long' });
  if (!result.ok) throw new Error(result.error);
  return result.value;
}

describe.each(layouts)('%s', (_, layout) => {
  it.each(targets.map((target) => [targetName(target), target] as const))('comes back as it was: %s', (__, target) => {
    fc.assert(
      fc.property(valueArb(layout, target), baseArb(target), fc.nat(9), (value, base, shift) => {
        const fields = value as Record<string, unknown>;
        const bytes = bytesOf(layout, fields, { ...target, base });
        expect(bytes.length).toBe(needed(layout, fields as ValueOf<Struct>, target));
        expect(bytes.length).toBeGreaterThanOrEqual(sizeOf(layout, target));
        // Somewhere in a larger memory, full of other things.
        const memory = new Uint8Array(bytes.length + 20).fill(0xcc);
        memory.set(bytes, shift);
        expect(decode(layout, memory.subarray(shift, shift + bytes.length), { ...target, base })).toEqual(value);
      }),
      { numRuns: 60 },
    );
  });
});

describe('ARM_GROUP_INFO', () => {
  const { layout } = structures4.ARM_GROUP_INFO;
  const value = { nServer: 2, ServerList: ['SV2', 'SV1'], nRegistry: 1, RegistryList: ['HKEY_USERS\\表'] };

  it('has its pointers, and behind them the texts, in its own bData (32 bits, Shift_JIS)', () => {
    const bytes = bytesOf(layout, value, plain);
    expect(offsetOf(layout, 'bData', plain)).toBe(16);
    expect([...bytes]).toEqual([
      ...[2, 0, 0, 0, 16, 0, 1, 0, 1, 0, 0, 0, 24, 0, 1, 0],
      ...[28, 0, 1, 0, 32, 0, 1, 0, 36, 0, 1, 0],
      ...Buffer.from('SV2\0SV1\0HKEY_USERS\\', 'latin1'),
      ...[0x95, 0x5c, 0],
    ]);
  });

  it('takes 8 bytes a pointer in 64 bits and 2 a character in Unicode', () => {
    const target = { bits: 64, charset: 'unicode' } as const;
    expect(offsetOf(layout, 'bData', target)).toBe(32);
    expect(needed(layout, value, target)).toBe(32 + 3 * 8 + 2 * (4 + 4 + 13));
  });

  it('keeps the servers in the order of their priority', () => {
    const many = Array.from({ length: 16 }, (_, i) => `SERVER${(i * 7) % 16}`);
    const all = { nServer: 16, ServerList: many, nRegistry: 0, RegistryList: [] };
    expect(decode(layout, bytesOf(layout, all, plain), plain).ServerList).toEqual(many);
  });

  it('has NULL for a list of none', () => {
    const bytes = bytesOf(layout, { nServer: 0, ServerList: [], nRegistry: 0, RegistryList: [] }, plain);
    expect([...bytes]).toEqual(Array(16).fill(0));
  });

  it('is refused where a pointer leads out of the buffer', () => {
    const bytes = bytesOf(layout, value, plain);
    expect(() => decode(layout, bytes, { ...plain, base: 0x100n })).toThrow(RangeError);
    expect(() => decode(layout, bytes, { ...plain, base: 0x20000n })).toThrow(RangeError);
    expect(() => decode(layout, bytes.subarray(0, 15), plain)).toThrow(RangeError);
    // The last text without its NUL; a count beyond all memory.
    expect(() => decode(layout, bytes.subarray(0, -1), plain)).toThrow(RangeError);
    const boundless = bytes.slice();
    boundless.fill(0xff, 0, 4);
    expect(() => decode(layout, boundless, plain)).toThrow(RangeError);
  });

  it('is not made with a count that is none', () => {
    expect(() => bytesOf(layout, { ...value, nServer: 3 }, plain)).toThrow(/nServer/);
  });

  it('does not go where its pointers would not fit their bits', () => {
    expect(() => bytesOf(layout, value, { ...plain, base: 0xfffffff0n })).toThrow(RangeError);
  });
});

describe('ARM_RESOURCE_INFO', () => {
  it('has the member that its type means, and zeros behind it', () => {
    const { layout } = structures4.ARM_RESOURCE_INFO;
    const value = {
      dwType: constants4.ARM_RESTYPE_VIP,
      szGroupName: 'web',
      Parameter: { VIP: { dwAddress: 0x0500000a } },
    };
    const bytes = bytesOf(layout, value, plain);
    const at = offsetOf(layout, 'Parameter', plain);
    expect([...bytes.subarray(at, at + 4)]).toEqual([10, 0, 0, 5]);
    expect(bytes.subarray(at + 4).every((each) => each === 0)).toBe(true);
    expect(() => bytesOf(layout, { ...value, dwType: constants4.ARM_RESTYPE_HF }, plain)).toThrow(RangeError);
    expect(() => bytesOf(layout, { ...value, dwType: constants4.ARM_RESTYPE_ALL }, plain)).toThrow(RangeError);
    bytes[0] = 0;
    expect(() => decode(layout, bytes, plain)).toThrow(/dwType/);
  });

  it('is in Ver3.0 a shared disk of Ver2.x or a partition, by its type', () => {
    const { layout } = structures3.ARM_RESOURCE_INFO;
    const servers = { CurrentServer: 'A', PrimaryServer: 'A', SecondaryServer: 'B' };
    const value = {
      ...servers,
      Type: constants3.ARM_RESTYPE_SWDISK,
      Parameter: { Disk2: { LType: 0, Letter: 'S:' } },
    };
    expect(decode(layout, bytesOf(layout, value, plain), plain)).toEqual(value);
    expect(() => bytesOf(layout, { ...value, Type: constants3.ARM_RESTYPE_DISK }, plain)).toThrow(RangeError);
  });
});

describe('a text', () => {
  const five = struct('', field('t', text('TCHAR', 5)));
  const encodeFive = (t: string, charset: 'ansi' | 'unicode') =>
    encode(five, { t }, { ...plain, charset, tooLong: 'ARMERR' as const });

  it('fits with its NUL or is the error that the caller chose', () => {
    expect(encodeFive('表表', 'ansi').ok).toBe(true);
    expect(encodeFive('表表a', 'ansi')).toEqual({ ok: false, error: 'ARMERR' });
    expect(encodeFive('a表表', 'ansi')).toEqual({ ok: false, error: 'ARMERR' });
    expect(encodeFive('表ソ能予', 'unicode').ok).toBe(true);
    expect(encodeFive('表ソ能予a', 'unicode')).toEqual({ ok: false, error: 'ARMERR' });
  });

  it('ends with its array where there is no NUL, half a character being U+FFFD', () => {
    expect(decode(five, Uint8Array.of(0x95, 0x5c, 0x95, 0x5c, 0x95), plain)).toEqual({ t: '表表\ufffd' });
    expect(decode(five, Uint8Array.of(0x95, 0, 0x41, 0x41, 0), plain)).toEqual({ t: '\ufffd' });
  });

  it('has no NUL inside', () => {
    expect(() => encodeFive('a\0b', 'ansi')).toThrow(RangeError);
  });
});

describe('what no C value is like', () => {
  it.each([-1, 0x100, 1.5, NaN, Infinity])('is no BYTE: %s', (b) => {
    expect(() => bytesOf(struct('', field('b', BYTE)), { b }, plain)).toThrow(RangeError);
  });

  it('is an array of another length, or a union of no member', () => {
    expect(() => bytesOf(struct('', field('a', array(BYTE, 2))), { a: [1] }, plain)).toThrow(RangeError);
    const one = struct('', field('u', union([field('only', BYTE)])));
    expect(() => bytesOf(one, { u: {} }, plain)).toThrow(RangeError);
    expect(() => union([field('a', BYTE), field('b', WORD)])).toThrow(RangeError);
    expect(() => offsetOf(one, 'v', plain)).toThrow(RangeError);
    const stray = struct('', field('a', array(union([field('only', DWORD)]), 1)));
    expect(() => decode(stray, new Uint8Array(4), plain)).toThrow(RangeError);
  });
});
