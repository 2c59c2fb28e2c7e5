/**
 * What the runner promises about instants: when a step is done, what waits for what, what is judged when, and what
 * counts as a failure. Against a scripted backend.
 */
import { describe, expect, it } from 'vitest';
import type { TraceLine } from '../../src/model/trace.js';
import { runScenario, type RunOptions } from '../../src/scenarios/run.js';
import { scenario } from '../../src/scenarios/scenario.js';
import type { ScenarioInput } from '../../src/scenarios/schema.js';
import { event, group, openFake, server, type FakeOptions } from '../support/fakeBackend.js';

const world = {
  name: 'a run',
  cluster: { name: 'C', servers: ['A', 'B'], groups: [{ name: 'G', servers: ['A', 'B'] }] },
} as const satisfies Omit<ScenarioInput, 'steps'>;

async function run(
  steps: ScenarioInput['steps'],
  fake: FakeOptions = {},
  more: Partial<ScenarioInput> = {},
  options: RunOptions = {},
) {
  const made = scenario({ ...world, ...more, steps });
  const { open, opened } = openFake(fake);
  const result = await runScenario(made, { openBackend: open, ...options });
  return { result, backend: opened[0], told: result.lines.map(tell) };
}

/** A line in short: its second and what it says. */
function tell(line: TraceLine): string {
  const what =
    line.kind === 'step'
      ? `${line.step} ${line.target}`
      : line.kind === 'expect'
        ? `${line.ok ? 'ok' : 'failed'} ${line.text}`
        : line.kind === 'warning'
          ? `warning ${line.text}`
          : line.kind;
  return `${line.t / 1_000_000} ${what}`;
}

describe('when steps are done', () => {
  it('takes `at` from the beginning, `after` from the step before, and neither as at once', async () => {
    const { told } = await run([
      { start: 'cluster' },
      { at: '10s', crash: 'A' },
      { crash: 'B' },
      { after: '5s', restart: 'A' },
      { after: '500ms', restart: 'B' },
      { at: '1m', shutdown: 'cluster' },
    ]);
    const steps = [
      '0 start cluster',
      '10 crash A',
      '10 crash B',
      '15 restart A',
      '15.5 restart B',
      '60 shutdown cluster',
    ];
    expect(told).toEqual([...steps, '60 end']);
  });

  it('does actions first and judges expectations last at one instant, whatever their order in the file', async () => {
    const { told } = await run([
      { start: 'cluster' },
      { at: '10s', expect: { group: 'G', state: 'OFFLINE' } },
      { at: '10s', crash: 'A' },
      { expect: { server: 'A', status: ['STOPPED'] } },
      { crash: 'B' },
      { at: '10s', restart: 'A' },
    ]);
    expect(told).toEqual([
      '0 start cluster',
      '10 crash A',
      '10 crash B',
      '10 restart A',
      '10 ok group G OFFLINE',
      '10 ok server A [STOPPED]',
      '10 end',
    ]);
  });

  it('sees at an instant what happens at it', async () => {
    const { result } = await run([{ at: '10s', expect: { group: 'G', state: 'ONLINE', server: 'A' } }], {
      script: [group('10s', 'G', 'ONLINE', 'A')],
    });
    expect(result.failures).toEqual([]);
  });

  it('waits for an expectation before what follows it, but not before a step with its own instant', async () => {
    const { told, result } = await run(
      [
        { at: '10s', crash: 'A' },
        { expect: { group: 'G', state: 'ONLINE', server: 'B', within: '1m' } },
        { after: '5s', restart: 'A' },
        { at: '50s', expect: { server: 'A', status: ['CLUSTER'], within: '1m' } },
        { at: '55s', crash: 'B' },
        { at: '60s', hang: 'A' },
      ],
      { script: [group('40s', 'G', 'ONLINE', 'B'), server('70s', 'A', 'CLUSTER')] },
    );
    expect(told).toEqual([
      '10 crash A',
      '40 group',
      '40 ok group G ONLINE on B',
      '45 restart A',
      '55 crash B',
      '60 hang A',
      '70 server',
      '70 ok server A [CLUSTER]',
      '70 end',
    ]);
    expect(result.ok).toBe(true);
  });

  it('does a step late, with a warning, where one before it had to wait too long', async () => {
    const { told } = await run(
      [{ expect: { group: 'G', state: 'ONLINE', within: '1m' } }, { crash: 'A' }, { at: '10s', crash: 'B' }],
      { script: [group('40s', 'G', 'ONLINE', 'A')] },
    );
    expect(told.slice(1)).toEqual([
      '40 ok group G ONLINE',
      '40 crash A',
      '40 warning step 3 (crash) is late: due at 10s, but a step before it took longer',
      '40 crash B',
      '40 end',
    ]);
  });

  it('opens the backend with the seed and the world, listens to heartbeats, and closes it', async () => {
    const made = scenario({ ...world, machines: ['Lone'], clients: [{ name: 'PC' }], steps: [{ start: 'C' }] });
    const { open, opened } = openFake();
    const asked: unknown[] = [];
    const beats: unknown[] = [];
    const seen: TraceLine[] = [];
    const result = await runScenario(made, {
      seed: 7,
      invariants: false,
      openBackend: (definition, options) => {
        asked.push(definition.machines, definition.clients, options);
        return open(definition, options);
      },
      onHeartbeat: (...beat) => beats.push(beat),
      onLine: (line) => seen.push(line),
    });
    expect(asked).toEqual([
      [{ name: 'Lone', ip: '10.0.2.1' }],
      [{ name: 'PC', ip: '10.0.1.1', clusters: ['C'], lanSwitchUs: 1_000_000 }],
      { seed: 7, backend: 'inline', invariants: false, scenario: 'a run' },
    ]);
    expect(beats).toEqual([[3_000_000, 'A', 'B']]);
    expect(seen).toEqual(result.lines);
    expect(result).toMatchObject({ ok: true, seed: 7, backend: 'inline', hash: 'f00d', scenario: 'a run' });
    expect(result.replay).toBe('runScenario(scenario, { seed: 7, invariants: false })');
    expect(opened[0]).toMatchObject({ closed: 1, finished: true });
  });
});

