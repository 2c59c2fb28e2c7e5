/**
 * The fuzzer of the cluster management endpoint (`tools/fuzz-clusapi.mjs`): a short run of it, and that it does what it
 * says: a good request for every method, the same bytes for the same seed, and damage to most of them.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CLUSAPI_VERSIONS, clusapiMethods, CLUSAPI_UUID } from '../../../src/api/clusapi/idl/methods.js';
import { decodeMessage } from '../../../src/api/clusapi/rpc/method.js';
import { RandomStream } from '../../../src/model/random.js';
import { filled, goodRequests, HANDLES } from '../../../tools/fuzz/conversation.mjs';
import { turnOf } from '../../../tools/fuzz/mutations.mjs';
import { scene } from '../../support/clusapi-scene.js';
import { Faulted, RpcClient, syntaxOf } from '../../support/rpc-client.js';

const goods = goodRequests();
const handles = new Map(HANDLES.map(({ handle }, at) => [handle, new Uint8Array(16).fill(at + 1)]));

function fuzz(...args: string[]): { status: number | null; out: string; err: string } {
  const tool = join(import.meta.dirname, '..', '..', '..', 'tools', 'fuzz-clusapi.mjs');
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', tool, ...args], { encoding: 'utf8' });
  return { status, out: stdout, err: stderr };
}

describe('the fuzzer', () => {
  it('finds nothing in 2,000 units each way', () => {
    const { status, out, err } = fuzz('--count', '2000', '--seed', '7');
    expect(err).toBe('');
    expect(status).toBe(0);
    expect(out).toMatch(/^state machine: 2\d{3} mutated units in \d+ connections/m);
    expect(out).toMatch(/^port: 2\d{3} mutated of \d+ units/m);
  });

  it('replays one turn, or one session', () => {
    for (const one of ['--turn', '--session']) expect(fuzz(one, '175')).toEqual({ status: 0, out: '', err: '' });
  });

  it.each(['0', 'many', '1.5'])('refuses to count to %s', (count) => {
    const { status, err } = fuzz('--count', count);
    expect([status, err]).toEqual([2, expect.stringContaining('Write --count as a whole number') as unknown]);
  });
});

describe('what it sends', () => {
  it('has a good request for every method, at each version that has it', () => {
    const wanted = CLUSAPI_VERSIONS.flatMap((version) =>
      Object.values(clusapiMethods).filter(({ since }) => since <= version),
    );
    expect(goods).toHaveLength(wanted.length);
    for (const { name, contextId, stub } of goods) {
      const method = clusapiMethods[name as keyof typeof clusapiMethods];
      expect(decodeMessage(method, CLUSAPI_VERSIONS[contextId], 'request', stub), name).toMatchObject({ ok: true });
    }
  });

  it('is answered without a fault as long as it is good, where there are handles for it', async () => {
    const { endpoint, api, cluster } = await scene();
    const client = RpcClient.inMemory(endpoint);
    await client.bind(CLUSAPI_VERSIONS.map((version) => syntaxOf(CLUSAPI_UUID, version)));
    const opened = new Map<string, Uint8Array>();
    for (const { handle, method, values } of HANDLES) {
      const row = clusapiMethods[method as keyof typeof clusapiMethods];
      await client.call(row, 3, values, 1);
      opened.set(handle, client.received.at(-1)!.subarray(-16));
    }
    const faulted: string[] = [];
    for (const good of goods) {
      // Those that wait, close or evict come to their own ends.
      if (!api.implemented.includes(good.name) || /^Api(GetNotify|Close|Evict)/.test(good.name)) continue;
      if (good.holes.some(({ handle }) => !opened.has(handle))) continue;
      const { answer } = client.stub(good.opnum, filled(good, opened), good.contextId);
      await answer.catch((error: unknown) => {
        if (!(error instanceof Faulted)) throw error;
        faulted.push(good.name);
      });
    }
    expect(faulted).toEqual([]);
    client.close();
    api.close();
    await cluster.close();
  });

  it('is the same for the same seed, another for another, and mostly damaged', () => {
    const turn = (seed: number): ReturnType<typeof turnOf> => turnOf(goods, handles, RandomStream.of(seed) as never);
    expect(turn(1)).toEqual(turn(1));
    expect(turn(1)).not.toEqual(turn(2));
    const all = Array.from({ length: 200 }, (_, seed) => turn(seed));
    const units = all.reduce((sum, each) => sum + each.units, 0);
    const mutated = all.reduce((sum, each) => sum + each.mutated, 0);
    expect(mutated / units).toBeGreaterThan(0.5);
    expect(mutated).toBeLessThanOrEqual(units + all.length);
  });
});
