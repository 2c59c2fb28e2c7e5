/**
 * The emulator's own thread of a server, with something done before each step of its engine.
 */
import { workerData } from 'node:worker_threads';
import { Engine } from '../../../dist/failover/engine.js';

/** @type {{ me: number }} The position of this server in its cluster. */
export const { me } = workerData;

/** @param {(step: number) => void} before is told how many steps there were */
export async function serve(before) {
  const { step } = Engine.prototype;
  let steps = 0;
  /** @type {typeof step} */
  Engine.prototype.step = function (input, out) {
    before(steps);
    steps += 1;
    step.call(this, input, out);
  };
  await import(`../../../dist/node/${'memory' in workerData ? 'realtime/main' : 'lockstep'}.js`);
}

/**
 * Stands still.
 *
 * @param {number} ms
 */
export function sleep(ms) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
