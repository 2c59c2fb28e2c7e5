/** Messages of any size over small rings: in order, whole or not at all. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RING_DATA } from '../../src/interconnect/layout.js';
import { MessageReader, MessageWriter } from '../../src/interconnect/messages.js';
import { skipUnread } from '../../src/interconnect/ring.js';
import { AROUND, bytesOf, plain, positionArb, TestRing, write } from './rings.js';

interface Seen {
  readonly kind: number;
  readonly ends: number;
  readonly epoch: number;
  readonly stampUs: number;
  readonly bytes: readonly number[];
}

/** What one drain shows: messages, and plain frames by their first byte. */
function drain(reader: MessageReader): { messages: Seen[]; beats: number[]; count: number } {
  const messages: Seen[] = [];
  const beats: number[] = [];
  const count = reader.drain((kind, ends, epoch, stampUs, bytes, ring) => {
    if (bytes === undefined) beats.push(ring.u8[ring.at * 4]);
    else messages.push({ kind, ends, epoch, stampUs, bytes: [...bytes] });
  });
  return { messages, beats, count };
}

function open(capacity: number, position = 0): { ring: TestRing; writer: MessageWriter; reader: MessageReader } {
  const ring = new TestRing(capacity, position);
  return { ring, writer: new MessageWriter(ring.writer), reader: new MessageReader(ring.reader) };
}

const send = (writer: MessageWriter, size: number, seed = size): void =>
  writer.send(3, 0x0100, 7, Uint8Array.from(bytesOf(size, seed)), 11);
const sizes = ({ messages }: { messages: Seen[] }): number[] => messages.map(({ bytes }) => bytes.length);

