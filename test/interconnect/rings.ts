/** What the tests of rings share: rings at any position, frames with contents, and what a reader shows. */
import fc from 'fast-check';
import { RING_HEAD, RING_TAIL } from '../../src/interconnect/layout.js';
import { RingReader, RingWriter, ringBytes } from '../../src/interconnect/ring.js';
import { newSharedMemory, type SharedMemory } from '../../src/interconnect/shared-memory.js';

export interface Frame {
  readonly kind: number;
  readonly ends: number;
  readonly epoch: number;
  readonly stampUs: number;
  readonly payload: readonly number[];
}

/** Bytes before and behind the ring in its memory, that nobody may touch. */
export const AROUND = 128;

/** A ring that begins at any position, so also where positions run over. */
export class TestRing {
  readonly memory: SharedMemory;
  readonly words: Int32Array;
  writer: RingWriter;
  reader: RingReader;

  constructor(
    readonly capacity: number,
    position = 0,
  ) {
    this.memory = newSharedMemory(ringBytes(capacity) + 2 * AROUND);
    this.words = new Int32Array(this.memory.buffer);
    this.words[AROUND / 4 + RING_TAIL] = position;
    this.words[AROUND / 4 + RING_HEAD] = position;
    this.writer = this.newWriter();
    this.reader = this.newReader();
  }

  newWriter(): RingWriter {
    return new RingWriter(this.memory, AROUND, this.capacity);
  }

  newReader(): RingReader {
    return new RingReader(this.memory, AROUND, this.capacity);
  }
}

/** A position on a granule, often near where an Int32 runs over. */
export const positionArb = fc
  .oneof(fc.constant(0), fc.integer({ min: -40, max: 40 }), fc.integer({ min: 0x7ff_ffe0, max: 0x7ff_ffff }))
  .map((granule) => (granule * 16) | 0);

export function frameArb(payloadMax: number): fc.Arbitrary<Frame> {
  return fc.record({
    kind: fc.nat(63),
    ends: fc.nat(0xffff),
    epoch: fc.nat(0xffff),
    stampUs: fc.maxSafeNat(),
    payload: fc.oneof(
      fc.array(fc.nat(255), { maxLength: 48 }),
      fc.tuple(fc.nat(payloadMax), fc.nat(255)).map(([size, seed]) => bytesOf(Math.min(size, payloadMax), seed)),
    ),
  });
}

/** So many bytes that differ. */
export function bytesOf(size: number, seed: number): number[] {
  return Array.from({ length: size }, (_, index) => (index * 7 + seed) & 0xff);
}

/** Reserves, fills and seals; answers false where there is no room now. */
export function write(writer: RingWriter, frame: Frame): boolean {
  const { kind, ends, epoch, stampUs, payload } = frame;
  const at = writer.reserve(kind, ends, epoch, payload.length, stampUs);
  if (at < 0) return false;
  payload.forEach((byte, index) => (writer.u8[at * 4 + index] = byte));
  writer.seal();
  return true;
}

/** The frame that the reader stands on. */
export function shown(reader: RingReader): Frame {
  const { kind, ends, epoch, stampUs, at, payloadBytes, u8 } = reader;
  return { kind, ends, epoch, stampUs, payload: [...u8.slice(at * 4, at * 4 + payloadBytes)] };
}

/** All frames that are there now. */
export function readAll(reader: RingReader): Frame[] {
  const frames: Frame[] = [];
  while (reader.next()) frames.push(shown(reader));
  reader.release();
  return frames;
}

/** A frame of which little matters. */
export function plain(payload: readonly number[], stampUs = 1): Frame {
  return { kind: 5, ends: 0x0201, epoch: 9, stampUs, payload };
}

/** True where `some` are among `all`, in the same order. */
export function inOrderAmong(some: readonly Frame[], all: readonly Frame[]): boolean {
  const wanted = some.map((frame) => JSON.stringify(frame));
  let found = 0;
  for (const frame of all) if (JSON.stringify(frame) === wanted[found]) found++;
  return found === wanted.length;
}
