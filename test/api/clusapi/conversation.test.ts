/** Whole conversations with an endpoint, without a socket: what a client says, and what comes back. */
import { describe, expect, it } from 'vitest';
import { CLUSAPI_UUID, clusapiMethods } from '../../../src/api/clusapi/idl/methods.js';
import { RpcEndpoint } from '../../../src/api/clusapi/rpc/endpoint.js';
import { RPC_LIMITS, type RpcLimits } from '../../../src/api/clusapi/rpc/limits.js';
import { NULL_HANDLE } from '../../../src/api/clusapi/rpc/ndr/types.js';
import { barePdu, bindPdu, Fault, NDR32, PduType, readHeader, requestPdus } from '../../../src/api/clusapi/rpc/pdu.js';
import { fakeClusapi, type Fake } from '../../support/fake-clusapi.js';
import { Disconnected, Faulted, RpcClient, syntaxOf } from '../../support/rpc-client.js';

const v2 = syntaxOf(CLUSAPI_UUID, 2);
const v3 = syntaxOf(CLUSAPI_UUID, 3);
const m = clusapiMethods;

function scene(limits: Partial<RpcLimits> = {}): { fake: Fake; endpoint: RpcEndpoint } {
  const fake = fakeClusapi();
  return { fake, endpoint: new RpcEndpoint([fake.interface], { ...RPC_LIMITS, ...limits }, '41001') };
}

async function bound(endpoint: RpcEndpoint, options = {}): Promise<RpcClient> {
  const client = RpcClient.inMemory(endpoint);
  expect(await client.bind([v2, v3], options)).toBeDefined();
  return client;
}

/** Context 0 is version 2, context 1 is version 3. */
const versions = [
  [2, 0],
  [3, 1],
] as const;

async function fault(call: Promise<unknown>): Promise<number> {
  return call.then(
    () => 0,
    (error: unknown) => {
      if (error instanceof Faulted) return error.status;
      throw error;
    },
  );
}

const header = (type: number, length: number, callId = 1): Buffer => {
  const bytes = Buffer.alloc(16);
  bytes.set([5, 0, type, 3, 0x10]);
  bytes.writeUInt16LE(length, 8);
  bytes.writeUInt32LE(callId, 12);
  return bytes;
};

describe('binding', () => {
  it('accepts both versions, and rejects what is not here, each for its reason', async () => {
    const { endpoint } = scene();
    const client = RpcClient.inMemory(endpoint);
    const ndr64 = { uuid: '71710533-beba-4937-8319-b5dbef9ccc36', major: 1, minor: 0 };
    const features = { uuid: '6cb71c2c-9812-4540-0300-000000000000', major: 1, minor: 0 };
    const ack = await client.offer([
      { id: 0, abstract: v2, transfers: [NDR32] },
      { id: 1, abstract: v3, transfers: [ndr64, NDR32] },
      { id: 2, abstract: syntaxOf(CLUSAPI_UUID, 4), transfers: [NDR32] },
      { id: 3, abstract: { ...v3, minor: 1 }, transfers: [NDR32] },
      { id: 4, abstract: v3, transfers: [ndr64] },
      { id: 5, abstract: v3, transfers: [features] },
    ]);
    expect(ack).toMatchObject({ address: '41001', group: 1 });
    expect(ack?.results.map(({ result, reason }) => [result, reason])).toEqual([
      [0, 0],
      [0, 0],
      [2, 1],
      [2, 1],
      [2, 2],
      [3, 2],
    ]);
    expect(ack?.results[1].transfer).toEqual(NDR32);
  });

  it('agrees on the smaller fragments, and never on less than all must take', async () => {
    const { endpoint } = scene();
    const sizes = async (maxTransmit: number, maxReceive: number): Promise<unknown> => {
      const ack = await RpcClient.inMemory(endpoint).bind([v3], { maxTransmit, maxReceive });
      return [ack?.maxTransmit, ack?.maxReceive];
    };
    expect(await sizes(4280, 4000)).toEqual([4000, 4280]);
    expect(await sizes(0xffff, 0xffff)).toEqual([5840, 5840]);
    expect(await sizes(0, 1)).toEqual([1432, 1432]);
  });

  it('adds interfaces later', async () => {
    const { endpoint } = scene();
    const client = RpcClient.inMemory(endpoint);
    await client.bind([v2]);
    expect(await fault(client.call(m.ApiOpenCluster, 3, {}, 1))).toBe(Fault.UNKNOWN_INTERFACE);
    const ack = await client.bind([v3], { alter: true });
    expect(ack?.results.map(({ result }) => result)).toEqual([0]);
    await expect(client.call(m.ApiOpenCluster, 3, {}, 1)).resolves.toMatchObject({ Status: 0 });
  });

  it('refuses credentials, a group that is not there, another protocol', async () => {
    const { endpoint } = scene();
    const withAuth = Buffer.concat([
      bindPdu(1, { maxTransmit: 5840, maxReceive: 5840, group: 0, contexts: [] }),
      Buffer.alloc(12),
    ]);
    withAuth.writeUInt16LE(withAuth.length, 8);
    withAuth.writeUInt16LE(4, 10);
    const nak = (bytes: Uint8Array): number[] => {
      const client = RpcClient.inMemory(endpoint);
      client.raw(bytes);
      expect(client.closed).toBe(true);
      expect(client.received).toHaveLength(1);
      return [...client.received[0].subarray(16, 18)];
    };
    expect(nak(withAuth)).toEqual([8, 0]);
    expect(nak(bindPdu(1, { maxTransmit: 5840, maxReceive: 5840, group: 77, contexts: [] }))).toEqual([0, 0]);
    expect(nak(Buffer.concat([Buffer.of(4, 0, 11, 3, 0x10), Buffer.alloc(11)]))).toEqual([4, 0]);
    expect(endpoint.connections).toBe(0);
  });

  it('limits the contexts of a connection', async () => {
    const { endpoint } = scene({ contextsMax: 2 });
    const ack = await RpcClient.inMemory(endpoint).bind([v2, v3, v3]);
    expect(ack?.results.map(({ result, reason }) => [result, reason])).toEqual([
      [0, 0],
      [0, 0],
      [2, 3],
    ]);
  });
});