describe('the end of a run', () => {
  it('comes when nothing is pending after the last step', async () => {
    const { result } = await run([{ at: '10s', crash: 'A' }], { script: [group('40s', 'G', 'ONLINE', 'B')] });
    expect(result.endedAt).toBe(40_000_000);
  });

  it('comes an hour after the last step, with a warning, where something is always pending', async () => {
    const { told } = await run([{ at: '10s', crash: 'A' }], { restless: true });
    expect(told).toContain('3610 warning still busy 1h after the last step; give the scenario a duration');
  });

  it('comes with the duration, pending or not', async () => {
    const { result } = await run([{ at: '10s', crash: 'A' }], {}, { duration: '3m' });
    expect(result.endedAt).toBe(180_000_000);
  });

  it('fails what waits beyond it and what is not reached any more', async () => {
    const { result } = await run(
      [
        { at: '10s', expect: { group: 'G', state: 'ONLINE', within: '1h' } },
        { crash: 'A' },
        { expect: { group: 'G', state: 'ONLINE' } },
      ],
      {},
      { duration: '1m' },
    );
    expect(result.failures.map(({ kind, step, at, text }) => [kind, step, at / 1e6, text])).toEqual([
      ['expectation', 0, 60, 'expected group G ONLINE within 1h, found OFFLINE'],
      ['not-reached', 1, 60, 'crash was not reached: the run ends at 1m'],
      ['not-reached', 2, 60, 'expect was not reached: the run ends at 1m'],
    ]);
  });
});

