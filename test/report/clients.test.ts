/** What a chart says of clients must follow from the trace alone: when each ran, what it answered, what it was told. */
import { describe, expect, test } from 'vitest';
import { joinCaptions, sentence } from '../../src/report/captions.js';
import { terminalChart } from '../../src/report/index.js';
import { readHistory } from '../../src/report/history.js';
import type { TraceLine } from '../../src/model/trace.js';
import { failoverTrace, lateClientTrace, TraceWriter, watchedFailoverTrace } from './traces.js';

/** Each client with its spans, and those of its answers: `0-5 RUNNING`, in seconds. */
function story(lines: readonly TraceLine[], cluster = 0): Record<string, string[]> {
  const told: Record<string, string[]> = {};
  const span = (from: number, to: number, state: unknown): string => `${from / 1e6}-${to / 1e6} ${String(state)}`;
  for (const { lane, answers } of readHistory(lines).clusters[cluster].clients) {
    told[lane.name] = lane.spans.map(({ from, to, state }) => span(from, to, state.running ? 'up' : 'off'));
    for (const { name, spans } of answers)
      told[`${lane.name}: ${name}`] = spans.map(({ from, to, state }) => span(from, to, state.status));
  }
  return told;
}

function marks(lines: readonly TraceLine[], cluster = 0): string[] {
  return readHistory(lines).clusters[cluster].told.map(({ number, caption }) => `${number} ${sentence(caption)}`);
}

const writer = () => new TraceWriter('C', 'clients').group('Group1', 'OFFLINE').group('Group2', 'OFFLINE');

describe('lanes', () => {
  test('a trace without clients has none', () => {
    expect(story(failoverTrace())).toEqual({});
    expect(marks(failoverTrace())).toEqual([]);
  });

  test('a client that no step starts has run and watched from the beginning', () => {
    expect(story(watchedFailoverTrace())).toEqual({
      Client1: ['0-120 up'],
      'Client1: Group1': [
        '0-1.0014 STOPPED',
        '1.0014-90.0001 RUNNING',
        '90.0001-91.0001 FAILOVER',
        '91.0001-120 RUNNING',
      ],
    });
  });

  test('a watch shows from its step, with the status that stands there, to the end of the client', () => {
    expect(story(lateClientTrace())).toEqual({
      Client1: ['0-90.2 off', '90.2-100 up', '100-120 off'],
      'Client1: Group1': ['90.6-91.0001 FAILOVER', '91.0001-100 RUNNING', '100-120 undefined'],
    });
  });

  test.each([
    ['BOOT', 'STOPPED'],
    ['SHUTDOWN', 'RUNNING'],
    ['FAILOVER_START', 'RUNNING'],
    ['FAILOVER_END', 'FAILOVER'],
    ['SOMETHING', ''],
  ])('before %s the answer was %s, where the trace does not say it', (event, before) => {
    const w = writer().at(5e6).step('watch', 'Group1', { on: 'Client1' });
    w.at(7e6).callback(event, 'MISS').at(9e6);
    expect(story(w.end())['Client1: Group1']).toEqual([`5-7 ${before}`, '7-9 MISS']);
  });

  test('a watch that nothing follows is not known', () => {
    const w = writer().at(5e6).step('watch', 'Group1', { on: 'Client1' }).at(9e6);
    expect(story(w.end())).toEqual({ Client1: ['0-9 up'], 'Client1: Group1': ['5-9 '] });
  });

  test('what a program starts on a client that does not run from the beginning shows from its first callback on', () => {
    const w = writer().at(2e6).callback('BOOT', 'RUNNING').at(4e6).step('stopClient', 'Client1');
    w.at(6e6).step('startClient', 'Client1').at(8e6).callback('SHUTDOWN', 'STOPPED').at(9e6);
    expect(story(w.end())).toEqual({
      Client1: ['0-4 up', '4-6 off', '6-9 up'],
      'Client1: Group1': ['0-2 STOPPED', '2-4 RUNNING', '4-8 undefined', '8-9 STOPPED'],
    });
  });

  test('the client of a server goes with that', () => {
    const w = writer()
      .server('A', 'STOPPED')
      .server('B', 'STOPPED')
      .at(1e6)
      .server('A', 'CLUSTER')
      .server('B', 'CLUSTER');
    const boot = (client: string) => w.callback('BOOT', 'RUNNING', '', 'A', 'Group1', client);
    w.at(2e6);
    boot('A');
    boot('B');
    w.at(4e6).step('crash', 'A').at(5e6).server('A', 'DOWN').at(6e6).step('crash', 'B', { error: 'no' });
    w.at(7e6).server('A', 'CLUSTER').at(8e6).server('B', 'STOPPED').at(9e6);
    boot('A');
    w.at(10e6);
    expect(story(w.end())).toEqual({
      A: ['2-4 up', '4-9 off', '9-10 up'],
      'A: Group1': ['2-4 RUNNING', '4-9 undefined', '9-10 RUNNING'],
      B: ['2-8 up', '8-10 off'],
      'B: Group1': ['2-8 RUNNING', '8-10 undefined'],
    });
  });

  test('a refused step changes nothing, and a second watch neither', () => {
    const w = writer()
      .step('startClient', 'Client2', { error: 'no' })
      .step('watch', 'Group1', { on: 'PC', error: 'no' });
    w.at(1e6).step('watch', 'Group1', { on: 'Client1', status: 'ARMCLAPI_GROUP_STATUS_RUNNING' });
    w.at(2e6).step('watch', 'Group1', { on: 'Client1', status: 'ARMCLAPI_GROUP_STATUS_STOPPED' }).at(3e6);
    expect(story(w.end())).toEqual({ Client1: ['0-3 up'], 'Client1: Group1': ['1-3 RUNNING'] });
  });

  test('of several clusters each shows the clients that watch there, and all that watch nowhere', () => {
    const w = writer().line({ kind: 'group', cluster: 'D', group: 'Group1', state: 'OFFLINE', server: '' });
    w.step('startClient', 'Idle')
      .step('watch', 'D/Group1', { on: 'Client1' })
      .step('watch', 'Group2', { on: 'Client2' });
    w.popup('cluster D, group Group1').popup('cluster C', 'Idle').popup('who knows', 'Idle');
    const lines = w.end();
    expect(Object.keys(story(lines, 0))).toEqual(['Idle', 'Client2', 'Client2: Group2']);
    expect(Object.keys(story(lines, 1))).toEqual(['Idle', 'Client1', 'Client1: Group1']);
    expect(marks(lines, 0)).toEqual(['1 popup: cluster C; on Idle', '2 popup: who knows; on Idle']);
    expect(marks(lines, 1)).toEqual(['1 popup: cluster D, group Group1; on Client1', '2 popup: who knows; on Idle']);
  });
});

