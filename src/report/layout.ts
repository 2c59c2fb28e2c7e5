/**
 * Decides where everything stands in a time chart, in units of whoever draws it: columns of a terminal, or pixels.
 *
 * One block a cluster, all on one time axis; in a block a lane a server, then a lane a group, and above them the marks,
 * numbered. Below them stand the clients, each with the groups that are watched there, and above those what they were
 * told, numbered again. Marks that would overlap are collected under one range of numbers. Lanes of groups with the same history
 * may be joined (`lanesMax`), so that 64 groups stay readable in a terminal.
 */
import { nameList, type Mark } from './captions.js';
import { foldedWaits, layoutAxis, type Demand, type TimeAxis } from './axis.js';
import { exactly, roughly } from './durations.js';
import type { ClientHistory } from './clients.js';
import type { ClusterHistory, History } from './history.js';
import type { Lane, Span } from './lanes.js';
import { answerLook, clientLook, groupLook, serverLook, type Look, type Looks } from './looks.js';
import { joinGroups, joinSame } from './join.js';

/** How the one who draws measures. */
export interface Measure {
  /** Room for the lanes. */
  readonly width: number;
  readonly whole: boolean;
  /** The room that a label in a lane needs, with the air around it. */
  readonly label: (text: string) => number;
  /** The same for the numbers of marks, for times on the axis, and for a break. */
  readonly mark: (text: string) => number;
  readonly tick: (text: string) => number;
  readonly fold: (text: string) => number;
  /** The least width at which a state still shows. */
  readonly least: number;
}

export interface ChartOptions {
  /**
   * Lanes of groups with the same history are joined, and where more lanes than this are left, those that go through
   * the same states at different times as well. Undefined: nothing is joined.
   */
  readonly lanesMax?: number;
}

export interface Chart {
  readonly axis: TimeAxis;
  readonly ticks: readonly Tick[];
  readonly blocks: readonly Block[];
}

/** A time on the axis: a stroke at `x`, its text from `textX` on. */
export interface Tick {
  readonly x: number;
  readonly textX: number;
  readonly text: string;
}

export interface Block {
  readonly cluster: string;
  readonly servers: readonly LaneBox[];
  readonly groups: readonly LaneBox[];
  readonly marks: readonly MarkBox[];
  /** Each client, and below it what it answers of the groups that are watched there. */
  readonly clients: readonly ClientBox[];
  /** What clients were told. */
  readonly told: readonly MarkBox[];
}

export interface ClientBox {
  readonly lane: LaneBox;
  readonly answers: readonly LaneBox[];
}

export interface LaneBox {
  /** More than one where lanes are joined. */
  readonly names: readonly string[];
  readonly spans: readonly SpanBox[];
}

export interface SpanBox {
  readonly x0: number;
  readonly x1: number;
  readonly look: Look;
  /** The label that fits; empty where none does. */
  readonly label: string;
  /** All about it in one sentence. */
  readonly detail: string;
}

/** One mark, or several that stand too close to each other. */
export interface MarkBox {
  readonly x: number;
  readonly lastX: number;
  /** `3` or `3-6`. */
  readonly text: string;
  readonly marks: readonly Mark[];
}

interface DrawnLane {
  readonly names: readonly string[];
  readonly spans: readonly Span<Look>[];
}

interface DrawnCluster {
  readonly history: ClusterHistory;
  readonly servers: readonly DrawnLane[];
  readonly groups: readonly DrawnLane[];
  readonly clients: readonly { readonly lane: DrawnLane; readonly answers: readonly DrawnLane[] }[];
}

