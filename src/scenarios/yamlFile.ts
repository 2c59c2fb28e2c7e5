/**
 * Reads the text of a YAML (or JSON) scenario file into a plain value, and knows where everything in it stands.
 *
 * A file may be anything: half a file, a thousand brackets, a list that contains itself. So nesting is measured on the
 * tokens, before the recursive part of the parser sees them; aliases are followed by our own walk, which counts them;
 * and repeated keys are found there too, because the parser compares each key with each. A file that gets through is a
 * tree of mappings, lists and scalars of bounded depth.
 */
import {
  Composer,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  Parser,
  type Alias,
  type CST,
  type Document,
  type Node,
} from 'yaml';
import type { Problem } from '../model/result.js';
import { describe, type Place } from './problems.js';

type Path = readonly (string | number)[];

/** Mappings and lists inside each other; a scenario needs seven. */
const DEPTH_MAX = 40;
/** Uses of aliases in one file. */
const ALIASES_MAX = 1000;
/** Tokens in one file: a scenario of 1 MiB has fewer. */
const TOKENS_MAX = 800_000;
/** Values in one file, those of aliases counted at each use. */
const VALUES_MAX = 250_000;

/** A problem with the place in the text where it is. */
export interface PlacedProblem extends Problem {
  readonly place?: Place;
}

/** A parsed file. */
export interface YamlFile {
  readonly value: unknown;
  /** Where a path's value starts (or its key, or the nearest thing around it that exists). */
  readonly place: (path: Path, which: 'key' | 'value') => Place;
  /** How the scalar at a path is written, without quotes; undefined where there is none. */
  readonly written: (path: Path) => string | undefined;
}

/** Parses a file's text. Answers all problems of its syntax, each with its place. */
export function parseYaml(source: string): YamlFile | { readonly problems: readonly PlacedProblem[] } {
  const placeAt = placesOf(source);
  const monster = scan(source);
  if (monster !== undefined) return { problems: [{ ...monster.problem, place: placeAt(monster.offset) }] };
  const tokens = [...new Parser().parse(source)];
  const deep = tooDeep(tokens);
  if (deep !== undefined) return { problems: [{ ...TOO_DEEP, place: placeAt(deep) }] };
  const composer = new Composer({ uniqueKeys: false, prettyErrors: false, logLevel: 'silent', stringKeys: false });
  const documents = [...composer.compose(tokens, true, source.length)];
  const [document] = documents;
  const syntax = syntaxProblems(documents, placeAt);
  if (syntax.length > 0) return { problems: syntax };
  if (document.contents === null) return { problems: [{ ...EMPTY, place: { line: 1, column: 1 } }] };
  const walk = new Walk(placeAt);
  const value = walk.read(document.contents, []);
  if (walk.problems.length > 0) return { problems: walk.problems };
  return {
    value,
    place: (path, which) => placeAt(find(document, path, which).offset),
    written: (path) => find(document, path, 'value').source,
  };
}

const EMPTY: Problem = {
  code: 'EMPTY_FILE',
  where: [],
  what: 'the file is empty',
  fix: 'write a scenario: name, cluster and steps',
};

const TOO_DEEP: Problem = {
  code: 'TOO_DEEP',
  where: [],
  what: `mappings and lists are nested more than ${DEPTH_MAX} deep`,
  fix: 'a scenario needs seven levels; check brackets and indentation',
};

const TOO_LARGE: Problem = {
  code: 'TOO_LARGE',
  where: [],
  what: 'the file holds far too many values',
  fix: 'write a smaller scenario, or several',
};

// ---------------------------------------------------------------- syntax

/**
 * What the tokens alone show, before anything is built from them: brackets or dashes nested too deep, or far too many.
 * Tokens of one control character stand for nothing in the text; the one after `\x1f` is a scalar, whatever it holds.
 */
function scan(source: string): { problem: Problem; offset: number } | undefined {
  let [offset, tokens, brackets, dashes, scalar] = [0, 0, 0, 0, false];
  for (const token of new Lexer().lex(source)) {
    if (++tokens > TOKENS_MAX) return { problem: TOO_LARGE, offset };
    if (!scalar) {
      if (token === '[' || token === '{') brackets++;
      else if (token === ']' || token === '}') brackets--;
      else if (token === '-' || token === '?') dashes++;
      else if (token.startsWith('\n')) dashes = 0;
      if (Math.max(brackets, dashes) > DEPTH_MAX) return { problem: TOO_DEEP, offset };
    }
    scalar = token === '\x1f';
    if (!/^[\x02\x18\x1f]$/.test(token)) offset += token.length;
  }
  return undefined;
}

