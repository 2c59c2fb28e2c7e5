/** `armada serve`: a cluster in real time behind its management API, until it is told to stop. */
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { CLUSAPI_UUID, clusapiMethods as m } from '../../src/api/clusapi/idl/methods.js';
import { endpointMapper, EPMAP, epmapMethods, interfaceOf, towerOf } from '../../src/api/clusapi/rpc/epmap.js';
import { NULL_HANDLE } from '../../src/api/clusapi/rpc/ndr/types.js';
import { Fault } from '../../src/api/clusapi/rpc/pdu.js';
import { RpcServer } from '../../src/api/clusapi/rpc/server.js';
import { RpcClient, syntaxOf } from '../support/rpc-client.js';
import { serving, type Serving } from '../support/serving.js';
import { armada } from './captured.js';

const made = mkdtempSync(join(tmpdir(), 'armada-serve-'));
const children: ChildProcess[] = [];
afterAll(() => {
  rmSync(made, { recursive: true });
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

const file = (name: string, text: string): string => {
  const path = join(made, name);
  writeFileSync(path, text);
  return path;
};
const group = '{ name: G, servers: [A, B], resources: [{ name: r, type: script, activate: 20ms, deactivate: 10ms }] }';
const heartbeat = 'heartbeat: { interval: 100ms, timeout: 2s }';
const one = file(
  'one.yaml',
  `name: one\ncluster: { name: C, ${heartbeat}, servers: [A, B], groups: [${group}] }\nsteps:\n  - { start: cluster }\n`,
);
const two = file(
  'two.yaml',
  'name: two\nclusters: [{ name: C, servers: [A] }, { name: D, servers: [B] }]\nsteps:\n  - { start: C }\n',
);

/** Serves until what it prints has `awaited`; it is ended after the test. */
async function served(awaited: RegExp, args: string[], env?: Record<string, string>): Promise<Serving> {
  const it = await serving(awaited, args, env);
  children.push(it.child);
  return it;
}

describe('armada serve', () => {
  it('moves a group for a client, prints it, and ends when told to', async () => {
    const both = /127\.0\.0\.1\[(\d+)\]\n.*127\.0\.0\.1\[(\d+)\]/s;
    const { child, text, found } = await served(both, [one, '--epmap', '0']);
    const ended = new Promise((resolve) => child.once('close', resolve));
    const mapper = await RpcClient.tcp(Number(found[2]));
    await mapper.bind([EPMAP]);
    const map_tower = towerOf({ interface: syntaxOf(CLUSAPI_UUID, 3), port: 0 });
    const mapped = await mapper.call(epmapMethods.ept_map, 3, { map_tower, entry_handle: NULL_HANDLE, max_towers: 1 });
    const [{ tower_octet_string: tower }] = mapped['towers'] as { tower_octet_string: Buffer }[];
    expect(interfaceOf(tower)).toMatchObject({ ok: true, value: { major: 3 } });
    expect(Buffer.from(tower).readUInt16BE(tower.length - 11)).toBe(Number(found[1]));

    const client = await RpcClient.tcp(Number(found[1]));
    await client.bind([syntaxOf(CLUSAPI_UUID, 3)]);
    const call = (name: keyof typeof m, values: object = {}): Promise<Record<string, unknown>> =>
      client.call(m[name], 3, { ...values });
    /** Asks until a name comes that the answer can be judged by. */
    const until = async (holds: (state: unknown, node: unknown) => boolean, hGroup: unknown): Promise<void> => {
      for (;;) {
        const { State, NodeName, returns } = await call('ApiGetGroupState', { hGroup });
        if (returns === 0 && holds(State, NodeName)) return;
      }
    };
    let opened = await call('ApiOpenGroup', { lpszGroupName: 'G' });
    // There is nobody to ask until the servers have found each other.
    while (opened['Status'] === 1722) opened = await call('ApiOpenGroup', { lpszGroupName: 'G' });
    const { returns: hGroup } = opened;
    await until((state, node) => state === 0 && node === 'A', hGroup);
    const { returns: hNode } = await call('ApiOpenNode', { lpszNodeName: 'B' });
    expect(await call('ApiMoveGroupToNode', { hGroup, hNode })).toMatchObject({ returns: 997 });
    expect(await call('ApiGetGroupState', { hGroup })).toMatchObject({ State: 4, NodeName: 'A' });
    await until((state) => state !== 4, hGroup);
    expect(await call('ApiGetGroupState', { hGroup })).toMatchObject({ State: 0, NodeName: 'B' });
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(text()).toMatch(/moveGroup C\/G to B/);
    expect(text()).toMatch(/GROUP_MOVE_END/);
    expect(text()).toMatch(/stopped: SIGTERM\n$/);
    await expect(RpcClient.tcp(Number(found[1]))).rejects.toThrow();
  });

  describe('with an account', () => {
    const nobody = async (...options: string[]): Promise<RpcClient> => {
      const args = [one, '--account', 'operator', ...options];
      const { found } = await served(/127\.0\.0\.1\[(\d+)\]/, args, { ARMADA_PASSWORD: 'secret' });
      const client = await RpcClient.tcp(Number(found[1]));
      await client.bind([syntaxOf(CLUSAPI_UUID, 3)]);
      return client;
    };

    it('does nothing for callers that do not say who they are', async () => {
      const client = await nobody();
      await expect(client.call(m.ApiGetClusterName, 3, {})).rejects.toMatchObject({ status: Fault.ACCESS_DENIED });
    });

    it('answers them where it is told to', async () => {
      const client = await nobody('--anonymous');
      // What it answers is 1722 until the servers have found each other: no fault, at any rate.
      expect(await client.call(m.ApiGetClusterName, 3, {})).toHaveProperty('returns');
    });

    it.each([
      ['operator', undefined, '--account needs its password in the environment variable ARMADA_PASSWORD'],
      ['operator', '', '--account needs its password in the environment variable ARMADA_PASSWORD'],
      ['', 'secret', '--account needs a name'],
    ])('says what "%s" with the password %s lacks', async (account, password, message) => {
      vi.stubEnv('ARMADA_PASSWORD', password);
      const answer = await armada('serve', one, '--account', account);
      vi.unstubAllEnvs();
      expect(answer).toMatchObject({ status: 2, out: '', err: `armada: ${message}\n` });
    });
  });

  it('says what is missing or wrong before anything runs', async () => {
    expect(await armada('serve', join(made, 'none.yaml'))).toMatchObject({ status: 2 });
    expect(await armada('serve', two)).toMatchObject({
      status: 2,
      err: 'armada: name one of its clusters with --cluster: C, D\n',
    });
    expect(await armada('serve', two, '--cluster', 'E')).toMatchObject({ status: 2 });
    expect(await armada('serve', one, '--clusapi', '70000')).toMatchObject({ status: 2 });
    const taken = await RpcServer.listen([endpointMapper(() => [])]);
    const says = 'another program has this port; choose another one, or 0 for any that is free';
    for (const option of ['--clusapi', '--epmap']) {
      const err = `armada: ${option} ${taken.port}: ${says}\n`;
      expect(await armada('serve', one, option, String(taken.port))).toMatchObject({ status: 2, err });
    }
    await taken.close();
  });
});
