/**
 * Strings as Visual Basic and the DLL hand them to each other (7.4): to the DLL they are ANSI, and end with one NUL; what
 * stands behind it is still there, and Visual Basic, which ends no string with a NUL, takes it for text.
 */
import { decodeWhole, encodeText } from '../layout/text.js';

const ansi = { charset: 'ansi' } as const;

/** What stands behind the NUL in bytes that nobody has written to: what was there before. Not NUL, and always the same. */
const LEFTOVER = 0xcc;
const SPACE = 0x20;

/** What is NULL to the DLL: for a `String` that is left out. */
export const vbNullString = null;
/** For StrConv: from ANSI to a string of Visual Basic. */
export const vbUnicode = 64;

/** The bytes of a text in ANSI; a character that Shift_JIS lacks becomes a question mark. */
export function ansiBytes(text: string): Uint8Array {
  return encodeText(text, 'char', ansi);
}

/**
 * A `String * n`, as a call writes to it: n bytes of ANSI. A call writes its text and one NUL; behind that stays what was
 * there. How much of it is the answer, the size says that the call tells.
 */
export class VbString {
  readonly bytes: Uint8Array;

  /**
   * @param length in bytes; a character of two bytes takes two
   * @param initial what it is filled with before, then spaces (7.4.2: all of it has to be initialised)
   * @throws RangeError for a length that is none
   */
  constructor(length: number, initial = '') {
    if (!Number.isSafeInteger(length) || length < 0) throw new RangeError(`A String cannot have ${length} bytes.`);
    this.bytes = new Uint8Array(length).fill(SPACE);
    this.assign(initial);
  }

  get length(): number {
    return this.bytes.length;
  }

  /** Puts a text in, padded with spaces, or as much of it as fits. */
  assign(text: string): void {
    const encoded = ansiBytes(text);
    this.bytes.fill(SPACE);
    this.bytes.set(encoded.subarray(0, this.length));
  }

  /** All of it: the NUL and what stands behind it, too. */
  toString(): string {
    return decodeWhole(this.bytes);
  }
}

/** The text up to its NUL: what the DLL takes a string of Visual Basic for. */
export function upToNul(text: string): string {
  const end = text.indexOf('\0');
  return end < 0 ? text : text.slice(0, end);
}

/** A text as a callback receives it: a field of that many bytes, with one NUL, and leftovers behind it. */
export function receivedBytes(text: string, length: number): Uint8Array {
  const encoded = ansiBytes(text);
  const bytes = new Uint8Array(Math.max(length, encoded.length + 1)).fill(LEFTOVER);
  bytes.set(encoded);
  bytes[encoded.length] = 0;
  return bytes;
}

/** `StrConv(bytes, vbUnicode)`: the whole array as a string of Visual Basic, NULs included. */
export function StrConv(bytes: Uint8Array, conversion: typeof vbUnicode): string {
  if (conversion !== vbUnicode) throw new RangeError('Only vbUnicode is known here.');
  return decodeWhole(bytes);
}

/** `ChrB(code)`: one byte. */
export function ChrB(code: number): Uint8Array {
  return Uint8Array.of(code);
}

/** `InStrB(bytes, one)`: where that byte is first, counted from 1; 0 where it is not. */
export function InStrB(bytes: Uint8Array, one: Uint8Array): number {
  return bytes.indexOf(one[0]) + 1;
}

/** `LeftB(bytes, count)`: the first so many bytes. */
export function LeftB(bytes: Uint8Array, count: number): Uint8Array {
  return bytes.slice(0, Math.max(0, count));
}
