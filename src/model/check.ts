/**
 * How what a user wrote is read without trusting it.
 *
 * A scenario file or a program may hand over anything: a number where a list belongs, a proxy that throws, a list of
 * four thousand million holes. So values are read one level at a time, each exactly once and inside a net, lists only
 * up to their limit, and every mistake is noted while the reading goes on: a user wants all of them at once. Readers
 * answer a usable value even after a mistake; whoever asked looks at `problems` at the end.
 */
import { NAME_PATTERN } from './limits.js';
import { nearest } from './nearest.js';
import type { Problem } from './result.js';
import { formatDuration, micros, parseDuration, type Micros } from './time.js';

/** Where in the user's object: keys and positions from the outside inwards. */
export type Path = readonly (string | number)[];

/** One object of what the user wrote: its own keys, each read once. A key whose value is undefined is left out. */
export type Fields = ReadonlyMap<string, unknown>;

/** The codes of the problems that this room reports. They are part of the public interface. */
export type ProblemCode =
  /** A value of another type than the one needed. */
  | 'WRONG_TYPE'
  /** Something that must be there is not. */
  | 'MISSING_KEY'
  /** A key that has no meaning here. */
  | 'UNKNOWN_KEY'
  /** None of the words that may stand here. */
  | 'UNKNOWN_VALUE'
  /** A value that fails when it is read. */
  | 'UNREADABLE'
  | 'BAD_NAME'
  | 'BAD_TEXT'
  | 'BAD_DURATION'
  | 'BAD_ADDRESS'
  | 'BAD_DRIVE'
  | 'BAD_PORT'
  | 'BAD_REGISTRY_KEY'
  | 'DUPLICATE_NAME'
  | 'DUPLICATE_ADDRESS'
  | 'DUPLICATE_DRIVE'
  | 'UNKNOWN_SERVER'
  | 'EMPTY_LIST'
  | 'TOO_MANY'
  | 'TOO_MANY_SERVERS'
  | 'OUT_OF_RANGE'
  /** A parameter that belongs to another type of resource. */
  | 'FOREIGN_PARAMETER'
  /** A setting that means nothing together with another one. */
  | 'NOT_APPLICABLE';

/** Reads untrusted values and notes what is wrong with them. */
export class Checker {
  /** What was wrong so far, in the order of reading. */
  readonly problems: Problem[] = [];

  /** Notes a mistake. Always answers undefined, so that a reader can end with it. */
  report(code: ProblemCode, where: Path, what: string, fix: string): undefined {
    this.problems.push({ code, where, what, fix });
    return undefined;
  }

  /** Reads an object's own keys; those not in `known` are mistakes. Undefined where it is no object at all. */
  fields(value: unknown, where: Path, what: string, known: readonly string[]): Fields | undefined {
    const tag = this.read(() => Object.prototype.toString.call(value), where);
    if (tag === undefined) return undefined;
    // Dates, maps and the like are objects too, but what they hold would go unread.
    if (typeof value !== 'object' || value === null || tag !== '[object Object]') {
      const wrong = `${what} cannot be ${shown(value)}.`;
      return this.report('WRONG_TYPE', where, wrong, `Write an object with the keys ${known.join(', ')}.`);
    }
    const fields = new Map<string, unknown>();
    for (const key of this.read(() => Object.keys(value), where) ?? []) {
      if (!known.includes(key)) {
        this.unknownKey(key, where, what, known);
        continue;
      }
      const field = this.read(() => (value as Record<string, unknown>)[key], [...where, key]);
      if (field !== undefined) fields.set(key, field);
    }
    return fields;
  }

  private unknownKey(key: string, where: Path, what: string, known: readonly string[]): void {
    const meant = nearest(key, known);
    const hint = meant === undefined ? '' : `Did you mean ${meant}? `;
    const wrong = `${what} has no key ${shown(key)}.`;
    this.report('UNKNOWN_KEY', [...where, key], wrong, `${hint}The keys are ${known.join(', ')}.`);
  }

  /** Reads a list of at most `max` items (those beyond are a mistake and are not looked at). */
  items(value: unknown, where: Path, what: string, max: number, tooMany: ProblemCode = 'TOO_MANY'): unknown[] {
    if (!isList(value)) {
      this.report('WRONG_TYPE', where, `${what} cannot be ${shown(value)}.`, 'Write a list.');
      return [];
    }
    const length = this.read(() => Math.trunc(value.length), where) ?? 0;
    if (length > max) {
      this.report(tooMany, where, `${what} has ${length} entries.`, `At most ${max} are possible.`);
    }
    const items: unknown[] = [];
    for (let i = 0; i < Math.min(length, max); i++) items.push(this.read(() => value[i], [...where, i]));
    return items;
  }

  /** Like `items`, and an empty list is a mistake too. */
  someItems(value: unknown, where: Path, what: string, max: number, tooMany?: ProblemCode): unknown[] {
    const before = this.problems.length;
    const items = this.items(value, where, what, max, tooMany);
    if (items.length === 0 && this.problems.length === before) {
      this.report('EMPTY_LIST', where, `${what} is empty.`, 'Write at least one entry.');
    }
    return items;
  }

  /** Runs a reading that the user's object may make fail. */
  private read<T>(reading: () => T, where: Path): T | undefined {
    try {
      return reading();
    } catch {
      return this.report('UNREADABLE', where, 'Reading this value fails.', 'Write a plain value.');
    }
  }

