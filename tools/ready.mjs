/**
 * Makes a checkout ready: installs what package-lock.json names unless just that is installed, and, asked with
 * `build`, compiles src/ unless dist/ was made from just these sources. Says nothing where nothing is to be done.
 *
 *   node tools/ready.mjs [build]
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { npm } from './npm.mjs';
import { root, sourcesDigest, stampFile } from './sources.mjs';

if (!installed()) run('installing the dependencies', ['ci', '--include=dev', '--no-audit', '--no-fund']);
if (process.argv.includes('build') && !built()) run('building', ['run', '--silent', 'build']);

/** Whether node_modules holds what the lock file names; files' ages would be wrong after a checkout of another branch. */
function installed() {
  const record = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const wanted = packages(join(root, 'package-lock.json'));
  const there = packages(record);
  for (const [path, entry] of wanted) {
    const found = there.get(path);
    // Packages for other platforms are optional and absent.
    if (found === undefined ? entry.optional !== true : found.version !== entry.version) return false;
    if (found !== undefined && found.integrity !== entry.integrity) return false;
  }
  return [...there.keys()].every((path) => wanted.has(path));
}

/** @param {string} lockFile */
function packages(lockFile) {
  /** @type {[string, { version?: string, integrity?: string, optional?: boolean }][]} */
  const entries = Object.entries(JSON.parse(readFileSync(lockFile, 'utf8')).packages);
  return new Map(entries.filter(([path]) => path !== ''));
}

function built() {
  return existsSync(stampFile) && readFileSync(stampFile, 'utf8') === sourcesDigest();
}

/**
 * @param {string} what
 * @param {string[]} args
 */
function run(what, args) {
  process.stderr.write(`armada: ${what} ...\n`);
  const done = npm(args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  if (done.status === 0) return;
  process.stderr.write(`${done.stdout ?? ''}${done.stderr ?? ''}`);
  process.stderr.write(`armada: ${what} failed (npm ${args.join(' ')})\n`);
  process.exit(done.status ?? 1);
}
