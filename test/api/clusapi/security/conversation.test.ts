/** Whole conversations of clients that say who they are, and of some who are not what they say. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CLUSAPI_UUID, clusapiMethods as m } from '../../../../src/api/clusapi/idl/methods.js';
import { RpcEndpoint } from '../../../../src/api/clusapi/rpc/endpoint.js';
import { RPC_LIMITS } from '../../../../src/api/clusapi/rpc/limits.js';
import { decodeMessage, encodeMessage, type Method } from '../../../../src/api/clusapi/rpc/method.js';
import { barePdu, bindPdu, Fault, Flag, NakReason, NDR32, PduType } from '../../../../src/api/clusapi/rpc/pdu.js';
import { accountSecurity, type SecurityOptions } from '../../../../src/api/clusapi/rpc/security/provider.js';
import { fakeClusapi, type Fake } from '../../../support/fake-clusapi.js';
import type { SpnegoClient } from '../../../support/ntlm-client.js';
import { RpcClient, syntaxOf } from '../../../support/rpc-client.js';
import { SecureClient, type SecureClientOptions } from '../../../support/secure-client.js';

const v3 = syntaxOf(CLUSAPI_UUID, 3);
const GET_NAME = m.ApiGetClusterName.opnum;
const OPEN_GROUP = m.ApiOpenGroup.opnum;
const NOTHING = new Uint8Array();
const G = stubOf(m.ApiOpenGroup, { lpszGroupName: 'G' });

function stubOf(method: Method, values: Record<string, unknown>): Uint8Array {
  const stub = encodeMessage(method, 3, 'request', values, 1 << 20);
  if (!stub.ok) throw new Error(stub.error);
  return stub.value;
}

async function ask(
  one: SecureClient,
  method: Method,
  values: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  const answer = decodeMessage(method, 3, 'answer', await one.call(method.opnum, stubOf(method, values)));
  if (!answer.ok) throw new Error(answer.error);
  return answer.value;
}

function scene(options: SecurityOptions = {}): { fake: Fake; endpoint: RpcEndpoint } {
  const fake = fakeClusapi();
  let asked = 0;
  const chance = { challenge: () => new Uint8Array(8).fill(++asked), fileTime: () => 1n };
  const security = accountSecurity({ user: 'user', password: 'pw' }, { chance, ...options });
  return { fake, endpoint: new RpcEndpoint([fake.interface], RPC_LIMITS, '41001', security) };
}

function client(options?: SecureClientOptions, { endpoint } = scene()): SecureClient {
  return new SecureClient(endpoint, v3, options);
}

const kinds = [9, 10].flatMap((type) => [5, 6].map((level) => ({ type, level })));

describe.each(kinds)('authentication of kind $type at level $level', (kind) => {
  it('goes on from call to call', async () => {
    const one = client(kind).enter();
    expect(await ask(one, m.ApiGetClusterName, {})).toMatchObject({ ClusterName: 'C', NodeName: 'NodeA' });
    const { returns: hGroup } = await ask(one, m.ApiOpenGroup, { lpszGroupName: 'G' });
    expect(await ask(one, m.ApiGetGroupState, { hGroup })).toMatchObject({ NodeName: 'NodeA', returns: 0 });
    expect(await ask(one, m.ApiCloseGroup, { Group: hGroup })).toMatchObject({ returns: 0 });
    expect(one.closed).toBeUndefined();
  });

  it.each<[string, SecureClientOptions, string]>([
    ['of another password', { password: 'guess' }, 'the password is another'],
    ['whose messages were changed', { mic: 'wrong' }, 'a message was changed on its way'],
  ])('%s ends with a fault', (_, options, because) => {
    const one = client({ ...kind, ...options }).enter();
    if (kind.type === 10) one.raw(one.request(GET_NAME, NOTHING)[0]);
    expect(one.fault).toBe(kind.type === 10 ? Fault.ACCESS_DENIED : Fault.SECURITY_PACKAGE);
    expect(one.closed).toBe(`authentication failed: ${because}`);
  });

  it('protects every byte of a call: none can be changed', async () => {
    const { endpoint, fake } = scene();
    const [unit] = client(kind, { endpoint, fake }).enter().request(OPEN_GROUP, G);
    for (let at = 12; at < unit.length; at++) {
      const one = client(kind, scene()).enter();
      const [sent] = one.request(OPEN_GROUP, G);
      sent[at] ^= 0x10;
      one.raw(sent);
      await Promise.resolve();
      expect([at, one.closed === undefined, one.last.type]).toEqual([at, false, PduType.FAULT]);
    }
  });

  it('hides what is said only where it is asked to', async () => {
    const [unit] = client(kind).enter().request(OPEN_GROUP, G);
    expect(Buffer.from(unit).includes(Buffer.from(G))).toBe(kind.level === 5);
    const one = client(kind).enter();
    await ask(one, m.ApiGetClusterName, {});
    const told = Buffer.from(one.received.at(-1)!).includes(Buffer.from('NodeA', 'utf16le'));
    expect(told).toBe(kind.level === 5);
  });

  it('takes a call once', async () => {
    const one = client(kind).enter();
    const [unit] = one.request(GET_NAME, NOTHING);
    one.raw(unit);
    await new Promise((resolve) => setImmediate(resolve));
    one.raw(unit);
    expect([one.fault, one.closed]).toEqual([Fault.SECURITY_PACKAGE, 'a signature that is wrong, or out of its turn']);
  });

  it('takes calls in their order only', () => {
    const one = client(kind).enter();
    one.request(GET_NAME, NOTHING);
    one.raw(one.request(GET_NAME, NOTHING)[0]);
    expect([one.fault, one.closed]).toEqual([Fault.SECURITY_PACKAGE, 'a signature that is wrong, or out of its turn']);
  });

  it('holds over fragments both ways, none larger than agreed', async () => {
    const one = client({ ...kind, fragmentBytes: 1432, maxReceive: 1432 }).enter();
    const { returns: hKey } = await ask(one, m.ApiGetRootKey, { samDesired: 1 });
    const lpData = Uint8Array.from({ length: 6001 }, (_, i) => i * 7);
    await ask(one, m.ApiSetValue, { hKey, lpValueName: 'v', dwType: 3, lpData });
    const before = one.received.length;
    const read = await ask(one, m.ApiQueryValue, { hKey, lpValueName: 'v', cbData: lpData.length });
    expect(read['lpData']).toEqual(lpData);
    expect(one.received.length - before).toBe(5);
    expect(one.received.slice(before).every((unit) => unit.length <= 1432)).toBe(true);
    expect(one.closed).toBeUndefined();
  });
});

describe('a server with an account', () => {
  it('gives nothing to clients that do not say who they are', async () => {
    const { endpoint, fake } = scene();
    const stranger = RpcClient.inMemory(endpoint);
    expect(await stranger.bind([v3])).toBeDefined();
    await expect(stranger.stub(GET_NAME, NOTHING).answer).rejects.toMatchObject({ status: Fault.ACCESS_DENIED });
    await expect(stranger.stub(OPEN_GROUP, G).answer).rejects.toMatchObject({ status: Fault.ACCESS_DENIED });
    expect(stranger.closed).toBe(false);
    stranger.close();
    expect([fake.rundown, endpoint.handles]).toEqual([[], 0]);
  });

  it('answers them where it is told to', async () => {
    const { endpoint } = scene({ anonymous: true });
    const stranger = RpcClient.inMemory(endpoint);
    await stranger.bind([v3]);
    expect(await stranger.stub(GET_NAME, NOTHING).answer).toBeDefined();
    expect(await client({}, { endpoint, fake: fakeClusapi() }).enter().call(GET_NAME, NOTHING)).toBeDefined();
  });

  it.each([
    ['a kind that is not spoken', { type: 16 }],
    ['a level that protects nothing', { level: 2 }],
    ['a level that leaves fields open', { level: 4 }],
  ])('refuses the bind of %s', (_, options) => {
    const one = client(options);
    one.negotiate();
    expect([one.last.type, one.received[0][16]]).toEqual([PduType.BIND_NAK, NakReason.AUTHENTICATION]);
    expect(one.closed).toBeDefined();
  });

  it('refuses a bind whose token says nothing', () => {
    const one = client();
    one.negotiate(Uint8Array.of(1, 2, 3));
    expect([one.last.type, one.received[0][16]]).toEqual([PduType.BIND_NAK, NakReason.CHECKSUM]);
  });

  it('lets headers be signed where the client asks', () => {
    for (const signHeaders of [true, false]) {
      const one = client({ signHeaders });
      one.negotiate();
      expect((one.last.flags & Flag.HEADER_SIGN) !== 0).toBe(signHeaders);
    }
  });

  it('gives each client a challenge of its own', () => {
    const place = scene();
    const challenges = [1, 2].map(() => {
      const one = client({}, place);
      one.negotiate();
      return Buffer.from(one.received[0].subarray(-one.last.authLength)).toString('hex', 24, 32);
    });
    expect(challenges).toEqual(['01'.repeat(8), '02'.repeat(8)]);
  });
});

describe('a client that has begun to say who it is', () => {
  it('may not call before it has ended', () => {
    const one = client();
    one.negotiate();
    one.raw(client().enter().request(GET_NAME, NOTHING)[0]);
    expect([one.fault, one.closed]).toEqual([Fault.ACCESS_DENIED, 'called before authenticated']);
  });

  it('may not stop signing', () => {
    const one = client().enter();
    const bare = client({}).enter().request(GET_NAME, NOTHING)[0].slice(0, 24);
    new DataView(bare.buffer).setUint32(8, 24, true);
    one.raw(bare);
    expect([one.fault, one.closed]).toEqual([Fault.ACCESS_DENIED, 'a unit without its signature']);
  });

  it('may not go over to another level, nor to another kind', () => {
    for (const place of [0, 1, 4]) {
      const one = client().enter();
      const [unit] = one.request(GET_NAME, NOTHING);
      unit[unit.length - 24 + place] ^= 3;
      one.raw(unit);
      expect([one.fault, one.closed]).toEqual([Fault.SECURITY_PACKAGE, 'credentials of another authentication']);
    }
  });

  it('may not begin again', () => {
    const one = client().enter();
    one.raw(one.binding(PduType.ALTER_CONTEXT, one.tokens.negotiate()));
    expect([one.fault, one.closed]).toEqual([Fault.SECURITY_PACKAGE, 'credentials that nobody asked for']);
  });

  it('may add interfaces without saying again who it is', async () => {
    const one = client().enter();
    const contexts = [{ id: 1, abstract: v3, transfers: [NDR32] }];
    one.raw(bindPdu(9, { maxTransmit: 5840, maxReceive: 5840, group: 0, contexts }, PduType.ALTER_CONTEXT));
    expect([one.last.type, one.last.authLength]).toEqual([PduType.ALTER_CONTEXT_RESPONSE, 0]);
    expect(await one.call(GET_NAME, NOTHING)).toBeDefined();
  });

  it('may cancel a call with or without a signature, but not with a wrong one', async () => {
    const one = client({ level: 6 }).enter();
    one.raw(barePdu(PduType.CO_CANCEL, 99));
    one.raw(one.secure(barePdu(PduType.CO_CANCEL, 99), 16));
    one.raw(one.secure(barePdu(PduType.ORPHANED, 99), 16));
    expect(await one.call(GET_NAME, NOTHING)).toBeDefined();
    const wrong = one.secure(barePdu(PduType.CO_CANCEL, 99), 16);
    wrong[wrong.length - 9] ^= 1;
    one.raw(wrong);
    expect([one.fault, one.closed]).toEqual([Fault.SECURITY_PACKAGE, 'a signature that is wrong, or out of its turn']);
  });

  it('may end by NTLM in an alter_context too', async () => {
    const one = client();
    one.negotiate();
    const challenge = one.received[0].subarray(-one.last.authLength);
    one.raw(one.binding(PduType.ALTER_CONTEXT, one.tokens.authenticate(challenge)));
    expect([one.last.type, one.last.authLength]).toEqual([PduType.ALTER_CONTEXT_RESPONSE, 0]);
    expect(await one.call(GET_NAME, NOTHING)).toBeDefined();
  });

  it('must end by SPNEGO with a token, not in between', () => {
    const one = client({ type: 9, eager: false });
    one.negotiate();
    one.raw(one.auth3((one.tokens as SpnegoClient).late()));
    one.raw(client().enter().request(GET_NAME, NOTHING)[0]);
    expect([one.fault, one.closed]).toEqual([Fault.ACCESS_DENIED, 'the authentication was cut short']);
  });
});

describe('damaged conversations', () => {
  it('end, and leave nothing behind', async () => {
    const runs = Math.ceil(200 * Number(process.env['ARMADA_RUNS'] ?? 1));
    const kind = fc.constantFrom(...kinds);
    const which = fc.nat(3);
    await fc.assert(
      fc.asyncProperty(kind, which, fc.uint8Array({ minLength: 1 }), async (options, at, noise) => {
        const { endpoint, fake } = scene();
        const one = client(options, { endpoint, fake });
        const damaged = (unit: Uint8Array): Uint8Array =>
          unit.map((byte, i) => (i < 10 ? byte : byte ^ (noise[i % noise.length] & 0x11)));
        const told = (place: number, unit: Uint8Array): void => {
          one.raw(place === at ? damaged(unit) : unit);
        };
        told(0, one.binding(PduType.BIND, one.tokens.negotiate()));
        if (one.closed === undefined && one.last.authLength > 0) {
          try {
            one.authenticate();
          } catch {
            // A challenge that the client cannot read: it asked for something else than it meant.
          }
        }
        if (one.tokens.session) {
          told(1, one.request(OPEN_GROUP, G)[0]);
          told(2, one.request(GET_NAME, NOTHING)[0]);
          told(3, one.secure(barePdu(PduType.ORPHANED, 3), 16));
        }
        await new Promise((resolve) => setImmediate(resolve));
        one.end();
        expect([endpoint.handles, endpoint.connections, fake.failed]).toEqual([0, 0, []]);
      }),
      { numRuns: runs },
    );
  });
});
