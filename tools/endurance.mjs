/**
 * Crashes and restarts servers over and over in one process, in real time, and says what that leaves behind: memory,
 * threads, frames that nobody accounts for.
 *
 *   node --expose-gc tools/endurance.mjs [--rounds N] [--servers N] [--interval MS] [--timeout MS]
 *
 * A round cuts the power of one server after the other, at random moments and so also while it writes, and switches it
 * on again; every round ends when all are members again. Runs the compiled code. Exits with 1 where a thread is left, a
 * link's accounts do not balance, a frame was torn or lost for no reason, or memory goes on growing.
 *
 * What may be dropped, in a network without rules: what was sent to a server without power, and what a server that was
 * dead left no room for. A torn frame is counted as corrupt.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { open } from '../dist/cluster/cluster.js';
import { GoalNotReached } from '../dist/cluster/errors.js';
import { RealtimeBackend } from '../dist/cluster/realtime.js';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '1000' },
    servers: { type: 'string', default: '3' },
    interval: { type: 'string', default: '10' },
    timeout: { type: 'string', default: '200' },
  },
});
const rounds = Number(values.rounds);
const count = Number(values.servers);
if (!Number.isInteger(rounds) || rounds < 1 || !Number.isInteger(count) || count < 2) {
  console.error('Write --rounds as a whole number from 1 on, and --servers as one from 2 on.');
  process.exit(2);
}
const servers = Array.from({ length: count }, (_, index) => `S${index + 1}`);
/** Of each link: a ring's heartbeats, and what was being written. */
const UNDER_WAY_MAX = 256;
/** What a round may add to the heap, in KiB: the views and outcomes that a run remembers to its end. */
const HEAP_KIB_A_ROUND_MAX = 8;
/** What is resident goes up and down; over the second half of the run by less than this, in MiB. */
const RESIDENT_MIB_MAX = 64;
const REASONS = /** @type {const} */ (['loss', 'cut', 'corrupt', 'off', 'full']);
/** Why frames may be lost here. */
const EXPLAINED = new Set(['off', 'full']);
/** A round that takes longer than this will never end. */
const ROUND_LIMIT = '60s';

/** Threads and what else keeps a process alive; its own output and files aside. */
function resources() {
  return process.getActiveResourcesInfo().filter((name) => !/^(Pipe|TTY|FSReq|Close)/.test(name));
}

/** @type {{ round: number, rssMib: number, heapMib: number }[]} */
const levels = [];

/** @param {number} round */
function measure(round) {
  globalThis.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  const level = { round, rssMib: Math.round(rss / 2 ** 20), heapMib: Math.round((heapUsed / 2 ** 20) * 10) / 10 };
  levels.push(level);
  const buffers = (external / 2 ** 20).toFixed(1);
  console.log(
    `round ${round}: ${level.rssMib} MiB resident, ${level.heapMib} MiB heap, ${buffers} MiB buffers, ${threads()} threads`,
  );
}

/** A thread that runs holds one port that keeps a process alive: that over which it wakes this thread. */
function threads() {
  return resources().filter((name) => name === 'MessagePort').length;
}

const cluster = await open(
  {
    name: 'C',
    servers,
    heartbeat: { interval: `${Number(values.interval)}ms`, timeout: `${Number(values.timeout)}ms` },
    startupWait: '10s',
    groups: [{ name: 'G', servers, resources: [{ name: 'r', type: 'script', activate: '1ms', deactivate: '1ms' }] }],
  },
  { backend: 'realtime' },
);
const { backend } = cluster;
if (!(backend instanceof RealtimeBackend)) throw new Error('not in real time');
/** @type {{ from: string, to: string, sent: number, delivered: number, dropped: number }[]} */
const links = [];
cluster.trace((line) => {
  if (line.kind === 'links') links.push(line);
});
/** The last things that happened, for when a round does not end. @type {string[]} */
const last = [];
let poweredOff = 0;
cluster.trace((line) => {
  if (last.push(JSON.stringify(line)) > 60) last.shift();
  if (line.kind === 'warning' && line.text.includes('powers off')) poweredOff += 1;
});

