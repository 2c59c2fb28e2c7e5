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

/** What is wrong with the wish for reports, as a sentence; undefined where all can be written. */
export function reportProblem(paths: readonly string[]): string | undefined {
  for (const path of paths) {
    const ending = endingOf(path);
    if (ending === undefined) {
      return `--report ${path}: the ending decides the kind of report; write one of ${ENDINGS.join(', ')}`;
    }
    const problem = unwritable(path);
    if (problem !== undefined) return `--report ${path}: ${problem}`;
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
  const present = statSync(path, { throwIfNoEntry: false });
  if (present?.isDirectory() === true) return 'this is a directory; name a file in it';
  try {
    accessSync(present === undefined ? directory : path, constants.W_OK);
    return undefined;
  } catch {
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

/** The names of files without directory and ending, numbered where two are the same. */
function uniqueStems(files: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return files.map((file) => {
    const stem = basename(file, extname(file));
    const times = (seen.get(stem) ?? 0) + 1;
    seen.set(stem, times);
    return times === 1 ? stem : `${stem}-${times}`;
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
