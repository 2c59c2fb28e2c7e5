/**
 * What is wrong in a scenario, and how it is told: `file:line:column: what; what would be right`.
 *
 * All problems of a file are found together, each with its place, so that one reading mends them all. The same lines
 * are printed by the command line and carried by the error that `scenario()` throws.
 */
import type { Problem } from '../model/result.js';

/** So many problems of one file are told; what is beyond is counted only. */
const PROBLEMS_TOLD_MAX = 20;

/** A place in a file: lines and columns count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A problem with the file it is in; `place` where the file has lines that can be named. */
export interface BadInput extends Problem {
  readonly file?: string;
  readonly place?: Place;
}

/** Thrown where a scenario cannot be used: its message is what the command line would print. */
export class BadInputError extends Error {
  override readonly name = 'BadInputError';
  readonly problems: readonly BadInput[];

  constructor(problems: readonly BadInput[]) {
    super(formatProblems(problems).join('\n'));
    this.problems = problems;
  }
}

/** A path as a reader knows it from JavaScript: `steps[3].crash`. */
function formatPath(path: readonly (string | number)[]): string {
  const written = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join('');
  return written.replace(/^\./, '');
}

/** One problem as one line of text. */
function formatProblem(problem: BadInput): string {
  const { file, place, where, what, fix } = problem;
  const position = place === undefined ? '' : `:${place.line}:${place.column}`;
  const start = file === undefined ? 'scenario' : `${file}${position}`;
  const path = place === undefined && where.length > 0 ? ` ${formatPath(where)}:` : '';
  return `${start}:${path} ${clause(what)}${fix === '' ? '' : `; ${clause(fix)}`}`;
}

/** A part of a line. The model writes sentences: they lose their full stop and the capital of a common first word. */
function clause(text: string): string {
  if (!text.endsWith('.')) return text;
  return text.slice(0, -1).replace(/^[A-Z](?=[a-z]* )/, (letter) => letter.toLowerCase());
}

/** The lines that tell the problems of one file, in the order of their places, the first `PROBLEMS_TOLD_MAX`. */
export function formatProblems(problems: readonly BadInput[]): string[] {
  const lines = sortedByPlace(problems).map(formatProblem);
  const rest = lines.length - PROBLEMS_TOLD_MAX;
  if (rest <= 0) return lines;
  const start = problems[0].file === undefined ? 'scenario' : problems[0].file;
  return [...lines.slice(0, PROBLEMS_TOLD_MAX), `${start}: and ${rest} more`];
}

function sortedByPlace(problems: readonly BadInput[]): BadInput[] {
  const line = (problem: BadInput) => problem.place?.line ?? 0;
  const column = (problem: BadInput) => problem.place?.column ?? 0;
  return [...problems].sort((a, b) => line(a) - line(b) || column(a) - column(b));
}

/** A value as a message names it: `the number 3`, `"abc"`, `a list`. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return 'empty';
  if (typeof value === 'string') return value === '' ? 'an empty text' : JSON.stringify(shorten(value));
  if (typeof value === 'number') return `the number ${value}`;
  if (typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  return typeof value === 'object' ? 'a mapping' : `a ${typeof value}`;
}

function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

/** What is right instead of a mistyped word: the nearest one, or all. */
export function suggestion(best: string | undefined, all: string): string {
  return best === undefined ? all : `did you mean ${JSON.stringify(best)}?`;
}
