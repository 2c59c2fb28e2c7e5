/** Status boards: never torn, never stuck. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { STATUS_DATA, STATUS_VERSION } from '../../src/interconnect/layout.js';
import { statusBytes, StatusReader, StatusWriter } from '../../src/interconnect/seqlock.js';

const WORDS = 37;
const OFFSET = 64;

function open(): { memory: SharedArrayBuffer; writer: StatusWriter; reader: StatusReader } {
  const memory = new SharedArrayBuffer(OFFSET + statusBytes(WORDS));
  return { memory, writer: new StatusWriter(memory, OFFSET, WORDS), reader: new StatusReader(memory, OFFSET, WORDS) };
}

/** Fills a status with one number, up to a word where it is killed. */
function all(value: number, killedAt = WORDS): (i32: Int32Array, at: number) => void {
  return (i32, at) => {
    for (let word = 0; word < WORDS; word++) {
      if (word === killedAt) throw new Error('killed');
      i32[at + word] = value;
    }
  };
}

/** The number that fills the status, or undefined. Fails where it is torn. */
function read(reader: StatusReader): number | undefined {
  const into = new Int32Array(WORDS);
  if (!reader.read(into)) return undefined;
  expect(new Set(into).size).toBe(1);
  return into[0];
}

describe('a status board', () => {
  it('shows what was written last, to any number of readers', () => {
    const { memory, writer, reader } = open();
    const other = new StatusReader(memory, OFFSET, WORDS);
    expect(read(reader)).toBeUndefined();
    for (let value = 1; value < 10; value++) {
      writer.write(all(value * 1000));
      expect([read(reader), read(other), read(reader)]).toEqual([value * 1000, value * 1000, value * 1000]);
      expect(reader.version).toBe(value);
    }
  });

  it('keeps the last status where its writer is killed at any word, and its successor goes on', () => {
    for (let killedAt = 0; killedAt < WORDS; killedAt++) {
      const { memory, writer, reader } = open();
      writer.write(all(1));
      writer.write(all(2));
      expect(() => writer.write(all(3, killedAt))).toThrow('killed');
      expect(read(reader)).toBe(2);
      new StatusWriter(memory, OFFSET, WORDS).write(all(4));
      expect(read(reader)).toBe(4);
    }
  });

  it('is shown also where its versions run over, and its writer may be killed there', () => {
    for (const before of [-3, -2, -1, 0x7fff_fffd, 0x7fff_fffe, 0x7fff_ffff]) {
      const { memory, writer, reader } = open();
      new Int32Array(memory)[OFFSET / 4 + STATUS_VERSION] = before;
      for (let value = 1; value < 5; value++) {
        writer.write(all(value));
        expect(read(reader)).toBe(value);
        expect(() => writer.write(all(9, 20))).toThrow('killed');
        expect(read(reader)).toBe(value);
      }
    }
  });

  it('is never torn, however often it is written while it is read', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(WORDS - 1), fc.nat(3)), { maxLength: 60 }), (turns) => {
        const { writer, reader } = open();
        writer.write(all(1));
        let value = 1;
        let turn = 0;
        // While the reader copies a certain word, the writer writes so many times.
        const target = new Int32Array(WORDS);
        const into = new Proxy(target, {
          get: (_, name) => Reflect.get(target, name) as unknown,
          set: (_, name, word: number) => {
            if (turn < turns.length && Number(name) === turns[turn][0])
              for (let times = turns[turn++][1]; times > 0; times--) writer.write(all(++value));
            return Reflect.set(target, name, word);
          },
        });
        if (reader.read(into)) expect(new Set(target).size).toBe(1);
        else expect(turns.length).toBeGreaterThanOrEqual(16);
        expect(read(reader)).toBe(value);
      }),
    );
  });

  it('does not believe a damaged status', () => {
    for (let word = 0; word < WORDS; word++) {
      const { memory, writer, reader } = open();
      writer.write(all(word));
      new Int32Array(memory)[OFFSET / 4 + STATUS_DATA + 48 + word] ^= 1 << (word & 31);
      expect(reader.read(new Int32Array(WORDS))).toBe(false);
    }
  });

  it('takes Float64 too', () => {
    const { writer, reader } = open();
    writer.write((_, at) => (writer.f64[at / 2 + 1] = 0.1));
    const into = new Int32Array(WORDS + 1);
    expect(reader.read(into)).toBe(true);
    expect(new Float64Array(into.buffer)[1]).toBe(0.1);
  });

  it('is in the memory, or is refused', () => {
    for (const words of [0, -1, 1.5, 2 ** 23]) expect(() => statusBytes(words)).toThrow(RangeError);
    const memory = new SharedArrayBuffer(statusBytes(WORDS));
    expect(() => new StatusWriter(memory, 64, WORDS)).toThrow(RangeError);
    expect(() => new StatusReader(memory, 4, WORDS)).toThrow(RangeError);
    expect(() => new StatusReader(memory, 0, WORDS).read(new Int32Array(WORDS - 1))).toThrow(RangeError);
  });
});
