/** Heartbeats are counted in little memory: none is lost when bins are joined, and a steady beat stays level. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { micros } from '../../src/model/time.js';
import { coarser } from '../../src/report/heartbeats.js';
import { HeartbeatRecorder } from '../../src/report/index.js';
import { beats } from './traces.js';

test('nothing recorded, nothing there', () => {
  expect(new HeartbeatRecorder().series()).toEqual({ binUs: 46_875, bins: 0, pairs: [] });
});

test('bins double when time outgrows them, and no heartbeat is lost', () => {
  const names = fc.constantFrom('A', 'B', 'C');
  const beat = fc.record({ at: fc.nat({ max: 1e12 }), from: names, to: names });
  fc.assert(
    fc.property(fc.array(beat, { maxLength: 300 }), (all) => {
      const recorder = new HeartbeatRecorder();
      for (const { at, from, to } of all) recorder.record(micros(at), from, to);
      const { binUs, bins, pairs } = recorder.series();
      expect(bins).toBeLessThanOrEqual(512);
      expect(Math.log2(binUs / 46_875) % 1).toBe(0);
      for (const pair of pairs) {
        const own = all.filter(({ from, to }) => from === pair.from && to === pair.to);
        const counts = new Array<number>(bins).fill(0);
        for (const { at } of own) counts[Math.floor(at / binUs)]++;
        expect(pair.counts).toEqual(counts);
        expect(pair.total).toBe(own.length);
      }
      expect(pairs.reduce((sum, pair) => sum + pair.total, 0)).toBe(all.length);
    }),
  );
});

test('pairs come by receiver and sender, whoever was heard first', () => {
  const recorder = new HeartbeatRecorder();
  for (const [from, to] of ['BA', 'AB', 'CA']) recorder.record(micros(1), from, to);
  expect(recorder.series().pairs.map((pair) => pair.from + pair.to)).toEqual(['BA', 'CA', 'AB']);
});

test('a steady beat is drawn level', () => {
  const series = coarser(beats(['A', 'B', 'C'], 600e6, '', 0), 120, 600e6);
  expect(series.binUs % 3e6).toBe(0);
  for (const { counts } of series.pairs) expect(new Set(counts).size).toBe(1);
});

test('silence is not smoothed away', () => {
  const series = coarser(beats(['A', 'B'], 180e6, 'A', 60e6), 120, 180e6);
  expect(series.binUs).toBe(3e6);
  expect(series.pairs.find((pair) => pair.to === 'B')?.counts).toEqual([
    ...new Array<number>(21).fill(1),
    ...new Array<number>(39).fill(0),
  ]);
});

test('a million heartbeats take little time', () => {
  const recorder = new HeartbeatRecorder();
  for (let i = 0; i < 1_000_000; i++) recorder.record(micros(i * 1000), 'ServerA', 'ServerB');
  expect(recorder.series().pairs[0].total).toBe(1_000_000);
}, 5_000);
