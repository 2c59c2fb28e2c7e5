/** Fails where a source file with code in it was loaded by no test at all: c8 counts only what was loaded. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dist, filesUnder, root } from './sources.mjs';

const summary = JSON.parse(readFileSync(join(root, 'coverage', 'coverage-summary.json'), 'utf8'));
const loaded = new Set(Object.keys(summary));
const unseen = filesUnder(join(root, 'src'))
  .filter((file) => file.endsWith('.ts'))
  .filter((file) => !loaded.has(join(root, 'src', file)) && hasCode(file));

if (unseen.length > 0) {
  console.error(`loaded by no test:\n${unseen.map((file) => `  src/${file}`).join('\n')}`);
  process.exit(1);
}

/**
 * Files of types alone compile to nothing but `export {}`.
 * @param {string} file
 */
function hasCode(file) {
  const compiled = readFileSync(join(dist, file.replace(/\.ts$/, '.js')), 'utf8');
  const bare = compiled.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '').trim();
  return bare !== '' && bare !== 'export {};';
}
