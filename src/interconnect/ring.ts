/**
 * A ring of frames from one writer to one reader, in memory that both share.
 *
 * Neither ever waits for the other. The writer puts frames behind the tail and then moves it; the reader reads up to
 * the tail and then moves the head. Each remembers the other's index and looks again only when it seems to be at the
 * end, and moves its own once for many frames: the memory that both touch is what costs time. A frame is a cache line
 * or several that have to get from one processor to the other, and one after the other is slow: so both ask for many
 * lines at once, before they need them.
 *
 * Whoever makes a RingWriter or a RingReader goes on where the indexes stand. So one that takes over from a thread
 * that was killed finds nothing to repair: what was published is there, what was not is overwritten.
 *
 * The reader shows a frame only with the right sequence number, a length that is possible and the right checksum. What
 * is not so is skipped granule by granule up to the next frame that is, and counted.
 */
import {
  assertInside,
  ENDS_MASK,
  EPOCH_SHIFT,
  FORM_PAD,
  FRAME_CHECKSUM,
  FRAME_ENDS_EPOCH,
  FRAME_HEADER_BYTES,
  FRAME_PAYLOAD,
  FRAME_SEQUENCE,
  FRAME_STAMP,
  GRANULE_BYTES,
  GRANULE_WORDS,
  KIND_SHIFT,
  LENGTH_MASK,
  NO_POSITION,
  RING_DATA,
  RING_HEAD,
  RING_STARVED,
  RING_TAIL,
  ringBytes,
} from './layout.js';
import { type FramesCode, framesCode, type SharedMemory } from './shared-memory.js';

export { ringBytes } from './layout.js';

/** Frames begin and end on granules: the other bits of a tail or a head are zero, or it is damaged. */
const ON_GRANULES = -GRANULE_WORDS;
/** So many words, as granules, are asked for at once. */
const AHEAD_WORDS = 32 * GRANULE_WORDS;

/** Words of a frame of so many bytes: whole granules. */
function granuleWords(bytes: number): number {
  return ((bytes + GRANULE_BYTES - 1) >>> 6) << 4;
}

/** What both ends of a ring need: its memory, and where in it everything is. */
class RingEnd {
  /** Views over the whole memory, not the ring alone. */
  readonly i32: Int32Array;
  readonly f64: Float64Array;
  readonly u8: Uint8Array;
  protected readonly code: FramesCode;
  protected readonly tailAt: number;
  protected readonly headAt: number;
  protected readonly data: number;
  protected readonly capacity: number;

  constructor(memory: SharedMemory, byteOffset: number, capacityBytes: number) {
    const { buffer } = memory;
    assertInside(buffer, byteOffset, ringBytes(capacityBytes));
    this.code = framesCode(memory);
    this.i32 = new Int32Array(buffer);
    this.f64 = new Float64Array(buffer);
    this.u8 = new Uint8Array(buffer);
    this.tailAt = byteOffset / 4 + RING_TAIL;
    this.headAt = byteOffset / 4 + RING_HEAD;
    this.data = byteOffset / 4 + RING_DATA;
    this.capacity = capacityBytes / 4;
  }
}

/** The one end of a ring that writes. There may be only one at a time. */
export class RingWriter extends RingEnd {
  /** The longest payload that a frame can have, in bytes: half the ring, so that it fits wherever the wrap is. */
  readonly payloadMax: number;
  /** Behind the last sealed frame. */
  private position: number;
  /** The tail as the reader sees it. */
  private published: number;
  /** The head when it was last looked at. */
  private head = 0;
  /** Up to here the granules have been asked for. */
  private claimed: number;
  /** The frame that was reserved last, where it is not sealed: its first word, its header, and the position behind it. */
  private frame = -1;
  private word0 = 0;
  /** The position in the ring of the frame that was reserved last. */
  sequence = 0;
  private endsEpoch = 0;
  // Not whole, so that V8 keeps room for what no small integer can hold.
  private stampUs = 0.5;
  private end = 0;

  /**
   * Throws a RangeError where there is no such ring in the memory.
   *
   * @param byteOffset where the ring begins: a multiple of 64
   * @param capacityBytes a power of two, 256 to 16 MiB
   */
  constructor(memory: SharedMemory, byteOffset: number, capacityBytes: number) {
    super(memory, byteOffset, capacityBytes);
    this.payloadMax = capacityBytes / 2 - FRAME_HEADER_BYTES;
    this.published = this.code.load(this.tailAt) & ON_GRANULES;
    this.position = this.published;
    this.claimed = this.published;
    this.hasRoom(0);
    this.forgetUnpublished();
  }

