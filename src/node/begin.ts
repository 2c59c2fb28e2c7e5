/**
 * How a thread begins: with code that the main thread has compiled for all of them (`cluster/thread-code.ts`).
 *
 * Where V8 does not take what was compiled, the code runs all the same, and is compiled as it is called.
 */
import { createRequire } from 'node:module';
import { workerData } from 'node:worker_threads';
import { scriptOf, type ThreadCode } from './begin-code.js';

const { code } = workerData as { readonly code: ThreadCode };
(scriptOf(code).runInThisContext() as (require: NodeJS.Require) => void)(createRequire(code.file));
