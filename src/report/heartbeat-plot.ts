/**
 * Draws heartbeats received against time: one block a receiver, in it a thin strip a sender, in the sender's colour
 * and as high as it was heard often. A sender that falls silent is a strip that ends in every block at once; a server
 * that hears nobody is an empty block; loss thins a strip out. That stays readable from 2 servers to 16, where areas
 * stacked on each other do not. Time is even here, not folded, so that calm looks calm.
 */
import { nameList } from './captions.js';
import { hueOf, themed, type Theme } from './colors.js';
import { exactly, roughly, roundTicks } from './durations.js';
import { coarser, type HeartbeatPair, type HeartbeatSeries } from './heartbeats.js';
import type { History } from './history.js';
import { section, table } from './tables.js';
import { element as el, join, NOTHING, pixels, tag, text, trusted, type Markup } from './xml.js';

const WIDTH = 1200;
const PLOT_X = 120;
const PLOT_WIDTH = WIDTH - PLOT_X - 64;
const TOP = 30;
const GAP = 8;
const BINS_MAX = 120;

interface Plot {
  readonly series: HeartbeatSeries;
  readonly endsAt: number;
  readonly stripHeight: number;
  /** Heartbeats in a bin that fill the height of a strip. */
  readonly full: number;
  readonly names: readonly string[];
  readonly blocks: readonly ReceiverBlock[];
  readonly bottom: number;
}

interface ReceiverBlock {
  readonly name: string;
  readonly y: number;
  readonly height: number;
  readonly pairs: readonly HeartbeatPair[];
}

/** The section of the report: the picture, how to read it, and the totals in numbers. */
export function heartbeatSection(history: History, heartbeats: HeartbeatSeries): Markup {
  if (heartbeats.pairs.length === 0)
    return section('heartbeats', 'Heartbeats', el('p', {}, text('None were received.')));
  const plot = planPlot(history, heartbeats);
  const how =
    'A block for each receiving server, in it a strip for each sender it heard, and their number in all on the right. ' +
    `Each step is ${exactly(plot.series.binUs)} long; a full strip is ${plot.full} in that time. Time is even here.`;
  return section(
    'heartbeats',
    'Heartbeats received',
    el('p', { class: 'note' }, text(how)),
    el('figure', { class: 'wide' }, drawPlot(history, plot)),
    el(
      'details',
      {},
      el('summary', {}, text('Totals, from each sender (columns) to each receiver (rows)')),
      totals(plot.names, heartbeats),
    ),
  );
}

function totals(names: readonly string[], heartbeats: HeartbeatSeries): Markup {
  const of = new Map(heartbeats.pairs.map((pair) => [JSON.stringify([pair.to, pair.from]), pair.total]));
  const rows = names.map((to) => ({
    cells: [text(to), ...names.map((from) => text(of.get(JSON.stringify([to, from])) ?? (to === from ? '' : 0)))],
  }));
  return table([{ name: 'received by' }, ...names.map((name) => ({ name, kind: 'number' as const }))], rows);
}

function planPlot(history: History, heartbeats: HeartbeatSeries): Plot {
  const series = coarser(heartbeats, BINS_MAX, history.endsAt);
  const heard = series.pairs.flatMap((pair) => [pair.to, pair.from]);
  const servers = history.clusters.flatMap((cluster) => cluster.servers.map((lane) => lane.name));
  const names = [...new Set([...servers.filter((name) => heard.includes(name)), ...heard])];
  const rank = new Map(names.map((name, i) => [name, i]));
  const sorted = [...series.pairs].sort((a, b) => (rank.get(a.from) ?? 0) - (rank.get(b.from) ?? 0));
  const most = Math.max(...names.map((name) => sorted.filter((pair) => pair.to === name).length));
  const stripHeight = Math.max(4, Math.min(30, Math.floor(60 / most)));
  const blocks: ReceiverBlock[] = [];
  let y = TOP;
  for (const name of names) {
    const pairs = sorted.filter((pair) => pair.to === name);
    if (pairs.length === 0) continue;
    const height = Math.max(16, pairs.length * stripHeight);
    blocks.push({ name, y, height, pairs });
    y += height + GAP;
  }
  const endsAt = Math.max(1, history.endsAt, (series.bins - 1) * series.binUs + 1);
  return { series, endsAt, stripHeight, full: usualCount(series), names, blocks, bottom: y };
}

