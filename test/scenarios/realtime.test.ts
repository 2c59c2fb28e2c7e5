/**
 * What the runner promises where the clock does not wait for it: steps are done a little late, in the order of the
 * plan, and neither that nor a failed thread brings a run into disorder.
 */
import { describe, expect, it } from 'vitest';
import { runScenario } from '../../src/scenarios/run.js';
import { scenario } from '../../src/scenarios/scenario.js';
import type { ScenarioInput } from '../../src/scenarios/schema.js';
import { group, server } from '../support/fakeBackend.js';
import { openMeasured, type MeasuredOptions } from './measured.js';

const world = {
  name: 'a run',
  cluster: { name: 'C', servers: ['A', 'B'], groups: [{ name: 'G', servers: ['A', 'B'] }] },
} as const satisfies Omit<ScenarioInput, 'steps'>;

async function run(steps: ScenarioInput['steps'], fake: MeasuredOptions = {}, more: Partial<ScenarioInput> = {}) {
  const { open, opened } = openMeasured(fake);
  const made = scenario({ ...world, ...more, steps });
  const result = await runScenario(made, { openBackend: open, backend: 'realtime' });
  const told = result.lines.flatMap((line) => {
    if (line.kind === 'step') return `${line.step} ${line.target}`;
    return line.kind === 'expect' || line.kind === 'warning' ? line.text : [];
  });
  const at = result.lines.filter(({ kind }) => kind === 'step' || kind === 'expect').map(({ t }) => t);
  return { result, told, at, opened };
}

const texts = (failures: readonly { text: string }[]): string[] => failures.map(({ text }) => text);

describe('on a clock that goes on', () => {
  const late = 20_000;

  it('does each step soon after its instant, and tells the measured time', async () => {
    const { at, result } = await run([{ start: 'C' }, { at: '1s', crash: 'A' }, { after: '1s', crash: 'B' }], { late });
    expect(result.ok, result.summary).toBe(true);
    const [first, second, third] = at;
    expect(first).toBeLessThan(5_000);
    expect(second).toBeGreaterThanOrEqual(1_000_000 + late);
    expect(second).toBeLessThan(1_030_000);
    // After the step before was really done, not after it was due.
    expect(third - second).toBeGreaterThanOrEqual(1_000_000);
    expect(result.hash).toBeUndefined();
    expect(result.endedAt).toBe(result.lines.at(-1)?.t);
    expect(result.replay).toBe("runScenario(scenario, { seed: 1, backend: 'realtime' })");
  });

  it('keeps steps of different instants apart, however late it is', async () => {
    const { told } = await run(
      [
        { at: '1s', expect: { group: 'G', state: 'OFFLINE' } },
        { at: '1s', crash: 'A' },
        { at: '1001ms', expect: { server: 'A', status: 'STOPPED' } },
        { at: '1002ms', crash: 'B' },
        { after: '1ms', restart: 'A' },
      ],
      { late },
    );
    expect(told).toEqual(['crash A', 'group G OFFLINE', 'server A [STOPPED]', 'crash B', 'restart A']);
  });

  it('reaches the last step of a run that ends with it, though the clock is past the end', async () => {
    const { result, told } = await run(
      [
        { after: '1s', crash: 'A' },
        { after: '1s', crash: 'B' },
        { after: '1s', expect: { group: 'G', state: 'OFFLINE' } },
        { restart: 'A' },
      ],
      { late },
      { duration: '3s' },
    );
    expect(result.ok, result.summary).toBe(true);
    expect(told.at(-1)).toBe('group G OFFLINE');
    expect(told).toContain('restart A');
  });

  it('waits for expectations, and goes on from when they came true', async () => {
    const { result, at } = await run(
      [{ expect: { group: 'G', state: 'ONLINE', within: '10s' } }, { after: '1s', crash: 'A' }],
      { late, script: [group('4s', 'G', 'ONLINE', 'A')] },
    );
    expect(result.ok, result.summary).toBe(true);
    expect(at[0]).toBeGreaterThan(4_000_000);
    expect(at[0]).toBeLessThan(4_010_000);
    expect(at[1] - at[0]).toBeGreaterThanOrEqual(1_000_000);
  });

  it('fails an expectation when its time is over, once, and does what follows', async () => {
    const { result, told } = await run(
      [
        { expect: { group: 'G', state: 'ONLINE', within: '2s' } },
        { at: '0s', expect: { server: 'A', status: 'CLUSTER', within: '2001ms' } },
        { crash: 'A' },
      ],
      { late, script: [server('5s', 'A', 'CLUSTER')] },
      { duration: '3s' },
    );
    expect(texts(result.failures)).toEqual([
      'expected group G ONLINE within 2s, found OFFLINE',
      'expected server A [CLUSTER] within 2.001s, found [STOPPED]',
    ]);
    expect(told.at(-1)).toBe('crash A');
  });

  it('does what follows an expectation whose time ends with the run', async () => {
    const { result, told } = await run(
      [{ expect: { group: 'G', state: 'ONLINE', within: '3s' } }, { crash: 'A' }],
      { late },
      { duration: '3s' },
    );
    expect(texts(result.failures)).toEqual(['expected group G ONLINE within 3s, found OFFLINE']);
    expect(told.at(-1)).toBe('crash A');
  });

  it('still cuts off what is planned beyond the end', async () => {
    const { result } = await run(
      [{ expect: { group: 'G', state: 'ONLINE', within: '1h' } }, { crash: 'A' }],
      { late },
      { duration: '3s' },
    );
    expect(texts(result.failures)).toEqual([
      'expected group G ONLINE within 1h, found OFFLINE',
      'crash was not reached: the run ends at 3s',
    ]);
  });

  it('counts what was seen to hold, though it is over when it can be told', async () => {
    const { result, told } = await run(
      [{ expect: { group: 'G', state: 'ONLINE', server: 'A', within: '10s' } }],
      { late, fleeting: true, script: [group('4s', 'G', 'ONLINE', 'A'), group('4s', 'G', 'INPROGRESS', 'A')] },
      { duration: '20s' },
    );
    expect(told).toEqual(['group G ONLINE on A']);
    expect(result.ok, result.summary).toBe(true);
  });

  it('warns of a step only where one before it took longer, not for the lateness of the clock', async () => {
    const { told } = await run(
      [
        { expect: { group: 'G', state: 'ONLINE', within: '10s' } },
        { crash: 'A' },
        { at: '1s', crash: 'B' },
        { at: '6s', restart: 'A' },
      ],
      { late, script: [group('4s', 'G', 'ONLINE', 'A')] },
    );
    expect(told).toEqual([
      'group G ONLINE',
      'crash A',
      'step 3 (crash) is late: due at 1s, but a step before it took longer',
      'crash B',
      'restart A',
    ]);
  });
});

