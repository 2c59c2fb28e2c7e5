/** Suggestions for mistyped words. */
import { describe, expect, it } from 'vitest';
import { nearest } from '../../src/model/nearest.js';

const KEYS = ['name', 'servers', 'startup', 'failover', 'failback', 'exclusion', 'interval', 'timeout'];

describe('nearest', () => {
  it.each([
    ['servres', 'servers'],
    ['server', 'servers'],
    ['Servers', 'servers'],
    ['failovr', 'failover'],
    ['fallback', 'failback'],
    ['nmae', 'name'],
    ['intervall', 'interval'],
    ['tiemout', 'timeout'],
  ])('takes %s for %s', (word, meant) => {
    expect(nearest(word, KEYS)).toBe(meant);
  });

  it.each(['', 'x', 'colour', 'quorum', 'a'.repeat(100), 'serversserversservers'])(
    'suggests nothing for %j',
    (word) => {
      expect(nearest(word, KEYS)).toBeUndefined();
    },
  );

  it('prefers the first of equally near ones', () => {
    expect(nearest('ServerC', ['ServerA', 'ServerB'])).toBe('ServerA');
  });

  it('never takes one letter for another', () => {
    expect(nearest('C', ['A', 'B'])).toBeUndefined();
    expect(nearest('a', ['A', 'B'])).toBe('A');
  });

  it('passes over candidates that are no words', () => {
    expect(nearest('servers', ['s'.repeat(100), 'servers'])).toBe('servers');
    expect(nearest('servers', [])).toBeUndefined();
  });
});
