/**
 * Every method's answer follows the cluster: it is asked, something changes, it is asked again. The last test finds
 * methods that no test here has called.
 */
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { inProgram, scene, type Caller, type Scene } from '../../support/clusapi-scene.js';

type Answer = Readonly<Record<string, unknown>>;

const called = new Set<string>();
let there: Scene;
let call: Caller;
const scenes: Scene[] = [];

beforeEach(async () => {
  there = await scene();
  scenes.push(there);
  const plain = inProgram(there);
  call = (name, values) => {
    called.add(`Api${name}`);
    return plain(name, values);
  };
});

afterAll(async () => {
  for (const each of scenes) {
    each.api.close();
    await each.cluster.close();
  }
});

async function open(kind: string, name: string): Promise<unknown> {
  const parameter = kind === 'NetInterface' ? 'lpszNetInterfaceName' : `lpsz${kind}Name`;
  const { returns, Status = 0 } = await call(`Open${kind}`, { [parameter]: name });
  expect(Status).toBe(0);
  return returns;
}

function namesOf(list: unknown): string[] {
  return (list as { Entry: { Name: string }[] }).Entry.map(({ Name }) => Name);
}

async function listed(name: string, values: Answer): Promise<string[]> {
  return namesOf((await call(name, values))['ReturnEnum']);
}

/** The texts in a buffer of a control. */
async function controlled(name: string, values: Answer, code: number): Promise<string> {
  const empty = await call(name, { ...values, dwControlCode: code, nOutBufferSize: 0 });
  expect(empty['returns']).toBe(234);
  const answer = await call(name, { ...values, dwControlCode: code, nOutBufferSize: empty['lpcbRequired'] });
  expect(answer['returns']).toBe(0);
  return Buffer.from(answer['lpOutBuffer'] as Uint8Array)
    .toString('latin1')
    .replaceAll('\0', '');
}

/** A property's four bytes. */
async function numberIn(name: string, values: Answer, code: number, property: string): Promise<number> {
  const { lpOutBuffer } = await call(name, { ...values, dwControlCode: code, nOutBufferSize: 4096 });
  const bytes = Buffer.from(lpOutBuffer as Uint8Array);
  const wanted = Buffer.from(`${property}\0`, 'utf16le');
  const at = bytes.indexOf(wanted) + ((wanted.length + 3) & ~3);
  expect(bytes.readUInt32LE(at)).toBe(0x00010002);
  return bytes.readUInt32LE(at + 8);
}

const UP = 0;
const DOWN = 1;

describe('the cluster', () => {
  it('has the name that it was given, once its name is brought online again', async () => {
    expect(await call('GetClusterName')).toMatchObject({ ClusterName: 'C', NodeName: 'NodeA' });
    expect(await call('SetClusterName', { NewClusterName: 'D' })).toEqual({ returns: 5024 });
    expect(await call('GetClusterName')).toMatchObject({ ClusterName: 'C' });
    const hResource = await open('Resource', 'Cluster Name');
    await call('OfflineResource', { hResource });
    await call('OnlineResource', { hResource });
    expect(await call('GetClusterName')).toMatchObject({ ClusterName: 'D' });
    await there.cluster.crash('NodeA');
    await there.cluster.until('quiet');
    expect(await call('GetClusterName')).toMatchObject({ NodeName: 'NodeB' });
  });

  it('cannot be reached while no server is in it; its handles can be closed', async () => {
    const { returns: Cluster } = await call('OpenCluster');
    const { returns: second, lpdwGrantedAccess } = await call('OpenClusterEx', { dwDesiredAccess: 1 });
    expect(lpdwGrantedAccess).toBe(3);
    await there.cluster.shutdown();
    await there.cluster.until('quiet');
    expect(await call('GetClusterVersion2')).toMatchObject({ returns: 1722 });
    expect(await call('OpenCluster')).toMatchObject({ Status: 1722, returns: null });
    expect(await call('CloseCluster', { Cluster })).toEqual({ Cluster: null });
    expect(await call('CloseCluster', { Cluster })).toEqual({ returns: 6 });
    await there.cluster.start();
    await there.cluster.until('quiet');
    expect(await call('GetClusterVersion2')).toMatchObject({ lpwMajorVersion: 10, lpszVendorId: 'Armada' });
    expect((await call('CreateEnumEx', { hCluster: second, dwType: 1 }))['returns'] ?? 0).toBe(0);
  });

  it('lists what there is', async () => {
    expect(await listed('CreateEnum', { dwType: 1 })).toEqual(['NodeA', 'NodeB', 'NodeC']);
    expect(await listed('CreateEnum', { dwType: 8 })).toEqual(['Cluster Group', 'Application', 'Other']);
    expect(await listed('CreateEnum', { dwType: 4 })).toContain('disk');
    expect(await listed('CreateEnum', { dwType: 0x10 })).toEqual(['Cluster Network 1', 'Cluster Network 2']);
    expect(await listed('CreateEnum', { dwType: 0x80000000 })).toEqual(['Cluster Network 1']);
    expect(await listed('CreateEnum', { dwType: 0x20 })).toContain('NodeB - Ethernet');
    expect(await listed('CreateEnum', { dwType: 2 })).toContain('Physical Disk');
    expect(await call('CreateEnum', { dwType: 0x40 })).toEqual({ returns: 87 });
    await call('CreateGroup', { lpszGroupName: 'mine' });
    await call('EvictNode', { hNode: await open('Node', 'NodeC') });
    expect(await listed('CreateEnum', { dwType: 1 | 8 })).toEqual([
      ...['NodeA', 'NodeB'],
      ...['Cluster Group', 'Application', 'Other', 'mine'],
    ]);
    const { returns: hCluster } = await call('OpenCluster');
    const both = await call('CreateEnumEx', { hCluster, dwType: 1, dwOptions: 0 });
    expect([namesOf(both['ReturnNameEnum']), namesOf(both['ReturnIdEnum'])]).toEqual([
      ['NodeA', 'NodeB'],
      ['1', '2'],
    ]);
  });

  it('tells groups and resources with their states and owners', async () => {
    const { returns: hCluster } = await call('OpenCluster');
    const groups = async (): Promise<unknown> =>
      ((await call('CreateGroupEnum', { hCluster }))['ppResultList'] as { Entry: Answer[] }).Entry.map(
        ({ Name, Owner, dwState }) => [Name, Owner, dwState],
      );
    expect(await groups()).toEqual([
      ['Cluster Group', 'NodeA', 0],
      ['Application', 'NodeA', 0],
      ['Other', 'NodeB', 0],
    ]);
    await there.cluster.stopGroup('Other');
    await there.cluster.moveGroup('Application', 'NodeC');
    await there.cluster.until('quiet');
    expect(await groups()).toEqual([
      ['Cluster Group', 'NodeA', 0],
      ['Application', 'NodeC', 0],
      ['Other', 'NodeB', 1],
    ]);
    const resources = async (): Promise<unknown> =>
      ((await call('CreateResourceEnum', { hCluster }))['ppResultList'] as { Entry: Answer[] }).Entry.map(
        ({ Name }) => Name,
      );
    expect(await resources()).toEqual(['Cluster IP Address', 'Cluster Name', 'disk', 'app', 'name']);
    await call('SetResourceName', { hResource: await open('Resource', 'app'), lpszResourceName: 'application' });
    expect(await resources()).toEqual(['Cluster IP Address', 'Cluster Name', 'disk', 'application', 'name']);
  });

  it('answers controls', async () => {
    const { returns: hCluster } = await call('OpenCluster');
    const { returns: node } = await call('OpenNode', { lpszNodeName: 'NodeA' });
    for (const [name, values] of [
      ['ClusterControl', { hCluster }],
      ['NodeClusterControl', { hCluster, hHostNode: node }],
    ] as const) {
      expect(await call(name, { ...values, dwControlCode: 0, nOutBufferSize: 0 })).toEqual({ returns: 1 });
      expect(await controlled(name, values, 0x0700003d)).toBe('C.cluster');
      expect(await numberIn(name, values, 0x07000055, 'NodesUp')).toBe(3);
    }
    await there.cluster.crash('NodeC');
    await there.cluster.until('quiet');
    for (const name of ['ClusterControl', 'NodeClusterControl'])
      expect(await numberIn(name, { hCluster, hHostNode: node }, 0x07000055, 'NodesUp')).toBe(2);
  });

  it('has one set of groups, and no quorum resource', async () => {
    const { returns: hCluster } = await call('OpenCluster');
    expect(await listed('CreateGroupSetEnum', { hCluster })).toEqual(['Cluster Group']);
    const { returns: GroupSet } = await call('OpenGroupSet', { lpszGroupSetName: 'Cluster Group' });
    expect(await call('CloseGroupSet', { GroupSet })).toEqual({ GroupSet: null });
    expect(await call('CloseGroupSet', { GroupSet })).toEqual({ returns: 6 });
    expect(await call('OpenGroupSet', { lpszGroupSetName: 'none' })).toMatchObject({ returns: null });
    expect(await call('GetQuorumResource')).toMatchObject({ lpszResourceName: '' });
    await there.cluster.shutdown();
    await there.cluster.until('quiet');
    expect(await call('GetQuorumResource')).toEqual({ returns: 1722 });
    expect(await call('CreateGroupSetEnum', { hCluster })).toEqual({ returns: 1722 });
  });
});

