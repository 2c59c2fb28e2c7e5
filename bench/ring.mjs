/**
 * How fast do frames get from one thread to another, and how soon is the answer there?
 *
 * Two worker threads each: the ring of src/interconnect, with its sequence numbers, stamps and checksums, against what
 * Node has (postMessage of an object, BroadcastChannel) and against ringbuf.js, which carries bare words. A frame has
 * 64 bytes, 40 of them payload; an object has the same in it, the payload as ten numbers. Receivers check that all
 * frames come, in order. The threads of all cases stay open and sleep while others are measured.
 *
 * Two threads that poll need two processors at the same time, and on a machine that others use they often have one. So
 * the thread that takes frames in, or asks, times windows of about a millisecond or less, and a sample is what the
 * median window makes of it: a disturbance spoils the windows that it falls into. A window is many times as long as the
 * ring, so that none counts that only empties what had piled up; where a queue has no bounds, all counts.
 *
 * The threads' code is one file, made as the build makes the code of a server's thread: an imported constant is read
 * from its module at every use, and a ring has many.
 *
 * The last table is the machine alone: how often a wait of 1 ms fits into a second tells how late it wakes whom it
 * promised to wake, before any transport has a share in it.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { MessageChannel, Worker } from 'node:worker_threads';
import { RingBuffer } from 'ringbuf.js';
import { bundleOf, ONE_FILE } from '../tools/thread-file.mjs';

/**
 * @typedef {import('./harness.mjs').Bench} Bench
 * @typedef {import('./harness.mjs').Case} Case
 * @typedef {import('./harness.mjs').Part} Part
 * @typedef {import('./ring-worker.mjs').Start} Start
 * @typedef {import('./ring-worker.mjs').Transport} Transport
 */

const dist = new URL('../dist/', import.meta.url);
/** @type {typeof import('../src/interconnect/mesh.js')} */
const { Mesh } = await import(new URL('interconnect/mesh.js', dist).href);

const bundle = await bundleOf(fileURLToPath(new URL('ring-worker.mjs', import.meta.url)));
const [{ code }] = (await bundle.generate(ONE_FILE)).output;

/** Bytes of every ring. */
const CAPACITY = 16_384;
/** Frames and round trips of one go, of transports that are fast and of those that are not. */
const FAST = { frames: 65_536, trips: 5000 };
const SLOW = { frames: 4096, trips: 250 };
const QUICK = { frames: 64, trips: 4 };
/** Frames of a window, of a ring; round trips of a window. */
const WINDOWS = { frames: 8192, trips: 25 };
const WAITS = 5;

const POST = 'postMessage of an object';
const BROADCAST = 'BroadcastChannel';
const RINGBUF = 'ringbuf.js, one at a time';
const RINGBUF_BATCHES = 'ringbuf.js, batches of 32';
const SINGLE = 'own ring, one at a time';
const BATCHES = 'own ring, batches of 32';
const RINGBUF_POLLED = 'ringbuf.js, polled';
const POLLED = 'own ring, polled';
const BELL = 'own ring, doorbell';

let channels = 0;

/** @type {Bench} */
export const bench = {
  asks: 'how fast do frames get from one thread to another, and how soon is the answer there?',
  unit: 'frames, round trips or waits a second',
  compare: 'clock',
  effort: { sampleMs: 40, rounds: 31 },
  parts: (quick) => [throughput(quick), roundTrips(quick), timers(quick)],
};

/**
 * @param {boolean} quick
 * @returns {Part}
 */