/** What nine of ten full bins do not exceed; a burst after a hang must not make all else look thin. */
function usualCount(series: HeartbeatSeries): number {
  const counts = series.pairs.flatMap((pair) => pair.counts.filter((count) => count > 0)).sort((a, b) => a - b);
  return counts[Math.floor(counts.length * 0.9)] ?? 1;
}

function drawPlot(history: History, plot: Plot): Markup {
  const { markup: legend, height: legendHeight } = drawLegend(plot);
  const height = plot.bottom + 22 + legendHeight;
  const receivers = nameList(
    plot.blocks.map((block) => block.name),
    200,
  );
  return tag(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      class: 'armada-beats',
      viewBox: `0 0 ${WIDTH} ${height}`,
      width: WIDTH,
      height,
      role: 'img',
      'aria-labelledby': 'armada-beats-title armada-beats-desc',
    },
    tag('title', { id: 'armada-beats-title' }, text('Heartbeats received against time')),
    tag('desc', { id: 'armada-beats-desc' }, text(`Receivers: ${receivers}. The table of totals has the numbers.`)),
    tag('style', {}, trusted(themed(styles))),
    ticks(plot),
    join(
      plot.blocks.map((block) => drawBlock(block, plot, history)),
      '\n',
    ),
    stepLines(history, plot),
    legend,
  );
}

function styles(theme: Theme): string {
  return [
    `.armada-beats text{font:12px ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"Noto Sans JP",sans-serif;fill:${theme.text}}`,
    `.armada-beats .quiet{fill:${theme.quiet};font-size:11px}`,
    `.armada-beats .grid{stroke:${theme.line};stroke-width:1}`,
    `.armada-beats .step{stroke:${theme.step};stroke-width:1;stroke-dasharray:2 3;pointer-events:none}`,
    `.armada-beats .steps{fill:${theme.step};font-size:10px;font-weight:600;text-anchor:middle}`,
    `.armada-beats .ground{fill:${theme.panel}}`,
    `.armada-beats .off{fill:${theme.tones.bad.fill}}`,
    `.armada-beats .touch{fill:transparent}`,
  ].join('\n');
}

function xAt(plot: Plot, t: number): number {
  return PLOT_X + (Math.min(t, plot.endsAt) / plot.endsAt) * PLOT_WIDTH;
}

function ticks(plot: Plot): Markup {
  const drawn = roundTicks(plot.endsAt, 12).map((t) =>
    join([
      tag('path', { class: 'grid', d: `M${pixels(xAt(plot, t))} ${TOP}V${plot.bottom}` }),
      tag('text', { class: 'quiet', x: xAt(plot, t), y: plot.bottom + 12, 'text-anchor': 'middle' }, text(roughly(t))),
    ]),
  );
  return join(drawn);
}

function drawBlock(block: ReceiverBlock, plot: Plot, history: History): Markup {
  const { name, y, height, pairs } = block;
  const middle = y + height / 2 + 4;
  const total = pairs.reduce((sum, pair) => sum + pair.total, 0);
  const strips = pairs.map((pair, i) => strip(pair, y + (i + 1) * plot.stripHeight, plot));
  return tag(
    'g',
    {},
    tag('rect', { class: 'ground', x: PLOT_X, y, width: PLOT_WIDTH, height }),
    absences(block, plot, history),
    join(strips),
    tag('text', { x: PLOT_X - 10, y: middle, 'text-anchor': 'end' }, text(name)),
    tag('text', { class: 'quiet', x: PLOT_X + PLOT_WIDTH + 8, y: middle }, text(total)),
    join(touches(block, plot)),
  );
}

/** While the receiver was down, crashed or hung, its block has a ground of its own. */
function absences({ name, y, height }: ReceiverBlock, plot: Plot, history: History): Markup {
  const lanes = history.clusters.flatMap((cluster) => cluster.servers.filter((lane) => lane.name === name));
  const off = lanes
    .flatMap((lane) => lane.spans)
    .filter(({ state }) => state.machine !== 'up' || state.status.includes('DOWN'))
    .map((span) => {
      const x = xAt(plot, span.from);
      return tag('rect', { class: 'off', x, y, width: xAt(plot, span.to) - x, height });
    });
  return join(off);
}

/** Where a bin begins, or the last one ends: never after the run. */
function edge(plot: Plot, bin: number): number {
  return Math.min(plot.endsAt, bin * plot.series.binUs);
}

