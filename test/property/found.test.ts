/**
 * Counterexamples that the properties have found, shrunk, and named for what was wrong. Each must come to rest in order:
 * invariants, statuses and agreement (support/rest.ts), and events along every line of views (support/branches.ts).
 */
import { describe, expect, it } from 'vitest';
import type { WorldAction } from '../../src/cluster/actions.js';
import { viewKey } from '../../src/failover/state.js';
import type { ClusterInput, GroupInput } from '../../src/model/definition.js';
import { parseDuration } from '../../src/model/time.js';
import type { TraceLine } from '../../src/model/trace.js';
import { Branches } from '../support/branches.js';
import { lookOn } from '../support/engines.js';
import { eventsOf, eventText, membersOf, play } from '../support/play.js';
import { expectRest } from '../support/rest.js';
import { Run, type Step } from '../support/runs.js';

type Found = Omit<Partial<ClusterInput>, 'servers'> & {
  readonly servers: ClusterInput['servers'];
  readonly steps: readonly (readonly [at: string, action: WorldAction])[];
};

const at = (time: string): number => parseDuration(time)!;
const start = ['0s', { type: 'start', target: 'cluster' }] as const;

/** A group without anything that takes time. */
const group = (...servers: string[]): GroupInput => ({ name: 'G1', servers });
/** The same with a script that takes none. */
const withScript = (...servers: string[]): GroupInput => ({
  ...group(...servers),
  resources: [{ name: 'r1', type: 'script', activate: '0s', deactivate: '0s', timeout: '4s' }],
});

async function linesOf({ steps, ...cluster }: Found): Promise<readonly TraceLine[]> {
  const timing = { heartbeat: { interval: '3s', timeout: '9s' }, startupWait: '5s', faultLimit: 0 };
  const schedule = steps.map(([time, action]): Step => ({ atUs: at(time), action }));
  const run = new Run(0, { name: 'CLUSTER1', ...timing, ...cluster }, schedule);
  const branches = new Branches();
  let resting: string[] = [];
  const { lines } = await lookOn({ effect: branches.effect }, () =>
    play(run, {
      atRest: (backend) => {
        resting = membersOf(backend).map(({ engine }) => viewKey(engine.state.view));
        expectRest(backend, run);
      },
    }),
  );
  expect(branches.wrongEvents(lines, resting)).toEqual([]);
  return lines;
}

async function comesToRest(found: Found): Promise<void> {
  await linesOf(found);
}

const ids = (lines: readonly TraceLine[]): number[] => eventsOf(lines).map(({ id }) => id);
const crash = (server: string): WorldAction => ({ type: 'crash', server });
const hang = (server: string): WorldAction => ({ type: 'hang', server });
const cut = (...sides: string[][]): WorldAction => ({ type: 'partition', sides });

describe('a run comes to rest in order', () => {
  it('where the last member goes into maintenance at the instant when the other is found dead', () =>
    comesToRest({
      servers: ['S1', 'S2'],
      steps: [start, ['1m', crash('S1')], ['1m', { type: 'maintenance', server: 'S2' }]],
    }));

  it('where the coordinator leaves for maintenance', () =>
    comesToRest({ servers: ['S1', 'S2'], steps: [start, ['1m', { type: 'maintenance', server: 'S1' }]] }));

  it('where a coordinator is shut down and comes back before it has heard the END of what it started', () =>
    comesToRest({
      servers: ['S1', 'S2'],
      groups: [group('S1', 'S2')],
      steps: [start, ['1m', { type: 'shutdown', target: 'S1' }], ['2m', { type: 'restart', server: 'S1' }]],
    }));

  it('where a group that gives up makes room for one that wants the server for itself', () =>
    comesToRest({
      faultLimit: 1,
      servers: ['S1'],
      groups: [
        { name: 'G1', servers: ['S1'], exclusion: 'normal' },
        { name: 'G2', servers: ['S1'], exclusion: 'absolute' },
      ],
      steps: [start, ['1m', { type: 'failGroup', group: 'G1' }]],
    }));

  it('where a cluster forms anew in the middle of a failover', () =>
    comesToRest({
      partition: 'majority',
      fence: '1s',
      faultLimit: 1,
      servers: ['S1', 'S2'],
      groups: [withScript('S1', 'S2')],
      steps: [
        start,
        ['1m', { type: 'hangResource', resource: 'r1' }],
        ['2m', { type: 'failResource', resource: 'r1', on: 'S1' }],
        ['2m1s', hang('S1')],
        ['3m1s', start[1]],
      ],
    }));

  it('where a coordinator gives up its groups and its peers still take it for a member', () =>
    comesToRest({
      heartbeat: { interval: '1s', timeout: '3s' },
      autoReturn: false,
      partition: 'majority',
      fence: '1s',
      servers: ['S1', 'S2', 'S3'],
      groups: [withScript('S1')],
      steps: [start, ['4s', hang('S1')], ['6s', { type: 'resume', server: 'S1' }]],
    }));

  it('where a member hangs before its first heartbeat as a member: its watchdog runs', () =>
    comesToRest({
      partition: 'majority',
      fence: '1s',
      servers: ['S1', 'S2', { name: 'S3', boot: '7s' }, 'S4'],
      groups: [{ ...group('S3', 'S1'), failback: 'auto' }],
      steps: [start, ['11.501s', hang('S3')], ['1m11.501s', { type: 'failGroup', group: 'G1' }]],
    }));

  it('where a server takes over a group whose resource has failed in the other branch: it is still failed', () =>
    comesToRest({
      servers: ['S1', 'S2'],
      groups: [withScript('S2')],
      steps: [start, ['1m', cut(['S2'], ['S1'])], ['2m', { type: 'failResource', resource: 'r1', on: 'S2' }]],
    }));

  it('where the whole cluster is shut down at the instant when the branches meet', () =>
    comesToRest({
      autoReturn: false,
      servers: ['S1', 'S2', 'S3', 'S4'],
      steps: [
        start,
        ['10s', { type: 'maintenance', server: 'S4' }],
        ['25.5s', cut(['S3'], ['S1', 'S2', 'S4'])],
        ['1m25.5s', { type: 'shutdown', target: 'cluster' }],
      ],
    }));

  it.each(['majority', 'none'] as const)(
    'where a cut moves before anybody has noticed it, partition %s',
    async (partition) => {
      await comesToRest({
        partition,
        servers: ['S1', 'S2', 'S3', 'S4'],
        steps: [start, ['0s', cut(['S2', 'S3'], ['S1', 'S4'])], ['12s', cut(['S2', 'S3', 'S4'], ['S1'])]],
      });
    },
  );

  it('where a witness is asked by those who are left, one of whom hung', () =>
    comesToRest({
      heartbeat: { interval: '1s', timeout: '4s' },
      partition: { ping: 'Witness' },
      fence: '1s',
      servers: ['S1', 'S2', 'S3', 'S4'],
      steps: [start, ['1m', hang('S2')], ['1m3s', crash('S1')]],
    }));
});