function throughput(quick) {
  const [slow, fast] = [quick ? QUICK.frames : SLOW.frames, quick ? QUICK.frames : FAST.frames];
  return {
    title: '64-byte frames',
    cases: [
      () => openPair(POST, 'port', 'stream', slow),
      () => openPair(BROADCAST, 'broadcast', 'stream', slow),
      () => openPair(RINGBUF, 'ringbuf', 'stream', fast),
      () => openPair(RINGBUF_BATCHES, 'ringbuf', 'batches', fast),
      () => openPair(SINGLE, 'ring', 'stream', fast),
      () => openPair(BATCHES, 'ring', 'batches', fast),
    ],
    ratios: [
      ...[BROADCAST, RINGBUF, RINGBUF_BATCHES, SINGLE, BATCHES].map((of) => {
        return { name: `${of} / postMessage`, of, by: POST };
      }),
      { name: 'own ring / ringbuf.js, one at a time', of: SINGLE, by: RINGBUF },
      { name: 'own ring in batches / ringbuf.js one at a time', of: BATCHES, by: RINGBUF },
      { name: 'own ring / ringbuf.js, batches of 32', of: BATCHES, by: RINGBUF_BATCHES },
    ],
  };
}

/**
 * @param {boolean} quick
 * @returns {Part}
 */
function roundTrips(quick) {
  const [slow, fast] = [quick ? QUICK.trips : SLOW.trips, quick ? QUICK.trips : FAST.trips];
  return {
    title: 'round trips',
    cases: [
      () => openPair(POST, 'port', 'trips', slow),
      () => openPair(BROADCAST, 'broadcast', 'trips', slow),
      () => openPair(RINGBUF_POLLED, 'ringbuf', 'trips', fast),
      () => openPair(POLLED, 'ring', 'trips', fast),
      () => openPair(BELL, 'bell', 'trips', slow),
    ],
    ratios: [
      ...[BROADCAST, RINGBUF_POLLED, POLLED, BELL].map((of) => ({ name: `${of} / postMessage`, of, by: POST })),
      { name: 'own ring / ringbuf.js, polled', of: POLLED, by: RINGBUF_POLLED },
    ],
  };
}

/**
 * @param {boolean} quick
 * @returns {Part}
 */
function timers(quick) {
  const waits = quick ? 1 : WAITS;
  return {
    title: 'waits of 1 ms',
    cases: [
      () => openPair('Atomics.wait', 'wait', 'trips', waits),
      async () => ({
        name: 'setTimeout',
        run: async (times) => {
          for (let count = 0; count < times * waits; count += 1) await delay(1);
          return times * waits;
        },
        close: async () => undefined,
      }),
    ],
    ratios: [],
  };
}

/**
 * Two threads that wait to be told how much to do.
 *
 * @param {string} name
 * @param {Transport} transport
 * @param {Start['task']} task
 * @param {number} chunk
 * @returns {Promise<Case>}
 */
async function openPair(name, transport, task, chunk) {
  const { port1, port2 } = new MessageChannel();
  // A queue without bounds can pile up more than any window: there all of a go counts.
  const bounded = transport === 'ring' || transport === 'ringbuf';
  const window = task === 'trips' ? WINDOWS.trips : bounded ? WINDOWS.frames : Infinity;
  const { memory: mesh } = Mesh.create(2, CAPACITY);
  const bare = [0, 1].map(() => RingBuffer.getStorageForCapacity(CAPACITY / 4, Int32Array));
  channels += 1;
  const workers = [port1, port2].map((port, node) => {
    /** @type {Start} */
    const start = { transport, task, window, node, port, mesh, capacity: CAPACITY, bare, channel: `ring-${channels}` };
    return new Worker(code, { eval: true, workerData: start, transferList: [port] });
  });
  await Promise.all(workers.map(answered));
  return {
    name,
    run: async (times) => {
      const work = times * chunk;
      const done = Promise.all(workers.map(answered));
      for (const worker of workers) worker.postMessage(work);
      const [asking, taking] = await done;
      return { work, seconds: task === 'trips' ? asking : taking };
    },
    close: async () => {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

/**
 * Waits until a thread says that it is ready, and how many seconds it took; rejects where it fails.
 *
 * @param {Worker} worker
 * @returns {Promise<number>}
 */
function answered(worker) {
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', (seconds) => {
      worker.off('error', reject);
      resolve(seconds);
    });
  });
}
