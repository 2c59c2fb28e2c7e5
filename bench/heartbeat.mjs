/**
 * How late do heartbeats go out, and what do they cost, at rest?
 *
 * A cluster in real time without groups, each server sending to all others at every interval, against the same with
 * what Node has (setInterval, and a message to every other thread), and against threads that only wait: the machine's
 * own lateness, and the least that so many waits can cost. One after the other, each watched when its threads are warm.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { BenchCluster } from './support/cluster.mjs';
import { median, nowUs, round } from './support/numbers.mjs';
import { atMost } from './support/study.mjs';
import { bareTimers, postMessageMesh } from './support/threads.mjs';

/**
 * @typedef {import('./support/study.mjs').Study} Study
 * @typedef {import('./support/threads.mjs').Lateness} Lateness
 *
 * @typedef {object} Window What was seen of one case in one round.
 * @property {number} cpu Share of one core, in percent.
 * @property {number} p50 In milliseconds, of the middle one of the threads.
 * @property {number} p99 In milliseconds, of the middle one of the threads.
 * @property {number} max In milliseconds, of all threads.
 * @property {number} kept So many of the beats that should have been, in percent.
 */

const SERVERS = [2, 4, 8, 16];
const INTERVALS_MS = [100, 10, 2, 1];
/**
 * `settleMs`: waited for before anything is measured. Until then much of the code is interpreted, and what compiles it
 * costs as much again: that is a start, and not rest. It takes half a minute, at short intervals too: 16 servers every
 * 2 ms took 34, 30 and 27% of a core after 6, 15 and 30 s.
 *
 * `recoverMs`: threads that were asked how late they ran let their event loops turn, collect garbage and compile for up to
 * a second: this is no rest either.
 */
const EFFORT = { rounds: 3, windowMs: 2000, recoverMs: 1500, settleMs: 30_000 };
const QUICK = { rounds: 1, windowMs: 60, recoverMs: 1, settleMs: 20 };

/** What a share of 100 of one core may be used at rest by 16 servers at 10 ms. */
const CPU_MAX = 25;

/** @type {((servers: number, intervalMs: number, effort: typeof EFFORT) => Promise<Window[]>)[]} */
const cases = [ofCluster, ofMesh, ofTimers];
const NAMES = ['armada', 'setInterval and postMessage', 'threads that only wait'];

/** @type {Study} */
export const study = {
  asks: 'how late do heartbeats go out, and what do they cost, at rest?',
  measure: async ({ quick, rounds, progress }) => {
    const effort = { ...(quick ? QUICK : EFFORT), ...(rounds === undefined ? {} : { rounds }) };
    const tables = [];
    /** @type {import('./support/study.mjs').Target[]} */
    const targets = [];
    for (const intervalMs of quick ? [10] : INTERVALS_MS) {
      const rows = [];
      for (const servers of quick ? [2] : SERVERS) {
        /** @type {Window[]} */
        const figures = [];
        for (const [index, watchCase] of cases.entries()) {
          progress(`${servers} servers every ${intervalMs} ms: ${NAMES[index]}`);
          figures.push(middle(await watchCase(servers, intervalMs, effort)));
        }
        rows.push(
          ...figures.map(({ cpu, p50, p99, max, kept }, index) => {
            const name = `${servers} servers: ${NAMES[index]}`;
            return { name, values: [cpu, cpu / figures[0].cpu, p50, p99, max, kept].map(round) };
          }),
        );
        const name = `16 servers every ${intervalMs} ms: CPU of one core`;
        if (servers === 16 && intervalMs === 10) targets.push(atMost(name, figures[0].cpu, CPU_MAX, '%'));
        if (servers === 16 && intervalMs === 2) targets.push(atMost(name, figures[0].cpu, CPU_MAX, '%'));
      }
      tables.push({
        title: `every ${intervalMs} ms`,
        columns: [
          { name: 'CPU of one core', unit: '%' },
          { name: '× armada', unit: '' },
          { name: 'late p50', unit: 'ms' },
          { name: 'late p99', unit: 'ms' },
          { name: 'latest', unit: 'ms' },
          { name: 'beats kept', unit: '%' },
        ],
        rows,
      });
    }
    return { tables, targets };
  },
};

