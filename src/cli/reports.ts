/**
 * Report files: which kind by the ending of their name, one for each scenario, checked before anything runs, because a
 * run of minutes must not end in "no such directory".
 */
import { accessSync, constants, statSync } from 'node:fs';
import { basename, dirname, extname, resolve } from 'node:path';
import { chromeTrace, htmlReport, svgChart, type HeartbeatRecorder } from '../report/index.js';
import type { ScenarioResult } from '../scenarios/result.js';
import type { Scenario } from '../scenarios/scenario.js';
import { junitXml } from './junit.js';

/** The endings of report files. The longer ones come first: `.trace.json` is no `.json`. */
const ENDINGS = ['.trace.json', '.html', '.svg', '.xml'] as const;
type Ending = (typeof ENDINGS)[number];

/** One report file of one scenario. */
export interface Report {
  readonly path: string;
  readonly ending: Ending;
}

/** What is wrong with the wish for reports of these files, as a sentence; undefined where all can be written. */
export function reportProblem(paths: readonly string[], files: readonly string[]): string | undefined {
  for (const path of paths) {
    if (endingOf(path) === undefined) {
      return `--report ${path}: the ending decides the kind of report; write one of ${ENDINGS.join(', ')}`;
    }
    for (const report of reportsOf([path], files).flat()) {
      const problem = unwritable(report.path);
      const name = report.path === path ? path : `${path}, written as ${report.path}`;
      if (problem !== undefined) return `--report ${name}: ${problem}`;
    }
  }
  return undefined;
}

function endingOf(path: string): Ending | undefined {
  return ENDINGS.find((ending) => path.toLowerCase().endsWith(ending) && basename(path).length > ending.length);
}

function unwritable(path: string): string | undefined {
  const directory = dirname(resolve(path));
  try {
    if (!statSync(directory).isDirectory()) return `${dirname(path)} is no directory; name a file in one`;
  } catch {
    return `there is no directory ${dirname(path)}; make it first`;
  }
  try {
    const present = statSync(path, { throwIfNoEntry: false });
    if (present?.isDirectory() === true) return 'this is a directory; name a file in it';
    accessSync(present === undefined ? directory : path, constants.W_OK);
    return undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENAMETOOLONG') return 'this name is too long; choose a shorter one';
    return 'this may not be written; choose another place';
  }
}

/** The report files of each scenario: as named for one, with the scenario's file name inserted for several. */
export function reportsOf(paths: readonly string[], files: readonly string[]): Report[][] {
  const stems = uniqueStems(files);
  return files.map((_, index) =>
    paths.map((path) => {
      const ending = endingOf(path) ?? '.html';
      const start = path.slice(0, path.length - ending.length);
      return { path: files.length === 1 ? path : `${start}.${stems[index]}${ending}`, ending };
    }),
  );
}

/** The names of files without directory and ending; where two are the same, the later one with a number that no other has. */
function uniqueStems(files: readonly string[]): string[] {
  const stems = files.map((file) => basename(file, extname(file)));
  const taken = new Set(stems);
  return stems.map((stem, index) => {
    if (stems.indexOf(stem) === index) return stem;
    let times = 2;
    while (taken.has(`${stem}-${times}`)) times++;
    taken.add(`${stem}-${times}`);
    return `${stem}-${times}`;
  });
}

/** The contents of a report. */
export function reportText(
  ending: Report['ending'],
  scenario: Scenario,
  result: ScenarioResult,
  heartbeats: HeartbeatRecorder,
): string {
  switch (ending) {
    case '.html':
      return htmlReport(result.lines, heartbeats.series());
    case '.svg':
      return svgChart(result.lines);
    case '.trace.json':
      return chromeTrace(result.lines);
    case '.xml':
      return junitXml(scenario, result);
    default:
      return ending satisfies never;
  }
}
