/**
 * One of the two threads of a case of ring.mjs. Told a number on its parent's port, it sends or takes in so many
 * frames, or makes or answers so many round trips, and says how many seconds that took by its median window of time.
 * Node 0 sends and asks. It runs as one file that ring.mjs makes of it.
 */
import { performance } from 'node:perf_hooks';
import { BroadcastChannel, parentPort, workerData } from 'node:worker_threads';
import { RingBuffer } from 'ringbuf.js';
import { Mesh } from '../src/interconnect/mesh.js';

/**
 * @typedef {'port' | 'broadcast' | 'ringbuf' | 'ring' | 'bell' | 'wait'} Transport
 *
 * @typedef {object} Start
 * @property {Transport} transport
 * @property {'stream' | 'batches' | 'trips'} task
 * @property {number} window how many frames or round trips are timed together
 * @property {number} node 0 or 1
 * @property {import('node:worker_threads').MessagePort} port to the other thread
 * @property {import('../src/interconnect/shared-memory.js').SharedMemory} mesh its memory
 * @property {number} capacity of the mesh's rings, in bytes
 * @property {SharedArrayBuffer[]} bare for ringbuf.js: from node 0 to 1, and back
 * @property {string} channel
 *
 * @typedef {object} Tasks What a transport can do; each answers when so many are done.
 * @property {(count: number) => void | Promise<void>} send
 * @property {(count: number) => void | Promise<void>} take
 * @property {(count: number) => void | Promise<void>} ask
 * @property {(count: number) => void | Promise<void>} answer
 */

/** @type {Start} */
const start = workerData;
const { task, window, node, capacity, mesh: memory, bare, port, channel } = start;

const BATCH = task === 'batches' ? 32 : 1;
const FRAME_WORDS = 16;
const PAYLOAD_WORDS = 10;
const KIND = 1;
const ENDS = 1 << 8;
const PAYLOAD = Array.from({ length: PAYLOAD_WORDS }, (_, word) => word);
const STAMP_US = 1_700_000_000_000_000;
/** Who polled so often in a row in vain sleeps a moment: on a busy machine the other thread waits for this one's processor. */
const SPINS = 2000;
const MOMENT_MS = 0.02;
const never = new Int32Array(new SharedArrayBuffer(4));
let spins = 0;

/** @type {Record<Transport, () => Tasks>} */
const transports = {
  port: () =>
    overMessages(
      (frame) => port.postMessage(frame),
      (take) => port.on('message', take),
    ),
  broadcast: () => {
    const there = new BroadcastChannel(channel);
    return overMessages(
      (frame) => there.postMessage(frame),
      (take) => (there.onmessage = (event) => take(/** @type {{ data: Frame }} */ (event).data)),
    );
  },
  ringbuf: overRingbuf,
  ring: () => overRing(false),
  bell: () => overRing(true),
  wait: onlyWaiting,
};

const { send, take, ask, answer } = transports[start.transport]();
const mine = task === 'trips' ? [ask, answer][node] : [send, take][node];
/** When the window under way began, how much was done in it, and how long those before it took. */
let [began, inWindow] = [0, 0];
/** @type {number[]} */
let windows = [];
parentPort?.on('message', async (/** @type {number} */ count) => {
  const start = performance.now();
  [began, inWindow, windows] = [start, 0, []];
  await mine(count);
  const all = performance.now() - start;
  const median = windows.toSorted((a, b) => a - b)[windows.length >> 1];
  parentPort?.postMessage((median === undefined ? all : (median * count) / window) / 1e3);
});
parentPort?.postMessage(0);

/** One more is done. */
function tick() {
  spins = 0;
  inWindow += 1;
  if (inWindow < window) return;
  const now = performance.now();
  windows.push(now - began);
  [began, inWindow] = [now, 0];
}

/** Called where there was nothing to do. */
function idle() {
  spins += 1;
  if (spins < SPINS) return;
  spins = 0;
  Atomics.wait(never, 0, 0, MOMENT_MS);
}

/**
 * Called with the number of each frame that came in.
 *
 * @param {number} got
 * @param {number} expected
 */
function check(got, expected) {
  if (got !== expected) throw new Error(`frame ${got} came in place of ${expected}`);
  tick();
}

/**
 * @typedef {{ kind: number, ends: number, epoch: number, sequence: number, stampUs: number, payload: number[] }} Frame
 *
 * @param {(frame: Frame) => void} post
 * @param {(take: (frame: Frame) => void) => void} listen
 * @returns {Tasks}
 */
