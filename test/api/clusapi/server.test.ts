/** The endpoint on a real port of this machine, and the mapper that tells where it is. */
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { CLUSAPI_UUID, clusapiMethods as m } from '../../../src/api/clusapi/idl/methods.js';
import { endpointMapper, EPMAP, epmapMethods, interfaceOf, towerOf } from '../../../src/api/clusapi/rpc/epmap.js';
import { RpcServer, type ListenOptions } from '../../../src/api/clusapi/rpc/server.js';
import { NULL_HANDLE } from '../../../src/api/clusapi/rpc/ndr/types.js';
import { bindPdu } from '../../../src/api/clusapi/rpc/pdu.js';
import { fakeClusapi, type Fake } from '../../support/fake-clusapi.js';
import { RpcClient, syntaxOf } from '../../support/rpc-client.js';

const v3 = syntaxOf(CLUSAPI_UUID, 3);
const NOT_REGISTERED = 0x16c9a0d6;
const open: { close(): unknown }[] = [];

afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

async function scene(options: ListenOptions = {}): Promise<{ fake: Fake; server: RpcServer }> {
  const fake = fakeClusapi();
  const server = await RpcServer.listen([fake.interface], options);
  open.push(server);
  return { fake, server };
}

async function client(port: number): Promise<RpcClient> {
  const made = await RpcClient.tcp(port);
  open.push(made);
  return made;
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

/** A client that does not close its side because the server has. */
async function halfOpen(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }).resume();
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.once('connect', resolve));
  return socket;
}

/** Tries until there is room for a connection. */
async function again(port: number): Promise<void> {
  while ((await (await client(port)).bind([v3])) === undefined);
}

describe('a port', () => {
  it('answers, and runs handles down when a client goes', async () => {
    const { fake, server } = await scene();
    const one = await client(server.port);
    expect(await one.bind([v3])).toMatchObject({ address: String(server.port) });
    await one.call(m.ApiOpenGroup, 3, { lpszGroupName: 'G' });
    expect(server.endpoint.handles).toBe(1);
    one.close();
    await until(() => server.endpoint.handles === 0);
    expect(fake.rundown).toEqual(['G']);
  });

  it('is closed with all its connections, handles run down, calls given up', async () => {
    const { fake, server } = await scene();
    const one = await client(server.port);
    await one.bind([v3]);
    const { returns: hNotify } = await one.call(m.ApiCreateNotify, 3, {});
    const notice = one.call(m.ApiGetNotify, 3, { hNotify });
    await until(() => fake.waiting.size === 1);
    await Promise.all([server.close(), expect(notice).rejects.toThrow()]);
    expect([fake.rundown, fake.waiting.size, server.endpoint.connections]).toEqual([['port'], 0, 0]);
    await expect(RpcClient.tcp(server.port)).rejects.toThrow();
  });

  it.each(['0.0.0.0', '192.168.0.1', '::', 'localhost', 'example.com', '127.0.0.1.evil', ''])(
    'is not opened where others could reach it: "%s"',
    async (host) => {
      await expect(scene({ host })).rejects.toThrow(/no loopback address/);
    },
  );

  it('serves no more connections than it may', async () => {
    const lines: string[] = [];
    const { server } = await scene({ limits: { connectionsMax: 1 }, log: (line) => lines.push(line) });
    const one = await client(server.port);
    await one.bind([v3]);
    const two = await client(server.port);
    await until(() => two.closed);
    expect(lines).toEqual(['more than 1 connections']);
    expect(await one.call(m.ApiGetClusterName, 3, {})).toMatchObject({ returns: 0 });
  });

  it('closes a connection that is idle, but not one whose call waits', async () => {
    const { fake, server } = await scene({ limits: { idleMs: 20 } });
    const waiting = await client(server.port);
    await waiting.bind([v3]);
    const { returns: hNotify } = await waiting.call(m.ApiCreateNotify, 3, {});
    const notice = waiting.call(m.ApiGetNotify, 3, { hNotify });
    await until(() => fake.waiting.size === 1);
    const idle = await client(server.port);
    await until(() => idle.closed);
    expect(waiting.closed).toBe(false);
    for (const settle of fake.waiting) settle();
    expect(await notice).toMatchObject({ Name: 'G' });
    // Then it is idle like any other.
    await until(() => waiting.closed);
  });

  it('runs handles down when a client does something wrong, though it does not go', async () => {
    const { fake, server } = await scene();
    const one = await client(server.port);
    await one.bind([v3]);
    await one.call(m.ApiOpenGroup, 3, { lpszGroupName: 'G' });
    const socket = await halfOpen(server.port);
    socket.write(bindPdu(1, { maxTransmit: 5840, maxReceive: 5840, group: one.group, contexts: [] }));
    socket.write('no unit of the protocol');
    one.close();
    await until(() => server.endpoint.connections === 0);
    expect([fake.rundown, server.endpoint.handles, socket.destroyed]).toEqual([['G'], 0, false]);
    socket.destroy();
  });

  it('cuts a client off that goes on talking after it did something wrong', async () => {
    const { server } = await scene({ limits: { connectionsMax: 1 } });
    const socket = await halfOpen(server.port);
    const talk = (): void => {
      if (!socket.destroyed) socket.write(Buffer.alloc(4096, 1), () => setImmediate(talk));
    };
    talk();
    await until(() => socket.destroyed);
    await again(server.port);
  });

  it('cuts a client off that says nothing after it did something wrong', async () => {
    const { server } = await scene({ limits: { connectionsMax: 1, idleMs: 20 } });
    const socket = await halfOpen(server.port);
    socket.write('no unit of the protocol');
    await again(server.port);
    expect(socket.destroyed).toBe(false);
    socket.destroy();
  });

  it('closes the connection of a client that does not take its answers', async () => {
    const lines: string[] = [];
    const { server } = await scene({ limits: { unsentBytes: 100_000 }, log: (line) => lines.push(line) });
    const one = await client(server.port);
    await one.bind([v3]);
    const { returns: hKey } = await one.call(m.ApiGetRootKey, 3, { samDesired: 1 });
    await one.call(m.ApiSetValue, 3, { hKey, lpValueName: 'v', dwType: 3, lpData: Uint8Array.of(1) });
    one.pause();
    const query = { hKey, lpValueName: 'v', cbData: 900_000 };
    const calls = Array.from({ length: 60 }, () => one.call(m.ApiQueryValue, 3, query));
    const settled = Promise.allSettled(calls);
    await until(() => server.endpoint.connections === 0);
    expect(lines).toEqual(['it does not take its answers']);
    expect(server.endpoint.handles).toBe(0);
    one.close();
    await settled;
  });

  it('says what a client did wrong, and closes', async () => {
    const lines: string[] = [];
    const { server } = await scene({ log: (line) => lines.push(line) });
    const socket = connect({ port: server.port, host: '127.0.0.1' });
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.resume().end('GET / HTTP/1.1\r\n\r\n');
    await closed;
    expect(lines).toEqual(['protocol version 71.69']);
  });
});

