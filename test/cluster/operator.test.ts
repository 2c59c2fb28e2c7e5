/**
 * What is refused, with which code, and that a refused action changes nothing but the step's line. The world is one
 * cluster of three servers at rest: G1 on S1, G2 stopped; r1 is a script, line1 a line; a machine that belongs to nobody.
 */
import { describe, expect, it } from 'vitest';
import type { WorldAction } from '../../src/cluster/actions.js';
import type { Backend } from '../../src/cluster/backend.js';
import { openWorld } from '../../src/cluster/open.js';
import type { ClusterInput } from '../../src/model/definition.js';
import { defineCluster } from '../../src/model/define.js';
import type { TraceLine } from '../../src/model/trace.js';
import { pass, restOf } from '../support/play.js';

const input: ClusterInput = {
  name: 'CLUSTER1',
  servers: ['S1', 'S2', 'S3'],
  groups: [
    {
      name: 'G1',
      servers: ['S1', 'S2'],
      resources: [
        { name: 'r1', type: 'script' },
        { name: 'line1', type: 'lsw' },
      ],
    },
    { name: 'G2', servers: ['S2', 'S1'], startup: 'manual' },
    { name: 'G3', servers: ['S3'], startup: 'manual', exclusion: 'absolute' },
    { name: 'G4', servers: ['S1', 'S3'], startup: 'manual', exclusion: 'normal' },
  ],
};

interface World {
  readonly backend: Backend;
  readonly lines: TraceLine[];
}

async function open(): Promise<World> {
  const defined = defineCluster(input);
  if (!defined.ok) throw new Error(JSON.stringify(defined.error));
  const machines = [{ name: 'Lone', ip: '10.9.9.9' }];
  const backend = await openWorld({ clusters: [defined.value], machines, clients: [] }, { seed: 1 });
  const lines: TraceLine[] = [];
  backend.trace((line) => lines.push(line));
  return { backend, lines };
}

async function atRest(before: readonly WorldAction[] = []): Promise<World> {
  const world = await open();
  for (const action of [{ type: 'start', target: 'cluster' } as const, ...before]) {
    const answer = await world.backend.act(action);
    expect({ action, ok: answer.ok }).toEqual({ action, ok: true });
    await restOf(world.backend);
  }
  return world;
}

async function codeOf(backend: Backend, action: WorldAction): Promise<string> {
  const answer = await backend.act(action);
  return answer.ok ? 'taken' : answer.error.code;
}

const move = (group: string, to: string): WorldAction => ({ type: 'moveGroup', group, to });
const createKey: WorldAction = { type: 'registry', on: 'S1', change: { change: 'createKey', key: 'HKEY_USERS\\a' } };

describe('an unknown name is refused', () => {
  it.each<[WorldAction]>([
    [{ type: 'start', target: 'X' }],
    [{ type: 'shutdown', target: 'X' }],
    [{ type: 'crash', server: 'X' }],
    [{ type: 'hang', server: 'X' }],
    [{ type: 'resume', server: 'X' }],
    [{ type: 'restart', server: 'X' }],
    [{ type: 'return', server: 'X' }],
    [{ type: 'maintenance', server: 'X' }],
    [{ type: 'startGroup', group: 'X' }],
    [{ type: 'startGroup', group: 'G2', on: 'X' }],
    [{ type: 'stopGroup', group: 'X' }],
    [move('X', 'S1')],
    [move('G1', 'X')],
    [{ type: 'failGroup', group: 'X' }],
    [{ type: 'failResource', resource: 'X' }],
    [{ type: 'hangResource', resource: 'r1', on: 'X' }],
    [{ type: 'repairResource', resource: 'X' }],
    [{ type: 'switchLine', resource: 'X', to: 'S1' }],
    [{ type: 'switchLine', resource: 'line1', to: 'X' }],
    [{ type: 'partition', sides: [['S1'], ['X']] }],
    [{ type: 'heal', what: [['S1'], ['X']] }],
    [{ type: 'heal', what: { from: 'S1', to: 'X' } }],
    [{ type: 'link', from: 'X', to: 'S1', loss: 1 }],
    [{ type: 'link', from: 'S1', to: 'S2', network: 'X', loss: 1 }],
    [{ ...createKey, on: 'X' }],
  ])('%j', async (action) => {
    const { backend, lines } = await atRest();
    const before = backend.status('CLUSTER1');
    const { length } = lines;
    expect(await codeOf(backend, action)).toBe('UNKNOWN_NAME');
    expect(lines.slice(length)).toHaveLength(1);
    expect(lines.at(-1)).toMatchObject({
      kind: 'step',
      error: expect.stringMatching(/^UNKNOWN_NAME X: there is no/) as string,
    });
    expect(backend.status('CLUSTER1')).toEqual(before);
  });
});

