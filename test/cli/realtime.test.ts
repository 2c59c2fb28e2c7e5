/**
 * `armada run` on a real clock: the time scale, failed threads, and what of a trace without hash gets into reports.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../src/cli/program.js';
import type { OpenBackend } from '../../src/scenarios/run.js';
import { openMeasured, type MeasuredOptions } from '../scenarios/measured.js';
import { event, group, server } from '../support/fakeBackend.js';
import { capture, type Captured } from './captured.js';

const made = mkdtempSync(join(tmpdir(), 'armada-realtime-'));
afterAll(() => rmSync(made, { recursive: true }));

const file = (name: string, cluster: string): string => {
  const path = join(made, name);
  const steps = '  - { start: cluster }\n  - { at: 1m, expect: { group: G, state: ONLINE, within: 1m } }\n';
  writeFileSync(path, `name: goes well\ncluster: ${cluster}\nsteps:\n${steps}`);
  return path;
};
const good = file('good.yaml', '{ name: C, servers: [A, B], groups: [{ name: G, servers: [A, B] }] }');
const quick = file(
  'quick.yaml',
  '{ name: C, heartbeat: { interval: 20ms, timeout: 60ms }, servers: [A, B], groups: [{ name: G, servers: [A] }] }',
);
const script = [
  server('101ms', 'A', 'CLUSTER'),
  group('103ms', 'G', 'INPROGRESS', 'A'),
  group('107ms', 'G', 'ONLINE', 'A'),
  event('107ms', 'GROUP_START'),
];

async function run(args: readonly string[], open: OpenBackend): Promise<Captured> {
  const { terminal, text } = capture();
  const status = await runCommandLine(['run', ...args], terminal, open);
  return { status, ...text() };
}

async function realtime(args: readonly string[], fake: MeasuredOptions = { script, late: 1_500 }) {
  const { open, opened } = openMeasured(fake);
  return { ...(await run([...args, '--backend', 'realtime'], open)), opened };
}

describe('a backend', () => {
  it.each(['inline', 'lockstep', 'realtime'] as const)('%s is opened as asked for', async (backend) => {
    const { open } = openMeasured({ script });
    const asked: unknown[] = [];
    await run([good, '--backend', backend, '--seed', '3'], (world, options) => {
      asked.push(options.backend, options.seed);
      return open(world, options);
    });
    expect(asked).toEqual([backend, 3]);
  });

  it('runs one file after the other', async () => {
    const { open, opened } = openMeasured({ script });
    const before: number[][] = [];
    await run([good, good, good, '--backend', 'realtime'], (world, options) => {
      before.push(opened.map(({ closed }) => closed));
      return open(world, options);
    });
    expect(before).toEqual([[], [1], [1, 1]]);
  });
});

describe('--time-scale', () => {
  it('runs minutes in seconds, and says so', async () => {
    const { status, out } = await realtime([good, '--time-scale', '0.01', '--no-chart']);
    expect(status).toBe(0);
    expect(out).toContain(`goes well ${good} (seed 1, realtime, time scale 0.01)\n`);
    // Planned at 1m of the file, which is 600ms here, and a little late.
    expect(out).toMatch(/^ +0:00\.60\d {2}ok +group G ONLINE$/m);
    expect(out).toMatch(/goes well: passed \(1 expectation, 60\d\.\d+ms, seed 1\)/);
  });

  it('is part of the command that repeats a run, and of what failed in it', async () => {
    const { status, out } = await realtime([good, '--time-scale', '0.01', '--no-chart'], {});
    expect(status).toBe(1);
    expect(out).toContain('expected group G ONLINE within 600ms, found OFFLINE\n');
    expect(out).toContain(`  again: armada run ${good} --seed 1 --backend realtime --time-scale 0.01\n`);
  });

  it.each([
    [['--time-scale', '0'], /'0' is invalid\. Write a number above 0, such as 0\.01\./],
    [['--time-scale', '-1'], /'-1' is invalid\. Write a number above 0/],
    [['--time-scale', 'fast'], /'fast' is invalid\. Write a number above 0/],
    [['--time-scale', ''], /Write a number above 0/],
    [['--time-scale', '0x10'], /Write a number above 0/],
    [['--time-scale', '1e-999'], /Write a number above 0/],
    [['--time-scale', 'Infinity'], /Write a number above 0/],
    [['--time-scale', '0.1', '--backend', 'lockstep'], /^armada: --time-scale 0\.1: only the realtime backend has/],
    [
      ['--time-scale', '0.1', '--backend', 'inline'],
      /^armada: --time-scale 0\.1: only the realtime backend has a time scale; in inline time is virtual and costs none of yours; leave it out, or choose the backend realtime\n$/,
    ],
    [['--time-scale', '0.1'], /in inline time is virtual/],
  ])('answers 2 to %j', async (args, message) => {
    const { open, opened } = openMeasured();
    const { status, out, err } = await run([good, ...args], open);
    expect({ status, out, opened }).toEqual({ status: 2, out: '', opened: [] });
    expect(err).toMatch(message);
  });

  it('is refused before anything runs where a cluster would not be valid, with one that is', async () => {
    const { status, out, err, opened } = await realtime([good, quick, '--time-scale', '0.01']);
    expect({ status, out, opened }).toEqual({ status: 2, out: '', opened: [] });
    const what = 'the time scale 0.01 takes the heartbeat interval of C below the shortest possible, 1ms';
    expect(err).toBe(
      `${quick}: timeScale: ${what}; write 0.05 or more\n1 of 2 files cannot be run; nothing was run.\n`,
    );
  });
});

describe('a run in real time', () => {
  it('with --json prints measured times and no hash', async () => {
    const { out } = await realtime([good, '--json', '--time-scale', '0.01']);
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { kind: string; t: number });
    const end = lines.at(-1);
    expect(Object.keys(end ?? {})).toEqual(['t', 'seq', 'kind', 'ok']);
    expect(lines.filter(({ t }, index) => index > 0 && t < lines[index - 1].t)).toEqual([]);
    expect(lines.find(({ kind }) => kind === 'expect')?.t).toBeGreaterThan(600_000);
  });

  it('has all reports', async () => {
    const endings = ['html', 'svg', 'xml', 'trace.json'];
    const paths = endings.map((ending) => join(made, `r.${ending}`));
    const reports = paths.flatMap((path) => ['--report', path]);
    const { status } = await realtime([good, '--time-scale', '0.01', ...reports]);
    expect(status).toBe(0);
    const [html, svg, xml, trace] = paths.map((path) => readFileSync(path, 'utf8'));
    expect(html).toContain('realtime');
    expect(html).not.toMatch(/Hash of the trace|undefined|NaN/);
    expect(svg).not.toMatch(/undefined|NaN/);
    expect(xml).toContain('<property name="timeScale" value="0.01"/>');
    expect(xml).not.toContain('hash');
    expect(xml).toMatch(/time="0\.6\d+"/);
    expect(trace).toMatch(/"ts":60\d{4}/);
  });
});

describe('a failed thread', () => {
  const failed = 'server A: its thread has ended: out of memory';

  it('fails its file in one line, without a stack, and later files still run', async () => {
    let opened = 0;
    const bad = openMeasured({ failsAt: '30s' });
    const fine = openMeasured({ script });
    const { status, out, err } = await run([good, good, '--backend', 'realtime', '--no-chart'], (world, options) =>
      (opened++ === 0 ? bad : fine).open(world, options),
    );
    expect({ status, err }).toEqual({ status: 1, err: '' });
    const hint = "ARMADA_DEBUG=1 shows the thread's stack";
    expect(out).toMatch(new RegExp(`^ {2}${good}: at 30\\.\\d+s: ${failed}\n {2}${hint}\n {2}again: armada run`, 'm'));
    expect(out.trimEnd().split('\n').at(-1)).toBe('1 of 2 scenarios passed');
    expect(out).not.toContain('    at ');
    expect([...bad.opened, ...fine.opened].map(({ closed }) => closed)).toEqual([1, 1]);
  });

  it('shows where it happened only where that is asked for', async () => {
    const told = async (debug: boolean): Promise<string> => {
      const { terminal, text } = capture(debug);
      const args = ['run', good, '--backend', 'realtime'];
      expect(await runCommandLine(args, terminal, openMeasured({ failsAt: '5s' }).open)).toBe(1);
      return text().err;
    };
    expect(await told(false)).toBe('');
    expect(await told(true)).toBe('Error: out of memory\n    at thread.js:1\n');
  });

  it.each(['open', 'finish', 'close'] as const)('has reports and a chart, also where it fails in %s', async (where) => {
    const paths = ['html', 'svg', 'xml', 'trace.json'].map((ending) => join(made, `${where}.${ending}`));
    const reports = paths.flatMap((path) => ['--report', path]);
    const { status, out } = await realtime([good, ...reports], { script, fails: [where] });
    expect(status).toBe(1);
    expect(out).toContain(failed);
    const [html, svg, xml, trace] = paths.map((path) => readFileSync(path, 'utf8'));
    expect(html + svg).not.toMatch(/undefined|NaN/);
    expect(JSON.parse(trace)).toMatchObject({ traceEvents: expect.any(Array) as unknown });
    expect(xml).toContain('<testcase name="the threads of the emulator run" classname="goes well"');
    expect(xml).toContain(`<failure message="${failed}" type="thread">`);
    // What nobody could judge has not passed.
    expect(xml).toContain(`failures="1" errors="0" skipped="${where === 'open' ? 1 : 0}"`);
    expect(xml.includes('<skipped message="the run was broken off before"/>')).toBe(where === 'open');
  });
});
