/**
 * Every way in which a scenario file can be wrong that we know of: what is said, where, and that nothing is run.
 *
 * Files of test/broken begin with what must be said about them, a comment line for each message. What cannot be kept as
 * a text file (directories, binary data, a megabyte) is made here.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadScenario } from '../../src/scenarios/load.js';
import { formatProblems } from '../../src/scenarios/problems.js';

const kept = join(import.meta.dirname, '..', 'broken');
const made = mkdtempSync(join(tmpdir(), 'armada-broken-'));
afterAll(() => rmSync(made, { recursive: true }));

/** The messages about a file, with its path cut off. */
async function messages(path: string): Promise<string[]> {
  const loaded = await loadScenario(path);
  if (loaded.ok) throw new Error(`${path} is right`);
  return formatProblems(loaded.error).map((line) => line.replaceAll(`${path}:`, '').trim());
}

describe('broken files', () => {
  const files = readdirSync(kept).filter((name) => name.endsWith('.yaml'));

  it('are at least twenty', () => expect(files.length).toBeGreaterThanOrEqual(20));

  it.each(files)('%s', async (name) => {
    const path = join(kept, name);
    const lines = readFileSync(path, 'utf8').split('\n');
    const told = lines.slice(
      0,
      lines.findIndex((line) => !line.startsWith('# ')),
    );
    expect(told.length).toBeGreaterThan(0);
    expect((await messages(path)).map((line) => `# ${line}`)).toEqual(told);
  });
});

const GOOD = 'name: x\ncluster: { name: C, servers: [A] }\nsteps: [{ start: cluster }]\n';

describe('files that are no text files', () => {
  const file = (name: string, contents: string | Buffer): string => {
    const path = join(made, name);
    writeFileSync(path, contents);
    return path;
  };

  it('a missing one', async () => {
    expect(await messages(join(made, 'missing.yaml'))).toEqual([
      'there is no such file; check the path and its permissions',
    ]);
  });

  it('a path through a file', async () => {
    const path = file('plain.yaml', GOOD);
    expect(await messages(join(path, 'x.yaml'))).toEqual([
      'a part of the path is no directory; check the path and its permissions',
    ]);
  });

  it('a directory', async () => {
    mkdirSync(join(made, 'directory.yaml'));
    expect(await messages(join(made, 'directory.yaml'))).toEqual(['this is a directory; name a file in it']);
  });

  it('a device', async () => {
    expect(await messages('/dev/zero')).toEqual(['this is no ordinary file; name a scenario file']);
  });

  it('a link to itself', async () => {
    symlinkSync('loop.yaml', join(made, 'loop.yaml'));
    expect(await messages(join(made, 'loop.yaml'))).toEqual([
      'the links lead in a circle; check the path and its permissions',
    ]);
  });

  it('an empty one', async () => {
    expect(await messages(file('empty.yaml', ''))).toEqual([
      'the file is empty; write a scenario: name, cluster and steps',
    ]);
  });

  it('one over 1 MiB, which is not read; one of 1 MiB is', async () => {
    const filled = (size: number): string => GOOD.padEnd(size, '#');
    expect(await messages(file('large.yaml', filled(1_048_577)))).toEqual([
      'the file has 1048577 bytes; more than 1 MiB is not read; write a smaller scenario, or several',
    ]);
    const comment = `${GOOD}#`.padEnd(1_048_576, '-');
    expect((await loadScenario(file('just-right.yaml', comment))).ok).toBe(true);
  });

  it('one of a kind that is not known', async () => {
    expect(await messages(file('scenario.yamll', GOOD))).toEqual([
      'unknown ending ".yamll"; did you mean .yaml? scenario files end in .yaml, .yml, .json, .ts, .mts, .js, .mjs',
    ]);
    expect(await messages(file('scenario', GOOD))).toEqual([
      'the name has no ending; scenario files end in .yaml, .yml, .json, .ts, .mts, .js, .mjs',
    ]);
  });

  it('binary data', async () => {
    expect(await messages(file('binary.yaml', Buffer.from('name: x\nsteps: \0\u0001')))).toEqual([
      '2:8: the file holds binary data (a NUL byte); name a text file',
    ]);
  });

  it('other encodings', async () => {
    const latin = Buffer.from('name: gr\xfc\xdfe\nsteps: []\n', 'latin1');
    expect(await messages(file('latin1.yaml', latin))).toEqual(['1:9: the file is not in UTF-8; save it as UTF-8']);
    const cut = Buffer.concat([Buffer.from('# \u65e5\u672c\nname: '), Buffer.from('\u65e5').subarray(0, 2)]);
    expect(await messages(file('cut.yaml', cut))).toEqual(['2:8: the file is not in UTF-8; save it as UTF-8']);
    const utf16 = Buffer.from('\ufeffname: x\n', 'utf16le');
    expect(await messages(file('utf16.yaml', utf16))).toEqual(['1:1: the file is in UTF-16; save it as UTF-8']);
  });

  it('monsters, quickly and with little memory', async () => {
    const monsters = {
      brackets: '['.repeat(1_000_000),
      braces: '{a: '.repeat(250_000),
      dashes: '- '.repeat(500_000),
      questions: '? '.repeat(500_000),
      stairs: Array.from({ length: 1400 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'),
      numbers: `a: [${'1,'.repeat(500_000)}1]`,
    };
    for (const [name, contents] of Object.entries(monsters)) {
      const began = process.hrtime.bigint();
      const [message, ...more] = await messages(file(`${name}.yaml`, contents));
      expect(message).toMatch(/^\d+:\d+: (mappings and lists are nested more than 40 deep|.* far too many values)/);
      expect(more).toEqual([]);
      expect(Number(process.hrtime.bigint() - began) / 1e6).toBeLessThan(5_000);
    }
  });

  it('60,000 keys of which the last stands twice', async () => {
    const keys = Array.from({ length: 60_000 }, (_, i) => ` k${i}: 1\n`).join('');
    expect(await messages(file('keys.yaml', `name: x\ncluster:\n${keys} k59999: 2\n`))).toEqual([
      '60003:2: the key "k59999" stands here for the second time; keep one of them',
    ]);
  });

  it('bad JSON', async () => {
    const json =
      '{\n\t"name": "x",\n\t"cluster": { "name": "C", "servers": ["A"] },\n\t"steps": [{ "strat": "cluster" }],\n}\n';
    expect(await messages(file('bad.json', json))).toEqual(['4:14: unknown step "strat"; did you mean "start"?']);
    expect(await messages(file('cut.json', json.slice(0, 30)))).toEqual([
      expect.stringMatching(/^3:.*: this is no YAML: /),
      expect.stringMatching(/^3:/),
    ]);
  });
});
