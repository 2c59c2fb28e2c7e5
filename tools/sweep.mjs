// Runs many random clusters through random trouble, every invariant watched: node tools/sweep.mjs [--from N] [--count N]
// [--corked] [--trace]. Corked, servers draw their conclusions once an instant, as they do in real time. Seeds are fixed numbers, so a failure is replayed by its seed: node tools/sweep.mjs --from SEED --count 1 --trace.
import { parseArgs } from 'node:util';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

/** @typedef {{ from: number, count: number, stride: number, corked: boolean, trace: boolean }} Share */

/** @param {Share} share */
async function sweep({ from, count, stride, corked, trace }) {
  const { randomRun } = await import('../dist/campaign/generate.js');
  const { playRandomRun } = await import('../dist/campaign/run.js');
  /** @type {{ seed: number, text: string }[]} */
  const failures = [];
  let spanUs = 0;
  let runs = 0;
  for (let seed = from; seed < from + count; seed += stride) {
    try {
      const result = await playRandomRun(randomRun(seed), {
        corked,
        onLine: trace ? (line) => console.log(JSON.stringify(line)) : undefined,
      });
      spanUs += result.spanUs;
    } catch (error) {
      failures.push({
        seed,
        text: error instanceof Error ? (trace ? (error.stack ?? error.message) : error.message) : String(error),
      });
    }
    runs += 1;
  }
  return { runs, spanUs, failures };
}

async function main() {
  const { values } = parseArgs({
    options: {
      from: { type: 'string', default: '1' },
      count: { type: 'string', default: '2000' },
      corked: { type: 'boolean', default: false },
      trace: { type: 'boolean', default: false },
    },
  });
  const { corked, trace } = values;
  const from = Number(values.from);
  const count = Number(values.count);
  const started = process.hrtime.bigint();
  const threads = Math.max(1, Math.min(availableParallelism(), count));
  /** @type {Awaited<ReturnType<typeof sweep>>[]} */
  const shares =
    threads === 1
      ? [await sweep({ from, count, stride: 1, corked, trace })]
      : await Promise.all(
          Array.from(
            { length: threads },
            (_, index) =>
              new Promise((resolve, reject) => {
                const share = { from: from + index, count: count - index, stride: threads, corked, trace };
                const worker = new Worker(fileURLToPath(import.meta.url), { workerData: share });
                worker.once('message', resolve);
                worker.once('error', reject);
              }),
          ),
        );
  const failures = shares.flatMap((share) => share.failures).sort((a, b) => a.seed - b.seed);
  for (const { seed, text } of failures.slice(0, 20)) {
    console.log(`seed ${seed}: ${text}`);
    console.log(`  replay: node tools/sweep.mjs --from ${seed} --count 1${corked ? ' --corked' : ''} --trace`);
  }
  const runs = shares.reduce((sum, share) => sum + share.runs, 0);
  const hours = shares.reduce((sum, share) => sum + share.spanUs, 0) / 3.6e9;
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  console.log(
    `sweep${corked ? ', corked' : ''}: seeds ${from} to ${from + count - 1}, ${runs} runs, ${hours.toFixed(0)} simulated hours in ${seconds.toFixed(1)} s, ${failures.length} failed`,
  );
  process.exitCode = failures.length > 0 ? 1 : 0;
}

if (isMainThread) await main();
else parentPort?.postMessage(await sweep(workerData));
