/**
 * The checksum of status boards: two lanes of rotate, xor and multiply over whole words.
 *
 * Each step of a lane is reversible for a given word, and the lanes are xor-ed in the end: a change of any one word
 * always changes the sum. Rotating keeps changes of two words from cancelling each other at the top bit, and the lanes
 * differ, so that words that changed places are noticed. It guards against torn writes, not against intent.
 *
 * Boards are summed over a private copy, which WebAssembly does not see; frames have the checksum of frames.wat.
 */

const SEED_A = 0x243f6a88;
const SEED_B = 0x13198a2e;
// Odd, so that multiplying can be undone.
const TIMES_A = 0x9e3779b1 | 0;
const TIMES_B = 0x85ebca6b | 0;

/** The checksum of so many words of a status board, together with their version. */
export function statusChecksum(i32: Int32Array, from: number, words: number, version: number): number {
  const end = from + words;
  let a = SEED_A ^ version;
  let b = SEED_B;
  let at = from;
  for (; at + 2 <= end; at += 2) {
    a = Math.imul(((a << 13) | (a >>> 19)) ^ i32[at], TIMES_A);
    b = Math.imul(((b << 13) | (b >>> 19)) ^ i32[at + 1], TIMES_B);
  }
  if (at < end) b = Math.imul(((b << 13) | (b >>> 19)) ^ i32[at], TIMES_B);
  return a ^ ((b << 14) | (b >>> 18));
}
