/** Trace events for Chrome and Perfetto: valid JSON, a process a cluster, a thread a server and a group. */
import { expect, test } from 'vitest';
import { chromeTrace } from '../../src/report/index.js';
import { failoverTrace, lateClientTrace, troubledTrace, twoClusters } from './traces.js';

interface ChromeEvent {
  name: string;
  cat?: string;
  ph: string;
  ts: number;
  dur: number;
  pid: number;
  tid: number;
  args: Record<string, unknown>;
}

function read(text: string): ChromeEvent[] {
  return (JSON.parse(text) as { traceEvents: ChromeEvent[] }).traceEvents;
}

test('states are complete events on the thread of their server or group', () => {
  const events = read(chromeTrace(failoverTrace()));
  const thread = events.find((event) => event.name === 'thread_name' && event.args.name === 'Group1');
  const states = events.filter((event) => event.ph === 'X' && event.pid === thread?.pid && event.tid === thread.tid);
  expect(states.map((event) => [event.name, event.ts, event.dur])).toEqual([
    ['stopped', 0, 1000],
    ['in progress on ServerA', 1000, 1_000_000],
    ['running on ServerA', 1_001_000, 88_999_000],
    ['in progress on ServerB', 90_000_000, 1_000_000],
    ['running on ServerB', 91_000_000, 89_000_000],
  ]);
});

test('each cluster is a process, and each event an instant there', () => {
  const lines = twoClusters();
  const events = read(chromeTrace(lines));
  const processes = events.filter((event) => event.name === 'process_name').map((event) => event.args.name);
  expect(processes).toEqual(['scenario', 'CLUSTER1', 'NORTH']);
  const instants = events.filter((event) => event.ph === 'i' && event.name.startsWith('ARM_EVENT_'));
  expect(instants).toHaveLength(lines.filter((line) => line.kind === 'event').length);
});

test('steps, expectations, warnings and violations are instants of the scenario', () => {
  const names = read(chromeTrace(troubledTrace())).filter((event) => event.ph === 'i' && event.pid === 1);
  expect(names.map((event) => event.name)).toEqual([
    'start cluster',
    'moveGroup Group1',
    'hang ServerB',
    'failResource vip1',
    'warning: resource vip1 of Group1 failed to activate on ServerA',
    'expect: server ServerB is CLUSTER: it is DOWN </script>',
    'violation: Group1 active on ServerA and ServerB',
  ]);
});

test('the same trace gives the same bytes, and an empty one is still a file', () => {
  expect(chromeTrace(failoverTrace())).toBe(chromeTrace(failoverTrace()));
  expect(read(chromeTrace([])).length).toBeGreaterThan(0);
});

test('a client is a thread, each watched group another, and what it was told instants', () => {
  const events = read(chromeTrace(lateClientTrace()));
  const states = (name: string): unknown[] => {
    const thread = events.find((event) => event.name === 'thread_name' && event.args.name === name);
    const own = events.filter((event) => event.ph === 'X' && event.pid === thread?.pid && event.tid === thread.tid);
    return own.map((event) => event.name);
  };
  expect(states('Client1')).toEqual(['not running', 'running', 'not running']);
  expect(states('Client1: Group1')).toEqual(['FAILOVER', 'RUNNING', 'nobody asks']);
  expect(events.filter(({ cat }) => cat === 'popup' || cat === 'callback').map(({ ts }) => ts)).toEqual([
    90_200_000, 91_000_100, 91_000_100,
  ]);
});
