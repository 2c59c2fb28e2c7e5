/**
 * Where everything stands in the memory that rings, bells and boards share between threads. What the payload of a heartbeat
 * or the words of a board mean is with those who write them (node/wire.ts, node/realtime/status.ts); switches, lines and
 * accounts have memory of their own (node/realtime/switches.ts, node/channel.ts, network/accounts.ts).
 *
 * A ring leads from one writer to one reader. A position counts words since the ring was made, as an Int32 that runs
 * over; the place of a position is itself modulo the capacity. Everything in [head, tail) is published and not yet
 * given back. Only the writer stores the tail, only the reader stores the head: a word that has one writer needs no
 * lock, and a thread that is killed between any two stores leaves nothing half done.
 *
 *     word   0          position of the writer: the tail, stored after the frames that it publishes
 *     word   1          1 where the writer waits for room: it sets that, and the reader takes it back
 *     word  32          position of the reader: the head, 128 bytes further, so that no cache line has two writers
 *     word  64 ...      data: a power of two in bytes, in granules of 64 bytes
 *
 * A frame begins on a granule and never goes over the end of the data: where it would, a pad fills what is left.
 *
 *              31            24 23                                             0
 *     word 0  |  form and kind |  length in bytes, with header, without padding |
 *     word 1  |  position of the frame in its ring: the sequence number         |
 *     word 2  |  epoch, low 16 bits       | to, 8 bits     | from, 8 bits       |
 *     word 3  |  checksum over the others, up to whole vectors of four words    |
 *     word 4  |  instant of sending on the sender's clock,                      |
 *     word 5  |  whole microseconds as one Float64                              |
 *     word 6  |  payload, up to whole words                                  ...|
 *
 *     form and kind   00kkkkkk   a plain frame of kind 0 to 63
 *                     01kkkkkk   the beginning of a message of kind 0 to 63, or all of it
 *                     10kkkkkk   a further part of a message
 *                     11000000   a pad: a header alone; the next frame is at the beginning of the data
 *
 * A message's part has two words before its bytes: the position of the message's first part, which no other message has
 * before positions have run over, and how many of the message's bytes are in parts behind this one.
 *
 * The sequence number is a position because that needs no memory: a writer that takes over from a dead one goes on
 * where the tail is, and what an earlier lap left in the ring has the wrong number by itself.
 *
 * A mesh is the doorbells of all nodes (the bell's counter in word 0, the sleeping flag in word 32, 256 bytes each)
 * and after them the rings, in order of sender and then of receiver, none from a node to itself.
 *
 * A status board has two buffers, and the writer fills the one that is not valid:
 *
 *     word   0          version: how many times it was written, 0 for never; the valid buffer is version modulo 2
 *     words 32, 33      checksum of each buffer, over its words and its version
 *     word  64 ...      buffer 0, whole granules; after it buffer 1
 */

/** Bytes that two words must be apart so that two threads can write them without slowing each other down. */
const APART_WORDS = 32;

/** Bytes of a granule, on which frames begin. */
export const GRANULE_BYTES = 64;
/** Words of a granule. */
export const GRANULE_WORDS = 16;

export const RING_TAIL = 0;
export const RING_STARVED = 1;
export const RING_HEAD = APART_WORDS;
export const RING_DATA = 2 * APART_WORDS;

/** Smallest and largest capacity of a ring in bytes; both are powers of two. */
const CAPACITY_BYTES_MIN = 256;
const CAPACITY_BYTES_MAX = 16_777_216;

export const FRAME_SEQUENCE = 1;
export const FRAME_ENDS_EPOCH = 2;
export const FRAME_CHECKSUM = 3;
export const FRAME_STAMP = 4;
export const FRAME_PAYLOAD = 6;
export const FRAME_HEADER_BYTES = 24;

/** The length in word 0 of a frame. */
export const LENGTH_MASK = 0x00ff_ffff;
export const KIND_SHIFT = 24;
export const EPOCH_SHIFT = 16;
export const ENDS_MASK = 0xffff;

/** The largest kind that a frame or a message can have. */
export const KIND_MAX = 63;
export const FORM_MASK = 0xc0;
export const FORM_PLAIN = 0x00;
export const FORM_FIRST = 0x40;
export const FORM_MORE = 0x80;
export const FORM_PAD = 0xc0;

/** Not on a granule, and so no position of a frame. */
export const NO_POSITION = -1;

/** Words, and bytes, of a message's part before its bytes: position of the first part, bytes in further parts. */
export const PART_WORDS = 2;
export const PART_HEADER_BYTES = 8;
/** The longest message in bytes. */
export const MESSAGE_BYTES_MAX = 16_777_216;

export const BELL_COUNTER = 0;
export const BELL_SLEEPING = APART_WORDS;
export const BELL_BYTES = 256;

export const STATUS_VERSION = 0;
export const STATUS_CHECKSUMS = APART_WORDS;
export const STATUS_DATA = 2 * APART_WORDS;

/** Bytes that a ring takes in shared memory. Throws a RangeError where no ring has this capacity. */
export function ringBytes(capacityBytes: number): number {
  const inRange = capacityBytes >= CAPACITY_BYTES_MIN && capacityBytes <= CAPACITY_BYTES_MAX;
  // A power of two has one bit set.
  if (!inRange || !Number.isInteger(capacityBytes) || (capacityBytes & (capacityBytes - 1)) !== 0)
    throw new RangeError(`No ring has a capacity of ${capacityBytes} bytes.`);
  return RING_DATA * 4 + capacityBytes;
}

/** Bytes that a status board for so many words takes in shared memory. Throws a RangeError where there is none. */
export function statusBytes(words: number): number {
  return STATUS_DATA * 4 + 2 * statusBufferWords(words) * 4;
}

/** Words of one buffer of a status board: whole granules. Throws a RangeError where there is no such board. */
export function statusBufferWords(words: number): number {
  if (!Number.isInteger(words) || words < 1 || words > CAPACITY_BYTES_MAX / 4)
    throw new RangeError(`No status board has ${words} words.`);
  return Math.ceil(words / GRANULE_WORDS) * GRANULE_WORDS;
}

/** Throws a RangeError where no structure of so many bytes can begin at this offset. */
export function assertInside(memory: SharedArrayBuffer, byteOffset: number, bytes: number): void {
  const aligned = Number.isInteger(byteOffset) && byteOffset % GRANULE_BYTES === 0;
  if (!aligned || byteOffset < 0 || byteOffset + bytes > memory.byteLength)
    throw new RangeError(`${bytes} bytes at ${byteOffset} are not in ${memory.byteLength} bytes of shared memory.`);
}
