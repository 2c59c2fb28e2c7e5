/**
 * Whatever a trace holds, in whatever order: no picture throws, each comes out the same twice, XML stays XML, and no
 * name gets out of its quotes. Names here are drawn from what has broken other programs.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { create } from 'xmlbuilder2';
import { micros } from '../../src/model/time.js';
import type { EventCode, ServerStatusName, TraceBody, TraceLine } from '../../src/model/trace.js';
import { chromeTrace, HeartbeatRecorder, htmlReport, svgChart, terminalChart } from '../../src/report/index.js';

const NASTY = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=a()>',
  "' onload='",
  ']]>',
  '&amp;',
  '\u0000\u001b[31m',
  '\ud800',
  '__proto__',
  'constructor',
  '',
  '＜全角＞',
  '\u202eevil',
  '--><!--',
];
const name = fc.oneof(fc.constantFrom('ServerA', 'ServerB', 'Group1', 'Group2', 'C1'), fc.constantFrom(...NASTY));
const status = fc.constantFrom<ServerStatusName>(
  'STOPPED',
  'DOWN',
  'OFF_CLUSTER',
  'CLUSTER',
  'RECOVERING',
  'BACKUP',
  'FAIL',
  'MISS',
  'SINGLE_SERVER',
);
const code = fc.constantFrom<EventCode>(
  'ARM_EVENT_DOWN',
  'ARM_EVENT_GROUP_STOP',
  'ARM_EVENT_GROUP_FAILOVER_START',
  'ARM_EVENT_FAILOVER_END',
  'ARM_EVENT_LSW_SWITCHED',
  'ARM_EVENT_GROUP_MOVE_FAILURE',
);
const clientStatus = fc
  .constantFrom('RUNNING', 'MISS', 'STOPPED', 'FAILOVER', 'toString')
  .map((word) => `ARMCLAPI_GROUP_STATUS_${word}`);
const clientEvent = fc
  .constantFrom('BOOT', 'SHUTDOWN', 'FAILOVER_START', 'FAILOVER_END')
  .map((word) => `ARMCLAPI_EVENT_${word}`);
const count = fc.nat({ max: 1000 });
const cluster = fc.constantFrom('C1', 'C2', '<b>');

const body: fc.Arbitrary<TraceBody> = fc.oneof(
  fc.record({
    kind: fc.constant('run'),
    schema: fc.constant(1),
    scenario: name,
    seed: count,
    backend: fc.constantFrom('inline', 'lockstep', 'realtime'),
    version: name,
  }),
  fc.record(
    {
      kind: fc.constant('step'),
      step: fc.constantFrom(
        ...['crash', 'hang', 'resume', 'start', 'restart', 'moveGroup', 'toString'],
        ...['startClient', 'stopClient', 'watch'],
      ),
      target: name,
      to: name,
      on: name,
      error: name,
      status: fc.oneof(clientStatus, name),
    },
    { requiredKeys: ['kind', 'step', 'target'] },
  ),
  fc.record({
    kind: fc.constant('view'),
    cluster,
    epoch: count,
    coordinator: name,
    members: fc.array(name, { maxLength: 4 }),
  }),
  fc.record({
    kind: fc.constant('server'),
    cluster,
    server: name,
    status: fc.array(status, { minLength: 1, maxLength: 4 }),
  }),
  fc.record({
    kind: fc.constant('group'),
    cluster,
    group: name,
    state: fc.constantFrom('OFFLINE', 'INPROGRESS', 'ONLINE', 'ONLINE_FAIL'),
    server: name,
  }),
  fc.record({
    kind: fc.constant('resource'),
    cluster,
    resource: name,
    state: fc.constantFrom('OFFLINE', 'ONLINE'),
    server: name,
  }),
  fc.record({
    kind: fc.constant('event'),
    cluster,
    epoch: count,
    coordinator: name,
    id: count,
    code,
    source: name,
    src: name,
    dst: name,
  }),
  fc.record({
    kind: fc.constant('client-event'),
    client: name,
    cluster,
    group: name,
    event: fc.oneof(clientEvent, name),
    src: name,
    dst: name,
    status: fc.oneof(clientStatus, name),
  }),
  fc.record({ kind: fc.constant('popup'), client: name, text: name }),
  fc.record({ kind: fc.constant('expect'), ok: fc.boolean(), text: name }),
  fc.record({ kind: fc.constant('warning'), text: name }),
  fc.record({ kind: fc.constant('violation'), invariant: count, text: name }),
  fc.record({
    kind: fc.constant('links'),
    from: name,
    to: name,
    network: name,
    sent: count,
    delivered: count,
    dropped: count,
  }),
  fc.record({ kind: fc.constant('end'), ok: fc.boolean(), hash: name }, { requiredKeys: ['kind', 'ok'] }),
);
const instant = fc.oneof(fc.nat({ max: 2000 }), fc.nat({ max: 4e9 }), fc.constantFrom(0, 1e6, 60e6));
const trace: fc.Arbitrary<TraceLine[]> = fc
  .array(fc.tuple(instant, body), { maxLength: 60 })
  .map((lines) => lines.map(([t, line], seq) => ({ t, seq, ...line })));

test('terminal charts never throw, honour their width and print no control characters', () => {
  fc.assert(
    fc.property(trace, fc.integer({ min: 60, max: 200 }), (lines, width) => {
      const chart = terminalChart(lines, { width, color: false });
      expect(chart).toBe(terminalChart(structuredClone(lines), { width, color: false }));
      expect(chart).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
      for (const row of chart.split('\n')) expect(row.length).toBeLessThanOrEqual(width);
    }),
  );
});

test('SVG charts never throw, are well formed and hold no foreign markup', () => {
  fc.assert(
    fc.property(trace, (lines) => {
      const svg = svgChart(lines);
      expect(() => create(svg)).not.toThrow();
      expect(svg).toBe(svgChart(structuredClone(lines)));
      expect(svg).not.toMatch(/<script|<img|<b>|<!--|NaN|Infinity/);
    }),
  );
});

test('pages never throw and hold no markup but their own', () => {
  const beat = fc.record({ at: instant, from: name, to: name });
  fc.assert(
    fc.property(trace, fc.array(beat, { maxLength: 30 }), (lines, beats) => {
      const recorder = new HeartbeatRecorder();
      for (const { at, from, to } of beats) recorder.record(micros(at), from, to);
      const html = htmlReport(lines, recorder.series());
      expect(html).toBe(htmlReport(structuredClone(lines), recorder.series()));
      expect(html.match(/<script/gi)).toHaveLength(1);
      expect(html).not.toMatch(/<img|<b>|<!--|<[^<>]*\son\w+=|NaN|Infinity/);
      expect(() => create(html.slice(html.indexOf('<svg'), html.indexOf('</svg>') + 6))).not.toThrow();
    }),
  );
});

test('Chrome traces never throw and are JSON', () => {
  fc.assert(
    fc.property(trace, (lines) => {
      expect(() => {
        JSON.parse(chromeTrace(lines));
      }).not.toThrow();
    }),
  );
});
