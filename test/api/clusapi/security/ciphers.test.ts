/** MD4 and RC4 against the vectors of their RFCs. */
import { describe, expect, it } from 'vitest';
import { md4 } from '../../../../src/api/clusapi/rpc/security/md4.js';
import { Rc4 } from '../../../../src/api/clusapi/rpc/security/rc4.js';
import { bytes, hex } from '../../../support/hex.js';

describe('MD4 (RFC 1320, A.5)', () => {
  it.each([
    ['', '31d6cfe0d16ae931b73c59d7e0c089c0'],
    ['a', 'bde52cb31de33e46245e05fbdbd6fb24'],
    ['abc', 'a448017aaf21d8525fc10ae87aa6729d'],
    ['message digest', 'd9130a8164549fe818874806e1c7014b'],
    ['abcdefghijklmnopqrstuvwxyz', 'd79e1c308aa5bbcdeea8ed63df412da9'],
    ['ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789', '043f8582f241db351ce627e153e7f0e4'],
    ['1234567890'.repeat(8), 'e33b4ddc9c38f2199c3e7b164fcc0536'],
  ])('"%s"', (text, digest) => {
    expect(hex(md4(Buffer.from(text)))).toBe(digest);
  });

  it('has another digest for each length around the ends of blocks', () => {
    const digests = Array.from({ length: 131 }, (_, length) => hex(md4(new Uint8Array(length))));
    expect(new Set(digests).size).toBe(131);
  });
});

describe('RC4 (RFC 6229, 2)', () => {
  const streams = {
    '0102030405': {
      0: 'b2396305f03dc027ccc3524a0a1118a8',
      16: '6982944f18fc82d589c403a47a0d0919',
      240: '28cb1132c96ce286421dcaadb8b69eae',
      256: '1cfcf62b03eddb641d77dfcf7f8d8c93',
      1008: '45129048e6a0ed0b56b490338f078da5',
      1024: '30abbcc7c20b01609f23ee2d5f6bb7df',
    },
    '0102030405060708090a0b0c0d0e0f10': {
      0: '9ac7cc9a609d1ef7b2932899cde41b97',
      16: '5248c4959014126a6e8a84f11d1a9e1c',
      240: '065902e4b620f6cc36c8589f66432f2b',
      256: 'd39d566bc6bce3010768151549f3873f',
      1008: 'e7a72574f8782ae26aabcf9ebcd66065',
      1024: 'bdf0324e6083dcc6d3cedd3ca8c53c16',
    },
  };

  it.each(Object.entries(streams))('the stream of %s, taken in odd pieces', (key, places) => {
    const cipher = new Rc4(bytes(key));
    const stream = Buffer.concat(Array.from({ length: 160 }, () => cipher.apply(new Uint8Array(7))));
    const found = Object.keys(places).map((at) => [at, hex(stream.subarray(Number(at), Number(at) + 16))]);
    expect(Object.fromEntries(found)).toEqual(places);
  });
});
