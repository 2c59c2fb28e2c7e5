/**
 * Traces written by hand in the form of docs/scenarios.md, for the tests of the pictures: the situations of section 6.3 on
 * two servers, and a full house of 16 servers with 64 groups.
 */
import { micros } from '../../src/model/time.js';
import { HeartbeatRecorder, type HeartbeatSeries } from '../../src/report/index.js';
import type {
  EventCode,
  GroupStateName,
  ServerStatusName,
  StepLine,
  TraceBody,
  TraceLine,
} from '../../src/model/trace.js';

const SECOND = 1_000_000;

/** Writes a trace line by line, with the clock set by hand. */
export class TraceWriter {
  readonly lines: TraceLine[] = [];
  private eventId = 0;
  private view = { epoch: 1, coordinator: '' };

  constructor(
    private readonly cluster: string,
    scenario: string,
    public t = 0,
  ) {
    this.line({ kind: 'run', schema: 1, scenario, seed: 1, backend: 'inline', version: '0.1.0' });
  }

  at(t: number): this {
    this.t = Math.round(t);
    return this;
  }

  line(body: TraceBody): this {
    this.lines.push({ t: this.t, seq: this.lines.length, ...body });
    return this;
  }

  step(step: string, target: string, more: Partial<StepLine> = {}): this {
    return this.line({ kind: 'step', step, target, ...more });
  }

  members(epoch: number, coordinator: string, members: string[]): this {
    this.view = { epoch, coordinator };
    return this.line({ kind: 'view', cluster: this.cluster, epoch, coordinator, members });
  }

  server(server: string, ...status: ServerStatusName[]): this {
    return this.line({ kind: 'server', cluster: this.cluster, server, status });
  }

  group(group: string, state: GroupStateName, server = ''): this {
    return this.line({ kind: 'group', cluster: this.cluster, group, state, server });
  }

  event(code: string, source: string, src = '', dst = ''): this {
    const id = ++this.eventId;
    const full = `ARM_EVENT_${code}` as EventCode;
    return this.line({ kind: 'event', cluster: this.cluster, ...this.view, id, code: full, source, src, dst });
  }

  /** What an application on Client1 is called back with for Group1. */
  callback(event: string, status: string, src = '', dst = '', group = 'Group1', client = 'Client1'): this {
    const words = { event: `ARMCLAPI_EVENT_${event}`, status: `ARMCLAPI_GROUP_STATUS_${status}` };
    return this.line({ kind: 'client-event', client, cluster: this.cluster, group, src, dst, ...words });
  }

  popup(text: string, client = 'Client1'): this {
    return this.line({ kind: 'popup', client, text });
  }

  end(ok = true): TraceLine[] {
    return this.line({ kind: 'end', ok, hash: 'c0ffee'.repeat(10) + 'c0ff' }).lines;
  }
}

/** Two servers start together and Group1 comes up on ServerA. */
function twoServers(scenario: string): TraceWriter {
  const w = new TraceWriter('CLUSTER1', scenario);
  w.server('ServerA', 'STOPPED').server('ServerB', 'STOPPED').group('Group1', 'OFFLINE');
  w.step('start', 'cluster');
  w.at(600).members(1, 'ServerA', ['ServerA', 'ServerB']);
  w.server('ServerA', 'CLUSTER').server('ServerB', 'CLUSTER');
  w.at(900).event('RETURN_TO_CLUSTER', 'ServerA').event('RETURN_TO_CLUSTER', 'ServerB');
  w.at(1000).group('Group1', 'INPROGRESS', 'ServerA');
  w.at(SECOND + 1000).group('Group1', 'ONLINE', 'ServerA');
  return w.at(SECOND + 1300).event('GROUP_STOP', 'Group1', 'ServerA');
}

function crashOfA(w: TraceWriter): TraceWriter {
  w.at(60 * SECOND).step('crash', 'ServerA');
  w.at(90 * SECOND)
    .members(2, 'ServerB', ['ServerB'])
    .server('ServerA', 'DOWN');
  w.event('DOWN', 'ServerA').server('ServerB', 'RECOVERING');
  w.event('FAILOVER_START', 'ServerB').event('GROUP_FAILOVER_START', 'Group1', 'ServerA', 'ServerB');
  w.group('Group1', 'INPROGRESS', 'ServerB');
  w.at(91 * SECOND).group('Group1', 'ONLINE', 'ServerB');
  w.event('GROUP_FAILOVER_END', 'Group1', 'ServerA', 'ServerB').event('FAILOVER_END', 'ServerB');
  return w.server('ServerA', 'DOWN', 'FAIL').server('ServerB', 'CLUSTER', 'BACKUP');
}