describe('a failed thread', () => {
  const failed = 'server A: its thread has ended: out of memory';

  it('ends a run, which has failed, with its message in one line', async () => {
    const { result, told, opened } = await run([{ start: 'C' }, { at: '10s', crash: 'A' }], { failsAt: '5s' });
    expect(result.failures).toMatchObject([{ kind: 'thread', text: failed }]);
    expect(result.failures[0].at).toBeGreaterThanOrEqual(5_000_000);
    expect(told).toEqual(['start C', failed]);
    expect(result.lines.at(-1)).toMatchObject({ kind: 'end', ok: false });
    expect(result.summary).toMatch(/^a run: FAILED, 1 failure .*\n {2}at 5\.\d+s: server A: its thread has ended/);
    expect(opened[0].closed).toBe(1);
  });

  it.each([
    ['open', []],
    ['finish', ['start C', failed]],
    ['close', ['start C']],
  ] as const)('is one failure also in %s', async (where, lines) => {
    const { result, told, opened } = await run([{ start: 'C' }], { fails: [where] });
    expect(result.failures).toMatchObject([{ kind: 'thread', text: failed }]);
    expect(result.ok).toBe(false);
    expect(told).toEqual(lines);
    expect(opened.map(({ closed }) => closed)).toEqual(where === 'open' ? [] : [1]);
  });

  it('is told once where all that comes after it fails as well', async () => {
    const { result, opened } = await run([{ at: '9s', crash: 'A' }], { failsAt: '5s', fails: ['finish', 'close'] });
    expect(result.failures).toHaveLength(1);
    expect(opened[0].closed).toBe(1);
  });
});