describe('a node', () => {
  it('is up, down, paused', async () => {
    const hNode = await open('Node', 'NodeC');
    const state = async (): Promise<unknown> => (await call('GetNodeState', { hNode }))['State'];
    expect(await state()).toBe(UP);
    expect(await call('ResumeNode', { hNode })).toEqual({ returns: 5058 });
    await call('PauseNode', { hNode });
    expect(await state()).toBe(2);
    await call('ResumeNode', { hNode });
    expect(await state()).toBe(UP);
    await call('PauseNodeEx', { hNode, bDrainNode: 0, dwPauseFlags: 0 });
    expect(await state()).toBe(2);
    await call('ResumeNodeEx', { hNode, dwResumeFailbackType: 0, dwResumeFlagsReserved: 0 });
    expect(await state()).toBe(UP);
    await there.cluster.crash('NodeC');
    await there.cluster.until('quiet');
    expect(await state()).toBe(DOWN);
    expect(await call('PauseNode', { hNode })).toEqual({ returns: 5050 });
    expect(await call('PauseNodeEx', { hNode, bDrainNode: 1, dwPauseFlags: 0 })).toEqual({ returns: 50 });
    expect(await call('CloseNode', { Node: hNode })).toEqual({ Node: null });
    expect(await call('GetNodeState', { hNode })).toEqual({ returns: 6 });
  });

  it('is found by its name and by its number, and no more once it is evicted', async () => {
    const ids = async (name: string): Promise<unknown> =>
      (await call('GetNodeId', { hNode: await open('Node', name) }))['pGuid'];
    expect([await ids('NodeB'), await ids('nodec'), await ids('2')]).toEqual(['2', '3', '2']);
    expect(await call('OpenNodeEx', { lpszNodeName: 'NodeC', dwDesiredAccess: 1 })).toMatchObject({ Status: 0 });
    await call('EvictNode', { hNode: await open('Node', 'NodeC') });
    await there.cluster.until('quiet');
    expect(there.cluster.status().servers['NodeC']).toEqual(['STOPPED']);
    expect(await call('OpenNode', { lpszNodeName: 'NodeC' })).toEqual({ Status: 5042, returns: null });
    expect(await call('OpenNodeEx', { lpszNodeName: 'NodeC' })).toMatchObject({ Status: 5042, returns: null });
  });

  it('lists its interfaces and its groups, and answers controls', async () => {
    const hNode = await open('Node', 'NodeB');
    expect(await listed('CreateNodeEnum', { hNode, dwType: 1 })).toEqual(['NodeB - Ethernet', 'NodeB - Ethernet 2']);
    expect(await listed('CreateNodeEnum', { hNode, dwType: 2 })).toEqual(['Other']);
    for (const name of ['NodeControl', 'NodeNodeControl']) {
      expect(await controlled(name, { hNode, hHostNode: hNode }, 0x04000039)).toBe('2');
      expect(await numberIn(name, { hNode, hHostNode: hNode }, 0x04000055, 'DynamicWeight')).toBe(1);
    }
    await there.cluster.moveGroup('Application', 'NodeB');
    await there.cluster.until('quiet');
    expect(await listed('CreateNodeEnum', { hNode, dwType: 2 })).toEqual(['Application', 'Other']);
    const both = await call('CreateNodeEnumEx', { hNode, dwType: 2, dwOptions: 0 });
    expect(namesOf(both['ReturnNameEnum'])).toEqual(['Application', 'Other']);
    const hGroup = await open('Group', 'Application');
    expect(namesOf(both['ReturnIdEnum'])[0]).toBe((await call('GetGroupId', { hGroup }))['pGuid']);
    await there.cluster.crash('NodeB');
    await there.cluster.until('quiet');
    for (const name of ['NodeControl', 'NodeNodeControl'])
      expect(await numberIn(name, { hNode, hHostNode: hNode }, 0x04000055, 'DynamicWeight')).toBe(0);
  });
});

