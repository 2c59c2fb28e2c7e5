/** What servers say to each other survives becoming bytes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Heartbeat } from '../../src/failover/frames.js';
import { FRAME_HEADER_BYTES, GRANULE_BYTES } from '../../src/interconnect/layout.js';
import { micros } from '../../src/model/time.js';
import {
  BEAT_BYTES,
  beatFromBytes,
  beatToBytes,
  blankBeat,
  fromBytes,
  readBeat,
  readControl,
  toBytes,
  writeBeat,
} from '../../src/node/wire.js';

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
  suspects: fc.integer({ min: 0, max: 0xffff }),
  heard: fc.array(instant, { minLength: 1, maxLength: 16 }),
  bootedAt: instant,
  sentAt: instant,
});

describe('a heartbeat', () => {
  it('is read as it was written for one receiver, anywhere in memory, and touches nothing else', () => {
    fc.assert(
      fc.property(anyBeat, fc.nat(15), fc.nat(20), (beat, receiver, place) => {
        const servers = beat.heard.length;
        const to = receiver % servers;
        const words = 2 * place + BEAT_BYTES / 4 + 4;
        const i32 = new Int32Array(words).fill(0x5a5a5a5a);
        const f64 = new Float64Array(i32.buffer);
        const heardOf = (at: number): number[] => beat.heard.map((_, server) => (server === to ? at : 0));
        writeBeat(i32, f64, 2 * place, beat, to);
        const read = readBeat(blankBeat(servers), i32, f64, 2 * place, to);
        expect(read).toEqual({ ...beat, heard: heardOf(beat.heard[to]) });
        // Nothing of an earlier one stays in what is filled again.
        const other = { ...beat, from: 3, incarnation: 7, phase: 1 as const, heard: beat.heard.map((at) => at + 1) };
        writeBeat(i32, f64, 2 * place, other, to);
        expect(readBeat(read, i32, f64, 2 * place, to)).toEqual({ ...other, heard: heardOf(beat.heard[to] + 1) });
        const around = [...i32.subarray(0, 2 * place), ...i32.subarray(words - 4)];
        expect(around.every((word) => word === 0x5a5a5a5a)).toBe(true);
      }),
      { numRuns: 500, seed: 1 },
    );
  });

  it('is read as it was written for several receivers', () => {
    fc.assert(
      fc.property(anyBeat, (beat) => {
        expect(beatFromBytes(beatToBytes(beat))).toEqual(beat);
      }),
      { numRuns: 500, seed: 1 },
    );
  });

  it('takes one granule of a ring', () => {
    expect(FRAME_HEADER_BYTES + BEAT_BYTES).toBe(GRANULE_BYTES);
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
