/**
 * Texts as an application's bytes: Shift_JIS for `char`, UTF-16LE for WCHAR, and for TCHAR what the application was
 * compiled for.
 *
 * Shift_JIS is what a Japanese Windows calls its ANSI code page (932): one byte for ASCII and half-width katakana, two
 * for the rest. The second byte of a character may be one of ASCII's, but never 0, so the first NUL ends a text. A
 * character that the code page lacks is encoded as `?`; half a character (a first byte at the end, or before a byte
 * that cannot follow it) is decoded as U+FFFD.
 */
import { Buffer } from 'node:buffer';
import iconv from 'iconv-lite';
import type { CharName, Target } from './types.js';

const CODE_PAGE = 'cp932';

/** Bytes of one character of that kind: 1 or 2. */
export function charSize(char: CharName, target: Pick<Target, 'charset'>): 1 | 2 {
  return isWide(char, target) ? 2 : 1;
}

/** The bytes of a text, without a NUL at the end. */
export function encodeText(value: string, char: CharName, target: Pick<Target, 'charset'>): Uint8Array {
  return isWide(char, target) ? Buffer.from(value, 'utf16le') : iconv.encode(value, CODE_PAGE);
}

/** The text in these bytes up to the first NUL, or to their end. */
export function decodeText(bytes: Uint8Array, char: CharName, target: Pick<Target, 'charset'>): string {
  const upToNul = bytes.subarray(0, findNul(bytes, charSize(char, target)) ?? bytes.length);
  if (!isWide(char, target)) return iconv.decode(upToNul, CODE_PAGE);
  return Buffer.from(upToNul.buffer, upToNul.byteOffset, upToNul.byteLength).toString('utf16le');
}

/** All text in these bytes of ANSI, NULs and what stands behind them included: they are characters like others. */
export function decodeWhole(bytes: Uint8Array): string {
  return iconv.decode(bytes, CODE_PAGE);
}

/** Characters of that kind that the text takes, without a NUL: what `lpcch...` parameters count. */
export function charsIn(value: string, char: CharName, target: Pick<Target, 'charset'>): number {
  return encodeText(value, char, target).length / charSize(char, target);
}

/** Where the first NUL of `size` bytes begins, looking at whole characters only; undefined where there is none. */
export function findNul(bytes: Uint8Array, size: 1 | 2): number | undefined {
  for (let at = 0; at + size <= bytes.length; at += size) {
    if (bytes[at] === 0 && (size === 1 || bytes[at + 1] === 0)) return at;
  }
  return undefined;
}

function isWide(char: CharName, target: Pick<Target, 'charset'>): boolean {
  return char === 'WCHAR' || (char === 'TCHAR' && target.charset === 'unicode');
}
