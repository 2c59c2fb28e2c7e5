/**
 * The guards guarded: each thing that must not enter a pure room is fed to the linter with the real configuration,
 * and each forbidden import to the arrow check, so that neither can go blind unnoticed.
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import { ESLint, type Linter } from 'eslint';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import arrows from '../../.dependency-cruiser.mjs';
import { pureRooms, pureRoomsWithPackages, realClock, rooms } from '../../tools/rooms.mjs';

/** One line of code each; a complaint of one of `guardRules` must fall on just that line. */
const forbiddenInPureRooms: readonly string[] = [
  'export const d1 = new Date();',
  'export const d2 = Date.now();',
  'export const r1 = Math.random();',
  'export const { random } = Math;',
  "export const r2 = Math['random']();",
  'export const r3 = Math;',
  'export const m1 = Math.log(2);',
  'export const p1 = performance.now();',
  'export const p2 = process.hrtime();',
  'setTimeout(() => undefined, 1);',
  'setInterval(() => undefined, 1);',
  'setImmediate(() => undefined);',
  'queueMicrotask(() => undefined);',
  "console.log('x');",
  'export const c1 = crypto.randomUUID();',
  "void fetch('x');",
  'export const g1 = globalThis;',
  'export const g2 = global;',
  'export const i1 = new Intl.Collator();',
  "export const l1 = 'a'.localeCompare('b');",
  "export const l2 = 'a'['localeCompare']('b');",
  'export const l3 = (1).toLocaleString();',
  "export const l4 = 'a'.toLocaleUpperCase();",
  'export const w1 = new WeakRef({});',
  'export const o1 = Promise.resolve(1);',
  "import { readFileSync } from 'node:fs';",
  "import * as os from 'os';",
  "import type { Stats } from 'node:fs';",
  "import { parse } from 'yaml';",
  "export * from 'node:path';",
  "export const n1 = await import('./x.js');",
  'export const u1 = import.meta.url;',
  'export async function f1(): Promise<void> {}',
  'export const f2 = async () => 1;',
  'export const f3 = { async go() {} };',
  'await f2();',
  'for await (const x of [f2()]) void x;',
  'for (const key in { a: 1 }) void key;',
  "export const s1 = ['b', 'a'].sort();",
  'export const s2 = [2, 1].toSorted();',
];

const forbiddenInAllOfSrc: readonly string[] = [
  'export const d1 = new Date();',
  'export const d2 = globalThis.Date.now();',
  'export const r1 = Math.random();',
  'export const { random } = Math;',
  'export const p1 = performance.now();',
  'export const p2 = process.hrtime();',
  "import { randomBytes } from 'node:crypto';",
  "import { performance as p3 } from 'node:perf_hooks';",
  "export const l1 = 'a'.localeCompare('b');",
  'for (const key in { a: 1 }) void key;',
  'export const s2 = [2, 1].sort();',
];

const allowed: readonly string[] = [
  'export const a1 = Math.floor(1.5);',
  'export const a2 = [2, 1].sort((a, b) => a - b);',
  'for (const key of Object.keys({ a: 1 })) key.trim();',
  'export const a3 = new Map<string, number>();',
  "export const a4 = 'a' < 'b';",
];

const guardRules = [
  'no-restricted-globals',
  'no-restricted-imports',
  'no-restricted-properties',
  'no-restricted-syntax',
  '@typescript-eslint/require-array-sort-compare',
];

const eslint = new ESLint();

describe('the linter', () => {
  for (const [room, snippets] of [
    ['model', forbiddenInPureRooms],
    ['cluster', forbiddenInAllOfSrc],
  ] as const) {
    describe(`in src/${room}`, () => {
      const complaints = new Map<number, string[]>();

      beforeAll(async () => {
        for (const { line, ruleId } of await lint(room, [...snippets, ...allowed])) {
          complaints.set(line, [...(complaints.get(line) ?? []), ruleId ?? 'does not parse']);
        }
      });

      test.each(snippets.map((code, index) => [code, index + 1] as const))('forbids %s', (_code, line) => {
        expect(guardRules).toContain(complaints.get(line)?.find((rule) => guardRules.includes(rule)));
      });

      test.each(allowed.map((code, index) => [code, snippets.length + index + 1] as const))(
        'allows %s',
        (_code, line) => {
          expect(complaints.get(line)).toBeUndefined();
        },
      );
    });
  }

  test.each([...pureRooms, ...pureRoomsWithPackages])('holds src/%s to the same rules as src/model', async (room) => {
    const here = await rulesOf(`src/${room}/any.ts`);
    const model = await rulesOf('src/model/any.ts');
    const same = guardRules.filter((rule) => rule !== 'no-restricted-imports');
    for (const rule of same) expect(here[rule], rule).toEqual(model[rule]);
    expect(JSON.stringify(here['no-restricted-imports']), 'no node: import').toMatch(/\^\[\^\.\]|node:/);
  });

  test('lets only the files of realClock read a clock', async () => {
    for (const [file, off] of [
      ...realClock.map((pattern) => [pattern.replace('**', 'any.ts'), true] as const),
      ...Object.keys(rooms).map((room) => [`src/${room}/any.ts`, room === 'cli'] as const),
    ]) {
      expect([file, (await rulesOf(file))['no-restricted-globals']?.[0] === 0]).toEqual([file, off]);
    }
  });
});

