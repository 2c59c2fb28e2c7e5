/**
 * The MD4 message digest (RFC 1320): NTLM keeps a password as the MD4 of its UTF-16, so there is no way around it.
 *
 * Written here because OpenSSL 3 has it only in a provider that Node does not load, and because a package of two
 * megabytes of WebAssembly, asked once for one digest, costs more than these lines. MD4 protects nothing by itself: a
 * second text with the same digest is found in an instant.
 */

/** Each round: what it adds, how it mixes, by how much it turns, and the order in which it takes the words of a block. */
const ROUNDS = [
  {
    add: 0,
    mix: (b: number, c: number, d: number): number => (b & c) | (~b & d),
    turns: [3, 7, 11, 19],
    order: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  },
  {
    add: 0x5a827999,
    mix: (b: number, c: number, d: number): number => (b & c) | (b & d) | (c & d),
    turns: [3, 5, 9, 13],
    order: [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15],
  },
  {
    add: 0x6ed9eba1,
    mix: (b: number, c: number, d: number): number => b ^ c ^ d,
    turns: [3, 9, 11, 15],
    order: [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15],
  },
] as const;

const BLOCK_BYTES = 64;
const FIRST_STATE = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];

/** The digest of bytes: sixteen of them. */
export function md4(bytes: Uint8Array): Uint8Array {
  const padded = pad(bytes);
  const words = new DataView(padded.buffer);
  let state = FIRST_STATE;
  for (let at = 0; at < padded.length; at += BLOCK_BYTES) state = digestBlock(state, words, at);
  const digest = new DataView(new ArrayBuffer(16));
  state.forEach((word, i) => {
    digest.setUint32(i * 4, word, true);
  });
  return new Uint8Array(digest.buffer);
}

/** The bytes, a bit that is set, zeros up to a block's end, and in its last eight bytes the number of bits. */
function pad(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const blocks = Math.floor((bytes.length + 8) / BLOCK_BYTES) + 1;
  const padded = new Uint8Array(blocks * BLOCK_BYTES);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  new DataView(padded.buffer).setBigUint64(padded.length - 8, BigInt(bytes.length) * 8n, true);
  return padded;
}

function digestBlock(before: readonly number[], words: DataView, at: number): number[] {
  let [a, b, c, d] = before;
  for (const { add, mix, turns, order } of ROUNDS) {
    for (const [step, word] of order.entries()) {
      const sum = a + mix(b, c, d) + words.getUint32(at + word * 4, true) + add;
      [a, b, c, d] = [d, turned(sum | 0, turns[step % 4]), b, c];
    }
  }
  return [a + before[0], b + before[1], c + before[2], d + before[3]].map((word) => word >>> 0);
}

function turned(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}
