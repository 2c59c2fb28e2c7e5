/**
 * The checksum of frames and of status boards: two lanes, and a step of a lane takes two words. It rotates, xors the
 * first word in, multiplies, and adds nine times the second.
 *
 * Each step of a lane is reversible for a given word, and the lanes are xor-ed in the end: a change of any one word
 * always changes the sum. Rotating keeps changes of two words from cancelling each other at the top bit, nine times
 * keeps a bit of the second word from being undone by one of the word after it, and the lanes differ, so that words
 * that changed places are noticed. It guards against torn and lost writes, not against intent. The multiplications are
 * what takes the time: so there is one for two words.
 */
import { FRAME_ENDS_EPOCH, FRAME_SEQUENCE, FRAME_STAMP } from './layout.js';

const SEED_A = 0x243f6a88;
const SEED_B = 0x13198a2e;
// Odd, so that multiplying can be undone.
const TIMES_A = 0x9e3779b1 | 0;
const TIMES_B = 0x85ebca6b | 0;
const TIMES_SUM = 0xc2b2ae35 | 0;

/** The checksum of the frame that begins at a word, and goes on for so many bytes, rounded up to whole words. */
export function frameChecksum(i32: Int32Array, frame: number, bytes: number): number {
  const end = frame + ((bytes + 3) >>> 2);
  const a = (Math.imul(SEED_A ^ i32[frame], TIMES_A) + Math.imul(i32[frame + FRAME_SEQUENCE], 9)) | 0;
  const b = Math.imul(SEED_B ^ i32[frame + FRAME_ENDS_EPOCH], TIMES_B);
  return mixed(i32, frame + FRAME_STAMP, end, a, b);
}

/** The checksum of so many words of a status board, together with their version. */
export function statusChecksum(i32: Int32Array, from: number, words: number, version: number): number {
  return mixed(i32, from, from + words, SEED_A ^ version, SEED_B);
}

/** Mixes the words from `at` up to `end` into the lanes. */
function mixed(i32: Int32Array, at: number, end: number, a: number, b: number): number {
  for (; at + 4 <= end; at += 4) {
    a = (Math.imul(((a << 13) | (a >>> 19)) ^ i32[at], TIMES_A) + Math.imul(i32[at + 1], 9)) | 0;
    b = (Math.imul(((b << 13) | (b >>> 19)) ^ i32[at + 2], TIMES_B) + Math.imul(i32[at + 3], 9)) | 0;
  }
  for (; at < end; at++) b = Math.imul(((b << 13) | (b >>> 19)) ^ i32[at], TIMES_B);
  return Math.imul(a, TIMES_SUM) ^ ((b << 14) | (b >>> 18));
}
