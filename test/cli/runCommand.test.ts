/**
 * `armada run` against a scripted backend: what it prints, what it answers, what it writes.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../src/cli/program.js';
import { runCommand, type RunFlags } from '../../src/cli/runCommand.js';
import { event, group, openFake, server, type FakeOptions } from '../support/fakeBackend.js';
import { armada, capture, type Captured } from './captured.js';

const made = mkdtempSync(join(tmpdir(), 'armada-run-'));
afterAll(() => rmSync(made, { recursive: true }));

function file(name: string, contents: string): string {
  const path = join(made, name);
  writeFileSync(path, contents);
  return path;
}

const HEAD = 'cluster: { name: C, servers: [A, B], groups: [{ name: G, servers: [A, B] }] }\nsteps:\n';
const good = file(
  'good.yaml',
  `name: goes well\n${HEAD}  - { start: cluster }\n  - { at: 1m, expect: { group: G, state: ONLINE } }\n`,
);
const bad = file('bad.yaml', `name: goes badly\n${HEAD}  - { at: 1m, expect: { group: G, state: OFFLINE } }\n`);
const script = [
  server('1s', 'A', 'CLUSTER'),
  server('1s', 'B', 'CLUSTER', 'BACKUP'),
  group('1s', 'G', 'INPROGRESS', 'A'),
  group('2s', 'G', 'ONLINE', 'A'),
  event('2s', 'GROUP_START'),
];

const FLAGS: RunFlags = { backend: 'inline', seed: 1, json: false, report: [], invariants: true, chart: false };

async function run(
  files: readonly string[],
  flags: Partial<RunFlags> = {},
  fake: FakeOptions = { script },
): Promise<Captured> {
  const { terminal, text } = capture();
  const status = await runCommand(files, { ...FLAGS, ...flags }, terminal, openFake(fake).open);
  return { status, ...text() };
}

describe('armada run', () => {
  it('prints what happens as it happens, and the result', async () => {
    expect(await run([good])).toEqual({
      status: 0,
      err: '',
      out: `goes well ${good} (seed 1, inline)
    0:00.000  step    start cluster
    0:01.000  status  A CLUSTER, B CLUSTER+BACKUP, G INPROGRESS on A
    0:02.000  status  G ONLINE on A
    0:02.000  event   #1 GROUP_START  A
    1:00.000  ok      group G ONLINE

goes well: passed (1 expectation, 1m, seed 1, hash f00d)

`,
    });
  });

  it('tells each failure with its place and the command that repeats the run, and answers 1', async () => {
    const { status, out } = await run([bad], { seed: 7, invariants: false });
    expect(status).toBe(1);
    expect(out).toContain(`
    1:00.000  FAILED  expected group G OFFLINE, found ONLINE on A

goes badly: FAILED, 1 failure (1 expectation, 1m, seed 7, hash f00d)
  ${bad}:4:15: at 1m: expected group G OFFLINE, found ONLINE on A
  again: armada run ${bad} --seed 7 --no-invariants
`);
  });

  it('prints the chart unless told not to', async () => {
    const { out } = await run([good], { chart: true });
    expect(out).toMatch(/^G +F A/m);
  });

  it('with --json prints the trace alone', async () => {
    const { status, out, err } = await run([good, good], { json: true });
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { kind: string; t: number });
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(lines.map(({ kind }) => kind)).toEqual(
      [1, 2].flatMap(() => ['step', 'server', 'server', 'group', 'group', 'event', 'expect', 'end']),
    );
    expect(Object.keys(lines[0]).slice(0, 3)).toEqual(['t', 'seq', 'kind']);
  });

  it('with --json tells failures on standard error', async () => {
    const { status, err } = await run([bad], { json: true });
    expect({ status, err }).toEqual({
      status: 1,
      err: `  ${bad}:4:15: at 1m: expected group G OFFLINE, found ONLINE on A\n  again: armada run ${bad} --seed 1\n`,
    });
  });

  it('runs several files, with a line for each at the end; the worst decides', async () => {
    const { status, out } = await run([good, bad, good]);
    expect(status).toBe(1);
    expect(out.split('\n').slice(-5)).toEqual([
      `passed ${good}: goes well: passed (1 expectation, 1m, seed 1, hash f00d)`,
      `FAILED ${bad}: goes badly: FAILED, 1 failure (1 expectation, 1m, seed 1, hash f00d)`,
      `passed ${good}: goes well: passed (1 expectation, 1m, seed 1, hash f00d)`,
      '2 of 3 scenarios passed',
      '',
    ]);
  });

  it('runs nothing where one of several files is bad', async () => {
    const broken = file('broken.yaml', 'name: x\n');
    expect(await run([good, broken])).toEqual({
      status: 2,
      out: '',
      err: `${broken}:1:1: "steps" is missing in the scenario; add steps: a list of steps\n1 of 2 files cannot be run; nothing was run.\n`,
    });
  });

  it('answers 1 for a violated invariant, and says how to see it again', async () => {
    const { status, out } = await run([good], {}, { violationAt: '5s' });
    expect(status).toBe(1);
    expect(out).toContain('    0:05.000  BROKEN  invariant 2: G is active on A and B\n');
    expect(out).toContain(`  ${good}: at 5s: invariant 2 is broken: G is active on A and B\n  again: armada run`);
  });

  it('names the cluster where there are several', async () => {
    const two = file(
      'two.yaml',
      'name: x\nclusters:\n  - { name: C, servers: [A] }\n  - { name: D, servers: [B] }\nsteps: [{ start: C }]\n',
    );
    expect((await run([two])).out).toContain('    0:02.000  event   C/#1 GROUP_START  A\n');
  });

  it('shows no control character of a scenario', async () => {
    const tricky = file('tricky.yaml', `name: "red \\e[31m"\n${HEAD}  - { start: cluster }\n`);
    expect((await run([tricky])).out).not.toContain('\u001b');
  });
});

describe('--report', () => {
  const path = (name: string): string => join(made, name);

  it('writes by the ending of the name', async () => {
    const report = ['r.html', 'r.svg', 'r.xml', 'r.trace.json'].map(path);
    expect((await run([bad], { report })).status).toBe(1);
    const [html, svg, xml, trace] = report.map((name) => readFileSync(name, 'utf8'));
    expect(html).toMatch(/^<!doctype html>/i);
    expect(svg).toMatch(/^<svg |^<\?xml/);
    expect(JSON.parse(trace)).toMatchObject({ traceEvents: expect.any(Array) as unknown });
    expect(xml).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="armada" tests="2" failures="1" errors="0" time="60.000000">
  <testsuite name="goes badly" tests="2" failures="1" errors="0" skipped="0" time="60.000000" file="${bad}">
    <properties>
      <property name="seed" value="1"/>
      <property name="backend" value="inline"/>
      <property name="hash" value="f00d"/>
      <property name="replay" value="armada run ${bad} --seed 1"/>
    </properties>
    <testcase name="step 1: group G OFFLINE" classname="goes badly" file="${bad}" line="4">
      <failure message="expected group G OFFLINE, found ONLINE on A" type="expectation">expected group G OFFLINE, found ONLINE on A
again: armada run ${bad} --seed 1</failure>
    </testcase>
    <testcase name="the invariants of the emulator hold" classname="goes badly" file="${bad}"/>
  </testsuite>
</testsuites>
`);
  });

  it('puts the name of each scenario in where there are several', async () => {
    await run([good, bad, good], { report: [path('all.svg')] });
    for (const name of ['all.good.svg', 'all.bad.svg', 'all.good-2.svg']) expect(existsSync(path(name))).toBe(true);
    expect(existsSync(path('all.svg'))).toBe(false);
  });

  it('never has two scenarios write one file', async () => {
    mkdirSync(path('other'));
    const twins = ['twin.yaml', 'other/twin.yaml', 'twin-2.yaml'].map((name) => {
      return file(name, `name: ${name}\n${HEAD}  - { start: cluster }\n`);
    });
    await run(twins, { report: [path('of.xml')] });
    const told = ['of.twin.xml', 'of.twin-3.xml', 'of.twin-2.xml'].map((name) => readFileSync(path(name), 'utf8'));
    for (const [index, text] of told.entries()) expect(text).toContain(` file="${twins[index]}"`);
  });

  it('is looked at with the names of several scenarios in it', async () => {
    mkdirSync(path('whole.good.svg'));
    const name = path('whole.svg');
    const { status, out, err } = await run([bad, good], { report: [name] });
    expect({ status, out }).toEqual({ status: 2, out: '' });
    const written = path('whole.good.svg');
    expect(err).toBe(`armada: --report ${name}, written as ${written}: this is a directory; name a file in it\n`);
    expect(existsSync(path('whole.bad.svg'))).toBe(false);
  });

  it('is looked at before anything runs', async () => {
    mkdirSync(path('folder.html'));
    const cases: [string, RegExp][] = [
      [path('x.pdf'), /the ending decides the kind of report; write one of \.trace\.json, \.html, \.svg, \.xml$/],
      [path('.html'), /the ending decides/],
      [path('nowhere/x.html'), /there is no directory .*nowhere; make it first$/],
      [join(good, 'x.html'), /good\.yaml is no directory; name a file in one$/],
      [path('folder.html'), /this is a directory; name a file in it$/],
      [path(`${'x'.repeat(300)}.html`), /this name is too long; choose a shorter one$/],
    ];
    for (const [name, message] of cases) {
      const { status, out, err } = await run([good], { report: [path('fine.svg'), name] });
      expect({ status, out }).toEqual({ status: 2, out: '' });
      expect(err.trimEnd()).toMatch(message);
    }
    expect(existsSync(path('fine.svg'))).toBe(false);
  });
});

describe('the command line', () => {
  it('has help with examples, and a version', async () => {
    const help = await armada('--help');
    expect(help).toMatchObject({ status: 0, err: '' });
    expect(help.out).toMatch(/armada run examples\/failover\.yaml/);
    expect(help.out).toMatch(/Exit status: 0/);
    expect((await armada('run', '--help')).out).toMatch(/--no-invariants/);
    expect(await armada('--version')).toEqual({ status: 0, out: '0.1.0\n', err: '' });
  });

  it.each([
    [[], /Usage: armada/],
    [['fly'], /unknown command 'fly'/],
    [['rnu', good], /Did you mean run\?/],
    [['run'], /missing required argument 'files'/],
    [['check'], /missing required argument 'files'/],
    [['run', good, '--speed'], /unknown option '--speed'/],
    [['run', good, '--seed', '-1'], /'-1' is invalid\. Write a whole number from 0/],
    [['run', good, '--seed', '1.5'], /Write a whole number/],
    [['run', good, '--seed', '9007199254740992'], /Write a whole number/],
    [['run', good, '--seed', ''], /Write a whole number/],
    [['run', good, '--backend', 'threads'], /Allowed choices are inline, lockstep, realtime/],
    [['run', good, '--time-scale', '0'], /Write a number above 0/],
    [['run', good, '--report'], /argument missing/],
  ])('answers 2 to %j', async (args, message) => {
    const { status, out, err } = await armada(...args);
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toMatch(message);
  });
});

describe('a mistake of the emulator', () => {
  const told = async (debug: boolean): Promise<Captured> => {
    const { terminal, text } = capture(debug);
    const { open } = openFake({ bugAt: '5s' });
    const status = await runCommandLine(['run', good, '--seed', '9', '--no-invariants'], terminal, open);
    return { status, ...text() };
  };

  it('is told as such, with the command that shows it again', async () => {
    const { status, err } = await told(false);
    expect({ status, err }).toEqual({
      status: 1,
      err: `armada: this is a bug in armada: TypeError: the engine fell over
  seed 9, again: armada run ${good} --seed 9 --no-invariants
  ARMADA_DEBUG=1 shows where it happened; please report it with this command
`,
    });
  });

  it('shows its stack only where that is asked for', async () => {
    expect((await told(true)).err).toMatch(/^ +at .*fakeBackend/m);
  });
});

describe('armada check', () => {
  it('answers 0 for good files and tells what is odd in them', async () => {
    const odd = file(
      'odd.yaml',
      'name: odd\ncluster: { name: C, partition: majority, servers: [A, B] }\nsteps: [{ start: C }]\n',
    );
    const { status, out, err } = await armada('check', good, odd);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toMatch(
      /^ok .*good\.yaml: goes well \(2 steps\)\nok .*odd\.yaml: odd \(1 step\)\nwarning .*odd\.yaml: Cluster C: with/,
    );
  });

  it('answers 2 where one is bad, and goes on with the others', async () => {
    const broken = file('broken.yaml', 'name: x\n');
    const { status, out, err } = await armada('check', broken, good);
    expect(status).toBe(2);
    expect(out).toMatch(/^ok .*good\.yaml/);
    expect(err).toMatch(/^.*broken\.yaml:1:1: "steps" is missing/);
  });
});
