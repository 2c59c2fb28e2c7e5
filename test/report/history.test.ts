/** What a chart says must follow from the trace: states, machines, marks, and the words for them. */
import { describe, expect, test } from 'vitest';
import { joinCaptions, nameList, sentence } from '../../src/report/captions.js';
import { readHistory } from '../../src/report/history.js';
import { joinGroups } from '../../src/report/join.js';
import { serverLook } from '../../src/report/looks.js';
import { failoverTrace, fullHouse, returnTrace, TraceWriter, troubledTrace, twoClusters } from './traces.js';

function story(lane: { spans: readonly { from: number; state: unknown }[] } | undefined): string[] {
  return (lane?.spans ?? []).map(({ from, state }) => `${from / 1e6}s ${JSON.stringify(state)}`);
}

describe('lanes', () => {
  test('a crash shows from its step until the cluster knows', () => {
    const [cluster] = readHistory(failoverTrace()).clusters;
    const looks = cluster.servers[0].spans.map((span) => serverLook(span.state).words);
    expect(looks).toEqual(['STOPPED', 'CLUSTER', 'crashed, still taken for CLUSTER', 'DOWN', 'DOWN + FAIL']);
  });

  test('a hang shows until it is noticed, or until it ends', () => {
    const w = new TraceWriter('C', 'hang and resume').server('A', 'CLUSTER').server('B', 'CLUSTER');
    w.at(10e6).step('hang', 'B').at(15e6).step('resume', 'B').at(20e6).step('hang', 'B', { error: 'refused' });
    const [cluster] = readHistory(w.end()).clusters;
    expect(story(cluster.servers[1])).toEqual([
      '0s {"status":["CLUSTER"],"machine":"up"}',
      '10s {"status":["CLUSTER"],"machine":"hung"}',
      '15s {"status":["CLUSTER"],"machine":"up"}',
    ]);
  });

  test('states that lasted no time are left out, but for the last', () => {
    const w = new TraceWriter('C', 'at once').group('G', 'OFFLINE');
    w.at(5).group('G', 'INPROGRESS', 'A').group('G', 'ONLINE', 'A').at(9).group('G', 'OFFLINE');
    expect(story(readHistory(w.end()).clusters[0].groups[0]).map((told) => told.split(' ')[1])).toEqual([
      '{"state":"OFFLINE","server":""}',
      '{"state":"ONLINE","server":"A"}',
      '{"state":"OFFLINE","server":""}',
    ]);
  });

  test('the return of section 6.3.2: o on B, x, o on A', () => {
    const [group] = readHistory(returnTrace()).clusters[0].groups;
    expect(group.spans.slice(-4).map(({ state }) => `${state.state} ${state.server}`.trim())).toEqual([
      'INPROGRESS ServerB',
      'OFFLINE',
      'INPROGRESS ServerA',
      'ONLINE ServerA',
    ]);
  });
});

describe('marks', () => {
  test('steps, events and failures are numbered in order, in plain English', () => {
    const [cluster] = readHistory(troubledTrace()).clusters;
    expect(cluster.marks.map((mark) => `${mark.number} ${mark.kind}: ${sentence(mark.caption)}`)).toEqual([
      '1 step: start cluster',
      '2 event: ServerA returned to the cluster',
      '3 event: ServerB returned to the cluster',
      '4 event: Group1 started on ServerA (printed as GROUP_STOP)',
      '5 step: moveGroup Group1 to ServerC, refused: NOT_IN_VIEW: <img src=x onerror=alert(2)>',
      '6 step: hang ServerB',
      '7 event: ServerB went down',
      '8 step: failResource vip1 on ServerA',
      '9 alarm: expectation failed: server ServerB is CLUSTER: it is DOWN </script>',
      '10 alarm: invariant 2 violated: Group1 active on ServerA and ServerB',
    ]);
  });

  test('a stop that is a stop is told as one', () => {
    const [cluster] = readHistory(returnTrace()).clusters;
    expect(cluster.marks.map((mark) => sentence(mark.caption))).toContain('Group1 stopped on ServerB');
  });

  test('a step is marked in the clusters it names, and in all where it names none', () => {
    const [south, north] = readHistory(twoClusters()).clusters;
    const steps = (marks: typeof south.marks): string[] =>
      marks.filter((mark) => mark.kind === 'step').map((mark) => sentence(mark.caption));
    expect(steps(south.marks)).toEqual(['start cluster', 'crash ServerA']);
    expect(steps(north.marks)).toEqual(['start cluster', 'crash North1', 'restart North1']);
  });

  test('marks that say the same are told in one sentence', () => {
    const [cluster] = readHistory(fullHouse()).clusters;
    const events = cluster.marks.slice(17, 33);
    expect(joinCaptions(events, 90, 20)).toHaveLength(16);
    expect(joinCaptions(events, 90, 8).map((joined) => joined.text)).toEqual([
      'Group1..Group16 started on Server1..Server16 (printed as GROUP_STOP)',
    ]);
  });
});

test('names in little room', () => {
  expect(nameList([], 20)).toBe('');
  expect(nameList(['A', 'B'], 20)).toBe('A, B');
  expect(nameList(['G1', 'G2', 'G3', 'X'], 20)).toBe('G1..G3, X');
  expect(nameList(['Group10', 'Group26', 'Group42', 'Group58'], 20)).toBe('Group10,26,42,58');
  expect(nameList(['Group10', 'Group26', 'Group42', 'Group58'], 12)).toBe('Group10 +3');
  expect(nameList(['G08', 'G09', 'G10'], 20)).toBe('G08..G10');
  expect(nameList(['A-much-too-long-name', 'B'], 8)).toBe('A-much-too-long-name +1');
});

describe('joined lanes of groups', () => {
  const { groups } = readHistory(fullHouse()).clusters[0];

  test('keep every group exactly once', () => {
    for (const lanesMax of [undefined, 5, 24, 64]) {
      const names = joinGroups(groups, lanesMax).flatMap((lane) => lane.names);
      expect(names.toSorted()).toEqual(groups.map((group) => group.name).toSorted());
    }
  });

  test('are in progress while their groups differ', () => {
    const lane = joinGroups(groups, 24).find(({ names }) => names.includes('Group3'));
    expect(lane?.names).toEqual(['Group3', 'Group35']);
    expect(story(lane?.lane)).toEqual([
      '0s {"state":"OFFLINE","server":""}',
      '0.001s {"state":"INPROGRESS","server":"Server3"}',
      '3.00099s {"state":"ONLINE","server":"Server3"}',
      '630s {"state":"INPROGRESS","server":"Server4"}',
      '633.9999s {"state":"ONLINE","server":"Server4"}',
    ]);
  });
});
