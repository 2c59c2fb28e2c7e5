/** Clients that nobody here wrote, against a running cluster: smbtorture and rpcclient; and what tshark and ndrdump say. */
import { spawn, spawnSync } from 'node:child_process';
import { describe, expect, it, vi } from 'vitest';
import { CLUSAPI_UUID, clusapiMethods } from '../../src/api/clusapi/idl/methods.js';
import { endpointMapper } from '../../src/api/clusapi/rpc/epmap.js';
import { accountSecurity } from '../../src/api/clusapi/rpc/security/provider.js';
import { RpcServer, type ListenOptions } from '../../src/api/clusapi/rpc/server.js';
import type { OpenInput } from '../../src/cluster/cluster.js';
import { scene, type Scene } from '../support/clusapi-scene.js';
import { syntaxOf } from '../support/rpc-client.js';
import { HOST, unmappable } from './address.js';
import { missing, skipped } from './debian.js';
import { file } from './files.js';
import { capture, tap, unitsOf, type Tap } from './tap.js';

/** smbtorture's tests name a node, a resource and so on that must be there. */
const TORTURED: OpenInput = {
  name: 'C',
  servers: ['node1', 'node2'],
  groups: [
    {
      name: 'Group1',
      servers: ['node1', 'node2'],
      resources: [
        { name: 'Network Name', type: 'vcom', computerName: 'VC1' },
        { name: 'disk', type: 'swdisk', drive: 'S:' },
      ],
    },
  ],
};

const ELSEWHERE: OpenInput = {
  name: 'PRODUCTION',
  servers: ['alpha', 'beta', 'gamma'],
  groups: [
    { name: 'mail', servers: ['beta', 'gamma'], resources: [{ name: 'mail ip', type: 'vip', address: '10.0.0.9' }] },
  ],
};

interface Offered {
  readonly it: Scene;
  readonly tap: Tap;
  close(): Promise<void>;
}

async function offered(input: OpenInput, { host, security }: ListenOptions = {}): Promise<Offered> {
  const running = await scene(input);
  const face = running.api.interface((method, error) => running.failed.push(`${method}: ${String(error)}`));
  const server = await RpcServer.listen([face], { security });
  const between = await tap(server.port, host);
  return {
    it: running,
    tap: between,
    close: async () => {
      expect(running.failed).toEqual([]);
      // The client is gone before its connection has closed, which runs its handles down.
      await vi.waitFor(() => expect(server.endpoint.handles).toBe(0), 10_000);
      await server.close();
      await between.close();
      running.api.close();
      await running.cluster.close();
    },
  };
}

/** Runs a program while this process answers it. */
function run(program: string, args: readonly string[]): Promise<{ status: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (bytes: Buffer) => {
        output += bytes.toString();
      });
    child.on('error', reject);
    child.on('close', (status) => {
      resolve({ status, output });
    });
  });
}

/** Names of tests by what came of them. */
function outcomes(output: string): Record<string, string[]> {
  const found: Record<string, string[]> = { success: [], failure: [], error: [], skip: [] };
  for (const [, outcome, name] of output.matchAll(/^(success|failure|error|skip): ([\w.]+)/gm))
    found[outcome].push(name);
  return found;
}

describe.skipIf(skipped(await missing('smbtorture')))('smbtorture', () => {
  const torture = (port: number | string, user = '%', ...options: string[]): Promise<{ output: string }> =>
    run('smbtorture', [`ncacn_ip_tcp:127.0.0.1[${port}]`, `-U${user}`, ...options, 'rpc.clusapi']);

  function expectNothingWrong(output: string): void {
    const { success, failure, error, skip } = outcomes(output);
    expect({ failure, error, skipped: skip.length, passed: success.length }).toEqual({
      failure: [],
      error: [],
      skipped: 6,
      passed: 66,
    });
  }

  it('finds nothing wrong, and neither do tshark and ndrdump', async () => {
    const there = await offered(TORTURED);
    expectNothingWrong((await torture(there.tap.port)).output);
    await there.close();
    dissected(there.tap);
    validated(there.tap);
  });

  it('finds nothing wrong where it says who it is, and hides what it says', async () => {
    const there = await offered(TORTURED, { security: accountSecurity({ user: 'operator', password: 'secret' }) });
    const { output } = await torture(`${there.tap.port},seal`, 'operator%secret');
    expectNothingWrong(output);
    await there.close();
    const calls = unitsOf(there.tap).filter(({ toServer, bytes }) => toServer && bytes[2] === 0);
    expect(calls.filter(({ bytes }) => bytes.readUInt16LE(10) === 0)).toEqual([]);
  });

  it('finds nothing wrong with what it calls dangerous, but that a paused node can be resumed', async () => {
    const there = await offered(TORTURED);
    const { output } = await torture(there.tap.port, '%', '--option=torture:dangerous=yes');
    const { success, failure, error, skip } = outcomes(output);
    expect({ failure, error, skip, passed: success.length }).toEqual({
      failure: ['node.ResumeNode'],
      error: [],
      skip: ['resource.SetQuorumResource'],
      passed: 70,
    });
    await there.close();
    dissected(there.tap);
  });
});

