/** The bytes of every method that Samba knows, read by Samba's own tables, written by them again, and compared. */
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clusapiMethods } from '../../src/api/clusapi/idl/methods.js';
import { encodeMessage, type Method } from '../../src/api/clusapi/rpc/method.js';
import { messageArb } from '../api/clusapi/ndr-arbitrary.js';
import { missing, skipped } from './debian.js';
import { file } from './files.js';

function bytesOf(method: Method, kind: 'request' | 'answer', values: Record<string, unknown>): Uint8Array {
  const encoded = encodeMessage(method, 3, kind, values, 1 << 20);
  if (!encoded.ok) throw new Error(encoded.error);
  return encoded.value;
}

/** What ndrdump has to say against bytes: they cannot be read, are more than was read, or are not written the same. */
function complaints(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync('ndrdump', ['--validate', 'clusapi', ...args], { encoding: 'utf8' });
  const output = stdout + stderr;
  return status !== 0 || /WARNING|failed|NT_STATUS_(?!OK)/.test(output) ? output : '';
}

/** The value with letters for all characters that are not. */
function legible(value: unknown): unknown {
  if (typeof value === 'string') return isUuid(value) ? value : value.replace(/[^\0 -~]/g, 'x');
  if (value instanceof Uint8Array || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(legible);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, legible(each)]));
}

function isUuid(value: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value);
}

/** Where Samba's tables say other things than the protocol's text, or nothing. Each must still be so. */
const differences: Readonly<Record<string, string>> = {
  ApiDeleteGroup: 'BOOL has one byte there, and four in the protocol',
  ApiAddNotifyKey: 'BOOL has one byte there, and four in the protocol',
  ApiPauseNodeEx: 'BOOL has one byte there, and four in the protocol',
  ApiAddNotifyV2: 'BOOL has one byte there, and four in the protocol',
  ApiAddGroupToGroupSetEx: 'BOOL has one byte there, and four in the protocol',
  ApiSetNetworkPriorityOrder: 'a list of texts is one text there',
  ApiGetClusterVersion2: 'dwSize is written as 20 there, whatever it was',
  ApiGetNotifyV2: 'dwNotifyKey is a pointer there, and a number as wide as one in the protocol',
  ApiChangeResourceGroupEx: 'not known there',
  ApiClusterNativeUpdateControl: 'not known there',
};

const methods = Object.entries(clusapiMethods);

describe.skipIf(skipped(await missing('ndrdump')))('ndrdump', () => {
  it.each(methods)('%s', (name, method: Method) => {
    const samples = fc.sample(fc.tuple(messageArb(method, 3, 'request'), messageArb(method, 3, 'answer')), 3);
    const found: string[] = [];
    for (const [request, answer] of samples) {
      // The answer says last how much room its caller had, and Samba converts texts, which takes text.
      const values = legible({ ...request, ...answer }) as Record<string, unknown>;
      const asked = file('in', bytesOf(method, 'request', values));
      const told = file('out', bytesOf(method, 'answer', values));
      const call = name.replace(/^Api/, 'clusapi_');
      found.push(complaints(call, 'in', asked), complaints('-c', asked, call, 'out', told));
    }
    expect(found.join('') === '', found.join('\n')).toBe(!(name in differences));
  });
});
