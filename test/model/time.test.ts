/** Durations: what is read, what is refused, and that writing and reading are each other's inverse. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDuration, micros, NEVER, parseDuration } from '../../src/model/time.js';

describe('parseDuration', () => {
  it.each([
    ['0', 0],
    ['0s', 0],
    ['100us', 100],
    ['250ms', 250_000],
    ['3s', 3_000_000],
    ['1.5s', 1_500_000],
    ['5m', 300_000_000],
    ['10m50s', 650_000_000],
    ['1h', 3_600_000_000],
    ['1h2m3s4ms5us', 3_723_004_005],
    ['0.000001s', 1],
  ])('reads %s', (text, us) => {
    expect(parseDuration(text)).toBe(us);
  });

  it.each(['', ' ', '3', '3 s', ' 3s', '3s ', '3s\n', '-3s', '+3s', '3S', '3sec', 's', '.5s', '5.s', '1e3s', '3s4'])(
    'refuses %j',
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );

  it('refuses what is no whole number of microseconds', () => {
    expect(parseDuration('0.5us')).toBeUndefined();
    expect(parseDuration('0.0000001s')).toBeUndefined();
  });

  it('refuses what cannot be counted exactly', () => {
    expect(parseDuration(`${Number.MAX_SAFE_INTEGER}us`)).toBeUndefined();
    expect(parseDuration(`${'9'.repeat(400)}h`)).toBeUndefined();
  });

  it('adds the parts of a sum, in any order', () => {
    const part = fc.tuple(fc.nat(10_000), fc.constantFrom('us', 'ms', 's', 'm', 'h'));
    const us: Record<string, number> = { us: 1, ms: 1e3, s: 1e6, m: 6e7, h: 3.6e9 };
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), (parts) => {
        const text = parts.map(([count, unit]) => `${count}${unit}`).join('');
        expect(parseDuration(text)).toBe(parts.reduce((sum, [count, unit]) => sum + count * us[unit], 0));
      }),
    );
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0s'],
    [1, '1us'],
    [1_500, '1.5ms'],
    [1_500_000, '1.5s'],
    [60_000_000, '1m'],
    [650_000_000, '10m50s'],
    [60_000_100, '1m0.0001s'],
    [3_600_000_000, '1h'],
  ])('writes %d as %s', (us, text) => {
    expect(formatDuration(micros(us))).toBe(text);
  });

  it('is read back exactly, up to the end of time', () => {
    fc.assert(
      fc.property(fc.oneof(fc.nat(), fc.maxSafeNat()), (us) => {
        fc.pre(us < NEVER);
        expect(parseDuration(formatDuration(micros(us)))).toBe(us);
      }),
      { numRuns: 2000 },
    );
  });
});
