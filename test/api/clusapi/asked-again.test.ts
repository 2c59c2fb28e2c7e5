/**
 * Every method that is implemented follows the cluster: it is asked, the cluster is changed, it is asked again, and the
 * answer is another one. An answer that is always the same cannot pass, and a method that is not in the table fails.
 *
 * Of a method that answers a status alone its effect is looked at, by another method. What is the same in any state of
 * a cluster (an id, a type) is asked of another cluster. The few that are constant by their nature are seen to stop
 * answering with the cluster: they are named below.
 */
import { describe, expect, it } from 'vitest';
import { clusapiMethods } from '../../../src/api/clusapi/idl/methods.js';
import { Fault } from '../../../src/api/clusapi/rpc/pdu.js';
import type { OpenInput } from '../../../src/cluster/cluster.js';
import { scene, THREE, WAYS, type Caller, type Scene } from '../../support/clusapi-scene.js';
import { Faulted } from '../../support/rpc-client.js';

type Values = Readonly<Record<string, unknown>>;
type Step = (told: Told) => Promise<unknown>;
/** A handle, opened where it is needed and then kept. */
type Handle = (told: Told) => Promise<unknown>;

/** What is asked, what is answered, what is changed, and what is answered then. */
interface Follow {
  readonly ask: Step;
  readonly before: unknown;
  readonly change: Step | OpenInput;
  readonly after: unknown;
  /** What has to be there first. */
  readonly first?: Step;
}

const GONE = 'gone';
const UNAVAILABLE = 1722;

/** One client of a cluster. */
class Told {
  /** How often the question has been asked. */
  turn = 0;
  readonly called = new Set<string>();
  private readonly handles = new Map<string, Promise<unknown>>();
  /** Something that is waited for, and what has come of it. */
  waited: unknown = 'waits';

  constructor(
    readonly it: Scene,
    private readonly caller: Caller,
  ) {}

  /** Calls a method; its answer with a status in any case. `GONE` where a handle of the request is closed. */
  async call(name: string, values: Values = {}): Promise<Values> {
    this.called.add(`Api${name}`);
    const ready: Record<string, unknown> = {};
    for (const [part, value] of Object.entries(values))
      ready[part] = typeof value === 'function' ? await (value as Handle)(this) : value;
    try {
      const answer = { returns: 0, ...(await this.caller(name, ready)) };
      return answer.returns === 6 ? { ...answer, returns: GONE } : answer;
    } catch (error) {
      if (error instanceof Faulted && error.status === Fault.CONTEXT_MISMATCH) return { returns: GONE };
      throw error;
    }
  }

  handle(name: string, values: Values): Promise<unknown> {
    const key = JSON.stringify([name, values]);
    const known = this.handles.get(key) ?? this.call(name, values).then(({ returns }) => returns);
    this.handles.set(key, known);
    return known;
  }
}

const handle =
  (name: string, values: Values = {}): Handle =>
  (told) =>
    told.handle(name, values);
const cluster = handle('OpenCluster');
const root = handle('GetRootKey', { samDesired: 1 });
const node = (lpszNodeName: string): Handle => handle('OpenNode', { lpszNodeName });
const group = (lpszGroupName: string): Handle => handle('OpenGroup', { lpszGroupName });
const resource = (lpszResourceName: string): Handle => handle('OpenResource', { lpszResourceName });
const network = handle('OpenNetwork', { lpszNetworkName: 'Cluster Network 1' });
const netInterface = (name: string): Handle =>
  handle('OpenNetInterface', { lpszNetInterfaceName: `${name} - Ethernet` });
const port = handle('CreateNotify');
const application = group('Application');

/** Calls a method that succeeds, at once or in the cluster's time; then that time passes. */
const done =
  (name: string, values: Values = {}, statuses: readonly number[] = [0, 997]): Step =>
  async (told) => {
    const { returns, Status = 0 } = await told.call(name, values);
    // Methods that open something answer a handle.
    if (typeof returns === 'number') expect(statuses).toContain(returns);
    else expect(returns).not.toBe(GONE);
    expect(Status).toBe(0);
    await told.it.cluster.until('quiet');
  };
const inTurn =
  (...steps: readonly Step[]): Step =>
  async (told) => {
    for (const each of steps) await each(told);
  };
const crash =
  (...servers: readonly string[]): Step =>
  async ({ it: { cluster: running } }) => {
    for (const server of servers) await running.crash(server);
    await running.until('quiet');
  };
/** No server is left: there is nobody who could answer. */
const end = crash('NodeA', 'NodeB', 'NodeC');

const field =
  (of: string, name: string, values: Values = {}): Step =>
  async (told) =>
    (await told.call(name, values))[of];
const status = (name: string, values: Values = {}): Step => field('returns', name, values);
/** What an open is answered with, beside its handle. */
const opened =
  (name: string, values: Values = {}): Step =>
  async (told) =>
    (await told.call(name, values))['Status'] ?? 0;

interface Entries {
  readonly Entry: readonly { readonly Name: string }[];
}
/** The names of an enumeration. */
const names =
  (name: string, values: Values = {}, of = 'ReturnEnum'): Step =>
  async (told) =>
    ((await told.call(name, values))[of] as Entries).Entry.map(({ Name }) => Name);