describe('more contexts than an answer has room for', () => {
  const many = Array.from({ length: 100 }, () => v3);

  it('are refused with the bind', async () => {
    const { endpoint } = scene();
    const client = RpcClient.inMemory(endpoint);
    expect(await client.bind(many, { maxReceive: 1432 })).toBeUndefined();
    expect([...client.received[0].subarray(16, 18)]).toEqual([2, 0]);
    expect([client.closed, endpoint.connections]).toEqual([true, 0]);
  });

  it('end the connection that asks for them later', async () => {
    const { endpoint } = scene();
    const client = RpcClient.inMemory(endpoint);
    await client.bind([v3], { maxReceive: 1432 });
    expect(await client.bind(many, { alter: true })).toBeUndefined();
    expect(client.received.map((unit) => unit[2])).toEqual([PduType.BIND_ACK, PduType.FAULT]);
    expect([client.closed, endpoint.connections]).toEqual([true, 0]);
  });
});

describe.each(versions)('moving a group, version %d', (version, context) => {
  it('opens, asks, moves, asks again, closes', async () => {
    const { endpoint, fake } = scene();
    const client = await bound(endpoint);
    const call = (method: (typeof m)[keyof typeof m], values: object): Promise<Record<string, unknown>> =>
      client.call(method, version, { ...values }, context);
    const { returns: hGroup, Status } = await call(m.ApiOpenGroup, { lpszGroupName: 'G' });
    expect(Status).toBe(0);
    expect(await call(m.ApiGetGroupState, { hGroup })).toMatchObject({ State: 0, NodeName: 'NodeA', returns: 0 });
    const { returns: hNode } = await call(m.ApiOpenNode, { lpszNodeName: 'NodeB' });
    expect(await call(m.ApiMoveGroupToNode, { hGroup, hNode })).toMatchObject({ returns: 997 });
    expect(await call(m.ApiGetGroupState, { hGroup })).toMatchObject({ NodeName: 'NodeB' });
    expect(endpoint.handles).toBe(2);
    expect(await call(m.ApiCloseNode, { Node: hNode })).toEqual({ Node: NULL_HANDLE, returns: 0 });
    expect(await call(m.ApiCloseGroup, { Group: hGroup })).toEqual({ Group: NULL_HANDLE, returns: 0 });
    expect(endpoint.handles).toBe(0);
    expect(await fault(call(m.ApiGetGroupState, { hGroup }))).toBe(Fault.CONTEXT_MISMATCH);
    expect(fake.rundown).toEqual([]);
  });
});

