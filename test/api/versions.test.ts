/** The matrices of section 2.5.1: kits, products, and the resources that not all of them know. */
import { describe, expect, it } from 'vitest';
import {
  ARMAPI_VERSION,
  KIT_51_UPDATE,
  kitsOf,
  knownBy,
  libraryOf,
  loading,
  resourceTypeName3,
  resourceTypeName4,
  seenAs,
  type Loading,
  type ProductVersion,
  type Runtime,
} from '../../src/api/arm-server/versions.js';
import { KITS, type Kit } from '../../src/api/facade/kits.js';
import { constants3, constants4 } from '../../src/api/arm-server/constants.js';
import type { ResourceType } from '../../src/model/definition.js';
import { PRODUCT_VERSIONS, supportsResource } from '../../src/model/versions.js';

const runtime = (product: ProductVersion, more: Partial<Runtime> = {}): Runtime => ({
  product,
  bits: 32,
  ver3: false,
  ...more,
});

const types: readonly ResourceType[] = [
  ...(['swdisk', 'ndr', 'vxdisk', 'lsw', 'vip', 'hf', 'vcom'] as const),
  ...(['printer', 'script', 'shdisk', 'npdisk'] as const),
];

describe('kits and products', () => {
  it('run every kit on the product that it came with', () => {
    for (const product of PRODUCT_VERSIONS) {
      for (const kit of kitsOf[product]) {
        const bits = kit === '7.0 64bit' ? 64 : 32;
        expect(loading(kit, runtime(product, { bits, ver3: true })), `${kit} on ${product}`).toBe('works');
      }
    }
    expect(new Set(Object.values(kitsOf).flat())).toEqual(new Set(KITS));
    expect(kitsOf['6.0']).toContain('5.1');
    expect(KIT_51_UPDATE).toMatch(/^\d{4}\/\d\d$/);
  });

  // One letter a kit: works, no DLL, version mismatch, not guaranteed.
  const letters: Record<string, Loading> = {
    w: 'works',
    d: 'no-dll',
    v: 'version-mismatch',
    g: 'not-guaranteed',
  };
  it.each<[string, Runtime]>([
    ['wdddddd', runtime('3.0')],
    ['gwwwwwd', runtime('4.0')],
    ['gwwwwwd', runtime('4.0', { update: '1999/06' })],
    ['gwvvvvd', runtime('4.0', { update: '1999/05' })],
    ['wwvvvvd', runtime('4.0', { update: '1998/12', ver3: true })],
    ['wwwwwwd', runtime('4.0', { ver3: true })],
    ['gwwwwwd', runtime('4.1')],
    ['wwwwwwd', runtime('4.2', { ver3: true })],
    ['gwwwwwd', runtime('5.0')],
    ['gwwwwwd', runtime('6.0')],
    ['wwwwwwd', runtime('6.0', { ver3: true })],
    ['gwwwwwd', runtime('7.0')],
    ['gwwwwww', runtime('7.0', { bits: 64 })],
    ['wwwwwww', runtime('7.0', { bits: 64, ver3: true })],
  ])('%s on %o', (row, on) => {
    expect(KITS.map((kit) => loading(kit, on))).toEqual(Array.from(row, (letter) => letters[letter]));
  });

  it('have a static library for 32 bits only, and one DLL for all kits of Ver4.x of 32 bits', () => {
    for (const kit of KITS) expect(libraryOf[kit].staticLibrary === undefined, kit).toBe(kit === '7.0 64bit');
    expect(new Set(KITS.map((kit) => libraryOf[kit].dll))).toEqual(
      new Set(['armapi.dll', 'armapi4.dll', 'armapi64.dll']),
    );
  });

  it('have versions that only grow, the same for both kits of 7.0', () => {
    const versions = KITS.filter((kit) => kit !== '3.0').map((kit) => ARMAPI_VERSION[kit]);
    expect(versions).toEqual([...versions].sort((a, b) => a - b));
    expect(new Set(versions).size).toBe(5);
  });
});

describe('resources', () => {
  it('are known by the products that the model says', () => {
    for (const [type, { products }] of Object.entries(knownBy)) {
      expect(PRODUCT_VERSIONS.filter((product) => supportsResource(product, type as ResourceType))).toEqual(products);
    }
  });

  it.each<[ResourceType, Kit, ProductVersion, ResourceType | undefined]>([
    ['ndr', '4.0', '4.0', undefined],
    ['ndr', '4.1', '4.0', undefined],
    ['ndr', '4.0', '4.1', 'swdisk'],
    ['ndr', '3.0', '6.0', 'swdisk'],
    ['ndr', '4.1', '4.1', 'ndr'],
    ['ndr', '7.0 64bit', '7.0', 'ndr'],
    ['vxdisk', '5.1', '5.0', undefined],
    ['vxdisk', '5.0', '6.0', 'swdisk'],
    ['vxdisk', '5.1', '6.0', 'vxdisk'],
    ['vxdisk', '7.0 32bit', '7.0', 'vxdisk'],
    ['hf', '4.1', '5.0', undefined],
    ['hf', '5.0', '4.2', undefined],
    ['hf', '5.0', '5.0', 'hf'],
    ['hf', '5.1', '6.0', 'hf'],
    ['hf', '5.1', '7.0', undefined],
    ['hf', '7.0 32bit', '6.0', undefined],
    ['vcom', '4.0', '4.0', 'vcom'],
    ['vcom', '3.0', '4.0', undefined],
    ['script', '4.0', '4.0', undefined],
    ['shdisk', '3.0', '3.0', 'shdisk'],
  ])('%s: kit %s on product %s sees %s', (type, kit, product, seen) => {
    expect(seenAs(kit, product, type)).toBe(seen);
  });

  it('are only ever seen as what the API of the kit has a name and a value for', () => {
    for (const kit of KITS) {
      for (const seen of PRODUCT_VERSIONS.flatMap((product) => types.map((type) => seenAs(kit, product, type)))) {
        if (seen === undefined) continue;
        const [names, constants] =
          kit === '3.0' ? ([resourceTypeName3, constants3] as const) : ([resourceTypeName4, constants4] as const);
        expect(constants).toHaveProperty(names[seen]!);
      }
    }
  });
});
