/**
 * The checksum of frames and of status boards: four lanes of rotate, xor and multiply over whole words.
 *
 * Each step of a lane is reversible for a given word, and the lanes are xor-ed in the end: a change of any one word
 * always changes the sum. Rotating keeps changes of two words from cancelling each other at the top bit, and the lanes
 * differ, so that words that changed places are noticed. It guards against torn and lost writes, not against intent.
 * Four lanes, because a multiplication takes three cycles and four of them can be under way at once.
 */
import { FRAME_CHECKSUM, FRAME_STAMP } from './layout.js';

const SEED_A = 0x243f6a88;
const SEED_B = 0x13198a2e;
const SEED_C = 0x2b7e1516;
const SEED_D = 0x452821e6;
// Odd, so that multiplying can be undone.
const TIMES_A = 0x9e3779b1 | 0;
const TIMES_B = 0x85ebca6b | 0;
const TIMES_C = 0xc2b2ae35 | 0;
const TIMES_D = 0x27d4eb2f;

/** The checksum of the frame that begins at a word, and goes on for so many bytes, rounded up to whole words. */
export function frameChecksum(i32: Int32Array, frame: number, bytes: number): number {
  const end = frame + ((bytes + 3) >>> 2);
  const a = Math.imul(SEED_A ^ i32[frame], TIMES_A);
  const b = Math.imul(SEED_B ^ i32[frame + 1], TIMES_B);
  const c = Math.imul(SEED_C ^ i32[frame + FRAME_CHECKSUM - 1], TIMES_C);
  return mixed(i32, frame + FRAME_STAMP, end, a, b, c);
}

/** The checksum of so many words of a status board, together with their version. */
export function statusChecksum(i32: Int32Array, from: number, words: number, version: number): number {
  return mixed(i32, from, from + words, SEED_A ^ version, SEED_B, SEED_C);
}

/** Mixes the words from `at` up to `end` into the lanes, three of which have begun already. */
function mixed(i32: Int32Array, at: number, end: number, a: number, b: number, c: number): number {
  let d = SEED_D;
  for (; at + 4 <= end; at += 4) {
    a = Math.imul(((a << 13) | (a >>> 19)) ^ i32[at], TIMES_A);
    b = Math.imul(((b << 13) | (b >>> 19)) ^ i32[at + 1], TIMES_B);
    c = Math.imul(((c << 13) | (c >>> 19)) ^ i32[at + 2], TIMES_C);
    d = Math.imul(((d << 13) | (d >>> 19)) ^ i32[at + 3], TIMES_D);
  }
  for (; at < end; at++) d = Math.imul(((d << 13) | (d >>> 19)) ^ i32[at], TIMES_D);
  return a ^ ((b << 7) | (b >>> 25)) ^ ((c << 14) | (c >>> 18)) ^ ((d << 21) | (d >>> 11));
}
