/** The accounts of links: each count has a place of its own, and no two threads write into one row. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Account, Accounts, difference } from '../../src/network/accounts.js';

const ROW_WORDS = 16;
const KINDS = Object.values(Account);
const TAKEN_IN: readonly number[] = [Account.DELIVERED, Account.COPIES_DELIVERED, Account.CORRUPT];

type Key = readonly [account: number, from: number, to: number, network: number];

function keysOf(nodes: number, networks: number): Key[] {
  const keys: Key[] = [];
  for (const account of KINDS)
    for (let from = 0; from < nodes; from += 1)
      for (let to = 0; to < nodes; to += 1)
        for (let network = 0; network < networks && to !== from; network += 1) keys.push([account, from, to, network]);
  return keys;
}

const sizes = fc.record({ nodes: fc.integer({ min: 1, max: 40 }), networks: fc.integer({ min: 1, max: 3 }) });

describe.each(['of its own', 'shared'])('in memory that is %s', (memory) => {
  const accounts = (nodes: number, networks: number): Accounts => {
    const shared = memory === 'shared' ? new SharedArrayBuffer(Accounts.bytes(nodes, networks)) : undefined;
    return new Accounts(nodes, networks, shared);
  };

  it('each count is what was added to it, whatever was added to others', () => {
    fc.assert(
      fc.property(sizes, fc.array(fc.nat(), { maxLength: 200 }), ({ nodes, networks }, picks) => {
        const keys = keysOf(nodes, networks);
        const counted = accounts(nodes, networks);
        const model = new Map<string, number>();
        for (const pick of keys.length > 0 ? picks : []) {
          const key = keys[pick % keys.length];
          const before = model.get(String(key)) ?? 0;
          expect(counted.add(...key)).toBe(before);
          model.set(String(key), before + 1);
        }
        for (const key of keys) expect(counted.read(...key)).toBe(model.get(String(key)) ?? 0);
      }),
      { numRuns: 60, seed: 1 },
    );
  });
});

describe('in shared memory', () => {
  it('a count goes on beyond 2^31, and what it has more than another is right beyond 2^32', () => {
    const shared = new SharedArrayBuffer(Accounts.bytes(2, 1));
    const accounts = new Accounts(2, 1, shared);
    const [sent, delivered] = [Account.SENT, Account.DELIVERED].map((account) => [account, 0, 1, 0] as const);
    for (const before of [2 ** 31 - 1, 2 ** 32 - 1]) {
      new Uint32Array(shared).fill(before);
      expect(accounts.add(...sent)).toBe(before);
      expect(accounts.add(...sent)).toBe((before + 1) % 2 ** 32);
      expect([accounts.read(...sent), accounts.read(...delivered)]).toEqual([(before + 2) % 2 ** 32, before]);
      expect(difference(accounts.read(...sent), accounts.read(...delivered))).toBe(2);
      expect(difference(accounts.read(...delivered), accounts.read(...sent))).toBe(-2);
    }
  });

  it('a row is written by one node: it sends what is counted there, or takes it in', () => {
    fc.assert(
      fc.property(sizes, ({ nodes, networks }) => {
        const shared = new SharedArrayBuffer(Accounts.bytes(nodes, networks));
        const words = new Int32Array(shared);
        const accounts = new Accounts(nodes, networks, shared);
        const writers = new Map<number, number>();
        for (const key of keysOf(nodes, networks)) {
          accounts.add(...key);
          const at = words.indexOf(1);
          words[at] = 0;
          const writer = TAKEN_IN.includes(key[0]) ? key[2] : key[1];
          const row = Math.floor(at / ROW_WORDS);
          expect(writers.get(row) ?? writer).toBe(writer);
          writers.set(row, writer);
        }
      }),
      { numRuns: 8, seed: 1 },
    );
  });
});
