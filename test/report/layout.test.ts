/** Where things stand: the axis never runs backwards, folds only what is calm, and gives labels their room. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { layoutAxis } from '../../src/report/axis.js';
import { roughly, roundTicks } from '../../src/report/durations.js';
import { readHistory } from '../../src/report/history.js';
import { layoutChart } from '../../src/report/layout.js';
import { failoverTrace } from './traces.js';

const plain = { width: 100, whole: true, demands: [] };
const SECOND = 1_000_000;

describe('the axis', () => {
  test('folds the waits around a failover, not the failover', () => {
    const axis = layoutAxis(
      [0, 1, 60, 90, 91, 180].map((s) => s * SECOND),
      plain,
    );
    expect(axis.folds.map((fold) => fold.text)).toEqual(['59s', '30s', '1m29s']);
  });

  test('folds nothing where changes come evenly', () => {
    expect(
      layoutAxis(
        [0, 10, 20, 30, 40, 50].map((m) => m * 60 * SECOND),
        plain,
      ).folds,
    ).toEqual([]);
  });

  test('keeps the proportions of what is not folded', () => {
    const axis = layoutAxis(
      [0, 1, 2, 4, 8].map((s) => s * SECOND),
      { ...plain, width: 80 },
    );
    expect([0, 1, 2, 4, 8].map((s) => axis.position(s * SECOND))).toEqual([0, 10, 20, 40, 80]);
  });

  test('gives instants 100us apart the room that is asked for', () => {
    const demands = [{ wanted: [{ from: SECOND, to: SECOND + 100, width: 12 }], share: 0.9 }];
    const axis = layoutAxis([0, SECOND, SECOND + 100, 60 * SECOND], { ...plain, demands });
    expect(axis.position(SECOND + 100) - axis.position(SECOND)).toBeGreaterThanOrEqual(12);
  });

  test('never runs backwards nor over the border', () => {
    const instants = fc.array(fc.nat({ max: 1e10 }), { maxLength: 80 });
    const wanted = fc.array(fc.record({ i: fc.nat(90), j: fc.nat(90), width: fc.nat(60) }), { maxLength: 60 });
    fc.assert(
      fc.property(
        instants,
        wanted,
        fc.integer({ min: 20, max: 1000 }),
        fc.boolean(),
        (changes, wishes, width, whole) => {
          const sorted = [...new Set([0, ...changes])].sort((a, b) => a - b);
          const demands = wishes.map(({ i, j, width }) => ({
            from: sorted[i] ?? 0,
            ...(j < 80 && { to: sorted[j] ?? 0 }),
            width,
          }));
          const axis = layoutAxis(sorted, { ...plain, width, whole, demands: [{ wanted: demands, share: 0.9 }] });
          const xs = sorted.map((t) => axis.position(t));
          xs.forEach((x, i) => {
            expect(x).toBeGreaterThanOrEqual(i === 0 ? 0 : xs[i - 1]);
            expect(x).toBeLessThanOrEqual(width);
            if (whole) expect(x).toBe(Math.round(x));
          });
        },
      ),
    );
  });
});

describe('the chart', () => {
  const measure = { width: 100, whole: true, label: one, mark: one, tick: one, fold: one, least: 1 };
  function one(text: string): number {
    return text.length + 1;
  }

  test('spans of a lane follow each other without gap or overlap, the last to the border', () => {
    const chart = layoutChart(readHistory(failoverTrace()), measure);
    for (const { spans } of chart.blocks.flatMap((block) => [...block.servers, ...block.groups])) {
      spans.slice(1).forEach((span, i) => expect(span.x0).toBe(spans[i].x1));
      expect(spans.at(-1)?.x1).toBe(100);
    }
  });

  test('neither times on the axis nor marks overlap', () => {
    for (const width of [30, 60, 100, 200]) {
      const chart = layoutChart(readHistory(failoverTrace()), { ...measure, width });
      chart.ticks.slice(1).forEach((tick, i) => {
        expect(tick.textX).toBeGreaterThanOrEqual(chart.ticks[i].textX + one(chart.ticks[i].text));
      });
      for (const { marks } of chart.blocks) {
        marks.slice(1).forEach((mark, i) => expect(mark.x).toBeGreaterThanOrEqual(marks[i].x + one(marks[i].text)));
      }
    }
  });

  test('every mark is under exactly one number or range', () => {
    const history = readHistory(failoverTrace());
    for (const width of [30, 60, 200]) {
      const [block] = layoutChart(history, { ...measure, width }).blocks;
      expect(block.marks.flatMap((box) => box.marks)).toEqual(history.clusters[0].marks);
    }
  });
});

test('times for an axis are as exact as a glance needs', () => {
  const times = [0, 5, 900, 1234, 12_345, 1_000_312, 2_050_000, 90_000_312, 5_400_000_000];
  expect(times.map(roughly)).toEqual(['0s', '5us', '900us', '1.23ms', '12ms', '1s', '2.05s', '1m30s', '1h30m']);
});

test('ticks are round', () => {
  expect(
    roundTicks(180 * SECOND, 12)
      .map(roughly)
      .slice(0, 3),
  ).toEqual(['0s', '15s', '30s']);
  expect(roundTicks(10, 12)).toHaveLength(11);
  expect(roundTicks(40 * 24 * 3600 * SECOND, 12).length).toBeLessThanOrEqual(13);
});
