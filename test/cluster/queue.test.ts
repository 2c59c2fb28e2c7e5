/** What is to happen later: earliest first, at one instant in the order in which it was put in. Against a sorted list. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventQueue } from '../../src/cluster/queue.js';
import { NEVER } from '../../src/model/time.js';

/** An instant puts an item in; `undefined` takes the earliest out. */
const commandsArb = fc.array(fc.option(fc.nat(6), { nil: undefined, freq: 2 }), { maxLength: 200 });

describe('the queue', () => {
  it('gives out in the order of time, then of putting in, whatever is mixed', () => {
    fc.assert(
      fc.property(commandsArb, (commands) => {
        const queue = new EventQueue<number>();
        const model: { at: number; item: number }[] = [];
        commands.forEach((at, item) => {
          if (at !== undefined) {
            queue.push(at, item);
            model.push({ at, item });
          } else if (model.length > 0) {
            const first = Math.min(...model.map((entry) => entry.at));
            const right = model.findIndex((entry) => entry.at === first);
            expect(queue.pop()).toBe(model.splice(right, 1)[0].item);
          }
          expect(queue.size).toBe(model.length);
          expect(queue.nextAt).toBe(model.length === 0 ? NEVER : Math.min(...model.map((entry) => entry.at)));
        });
        const rest = model.toSorted((a, b) => a.at - b.at || a.item - b.item).map(({ item }) => item);
        expect(rest.map(() => queue.pop())).toEqual(rest);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it('keeps ten thousand of one instant in their order', () => {
    const queue = new EventQueue<number>();
    for (let item = 0; item < 10_000; item += 1) queue.push(7, item);
    for (let item = 0; item < 10_000; item += 1)
      if (queue.pop() !== item) throw new Error(`item ${item} is out of order`);
  });
});
