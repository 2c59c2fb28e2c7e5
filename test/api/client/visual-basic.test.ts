/** What Visual Basic hands over and gets back (7.4): ANSI texts with one NUL, what stands behind it, signed Longs. */
import { describe, expect, test } from 'vitest';
import { startApplication } from '../../../src/api/application.js';
import { vbConstants } from '../../../src/api/arm-client/constants.js';
import {
  ChrB,
  InStrB,
  LeftB,
  receivedBytes,
  StrConv,
  VbString,
  vbNullString,
  vbUnicode,
} from '../../../src/api/arm-client/vb-strings.js';
import { ref } from '../../../src/api/facade/call.js';
import { ready, receivedText, running, world } from './scene.js';

const { ARMTRUE, ARMFALSE } = vbConstants;

async function vb(...of: Parameters<typeof world>) {
  const { thread } = await ready(await world(...of), 'K', 'Visual Basic');
  return { armcl2vb: thread.armcl2vb, vb: thread.vb, explain: () => thread.explain() };
}

describe('a String that a call writes to', () => {
  test('keeps what stood in it behind the answer and its NUL', async () => {
    const { armcl2vb } = await vb();
    const name = new VbString(16, 'abcdefghijklmnop');
    const size = ref(name.length);
    expect(await armcl2vb.ArmClientGetClusterFromGroup('H', name, size)).toBe(ARMTRUE);
    expect(name.toString()).toBe('C\0cdefghijklmnop');
    expect(name.toString().slice(0, size.value)).toBe('C');
  });

  test('is full of spaces where nothing was put in, and takes what fits', () => {
    expect(new VbString(4).toString()).toBe('    ');
    expect(new VbString(4, 'ab').toString()).toBe('ab  ');
    expect(new VbString(2, 'abc').toString()).toBe('ab');
    const text = new VbString(5, 'abcde');
    text.assign('表');
    expect([text.toString(), text.length]).toEqual(['表   ', 5]);
    for (const length of [-1, 1.5, NaN]) expect(() => new VbString(length)).toThrow(RangeError);
  });

  test('has its own size as a bound, whatever size is said', async () => {
    const { armcl2vb, vb: basic } = await vb();
    const [name, size] = [new VbString(1, 'x'), ref(100)];
    expect(await armcl2vb.ArmClientGetClusterFromGroup('H', name, size)).toBe(ARMFALSE);
    expect(basic.Err.LastDllError).toBe(vbConstants.ARMCLAPI_ERR_BUFFER_TOO_SMALL);
    expect([name.toString(), size.value]).toEqual(['x', 2]);
  });
});

describe('a String that goes in', () => {
  test('ends with its NUL: what a call has written can be handed on as it is', async () => {
    const { armcl2vb } = await vb();
    const [cluster, group] = [new VbString(16, 'abcdefgh'), new VbString(16, 'abcdefgh')];
    const found = armcl2vb.ArmClientGetGroupFromVirtualComputer('VD', cluster, ref(16), group, ref(16));
    expect(await found).toBe(ARMTRUE);
    expect(await armcl2vb.ArmClientEnumServerFromGroup(cluster, group, () => ARMTRUE, 0)).toBe(ARMTRUE);
    expect(await armcl2vb.ArmClientGetHeartbeatTimeout('D\0and more', ref())).toBe(ARMTRUE);
  });

  test('is ANSI: characters that Shift_JIS lacks are question marks', async () => {
    const { armcl2vb, explain } = await vb();
    expect(await armcl2vb.ArmClientGetHeartbeatTimeout('表😀é', ref())).toBe(ARMFALSE);
    expect(explain()).toMatch(/knows no cluster "表\?+e?"$/);
  });

  test('is NULL as vbNullString and as &H0', async () => {
    const { armcl2vb } = await vb();
    for (const none of [vbNullString, 0 as never]) {
      let told = 0;
      expect(await armcl2vb.ArmClientEnumGroup(none, () => (told += 1), 0)).toBe(ARMTRUE);
      expect(told).toBe(3);
    }
  });
});

