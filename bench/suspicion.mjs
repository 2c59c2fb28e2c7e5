/**
 * Is a server taken for dead that lives, while the machine is busy?
 *
 * 16 servers in real time, nobody stops any of them, and as many threads as there are cores go round in circles. Beside
 * the servers as many threads only wait, at the same interval: the machine's own lateness. A suspicion is _excused_
 * where such a thread was late by more than timeout less two intervals at that time. Seconds are compared too: the
 * latest clock of all servers, and the latest of the bare timers. A heartbeat that goes out so late is as old as that
 * and an interval before the next one is there: what a timeout must be longer than.
 */
import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { BenchCluster } from './support/cluster.mjs';
import { nowUs, round } from './support/numbers.mjs';
import { atMost } from './support/study.mjs';
import { bareTimers, load } from './support/threads.mjs';

/**
 * @typedef {import('./support/study.mjs').Study} Study
 *
 * @typedef {{ atUs: number, by: string, mask: number }} Suspects Whom a server suspects from then on.
 *
 * @typedef {object} Seen
 * @property {number} seconds
 * @property {number} suspicions Servers that were suspected though they lived.
 * @property {number} excused Of these.
 * @property {number} restarts Servers that had to be started again.
 * @property {number} collapses So often that did not help, and all had to begin anew.
 * @property {number} lateTimers Waits of bare timers later than timeout less two intervals.
 * @property {number[]} servers The latest clock of all servers in each second, in milliseconds.
 * @property {number[]} timers The latest bare timer in each second, in milliseconds.
 */

const SERVERS = 16;
const TIMEOUT_MS = 75;
const INTERVALS_MS = [10, 2];
const SECONDS = 30;
/** How long it may take until all are members again. */
const MEND_US = 8_000_000;
/** So often a cluster is started anew that does not come up, its threads' start being load enough. */
const OPENINGS = 5;

/** @type {Study} */
export const study = {
  asks: 'is a server taken for dead that lives, while the machine is busy?',
  measure: async ({ quick, minutes, progress }) => {
    const seconds = minutes === undefined ? (quick ? 1 : SECONDS) : minutes * 60;
    const rows = [];
    /** @type {import('./support/study.mjs').Target[]} */
    const targets = [];
    for (const intervalMs of quick ? [10] : INTERVALS_MS) {
      const name = `every ${intervalMs} ms, timeout ${TIMEOUT_MS} ms`;
      const servers = quick ? 2 : SERVERS;
      const seen = await watch(servers, intervalMs, seconds, (left) => progress(`${name}: ${left} s left`));
      const latest = Math.max(...seen.servers);
      rows.push(
        {
          name: `${servers} servers ${name}`,
          values: [
            seen.seconds,
            seen.suspicions,
            seen.excused,
            seen.restarts,
            seen.collapses,
            null,
            ...shape(seen.servers),
            latest + intervalMs,
          ].map(round),
          curve: seen.servers,
        },
        {
          name: `${servers} threads that only wait, every ${intervalMs} ms`,
          values: [seen.seconds, null, null, null, null, seen.lateTimers, ...shape(seen.timers), null].map(round),
          curve: seen.timers,
        },
      );
      const unexcused = seen.suspicions - seen.excused;
      targets.push(atMost(`${servers} servers ${name}: suspicions without excuse`, unexcused, 0, ''));
    }
    const columns = [
      { name: 'time', unit: 's' },
      { name: 'suspicions', unit: '' },
      { name: 'excused', unit: '' },
      { name: 'restarts', unit: '' },
      { name: 'collapses', unit: '' },
      { name: 'bare timer too late', unit: '' },
      { name: 'latest of a second: p50', unit: 'ms' },
      { name: 'p99', unit: 'ms' },
      { name: 'max', unit: 'ms' },
      { name: 'oldest heartbeat', unit: 'ms' },
    ];
    return { tables: [{ title: `${availableParallelism()} threads of load`, columns, rows }], targets };
  },
};

