/**
 * Turns what zod found into messages for people: what is wrong where, and what would be right.
 *
 * Zod reports a failed union as the failures of all its alternatives. Only one of them is of interest: for a step the
 * one its key names, else the one whose kind of value was written. Everything else is wording; the phrases of what
 * would be right come with the schemas (schemaWords.ts).
 */
import type * as z from 'zod';
import { nearest } from '../model/nearest.js';
import type { Problem } from '../model/result.js';
import { formatDuration, parseDuration } from '../model/time.js';
import { describe, suggestion } from './problems.js';
import { EXPECT_KEYS, scenarioSchema, STEP_NAMES, type CheckedScenario } from './schema.js';
import { DURATION_PHRASE, FLAG_PHRASE, KEY_SEPARATOR, PROBABILITY_PHRASE } from './schemaWords.js';

type Path = readonly (string | number)[];
type Issue = z.core.$ZodIssue;

/** What checking a value's structure answers: the scenario with durations as text, or the problems. */
export type Structure = { readonly scenario: CheckedScenario } | { readonly problems: readonly Problem[] };

/**
 * Checks the structure of a value read from a file or written in TypeScript.
 * `written` answers how a scalar was spelt where that can be known (`7.0` is read as the number 7).
 */
export function checkStructure(value: unknown, written?: (path: Path) => string | undefined): Structure {
  const parsed = scenarioSchema.safeParse(value, { error: () => '' });
  if (parsed.success) return { scenario: parsed.data };
  const problems = parsed.error.issues.flatMap((issue) => explain(issue, [], { root: value, written }));
  return { problems: withoutEchoes(problems) };
}

interface Context {
  readonly root: unknown;
  readonly written?: (path: Path) => string | undefined;
}

/** A mistyped key is often also a missing one: then only the mistyped one is told. */
function withoutEchoes(problems: readonly Problem[]): Problem[] {
  const meant = new Set<string>();
  for (const { code, where, fix } of problems) {
    const best = code === 'UNKNOWN_KEY' ? /^did you mean "(.*)"\?$/.exec(fix)?.[1] : undefined;
    if (best !== undefined) meant.add(JSON.stringify([...where.slice(0, -1), best]));
  }
  return problems.filter(({ code, where }) => code !== 'MISSING_KEY' || !meant.has(JSON.stringify(where)));
}

function explain(issue: Issue, base: Path, context: Context): Problem[] {
  const path = [...base, ...issue.path.map((key) => (typeof key === 'symbol' ? String(key) : key))];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(key, path, issue.message.split(KEY_SEPARATOR)));
    case 'invalid_union':
      return isStep(path)
        ? explainStep(issue.errors, path, context)
        : explainUnion(issue.errors, issue.message, path, context);
    case 'invalid_value':
      return [wrongWord(issue.values.map(String), issue.message, path, context)];
    case 'invalid_type':
      if (valueAt(context.root, path) === undefined && path.length > 0) return [missing(path, issue.message)];
      return [wrongValue(issue.message, path, context)];
    case 'too_small':
    case 'too_big':
    case 'not_multiple_of':
    case 'invalid_format':
    case 'invalid_key':
    case 'invalid_element':
    case 'custom':
      return [wrongValue(issue.message, path, context)];
    default:
      return issue satisfies never;
  }
}

// ---------------------------------------------------------------- unions

function isStep(path: Path): boolean {
  return path.length === 2 && path[0] === 'steps';
}

function explainStep(alternatives: readonly Issue[][], path: Path, context: Context): Problem[] {
  const step = valueAt(context.root, path);
  if (typeof step !== 'object' || step === null || Array.isArray(step)) {
    return [wrongValue('a step, such as { at: 60s, crash: ServerA }', path, context)];
  }
  const keys = Object.keys(step);
  const named = STEP_NAMES.filter((name) => keys.includes(name));
  if (named.length > 1) return [twoSteps(named, path)];
  if (named.length === 1) {
    return alternatives[STEP_NAMES.indexOf(named[0])].flatMap((issue) => explain(issue, path, context));
  }
  const meant = keys.filter((key) => !['at', 'after', 'id', 'refused'].includes(key));
  return meant.length === 0 ? [noStep(path)] : meant.map((key) => unknownKey(key, path, STEP_NAMES));
}

function twoSteps(named: readonly string[], path: Path): Problem {
  const [first, second] = named;
  return {
    code: 'TWO_STEPS',
    where: [...path, second],
    what: `${nameOf(path)} says both "${first}" and "${second}"`,
    fix: 'write two steps; the second without `at` happens at once',
  };
}

function noStep(path: Path): Problem {
  return {
    code: 'NO_STEP',
    where: path,
    what: `${nameOf(path)} does nothing`,
    fix: `name a step: ${STEP_NAMES.join(', ')}`,
  };
}

/** Explains the alternative whose kind of value was written; the one with the fewest issues, if several are. */
function explainUnion(alternatives: readonly Issue[][], phrase: string, path: Path, context: Context): Problem[] {
  const sameKind = alternatives.filter((issues) => issues.every((issue) => issue.path.length > 0 || !isKind(issue)));
  if (sameKind.length === 0) {
    const words = alternatives.flatMap(([issue]) => (issue.code === 'invalid_value' ? issue.values.map(String) : []));
    return [words.length > 0 ? wrongWord(words, phrase, path, context) : wrongValue(phrase, path, context)];
  }
  const [best] = [...sameKind].sort((a, b) => a.length - b.length);
  return best.flatMap((issue) => explain(issue, path, context));
}

