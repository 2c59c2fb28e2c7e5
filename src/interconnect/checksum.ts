/**
 * The checksum of frames and of status boards: two lanes of rotate, xor and multiply over whole words.
 *
 * Each step of a lane is reversible for a given word, and the lanes are xor-ed in the end: a change of any one word
 * always changes the sum. Rotating keeps changes of two words from cancelling each other at the top bit, and the lanes
 * differ, so that words that changed places are noticed. It guards against torn and lost writes, not against intent.
 * Two lanes, because two multiplications can be under way at once, and four made so much code that the compiler no
 * longer put it where it is called from: a frame then took a quarter longer to write.
 */
import { FRAME_ENDS_EPOCH, FRAME_SEQUENCE, FRAME_STAMP } from './layout.js';

const SEED_A = 0x243f6a88;
const SEED_B = 0x13198a2e;
// Odd, so that multiplying can be undone.
const TIMES_A = 0x9e3779b1 | 0;
const TIMES_B = 0x85ebca6b | 0;

/** The checksum of the frame that begins at a word, and goes on for so many bytes, rounded up to whole words. */
export function frameChecksum(i32: Int32Array, frame: number, bytes: number): number {
  const end = frame + ((bytes + 3) >>> 2);
  const first = Math.imul(SEED_A ^ i32[frame], TIMES_A);
  const a = Math.imul(((first << 13) | (first >>> 19)) ^ i32[frame + FRAME_SEQUENCE], TIMES_A);
  const b = Math.imul(SEED_B ^ i32[frame + FRAME_ENDS_EPOCH], TIMES_B);
  return mixed(i32, frame + FRAME_STAMP, end, a, b);
}

/** The checksum of so many words of a status board, together with their version. */
export function statusChecksum(i32: Int32Array, from: number, words: number, version: number): number {
  return mixed(i32, from, from + words, SEED_A ^ version, SEED_B);
}

/** Mixes the words from `at` up to `end` into the lanes. */
function mixed(i32: Int32Array, at: number, end: number, a: number, b: number): number {
  for (; at + 2 <= end; at += 2) {
    a = Math.imul(((a << 13) | (a >>> 19)) ^ i32[at], TIMES_A);
    b = Math.imul(((b << 13) | (b >>> 19)) ^ i32[at + 1], TIMES_B);
  }
  if (at < end) b = Math.imul(((b << 13) | (b >>> 19)) ^ i32[at], TIMES_B);
  return a ^ ((b << 14) | (b >>> 18));
}
