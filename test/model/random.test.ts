/** Keyed draws and streams: published vectors, evenness, and that keys are independent of each other. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { draw, draw3, RandomStream, unit } from '../../src/model/random.js';

const word = fc.nat(0xffff_ffff);
const seed = fc.oneof(word, fc.maxSafeNat());

/** Chi-square statistic of counts that should all be alike. */
function chiSquare(counts: readonly number[]): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

/** 255 degrees of freedom: by chance alone, 99.99% of samples stay below. */
const CHI_255_LIMIT = 347;
const BUCKETS = 256;
const SAMPLES = 51_200;

function spread(sample: (i: number) => number): number {
  const counts = new Array<number>(BUCKETS).fill(0);
  for (let i = 0; i < SAMPLES; i++) counts[Math.floor(sample(i) * BUCKETS)]++;
  return chiSquare(counts);
}

describe('draw', () => {
  it.each([
    [0, [], 0],
    [1, [], 0x514e28b7],
    [0xffffffff, [], 0x81f16f39],
    [0, [0], 0x2362f9de],
    [0, [0xffffffff], 0x76293b50],
    [0, [0x87654321], 0xf55b516b],
    [0x5082edee, [0x87654321], 0x2362f9de],
    [0x9747b28c, [0x61616161], 0x5a97808a],
    [0, [0x74736574], 0xba6bd213],
  ])('is MurmurHash3 (published vectors): seed %i, words %j', (from, words, hash) => {
    expect(draw(from, ...words)).toBe(hash);
  });

  it.each([
    [7, [1, 2, 3], 0x8cda52d7],
    [0x9747b28c, [0xffffffff, 0, 0xdeadbeef], 0x7051e5b0],
    [42, [5, 4, 3, 2, 1], 0x53660d46],
  ])('is MurmurHash3 (computed independently): seed %i, words %j', (from, words, hash) => {
    expect(draw(from, ...words)).toBe(hash);
  });

  it('answers the same with three parts as draw3', () => {
    fc.assert(
      fc.property(seed, seed, seed, seed, (s, a, b, c) => {
        expect(draw3(s, a, b, c)).toBe(draw(s, a, b, c));
      }),
    );
  });

  it('sees the upper half of large numbers', () => {
    expect(draw(1, 2 ** 32 + 5)).not.toBe(draw(1, 5));
    expect(draw(2 ** 32 + 1, 5)).not.toBe(draw(1, 5));
    expect(draw(1, 2 ** 52)).not.toBe(draw(1, 2 ** 51));
  });

  it('changes half of the bits when one bit of the key changes', () => {
    let changed = 0;
    let pairs = 0;
    for (let key = 0; key < 200; key++) {
      for (let bit = 0; bit < 32; bit++) {
        let different = draw3(9, key, 3, 4) ^ draw3(9, (key ^ (1 << bit)) >>> 0, 3, 4);
        for (; different !== 0; different &= different - 1) changed++;
        pairs++;
      }
    }
    expect(changed / pairs).toBeGreaterThan(15.8);
    expect(changed / pairs).toBeLessThan(16.2);
  });

  it.each([
    ['frames', (i: number) => draw3(1, 65_537, 1, i)],
    ['links', (i: number) => draw3(1, i, 1, 100)],
    ['purposes', (i: number) => draw3(1, 5, i, 100)],
    ['seeds', (i: number) => draw3(i, 5, 1, 100)],
  ])('is even over %s', (_, sample) => {
    expect(spread((i) => unit(sample(i)))).toBeLessThan(CHI_255_LIMIT);
  });

  it.each([
    ['neighbouring frames', (i: number) => [draw3(3, 7, 1, i), draw3(3, 7, 1, i + 1)]],
    ['neighbouring links', (i: number) => [draw3(3, 7, 1, i), draw3(3, 8, 1, i)]],
    ['two purposes', (i: number) => [draw3(3, 7, 1, i), draw3(3, 7, 2, i)]],
    ['two seeds', (i: number) => [draw3(3, 7, 1, i), draw3(4, 7, 1, i)]],
  ])('is independent for %s', (_, pair) => {
    const counts = new Array<number>(256).fill(0);
    for (let i = 0; i < SAMPLES; i++) {
      const [one, other] = pair(i);
      counts[(one >>> 28) * 16 + (other >>> 28)]++;
    }
    expect(chiSquare(counts)).toBeLessThan(CHI_255_LIMIT);
  });

  it('gives fractions below 1', () => {
    expect(unit(0)).toBe(0);
    expect(unit(0xffffffff)).toBeLessThan(1);
  });
});

