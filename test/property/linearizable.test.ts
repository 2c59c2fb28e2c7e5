/**
 * The checker itself: histories of which it is known by hand whether they are linearizable, and random ones against
 * trying every order.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLinearizable, type Operation } from '../support/linearizable.js';

const write = (value: string | undefined, from: number, to: number): Operation => ({ kind: 'write', value, from, to });
const read = (value: string | undefined, from: number, to: number): Operation => ({ kind: 'read', value, from, to });

const good: Readonly<Record<string, readonly Operation[]>> = {
  nothing: [],
  'a read of what was there at first': [read(undefined, 0, 1)],
  'one after the other': [write('a', 0, 1), read('a', 2, 3), write('b', 4, 5), read('b', 6, 7)],
  'a read beside a write finds the old value': [write('a', 0, 10), read(undefined, 1, 2)],
  'a read beside a write finds the new value': [write('a', 0, 10), read('a', 1, 2)],
  'old before new beside a write': [write('a', 0, 10), read(undefined, 1, 2), read('a', 3, 4)],
  'two writes beside each other, in the order of neither call': [write('a', 0, 9), write('b', 1, 8), read('a', 10, 11)],
  'an unknown write that took effect late': [write('a', 0, Infinity), read(undefined, 5, 6), read('a', 7, 8)],
  'an unknown write that never took effect': [write('a', 0, Infinity), read(undefined, 5, 6)],
  'an unknown write between two known ones': [
    write('x', 0, Infinity),
    write('a', 1, 2),
    read('a', 3, 4),
    read('x', 5, 6),
    write('b', 7, 8),
    read('b', 9, 10),
  ],
  'a deletion': [write('a', 0, 1), write(undefined, 2, 3), read(undefined, 4, 5)],
  'at one instant, either order': [write('a', 0, 1), read(undefined, 1, 1)],
};

const bad: Readonly<Record<string, readonly Operation[]>> = {
  'a lost write': [write('a', 0, 1), read(undefined, 2, 3)],
  'a value that nobody wrote': [read('a', 0, 1)],
  'new before old': [write('a', 0, 10), read('a', 1, 2), read(undefined, 3, 4)],
  'back to a value that was overwritten': [write('a', 0, 1), write('b', 2, 3), read('b', 4, 5), read('a', 6, 7)],
  'two readers that saw two orders': [
    write('a', 0, 20),
    write('b', 0, 20),
    read('a', 1, 2),
    read('b', 3, 4),
    read('a', 5, 6),
  ],
  'an unknown write that took effect twice': [
    write('x', 0, Infinity),
    write('a', 1, 2),
    read('x', 3, 4),
    write('b', 5, 6),
    read('x', 7, 8),
  ],
  'an unknown write before its call': [read('x', 0, 1), write('x', 2, Infinity)],
  'a deletion that was undone': [write('a', 0, 1), write(undefined, 2, 3), read('a', 4, 5)],
};

/** Every order of every choice of unknown writes. */
function naive(history: readonly Operation[]): boolean {
  const place = (left: readonly Operation[], value: string | undefined): boolean =>
    left.every(({ to }) => to === Infinity) ||
    left.some((next) => {
      const rest = left.filter((other) => other !== next);
      if (rest.some((other) => other.to < next.from)) return false;
      return next.kind === 'write' ? place(rest, next.value) : next.value === value && place(rest, value);
    });
  return place(history, undefined);
}

const operationArb = fc
  .record({
    kind: fc.constantFrom('write' as const, 'read' as const),
    value: fc.constantFrom('a', 'b', undefined),
    from: fc.nat(12),
    takes: fc.nat(6),
    known: fc.integer({ min: 0, max: 3 }),
  })
  .map(({ kind, value, from, takes, known }): Operation => {
    return { kind, value, from, to: kind === 'write' && known === 0 ? Infinity : from + takes };
  });

describe('the checker', () => {
  it.each(Object.entries(good))('accepts %s', (_, history) => {
    expect(isLinearizable(history)).toBe(true);
  });

  it.each(Object.entries(bad))('refuses %s', (_, history) => {
    expect(isLinearizable(history)).toBe(false);
  });

  it('says what trying every order says', () => {
    let refused = 0;
    fc.assert(
      fc.property(fc.array(operationArb, { maxLength: 6 }), (history) => {
        const expected = naive(history);
        expect(isLinearizable(history)).toBe(expected);
        if (!expected) refused += 1;
      }),
      { numRuns: 2000 },
    );
    expect(refused).toBeGreaterThan(200);
  });

  it('accepts what was written down from one order, however long', () => {
    const stepArb = fc.record({ writes: fc.boolean(), before: fc.nat(25), after: fc.nat(25), known: fc.boolean() });
    fc.assert(
      fc.property(fc.array(stepArb, { maxLength: 150 }), (steps) => {
        let value: string | undefined;
        const history = steps.map(({ writes, before, after, known }, at): Operation => {
          if (writes) value = `v${at}`;
          const from = 10 * at - before;
          return writes ? write(value, from, known ? 10 * at + after : Infinity) : read(value, from, 10 * at + after);
        });
        expect(isLinearizable(history)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});
