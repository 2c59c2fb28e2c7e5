/**
 * Writes src/interconnect/frames-code.ts from frames.wat; with --check only tells whether it is what it should be.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import openWabt from 'wabt';

const room = new URL('../src/interconnect/', import.meta.url);
const path = fileURLToPath(new URL('frames-code.ts', room));
const wabt = await openWabt();
const module = wabt.parseWat('frames.wat', readFileSync(new URL('frames.wat', room)), { simd: true, threads: true });
const bytes = module.toBinary({}).buffer;
const text = await format(
  `/** What frames.wat says, as WebAssembly; tools/write-frames-code.mjs writes it. */
export const FRAMES_CODE = new Uint8Array([${bytes.join(', ')}]);
`,
  { ...(await resolveConfig(path)), parser: 'typescript' },
);

if (!process.argv.includes('--check')) writeFileSync(path, text);
else if (readFileSync(path, 'utf8') !== text) {
  console.error('src/interconnect/frames-code.ts is not what frames.wat says: node tools/write-frames-code.mjs');
  process.exit(1);
}
