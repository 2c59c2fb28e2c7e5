/** The few rules of ASN.1's DER that SPNEGO needs: elements of a tag, a length and bytes. */
import { NdrError, Reader } from '../ndr/bytes.js';

export interface Element {
  readonly tag: number;
  readonly bytes: Uint8Array;
}

/** Tags. Those in context are `0xa0` and a number. */
export const Tag = {
  OCTETS: 0x04,
  OBJECT: 0x06,
  ENUMERATED: 0x0a,
  SEQUENCE: 0x30,
  APPLICATION: 0x60,
  CONTEXT: 0xa0,
} as const;

/** All elements in a row. An `NdrError` where the bytes are none. */
export function elements(bytes: Uint8Array): Element[] {
  const from = new Reader(bytes);
  const found: Element[] = [];
  while (from.left > 0) {
    const tag = from.u8();
    found.push({ tag, bytes: from.raw(readLength(from)) });
  }
  return found;
}

/** What is in the one element that the bytes are; an `NdrError` where they are none, or not of that tag. */
export function inside(bytes: Uint8Array, tag: number): Uint8Array {
  const found = elements(bytes);
  if (found.length !== 1 || found[0].tag !== tag) throw new NdrError('another element than the one that should be');
  return found[0].bytes;
}

/** An element. */
export function element(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const head = length < 0x80 ? [tag, length] : [tag, 0x82, length >> 8, length & 0xff];
  const bytes = new Uint8Array(head.length + length);
  bytes.set(head);
  let at = head.length;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function readLength(from: Reader): number {
  const first = from.u8();
  if (first < 0x80) return first;
  const count = first & 0x7f;
  if (count < 1 || count > 3) throw new NdrError('a length that is none');
  let length = 0;
  for (let i = 0; i < count; i++) length = length * 256 + from.u8();
  return length;
}
