/**
 * The time chart as SVG: well formed, complete in itself, and with every bar between the instants it stands for. What
 * it looks like was judged by eye; that it stays deterministic and safe is held here.
 */
import { describe, expect, test } from 'vitest';
import { create } from 'xmlbuilder2';
import { svgChart } from '../../src/report/index.js';
import { allTraces, failoverTrace, fullHouse, lateClientTrace, troubledTrace } from './traces.js';

describe.each(Object.entries(allTraces))('%s', (_, trace) => {
  const svg = svgChart(trace());

  test('is well-formed XML', () => {
    expect(() => create(svg)).not.toThrow();
    expect(svg.startsWith('<?xml version="1.0" encoding="UTF-8"?>\n<svg ')).toBe(true);
  });

  test('has a title and a description for those who cannot see it', () => {
    expect(svg).toContain('role="img" aria-labelledby="armada-chart-title armada-chart-desc"');
    expect(svg).toMatch(/<title id="armada-chart-title">Time chart: .+<\/title>/);
    expect(svg).toMatch(/<desc id="armada-chart-desc">.+<\/desc>/);
  });

  test('asks for nothing from outside', () => {
    expect(svg.match(/https?:[^"]*/g)).toEqual(['http://www.w3.org/2000/svg']);
    expect(svg).not.toMatch(/href|@import|url\(|<script|<image|<foreignObject/);
  });

  test('holds no number that is none, and no bar outside the picture', () => {
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    const width = Number(/viewBox="0 0 (\S+) /.exec(svg)?.[1]);
    for (const [, x, w] of svg.matchAll(/<rect class="bar \w+" x="(\S+)" y="\S+" width="(\S+)"/g)) {
      expect(Number(w)).toBeGreaterThan(0);
      expect(Number(x) + Number(w)).toBeLessThanOrEqual(width);
    }
  });

  test('the same trace gives the same bytes', () => {
    expect(svgChart(trace())).toBe(svg);
  });
});

test('bars tell their state in full when pointed at', () => {
  const svg = svgChart(failoverTrace());
  for (const title of [
    'ServerA: crashed, still taken for CLUSTER, 1m to 1m30s (30s)',
    'ServerB: RECOVERING, 1m30s to 1m31s (1s)',
    'ServerB: CLUSTER + BACKUP, from 1m31s to the end (1m29s)',
    'Group1: in progress on ServerB, 1m30s to 1m31s (1s)',
    'Group1: running on ServerB, from 1m31s to the end (1m29s)',
  ]) {
    expect(svg).toContain(`<title>${title}</title>`);
  }
});

test('a client tells when it ran, and each answer how long it was given', () => {
  const svg = svgChart(lateClientTrace());
  for (const title of [
    'Client1: not running, 0s to 1m30.2s (1m30.2s)',
    'Client1: running, 1m30.2s to 1m40s (9.8s)',
    'Client1: Group1: FAILOVER, 1m30.6s to 1m31.0001s (400.1ms)',
    'Client1: Group1: RUNNING, 1m31.0001s to 1m40s (8.9999s)',
  ]) {
    expect(svg).toContain(`<title>${title}</title>`);
  }
  // Nothing is drawn where nobody asks any more.
  expect(svg).not.toContain('nobody asks');
  expect(svg).toContain('Clients Client1, which were told something');
  expect(svgChart(failoverTrace())).not.toMatch(/[Cc]lient|Answers/);
});

test('64 groups have a lane each', () => {
  const svg = svgChart(fullHouse());
  for (let i = 1; i <= 64; i++) expect(svg).toContain(`>Group${i}</text>`);
});

test('long waits are folded, and say how long they were', () => {
  const svg = svgChart(failoverTrace());
  for (const wait of ['59s', '30s', '1m29s']) expect(svg).toContain(`>⋯ ${wait} ⋯</text>`);
});

test('names cannot become markup', () => {
  const svg = svgChart(troubledTrace());
  expect(svg).toContain('everything &lt;b&gt;goes&lt;/b&gt; wrong &amp; &quot;more&quot;');
  expect(svg).not.toMatch(/<script|<img|<b>/);
});