/** @param {readonly number[]} values */
function shape(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (/** @type {number} */ share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  return [at(0.5), at(0.99), sorted[sorted.length - 1]];
}

/**
 * @param {number} servers
 * @param {number} intervalMs
 * @param {number} seconds
 * @param {(left: number) => void} progress
 * @returns {Promise<Seen>}
 */
async function watch(servers, intervalMs, seconds, progress) {
  const limitUs = (TIMEOUT_MS - 2 * intervalMs) * 1000;
  let cluster = await openCluster(servers, intervalMs);
  let [restarts, collapses] = [0, 0];
  /** @type {number[]} */
  const latest = [];
  /** @type {Suspects[]} */
  const suspected = [];
  let spinning = await load(availableParallelism());
  const timers = await bareTimers(servers, intervalMs, limitUs);
  // The process's clock and the run's have different origins.
  const timersBegan = nowUs();
  let originUs = nowUs() - cluster.backend.now();
  await delay(500);
  await mend();
  [restarts, collapses] = [0, 0];
  cluster.restarts = 0;
  const began = nowUs();
  cluster.forget();
  for (let passed = 0; passed < seconds; passed = Math.round((nowUs() - began) / 1e6)) {
    progress(seconds - passed);
    await delay(1000);
    for (const { what, server, suspects, atUs } of cluster.marks)
      if (what === 'suspects') suspected.push({ atUs: atUs + originUs, by: server, mask: suspects });
    cluster.forget();
    const seen = await cluster.lateness();
    latest.push(round(Math.max(0, ...seen.map(({ max }) => max)) / 1000));
    if (!cluster.isWhole()) await mend();
  }
  const took = (nowUs() - began) / 1e6;
  const bare = await timers.stop();
  await spinning.stop();
  await cluster.close();
  const late = bare.flatMap((one) => one.late).filter(({ atUs }) => atUs >= began);
  const falls = fallsOf(suspected);
  const excused = falls.filter((atUs) => late.some((one) => Math.abs(one.atUs - atUs) < TIMEOUT_MS * 1000));
  const ofSeconds = Array.from({ length: Math.max(...bare.map((one) => one.seconds.length)) }, (_, second) => {
    return round(Math.max(...bare.map((one) => one.seconds[second] ?? 0)) / 1000);
  });
  return {
    seconds: took,
    suspicions: falls.length,
    excused: excused.length,
    restarts: restarts + cluster.restarts,
    collapses,
    lateTimers: late.length,
    servers: latest,
    // From the same moment on as the servers are watched.
    timers: ofSeconds.slice(Math.ceil((began - timersBegan) / 1e6)),
  };

  /** Where restarts disturb each other and that does not end, all begin anew, while nothing else runs. */
  async function mend() {
    try {
      await cluster.whole(MEND_US);
    } catch {
      collapses += 1;
      restarts += cluster.restarts;
      await cluster.close();
      await spinning.stop();
      cluster = await openCluster(servers, intervalMs);
      spinning = await load(availableParallelism());
      originUs = nowUs() - cluster.backend.now();
    }
    await cluster.lateness();
  }
}

/**
 * @param {number} servers
 * @param {number} intervalMs
 */
async function openCluster(servers, intervalMs) {
  for (let left = OPENINGS; ; left -= 1) {
    const cluster = new BenchCluster({ servers, intervalMs, timeoutMs: TIMEOUT_MS });
    try {
      await cluster.start();
      return cluster;
    } catch (error) {
      await cluster.close();
      if (left <= 1) throw error;
    }
  }
}

/**
 * When a server was suspected first, for each time that it was; what others say of it within a second counts once.
 *
 * @param {readonly Suspects[]} suspected
 */
function fallsOf(suspected) {
  /** @type {Map<string, number>} */
  const before = new Map();
  /** @type {Map<number, number>} */
  const last = new Map();
  const falls = [];
  for (const { atUs, by, mask } of [...suspected].sort((a, b) => a.atUs - b.atUs)) {
    const fresh = mask & ~(before.get(by) ?? 0);
    before.set(by, mask);
    for (let server = 0; server < SERVERS; server += 1) {
      if ((fresh & (1 << server)) === 0) continue;
      if (atUs - (last.get(server) ?? -Infinity) > 1e6) falls.push(atUs);
      last.set(server, atUs);
    }
  }
  return falls;
}
