/** Link rules as users write them, and the ranges that hold for every link. */
import { describe, expect, it } from 'vitest';
import { micros } from '../../src/model/time.js';
import { assertLink, DEFAULT_LINK, isDefaultLink, readLinkRules, type LinkSettings } from '../../src/network/links.js';

describe('readLinkRules', () => {
  it('answers what is written, and nothing else', () => {
    expect(readLinkRules({})).toEqual({ ok: true, value: {} });
    expect(readLinkRules({ from: 'A', to: 'B', loss: 0.2, delay: '5ms' })).toEqual({
      ok: true,
      value: { lossP: 0.2, delayUs: 5000 },
    });
    expect(readLinkRules({ loss: 0, delay: '1us', jitter: '0', duplicate: 1, corrupt: 0.5 })).toEqual({
      ok: true,
      value: { lossP: 0, delayUs: 1, jitterUs: 0, duplicateP: 1, corruptP: 0.5 },
    });
    expect(readLinkRules({ loss: undefined })).toEqual({ ok: true, value: {} });
  });

  it.each([
    ['loss', 1.01, 'OUT_OF_RANGE'],
    ['loss', -0.1, 'OUT_OF_RANGE'],
    ['loss', NaN, 'OUT_OF_RANGE'],
    ['loss', '20%', 'WRONG_TYPE'],
    ['duplicate', 2, 'OUT_OF_RANGE'],
    ['corrupt', null, 'WRONG_TYPE'],
    ['delay', '0', 'OUT_OF_RANGE'],
    ['delay', 5, 'BAD_DURATION'],
    ['delay', '25h', 'OUT_OF_RANGE'],
    ['jitter', 'some', 'BAD_DURATION'],
  ])('refuses %s = %j', (key, value, code) => {
    const result = readLinkRules({ [key]: value }, ['steps', 4, 'link']);
    expect(!result.ok && result.error.map((problem) => [problem.code, problem.where])).toEqual([
      [code, ['steps', 4, 'link', key]],
    ]);
  });
});

describe('assertLink', () => {
  const wrong: Partial<LinkSettings>[] = [
    { lossP: 1.1 },
    { lossP: NaN },
    { duplicateP: -1 },
    { corruptP: 2 },
    { delayUs: micros(0) },
    { delayUs: micros(1.5) },
    { delayUs: micros(1e12) },
    { jitterUs: micros(-1) },
    { jitterUs: micros(0.5) },
    { jitterUs: micros(Infinity) },
  ];
  it.each(wrong)('refuses %j', (settings) => {
    expect(() => assertLink({ ...DEFAULT_LINK, ...settings })).toThrow(RangeError);
  });

  it('takes the default and the bounds', () => {
    assertLink(DEFAULT_LINK);
    assertLink({ lossP: 1, delayUs: micros(1), jitterUs: micros(86_400_000_000), duplicateP: 1, corruptP: 1 });
    expect(isDefaultLink({ ...DEFAULT_LINK })).toBe(true);
    const changes = [
      { lossP: 0.1 },
      { delayUs: micros(99) },
      { jitterUs: micros(1) },
      { duplicateP: 1 },
      { corruptP: 1 },
    ];
    expect(changes.every((change) => !isDefaultLink({ ...DEFAULT_LINK, ...change }))).toBe(true);
  });
});