describe('calls', () => {
  it('answers errors of methods as values, with a handle of nothing', async () => {
    const client = await bound(scene().endpoint);
    expect(await client.call(m.ApiOpenGroup, 3, { lpszGroupName: 'none' }, 1)).toEqual({
      Status: 5013,
      rpc_status: 0,
      returns: NULL_HANDLE,
    });
  });

  it('answers CALL_NOT_IMPLEMENTED for a method without a handler, as its row has it', async () => {
    const client = await bound(scene().endpoint);
    const { returns: hCluster } = await client.call(m.ApiOpenCluster, 3, {}, 1);
    expect(await client.call(m.ApiBackupClusterDatabase, 3, { lpszPathName: 'x' }, 1)).toEqual({
      rpc_status: 0,
      returns: 120,
    });
    expect(await client.call(m.ApiOpenNetwork, 3, { lpszNetworkName: 'n' }, 1)).toMatchObject({
      Status: 120,
      returns: NULL_HANDLE,
    });
    expect(await client.call(m.ApiCreateNotifyV2, 3, {}, 1)).toMatchObject({ rpc_error: 120, returns: NULL_HANDLE });
    expect(await client.call(m.ApiCreateGroupSetEnum, 3, { hCluster }, 1)).toMatchObject({
      ReturnEnum: undefined,
      returns: 120,
    });
  });

  it('faults: numbers that are no method of the version, bytes that are no request, things of another type', async () => {
    const { endpoint, fake } = scene();
    const client = await bound(endpoint);
    expect(await fault(client.stub(111, new Uint8Array(), 1).answer)).toBe(Fault.OPNUM);
    expect(await fault(client.stub(9999, new Uint8Array(), 1).answer)).toBe(Fault.OPNUM);
    expect(await fault(client.stub(m.ApiOpenClusterEx.opnum, new Uint8Array(4), 0).answer)).toBe(Fault.OPNUM);
    expect(await fault(client.stub(m.ApiOpenGroup.opnum, new Uint8Array(3), 1).answer)).toBe(Fault.BAD_STUB_DATA);
    const { returns: hNode } = await client.call(m.ApiOpenNode, 2, { lpszNodeName: 'NodeA' });
    expect(await fault(client.call(m.ApiGetGroupState, 2, { hGroup: hNode }))).toBe(Fault.CONTEXT_MISMATCH);
    expect(await fault(client.call(m.ApiGetGroupState, 2, { hGroup: NULL_HANDLE }))).toBe(Fault.CONTEXT_MISMATCH);
    expect(fake.failed).toEqual([]);
  });

  it('faults where a handler falls over, and says so to the house', async () => {
    const { endpoint, fake } = scene();
    const client = await bound(endpoint);
    const { returns: Group } = await client.call(m.ApiOpenGroup, 2, { lpszGroupName: 'G' });
    expect(await fault(client.call(m.ApiDeleteGroup, 2, { Group }))).toBe(Fault.UNSPECIFIED);
    expect(fake.failed).toEqual(['ApiDeleteGroup: Error: a mistake of ours']);
  });

  it('puts requests together and cuts answers, however large, wherever the stream is cut', async () => {
    const { endpoint } = scene();
    const client = await bound(endpoint, { maxTransmit: 2000, maxReceive: 1500 });
    const { returns: hKey } = await client.call(m.ApiGetRootKey, 3, { samDesired: 1 }, 1);
    const data = Uint8Array.from({ length: 20_001 }, (_, i) => i * 7);
    const set = { hKey, lpValueName: 'v', dwType: 3, lpData: data };
    expect(await client.call(m.ApiSetValue, 3, set, 1)).toMatchObject({ returns: 0 });
    const before = client.received.length;
    const got = await client.call(m.ApiQueryValue, 3, { hKey, lpValueName: 'v', cbData: 30_000 }, 1);
    expect((got['lpData'] as Uint8Array).subarray(0, data.length)).toEqual(data);
    const pieces = client.received.slice(before);
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThanOrEqual(1500);
    expect(pieces.map((piece) => piece[3])).toEqual([1, ...pieces.slice(2).map(() => 0), 2]);
    for (const piece of pieces.slice(0, -1)) expect((piece.length - 24) % 8).toBe(0);
  });

  it('takes a stream byte by byte, and several units at once', async () => {
    const { endpoint } = scene();
    const sent: Uint8Array[] = [];
    const session = endpoint.connect({ send: (bytes) => sent.push(bytes), close: () => undefined });
    const contexts = [{ id: 0, abstract: v3, transfers: [NDR32] }];
    const name = requestPdus(2, { contextId: 0, opnum: 3, stub: new Uint8Array() }, 5840)[0];
    const again = requestPdus(3, { contextId: 0, opnum: 3, stub: new Uint8Array() }, 5840)[0];
    const bytes = Buffer.concat([bindPdu(1, { maxTransmit: 5840, maxReceive: 5840, group: 0, contexts }), name, again]);
    for (const byte of bytes.subarray(0, -20)) session.receive(Uint8Array.of(byte));
    session.receive(bytes.subarray(-20));
    await new Promise((resolve) => setImmediate(resolve));
    expect(sent.map((unit) => [unit[2], readHeader(unit)?.callId])).toEqual([
      [PduType.BIND_ACK, 1],
      [PduType.RESPONSE, 2],
      [PduType.RESPONSE, 3],
    ]);
  });

  it('faults an answer that is larger than the limit, without losing the connection', async () => {
    const client = await bound(scene().endpoint);
    const { returns: hKey } = await client.call(m.ApiGetRootKey, 3, { samDesired: 1 }, 1);
    await client.call(m.ApiSetValue, 3, { hKey, lpValueName: 'v', dwType: 3, lpData: Uint8Array.of(1) }, 1);
    const query = { hKey, lpValueName: 'v', cbData: 0xffffffff };
    expect(await fault(client.call(m.ApiQueryValue, 3, query, 1))).toBe(Fault.NO_MEMORY);
    await expect(client.call(m.ApiQueryValue, 3, { ...query, cbData: 1 }, 1)).resolves.toMatchObject({ returns: 0 });
  });
});

