/**
 * Loads a scenario from a file, whatever that file may turn out to be: every way of being wrong ends in messages that
 * name the file and, where there is one, the place. Nothing is run. (A module's own code is, by loading it.)
 */
import { readFile, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { nearest } from '../model/nearest.js';
import { err, ok, type Result } from '../model/result.js';
import { loadModule, MODULE_ENDINGS, readExport } from './moduleFile.js';
import type { BadInput, Place } from './problems.js';
import { makeScenario, type Scenario } from './scenario.js';
import { parseYaml } from './yamlFile.js';

/** Larger files are refused unread. */
const FILE_BYTES_MAX = 1_048_576;

const YAML_ENDINGS = ['.yaml', '.yml', '.json'];
const ENDINGS = [...YAML_ENDINGS, ...MODULE_ENDINGS];

/** Loads and checks one scenario file; `path` is used in messages as it stands. Never throws for what is in the file. */
export async function loadScenario(path: string): Promise<Result<Scenario, BadInput[]>> {
  const unusable = await checkFile(path);
  if (unusable !== undefined) return err([unusable]);
  if (MODULE_ENDINGS.includes(extname(path).toLowerCase())) {
    const loaded = await loadModule(path);
    if (!loaded.ok) return loaded;
    return readExport(loaded.value, path, () => makeScenario(loaded.value, { file: path }));
  }
  const text = await readText(path);
  if (!text.ok) return err([text.error]);
  const file = parseYaml(text.value);
  if ('problems' in file) return err(file.problems.map((problem) => ({ ...problem, file: path })));
  return makeScenario(file.value, { file: path, place: file.place, written: file.written });
}

// ---------------------------------------------------------------- the file itself

async function checkFile(path: string): Promise<BadInput | undefined> {
  const wrong = (code: string, what: string, fix: string): BadInput => ({ code, where: [], what, fix, file: path });
  const ending = extname(path).toLowerCase();
  try {
    const found = await stat(path);
    if (found.isDirectory()) return wrong('NOT_A_FILE', 'this is a directory', 'name a file in it');
    if (!found.isFile()) return wrong('NOT_A_FILE', 'this is no ordinary file', 'name a scenario file');
    if (!ENDINGS.includes(ending)) {
      const meant = nearest(ending, ENDINGS);
      const what = ending === '' ? 'the name has no ending' : `unknown ending "${ending}"`;
      const hint = meant === undefined || ending === '' ? '' : `did you mean ${meant}? `;
      return wrong('UNKNOWN_ENDING', what, `${hint}scenario files end in ${ENDINGS.join(', ')}`);
    }
    if (found.size > FILE_BYTES_MAX) {
      const what = `the file has ${found.size} bytes; more than 1 MiB is not read`;
      return wrong('TOO_LARGE', what, 'write a smaller scenario, or several');
    }
    if (found.size === 0) return wrong('EMPTY_FILE', 'the file is empty', 'write a scenario: name, cluster and steps');
    return undefined;
  } catch (error) {
    return wrong('UNREADABLE', reason(error), 'check the path and its permissions');
  }
}

function reason(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'ENOTDIR') return 'a part of the path is no directory';
  if (code === 'EACCES' || code === 'EPERM') return 'the file may not be read';
  if (code === 'ELOOP') return 'the links lead in a circle';
  if (code === 'ENAMETOOLONG') return 'the name is too long';
  return `the file cannot be read (${code ?? 'unknown reason'})`;
}

/** Reads a file as UTF-8 text. */
async function readText(path: string): Promise<Result<string, BadInput>> {
  const wrong = (what: string, fix: string, place?: Place): Result<string, BadInput> =>
    err({ code: 'NOT_TEXT', where: [], what, fix, file: path, place });
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    return err({ code: 'UNREADABLE', where: [], what: reason(error), fix: 'check its permissions', file: path });
  }
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    return wrong('the file is in UTF-16', 'save it as UTF-8', { line: 1, column: 1 });
  }
  const nul = bytes.indexOf(0);
  if (nul >= 0) return wrong('the file holds binary data (a NUL byte)', 'name a text file', placeOfByte(bytes, nul));
  try {
    return ok(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return wrong('the file is not in UTF-8', 'save it as UTF-8', placeOfByte(bytes, firstBadByte(bytes)));
  }
}

/** The first byte that belongs to no UTF-8 character. */
function firstBadByte(bytes: Buffer): number {
  let [low, high] = [0, bytes.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    try {
      // As a stream, so that a character cut in two at the end is none of its mistakes.
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, middle), { stream: true });
      low = middle;
    } catch {
      high = middle - 1;
    }
  }
  return low;
}

function placeOfByte(bytes: Buffer, offset: number): Place {
  const before = bytes.subarray(0, offset).toString('utf8');
  const start = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: before.length - start + 1 };
}
