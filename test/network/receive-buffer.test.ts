/** What waits at a receiver that does not read: the oldest heartbeats of each link, and every control frame. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RECEIVE_CAPACITY, ReceiveBuffer } from '../../src/network/receive-buffer.js';

describe('ReceiveBuffer', () => {
  it('keeps 64 heartbeats of each link', () => {
    const buffer = new ReceiveBuffer<number>();
    for (let i = 0; i < RECEIVE_CAPACITY; i++) expect(buffer.offer(1, true, i)).toBe(true);
    expect(buffer.offer(1, true, 99)).toBe(false);
    expect(buffer.offer(2, true, 100)).toBe(true);
    expect(buffer.offer(1, false, 101)).toBe(true);
    expect(buffer.size).toBe(RECEIVE_CAPACITY + 2);
    expect(buffer.drain().slice(-3)).toEqual([63, 100, 101]);
    expect(buffer.size).toBe(0);
    expect(buffer.offer(1, true, 102)).toBe(true);
    expect(buffer.drain()).toEqual([102]);
  });

  it('keeps the oldest of each link, every control frame, and their order', () => {
    const frameArb = fc.record({ link: fc.nat(3), isHeartbeat: fc.boolean() });
    fc.assert(
      fc.property(fc.array(frameArb, { maxLength: 100 }), fc.nat(5), (frames, capacity) => {
        const buffer = new ReceiveBuffer<number>(capacity);
        const taken = frames.map((frame, i) => buffer.offer(frame.link, frame.isHeartbeat, i));
        const expected = frames.map((frame, i) => {
          const earlier = frames.slice(0, i).filter((other) => other.isHeartbeat && other.link === frame.link);
          return !frame.isHeartbeat || earlier.length < capacity;
        });
        expect(taken).toEqual(expected);
        expect(buffer.drain()).toEqual(frames.map((_, i) => i).filter((i) => expected[i]));
      }),
    );
  });
});
