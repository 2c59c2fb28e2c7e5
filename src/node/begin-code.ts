/**
 * The code that a thread begins with, as the main thread makes it and the thread takes it: both must see the same text.
 */
import { Script } from 'node:vm';

/** What a thread runs: one CommonJS file as a function of `require`. */
interface Source {
  readonly file: string;
  readonly text: string;
}

/** The same with what V8 has made of it, in shared memory. */
export interface ThreadCode extends Source {
  readonly compiled: Uint8Array;
}

const BEFORE = '(function (require) {';

/** The text of a thread's code, from that of its file. */
export function codeText(file: string): string {
  return `${BEFORE}${file}\n})`;
}

/** A script whose value is the function. Places in its stacks are those in the file. */
export function scriptOf({ file, text, compiled }: Source & { readonly compiled?: Uint8Array }): Script {
  return new Script(text, { filename: file, columnOffset: -BEFORE.length, cachedData: compiled });
}