describe('refusals', () => {
  const refuse = (): string => 'ServerC is not in the view';

  it('fail a run that does not expect them', async () => {
    const { result } = await run([{ at: '10s', crash: 'A' }], { refuse });
    expect(result.ok).toBe(false);
    expect(result.failures).toMatchObject([
      { kind: 'refused', step: 0, at: 10_000_000, text: 'crash was refused: ServerC is not in the view' },
    ]);
  });

  it('are right where a step is meant to be refused', async () => {
    const { result } = await run([{ at: '10s', crash: 'A', refused: true }], { refuse });
    expect(result.failures).toEqual([]);
  });

  it('are missed where a step meant to be refused is accepted', async () => {
    const { result } = await run([{ at: '10s', crash: 'A', refused: true }]);
    expect(result.failures).toMatchObject([
      { kind: 'not-refused', text: 'crash was accepted, but should have been refused' },
    ]);
  });

  it('carry the id of the step into the trace', async () => {
    const { result } = await run([{ at: '10s', crash: 'A', id: 'down', refused: true }], { refuse });
    expect(result.lines[0]).toMatchObject({ kind: 'step', id: 'down', error: 'ServerC is not in the view' });
  });
});

describe('expectations', () => {
  const script = [
    server('1s', 'A', 'CLUSTER', 'BACKUP'),
    group('2s', 'G', 'ONLINE', 'A'),
    event('3s', 'RETURN_TO_CLUSTER'),
    event('3s', 'GROUP_STOP'),
    event('12s', 'DOWN'),
    event('13s', 'FAILOVER_START'),
    event('14s', 'FAILOVER_END'),
  ];
  const judged = async (expectation: object): Promise<string> => {
    const { told } = await run([{ at: '20s', expect: expectation }] as ScenarioInput['steps'], { script });
    return told.filter((line) => /(ok|failed) /.test(line)).join();
  };

  it('of a group: its state, its server, or both', async () => {
    expect(await judged({ group: 'G', state: 'ONLINE' })).toBe('20 ok group G ONLINE');
    expect(await judged({ group: 'G', server: 'A' })).toBe('20 ok group G on A');
    expect(await judged({ group: 'G', state: 'ONLINE', server: 'B' })).toBe(
      '20 failed expected group G ONLINE on B, found ONLINE on A',
    );
  });

  it('of a server: all of its status, in any order', async () => {
    expect(await judged({ server: 'A', status: ['BACKUP', 'CLUSTER'] })).toBe('20 ok server A [BACKUP, CLUSTER]');
    expect(await judged({ server: 'B', status: 'STOPPED' })).toBe('20 ok server B [STOPPED]');
    expect(await judged({ server: 'A', status: ['CLUSTER'] })).toBe(
      '20 failed expected server A [CLUSTER], found [CLUSTER, BACKUP]',
    );
  });

  it('of a server and its group together', async () => {
    expect(await judged({ group: 'G', server: 'A', status: ['CLUSTER', 'BACKUP'] })).toBe(
      '20 ok group G on A; server A [CLUSTER, BACKUP]',
    );
  });

  it('of events: exactly these in order', async () => {
    const all = ['RETURN_TO_CLUSTER', 'GROUP_STOP', 'DOWN', 'FAILOVER_START', 'FAILOVER_END'];
    expect(await judged({ events: all })).toBe(`20 ok exactly the events ${all.join(', ')}`);
    expect(await judged({ events: all.map((code) => `ARM_EVENT_${code}`) })).toMatch(/^20 ok/);
    expect(await judged({ events: all.slice(0, 4) })).toMatch(/\(FAILOVER_END at place 5 is one too many\)$/);
    expect(await judged({ events: [...all, 'DOWN'] })).toMatch(/\(DOWN is missing at place 6\)$/);
    expect(await judged({ events: [...all].reverse() })).toMatch(
      /\(place 1 has RETURN_TO_CLUSTER, not FAILOVER_END\)$/,
    );
    expect(await judged({ events: [], cluster: 'C' })).toMatch(
      /^20 failed expected exactly the events of C none, found/,
    );
  });

  it('of events: these in order, others between them', async () => {
    expect(await judged({ contains: ['GROUP_STOP', 'FAILOVER_END'] })).toBe(
      '20 ok the events in this order GROUP_STOP, FAILOVER_END',
    );
    expect(await judged({ contains: ['DOWN', 'GROUP_STOP'] })).toMatch(
      /\(GROUP_STOP, number 2 of the list, did not follow\)$/,
    );
  });

  it('of events since a step with an id, which need not be an action', async () => {
    const { result } = await run(
      [
        { at: '10s', crash: 'A', id: 'crash' },
        { at: '13s', expect: { group: 'G', state: 'ONLINE' }, id: 'middle' },
        { at: '20s', expect: { events: ['DOWN', 'FAILOVER_START', 'FAILOVER_END'], since: 'crash' } },
        { at: '20s', expect: { events: ['FAILOVER_END'], since: 'middle' } },
      ],
      { script },
    );
    expect(result.failures).toEqual([]);
  });

  it('of a machine registered nowhere', async () => {
    const { told } = await run([{ expect: { server: 'Lone', status: ['SINGLE_SERVER'] } }], {}, { machines: ['Lone'] });
    expect(told[0]).toBe('0 ok server Lone [SINGLE_SERVER]');
  });

  it('of one of two clusters that have a group of the same name', async () => {
    const two = ['C', 'D'].map((name) => ({
      name,
      servers: [`${name}1`],
      groups: [{ name: 'G', servers: [`${name}1`] }],
    }));
    const input = { name: 'x', clusters: two, steps: [{ expect: { group: 'C/G', state: 'OFFLINE' } }] } as const;
    const result = await runScenario(scenario(input as unknown as ScenarioInput), { openBackend: openFake().open });
    expect(result.lines[0]).toMatchObject({ ok: true, text: 'group C/G OFFLINE' });
  });

  it('come true within their time, at the instant when they do', async () => {
    const { told } = await run([{ at: '10s', expect: { contains: ['FAILOVER_START'], within: '5s' } }], { script });
    expect(told).toContain('13 ok the events in this order FAILOVER_START');
  });

  it('fail when their time is over, and the rest goes on', async () => {
    const { told, result } = await run(
      [
        { at: '10s', expect: { group: 'G', state: 'OFFLINE', within: '5s' } },
        { after: '1s', crash: 'A' },
      ],
      { script },
    );
    expect(told.slice(-3)).toEqual([
      '15 failed expected group G OFFLINE within 5s, found ONLINE on A',
      '16 crash A',
      '16 end',
    ]);
    expect(result.failures).toMatchObject([{ kind: 'expectation', step: 0, at: 15_000_000 }]);
  });
});

