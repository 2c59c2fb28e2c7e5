/**
 * The registries as applications see them, on every backend: changes on all servers or on none, reads in one order with
 * them, and the keys of a group, which go where the group goes.
 */
import { describe, expect, it } from 'vitest';
import { openWorld } from '../../src/cluster/open.js';
import type { ClusterInput } from '../../src/model/definition.js';
import type { RegistryEdit } from '../../src/model/registry.js';
import { G1, KINDS, LONG, patient, started, trio, type World } from './worlds.js';

const APP = 'HKEY_LOCAL_MACHINE\\SOFTWARE\\App';
const SUB = `${APP}\\Sub`;
const keyed: ClusterInput = { ...trio, groups: [{ ...G1, registryKeys: [APP] }] };

const create = (key: string): RegistryEdit => ({ change: 'createKey', key });
const set = (key: string, name: string, hex: string): RegistryEdit => ({ change: 'setValue', key, name, type: 3, hex });

/** What becomes of a change that is put before a server, as a code; `done` where it was carried out. */
async function outcome({ cluster }: World, server: string, edit: RegistryEdit): Promise<string> {
  let code: string | undefined;
  const answer = cluster.backend
    .registryOf(server)
    .synchronise(edit)
    .then((refusal) => (code = refusal?.code ?? 'done'));
  await cluster.until('quiet', LONG);
  // By then it has its answer; that it is heard of takes a turn.
  await answer;
  return code!;
}

function valuesOf({ cluster }: World, server: string, key: string): string[] | undefined {
  return cluster.backend
    .registryOf(server)
    .peek(key)
    ?.values.map(({ name, hex }) => `${name}=${hex}`);
}

