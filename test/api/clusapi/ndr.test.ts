/** NDR: every message of every method both ways, bytes known from the protocol's texts, and bytes that are no message. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CLUSAPI_VERSIONS, clusapiMethods } from '../../../src/api/clusapi/idl/methods.js';
import { epmapMethods } from '../../../src/api/clusapi/rpc/epmap.js';
import {
  changes,
  decodeMessage,
  encodeMessage,
  gives,
  takes,
  type MessageKind,
  type Method,
} from '../../../src/api/clusapi/rpc/method.js';
import { label, list, pointer, struct, text, u16, u32, u64, u8, uuid } from '../../../src/api/clusapi/rpc/ndr/types.js';
import { damagedArb, messageArb, partsAlone } from './ndr-arbitrary.js';

const BYTES_MAX = 1 << 20;
const kinds: readonly MessageKind[] = ['request', 'answer'];

const rows: [string, Method, number][] = [
  ...Object.entries(clusapiMethods).flatMap(([name, method]) =>
    CLUSAPI_VERSIONS.filter((version) => version >= method.since).map((version): [string, Method, number] => [
      `${name} v${version}`,
      method,
      version,
    ]),
  ),
  ...Object.entries(epmapMethods).map(([name, method]): [string, Method, number] => [name, method, 3]),
];

function bytesOf(method: Method, version: number, kind: MessageKind, values: Record<string, unknown>): Uint8Array {
  const encoded = encodeMessage(method, version, kind, values, BYTES_MAX);
  if (!encoded.ok) throw new Error(encoded.error);
  return encoded.value;
}

describe.each(rows)('%s', (_, method, version) => {
  it.each(kinds)('comes back as it was: %s', (kind) => {
    fc.assert(
      fc.property(messageArb(method, version, kind), (values) => {
        const bytes = bytesOf(method, version, kind, values);
        const decoded = decodeMessage(method, version, kind, bytes);
        expect(decoded).toEqual({ ok: true, value: partsAlone(method, version, kind, values) });
      }),
      { numRuns: 20 },
    );
  });

  it.each(kinds)('is never more than a sentence where the bytes are wrong: %s', (kind) => {
    const good = messageArb(method, version, kind).map((values) => bytesOf(method, version, kind, values));
    fc.assert(
      fc.property(damagedArb(good), fc.boolean(), (bytes, little) => {
        const decoded = decodeMessage(method, version, kind, bytes, little);
        if (!decoded.ok) {
          expect(decoded.error).not.toBe('');
          return;
        }
        // What was read is a message: it can be written, and read again as the same.
        const again = decodeMessage(method, version, kind, bytesOf(method, version, kind, decoded.value));
        expect(again).toEqual(decoded);
      }),
      { numRuns: 40 },
    );
  });
});

/** A method with one of everything. */
function only(parameters: Method['parameters']): Method {
  return { opnum: 0, since: 1, parameters, returns: u32 };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

describe('bytes', () => {
  it('of a reference to a text: its room, its offset, its units with the NUL', () => {
    const bytes = bytesOf(only({ name: takes(text) }), 1, 'request', { name: 'A1' });
    expect(hex(bytes)).toBe('03000000' + '00000000' + '03000000' + '4100' + '3100' + '0000');
  });

  it('of pointers: referents in steps of four, NULL as zero, what they lead to at once', () => {
    const method = only({ one: gives(pointer(text)), two: gives(pointer(text)), three: gives(pointer(u16)) });
    const bytes = bytesOf(method, 1, 'answer', { one: 'A', two: undefined, three: 7, returns: 997 });
    const one = '00000200' + '02000000' + '00000000' + '02000000' + '4100' + '0000';
    expect(hex(bytes)).toBe(one + '00000000' + '04000200' + '0700' + '0000' + 'e5030000');
  });

  it('of a structure that ends with a list: the count in front, texts behind all entries', () => {
    const { ApiCreateEnum: method } = clusapiMethods;
    const ReturnEnum = {
      Entry: [
        { Type: 8, Name: 'G' },
        { Type: 8, Name: undefined },
      ],
    };
    const bytes = bytesOf(method, 2, 'answer', { ReturnEnum, returns: 0 });
    const entries = '08000000' + '04000200' + '08000000' + '00000000';
    const name = '02000000' + '00000000' + '02000000' + '4700' + '0000';
    expect(hex(bytes)).toBe('00000200' + '02000000' + '02000000' + entries + name + '00000000');
  });

  it('of a list with room to spare: room, offset, elements sent, those alone', () => {
    const { ApiClusterControl: method } = clusapiMethods;
    const bytes = bytesOf(method, 2, 'answer', { nOutBufferSize: 16, lpOutBuffer: Uint8Array.of(1, 2, 3), returns: 0 });
    const sent = '10000000' + '00000000' + '03000000' + '010203' + '00';
    expect(hex(bytes)).toBe(sent + '03000000' + '00000000' + '00000000');
  });

  it('of a list without a length: as many as were asked for, zeros where there are fewer', () => {
    const { ApiQueryValue: method } = clusapiMethods;
    const values = { lpValueType: 3, cbData: 4, lpData: Uint8Array.of(9), lpcbRequired: 1, returns: 0 };
    expect(hex(bytesOf(method, 2, 'answer', values))).toBe(
      '03000000' + '04000000' + '09000000' + '01000000' + '00000000',
    );
  });

  it('of pointers in nested structures: depth first', () => {
    const inner = struct({ name: pointer(text), tail: u8 });
    const outer = struct({ first: pointer(inner), second: pointer(text) });
    const method = only({ it: takes(outer) });
    const bytes = bytesOf(method, 1, 'request', { it: { first: { name: 'A', tail: 5 }, second: 'B' } });
    const word = (letter: string): string => '02000000' + '00000000' + '02000000' + letter + '00' + '0000';
    expect(hex(bytes)).toBe('00000200' + '04000200' + '08000200' + '05000000' + word('41') + word('42'));
  });

  it('of wide numbers and UUIDs: on their boundaries, the UUID in its own order', () => {
    const method = only({ a: takes(u8), b: takes(u64), c: takes(u8), d: takes(uuid), e: takes(label(8)) });
    const id = '8a885d04-1ceb-11c9-9fe8-08002b104860';
    const bytes = bytesOf(method, 1, 'request', { a: 1, b: 2n ** 63n, c: 3, d: id, e: 'hi' });
    const wide = '01' + '00000000000000' + '0000000000000080' + '03' + '000000';
    expect(hex(bytes)).toBe(wide + '045d888aeb1cc9119fe808002b104860' + '00000000' + '03000000' + '686900');
  });

  it('in the other order, where the sender says so', () => {
    const method = only({ a: takes(u16), b: takes(u32), c: takes(text) });
    const bytes = Buffer.from(
      '0102' + '0000' + '01020304' + '00000002' + '00000000' + '00000002' + '0041' + '0000',
      'hex',
    );
    const value = { a: 0x0102, b: 0x01020304, c: 'A' };
    expect(decodeMessage(method, 1, 'request', bytes, false)).toEqual({ ok: true, value });
  });
});

describe('what is refused', () => {
  const data = only({ data: takes(list(u8, 'count')), count: takes(u32) });
  const varying = only({ data: takes(list(u8, 'room', 'count')), room: takes(u32), count: takes(u32) });
  const name = only({ name: takes(text) });
  const records = only({
    all: changes(pointer(list(struct({ a: u32, b: pointer(text) }), 'count'))),
    count: takes(u32),
  });
  it.each([
    ['a count that its neighbour does not say', data, '02000000' + '0102' + '0000' + '03000000'],
    ['more elements than bytes', data, 'ffffffff' + '0102' + '0000' + 'ffffffff'],
    ['more records than bytes', records, '00000200' + 'ffffff7f' + '0000000000000000'],
    ['an offset', varying, '02000000' + '01000000' + '01000000' + '01' + '000000' + '02000000' + '01000000'],
    [
      'more sent than there is room for',
      varying,
      '01000000' + '00000000' + '02000000' + '0102' + '0000' + '01000000' + '02000000',
    ],
    ['a text without its NUL', name, '01000000' + '00000000' + '01000000' + '4100'],
    ['an empty text', name, '00000000' + '00000000' + '00000000'],
    ['a text that ends too early', name, '09000000' + '00000000' + '09000000' + '4100'],
    ['nothing', name, ''],
  ])('%s', (_, method, bytes) => {
    expect(decodeMessage(method, 1, 'request', Buffer.from(bytes, 'hex')).ok).toBe(false);
  });

  it('a number beyond its range', () => {
    const { ApiSetServiceAccountPassword: method } = clusapiMethods;
    const values = { lpszNewPassword: 'x', dwFlags: 0, ReturnStatusBufferSize: 0x10001 };
    expect(decodeMessage(method, 3, 'request', bytesOf(method, 3, 'request', values)).ok).toBe(false);
    const fits = bytesOf(method, 3, 'request', { ...values, ReturnStatusBufferSize: 0x10000 });
    expect(decodeMessage(method, 3, 'request', fits).ok).toBe(true);
  });

  it('an answer larger than the limit, before it is built', () => {
    const { ApiQueryValue: method } = clusapiMethods;
    const values = { lpValueType: 3, cbData: 0xffffffff, lpData: new Uint8Array(), lpcbRequired: 0, returns: 0 };
    expect(encodeMessage(method, 3, 'answer', { ...values, rpc_status: 0 }, BYTES_MAX)).toEqual({
      ok: false,
      error: 'more than 1048576 bytes',
    });
  });
});

describe('the two versions', () => {
  const request = (method: Method, version: number, values: Record<string, unknown>): string =>
    hex(bytesOf(method, version, 'request', values)).slice(40);
  const group = '5c6f5a10-0000-4000-8000-000000000001';

  it('DeleteGroup has `force` in version 3 alone', () => {
    expect(request(clusapiMethods.ApiDeleteGroup, 2, { Group: group })).toBe('');
    expect(request(clusapiMethods.ApiDeleteGroup, 3, { Group: group, force: 1 })).toBe('01000000');
  });

  it('SetGroupNodeList has bytes in version 2 and characters in version 3', () => {
    const { ApiSetGroupNodeList: method } = clusapiMethods;
    const bytes = { hGroup: group, lpNodeList: Uint8Array.of(65, 0, 0, 0) };
    expect(request(method, 2, bytes)).toBe('00000200' + '04000000' + '41000000' + '04000000');
    const characters = { hGroup: group, multiSzNodeList: 'A\0' };
    expect(request(method, 3, characters)).toBe('00000200' + '02000000' + '41000000' + '02000000');
  });

  it('GetNotify has a timeout in version 2 alone', () => {
    expect(request(clusapiMethods.ApiGetNotify, 2, { hNotify: group, Timeout: 5 })).toBe('05000000');
    expect(request(clusapiMethods.ApiGetNotify, 3, { hNotify: group })).toBe('');
  });

  it('the status of the runtime stands behind all other results of version 3 alone, the handle last', () => {
    const { ApiOpenGroup: method } = clusapiMethods;
    const values = { Status: 5, rpc_status: 6, returns: group };
    const handle = '00000000' + '105a6f5c000000408000000000000001';
    expect(hex(bytesOf(method, 2, 'answer', values))).toBe('05000000' + handle);
    expect(hex(bytesOf(method, 3, 'answer', values))).toBe('05000000' + '06000000' + handle);
  });
});