describe('a group', () => {
  const state = async (hGroup: unknown): Promise<unknown[]> => {
    const { State, NodeName } = await call('GetGroupState', { hGroup });
    return [State, NodeName];
  };

  it.each([
    ['OnlineGroup', 'OfflineGroup'],
    ['OnlineGroupEx', 'OfflineGroupEx'],
  ])("comes and goes in the cluster's time: %s, %s", async (online, offline) => {
    const hGroup = await open('Group', 'Application');
    const more = { lpInBuffer: new Uint8Array(), cbInBufferSize: 0, dwOnlineFlags: 0, dwOfflineFlags: 0 };
    expect(await call(online, { hGroup, ...more })).toEqual({ returns: 0 });
    expect(await call(offline, { hGroup, ...more })).toEqual({ returns: 997 });
    expect(await state(hGroup)).toEqual([4, 'NodeA']);
    await there.cluster.until({ group: 'Application', state: 'OFFLINE' });
    expect(await state(hGroup)).toEqual([1, 'NodeA']);
    expect(await call(offline, { hGroup, ...more })).toEqual({ returns: 0 });
    expect(await call(online, { hGroup, ...more })).toEqual({ returns: 997 });
    await there.cluster.until({ group: 'Application', state: 'ONLINE' });
    expect(await state(hGroup)).toEqual([0, 'NodeA']);
  });

  it.each(['MoveGroup', 'MoveGroupEx'])('moves to where it may: %s', async (name) => {
    const hGroup = await open('Group', 'Other');
    const more = { dwMoveFlags: 0, lpInBuffer: new Uint8Array(), cbInBufferSize: 0 };
    expect(await call(name, { hGroup, ...more })).toEqual({ returns: 997 });
    await there.cluster.until({ group: 'Other', state: 'ONLINE', server: 'NodeA' });
    expect(await state(hGroup)).toEqual([0, 'NodeA']);
    await there.cluster.crash('NodeB');
    await there.cluster.until('quiet');
    expect(await call(name, { hGroup, ...more })).toEqual({ returns: 5005 });
  });

  it.each(['MoveGroupToNode', 'MoveGroupToNodeEx'])('moves to the node named: %s', async (name) => {
    const hGroup = await open('Group', 'Other');
    const hNode = await open('Node', 'NodeA');
    const more = { dwMoveFlags: 0, lpInBuffer: new Uint8Array(), cbInBufferSize: 0 };
    expect(await call(name, { hGroup, hNode, ...more })).toEqual({ returns: 997 });
    await there.cluster.until({ group: 'Other', state: 'ONLINE', server: 'NodeA' });
    expect(await call(name, { hGroup, hNode: await open('Node', 'NodeC'), ...more })).toEqual({ returns: 5071 });
    await there.cluster.stopGroup('Other');
    await there.cluster.until('quiet');
    // Of one that is offline only the owner changes.
    expect(await call(name, { hGroup, hNode: await open('Node', 'NodeB'), ...more })).toEqual({ returns: 0 });
    expect(await state(hGroup)).toEqual([1, 'NodeB']);
  });

  it('has failed as long as a resource of it has', async () => {
    const degraded = await scene({
      name: 'C',
      servers: ['A', 'B'],
      groups: [
        {
          name: 'G',
          servers: ['A', 'B'],
          resources: [
            { name: 'r', type: 'script' },
            { name: 's', type: 'swdisk', drive: 'S:' },
          ],
        },
      ],
    });
    scenes.push(degraded);
    const ask = inProgram(degraded);
    const { returns: hGroup } = await ask('OpenGroup', { lpszGroupName: 'G' });
    await degraded.cluster.act({ type: 'failResource', resource: 'r', on: 'B' });
    await degraded.cluster.moveGroup('G', 'B');
    await degraded.cluster.until('quiet');
    expect(await ask('GetGroupState', { hGroup })).toMatchObject({ State: 2, NodeName: 'B' });
    const { returns: failed } = await ask('OpenResource', { lpszResourceName: 'r' });
    const { returns: sound } = await ask('OpenResource', { lpszResourceName: 's' });
    expect(await ask('GetResourceState', { hResource: failed })).toMatchObject({ State: 4, NodeName: 'B' });
    expect(await ask('GetResourceState', { hResource: sound })).toMatchObject({ State: 2, GroupName: 'G' });
    await degraded.cluster.moveGroup('G', 'A');
    await degraded.cluster.until('quiet');
    expect(await ask('GetGroupState', { hGroup })).toMatchObject({ State: 0, NodeName: 'A' });
  });

  it("can be made, renamed and deleted, unless it is the cluster's own", async () => {
    const { returns: Group } = await call('CreateGroup', { lpszGroupName: 'mine' });
    expect(await call('CreateGroup', { lpszGroupName: 'MINE' })).toEqual({ Status: 5010, returns: null });
    await call('SetGroupName', { hGroup: Group, lpszGroupName: 'ours' });
    expect(await call('OpenGroup', { lpszGroupName: 'mine' })).toEqual({ Status: 5013, returns: null });
    expect(await call('OpenGroupEx', { lpszGroupName: 'ours' })).toMatchObject({ Status: 0 });
    const { returns: second } = await call('CreateGroupEx', { lpszGroupName: 'second' });
    expect(await call('SetGroupName', { hGroup: second, lpszGroupName: 'ours' })).toEqual({ returns: 5010 });
    const ids = [Group, second].map(async (hGroup) => (await call('GetGroupId', { hGroup }))['pGuid']);
    expect(new Set(await Promise.all(ids)).size).toBe(2);
    await call('CreateResource', {
      hGroup: Group,
      lpszResourceName: 'r',
      lpszResourceType: 'Generic Service',
      dwFlags: 0,
    });
    expect(await call('DeleteGroup', { Group })).toEqual({ returns: 5023 });
    expect(await call('DeleteGroup', { Group, force: 1 })).toEqual({ returns: 0 });
    expect(await call('OpenGroup', { lpszGroupName: 'ours' })).toMatchObject({ Status: 5013 });
    expect(await call('DeleteGroup', { Group: await open('Group', 'Application') })).toEqual({ returns: 50 });
    expect(await call('DeleteGroup', { Group: await open('Group', 'Cluster Group') })).toEqual({ returns: 5026 });
    expect(await call('CloseGroup', { Group: second })).toEqual({ Group: null });
    expect(await call('GetGroupState', { hGroup: second })).toEqual({ returns: 6 });
  });

  it('lists its resources and its nodes, and answers controls', async () => {
    const { returns: hGroup } = await call('CreateGroup', { lpszGroupName: 'mine' });
    const hNode = await open('Node', 'NodeA');
    expect(await listed('CreateGroupResourceEnum', { hGroup, dwType: 1 })).toEqual([]);
    const made = { hGroup, lpszResourceName: 'r', lpszResourceType: 'Generic Service', dwFlags: 0 };
    const { returns: hResource } = await call('CreateResource', made);
    expect(await listed('CreateGroupResourceEnum', { hGroup, dwType: 1 })).toEqual(['r']);
    expect(await listed('CreateGroupResourceEnum', { hGroup: await open('Group', 'Other'), dwType: 2 })).toEqual([
      'NodeB',
      'NodeA',
    ]);
    for (const name of ['GroupControl', 'NodeGroupControl']) {
      expect(await controlled(name, { hGroup, hNode }, 0x03000029)).toBe('mine');
      expect(await numberIn(name, { hGroup, hNode }, 0x03000055, 'State')).toBe(1);
      await call('OnlineResource', { hResource });
      expect(await numberIn(name, { hGroup, hNode }, 0x03000055, 'State')).toBe(0);
      await call('OfflineResource', { hResource });
    }
  });
});