describe('in a cluster at rest is refused', () => {
  it.each<[string, WorldAction]>([
    ['ALREADY_RUNNING', { type: 'start', target: 'cluster' }],
    ['ALREADY_RUNNING', { type: 'start', target: 'S1' }],
    ['ALREADY_RUNNING', { type: 'restart', server: 'S1' }],
    ['NOT_HUNG', { type: 'resume', server: 'S1' }],
    ['ALREADY_MEMBER', { type: 'return', server: 'S1' }],
    ['ALREADY_THERE', { type: 'startGroup', group: 'G1' }],
    ['NOT_LISTED', { type: 'startGroup', group: 'G2', on: 'S3' }],
    ['ALREADY_STOPPED', { type: 'stopGroup', group: 'G2' }],
    ['NOT_ACTIVE', move('G2', 'S1')],
    ['ALREADY_THERE', move('G1', 'S1')],
    ['NOT_LISTED', move('G1', 'S3')],
    ['NOT_ACTIVE', { type: 'failGroup', group: 'G2' }],
    ['NOT_A_LINE', { type: 'switchLine', resource: 'r1', to: 'S2' }],
    ['ALREADY_THERE', { type: 'switchLine', resource: 'line1', to: 'S1' }],
    ['NO_LINK', { type: 'link', from: 'S1', to: 'S1', loss: 1 }],
    ['OUT_OF_RANGE', { type: 'link', from: 'S1', to: 'S2', loss: 2 }],
    ['NOT_FOUND', { type: 'registry', on: 'S1', change: { change: 'deleteKey', key: 'HKEY_USERS\\a' } }],
    ['NO_CLUSTER', { type: 'maintenance', server: 'Lone' }],
  ])('with %s: %j', async (code, action) => {
    const { backend } = await atRest();
    expect(await codeOf(backend, action)).toBe(code);
  });

  it('with EXCLUDED, what would join an absolute group', async () => {
    const { backend } = await atRest([
      { type: 'startGroup', group: 'G3' },
      { type: 'startGroup', group: 'G4' },
    ]);
    expect(await codeOf(backend, move('G4', 'S3'))).toBe('EXCLUDED');
  });
});

describe('of a server', () => {
  it('that is down is refused what needs its power, or its place in the view', async () => {
    const { backend } = await atRest([{ type: 'crash', server: 'S2' }]);
    const refused: [string, WorldAction][] = [
      ['NOT_RUNNING', { type: 'crash', server: 'S2' }],
      ['NOT_RUNNING', { type: 'hang', server: 'S2' }],
      ['NOT_RUNNING', { type: 'resume', server: 'S2' }],
      ['NOT_RUNNING', { type: 'shutdown', target: 'S2' }],
      ['NOT_RUNNING', { type: 'return', server: 'S2' }],
      ['NOT_RUNNING', { ...createKey, on: 'S2' }],
      ['NOT_SYNCHRONIZED', createKey],
      ['NOT_IN_VIEW', { type: 'maintenance', server: 'S2' }],
      ['NOT_IN_VIEW', move('G1', 'S2')],
      ['NOT_IN_VIEW', { type: 'switchLine', resource: 'line1', to: 'S2' }],
    ];
    for (const [code, action] of refused) expect([await codeOf(backend, action), action]).toEqual([code, action]);
    expect(await codeOf(backend, { type: 'start', target: 'S2' })).toBe('taken');
  });

  it('that hangs is refused what it would have to do itself', async () => {
    const { backend } = await atRest();
    await backend.act({ type: 'hang', server: 'S2' });
    expect(await codeOf(backend, { type: 'hang', server: 'S2' })).toBe('ALREADY_HUNG');
    expect(await codeOf(backend, { type: 'shutdown', target: 'S2' })).toBe('NOT_RUNNING');
    expect(await codeOf(backend, { ...createKey, on: 'S2' })).toBe('NOT_RUNNING');
  });

  it('that is on its way out is refused to go again, and so is a whole cluster', async () => {
    const { backend } = await atRest();
    await backend.act({ type: 'shutdown', target: 'S1' });
    expect(await codeOf(backend, { type: 'shutdown', target: 'S1' })).toBe('BUSY');
    expect(await codeOf(backend, { type: 'maintenance', server: 'S1' })).toBe('BUSY');
    expect(await codeOf(backend, { type: 'shutdown', target: 'cluster' })).toBe('taken');
    expect(await codeOf(backend, { type: 'shutdown', target: 'CLUSTER1' })).toBe('BUSY');
    expect(await codeOf(backend, { type: 'startGroup', group: 'G2' })).toBe('BUSY');
  });

  it('off the cluster may be returned; one that runs in it or is down may not', async () => {
    const { backend } = await atRest([{ type: 'maintenance', server: 'S2' }]);
    expect(backend.status('CLUSTER1').servers.S2).toEqual(['OFF_CLUSTER']);
    expect(await codeOf(backend, { type: 'return', server: 'S2' })).toBe('taken');
    await restOf(backend);
    expect(backend.status('CLUSTER1').servers.S2).toEqual(['CLUSTER']);
  });
});

