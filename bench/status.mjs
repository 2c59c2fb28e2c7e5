/**
 * How fast is a server's status read while it works: from its board in shared memory, or by asking it?
 *
 * The board is read without the server's help. Asked over comlink, a server answers when its event loop gets its turn,
 * once a heartbeat. A worker that does nothing but answer comlink is the best that asking can be.
 */
import { MessageChannel, Worker } from 'node:worker_threads';
import { wrap } from 'comlink';
import { BenchCluster } from './support/cluster.mjs';

/**
 * @typedef {import('./harness.mjs').Bench} Bench
 * @typedef {import('./harness.mjs').Case} Case
 * @typedef {import('./harness.mjs').Part} Part
 */

const BOARD = 'status board';
const FREE = 'comlink, a worker that only answers';
const ASKED = 'comlink, a server';
const READS = 1000;

/** @type {Bench} */
export const bench = {
  asks: 'how fast is a server’s status read, from its board or by asking it?',
  unit: 'reads a second',
  compare: 'clock',
  parts: (quick) => (quick ? [part(10, quick)] : [part(10, quick), part(2, quick)]),
};

/**
 * @param {number} intervalMs
 * @param {boolean} quick
 * @returns {Part}
 */
function part(intervalMs, quick) {
  const reads = quick ? 1 : READS;
  return {
    title: `4 servers, every ${intervalMs} ms`,
    cases: [
      () =>
        ofCluster(BOARD, intervalMs, async ({ backend, names }) => {
          for (let read = 0; read < reads; read += 1) backend.glance(names[read % names.length]);
          return reads;
        }),
      ofAnswerer,
      () =>
        ofCluster(ASKED, intervalMs, async ({ backend, names }) => {
          await backend.inspect(names[0]);
          return 1;
        }),
    ],
    ratios: [
      { name: `${BOARD} / ${ASKED}`, of: BOARD, by: ASKED },
      { name: `${BOARD} / ${FREE}`, of: BOARD, by: FREE },
    ],
  };
}

/**
 * @param {string} name
 * @param {number} intervalMs
 * @param {(cluster: BenchCluster) => Promise<number>} read
 * @returns {Promise<Case>}
 */
async function ofCluster(name, intervalMs, read) {
  const cluster = new BenchCluster({ servers: 4, intervalMs, timeoutMs: 2000 });
  await cluster.start();
  return {
    name,
    run: async (times) => {
      let done = 0;
      for (let count = 0; count < times; count += 1) done += await read(cluster);
      return done;
    },
    close: () => cluster.close(),
  };
}

/** @returns {Promise<Case>} */
async function ofAnswerer() {
  const { port1, port2 } = new MessageChannel();
  const entry = new URL('support/answer-worker.mjs', import.meta.url);
  const worker = new Worker(entry, { workerData: port2, transferList: [port2] });
  /** @type {import('comlink').Remote<{ status(): number[] }>} */
  const remote = wrap(port1);
  await remote.status();
  return {
    name: FREE,
    run: async (times) => {
      for (let count = 0; count < times; count += 1) await remote.status();
      return times;
    },
    close: async () => {
      await worker.terminate();
      port1.close();
    },
  };
}
