/**
 * Messages of any size over one ring, in order, for what must not be lost.
 *
 * A message longer than a quarter of the ring goes in parts. What does not fit waits at the sender's, so a slow reader
 * holds up its sender and loses nothing. Plain frames (heartbeats) may go over the same ring, also between the parts
 * of a message: a frame's form tells them apart (layout.ts).
 *
 * A message arrives whole or not at all. Each part tells which message it is of, by where in the ring that begins, and
 * how many bytes are still to come: so the reader finds out that a part is missing without knowing what else the ring
 * has lost, and never puts two messages together. It drops a message where a part does not follow on the last one, or
 * where the next message begins first, as after the death of a sender in the middle of one; parts without a beginning,
 * as they reach a receiver that was restarted, are dropped too.
 */
import {
  FORM_FIRST,
  FORM_MASK,
  FORM_MORE,
  FORM_PLAIN,
  FRAME_HEADER_BYTES,
  KIND_MAX,
  MESSAGE_BYTES_MAX,
  NO_POSITION,
  PART_HEADER_BYTES,
  PART_WORDS,
} from './layout.js';
import type { RingReader, RingWriter } from './ring.js';

/** Fewer bytes than this are copied one by one: that is faster than making a view for them. */
const COPY_LOOP_BYTES = 64;

interface Waiting<T> {
  readonly kind: number;
  readonly ends: number;
  readonly epoch: number;
  readonly stampUs: number;
  readonly bytes: Uint8Array;
  /** How many of the bytes are in the ring. */
  out: number;
  /** Where in the ring it begins, once a part is there. */
  first: number;
  readonly about: T | undefined;
}

/** Writes messages into a ring. `T` is what its user knows them by while they wait. */
export class MessageWriter<T = undefined> {
  private queue: Waiting<T>[] = [];
  private readonly partMax: number;

  /** The ring may be used for plain frames beside this, by the same thread. */
  constructor(private readonly ring: RingWriter) {
    this.partMax = (ring.payloadMax + FRAME_HEADER_BYTES) / 2 - FRAME_HEADER_BYTES - PART_HEADER_BYTES;
  }

  /** Messages that are not yet wholly in the ring. */
  get waiting(): number {
    return this.queue.length;
  }

  /**
   * Queues a message behind those that wait. As much as fits goes into the ring at once and is seen after the next
   * `flush` (or the ring's `publish`); a copy of the message waits here for the rest. Throws a RangeError where the
   * kind is not 0 to 63 or there are more than 16 MiB.
   *
   * @param ends from | to << 8, each 0 to 255
   * @param epoch only its low 16 bits are sent
   * @param stampUs the sender's clock, in whole microseconds
   * @param about what `forget` is asked with, as long as it waits
   */
  send(kind: number, ends: number, epoch: number, bytes: Uint8Array, stampUs: number, about?: T): void {
    if (!Number.isInteger(kind) || kind < 0 || kind > KIND_MAX || bytes.length > MESSAGE_BYTES_MAX)
      throw new RangeError(`No message has kind ${kind} and ${bytes.length} bytes.`);
    const message = { kind, ends, epoch, stampUs, bytes, out: 0, first: NO_POSITION, about };
    if (this.queue.length > 0 || !this.put(message)) this.queue.push({ ...message, bytes: bytes.slice() });
  }

  /** Moves what waits into the ring, as far as it fits, and publishes. Answers whether all is out. */
  flush(): boolean {
    while (this.queue.length > 0 && this.put(this.queue[0])) this.queue.shift();
    this.ring.publish();
    return this.queue.length === 0;
  }

  /** Forgets those that wait, and of which nothing is in the ring, where `isPast` says so. Answers what they were about. */
  forget(isPast: (about: T) => boolean): T[] {
    const past: T[] = [];
    this.queue = this.queue.filter(({ about, out }) => {
      if (about === undefined || out > 0 || !isPast(about)) return true;
      past.push(about);
      return false;
    });
    return past;
  }

  /**
   * Forgets what waits, as when its receiver died. Answers how many messages that were; the receiver's successor
   * never sees one of which a part is out already.
   */
  clear(): number {
    return this.queue.splice(0).length;
  }

