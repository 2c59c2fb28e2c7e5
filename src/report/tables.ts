/**
 * The tables of the report: what was done and expected, every event, every link, what clients were told, the views.
 * Each is left out where the trace has nothing to put in it. Cells are markup already, so nothing is escaped twice or
 * not at all.
 */
import { nameList, sentence, type Mark } from './captions.js';
import { exactly } from './durations.js';
import type { History } from './history.js';
import type { At } from './lanes.js';
import type { LinksLine, StepLine } from '../model/trace.js';
import { element as el, join, NOTHING, tag, text, trusted, type Attributes, type Markup } from './xml.js';

export interface Column {
  readonly name: string;
  readonly kind?: 'number' | 'mono';
}

export interface Row {
  readonly cells: readonly Markup[];
  readonly class?: string;
}

/** A section of the page with a heading of its own. */
export function section(id: string, title: string, ...content: readonly Markup[]): Markup {
  return el('section', { 'aria-labelledby': id }, el('h2', { id }, text(title)), ...content);
}

/** A table that scrolls sideways where the page is too narrow for it. */
export function table(columns: readonly Column[], rows: readonly Row[], attributes: Attributes = {}): Markup {
  const head = columns.map(({ name, kind }) => el('th', { scope: 'col', class: kind }, text(name)));
  const body = rows.map((row) =>
    el('tr', { class: row.class }, ...row.cells.map((cell, i) => el('td', { class: columns[i].kind }, cell))),
  );
  const whole = el('table', attributes, el('thead', {}, el('tr', {}, ...head)), el('tbody', {}, join(body, '\n')));
  return el('div', { class: 'scroll', tabindex: '0' }, whole);
}

/** A step in the words of its scenario. */
export function stepWords(line: StepLine): string {
  const to = line.to === undefined ? '' : ` to ${line.to}`;
  const on = line.on === undefined ? '' : ` on ${line.on}`;
  return `${line.step} ${line.target}${to}${on}`;
}

/** The number that a line bears in the chart, by its place in the trace. */
function markNumbers(history: History): (seq: number) => Markup {
  const several = history.clusters.length > 1;
  const numbers = new Map<number, string[]>();
  for (const cluster of history.clusters) {
    for (const { seq, number } of cluster.marks) {
      const own = several ? `${cluster.name} *${number}` : `*${number}`;
      numbers.set(seq, [...(numbers.get(seq) ?? []), own]);
    }
  }
  return (seq) => text((numbers.get(seq) ?? []).join(', '));
}

/** The number of what a client was told, by its place in the trace. */
function toldNumbers(history: History): (seq: number) => Markup {
  const several = history.clusters.length > 1;
  const numbers = new Map(
    history.clusters.flatMap(({ name, told }) =>
      told.map(({ seq, number }) => [seq, several ? `${name} (*${number})` : `(*${number})`] as const),
    ),
  );
  return (seq) => text(numbers.get(seq) ?? '');
}

/** What the scenario did and what it expected, in order. */
export function stepTable(history: History): Markup {
  const number = markNumbers(history);
  const row = (line: At<unknown>, kind: string, what: Markup, cls?: string): { line: At<unknown>; row: Row } => ({
    line,
    row: {
      cells: [number(line.seq), text(exactly(line.t)), text(kind), what],
      ...(cls === undefined ? {} : { class: cls }),
    },
  });
  const all = [
    ...history.steps.map((line) => {
      const id = line.id === undefined ? NOTHING : join([trusted(' '), el('code', {}, text(`id: ${line.id}`))]);
      const refused =
        line.error === undefined ? NOTHING : el('p', { class: 'refused' }, text(`refused: ${line.error}`));
      return row(
        line,
        'step',
        join([text(stepWords(line)), id, refused]),
        line.error === undefined ? undefined : 'odd',
      );
    }),
    ...history.expects.map((line) =>
      row(line, line.ok ? 'expected, holds' : 'expected, failed', text(line.text), line.ok ? 'held' : 'failed'),
    ),
    ...history.violations.map((line) => row(line, `invariant ${line.invariant} violated`, text(line.text), 'failed')),
  ];
  if (all.length === 0) return NOTHING;
  all.sort((a, b) => a.line.t - b.line.t || a.line.seq - b.line.seq);
  const columns: Column[] = [{ name: 'mark' }, { name: 'time', kind: 'number' }, { name: 'kind' }, { name: 'what' }];
  return section(
    'steps',
    'Steps and expectations',
    table(
      columns,
      all.map((one) => one.row),
    ),
  );
}

