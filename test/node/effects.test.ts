/** What an engine gives out can be written down, carried over, and carried out elsewhere, in order. */
import { describe, expect, it } from 'vitest';
import type { Effects } from '../../src/failover/frames.js';
import { carryOut, type EffectRecord, recordingEffects } from '../../src/node/effects.js';
import { collected, type Given } from '../support/engines.js';
import { aBeat } from './parts.js';
import { micros } from '../../src/model/time.js';

const view = { epoch: 3, coordinator: 1 };

/** Every effect, with arguments of every shape. */
function all(out: Effects): void {
  out.broadcast(aBeat(5));
  out.send(2, { type: 'decline', epoch: 3, from: 1 } as Parameters<Effects['send']>[1]);
  out.askWitness({ type: 'ask' } as unknown as Parameters<Effects['askWitness']>[0]);
  out.agent({ run: 7, group: 0, resource: 1, action: 'activate' });
  out.cancelAgent(7);
  out.installed(view, 3, { epoch: 0, coordinator: -1 }, true);
  out.departed();
  out.released(
    { index: 1, epoch: 3, coordinator: 1, lines: [], orders: [] } as unknown as Parameters<Effects['released']>[0],
    view,
  );
  out.bringsUp(1, view, { '=hkey_users\\a': { path: 'HKEY_USERS\\a', values: {} } });
  out.ordered(4, undefined);
  out.answer(4, { code: 'X', where: 'a', what: 'b', fix: 'c' });
  out.persist({ epoch: 3 } as unknown as Parameters<Effects['persist']>[0]);
  out.powerOff(false, 'why');
  out.watchdog(micros(12));
  out.warning('text');
}

describe('effects', () => {
  it('are the same when they are carried out elsewhere', () => {
    const expected: Given[] = [];
    all(collected(expected));
    const records: EffectRecord[] = [];
    all(recordingEffects((record) => records.push(record)));
    const there = JSON.parse(JSON.stringify(records)) as EffectRecord[];
    const carried: Given[] = [];
    const out = collected(carried);
    for (const record of there) carryOut(record, out, { misplaced: () => undefined });
    expect(carried.map(([name]) => name)).toEqual(Object.keys(out));
    // Arguments that are undefined at the end are left out.
    expect(carried).toEqual(expected.map((one) => (one[0] === 'ordered' ? ['ordered', 4] : one)));
  });

  it('leave what is none of them to others', () => {
    const told: string[] = [];
    const other = {
      misplaced: (what: string) => told.push(`misplaced ${what}`),
      mark: (what: string) => told.push(what),
    };
    const given: Given[] = [];
    carryOut(['misplaced', 'G1'], collected(given), other);
    carryOut(['mark', 'propose'], collected(given), other);
    carryOut(['mark', 'nobody asks'], collected(given), { misplaced: other.misplaced });
    expect(told).toEqual(['misplaced G1', 'propose']);
    expect(given).toEqual([]);
  });
});
