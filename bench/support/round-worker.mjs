/**
 * One thread of a round: node 0 asks all others at once and waits until all have answered, over the rings and doorbells
 * that servers use; nobody decides anything. The shortest time in which so many threads can agree on this machine.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { nowUs } from './numbers.mjs';

/**
 * @typedef {object} RoundTask
 * @property {import('../../src/interconnect/shared-memory.js').SharedMemory} memory of the mesh
 * @property {number} nodes
 * @property {number} node
 * @property {number} rounds
 * @property {number} pauseMs before each round
 */

/** @type {typeof import('../../src/interconnect/mesh.js')} */
const { Mesh } = await import(new URL('../../dist/interconnect/mesh.js', import.meta.url).href);

const KIND = 1;
/** What a small control frame has. */
const PAYLOAD_BYTES = 128;
const SLOW_MS = 10_000;

/** @type {RoundTask} */
const { memory, nodes, node, rounds, pauseMs } = workerData;
const mesh = new Mesh(memory, nodes);
const others = Array.from({ length: nodes }, (_, other) => other).filter((other) => other !== node);
const peers = others.map((other) => {
  return { other, ring: mesh.writer(node, other), bell: mesh.bell(other), from: mesh.reader(other, node) };
});
const own = mesh.bell(node);
const pause = new Int32Array(new SharedArrayBuffer(4));

/** @param {typeof peers} to */
function send(to) {
  for (const { other, ring } of to) {
    if (ring.reserve(KIND, node | (other << 8), 1, PAYLOAD_BYTES, 0) < 0) throw new Error('A ring is full.');
    ring.seal();
    ring.publish();
  }
  for (const { bell } of to) bell.ring();
}

/** Takes in what has come; answers from whom. */
function take() {
  return peers.filter(({ from }) => {
    const came = from.next();
    if (came) from.release();
    return came;
  });
}

/** Waits for something. */
function wait() {
  for (;;) {
    const seen = own.read();
    own.prepare();
    const came = take();
    if (came.length > 0) {
      own.awake();
      return came;
    }
    if (Atomics.wait(own.i32, own.index, seen, SLOW_MS) === 'timed-out')
      throw new Error('Nobody has asked or answered.');
    own.awake();
  }
}

if (node === 0) {
  /** @type {number[]} */
  const took = [];
  for (let round = 0; round < rounds; round += 1) {
    Atomics.wait(pause, 0, 0, pauseMs);
    const began = nowUs();
    send(peers);
    for (let answers = 0; answers < others.length;) answers += wait().length;
    took.push((nowUs() - began) / 1000);
  }
  parentPort?.postMessage(took);
} else for (let round = 0; round < rounds; round += 1) send(wait());