  /** Puts a message into the ring as far as it fits; answers whether all of it is there. */
  private put(message: Waiting<T>): boolean {
    const { ring } = this;
    const { kind, ends, epoch, stampUs, bytes } = message;
    do {
      const offset = message.out;
      const size = Math.min(bytes.length - offset, this.partMax);
      const form = offset === 0 ? FORM_FIRST : FORM_MORE;
      const at = ring.reserve(form | kind, ends, epoch, PART_HEADER_BYTES + size, stampUs);
      if (at < 0) return false;
      if (form === FORM_FIRST) message.first = ring.sequence;
      ring.i32[at] = message.first;
      ring.i32[at + 1] = bytes.length - offset - size;
      copy(bytes, offset, ring.u8, (at + PART_WORDS) * 4, size);
      ring.seal();
      message.out += size;
    } while (message.out < bytes.length);
    return true;
  }
}

/**
 * What is done with a frame or a message.
 *
 * @param bytes the whole message, a copy that may be kept; undefined for a plain frame, whose payload stands in `reader`
 *   until this returns
 */
export type Take = (
  kind: number,
  ends: number,
  epoch: number,
  stampUs: number,
  bytes: Uint8Array | undefined,
  reader: RingReader,
) => void;

/** Whether the frame to which a reader stepped is a plain one, or the last part of a message. */
export function endsMessage(ring: RingReader): boolean {
  if ((ring.kind & FORM_MASK) === FORM_PLAIN) return true;
  return ring.i32[ring.at + 1] === 0;
}

/** Reads messages, and the plain frames between them, from a ring. */
export class MessageReader {
  /**
   * Messages of which a part came and another did not. They are never shown, and their fate is counted where it was
   * decided: a damaged part by the ring, what a sender or a receiver that died left over by who writes that off.
   */
  broken = 0;
  /** The message of the last part, by its position: whole, under way, or broken. */
  private first = NO_POSITION;
  /** It, while it is under way, and how much of it is there. */
  private bytes: Uint8Array | undefined;
  private filled = 0;

  /** Nobody else may read from the ring. */
  constructor(private readonly ring: RingReader) {}

  /**
   * Takes in everything that was published, gives its room back, and answers how many frames and messages it showed.
   * Where `take` throws, the frames shown so far are given back and the error goes on.
   */
  drain(take: Take): number {
    const { ring } = this;
    let shown = 0;
    try {
      while (ring.next()) {
        const form = ring.kind & FORM_MASK;
        let bytes: Uint8Array | undefined;
        if (form !== FORM_PLAIN) {
          bytes = this.accept(form);
          if (bytes === undefined) continue;
        }
        shown++;
        take(ring.kind & KIND_MAX, ring.ends, ring.epoch, ring.stampUs, bytes, ring);
      }
    } finally {
      ring.release();
    }
    return shown;
  }

  /** Takes in one part; answers the message where it was the last. */
  private accept(form: number): Uint8Array | undefined {
    const { ring } = this;
    const first = ring.i32[ring.at];
    const rest = ring.i32[ring.at + 1];
    const size = ring.payloadBytes - PART_HEADER_BYTES;
    if (first !== this.first || form === FORM_FIRST) this.begin(form, first, size + rest);
    const { bytes, filled } = this;
    if (bytes === undefined) return undefined;
    if (size < 0 || rest < 0 || filled + size + rest !== bytes.length) {
      this.broken++;
      this.bytes = undefined;
      return undefined;
    }
    copy(ring.u8, (ring.at + PART_WORDS) * 4, bytes, filled, size);
    this.filled += size;
    if (rest > 0) return undefined;
    this.bytes = undefined;
    return bytes;
  }

  /** A part of another message than the last one: whichever of the two is not whole by now never will be. */
  private begin(form: number, first: number, total: number): void {
    if (this.bytes !== undefined) this.broken++;
    const possible = form === FORM_FIRST && first === this.ring.sequence && total >= 0 && total <= MESSAGE_BYTES_MAX;
    if (!possible) this.broken++;
    this.bytes = possible ? new Uint8Array(total) : undefined;
    this.first = first;
    this.filled = 0;
  }
}

function copy(from: Uint8Array, fromAt: number, to: Uint8Array, toAt: number, size: number): void {
  if (size < COPY_LOOP_BYTES) for (let i = 0; i < size; i++) to[toAt + i] = from[fromAt + i];
  else to.set(from.subarray(fromAt, fromAt + size), toAt);
}
