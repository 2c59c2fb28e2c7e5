/** What holds for every cluster definition: valid ones are accepted and frozen, each mistake is found where it is. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defineCluster } from '../../src/model/define.js';
import type { ClusterInput } from '../../src/model/definition.js';
import { clusterArb } from './arbitrary.js';

type Path = (string | number)[];

function isDeeplyFrozen(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return Object.isFrozen(value) && Object.values(value).every(isDeeplyFrozen);
}

/** The paths of all values in a tree, leaves and branches. */
function pathsIn(value: unknown, at: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [at];
  const inner = Object.entries(value).flatMap(([key, field]) =>
    pathsIn(field, [...at, Array.isArray(value) ? Number(key) : key]),
  );
  return at.length === 0 ? inner : [at, ...inner];
}

/** A deep copy with the value at a path replaced. */
function replaced(value: unknown, path: Path, replacement: unknown): unknown {
  if (path.length === 0) return replacement;
  const [key, ...rest] = path;
  if (Array.isArray(value)) {
    return value.map((item: unknown, i) => (i === key ? replaced(item, rest, replacement) : item));
  }
  const fields = value as Record<string, unknown>;
  return { ...fields, [key]: replaced(fields[key], rest, replacement) };
}

const startsWith = (path: readonly (string | number)[], prefix: Path): boolean =>
  prefix.every((key, i) => path[i] === key);

describe('defineCluster', () => {
  it('accepts every valid cluster, answers it frozen, and gives each server its own address', () => {
    fc.assert(
      fc.property(clusterArb, (input) => {
        const result = defineCluster(input);
        if (!result.ok) throw new Error(JSON.stringify(result.error, null, 1));
        expect(isDeeplyFrozen(result.value)).toBe(true);
        expect(new Set(result.value.servers.map((server) => server.ip)).size).toBe(input.servers.length);
        expect(defineCluster(input)).toEqual(result);
      }),
      { numRuns: 300 },
    );
  });

  it('finds a value of an impossible type, there or inside, and nothing elsewhere', () => {
    const impossible = fc.constantFrom<unknown[]>(
      null,
      -7.5,
      Infinity,
      3n,
      Symbol('x'),
      () => 'x',
      new Date(0),
      new Map([['name', 'x']]),
      '\u0000',
    );
    fc.assert(
      fc.property(
        clusterArb,
        fc.nat(),
        impossible,
        fc.constantFrom<Path[]>([], ['clusters', 2]),
        (input, n, bad, at) => {
          const paths = pathsIn(input);
          const path = paths[n % paths.length];
          const result = defineCluster(replaced(input, path, bad) as ClusterInput, at);
          expect(result.ok).toBe(false);
          if (result.ok) return;
          const expected = [...at, ...path];
          expect(result.error.some((problem) => startsWith(problem.where, expected))).toBe(true);
          // A bad server's name leaves references to it without a server; nothing else is blamed.
          const blamed = result.error.filter((problem) => !startsWith(problem.where, expected));
          expect(blamed.filter((problem) => problem.code !== 'UNKNOWN_SERVER')).toEqual([]);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('finds an unknown key wherever an object stands', () => {
    fc.assert(
      fc.property(clusterArb, fc.nat(), (input, n) => {
        const all = [[], ...pathsIn(input)] as Path[];
        const objects = all.filter((path) => {
          const value = path.reduce((v: unknown, key) => (v as Record<string | number, unknown>)[key], input);
          return typeof value === 'object' && value !== null && !Array.isArray(value);
        });
        const path = objects[n % objects.length];
        const result = defineCluster(replaced(input, [...path, 'qqqqqqqq'], 1) as ClusterInput);
        expect(!result.ok && result.error.map((problem) => [problem.code, problem.where])).toEqual([
          ['UNKNOWN_KEY', [...path, 'qqqqqqqq']],
        ]);
      }),
    );
  });

  it('never throws, whatever it is given', () => {
    const anything = fc.anything({
      withBigInt: true,
      withMap: true,
      withSet: true,
      withSparseArray: true,
      withDate: true,
    });
    fc.assert(
      fc.property(clusterArb, anything, fc.nat(), (input, junk, n) => {
        expect(defineCluster(junk as ClusterInput).ok).toBe(false);
        const paths = pathsIn(input);
        const result = defineCluster(replaced(input, paths[n % paths.length], junk) as ClusterInput);
        expect(typeof result.ok).toBe('boolean');
      }),
      { numRuns: 500 },
    );
  });
});

describe('defineCluster takes no harm from hostile input', () => {
  const failing = (): never => {
    throw new Error('no');
  };
  const proxy = (target: object): object => {
    const { proxy: dead, revoke } = Proxy.revocable(target, {});
    revoke();
    return dead;
  };
  const hostile: [string, unknown][] = [
    ['a getter that throws', Object.defineProperty({ servers: ['A'] }, 'name', { get: failing, enumerable: true })],
    ['a proxy that throws', new Proxy({ name: 'C', servers: ['A'] }, { get: failing, ownKeys: failing })],
    ['a revoked proxy', proxy({})],
    ['a revoked proxy inside', { name: 'C', servers: proxy([]) }],
    [
      'a list with a wild length',
      { name: 'C', servers: new Proxy(['A'], { get: (_, key) => (key === 'length' ? proxy({}) : 'A') }) },
    ],
    ['a list of holes', { name: 'C', servers: new Array(4_294_967_295) }],
    ['a cycle', Object.assign({ name: 'C', servers: ['A'] }, { groups: [] as unknown[] })],
    ['an own __proto__', JSON.parse('{"name":"C","servers":["A"],"__proto__":{"x":1}}')],
    ['a text that looks like a duration', { name: 'C', servers: ['A'], fence: { toString: () => '3s' } }],
  ];
  (hostile[6][1] as { groups: unknown[] }).groups.push(hostile[6][1]);

  it.each(hostile)('%s', (_, input) => {
    const result = defineCluster(input as ClusterInput);
    expect(result.ok).toBe(false);
  });

  it('says where reading fails, and reads each value once', () => {
    const result = defineCluster(hostile[0][1] as ClusterInput, ['x']);
    expect(!result.ok && result.error[0]).toMatchObject({ code: 'UNREADABLE', where: ['x', 'name'] });
    let reads = 0;
    const counting = Object.defineProperty({ servers: ['A'] }, 'name', {
      get: () => (reads++ === 0 ? 'C' : 'not a name!'),
      enumerable: true,
    });
    const counted = defineCluster(counting as unknown as ClusterInput);
    expect(counted.ok && counted.value.name).toBe('C');
    expect(reads).toBe(1);
  });
});
