/** The one place where challenges and the time are real. */
import { expect, it } from 'vitest';
import { realChance } from '../../../../src/api/clusapi/rpc/security/chance.js';

it('challenges have eight bytes, and are not repeated', () => {
  const challenges = Array.from({ length: 50 }, () => Buffer.from(realChance.challenge()).toString('hex'));
  expect(new Set(challenges).size).toBe(50);
  expect(challenges[0]).toHaveLength(16);
});

it('the time counts tenths of microseconds since 1601', () => {
  const before = Date.now();
  const since1970 = Number((realChance.fileTime!() - 116_444_736_000_000_000n) / 10_000n);
  expect(since1970).toBeGreaterThanOrEqual(before);
  expect(since1970).toBeLessThanOrEqual(Date.now());
});