function strip(pair: HeartbeatPair, base: number, plot: Plot): Markup {
  const room = plot.stripHeight - 1;
  const parts: string[] = [];
  let level = 0;
  for (let bin = 0; bin < plot.series.bins; bin++) {
    // The run may end within the last bin. A stump counts as half a bin at least, lest its height mislead.
    const share = Math.max(0.5, (edge(plot, bin + 1) - edge(plot, bin)) / plot.series.binUs);
    const next = Math.min(1, pair.counts[bin] / share / plot.full) * room;
    if (next !== level) parts.push(`H${pixels(xAt(plot, edge(plot, bin)))}V${pixels(base - next)}`);
    level = next;
  }
  if (parts.length === 0) return NOTHING;
  const end = `H${pixels(xAt(plot, edge(plot, plot.series.bins)))}V${base}Z`;
  return tag('path', {
    d: `M${PLOT_X} ${base}${parts.join('')}${end}`,
    style: `fill:${hueOf(plot.names.indexOf(pair.from))};fill-opacity:.9`,
  });
}

/** Invisible areas that say what was received when; neighbours that say the same are one. */
function touches({ name, pairs, y, height }: ReceiverBlock, plot: Plot): Markup[] {
  const areas: { from: number; to: number; words: string }[] = [];
  for (let bin = 0; bin < plot.series.bins; bin++) {
    const words = heardWords(pairs, bin);
    const last = areas.at(-1);
    if (last?.words === words) last.to = bin + 1;
    else areas.push({ from: bin, to: bin + 1, words });
  }
  return areas.map(({ from, to, words }) => {
    const each = to - from > 1 ? ` in each ${exactly(plot.series.binUs)}` : '';
    const told = `${name}, ${exactly(edge(plot, from))} to ${exactly(edge(plot, to))}${each}: ${words}`;
    const x = xAt(plot, edge(plot, from));
    const width = xAt(plot, edge(plot, to)) - x;
    return tag('rect', { class: 'touch', x, y, width, height }, tag('title', {}, text(told)));
  });
}

/** `2 from ServerA, ServerC, 1 from ServerB, none from ServerD`. */
function heardWords(pairs: readonly HeartbeatPair[], bin: number): string {
  const counts = [...new Set(pairs.map((pair) => pair.counts[bin]))].sort((a, b) => b - a);
  const told = counts.map((count) => {
    const names = pairs.filter((pair) => pair.counts[bin] === count).map((pair) => pair.from);
    return `${count === 0 ? 'none' : count} from ${nameList(names, 60)}`;
  });
  return told.join(', ');
}

/** Where the steps of the scenario fell, with the numbers that they bear in the chart. */
function stepLines(history: History, plot: Plot): Markup {
  const steps = history.clusters.flatMap((cluster) => cluster.marks.filter((mark) => mark.kind === 'step'));
  let lastX = -Infinity;
  const lines = steps.map((mark) => {
    const x = xAt(plot, mark.at);
    const line = tag('path', { class: 'step', d: `M${pixels(x)} ${TOP - 8}V${plot.bottom}` });
    if (x - lastX < 24) return line;
    lastX = x;
    return join([line, tag('text', { class: 'steps', x, y: TOP - 12 }, text(`*${mark.number}`))]);
  });
  return join(lines);
}

function drawLegend(plot: Plot): { markup: Markup; height: number } {
  const senders = plot.names.filter((name) => plot.series.pairs.some((pair) => pair.from === name));
  const spacing = Math.max(...senders.map((name) => name.length * 7.5 + 26));
  const perRow = Math.max(1, Math.floor(PLOT_WIDTH / spacing));
  const y = plot.bottom + 36;
  const entries = senders.map((name, i) => {
    const x = PLOT_X + (i % perRow) * spacing;
    const rowY = y + Math.floor(i / perRow) * 18;
    return join([
      tag('rect', { x, y: rowY - 9, width: 10, height: 10, rx: 2, style: `fill:${hueOf(plot.names.indexOf(name))}` }),
      tag('text', { class: 'quiet', x: x + 15, y: rowY }, text(name)),
    ]);
  });
  const head = tag('text', { class: 'quiet', x: PLOT_X - 10, y, 'text-anchor': 'end' }, text('heard from'));
  return { markup: join([head, ...entries]), height: Math.ceil(senders.length / perRow) * 18 + 8 };
}