/** Lays a whole chart out. */
export function layoutChart(history: History, measure: Measure, options: ChartOptions = {}): Chart {
  const clusters = history.clusters.map((cluster): DrawnCluster => {
    const servers = cluster.servers.map((lane) => drawn([lane.name], lane, serverLook));
    const joined = joinGroups(cluster.groups, options.lanesMax);
    const groups = joined.map(({ names, lane }) => drawn(names, lane, groupLook));
    return {
      history: cluster,
      servers,
      groups,
      clients: cluster.clients.map((client) => drawnClient(client, options)),
    };
  });
  const changes = changesOf(history, clusters);
  const demands = demandsOf(changes, clusters, measure);
  const axis = layoutAxis(changes, { width: measure.width, whole: measure.whole, demands });
  const box = (lane: DrawnLane): LaneBox => laneBox(lane, axis, history.endsAt, measure);
  return {
    axis,
    ticks: placeTicks(history, axis, measure),
    blocks: clusters.map((cluster) => ({
      cluster: cluster.history.name,
      servers: cluster.servers.map(box),
      groups: cluster.groups.map(box),
      marks: collectMarks(cluster.history.marks, axis, measure.mark),
      clients: cluster.clients.map(({ lane, answers }) => ({ lane: box(lane), answers: answers.map(box) })),
      told: collectMarks(cluster.history.told, axis, toldWidth(measure)),
    })),
  };
}

/** The looks of all that a chart shows, for its legend. */
export function looksOf({ blocks }: Chart): Looks {
  const looks = (lanes: readonly LaneBox[]): Look[] => lanes.flatMap((lane) => lane.spans.map((span) => span.look));
  return {
    servers: looks(blocks.flatMap((block) => block.servers)),
    groups: looks(blocks.flatMap((block) => block.groups)),
    clients: looks(blocks.flatMap((block) => block.clients.map(({ lane }) => lane))),
    answers: looks(blocks.flatMap((block) => block.clients.flatMap(({ answers }) => answers))),
  };
}

/** Turns states into looks, and joins neighbours that look the same. */
function drawn<S>(names: readonly string[], lane: Lane<S>, look: (state: S) => Look): DrawnLane {
  const spans: Span<Look>[] = [];
  for (const span of lane.spans) {
    const state = look(span.state);
    const last = spans.at(-1);
    if (last?.state.words === state.words) spans[spans.length - 1] = { ...last, to: span.to };
    else spans.push({ ...span, state });
  }
  return { names, spans };
}

/** A client and what it answers. The first name of a group stands with its client's: other lanes bear it alone. */
function drawnClient({ lane, answers }: ClientHistory, { lanesMax }: ChartOptions): DrawnCluster['clients'][number] {
  const joined = lanesMax === undefined ? answers.map((one) => ({ names: [one.name], lane: one })) : joinSame(answers);
  return {
    lane: drawn([lane.name], lane, clientLook),
    answers: joined.map(({ names: [first, ...more], lane: one }) =>
      drawn([`${lane.name}: ${first}`, ...more], one, answerLook),
    ),
  };
}

/** What clients were told bears its number in brackets. */
function toldWidth(measure: Measure): (text: string) => number {
  return (text) => measure.mark(`(${text})`);
}

function changesOf(history: History, clusters: readonly DrawnCluster[]): number[] {
  const lanes = clusters.flatMap((cluster) => lanesOf(cluster));
  const marks = clusters.flatMap(({ history: { marks: own, told } }) => [...own, ...told]);
  return [
    0,
    history.endsAt,
    ...lanes.flatMap((lane) => lane.spans.map((span) => span.from)),
    ...marks.map((m) => m.at),
  ];
}

function lanesOf({ servers, groups, clients }: DrawnCluster): DrawnLane[] {
  return [...servers, ...groups, ...clients.flatMap(({ lane, answers }) => [lane, ...answers])];
}

/**
 * What wants room: first that each state and each break shows at all; then the labels of the groups, the lengths of folded waits, the
 * labels of the servers, and of what is only stopped; then the numbers of the marks.
 */
