/**
 * One thread of `threads.mjs`.
 */
import { createHistogram } from 'node:perf_hooks';
import { setInterval } from 'node:timers';
import { parentPort, workerData } from 'node:worker_threads';
import { nowUs } from './numbers.mjs';

/**
 * @typedef {{ role: 'timer', stopped: SharedArrayBuffer, intervalMs: number, offset: number, lateUs: number }} TimerTask
 * @typedef {{ role: 'mesh', me: number, ports: import('node:worker_threads').MessagePort[], intervalMs: number, timeoutMs: number }} MeshTask
 * @typedef {TimerTask | MeshTask | { role: 'spin' | 'idle' }} Task
 */

/** @type {Task} */
const task = workerData;
if (task.role === 'timer') wait(task);
else if (task.role === 'mesh') mesh(task);
else if (task.role === 'spin') spin();
else idle();

/** @param {TimerTask} task */
function wait({ stopped, intervalMs, offset, lateUs }) {
  const word = new Int32Array(stopped);
  const lateness = createHistogram();
  const intervalUs = intervalMs * 1000;
  /** @type {number[]} */
  const seconds = [];
  /** @type {import('./threads.mjs').TimerReport['late']} */
  const late = [];
  parentPort?.postMessage('ready');
  const began = nowUs();
  let next = began + intervalUs * (1 + offset);
  for (;;) {
    let now = nowUs();
    if (next > now) Atomics.wait(word, 0, 0, (next - now) / 1000);
    if (Atomics.load(word, 0) !== 0) break;
    now = nowUs();
    // It may wake too early by less than a microsecond's rounding.
    const by = Math.max(1, Math.round(now - next));
    lateness.record(by);
    const second = Math.floor((now - began) / 1e6);
    while (seconds.length <= second) seconds.push(0);
    seconds[second] = Math.max(seconds[second], by);
    if (by > lateUs) late.push({ atUs: now, lateUs: by });
    while (next <= now) next += intervalUs;
  }
  parentPort?.postMessage({ ...figures(lateness), seconds, late });
}

/** @param {MeshTask} task */
function mesh({ me, ports, intervalMs, timeoutMs }) {
  const lateness = createHistogram();
  /** @type {Map<number, number>} */
  const heard = new Map();
  let last = 0;
  for (const port of ports)
    port.on('message', (/** @type {{ from: number, sentAtUs: number }} */ { from, sentAtUs }) => {
      heard.set(from, sentAtUs);
    });
  setInterval(() => {
    const now = nowUs();
    if (last > 0) lateness.record(Math.max(1, now - last - intervalMs * 1000));
    last = now;
    for (const port of ports) port.postMessage({ from: me, sentAtUs: now });
    for (const [from, sentAtUs] of heard)
      if (now - sentAtUs >= timeoutMs * 1000) {
        heard.delete(from);
        parentPort?.postMessage({ suspect: from, atUs: now });
      }
  }, intervalMs);
  parentPort?.on('message', () => {
    parentPort?.postMessage(figures(lateness));
    lateness.reset();
  });
  parentPort?.postMessage('ready');
}

function spin() {
  parentPort?.postMessage('ready');
  for (let x = 1; x !== 0; x = (x * 1_103_515_245 + 12_345) | 1);
}

function idle() {
  parentPort?.on('message', () => process.exit());
  parentPort?.postMessage('ready');
}

/** @param {import('node:perf_hooks').RecordableHistogram} lateness */
function figures(lateness) {
  const { count, max } = lateness;
  return { count, p50: lateness.percentile(50), p99: lateness.percentile(99), max };
}