describe('what is shown is true', () => {
  it('of servers that wait for a view while the last member goes: no flag of a group that runs nowhere', () =>
    comesToRest({
      partition: { ping: 'Witness' },
      fence: '1s',
      servers: ['S1', 'S2', 'S3', 'S4'],
      groups: [group('S2', 'S1')],
      steps: [start, ['1s', cut(['S1', 'Witness'], ['S2', 'S3', 'S4'])], ['1m1s', crash('S1')]],
    }));

  it('of a newcomer that coordinates a view whose members still have older events to tell', () =>
    comesToRest({
      partition: 'majority',
      fence: '1s',
      servers: ['S1', 'S2', 'S3'],
      steps: [
        start,
        ['1m', cut(['S2', 'S3'], ['S1'])],
        ['1m', cut(['S1', 'S3'], ['S2'])],
        ['1m12s', cut(['S2', 'S3'], ['S1'])],
      ],
    }));
});

describe('events', () => {
  it('of a server that hung are none when it comes back and finds itself left behind', async () => {
    const lines = await linesOf({
      autoReturn: false,
      servers: ['S1', 'S2'],
      steps: [start, ['1m', hang('S2')], ['2m', { type: 'resume', server: 'S2' }]],
    });
    expect(eventsOf(lines).map(eventText)).toEqual(['DOWN S2']);
  });

  it('of a server that hung as it booted are none of a cluster of its own', async () => {
    const lines = await linesOf({
      startupWait: '11s',
      servers: ['S1', { name: 'S2', boot: '10s' }, 'S3'],
      groups: [group('S1')],
      steps: [start, ['10s', hang('S2')], ['1m10s', { type: 'resume', server: 'S2' }]],
    });
    expect(ids(lines)).toEqual([1, 2, 3, 4]);
  });

  it('of a server that hung from its first moment are none of a cluster of its own', async () => {
    const lines = await linesOf({
      autoReturn: false,
      servers: ['S1', 'S2', 'S3'],
      groups: [group('S3', 'S1')],
      steps: [start, ['0s', hang('S3')], ['1m', { type: 'failGroup', group: 'G1' }]],
    });
    expect(ids(lines)).toEqual(ids(lines).map((_, index) => index + 1));
  });
});

describe('a cluster shutdown', () => {
  it('takes all servers down at once, the coordinator no sooner than it has told the others', async () => {
    const lines = await linesOf({
      servers: ['S1', 'S2', 'S3'],
      steps: [start, ['10s', { type: 'shutdown', target: 'cluster' }]],
    });
    const stopped = lines.filter(
      (line) => line.kind === 'server' && line.t > at('10s') && line.status[0] === 'STOPPED',
    );
    expect(stopped.map(({ t }) => t < at('10.01s'))).toEqual([true, true, true]);
  });
});