function demandsOf(
  changes: readonly number[],
  clusters: readonly DrawnCluster[],
  measure: Measure,
): { wanted: Demand[]; share: number }[] {
  const shows: Demand[] = [];
  const labels = { groups: [] as Demand[], servers: [] as Demand[], stopped: [] as Demand[] };
  const lanes = {
    groups: clusters.flatMap(({ groups, clients }) => [...groups, ...clients.flatMap(({ answers }) => answers)]),
    servers: clusters.flatMap(({ servers, clients }) => [...servers, ...clients.map(({ lane }) => lane)]),
  };
  for (const kind of ['groups', 'servers'] as const) {
    for (const lane of lanes[kind]) {
      lane.spans.forEach(({ from, to, state }, i) => {
        const until = i + 1 < lane.spans.length ? { to } : {};
        shows.push({ from, ...until, width: Math.max(measure.least, measure.label(state.symbol)) });
        const labelsOf = labels[state.tone === 'idle' ? 'stopped' : kind];
        labelsOf.push({ from, ...until, width: measure.label(state.labels[0]) });
      });
    }
  }
  const marks = clusters.flatMap(({ history }) => [
    ...markDemands(history.marks, measure.mark),
    ...markDemands(history.told, toldWidth(measure)),
  ]);
  const folded = foldedWaits(changes);
  const breaks = folded.map(({ from, to }) => ({ from, to, width: measure.fold('') / 2 }));
  const folds = folded.map(({ from, to, text }) => ({ from, to, width: measure.fold(text) }));
  // With far more changes than room for them labels are lost anyway; then time keeps a part of the width.
  const crowded = new Set(changes).size * measure.least * 2 > measure.width;
  const [most, enough] = crowded ? [0.6, 0.6] : [1, 0.9];
  return [
    ...[[...breaks, ...shows], labels.groups, folds, labels.servers].map((wanted) => ({ wanted, share: most })),
    ...[labels.stopped, marks].map((wanted) => ({ wanted, share: enough })),
  ];
}

/** The marks of one instant want room for their number, or their range, up to the next instant with marks. */
function markDemands(marks: readonly Mark[], width: Measure['mark']): Demand[] {
  const starts = marks.flatMap((mark, i) => (i === 0 || mark.at > marks[i - 1].at ? [i] : []));
  return starts.map((start, i): Demand => {
    const end = starts.at(i + 1);
    const to = end === undefined ? {} : { to: marks[end].at };
    return { from: marks[start].at, ...to, width: width(rangeText(marks.slice(start, end))) };
  });
}

function laneBox(lane: DrawnLane, axis: TimeAxis, endsAt: number, measure: Measure): LaneBox {
  const name = nameList(lane.names, 60);
  const spans = lane.spans.map((span, i): SpanBox => {
    const last = i + 1 === lane.spans.length;
    const x0 = axis.position(span.from);
    const x1 = last ? axis.width : axis.position(span.to);
    const lasted = last ? `from ${exactly(span.from)} to the end` : `${exactly(span.from)} to ${exactly(span.to)}`;
    return {
      x0,
      x1,
      look: span.state,
      label: span.state.labels.find((label) => measure.label(label) <= x1 - x0) ?? '',
      detail: `${name}: ${span.state.words}, ${lasted} (${exactly((last ? endsAt : span.to) - span.from)})`,
    };
  });
  return { names: lane.names, spans };
}

/** Times on the axis where they fit: the two ends, then instants of steps and alarms, then all others. */
function placeTicks(history: History, axis: TimeAxis, measure: Measure): Tick[] {
  const marks = history.clusters.flatMap((cluster) => cluster.marks);
  const first = marks.filter((mark) => mark.kind !== 'event').map((mark) => mark.at);
  const ticks: Tick[] = [];
  const texts = new Set<string>();
  for (const at of new Set([0, history.endsAt, ...first, ...axis.instants])) {
    const text = roughly(at);
    const x = axis.position(at);
    const width = measure.tick(text);
    const textX = Math.max(0, Math.min(x, axis.width - width));
    if (texts.has(text)) continue;
    if (ticks.some((tick) => textX < tick.textX + measure.tick(tick.text) && tick.textX < textX + width)) continue;
    texts.add(text);
    ticks.push({ x, textX, text });
  }
  return ticks.sort((a, b) => a.x - b.x);
}

function collectMarks(marks: readonly Mark[], axis: TimeAxis, width: Measure['mark']): MarkBox[] {
  const boxes: { x: number; lastX: number; marks: Mark[] }[] = [];
  for (const mark of marks) {
    const x = axis.position(mark.at);
    const box = boxes.at(-1);
    if (box !== undefined && x < box.x + width(rangeText(box.marks))) {
      box.marks.push(mark);
      box.lastX = x;
    } else boxes.push({ x, lastX: x, marks: [mark] });
  }
  return boxes.map((box) => ({ ...box, text: rangeText(box.marks) }));
}

function rangeText(marks: readonly Mark[]): string {
  const first = marks[0].number;
  const last = marks[marks.length - 1].number;
  return first === last ? String(first) : `${first}-${last}`;
}
