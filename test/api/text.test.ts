/** Texts as bytes of an application: Shift_JIS and UTF-16LE. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { charsIn, decodeText, encodeText, findNul } from '../../src/api/layout/text.js';
import type { Target } from '../../src/api/layout/types.js';
import { shiftJisCharacters, targets, textArb } from './arbitrary.js';

const ansi = { charset: 'ansi' } as const;
const unicode = { charset: 'unicode' } as const;
const bytes = (value: string, target: Pick<Target, 'charset'>) => [...encodeText(value, 'TCHAR', target)];

describe('Shift_JIS', () => {
  it('is two bytes for a kanji, one for ASCII and half-width katakana', () => {
    expect(bytes('表A\\ｱ', ansi)).toEqual([0x95, 0x5c, 0x41, 0x5c, 0xb1]);
    expect(charsIn('表A\\ｱ', 'TCHAR', ansi)).toBe(5);
  });

  it('has the whole of the code page: 94 kanji rows, katakana, and the additions of NEC and IBM', () => {
    expect(shiftJisCharacters.length).toBeGreaterThan(7400);
    expect(bytes('①髙㈱', ansi)).toEqual([0x87, 0x40, 0xfb, 0xfc, 0x87, 0x8a]);
  });

  it('has one ? for a character that it lacks, and for half a surrogate pair', () => {
    expect(bytes('a😀b\ud800', ansi)).toEqual([...Buffer.from('a?b?')]);
  });

  it('gives U+FFFD for half a character wherever it was cut', () => {
    const whole = encodeText('ソ能表', 'TCHAR', ansi);
    for (let cut = 0; cut <= whole.length; cut += 1) {
      const expected = 'ソ能表'.slice(0, Math.floor(cut / 2)) + (cut % 2 === 1 ? '\ufffd' : '');
      expect(decodeText(whole.subarray(0, cut), 'TCHAR', ansi)).toBe(expected);
    }
  });

  it('ends at the first NUL, which no double-byte character has in it', () => {
    for (const each of shiftJisCharacters) expect(findNul(encodeText(each, 'char', ansi), 1)).toBeUndefined();
    expect(decodeText(Uint8Array.of(0x41, 0, 0x42), 'TCHAR', ansi)).toBe('A');
  });
});

describe('UTF-16LE', () => {
  it('is two bytes for each code unit, and ends at two zeros that make one', () => {
    expect(bytes('A表', unicode)).toEqual([0x41, 0, 0x68, 0x88]);
    expect(charsIn('😀', 'TCHAR', unicode)).toBe(2);
    expect(decodeText(Uint8Array.of(0x41, 0, 0, 0x30, 0, 0, 0x42, 0), 'TCHAR', unicode)).toBe('A\u3000');
  });

  it('keeps half a surrogate pair and a byte order mark', () => {
    expect(decodeText(encodeText('\ufeffa\ud800', 'WCHAR', ansi), 'WCHAR', ansi)).toBe('\ufeffa\ud800');
  });
});

it('comes back as it was, whatever kind its characters are of', () => {
  for (const target of targets) {
    for (const char of ['char', 'WCHAR', 'TCHAR'] as const) {
      fc.assert(
        fc.property(textArb(char, 50, target), (value) => {
          expect(decodeText(encodeText(value, char, target), char, target)).toBe(value);
          expect(charsIn(value, char, target)).toBeLessThanOrEqual(50);
        }),
        { numRuns: 50 },
      );
    }
  }
});