describe('a resource', () => {
  const state = async (hResource: unknown): Promise<unknown> =>
    (await call('GetResourceState', { hResource }))['State'];

  it('is where its group is', async () => {
    const hResource = await open('Resource', 'disk');
    expect(await call('GetResourceState', { hResource })).toEqual({
      State: 2,
      NodeName: 'NodeA',
      GroupName: 'Application',
    });
    await there.cluster.moveGroup('Application', 'NodeB');
    await there.cluster.advance('4s');
    expect(await state(hResource)).toBe(129);
    await there.cluster.until('quiet');
    expect(await call('GetResourceState', { hResource })).toMatchObject({ State: 2, NodeName: 'NodeB' });
    expect(await call('CloseResource', { Resource: hResource })).toEqual({ Resource: null });
    expect(await call('GetResourceState', { hResource })).toEqual({ returns: 6 });
  });

  it.each([
    ['OnlineResource', 'OfflineResource'],
    ['OnlineResourceEx', 'OfflineResourceEx'],
  ])('of a failover group comes and goes with it: %s, %s', async (online, offline) => {
    const hResource = await open('Resource', 'name');
    const more = { lpInBuffer: new Uint8Array(), cbInBufferSize: 0, dwOnlineFlags: 0, dwOfflineFlags: 0 };
    expect(await call(online, { hResource, ...more })).toEqual({ returns: 0 });
    expect(await call(offline, { hResource, ...more })).toEqual({ returns: 997 });
    await there.cluster.until({ group: 'Other', state: 'OFFLINE' });
    expect(await state(hResource)).toBe(3);
    expect(await call(online, { hResource, ...more })).toEqual({ returns: 997 });
    await there.cluster.until({ group: 'Other', state: 'ONLINE' });
    expect(await state(hResource)).toBe(2);
    // One of several cannot go alone.
    expect(await call(offline, { hResource: await open('Resource', 'disk'), ...more })).toEqual({ returns: 50 });
  });

  it('fails, and its group goes elsewhere', async () => {
    const hResource = await open('Resource', 'disk');
    expect(await call('FailResource', { hResource })).toEqual({ returns: 0 });
    await there.cluster.until({ group: 'Application', state: 'ONLINE', server: 'NodeB' });
    expect(await call('GetResourceState', { hResource })).toMatchObject({ State: 2, NodeName: 'NodeB' });
    await there.cluster.stopGroup('Application');
    await there.cluster.until('quiet');
    expect(await call('FailResource', { hResource })).toEqual({ returns: 5004 });
    const own = await open('Resource', 'Cluster Name');
    await call('FailResource', { hResource: own });
    expect(await state(own)).toBe(4);
    expect((await call('GetGroupState', { hGroup: await open('Group', 'Cluster Group') }))['State']).toBe(2);
  });

  it("of the API's own is made, named, and deleted", async () => {
    const hGroup = await open('Group', 'Cluster Group');
    const made = { hGroup, lpszResourceName: 'r', lpszResourceType: 'Generic Service', dwFlags: 0 };
    const { returns: hResource } = await call('CreateResource', made);
    expect(await call('CreateResource', made)).toEqual({ Status: 5010, returns: null });
    expect(await call('CreateResource', { ...made, lpszResourceType: 'none' })).toEqual({
      Status: 5078,
      returns: null,
    });
    expect(await call('CreateResource', { ...made, lpszResourceType: 'MSMQ' })).toEqual({
      Status: 5079,
      returns: null,
    });
    expect(await call('GetResourceType', { hResource })).toEqual({ lpszResourceType: 'Generic Service' });
    expect(await call('GetResourceType', { hResource: await open('Resource', 'app') })).toEqual({
      lpszResourceType: 'Generic Script',
    });
    const ids = async (handle: unknown): Promise<unknown> =>
      (await call('GetResourceId', { hResource: handle }))['pGuid'];
    expect(await ids(hResource)).not.toBe(await ids(await open('Resource', 'app')));
    await call('SetResourceName', { hResource, lpszResourceName: 'renamed' });
    expect(await call('OpenResource', { lpszResourceName: 'r' })).toEqual({ Status: 5007, returns: null });
    expect(await call('OpenResourceEx', { lpszResourceName: 'renamed' })).toMatchObject({ Status: 0 });
    await call('OnlineResource', { hResource });
    expect(await call('DeleteResource', { hResource })).toEqual({ returns: 5019 });
    await call('OfflineResource', { hResource });
    expect(await call('DeleteResource', { hResource })).toEqual({ returns: 0 });
    expect(await call('OpenResource', { lpszResourceName: 'renamed' })).toEqual({ Status: 5007, returns: null });
    expect(await call('DeleteResource', { hResource: await open('Resource', 'app') })).toEqual({ returns: 50 });
  });

  it('needs others, which come before it and go after it', async () => {
    const { returns: hGroup } = await call('CreateGroup', { lpszGroupName: 'mine' });
    const make = async (name: string): Promise<unknown> =>
      (
        await call('CreateResource', {
          hGroup,
          lpszResourceName: name,
          lpszResourceType: 'Generic Service',
          dwFlags: 0,
        })
      )['returns'];
    const [a, b] = [await make('a'), await make('b')];
    expect(await call('CanResourceBeDependent', { hResource: a, hResourceDependent: b })).toEqual({ returns: 0 });
    expect(await call('AddResourceDependency', { hResource: a, hDependsOn: b })).toEqual({ returns: 0 });
    expect(await call('AddResourceDependency', { hResource: a, hDependsOn: b })).toEqual({ returns: 5003 });
    expect(await call('AddResourceDependency', { hResource: b, hDependsOn: a })).toEqual({ returns: 5069 });
    expect(await call('CanResourceBeDependent', { hResource: b, hResourceDependent: a })).toEqual({ returns: 5069 });
    expect(await call('GetResourceDependencyExpression', { hResource: a })).toEqual({
      lpszDependencyExpression: '[b]',
    });
    expect(await listed('CreateResEnum', { hResource: a, dwType: 1 })).toEqual(['b']);
    expect(await listed('CreateResEnum', { hResource: b, dwType: 2 })).toEqual(['a']);
    expect(await listed('CreateResEnum', { hResource: b, dwType: 4 })).toEqual(['NodeA', 'NodeB', 'NodeC']);
    await call('OnlineResource', { hResource: a });
    expect(await state(b)).toBe(2);
    await call('OfflineResource', { hResource: b });
    expect(await state(a)).toBe(3);
    expect(await call('DeleteResource', { hResource: b })).toEqual({ returns: 5001 });
    expect(await call('RemoveResourceDependency', { hResource: a, hDependsOn: b })).toEqual({ returns: 0 });
    expect(await call('RemoveResourceDependency', { hResource: a, hDependsOn: b })).toEqual({ returns: 5002 });
    expect(await call('GetResourceDependencyExpression', { hResource: a })).toEqual({ lpszDependencyExpression: '' });
  });

  it('is restarted, and with it what needs it', async () => {
    const names: string[] = [];
    const hResource = await open('Resource', 'Cluster IP Address');
    const { returns: hNotify } = await call('CreateNotify');
    await call('AddNotifyCluster', { hNotify, dwFilter: 0x100, dwNotifyKey: 1 });
    expect(await call('RestartResource', { hResource, dwFlags: 0 })).toEqual({ returns: 0 });
    for (let told = 0; told < 4; told++) names.push(String((await call('GetNotify', { hNotify }))['Name']));
    expect(names).toEqual(['Cluster Name', 'Cluster IP Address', 'Cluster IP Address', 'Cluster Name']);
    expect(await call('GetResourceState', { hResource })).toMatchObject({ State: 2 });
    await call('OfflineResource', { hResource });
    expect(await call('RestartResource', { hResource, dwFlags: 0 })).toEqual({ returns: 5004 });
    const disk = await open('Resource', 'disk');
    expect(await call('RestartResource', { hResource: disk, dwFlags: 0 })).toEqual({ returns: 50 });
  });

  it("is found under its group's name on the network, or the cluster's; answers controls", async () => {
    const names = async (name: string): Promise<unknown> =>
      (await call('GetResourceNetworkName', { hResource: await open('Resource', name) }))['lpszName'];
    expect([await names('name'), await names('disk'), await names('Cluster Name')]).toEqual(['VC1', 'C', 'C']);
    const hResource = await open('Resource', 'name');
    const hNode = await open('Node', 'NodeA');
    await there.cluster.stopGroup('Other');
    for (const name of ['ResourceControl', 'NodeResourceControl']) {
      expect(await controlled(name, { hResource, hNode }, 0x0100002d)).toBe('Network Name');
      expect(await controlled(name, { hResource, hNode }, 0x01000081)).toContain('VC1');
    }
    await there.cluster.until('quiet');
    for (const name of ['ResourceControl', 'NodeResourceControl'])
      expect(await numberIn(name, { hResource, hNode }, 0x01000055, 'State')).toBe(3);
  });

  it('has a type that knows its resources', async () => {
    const { returns: hCluster } = await call('OpenCluster');
    const hNode = await open('Node', 'NodeA');
    const type = { hCluster, hNode, lpszResourceTypeName: 'Generic Service' };
    const of = (dwType: number): Promise<string[]> =>
      listed('CreateResTypeEnum', { lpszTypeName: 'Generic Service', dwType });
    for (const name of ['ResourceTypeControl', 'NodeResourceTypeControl'])
      expect(await controlled(name, type, 0x02000059)).toContain('0 of them');
    expect(await of(2)).toEqual([]);
    const hGroup = await open('Group', 'Cluster Group');
    await call('CreateResource', { hGroup, lpszResourceName: 'r', lpszResourceType: 'Generic Service', dwFlags: 0 });
    expect([await of(2), await of(1)]).toEqual([['r'], ['NodeA', 'NodeB', 'NodeC']]);
    for (const name of ['ResourceTypeControl', 'NodeResourceTypeControl']) {
      expect(await controlled(name, type, 0x02000059)).toContain('1 of them');
      expect(await call(name, { ...type, lpszResourceTypeName: 'none' })).toEqual({ returns: 5078 });
    }
    expect(await call('CreateResTypeEnum', { lpszTypeName: 'none', dwType: 1 })).toEqual({ returns: 5078 });
  });
});

