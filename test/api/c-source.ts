/**
 * C for a compiler to judge: the declarations of described structures with the checks that it agrees on every size and
 * offset, and a program that walks an encoded ARM_GROUP_INFO as an application would.
 */
import { spawnSync } from 'node:child_process';
import { alignOf, placesOf, sizeOf } from '../../src/api/layout/measure.js';
import { encodeText } from '../../src/api/layout/text.js';
import type { Field, Struct, Target, Type } from '../../src/api/layout/types.js';

export const header = ({ charset }: Target): string => `
typedef unsigned char BYTE;
typedef unsigned short WORD;
typedef unsigned int DWORD;
typedef int LONG;
typedef int BOOL;
typedef unsigned short WCHAR;
typedef ${charset === 'unicode' ? 'WCHAR' : 'char'} TCHAR;
`;

/** The declarations of a structure and of those it is made of, each once, under the documented settings. */
export function declarations(types: readonly Struct[]): string {
  const declared = new Map<string, string>();
  const declare = (type: Type): void => {
    if (type.kind === 'array' || type.kind === 'list') declare(type.of);
    if (type.kind === 'union') for (const member of type.members) declare(member.type);
    if (type.kind !== 'struct') return;
    for (const field of type.fields) declare(field.type);
    if (type.name === '' || declared.has(type.name)) return;
    declared.set(type.name, `typedef struct _${type.name} {\n${body(type.fields)}} ${type.name}, *LP${type.name};\n`);
  };
  types.forEach(declare);
  return `#pragma pack(push, 8)\n${[...declared.values()].join('')}#pragma pack(pop)\n`;
}

const body = (fields: readonly Field[]): string =>
  fields.map(({ name, type }) => `${declarator(name, type)};\n`).join('');

function declarator(name: string, type: Type): string {
  switch (type.kind) {
    case 'scalar':
      return `${type.name} ${name}`;
    case 'address':
      return `void *${name}`;
    case 'text':
      return `${type.char} ${name}[${type.length}]`;
    case 'text-pointer':
      return `${type.char} *${name}`;
    case 'array':
      return declarator(`${name}[${type.length}]`, type.of);
    case 'list':
      return declarator(`*${name}`, type.of);
    case 'trailing':
      return `BYTE ${name}[0]`;
    case 'union':
      return `union {\n${body(type.members)}} ${name}`;
    case 'struct':
      return type.name === '' ? `struct {\n${body(type.fields)}} ${name}` : `${type.name} ${name}`;
  }
}

/** One check for each structure's size and alignment, and for size and place of everything in it, at any depth. */
export function assertions(type: Struct, target: Target): string[] {
  const checks = [
    `_Static_assert(sizeof(${type.name}) == ${sizeOf(type, target)}, "sizeof(${type.name})");`,
    `_Static_assert(_Alignof(${type.name}) == ${alignOf(type, target)}, "_Alignof(${type.name})");`,
  ];
  for (const { path, at, type: inner } of partsOf(type, target, '', 0)) {
    const what = `${type.name}.${path}`;
    checks.push(
      `_Static_assert(__builtin_offsetof(${type.name}, ${path}) == ${at}, "offsetof(${what})");`,
      `_Static_assert(sizeof(((${type.name} *)0)->${path}) == ${sizeOf(inner, target)}, "sizeof(${what})");`,
    );
  }
  return checks;
}

interface Part {
  path: string;
  at: number;
  type: Type;
}

function partsOf(type: Type, target: Target, path: string, at: number): Part[] {
  const within = (name: string) => (path === '' ? name : `${path}.${name}`);
  const part = (inner: Type, name: string, place: number): Part[] => [
    { path: name, at: place, type: inner },
    ...partsOf(inner, target, name, place),
  ];
  switch (type.kind) {
    case 'struct':
      return placesOf(type, target).flatMap((place) => part(place.field.type, within(place.field.name), at + place.at));
    case 'union':
      return type.members.flatMap((member) => part(member.type, within(member.name), at));
    case 'array':
      return [0, type.length - 1].flatMap((i) => part(type.of, `${path}[${i}]`, at + i * sizeOf(type.of, target)));
    default:
      return [];
  }
}

// ---------------------------------------------------------------- compilers

export interface Compiler {
  readonly command: string;
  readonly flags: readonly string[];
}

/** A C compiler of this machine that makes programs of that many bits; undefined where there is none. */
export function compilerOf(bits: 32 | 64): Compiler | undefined {
  const candidates = ['gcc', 'cc', 'clang'].flatMap((command) =>
    [[`-m${bits}`], []].map((flags): Compiler => ({ command, flags })),
  );
  const probe = `_Static_assert(sizeof(void *) == ${bits / 8}, "bits");`;
  return candidates.find((each) => complaintsOf(each, probe) === undefined);
}

/** What the compiler has against a source without any of the system's headers; undefined for nothing. */
export function complaintsOf({ command, flags }: Compiler, source: string): string | undefined {
  const run = spawnSync(
    command,
    [...flags, '-std=gnu11', '-ffreestanding', '-fsyntax-only', '-Werror', '-x', 'c', '-'],
    { input: source, encoding: 'utf8' },
  );
  if (run.error !== undefined) return run.error.message;
  return run.status === 0 ? undefined : run.stderr;
}

/** Where the group of `groupReader` lies in its memory. */
export const READER_BASE = 0x20000000n;

/**
 * A program that has these bytes at `READER_BASE`, walks the lists of the group there and compares text by text: its
 * exit status is 0, or the number of the first comparison that failed. In 32 bits it needs no C library.
 */
export function groupReader(target: Target, group: Struct, bytes: Uint8Array, lists: Record<string, string[]>): string {
  const checks = Object.entries(lists).flatMap(([name, texts]) => [
    `info->n${name.replace('List', '')} == ${texts.length}`,
    ...texts.map((each, i) => {
      const units = [...Buffer.from(encodeText(`${each}\0`, 'TCHAR', target))];
      return `same(info->${name}[${i}], (const BYTE[]){${units.join(', ')}}, ${units.length})`;
    }),
  ]);
  return `
${header(target)}${declarations([group])}
__attribute__((section(".armada"), aligned(16))) BYTE memory[] = {${bytes.join(', ')}};
static int same(const TCHAR *text, const BYTE *expected, int count) {
  for (int i = 0; i < count; i++) if (((const BYTE *)text)[i] != expected[i]) return 0;
  return 1;
}
static int check(void) {
  const ARM_GROUP_INFO *info = (const ARM_GROUP_INFO *)memory;
  if ((unsigned long long)(__UINTPTR_TYPE__)memory != ${READER_BASE}ull) return 255;
${checks.map((each, i) => `  if (!(${each})) return ${i + 1};`).join('\n')}
  return 0;
}
#ifdef __i386__
void _start(void) {
  int status = check();
  __asm__ volatile("int $0x80" : : "a"(1), "b"(status));
}
#else
int main(void) { return check(); }
#endif
`;
}

/** Makes a program of it. @returns what went wrong, or undefined. */
export function build(
  { command, flags }: Compiler,
  bits: 32 | 64,
  source: string,
  program: string,
): string | undefined {
  const place = `-Wl,--section-start=.armada=0x${READER_BASE.toString(16)}`;
  const alone = bits === 32 ? ['-nostdlib', '-static'] : [];
  const run = spawnSync(
    command,
    [...flags, '-std=gnu11', '-fno-pic', '-no-pie', ...alone, place, '-o', program, '-x', 'c', '-'],
    { input: source, encoding: 'utf8' },
  );
  return run.status === 0 ? undefined : (run.error?.message ?? run.stderr);
}