/** Where nesting goes beyond `DEPTH_MAX`; found without recursion. */
function tooDeep(tokens: readonly CST.Token[]): number | undefined {
  const open: { token: CST.Token; depth: number }[] = tokens.map((token) => ({ token, depth: 0 }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { token, depth } = next;
    if (depth > DEPTH_MAX) return token.offset;
    if (token.type === 'document' && token.value !== undefined) open.push({ token: token.value, depth });
    if (!('items' in token)) continue;
    for (const { key, value } of token.items as readonly { key?: CST.Token | null; value?: CST.Token }[]) {
      if (key) open.push({ token: key, depth: depth + 1 });
      if (value) open.push({ token: value, depth: depth + 1 });
    }
  }
  return undefined;
}

/** What is right instead, for the parser's commoner complaints. */
const MENDS: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'indent with spaces',
  BAD_INDENT: 'indent the lines of one mapping or list alike, and close brackets inside it',
  MISSING_CHAR: 'add the missing character; texts with special characters need both quotes',
  BLOCK_AS_IMPLICIT_KEY: 'put a text that contains ": " in quotes, or a mapping on a line of its own',
  MULTIPLE_DOCS: 'a file holds one scenario: remove the --- line, or make two files',
  MULTIPLE_ANCHORS: 'a value has at most one anchor',
  BAD_ALIAS: 'name an anchor (&name) that stands before',
  TAG_RESOLVE_FAILED: 'leave the tag out',
  UNEXPECTED_TOKEN: 'remove it, or put the text in quotes',
};

function syntaxProblems(documents: readonly Document.Parsed[], placeAt: (offset: number) => Place): PlacedProblem[] {
  const problems: PlacedProblem[] = [];
  for (const [index, document] of documents.entries()) {
    for (const { code, message, pos } of [...document.errors, ...document.warnings]) {
      const what = `this is no YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}`;
      const fix = MENDS[code] ?? 'check quotes, brackets, colons and indentation here';
      problems.push({ code: 'BAD_YAML', where: [], what, fix, place: placeAt(pos[0]) });
    }
    if (index === 1) {
      const what = 'a second document starts here';
      problems.push({
        code: 'MANY_DOCUMENTS',
        where: [],
        what,
        fix: MENDS.MULTIPLE_DOCS,
        place: placeAt(document.range[0]),
      });
    }
  }
  return problems;
}

// ---------------------------------------------------------------- values

const TAGS = new Set(['str', 'int', 'float', 'bool', 'null', 'map', 'seq'].map((tag) => `tag:yaml.org,2002:${tag}`));

/** Reads a document's nodes into plain values, counting as it goes. */
class Walk {
  readonly problems: PlacedProblem[] = [];
  private values = 0;
  private aliases = 0;
  /** Aliases that are being followed right now. */
  private following = 0;
  /** The last node of each anchor so far. */
  private readonly anchors = new Map<string, Node>();
  private readonly above: Node[] = [];

  constructor(private readonly placeAt: (offset: number) => Place) {}

  /** The value of a node; undefined after a problem. */
  read(node: unknown, path: Path): unknown {
    if (this.aliases > ALIASES_MAX || this.values > VALUES_MAX) return undefined;
    if (++this.values > VALUES_MAX) return this.report(TOO_LARGE, node, path);
    if (isAlias(node)) return this.readAlias(node, path);
    const { anchor } = node as { anchor?: string };
    if (anchor !== undefined && this.following === 0) this.anchors.set(anchor, node as Node);
    if (this.above.length > DEPTH_MAX) return this.report(TOO_DEEP, node, path);
    if (isTagged(node)) {
      const what = `the tag ${node.tag} has no meaning here`;
      return this.report({ code: 'BAD_YAML', where: path, what, fix: 'leave the tag out' }, node, path);
    }
    if (isScalar(node)) return this.readScalar(node.value, node, path);
    this.above.push(node as Node);
    const value = isSeq(node)
      ? node.items.map((item, index) => this.read(item, [...path, index]))
      : this.readMap(node, path);
    this.above.pop();
    return value;
  }

