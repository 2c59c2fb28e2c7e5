/**
 * Which frames that wait for room are left out for a later one: those that say nothing which that does not say, too.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Append, ControlFrame, Submit } from '../../src/failover/frames.js';
import { covers } from '../../src/node/realtime/covers.js';

const settled = { type: 'settled' } as const;

function append(after: number, length: number, change: Partial<Append> = {}): Append {
  const entries = Array.from({ length }, () => settled);
  return { type: 'append', epoch: 3, from: 0, after, entries, stable: 1, floor: 1, ...change };
}

function submit(first: number, length: number, epoch = 3): Submit {
  const command = { type: 'stopGroup', group: 0 } as const;
  return {
    type: 'submit',
    epoch,
    from: 1,
    items: Array.from({ length }, (_, at) => ({ n: first + at, id: 0, command })),
  };
}

describe('entries said again', () => {
  it('cover those that wait where none of them is missing, nor what is stable', () => {
    const spanArb = fc.record({ after: fc.nat(6), length: fc.nat(4), stable: fc.nat(2), floor: fc.nat(2) });
    fc.assert(
      fc.property(spanArb, spanArb, (newer, older) => {
        const says = ({ after, length, stable, floor }: typeof newer): Set<string> =>
          new Set([
            ...Array.from({ length }, (_, at) => `entry ${after + at + 1}`),
            ...Array.from({ length: stable + 1 }, (_, index) => `stable ${index}`),
            ...Array.from({ length: floor + 1 }, (_, index) => `floor ${index}`),
          ]);
        const frame = append(newer.after, newer.length, newer);
        const waits = append(older.after, older.length, older);
        if (covers(frame, waits)) expect([...says(older)].filter((word) => !says(newer).has(word))).toEqual([]);
      }),
      { seed: 1, numRuns: 2000 },
    );
    expect(covers(append(4, 3), append(5, 1))).toBe(true);
    expect(covers(append(4, 3), append(4, 3))).toBe(true);
    expect(covers(append(5, 2), append(4, 3))).toBe(false);
    expect(covers(append(4, 3, { epoch: 4 }), append(4, 3))).toBe(false);
  });

  it('are what a member submits, too', () => {
    expect(covers(submit(1, 3), submit(2, 2))).toBe(true);
    expect(covers(submit(2, 3), submit(1, 2))).toBe(false);
    expect(covers(submit(1, 1), submit(1, 2))).toBe(false);
    expect(covers(submit(1, 3, 4), submit(1, 3, 3))).toBe(false);
    expect(covers(submit(1, 0), submit(1, 1))).toBe(false);
  });
});

describe('frames of an epoch', () => {
  const of = (type: string, epoch: number): ControlFrame => ({ type, epoch, from: 0 }) as unknown as ControlFrame;

  it.each(['propose', 'pledge', 'appendAck'])('%s covers one of an epoch before it', (type) => {
    expect([covers(of(type, 4), of(type, 3)), covers(of(type, 3), of(type, 3))]).toEqual([true, true]);
    expect(covers(of(type, 3), of(type, 4))).toBe(false);
  });

  it.each(['commit', 'installed', 'withdraw', 'decline'])('%s covers itself alone', (type) => {
    expect(covers(of(type, 3), of(type, 3))).toBe(true);
    expect([covers(of(type, 4), of(type, 3)), covers(of(type, 3), of(type, 4))]).toEqual([false, false]);
  });

  it('covers none of another kind', () => {
    expect(covers(of('propose', 4), of('commit', 4))).toBe(false);
    expect(covers(append(4, 3), submit(1, 1))).toBe(false);
  });
});

describe('what is asked and answered beside epochs', () => {
  it('covers what is about the same views', () => {
    const view = { epoch: 2, coordinator: 0 };
    const about = { epoch: 3, coordinator: 1 };
    const ask = { type: 'ask', from: 0, view } as const;
    const verdict = { type: 'verdict', from: 0, view, about, relation: 'foreign', members: 3 } as const;
    expect(covers(ask, { ...ask })).toBe(true);
    expect(covers(ask, { ...ask, view: about })).toBe(false);
    expect(covers(verdict, { ...verdict })).toBe(true);
    expect(covers(verdict, { ...verdict, about: view })).toBe(false);
    expect(covers({ type: 'goodbye', from: 0 }, { type: 'goodbye', from: 0 })).toBe(true);
    expect(
      covers({ type: 'witnessAnswer', epoch: 1, granted: true }, { type: 'witnessAnswer', epoch: 1, granted: true }),
    ).toBe(false);
  });
});
