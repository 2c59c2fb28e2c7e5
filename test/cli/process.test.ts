/**
 * The `armada` command as a process: streams, exit status, pipes that close, broken files by the dozen. Runs what is
 * compiled into dist/.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { command, root, spawnArmada } from './spawned.js';

const made = mkdtempSync(join(tmpdir(), 'armada-process-'));
afterAll(() => rmSync(made, { recursive: true }));

function file(name: string, contents: string): string {
  const path = join(made, name);
  writeFileSync(path, contents);
  return path;
}

const failover = (steps: string): string => `name: a failover
cluster:
  name: CLUSTER1
  servers: [ServerA, ServerB]
  groups:
    - { name: Group1, servers: [ServerA, ServerB], resources: [{ name: disk1, type: swdisk, drive: "S:" }] }
steps:
  - { start: cluster }
  - { at: 60s, crash: ServerA, id: crash }
${steps}`;
const good = file(
  'good.yaml',
  failover(`  - { expect: { group: Group1, state: ONLINE, server: ServerB, within: 1m } }
  - { expect: { server: ServerB, status: [CLUSTER, BACKUP] } }
  - { expect: { contains: [DOWN, FAILOVER_START, GROUP_FAILOVER_START, GROUP_FAILOVER_END, FAILOVER_END], since: crash } }
  - { moveGroup: { group: Group1, to: ServerA }, refused: true }
`),
);
const bad = file('bad.yaml', failover('  - { after: 1s, expect: { group: Group1, state: OFFLINE } }\n'));
const random = file(
  'random.yaml',
  failover('  - { link: { from: ServerA, to: ServerB, loss: 0.2, jitter: 5ms } }\nduration: 3m\n').replace(
    '  - { at: 60s, crash: ServerA, id: crash }',
    '  - { at: 20s, link: { from: ServerA, to: ServerB, loss: 0.2, jitter: 5ms } }',
  ),
);

function hashOf(path: string, seed: number): string {
  const { out } = spawnArmada(['run', '--json', '--seed', String(seed), path]);
  const end = JSON.parse(out.trimEnd().split('\n').at(-1)!) as { kind: string; hash: string };
  expect(end.kind).toBe('end');
  return end.hash;
}

describe('the armada process', () => {
  it('runs a failover', () => {
    const { status, out, err } = spawnArmada(['run', good]);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toMatch(/^a failover .*good\.yaml \(seed 1, inline\)\n/);
    expect(out).toMatch(/^ +1:\d\d\.\d{3} {2}event {3}#\d+ DOWN {2}ServerA$/m);
    expect(out).toMatch(/^Group1 /m);
    expect(out).toMatch(/a failover: passed \(3 expectations, /);
  });

  it('prints with --json the trace and nothing else, the same for the same seed', () => {
    const first = spawnArmada(['run', '--json', good]);
    const second = spawnArmada(['run', '--json', good]);
    expect(first).toMatchObject({ status: 0, err: '' });
    expect(second.out).toBe(first.out);
    const lines = first.out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { t: number; seq: number; kind: string });
    expect(lines[0]).toMatchObject({
      t: 0,
      seq: 0,
      kind: 'run',
      schema: 1,
      scenario: 'a failover',
      seed: 1,
      backend: 'inline',
    });
    expect(lines.map(({ seq }) => seq)).toEqual(lines.map((_, index) => index));
    expect(lines.at(-1)).toMatchObject({
      kind: 'end',
      ok: true,
      hash: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
    });
  });

  it('depends on the seed only where something is random', () => {
    expect(new Set([1, 2, 3].map((seed) => hashOf(good, seed))).size).toBe(1);
    expect(new Set([1, 2, 3].map((seed) => hashOf(random, seed))).size).toBe(3);
    expect(hashOf(random, 2)).toBe(hashOf(random, 2));
  });

  it('answers 1 where an expectation fails', () => {
    const { status, out } = spawnArmada(['run', '--no-chart', bad]);
    expect(status).toBe(1);
    expect(out).toMatch(/bad\.yaml:10:\d+: at 1m1s: expected group Group1 OFFLINE, found ONLINE on ServerA/);
  });

  it('colours nothing where it does not write to a terminal', () => {
    expect(spawnArmada(['run', good]).out).not.toContain('\u001b');
  });

  it('takes every broken file for bad input, without a stack trace, in one breath and in little memory', () => {
    const broken = readdirSync(join(root, 'test', 'broken')).filter((name) => name.endsWith('.yaml'));
    const paths = broken.map((name) => join('test', 'broken', name));
    const { status, out, err } = spawnArmada(['run', ...paths, 'test/broken', good], {
      NODE_OPTIONS: '--max-old-space-size=64',
    });
    expect({ status, out }).toEqual({ status: 2, out: '' });
    for (const path of paths) expect(err).toMatch(new RegExp(`^${path}:\\d+:\\d+: .*; `, 'm'));
    expect(err).toContain('test/broken: this is a directory; name a file in it\n');
    expect(err).not.toMatch(/^\s+at |Error:|node:internal/m);
    expect(err).toMatch(/\d+ of \d+ files cannot be run; nothing was run\.\n$/);
  });

  it('tells what to do where address space is limited, and does without where it is told to', () => {
    const limited = (options: string, what: string): { status: number | null; out: string; err: string } => {
      const line = `ulimit -v 8000000; exec "${process.execPath}" ${options} "${command}" ${what} "${good}"`;
      const { status, stdout, stderr } = spawnSync('bash', ['-c', line], { encoding: 'utf8' });
      return { status, out: stdout, err: stderr };
    };
    const told = /there are no \d+ bytes of it .*: raise ulimit -v, or run node --disable-wasm-trap-handler\n/;
    const run = 'run --backend lockstep --no-chart';
    expect(limited('', run)).toEqual({ status: 1, out: expect.stringMatching(told) as string, err: '' });
    expect(limited('', 'serve')).toEqual({ status: 1, out: '', err: expect.stringMatching(told) as string });
    expect(limited('--disable-wasm-trap-handler', run)).toMatchObject({ status: 0, err: '' });
  });

  it('goes on to its exit status when its reader goes away', async () => {
    const child = spawn(process.execPath, [join(root, 'dist', 'cli', 'main.js'), 'run', bad], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.destroy();
    let err = '';
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    const status = await new Promise((resolve) => child.on('close', resolve));
    expect({ status, err }).toEqual({ status: 1, err: '' });
  });

  it('is executable by its first line', () => {
    const text = readFileSync(join(root, 'dist', 'cli', 'main.js'), 'utf8');
    expect(text.split('\n')[0]).toBe('#!/usr/bin/env node');
  });

  it.each(['write-schema.mjs', 'write-reference.mjs', 'write-frames-code.mjs'])(
    'keeps what %s writes fresh',
    (tool) => {
      const { status, stderr } = spawnSync(process.execPath, [`tools/${tool}`, '--check'], {
        cwd: root,
        encoding: 'utf8',
      });
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    },
  );
});
