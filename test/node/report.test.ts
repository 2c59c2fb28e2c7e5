/** A server's report is read as it was told; an outcome that several tell is read once. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/failover/log/entries.js';
import { micros } from '../../src/model/time.js';
import type { EffectRecord } from '../../src/node/effects.js';
import type { Report } from '../../src/node/realtime/boot.js';
import { ReportReader, reportToBytes } from '../../src/node/realtime/report.js';

const view = { epoch: 3, coordinator: 1 };

function outcome(index: number, text = ''): Outcome {
  const rest = { orders: [], answers: [], powerOff: 0, merge: false, persist: false };
  return { index, epoch: 3, coordinator: 1, lines: [{ kind: 'warning', text }], ...rest };
}

function report(...effects: EffectRecord[]): Report {
  return { at: micros(5), effects, done: [], beats: [] };
}

/** An outcome that a server tells, as it is read. */
function readBy(reader: ReportReader, told: Outcome): Outcome {
  const [[, read]] = reader.read(reportToBytes(report(['released', told, view]))).effects;
  return read as Outcome;
}

const anyEffect: fc.Arbitrary<EffectRecord> = fc.oneof(
  fc.record({ index: fc.nat(3), text: fc.string({ unit: 'binary' }) }).map(({ index, text }): EffectRecord => {
    return ['released', outcome(index, text), view];
  }),
  fc.string({ unit: 'binary' }).map((text): EffectRecord => ['warning', text]),
  fc.constant<EffectRecord>(['departed']),
  fc.constant<EffectRecord>(['installed', view, 3, { epoch: 0, coordinator: -1 }, true]),
);

describe('a report', () => {
  it('is read as it was told, effects in their order', () => {
    const numbers = fc.array(fc.nat());
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.array(anyEffect), numbers, numbers)), (told) => {
        const reader = new ReportReader();
        for (const [effects, done, beats] of told) {
          const one: Report = { at: micros(done.length), effects, done, beats };
          expect(reader.read(reportToBytes(one))).toEqual(one);
        }
      }),
    );
  });

  it('keeps lines apart whatever they say', () => {
    const one = report(['released', outcome(1, 'two\nlines\u2028'), view], ['released', outcome(2, '\r\n'), view]);
    expect(new ReportReader().read(reportToBytes(one))).toEqual(one);
  });
});

describe('an outcome', () => {
  it('is one object, whoever tells it, and another where it is told otherwise', () => {
    const reader = new ReportReader();
    const told = (text: string): Outcome => readBy(reader, outcome(1, text));
    const first = told('a');
    expect(told('a')).toBe(first);
    expect(told('b')).not.toBe(first);
    expect(told('b')).toEqual(outcome(1, 'b'));
  });

  it('is forgotten after a thousand others, and then read anew', () => {
    const reader = new ReportReader();
    const told = (index: number): Outcome => readBy(reader, outcome(index));
    const first = told(0);
    for (let index = 1; index < 1024; index += 1) told(index);
    expect(told(0)).toBe(first);
    told(1024);
    expect(told(0)).not.toBe(first);
    expect(told(0)).toEqual(first);
    expect(told(1024)).toBe(told(1024));
  });
});
