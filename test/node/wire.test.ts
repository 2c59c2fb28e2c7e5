/** What servers say to each other survives becoming bytes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Heartbeat } from '../../src/failover/frames.js';
import { micros } from '../../src/model/time.js';
import { beatBytes, blankBeat, fromBytes, readBeat, readControl, toBytes, writeBeat } from '../../src/node/wire.js';

const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const instant = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }).map(micros);

const anyBeat: fc.Arbitrary<Heartbeat> = fc.record({
  type: fc.constant('heartbeat' as const),
  from: fc.integer({ min: 0, max: 15 }),
  incarnation: int32,
  phase: fc.constantFrom(0, 1, 2),
  epoch: int32,
  coordinator: fc.integer({ min: -1, max: 15 }),
  applied: int32,
  suspects: int32,
  heard: fc.array(instant, { minLength: 1, maxLength: 16 }),
  bootedAt: instant,
  sentAt: instant,
});

describe('a heartbeat', () => {
  it('is read as it was written, anywhere in memory, and touches nothing else', () => {
    fc.assert(
      fc.property(anyBeat, fc.integer({ min: 0, max: 20 }), (beat, place) => {
        const servers = beat.heard.length;
        const words = 2 * place + beatBytes(servers) / 4 + 4;
        const i32 = new Int32Array(words).fill(0x5a5a5a5a);
        const f64 = new Float64Array(i32.buffer);
        writeBeat(i32, f64, 2 * place, beat);
        const read = readBeat(blankBeat(servers), i32, f64, 2 * place);
        expect(read).toEqual(beat);
        // Nothing of an earlier one stays in what is filled again.
        const other = {
          ...beat,
          from: 3,
          incarnation: 7,
          phase: 1 as const,
          heard: beat.heard.map((at) => micros(at + 1)),
        };
        writeBeat(i32, f64, 2 * place, other);
        expect(readBeat(read, i32, f64, 2 * place)).toEqual(other);
        const around = [...i32.subarray(0, 2 * place), ...i32.subarray(words - 4)];
        expect(around.every((word) => word === 0x5a5a5a5a)).toBe(true);
      }),
      { numRuns: 500, seed: 1 },
    );
  });

  it('takes whole words', () => {
    for (let servers = 1; servers <= 16; servers += 1) expect(beatBytes(servers) % 8).toBe(0);
  });
});

describe('plain data', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        // JSON knows no -0.
        const same = JSON.parse(JSON.stringify(value)) as unknown;
        expect(fromBytes(toBytes(value))).toEqual(same);
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  it('is also a control frame, whatever its letters', () => {
    const frame = { type: 'propose', text: 'サーバ\u0000 "A" \ud83d\ude80' };
    expect(readControl(toBytes(frame))).toEqual(frame);
  });
});