describe('the endpoint mapper', () => {
  const v2 = syntaxOf(CLUSAPI_UUID, 2);
  const registered = [
    { interface: v2, port: 41001, annotation: 'version 2' },
    { interface: v3, port: 41001, annotation: 'version 3' },
  ];
  const { ept_map, ept_lookup, ept_lookup_handle_free } = epmapMethods;

  async function mapper(): Promise<RpcClient> {
    const server = await RpcServer.listen([endpointMapper(() => registered)]);
    open.push(server);
    const made = await client(server.port);
    await made.bind([EPMAP]);
    return made;
  }

  it('tells the port of an interface at its version', async () => {
    const made = await mapper();
    const ask = { map_tower: towerOf({ interface: v3, port: 0 }), entry_handle: NULL_HANDLE, max_towers: 4 };
    const answer = await made.call(ept_map, 3, ask);
    expect(answer).toMatchObject({ num_towers: 1, entry_handle: NULL_HANDLE, returns: 0 });
    const [{ tower_octet_string: tower }] = answer['towers'] as { tower_octet_string: Uint8Array }[];
    expect(interfaceOf(tower)).toEqual({ ok: true, value: v3 });
    expect(Buffer.from(tower.subarray(-23)).toString('hex')).toBe(
      '01000b' + '02000000' + '010007' + '0200a029' + '010009' + '04007f000001',
    );
  });

  it('says that nothing is registered, for another interface, another version and no tower', async () => {
    const made = await mapper();
    const ask = (map_tower: unknown): Promise<Record<string, unknown>> =>
      made.call(ept_map, 3, { map_tower, entry_handle: NULL_HANDLE, max_towers: 4 });
    for (const tower of [
      towerOf({ interface: syntaxOf(CLUSAPI_UUID, 4), port: 0 }),
      towerOf({ interface: EPMAP, port: 0 }),
      { tower_octet_string: Uint8Array.of(1, 2, 3) },
      undefined,
    ])
      expect(await ask(tower)).toMatchObject({ towers: [], returns: NOT_REGISTERED });
  });

  it('lists what is registered, a part at a time', async () => {
    const made = await mapper();
    const ask = { inquiry_type: 0, vers_option: 1, max_ents: 1 };
    const first = await made.call(ept_lookup, 3, { ...ask, entry_handle: NULL_HANDLE });
    expect(first).toMatchObject({ entries: [{ annotation: 'version 2' }], returns: 0 });
    expect(first['entry_handle']).not.toBe(NULL_HANDLE);
    const second = await made.call(ept_lookup, 3, { ...ask, entry_handle: first['entry_handle'] });
    expect(second).toMatchObject({ entries: [{ annotation: 'version 3' }], entry_handle: NULL_HANDLE, returns: 0 });
    const interface_id = { uuid: CLUSAPI_UUID, vers_major: 3, vers_minor: 0 };
    const exact = { inquiry_type: 1, interface_id, vers_option: 3, max_ents: 9, entry_handle: NULL_HANDLE };
    expect(await made.call(ept_lookup, 3, exact)).toMatchObject({ entries: [{ annotation: 'version 3' }] });
    const free = await made.call(ept_lookup, 3, { ...ask, entry_handle: NULL_HANDLE });
    const freed = await made.call(ept_lookup_handle_free, 3, { entry_handle: free['entry_handle'] });
    expect(freed).toEqual({ entry_handle: NULL_HANDLE, returns: 0 });
  });
});
