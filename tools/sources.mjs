/** Which sources dist/ was made from: `tools/build.mjs` leaves their digest, `tools/ready.mjs` compares it. */
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
export const dist = join(root, 'dist');
export const stampFile = join(dist, '.built');

/**
 * All files under a folder, as paths from it with forward slashes, in one fixed order.
 * @param {string} folder
 */
export function filesUnder(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}

export function sourcesDigest() {
  const hash = createHash('sha256');
  const sources = filesUnder(join(root, 'src')).map((file) => `src/${file}`);
  for (const file of [...sources, 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json', 'tools/build.mjs']) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0');
  }
  return hash.digest('hex');
}