/** Every cluster event. */
export function eventTable(history: History): Markup {
  if (history.events.length === 0) return section('events', 'Events', el('p', {}, text('None were raised.')));
  const several = history.clusters.length > 1;
  const number = markNumbers(history);
  const told = new Map<number, Mark>(
    history.clusters.flatMap((cluster) => cluster.marks.map((mark) => [mark.seq, mark] as const)),
  );
  const columns: Column[] = [
    { name: 'mark' },
    { name: 'time', kind: 'number' },
    ...(several ? [{ name: 'cluster' }] : []),
    { name: 'id', kind: 'number' },
    { name: 'code', kind: 'mono' },
    { name: 'source' },
    { name: 'src' },
    { name: 'dst' },
    { name: 'epoch/coordinator' },
    { name: 'in words' },
  ];
  const rows = history.events.map((line): Row => {
    const mark = told.get(line.seq);
    return {
      cells: [
        number(line.seq),
        text(exactly(line.t)),
        ...(several ? [text(line.cluster)] : []),
        text(line.id),
        text(line.code),
        text(line.source),
        text(line.src),
        text(line.dst),
        text(`${line.epoch}/${line.coordinator}`),
        text(mark === undefined ? '' : sentence(mark.caption)),
      ],
    };
  });
  const filter = el(
    'p',
    { class: 'filter', id: 'event-filter', hidden: 'hidden' },
    el('label', { for: 'event-filter-text' }, text('Show only events with')),
    trusted(' '),
    tag('input', {
      type: 'search',
      id: 'event-filter-text',
      placeholder: 'a code, a server, a group',
      autocomplete: 'off',
    }),
    trusted(' '),
    el('output', { id: 'event-filter-count', for: 'event-filter-text' }),
  );
  return section('events', 'Events', filter, table(columns, rows, { id: 'event-table' }));
}

/** What the links carried: first those that dropped something, the others folded away. */
export function linkTable(history: History): Markup {
  if (history.links.length === 0) return NOTHING;
  const columns: Column[] = [
    { name: 'from' },
    { name: 'to' },
    { name: 'network' },
    ...(['sent', 'delivered', 'dropped', 'share dropped'] as const).map((name) => ({ name, kind: 'number' as const })),
  ];
  const row = (line: LinksLine): Row => ({
    class: line.dropped > 0 ? 'lossy' : 'clean',
    cells: [
      text(line.from),
      text(line.to),
      text(line.network),
      text(line.sent),
      text(line.delivered),
      line.dropped > 0 ? el('strong', {}, text(line.dropped)) : text(0),
      line.dropped > 0 ? el('strong', {}, text(percent(line.dropped, line.sent))) : text('-'),
    ],
  });
  const lossy = history.links.filter((line) => line.dropped > 0);
  const clean = history.links.filter((line) => line.dropped === 0);
  const summary = `${history.links.length} directed links, ${lossy.length} of them dropped frames.`;
  const many = clean.length > 12;
  const rest = el(
    'details',
    {},
    el('summary', {}, text(`${clean.length} links that dropped nothing`)),
    table(columns, clean.map(row)),
  );
  const shown = many ? lossy : [...lossy, ...clean];
  return section(
    'links',
    'Links',
    el('p', { class: 'note' }, text(summary)),
    shown.length > 0 ? table(columns, shown.map(row)) : NOTHING,
    many ? rest : NOTHING,
  );
}

function percent(part: number, whole: number): string {
  return whole <= 0 ? '-' : `${Math.round((part * 1000) / whole) / 10}%`;
}

/** What applications on clients were called back with, and the messages that popped up. */
export function clientTables(history: History): Markup {
  const { clientEvents, popups } = history;
  const number = toldNumbers(history);
  const called = table(
    [
      { name: 'mark' },
      { name: 'time', kind: 'number' },
      ...['client', 'cluster', 'group'].map((name) => ({ name })),
      { name: 'event', kind: 'mono' },
      { name: 'src' },
      { name: 'dst' },
      { name: 'status', kind: 'mono' },
    ],
    clientEvents.map((line) => ({
      cells: [
        number(line.seq),
        ...[exactly(line.t), line.client, line.cluster, line.group, line.event, line.src, line.dst, line.status].map(
          text,
        ),
      ],
    })),
  );
  const popped = table(
    [{ name: 'mark' }, { name: 'time', kind: 'number' }, { name: 'client' }, { name: 'message' }],
    popups.map((line) => ({ cells: [number(line.seq), ...[exactly(line.t), line.client, line.text].map(text)] })),
  );
  return join([
    clientEvents.length > 0 ? section('callbacks', 'Callbacks of client applications', called) : NOTHING,
    popups.length > 0 ? section('popups', 'Popups on clients', popped) : NOTHING,
  ]);
}

/** Who agreed with whom, and when. */
export function viewTable(history: History): Markup {
  if (history.views.length === 0) return NOTHING;
  const columns: Column[] = [
    { name: 'time', kind: 'number' },
    { name: 'cluster' },
    { name: 'epoch', kind: 'number' },
    { name: 'coordinator' },
    { name: 'members' },
  ];
  const rows = history.views.map((line) => ({
    cells: [
      text(exactly(line.t)),
      text(line.cluster),
      text(line.epoch),
      text(line.coordinator),
      text(`${nameList(line.members, 120)} (${line.members.length})`),
    ],
  }));
  return section('views', 'Views', table(columns, rows));
}