  /** Reads a text of 1 to `lengthMax` characters without control characters or broken surrogates. */
  text(value: unknown, where: Path, what: string, lengthMax: number, code: ProblemCode): string | undefined {
    const fix = `Write a text of 1 to ${lengthMax} characters without control characters.`;
    if (value === undefined) return this.report('MISSING_KEY', where, `${what} is missing.`, fix);
    if (typeof value !== 'string') return this.report('WRONG_TYPE', where, `${what} cannot be ${shown(value)}.`, fix);
    if (value.length >= 1 && value.length <= lengthMax && !/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(value)) return value;
    return this.report(code, where, `${what} cannot be ${shown(value)}.`, fix);
  }

  /** Reads a name of section 5.2.1's form. A bad one is answered all the same, so that references to it are found. */
  name(value: unknown, where: Path, what: string): string | undefined {
    const fix = 'Write 1 to 15 letters, digits, hyphens or underscores (section 5.2.1).';
    if (value === undefined) return this.report('MISSING_KEY', where, `${what} is missing.`, fix);
    if (typeof value !== 'string') return this.report('WRONG_TYPE', where, `${what} cannot be ${shown(value)}.`, fix);
    if (!NAME_PATTERN.test(value)) this.report('BAD_NAME', where, `${what} cannot be ${shown(value)}.`, fix);
    return value;
  }

  /** Reads one of a few words; the fallback where it is left out. */
  oneOf<T extends string>(fields: Fields, key: string, at: Path, choices: readonly T[], fallback: T): T {
    const value = fields.get(key);
    if (value === undefined) return fallback;
    const known = choices.find((choice) => choice === value);
    if (known !== undefined) return known;
    const meant = typeof value === 'string' ? nearest(value, choices) : undefined;
    const hint = meant === undefined ? '' : `Did you mean ${meant}? `;
    const fix = `${hint}Write one of: ${choices.map((choice) => shown(choice)).join(', ')}.`;
    this.report(typeof value === 'string' ? 'UNKNOWN_VALUE' : 'WRONG_TYPE', [...at, key], cannotBe(key, value), fix);
    return fallback;
  }

  /** Reads true or false. */
  flag(fields: Fields, key: string, at: Path, fallback: boolean): boolean {
    const value = fields.get(key);
    if (value === undefined || typeof value === 'boolean') return value ?? fallback;
    this.report('WRONG_TYPE', [...at, key], cannotBe(key, value), 'Write true or false.');
    return fallback;
  }

  /** Reads a whole number from `min` to `max`. */
  whole(fields: Fields, key: string, at: Path, min: number, max: number, fallback: number): number {
    const value = fields.get(key);
    if (value === undefined) return fallback;
    if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
    this.badNumber(key, value, at, `Write a whole number from ${min} to ${max}.`);
    return fallback;
  }

  /** Reads a probability, 0 to 1. */
  probability(fields: Fields, key: string, at: Path, fallback: number): number {
    const value = fields.get(key);
    if (value === undefined) return fallback;
    if (typeof value === 'number' && value >= 0 && value <= 1) return value;
    this.badNumber(key, value, at, 'Write a number from 0 to 1, e.g. 0.2 for one in five.');
    return fallback;
  }

  private badNumber(key: string, value: unknown, at: Path, fix: string): void {
    this.report(typeof value === 'number' ? 'OUT_OF_RANGE' : 'WRONG_TYPE', [...at, key], cannotBe(key, value), fix);
  }

  /** Reads a duration from `min` to `max`, such as `250ms` or `10m50s`. */
  duration(fields: Fields, key: string, at: Path, min: Micros, max: Micros, fallback: Micros): Micros {
    const value = fields.get(key);
    if (value === undefined) return fallback;
    const where = [...at, key];
    const span = typeof value === 'string' ? parseDuration(value) : value === 0 ? micros(0) : undefined;
    if (span === undefined) {
      this.report('BAD_DURATION', where, cannotBe(key, value), 'Write a number with its unit, e.g. 250ms, 3s, 10m50s.');
      return fallback;
    }
    if (span >= min && span <= max) return span;
    const fix = `Write a duration from ${formatDuration(min)} to ${formatDuration(max)}.`;
    this.report('OUT_OF_RANGE', where, cannotBe(key, value), fix);
    return fallback;
  }
}

/**
 * Names of one kind, of which no two may be the same. Two that differ only in capitals count as the same: Windows
 * takes them for one.
 */
export class UniqueNames {
  private readonly claimed = new Map<string, string>();

  /** @param what the kind, with its article, e.g. `a server` */
  constructor(
    private readonly check: Checker,
    private readonly what: string,
  ) {}

  /** Notes a name that stands elsewhere, without judging it. */
  reserve(name: string): void {
    if (!this.claimed.has(name.toLowerCase())) this.claimed.set(name.toLowerCase(), name);
  }

  /** Notes a name; reports it where it is already known. */
  claim(name: string, where: Path): void {
    const first = this.claimed.get(name.toLowerCase());
    if (first === undefined) return this.reserve(name);
    const differs = first === name ? '' : ', and names that differ only in capitals are the same to Windows';
    const what = `There already is ${this.what} named ${shown(first)}${differs}.`;
    this.check.report('DUPLICATE_NAME', where, what, 'Give it another name.');
  }
}

function cannotBe(key: string, value: unknown): string {
  return `${key} cannot be ${shown(value)}.`;
}

/** `Array.isArray` that does not fail on a revoked proxy. */
function isList(value: unknown): value is readonly unknown[] {
  try {
    return Array.isArray(value);
  } catch {
    return false;
  }
}

/** A value as an error message shows it: short, on one line, and never failing. */
export function shown(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
    case 'object':
      return value === null ? 'null' : isList(value) ? 'a list' : 'an object';
    case 'function':
    case 'symbol':
      return `a ${typeof value}`;
    case 'bigint':
      return shortened(`${value}n`);
    default:
      return shortened(String(value));
  }
}

function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