describe.each(KINDS)('%s, a synchronised change', (kind) => {
  it('is on all servers, and survives the loss of all their power', async () => {
    const world = await started(kind);
    const { cluster } = world;
    expect(await outcome(world, 'S2', create(APP))).toBe('done');
    expect(await outcome(world, 'S3', set(APP, 'v', '0102'))).toBe('done');
    for (const server of ['S1', 'S2', 'S3']) {
      expect(valuesOf(world, server, APP.toLowerCase())).toEqual(['v=0102']);
      expect(await cluster.backend.registryOf(server).read(APP)).toEqual(cluster.backend.registryOf(server).peek(APP));
    }
    for (const server of ['S1', 'S2', 'S3']) await cluster.crash(server);
    expect(valuesOf(world, 'S2', APP)).toEqual(['v=0102']);
    await cluster.start();
    await cluster.until((seen) => seen.view?.members.length === 3, LONG);
    expect(await outcome(world, 'S1', set(APP, 'w', ''))).toBe('done');
    for (const server of ['S1', 'S2', 'S3']) expect(valuesOf(world, server, APP)).toEqual(['v=0102', 'w=']);
    expect(world.warnings()).toEqual([]);
  });

  it('is refused with its reason, and then it is nowhere', async () => {
    const world = await started(kind);
    const { cluster } = world;
    expect(await outcome(world, 'S2', create(SUB))).toBe('done');
    expect(await outcome(world, 'S2', { change: 'deleteKey', key: APP })).toBe('HAS_SUBKEYS');
    expect(await outcome(world, 'S1', set('HKEY_USERS\\none', 'v', ''))).toBe('NOT_FOUND');
    await cluster.crash('S3');
    expect(await outcome(world, 'S3', create(APP))).toBe('NOT_RUNNING');
    await cluster.until((seen) => seen.view?.members.length === 2, LONG);
    expect(await outcome(world, 'S2', create('HKEY_USERS\\more'))).toBe('NOT_SYNCHRONIZED');
    expect(['S1', 'S2', 'S3'].map((server) => valuesOf(world, server, 'HKEY_USERS\\more'))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(world.warnings()).toEqual([]);
  });

  it('of a server that is off the cluster is refused; reads there come at once', async () => {
    const world = await started(kind);
    const { cluster } = world;
    expect(await outcome(world, 'S1', create(APP))).toBe('done');
    await cluster.maintenance('S3');
    await cluster.until({ server: 'S3', status: ['OFF_CLUSTER'] }, LONG);
    await cluster.until('quiet', LONG);
    expect(await outcome(world, 'S3', create(SUB))).toBe('NOT_IN_VIEW');
    expect((await cluster.backend.registryOf('S3').read(APP))?.path).toBe(APP);
  });

  it('of a server that loses its power before it has an answer is answered all the same', async () => {
    const world = await started(kind, { ...trio, heartbeat: patient });
    const { cluster } = world;
    await cluster.partition(['S1'], ['S2', 'S3']);
    const answer = cluster.backend.registryOf('S2').synchronise(create(APP));
    await cluster.crash('S2');
    expect(await answer).toMatchObject({ code: 'SERVER_GONE', where: 'S2' });
  });

  it('that a server holds is not read there before all hold it', async () => {
    const world = await started(kind, { ...trio, heartbeat: patient });
    const { cluster } = world;
    await cluster.partition(['S1', 'S2'], ['S3']);
    const registry = cluster.backend.registryOf('S1');
    const answer = registry.synchronise(create(APP));
    let found: string | undefined = 'nothing yet';
    const reading = registry.read(APP).then((key) => (found = key?.path));
    await cluster.advance('50ms');
    expect([found, registry.peek(APP)]).toEqual(['nothing yet', undefined]);
    await cluster.heal();
    await cluster.until('quiet', LONG);
    expect([await answer, await reading]).toEqual([undefined, APP]);
  });
});

describe.each(KINDS)('%s, the registry keys of a group', (kind) => {
  it('go where the group is moved, and only they', async () => {
    const world = await started(kind, keyed);
    const { cluster } = world;
    const [s1, s2] = ['S1', 'S2'].map((server) => cluster.backend.registryOf(server));
    for (const edit of [create('HKEY_USERS\\own'), create(SUB), set(SUB, 'v', '01')])
      expect(s1.writeLocally(edit)).toBeUndefined();
    expect(s2.writeLocally(create(`${APP}\\Old`))).toBeUndefined();
    expect(s1.writeLocally({ change: 'deleteKey', key: APP })?.code).toBe('HAS_SUBKEYS');
    expect(s2.peek(SUB)).toBeUndefined();
    await cluster.moveGroup('G1', 'S2');
    await cluster.until({ group: 'G1', state: 'ONLINE', server: 'S2' }, LONG);
    expect(valuesOf(world, 'S2', SUB)).toEqual(['v=01']);
    expect([s2.keys(APP), s2.peek('HKEY_USERS\\own')]).toEqual([['Sub'], undefined]);
    expect(s2.writeLocally(set(SUB, 'v', '02'))).toBeUndefined();
    await cluster.moveGroup('G1', 'S1');
    await cluster.until({ group: 'G1', state: 'ONLINE', server: 'S1' }, LONG);
    expect(valuesOf(world, 'S1', SUB)).toEqual(['v=02']);
  });

  it('go over from a server that has crashed, as the others held them', async () => {
    const world = await started(kind, keyed);
    const { cluster } = world;
    const registry = cluster.backend.registryOf('S1');
    for (const edit of [create(APP), set(APP, 'v', '01')]) expect(registry.writeLocally(edit)).toBeUndefined();
    await cluster.until('quiet', LONG);
    await cluster.crash('S1');
    expect(registry.writeLocally(set(APP, 'v', '02'))).toBeUndefined();
    await cluster.until({ group: 'G1', state: 'ONLINE', server: 'S2' }, LONG);
    expect(valuesOf(world, 'S2', APP)).toEqual(['v=01']);
  });

  it('are known after the loss of all power, where the group comes up on another server', async () => {
    const world = await started(kind, { ...keyed, startupWait: '1s' });
    const { cluster } = world;
    const registry = cluster.backend.registryOf('S1');
    for (const edit of [create(APP), set(APP, 'v', '01')]) expect(registry.writeLocally(edit)).toBeUndefined();
    await cluster.until('quiet', LONG);
    for (const server of ['S1', 'S2', 'S3']) await cluster.crash(server);
    for (const server of ['S2', 'S3']) await cluster.restart(server);
    await cluster.until({ group: 'G1', state: 'ONLINE', server: 'S2' }, LONG);
    expect(valuesOf(world, 'S2', APP)).toEqual(['v=01']);
  });
});

describe('a machine in no cluster', () => {
  it('has a registry of its own, and nobody to synchronise it with', async () => {
    const machines = [{ name: 'Lone', ip: '10.9.9.9' }];
    const backend = await openWorld({ clusters: [], machines, clients: [] }, { seed: 1 });
    const registry = backend.registryOf('Lone');
    expect(registry.writeLocally(create(APP))).toBeUndefined();
    expect([registry.peek(APP)?.path, (await registry.read(APP))?.path]).toEqual([APP, APP]);
    expect((await registry.synchronise(create(SUB)))?.code).toBe('NO_CLUSTER');
    expect(() => backend.registryOf('Nobody')).toThrow('There is no machine Nobody with a registry.');
    await backend.close();
  });
});
