/** A running cluster with its management API, in a program and behind the wire. */
import { Clusapi } from '../../src/api/clusapi/clusapi.js';
import { CLUSAPI_UUID, clusapiMethods } from '../../src/api/clusapi/idl/methods.js';
import { RpcEndpoint } from '../../src/api/clusapi/rpc/endpoint.js';
import { RPC_LIMITS } from '../../src/api/clusapi/rpc/limits.js';
import { open, type Cluster, type OpenInput } from '../../src/cluster/cluster.js';
import { RpcClient, syntaxOf } from './rpc-client.js';

type Answer = Readonly<Record<string, unknown>>;

/** A method by its name without "Api", with its values by name; handles are whatever the way of calling has. */
export type Caller = (name: string, values?: Readonly<Record<string, unknown>>) => Promise<Answer>;

export interface Scene {
  readonly cluster: Cluster;
  readonly api: Clusapi;
  readonly endpoint: RpcEndpoint;
  /** Mistakes of handlers. */
  readonly failed: string[];
}

/** Three servers, and a group of two resources that take seconds to come and go. */
export const THREE: OpenInput = {
  name: 'C',
  servers: ['NodeA', 'NodeB', 'NodeC'],
  groups: [
    {
      name: 'Application',
      servers: ['NodeA', 'NodeB', 'NodeC'],
      resources: [
        { name: 'disk', type: 'swdisk', drive: 'S:', activate: '4s', deactivate: '2s', onFailure: 'failover' },
        { name: 'app', type: 'script', activate: '2s', deactivate: '1s', onFailure: 'failover' },
      ],
    },
    { name: 'Other', servers: ['NodeB', 'NodeA'], resources: [{ name: 'name', type: 'vcom', computerName: 'VC1' }] },
  ],
};

/** Opens a cluster, started and at rest unless told otherwise. */
export async function scene(input: OpenInput = THREE, started = true): Promise<Scene> {
  const cluster = await open(input);
  const api = new Clusapi(cluster.backend, cluster.name);
  const failed: string[] = [];
  const face = api.interface((method, error) => failed.push(`${method}: ${String(error)}`));
  if (started) {
    await cluster.start();
    await cluster.until('quiet');
  }
  return { cluster, api, endpoint: new RpcEndpoint([face], RPC_LIMITS), failed };
}

/** As a program calls. */
export function inProgram({ api }: Scene): Caller {
  return (name, values = {}) => api.call(`Api${name}` as 'ApiOpenCluster', values);
}

/** As a client calls that speaks that version of the protocol. */
async function onTheWire({ endpoint }: Scene, version: number): Promise<Caller> {
  const client = RpcClient.inMemory(endpoint);
  await client.bind([syntaxOf(CLUSAPI_UUID, version)]);
  return (name, values = {}) => client.call(clusapiMethods[`Api${name}` as 'ApiOpenCluster'], version, values);
}

/** The three ways to call. */
export const WAYS: readonly (readonly [name: string, caller: (scene: Scene) => Promise<Caller>])[] = [
  ['in a program', async (it) => inProgram(it)],
  ['version 2 on the wire', (it) => onTheWire(it, 2)],
  ['version 3 on the wire', (it) => onTheWire(it, 3)],
];