describe('a network', () => {
  it('is up as long as servers are, and can be renamed', async () => {
    const hNetwork = await open('Network', 'Cluster Network 1');
    const hNode = await open('Node', 'NodeA');
    expect(await call('OpenNetworkEx', { lpszNetworkName: 'lan0' })).toMatchObject({ Status: 0 });
    expect(await call('GetNetworkState', { hNetwork })).toEqual({ State: 3 });
    const interfaces = async (): Promise<number> => (await listed('CreateNetworkEnum', { hNetwork, dwType: 1 })).length;
    expect(await interfaces()).toBe(3);
    await call('SetNetworkName', { hNetwork, lpszNetworkName: 'private' });
    for (const name of ['NetworkControl', 'NodeNetworkControl'])
      expect(await controlled(name, { hNetwork, hNode }, 0x05000029)).toBe('private');
    expect(await call('OpenNetwork', { lpszNetworkName: 'Cluster Network 1' })).toEqual({
      Status: 5045,
      returns: null,
    });
    expect(await call('OpenNetworkEx', { lpszNetworkName: 'Cluster Network 1' })).toMatchObject({ Status: 5045 });
    const second = await open('Network', 'Cluster Network 2');
    expect((await call('GetNetworkId', { hNetwork: second }))['pGuid']).not.toBe(
      (await call('GetNetworkId', { hNetwork }))['pGuid'],
    );
    await call('EvictNode', { hNode: await open('Node', 'NodeC') });
    expect(await interfaces()).toBe(2);
    expect(await call('CloseNetwork', { Network: hNetwork })).toEqual({ Network: null });
    expect(await call('GetNetworkState', { hNetwork })).toEqual({ returns: 6 });
  });

  it('has interfaces, which are up as long as their node is', async () => {
    const hNetInterface = await open('NetInterface', 'NodeC - Ethernet');
    const hNode = await open('Node', 'NodeA');
    const { returns: hCluster } = await call('OpenCluster');
    expect(await call('OpenNetInterfaceEx', { lpszNetInterfaceName: 'NodeC - Ethernet' })).toMatchObject({ Status: 0 });
    expect(await call('GetNetInterfaceState', { hNetInterface })).toEqual({ State: 3 });
    expect(await call('GetNetInterface', { lpszNodeName: 'NodeC', lpszNetworkName: 'Cluster Network 1' })).toEqual({
      lppszInterfaceName: 'NodeC - Ethernet',
    });
    const all = { hCluster, lpszNodeName: '', lpszNetworkName: 'Cluster Network 1' };
    expect(await listed('CreateNetInterfaceEnum', all)).toHaveLength(3);
    const other = await open('NetInterface', 'NodeB - Ethernet');
    expect((await call('GetNetInterfaceId', { hNetInterface }))['pGuid']).not.toBe(
      (await call('GetNetInterfaceId', { hNetInterface: other }))['pGuid'],
    );
    for (const name of ['NetInterfaceControl', 'NodeNetInterfaceControl'])
      expect(await numberIn(name, { hNetInterface, hNode }, 0x06000055, 'State')).toBe(3);
    await call('EvictNode', { hNode: await open('Node', 'NodeC') });
    await there.cluster.until('quiet');
    expect(await call('GetNetInterfaceState', { hNetInterface })).toEqual({ State: 2 });
    for (const name of ['NetInterfaceControl', 'NodeNetInterfaceControl'])
      expect(await numberIn(name, { hNetInterface, hNode }, 0x06000055, 'State')).toBe(2);
    expect(await listed('CreateNetInterfaceEnum', all)).toHaveLength(2);
    expect(await call('GetNetInterface', { lpszNodeName: 'NodeC', lpszNetworkName: 'Cluster Network 1' })).toEqual({
      returns: 5047,
    });
    expect(await call('CloseNetInterface', { NetInterface: hNetInterface })).toEqual({ NetInterface: null });
    expect(await call('GetNetInterfaceState', { hNetInterface })).toEqual({ returns: 6 });
  });
});

