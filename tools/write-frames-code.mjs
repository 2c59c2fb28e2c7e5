/**
 * Writes src/interconnect/frames-code.ts from frames.wat and vectors.wat; with --check only tells whether it is what it
 * should be.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import openWabt from 'wabt';

const room = new URL('../src/interconnect/', import.meta.url);
const path = fileURLToPath(new URL('frames-code.ts', room));
const wabt = await openWabt();

/** @param {string} name */
function bytesOf(name) {
  const module = wabt.parseWat(name, readFileSync(new URL(name, room), 'utf8'), { simd: true, threads: true });
  return module.toBinary({}).buffer.join(', ');
}

const text = await format(
  `/** What frames.wat and vectors.wat say, as WebAssembly; tools/write-frames-code.mjs writes it. */
export const FRAMES_CODE = new Uint8Array([${bytesOf('frames.wat')}]);

export const VECTORS_CODE = new Uint8Array([${bytesOf('vectors.wat')}]);
`,
  { ...(await resolveConfig(path)), parser: 'typescript' },
);

if (!process.argv.includes('--check')) writeFileSync(path, text);
else if (readFileSync(path, 'utf8') !== text) {
  console.error('src/interconnect/frames-code.ts is not what frames.wat and vectors.wat say: npm run frames');
  process.exit(1);
}
