/**
 * The time scale: what it multiplies, what it leaves alone, and when it is refused.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClusterDefinition } from '../../src/model/definition.js';
import { defineCluster } from '../../src/model/define.js';
import { DURATION_US_MAX, TIMER_US_MIN } from '../../src/model/limits.js';
import { formatDuration, micros, parseDuration } from '../../src/model/time.js';
import { BadInputError } from '../../src/scenarios/problems.js';
import { runScenario } from '../../src/scenarios/run.js';
import { scaleScenario, timeScaleProblem } from '../../src/scenarios/scale.js';
import { type Scenario, scenario } from '../../src/scenarios/scenario.js';
import type { ScenarioInput } from '../../src/scenarios/schema.js';
import { clusterArb } from '../model/arbitrary.js';
import { openMeasured } from './measured.js';

const example: ScenarioInput = {
  name: 'minutes',
  cluster: {
    name: 'C',
    heartbeat: { interval: '3s', timeout: '30s' },
    startupWait: '5m',
    partition: 'majority',
    fence: '40s',
    servers: ['A', { name: 'B', boot: '20s' }],
    groups: [
      {
        name: 'G',
        servers: ['A', 'B'],
        resources: [
          { name: 'd', type: 'script', activate: '2s', deactivate: '0', timeout: '90s' },
          { name: 'v', type: 'script' },
        ],
      },
    ],
  },
  steps: [
    { start: 'cluster' },
    { at: '1m', link: { from: 'A', to: 'B', delay: '100us', jitter: '0', loss: 0.5 } },
    { after: '30s', crash: 'A' },
    { after: '0', link: { from: 'A', to: 'B', jitter: '3s' } },
    { at: '2m', expect: { group: 'G', state: 'ONLINE', within: '10s' }, id: 'on' },
  ],
  duration: '10m50s',
};

function scaled(made: Scenario, factor: number): Scenario {
  const result = scaleScenario(made, factor);
  if (!result.ok) throw new BadInputError(result.error);
  return result.value;
}

describe('a scaled scenario', () => {
  it('has every duration times the factor, and nothing else changed', () => {
    const made = scenario(example);
    const { world, steps, durationUs, timeScale, name } = scaled(made, 0.001);
    const [cluster] = world.clusters;
    const [first, second] = cluster.groups[0].resources;
    expect({ name, timeScale, durationUs }).toEqual({ name: 'minutes', timeScale: 0.001, durationUs: 650_000 });
    expect(cluster).toMatchObject({ heartbeatIntervalUs: 3_000, heartbeatTimeoutUs: 30_000, startupWaitUs: 300_000 });
    expect(cluster).toMatchObject({ fenceUs: 40_000, faultLimit: 3, partition: { kind: 'majority' } });
    expect(cluster.servers.map(({ bootUs }) => bootUs)).toEqual([0, 20_000]);
    expect(first).toMatchObject({ activateUs: 2_000, deactivateUs: 0, timeoutUs: 90_000 });
    expect(second).toMatchObject({ activateUs: 1_000, deactivateUs: 500, timeoutUs: 60_000 });
    expect(steps.map(({ when }) => when)).toEqual([
      { after: 0 },
      { at: 60_000 },
      { after: 30_000 },
      { after: 0 },
      { at: 120_000 },
    ]);
    // Nothing that takes time takes none.
    expect(steps[1].does).toMatchObject({ action: { delay: '1us', jitter: '0s', loss: 0.5 } });
    expect(steps[3].does).toEqual({ type: 'act', action: { type: 'link', from: 'A', to: 'B', jitter: '3ms' } });
    expect(steps[4]).toMatchObject({ id: 'on', does: { expectation: { withinUs: 10_000 } } });
    expect(steps.map(({ index, name: step }) => [index, step])).toEqual(
      made.steps.map(({ index, name: step }) => [index, step]),
    );
  });

  it('has the durations of clients times the factor, and leaves to the clusters what clients leave to them', () => {
    const clients = [
      { name: 'Own', interval: '2s', timeout: '20s', lanSwitch: '1500ms', popups: 'english' },
      { name: 'Common', lanSwitch: '0' },
      { name: 'Usual' },
    ] satisfies ScenarioInput['clients'];
    const made = scenario({ ...example, clients });
    const common = { clusters: ['C'], popups: undefined, intervalUs: undefined, timeoutUs: undefined };
    expect(scaled(made, 0.001).world.clients).toEqual([
      {
        ...common,
        name: 'Own',
        ip: '10.0.1.1',
        intervalUs: 2_000,
        timeoutUs: 20_000,
        lanSwitchUs: 1_500,
        popups: 'english',
      },
      { ...common, name: 'Common', ip: '10.0.1.2', lanSwitchUs: 0 },
      { ...common, name: 'Usual', ip: '10.0.1.3', lanSwitchUs: 1_000 },
    ]);
    expect(scaleScenario(made, 0.0004)).toMatchObject({
      error: [{ what: 'the time scale 0.0004 takes the interval of Own below the shortest possible, 1ms' }],
    });
  });

  it('is as frozen as the one it came from, which stays as it was', () => {
    const made = scenario(example);
    const before = structuredClone(made.world);
    const [cluster] = scaled(made, 0.01).world.clusters;
    for (const part of [cluster, cluster.servers, cluster.servers[0], cluster.groups, cluster.groups[0].resources[0]]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
    expect(made.world).toEqual(before);
  });

  it('remembers both factors where it is scaled twice', () => {
    const twice = scaled(scaled(scenario(example), 0.1), 0.1);
    expect(twice.timeScale).toBeCloseTo(0.01, 12);
    expect(twice.durationUs).toBe(6_500_000);
  });

  it('is refused where a timer would get too short or too long, with the nearest factor that does', () => {
    const made = scenario(example);
    const refusal = (factor: number): unknown => {
      const result = scaleScenario(made, factor);
      return result.ok ? undefined : result.error;
    };
    expect(refusal(0.0001)).toEqual([
      {
        code: 'OUT_OF_RANGE',
        where: ['timeScale'],
        what: 'the time scale 0.0001 takes the heartbeat interval of C below the shortest possible, 1ms',
        fix: 'write 0.000334 or more',
        file: undefined,
      },
    ]);
    expect(refusal(0.000334)).toBeUndefined();
    expect(refusal(1000)).toMatchObject([
      {
        what: 'the time scale 1000 takes the startup wait of C above the longest possible, 24h',
        fix: 'write 288 or less',
      },
    ]);
    expect(refusal(288)).toBeUndefined();
  });

  it('is what runs: texts, waits and the command that repeats the run speak of it', async () => {
    const { open } = openMeasured();
    const made = scenario({
      ...example,
      steps: [{ expect: { group: 'G', state: 'ONLINE', within: '1m' } }, { start: 'C' }],
    });
    const result = await runScenario(made, { backend: 'realtime', timeScale: 0.01, openBackend: open });
    expect(result.failures.map(({ text }) => text)).toEqual(['expected group G ONLINE within 600ms, found OFFLINE']);
    expect(result.endedAt).toBeGreaterThan(6_500_000);
    expect(result.endedAt).toBeLessThan(6_510_000);
    expect(result.replay).toBe("runScenario(scenario, { seed: 1, backend: 'realtime', timeScale: 0.01 })");
  });

  it.each([
    [0, 'realtime', /timeScale: the time scale is 0; write a number above 0/],
    [-1, 'realtime', /the time scale is -1/],
    [NaN, 'realtime', /the time scale is NaN/],
    [Infinity, 'realtime', /the time scale is Infinity/],
    ['0.01', 'realtime', /the time scale is the text "0\.01"; write a number above 0, such as 0\.01$/],
    [0.00001, 'realtime', /takes the heartbeat interval of C below/],
    [0.5, 'inline', /only the realtime backend has a time scale; in inline time is virtual/],
    [0.5, 'lockstep', /in lockstep time is virtual and costs none of yours; leave it out/],
  ] as const)('is not made with %o on %s', async (timeScale, backend, message) => {
    const { open, opened } = openMeasured();
    // In JavaScript it may be anything.
    const running = runScenario(scenario(example), { backend, timeScale: timeScale as number, openBackend: open });
    await expect(running).rejects.toThrow(message);
    await expect(running).rejects.toBeInstanceOf(BadInputError);
    expect(opened).toEqual([]);
  });

  it('has no problem of its own where the factor is one', () => {
    expect(timeScaleProblem('realtime', 0.01)).toBeUndefined();
  });
});

describe('for any scenario', () => {
  const spanArb = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 600_000_000 }));
  const written = (us: number): string => formatDuration(micros(us));

  /** Steps with times that never go back, by `at`, by `after` or neither. */
  const stepsArb = fc.array(fc.tuple(spanArb, fc.nat(2), spanArb), { minLength: 1, maxLength: 12 }).map((spans) => {
    let now = 0;
    return spans.map(([span, kind, within]) => {
      now += kind === 2 ? 0 : span;
      const when = kind === 0 ? { at: written(now) } : kind === 1 ? { after: written(span) } : {};
      return { ...when, expect: { contains: ['DOWN' as const], within: written(within) } };
    });
  });
  const scenarioArb = fc.record({ cluster: clusterArb, steps: stepsArb }).map(({ cluster, steps }) => {
    const named = { ...cluster, name: 'The-Cluster' };
    return scenario({ name: 'any', cluster: named, steps } satisfies ScenarioInput);
  });
  const factorArb = fc.oneof(
    fc.double({ min: 1e-6, max: 1, noNaN: true }),
    fc.double({ min: 1, max: 1e4, noNaN: true }),
    fc.constantFrom(0.001, 0.01, 0.1, 0.5, 1, 2, 10),
  );

  it('1 changes nothing', () => {
    fc.assert(
      fc.property(scenarioArb, (made) => {
        expect(scaled(made, 1)).toEqual(made);
      }),
    );
  });

  it('steps keep their order, values stay whole, and nothing becomes nothing', () => {
    fc.assert(
      fc.property(scenarioArb, factorArb, (made, factor) => {
        const result = scaleScenario(made, factor);
        fc.pre(result.ok);
        if (!result.ok) return;
        let earliest = 0;
        for (const [index, { when, does }] of result.value.steps.entries()) {
          const before = made.steps[index];
          const [old, span] = 'at' in when ? [before.when, when.at] : [before.when, when.after];
          expect(Number.isSafeInteger(span)).toBe(true);
          expect(span === 0).toBe(('at' in old ? old.at : old.after) === 0);
          if ('at' in when) {
            expect(when.at).toBeGreaterThanOrEqual(earliest);
            earliest = when.at;
          }
          if (does.type !== 'expect' || before.does.type !== 'expect') continue;
          const { withinUs } = does.expectation;
          expect(Number.isSafeInteger(withinUs)).toBe(true);
          expect(Math.abs(withinUs - before.does.expectation.withinUs * factor)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('a definition stays valid, or the factor is refused and the one proposed is not', () => {
    const outcomes = { good: 0, refused: 0 };
    fc.assert(
      fc.property(scenarioArb, factorArb, (made, factor) => {
        const result = scaleScenario(made, factor);
        if (result.ok) {
          outcomes.good++;
          expectValid(made.world.clusters[0], result.value.world.clusters[0], factor);
          return;
        }
        outcomes.refused++;
        const proposed = /^write (\S+) or (?:more|less)$/.exec(result.error[0].fix)?.[1];
        expect(scaleScenario(made, Number(proposed)).ok).toBe(true);
      }),
      { numRuns: 300 },
    );
    expect(outcomes.good).toBeGreaterThan(10);
    expect(outcomes.refused).toBeGreaterThan(10);
  });

  /** Valid by the model's own rules: what it says is written down again and defined anew. */
  function expectValid(before: ClusterDefinition, after: ClusterDefinition, factor: number): void {
    const { heartbeatIntervalUs: interval, heartbeatTimeoutUs: timeout, fenceUs, startupWaitUs } = after;
    const named = { none: 'none', majority: 'majority', ping: { ping: 'Witness' } } as const;
    const defined = defineCluster({
      name: 'C',
      heartbeat: { interval: written(interval), timeout: written(timeout) },
      startupWait: written(startupWaitUs),
      partition: named[after.partition.kind],
      ...(after.partition.kind === 'none' ? {} : { fence: written(fenceUs) }),
      servers: after.servers.map(({ name, bootUs }) => ({ name, boot: written(bootUs) })),
      groups: [],
    });
    expect(defined.ok, JSON.stringify(defined)).toBe(true);
    for (const { activateUs, deactivateUs, timeoutUs } of after.groups.flatMap(({ resources }) => resources)) {
      for (const us of [activateUs, deactivateUs, timeoutUs]) {
        expect(Number.isInteger(us) && us >= 0 && us <= DURATION_US_MAX).toBe(true);
      }
      expect(timeoutUs).toBeGreaterThanOrEqual(TIMER_US_MIN);
    }
    expect(Math.abs(timeout - before.heartbeatTimeoutUs * factor)).toBeLessThanOrEqual(2);
    expect(before.fenceUs !== before.heartbeatTimeoutUs || fenceUs === timeout).toBe(true);
  }

  it('reads the durations of links as they are written', () => {
    fc.assert(
      fc.property(spanArb, factorArb, (us, factor) => {
        const delay = written(Math.max(1, us));
        const made = scenario({ ...example, steps: [{ start: 'C' }, { link: { from: 'A', to: 'B', delay } }] });
        const result = scaleScenario(made, factor);
        fc.pre(result.ok);
        const { does } = (result as { value: Scenario }).value.steps[1];
        const action = does.type === 'act' && does.action.type === 'link' ? does.action : undefined;
        expect(parseDuration(action?.delay ?? '')).toBe(Math.max(1, Math.round(Math.max(1, us) * factor)));
      }),
    );
  });
});
