/**
 * The time chart as SVG: the same layout as in the terminal, in pixels. It stands alone (its style is inside, it asks
 * for nothing from outside), follows the reader's light or dark screen, and tells every state and mark in full when
 * pointed at. Colour repeats what the symbols say.
 */
import type { TraceLine } from '../model/trace.js';
import { joinCaptions, markTone, nameList, type JoinedCaption, type Mark } from './captions.js';
import { hueOf, themed, type Theme } from './colors.js';
import { exactly, period } from './durations.js';
import { readHistory, type History } from './history.js';
import {
  layoutChart,
  type Block,
  type Chart,
  type LaneBox,
  type MarkBox,
  type Measure,
  looksOf,
  type SpanBox,
} from './layout.js';
import { legendOf, type LegendEntry } from './looks.js';
import { verdictOf } from './verdict.js';
import { join, NOTHING, pixels, tag, text, trusted, type Markup } from './xml.js';

const MARGIN = 16;
const FONT = 12;
const SERVER_LANE = 25;
const GROUP_LANE = 21;
const CAPTION_LINE = 18;
const SENTENCES_MAX = 10;

/** What the page around the chart says already. */
export interface SvgOptions {
  /** Scenario, seed and verdict above the chart. */
  readonly title: boolean;
  /** The captions of the marks below it. */
  readonly captions: boolean;
}

/** Draws the time chart of a trace as one stand-alone SVG document. */
export function svgChart(lines: readonly TraceLine[]): string {
  const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';
  return `${declaration}${drawChart(readHistory(lines), { title: true, captions: true })}\n`;
}

/** How the numbers of marks are written in a pill and before a caption; those of what clients were told in brackets. */
interface Brackets {
  readonly pill: (number: string) => string;
  readonly caption: (number: string) => string;
}

const STEPS: Brackets = { pill: (number) => number, caption: (number) => `*${number}` };
const TOLD: Brackets = { pill: (number) => `*${number}`, caption: (number) => `(*${number})` };

/** Where things stand across the picture. */
interface Frame {
  readonly width: number;
  readonly lanesX: number;
  readonly hues: ReadonlyMap<string, number>;
}

/** A piece of the picture and how much height it takes. */
interface Piece {
  readonly height: number;
  readonly markup: Markup;
}

/** Draws a history; the element is fit to stand inside an HTML page as well. */
export function drawChart(history: History, options: SvgOptions): Markup {
  const names = history.clusters.flatMap(({ servers, groups, clients }) => [
    ...[...servers, ...groups].map((lane) => lane.name),
    ...clients.flatMap(({ lane, answers }) => [lane.name, ...answers.map(({ name }) => `${lane.name}: ${name}`)]),
  ]);
  const heads = history.clusters.map((cluster) => textWidth(cluster.name, 13.5) + 12);
  const labels = Math.min(190, Math.max(72, ...heads, ...names.map((name) => textWidth(name, FONT) + 26)));
  const changes = history.clusters.reduce(
    (sum, { marks, told }) => sum + new Set([...marks, ...told].map((mark) => mark.at)).size,
    0,
  );
  const lanesWidth = Math.min(2400, Math.max(1000, changes * 20));
  const frame: Frame = {
    width: 2 * MARGIN + labels + lanesWidth,
    lanesX: MARGIN + labels,
    hues: new Map(history.clusters.flatMap((cluster) => cluster.servers.map((lane, i) => [lane.name, i] as const))),
  };
  const chart = layoutChart(history, measureFor(lanesWidth));
  const pieces = [
    ...(options.title ? [titlePiece(history)] : []),
    ...chart.blocks.flatMap((block) => [
      blockPiece(block, chart, frame),
      ...(options.captions
        ? [
            captionsPiece(block.marks, STEPS, frame),
            ...(block.told.length > 0 ? [captionsPiece(block.told, TOLD, frame)] : []),
          ]
        : []),
    ]),
    legendPiece(chart),
  ];
  return document(history, frame, pieces);
}

function measureFor(width: number): Measure {
  return {
    width,
    whole: false,
    label: (label) => textWidth(label, 11) + 12,
    mark: (label) => textWidth(label, 10) + 14,
    tick: (label) => textWidth(label, 11) + 12,
    fold: (label) => textWidth(label, 11) + 44,
    least: 3,
  };
}

