/**
 * The report of a run as one HTML page that stands alone: no file, font, script or image from elsewhere, and a policy
 * in its head that forbids the browser to fetch any. First what a reader must know (passed or failed, and why), then
 * the chart, then the tables that prove it. It reads and prints the same without its script, which only filters the
 * event table and shows details under the pointer at once.
 */
import type { TraceLine } from '../model/trace.js';
import { exactly } from './durations.js';
import { heartbeatSection } from './heartbeat-plot.js';
import type { HeartbeatSeries } from './heartbeats.js';
import { readHistory, type History } from './history.js';
import { PAGE_SCRIPT } from './page-script.js';
import { pageStyle } from './page-style.js';
import { drawChart } from './svg.js';
import { clientTables, eventTable, linkTable, section, stepTable, stepWords, viewTable } from './tables.js';
import { verdictOf } from './verdict.js';
import { element as el, join, NOTHING, tag, text, trusted, type Markup } from './xml.js';

/** Writes the report of a trace, with the heartbeats counted meanwhile, as one self-contained page. */
export function htmlReport(lines: readonly TraceLine[], heartbeats: HeartbeatSeries): string {
  const history = readHistory(lines);
  const name = history.run?.scenario ?? 'a run';
  const policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'";
  const head = el(
    'head',
    {},
    trusted('<meta charset="utf-8">'),
    tag('meta', { 'http-equiv': 'Content-Security-Policy', content: policy }),
    trusted('<meta name="viewport" content="width=device-width, initial-scale=1">'),
    trusted('<meta name="color-scheme" content="light dark">'),
    el('title', {}, text(`${name} · ${verdictOf(history).word} · Armada`)),
    el('style', {}, trusted(pageStyle())),
  );
  const sections = [
    problems(history),
    chart(history),
    stepTable(history),
    eventTable(history),
    heartbeatSection(history, heartbeats),
    linkTable(history),
    clientTables(history),
    viewTable(history),
  ];
  const body = el(
    'body',
    {},
    header(history),
    el('main', {}, join(sections, '\n')),
    el('script', {}, trusted(PAGE_SCRIPT)),
  );
  return `<!doctype html>\n${el('html', { lang: 'en' }, head, trusted('\n'), body)}\n`;
}

function header(history: History): Markup {
  const { run, end, expects } = history;
  const verdict = verdictOf(history);
  const held = expects.filter((expect) => expect.ok).length;
  const servers = history.clusters.reduce((sum, cluster) => sum + cluster.servers.length, 0);
  const groups = history.clusters.reduce((sum, cluster) => sum + cluster.groups.length, 0);
  const clients = new Set(history.clusters.flatMap((cluster) => cluster.clients.map(({ lane }) => lane.name)));
  const facts: (readonly [string, string] | undefined)[] = [
    run && ['Seed', String(run.seed)],
    run && ['Backend', run.backend],
    run && ['Version', run.version],
    ['Length', exactly(history.endsAt)],
    ['Clusters', history.clusters.map((cluster) => cluster.name).join(', ') || 'none'],
    ['Servers', String(servers)],
    ['Groups', String(groups)],
    ['Events', String(history.events.length)],
    clients.size > 0 ? ['Clients', [...clients].join(', ')] : undefined,
    expects.length > 0 ? ['Expectations', `${held} of ${expects.length} hold`] : undefined,
    end?.hash === undefined ? undefined : ['Hash of the trace', `${end.hash.slice(0, 16)}…`],
  ];
  const list = facts.flatMap((fact) =>
    fact === undefined ? [] : [el('div', {}, el('dt', {}, text(fact[0])), el('dd', {}, text(fact[1])))],
  );
  return el(
    'header',
    {},
    el('p', { class: 'product' }, text('Armada · run report')),
    el(
      'h1',
      {},
      text(run?.scenario ?? 'A run'),
      trusted(' '),
      el('span', { class: `badge ${verdict.tone}` }, text(verdict.word)),
    ),
    el('dl', { class: 'facts' }, ...list),
  );
}

/** Whatever speaks against the run, before anything else. */
function problems(history: History): Markup {
  const failed = history.expects.filter((expect) => !expect.ok);
  const refused = history.end?.ok === false ? history.steps.filter((step) => step.error !== undefined) : [];
  const told = [
    ...history.violations.map((line) => ({ line, head: `Invariant ${line.invariant} violated`, words: line.text })),
    ...failed.map((line) => ({ line, head: 'Expectation failed', words: line.text })),
    ...refused.map((line) => ({ line, head: 'Step refused', words: `${stepWords(line)}: ${line.error ?? ''}` })),
  ].sort((a, b) => a.line.t - b.line.t || a.line.seq - b.line.seq);
  const warnings = history.warnings.map((line) => ({ line, head: 'Warning', words: line.text }));
  const item = ({ line, head, words }: (typeof told)[number] | (typeof warnings)[number]): Markup =>
    el('li', {}, el('strong', {}, text(head)), text(` at ${exactly(line.t)}`), el('p', {}, text(words)));
  const bad = el(
    'section',
    { class: 'problems', 'aria-labelledby': 'problems' },
    el('h2', { id: 'problems' }, text('What went wrong')),
    el('ul', {}, ...told.map(item)),
  );
  const warned = el(
    'section',
    { class: 'warnings', 'aria-labelledby': 'warnings' },
    el('h2', { id: 'warnings' }, text('Warnings')),
    el('ul', {}, ...warnings.map(item)),
  );
  return join([told.length > 0 ? bad : NOTHING, warnings.length > 0 ? warned : NOTHING]);
}

function chart(history: History): Markup {
  const figure = el('figure', { class: 'wide' }, drawChart(history, { title: false, captions: true }));
  return section('chart', 'Time chart', figure);
}