/** A property of what a control code answers. */
const property =
  (wanted: string, name: string, values: Values): Step =>
  async (told) => {
    const { lpOutBuffer } = await told.call(name, { ...values, nOutBufferSize: 4096 });
    return propertiesOf(lpOutBuffer as Uint8Array)[wanted];
  };

/** A property list read again: the name, its one value, an end mark; padded to four bytes. */
function propertiesOf(bytes: Uint8Array): Record<string, unknown> {
  const from = Buffer.from(bytes);
  const found: Record<string, unknown> = {};
  let at = 4;
  const part = (): [syntax: number, data: Buffer] => {
    const [syntax, size] = [from.readUInt32LE(at), from.readUInt32LE(at + 4)];
    const data = from.subarray(at + 8, at + 8 + size);
    at += 8 + Math.ceil(size / 4) * 4;
    return [syntax, data];
  };
  for (let count = from.readUInt32LE(0); count > 0; count -= 1) {
    const name = part()[1].toString('utf16le').replace('\0', '');
    const [syntax, data] = part();
    found[name] = syntax === 0x00010002 ? data.readUInt32LE(0) : data.toString('utf16le').replace(/\0+$/, '');
    at += 4;
  }
  return found;
}

// ---------------------------------------------------------------- changes that several are asked about

const evict = done('EvictNode', { hNode: node('NodeC') });
const makeGroup = (name = 'made'): Step => done('CreateGroup', { lpszGroupName: name });
const make = (name: string): Step =>
  done('CreateResource', {
    hGroup: group('Cluster Group'),
    lpszResourceName: name,
    lpszResourceType: 'Generic Service',
  });
const offline = (name: string): Step => done('OfflineResource', { hResource: resource(name) });
const online = (name: string): Step => done('OnlineResource', { hResource: resource(name) });
/** The cluster's new name is taken when its name is brought online again. */
const rename = inTurn(
  done('SetClusterName', { NewClusterName: 'NEW' }, [5024]),
  offline('Cluster Name'),
  online('Cluster Name'),
);
const renameNetwork = done('SetNetworkName', { hNetwork: network, lpszNetworkName: 'Renamed' });
const moveToB = done('MoveGroupToNode', { hGroup: application, hNode: node('NodeB') });
const toB = { ask: field('NodeName', 'GetGroupState', { hGroup: application }), before: 'NodeA', after: 'NodeB' };
const set = (name: string, text: string): Step =>
  done('SetValue', { hKey: root, lpValueName: name, dwType: 3, lpData: Buffer.from(text) });
/** A registry batch of one command on the value `v`: the command, a type, the name, data. */
const batch = (command: number, data = ''): { cbData: number; lpData: Uint8Array } => {
  const dword = (value: number): Buffer => Buffer.from(Uint32Array.of(value).buffer);
  const name = Buffer.from('v\0', 'utf16le');
  const parts = [dword(1), dword(command), dword(3), dword(name.length), name, dword(data.length), Buffer.from(data)];
  const lpData = Uint8Array.from(Buffer.concat([...parts, Buffer.alloc(data.length & 1)]));
  return { cbData: lpData.length, lpData };
};
const SET_VALUE = 1;
const READ_VALUE = 8;
const executed = (data: string): Step => done('ExecuteBatch', { hKey: root, ...batch(SET_VALUE, data) });
/** Whether a batch of reading finds the text. */
const readInBatch =
  (name: string): Step =>
  async (told) => {
    const { lpData: lpInData, cbData: cbInData } = batch(READ_VALUE);
    const { lpOutData } = await told.call(name, { hKey: root, cbInData, lpInData, flags: 0 });
    return Buffer.from(lpOutData as Uint8Array).includes('text');
  };
const ports = new WeakMap<Told, Promise<unknown>>();
const batchPort: Handle = (told) => {
  const known = ports.get(told) ?? told.call('CreateBatchPort', { hKey: root }).then((answer) => answer['phBatchPort']);
  ports.set(told, known);
  return known;
};
/** A batch, and what its port then tells. */
const batchHeard: Step = async (told) => {
  await batchPort(told);
  told.turn += 1;
  await executed(`turn${told.turn}`)(told);
  const { lpData } = await told.call('GetBatchNotification', { hBatchNotify: batchPort });
  return /turn\d/.exec(
    Buffer.from(lpData as Uint8Array)
      .toString('latin1')
      .slice(-8),
  )?.[0];
};
const batchesHeard = { ask: batchHeard, before: 'turn1', change: async () => undefined, after: 'turn2' };
const needs = (name: string, on: string): Step =>
  done('AddResourceDependency', { hResource: resource(name), hDependsOn: resource(on) });

const OTHER: OpenInput = { ...THREE, name: 'OTHER', productVersion: '6.0' };
/** Interfaces of an evicted node can still be opened (smbtorture does so); in a cluster without that node they cannot. */
const SMALLER: OpenInput = { name: 'C', servers: ['NodeA', 'NodeB'] };
const TURNED: OpenInput = { ...THREE, servers: ['NodeB', 'NodeA', 'NodeC'] };
const RETYPED: OpenInput = {
  ...THREE,
  groups: [
    {
      name: 'Application',
      servers: ['NodeA', 'NodeB'],
      resources: [{ name: 'app', type: 'vip', address: '10.0.0.9' }],
    },
  ],
};
const UUID = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/) as unknown;

const ofNode = { hHostNode: node('NodeA') };
const withNode = { hNode: node('NodeA') };

