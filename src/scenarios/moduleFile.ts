/**
 * Reads a scenario that is a program: the default export of a JavaScript or TypeScript module.
 *
 * JavaScript is loaded by Node itself. TypeScript goes through jiti on every version of Node alike, so that a scenario
 * does not depend on which one runs it. A module is code of the user's: whatever it throws becomes one clear message,
 * without the stack of the machinery that loaded it.
 */
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { err, ok, type Result } from '../model/result.js';
import { BadInputError, type BadInput, type Place } from './problems.js';

/** Endings of modules. */
export const MODULE_ENDINGS = ['.ts', '.mts', '.js', '.mjs'];

/** The default export of a module; or what is wrong with it. Runs the module's code. */
export async function loadModule(file: string): Promise<Result<unknown, BadInput[]>> {
  const path = resolve(file);
  let value: unknown;
  let kind: string;
  try {
    const loaded: unknown = /\.m?ts$/.test(file)
      ? await importTypeScript(path)
      : await import(pathToFileURL(path).href);
    value = (loaded as { default?: unknown } | null)?.default;
    kind = kindOf(value);
  } catch (error) {
    return err(thrownBy(error, file, path));
  }
  if (kind === 'object') return ok(value);
  const what = value === undefined ? 'there is no default export' : `the default export is a ${kind}`;
  const fix = 'write export default scenario({ name: …, cluster: …, steps: […] })';
  return err([{ code: 'BAD_MODULE', where: [], what, fix, file }]);
}

/**
 * Reads what a module exports, which may run more of the module's code (a getter, a proxy): what that throws is a problem
 * of the file.
 *
 * @throws what the reader throws over a plain value: that is a mistake of its own
 */
export function readExport<T>(
  value: unknown,
  file: string,
  reader: () => Result<T, BadInput[]>,
): Result<T, BadInput[]> {
  try {
    return reader();
  } catch (error) {
    if (isPlain(value)) throw error;
    return err(thrownBy(error, file, resolve(file)));
  }
}

/** Whether reading a value runs no code that throws. */
function isPlain(value: unknown): boolean {
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}

async function importTypeScript(path: string): Promise<unknown> {
  const { createJiti } = await import('jiti');
  return createJiti(import.meta.url, { fsCache: false, interopDefault: false }).import(path);
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? 'list' : value === null ? 'null' : typeof value;
}

/** What a module threw: the problems that `scenario()` found, or one message. */
function thrownBy(error: unknown, file: string, path: string): BadInput[] {
  if (error instanceof Error && error.name === 'BadInputError') {
    // By name, not by class: the module may have got another copy of this package.
    return (error as Error & Pick<BadInputError, 'problems'>).problems.map((problem) => ({
      ...problem,
      file: problem.file ?? file,
    }));
  }
  const text = error instanceof Error ? error.message : String(error);
  const told = firstLine(text.replaceAll(pathToFileURL(path).href, file).replaceAll(path, file));
  const syntax = error instanceof SyntaxError || text.includes('ParseError');
  const what = `${syntax ? 'the module cannot be read' : 'the module threw an error'}: ${told}`;
  const fix = syntax ? 'mend the syntax here' : 'mend the module; it must export a scenario by default';
  const place = placeIn(error, path) ?? (error instanceof SyntaxError ? placeOfSyntaxError(path) : undefined);
  return [{ code: 'BAD_MODULE', where: [], what, fix, file, place }];
}

function firstLine(text: string): string {
  const line = text
    .replace(/^ParseError: /, '')
    .split('\n')[0]
    .trim();
  return line === '' ? 'an error without a message' : line;
}

/** The place in the module where the error came from, if its stack or message names one. */
function placeIn(error: unknown, path: string): Place | undefined {
  const text = error instanceof Error ? `${error.stack ?? ''}\n${error.message}` : '';
  const escaped = path.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const [, line, column] = new RegExp(`${escaped}:(\\d+)(?::(\\d+))?`).exec(text) ?? [];
  return line === undefined ? undefined : { line: Number(line), column: Number(column ?? 1) };
}

/** Where Node finds a JavaScript file's syntax wrong; the error that an import throws does not say. */
function placeOfSyntaxError(path: string): Place | undefined {
  const { stderr } = spawnSync(process.execPath, ['--check', path], { encoding: 'utf8', timeout: 10_000 });
  const [first, , caret] = stderr.split('\n');
  const line = first.startsWith(`${path}:`) ? Number(first.slice(path.length + 1)) : NaN;
  return Number.isInteger(line) ? { line, column: (caret ?? '').indexOf('^') + 1 || 1 } : undefined;
}