describe('a group in the middle of an operation', () => {
  it('takes no other order, but a fault', async () => {
    const { backend } = await atRest();
    await backend.act(move('G1', 'S2'));
    for (const action of [
      move('G1', 'S1'),
      { type: 'stopGroup', group: 'G1' },
      { type: 'startGroup', group: 'G1' },
    ] as const)
      expect([action, await codeOf(backend, action)]).toEqual([action, 'BUSY']);
  });
});

describe('with no cluster running', () => {
  it('commands are refused for want of a member', async () => {
    const { backend } = await open();
    expect(await codeOf(backend, { type: 'startGroup', group: 'G1' })).toBe('NO_MEMBER');
    expect(await codeOf(backend, { type: 'shutdown', target: 'cluster' })).toBe('NO_MEMBER');
    expect(await codeOf(backend, { type: 'return', server: 'S1' })).toBe('NOT_RUNNING');
  });

  it('a server that waits for the others can be shut down, and cannot be returned', async () => {
    const { backend } = await open();
    await backend.act({ type: 'start', target: 'S1' });
    await pass(backend, 1_000_000);
    expect(await codeOf(backend, { type: 'return', server: 'S1' })).toBe('NOT_OFF_CLUSTER');
    expect(await codeOf(backend, { type: 'shutdown', target: 'S1' })).toBe('taken');
    await restOf(backend);
    expect(backend.status('CLUSTER1').servers.S1).toEqual(['STOPPED']);
  });
});

describe("a command's fate", () => {
  it('is told as a warning where the server it was put before is lost before it is ordered', async () => {
    const { backend, lines } = await atRest();
    await backend.act({ type: 'hang', server: 'S1' });
    await pass(backend, 1000);
    await backend.act(createKeyOn('S2'));
    await backend.act({ type: 'crash', server: 'S2' });
    expect(lines.at(-1)).toMatchObject({
      kind: 'warning',
      text: expect.stringContaining('S2, which is gone') as string,
    });
  });

  it('that is refused only later is told as a warning too', async () => {
    const { backend, lines } = await atRest();
    await backend.act({ type: 'crash', server: 'S3' });
    expect(await codeOf(backend, createKeyOn('S2'))).toBe('taken');
    await backend.act({ type: 'restart', server: 'S3' });
    await restOf(backend);
    const texts = lines.flatMap((line) => (line.kind === 'warning' ? [line.text] : []));
    expect(texts.filter((text) => text.includes('was refused'))).toHaveLength(0);
    expect(
      await codeOf(backend, { type: 'registry', on: 'S2', change: { change: 'deleteKey', key: 'HKEY_USERS\\b' } }),
    ).toBe('taken');
    await restOf(backend);
    expect(lines.at(-1)).toMatchObject({
      kind: 'warning',
      text: expect.stringMatching(/registry .* was refused/) as string,
    });
  });
});

function createKeyOn(on: string): WorldAction {
  return { ...createKey, on } as WorldAction;
}
