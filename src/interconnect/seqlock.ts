/**
 * A board on which one thread writes its status and any thread reads it, without asking and without waiting.
 *
 * The writer fills the buffer that is not valid and then says that it is; killed in the middle, it leaves the other
 * one as it was. A reader copies the valid buffer and believes the copy only if its checksum is that of its version:
 * then it is not torn, in whatever order a processor let the reader see the words. It tries again where the writer
 * wrote twice meanwhile.
 */
import { statusChecksum } from './checksum.js';
import {
  assertInside,
  STATUS_CHECKSUMS,
  STATUS_DATA,
  STATUS_VERSION,
  statusBufferWords,
  statusBytes,
} from './layout.js';

export { statusBytes } from './layout.js';

/** How often a reader tries before it says that it could not read. */
const TRIES = 16;

/** Fills a status: writes its words from `i32[at]` on. `at` is a multiple of 16. */
export type Fill = (i32: Int32Array, at: number) => void;

/** The next version, in the other buffer. 0 says that none was written: where versions run over, it is left out with 1. */
function versionAfter(version: number): number {
  return version === -1 ? 2 : (version + 1) | 0;
}

/** The one writer of a status board. A new one goes on where a killed one stopped. */
export class StatusWriter {
  /** A view over the whole memory, for a `fill` that writes Float64: `f64[at / 2]`. */
  readonly f64: Float64Array;
  private readonly i32: Int32Array;
  private readonly board: number;
  private readonly stride: number;

  /**
   * Throws a RangeError where there is no such board in the memory.
   *
   * @param byteOffset where the board begins: a multiple of 64
   * @param words how many the status has
   */
  constructor(
    memory: SharedArrayBuffer,
    byteOffset: number,
    private readonly words: number,
  ) {
    assertInside(memory, byteOffset, statusBytes(words));
    this.i32 = new Int32Array(memory);
    this.f64 = new Float64Array(memory, 0, memory.byteLength >>> 3);
    this.board = byteOffset / 4;
    this.stride = statusBufferWords(words);
  }

  /** Writes a new status: `fill` writes all its words, as the buffer holds those of the last but one. */
  write(fill: Fill): void {
    const { i32, board } = this;
    const version = versionAfter(Atomics.load(i32, board + STATUS_VERSION));
    const at = board + STATUS_DATA + (version & 1) * this.stride;
    fill(i32, at);
    const sum = statusChecksum(i32, at, this.words, version);
    Atomics.store(i32, board + STATUS_CHECKSUMS + (version & 1), sum);
    Atomics.store(i32, board + STATUS_VERSION, version);
  }
}

/** A reader of a status board; there may be any number. */
export class StatusReader {
  /** How many times the status that was read last had been written, as an Int32 that runs over, to 2; 0 for none. */
  version = 0;
  private readonly i32: Int32Array;
  private readonly board: number;
  private readonly stride: number;

  /** Throws a RangeError where there is no such board in the memory. For the parameters see StatusWriter. */
  constructor(
    memory: SharedArrayBuffer,
    byteOffset: number,
    private readonly words: number,
  ) {
    assertInside(memory, byteOffset, statusBytes(words));
    this.i32 = new Int32Array(memory);
    this.board = byteOffset / 4;
    this.stride = statusBufferWords(words);
  }

  /**
   * Reads the newest status into the first words of `into`. Answers false where none was written yet, or where the
   * writer was faster sixteen times; then `into` holds nothing of use. Throws a RangeError where `into` is too short.
   */
  read(into: Int32Array): boolean {
    const { i32, board, words } = this;
    if (into.length < words) throw new RangeError(`A status of ${words} words is to be read into ${into.length}.`);
    for (let tries = 0; tries < TRIES; tries++) {
      const version = Atomics.load(i32, board + STATUS_VERSION);
      if (version === 0) return false;
      const at = board + STATUS_DATA + (version & 1) * this.stride;
      for (let i = 0; i < words; i++) into[i] = i32[at + i];
      const sum = Atomics.load(i32, board + STATUS_CHECKSUMS + (version & 1));
      if (sum === statusChecksum(into, 0, words, version)) {
        this.version = version;
        return true;
      }
    }
    return false;
  }
}
