/**
 * The witness grants one successor to each view, whoever asks, in whatever order and however often; and who was granted
 * something is granted it again, because the answer may have been lost.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Witness } from '../../../src/failover/view/witness.js';

const questionArb = fc.record({
  from: fc.nat(3),
  epoch: fc.integer({ min: 1, max: 8 }),
  bases: fc.array(fc.record({ epoch: fc.nat(7), from: fc.integer({ min: -1, max: 3 }) }), {
    minLength: 1,
    maxLength: 3,
  }),
});

/** Before anything was granted. */
const NONE = '0 to -1';
const named = ({ epoch, from }: { epoch: number; from: number }): string => `${epoch} to ${from}`;

function ask(witness: Witness, from: number, epoch: number, ...bases: string[]): boolean {
  const read = (base: string) => ({ epoch: Number(base.split(' to ')[0]), from: Number(base.split(' to ')[1]) });
  return witness.ask({ type: 'witnessAsk', from, epoch, bases: bases.map(read) }).granted;
}

describe('a witness', () => {
  it('never grants two successors of one view, and never goes back', () => {
    fc.assert(
      fc.property(fc.array(questionArb, { maxLength: 30 }), (questions) => {
        const witness = new Witness();
        let last = { epoch: 0, from: -1 };
        for (const { from, epoch, bases } of questions) {
          const granted = ask(witness, from, epoch, ...bases.map(named));
          if (!granted || named({ epoch, from }) === named(last)) continue;
          expect(epoch).toBeGreaterThan(last.epoch);
          expect(bases.map(named)).toContain(named(last));
          last = { epoch, from };
        }
      }),
      { seed: 1, numRuns: 2000 },
    );
  });

  it('says yes again to whom it said yes, until another view follows', () => {
    const witness = new Witness();
    expect(ask(witness, 0, 1, NONE)).toBe(true);
    expect(ask(witness, 0, 1, NONE)).toBe(true);
    expect(ask(witness, 1, 2, '1 to 0')).toBe(true);
    expect(ask(witness, 0, 1, NONE)).toBe(false);
  });

  it('says no to the side that asks second', () => {
    const witness = new Witness();
    ask(witness, 0, 1, NONE);
    expect(ask(witness, 0, 2, '1 to 0')).toBe(true);
    expect(ask(witness, 1, 3, '1 to 0')).toBe(false);
    expect(ask(witness, 1, 2, '1 to 0')).toBe(false);
  });

  it('tells two views of one epoch apart by who asked for them', () => {
    const witness = new Witness();
    ask(witness, 0, 1, NONE);
    expect(ask(witness, 1, 2, '1 to 1')).toBe(false);
    expect(ask(witness, 1, 2, '1 to 0')).toBe(true);
  });
});
