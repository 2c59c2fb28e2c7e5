/**
 * The failover that a server's thread rehearses: it takes place in each kind of cluster, and it comes to an end.
 */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Engine } from '../../src/failover/engine.js';
import { defineCluster } from '../../src/model/define.js';
import type { ClusterDefinition, ClusterInput } from '../../src/model/definition.js';
import { rehearse } from '../../src/node/realtime/rehearsal.js';

afterEach(() => vi.restoreAllMocks());

function clusterOf(input: Partial<ClusterInput>): ClusterDefinition {
  const group = { name: 'G1', servers: ['S1', 'S2'], resources: [{ name: 'script1', type: 'script' as const }] };
  const defined = defineCluster({ name: 'C', servers: ['S1', 'S2'], groups: [group], ...input });
  if (!defined.ok) throw new Error(JSON.stringify(defined.error));
  return defined.value;
}

/** Goes through it; answers in how many steps, and the views and the groups' places that came of it, each once. */
function seen(definition: ClusterDefinition): { steps: number; views: string[]; online: string[] } {
  const [views, online] = [new Set<string>(), new Set<string>()];
  const step = Engine.prototype.step;
  vi.spyOn(Engine.prototype, 'step').mockImplementation(function (this: Engine, input, out) {
    step.call(this, input, {
      ...out,
      installed: (...args) => {
        views.add(args[1].toString(2).padStart(3, '0'));
        out.installed(...args);
      },
      released: (outcome, view) => {
        for (const line of outcome.lines)
          if (line.kind === 'group' && line.state === 'ONLINE') online.add(`${line.group} on ${line.server}`);
        out.released(outcome, view);
      },
    });
  });
  const steps = [...rehearse(definition)].length;
  return { steps, views: [...views], online: [...online] };
}

const ALL = ['111', '101', '011', '110'];
const EVERYWHERE = ['0 on 0', '1 on 1', '2 on 2', '1 on 2', '2 on 0', '0 on 1'];

const KINDS: Record<string, Partial<ClusterInput>> = {
  'nothing special': {},
  'a majority to win': { partition: 'majority', fence: '1h' },
  'a witness': { partition: { ping: 'router' } },
  'returns by hand': { autoReturn: false },
  'no fault forgiven': { faultLimit: 0 },
  '16 servers': { servers: Array.from({ length: 16 }, (_, index) => `S${index + 1}`) },
  'a heartbeat every millisecond': { heartbeat: { interval: '1ms', timeout: '20ms' } },
  'an hour to wait for all': { startupWait: '1h' },
  'groups one after the other': { parallelGroups: 1 },
  'the lite edition': { edition: 'lite', errata: 'printed' },
  'a group without resources': { groups: [{ name: 'G1', servers: ['S1'] }] },
  'a group of 64 resources': {
    groups: [
      {
        name: 'G1',
        servers: ['S1'],
        resources: Array.from({ length: 64 }, (_, index) => {
          return { name: `r${index}`, type: 'script', onFailure: 'failover', timeout: '1ms' };
        }),
      },
    ],
  },
  'a group by itself, with registry keys': {
    groups: [
      { name: 'G1', servers: ['S1'], exclusion: 'absolute', registryKeys: ['HKEY_LOCAL_MACHINE\\SOFTWARE\\ONE'] },
    ],
  },
};

describe('a rehearsal', () => {
  it.each(Object.keys(KINDS))('of a cluster with %s loses each server and takes it back', (kind) => {
    const { steps, views, online } = seen(clusterOf(KINDS[kind]));
    expect(views.toSorted()).toEqual(ALL.toSorted());
    // Who forgives no fault does not fail over.
    if (KINDS[kind].faultLimit !== 0) expect(online.toSorted()).toEqual(EVERYWHERE.toSorted());
    expect(steps).toBeGreaterThan(50);
    expect(steps).toBeLessThan(400);
  });

  it('of a cluster whose group does nothing by itself moves groups all the same', () => {
    const byHand = { startup: 'manual', failover: 'manual', failback: 'manual' } as const;
    const group = { name: 'G1', servers: ['S2'], ...byHand };
    const { online } = seen(clusterOf({ groups: [group] }));
    expect(online.toSorted()).toEqual(EVERYWHERE.toSorted());
  });

  it('of a cluster without groups loses its servers', () => {
    expect(seen(clusterOf({ groups: [] })).views.toSorted()).toEqual(ALL.toSorted());
  });
});
