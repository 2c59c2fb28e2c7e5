/**
 * The six time charts of section 6.3 on every backend: what the examples draw is what the captions there say, mark by
 * mark, and the row of answers reads as the drawing does. In docs/clients.md stand the same charts.
 *
 * The captions are written down here from the document, not from a run. The document prints no callback at (*2) of 6.3.2;
 * 5.2.3 and 6.2.1 ask for BOOT. The first two marks of that example are those of the failover before it.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { BackendKind } from '../../src/model/trace.js';
import { readHistory } from '../../src/report/history.js';
import { terminalChart } from '../../src/report/index.js';
import { loadScenario } from '../../src/scenarios/load.js';
import { runScenario } from '../../src/scenarios/run.js';
// The sample imports the package by its name, as a user does: that is what is in dist/.
import { throughChart } from '../../examples/timecharts/reconnects.mjs';
import { KINDS } from './worlds.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

const A = 'サーバ ServerA(10.0.0.1)';
const B = 'サーバ ServerB(10.0.0.2)';
const began = `クラスタ CLUSTER1 でグループ Group1 のフェイルオーバーを開始しました.\n${A}→サーバ ServerB(10.0.0.2)`;
const ended = `クラスタ CLUSTER1 でグループ Group1 のフェイルオーバーが終了しました.\n${A}→サーバ ServerB(10.0.0.2)`;

/** The row of answers, and at each mark the popup and the callback, empty where there is none. */
const CHARTS: Readonly<
  Record<string, { row: string; marks: readonly (readonly [popup: string, callback: string])[] }>
> = {
  '6.3.1': {
    row: 'o F o',
    marks: [
      [began, 'FAILOVER_START'],
      [ended, 'FAILOVER_END'],
    ],
  },
  '6.3.2': {
    row: 'o F o x o',
    marks: [
      [began, 'FAILOVER_START'],
      [ended, 'FAILOVER_END'],
      [`クラスタ CLUSTER1 でグループ Group1 が停止しました.\n${B}`, 'SHUTDOWN'],
      [`クラスタ CLUSTER1 でグループ Group1 が起動しました.\n${A}`, 'BOOT'],
    ],
  },
  '6.3.3': {
    row: 'o',
    marks: [[`クラスタ CLUSTER1 でグループ Group1 がバックアップサーバ上で起動しました.\n${B}`, '']],
  },
  '6.3.4': {
    row: 'F o',
    marks: [
      [began, ''],
      [ended, 'FAILOVER_END'],
    ],
  },
  '6.3.5': { row: 'x o', marks: [['', 'BOOT']] },
  '6.3.6': {
    row: 'x o',
    marks: [[`クラスタ CLUSTER1 のグループ Group1 がバックアップ上で起動しました.\n${B}`, 'BOOT']],
  },
};

const SYMBOLS: Readonly<Record<string, string>> = { RUNNING: 'o', STOPPED: 'x', FAILOVER: 'F' };

/** What the sample application says on its way through each chart. */
const SAID: Readonly<Record<string, readonly string[]>> = {
  '6.3.1': ['connected to ServerA', 'disconnected', 'connected to ServerB'],
  '6.3.2': ['connected to ServerA', 'disconnected', 'connected to ServerB', 'disconnected', 'connected to ServerA'],
  '6.3.3': ['connected to ServerB'],
  '6.3.4': ['nothing to connect to', 'connected to ServerB'],
  '6.3.5': ['nothing to connect to', 'connected to ServerA'],
  '6.3.6': ['nothing to connect to', 'connected to ServerB'],
};

/** The charts take seconds of a real clock so. */
const realClock = (backend: BackendKind) => ({ backend, ...(backend === 'realtime' && { timeScale: 0.02 }) });

const fileOf = (section: string): string => join(root, 'examples', 'timecharts', `${section}.yaml`);

describe.each(KINDS)('%s', (backend) => {
  it.each(Object.keys(CHARTS))('draws %s, and leads an application through it', async (section) => {
    const { result, said } = await throughChart(fileOf(section), realClock(backend));
    expect(result.ok, result.summary).toBe(true);
    expect(said).toEqual(SAID[section]);
    const { lines } = result;
    const [{ clients, told }] = readHistory(lines).clusters;
    const [{ answers }] = clients;
    expect(answers[0].spans.map(({ state }) => SYMBOLS[state.status ?? '']).join(' ')).toBe(CHARTS[section].row);
    const marks = CHARTS[section].marks.map((_, index) => {
      const own = told.filter(({ number }) => number === index + 1).map(({ seq }) => seq);
      const shown = lines.filter((line) => own.includes(line.seq));
      const popup = shown.flatMap((line) => (line.kind === 'popup' ? [line.text] : []));
      const callback = shown.flatMap((line) => (line.kind === 'client-event' ? [line.event] : []));
      return [popup.join(), callback.join().replace('ARMCLAPI_EVENT_', '')];
    });
    expect(marks).toEqual(CHARTS[section].marks);
    expect(told.at(-1)?.number).toBe(CHARTS[section].marks.length);
  });
});

describe('docs/clients.md', () => {
  const guide = readFileSync(join(root, 'docs', 'clients.md'), 'utf8');

  it.each(Object.keys(CHARTS))('shows %s as it is', async (section) => {
    const loaded = await loadScenario(fileOf(section));
    if (!loaded.ok) throw new Error(`${section} is no scenario`);
    const { lines } = await runScenario(loaded.value);
    const [, lanes, , told] = terminalChart(lines, { width: 110, color: false }).split('\n\n');
    expect(guide).toContain(`${lanes}\n\n${told}\n`);
  });
});
