/**
 * Scenarios that are programs. In a process of its own, because a test runner loads modules in its own way.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { root, spawnArmada } from './spawned.js';

const made = mkdtempSync(join(tmpdir(), 'armada-modules-'));
afterAll(() => rmSync(made, { recursive: true }));

function file(name: string, contents: string): string {
  const path = join(made, name);
  writeFileSync(path, contents);
  return path;
}

/** What `armada check` says of a module, with its path cut off. */
function check(name: string, contents: string): string[] {
  const path = file(name, contents);
  const { status, out, err } = spawnArmada(['check', path]);
  expect({ status, out }).toEqual({ status: 2, out: '' });
  expect(err).not.toMatch(/^\s+at /m);
  return err
    .trimEnd()
    .split('\n')
    .map((line) => line.replaceAll(`${path}:`, '').trim());
}

const good = `{ name: 'x', cluster: { name: 'C', servers: ['A'] }, steps: [{ start: 'cluster' }] }`;
const madeBy = JSON.stringify(pathToFileURL(join(root, 'dist', 'scenarios', 'scenario.js')).href);

describe('modules as scenarios', () => {
  it('are fine with a scenario as their default export', () => {
    const paths = ['mjs', 'ts', 'mts'].map((ending) => file(`good.${ending}`, `export default ${good};\n`));
    const { status, out, err } = spawnArmada(['check', ...paths]);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toBe(paths.map((path) => `ok ${path}: x (1 step)\n`).join(''));
  });

  it('may be real TypeScript, with imports of their own and `scenario`', () => {
    file('names.ts', `export enum Names { First = 'A' }\nexport const servers: readonly string[] = [Names.First];\n`);
    const text = `import { servers } from './names.js';
import { scenario } from ${madeBy};
interface Step { start: string }
const steps = [{ start: 'cluster' } satisfies Step];
export default scenario({ name: 'typed' as string, cluster: { name: 'C', servers: [...servers] }, steps });
`;
    const path = file('typed.ts', text);
    expect(spawnArmada(['run', '--no-chart', path])).toMatchObject({ status: 0, err: '' });
  });

  it('that throw are told with the place where', () => {
    const text = `const x = 1;\n\nthrow new Error('no luck ' + x + '\\nand more');\n`;
    const message = 'the module threw an error: no luck 1; mend the module; it must export a scenario by default';
    expect(check('throws.mjs', text)).toEqual([`3:7: ${message}`]);
    expect(check('throws.ts', text)).toEqual([`3:7: ${message}`]);
    expect(check('throws-null.mjs', 'throw null;\n')).toEqual([
      'the module threw an error: null; mend the module; it must export a scenario by default',
    ]);
  });

  it('that import what is not there', () => {
    expect(check('imports.mjs', `import './nowhere.mjs';\n`)).toEqual([
      expect.stringMatching(/^(1:1: )?the module threw an error: .*nowhere\.mjs.*; mend the module/),
    ]);
  });

  it('that are not even modules', () => {
    expect(check('syntax.ts', 'const a: number = 1;\nconst b: = 3;\n')).toEqual([
      expect.stringMatching(/^2:\d+: the module cannot be read: .*; mend the syntax here$/),
    ]);
    expect(check('syntax.mjs', 'const a = 1;\nconst b == 3;\n')).toEqual([
      expect.stringMatching(/^2:\d+: the module cannot be read: .*; mend the syntax here$/),
    ]);
  });

  it('that export the wrong thing', () => {
    const mend = 'write export default scenario({ name: …, cluster: …, steps: […] })';
    expect(check('none.mjs', `export const scenario = ${good};\n`)).toEqual([`there is no default export; ${mend}`]);
    expect(check('list.mjs', `export default [${good}];\n`)).toEqual([`the default export is a list; ${mend}`]);
    expect(check('function.ts', `export default () => (${good});\n`)).toEqual([
      `the default export is a function; ${mend}`,
    ]);
  });

  it('whose export throws when it is read', () => {
    const told = 'the module threw an error: no luck; mend the module; it must export a scenario by default';
    const getter = `{\n  get name() { throw new Error('no luck'); }, cluster: { name: 'C', servers: ['A'] }, steps: [] }`;
    expect(check('getter.mjs', `export default ${getter};\n`)).toEqual([`2:22: ${told}`]);
    expect(check('getter.ts', `export default ${getter};\n`)).toEqual([expect.stringContaining(told)]);
    const fail = `() => { throw new Error('no luck'); }`;
    const proxy = `new Proxy({}, { get: ${fail}, has: ${fail}, ownKeys: ${fail} })`;
    expect(check('proxy.mjs', `export default ${proxy};\n`)).toEqual([expect.stringContaining(told)]);
    const revoked = `const { proxy, revoke } = Proxy.revocable({}, {});\nrevoke();\nexport default proxy;\n`;
    expect(check('revoked.mjs', revoked)).toEqual([
      expect.stringContaining('the module threw an error: Cannot perform'),
    ]);
  });

  it('whose scenario is wrong are told the path, as there is no line', () => {
    const wrong = `{ name: 'x', cluster: { name: 'C', servers: ['A'] }, steps: [{ crash: 'B' }, { hangs: 'A' }] }`;
    const unknown = 'steps[1].hangs: unknown step "hangs"; did you mean "hang"?';
    expect(check('wrong.ts', `export default ${wrong};\n`)).toEqual([unknown]);
    expect(check('made.ts', `import { scenario } from ${madeBy};\nexport default scenario(${wrong});\n`)).toEqual([
      unknown,
    ]);
    expect(check('name.mjs', `export default ${wrong.replace('hangs', 'hang')};\n`)).toEqual([
      'steps[0].crash: there is no server or machine "B"; known are A',
    ]);
  });

  it.each([
    ['wait for what never comes', 'await new Promise(() => undefined);', 'something waits for what never comes'],
    ['exit', 'process.exit(0);', 'a scenario module ended it (process.exit, status 0)'],
    [
      'throw where nobody catches it',
      `setTimeout(() => { throw new Error('late'); });\nawait new Promise(() => setInterval(() => undefined, 1000));`,
      'an error was thrown that nobody caught',
    ],
  ])('that %s end with a message that says so', (name, text, why) => {
    const path = file(`ends-${name.split(' ')[0]}.mjs`, `${text}\nexport default ${good};\n`);
    const { status, err } = spawnArmada(['check', path]);
    expect(status).toBe(2);
    expect(err.split('\n')[0]).toBe(`armada: the program ended before it was done: ${why}`);
  });
});
