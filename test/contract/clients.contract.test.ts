/**
 * The client machine on every backend: in a thread of its own where there are threads, it notices the same.
 */
import { afterEach, describe, expect, it } from 'vitest';
import { type Cluster, open } from '../../src/cluster/cluster.js';
import type { ClusterInput } from '../../src/model/definition.js';
import type { TraceLine } from '../../src/model/trace.js';
import { KINDS, LONG, trio } from './worlds.js';

const opened: Cluster[] = [];
afterEach(async () => {
  for (const cluster of opened.splice(0)) await cluster.backend.close();
});

describe.each(KINDS)('%s', (backend) => {
  async function world(input: Partial<ClusterInput> = {}) {
    const cluster = await open(
      { ...trio, ...input },
      { backend, clients: ['Client1', { name: 'Late', start: 'manual' }] },
    );
    opened.push(cluster);
    const lines: TraceLine[] = [];
    cluster.trace((line) => lines.push(line));
    const told = (): string[] =>
      lines.flatMap((line) =>
        line.kind === 'client-event' && line.client === 'Client1'
          ? [`${line.event.replace('ARMCLAPI_EVENT_', '')} ${line.src}${line.dst}`]
          : [],
      );
    const tells = (...events: string[]): Promise<unknown> =>
      cluster.until(() => told().length >= events.length, LONG).then(() => expect(told()).toEqual(events));
    const status = (client = 'Client1') => cluster.backend.client(client)?.look(0).groups[0].status;
    await cluster.start();
    await tells('BOOT S1');
    return { cluster, tells, told, status, lines };
  }

  it('tells a failover, a move, a stop and a start', async () => {
    const { cluster, tells, status } = await world();
    expect(status()).toBe('RUNNING');
    await cluster.crash('S1');
    await tells('BOOT S1', 'FAILOVER_START S1', 'FAILOVER_END S2');
    await cluster.until('quiet', LONG);
    await cluster.moveGroup('G1', 'S3');
    await tells('BOOT S1', 'FAILOVER_START S1', 'FAILOVER_END S2', 'FAILOVER_START S2', 'FAILOVER_END S3');
    await cluster.stopGroup('G1');
    await cluster.until(() => status() === 'STOPPED', LONG);
    await cluster.startGroup('G1');
    await cluster.until(() => status() === 'RUNNING', LONG);
  });

  it('tells that the network is lost and found', async () => {
    const { cluster, tells } = await world();
    await cluster.partition(['Client1'], ['S1', 'S2', 'S3']);
    await tells('BOOT S1', 'SHUTDOWN S1');
    await cluster.heal();
    await tells('BOOT S1', 'SHUTDOWN S1', 'BOOT S1');
  });

  it('changes over to another LAN', async () => {
    const { cluster, tells } = await world({ publicLans: ['public0', 'public1'] });
    await cluster.link({ from: 'Client1', to: 'S1', network: 'public0' }, { loss: 1 });
    await tells('BOOT S1', 'FAILOVER_START S1', 'FAILOVER_END S1');
  });

  it('starts late, is watched, and stops; on a server it goes with that', async () => {
    const { cluster, status, lines } = await world();
    await cluster.act({ type: 'startClient', client: 'Late' });
    await cluster.until(() => cluster.backend.client('Late')?.look(0).settled === true, LONG);
    await cluster.act({ type: 'watch', client: 'Late', group: 'G1' });
    expect(status('Late')).toBe('RUNNING');
    await cluster.until(() => cluster.backend.client('S2')?.look(0).groups[0].status === 'RUNNING', LONG);
    await cluster.stopGroup('G1');
    const late = (): number => lines.filter((line) => line.kind === 'client-event' && line.client === 'Late').length;
    await cluster.until(() => late() === 1 && status('S2') === 'STOPPED', LONG);
    await cluster.act({ type: 'stopClient', client: 'Late' });
    expect(cluster.backend.client('Late')?.look(0).settled).toBe(false);
    await cluster.crash('S2');
    expect(status('S2')).toBe('STOPPED');
  });
});
