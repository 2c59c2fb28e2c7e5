/**
 * How soon is a cluster there, and how much memory does a server take?
 *
 * All servers are powered on at once: until each thread has said its first word, and until all are members of one view;
 * against as many worker threads that do nothing. In lockstep: until each thread has had its first turn. Memory is what
 * the process takes in besides, threads and all.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { BenchCluster, nameOf } from './support/cluster.mjs';
import { median, nowUs, round, sort } from './support/numbers.mjs';
import { atMost } from './support/study.mjs';
import { idlers } from './support/threads.mjs';

/**
 * @typedef {import('./support/study.mjs').Study} Study
 */

/** @type {typeof import('../src/cluster/cluster.js')} */
const { open } = await import(new URL('../dist/cluster/cluster.js', import.meta.url).href);

const SERVERS = [2, 4, 8, 16];
const ROUNDS = 7;
const INTERVAL_MS = 10;
/** How long 16 threads may take. */
const START_MS_MAX = 500;

/** @type {Study} */
export const study = {
  asks: 'how soon is a cluster there, and how much memory does a server take?',
  measure: async ({ quick, rounds, progress }) => {
    const times = rounds ?? (quick ? 1 : ROUNDS);
    const rows = [];
    /** @type {import('./support/study.mjs').Target[]} */
    const targets = [];
    for (const servers of quick ? [2] : SERVERS) {
      /** @type {(Awaited<ReturnType<typeof ofCluster>> & { idle: number, lockstep: number })[]} */
      const seen = [];
      for (let turn = 0; turn < times; turn += 1) {
        progress(`${servers} servers: round ${turn + 1} of ${times}`);
        seen.push({
          ...(await ofCluster(servers)),
          idle: await ofIdlers(servers),
          lockstep: await ofLockstep(servers),
        });
      }
      const of = (/** @type {keyof (typeof seen)[number]} */ what) => sort(seen.map((one) => one[what]));
      const threads = of('threads');
      rows.push({
        name: `${servers} servers`,
        values: [
          median(threads),
          threads[0],
          threads[threads.length - 1],
          median(of('idle')),
          median(seen.map((one) => one.threads / one.idle)),
          median(of('whole')),
          median(of('lockstep')),
          median(of('rss')),
          median(of('heap')),
          median(of('stop')),
        ].map(round),
      });
      if (servers === 16)
        targets.push(atMost('16 threads started side by side', round(median(threads)), START_MS_MAX, 'ms'));
    }
    const columns = [
      { name: 'threads speak', unit: 'ms' },
      { name: 'min', unit: 'ms' },
      { name: 'max', unit: 'ms' },
      { name: 'idle workers', unit: 'ms' },
      { name: '× idle', unit: '' },
      { name: 'one view', unit: 'ms' },
      { name: 'lockstep', unit: 'ms' },
      { name: 'memory a server', unit: 'MiB' },
      { name: 'its heap', unit: 'MiB' },
      { name: 'stop all', unit: 'ms' },
    ];
    return { tables: [{ title: 'side by side', columns, rows }], targets };
  },
};

/** @param {number} servers */
async function ofCluster(servers) {
  const before = process.memoryUsage().rss;
  const began = nowUs();
  const cluster = new BenchCluster({ servers, intervalMs: INTERVAL_MS, timeoutMs: 1000 });
  const { backend, names, definition } = cluster;
  await cluster.act({ type: 'start', target: definition.name });
  await cluster.until('the first words of all', () => names.every((name) => backend.glance(name) !== undefined));
  const spoken = nowUs();
  await cluster.whole();
  const whole = nowUs();
  await delay(50);
  const rss = process.memoryUsage().rss - before;
  const seen = await Promise.all(names.map((name) => backend.inspect(name)));
  const stopped = nowUs();
  await cluster.close();
  return {
    threads: (spoken - began) / 1000,
    whole: (whole - began) / 1000,
    rss: rss / servers / 2 ** 20,
    heap: median(seen.map(({ heapUsedBytes }) => heapUsedBytes)) / 2 ** 20,
    stop: (nowUs() - stopped) / 1000,
  };
}

/** @param {number} servers */
async function ofLockstep(servers) {
  const began = nowUs();
  const names = Array.from({ length: servers }, (_, index) => nameOf(index));
  const cluster = await open({ name: 'BENCH', servers: names }, { backend: 'lockstep' });
  await cluster.start();
  await cluster.advance('1us');
  const took = (nowUs() - began) / 1000;
  await cluster.close();
  return took;
}

/** @param {number} count */
async function ofIdlers(count) {
  const began = nowUs();
  const workers = await idlers(count);
  const took = (nowUs() - began) / 1000;
  await Promise.all(workers.map((worker) => worker.terminate()));
  return took;
}
