/**
 * Compiles src/ into dist/, makes one file of each thread's code, copies what is not TypeScript (templates, styles),
 * makes the command executable, and removes what an earlier build left of sources that are gone. Removing first would
 * pull dist/ from under whatever is running.
 *
 * A server's thread loads its code anew each time: from one CommonJS file it begins in half the time that it takes
 * with a module for each source (docs/performance.md, startup). The map beside it is read when a thread has failed
 * (`src/cluster/thread-stack.ts`), so it holds no sources.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { dist, filesUnder, root, sourcesDigest, stampFile } from './sources.mjs';
import { bundleOf, ONE_FILE } from './thread-file.mjs';

/** The entries of threads: `src/cluster/entry.ts`. */
const threads = ['node/begin', 'node/lockstep', 'node/realtime/main', 'node/client/lockstep', 'node/realtime/client'];

const digest = sourcesDigest();
rmSync(stampFile, { force: true });

const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
const compiled = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });
if (compiled.status !== 0) process.exit(compiled.status ?? 1);

const expected = new Set();
for (const thread of threads) {
  const bundle = await bundleOf(join(root, 'src', `${thread}.ts`));
  const file = join(dist, `${thread}.cjs`);
  await bundle.write({ ...ONE_FILE, file, sourcemap: true, sourcemapExcludeSources: true });
  expected.add(`${thread}.cjs`).add(`${thread}.cjs.map`);
}
for (const file of filesUnder(join(root, 'src'))) {
  if (file.endsWith('.ts')) {
    const stem = file.slice(0, -'.ts'.length);
    for (const ending of ['.js', '.js.map', '.d.ts']) expected.add(stem + ending);
  } else {
    mkdirSync(dirname(join(dist, file)), { recursive: true });
    copyFileSync(join(root, 'src', file), join(dist, file));
    expected.add(file);
  }
}
for (const file of filesUnder(dist)) if (!expected.has(file)) rmSync(join(dist, file));

const command = join(dist, 'cli', 'main.js');
if (existsSync(command)) chmodSync(command, 0o755);
writeFileSync(stampFile, digest);
