/**
 * Threads that are no servers: bare timers, load, and what somebody would write without the emulator.
 */
import { MessageChannel, Worker } from 'node:worker_threads';

/** @type {typeof import('../../src/interconnect/mesh.js')} */
const { Mesh } = await import(new URL('../../dist/interconnect/mesh.js', import.meta.url).href);

/**
 * @typedef {import('./thread-worker.mjs').Task} Task
 *
 * @typedef {object} Lateness How late waits ended, in microseconds.
 * @property {number} count
 * @property {number} p50
 * @property {number} p99
 * @property {number} max
 *
 * @typedef {Lateness & { seconds: number[], late: { atUs: number, lateUs: number }[] }} TimerReport
 * `seconds`: the latest in each second; `late`: those later than was asked for, by the process's clock
 */

/**
 * @param {Task} task
 * @param {import('node:worker_threads').TransferListItem[]} [transferList]
 */
function start(task, transferList) {
  const worker = new Worker(new URL('thread-worker.mjs', import.meta.url), { workerData: task, transferList });
  /** @type {Promise<void>} */
  const ready = new Promise((resolve, reject) => {
    worker.once('message', () => resolve());
    worker.once('error', reject);
  });
  return { worker, ready };
}

/**
 * Threads that do nothing but wait for so many milliseconds, again and again: the machine's own lateness.
 *
 * @param {number} count
 * @param {number} intervalMs
 * @param {number} [lateUs] each wait that ends later than that is noted
 * @returns {Promise<{ stop: () => Promise<TimerReport[]> }>}
 */
export async function bareTimers(count, intervalMs, lateUs = Infinity) {
  const stopped = new SharedArrayBuffer(4);
  const threads = Array.from({ length: count }, (_, index) => {
    return start({ role: 'timer', stopped, intervalMs, offset: index / count, lateUs });
  });
  await Promise.all(threads.map(({ ready }) => ready));
  return {
    stop: async () => {
      const reports = threads.map(({ worker }) => {
        return /** @type {Promise<TimerReport>} */ (new Promise((resolve) => worker.once('message', resolve)));
      });
      Atomics.store(new Int32Array(stopped), 0, 1);
      Atomics.notify(new Int32Array(stopped), 0);
      const all = await Promise.all(reports);
      await Promise.all(threads.map(({ worker }) => worker.terminate()));
      return all;
    },
  };
}

/**
 * How long one thread takes to ask so many others and to have all their answers, over rings and doorbells, where nobody
 * has anything to decide; in milliseconds, one figure for each round.
 *
 * @param {number} nodes
 * @param {number} rounds
 * @param {number} pauseMs before each round
 * @returns {Promise<number[]>}
 */
export async function bareRounds(nodes, rounds, pauseMs) {
  const { memory } = Mesh.create(nodes);
  const workers = Array.from({ length: nodes }, (_, node) => {
    /** @type {import('./round-worker.mjs').RoundTask} */
    const workerData = { memory, nodes, node, rounds, pauseMs };
    return new Worker(new URL('round-worker.mjs', import.meta.url), { workerData });
  });
  try {
    return await new Promise((resolve, reject) => {
      for (const worker of workers) worker.once('error', reject);
      workers[0].once('message', resolve);
    });
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

/**
 * Threads that go round in a circle as fast as they can.
 *
 * @param {number} count
 */
export async function load(count) {
  const threads = Array.from({ length: count }, () => start({ role: 'spin' }));
  await Promise.all(threads.map(({ ready }) => ready));
  return {
    stop: async () => {
      await Promise.all(threads.map(({ worker }) => worker.terminate()));
    },
  };
}

/**
 * Threads that have nothing to do, until they are told to exit.
 *
 * @param {number} count
 */
export async function idlers(count) {
  const threads = Array.from({ length: count }, () => start({ role: 'idle' }));
  await Promise.all(threads.map(({ ready }) => ready));
  return threads.map(({ worker }) => worker);
}

/**
 * Heartbeats as one would write them with what Node has: setInterval, and a message to every other thread.
 *
 * @param {number} count
 * @param {number} intervalMs
 * @param {number} [timeoutMs]
 */
export async function postMessageMesh(count, intervalMs, timeoutMs = 1e9) {
  /** @type {import('node:worker_threads').MessagePort[][]} */
  const ports = Array.from({ length: count }, () => []);
  for (let one = 0; one < count; one += 1)
    for (let other = 0; other < one; other += 1) {
      const { port1, port2 } = new MessageChannel();
      ports[one].push(port1);
      ports[other].push(port2);
    }
  const threads = ports.map((own, me) => start({ role: 'mesh', me, ports: own, intervalMs, timeoutMs }, own));
  await Promise.all(threads.map(({ ready }) => ready));
  const workers = threads.map(({ worker }) => worker);
  return {
    workers,
    /** Asks how late ticks came since this was asked last. @returns {Promise<Lateness[]>} */
    lateness: () => {
      return Promise.all(
        workers.map((worker) => {
          const answer = /** @type {Promise<Lateness>} */ (
            new Promise((resolve) => {
              const take = (/** @type {Lateness | { suspect: number }} */ message) => {
                if (!('p50' in message)) return;
                worker.off('message', take);
                resolve(message);
              };
              worker.on('message', take);
            })
          );
          worker.postMessage('lateness');
          return answer;
        }),
      );
    },
    stop: async () => {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}
