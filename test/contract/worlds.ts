/**
 * Clusters for tests that run on every backend: quick where time is real, and so patient that a loaded machine does not
 * make a server suspect another falsely. A test waits for what is to come, never for a time.
 */
import { afterEach } from 'vitest';
import { type Cluster, open } from '../../src/cluster/cluster.js';
import { NetworkModel } from '../../src/network/model.js';
import { WorldBackend } from '../../src/cluster/world-backend.js';
import type { ClusterInput, GroupInput } from '../../src/model/definition.js';
import type { BackendKind, LinksLine, TraceLine } from '../../src/model/trace.js';
import type { OpenOptions } from '../../src/cluster/open.js';
import { eventsOf, eventText } from '../support/play.js';

export const KINDS = ['inline', 'lockstep', 'realtime'] as const satisfies readonly BackendKind[];

/** Far longer than anything takes. */
export const LONG = '50s';

export const G1: GroupInput = {
  name: 'G1',
  servers: ['S1', 'S2', 'S3'],
  resources: [{ name: 'r1', type: 'script', activate: '5ms', deactivate: '5ms' }],
};

export const trio: ClusterInput = {
  name: 'CLUSTER1',
  servers: ['S1', 'S2', 'S3'],
  heartbeat: { interval: '20ms', timeout: '400ms' },
  startupWait: '40s',
  groups: [G1],
};

/** A timeout that passes only where a test waits for it. */
export const patient = { interval: '20ms', timeout: '20s' };

/**
 * Under a policy a server whose machine stands still for twice the timeout loses its power, by its watchdog, and does not
 * get it back: on a loaded machine all who should go on may do so. Hence longer than the trio's.
 */
export function underPolicy(partition: ClusterInput['partition']): ClusterInput {
  return { ...trio, heartbeat: { interval: '20ms', timeout: '2s' }, partition };
}

export interface World {
  readonly cluster: Cluster;
  readonly lines: TraceLine[];
  /** The events so far, one text each. */
  readonly events: () => string[];
  readonly warnings: () => string[];
  readonly links: () => (TraceLine & LinksLine)[];
  /** The network's accounts, as they stand. */
  readonly model: NetworkModel;
}

const opened: Cluster[] = [];

afterEach(async () => {
  for (const cluster of opened.splice(0)) await cluster.backend.close();
});

/** Opens a cluster in which nothing runs yet; it is closed after the test. */
export async function world(
  backend: BackendKind,
  input: ClusterInput = trio,
  options: Partial<OpenOptions> = {},
): Promise<World> {
  const cluster = await open(input, { ...options, backend });
  opened.push(cluster);
  const lines: TraceLine[] = [];
  cluster.trace((line) => lines.push(line));
  if (!(cluster.backend instanceof WorldBackend)) throw new Error('no backend of this emulator');
  return {
    cluster,
    lines,
    events: () => eventsOf(lines).map(eventText),
    warnings: () => lines.flatMap((line) => (line.kind === 'warning' ? [line.text] : [])),
    links: () => lines.filter((line): line is TraceLine & LinksLine => line.kind === 'links'),
    model: cluster.backend.switchboard.model,
  };
}

/** Opens it, and waits until all its servers are members and nothing is under way. */
export async function started(
  backend: BackendKind,
  input: ClusterInput = trio,
  options: Partial<OpenOptions> = {},
): Promise<World> {
  const opened = await world(backend, input, options);
  await opened.cluster.start();
  await opened.cluster.until((seen) => seen.view?.members.length === input.servers.length, LONG);
  await opened.cluster.until('quiet', LONG);
  return opened;
}
