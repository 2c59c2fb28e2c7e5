/**
 * Steps and expectations of clients: what the world is asked to do, what expectations see of a client, and how what
 * was found instead is told. Against a scripted backend.
 */
import { describe, expect, it } from 'vitest';
import { runScenario } from '../../src/scenarios/run.js';
import { scenario } from '../../src/scenarios/scenario.js';
import type { ScenarioInput } from '../../src/scenarios/schema.js';
import { clientEvent, event, type FakeOptions, openFake, popup } from '../support/fakeBackend.js';

const cluster = (name: string) => ({
  name,
  servers: [`${name}1`, `${name}2`],
  groups: [{ name: 'G', servers: [`${name}1`] }],
});

async function run(steps: ScenarioInput['steps'], fake: FakeOptions = {}, more: Partial<ScenarioInput> = {}) {
  const world = { name: 'a run', cluster: cluster('C'), clients: [{ name: 'PC' }, { name: 'QC' }] };
  const { open } = openFake(fake);
  const result = await runScenario(scenario({ ...world, ...more, steps }), { openBackend: open });
  const said = result.lines.flatMap((line) => (line.kind === 'expect' && line.ok ? [line.text] : []));
  return { result, said, failed: result.failures.map(({ text }) => text) };
}

const failover = [
  clientEvent('1s', 'BOOT', 'RUNNING'),
  event('60s', 'DOWN'),
  clientEvent('60s', 'FAILOVER_START', 'FAILOVER'),
  popup('60s', 'it began\nA to B'),
  clientEvent('61s', 'FAILOVER_START', 'FAILOVER', { client: 'QC' }),
  clientEvent('70s', 'FAILOVER_END', 'MISS'),
  popup('70s', 'it ended'),
  popup('71s', 'it ended', 'QC'),
];

describe('steps of clients', () => {
  it('are actions of the world, and may be refused', async () => {
    const { result, failed } = await run(
      [
        { startClient: 'PC', id: 'on' },
        { at: '1s', watch: { client: 'PC', group: 'C/G' } },
        { at: '2s', stopClient: 'PC' },
        { at: '3s', stopClient: 'PC', refused: true },
        { at: '4s', startClient: 'QC' },
      ],
      { refuse: (action) => (action.type === 'stopClient' || action.type === 'startClient' ? 'no' : undefined) },
    );
    const steps = result.lines.flatMap(({ t, seq: _, ...line }) => (line.kind === 'step' ? [{ t, ...line }] : []));
    expect(steps).toEqual([
      { t: 0, kind: 'step', step: 'startClient', target: 'PC', id: 'on', error: 'no' },
      { t: 1e6, kind: 'step', step: 'watch', target: 'G', on: 'PC' },
      { t: 2e6, kind: 'step', step: 'stopClient', target: 'PC', error: 'no' },
      { t: 3e6, kind: 'step', step: 'stopClient', target: 'PC', error: 'no' },
      { t: 4e6, kind: 'step', step: 'startClient', target: 'QC', error: 'no' },
    ]);
    expect(failed).toEqual([
      'startClient was refused: no',
      'stopClient was refused: no',
      'startClient was refused: no',
    ]);
  });

  it('name a group by its cluster where several have it, but not where the client knows one only', async () => {
    const clusters = ['C', 'D'].map(cluster);
    const clients = [{ name: 'Both' }, { name: 'PC', clusters: ['D'] }];
    const steps = [
      { watch: { client: 'Both', group: 'C/G' } },
      { watch: { client: 'PC', group: 'G' } },
      { expect: { client: 'PC', group: 'G', events: ['BOOT'] } },
    ] as const satisfies ScenarioInput['steps'];
    const script = [clientEvent('0', 'BOOT', 'RUNNING', { cluster: 'D' })];
    const { result, said } = await run(steps, { script }, { cluster: undefined, clusters, clients });
    expect(result.lines.flatMap((line) => (line.kind === 'step' ? [line.target] : []))).toEqual(['C/G', 'D/G']);
    expect(said).toEqual(['client PC: exactly the events of D/G BOOT']);
  });
});

