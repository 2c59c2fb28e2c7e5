/**
 * Draws the pictures of docs/performance.md from the reports of the benchmarks:
 * `node bench/main.mjs --out bench/results`, then `node bench/picture.mjs [REPORTS [PICTURES]]`.
 */
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { scaleLinear, scaleLog } from 'd3-scale';
import { codeOf } from './support/errors.mjs';

/**
 * @typedef {import('./harness.mjs').Report} Report
 * @typedef {import('./support/study.mjs').StudyReport} StudyReport
 * @typedef {import('./support/study.mjs').Row} Row
 *
 * @typedef {{ height: number, body: string }} Panel
 * @typedef {{ name: string, points: [number, number][] }} Series
 * @typedef {{ title: string, x: string, y: string, series: Series[], from?: number }} Lines
 * @typedef {{ title: string, unit: string, log?: boolean, bars: { name: string, values: number[] }[], of: string[], stacked?: boolean }} Bars
 */

const here = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));
const usage = 'Usage: node bench/picture.mjs [REPORTS [PICTURES]]';
const FILLING = 'node bench/main.mjs --out DIRECTORY';

const WIDTH = 760;
const LEFT = 270;
const RIGHT = 84;
/** A longer name does not fit to the left of its bar. */
const LABEL_MAX = 42;
const BAR = 16;
const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #24292f }
  .title { font-weight: 600; font-size: 14px }
  .faint { fill: #57606a }
  .ground { fill: #ffffff }
  .grid { stroke: #d0d7de; stroke-width: 1 }
  .c0 { fill: #0969da; stroke: #0969da } .c1 { fill: #bc4c00; stroke: #bc4c00 }
  .c2 { fill: #57606a; stroke: #57606a } .c3 { fill: #8250df; stroke: #8250df }
  .line { fill: none; stroke-width: 1.6 }
  .bar { stroke: none }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .faint { fill: #9198a1 } .ground { fill: #0d1117 } .grid { stroke: #3d444d }
    .c0 { fill: #4493f8; stroke: #4493f8 } .c1 { fill: #f0883e; stroke: #f0883e }
    .c2 { fill: #9198a1; stroke: #9198a1 } .c3 { fill: #ab7df8; stroke: #ab7df8 }
    .line { fill: none }
  }`;

/** @type {Record<string, (report: StudyReport) => Panel[]>} */
const STUDIES = {
  heartbeat: ({ tables }) => {
    return tables.map(({ title, rows }) => {
      const sizes = [...new Set(rows.map(({ name }) => name.split(':')[0]))];
      const of = [...new Set(rows.map(({ name }) => name.split(': ')[1]))];
      const bars = sizes.map((name) => {
        return { name, values: of.map((one) => rows.find((row) => row.name === `${name}: ${one}`)?.values[0] ?? 0) };
      });
      return barsOf({ title: `Processor time at rest, ${title}`, unit: '% of one core', bars, of });
    });
  },
  detection: ({ tables: [{ title, rows }] }) => {
    const series = rows.map(({ name, curve = [] }) => ({ name, points: cumulated(curve) }));
    return [linesOf({ title: `Known after the end, ${title}`, x: 'ms', y: '% of survivors know', series })];
  },
  suspicion: ({ tables: [{ title, rows }] }) => {
    const pairs = rows.flatMap((row, index) => (index % 2 === 0 ? [[row, rows[index + 1]]] : []));
    return pairs.map((pair) => {
      const series = pair.map(({ name, curve = [] }) => ({
        name,
        points: curve.map((ms, second) => /** @type {[number, number]} */ ([second, ms])),
      }));
      return linesOf({
        title: `The latest clock in each second, ${title}`,
        x: 'seconds',
        y: 'ms late',
        series,
        from: 0,
      });
    });
  },
  failover: ({ tables: [totals, steps] }) => {
    const of = ['agree', 'decide', 'activate', 'report'];
    const at = of.map((step) => steps.columns.findIndex(({ name }) => name === `${step} p50`));
    const bars = steps.rows.map(({ name, values }) => ({ name, values: at.map((column) => values[column] ?? 0) }));
    const both = totals.rows.map(({ name, values }) => ({ name, values: [values[2] ?? 0, values[5] ?? 0] }));
    return [
      barsOf({ title: 'After detection, median of each step', unit: 'ms', bars, of, stacked: true }),
      barsOf({ title: `${totals.title}, median`, unit: 'ms', bars: both, of: ['kill to running', 'kill to ONLINE'] }),
    ];
  },
  startup: ({ tables: [{ rows }] }) => {
    const of = ['threads speak', 'one view', 'idle workers'];
    const bars = rows.map(({ name, values }) => ({
      name,
      values: [values[0], values[5], values[3]].map((v) => v ?? 0),
    }));
    return [barsOf({ title: 'Started side by side', unit: 'ms', bars, of })];
  },
};

process.exitCode = main(process.argv.slice(2));

/**
 * Draws all reports of a directory; answers the exit status: 0, or 2 where something could not be drawn.
 *
 * @param {readonly string[]} args
 */
function main([reports = here('results'), pictures = here('../docs/performance'), ...more]) {
  if (more.length > 0) return refuse(`${more.join(' ')}: too many arguments; name two directories at most\n${usage}`);
  let files;
  try {
    files = readdirSync(reports).filter((file) => file.endsWith('.json'));
  } catch (error) {
    return refuse(`${reports}: no directory of reports (${codeOf(error)}); name one that was filled with ${FILLING}`);
  }
  try {
    mkdirSync(pictures, { recursive: true });
  } catch (error) {
    const right = 'name one, or a place where one can be made';
    return refuse(`${pictures}: no directory for pictures (${codeOf(error)}); ${right}`);
  }
  const ends = files.sort().map((file) => draw(join(reports, file), pictures));
  if (ends.includes('failed')) return 2;
  if (ends.includes('drawn')) return 0;
  return refuse(`${reports}: no report here that has a picture; name a directory that was filled with ${FILLING}`);
}

/**
 * Draws one report, tells where that fails; not every benchmark has a picture.
 *
 * @param {string} file
 * @param {string} pictures
 * @returns {'drawn' | 'none' | 'failed'}
 */
function draw(file, pictures) {
  let drawn;
  try {
    /** @type {Report | StudyReport} */
    const report = JSON.parse(readFileSync(file, 'utf8'));
    const panels = 'parts' in report ? rates(report) : STUDIES[report.bench]?.(report);
    if (!panels) return 'none';
    drawn = { path: join(pictures, `${report.bench}.svg`), svg: picture(report, panels) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    refuse(`${file}: no picture can be made of this (${why}); write the report anew with ${FILLING}`);
    return 'failed';
  }
  try {
    writeFileSync(drawn.path, drawn.svg);
    return 'drawn';
  } catch (error) {
    refuse(`${drawn.path}: this cannot be written (${codeOf(error)}); name another directory for pictures`);
    return 'failed';
  }
}

/**
 * Says what is wrong; answers the exit status for it.
 *
 * @param {string} what
 */
function refuse(what) {
  process.stderr.write(`bench/picture.mjs: ${what}\n`);
  return 2;
}

/**
 * The medians of a benchmark of rates, with what they were side by side.
 *
 * @param {Report} report
 */
function rates({ parts, unit }) {
  return parts.map(({ title, cases }) => {
    const bars = cases.map(({ name, median }) => ({ name, values: [median] }));
    return barsOf({ title, unit, bars, of: [unit], log: true });
  });
}

/**
 * From percentiles 0 to 100 to the share that is reached by then.
 *
 * @param {readonly number[]} curve
 */
function cumulated(curve) {
  return curve.map((ms, percent) => /** @type {[number, number]} */ ([ms, percent]));
}

/**
 * @param {Pick<Report, 'asks' | 'machine'>} report
 * @param {readonly Panel[]} panels
 */
function picture({ asks, machine }, panels) {
  const parts = [];
  let top = 62;
  for (const { height, body } of panels) {
    parts.push(`<g transform="translate(0 ${top})">${body}</g>`);
    top += height + 18;
  }
  const { node, cores, cpu, loadBefore } = machine;
  const where = `Node ${node}, ${cores} × ${cpu}, load ${loadBefore.toFixed(1)}`;
  const question = sentence(asks);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${top}" role="img">
<title>${text(question)}</title>
<style>${STYLE}
</style>
<rect class="ground" width="${WIDTH}" height="${top}"/>
<text class="title" x="16" y="26">${text(question)}</text>
<text class="faint" x="16" y="44">${text(where)}</text>
${parts.join('\n')}
</svg>
`;
}

/**
 * @param {Bars} chart
 * @returns {Panel}
 */
function barsOf({ title, unit, bars, of, log = false, stacked = false }) {
  const all = bars.flatMap(({ values }) =>
    stacked ? [values.reduce((sum, value) => sum + Math.max(0, value), 0)] : values,
  );
  const most = Math.max(...all, 1e-9);
  // Bars of what may be below nothing begin at nothing.
  const lowest = Math.min(0, ...all);
  const least = Math.min(...all.filter((value) => value > 0), most);
  const scale = log
    ? scaleLog([10 ** Math.floor(Math.log10(least) - 0.01), most], [LEFT, WIDTH - RIGHT])
    : scaleLinear([lowest, most], [LEFT, WIDTH - RIGHT]).nice();
  const start = log ? scale.range()[0] : scale(0);
  const rows = stacked ? 1 : of.length;
  const stride = rows * BAR + 10;
  const top = of.length > 1 ? 46 : 26;
  const height = top + bars.length * stride + 24;
  const parts = [`<text class="title" x="16" y="12">${text(sentence(title))}</text>`];
  if (of.length > 1) parts.push(legend(of, 30));
  const ticks = log ? scale.ticks().filter((tick) => Number.isInteger(Math.log10(tick))) : scale.ticks(6);
  for (const tick of ticks) {
    const x = scale(tick).toFixed(1);
    parts.push(`<line class="grid" x1="${x}" x2="${x}" y1="${top - 4}" y2="${height - 22}"/>`);
    parts.push(`<text class="faint" x="${x}" y="${height - 8}" text-anchor="middle">${short(tick)}</text>`);
  }
  parts.push(
    `<text class="faint" x="${LEFT - 24}" y="${height - 8}" text-anchor="end">${text(log ? `${unit} (logarithmic)` : unit)}</text>`,
  );
  bars.forEach(({ name, values }, index) => {
    const y = top + index * stride;
    const middle = y + (rows * BAR) / 2 + 4;
    parts.push(label(name, middle));
    let from = start;
    values.forEach((value, place) => {
      const width = value > 0 || !(log || stacked) ? scale(value) - start : 0;
      const at = stacked ? y : y + place * BAR;
      parts.push(
        `<rect class="bar c${place}" x="${(from + Math.min(0, width)).toFixed(1)}" y="${at}" width="${Math.abs(width).toFixed(1)}" height="${BAR - 2}"/>`,
      );
      if (stacked) from += width;
      else parts.push(`<text x="${(from + Math.max(0, width) + 5).toFixed(1)}" y="${at + 11}">${short(value)}</text>`);
    });
    if (stacked) {
      const sum = values.reduce((total, value) => total + Math.max(0, value), 0);
      parts.push(`<text x="${(from + 5).toFixed(1)}" y="${y + 11}">${short(sum)}</text>`);
    }
  });
  return { height, body: parts.join('\n') };
}

/**
 * A bar's name left of it, in two lines where it is long.
 *
 * @param {string} name
 * @param {number} y
 */
function label(name, y) {
  const at = name.length > LABEL_MAX ? name.lastIndexOf(' ', LABEL_MAX) : -1;
  if (at < 0) return `<text x="${LEFT - 10}" y="${y}" text-anchor="end">${text(name)}</text>`;
  const [first, second] = [name.slice(0, at), name.slice(at + 1)];
  return `<text x="${LEFT - 10}" y="${y - 6}" text-anchor="end">${text(first)}<tspan x="${LEFT - 10}" dy="12">${text(second)}</tspan></text>`;
}

/**
 * @param {Lines} chart
 * @returns {Panel}
 */
function linesOf({ title, x, y, series, from }) {
  const left = 60;
  const [top, bottom, height] = [34 + 18 * series.length, 250 + 18 * series.length, 290 + 18 * series.length];
  const points = series.flatMap((one) => one.points);
  const xs = points.map(([value]) => value);
  const ys = points.map(([, value]) => value);
  const across = scaleLinear([Math.min(...xs), Math.max(...xs)], [left, WIDTH - 30]).nice();
  const up = scaleLinear([from ?? Math.min(...ys), Math.max(...ys)], [bottom, top]).nice();
  const parts = [`<text class="title" x="16" y="12">${text(sentence(title))}</text>`];
  series.forEach(({ name }, index) => {
    parts.push(`<rect class="bar c${index}" x="16" y="${20 + index * 18}" width="12" height="12"/>`);
    parts.push(`<text x="34" y="${30 + index * 18}">${text(name)}</text>`);
  });
  for (const tick of up.ticks(5)) {
    const at = up(tick).toFixed(1);
    parts.push(`<line class="grid" x1="${left}" x2="${WIDTH - 30}" y1="${at}" y2="${at}"/>`);
    parts.push(`<text class="faint" x="${left - 8}" y="${Number(at) + 4}" text-anchor="end">${short(tick)}</text>`);
  }
  for (const tick of across.ticks(8)) {
    const at = across(tick).toFixed(1);
    parts.push(`<line class="grid" x1="${at}" x2="${at}" y1="${top}" y2="${bottom}"/>`);
    parts.push(`<text class="faint" x="${at}" y="${bottom + 16}" text-anchor="middle">${short(tick)}</text>`);
  }
  parts.push(`<text class="faint" x="${WIDTH - 30}" y="${bottom + 32}" text-anchor="end">${text(x)}</text>`);
  parts.push(`<text class="faint" x="16" y="${bottom + 32}">${text(y)}</text>`);
  // Drawn last, the first stands in front.
  series.forEach(({ points: own }, index) => {
    const path = own.map(([px, py]) => `${across(px).toFixed(1)},${up(py).toFixed(1)}`).join(' ');
    parts.push(`<polyline class="line c${index}" points="${path}"/>`);
  });
  return { height, body: parts.join('\n') };
}

/**
 * @param {readonly string[]} names
 * @param {number} y
 */
function legend(names, y) {
  let x = 16;
  return names
    .map((name, index) => {
      const at = x;
      x += 34 + 7 * name.length;
      return `<rect class="bar c${index}" x="${at}" y="${y - 10}" width="12" height="12"/><text x="${at + 17}" y="${y}">${text(name)}</text>`;
    })
    .join('');
}

/** @param {string} words */
function sentence(words) {
  return words[0].toUpperCase() + words.slice(1);
}

/** @param {number} value */
function short(value) {
  const size = Math.abs(value);
  if (size >= 1e6) return `${Number((value / 1e6).toPrecision(3))}M`;
  if (size >= 1e4) return `${Number((value / 1e3).toPrecision(3))}k`;
  return String(Number(value.toPrecision(3)));
}

/** @param {string} words */
function text(words) {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
