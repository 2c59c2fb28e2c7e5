/** The client is a state machine: the same inputs make the same client, and put out the same. */
import { afterEach, expect, test, vi } from 'vitest';
import { Client, type ClientBoot, type ClientEffects, type ClientInput } from '../../src/client/client.js';
import { InlineBackend } from '../../src/cluster/inline.js';
import { defineCluster } from '../../src/model/define.js';
import { micros } from '../../src/model/time.js';
import { ClientWorld, pair } from '../support/clients.js';

afterEach(() => {
  vi.restoreAllMocks();
});

function boot(): ClientBoot {
  const defined = defineCluster(pair);
  if (!defined.ok) throw new Error('no cluster');
  const { heartbeatIntervalUs: intervalUs, heartbeatTimeoutUs: timeoutUs } = defined.value;
  const times = { intervalUs, timeoutUs, lanSwitchUs: micros(1_000_000) };
  return { clusters: [{ definition: defined.value, times }], language: 'english', now: micros(0) };
}

function recorded(): { readonly told: string[]; readonly out: ClientEffects } {
  const told: string[] = [];
  const note =
    (name: string) =>
    (...args: unknown[]): void => {
      told.push(JSON.stringify([name, ...args]));
    };
  return {
    told,
    out: { poll: note('poll'), event: note('event'), popup: note('popup'), changed: note('changed') },
  };
}

test('the inputs of a whole run, taken in again, lead through the same states to the same words', async () => {
  const inputs: ClientInput[] = [];
  const taken = vi.spyOn(InlineBackend.prototype, 'clientInput');
  const world = await ClientWorld.open(pair, [{}]);
  await world.at('0s', { type: 'start', target: 'CLUSTER1' });
  await world.at('60s', { type: 'crash', server: 'A' });
  await world.at('2m', { type: 'partition', sides: [['Client1'], ['A', 'B']] });
  await world.at('3m', { type: 'heal', what: 'all' });
  await world.at('4m');
  inputs.push(...taken.mock.calls.map(([, input]) => input));
  await world.close();
  expect(inputs.length).toBeGreaterThan(100);

  const [one, other] = [new Client(boot()), new Client(boot())];
  const [first, second] = [recorded(), recorded()];
  const digests = new Set<string>();
  for (const input of inputs) {
    one.step(input, first.out);
    other.step(structuredClone(input), second.out);
    expect(other.digest()).toBe(one.digest());
    digests.add(one.digest());
  }
  expect(first.told).toEqual(second.told);
  expect(first.told.filter((text) => text.startsWith('["event"'))).toHaveLength(world.told().length);
  expect(digests.size).toBeGreaterThan(50);
});