/** A handle that is closed is of no use any more. */
function closed(close: string, parameter: string, of: Handle, use: string, as: string, more: Values = {}): Follow {
  return {
    ask: status(use, { [as]: of, ...more }),
    before: 0,
    change: done(close, { [parameter]: of }),
    after: GONE,
  };
}

// ---------------------------------------------------------------- what ports tell

/** A new port, what is to be heard with it, what happens, and whom it tells of. The second time it is another one. */
const heard =
  (
    create: string,
    register: (of: 0 | 1, hNotify: unknown) => readonly [name: string, values: Values],
    read = 'GetNotify',
  ): Step =>
  async (told) => {
    told.turn += 1;
    const of = told.turn === 1 ? 0 : 1;
    const { returns: hNotify } = await told.call(create);
    expect((await told.call(...register(of, hNotify)))['returns']).toBe(0);
    await happens(told);
    return heardOf(await told.call(read, { hNotify }));
  };

/** Nodes, groups, resources and keys are changed, two of each, always in the same order. */
async function happens(told: Told): Promise<void> {
  const pause = told.turn === 1 ? 'PauseNode' : 'ResumeNode';
  for (const name of ['NodeB', 'NodeC']) await done(pause, { hNode: node(name) })(told);
  for (const name of ['Application', 'Other'])
    await done('SetGroupName', { hGroup: group(name), lpszGroupName: `${name} ${told.turn}` })(told);
  for (const name of ['disk', 'app'])
    await done('SetResourceName', { hResource: resource(name), lpszResourceName: `${name} ${told.turn}` })(told);
  for (const lpSubKey of ['One', 'Two']) {
    const { returns: hKey } = await told.call('CreateKey', { hKey: root, lpSubKey });
    await done('SetValue', { hKey, lpValueName: 'v', dwType: 3, lpData: Uint8Array.of(told.turn) })(told);
  }
}

function heardOf(answer: Values): unknown {
  const { Name, Notifications } = answer as {
    Name?: string;
    Notifications?: readonly { readonly Name?: string; readonly NotificationData?: { readonly Name: string } }[];
  };
  return Name ?? Notifications?.map((each) => each.Name ?? each.NotificationData?.Name);
}

const NODES = 1;
const GROUPS = 0x8000;
const RESOURCES = 0x800;
const KEYS = 0x40;
const both = (one: Handle, two: Handle): readonly [Handle, Handle] => [one, two];
const watch = (name: string, part: string, two: readonly [Handle, Handle], dwFilter: number) =>
  heard('CreateNotify', (of, hNotify) => [name, { hNotify, [part]: two[of], dwFilter, dwNotifyKey: 7 }]);
/** Everything of one kind: of the nodes at first, then of groups. */
const watchAll = (create = 'CreateNotify', read = 'GetNotify'): Step =>
  heard(
    create,
    (of, hNotify) => ['AddNotifyCluster', { hNotify, hCluster: cluster, dwFilter: [NODES, GROUPS][of] }],
    read,
  );
const watch2 = (read: string): Step =>
  heard(
    'CreateNotifyV2',
    (of, hNotify) => [
      'AddNotifyV2',
      { hNotify, hObject: [node('NodeB'), group('Other')][of], filter: { dwObjectType: 7, FilterFlags: 0x1fn } },
    ],
    read,
  );
const groupsHeard = { change: async () => undefined, before: 'Application 1', after: 'Other 2' };
const nodesHeard = { change: async () => undefined, before: 'NodeB', after: 'NodeC' };
const resourcesHeard = { change: async () => undefined, before: 'disk 1', after: 'app 2' };
const all = { change: async () => undefined, before: 'NodeB', after: 'Application 2' };
const all2 = { change: async () => undefined, before: ['NodeB'], after: ['Other 2'] };

// ---------------------------------------------------------------- the table