describe('RandomStream', () => {
  it('is xoshiro128** (values of the reference implementation)', () => {
    const stream = RandomStream.from([1, 2, 3, 4]);
    const expected = [
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ];
    expect(expected.map(() => stream.next())).toEqual(expected);
    expect(stream.state).toEqual([939045227, 1864939416, 1451579149, 2199351389]);
  });

  it('goes on from its state', () => {
    const stream = RandomStream.of(5);
    stream.next();
    const copy = RandomStream.from(stream.state);
    expect([copy.next(), copy.next()]).toEqual([stream.next(), stream.next()]);
    expect(() => RandomStream.from([0, 0, 0, 0])).toThrow(RangeError);
  });

  it('depends on the seed and on every part of the key', () => {
    const first = (...key: [number, ...number[]]) => RandomStream.of(...key).next();
    const firsts = [first(1), first(2), first(1, 0), first(1, 1), first(1, 0, 0), first(1, 0, 1), first(2 ** 40)];
    expect(new Set(firsts).size).toBe(firsts.length);
    expect(first(1, 0)).toBe(first(1, 0));
  });

  it('is even', () => {
    const stream = RandomStream.of(11);
    expect(spread(() => stream.float())).toBeLessThan(CHI_255_LIMIT);
    expect(spread(() => unit(stream.next()))).toBeLessThan(CHI_255_LIMIT);
  });

  it('draws whole numbers within their range, both ends included', () => {
    fc.assert(
      fc.property(word, fc.maxSafeInteger(), fc.oneof(fc.nat(5), fc.maxSafeNat()), (s, min, width) => {
        const max = min + width;
        fc.pre(Number.isSafeInteger(max) && width < Number.MAX_SAFE_INTEGER);
        const drawn = RandomStream.of(s).integer(min, max);
        expect(Number.isSafeInteger(drawn) && drawn >= min && drawn <= max).toBe(true);
      }),
    );
    const stream = RandomStream.of(3);
    const seen = new Set(Array.from({ length: 200 }, () => stream.integer(-1, 2)));
    expect([...seen].sort((a, b) => a - b)).toEqual([-1, 0, 1, 2]);
  });

  it('draws wide ranges evenly', () => {
    const stream = RandomStream.of(13);
    const span = 3 * 2 ** 50;
    expect(spread(() => stream.integer(0, span - 1) / span)).toBeLessThan(CHI_255_LIMIT);
  });

  it('refuses empty and fractional ranges', () => {
    expect(() => RandomStream.of(1).integer(2, 1)).toThrow(RangeError);
    expect(() => RandomStream.of(1).integer(0.5, 1)).toThrow(RangeError);
    expect(() => RandomStream.of(1).pick([])).toThrow(RangeError);
  });

  it('shuffles a copy', () => {
    fc.assert(
      fc.property(word, fc.array(fc.nat()), (s, list) => {
        const before = [...list];
        const shuffled = RandomStream.of(s).shuffle(list);
        expect(list).toEqual(before);
        expect([...shuffled].sort((a, b) => a - b)).toEqual([...list].sort((a, b) => a - b));
      }),
    );
    const orders = new Map<string, number>();
    for (let s = 0; s < 6000; s++) {
      const order = RandomStream.of(s).shuffle(['a', 'b', 'c']).join('');
      orders.set(order, (orders.get(order) ?? 0) + 1);
    }
    expect(orders.size).toBe(6);
    expect(chiSquare([...orders.values()])).toBeLessThan(25);
  });

  it('picks and decides', () => {
    const stream = RandomStream.of(17);
    expect(['x', 'y']).toContain(stream.pick(['x', 'y']));
    expect(stream.chance(0)).toBe(false);
    expect(stream.chance(1)).toBe(true);
  });
});
