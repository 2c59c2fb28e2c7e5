/**
 * The time chart for a terminal, in characters: box-drawing strokes for the lanes, ASCII for everything that must be
 * read, so that it survives a log file or a mail.
 *
 * ```
 * CLUSTER1  0s            1m              1m30s                   1m31s           3m
 *           ├─// 59s //───┼──// 30s //────┼───────────────────────┼─// 1m29s //───┤
 *           *1            *3              *4-7                    *8-9
 * ServerA   o CLUSTER ════X crashed ......x DOWN ...................................
 * Group1    o ServerA ────────────────────F ServerB ~~~~~~~~~~~~~~o ServerB ─────────
 * ```
 *
 * Where the trace tells of clients, their lanes follow, with the row of o, x and F that section 6.3 draws for an
 * application, under marks of their own, (*1), (*2).
 */
import pc from 'picocolors';
import type { TraceLine } from '../model/trace.js';
import { joinCaptions, markTone, nameList } from './captions.js';
import { exactly, period } from './durations.js';
import { readHistory, type ClusterHistory, type History } from './history.js';
import {
  layoutChart,
  looksOf,
  type Block,
  type Chart,
  type LaneBox,
  type MarkBox,
  type Measure,
  type SpanBox,
} from './layout.js';
import { legendOf, type LegendRow, type Tone } from './looks.js';
import { columns, cut, pad, printable, wrap } from './plain.js';
import { verdictOf } from './verdict.js';

export interface TerminalOptions {
  /** Columns; no line is longer. Taken as at least 60. */
  readonly width: number;
  readonly color: boolean;
}

type Paint = (text: string) => string;
type Palette = Readonly<Record<Tone | 'step' | 'event' | 'alarm' | 'title' | 'quiet', Paint>>;

/** More lanes of groups than this are joined where they tell the same. */
const GROUP_LANES_MAX = 24;
/** More sentences than this under one range of marks are told in fewer, with the servers joined. */
const SENTENCES_MAX = 8;
/** A title keeps at least so many columns for the scenario's name; facts that leave it less go below. */
const NAME_LEAST = 12;

/** Draws the time chart of a trace for a terminal. The text ends with a line break. */
export function terminalChart(lines: readonly TraceLine[], options: TerminalOptions): string {
  const history = readHistory(lines);
  const width = Math.max(60, Math.floor(options.width));
  const labelWidth = labelColumns(history, width);
  const measure: Measure = {
    width: width - labelWidth,
    whole: true,
    label: (text) => columns(printable(text)) + 1,
    mark: (text) => text.length + 2,
    tick: (text) => text.length + 2,
    fold: (text) => text.length + 8,
    least: 1,
  };
  const chart = layoutChart(history, measure, { lanesMax: GROUP_LANES_MAX });
  const paint = palette(options.color);
  const rows = [
    ...title(history, width, paint),
    ...chart.blocks.flatMap((block) => ['', ...blockRows(block, chart, labelWidth, width, paint)]),
    '',
    ...legend(chart, width).map((row) => paint.quiet(row)),
  ];
  return `${rows.map((row) => row.replace(/[ ]+$/, '')).join('\n')}\n`;
}

function palette(color: boolean): Palette {
  const c = pc.createColors(color);
  return {
    good: c.green,
    busy: c.yellow,
    warn: c.yellow,
    bad: c.red,
    idle: c.dim,
    aside: c.magenta,
    step: c.cyan,
    event: (text) => text,
    alarm: (text) => c.bold(c.red(text)),
    title: c.bold,
    quiet: c.dim,
  };
}

function labelColumns(history: History, width: number): number {
  const names = history.clusters.flatMap((cluster) => [
    cluster.name,
    ...cluster.servers.map((lane) => lane.name),
    ...cluster.groups.map((lane) => lane.name),
    ...cluster.clients.flatMap(({ lane, answers }) => [
      lane.name,
      ...answers.map(({ name }) => `${lane.name}: ${name}`),
    ]),
  ]);
  const longest = Math.max(8, ...names.map((name) => columns(printable(name))));
  const crowded = ({ groups, clients }: ClusterHistory): boolean =>
    groups.length > GROUP_LANES_MAX || clients.some(({ answers }) => answers.length > 1);
  const joined = history.clusters.some(crowded) ? 22 : longest;
  return Math.min(Math.max(longest, joined), Math.floor(width / 4)) + 2;
}

function title(history: History, width: number, paint: Palette): string[] {
  const { run } = history;
  const verdict = verdictOf(history);
  const name = run === undefined ? 'time chart' : printable(run.scenario);
  const facts = run === undefined ? '' : `seed ${run.seed}, ${run.backend}, `;
  const tone = verdict.tone === 'bad' ? paint.alarm : paint[verdict.tone];
  const rest = `(${facts}${exactly(history.endsAt)})`;
  const room = width - rest.length - verdict.word.length - 4;
  if (room >= NAME_LEAST) return [`${paint.title(cut(name, room))}  ${paint.quiet(rest)}  ${tone(verdict.word)}`];
  const alone = cut(name, width - verdict.word.length - 2);
  return [`${paint.title(alone)}  ${tone(verdict.word)}`, paint.quiet(cut(rest, width))];
}

