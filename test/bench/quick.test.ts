/**
 * Benchmarks that nobody runs rot. Each is run here very short, so that it must still work and answer in the shape that
 * docs/performance.md describes; how fast it was is not looked at. What is computed from the samples is tested with
 * made-up ones.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import {
  type Bench,
  QUICK,
  type Report,
  type Spread,
  answer,
  asTable,
  questions,
  spread,
} from '../../bench/harness.mjs';
import { curve, median, summary } from '../../bench/support/numbers.mjs';
import { type StudyReport, atMost, studyAsTable } from '../../bench/support/study.mjs';

const folder = join(import.meta.dirname, '..', '..', 'bench');
const picture = join(folder, 'picture.mjs');
const names = questions();

function runBench(...args: string[]): { status: number | null; out: string; err: string } {
  const main = join(folder, 'main.mjs');
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' });
  return { status, out: stdout, err: stderr };
}

function expectSpread({ median, min, max }: Spread): void {
  expect(min).toBeGreaterThan(0);
  expect(median).toBeGreaterThanOrEqual(min);
  expect(max).toBeGreaterThanOrEqual(median);
}

/** Every row has a figure, or none, for each column; the figures themselves are not looked at. */
function expectStudy(report: StudyReport): void {
  expect(report.tables.length).toBeGreaterThan(0);
  const text = studyAsTable(report);
  for (const { columns, rows } of report.tables) {
    expect(rows.length).toBeGreaterThan(0);
    expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
    for (const { name, values } of rows) {
      expect(values).toHaveLength(columns.length);
      for (const value of values) expect(value === null || Number.isFinite(value)).toBe(true);
      expect(text).toContain(name);
    }
  }
  for (const { what, found, limit, reached } of report.targets) {
    expect(reached).toBe(found <= limit);
    expect(text).toContain(what);
  }
  expect(text).toContain('its figures mean nothing');
}

describe('every benchmark', () => {
  test('there is one for each question', () => {
    expect(names).toEqual([
      'backends',
      'clusapi',
      'detection',
      'engine',
      'failover',
      'heartbeat',
      'ring',
      'startup',
      'status',
      'suspicion',
    ]);
  });

  test.each(names)('%s answers a quick run with a report and nothing else', (name) => {
    const { status, out, err } = runBench(name, '--quick', '--json');
    expect(err).toBe('');
    expect(status).toBe(0);
    const reports = JSON.parse(out) as (Report | StudyReport)[];
    expect(reports).toHaveLength(1);
    const [report] = reports;
    expect(report).toMatchObject({ schema: 1, bench: name, quick: true, machine: { node: process.version } });
    if ('tables' in report) {
      expectStudy(report);
      return;
    }
    expect(report.parts.length).toBeGreaterThan(0);
    for (const { cases, ratios } of report.parts) {
      expect(cases.length).toBeGreaterThan(1);
      expect(new Set(cases.map((one) => one.name)).size).toBe(cases.length);
      for (const one of cases) {
        expect(one.samples).toHaveLength(QUICK.rounds);
        expect(one.cpuSamples).toHaveLength(QUICK.rounds);
        expect(one.perCpuSecond).toBeGreaterThan(0);
        expectSpread(one);
      }
      for (const ratio of ratios) expectSpread(ratio);
    }
    const table = asTable(report);
    for (const { cases, ratios } of report.parts)
      for (const { name: row } of [...cases, ...ratios]) expect(table).toContain(row);
    expect(table).toContain('its figures mean nothing');
  });
});

describe('the command', () => {
  test('names the benchmarks that there are', () => {
    const { status, out } = runBench('--help');
    expect(status).toBe(0);
    for (const name of names) expect(out).toContain(name);
  });

  test.each([
    [['speed'], 'there is no benchmark speed'],
    [['--slowly'], "Unknown option '--slowly'"],
    [['--rounds', '0'], '--rounds takes a whole number from 1 to 1000'],
    [['--minutes', '0'], '--minutes takes a whole number from 1 to 1440'],
    [['--rounds', 'many'], '--rounds takes a whole number from 1 to 1000'],
  ])('refuses %j', (args, message) => {
    const { status, out, err } = runBench(...args);
    expect(status).toBe(2);
    expect(out).toBe('');
    expect(err).toContain(message);
    expect(err).toContain('Usage: armada bench');
  });
});

