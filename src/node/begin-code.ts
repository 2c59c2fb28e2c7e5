/**
 * The code that a thread begins with, as the main thread makes it and the thread takes it: both must see the same text.
 */
import { Script } from 'node:vm';

/** What a thread runs: the text of one CommonJS file, and what V8 has made of it, in memory that all threads share. */
export interface ThreadCode {
  readonly file: string;
  readonly text: string;
  readonly compiled: Uint8Array;
}

const BEFORE = '(function (require) {';

/** A script whose value is a function of `require` that runs the file. Places in its stacks are those in the file. */
export function scriptOf({ file, text, compiled }: Omit<ThreadCode, 'compiled'> & Partial<ThreadCode>): Script {
  return new Script(`${BEFORE}${text}\n})`, { filename: file, columnOffset: -BEFORE.length, cachedData: compiled });
}