describe('expectations of clients', () => {
  it('see status, events and popups of that client alone, with or without the prefixes', async () => {
    const { failed, said } = await run(
      [
        { expect: { client: 'PC', group: 'G', status: 'STOPPED', events: [] } },
        { expect: { client: 'PC', popups: [] } },
        { at: '2s', expect: { client: 'PC', group: 'G', status: 'ARMCLAPI_GROUP_STATUS_RUNNING' } },
        { expect: { client: 'QC', group: 'G', status: 'STOPPED' } },
        { at: '65s', expect: { client: 'PC', group: 'G', status: 'FAILOVER' } },
        { at: '80s', expect: { client: 'PC', group: 'G', status: 'MISS' } },
        { expect: { client: 'PC', group: 'G', events: ['BOOT', 'ARMCLAPI_EVENT_FAILOVER_START', 'FAILOVER_END'] } },
        { expect: { client: 'PC', group: 'G', contains: ['BOOT', 'ARMCLAPI_EVENT_FAILOVER_END'] } },
        { expect: { client: 'QC', group: 'G', events: ['FAILOVER_START'] } },
        { expect: { client: 'PC', popups: ['it began\nA to B', 'it ended'] } },
        { expect: { client: 'QC', popups: ['it ended'] } },
        { expect: { events: ['DOWN'] } },
      ],
      { script: failover },
    );
    expect(failed).toEqual([]);
    expect(said).toEqual([
      'client PC: group G STOPPED; client PC: exactly the events of G none',
      'client PC: exactly the popups none',
      'client PC: group G RUNNING',
      'client QC: group G STOPPED',
      'client PC: group G FAILOVER',
      'client PC: group G MISS',
      'client PC: exactly the events of G BOOT, FAILOVER_START, FAILOVER_END',
      'client PC: the events in this order of G BOOT, FAILOVER_END',
      'client QC: exactly the events of G FAILOVER_START',
      'client PC: exactly the popups "it began\\nA to B", "it ended"',
      'client QC: exactly the popups "it ended"',
      'exactly the events DOWN',
    ]);
  });

  it('count from a step with an id', async () => {
    const { failed, said } = await run(
      [
        { at: '65s', watch: { client: 'PC', group: 'G' }, id: 'watch' },
        { at: '80s', expect: { client: 'PC', group: 'G', events: ['FAILOVER_END'], since: 'watch' } },
        { expect: { client: 'PC', group: 'G', contains: ['FAILOVER_END'], since: 'watch' } },
        { expect: { client: 'PC', popups: ['it ended'], since: 'watch' } },
      ],
      { script: failover },
    );
    expect(failed).toEqual([]);
    expect(said).toEqual([
      'client PC: exactly the events of G since watch FAILOVER_END',
      'client PC: the events in this order of G since watch FAILOVER_END',
      'client PC: exactly the popups since watch "it ended"',
    ]);
  });

  it('say what was found instead', async () => {
    const { failed } = await run(
      [
        { at: '65s', expect: { client: 'PC', group: 'G', status: 'RUNNING', events: ['BOOT', 'SHUTDOWN'] } },
        { expect: { client: 'PC', group: 'G', contains: ['FAILOVER_START', 'BOOT'] } },
        { expect: { client: 'PC', popups: [] } },
        { expect: { client: 'PC', popups: ['it ended'] } },
        { expect: { client: 'QC', popups: ['it began'] } },
      ],
      { script: failover },
    );
    expect(failed).toEqual([
      'expected client PC: group G RUNNING, found FAILOVER; ' +
        'expected client PC: exactly the events of G BOOT, SHUTDOWN, found BOOT, FAILOVER_START (place 2 has FAILOVER_START, not SHUTDOWN)',
      'expected client PC: the events in this order of G FAILOVER_START, BOOT, found BOOT, FAILOVER_START (BOOT, number 2 of the list, did not follow)',
      'expected client PC: exactly the popups none, found "it began\\nA to B" ("it began\\nA to B" at place 1 is one too many)',
      'expected client PC: exactly the popups "it ended", found "it began\\nA to B" (place 1 has "it began\\nA to B", not "it ended")',
      'expected client QC: exactly the popups "it began", found none ("it began" is missing at place 1)',
    ]);
  });

  it('hold no status before the client has found its cluster, and may wait for that', async () => {
    const { failed, said } = await run(
      [
        { at: '1s', expect: { client: 'PC', group: 'G', status: 'STOPPED' } },
        { expect: { client: 'PC', group: 'G', status: 'STOPPED', within: '10s' } },
      ],
      { foundAt: '5s', script: [event('3s', 'DOWN'), event('6s', 'DOWN')] },
    );
    expect(failed).toEqual(['expected client PC: group G STOPPED, found no answer: it is off, or has not found C yet']);
    expect(said).toEqual(['client PC: group G STOPPED']);
  });
});
