/**
 * The one file that a server's thread runs, made of many: it is what runs, compiled beforehand, and its stacks name the
 * sources.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { MessageChannel, Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { threadEntry } from '../../src/cluster/entry.js';
import { threadCode } from '../../src/cluster/thread-code.js';
import { sourceStack } from '../../src/cluster/thread-stack.js';
import { scriptOf, type ThreadCode } from '../../src/node/begin-code.js';
import { Kind, LineEnd, newBell, newLine } from '../../src/node/channel.js';

const root = new URL('../../', import.meta.url);
const FILES = ['node/lockstep', 'node/realtime/main', 'node/client/lockstep', 'node/realtime/client'];

const fileOf = (name: string): URL => new URL(`dist/${name}.cjs`, root);

/** The place in the sources that a line of a stack names: the file, from the root on, and the text that stands there. */
function placeIn(line: string): { readonly file: string; readonly text: string } {
  const found = /([^ (]+):(\d+):(\d+)\)?$/.exec(line);
  if (!found || !existsSync(found[1])) throw new Error(`names no source: ${line}`);
  const text = readFileSync(found[1], 'utf8').split('\n')[Number(found[2]) - 1];
  return {
    file: found[1].slice(fileURLToPath(root).length).replaceAll('\\', '/'),
    text: text.slice(Number(found[3]) - 1),
  };
}

describe.each(FILES)('%s', (name) => {
  const file = fileOf(name);
  const lines = readFileSync(file, 'utf8').split('\n');

  it('a place in it is told as the place in the source', () => {
    const at = lines.findIndex((line) => line.includes('throw new RangeError'));
    const column = lines[at].indexOf('throw');
    const stack = `RangeError: x\n    at one (${fileURLToPath(file)}:${at + 1}:${column + 1})\n    at node:internal/main:7:3`;
    const [first, place, last] = sourceStack(stack, file).split('\n');
    expect(first).toBe('RangeError: x');
    expect(placeIn(place).file).toMatch(/^src\/.*\.ts$/);
    expect(placeIn(place).text).toMatch(/^throw new RangeError/);
    expect(last).toBe('    at node:internal/main:7:3');
  });

  it('a place that comes from no source stays as it is', () => {
    const stack = `Error: x\n    at ${fileURLToPath(file)}:1:1`;
    expect(sourceStack(stack, file)).toBe(stack);
  });

  it('a thread that cannot take it compiles by itself', async () => {
    const code = threadCode(file) as ThreadCode;
    const other = { ...code, text: `${code.text} `, compiled: code.compiled.slice().fill(0) };
    expect(scriptOf(other).cachedDataRejected).toBe(true);
    const line = newLine(newBell());
    const { port1: controls } = new MessageChannel();
    const workerData = { line, controls, code: other };
    const worker = new Worker(threadEntry('begin'), { workerData, transferList: [controls] });
    await new Promise((resolve, reject) => worker.on('exit', resolve).on('error', reject));
    // It had nothing to start from, and said so.
    const told: number[] = [];
    LineEnd.main(line).drain((kind) => told.push(kind));
    expect(told).toEqual([Kind.FAILED]);
  });

  it('other code, and code without a map, keeps its places', () => {
    const stack = 'Error: x\n    at /tmp/other.mjs:1:2';
    expect(sourceStack(stack, file)).toBe(stack);
    const self = fileURLToPath(import.meta.url);
    expect(sourceStack(`Error: x\n    at ${self}:1:2`, new URL(import.meta.url))).toBe(`Error: x\n    at ${self}:1:2`);
  });
});

it('threads run it, and what fails in them names the source', () => {
  const script = fileURLToPath(new URL('fails-at-once.mjs', import.meta.url));
  // Where coverage is counted threads run something else.
  const env = { ...process.env, NODE_V8_COVERAGE: '' };
  const { stdout, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8', env });
  expect(stderr).toBe('');
  const told = stdout.trim().split('\n');
  expect(told).toHaveLength(FILES.length);
  told.forEach((line, index) => {
    const [entry, stack] = JSON.parse(line) as [string, string];
    expect(entry).toBe(fileOf(FILES[index]).pathname);
    const places = stack.split('\n').filter((one) => one.includes('/src/') && one.startsWith('    at '));
    expect(places.length).toBeGreaterThan(1);
    expect(places.map((one) => placeIn(one).file)).toContain(`src/${FILES[index]}.ts`);
    expect(stack).not.toContain('.cjs');
    // It has begun with what was compiled for it.
    expect(places.map((one) => placeIn(one).file)).toContain('src/node/begin.ts');
  });
});

it('threads take what was compiled for them, all functions at once, and V8 compiles as before', () => {
  const script = fileURLToPath(new URL('compiled-once.mjs', import.meta.url));
  // In a process of its own: nobody else changes V8's options there meanwhile.
  const env = { ...process.env, NODE_V8_COVERAGE: '' };
  const { stdout, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8', env });
  expect(stderr).toBe('');
  const told = JSON.parse(stdout) as { name: string; again: boolean; rejected: boolean; all: number; lazily: number }[];
  expect(told.map(({ name }) => `node/${name}`)).toEqual(FILES);
  for (const { again, rejected, all, lazily } of told) {
    expect({ again, rejected }).toEqual({ again: true, rejected: false });
    expect(all).toBeGreaterThan(2 * lazily);
  }
});

it('code that is none, or not there, is left to the thread', () => {
  expect(threadCode(new URL('broken/at-start.mjs', import.meta.url))).toBeUndefined();
  expect(threadCode(new URL('broken/nowhere.cjs', import.meta.url))).toBeUndefined();
  const folder = mkdtempSync(join(tmpdir(), 'armada-'));
  const half = join(folder, 'half.cjs');
  writeFileSync(half, 'function stillBeingWritten(\n');
  expect(threadCode(pathToFileURL(half))).toBeUndefined();
  rmSync(folder, { recursive: true });
});
