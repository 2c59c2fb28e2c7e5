/**
 * The code of threads, compiled once for all of them.
 *
 * V8 compiles a function when it is first called, and each thread for itself. Sixteen threads on two processors take a
 * while for that, when they start and once more at the first failover, which calls what nobody has called before. So the
 * main thread compiles all functions of a thread's file, once, and hands that to every thread (`node/begin.ts`). What it
 * saves: docs/performance.md, startup and failover.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';
import { codeText, scriptOf, type ThreadCode } from '../node/begin-code.js';
import { threadEntry, type ThreadName } from './entry.js';

/** By path. A process goes on with the code that it has begun with. */
const known = new Map<string, ThreadCode>();

/**
 * The code of a thread, from its CommonJS file. Undefined where that is no such file, not there, or no code: such a thread
 * loads it by itself, and says itself what is wrong.
 */
export function threadCode(entry: URL): ThreadCode | undefined {
  const file = fileURLToPath(entry);
  const code = known.get(file) ?? (file.endsWith('.cjs') && existsSync(file) ? compile(file) : undefined);
  if (code) known.set(file, code);
  return code;
}

/**
 * Has all of this compiled while no thread begins yet: V8's option for that holds in all threads of the process, and one
 * that compiled something just then would spoil what is compiled here.
 */
export function compileAhead(...names: readonly ThreadName[]): void {
  for (const name of names) threadCode(threadEntry(name));
}

function compile(file: string): ThreadCode | undefined {
  const text = codeText(readFileSync(file, 'utf8'));
  try {
    // What V8 makes is good for the options with which it is written out, not for those with which it was made.
    const data = eagerly(() => scriptOf({ file, text })).createCachedData();
    const compiled = new Uint8Array(new SharedArrayBuffer(data.length));
    compiled.set(data);
    return { file, text, compiled };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Has V8 compile functions before they are called. There is no other way to ask for that than this option. */
function eagerly(make: () => Script): Script {
  setFlagsFromString('--no-lazy');
  try {
    return make();
  } finally {
    setFlagsFromString('--lazy');
  }
}