describe('several calls at once', () => {
  it('answers later calls while one waits, and that one when its time has come', async () => {
    const { endpoint, fake } = scene();
    const client = await bound(endpoint);
    const { returns: hNotify } = await client.call(m.ApiCreateNotify, 3, {}, 1);
    const notice = client.call(m.ApiGetNotify, 3, { hNotify }, 1);
    expect(await client.call(m.ApiGetClusterName, 3, {}, 1)).toMatchObject({ ClusterName: 'C' });
    expect(fake.waiting.size).toBe(1);
    await client.call(m.ApiUnblockGetNotifyCall, 3, { hNotify }, 1);
    expect(await notice).toMatchObject({ Name: 'G', dwFilter: 0x1000 });
    const second = client.call(m.ApiGetNotify, 3, { hNotify }, 1);
    await client.call(m.ApiCloseNotify, 3, { Notify: hNotify }, 1);
    expect(await second).toMatchObject({ returns: 0 });
  });

  it('ends a call that is cancelled with a fault, and one that is orphaned in silence', async () => {
    const { endpoint, fake } = scene();
    const client = await bound(endpoint);
    const { returns: hNotify } = await client.call(m.ApiCreateNotify, 2, {});
    const handle = Buffer.concat([Buffer.alloc(4), client.received.at(-1)!.subarray(-16)]);
    const stub = Buffer.concat([handle, Buffer.alloc(4)]);
    const cancelled = client.stub(65, stub);
    client.cancel(cancelled.callId);
    expect(await fault(cancelled.answer)).toBe(Fault.CANCELLED);
    const orphaned = client.stub(65, stub);
    let told = false;
    orphaned.answer.then(
      () => (told = true),
      () => undefined,
    );
    client.orphan(orphaned.callId);
    await client.call(m.ApiCloseNotify, 2, { Notify: hNotify });
    expect(fake.waiting.size).toBe(0);
    expect(told).toBe(false);
  });

  it('forgets the fragments of a request that is orphaned', async () => {
    const { endpoint } = scene();
    const sent: Uint8Array[] = [];
    const session = endpoint.connect({ send: (bytes) => sent.push(bytes), close: () => undefined });
    session.receive(bindPdu(1, { maxTransmit: 5840, maxReceive: 5840, group: 0, contexts: [] }));
    const [first] = requestPdus(2, { contextId: 0, opnum: 3, stub: new Uint8Array(9000) }, 5840);
    session.receive(first);
    expect(session.pendingBytes).toBe(5816);
    session.receive(barePdu(PduType.ORPHANED, 2));
    expect(session.pendingBytes).toBe(0);
  });

  it('is too busy beyond its limit', async () => {
    const { endpoint } = scene({ callsMax: 2 });
    const client = await bound(endpoint);
    const { returns: hNotify } = await client.call(m.ApiCreateNotify, 3, {}, 1);
    const waiting = [1, 2].map(() => client.call(m.ApiGetNotify, 3, { hNotify }, 1));
    expect(await fault(client.call(m.ApiGetNotify, 3, { hNotify }, 1))).toBe(Fault.TOO_BUSY);
    client.close();
    expect(await Promise.allSettled(waiting)).toEqual(
      waiting.map(() => ({ status: 'rejected', reason: expect.any(Disconnected) as unknown })),
    );
  });
});