const noTshark = skipped(await missing('tshark'));
const noNdrdump = skipped(await missing('ndrdump'));

/** tshark names every unit, and finds none malformed. */
function dissected(conversation: Tap, least = 20): void {
  if (noTshark) return;
  const path = file('conversation.pcap', capture(conversation));
  const fields = ['-T', 'fields', '-e', 'clusapi.opnum', '-e', '_ws.malformed'];
  const decode = ['-d', `tcp.port==${conversation.port},dcerpc`];
  const { stdout, status } = spawnSync('tshark', ['-r', path, ...decode, '-Y', 'dcerpc', ...fields], {
    encoding: 'utf8',
  });
  expect(status).toBe(0);
  const lines = stdout.trimEnd().split('\n');
  expect(lines.filter((line) => line.split('\t')[1])).toEqual([]);
  expect(lines.filter((line) => /^\d/.test(line)).length).toBeGreaterThan(least);
}

/** ndrdump reads every stub of the conversation, and writes the same. One of each kind is enough. */
function validated(conversation: Tap): void {
  if (noNdrdump) return;
  const names = new Map<number, string>(Object.entries(clusapiMethods).map(([name, { opnum }]) => [opnum, name]));
  const asked = new Map<string, { name: string; stub: Buffer }>();
  const seen = new Set<string>();
  for (const { connection, toServer, bytes } of unitsOf(conversation)) {
    const key = `${connection} ${bytes.readUInt32LE(12)}`;
    const whole = (bytes[3] & 3) === 3;
    if (toServer && bytes[2] === 0 && whole)
      asked.set(key, { name: names.get(bytes.readUInt16LE(22)) ?? '', stub: bytes.subarray(24) });
    const request = asked.get(key);
    if (toServer || bytes[2] !== 2 || !whole || !request) continue;
    const name = request.name.replace(/^Api/, 'clusapi_');
    if (seen.has(name)) continue;
    seen.add(name);
    const before = file('in', request.stub);
    const after = file('out', bytes.subarray(24));
    const { stdout } = spawnSync('ndrdump', ['--validate', '-c', before, 'clusapi', name, 'out', after], {
      encoding: 'utf8',
    });
    expect(stdout, name).toMatch(/dump OK/);
    expect(stdout, name).not.toMatch(/WARNING/);
  }
  expect(seen.size).toBeGreaterThan(50);
}

describe.skipIf(skipped((await missing('rpcclient')) ?? (await unmappable())))('rpcclient', () => {
  const ask = async (input: OpenInput, ...commands: string[]): Promise<string> => {
    const there = await offered(input, { host: HOST });
    const registered = [2, 3].map((version) => ({
      interface: syntaxOf(CLUSAPI_UUID, version),
      port: there.tap.port,
      annotation: 'cluster',
    }));
    const mapper = await RpcServer.listen([endpointMapper(() => registered)], { host: HOST, port: 135 });
    const script = commands.map((command) => `clusapi_${command}`).join(';');
    const { output } = await run('rpcclient', [`ncacn_ip_tcp:${HOST}`, '-U%', '-d10', '-c', script]);
    await mapper.close();
    await there.close();
    dissected(there.tap, 2);
    return output;
  };
  it.each([
    [TORTURED, ['C', 'node1', 'node2', 'Group1', 'Network Name', 'disk', 'Cluster Group']],
    [ELSEWHERE, ['PRODUCTION', 'alpha', 'beta', 'gamma', 'mail', 'mail ip', 'Cluster Group']],
  ])('is told the names of this cluster: %#', async (input, names) => {
    const output = await ask(
      input,
      'open_cluster',
      'get_cluster_name',
      'get_cluster_version',
      'get_cluster_version2',
      'create_enum 0xd',
      'create_enumex 0xd',
    );
    for (const name of names) expect(output).toContain(`'${name}'`);
    expect(output).toContain('WERR_CALL_NOT_IMPLEMENTED');
  });

  it('opens a resource, asks for its state, takes it offline and online', async () => {
    const commands = [
      'get_quorum_resource',
      'open_resource',
      'get_resource_state',
      'offline_resource',
      'online_resource',
    ];
    const output = await ask(
      ELSEWHERE,
      ...commands.map((command) =>
        /resource$|state$/.test(command) && !/quorum/.test(command) ? `${command} "mail ip"` : command,
      ),
    );
    expect(output).toContain('ClusterResourceOnline');
    expect(output).toContain("'beta'");
    expect(output).not.toContain('NT_STATUS_RPC');
  });

  it('pauses and resumes a node', async () => {
    const output = await ask(ELSEWHERE, 'pause_node beta', 'resume_node beta', 'resume_node beta');
    expect(output).toContain('WERR_CLUSTER_NODE_NOT_PAUSED');
  });
});