  /**
   * Reserves room for one frame; it replaces what was reserved before and not sealed. Answers the index in `i32` of
   * the first word of its payload, always even, or -1 where there is no room now. Throws a RangeError where there will
   * never be.
   *
   * @param kind 0 to 63
   * @param ends from | to << 8, each 0 to 255
   * @param epoch only its low 16 bits are sent
   * @param payloadBytes 0 to `payloadMax`
   * @param stampUs the sender's clock, in whole microseconds
   */
  reserve(kind: number, ends: number, epoch: number, payloadBytes: number, stampUs: number): number {
    if (!(payloadBytes >= 0 && payloadBytes <= this.payloadMax)) throw neverFits(payloadBytes, this.payloadMax);
    const words = granuleWords(payloadBytes + FRAME_HEADER_BYTES);
    const mask = this.capacity - 1;
    const rest = this.capacity - (this.position & mask);
    const skipped = words > rest ? rest : 0;
    if (((this.position - this.head) | 0) + skipped + words > this.capacity && !this.hasRoom(skipped + words))
      return -1;
    if (skipped > 0) this.writePad();
    const start = (this.position + skipped) | 0;
    if (((start - this.claimed) | 0) >= 0) this.claim(start);
    const frame = this.data + (start & mask);
    this.frame = frame;
    this.word0 = (kind << KIND_SHIFT) | (payloadBytes + FRAME_HEADER_BYTES);
    this.sequence = start;
    this.endsEpoch = (ends & ENDS_MASK) | (epoch << EPOCH_SHIFT);
    this.stampUs = stampUs;
    this.end = (start + words) | 0;
    return frame + FRAME_PAYLOAD;
  }

  /** Writes header and checksum of the frame that was reserved last. The reader does not see it before `publish`. */
  seal(): void {
    const { frame } = this;
    if (frame < 0) return;
    this.code.seal(frame, this.word0, this.sequence, this.endsEpoch, this.stampUs);
    this.position = this.end;
    this.frame = -1;
  }

  /** Makes all sealed frames visible to the reader. Answers whether there were any. */
  publish(): boolean {
    if (this.position === this.published) return false;
    this.published = this.position;
    this.code.store(this.tailAt, this.position);
    return true;
  }

  /**
   * Says that this end waits for room: the reader finds that when it has made some, and wakes this thread. Whoever says so
   * tries once more before it waits: there may be room since.
   */
  starve(): void {
    Atomics.store(this.i32, this.tailAt + RING_STARVED, 1);
  }

  /** Asks for the free granules from this position on, by a store into each: a frame is written faster into its own. */
  private claim(start: number): void {
    const free = Math.min(AHEAD_WORDS, this.capacity - ((start - this.head) | 0));
    this.disown(start, free);
    this.claimed = (start + free) | 0;
  }

  /** Takes the sequence numbers out of so many free words. */
  private disown(start: number, words: number): void {
    const { capacity, data, i32 } = this;
    for (let at = 0; at < words; at += GRANULE_WORDS)
      i32[data + ((start + at) & (capacity - 1)) + FRAME_SEQUENCE] = NO_POSITION;
  }

  /** Looks at the head again; answers whether so many words fit. */
  private hasRoom(words: number): boolean {
    this.head = this.code.load(this.headAt) & ON_GRANULES;
    const used = (this.position - this.head) | 0;
    if (used >= 0 && used <= this.capacity) return used + words <= this.capacity;
    // No head that a reader stored. Telling it again where the tail is lets it come back.
    this.code.store(this.tailAt, this.published);
    this.head = (this.position - this.capacity) | 0;
    return false;
  }

  /** Writes a pad from the position to the end of the data. It counts once the frame behind it is sealed. */
  private writePad(): void {
    const frame = this.data + (this.position & (this.capacity - 1));
    this.code.seal(frame, (FORM_PAD << KIND_SHIFT) | FRAME_HEADER_BYTES, this.position, 0, 0);
  }

  /**
   * A writer that was killed may have sealed frames and not published them. Their numbers are those of the next
   * frames, so a reader that seeks its way past damage must not come upon them.
   */
  private forgetUnpublished(): void {
    this.disown(this.position, this.capacity - ((this.position - this.head) | 0));
  }
}

function neverFits(payloadBytes: number, most: number): RangeError {
  return new RangeError(`A payload of ${payloadBytes} bytes is not between 0 and ${most}, and can never be sent.`);
}

/** The one end of a ring that reads. There may be only one at a time. */
export class RingReader extends RingEnd {
  /** Of the frame that `next` stepped to. */
  kind = 0;
  /** from | to << 8 */
  ends = 0;
  /** 16 bits of the sender's choice: on a mesh the receiver's incarnation, on a line a network. */
  epoch = 0;
  /** The frame's position in its ring. It grows from frame to frame, and runs over. */
  sequence = 0;
  /** The instant of sending on the sender's clock, in whole microseconds. */
  stampUs = 0;
  /** The index in `i32` of the payload's first word, always even. The payload stays there until `release`. */
  at = 0;
  payloadBytes = 0;
  /** How many frames were damaged, since this reader was made. Damage without any frame in it counts as one. */
  corrupt = 0;
  /** Nothing that anybody needs: without it the compiler would leave out the loads that ask for granules. */
  asked = 0;
  /** Behind the frame that `next` stepped to. */
  private position: number;
  /** The head as the writer sees it. */
  private released: number;
  /** The tail when it was last looked at. */
  private tail: number;
  /** True from a damaged frame to the next good one. */
  private seeking = false;