describe('handles', () => {
  it('are of their association group, and live as long as one of its connections', async () => {
    const { endpoint, fake } = scene();
    const one = await bound(endpoint);
    const two = await bound(endpoint, { group: one.group });
    const stranger = await bound(endpoint);
    const { returns: hGroup } = await one.call(m.ApiOpenGroup, 2, { lpszGroupName: 'G' });
    expect(await two.call(m.ApiGetGroupState, 2, { hGroup })).toMatchObject({ returns: 0 });
    expect(await fault(stranger.call(m.ApiGetGroupState, 2, { hGroup }))).toBe(Fault.CONTEXT_MISMATCH);
    one.close();
    expect(await two.call(m.ApiGetGroupState, 2, { hGroup })).toMatchObject({ returns: 0 });
    expect(fake.rundown).toEqual([]);
    two.close();
    expect(fake.rundown).toEqual(['G']);
    expect(endpoint.handles).toBe(0);
  });

  it('are as many as the limit says, and what has no handle is run down', async () => {
    const { endpoint, fake } = scene({ handlesMax: 1 });
    const client = await bound(endpoint);
    const { returns: Node } = await client.call(m.ApiOpenNode, 2, { lpszNodeName: 'NodeA' });
    expect(await fault(client.call(m.ApiOpenGroup, 2, { lpszGroupName: 'G' }))).toBe(Fault.NO_MEMORY);
    expect(fake.rundown).toEqual(['G']);
    await client.call(m.ApiCloseNode, 2, { Node });
    await expect(client.call(m.ApiOpenGroup, 2, { lpszGroupName: 'G' })).resolves.toMatchObject({ Status: 0 });
  });

  it('of an answer that finds nobody any more are run down', async () => {
    const { endpoint, fake } = scene();
    const client = await bound(endpoint);
    const opening = client.call(m.ApiOpenGroup, 2, { lpszGroupName: 'G' });
    client.close();
    await expect(opening).rejects.toBeInstanceOf(Disconnected);
    expect(fake.rundown).toEqual(['G']);
    expect(endpoint.handles).toBe(0);
  });
});

describe('what ends a connection', () => {
  const request = (flags: number, callId: number): Buffer => {
    const bytes = Buffer.concat([header(PduType.REQUEST, 32, callId), Buffer.alloc(16)]);
    bytes[3] = flags;
    return bytes;
  };
  const bind = bindPdu(1, { maxTransmit: 5840, maxReceive: 5840, group: 0, contexts: [] });
  it.each([
    ['a call before the bind', [request(3, 1)]],
    ['an alter_context before the bind', [bindPdu(1, { maxTransmit: 1, maxReceive: 1, group: 0, contexts: [] }, 14)]],
    ['a second bind', [bind, bind]],
    ['a bind cut short', [header(PduType.BIND, 16)]],
    ['a unit of a server', [bind, header(PduType.RESPONSE, 16)]],
    ['a unit of no kind', [bind, header(99, 16)]],
    ['a later fragment of nothing', [bind, request(2, 7)]],
    ['a first fragment twice', [bind, request(1, 7), request(1, 7)]],
    ['a request cut short', [bind, header(PduType.REQUEST, 16)]],
    ['more credentials than bytes', [bind, Object.assign(header(PduType.REQUEST, 16), { 10: 200 })]],
  ])('%s: a fault, and the end', (_, units) => {
    const client = RpcClient.inMemory(scene().endpoint);
    for (const unit of units) client.raw(unit);
    expect(client.closed).toBe(true);
    expect(client.received.at(-1)?.[2]).toBe(PduType.FAULT);
  });

  it.each([
    ['a fragment larger than agreed', header(PduType.REQUEST, 5841)],
    ['a unit shorter than its header', header(PduType.REQUEST, 15)],
  ])('%s: at once', (_, unit) => {
    const client = RpcClient.inMemory(scene().endpoint);
    client.raw(bind);
    client.raw(unit);
    expect(client.closed).toBe(true);
  });

  it('more fragments than the limit', () => {
    const client = RpcClient.inMemory(scene({ requestBytes: 10_000 }).endpoint);
    client.raw(bind);
    for (const unit of requestPdus(2, { contextId: 0, opnum: 3, stub: new Uint8Array(12_000) }, 5840)) {
      if (!client.closed) client.raw(unit);
    }
    expect(client.closed).toBe(true);
  });
});
