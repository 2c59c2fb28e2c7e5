/**
 * What the TypeScript form of scenarios promises an editor: right ones are taken, wrong ones are errors while they are
 * written. tsc decides; at run time there is nothing to do.
 */
import { describe, expectTypeOf, it } from 'vitest';
import type { ClusterInput, GroupInput, ResourceInput } from '../../src/model/definition.js';
import type { EventCode, GroupStateName, ServerStatusName } from '../../src/model/trace.js';
import type { WorldAction } from '../../src/cluster/actions.js';
import type {
  CheckedScenario,
  EVENT_CODES,
  GROUP_STATES,
  ScenarioInput,
  SERVER_STATUSES,
  StepName,
} from '../../src/scenarios/schema.js';

type Cluster = NonNullable<CheckedScenario['cluster']>;
type Group = NonNullable<Cluster['groups']>[number];
type Resource = NonNullable<Group['resources']>[number];

describe('the schema', () => {
  it('gives the model what it wants, and leaves none of its keys out', () => {
    expectTypeOf<Cluster>().toExtend<ClusterInput>();
    expectTypeOf<keyof Cluster>().toEqualTypeOf<keyof ClusterInput>();
    expectTypeOf<keyof Group>().toEqualTypeOf<keyof GroupInput>();
    expectTypeOf<keyof Resource>().toEqualTypeOf<keyof ResourceInput>();
    expectTypeOf<Resource['type']>().toEqualTypeOf<ResourceInput['type']>();
  });

  it('knows every state, status, event code and action', () => {
    expectTypeOf<(typeof GROUP_STATES)[number]>().toEqualTypeOf<GroupStateName>();
    expectTypeOf<(typeof SERVER_STATUSES)[number]>().toEqualTypeOf<ServerStatusName>();
    expectTypeOf<`ARM_EVENT_${(typeof EVENT_CODES)[number]}`>().toEqualTypeOf<EventCode>();
    type Later = 'inject' | 'call' | 'expect';
    expectTypeOf<Exclude<StepName, Later>>().toEqualTypeOf<Exclude<WorldAction['type'], 'registry'>>();
  });
});

describe('a scenario in TypeScript', () => {
  const cluster: ScenarioInput['cluster'] = {
    name: 'CLUSTER1',
    heartbeat: { interval: '3s' },
    servers: ['ServerA', { name: 'ServerB' }],
    groups: [{ name: 'Group1', servers: ['ServerA', 'ServerB'], failback: 'auto' }],
  };

  it('is taken', () => {
    expectTypeOf({
      name: 'x',
      cluster,
      steps: [
        { start: 'cluster' },
        { at: '60s', crash: 'ServerA', id: 'crash' },
        { at: '2m', expect: { group: 'Group1', state: 'ONLINE' as const, server: 'ServerB', within: '5s' } },
        { at: '2m', expect: { events: ['DOWN' as const], since: 'crash' } },
        { after: '1s', moveGroup: { group: 'Group1', to: 'ServerA' }, refused: true },
      ],
    }).toExtend<ScenarioInput>();
  });

  it('is refused where it is wrong', () => {
    const steps: ScenarioInput['steps'] = [];
    // @ts-expect-error a name is needed
    const nameless: ScenarioInput = { cluster, steps };
    // @ts-expect-error `crsh` is no step
    steps.push({ crsh: 'ServerA' });
    // @ts-expect-error a step needs its name
    steps.push({ at: '60s' });
    // @ts-expect-error durations are text
    steps.push({ at: 60, crash: 'ServerA' });
    // @ts-expect-error a group to move needs a server to go to
    steps.push({ moveGroup: { group: 'Group1' } });
    // @ts-expect-error ONLIN is no state
    steps.push({ expect: { group: 'Group1', state: 'ONLIN' } });
    // @ts-expect-error FAILOVER is no event code
    steps.push({ expect: { events: ['FAILOVER'] } });
    // @ts-expect-error an expectation cannot be refused
    steps.push({ expect: { group: 'Group1', state: 'ONLINE' }, refused: true, crash: 7 });
    // @ts-expect-error `intervall` is no key
    const misspelt: ScenarioInput['cluster'] = { ...cluster, heartbeat: { intervall: '3s' } };
    expectTypeOf(nameless).toEqualTypeOf<ScenarioInput>();
    expectTypeOf(misspelt).not.toBeNever();
  });
});