const FOLLOWS: Readonly<Record<string, Follow | readonly Follow[]>> = {
  // The cluster.
  OpenCluster: { ask: opened('OpenCluster'), before: 0, change: end, after: UNAVAILABLE },
  OpenClusterEx: { ask: opened('OpenClusterEx'), before: 0, change: end, after: UNAVAILABLE },
  CloseCluster: closed('CloseCluster', 'Cluster', cluster, 'ClusterControl', 'hCluster', {
    dwControlCode: 0x07000055,
    nOutBufferSize: 4096,
  }),
  SetClusterName: { ask: field('ClusterName', 'GetClusterName'), before: 'C', change: rename, after: 'NEW' },
  GetClusterName: { ask: field('NodeName', 'GetClusterName'), before: 'NodeA', change: crash('NodeA'), after: 'NodeB' },
  GetClusterVersion2: {
    ask: field('lpszCSDVersion', 'GetClusterVersion2'),
    before: '7.0',
    change: OTHER,
    after: '6.0',
  },
  CreateEnum: [
    {
      ask: names('CreateEnum', { dwType: 1 }),
      before: ['NodeA', 'NodeB', 'NodeC'],
      change: evict,
      after: ['NodeA', 'NodeB'],
    },
    {
      ask: names('CreateEnum', { dwType: 4 }),
      before: ['Cluster IP Address', 'Cluster Name', 'disk', 'app', 'name'],
      change: make('new'),
      after: ['Cluster IP Address', 'Cluster Name', 'new', 'disk', 'app', 'name'],
    },
    {
      ask: names('CreateEnum', { dwType: 8 }),
      before: ['Cluster Group', 'Application', 'Other'],
      change: makeGroup(),
      after: ['Cluster Group', 'Application', 'Other', 'made'],
    },
    {
      ask: names('CreateEnum', { dwType: 0x10 }),
      before: ['Cluster Network 1', 'Cluster Network 2'],
      change: renameNetwork,
      after: ['Renamed', 'Cluster Network 2'],
    },
  ],
  CreateEnumEx: {
    ask: names('CreateEnumEx', { hCluster: cluster, dwType: 1 }, 'ReturnIdEnum'),
    before: ['1', '2', '3'],
    change: evict,
    after: ['1', '2'],
  },
  ClusterControl: {
    ask: property('NodesUp', 'ClusterControl', { hCluster: cluster, dwControlCode: 0x07000055 }),
    before: 3,
    change: crash('NodeC'),
    after: 2,
  },
  NodeClusterControl: {
    ask: property('Name', 'NodeClusterControl', { hCluster: cluster, ...ofNode, dwControlCode: 0x07000055 }),
    before: 'C',
    change: rename,
    after: 'NEW',
  },
  OpenGroupSet: {
    ask: opened('OpenGroupSet', { lpszGroupSetName: 'Cluster Group' }),
    before: 0,
    change: end,
    after: UNAVAILABLE,
  },
  CloseGroupSet: {
    ask: status('CloseGroupSet', { GroupSet: handle('OpenGroupSet', { lpszGroupSetName: 'Cluster Group' }) }),
    before: 0,
    change: async () => undefined,
    after: GONE,
  },
  CreateGroupSetEnum: {
    ask: status('CreateGroupSetEnum', { hCluster: cluster }),
    before: 0,
    change: end,
    after: UNAVAILABLE,
  },

  // Nodes.
  OpenNode: { ask: opened('OpenNode', { lpszNodeName: 'NodeC' }), before: 0, change: evict, after: 5042 },
  OpenNodeEx: { ask: opened('OpenNodeEx', { lpszNodeName: '3' }), before: 0, change: evict, after: 5042 },
  CloseNode: closed('CloseNode', 'Node', node('NodeB'), 'GetNodeState', 'hNode'),
  GetNodeState: {
    ask: field('State', 'GetNodeState', { hNode: node('NodeB') }),
    before: 0,
    change: crash('NodeB'),
    after: 1,
  },
  GetNodeId: { ask: field('pGuid', 'GetNodeId', { hNode: node('NodeB') }), before: '2', change: TURNED, after: '1' },
  ...Object.fromEntries(
    ['PauseNode', 'PauseNodeEx', 'ResumeNode', 'ResumeNodeEx'].map((name): [string, Follow] => {
      const pauses = name.startsWith('Pause');
      return [
        name,
        {
          ask: field('State', 'GetNodeState', { hNode: node('NodeB') }),
          first: pauses ? undefined : done('PauseNode', { hNode: node('NodeB') }),
          before: pauses ? 0 : 2,
          change: done(name, { hNode: node('NodeB'), bDrainNode: 0 }),
          after: pauses ? 2 : 0,
        },
      ];
    }),
  ),
  EvictNode: { ask: field('State', 'GetNodeState', { hNode: node('NodeC') }), before: 0, change: evict, after: 1 },
  CreateNodeEnum: {
    ask: names('CreateNodeEnum', { hNode: node('NodeB'), dwType: 2 }),
    before: ['Other'],
    change: moveToB,
    after: ['Application', 'Other'],
  },
  CreateNodeEnumEx: {
    ask: names('CreateNodeEnumEx', { hNode: node('NodeB'), dwType: 2 }, 'ReturnNameEnum'),
    before: ['Other'],
    change: moveToB,
    after: ['Application', 'Other'],
  },
  ...Object.fromEntries(
    ['NodeControl', 'NodeNodeControl'].map((name): [string, Follow] => [
      name,
      {
        ask: property('DynamicWeight', name, { hNode: node('NodeB'), ...ofNode, dwControlCode: 0x04000055 }),
        before: 1,
        change: crash('NodeB'),
        after: 0,
      },
    ]),
  ),

  // Groups.
  ...Object.fromEntries(
    ['OpenGroup', 'OpenGroupEx'].map((name): [string, Follow] => [
      name,
      { ask: opened(name, { lpszGroupName: 'made' }), before: 5013, change: makeGroup(), after: 0 },
    ]),
  ),
  ...Object.fromEntries(
    ['CreateGroup', 'CreateGroupEx'].map((name): [string, Follow] => [
      name,
      {
        ask: opened('OpenGroup', { lpszGroupName: 'made' }),
        before: 5013,
        change: done(name, { lpszGroupName: 'made' }),
        after: 0,
      },
    ]),
  ),
  DeleteGroup: {
    ask: opened('OpenGroup', { lpszGroupName: 'made' }),
    first: makeGroup(),
    before: 0,
    change: done('DeleteGroup', { Group: group('made'), force: 0 }),
    after: 5013,
  },
  CloseGroup: closed('CloseGroup', 'Group', application, 'GetGroupState', 'hGroup'),
  GetGroupState: [
    { ...toB, ask: field('NodeName', 'GetGroupState', { hGroup: application }), change: crash('NodeA') },
    {
      ask: field('State', 'GetGroupState', { hGroup: application }),
      before: 0,
      change: done('OfflineGroup', { hGroup: application }),
      after: 1,
    },
  ],
  SetGroupName: {
    ask: names('CreateEnum', { dwType: 8 }),
    before: ['Cluster Group', 'Application', 'Other'],
    change: done('SetGroupName', { hGroup: application, lpszGroupName: 'Renamed' }),
    after: ['Cluster Group', 'Renamed', 'Other'],
  },
  GetGroupId: { ask: field('pGuid', 'GetGroupId', { hGroup: application }), before: UUID, change: OTHER, after: UUID },
  ...Object.fromEntries(
    ['OnlineGroup', 'OnlineGroupEx', 'OfflineGroup', 'OfflineGroupEx'].map((name): [string, Follow] => {
      const on = name.startsWith('On');
      return [
        name,
        {
          ask: field('State', 'GetGroupState', { hGroup: application }),
          first: on ? done('OfflineGroup', { hGroup: application }) : undefined,
          before: on ? 1 : 0,
          change: done(name, { hGroup: application, lpInBuffer: new Uint8Array() }),
          after: on ? 0 : 1,
        },
      ];
    }),
  ),
  ...Object.fromEntries(
    ['MoveGroup', 'MoveGroupEx', 'MoveGroupToNode', 'MoveGroupToNodeEx'].map((name): [string, Follow] => [
      name,
      { ...toB, change: done(name, { hGroup: application, hNode: node('NodeB'), lpInBuffer: new Uint8Array() }) },
    ]),
  ),
  CreateGroupResourceEnum: {
    ask: names('CreateGroupResourceEnum', { hGroup: group('Cluster Group'), dwType: 1 }),
    before: ['Cluster IP Address', 'Cluster Name'],
    change: make('new'),
    after: ['Cluster IP Address', 'Cluster Name', 'new'],
  },
  ...Object.fromEntries(
    ['GroupControl', 'NodeGroupControl'].map((name): [string, Follow] => [
      name,
      {
        ...toB,
        ask: property('OwnerNode', name, { hGroup: application, ...withNode, dwControlCode: 0x03000055 }),
        change: moveToB,
      },
    ]),
  ),
  CreateGroupEnum: {
    ask: async (told) => {
      const { ppResultList } = await told.call('CreateGroupEnum', { hCluster: cluster });
      const { Entry } = ppResultList as { Entry: readonly { Name: string; dwState: number; Owner: string }[] };
      return Entry.map(({ Name, dwState, Owner }) => [Name, dwState, Owner]);
    },
    before: [
      ['Cluster Group', 0, 'NodeA'],
      ['Application', 0, 'NodeA'],
      ['Other', 0, 'NodeB'],
    ],
    change: inTurn(moveToB, done('OfflineGroup', { hGroup: group('Other') })),
    after: [
      ['Cluster Group', 0, 'NodeA'],
      ['Application', 0, 'NodeB'],
      ['Other', 1, 'NodeB'],
    ],
  },

  // Resources.
  ...Object.fromEntries(
    ['OpenResource', 'OpenResourceEx', 'CreateResource'].map((name): [string, Follow] => [
      name,
      {
        ask: opened(name.replace('Create', 'Open'), { lpszResourceName: 'new' }),
        before: 5007,
        change: make('new'),
        after: 0,
      },
    ]),
  ),
  CloseResource: closed('CloseResource', 'Resource', resource('app'), 'GetResourceState', 'hResource'),
  DeleteResource: {
    ask: opened('OpenResource', { lpszResourceName: 'new' }),
    first: make('new'),
    before: 0,
    change: done('DeleteResource', { hResource: resource('new') }),
    after: 5007,
  },
  GetResourceState: [
    { ...toB, ask: field('NodeName', 'GetResourceState', { hResource: resource('app') }), change: moveToB },
    {
      ask: field('State', 'GetResourceState', { hResource: resource('app') }),
      before: 2,
      change: done('OfflineGroup', { hGroup: application }),
      after: 3,
    },
    {
      ask: field('GroupName', 'GetResourceState', { hResource: resource('app') }),
      before: 'Application',
      change: done('SetGroupName', { hGroup: application, lpszGroupName: 'Renamed' }),
      after: 'Renamed',
    },
  ],
  SetResourceName: {
    ask: opened('OpenResource', { lpszResourceName: 'Renamed' }),
    before: 5007,
    change: done('SetResourceName', { hResource: resource('app'), lpszResourceName: 'Renamed' }),
    after: 0,
  },
  GetResourceId: {
    ask: field('pGuid', 'GetResourceId', { hResource: resource('app') }),
    before: UUID,
    change: OTHER,
    after: UUID,
  },
  GetResourceType: {
    ask: field('lpszResourceType', 'GetResourceType', { hResource: resource('app') }),
    before: 'Generic Script',
    change: RETYPED,
    after: 'IP Address',
  },
  RestartResource: {
    ask: status('RestartResource', { hResource: resource('Cluster IP Address'), dwFlags: 0 }),
    before: 0,
    change: offline('Cluster IP Address'),
    after: 5004,
  },
  FailResource: { ...toB, change: done('FailResource', { hResource: resource('app') }) },
  ...Object.fromEntries(
    ['OnlineResource', 'OnlineResourceEx', 'OfflineResource', 'OfflineResourceEx'].map((name): [string, Follow] => {
      const on = name.startsWith('On');
      return [
        name,
        {
          ask: field('State', 'GetResourceState', { hResource: resource('name') }),
          first: on ? offline('name') : undefined,
          before: on ? 3 : 2,
          change: done(name, { hResource: resource('name'), lpInBuffer: new Uint8Array() }),
          after: on ? 2 : 3,
        },
      ];
    }),
  ),
  ...Object.fromEntries(
    ['AddResourceDependency', 'GetResourceDependencyExpression'].map((name): [string, Follow] => [
      name,
      {
        ask: field('lpszDependencyExpression', 'GetResourceDependencyExpression', { hResource: resource('one') }),
        first: inTurn(make('one'), make('two')),
        before: '',
        change: needs('one', 'two'),
        after: '[two]',
      },
    ]),
  ),
  RemoveResourceDependency: {
    ask: names('CreateResEnum', { hResource: resource('Cluster Name'), dwType: 1 }),
    before: ['Cluster IP Address'],
    change: done('RemoveResourceDependency', {
      hResource: resource('Cluster Name'),
      hDependsOn: resource('Cluster IP Address'),
    }),
    after: [],
  },
  CanResourceBeDependent: {
    ask: status('CanResourceBeDependent', { hResource: resource('one'), hResourceDependent: resource('two') }),
    first: inTurn(make('one'), make('two')),
    before: 0,
    change: needs('two', 'one'),
    after: 5069,
  },
  CreateResEnum: {
    ask: names('CreateResEnum', { hResource: resource('two'), dwType: 2 }),
    first: inTurn(make('one'), make('two')),
    before: [],
    change: needs('one', 'two'),
    after: ['one'],
  },
  GetResourceNetworkName: {
    ask: field('lpszName', 'GetResourceNetworkName', { hResource: resource('Cluster Name') }),
    before: 'C',
    change: rename,
    after: 'NEW',
  },
  GetQuorumResource: { ask: status('GetQuorumResource'), before: 0, change: end, after: UNAVAILABLE },
  ...Object.fromEntries(
    ['ResourceControl', 'NodeResourceControl'].map((name): [string, Follow] => [
      name,
      {
        ask: property('State', name, { hResource: resource('name'), ...withNode, dwControlCode: 0x01000055 }),
        before: 2,
        change: offline('name'),
        after: 3,
      },
    ]),
  ),
  CreateResourceEnum: {
    ask: names('CreateResourceEnum', { hCluster: cluster }, 'ppResultList'),
    before: ['Cluster IP Address', 'Cluster Name', 'disk', 'app', 'name'],
    change: make('new'),
    after: ['Cluster IP Address', 'Cluster Name', 'new', 'disk', 'app', 'name'],
  },
  CreateResTypeEnum: {
    ask: names('CreateResTypeEnum', { lpszTypeName: 'Generic Service', dwType: 3 }),
    before: ['NodeA', 'NodeB', 'NodeC'],
    change: inTurn(make('new'), evict),
    after: ['NodeA', 'NodeB', 'new'],
  },
  ...Object.fromEntries(
    ['ResourceTypeControl', 'NodeResourceTypeControl'].map((name): [string, Follow] => [
      name,
      {
        ask: property('Description', name, {
          hCluster: cluster,
          ...withNode,
          lpszResourceTypeName: 'Generic Service',
          dwControlCode: 0x02000059,
        }),
        before: '0 of them in C',
        change: make('new'),
        after: '1 of them in C',
      },
    ]),
  ),

  // Networks.
  ...Object.fromEntries(
    ['OpenNetwork', 'OpenNetworkEx', 'SetNetworkName'].map((name): [string, Follow] => [
      name,
      {
        ask: opened(name.replace('SetNetworkName', 'OpenNetwork'), { lpszNetworkName: 'Renamed' }),
        before: 5045,
        change: renameNetwork,
        after: 0,
      },
    ]),
  ),
  CloseNetwork: closed('CloseNetwork', 'Network', network, 'GetNetworkState', 'hNetwork'),
  GetNetworkState: {
    ask: status('GetNetworkState', { hNetwork: network }),
    before: 0,
    change: end,
    after: UNAVAILABLE,
  },
  GetNetworkId: {
    ask: field('pGuid', 'GetNetworkId', { hNetwork: network }),
    before: UUID,
    change: OTHER,
    after: UUID,
  },
  CreateNetworkEnum: {
    ask: names('CreateNetworkEnum', { hNetwork: network, dwType: 1 }),
    before: ['NodeA - Ethernet', 'NodeB - Ethernet', 'NodeC - Ethernet'],
    change: evict,
    after: ['NodeA - Ethernet', 'NodeB - Ethernet'],
  },
  ...Object.fromEntries(
    ['NetworkControl', 'NodeNetworkControl'].map((name): [string, Follow] => [
      name,
      {
        ask: property('Name', name, { hNetwork: network, ...withNode, dwControlCode: 0x05000055 }),
        before: 'Cluster Network 1',
        change: renameNetwork,
        after: 'Renamed',
      },
    ]),
  ),
  ...Object.fromEntries(
    ['OpenNetInterface', 'OpenNetInterfaceEx'].map((name): [string, Follow] => [
      name,
      { ask: opened(name, { lpszNetInterfaceName: 'NodeC - Ethernet' }), before: 0, change: SMALLER, after: 5047 },
    ]),
  ),
  CloseNetInterface: closed(
    'CloseNetInterface',
    'NetInterface',
    netInterface('NodeB'),
    'GetNetInterfaceState',
    'hNetInterface',
  ),
  GetNetInterfaceState: {
    ask: field('State', 'GetNetInterfaceState', { hNetInterface: netInterface('NodeB') }),
    before: 3,
    change: crash('NodeB'),
    after: 2,
  },
  GetNetInterfaceId: {
    ask: field('pGuid', 'GetNetInterfaceId', { hNetInterface: netInterface('NodeB') }),
    before: UUID,
    change: OTHER,
    after: UUID,
  },
  GetNetInterface: {
    ask: field('returns', 'GetNetInterface', { lpszNodeName: 'NodeC', lpszNetworkName: 'Cluster Network 1' }),
    before: 0,
    change: evict,
    after: 5047,
  },
  ...Object.fromEntries(
    ['NetInterfaceControl', 'NodeNetInterfaceControl'].map((name): [string, Follow] => [
      name,
      {
        ask: property('Network', name, {
          hNetInterface: netInterface('NodeB'),
          ...withNode,
          dwControlCode: 0x06000055,
        }),
        before: 'Cluster Network 1',
        change: renameNetwork,
        after: 'Renamed',
      },
    ]),
  ),
  CreateNetInterfaceEnum: {
    ask: names('CreateNetInterfaceEnum', {
      hCluster: cluster,
      lpszNodeName: 'NodeC',
      lpszNetworkName: 'Cluster Network 1',
    }),
    before: ['NodeC - Ethernet'],
    change: evict,
    after: [],
  },

  // Keys.
  GetRootKey: { ask: opened('GetRootKey', { samDesired: 1 }), before: 0, change: end, after: UNAVAILABLE },
  CreateKey: {
    ask: field('lpdwDisposition', 'CreateKey', { hKey: root, lpSubKey: 'Made' }),
    before: 1,
    change: async () => undefined,
    after: 2,
  },
  OpenKey: {
    ask: opened('OpenKey', { hKey: root, lpSubKey: 'Made' }),
    before: 2,
    change: done('CreateKey', { hKey: root, lpSubKey: 'Made' }),
    after: 0,
  },
  CloseKey: closed('CloseKey', 'pKey', root, 'QueryInfoKey', 'hKey'),
  EnumKey: {
    ask: status('EnumKey', { hKey: handle('OpenKey', { hKey: root, lpSubKey: 'Nodes' }), dwIndex: 2 }),
    before: 0,
    change: evict,
    after: 259,
  },
  DeleteKey: {
    ask: opened('OpenKey', { hKey: root, lpSubKey: 'Made' }),
    first: done('CreateKey', { hKey: root, lpSubKey: 'Made' }),
    before: 0,
    change: done('DeleteKey', { hKey: root, lpSubKey: 'Made' }),
    after: 2,
  },
  SetValue: {
    ask: status('QueryValue', { hKey: root, lpValueName: 'v', cbData: 64 }),
    before: 2,
    change: set('v', 'text'),
    after: 0,
  },
  DeleteValue: {
    ask: status('QueryValue', { hKey: root, lpValueName: 'v', cbData: 64 }),
    first: set('v', 'text'),
    before: 0,
    change: done('DeleteValue', { hKey: root, lpValueName: 'v' }),
    after: 2,
  },
  QueryValue: {
    ask: async (told) => {
      const { lpData, lpcbRequired } = await told.call('QueryValue', {
        hKey: root,
        lpValueName: 'ClusterName',
        cbData: 64,
      });
      return Buffer.from(lpData as Uint8Array).toString('utf16le', 0, Number(lpcbRequired));
    },
    before: 'C\0',
    change: rename,
    after: 'NEW\0',
  },
  EnumValue: {
    ask: field('TotalSize', 'EnumValue', { hKey: root, dwIndex: 1, lpcbData: 64 }),
    before: 4,
    change: rename,
    after: 8,
  },
  QueryInfoKey: {
    ask: field('lpcValues', 'QueryInfoKey', { hKey: root }),
    before: 2,
    change: set('v', 'text'),
    after: 3,
  },
  GetKeySecurity: {
    ask: status('GetKeySecurity', {
      hKey: root,
      SecurityInformation: 4,
      pRpcSecurityDescriptor: { cbInSecurityDescriptor: 64, cbOutSecurityDescriptor: 0 },
    }),
    before: 0,
    change: end,
    after: UNAVAILABLE,
  },

  // Notifications.
  ExecuteBatch: {
    ask: status('QueryValue', { hKey: root, lpValueName: 'v', cbData: 64 }),
    before: 2,
    change: executed('text'),
    after: 0,
  },
  ExecuteReadBatch: { ask: readInBatch('ExecuteReadBatch'), before: false, change: executed('text'), after: true },
  ExecuteReadBatchEx: { ask: readInBatch('ExecuteReadBatchEx'), before: false, change: executed('text'), after: true },
  CreateBatchPort: batchesHeard,
  GetBatchNotification: batchesHeard,
  CloseBatchPort: {
    first: inTurn(batchPort, executed('one'), executed('two')),
    ask: status('GetBatchNotification', { hBatchNotify: batchPort }),
    before: 0,
    change: done('CloseBatchPort', { phBatchPort: batchPort }),
    after: GONE,
  },
  CreateNotify: { ask: watchAll(), ...all },
  CreateNotifyV2: { ask: watch2('GetNotifyV2'), ...all2 },
  CloseNotify: closed('CloseNotify', 'Notify', port, 'AddNotifyCluster', 'hNotify', { hCluster: cluster, dwFilter: 1 }),
  UnblockGetNotifyCall: {
    first: async (told) => {
      const answer = told.call('GetNotify', { hNotify: await port(told) });
      void answer.then(({ returns }) => (told.waited = returns));
    },
    ask: async (told) => {
      await new Promise((resolve) => setImmediate(resolve));
      return told.waited;
    },
    before: 'waits',
    change: done('UnblockGetNotifyCall', { hNotify: port }),
    after: 259,
  },
  AddNotifyCluster: { ask: watchAll(), ...all },
  AddNotifyGroup: { ask: watch('AddNotifyGroup', 'hGroup', both(application, group('Other')), GROUPS), ...groupsHeard },
  AddNotifyNode: { ask: watch('AddNotifyNode', 'hNode', both(node('NodeB'), node('NodeC')), NODES), ...nodesHeard },
  AddNotifyResource: {
    ask: watch('AddNotifyResource', 'hResource', both(resource('disk'), resource('app')), RESOURCES),
    ...resourcesHeard,
  },
  ReAddNotifyGroup: {
    ask: watch('ReAddNotifyGroup', 'hGroup', both(application, group('Other')), GROUPS),
    ...groupsHeard,
  },
  ReAddNotifyNode: { ask: watch('ReAddNotifyNode', 'hNode', both(node('NodeB'), node('NodeC')), NODES), ...nodesHeard },
  ReAddNotifyResource: {
    ask: watch('ReAddNotifyResource', 'hResource', both(resource('disk'), resource('app')), RESOURCES),
    ...resourcesHeard,
  },
  AddNotifyKey: {
    ask: heard('CreateNotify', (of, hNotify) => [
      'AddNotifyKey',
      {
        hNotify,
        hKey: handle('CreateKey', { hKey: root, lpSubKey: ['One', 'Two'][of] }),
        Filter: KEYS,
        dwNotifyKey: 7,
      },
    ]),
    change: async () => undefined,
    before: 'One',
    after: 'Two',
  },
  GetNotify: { ask: watchAll(), ...all },
  AddNotifyV2: { ask: watch2('GetNotifyV2'), ...all2 },
  GetNotifyV2: { ask: watch2('GetNotifyV2'), ...all2 },
  GetNotifyAsync: { ask: watch2('GetNotifyAsync'), ...all2 },
};