/** Section 6.3.1: ServerA crashes, Group1 fails over to ServerB. */
export function failoverTrace(): TraceLine[] {
  const w = crashOfA(twoServers('primary goes down'));
  w.at(120 * SECOND).line({ kind: 'expect', ok: true, text: 'group Group1 is ONLINE on ServerB' });
  w.at(180 * SECOND);
  w.line({ kind: 'links', from: 'ServerA', to: 'ServerB', network: 'lan0', sent: 31, delivered: 31, dropped: 0 });
  w.line({ kind: 'links', from: 'ServerB', to: 'ServerA', network: 'lan0', sent: 61, delivered: 31, dropped: 30 });
  return w.end();
}

/** Section 6.3.2: after the failover ServerA comes back, and Group1, with failback auto, goes back to it. */
export function returnTrace(): TraceLine[] {
  const w = crashOfA(twoServers('return to the cluster'));
  w.at(300 * SECOND).step('restart', 'ServerA');
  w.at(300 * SECOND + 400)
    .members(3, 'ServerA', ['ServerA', 'ServerB'])
    .server('ServerA', 'CLUSTER', 'FAIL');
  w.at(300 * SECOND + 600)
    .event('RETURN_TO_CLUSTER', 'ServerA')
    .group('Group1', 'INPROGRESS', 'ServerB');
  w.at(300 * SECOND + 500_600)
    .group('Group1', 'OFFLINE')
    .event('GROUP_STOP', 'Group1', 'ServerB');
  w.server('ServerB', 'CLUSTER');
  w.at(300 * SECOND + 500_800).group('Group1', 'INPROGRESS', 'ServerA');
  w.at(301 * SECOND + 500_800)
    .group('Group1', 'ONLINE', 'ServerA')
    .event('GROUP_START', 'Group1', 'ServerA');
  w.server('ServerA', 'CLUSTER');
  return w.end();
}

/** Section 6.3.1 with its client, which has run from the beginning and watches Group1. */
export function watchedFailoverTrace(): TraceLine[] {
  const w = twoServers('6.3.1: failover');
  w.at(SECOND + 1400).callback('BOOT', 'RUNNING', '', 'ServerA');
  crashOfA(w);
  const way = 'サーバ ServerA(10.0.0.1)→サーバ ServerB(10.0.0.2)';
  w.at(90 * SECOND + 100).popup(`クラスタ CLUSTER1 でグループ Group1 のフェイルオーバーを開始しました.\n${way}`);
  w.callback('FAILOVER_START', 'FAILOVER', 'ServerA');
  w.at(91 * SECOND + 100).callback('FAILOVER_END', 'RUNNING', '', 'ServerB');
  w.popup(`クラスタ CLUSTER1 でグループ Group1 のフェイルオーバーが終了しました.\n${way}`);
  return inOrder(w.at(120 * SECOND).end());
}

/** Section 6.3.4: the client starts in the middle of the failover, an application there a little later; both end early. */
export function lateClientTrace(): TraceLine[] {
  const w = crashOfA(twoServers('6.3.4: the client starts during a failover'));
  w.at(90.2 * SECOND).step('startClient', 'Client1');
  w.popup(
    'Cluster CLUSTER1: the failover of group Group1 has begun.\nServer ServerA(10.0.0.1)->Server ServerB(10.0.0.2)',
  );
  w.at(90.6 * SECOND).step('watch', 'Group1', { on: 'Client1', status: 'ARMCLAPI_GROUP_STATUS_FAILOVER' });
  w.at(91 * SECOND + 100).callback('FAILOVER_END', 'RUNNING', '', 'ServerB');
  w.popup(
    'Cluster CLUSTER1: the failover of group Group1 has ended.\nServer ServerA(10.0.0.1)->Server ServerB(10.0.0.2)',
  );
  w.at(100 * SECOND).step('stopClient', 'Client1');
  return inOrder(w.at(120 * SECOND).end());
}

/** The order of a trace written in strands: by time. */
function inOrder(lines: readonly TraceLine[]): TraceLine[] {
  return lines.toSorted((a, b) => a.t - b.t).map((line, seq) => ({ ...line, seq }));
}

/** A hang, a refused step, a failed resource, a failed expectation, a violation and a name that tries to be markup. */
export function troubledTrace(): TraceLine[] {
  const w = twoServers('everything <b>goes</b> wrong & "more" <script>alert(1)</script>');
  w.at(20 * SECOND).step('moveGroup', 'Group1', { to: 'ServerC', error: 'NOT_IN_VIEW: <img src=x onerror=alert(2)>' });
  w.at(30 * SECOND).step('hang', 'ServerB');
  w.at(60 * SECOND)
    .members(2, 'ServerA', ['ServerA'])
    .server('ServerB', 'DOWN')
    .event('DOWN', 'ServerB');
  w.at(70 * SECOND).step('failResource', 'vip1', { on: 'ServerA' });
  w.at(70 * SECOND + 200).group('Group1', 'INPROGRESS', 'ServerA');
  w.at(71 * SECOND + 200)
    .group('Group1', 'ONLINE_FAIL', 'ServerA')
    .server('ServerA', 'CLUSTER', 'MISS');
  w.line({ kind: 'warning', text: 'resource vip1 of Group1 failed to activate on ServerA' });
  w.at(80 * SECOND).line({ kind: 'expect', ok: false, text: 'server ServerB is CLUSTER: it is DOWN </script>' });
  w.line({ kind: 'violation', invariant: 2, text: 'Group1 active on ServerA and ServerB' });
  return w.end(false);
}