/**
 * @param {number} servers
 * @param {number} intervalMs
 * @param {typeof EFFORT} effort
 */
async function ofCluster(servers, intervalMs, effort) {
  const cluster = new BenchCluster({ servers, intervalMs, timeoutMs: Math.max(500, 5 * intervalMs) });
  try {
    await cluster.start();
    await delay(effort.settleMs);
    const windows = [];
    for (let round = 0; round < effort.rounds; round += 1) {
      await cluster.lateness();
      await delay(effort.recoverMs);
      const before = cluster.sent();
      const { cpu, seconds } = await watch(effort.windowMs);
      const beats = (cluster.sent() - before) / (servers - 1);
      windows.push(figuresOf(await cluster.lateness(), cpu, beats, (servers * seconds * 1000) / intervalMs));
    }
    return windows;
  } finally {
    await cluster.close();
  }
}

/**
 * @param {number} servers
 * @param {number} intervalMs
 * @param {typeof EFFORT} effort
 */
async function ofMesh(servers, intervalMs, effort) {
  const mesh = await postMessageMesh(servers, intervalMs);
  try {
    await delay(effort.settleMs);
    const windows = [];
    for (let round = 0; round < effort.rounds; round += 1) {
      await mesh.lateness();
      const asked = nowUs();
      await delay(effort.recoverMs);
      const { cpu } = await watch(effort.windowMs);
      const ms = (nowUs() - asked) / 1000;
      const seen = await mesh.lateness();
      const beats = seen.reduce((sum, { count }) => sum + count, 0);
      windows.push(figuresOf(seen, cpu, beats, (servers * ms) / intervalMs));
    }
    return windows;
  } finally {
    await mesh.stop();
  }
}

/**
 * @param {number} count
 * @param {number} intervalMs
 * @param {typeof EFFORT} effort
 */
async function ofTimers(count, intervalMs, effort) {
  const windows = [];
  for (let round = 0; round < effort.rounds; round += 1) {
    const timers = await bareTimers(count, intervalMs);
    const { cpu, seconds } = await watch(effort.windowMs);
    const seen = await timers.stop();
    const beats = seen.reduce((sum, one) => sum + one.count, 0);
    windows.push(figuresOf(seen, cpu, beats, (count * seconds * 1000) / intervalMs));
  }
  return windows;
}

/**
 * What the whole process uses meanwhile.
 *
 * @param {number} ms
 */
async function watch(ms) {
  const [used, began] = [process.cpuUsage(), nowUs()];
  await delay(ms);
  const [{ user, system }, ended] = [process.cpuUsage(used), nowUs()];
  return { cpu: (100 * (user + system)) / (ended - began), seconds: (ended - began) / 1e6 };
}

/**
 * @param {readonly Lateness[]} seen
 * @param {number} cpu
 * @param {number} beats
 * @param {number} due
 * @returns {Window}
 */
function figuresOf(seen, cpu, beats, due) {
  return {
    cpu,
    p50: median(seen.map(({ p50 }) => p50)) / 1000,
    p99: median(seen.map(({ p99 }) => p99)) / 1000,
    max: Math.max(...seen.map(({ max }) => max)) / 1000,
    kept: Math.min(100, (100 * beats) / due),
  };
}

/**
 * @param {readonly Window[]} windows
 * @returns {Window}
 */
function middle(windows) {
  return {
    cpu: median(windows.map(({ cpu }) => cpu)),
    p50: median(windows.map(({ p50 }) => p50)),
    p99: median(windows.map(({ p99 }) => p99)),
    max: Math.max(...windows.map(({ max }) => max)),
    kept: median(windows.map(({ kept }) => kept)),
  };
}
