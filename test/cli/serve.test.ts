/** `armada serve`: a cluster in real time behind its management API, until it is told to stop. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { CLUSAPI_UUID, clusapiMethods as m } from '../../src/api/clusapi/idl/methods.js';
import { endpointMapper, EPMAP, epmapMethods, interfaceOf, towerOf } from '../../src/api/clusapi/rpc/epmap.js';
import { NULL_HANDLE } from '../../src/api/clusapi/rpc/ndr/types.js';
import { RpcServer } from '../../src/api/clusapi/rpc/server.js';
import { RpcClient, syntaxOf } from '../support/rpc-client.js';
import { armada } from './captured.js';

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
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

/** Serves in a process of its own until what it prints has `awaited`. */
async function serving(
  awaited: RegExp,
  ...args: string[]
): Promise<{ child: ChildProcess; text: () => string; found: string[] }> {
  const child = spawn(process.execPath, [main, 'serve', ...args]);
  children.push(child);
  let text = '';
  const found = await new Promise<string[]>((resolve, reject) => {
    const take = (bytes: Buffer): void => {
      text += bytes.toString();
      const match = awaited.exec(text);
      if (match) resolve([...match]);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.on('close', () => {
      reject(new Error(text));
    });
  });
  return { child, text: () => text, found };
}

describe('armada serve', () => {
  it('moves a group for a client, prints it, and ends when told to', async () => {
    const { child, text, found } = await serving(
      /127\.0\.0\.1\[(\d+)\]\n.*127\.0\.0\.1\[(\d+)\]/s,
      one,
      '--epmap',
      '0',
    );
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

  it('says what is missing or wrong before anything runs', async () => {
    expect(await armada('serve', join(made, 'none.yaml'))).toMatchObject({ status: 2 });
    expect(await armada('serve', two)).toMatchObject({
      status: 2,
      err: 'armada: name one of its clusters with --cluster: C, D\n',
    });
    expect(await armada('serve', two, '--cluster', 'E')).toMatchObject({ status: 2 });
    expect(await armada('serve', one, '--clusapi', '70000')).toMatchObject({ status: 2 });
    const taken = await RpcServer.listen([endpointMapper(() => [])]);
    const answer = await armada('serve', one, '--clusapi', String(taken.port));
    expect(answer).toMatchObject({ status: 2 });
    expect(answer.err).toContain('EADDRINUSE');
    await taken.close();
  });
});