  /** Throws a RangeError where there is no such ring in the memory. For the parameters see RingWriter. */
  constructor(memory: SharedMemory, byteOffset: number, capacityBytes: number) {
    super(memory, byteOffset, capacityBytes);
    this.released = this.code.load(this.headAt) & ON_GRANULES;
    this.position = this.released;
    this.tail = this.released;
  }

  /**
   * Steps to the next frame that was published, and sets the fields to it; answers false where there is none. A
   * damaged frame is counted in `corrupt` and skipped, never shown.
   */
  next(): boolean {
    for (;;) {
      if (this.position === this.tail && !this.lookForMore()) return false;
      const { i32, position } = this;
      const offset = position & (this.capacity - 1);
      const frame = this.data + offset;
      const word0 = i32[frame];
      const bytes = word0 & LENGTH_MASK;
      const words = granuleWords(bytes);
      const rest = this.capacity - offset;
      const ready = (this.tail - position) | 0;
      const possible = bytes >= FRAME_HEADER_BYTES && words <= ready && words <= rest;
      if (
        i32[frame + FRAME_SEQUENCE] !== position ||
        !possible ||
        i32[frame + FRAME_CHECKSUM] !== this.code.checksum(frame, bytes)
      ) {
        this.skipDamage(frame);
        continue;
      }
      this.seeking = false;
      const kind = word0 >>> KIND_SHIFT;
      if (kind === FORM_PAD) {
        this.position = rest <= ready ? (position + rest) | 0 : this.tail;
        continue;
      }
      this.show(frame, kind, bytes);
      this.position = (position + words) | 0;
      return true;
    }
  }

  /** Gives the room of all frames read so far back to the writer: their payload is gone with that. */
  release(): void {
    if (this.position === this.released) return;
    this.released = this.position;
    this.code.store(this.headAt, this.position);
  }

  /** After `release`: whether the writer waits for room, and has not been told yet that there is some. */
  relieve(): boolean {
    const at = this.tailAt + RING_STARVED;
    return Atomics.load(this.i32, at) === 1 && Atomics.exchange(this.i32, at, 0) === 1;
  }

  private show(frame: number, kind: number, bytes: number): void {
    const ends = this.i32[frame + FRAME_ENDS_EPOCH];
    this.kind = kind;
    this.ends = ends & ENDS_MASK;
    this.epoch = ends >>> EPOCH_SHIFT;
    this.sequence = this.position;
    this.stampUs = this.f64[(frame + FRAME_STAMP) >>> 1];
    this.at = frame + FRAME_PAYLOAD;
    this.payloadBytes = bytes - FRAME_HEADER_BYTES;
  }

  /** Looks at the tail again; answers whether there is more to read. */
  private lookForMore(): boolean {
    const tail = this.code.load(this.tailAt) & ON_GRANULES;
    this.tail = tail;
    const ready = (tail - this.position) | 0;
    if (ready > 0 && ready <= this.capacity) {
      if (ready > GRANULE_WORDS) this.ask(ready);
      return true;
    }
    if (ready === 0) return false;
    // No tail that a writer stored while this was the head. Nothing up to there can be told apart.
    this.corrupt++;
    this.position = tail;
    return false;
  }

  /** Asks for granules that are published, by a load from each. */
  private ask(ready: number): void {
    const { capacity, data, i32, position } = this;
    const words = Math.min(AHEAD_WORDS, ready);
    let asked = 0;
    for (let at = GRANULE_WORDS; at < words; at += GRANULE_WORDS)
      asked ^= i32[data + ((position + at) & (capacity - 1))];
    this.asked = asked;
  }

  /** Goes one granule further. Counts the damage where a frame seems to begin, or where it begins itself. */
  private skipDamage(frame: number): void {
    if (!this.seeking || this.i32[frame + FRAME_SEQUENCE] === this.position) this.corrupt++;
    this.seeking = true;
    this.position = (this.position + GRANULE_WORDS) | 0;
  }
}

/**
 * Makes a ring as new as when its memory was. Nobody may be writing or reading, and who did needs a new RingWriter and
 * a new RingReader. Throws a RangeError where there is no such ring in the memory.
 */
export function resetRing({ buffer }: SharedMemory, byteOffset: number, capacityBytes: number): void {
  const bytes = ringBytes(capacityBytes);
  assertInside(buffer, byteOffset, bytes);
  const words = new Int32Array(buffer, byteOffset, bytes / 4);
  words.fill(0);
  Atomics.store(words, RING_HEAD, 0);
  Atomics.store(words, RING_TAIL, 0);
}

/**
 * Empties a ring whose reader is dead, for the one that takes its place: everything published so far is taken as read.
 * The writer may go on all the while; to it this is a reader that reads. Throws as resetRing does.
 */
export function skipUnread({ buffer }: SharedMemory, byteOffset: number, capacityBytes: number): void {
  assertInside(buffer, byteOffset, ringBytes(capacityBytes));
  const words = new Int32Array(buffer, byteOffset, RING_DATA);
  Atomics.store(words, RING_HEAD, Atomics.load(words, RING_TAIL));
}