describe('the registry', () => {
  it('keeps keys and values', async () => {
    const { returns: root } = await call('GetRootKey', { samDesired: 1 });
    const create = { hKey: root, lpSubKey: 'Software\\App', dwOptions: 0, samDesired: 1 };
    const { returns: hKey, lpdwDisposition } = await call('CreateKey', create);
    expect([lpdwDisposition, (await call('CreateKey', create))['lpdwDisposition']]).toEqual([1, 2]);
    const query = (cbData: number): Promise<Answer> => call('QueryValue', { hKey, lpValueName: 'v', cbData });
    expect(await query(9)).toEqual({ returns: 2 });
    await call('SetValue', { hKey, lpValueName: 'v', dwType: 3, lpData: Uint8Array.of(1, 2, 3), cbData: 3 });
    expect(await query(2)).toEqual({ lpValueType: 3, lpcbRequired: 3, returns: 234 });
    expect(await query(3)).toEqual({ lpValueType: 3, lpcbRequired: 3, lpData: Uint8Array.of(1, 2, 3) });
    const info = await call('QueryInfoKey', { hKey });
    expect(info).toMatchObject({ lpcSubKeys: 0, lpcValues: 1, lpcbMaxValueNameLen: 1, lpcbMaxValueLen: 3 });
    expect(await call('EnumValue', { hKey, dwIndex: 0, lpcbData: 2 })).toMatchObject({ TotalSize: 3, returns: 234 });
    expect(await call('EnumValue', { hKey, dwIndex: 0, lpcbData: 9 })).toMatchObject({ lpValueName: 'v', lpcbData: 3 });
    expect(await call('EnumValue', { hKey, dwIndex: 1, lpcbData: 9 })).toMatchObject({ returns: 259 });
    await call('DeleteValue', { hKey, lpValueName: 'v' });
    expect(await query(9)).toEqual({ returns: 2 });
    expect(await call('DeleteKey', { hKey: root, lpSubKey: 'Software' })).toEqual({ returns: 5 });
    expect(await call('DeleteKey', { hKey: root, lpSubKey: 'Software\\App' })).toEqual({ returns: 0 });
    expect(await call('OpenKey', { hKey: root, lpSubKey: 'Software\\App', samDesired: 1 })).toEqual({
      Status: 2,
      returns: null,
    });
    const security = { cbInSecurityDescriptor: 0, cbOutSecurityDescriptor: 0, lpSecurityDescriptor: undefined };
    const small = await call('GetKeySecurity', {
      hKey: root,
      SecurityInformation: 0,
      pRpcSecurityDescriptor: security,
    });
    expect(small).toMatchObject({ pRpcSecurityDescriptor: { cbInSecurityDescriptor: 20 }, returns: 122 });
    const fits = { hKey: root, SecurityInformation: 0, pRpcSecurityDescriptor: small['pRpcSecurityDescriptor'] };
    expect(await call('GetKeySecurity', fits)).toMatchObject({ returns: 0 });
    expect(await call('CloseKey', { pKey: root })).toEqual({ pKey: null });
    expect(await call('EnumKey', { hKey: root, dwIndex: 0 })).toEqual({ returns: 6 });
  });

  it('tells of the cluster as it is', async () => {
    const { returns: root } = await call('GetRootKey', { samDesired: 1 });
    const names: unknown[] = [];
    for (let dwIndex = 0; ; dwIndex++) {
      const { KeyName, returns } = await call('EnumKey', { hKey: root, dwIndex });
      if (returns === 259) break;
      names.push(KeyName);
    }
    expect(names).toEqual(['Groups', 'Networks', 'Nodes', 'Resources']);
    const hGroup = await open('Group', 'Application');
    const { pGuid } = await call('GetGroupId', { hGroup });
    const { returns: hKey } = await call('OpenKey', {
      hKey: root,
      lpSubKey: `Groups\\${String(pGuid)}`,
      samDesired: 1,
    });
    const name = async (): Promise<string> =>
      Buffer.from(
        (await call('QueryValue', { hKey, lpValueName: 'name', cbData: 99 }))['lpData'] as Uint8Array,
      ).toString('utf16le');
    expect(await name()).toBe('Application\0');
    await call('SetGroupName', { hGroup, lpszGroupName: 'Mail' });
    expect(await name()).toBe('Mail\0');
    await call('EvictNode', { hNode: await open('Node', 'NodeC') });
    expect(await call('OpenKey', { hKey: root, lpSubKey: 'Nodes\\3', samDesired: 1 })).toMatchObject({ Status: 2 });
  });
});