describe('messages', () => {
  it('arrive in order and unharmed, of any size, with heartbeats between and a reader that is slow', () => {
    const stepArb = fc.oneof(
      fc.record({
        do: fc.constant('send' as const),
        size: fc.oneof(fc.nat(50), fc.nat(3000)),
        kind: fc.nat(63),
        ends: fc.nat(0xffff),
        epoch: fc.nat(0xffff),
        stampUs: fc.maxSafeNat(),
      }),
      fc.constant({ do: 'beat' as const }),
      fc.constant({ do: 'flush' as const }),
      fc.constant({ do: 'drain' as const }),
    );
    fc.assert(
      fc.property(
        positionArb,
        fc.constantFrom(256, 512, 2048),
        fc.array(stepArb, { maxLength: 80 }),
        (position, capacity, steps) => {
          const { ring, writer, reader } = open(capacity, position);
          const [sent, got]: Seen[][] = [[], []];
          const [beats, heard]: number[][] = [[], []];
          const take = (): void => {
            const { messages, beats: some, count } = drain(reader);
            expect(count).toBe(messages.length + some.length);
            got.push(...messages);
            heard.push(...some);
          };
          for (const [index, step] of steps.entries()) {
            if (step.do === 'send') {
              const { kind, ends, epoch, stampUs, size } = step;
              const bytes = bytesOf(size, index);
              const buffer = Uint8Array.from(bytes);
              writer.send(kind, ends, epoch, buffer, stampUs);
              buffer.fill(0);
              sent.push({ kind, ends, epoch, stampUs, bytes });
            } else if (step.do === 'beat') {
              if (write(ring.writer, plain([index]))) beats.push(index);
            } else if (step.do === 'flush') expect(writer.flush()).toBe(writer.waiting === 0);
            else take();
          }
          for (let turn = 0; !writer.flush(); turn++) {
            expect(turn).toBeLessThan(10_000);
            take();
          }
          take();
          expect(got).toEqual(sent);
          expect(heard).toEqual(beats);
          expect([reader.broken, ring.reader.corrupt, writer.waiting]).toEqual([0, 0, 0]);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('are not seen before they are flushed, and wait where there is no room', () => {
    const { writer, reader } = open(256);
    send(writer, 5);
    expect(drain(reader).count).toBe(0);
    expect(writer.waiting).toBe(0);
    send(writer, 1000);
    send(writer, 6);
    expect(writer.waiting).toBe(2);
    expect(writer.flush()).toBe(false);
    expect(sizes(drain(reader))).toEqual([5]);
    while (!writer.flush()) expect(sizes(drain(reader))).toEqual([]);
    expect(sizes(drain(reader))).toEqual([1000, 6]);
    expect(writer.flush()).toBe(true);
  });

  it('are refused with a kind or a length that none can have', () => {
    const { writer } = open(256);
    for (const kind of [-1, 64, 1.5, NaN])
      expect(() => writer.send(kind, 0, 0, new Uint8Array(1), 0)).toThrow(RangeError);
    expect(() => writer.send(1, 0, 0, new Uint8Array(2 ** 24 + 1), 0)).toThrow(RangeError);
  });

  it('can be kept: they are copies', () => {
    const { writer, reader } = open(256);
    const kept: Uint8Array[] = [];
    for (let n = 0; n < 12; n++) {
      send(writer, 3, n);
      writer.flush();
      reader.drain((_kind, _ends, _epoch, _stampUs, bytes) => kept.push(bytes!));
    }
    expect(kept.map((bytes) => [...bytes])).toEqual(Array.from({ length: 12 }, (_, n) => bytesOf(3, n)));
  });

  it('gives the room back where the one who takes throws', () => {
    const { writer, reader } = open(256);
    for (let n = 0; n < 20; n++) {
      send(writer, 4);
      writer.flush();
      const fails = (): void => {
        throw new Error('no');
      };
      expect(() => reader.drain(fails)).toThrow('no');
    }
    expect(writer.waiting).toBe(0);
  });
});

describe('a message of which a part is lost', () => {
  it('is dropped and counted, whichever bit of whichever part was damaged', () => {
    fc.assert(
      fc.property(positionArb, fc.nat(127), fc.integer({ min: 0, max: 31 }), (position, word, bit) => {
        const { ring, writer, reader } = open(512, position);
        const lengths = [100, 30, 200];
        for (const length of lengths) send(writer, length);
        writer.flush();
        ring.words[AROUND / 4 + RING_DATA + word] ^= 1 << bit;
        const seen = drain(reader);
        while (!writer.flush()) seen.messages.push(...drain(reader).messages);
        seen.messages.push(...drain(reader).messages);
        for (const { bytes } of seen.messages) expect(bytes).toEqual(bytesOf(bytes.length, bytes.length));
        const left = lengths.filter((length) => sizes(seen).includes(length));
        expect(sizes(seen)).toEqual(left);
        expect(reader.broken).toBeLessThanOrEqual(lengths.length - left.length);
        send(writer, 90);
        while (!writer.flush()) drain(reader);
        expect(sizes(drain(reader))).toEqual([90]);
      }),
      { numRuns: 500 },
    );
  });

  it('is not put together from halves of two that look alike', () => {
    const { ring, writer, reader } = open(512);
    send(writer, 150, 1);
    send(writer, 150, 2);
    writer.flush();
    // 96 bytes a part, 128 in the ring: the second part of the first and the first of the second are lost.
    ring.words[AROUND / 4 + RING_DATA + 2 * 16 + 3] ^= 1;
    ring.words[AROUND / 4 + RING_DATA + 4 * 16 + 3] ^= 1;
    expect(drain(reader).messages).toEqual([]);
    expect(reader.broken).toBe(2);
    writer.flush();
    expect(drain(reader).messages).toEqual([]);
  });

  it('is not put together from half of a dead writer and half of the next one', () => {
    const { ring, writer, reader } = open(512);
    send(writer, 600);
    writer.flush();
    // All that was published of it: four parts of 96 bytes.
    expect(drain(reader).messages).toEqual([]);
    const successor = new MessageWriter(ring.newWriter());
    send(successor, 600);
    successor.flush();
    for (let part = 0; part < 4; part++) ring.words[AROUND / 4 + RING_DATA + part * 32 + 3] ^= 1;
    for (let turn = 0; turn < 3; turn++) {
      expect(drain(reader).messages).toEqual([]);
      successor.flush();
    }
    expect([reader.broken, ring.reader.corrupt, successor.waiting]).toEqual([2, 4, 0]);
  });

  it('is none where only a heartbeat between its parts was damaged', () => {
    const { ring, writer, reader } = open(512);
    send(writer, 500);
    writer.flush();
    expect(drain(reader).count).toBe(0);
    expect(write(ring.writer, plain([1]))).toBe(true);
    ring.words[AROUND / 4 + RING_DATA + 6] ^= 1;
    expect(write(ring.writer, plain([2]))).toBe(true);
    expect(writer.flush()).toBe(true);
    const { messages, beats } = drain(reader);
    expect(messages.map(({ bytes }) => bytes)).toEqual([bytesOf(500, 500)]);
    expect(beats).toEqual([2]);
    expect([reader.broken, ring.reader.corrupt]).toEqual([0, 1]);
  });

  it('does not confuse the reader where its writer died and another goes on', () => {
    const { ring, writer, reader } = open(512);
    send(writer, 5000);
    writer.flush();
    expect(drain(reader).messages).toEqual([]);
    writer.flush();
    const successor = new MessageWriter(ring.newWriter());
    send(successor, 20);
    successor.flush();
    const seen = sizes(drain(reader));
    if (seen.length === 0) successor.flush();
    expect([...seen, ...sizes(drain(reader))]).toEqual([20]);
    expect(reader.broken).toBe(1);
  });

  it('does not confuse a reader that takes the place of a dead one', () => {
    const { ring, writer } = open(512);
    send(writer, 2000);
    writer.flush();
    skipUnread(ring.memory, AROUND, 512);
    const successor = new MessageReader(ring.newReader());
    send(writer, 20);
    while (!writer.flush()) expect(drain(successor).messages).toEqual([]);
    expect(sizes(drain(successor))).toEqual([20]);
    expect(successor.broken).toBe(1);
  });

  it('is forgotten by a writer that is told to', () => {
    const { ring, writer } = open(512);
    send(writer, 2000);
    send(writer, 10);
    expect(writer.clear()).toBe(2);
    expect(writer.waiting).toBe(0);
    expect(writer.flush()).toBe(true);
    send(writer, 20);
    skipUnread(ring.memory, AROUND, 512);
    const successor = new MessageReader(ring.newReader());
    writer.flush();
    expect(sizes(drain(successor))).toEqual([20]);
    expect(successor.broken).toBe(0);
  });

  it('is dropped where its words contradict each other', () => {
    // Form and kind, how far its first part is from itself, how much is to come behind it, and its own length.
    const parts = [
      [0x43, 0, -5, 12],
      [0x43, 0, 2 ** 25, 12],
      [0x43, 0, -1, 16],
      [0x43, -16, 0, 12],
      [0x43, 0, 9, 4],
      [0x43, 0, 1, 12],
      [0x83, 0, 4, 12],
      [0x83, -16, 4, 12],
    ] as const;
    for (const [kind, first, rest, bytes] of parts) {
      const { ring, reader } = open(512);
      for (let twice = 0; twice < 2; twice++) {
        const at = ring.writer.reserve(kind, 0, 0, bytes, 0);
        ring.writer.i32[at] = ring.writer.sequence + first;
        ring.writer.i32[at + 1] = rest;
        ring.writer.seal();
      }
      ring.writer.publish();
      expect(drain(reader).count).toBe(0);
      expect(reader.broken).toBeGreaterThan(0);
    }
  });
});
