/**
 * Bytes of somebody who means harm: good conversations, damaged. Whatever is sent, the endpoint lives, holds back no more
 * than its limits, and has no handle left when the clients are gone.
 *
 * `ARMADA_RUNS=100` tries a hundred times as many.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CLUSAPI_UUID, clusapiMethods as m } from '../../../src/api/clusapi/idl/methods.js';
import { endpointMapper, EPMAP, epmapMethods, towerOf } from '../../../src/api/clusapi/rpc/epmap.js';
import { RpcEndpoint } from '../../../src/api/clusapi/rpc/endpoint.js';
import { RPC_LIMITS, type RpcLimits } from '../../../src/api/clusapi/rpc/limits.js';
import { fakeClusapi, type Fake } from '../../support/fake-clusapi.js';
import { RpcClient, syntaxOf } from '../../support/rpc-client.js';
import { damagedArb } from './ndr-arbitrary.js';

const LIMITS: RpcLimits = { ...RPC_LIMITS, requestBytes: 20_000, answerBytes: 20_000, handlesMax: 8, callsMax: 8 };
const REGISTERED = { interface: syntaxOf(CLUSAPI_UUID, 3), port: 41001, annotation: 'a cluster' };

function scene(): { fake: Fake; endpoint: RpcEndpoint } {
  const fake = fakeClusapi();
  const mapper = endpointMapper(() => [REGISTERED]);
  return { fake, endpoint: new RpcEndpoint([fake.interface, mapper], LIMITS, '41001') };
}

/** A conversation with a bit of everything; what its client sent. */
async function recorded(): Promise<Uint8Array[]> {
  const { endpoint } = scene();
  const client = RpcClient.inMemory(endpoint);
  await client.bind([syntaxOf(CLUSAPI_UUID, 2), syntaxOf(CLUSAPI_UUID, 3), EPMAP]);
  const { returns: hGroup } = await client.call(m.ApiOpenGroup, 3, { lpszGroupName: 'G' }, 1);
  await client.call(m.ApiGetGroupState, 3, { hGroup }, 1);
  const { returns: hNode } = await client.call(m.ApiOpenNode, 3, { lpszNodeName: 'NodeB' }, 1);
  await client.call(m.ApiMoveGroupToNode, 2, { hGroup, hNode });
  const { returns: hKey } = await client.call(m.ApiGetRootKey, 3, { samDesired: 1 }, 1);
  const lpData = new Uint8Array(7000).fill(3);
  await client.call(m.ApiSetValue, 3, { hKey, lpValueName: 'v', dwType: 3, lpData }, 1);
  await client.call(m.ApiQueryValue, 3, { hKey, lpValueName: 'v', cbData: 8000 }, 1);
  const { returns: hNotify } = await client.call(m.ApiCreateNotify, 2, {});
  const waiting = client.call(m.ApiGetNotify, 2, { hNotify, Timeout: 1 });
  await client.call(m.ApiUnblockGetNotifyCall, 2, { hNotify });
  await waiting;
  const map_tower = towerOf(REGISTERED);
  await client.call(epmapMethods.ept_map, 3, { map_tower, entry_handle: zero, max_towers: 4 }, 2);
  await client.bind([syntaxOf(CLUSAPI_UUID, 3)], { alter: true });
  await client.call(m.ApiCloseNotify, 2, { Notify: hNotify });
  client.cancel(5);
  client.orphan(6);
  await client.call(m.ApiCloseGroup, 3, { Group: hGroup }, 1);
  client.close();
  return client.sent;
}

const zero = '00000000-0000-0000-0000-000000000000';

async function quiet(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

describe('an endpoint', () => {
  it('survives damaged conversations, and has no handle left', async () => {
    const units = await recorded();
    const runs = Math.ceil(400 * Number(process.env['ARMADA_RUNS'] ?? 1));
    const place = fc.nat(units.length - 1);
    const damaged = place.chain((at) => fc.tuple(fc.constant(at), damagedArb(fc.constant(units[at]))));
    const edits = fc.array(damaged, { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(edits, fc.array(place, { maxLength: 3 }), async (changes, again) => {
        const { fake, endpoint } = scene();
        const told = units.map((unit, at) => changes.find(([place_]) => place_ === at)?.[1] ?? unit);
        for (const at of again) told.push(units[at]);
        const session = endpoint.connect({
          send: (bytes) => {
            expect(bytes.length).toBeLessThanOrEqual(LIMITS.fragmentBytes);
          },
          close: () => {
            session.end();
          },
        });
        for (const unit of told) {
          session.receive(unit);
          await quiet();
          expect(session.pendingBytes).toBeLessThanOrEqual(LIMITS.requestBytes + LIMITS.fragmentBytes);
          expect(session.calls).toBeLessThanOrEqual(LIMITS.callsMax);
        }
        expect(endpoint.handles).toBeLessThanOrEqual(LIMITS.handlesMax);
        session.end();
        await quiet();
        expect([endpoint.handles, endpoint.connections, fake.waiting.size, session.calls]).toEqual([0, 0, 0, 0]);
        expect(fake.failed).toEqual([]);
      }),
      { numRuns: runs },
    );
  });

  it('has what the undamaged conversation asks for', async () => {
    const units = await recorded();
    const { endpoint } = scene();
    const types: number[] = [];
    const session = endpoint.connect({ send: (bytes) => types.push(bytes[2]), close: () => types.push(-1) });
    for (const unit of units) {
      session.receive(unit);
      await quiet();
    }
    // Handles are the same each time, so each call finds what it needs.
    expect(types).not.toContain(3);
    expect(types).not.toContain(-1);
    session.end();
    expect(endpoint.handles).toBe(0);
  });
});
