/**
 * `armada bench` as a process: it ends with its benchmarks, its exit status is theirs, and its streams are treated like
 * those of any other command. Runs what is compiled into dist/; what the benchmarks find is looked at in test/bench.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { questions } from '../../bench/harness.mjs';
import { command, root, spawnArmada } from './spawned.js';

const made = mkdtempSync(join(tmpdir(), 'armada-bench-'));
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(() => rmSync(made, { recursive: true }));

/** Both ways to the benchmarks, from the repository's root. */
const ways = [
  ['armada bench', [command, 'bench']],
  ['bench/main.mjs', [join(root, 'bench', 'main.mjs')]],
] as const;

function started(args: readonly string[]): { child: ChildProcess; text: () => string; closed: Promise<unknown> } {
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let text = '';
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  // Closed is what nobody holds any more: not this process, and no child of it either.
  return { child, text: () => text, closed: once(child, 'close') };
}

describe('armada bench', () => {
  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('ends by %s, and its benchmarks with it', async (signal) => {
    const folder = join(made, signal);
    mkdirSync(folder);
    const watcher = watch(folder);
    const begun = once(watcher, 'change');
    const { child, closed } = started([command, 'bench', 'engine', '--out', join(folder, 'reports')]);
    child.stdout?.resume();
    // The directory of reports is made just before the measuring begins.
    await Promise.race([begun, closed]);
    watcher.close();
    child.kill(signal);
    expect(await closed).toEqual([null, signal]);
    expect(existsSync(join(folder, 'reports', 'engine.json'))).toBe(false);
  });

  it.each([
    [['nosuch'], 'there is no benchmark nosuch\n'],
    [['engine', '--rounds', '0'], '--rounds takes a whole number from 1 to 1000\n'],
    [['--slowly'], "Unknown option '--slowly'"],
  ])('answers 2 to %j, where nothing was run', (args, message) => {
    const { status, out, err } = spawnArmada(['bench', ...args]);
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toContain(`armada bench: ${message}`);
    expect(err).toContain('Usage: armada bench [NAME...]');
  });

  it.each(['--help', '-h'])('shows with %s the benchmarks and their options', (option) => {
    const { status, out, err } = spawnArmada(['bench', option]);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    const options = ['--quick', '--json', '--out DIR', '--rounds N', '--minutes N'];
    for (const word of [...questions(), ...options]) expect(out).toContain(word);
  });

  it('is told by the help of armada where its own is', () => {
    expect(spawnArmada(['help', 'bench']).out).toMatch(/--help names them and their\s+options/);
  });
});

describe.each(ways)('%s', (_, way) => {
  it('goes on to its exit status when its reader goes away', async () => {
    const out = mkdtempSync(join(made, 'unread-'));
    const { child, text, closed } = started([...way, 'status', '--quick', '--out', out]);
    child.stdout?.destroy();
    expect({ closed: await closed, err: text() }).toEqual({ closed: [0, null], err: '' });
    expect(JSON.parse(readFileSync(join(out, 'status.json'), 'utf8'))).toMatchObject({ bench: 'status' });
  });

  it.skipIf(!existsSync('/dev/full'))('says that standard output cannot be written', () => {
    const full = openSync('/dev/full', 'w');
    const args = [...way, 'engine', '--quick'];
    const { status, stderr } = spawnSync(process.execPath, args, { stdio: ['ignore', full, 'pipe'], encoding: 'utf8' });
    closeSync(full);
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: 'armada: standard output cannot be written (ENOSPC)\n',
    });
  });

  it('measures nothing where there is no directory for the reports', () => {
    const file = join(made, 'a file');
    writeFileSync(file, 'mine');
    for (const [path, code] of [
      [file, 'EEXIST'],
      [join(file, 'below'), 'ENOTDIR'],
    ]) {
      const args = [...way, 'engine', '--quick', '--out', path];
      const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
      const right = 'name one, or a place where one can be made';
      expect({ status, stdout, stderr }).toEqual({
        status: 2,
        stdout: '',
        stderr: `armada bench: --out ${path}: no directory to write into (${code}); ${right}\n`,
      });
    }
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });

  it('shows what it measured where a report cannot be written', () => {
    const out = mkdtempSync(join(made, 'taken-'));
    mkdirSync(join(out, 'engine.json'));
    const args = [...way, 'engine', 'status', '--quick', '--json', '--out', out];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect(status).toBe(2);
    expect(stderr).toMatch(/^armada bench: --out .*engine\.json could not be written \(EISDIR\); .*\n$/);
    expect(JSON.parse(stdout)).toMatchObject([{ bench: 'engine' }, { bench: 'status' }]);
    expect(existsSync(join(out, 'status.json'))).toBe(true);
  });
});