/** 16 servers, 64 groups (four with each server as primary); Server3 crashes and its groups go to two others. */
export function fullHouse(): TraceLine[] {
  const w = new TraceWriter('FLEET', 'sixteen servers, sixty-four groups');
  const servers = Array.from({ length: 16 }, (_, i) => `Server${i + 1}`);
  const groups = Array.from({ length: 64 }, (_, i) => `Group${i + 1}`);
  for (const server of servers) w.server(server, 'STOPPED');
  for (const group of groups) w.group(group, 'OFFLINE');
  w.step('start', 'cluster').at(900).members(1, 'Server1', servers);
  for (const server of servers) w.server(server, 'CLUSTER');
  for (const server of servers) w.event('RETURN_TO_CLUSTER', server);
  for (let round = 0; round < 4; round++) {
    const mine = groups.map((group, i) => ({ group, server: servers[i % 16] })).slice(round * 16, round * 16 + 16);
    w.at(1000 + round * SECOND);
    for (const { group, server } of mine) w.group(group, 'INPROGRESS', server);
    w.at(1000 + (round + 1) * SECOND - 10);
    for (const { group, server } of mine) w.group(group, 'ONLINE', server).event('GROUP_STOP', group, server);
  }
  w.at(600 * SECOND).step('crash', 'Server3');
  const rest = servers.filter((server) => server !== 'Server3');
  w.at(630 * SECOND)
    .members(2, 'Server1', rest)
    .server('Server3', 'DOWN')
    .event('DOWN', 'Server3');
  const moves = [
    ['Group3', 'Server4'],
    ['Group19', 'Server5'],
    ['Group35', 'Server4'],
    ['Group51', 'Server5'],
  ];
  for (const to of ['Server4', 'Server5']) {
    w.server(to, 'RECOVERING').event('FAILOVER_START', to);
  }
  for (const [half, from] of [moves.slice(0, 2), moves.slice(2)].entries()) {
    w.at((630 + half * 2) * SECOND);
    for (const [group, to] of from)
      w.event('GROUP_FAILOVER_START', group, 'Server3', to).group(group, 'INPROGRESS', to);
    w.at((632 + half * 2) * SECOND - 100);
    for (const [group, to] of from) w.group(group, 'ONLINE', to).event('GROUP_FAILOVER_END', group, 'Server3', to);
  }
  for (const to of ['Server4', 'Server5']) w.server(to, 'CLUSTER', 'BACKUP').event('FAILOVER_END', to);
  w.server('Server3', 'DOWN', 'FAIL').at(900 * SECOND);
  for (const from of servers) {
    for (const to of servers.filter((server) => server !== from)) {
      const dropped = to === 'Server3' ? 90 : 0;
      const sent = from === 'Server3' ? 200 : 300;
      w.line({ kind: 'links', from, to, network: 'lan0', sent, delivered: sent - dropped, dropped });
    }
  }
  return w.end();
}

/** Two clusters side by side, each with its failover; NORTH's server comes back. */
export function twoClusters(): TraceLine[] {
  const renames: readonly (readonly [string, string])[] = [
    ['CLUSTER1', 'NORTH'],
    ['ServerA', 'North1'],
    ['ServerB', 'North2'],
    ['Group1', 'Mail'],
  ];
  const renamed = (line: TraceLine): TraceLine => {
    const text = renames.reduce((all, [from, to]) => all.replaceAll(from, to), JSON.stringify(line));
    return JSON.parse(text) as TraceLine;
  };
  const south = failoverTrace().filter((line) => line.kind !== 'end');
  const north = returnTrace().filter((line) => line.kind !== 'run' && !(line.kind === 'step' && line.step === 'start'));
  return [...south, ...north.map(renamed)].sort((a, b) => a.t - b.t).map((line, seq) => ({ ...line, seq }));
}

/** Heartbeats every 3 s between servers; one of them falls silent, and deaf, at an instant. */
export function beats(servers: readonly string[], endsAt: number, dead: string, diesAt: number): HeartbeatSeries {
  const recorder = new HeartbeatRecorder();
  servers.forEach((from, i) => {
    for (let t = (3 * SECOND * i) / servers.length; t < endsAt; t += 3 * SECOND) {
      for (const to of servers) {
        const lost = (from === dead || to === dead) && t > diesAt;
        if (to !== from && !lost) recorder.record(micros(Math.round(t) + 100), from, to);
      }
    }
  });
  return recorder.series();
}

/** All of these traces, by name. */
export const allTraces = {
  failoverTrace,
  returnTrace,
  troubledTrace,
  fullHouse,
  twoClusters,
  lateClientTrace,
  watchedFailoverTrace,
};
