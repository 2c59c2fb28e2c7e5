/** The order of activation: by type, as the semantics lists them, ties by definition order; ownerless disks stay out. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { activationOrder } from '../../../src/failover/group/order.js';
import type { GroupDefinition, ResourceType } from '../../../src/model/definition.js';

const RANKS: readonly (readonly ResourceType[])[] = [
  ['swdisk'],
  ['ndr'],
  ['vxdisk'],
  ['lsw'],
  ['vip', 'hf'],
  ['vcom'],
  ['printer'],
  ['script'],
];
const OWNERLESS: readonly ResourceType[] = ['shdisk', 'npdisk'];

const order = (types: readonly ResourceType[]): number[] =>
  activationOrder({ resources: types.map((type) => ({ type })) } as unknown as GroupDefinition);

describe('the order of activation', () => {
  it('is that of the types, then that of the definition, without ownerless resources', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...RANKS.flat(), ...OWNERLESS), { maxLength: 20 }), (types) => {
        const right = RANKS.flatMap((rank) =>
          types.flatMap((type, position) => (rank.includes(type) ? [position] : [])),
        );
        expect(order(types)).toEqual(right);
      }),
      { seed: 1 },
    );
  });

  it('of one of each, written backwards, is the documented one', () => {
    const types = [...RANKS.flat(), ...OWNERLESS].reverse();
    const names = order(types).map((position) => types[position]);
    expect(names).toEqual(['swdisk', 'ndr', 'vxdisk', 'lsw', 'hf', 'vip', 'vcom', 'printer', 'script']);
  });
});