function isKind(issue: Issue): boolean {
  return issue.code === 'invalid_type' || issue.code === 'invalid_value' || issue.code === 'custom';
}

// ---------------------------------------------------------------- wording

function unknownKey(key: string, path: Path, known: readonly string[]): Problem {
  const where = [...path, key];
  const steps = isStep(path);
  if (steps && known !== STEP_NAMES && (STEP_NAMES as readonly string[]).includes(key)) {
    return twoSteps([known[0], key], path);
  }
  if (steps && known.includes('expect') && EXPECT_KEYS.includes(key)) {
    const what = `"${key}" stands beside expect`;
    return { code: 'UNKNOWN_KEY', where, what, fix: `put it inside: expect: { …, ${key}: … }` };
  }
  return {
    code: steps && known === STEP_NAMES ? 'UNKNOWN_STEP' : 'UNKNOWN_KEY',
    where,
    what: steps && known === STEP_NAMES ? `unknown step "${key}"` : `unknown key "${key}" in ${nameOf(path)}`,
    fix: suggestion(nearest(key, known), `known are ${known.join(', ')}`),
  };
}

function missing(path: Path, phrase: string): Problem {
  const key = String(path[path.length - 1]);
  const what = `"${key}" is missing in ${nameOf(path.slice(0, -1))}`;
  return { code: 'MISSING_KEY', where: path, what, fix: phrase === '' ? `add ${key}` : `add ${key}: ${phrase}` };
}

function wrongWord(words: readonly string[], phrase: string, path: Path, context: Context): Problem {
  const found = valueAt(context.root, path);
  if (typeof found !== 'string') return wrongValue(phrase === '' ? words.join(', ') : phrase, path, context);
  const all = phrase === '' ? words.join(', ') : phrase;
  const fix = suggestion(nearest(found, words), `write ${all}`);
  return { code: 'UNKNOWN_VALUE', where: path, what: `${nameOf(path)} is ${describe(found)}`, fix };
}

function wrongValue(phrase: string, path: Path, context: Context): Problem {
  const found = valueAt(context.root, path);
  const spelt = context.written?.(path);
  const shown = typeof found === 'number' && spelt !== undefined ? `the number ${spelt}` : describe(found);
  const problem = { where: path, what: `${nameOf(path)} is ${shown}` };
  if (phrase === DURATION_PHRASE) return { code: 'BAD_DURATION', ...problem, fix: durationFix(found) };
  if (phrase === PROBABILITY_PHRASE) return { code: 'OUT_OF_RANGE', ...problem, fix: probabilityFix(found) };
  if (phrase === FLAG_PHRASE && typeof found === 'string')
    return { code: 'WRONG_TYPE', ...problem, fix: flagFix(found) };
  const scalar = typeof found === 'number' || typeof found === 'boolean';
  const text = scalar && wantsText(phrase) ? `, in quotes: "${spelt ?? String(found)}"` : '';
  return { code: 'WRONG_TYPE', ...problem, fix: `write ${phrase === '' ? 'another kind of value' : phrase}${text}` };
}

/** Whether a phrase asks for text where a bare number or a true was written. */
function wantsText(phrase: string): boolean {
  return /name|text|version|path|address/.test(phrase) && !/mapping|list|number/.test(phrase);
}

function probabilityFix(found: unknown): string {
  const percent = typeof found === 'string' ? /^(\d+(?:\.\d+)?)\s*%$/.exec(found)?.[1] : undefined;
  return percent === undefined || Number(percent) > 100
    ? `write ${PROBABILITY_PHRASE}`
    : `did you mean ${Number(percent) / 100}?`;
}

/** YAML 1.2 knows only true and false; many people write yes or off. */
function flagFix(found: string): string {
  if (/^(yes|y|on|true)$/i.test(found)) return 'did you mean true?';
  return /^(no|n|off|false)$/i.test(found) ? 'did you mean false?' : `write ${FLAG_PHRASE}`;
}

function durationFix(found: unknown): string {
  if (typeof found === 'number' && found > 0) {
    const seconds = parseDuration(`${found}s`);
    if (seconds !== undefined) return `write its unit, such as ${formatDuration(seconds)} or ${found}ms`;
  }
  if (typeof found === 'string') {
    const closer = parseDuration(
      found
        .toLowerCase()
        .replaceAll(/[\s,_]/g, '')
        .replaceAll(/(sec|min|h)[a-z]*/g, shortUnit),
    );
    if (closer !== undefined) return `did you mean ${formatDuration(closer)}?`;
  }
  return `write ${DURATION_PHRASE}`;
}

function shortUnit(unit: string): string {
  return unit[0];
}

/** The thing at a path, as a message names it: `heartbeat`, `groups[0]`, `step 3`. */
function nameOf(path: Path): string {
  if (path.length === 0) return 'the scenario';
  const last = path[path.length - 1];
  if (typeof last === 'string') return last;
  return isStep(path) ? `step ${last + 1}` : `${path.length > 1 ? nameOf(path.slice(0, -1)) : ''}[${last}]`;
}

/** The value at a path; undefined where there is none. */
function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string | number, unknown>)[key];
  }
  return value;
}
