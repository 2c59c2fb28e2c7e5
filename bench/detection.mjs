/**
 * How long after a server has stopped is that known?
 *
 * A cluster in real time loses one server after the other, at an instant that has nothing to do with its heartbeats:
 * its thread is killed, or it hangs, in a wait or in an endless loop. Every survivor notes when it suspects the server.
 * What is shown is detection less timeout: the timeout counts from the last heartbeat, which was sent up to an interval
 * before the server stopped, so that much may be negative. Beside it the same with setInterval and postMessage, the
 * `exit` event of a worker, and a thread that does nothing but wait.
 */
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { BenchCluster, nameOf } from './support/cluster.mjs';
import { curve, nowUs, round, summary } from './support/numbers.mjs';
import { atMost } from './support/study.mjs';
import { bareTimers, idlers, postMessageMesh } from './support/threads.mjs';

/**
 * @typedef {import('./support/study.mjs').Study} Study
 * @typedef {'kill' | 'wait' | 'loop'} Way
 */

const SERVERS = 4;
const INTERVAL_MS = 10;
const TIMEOUT_MS = 50;
const TRIALS = 60;
const WAYS = { kill: 'is killed', wait: 'hangs in a wait', loop: 'hangs in an endless loop' };

/** @type {Study} */
export const study = {
  asks: 'how long after a server has stopped is that known, beyond the timeout?',
  measure: async ({ quick, rounds, progress }) => {
    const trials = rounds ?? (quick ? 1 : TRIALS);
    const rows = [];
    const alone = [];
    /** @type {import('./support/study.mjs').Target[]} */
    const targets = [];
    for (const way of /** @type {Way[]} */ (['kill', 'wait', 'loop'])) {
      const timers = await bareTimers(1, INTERVAL_MS);
      const samples = await ofCluster(way, trials, (done) => progress(`${WAYS[way]}: ${done} of ${trials}`));
      const [bare] = await timers.stop();
      rows.push(rowOf(`a server ${WAYS[way]}`, samples));
      alone.push({
        name: `a thread that only waits, while a server ${WAYS[way]}`,
        values: [bare.count, 0, ...[bare.p50, bare.p99, bare.max].map((us) => us / 1000)].map(round),
      });
      const aim = INTERVAL_MS / 2 + bare.p99 / 1000;
      const what = `a server ${WAYS[way]}: p99, against half an interval and the bare timer’s p99`;
      targets.push(atMost(what, round(summary(samples).p99), round(aim), 'ms'));
    }
    progress('setInterval and postMessage');
    rows.push(rowOf('setInterval and postMessage, killed', await ofMesh(trials)));
    progress('exit events');
    const exits = [
      rowOf('exit event: the worker is killed', await ofExit(trials, (worker) => void worker.terminate())),
      rowOf('exit event: the worker exits by itself', await ofExit(trials, (worker) => worker.postMessage('exit'))),
      { name: 'exit event: the worker hangs', values: [0, null, null, null, null] },
    ];
    return {
      tables: [
        table(`less the timeout; ${SERVERS} servers, every ${INTERVAL_MS} ms, timeout ${TIMEOUT_MS} ms`, rows),
        table('from the end on', exits),
        table('late, in the same time', alone),
      ],
      targets,
    };
  },
};

/**
 * @param {string} title
 * @param {import('./support/study.mjs').Row[]} rows
 */
function table(title, rows) {
  const columns = [{ name: 'seen', unit: '' }, ...['min', 'p50', 'p99', 'max'].map((name) => ({ name, unit: 'ms' }))];
  return { title, columns, rows };
}

/**
 * @param {string} name
 * @param {readonly number[]} samples
 */
function rowOf(name, samples) {
  const { count, min, p50, p99, max } = summary(samples);
  return { name, values: [count, min, p50, p99, max].map(round), curve: curve(samples) };
}

/**
 * @param {Way} way
 * @param {number} trials
 * @param {(done: number) => void} progress
 */
async function ofCluster(way, trials, progress) {
  const hang = way === 'loop' ? 'loop' : 'wait';
  const cluster = new BenchCluster({ servers: SERVERS, intervalMs: INTERVAL_MS, timeoutMs: TIMEOUT_MS, hang });
  const samples = [];
  try {
    await cluster.start();
    for (let trial = 0; trial < trials; trial += 1) {
      progress(trial);
      const victim = trial % SERVERS;
      const server = nameOf(victim);
      // Anywhere in an interval.
      await delay(40 + Math.random() * INTERVAL_MS);
      cluster.forget();
      const stopped = cluster.backend.now();
      await cluster.act({ type: way === 'kill' ? 'crash' : 'hang', server });
      await cluster.until('that all suspect the server', () => {
        const seen = seers(cluster, victim);
        return cluster.names.every((name) => name === server || seen.has(name) || !cluster.runs(name));
      });
      for (const atUs of seers(cluster, victim).values()) samples.push((atUs - stopped) / 1000 - TIMEOUT_MS);
      if (way !== 'kill') await cluster.act({ type: 'crash', server });
      await cluster.act({ type: 'restart', server });
      await cluster.whole();
    }
  } finally {
    await cluster.close();
  }
  return samples;
}

/**
 * Who suspects the server, and since when.
 *
 * @param {BenchCluster} cluster
 * @param {number} victim
 */
function seers(cluster, victim) {
  /** @type {Map<string, number>} */
  const seen = new Map();
  for (const { server, what, suspects, atUs } of cluster.marks)
    if (what === 'suspects' && (suspects & (1 << victim)) !== 0 && !seen.has(server)) seen.set(server, atUs);
  return seen;
}

/** @param {number} trials */
async function ofMesh(trials) {
  const samples = [];
  for (let trial = 0; trial < trials; trial += 1) {
    const mesh = await postMessageMesh(SERVERS, INTERVAL_MS, TIMEOUT_MS);
    await delay(100 + Math.random() * INTERVAL_MS);
    const [victim, ...others] = mesh.workers;
    const seen = others.map((worker) => once(worker, 'message'));
    const stopped = nowUs();
    void victim.terminate();
    for (const [{ atUs }] of await Promise.all(seen)) samples.push((atUs - stopped) / 1000 - TIMEOUT_MS);
    await mesh.stop();
  }
  return samples;
}

/**
 * @param {number} trials
 * @param {(worker: import('node:worker_threads').Worker) => void} end
 */
async function ofExit(trials, end) {
  const samples = [];
  for (let trial = 0; trial < trials; trial += 1) {
    const [worker] = await idlers(1);
    await delay(5);
    const began = nowUs();
    end(worker);
    await once(worker, 'exit');
    samples.push((nowUs() - began) / 1000);
  }
  return samples;
}
