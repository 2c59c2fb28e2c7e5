/**
 * From what each server lets out to what the trace says: each outcome once on each branch, by whoever lets it out first;
 * views once; statuses of the view named last, and only where they differ.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ClusterTracer } from '../../src/cluster/tracer.js';
import type { ViewId } from '../../src/failover/frames.js';
import type { Outcome, OutcomeLine } from '../../src/failover/log/entries.js';
import { defineCluster } from '../../src/model/define.js';
import { micros } from '../../src/model/time.js';
import type { TraceBody } from '../../src/model/trace.js';
import { define } from '../support/beats.js';

const definition = define({
  servers: 3,
  groups: [{ name: 'G1', servers: ['S1', 'S2'], resources: [{ name: 'r1', type: 'script' }] }],
});

const NO_VIEW: ViewId = { epoch: 0, coordinator: -1 };
const view = (epoch: number, coordinator = 0): ViewId => ({ epoch, coordinator });
const event = (id: number): OutcomeLine => ({
  kind: 'event',
  id,
  code: 'ARM_EVENT_DOWN',
  source: 'S3',
  src: '',
  dst: '',
});

function outcome(index: number, ordered: ViewId, lines: OutcomeLine[] = [event(index)]): Outcome {
  return { index, ...ordered, lines, orders: [], answers: [], powerOff: 0, merge: false, persist: false };
}

function tracer(): { tracer: ClusterTracer; lines: TraceBody[] } {
  const lines: TraceBody[] = [];
  return { tracer: new ClusterTracer(definition, (body) => lines.push(body)), lines };
}

const told = (lines: readonly TraceBody[]): string[] =>
  lines.map((line) => {
    if (line.kind === 'event') return `${line.id}@${line.epoch}.${line.coordinator}`;
    if (line.kind === 'view') return `view ${line.epoch} ${line.members.join()}`;
    return JSON.stringify(line);
  });

describe('a view', () => {
  it('is named once, when the first server is in it', () => {
    const { tracer: it, lines } = tracer();
    for (let server = 0; server < 3; server += 1) it.installed(view(1), 0b101, NO_VIEW);
    expect(lines).toEqual([{ kind: 'view', cluster: 'CLUSTER1', epoch: 1, coordinator: 'S1', members: ['S1', 'S3'] }]);
  });
});

describe('an outcome', () => {
  it('is told once, however many members let it out, in their view or one that follows', () => {
    const { tracer: it, lines } = tracer();
    it.installed(view(1), 0b111, NO_VIEW);
    it.released(outcome(1, view(1)), view(1));
    it.released(outcome(1, view(1)), view(1));
    it.installed(view(2), 0b011, view(1));
    it.installed(view(3), 0b001, view(2));
    it.released(outcome(1, view(1)), view(2));
    it.released(outcome(1, view(1)), view(3));
    expect(told(lines)).toEqual(['view 1 S1,S2,S3', '1@1.S1', 'view 2 S1,S2', 'view 3 S1']);
  });

  it('is not told again by a server that was away while it was told in a later view', () => {
    const { tracer: it, lines } = tracer();
    it.installed(view(1), 0b111, NO_VIEW);
    it.installed(view(2, 1), 0b110, view(1));
    it.released(outcome(1, view(1)), view(2, 1));
    it.released(outcome(1, view(1)), view(1));
    expect(told(lines).slice(2)).toEqual(['1@2.S2']);
  });

  it('that two sides hold in common is told on both, if neither had told it before they parted', () => {
    const { tracer: it, lines } = tracer();
    it.installed(view(1), 0b111, NO_VIEW);
    it.installed(view(2, 0), 0b001, view(1));
    it.installed(view(2, 1), 0b110, view(1));
    it.released(outcome(1, view(1)), view(2, 0));
    it.released(outcome(1, view(1)), view(2, 1));
    it.released(outcome(1, view(1)), view(2, 1));
    expect(told(lines).slice(3)).toEqual(['1@2.S1', '1@2.S2']);
  });

  it('is told once on every line of views, whatever views there are and whoever lets it out', () => {
    const viewsArb = fc.array(fc.nat(6), { minLength: 1, maxLength: 7 });
    const letOutArb = fc.array(fc.record({ outcome: fc.nat(6), by: fc.nat(6) }), { maxLength: 40 });
    fc.assert(
      fc.property(viewsArb, letOutArb, (parents, letOut) => {
        const { tracer: it, lines } = tracer();
        // View n follows an earlier one; its first outcome is n.
        const parentOf = parents.map((parent, index) => (index === 0 ? -1 : parent % index));
        const chainOf = (at: number): number[] => (at < 0 ? [] : [...chainOf(parentOf[at]), at]);
        parentOf.forEach((parent, index) => it.installed(view(index + 1), 1, parent < 0 ? NO_VIEW : view(parent + 1)));
        const letOutBy = new Set<string>();
        for (const { outcome: which, by } of letOut) {
          const [index, at] = [which % parents.length, by % parents.length];
          if (!chainOf(at).includes(index)) continue;
          it.released(outcome(index, view(index + 1)), view(at + 1));
          letOutBy.add(`${index} ${at}`);
        }
        const shown = lines.flatMap((line) => (line.kind === 'event' ? [{ id: line.id, at: line.epoch - 1 }] : []));
        for (const at of parentOf.keys()) {
          const chain = chainOf(at);
          for (const index of parentOf.keys()) {
            const here = shown.filter((line) => line.id === index && chain.includes(line.at));
            expect(here.length).toBeLessThanOrEqual(1);
            if (letOutBy.has(`${index} ${at}`) && !parentOf.includes(at)) expect(here).toHaveLength(1);
          }
        }
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});

describe('statuses', () => {
  const server = (status: 'CLUSTER' | 'DOWN'): OutcomeLine => ({ kind: 'server', server: 0, status: [status] });
  const group: OutcomeLine = { kind: 'group', group: 0, state: 'ONLINE', server: 1 };
  const resource: OutcomeLine = { kind: 'resource', group: 0, resource: 0, state: 'ONLINE', server: 1 };

  it('are told where they differ from what was told last', () => {
    const { tracer: it, lines } = tracer();
    it.installed(view(1), 0b111, NO_VIEW);
    it.released(outcome(1, view(1), [server('CLUSTER'), group, resource]), view(1));
    it.released(outcome(2, view(1), [server('CLUSTER'), group, resource]), view(1));
    it.released(outcome(3, view(1), [{ ...group, state: 'OFFLINE' }]), view(1));
    expect(lines.slice(1)).toEqual([
      { kind: 'server', cluster: 'CLUSTER1', server: 'S1', status: ['CLUSTER'] },
      { kind: 'group', cluster: 'CLUSTER1', group: 'G1', state: 'ONLINE', server: 'S2' },
      { kind: 'resource', cluster: 'CLUSTER1', resource: 'r1', state: 'ONLINE', server: 'S2' },
      { kind: 'group', cluster: 'CLUSTER1', group: 'G1', state: 'OFFLINE', server: '' },
    ]);
  });

  it('are those of the view named last; events are told of all', () => {
    const { tracer: it, lines } = tracer();
    it.installed(view(1, 0), 0b001, NO_VIEW);
    it.installed(view(1, 1), 0b110, NO_VIEW);
    it.released(outcome(1, view(1, 0), [server('DOWN'), event(1)]), view(1, 0));
    expect(told(lines).slice(2)).toEqual(['1@1.S1']);
    it.released(outcome(1, view(1, 1), [server('DOWN'), event(1)]), view(1, 1));
    expect(told(lines).slice(3)).toEqual([
      '{"kind":"server","cluster":"CLUSTER1","server":"S1","status":["DOWN"]}',
      '1@1.S2',
    ]);
  });

  it('of another view are followed when the one named last is gone, and the true ones when none is left', () => {
    const { tracer: it, lines } = tracer();
    it.installed(view(1, 0), 0b001, NO_VIEW);
    it.installed(view(1, 1), 0b110, NO_VIEW);
    it.follow(view(1, 0), [server('CLUSTER')]);
    expect(it.snapshot(micros(5)).view).toEqual({ epoch: 1, coordinator: 'S1', members: ['S1'] });
    it.follow(undefined, [server('DOWN')]);
    const seen = it.snapshot(micros(5));
    expect(seen.view).toBeUndefined();
    expect(seen.servers).toEqual({ S1: ['DOWN'], S2: ['STOPPED'], S3: ['STOPPED'] });
    expect(told(lines).slice(2)).toHaveLength(2);
  });

  it('in a snapshot are safe to keep: later changes leave it as it was', () => {
    const { tracer: it } = tracer();
    it.installed(view(1), 0b111, NO_VIEW);
    const before = it.snapshot(micros(0));
    it.released(outcome(1, view(1), [server('CLUSTER'), group, resource]), view(1));
    expect(before).toEqual({
      cluster: 'CLUSTER1',
      at: 0,
      view: { epoch: 1, coordinator: 'S1', members: ['S1', 'S2', 'S3'] },
      servers: { S1: ['STOPPED'], S2: ['STOPPED'], S3: ['STOPPED'] },
      groups: { G1: { state: 'OFFLINE', server: '' } },
      resources: { r1: { state: 'OFFLINE', server: '' } },
    });
  });

  it('in a snapshot change nothing where whoever was given them changes them', () => {
    const { tracer: it } = tracer();
    it.installed(view(1), 0b111, NO_VIEW);
    it.released(outcome(1, view(1), [server('CLUSTER'), group, resource]), view(1));
    const { servers, groups, resources } = it.snapshot(micros(0));
    const copy = structuredClone({ servers, groups, resources });
    for (const statuses of [servers, groups, resources] as Record<string, object>[]) {
      for (const [name, status] of Object.entries(statuses)) {
        expect(Object.isFrozen(status)).toBe(true);
        delete statuses[name];
      }
    }
    expect(it.snapshot(micros(0))).toMatchObject(copy);
  });

  it('are those of the right one whatever its name is', () => {
    const groups = [{ name: 'constructor', servers: ['__proto__'] }];
    const strange = defineCluster({ name: 'CLUSTER1', servers: ['__proto__', 'toString'], groups });
    if (!strange.ok) throw new Error(JSON.stringify(strange.error));
    const it = new ClusterTracer(strange.value, () => undefined);
    it.installed(view(1), 0b11, NO_VIEW);
    it.released(outcome(1, view(1), [server('CLUSTER'), group]), view(1));
    const seen = it.snapshot(micros(0));
    expect(Object.entries(seen.servers)).toEqual([
      ['__proto__', ['CLUSTER']],
      ['toString', ['STOPPED']],
    ]);
    expect(Object.entries(seen.groups)).toEqual([['constructor', { state: 'ONLINE', server: 'toString' }]]);
  });
});