describe('batches of the registry', () => {
  /** Commands as bytes: a command, a type, a name, data. */
  const batch = (...commands: [number, number, string, string?][]): { cbData: number; lpData: Uint8Array } => {
    const dword = (value: number): Buffer => Buffer.from(Uint32Array.of(value).buffer);
    const parts = commands.flatMap(([command, type, name, data = '']) => {
      const text = Buffer.from(`${name}\0`, 'utf16le');
      const padding = Buffer.alloc(data.length & 1);
      return [dword(command), dword(type), dword(text.length), text, dword(data.length), Buffer.from(data), padding];
    });
    const lpData = Uint8Array.from(Buffer.concat([dword(1), ...parts]));
    return { cbData: lpData.length, lpData };
  };
  const [SET, CREATE, DELETE, FORGET, GONE, KEY, READ, ERROR] = [1, 2, 3, 4, 6, 7, 8, 9];
  const ALL = { dwNotifyKey: 4, Filter: 0x40, WatchSubTree: 0 };

  const key = async (lpSubKey: string): Promise<unknown> => {
    const { returns: hKey } = await call('GetRootKey', { samDesired: 1 });
    return (await call('CreateKey', { hKey, lpSubKey, dwOptions: 0, samDesired: 1 }))['returns'];
  };
  const read = async (hKey: unknown, lpValueName: string): Promise<string | undefined> => {
    const { lpData } = await call('QueryValue', { hKey, lpValueName, cbData: 99 });
    return lpData === undefined ? undefined : Buffer.from(lpData as Uint8Array).toString();
  };

  it('change all or nothing', async () => {
    const hKey = await key('App');
    const first = batch([SET, 3, 'a', 'one'], [CREATE, 0, 'Sub\\Deep'], [SET, 3, 'b', 'two'], [FORGET, 0, 'none']);
    expect(await call('ExecuteBatch', { hKey, ...first })).toEqual({ pdwFailedCommand: -1, returns: 0 });
    const deep = await key('App\\Sub\\Deep');
    expect([await read(hKey, 'a'), await read(deep, 'b')]).toEqual(['one', 'two']);
    const { returns: hNotify } = await call('CreateNotify');
    await call('AddNotifyKey', { hNotify, hKey, ...ALL });
    const wrong = batch([SET, 3, 'a', 'three'], [DELETE, 0, 'Sub'], [SET, 3, 'b', 'x']);
    expect(await call('ExecuteBatch', { hKey, ...wrong })).toEqual({ pdwFailedCommand: 2, returns: 87 });
    expect([await read(hKey, 'a'), await read(deep, 'b')]).toEqual(['one', 'two']);
    const gone = batch(
      [DELETE, 0, 'Sub'],
      [DELETE, 0, 'Sub'],
      [CREATE, 0, ''],
      [SET, 3, 'A', 'four'],
      [FORGET, 0, 'c'],
    );
    expect(await call('ExecuteBatch', { hKey, ...gone })).toEqual({ pdwFailedCommand: -1, returns: 0 });
    expect([await read(hKey, 'a'), await read(deep, 'b')]).toEqual(['four', undefined]);
    // Of the batch that has failed nobody was told.
    expect(await call('GetNotify', { hNotify })).toMatchObject({ Name: 'App', dwStateSequence: 1 });
  });

  it.each<[string, [number, number, string, string?][], number, number]>([
    ['the key itself', [[3, 0, '']], 0, 5],
    ['a command that only ports tell', [[6, 0, 'a']], 0, 87],
    [
      'a condition',
      [
        [2, 0, 'x'],
        [11, 0, 'a'],
      ],
      1,
      50,
    ],
    ['a name that no key can have', [[2, 0, 'a\\\\b']], 0, 87],
    ['nothing', [], -1, 87],
  ])('refuse %s', async (_, commands, pdwFailedCommand, returns) => {
    const hKey = await key('App');
    expect(await call('ExecuteBatch', { hKey, ...batch(...commands) })).toEqual({ pdwFailedCommand, returns });
    expect(await call('EnumKey', { hKey, dwIndex: 0 })).toEqual({ returns: 259 });
  });

  it('are not begun where the bytes end too early', async () => {
    const hKey = await key('App');
    const { lpData } = batch([SET, 3, 'a', 'one!'], [SET, 3, 'b', 'two!']);
    const { cbData: alone } = batch([SET, 3, 'a', 'one!']);
    for (let length = 0; length < lpData.length; length++) {
      if (length === alone) continue;
      const part = { hKey, cbData: length, lpData: lpData.subarray(0, length) };
      expect(await call('ExecuteBatch', part)).toEqual({ pdwFailedCommand: -1, returns: 87 });
    }
    expect(await read(hKey, 'a')).toBeUndefined();
  });

  it('are told of at ports, with what was there before', async () => {
    const hKey = await key('App');
    const above = await key('');
    const { phBatchPort: port } = await call('CreateBatchPort', { hKey });
    const { phBatchPort: wide } = await call('CreateBatchPort', { hKey: above });
    const waiting = call('GetBatchNotification', { hBatchNotify: port });
    await call('ExecuteBatch', { hKey: await key('Other'), ...batch([SET, 3, 'x', 'y']) });
    await call('SetValue', { hKey, lpValueName: 'alone', dwType: 3, lpData: Uint8Array.of(1), cbData: 1 });
    const same = batch([FORGET, 0, 'n'], [SET, 3, 'n', 'world'], [SET, 3, 'n', 'universe'], [FORGET, 0, 'n']);
    await call('ExecuteBatch', { hKey, ...same });
    const told: [number, number, string, string?][] = [
      [FORGET, 0, 'n'],
      [SET, 3, 'n', 'world'],
      [GONE, 3, 'n', 'world'],
      [SET, 3, 'n', 'universe'],
      [GONE, 3, 'n', 'universe'],
      [FORGET, 0, 'n'],
    ];
    expect(await waiting).toEqual(batch(...told));
    const next = (): Promise<Answer> => call('GetBatchNotification', { hBatchNotify: wide });
    expect(await next()).toEqual(batch([CREATE, 0, 'Other'], [SET, 3, 'x', 'y']));
    expect(await next()).toEqual(batch([CREATE, 0, 'App'], ...told));
    await call('ExecuteBatch', { hKey: above, ...batch([DELETE, 0, 'App']) });
    expect(await call('GetBatchNotification', { hBatchNotify: port })).toEqual(batch([DELETE, 0, '']));
    const last = call('GetBatchNotification', { hBatchNotify: port });
    expect(await call('CloseBatchPort', { phBatchPort: port })).toEqual({ phBatchPort: null });
    expect(await last).toEqual({ returns: 259 });
  });

  it('read many values at once', async () => {
    const hKey = await key('App');
    await call('ExecuteBatch', { hKey, ...batch([SET, 3, 'a', 'one'], [CREATE, 0, 'Sub'], [SET, 4, 'b', 'four']) });
    const { cbData: cbInData, lpData: lpInData } = batch(
      [READ, 0, 'a'],
      [KEY, 0, 'Sub'],
      [READ, 0, 'b'],
      [READ, 0, 'a'],
      [KEY, 0, 'None'],
      [READ, 0, 'b'],
    );
    const { lpData: lpOutData, cbData: cbOutData } = batch(
      [READ, 3, 'a', 'one'],
      [KEY, 0, 'Sub'],
      [READ, 4, 'b', 'four'],
      [ERROR, 2, 'a'],
      [KEY, 0, 'None'],
      [ERROR, 2, 'b'],
    );
    const answer = { lpOutData, cbOutData, returns: 0 };
    expect(await call('ExecuteReadBatch', { hKey, cbInData, lpInData })).toEqual(answer);
    expect(await call('ExecuteReadBatchEx', { hKey, cbInData, lpInData, flags: 2 })).toEqual(answer);
    const { lpData: wrong } = batch([SET, 3, 'a', 'x']);
    expect(await call('ExecuteReadBatch', { hKey, lpInData: wrong })).toEqual({ returns: 87 });
  });
});