test('a terminal joins the answers that were the same all along, and says how many they are', () => {
  const w = writer().group('Group3', 'OFFLINE').at(1e6);
  for (const group of ['Group3', 'Group2', 'Group1']) w.callback('BOOT', 'RUNNING', '', 'A', group);
  w.at(2e6).callback('SHUTDOWN', 'STOPPED', 'A', '', 'Group2').at(3e6);
  const rows = terminalChart(w.end(), { width: 110, color: false }).split('\n');
  expect(rows.filter((row) => row.startsWith('Client1:')).map((row) => row.replaceAll(/ ([ox]) .*/g, ' $1'))).toEqual([
    expect.stringMatching(/^Client1: Group1 \+1 \(2\) +x$/),
    expect.stringMatching(/^Client1: Group2 +x$/),
  ]);
});

describe('marks', () => {
  test('have numbers of their own, and a popup shares one with the callback of the same change, whichever came first', () => {
    expect(marks(watchedFailoverTrace())).toEqual([
      '1 callback ARMCLAPI_EVENT_BOOT for Group1 on Client1, to ServerA; status RUNNING',
      '2 popup: クラスタ CLUSTER1 でグループ Group1 のフェイルオーバーを開始しました.\nサーバ ServerA(10.0.0.1)→サーバ ServerB(10.0.0.2); on Client1',
      '2 callback ARMCLAPI_EVENT_FAILOVER_START for Group1 on Client1, from ServerA; status FAILOVER',
      '3 popup: クラスタ CLUSTER1 でグループ Group1 のフェイルオーバーが終了しました.\nサーバ ServerA(10.0.0.1)→サーバ ServerB(10.0.0.2); on Client1',
      '3 callback ARMCLAPI_EVENT_FAILOVER_END for Group1 on Client1, to ServerB; status RUNNING',
    ]);
  });

  test('another group, another client or another time is another change', () => {
    const w = writer().popup('about Group1').popup('about Group2').callback('BOOT', 'RUNNING', '', '', 'Group2');
    w.popup('about Group1', 'Client2').callback('BOOT', 'RUNNING', '', '', 'Group1', 'Client3');
    w.at(20_000).callback('BOOT', 'RUNNING');
    expect(marks(w.end()).map((mark) => mark.split(' ').slice(0, 4).join(' '))).toEqual([
      '1 popup: about Group1;',
      '2 popup: about Group2;',
      '2 callback ARMCLAPI_EVENT_BOOT for',
      '3 popup: about Group1;',
      '4 callback ARMCLAPI_EVENT_BOOT for',
      '5 callback ARMCLAPI_EVENT_BOOT for',
    ]);
  });

  test('that say the same of several groups are told in one sentence', () => {
    const w = writer().popup('Group1 has begun.').popup('Group2 has begun.').popup('Group1 has ended.');
    w.popup('nothing known')
      .callback('BOOT', 'RUNNING', '', 'A', 'Group1')
      .callback('BOOT', 'RUNNING', '', 'A', 'Group2');
    const [{ told }] = readHistory(w.end()).clusters;
    expect(joinCaptions(told, 90, 20).map(({ text }) => text)).toEqual([
      'popup: Group1, Group2 has begun.; on Client1',
      'callback ARMCLAPI_EVENT_BOOT for Group1, Group2 on Client1, to A; status RUNNING',
      'popup: Group1 has ended.; on Client1',
      'popup: nothing known; on Client1',
    ]);
  });
});