  private readScalar(value: unknown, node: unknown, path: Path): unknown {
    if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return value;
    return this.report(
      { code: 'BAD_YAML', where: path, what: `${describe(value)} has no meaning here`, fix: '' },
      node,
      path,
    );
  }

  private readMap(node: unknown, path: Path): unknown {
    const value: Record<string, unknown> = {};
    const seen = new Set<string>();
    if (!isMap(node)) return value;
    for (const pair of node.items) {
      const key = this.keyOf(pair.key, path);
      if (key === undefined) continue;
      if (seen.has(key)) {
        const what = `the key "${key}" stands here for the second time`;
        this.report({ code: 'DUPLICATE_KEY', where: [...path, key], what, fix: 'keep one of them' }, pair.key, path);
        continue;
      }
      seen.add(key);
      const read = pair.value === null ? null : this.read(pair.value, [...path, key]);
      Object.defineProperty(value, key, { value: read, enumerable: true, configurable: true, writable: true });
    }
    return value;
  }

  private keyOf(key: unknown, path: Path): string | undefined {
    if (isScalar(key)) return keyText(key.value);
    const problem = {
      code: 'BAD_YAML',
      where: path,
      what: 'a key here is no plain word',
      fix: 'write one word as the key',
    };
    this.report(problem, key, path);
    return undefined;
  }

  private readAlias(node: Alias, path: Path): unknown {
    this.aliases++;
    if (this.aliases > ALIASES_MAX) {
      const what = `aliases stand for more than ${ALIASES_MAX} values`;
      return this.report({ code: 'TOO_MANY_ALIASES', where: path, what, fix: 'write the values out' }, node, path);
    }
    const target = this.anchors.get(node.source);
    if (target === undefined) {
      const problem = { code: 'BAD_YAML', where: path, what: 'this alias has no anchor before it' };
      return this.report({ ...problem, fix: 'name an anchor (&name) that stands before' }, node, path);
    }
    if (this.above.includes(target)) {
      const what = 'this alias stands inside the value that it repeats, which would never end';
      return this.report({ code: 'CYCLE', where: path, what, fix: 'write the value out' }, node, path);
    }
    this.following++;
    const value = this.read(target, path);
    this.following--;
    return value;
  }

  private report(problem: Problem, node: unknown, path: Path): undefined {
    const offset = (node as Partial<Node>).range?.[0] ?? 0;
    this.problems.push({ ...problem, where: path, place: this.placeAt(offset) });
    return undefined;
  }
}

function isTagged(node: unknown): node is { tag: string } {
  const tag = (node as { tag?: unknown }).tag;
  return typeof tag === 'string' && !TAGS.has(tag);
}

/** A plain key as text; what is no text (`7:`, `true:`) is one all the same. */
function keyText(value: unknown): string {
  return typeof value === 'string' ? value : value === null || typeof value === 'object' ? '' : JSON.stringify(value);
}

// ---------------------------------------------------------------- places

/** Answers the places of offsets in a text. */
function placesOf(source: string): (offset: number) => Place {
  const starts = [0];
  for (let end = source.indexOf('\n'); end >= 0; end = source.indexOf('\n', end + 1)) starts.push(end + 1);
  return (offset) => {
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (starts[middle] <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - starts[low] + 1 };
  };
}

/** A place that a path leads to, and how the scalar there is written. */
interface Found {
  readonly offset: number;
  readonly source?: string;
}

/** Follows a path as far as it goes. What an alias stands for has the place of the alias. */
function find(document: Document.Parsed, path: Path, which: 'key' | 'value'): Found {
  let node: unknown = document.contents;
  let offset = offsetOf(node) ?? 0;
  for (const [depth, step] of path.entries()) {
    const inside = isAlias(node) ? node.resolve(document) : node;
    let next: unknown;
    if (isMap(inside)) {
      const pair = inside.items.find(({ key }) => isScalar(key) && keyText(key.value) === String(step));
      if (pair === undefined) return { offset };
      offset = offsetOf(pair.key) ?? offset;
      if (which === 'key' && depth === path.length - 1) return { offset };
      next = pair.value;
    } else if (isSeq(inside)) {
      next = inside.items[Number(step)];
    }
    if (next === undefined || next === null) return { offset };
    node = next;
    offset = offsetOf(node) ?? offset;
  }
  return { offset, source: isScalar(node) ? node.source : undefined };
}

function offsetOf(node: unknown): number | undefined {
  return (node as Partial<Node> | null)?.range?.[0];
}
