/**
 * How the benchmarks measure: side by side, many times, medians.
 *
 * A shared machine is never quiet, so one figure alone says little. All cases of a part are kept open and measured in
 * rounds, each once a round, in turn forwards and backwards: whatever disturbs the machine for longer than a round
 * disturbs all of them alike, and a ratio is taken within each round before its median is. Beside the rate per second
 * on the clock stands the rate per second of processor time: what a machine without other work would come near to, where
 * the work keeps a processor busy.
 */
import { readdirSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';

/**
 * @typedef {object} Case One thing that is measured.
 * @property {string} name
 * @property {(times: number) => Promise<number | Timed>} run Does the work so many times over; answers how much it was.
 * @property {() => Promise<void>} close
 *
 * @typedef {object} Timed Work that timed itself, as where threads do it that must be told first.
 * @property {number} work
 * @property {number} seconds
 *
 * @typedef {object} Ratio The rate of one case by that of another, both by name.
 * @property {string} name
 * @property {string} of
 * @property {string} by
 *
 * @typedef {object} Part Cases that are measured side by side.
 * @property {string} title
 * @property {(() => Promise<Case>)[]} cases
 * @property {Ratio[]} ratios
 *
 * @typedef {object} Bench
 * @property {string} asks The question.
 * @property {string} unit What `run` counts, a second.
 * @property {'clock' | 'cpu'} compare Which rates ratios are of: `cpu` where the work never waits for anything.
 * @property {Partial<Effort>} [effort] What of FULL does not suit it.
 * @property {(quick: boolean) => Part[]} parts
 *
 * @typedef {object} Effort How long to measure.
 * @property {number} warmUpMs Each case runs at least so long before it counts.
 * @property {number} sampleMs One sample takes about so long.
 * @property {number} rounds
 *
 * @typedef {object} Spread
 * @property {number} median
 * @property {number} min
 * @property {number} max
 *
 * @typedef {Spread & { name: string, perCpuSecond: number, times: number, samples: number[], cpuSamples: number[] }} CaseResult
 * @typedef {Spread & { name: string }} RatioResult
 * @typedef {{ title: string, cases: CaseResult[], ratios: RatioResult[] }} PartResult
 *
 * @typedef {{ node: string, cpu: string, cores: number, loadBefore: number, loadAfter: number }} Machine
 *
 * @typedef {object} Report
 * @property {1} schema
 * @property {string} bench
 * @property {string} asks
 * @property {string} unit
 * @property {'clock' | 'cpu'} compare
 * @property {boolean} quick
 * @property {Machine} machine
 * @property {PartResult[]} parts
 *
 * @typedef {{ item: Case, times: number, samples: number[], cpuSamples: number[] }} Measured
 */

/** @type {Effort} */
export const FULL = { warmUpMs: 400, sampleMs: 150, rounds: 11 };
/** Enough to see that a benchmark works; its figures mean nothing. */
export const QUICK = { warmUpMs: 0, sampleMs: 1, rounds: 2 };

/** Programs of this folder that are no questions. */
const OTHERS = ['main.mjs', 'harness.mjs', 'picture.mjs', 'ring-worker.mjs'];

/** More repetitions than this are no sample any more. */
const TIMES_MAX = 10_000;

/** The questions that there are: one file of this folder each. */
export function questions() {
  return readdirSync(new URL('.', import.meta.url))
    .filter((file) => file.endsWith('.mjs') && !OTHERS.includes(file))
    .map((file) => file.slice(0, -'.mjs'.length))
    .sort();
}

/**
 * Where this was measured, and how much else was going on.
 *
 * @param {number} loadBefore
 * @returns {Machine}
 */
export function machineOf(loadBefore) {
  const processors = cpus();
  const cpu = processors.length > 0 ? processors[0].model.trim() : 'unknown';
  return { node: process.version, cpu, cores: availableParallelism(), loadBefore, loadAfter: loadavg()[0] };
}

/**
 * Answers the bench's question.
 *
 * @param {string} name
 * @param {Bench} bench
 * @param {Effort} effort
 * @param {boolean} quick
 * @param {(text: string) => void} progress
 * @returns {Promise<Report>}
 */
export async function answer(name, bench, effort, quick, progress) {
  const { asks, unit, compare } = bench;
  const loadBefore = loadavg()[0];
  /** @type {PartResult[]} */
  const parts = [];
  for (const part of bench.parts(quick)) parts.push(await measurePart(part, compare, effort, progress));
  return { schema: 1, bench: name, asks, unit, compare, quick, machine: machineOf(loadBefore), parts };
}

/**
 * @param {Part} part
 * @param {Bench['compare']} compare
 * @param {Effort} effort
 * @param {(text: string) => void} progress
 * @returns {Promise<PartResult>}
 */
async function measurePart(part, compare, effort, progress) {
  /** @type {Measured[]} */
  const measured = [];
  try {
    for (const open of part.cases) {
      /** @type {Measured} */
      const one = { item: await open(), times: 0, samples: [], cpuSamples: [] };
      measured.push(one);
      progress(`${part.title}: warming up ${one.item.name}`);
      one.times = await warmUp(one.item, effort);
    }
    for (let round = 0; round < effort.rounds; round += 1) {
      progress(`${part.title}: round ${round + 1} of ${effort.rounds}`);
      for (const one of round % 2 === 0 ? measured : measured.toReversed()) await sample(one);
    }
  } finally {
    for (const { item } of measured) await item.close();
  }
  const cases = measured.map(({ item, times, samples, cpuSamples }) => {
    return { name: item.name, ...spread(samples), perCpuSecond: spread(cpuSamples).median, times, samples, cpuSamples };
  });
  return { title: part.title, cases, ratios: part.ratios.map((ratio) => ratioOf(ratio, compare, cases)) };
}

/**
 * Runs a case until it is warm; answers how many times over it must run for one sample.
 *
 * @param {Case} item
 * @param {Effort} effort
 */
async function warmUp(item, effort) {
  let fastest = Infinity;
  let spent = 0;
  do {
    const began = now();
    await item.run(1);
    const took = now() - began;
    spent += took;
    fastest = Math.min(fastest, took);
  } while (spent < effort.warmUpMs / 1e3);
  return Math.max(1, Math.min(TIMES_MAX, Math.ceil(effort.sampleMs / 1e3 / fastest)));
}

/** @param {Measured} measured */
async function sample({ item, times, samples, cpuSamples }) {
  const [began, used] = [now(), process.cpuUsage()];
  const answered = await item.run(times);
  const [took, { user, system }] = [now() - began, process.cpuUsage(used)];
  const { work, seconds } = typeof answered === 'number' ? { work: answered, seconds: took } : answered;
  samples.push(work / seconds);
  // Threads that help (the collector of garbage, the compiler) are counted in.
  cpuSamples.push(work / Math.max((user + system) / 1e6, 1e-6));
}

/** Seconds on the clock. */
function now() {
  return Number(process.hrtime.bigint()) / 1e9;
}

/**
 * @param {Ratio} ratio
 * @param {Bench['compare']} compare
 * @param {readonly CaseResult[]} cases
 * @returns {RatioResult}
 */
function ratioOf({ name, of, by }, compare, cases) {
  const [over, under] = [of, by].map((wanted) => cases.find((one) => one.name === wanted));
  if (!over || !under) throw new Error(`The ratio ${name} is between ${of} and ${by}, and one of them is no case.`);
  const [above, below] = [over, under].map((one) => (compare === 'cpu' ? one.cpuSamples : one.samples));
  return { name, ...spread(above.map((rate, round) => rate / below[round])) };
}

/**
 * @param {readonly number[]} values
 * @returns {Spread}
 */
export function spread(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const median = (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2;
  return { median, min: sorted[0], max: sorted[sorted.length - 1] };
}

/**
 * The report as tables to be read.
 *
 * @param {Report} report
 */
export function asTable(report) {
  const { unit, compare, parts } = report;
  const lines = heading(report, `${unit}; `);
  for (const { title, cases, ratios } of parts) {
    const rows = [[title, 'median', 'min', 'max', 'per CPU second']];
    for (const { name, median, min, max, perCpuSecond } of cases)
      rows.push([name, ...[median, min, max, perCpuSecond].map(whole)]);
    lines.push('', ...columns(rows));
    if (ratios.length === 0) continue;
    const beside = ratios.map(({ name, median, min, max }) => [name, ...[median, min, max].map(factor)]);
    lines.push(
      '',
      ...columns([
        [compare === 'cpu' ? 'side by side, per CPU second' : 'side by side', 'median', 'min', 'max'],
        ...beside,
      ]),
    );
  }
  return lines.join('\n');
}

/**
 * What was asked, where and when.
 *
 * @param {Pick<Report, 'bench' | 'asks' | 'quick' | 'machine'>} report
 * @param {string} [unit]
 */
export function heading({ bench, asks, quick, machine }, unit = '') {
  const { node, cpu, cores, loadBefore, loadAfter } = machine;
  const load = `load ${loadBefore.toFixed(1)} before, ${loadAfter.toFixed(1)} after`;
  const lines = [`${bench}: ${asks}`, `${unit}Node ${node}, ${cores} × ${cpu}, ${load}`];
  if (quick) lines.push('A quick run: it shows that the benchmark works, its figures mean nothing.');
  return lines;
}

/** @param {number} value */
function whole(value) {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** @param {number} value */
function factor(value) {
  return `× ${value < 1 ? value.toPrecision(2) : value.toFixed(value < 10 ? 2 : 1)}`;
}

/**
 * The first column to the left, the others to the right.
 *
 * @param {readonly string[][]} rows
 */
export function columns(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column] + 3))).join(''),
  );
}
