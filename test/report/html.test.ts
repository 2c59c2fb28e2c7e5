/**
 * The report page: one file that needs nothing else, tells what went wrong first, shows every event, and cannot be
 * made to run what a name or a text from a scenario says.
 */
import { describe, expect, test } from 'vitest';
import { HeartbeatRecorder, htmlReport } from '../../src/report/index.js';
import { beats, allTraces, failoverTrace, fullHouse, troubledTrace, watchedFailoverTrace } from './traces.js';

const none = new HeartbeatRecorder().series();
const pair = beats(['ServerA', 'ServerB'], 180e6, 'ServerA', 60e6);
const sixteen = Array.from({ length: 16 }, (_, i) => `Server${i + 1}`);

/** What a reader sees of a part of the page. */
function words(html: string): string {
  return html
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

function part(html: string, id: string): string {
  return html.split('<section').find((section) => section.includes(`<h2 id="${id}">`)) ?? '';
}

describe.each(Object.entries(allTraces))('%s', (_, trace) => {
  const html = htmlReport(trace(), trace === fullHouse ? beats(sixteen, 900e6, 'Server3', 600e6) : pair);

  test('is one page that asks for nothing from outside', () => {
    expect(html.startsWith('<!doctype html>\n<html lang="en">')).toBe(true);
    expect(html).toContain('default-src &#39;none&#39;');
    expect(html.match(/https?:[^"]*/g)?.filter((url) => url !== 'http://www.w3.org/2000/svg')).toEqual([]);
    expect(html).not.toMatch(/<[^<>]*\s(?:src|href|action|on\w+)=|@import|url\(|<link|<img|<iframe/);
  });

  test('holds exactly one script, its own', () => {
    expect(html.match(/<script/gi)).toHaveLength(1);
    expect(html.match(/<\/script/gi)).toHaveLength(1);
  });

  test('the same trace gives the same bytes', () => {
    const again = trace === fullHouse ? beats(sixteen, 900e6, 'Server3', 600e6) : pair;
    expect(htmlReport(trace(), again)).toBe(html);
    expect(html).not.toMatch(/NaN|Infinity|undefined|\[object/);
  });

  test('has a row for every event', () => {
    const rows = part(html, 'events').match(/<tr>/g) ?? [];
    expect(rows.length - 1).toBe(trace().filter((line) => line.kind === 'event').length);
  });
});

test('the header says what was run and how it ended', () => {
  const header = words(htmlReport(failoverTrace(), pair).split('<main>')[0].split('<header>')[1]);
  expect(header).toBe(
    'Armada · run report primary goes down passed Seed 1 Backend inline Version 0.1.0 Length 3m Clusters CLUSTER1 ' +
      'Servers 2 Groups 1 Events 8 Expectations 1 of 1 hold Hash of the trace c0ffeec0ffeec0ff…',
  );
});

test('failures stand before everything else', () => {
  const html = htmlReport(troubledTrace(), none);
  const said = words(`<section${part(html, 'problems')}`);
  expect(said).toContain('What went wrong');
  expect(said).toContain('Step refused at 20s moveGroup Group1 to ServerC: NOT_IN_VIEW:');
  expect(said).toContain('Expectation failed at 1m20s server ServerB is CLUSTER: it is DOWN');
  expect(said).toContain('Invariant 2 violated at 1m20s Group1 active on ServerA and ServerB');
  expect(html.indexOf('id="problems"')).toBeLessThan(html.indexOf('id="chart"'));
  expect(htmlReport(failoverTrace(), none)).not.toContain('id="problems"');
});

test('events are told in the words of the trace and in plain English', () => {
  const events = words(part(htmlReport(failoverTrace(), none), 'events'));
  expect(events).toContain(
    '*8 1m30s 6 ARM_EVENT_GROUP_FAILOVER_START Group1 ServerA ServerB 2/ServerB failover of Group1 began, ServerA to ServerB',
  );
  expect(events).toContain(
    '*4 1.0013s 3 ARM_EVENT_GROUP_STOP Group1 ServerA 1/ServerA Group1 started on ServerA (printed as GROUP_STOP)',
  );
});

test('links that dropped frames stand first and stand out', () => {
  const links = part(htmlReport(failoverTrace(), none), 'links');
  expect(words(links)).toContain('2 directed links, 1 of them dropped frames.');
  expect(links.indexOf('class="lossy"')).toBeLessThan(links.indexOf('class="clean"'));
  expect(links).toContain('<strong>30</strong>');
  expect(links).toContain('<strong>49.2%</strong>');
});

test('heartbeats: a block a receiver, a strip a sender, the totals in numbers', () => {
  const section = part(htmlReport(failoverTrace(), pair), 'heartbeats');
  expect(section).toContain('ServerB, 0s to 1m3s in each 3s: 1 from ServerA');
  expect(section).toContain('ServerA, 1m to 3m in each 3s: none from ServerB');
  expect(words(section)).toContain('received by ServerA ServerB ServerA 20 ServerB 21');
  expect(words(part(htmlReport(failoverTrace(), none), 'heartbeats'))).toContain('None were received.');
});

test('callbacks and popups bear their numbers of the chart', () => {
  const html = htmlReport(watchedFailoverTrace(), none);
  const callbacks = words(part(html, 'callbacks'));
  expect(callbacks).toContain(
    '(*2) 1m30.0001s Client1 CLUSTER1 Group1 ARMCLAPI_EVENT_FAILOVER_START ServerA ARMCLAPI_GROUP_STATUS_FAILOVER',
  );
  expect(words(part(html, 'popups'))).toContain('(*3) 1m31.0001s Client1 クラスタ CLUSTER1 で');
  expect(words(html.split('<main>')[0].split('<header>')[1])).toContain('Events 8 Clients Client1');
});

test('a page of an empty trace is still a page', () => {
  expect(words(htmlReport([], none))).toContain('A run unfinished');
});
