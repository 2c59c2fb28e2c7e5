/**
 * Compiles the code of each kind of thread as the main thread does, and prints as JSON what becomes of it: whether the same is
 * handed out again, whether V8 does not take it in a thread, and its size beside that of the outermost function alone.
 */
import { Worker } from 'node:worker_threads';
import { threadEntry } from '../../dist/cluster/entry.js';
import { threadCode } from '../../dist/cluster/thread-code.js';
import { scriptOf } from '../../dist/node/begin-code.js';

const asks = `
  const { parentPort, workerData } = require('node:worker_threads');
  import(workerData.from).then(({ scriptOf }) => parentPort.postMessage(scriptOf(workerData.code).cachedDataRejected));`;
const from = new URL('../../dist/node/begin-code.js', import.meta.url).href;

const told = [];
for (const name of /** @type {const} */ (['lockstep', 'realtime/main', 'client/lockstep', 'realtime/client'])) {
  const code = threadCode(threadEntry(name));
  if (!code) throw new Error(`There is no code of ${name}.`);
  const worker = new Worker(asks, { eval: true, workerData: { code, from } });
  const rejected = await new Promise((resolve, reject) => worker.on('message', resolve).on('error', reject));
  const { length: lazily } = scriptOf({ file: `${code.file}, once more`, text: `${code.text} ` }).createCachedData();
  told.push({ name, again: threadCode(threadEntry(name)) === code, rejected, all: code.compiled.length, lazily });
}
console.log(JSON.stringify(told));