describe('the arrow check', () => {
  const home = mkdtempSync(join(tmpdir(), 'armada-arrows-'));
  afterAll(() => {
    rmSync(home, { recursive: true, force: true });
  });

  /** From, what it imports, and the rule that must say no ('' where none may). */
  const cases: readonly (readonly [string, string, string])[] = [
    ['src/model/a.ts', '../failover/x.js', 'arrows-model'],
    ['src/failover/a.ts', '../model/x.js', ''],
    ['src/failover/b.ts', '../interconnect/x.js', 'arrows-failover'],
    ['src/interconnect/a.ts', '../failover/x.js', 'arrows-interconnect'],
    ['src/network/a.ts', 'node:fs', 'pure-no-node'],
    ['src/client/a.ts', '../network/x.js', 'arrows-client'],
    ['src/client/b.ts', 'node:worker_threads', 'pure-no-node'],
    ['src/node/a.ts', '../interconnect/x.js', ''],
    ['src/node/b.ts', '../cluster/x.js', 'arrows-node'],
    ['src/cluster/a.ts', '../node/x.js', ''],
    ['src/cluster/b.ts', '../interconnect/x.js', ''],
    ['src/cluster/c.ts', '../scenarios/x.js', 'arrows-cluster'],
    ['src/report/a.ts', '../cluster/x.js', 'arrows-report'],
    ['src/report/b.ts', 'node:fs', 'pure-no-node'],
    ['src/api/a.ts', '../failover/x.js', 'arrows-api'],
    ['src/scenarios/a.ts', '../report/x.js', ''],
    ['src/scenarios/b.ts', '../node/x.js', 'arrows-scenarios'],
    ['src/cli/a.ts', '../scenarios/x.js', ''],
    ['src/api/b.ts', '../index.js', 'index-is-the-door'],
    ['src/index.ts', './cli/x.js', 'arrows-index'],
    ['src/elsewhere/a.ts', '../model/x.js', 'known-rooms'],
    ['src/cli/b.ts', '../../test/x.js', 'src-alone'],
  ];
  const broken = new Map<string, string[]>();

  beforeAll(async () => {
    for (const room of [...Object.keys(rooms), 'elsewhere']) write(`src/${room}/x.ts`, 'export const x = 1;\n');
    write('test/x.ts', 'export const x = 1;\n');
    write('src/model/turn.ts', "import './turn-back.js';\n");
    write('src/model/turn-back.ts', "import './turn.js';\n");
    for (const [from, to] of cases) write(from, `import '${to}';\n`);

    const options = { ...arrows.options, ruleSet: arrows, validate: true, baseDir: home, tsConfig: undefined };
    const { summary } = (await cruise(['src'], options)).output as ICruiseResult;
    for (const { from, rule } of summary.violations) broken.set(from, [...(broken.get(from) ?? []), rule.name]);
  });

  test.each(cases)('%s -> %s: %s', (from, _to, rule) => {
    if (rule === '') expect(broken.get(from)).toBeUndefined();
    else expect(broken.get(from)).toContain(rule);
  });

  test('finds a circle', () => {
    expect([...broken.values()].flat()).toContain('no-circles');
  });

  function write(file: string, text: string): void {
    mkdirSync(dirname(join(home, file)), { recursive: true });
    writeFileSync(join(home, file), text);
  }
});

/** Lints the lines as though they stood in a file of the room; typed rules need that to be a file of the project. */
async function lint(room: string, lines: readonly string[]): Promise<Linter.LintMessage[]> {
  const file = readdirSync(`src/${room}`).find((name) => name.endsWith('.ts'));
  const [result] = await eslint.lintText(`${lines.join('\n')}\n`, { filePath: `src/${room}/${file ?? 'none.ts'}` });
  return result.messages;
}

async function rulesOf(file: string): Promise<Partial<Record<string, unknown[]>>> {
  const config = (await eslint.calculateConfigForFile(file)) as { rules: Partial<Record<string, unknown[]>> };
  return config.rules;
}
