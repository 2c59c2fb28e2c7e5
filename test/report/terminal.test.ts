/**
 * The time chart in a terminal, compared with whole pictures: a chart is right when a person reads the right story off
 * it, so the golden files were read by one. Change them with `vitest run test/report -u`, and read them again.
 */
import { describe, expect, test } from 'vitest';
import { micros } from '../../src/model/time.js';
import { terminalChart } from '../../src/report/index.js';
import {
  failoverTrace,
  fullHouse,
  lateClientTrace,
  returnTrace,
  troubledTrace,
  twoClusters,
  watchedFailoverTrace,
} from './traces.js';

const traces = { failoverTrace, returnTrace, troubledTrace, fullHouse, twoClusters, lateClientTrace };
const ESCAPES = /\u001b\[\d+m/g;

describe('golden charts', () => {
  test.each([
    ['failover of section 6.3.1', failoverTrace, 100],
    ['return to the cluster of section 6.3.2', returnTrace, 120],
    ['hang, refusal, failed resource, failed expectation', troubledTrace, 80],
    ['16 servers and 64 groups', fullHouse, 120],
    ['two clusters', twoClusters, 100],
    ['narrow', failoverTrace, 60],
    ['a client sees the failover of section 6.3.1', watchedFailoverTrace, 110],
    ['a client starts in the failover of section 6.3.4', lateClientTrace, 110],
    ['narrow with a client', lateClientTrace, 60],
  ] as const)('%s', async (name, trace, width) => {
    const chart = terminalChart(trace(), { width, color: false });
    await expect(chart).toMatchFileSnapshot(`golden/${name.replaceAll(/[^a-z0-9]+/gi, '-')}-${width}.txt`);
  });

  test('a trace without lines', () => {
    expect(terminalChart([], { width: 60, color: false })).toBe(
      'time chart  (0s)  unfinished\n\n          0s\n          ┤\n\n\nTime is not to scale.\n',
    );
  });
});

describe.each(Object.entries(traces))('%s', (_, trace) => {
  test.each([60, 61, 79, 80, 100, 133, 200])('no line is longer than %i columns', (width) => {
    const rows = terminalChart(trace(), { width, color: false }).split('\n');
    expect(Math.max(...rows.map((row) => row.length))).toBeLessThanOrEqual(width);
  });

  test('needs only ASCII and box-drawing strokes', () => {
    expect(terminalChart(trace(), { width: 100, color: false })).toMatch(/^[\n -~─═┼├┤]*$/);
  });

  test('colour changes nothing but colour', () => {
    const plain = terminalChart(trace(), { width: 100, color: false });
    const colored = terminalChart(trace(), { width: 100, color: true });
    expect(colored).not.toBe(plain);
    expect(colored.replace(ESCAPES, '').replace(/ +$/gm, '')).toBe(plain);
  });

  test('the same trace gives the same bytes, whatever the order its lines are handed over in', () => {
    const lines = trace();
    const chart = terminalChart(lines, { width: 100, color: true });
    expect(terminalChart(trace(), { width: 100, color: true })).toBe(chart);
    expect(terminalChart(lines.toReversed(), { width: 100, color: true })).toBe(chart);
  });
});

test('texts of popups are told as they are', () => {
  const chart = terminalChart(watchedFailoverTrace(), { width: 160, color: false });
  expect(chart).toContain('popup: クラスタ CLUSTER1 でグループ Group1 のフェイルオーバーを開始しました. サーバ ');
});

test('escape sequences in names do not reach the terminal', () => {
  const lines = failoverTrace().map((line) =>
    line.kind === 'run' ? { ...line, scenario: 'red \u001b[31malert\u0007\nnext\u202e' } : line,
  );
  const chart = terminalChart(lines, { width: 100, color: false });
  expect(chart.split('\n')[0]).toBe('red \ufffd[31malert\ufffd next\ufffd  (seed 1, inline, 3m)  passed');
});

test('a title too long for its row puts the facts below', () => {
  const [line] = failoverTrace();
  const run = {
    ...line,
    scenario: 'a name of some length',
    seed: Number.MAX_SAFE_INTEGER,
    backend: 'realtime',
  } as const;
  const late = { t: micros(2_770_000_001), seq: 1, kind: 'popup', client: 'PC', text: 'late' } as const;
  const [first, second] = terminalChart([run, late], { width: 60, color: false }).split('\n');
  expect(first).toBe('a name of some length  unfinished');
  expect(second).toBe('(seed 9007199254740991, realtime, 46m10.000001s)');
});