function overMessages(post, listen) {
  const send = (/** @type {number} */ sequence) =>
    post({ kind: KIND, ends: ENDS, epoch: 1, sequence, stampUs: STAMP_US + sequence, payload: PAYLOAD });
  let [sent, came, wanted] = [0, 0, 0];
  let over = () => {};
  const echoes = task === 'trips' && node === 1;
  const asks = task === 'trips' && node === 0;
  listen(({ sequence }) => {
    check(sequence, came);
    came += 1;
    if (echoes) send(sequence);
    else if (asks && came < wanted) send(sent++);
    if (came === wanted) over();
  });
  // What comes before this thread was told of it counts too.
  const all = (/** @type {number} */ count) => {
    wanted += count;
    return /** @type {Promise<void>} */ (
      new Promise((resolve) => {
        over = resolve;
        if (came === wanted) resolve();
      })
    );
  };
  return {
    send: (count) => {
      for (let done = 0; done < count; done += 1) send(sent++);
    },
    take: all,
    ask: (count) => {
      const done = all(count);
      send(sent++);
      return done;
    },
    answer: all,
  };
}

/** @returns {Tasks} */
function overRingbuf() {
  const [out, back] = (node === 0 ? bare : bare.toReversed()).map((memory) => new RingBuffer(memory, Int32Array));
  // All pushes and pops are of this size, which divides the capacity: none is done in part.
  const frames = new Int32Array(FRAME_WORDS * BATCH);
  let [sent, came] = [0, 0];
  const push = () => {
    for (let at = 0; at < frames.length; at += FRAME_WORDS) {
      for (let word = 1; word < FRAME_WORDS; word += 1) frames[at + word] = word;
      frames[at] = sent;
      sent = (sent + 1) | 0;
    }
    while (out.push(frames) === 0) idle();
  };
  const pop = () => {
    while (back.pop(frames) === 0) idle();
    for (let at = 0; at < frames.length; at += FRAME_WORDS) {
      check(frames[at], came);
      came = (came + 1) | 0;
    }
  };
  const times = (/** @type {() => void} */ step) => (/** @type {number} */ count) => {
    for (let done = 0; done < count; done += BATCH) step();
  };
  return {
    send: times(push),
    take: times(pop),
    ask: times(() => (push(), pop())),
    answer: times(() => (pop(), push())),
  };
}

/**
 * @param {boolean} withBell
 * @returns {Tasks}
 */
function overRing(withBell) {
  const mesh = new Mesh(memory, 2, capacity);
  const writer = mesh.writer(node, 1 - node);
  const reader = mesh.reader(1 - node, node);
  const [bell, theirs] = [mesh.bell(node), mesh.bell(1 - node)];
  let [sent, came] = [0, 0];
  const write = () => {
    const { i32 } = writer;
    for (;;) {
      const at = writer.reserve(KIND, ENDS, 1, PAYLOAD_WORDS * 4, STAMP_US + sent);
      if (at < 0) {
        writer.publish();
        idle();
        continue;
      }
      i32[at] = sent;
      for (let word = 1; word < PAYLOAD_WORDS; word += 1) i32[at + word] = word;
      break;
    }
    writer.seal();
    sent = (sent + 1) | 0;
  };
  const drain = () => {
    let read = 0;
    while (reader.next()) {
      check(reader.i32[reader.at], came);
      came = (came + 1) | 0;
      read += 1;
    }
    reader.release();
    return read;
  };
  const wait = () => {
    for (;;) {
      if (!withBell) {
        if (drain() > 0) return;
        idle();
        continue;
      }
      const seen = bell.read();
      bell.prepare();
      const read = drain();
      if (read === 0) Atomics.wait(bell.i32, bell.index, seen);
      bell.awake();
      if (read > 0) return;
    }
  };
  const tell = () => {
    write();
    writer.publish();
    if (withBell) theirs.ring();
  };
  return {
    send: (count) => {
      for (let done = 1; done <= count; done += 1) {
        write();
        if (done % BATCH === 0) writer.publish();
      }
      writer.publish();
    },
    take: (count) => {
      for (let done = 0; done < count;) done += drain();
    },
    ask: (count) => {
      for (let done = 0; done < count; done += 1) {
        tell();
        wait();
      }
    },
    answer: (count) => {
      for (let done = 0; done < count; done += 1) {
        wait();
        tell();
      }
    },
  };
}

/** The bare timer: one thread waits, the other has nothing to do. @returns {Tasks} */
function onlyWaiting() {
  const nothing = () => {};
  return {
    send: nothing,
    take: nothing,
    ask: (count) => {
      for (let done = 0; done < count; done += 1) {
        Atomics.wait(never, 0, 0, 1);
        tick();
      }
    },
    answer: nothing,
  };
}
