/** Packs the package into out/armada-emulator.tgz, just as it would be published. */
import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { npm } from './npm.mjs';
import { root } from './sources.mjs';

const out = join(root, 'out');
mkdirSync(out, { recursive: true });
const packed = npm(['pack', '--json', '--ignore-scripts', '--pack-destination', out], { cwd: root });
if (packed.status !== 0) {
  process.stderr.write(`${packed.stdout ?? ''}${packed.stderr ?? ''}`);
  process.exit(1);
}
const [{ filename, entryCount, size }] = Object.values(JSON.parse(packed.stdout));
renameSync(join(out, filename), join(out, 'armada-emulator.tgz'));
console.log(`${filename}: ${entryCount} files, ${Math.ceil(size / 1024)} KiB`);
