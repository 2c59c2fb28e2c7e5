/**
 * The same harm as in hostile.property.test.ts, done to a running cluster: it goes on, no invariant of it breaks, and no
 * handle is left. `ARMADA_RUNS=100` tries a hundred times as many.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CLUSAPI_UUID, clusapiMethods as m } from '../../../src/api/clusapi/idl/methods.js';
import { RpcEndpoint } from '../../../src/api/clusapi/rpc/endpoint.js';
import { RPC_LIMITS } from '../../../src/api/clusapi/rpc/limits.js';
import { scene, type Scene } from '../../support/clusapi-scene.js';
import { RpcClient, syntaxOf } from '../../support/rpc-client.js';
import { damagedArb } from './ndr-arbitrary.js';

/** Turns after which the cluster's time goes on. */
const TURNS = 50;

function endpointOf({ api, failed }: Scene): RpcEndpoint {
  return new RpcEndpoint([api.interface((method, error) => failed.push(`${method}: ${String(error)}`))], RPC_LIMITS);
}

async function quiet(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

async function recorded(there: Scene): Promise<Uint8Array[]> {
  const client = RpcClient.inMemory(endpointOf(there));
  await client.bind([syntaxOf(CLUSAPI_UUID, 2), syntaxOf(CLUSAPI_UUID, 3)]);
  const call = (name: keyof typeof m, values: object = {}): Promise<Record<string, unknown>> =>
    client.call(m[name], 3, { ...values }, 1);
  const { returns: hCluster } = await call('ApiOpenCluster');
  const { returns: hGroup } = await call('ApiOpenGroup', { lpszGroupName: 'Application' });
  const { returns: hNode } = await call('ApiOpenNode', { lpszNodeName: 'NodeB' });
  const { returns: hNotify } = await call('ApiCreateNotify');
  await call('ApiAddNotifyGroup', { hNotify, hGroup, dwFilter: 0xffffffff, dwNotifyKey: 1 });
  await call('ApiMoveGroupToNode', { hGroup, hNode });
  await call('ApiGetGroupState', { hGroup });
  const { returns: own } = await call('ApiCreateGroup', { lpszGroupName: 'own' });
  const made = { hGroup: own, lpszResourceName: 'r', lpszResourceType: 'Generic Service', dwFlags: 0 };
  const { returns: hResource } = await call('ApiCreateResource', made);
  await call('ApiOnlineResource', { hResource });
  await call('ApiResourceControl', { hResource, dwControlCode: 0x01000059, nOutBufferSize: 4096 });
  await call('ApiCreateEnum', { dwType: 0x3f });
  await call('ApiCreateGroupEnum', { hCluster });
  const { returns: root } = await call('ApiGetRootKey', { samDesired: 1 });
  const { returns: hKey } = await call('ApiCreateKey', { hKey: root, lpSubKey: 'App', dwOptions: 0, samDesired: 1 });
  await call('ApiSetValue', { hKey, lpValueName: 'v', dwType: 3, lpData: new Uint8Array(40) });
  await call('ApiEnumValue', { hKey, dwIndex: 0, lpcbData: 100 });
  await call('ApiOfflineGroup', { hGroup: own });
  await call('ApiDeleteGroup', { Group: own, force: 1 });
  await call('ApiCloseGroup', { Group: hGroup });
  client.close();
  return client.sent;
}

it('a running cluster survives damaged conversations', async () => {
  const there = await scene();
  const units = await recorded(there);
  await there.cluster.until('quiet');
  const place = fc.nat(units.length - 1);
  const damaged = place.chain((at) => fc.tuple(fc.constant(at), damagedArb(fc.constant(units[at]))));
  let turn = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(damaged, { minLength: 1, maxLength: 3 }), async (changes) => {
      const endpoint = endpointOf(there);
      const session = endpoint.connect({
        send: () => undefined,
        close: () => {
          session.end();
        },
      });
      for (const [at, unit] of units.entries()) {
        session.receive(changes.find(([changed]) => changed === at)?.[1] ?? unit);
        await quiet();
      }
      session.end();
      await quiet();
      turn += 1;
      if (turn % TURNS === 0) await there.cluster.advance('30s');
      expect([endpoint.handles, session.calls]).toEqual([0, 0]);
      expect(there.failed).toEqual([]);
    }),
    { numRuns: Math.ceil(200 * Number(process.env['ARMADA_RUNS'] ?? 1)) },
  );
  // What was asked for by chance was done, an orderly shutdown perhaps; invariants are checked all along, and at the end.
  await there.cluster.until('quiet');
  there.api.close();
  await there.cluster.close();
});