describe('what goes wrong', () => {
  it('tells a violated invariant with the command that repeats the run', async () => {
    const { result, backend } = await run([{ at: '10s', crash: 'A' }], { violationAt: '5s' }, {}, { seed: 42 });
    expect(result.ok).toBe(false);
    expect(result.failures).toEqual([
      { kind: 'violation', at: 5_000_000, text: 'invariant 2 is broken: G is active on A and B' },
    ]);
    expect(result.summary).toBe(
      [
        'a run: FAILED, 1 failure (0 expectations, 5s, seed 42, hash f00d)',
        '  at 5s: invariant 2 is broken: G is active on A and B',
        '  again: runScenario(scenario, { seed: 42 })',
      ].join('\n'),
    );
    expect(backend.closed).toBe(1);
  });

  it('throws what is a mistake of the emulator, and closes the backend all the same', async () => {
    const { open, opened } = openFake({ bugAt: '5s' });
    const made = scenario({ ...world, steps: [{ at: '10s', crash: 'A' }] });
    await expect(runScenario(made, { openBackend: open })).rejects.toThrow('the engine fell over');
    expect(opened[0].closed).toBe(1);
  });

  it('says in one line what a good run was', async () => {
    const { result } = await run([{ at: '10s', expect: { group: 'G', state: 'OFFLINE' } }]);
    expect(result.summary).toBe('a run: passed (1 expectation, 10s, seed 1, hash f00d)');
  });
});
