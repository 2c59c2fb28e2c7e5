/**
 * Uses the packed package as one who installed it: unpacked outside the checkout, with nothing beside it but the
 * dependencies that package.json names, it must import and its command must run an example, with threads and without.
 * Finds files missing from `files` and packages missing from `dependencies`.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { root } from './sources.mjs';

const { name, dependencies = {} } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const home = mkdtempSync(join(tmpdir(), 'armada-smoke-'));
try {
  const modules = join(home, 'node_modules');
  const installed = join(modules, name);
  mkdirSync(modules);
  run('tar', ['-xzf', join(root, 'out', 'armada-emulator.tgz'), '-C', home]);
  renameSync(join(home, 'package'), installed);
  for (const dependency of Object.keys(dependencies)) {
    const link = join(modules, dependency);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, 'node_modules', dependency), link, 'junction');
  }
  const example = join(installed, 'examples', 'failover.yaml');
  run(process.execPath, ['--input-type=module', '-e', `await import(${JSON.stringify(name)});`]);
  for (const backend of ['inline', 'lockstep', 'realtime']) {
    const scale = backend === 'realtime' ? ['--time-scale', '0.01'] : [];
    run(process.execPath, [join(installed, 'dist', 'cli', 'main.js'), 'run', example, '--backend', backend, ...scale]);
  }
  console.log('imports, and runs examples/failover.yaml on each backend');
} finally {
  rmSync(home, { recursive: true, force: true });
}

/**
 * @param {string} command
 * @param {string[]} args
 */
function run(command, args) {
  const done = spawnSync(command, args, { cwd: home, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  if (done.status === 0) return;
  process.stderr.write(`${done.stdout ?? ''}${done.stderr ?? ''}${done.error ?? ''}\n`);
  throw new Error(`${[command, ...args].join(' ')} failed`);
}