describe('notifications', () => {
  const ALL = 0xffffffff;

  it('of version 1 tell one change at a time, by the key of who asked', async () => {
    const { returns: hNotify } = await call('CreateNotify');
    const { returns: hCluster } = await call('OpenCluster');
    const hGroup = await open('Group', 'Application');
    const hNode = await open('Node', 'NodeC');
    const hResource = await open('Resource', 'name');
    await call('AddNotifyGroup', { hNotify, hGroup, dwFilter: 0x1000, dwNotifyKey: 7 });
    await call('AddNotifyNode', { hNotify, hNode, dwFilter: 1, dwNotifyKey: 8 });
    await call('AddNotifyResource', { hNotify, hResource, dwFilter: 0x100, dwNotifyKey: 9 });
    const first = call('GetNotify', { hNotify });
    await there.cluster.moveGroup('Application', 'NodeB');
    await there.cluster.until('quiet');
    expect(await first).toMatchObject({ Name: 'Application', dwFilter: 0x1000, dwNotifyKey: 7 });
    expect(await call('GetNotify', { hNotify })).toMatchObject({ Name: 'Application' });
    // Nothing more has happened: the next wait is for something else.
    const { returns: port } = await call('CreateNotify');
    await call('ReAddNotifyNode', { hNotify: port, hNode, dwFilter: 1, dwNotifyKey: 8, StateSequence: 0 });
    await call('ReAddNotifyResource', { hNotify: port, hResource, dwFilter: 0x100, dwNotifyKey: 9, StateSequence: 0 });
    await call('ReAddNotifyGroup', { hNotify: port, hGroup, dwFilter: 0x1000, dwNotifyKey: 7, StateSequence: 0 });
    await there.cluster.stopGroup('Other');
    await there.cluster.until('quiet');
    expect(await call('GetNotify', { hNotify: port })).toMatchObject({ Name: 'name', dwFilter: 0x100, dwNotifyKey: 9 });
    await there.cluster.crash('NodeC');
    await there.cluster.until('quiet');
    expect(await call('GetNotify', { hNotify: port })).toMatchObject({ Name: 'NodeC', dwFilter: 1, dwNotifyKey: 8 });
    const { returns: wide } = await call('CreateNotify');
    await call('AddNotifyCluster', { hNotify: wide, hCluster, dwFilter: ALL, dwNotifyKey: 1 });
    await call('CreateGroup', { lpszGroupName: 'mine' });
    expect(await call('GetNotify', { hNotify: wide })).toMatchObject({ Name: 'mine', dwFilter: 0x4000 });
  });

  it('of keys tell what was written', async () => {
    const { returns: hNotify } = await call('CreateNotify');
    const { returns: root } = await call('GetRootKey', { samDesired: 1 });
    const { returns: hKey } = await call('CreateKey', { hKey: root, lpSubKey: 'App', dwOptions: 0, samDesired: 1 });
    await call('AddNotifyKey', { hNotify, hKey, dwNotifyKey: 4, Filter: 0x40, WatchSubTree: 0 });
    await call('SetValue', { hKey, lpValueName: 'v', dwType: 3, lpData: Uint8Array.of(1), cbData: 1 });
    expect(await call('GetNotify', { hNotify })).toMatchObject({ Name: 'App', dwNotifyKey: 4 });
  });

  it.each(['UnblockGetNotifyCall', 'CloseNotify'])('stop waiting: %s', async (name) => {
    const { returns: hNotify } = await call('CreateNotify');
    const waiting = call('GetNotify', { hNotify });
    await call(name, { hNotify, Notify: hNotify });
    expect(await waiting).toEqual({ returns: 259 });
  });

  it('of version 2 tell all at once', async () => {
    const { returns: hNotify } = await call('CreateNotifyV2');
    const hGroup = await open('Group', 'Other');
    const filter = { dwObjectType: 2, FilterFlags: 0xffn };
    await call('AddNotifyV2', {
      hNotify,
      hObject: hGroup,
      filter,
      dwNotifyKey: 5,
      dwVersion: 2,
      isTargetedAtObject: 0,
    });
    await there.cluster.moveGroup('Other', 'NodeA');
    await there.cluster.until('quiet');
    const { dwNumNotifications, Notifications } = await call('GetNotifyV2', { hNotify });
    expect(Number(dwNumNotifications)).toBeGreaterThan(1);
    expect((Notifications as unknown[])[0]).toMatchObject({
      dwNotifyKey: 5,
      NotificationData: { FilterAndType: { dwObjectType: 2, FilterFlags: 8n }, Name: 'Other' },
    });
    const { returns: port } = await call('CreateNotifyV2');
    const { returns: hCluster } = await call('OpenCluster');
    const all = { dwObjectType: 1, FilterFlags: 0xffffn };
    await call('AddNotifyV2', {
      hNotify: port,
      hObject: hCluster,
      filter: all,
      dwNotifyKey: 6,
      dwVersion: 2,
      isTargetedAtObject: 0,
    });
    const waiting = call('GetNotifyAsync', { hNotify: port });
    await call('CreateGroup', { lpszGroupName: 'mine' });
    expect(await waiting).toMatchObject({ Notifications: [{ dwNotifyKey: 6, dwFilter: 4, Name: 'mine' }] });
  });
});

describe('what is not done', () => {
  it('says so', async () => {
    expect(await call('BackupClusterDatabase', { lpszPathName: 'x' })).toEqual({ returns: 120 });
    expect(await call('CreateGroupSet', { lpszGroupSetName: 'x' })).toEqual({ Status: 120, returns: null });
  });
});

describe('all methods that are done', () => {
  it('have been called here', () => {
    expect(there.api.implemented.filter((name) => !called.has(name))).toEqual([]);
  });
});