/** How wide a text may be at most in a common sans-serif font. */
function textWidth(value: string, size: number): number {
  let ems = 0;
  for (const char of value) {
    if (char > '\u2000') ems += 1;
    else if (/[A-Z@%&+~=<>]/.test(char)) ems += 0.72;
    else if (/[mw]/.test(char)) ems += 0.85;
    else if (/[\sijlftr.,:;'|!()[\]/-]/.test(char)) ems += 0.38;
    else ems += 0.6;
  }
  return ems * size;
}

function document(history: History, frame: Frame, pieces: readonly Piece[]): Markup {
  let y = MARGIN;
  const placed = pieces.map((piece) => {
    const group = tag('g', { transform: `translate(0 ${pixels(y)})` }, piece.markup);
    y += piece.height;
    return group;
  });
  const height = y + MARGIN - 4;
  return tag(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      class: 'armada-chart',
      viewBox: `0 0 ${pixels(frame.width)} ${pixels(height)}`,
      width: frame.width,
      height,
      // In a page a wide chart scrolls instead of shrinking to nothing.
      style: frame.width > 1400 ? `min-width:${pixels(frame.width * 0.8)}px` : undefined,
      role: 'img',
      'aria-labelledby': 'armada-chart-title armada-chart-desc',
    },
    tag('title', { id: 'armada-chart-title' }, text(`Time chart: ${history.run?.scenario ?? 'a run'}`)),
    tag('desc', { id: 'armada-chart-desc' }, text(description(history))),
    tag('style', {}, trusted(themed(styles))),
    tag('rect', { class: 'paper', width: '100%', height: '100%' }),
    join(placed, '\n'),
  );
}

function description(history: History): string {
  const told = history.clusters.map((cluster) => {
    const servers = nameList(
      cluster.servers.map((lane) => lane.name),
      80,
    );
    const groups = nameList(
      cluster.groups.map((lane) => lane.name),
      80,
    );
    const clients = nameList(
      cluster.clients.map(({ lane }) => lane.name),
      80,
    );
    const seen = clients === '' ? '' : ` Clients ${clients}, which were told something ${cluster.told.length} times.`;
    return `Cluster ${cluster.name}: servers ${servers || 'none'}; groups ${groups || 'none'}; ${cluster.marks.length} steps and events.${seen}`;
  });
  return `${told.join(' ')} From 0s to ${exactly(history.endsAt)}, ${verdictOf(history).word}. Time is not to scale.`;
}

function styles(theme: Theme): string {
  const tones = Object.entries(theme.tones).map(
    ([tone, { fill, stroke, text: ink }]) =>
      `.armada-chart .bar.${tone}{fill:${fill};stroke:${stroke}}.armada-chart .ink.${tone}{fill:${ink}}`,
  );
  return [
    `.armada-chart text{font:${FONT}px ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"Noto Sans JP",sans-serif;fill:${theme.text}}`,
    `.armada-chart .paper{fill:${theme.background}}`,
    `.armada-chart .title{font-size:17px;font-weight:600}`,
    `.armada-chart .head{font-weight:600;font-size:13px}`,
    `.armada-chart .quiet{fill:${theme.quiet};font-size:11px}`,
    `.armada-chart .state,.armada-chart .number{font-size:11px;pointer-events:none}`,
    `.armada-chart .symbol{font-weight:700}`,
    `.armada-chart .bar{stroke-width:1}`,
    `.armada-chart .axis{stroke:${theme.quiet};stroke-width:1;fill:none}`,
    `.armada-chart .row{stroke:${theme.line};stroke-width:1;opacity:.6}`,
    `.armada-chart .hair{stroke:${theme.quiet};stroke-width:1;stroke-dasharray:1 3;opacity:.8}`,
    `.armada-chart .hair.step{stroke:${theme.step}}.armada-chart .hair.alarm{stroke:${theme.alarm};opacity:1}`,
    `.armada-chart .cut{fill:${theme.background};opacity:.82}`,
    `.armada-chart .pill{fill:${theme.background};stroke:${theme.quiet};stroke-width:1}`,
    `.armada-chart .pill.step{fill:${theme.step};stroke:${theme.step}}`,
    `.armada-chart .pill.alarm{fill:${theme.alarm};stroke:${theme.alarm}}`,
    `.armada-chart .number{font-size:10px;font-weight:600;text-anchor:middle}`,
    `.armada-chart .number.step,.armada-chart .number.alarm{fill:${theme.onStrong}}`,
    `.armada-chart .told.step{fill:${theme.step}}.armada-chart .told.alarm{fill:${theme.alarm};font-weight:600}`,
    `.armada-chart .verdict{font-weight:700}.armada-chart .verdict.bad{fill:${theme.alarm}}`,
    ...tones,
  ].join('\n');
}

function titlePiece(history: History): Piece {
  const { run } = history;
  const verdict = verdictOf(history);
  const facts = run === undefined ? '' : `seed ${run.seed} · ${run.backend} · `;
  return {
    height: 50,
    markup: join([
      tag('text', { class: 'title', x: MARGIN, y: 16 }, text(run?.scenario ?? 'Time chart')),
      tag(
        'text',
        { class: 'quiet', x: MARGIN, y: 34 },
        text(`${facts}${exactly(history.endsAt)} · `),
        tag('tspan', { class: `verdict ink ${verdict.tone}` }, text(verdict.word)),
      ),
    ]),
  };
}

function blockPiece(block: Block, chart: Chart, frame: Frame): Piece {
  const rows = placeRows(block);
  const clientsY = rows.find((row) => row.client)?.y ?? 0;
  const bottom = rows.length === 0 ? LANES_Y : rows[rows.length - 1].y + rows[rows.length - 1].height;
  const cuts = chart.axis.folds.map((fold) => {
    const x = frame.lanesX + (fold.x0 + fold.x1) / 2;
    return tag('path', { class: 'cut', d: `M${pixels(x - 1)} ${LANES_Y}l6 0L${pixels(x + 1)} ${bottom}l-6 0Z` });
  });
  return {
    height: bottom + 12,
    markup: join(
      [
        tag(
          'text',
          { class: 'head', x: MARGIN, y: 12 },
          text(shortened(block.cluster, frame.lanesX - MARGIN - 10, 13.5)),
        ),
        axis(chart, frame),
        ...rows.map((row) => laneRow(row, frame, chart)),
        ...cuts,
        ...block.marks.map((box) => hairs(box, LANES_Y, bottom, chart, frame)),
        ...block.told.map((box) => hairs(box, clientsY, bottom, chart, frame)),
        ...rows.flatMap((row) => row.lane.spans.map((span) => barLabel(span, row, frame))),
        ...block.marks.map((box) => markPill(box, LANES_Y, STEPS, chart, frame)),
        ...block.told.map((box) => markPill(box, clientsY, TOLD, chart, frame)),
      ],
      '\n',
    ),
  };
}

/** Where the lanes begin, below the axis and the marks. */
const LANES_Y = 54;

interface Row {
  readonly lane: LaneBox;
  readonly y: number;
  readonly height: number;
  readonly server: boolean;
  /** A client, or what it answers. */
  readonly client?: boolean;
}

function placeRows(block: Block): Row[] {
  const groupsY = LANES_Y + block.servers.length * SERVER_LANE + (block.servers.length > 0 ? 8 : 0);
  const clientsY = groupsY + block.groups.length * GROUP_LANE + TOLD_ROOM;
  const clients = block.clients.flatMap(({ lane, answers }) => [lane, ...answers]);
  return [
    ...block.servers.map((lane, i) => ({ lane, y: LANES_Y + i * SERVER_LANE, height: SERVER_LANE, server: true })),
    ...block.groups.map((lane, i) => ({ lane, y: groupsY + i * GROUP_LANE, height: GROUP_LANE, server: false })),
    ...clients.map((lane, i) => ({
      lane,
      y: clientsY + i * GROUP_LANE,
      height: GROUP_LANE,
      server: false,
      client: true,
    })),
  ];
}

/** Above the clients: the numbers of what they were told. */
const TOLD_ROOM = 28;

function axis(chart: Chart, frame: Frame): Markup {
  const y = 24;
  const x = (at: number): number => frame.lanesX + at;
  const strokes = chart.ticks.map((tick) => `M${pixels(x(tick.x))} ${y - 4}v8`);
  const breaks = chart.axis.folds.map((fold) => foldMark(fold.text, x(fold.x0), x(fold.x1), y));
  return join([
    tag('path', { class: 'axis', d: `M${pixels(x(0))} ${y}H${pixels(x(chart.axis.endX))}${strokes.join('')}` }),
    join(chart.ticks.map((tick) => tag('text', { class: 'quiet', x: x(tick.textX), y: 12 }, text(tick.text)))),
    join(breaks),
  ]);
}

/** The break in the axis where a wait is folded, with its length. */
function foldMark(label: string, x0: number, x1: number, y: number): Markup {
  const words = `⋯ ${label} ⋯`;
  const half = textWidth(words, 11) / 2 + 2;
  const middle = (x0 + x1) / 2;
  if (x1 - x0 < 2 * half)
    return tag('text', { class: 'quiet', x: middle, y: y + 4, 'text-anchor': 'middle' }, text('⋯'));
  return join([
    tag('rect', { class: 'paper', x: middle - half, y: y - 7, width: 2 * half, height: 14 }),
    tag('text', { class: 'quiet', x: middle, y: y + 4, 'text-anchor': 'middle' }, text(words)),
  ]);
}

function laneRow({ lane, y, height, server }: Row, frame: Frame, chart: Chart): Markup {
  const name = nameList(lane.names, 40);
  const hue = server ? frame.hues.get(name) : undefined;
  const middle = y + height / 2;
  return tag(
    'g',
    {},
    tag('path', { class: 'row', d: `M${MARGIN} ${pixels(y + height)}H${pixels(frame.lanesX + chart.axis.width)}` }),
    hue === undefined
      ? NOTHING
      : tag('rect', { x: MARGIN, y: middle - 5, width: 10, height: 10, rx: 2, style: `fill:${hueOf(hue)}` }),
    tag('text', { x: MARGIN + 16, y: middle + 4 }, text(shortened(name, frame.lanesX - MARGIN - 22, FONT))),
    join(lane.spans.map((span) => bar(span, y + 2.5, height - 5, frame))),
  );
}

function bar(span: SpanBox, y: number, height: number, frame: Frame): Markup {
  const x = frame.lanesX + span.x0;
  const width = Math.max(0, span.x1 - span.x0);
  const hue = frame.hues.get(span.look.server);
  const inside = Math.max(0.5, width - 1);
  if (width === 0 || span.look.symbol === '') return NOTHING;
  return tag(
    'g',
    {},
    tag('title', {}, text(span.detail)),
    tag('rect', { class: `bar ${span.look.tone}`, x: x + 0.5, y, width: inside, height, rx: Math.min(3, width / 2) }),
    hue === undefined
      ? NOTHING
      : tag('rect', {
          x: x + 1,
          y: y + height - 3,
          width: Math.max(0.5, width - 2),
          height: 2.5,
          style: `fill:${hueOf(hue)}`,
        }),
  );
}

/** Labels are drawn last, so that neither breaks nor marks run through them. */
function barLabel(span: SpanBox, row: Row, frame: Frame): Markup {
  if (span.label === '' || span.x1 <= span.x0) return NOTHING;
  const { look } = span;
  if (look.repeats === true) return symbols(span, row, frame);
  return tag(
    'text',
    {
      class: `state ink ${look.tone}`,
      x: frame.lanesX + span.x0 + 5,
      y: row.y + row.height / 2 + (row.server ? 4 : 3),
    },
    tag('tspan', { class: 'symbol' }, text(look.symbol)),
    text(span.label.slice(look.symbol.length)),
  );
}

/** The symbol of an answer, again and again, as section 6.3 draws it. */
function symbols({ x0, x1, look }: SpanBox, row: Row, frame: Frame): Markup {
  const count = Math.max(1, Math.floor((x1 - x0 - 4) / SYMBOL_STEP));
  const marks = Array.from({ length: count }, (_, i) =>
    tag('tspan', { class: 'symbol', x: frame.lanesX + x0 + 5 + i * SYMBOL_STEP }, text(look.symbol)),
  );
  return tag('text', { class: `state ink ${look.tone}`, y: row.y + row.height / 2 + 3 }, ...marks);
}

const SYMBOL_STEP = 18;

function shortened(value: string, room: number, size: number): string {
  if (textWidth(value, size) <= room) return value;
  let kept = '';
  for (const char of value) {
    if (textWidth(`${kept}${char}…`, size) > room) break;
    kept += char;
  }
  return `${kept}…`;
}

/** Fine lines from the marks down through the lanes, one for all marks that fall on the same half pixel. */
function hairs(box: MarkBox, top: number, bottom: number, chart: Chart, frame: Frame): Markup {
  const byX = new Map<number, Mark[]>();
  for (const mark of box.marks) {
    const x = Math.round(2 * (frame.lanesX + chart.axis.position(mark.at))) / 2;
    const here = byX.get(x);
    if (here === undefined) byX.set(x, [mark]);
    else here.push(mark);
  }
  const lines = [...byX].map(([x, marks]) =>
    tag('path', { class: `hair ${markTone(marks)}`, d: `M${pixels(x)} ${top - 5}V${pixels(bottom)}` }),
  );
  return join(lines);
}

function markPill(box: MarkBox, lanesY: number, brackets: Brackets, chart: Chart, frame: Frame): Markup {
  const tone = markTone(box.marks);
  const number = brackets.pill(box.text);
  const width = textWidth(number, 10) + 10;
  const x = frame.lanesX + Math.min(box.x - 8, chart.axis.width - width);
  const y = lanesY - 20;
  const told = joinCaptions(box.marks, 90, SENTENCES_MAX).map((joined) => `${times(joined)}  ${joined.text}`);
  return tag(
    'g',
    {},
    tag('title', {}, text(told.join('; '))),
    tag('rect', { class: `pill ${tone}`, x, y, width, height: 15, rx: tone === 'event' ? 7.5 : 2 }),
    tag('text', { class: `number ${tone}`, x: x + width / 2, y: y + 11 }, text(number.replace('-', '–'))),
  );
}

function times(joined: JoinedCaption): string {
  return joined.from === joined.to ? exactly(joined.from) : `${exactly(joined.from)} – ${exactly(joined.to)}`;
}

/** The captions in one column or two, read down the first and then down the second. */
function captionsPiece(boxes: readonly MarkBox[], brackets: Brackets, frame: Frame): Piece {
  const entries = boxes.flatMap((box) =>
    joinCaptions(box.marks, 70, SENTENCES_MAX).map((joined, i) => ({
      mark: i === 0 ? brackets.caption(box.text.replace('-', '–')) : '',
      when: period(joined.from, joined.to, '–'),
      joined,
    })),
  );
  if (entries.length === 0) return { height: 0, markup: NOTHING };
  const whenX = Math.max(50, ...entries.map(({ mark }) => textWidth(mark, 13.5))) + 12;
  const textX = whenX + Math.max(60, ...entries.map(({ when }) => textWidth(when, 11))) + 20;
  const inner = frame.width - 2 * MARGIN;
  const half = entries.findIndex((entry, i) => i >= entries.length / 2 && entry.mark !== '');
  const fits = entries.every(({ joined }) => textWidth(joined.text, FONT) <= inner / 2 - textX);
  const rows = half > 0 && (entries.length > 24 || (entries.length > 8 && fits)) ? half : entries.length;
  const columnWidth = rows < entries.length ? inner / 2 : inner;
  const lines = entries.map(({ mark, when, joined }, i) => {
    const x = MARGIN + (i < rows ? 0 : columnWidth);
    const y = 14 + (i < rows ? i : i - rows) * CAPTION_LINE;
    const tone = markTone(joined.marks);
    const told = shortened(joined.text, columnWidth - textX - 8, FONT);
    return tag(
      'g',
      {},
      ...(told === joined.text ? [] : [tag('title', {}, text(joined.text))]),
      mark === '' ? NOTHING : tag('text', { class: `head told ${tone}`, x, y }, text(mark)),
      tag('text', { class: 'quiet', x: x + whenX, y }, text(when)),
      tag('text', { class: `told ${tone}`, x: x + textX, y }, text(told)),
    );
  });
  return { height: Math.max(rows, entries.length - rows) * CAPTION_LINE + 26, markup: join(lines, '\n') };
}

function legendPiece(chart: Chart): Piece {
  const { servers, groups, clients, answers } = legendOf(looksOf(chart));
  const told = [servers, groups, ...[clients, answers].filter(({ entries }) => entries.length > 0)];
  const rows = told.map((row, i) => legendRow(row.name, row.entries, i * LEGEND_LINE));
  const note = `Time is not to scale${chart.axis.folds.length > 0 ? '; ⋯ marks a wait that is folded' : ''}.`;
  const y = told.length * LEGEND_LINE + 12;
  return { height: y + 8, markup: join([...rows, tag('text', { class: 'quiet', x: MARGIN, y }, text(note))]) };
}

const LEGEND_LINE = 20;

function legendRow(name: string, entries: readonly LegendEntry[], y: number): Markup {
  let x = MARGIN + 60;
  const drawn = entries.map((entry) => {
    const at = x;
    x += textWidth(entry.words, 11) + 44;
    return join([
      tag('rect', { class: `bar ${entry.tone}`, x: at, y, width: 22, height: 15, rx: 3 }),
      tag(
        'text',
        { class: `state symbol ink ${entry.tone}`, x: at + 11, y: y + 11, 'text-anchor': 'middle' },
        text(entry.symbol),
      ),
      tag('text', { class: 'quiet', x: at + 28, y: y + 11 }, text(entry.words)),
    ]);
  });
  return join([tag('text', { class: 'quiet', x: MARGIN, y: y + 11 }, text(name)), ...drawn]);
}