/** Their answers are the same in every state of every cluster: only that they end with it can be seen. */
const CONSTANT = [
  'OpenCluster',
  'OpenClusterEx',
  'OpenGroupSet',
  'CreateGroupSetEnum',
  'GetNetworkState',
  'GetQuorumResource',
  'GetRootKey',
  'GetKeySecurity',
];

async function asked(way: (scene: Scene) => Promise<Caller>, input: OpenInput, first?: Step): Promise<Told> {
  const it_ = await scene(input);
  const told = new Told(it_, await way(it_));
  await first?.(told);
  return told;
}

async function ended({ it: { api, cluster: running, failed } }: Told): Promise<void> {
  expect(failed).toEqual([]);
  api.close();
  await running.close();
}

/** Whether a method of version 3 is called on a connection of version 2. */
const tooNew = (way: string, name: string): boolean =>
  way.includes('version 2') && clusapiMethods[`Api${name}` as keyof typeof clusapiMethods].since > 2;

describe.each(WAYS)('the answer follows the cluster, %s', (wayName, way) => {
  const rows = Object.entries(FOLLOWS)
    .filter(([name]) => !tooNew(wayName, name) && !(wayName.includes('version 2') && NEEDS_3.has(name)))
    .flatMap(([name, follow]) => [follow].flat().map((each): [string, Follow] => [name, each]));

  it.each(rows)('%s', async (name, { ask, before, change, after, first }) => {
    const told = await asked(way, THREE, first);
    const was = await ask(told);
    let later = told;
    if (typeof change === 'function') await change(told);
    else later = await asked(way, change, first);
    const is = await ask(later);
    expect([was, is]).toEqual([before, after]);
    expect(is).not.toEqual(was);
    expect(told.called).toContain(`Api${name}`);
    for (const each of new Set([told, later])) await ended(each);
  });
});

/** Methods of both versions whose effect is seen by one of version 3. */
const NEEDS_3 = new Set(['AddResourceDependency']);

describe('the table', () => {
  it('has every method that is implemented, and no other', async () => {
    const told = await asked(WAYS[0][1], THREE);
    expect(
      Object.keys(FOLLOWS)
        .map((name) => `Api${name}`)
        .sort(),
    ).toEqual([...told.it.api.implemented].sort());
    await ended(told);
  });

  it('names those whose answers are constant', () => {
    const constant = Object.entries(FOLLOWS).filter(([, follow]) =>
      [follow].flat().every(({ after }) => after === UNAVAILABLE),
    );
    expect(constant.map(([name]) => name).sort()).toEqual([...CONSTANT].sort());
  });
});
