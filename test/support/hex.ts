/** Bytes as people print them. */

/** Hexadecimal digits, with or without blanks. */
export function bytes(digits: string): Uint8Array {
  return new Uint8Array(Buffer.from(digits.replace(/\s/g, ''), 'hex'));
}

export function hex(data: Uint8Array): string {
  return Buffer.from(data).toString('hex');
}
