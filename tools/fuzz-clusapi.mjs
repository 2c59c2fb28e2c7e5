/**
 * Damaged conversations in volume against the cluster management endpoint: first against the state machine of a
 * connection alone, then over a port of this machine with a running cluster behind it.
 *
 *   node --expose-gc tools/fuzz-clusapi.mjs [--count N] [--seed S] [--turn T] [--session T]
 *
 * N mutated units each way. What goes wrong is printed with the command that replays it: --turn for the state machine,
 * which is exact; --session for the port, which is as exact as sockets are. Runs the compiled code. Exits with 1 where
 * something is thrown, hangs, is left open, or where memory goes on growing. See docs/hacking.md.
 */
import { parseArgs } from 'node:util';
import { goodRequests } from './fuzz/conversation.mjs';
import { playTurn } from './fuzz/machine.mjs';
import { check, Era, playSession, settled } from './fuzz/port.mjs';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    turn: { type: 'string' },
    session: { type: 'string' },
  },
});
const count = Number(values.count);
const seed = Number(values.seed);
if (!Number.isInteger(count) || count < 1 || !Number.isInteger(seed) || seed < 0) {
  console.error('Write --count as a whole number from 1 on, and --seed as one from 0 on.');
  process.exit(2);
}

/** Sessions that go on side by side. */
const SIDE_BY_SIDE = 8;
/** Mutated units of one cluster's life. What clients make and never delete is theirs to keep, and goes with it. */
const ERA_UNITS = 100_000;
/** What a mutated unit may add to the heap from one cluster to the next, in bytes: nothing but noise. */
const HEAP_BYTES_A_UNIT_MAX = 4;
/** Less than this in all is noise, whatever its slope. */
const HEAP_BYTES_MAX = 2 ** 21;
/** Fewer levels than this are no slope. */
const LEVELS_MIN = 4;

const goods = goodRequests();
/** Where it is, for what is thrown where nobody waits. */
let place = '';

for (const event of ['uncaughtException', 'unhandledRejection'])
  process.on(event, (error) => {
    fail(error);
    process.exit(1);
  });

/** @param {unknown} error */
function fail(error) {
  console.error(error instanceof Error ? error.stack : error);
  console.error(`  replay: node --expose-gc tools/fuzz-clusapi.mjs --seed ${seed} ${place}`);
  process.exitCode = 1;
}

function heapBytes() {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

/**
 * Bytes a unit, by least squares.
 *
 * @param {readonly { units: number, heap: number }[]} levels
 */
function slopeOf(levels) {
  const mean = (/** @type {readonly number[]} */ list) => list.reduce((sum, each) => sum + each, 0) / list.length;
  const [x, y] = [mean(levels.map(({ units }) => units)), mean(levels.map(({ heap }) => heap))];
  const over = levels.reduce((sum, { units, heap }) => sum + (units - x) * (heap - y), 0);
  return over / levels.reduce((sum, { units }) => sum + (units - x) ** 2, 0);
}

/**
 * Complains where the levels rise. The first is that of a program that is still warming up.
 *
 * @param {string} what
 * @param {readonly { units: number, heap: number }[]} levels
 */
function judge(what, levels) {
  const warm = levels.slice(1);
  if (!globalThis.gc || warm.length < LEVELS_MIN) return;
  const slope = slopeOf(warm);
  console.log(`${what}: ${slope.toFixed(2)} bytes of heap a mutated unit`);
  const rise = slope * (warm[warm.length - 1].units - warm[0].units);
  if (slope > HEAP_BYTES_A_UNIT_MAX && rise > HEAP_BYTES_MAX) throw new Error(`${what}: memory goes on growing`);
}

/** @param {number} bytes */
function mib(bytes) {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

function machine() {
  const figures = { mutated: 0, calls: 0, faults: 0, ended: 0 };
  const levels = [{ units: 0, heap: heapBytes() }];
  const step = Math.max(1, Math.ceil(count / 10));
  let turn = Number(values.turn ?? 0);
  for (; figures.mutated < count; turn += 1) {
    place = `--turn ${turn}`;
    playTurn(goods, seed, turn, figures);
    if (values.turn !== undefined) return;
    if (figures.mutated >= step * levels.length) levels.push({ units: figures.mutated, heap: heapBytes() });
  }
  const { mutated, calls, faults, ended } = figures;
  console.log(
    `state machine: ${mutated} mutated units in ${turn} connections: ${calls} calls, ${faults} faults, ${ended} connections ended`,
  );
  console.log(`state machine: heap ${levels.map(({ heap }) => mib(heap)).join(', ')}`);
  judge('state machine', levels);
}

async function port() {
  /** @type {import('./fuzz/port.mjs').Figures} */
  const figures = { mutated: 0, units: 0, connections: 0, sessions: 0, checks: 0, eras: 0, answered: {} };
  const levels = [{ units: 0, heap: heapBytes() }];
  let session = Number(values.session ?? 0);
  while (figures.mutated < count) {
    const era = await Era.begin();
    const before = { units: figures.mutated, heap: heapBytes() };
    for (let alive = true; alive && figures.mutated < Math.min(count, before.units + ERA_UNITS);) {
      place = `--session ${session}`;
      const side = Array.from({ length: values.session === undefined ? SIDE_BY_SIDE : 1 }, () => session++);
      await Promise.all(
        side.map(async (each) => {
          await playSession(era, goods, seed, each, figures).catch((/** @type {unknown} */ error) => {
            place = `--session ${each}`;
            throw error;
          });
        }),
      );
      await settled(era);
      await era.pass();
      alive = await check(era);
      await settled(era);
      figures.checks += 1;
      if (values.session !== undefined) break;
    }
    const grown = heapBytes() - before.heap;
    await era.end();
    figures.eras += 1;
    levels.push({ units: figures.mutated, heap: heapBytes() });
    if (values.session !== undefined) return;
    const { heap } = levels[levels.length - 1];
    console.log(`port: ${figures.mutated} units, heap ${mib(heap)}, ${mib(grown)} more before the cluster was closed`);
  }
  const { mutated, units, connections, sessions, checks, eras, answered } = figures;
  console.log(
    `port: ${mutated} mutated of ${units} units in ${connections} connections, ${sessions} sessions, ${eras} clusters; ${checks} good conversations in between`,
  );
  console.log(
    `port: answered with ${Object.entries(answered)
      .map(([type, times]) => `${times} ${type}`)
      .join(', ')}`,
  );
  console.log('port: no handle, call or connection was left');
  judge('port', levels);
}

try {
  if (values.session === undefined) machine();
  if (values.turn === undefined) await port();
} catch (error) {
  fail(error);
}