function blockRows(block: Block, chart: Chart, labelWidth: number, width: number, paint: Palette): string[] {
  const row = (label: string, drawn: string): string => `${pad(label, labelWidth)}${drawn}`;
  const lane = (box: LaneBox): string => row(laneName(box, labelWidth - 2), laneRow(box, chart.axis.width, paint));
  const name = paint.title(pad(cut(printable(block.cluster), labelWidth - 2), labelWidth));
  return [
    `${name}${tickRow(chart)}`,
    row('', paint.quiet(axisRow(chart))),
    row('', markRow(block.marks, chart.axis.width, STEPS, paint)),
    ...[...block.servers, ...block.groups].map(lane),
    ...(block.clients.length > 0 ? [row('', markRow(block.told, chart.axis.width, TOLD, paint))] : []),
    ...block.clients.flatMap((client) => [client.lane, ...client.answers]).map(lane),
    ...(block.marks.length > 0 ? [''] : []),
    ...captionRows(block.marks, width, STEPS, paint),
    ...(block.told.length > 0 ? ['', 'Popups and callbacks:'] : []),
    ...captionRows(block.told, width, TOLD, paint),
  ];
}

/** How the numbers of marks are written: `*3` for steps and events, `(*3)` for what clients were told. */
type Brackets = (number: string) => string;
const STEPS: Brackets = (number) => `*${number}`;
const TOLD: Brackets = (number) => `(*${number})`;

function laneName(lane: LaneBox, room: number): string {
  const names = lane.names.map(printable);
  if (names.length === 1) return cut(names[0], room);
  const count = ` (${names.length})`;
  return `${cut(nameList(names, room - count.length), room - count.length)}${count}`;
}

function tickRow(chart: Chart): string {
  let text = '';
  for (const tick of chart.ticks) text = pad(text, tick.textX) + tick.text;
  return text;
}

function axisRow({ axis, ticks }: Chart): string {
  const cells = Array.from({ length: axis.width }, (_, x) => (x <= axis.endX ? '─' : ' '));
  for (const tick of ticks) put(cells, tick.x, '┼');
  put(cells, 0, '├');
  put(cells, Math.min(axis.endX, axis.width - 1), '┤');
  for (const fold of axis.folds) {
    const text = `// ${fold.text} //`;
    const room = fold.x1 - fold.x0 - 1;
    const short = text.length <= room ? text : '//';
    if (short.length <= room) put(cells, fold.x0 + 1 + Math.floor((room - short.length) / 2), short);
  }
  return cells.join('');
}

function put(cells: string[], x: number, text: string): void {
  [...text].forEach((char, i) => {
    if (x + i >= 0 && x + i < cells.length) cells[x + i] = char;
  });
}

function markRow(marks: readonly MarkBox[], width: number, brackets: Brackets, paint: Palette): string {
  let row = '';
  let at = 0;
  for (const box of marks) {
    const text = brackets(box.text);
    const x = Math.min(box.x, width - text.length);
    if (x < at) continue;
    row += ' '.repeat(x - at) + paint[markTone(box.marks)](text);
    at = x + text.length;
  }
  return row;
}

function laneRow(lane: LaneBox, width: number, paint: Palette): string {
  let row = '';
  let at = 0;
  for (const span of lane.spans) {
    const x0 = Math.max(at, span.x0);
    const x1 = Math.min(width, span.x1);
    if (x1 <= x0) continue;
    const room = x1 - x0;
    const label = span.label === '' ? span.look.symbol.slice(0, room) : printable(span.label);
    const words = columns(label) < room ? `${label} ` : label;
    const fill = filled(span.look, room - columns(words));
    row += ' '.repeat(x0 - at) + paint[span.look.tone](words + fill);
    at = x1;
  }
  return row;
}

/** The rest of a state's room. Symbols that repeat keep apart from the next state's. */
function filled({ fill, repeats }: SpanBox['look'], room: number): string {
  if (room <= 0) return '';
  return repeats === true ? pad(fill.repeat(Math.floor(room / fill.length)), room) : fill.repeat(room);
}

function captionRows(boxes: readonly MarkBox[], width: number, brackets: Brackets, paint: Palette): string[] {
  const entries = boxes.flatMap((box) =>
    joinCaptions(box.marks, Math.max(24, width - 40), SENTENCES_MAX).map((joined, i) => ({
      mark: i === 0 ? brackets(box.text) : '',
      when: period(joined.from, joined.to),
      text: printable(joined.text),
      kind: markTone(joined.marks),
    })),
  );
  const markWidth = Math.max(0, ...entries.map(({ mark }) => mark.length)) + 2;
  const whenWidth = Math.max(0, ...entries.map(({ when }) => when.length)) + 2;
  return entries.flatMap(({ mark, when, text, kind }) => {
    const indent = markWidth + whenWidth;
    return wrap(text, Math.max(16, width - indent)).map((line, i) =>
      i === 0
        ? `${pad(mark, markWidth)}${paint.quiet(pad(when, whenWidth))}${paint[kind](line)}`
        : `${' '.repeat(indent)}${paint[kind](line)}`,
    );
  });
}

function legend(chart: Chart, width: number): string[] {
  const { servers, groups, clients, answers } = legendOf(looksOf(chart));
  // In a terminal MISS is told by its flag alone.
  const shown = { ...servers, entries: servers.entries.filter((entry) => entry.tone !== 'warn') };
  const told = ({ name, entries }: LegendRow): string[] =>
    entries.length === 0 ? [] : [`${name}: ${entries.map((entry) => `${entry.symbol} ${entry.words}`).join(', ')}.`];
  const joined = chart.blocks.some((block) => block.groups.some((lane) => lane.names.length > 1));
  const [fold] = chart.axis.folds;
  const notes = [
    ...(joined ? ['A lane of several groups shows F while they differ.'] : []),
    `Time is not to scale${fold === undefined ? '' : `; // ${fold.text} // is a wait, folded`}.`,
  ];
  const rows = [shown, groups, clients, answers].flatMap(told);
  return [...rows, notes.join(' ')].flatMap((text) => wrap(text, width));
}