/** All are members again. On a loaded machine a server may be taken for dead, and power off: it is switched on again. */
async function all() {
  for (let tries = 0; tries < 60; tries += 1) {
    try {
      await cluster.until(({ view }) => view?.members.length === count, '1s');
      return;
    } catch (error) {
      if (!(error instanceof GoalNotReached)) throw error;
    }
    for (const server of servers) await cluster.backend.act({ type: 'restart', server });
  }
  for (const line of last) console.error(line);
  throw new Error('a round does not end');
}

const startedAt = process.hrtime.bigint();
await cluster.start();
await all();
const step = Math.max(1, Math.floor(rounds / 10));
measure(0);
for (let round = 1; round <= rounds; round += 1) {
  const server = servers[round % count];
  await sleep(Math.random() * 3 * Number(values.interval));
  await cluster.backend.act({ type: 'crash', server });
  // Sometimes it is back before anybody has missed it, and sometimes not.
  if (round % 2 === 0) await cluster.until(({ view }) => !view?.members.includes(server), ROUND_LIMIT);
  await cluster.backend.act({ type: 'restart', server });
  await all();
  if (round % step === 0) measure(round);
}
await cluster.close();
const seconds = Number(process.hrtime.bigint() - startedAt) / 1e9;

/** @type {string[]} */
const wrong = [];
const left = resources();
if (left.length > 0) wrong.push(`left behind: ${left.join(', ')}`);
const sum = { sent: 0, delivered: 0, underWay: 0 };
const droppedBy = { loss: 0, cut: 0, corrupt: 0, off: 0, full: 0 };
for (const from of backend.slots) {
  for (const to of backend.slots) {
    if (from === to) continue;
    const counted = backend.switchboard.model.counters(from.place.node, to.place.node, 0).droppedBy;
    for (const reason of REASONS) droppedBy[reason] += counted[reason];
  }
}
for (const { from, to, sent, delivered, dropped } of links) {
  const underWay = sent - delivered - dropped;
  sum.sent += sent;
  sum.delivered += delivered;
  sum.underWay += underWay;
  if (underWay < 0 || underWay > UNDER_WAY_MAX)
    wrong.push(`${from} to ${to}: ${sent} sent, ${delivered} delivered, ${dropped} dropped, ${underWay} under way`);
}
if (links.length !== count * (count - 1)) wrong.push(`${links.length} links have accounts`);
for (const reason of REASONS)
  if (droppedBy[reason] > 0 && !EXPLAINED.has(reason))
    wrong.push(`${droppedBy[reason]} frames were dropped as ${reason}`);
const half = levels.filter(({ round }) => round >= rounds / 2);
const [from, to] = [half[0], half[half.length - 1]];
if (rounds >= 100 && to.rssMib - from.rssMib > RESIDENT_MIB_MAX)
  wrong.push(`${to.rssMib - from.rssMib} MiB more are resident after the second half than before`);
const heapKib = (1024 * (to.heapMib - from.heapMib)) / Math.max(1, to.round - from.round);
if (globalThis.gc && rounds >= 100 && heapKib > HEAP_KIB_A_ROUND_MAX)
  wrong.push(`the heap grows by ${heapKib.toFixed(1)} KiB a round`);

console.log(
  `${rounds} rounds in ${seconds.toFixed(1)} s, ${threads()} threads left, ${poweredOff} powered off by themselves`,
);
console.log(
  `links: ${sum.sent} sent = ${sum.delivered} delivered + ${droppedBy.off} to servers without power + ` +
    `${droppedBy.full} for which a dead one left no room + ${droppedBy.corrupt} torn + ${sum.underWay} under way`,
);
for (const text of wrong) console.error(text);
process.exitCode = wrong.length === 0 ? 0 : 1;