describe('a text in a callback', () => {
  test('is an array of Byte of its fixed length; cut in the wrong place it has leftovers (7.4.3)', async () => {
    const { armcl2vb } = await vb();
    const received: Uint8Array[] = [];
    const proc = (cluster: Uint8Array, server: Uint8Array): number => received.push(cluster, server);
    expect(await armcl2vb.ArmClientEnumServer('D', proc, 0)).toBe(ARMTRUE);
    const [, server] = received;
    expect(server).toHaveLength(vbConstants.SERVER_NAME_LEN);
    // As it must not be done: all of it, or up to two NULs.
    expect(StrConv(server, vbUnicode)).toMatch(/^X\0[^\0]+$/);
    // As the document says.
    const end = InStrB(server, ChrB(0));
    expect(end).toBe(2);
    expect(StrConv(LeftB(server, end - 1), vbUnicode)).toBe('X');
    expect(receivedText(server)).toBe('X');
  });

  test('is as long as it has to be where it is longer than the constant says', () => {
    const long = receivedBytes('表'.repeat(10), 16);
    expect(long).toHaveLength(21);
    expect([long.at(-1), receivedText(long)]).toEqual([0, '表'.repeat(10)]);
    expect(InStrB(Uint8Array.of(1, 2), ChrB(0))).toBe(0);
    expect(() => StrConv(long, 128 as never)).toThrow(RangeError);
  });

  test('goes on with whatever is not 0: ARMTRUE, and True of Visual Basic', async () => {
    const { armcl2vb } = await vb();
    let told = 0;
    for (const answer of [ARMTRUE, -1]) {
      const proc = (): number => {
        told += 1;
        return answer;
      };
      expect(await armcl2vb.ArmClientEnumCluster(proc, 0)).toBe(ARMTRUE);
    }
    expect(told).toBe(4);
  });
});

test('a Long is signed: an address may be negative, and is the same address', async () => {
  const backend = await running();
  const { thread } = await ready(backend, 'K', 'Visual Basic');
  const address = ref();
  expect(await thread.armcl2vb.ArmClientGetIPAddr('C', 'G', address)).toBe(ARMTRUE);
  expect(address.value).toBeLessThan(0);
  const bytes = [0, 8, 16, 24].map((shift) => (address.value >> shift) & 0xff);
  expect(bytes).toEqual([10, 0, 0, 200]);
});

test('ArmClientEnumServer lists what 7.1.3.9 lists: an unknown cluster is a wrong parameter', async () => {
  const { armcl2vb, explain } = await vb();
  expect(await armcl2vb.ArmClientEnumServer('Z', () => ARMTRUE, 0)).toBe(ARMFALSE);
  expect(explain()).toBe('ArmClientEnumServer: ARMCLAPI_ERR_INVALID_PARAMETER: K knows no cluster "Z"');
});

test('ArmClientGetComputerName lists what 7.1.3.4 lists: whatever is wrong, the cluster is not found', async () => {
  const { armcl2vb, explain } = await vb();
  const name = new VbString(16);
  for (const call of [
    armcl2vb.ArmClientGetComputerName(null, 'G', name, ref(16)),
    armcl2vb.ArmClientGetComputerName('C', 'none', name, ref(16)),
    armcl2vb.ArmClientGetComputerName('C', 'G', null, ref(16)),
  ]) {
    expect(await call).toBe(ARMFALSE);
    expect(explain()).toContain('ARMCLAPI_ERR_CLUSTER_NOT_FOUND');
  }
});

test('texts are ANSI in an application that is Unicode otherwise', async () => {
  const backend = await world();
  const { main } = startApplication(backend, 'K', { charset: 'unicode' });
  expect(await main.armcl2vb.ArmClientInitializeApiEx()).toBe(1);
  const [name, size] = [new VbString(16), ref(16)];
  expect(await main.armcl2vb.ArmClientGetClusterFromGroup('H', name, size)).toBe(ARMTRUE);
  expect(name.toString().slice(0, 2)).toBe('C\0');
  // In C the two functions with LPSTR are ANSI as well (6.1.5.7), the others are not.
  await main.armcl2.ArmClientInitializeApiEx();
  const [ansi, wide] = [new Uint8Array(16), new Uint8Array(32)];
  expect(await main.armcl2.ArmClientGetClusterFromGroup('H', ansi, ref(16))).toBe(true);
  expect(await main.armcl2.ArmClientGetMasterServer('C', wide, ref(16))).toBe(true);
  expect([[...ansi.subarray(0, 2)], [...wide.subarray(0, 4)]]).toEqual([
    [0x43, 0],
    [0x41, 0, 0, 0],
  ]);
});