describe('what is made of reports', () => {
  const made = mkdtempSync(join(tmpdir(), 'armada-bench-'));
  afterAll(() => rmSync(made, { recursive: true }));

  /** A directory with these files. */
  function folderOf(name: string, files: Readonly<Record<string, string>> = {}): string {
    const folder = join(made, name);
    mkdirSync(folder);
    for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
    return folder;
  }

  function draw(...args: string[]): { status: number | null; out: string; err: string } {
    const { status, stdout, stderr } = spawnSync(process.execPath, [picture, ...args], { encoding: 'utf8' });
    return { status, out: stdout, err: stderr };
  }

  test('a file each, and of these a picture each', () => {
    const folder = folderOf('whole');
    expect(runBench('engine', '--quick', '--json', '--out', folder).status).toBe(0);
    expect(JSON.parse(readFileSync(join(folder, 'engine.json'), 'utf8'))).toMatchObject({ bench: 'engine' });
    expect(draw(folder, folder)).toEqual({ status: 0, out: '', err: '' });
    expect(readFileSync(join(folder, 'engine.svg'), 'utf8')).toMatch(/^<svg [^]*16 servers[^]*<\/svg>\n$/);
  });

  const filled = 'that was filled with node bench/main.mjs --out DIRECTORY\n';

  test('says that there is no directory of reports, and makes none for pictures', () => {
    const [nowhere, pictures] = [join(made, 'nowhere'), join(made, 'pictures')];
    const err = `bench/picture.mjs: ${nowhere}: no directory of reports (ENOENT); name one ${filled}`;
    expect(draw(nowhere, pictures)).toEqual({ status: 2, out: '', err });
    expect(existsSync(pictures)).toBe(false);
  });

  test('says that a directory has no report to draw', () => {
    const folder = folderOf('bare', { 'other.json': '{"bench": "other"}', 'notes.txt': '' });
    const err = `bench/picture.mjs: ${folder}: no report here that has a picture; name a directory ${filled}`;
    expect(draw(folder, folder)).toEqual({ status: 2, out: '', err });
  });

  test('names each file that is no report', () => {
    const folder = folderOf('broken', { 'cut.json': '{"bench": "engine", ', 'empty.json': '{"parts": [{}]}' });
    const { status, err } = draw(folder, folder);
    expect(status).toBe(2);
    const lines = err.trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    for (const [index, name] of ['cut', 'empty'].entries()) {
      const begin = `bench/picture.mjs: ${join(folder, name)}.json: no picture can be made of this (`;
      expect(lines[index].startsWith(begin)).toBe(true);
      expect(lines[index]).toMatch(/; write the report anew with node bench\/main\.mjs --out DIRECTORY$/);
    }
  });

  test('says that there is no place for pictures', () => {
    const folder = folderOf('reports', { 'a.json': '{}' });
    const file = join(folder, 'a.json');
    const err = `bench/picture.mjs: ${file}: no directory for pictures (EEXIST); name one, or a place where one can be made\n`;
    expect(draw(folder, file)).toEqual({ status: 2, out: '', err });
  });

  test('takes two directories at most', () => {
    const { status, err } = draw('a', 'b', 'c');
    expect(status).toBe(2);
    expect(err).toMatch(/: c: too many arguments; .*\nUsage: node bench\/picture\.mjs \[REPORTS \[PICTURES\]\]\n$/);
  });
});

describe('figures of samples', () => {
  test('percentiles are those of the nearest rank', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(summary(hundred)).toEqual({ count: 100, min: 1, p50: 50, p99: 99, max: 100 });
    expect(curve(hundred)).toEqual([1, ...hundred.toReversed()]);
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });

  test('an aim is reached up to its limit', () => {
    expect(atMost('speed', 3, 3, 'ms').reached).toBe(true);
    expect(atMost('speed', 3.1, 3, 'ms').reached).toBe(false);
  });
});

describe('the harness', () => {
  test('finds the middle of odd and even numbers of samples', () => {
    expect(spread([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
    expect(spread([4, 1, 2, 3])).toEqual({ median: 2.5, min: 1, max: 4 });
    expect(spread([7])).toEqual({ median: 7, min: 7, max: 7 });
  });

  test('measures each case once a round, forwards and backwards in turn, and closes all of them', async () => {
    const log: string[] = [];
    const bench = benchOf(['a', 'b'], log);
    await answer('made up', bench, { warmUpMs: 0, sampleMs: 0, rounds: 3 }, false, () => undefined);
    expect(log.join(' ')).toBe('open-a a open-b b a b b a a b close-a close-b');
  });

  test('closes what is open where a case fails, and passes its error on', async () => {
    const log: string[] = [];
    const bench = benchOf(['a', 'fails'], log);
    await expect(answer('made up', bench, QUICK, true, () => undefined)).rejects.toThrow('fails has failed');
    expect(log.filter((word) => word.startsWith('close'))).toEqual(['close-a', 'close-fails']);
  });

  test('divides the rates of one round before it takes the median', async () => {
    const five = { ...QUICK, rounds: 5 };
    const { parts } = await answer('made up', benchOf(['a', 'b'], []), five, true, () => undefined);
    const [{ cases, ratios }] = parts;
    const [a, b] = cases.map((one) => one.samples);
    expect(ratios).toEqual([{ name: 'a / b', ...spread(a.map((rate, round) => rate / b[round])) }]);
  });
});

/** A bench of cases that only write down what is done with them. */
function benchOf(cases: readonly string[], log: string[]): Bench {
  return {
    asks: 'nothing',
    unit: 'nothings a second',
    compare: 'clock',
    parts: () => [
      {
        title: 'made up',
        cases: cases.map((name) => async () => {
          log.push(`open-${name}`);
          return {
            name,
            run: async (times) => {
              log.push(name);
              if (name === 'fails') throw new Error('fails has failed');
              return times;
            },
            close: async () => {
              log.push(`close-${name}`);
            },
          };
        }),
        ratios: cases.includes('b') ? [{ name: 'a / b', of: 'a', by: 'b' }] : [],
      },
    ],
  };
}
