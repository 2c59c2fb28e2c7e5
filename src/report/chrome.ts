/**
 * The trace in the trace-event format of Chrome and Perfetto, for a reader who wants to zoom: a process a cluster, a
 * thread a server, a group and a client, complete events ("X") for states, instants ("i") for events and steps. Times are
 * microseconds in both formats, so nothing is converted.
 */
import type { TraceLine } from '../model/trace.js';
import { sentence } from './captions.js';
import { readHistory, type ClusterHistory, type History } from './history.js';
import type { Lane } from './lanes.js';
import { answerLook, clientLook, groupLook, serverLook, type Look } from './looks.js';

type ChromeEvent = Readonly<Record<string, unknown>>;

/** Process and thread of what belongs to no cluster: the scenario's steps and expectations. */
const SCENARIO = { pid: 1, tid: 1 };

/** Writes a trace as Chrome trace events, one event a line. */
export function chromeTrace(lines: readonly TraceLine[]): string {
  const history = readHistory(lines);
  const events = [
    ...named('process_name', SCENARIO, 'scenario'),
    ...named('thread_name', SCENARIO, 'steps and expectations'),
    ...scenarioEvents(history),
    ...history.clusters.flatMap((cluster, i) => clusterEvents(history, cluster, i + 2)),
  ];
  const { run, end } = history;
  const otherData = {
    ...(run && { scenario: run.scenario, seed: run.seed, backend: run.backend, version: run.version }),
    ...(end && { ok: end.ok }),
  };
  const written = events.map((event) => JSON.stringify(event)).join(',\n');
  return `{"displayTimeUnit":"ms","otherData":${JSON.stringify(otherData)},"traceEvents":[\n${written}\n]}\n`;
}

function named(name: string, where: { pid: number; tid: number }, value: string): ChromeEvent[] {
  return [{ name, ph: 'M', ...where, args: { name: value } }];
}

function scenarioEvents(history: History): ChromeEvent[] {
  const { steps, expects, violations, warnings } = history;
  const instants = [...steps, ...expects, ...violations, ...warnings].sort((a, b) => a.t - b.t || a.seq - b.seq);
  return instants.map(({ t, seq, ...line }) => {
    const told = line.kind === 'step' ? `${line.step} ${line.target}` : `${line.kind}: ${line.text}`;
    const s = line.kind === 'expect' || line.kind === 'warning' ? 't' : 'g';
    return { name: told, cat: line.kind, ph: 'i', s, ts: t, ...SCENARIO, args: { seq, ...line } };
  });
}

function clusterEvents(history: History, cluster: ClusterHistory, pid: number): ChromeEvent[] {
  const lanes = [
    ...cluster.servers.map((lane) => ({ name: lane.name, cat: 'server', states: states(lane, serverLook) })),
    ...cluster.groups.map((lane) => ({ name: lane.name, cat: 'group', states: states(lane, groupLook) })),
    ...cluster.clients.flatMap(({ lane, answers }) => [
      { name: lane.name, cat: 'client', states: states(lane, clientLook) },
      ...answers.map((one) => ({ name: `${lane.name}: ${one.name}`, cat: 'answer', states: states(one, answerLook) })),
    ]),
  ];
  const events = history.events.filter((event) => event.cluster === cluster.name);
  const captions = new Map(cluster.marks.map((mark) => [mark.seq, sentence(mark.caption)]));
  return [
    ...named('process_name', { pid, tid: 0 }, cluster.name === '' ? 'no cluster' : cluster.name),
    ...named('thread_name', { pid, tid: 0 }, 'events'),
    ...events.map(({ t, seq, code, ...line }) => ({
      name: code,
      cat: 'event',
      ph: 'i',
      s: 'p',
      ts: t,
      pid,
      tid: 0,
      args: { text: captions.get(seq) ?? '', seq, ...line },
    })),
    ...cluster.told.map(({ at, seq, caption }) => ({
      name: sentence(caption),
      cat: caption.label,
      ph: 'i',
      s: 'p',
      ts: at,
      pid,
      tid: 0,
      args: { seq },
    })),
    ...lanes.flatMap(({ name, cat, states }, i) => [
      ...named('thread_name', { pid, tid: i + 1 }, name),
      { name: 'thread_sort_index', ph: 'M', pid, tid: i + 1, args: { sort_index: i + 1 } },
      ...states.map((state) => ({ ...state, cat, ph: 'X', pid, tid: i + 1 })),
    ]),
  ];
}

function states<S>(lane: Lane<S>, look: (state: S) => Look): { name: string; ts: number; dur: number; args: S }[] {
  return lane.spans.map((span) => ({
    name: look(span.state).words,
    ts: span.from,
    dur: span.to - span.from,
    args: span.state,
  }));
}
