/**
 * How each documented error of the 16 functions of Ver4.x comes about (chapter 3). What only a broken machine gives is
 * injected; all else has its natural cause.
 */
import type { ApplicationThread } from '../../src/api/application.js';
import { ARMAPI_VERSION } from '../../src/api/arm-server/versions.js';
import { type Ref, ref } from '../../src/api/facade/call.js';
import type { Backend } from '../../src/cluster/backend.js';
import type { Cluster } from '../../src/cluster/cluster.js';
import type { Case, Scene } from './case.js';

const VERSION = ARMAPI_VERSION['7.0 32bit'];
const goOn = (): boolean => true;
const stop = (): boolean => false;

/** What a call needs that stands in a place of its own. */
interface Place {
  readonly handle: Ref;
  readonly event: number;
}

type Go = (thread: ApplicationThread, place: Place) => Promise<boolean>;

/** Each function called as it should be, and it succeeds: on a member, a watch started where there is `place.event`. */
const right = {
  ArmInitializeApi: ({ armapi4 }) => armapi4.ArmInitializeApi(ref(), VERSION, 5),
  ArmTerminateApi: ({ armapi4 }, { handle }) => armapi4.ArmTerminateApi(handle.value),
  ArmGetClusterName: ({ armapi4 }) => armapi4.ArmGetClusterName(new Uint8Array(16), ref(16)),
  ArmEnumServer: ({ armapi4 }) => armapi4.ArmEnumServer(goOn, 0),
  ArmGetServerInfo: (thread) => thread.armapi4.ArmGetServerInfo('B', thread.structures4.ARM_SERVER_INFO.allocate()),
  ArmEnumGroup: ({ armapi4 }) => armapi4.ArmEnumGroup(null, goOn, 0),
  ArmGetGroupInfo: ({ armapi4 }) => armapi4.ArmGetGroupInfo('G', new Uint8Array(512), ref(512)),
  ArmEnumResource: ({ armapi4 }) => armapi4.ArmEnumResource(null, 0xffffffff, goOn, 0),
  ArmGetResourceInfo: (thread) =>
    thread.armapi4.ArmGetResourceInfo('disk', thread.structures4.ARM_RESOURCE_INFO.allocate()),
  ArmEnumLogicalService: ({ armapi4 }) => armapi4.ArmEnumLogicalService(null, goOn, 0),
  ArmGetServerStatus: ({ armapi4 }) => armapi4.ArmGetServerStatus('B', ref()),
  ArmGetGroupStatus: (thread) => thread.armapi4.ArmGetGroupStatus('G', thread.structures4.ARM_GROUP_STATUS.allocate()),
  ArmGetResourceStatus: (thread) =>
    thread.armapi4.ArmGetResourceStatus('disk', thread.structures4.ARM_RESOURCE_STATUS.allocate()),
  ArmStartEventWatch: ({ armapi4, kernel32 }, { handle }) =>
    armapi4.ArmStartEventWatch(handle.value, kernel32.CreateEvent()),
  ArmCancelEventWatch: ({ armapi4 }, { event }) => armapi4.ArmCancelEventWatch(event),
  ArmGetEventInfo: (thread, { event }) => fetchInto(thread, event, thread.structures4.ARM_EVENT_INFO.allocate()),
} satisfies Readonly<Record<string, Go>>;

type Name = keyof typeof right;
const rightly: Readonly<Record<Name, Go>> = right;
const names = Object.keys(right) as Name[];
const allBut = (...without: Name[]): Name[] => names.filter((name) => !without.includes(name));

function fetchInto({ armapi4 }: ApplicationThread, event: number, buffer: Uint8Array): Promise<boolean> {
  return armapi4.ArmGetEventInfo(event, buffer, ref(buffer.length), ref());
}

/** An application that has initialised the API and watches with one event object. */
async function ready(scene: Scene, on: Cluster | Backend, machine: string): Promise<[ApplicationThread, Place]> {
  const { main } = scene.application(on, machine);
  const handle = ref();
  const event = main.kernel32.CreateEvent();
  const { armapi4 } = main;
  if (!(await armapi4.ArmInitializeApi(handle, VERSION, 5))) throw new Error(main.explain());
  if (!(await armapi4.ArmStartEventWatch(handle.value, event))) throw new Error(main.explain());
  return [main, { handle, event }];
}

function aCase(name: Name, error: string, because: RegExp, reproduce: Case['reproduce']): Case {
  return { api: 'server4', function: name, error: `ARMERR_${error}`, because, reproduce };
}

// ---------------------------------------------------------------- errors that many functions have

const notInitialized = allBut('ArmInitializeApi').map((name) =>
  aCase(name, 'NOT_INITIALIZED', /^ArmInitializeApi comes first$/, async (scene) => {
    const { main } = scene.application(await scene.running(), 'A');
    return { thread: main, answer: await rightly[name](main, { handle: ref(), event: 4 }) };
  }),
);

/** On a machine that is broken in that way. */
function broken(name: Name, error: string): Case {
  return aCase(name, error, /^a fault was injected$/, async (scene) => {
    const cluster = await scene.running();
    if (name === 'ArmInitializeApi') {
      const { main } = scene.application(cluster, 'A');
      scene.fault(cluster, 'A', name, `ARMERR_${error}`);
      return { thread: main, answer: await main.armapi4.ArmInitializeApi(ref(), VERSION, 5) };
    }
    const [thread, place] = await ready(scene, cluster, 'A');
    scene.fault(cluster, 'A', name, `ARMERR_${error}`);
    return { thread, answer: await rightly[name](thread, place) };
  });
}

const definitions = [
  'ArmEnumServer',
  'ArmGetServerInfo',
  'ArmEnumGroup',
  'ArmGetGroupInfo',
  'ArmEnumResource',
  'ArmGetResourceInfo',
  'ArmEnumLogicalService',
] as const;

const faults = [
  // The service of a server that has initialised the API once runs as long as the server.
  ...allBut('ArmInitializeApi').map((name) => broken(name, 'CANNOT_CONNECT')),
  ...names.map((name) => broken(name, 'COMM_ERROR')),
  ...definitions.map((name) => broken(name, 'NOT_ENOUGH_MEMORY')),
  broken('ArmInitializeApi', 'NOT_ENOUGH_MEMORY'),
  broken('ArmInitializeApi', 'CANNOT_ALLOCATE_RESOURCE'),
  broken('ArmInitializeApi', 'CANNOT_CREATE_THREAD'),
];

/** On a machine that is registered in no cluster. */
const notClusterMember = [
  'ArmGetClusterName' as const,
  ...definitions,
  'ArmGetGroupStatus' as const,
  'ArmGetResourceStatus' as const,
].map((name) =>
  aCase(name, 'NOT_CLUSTER_MEMBER', /^Lone is registered in no cluster$/, async (scene) => {
    const [thread, place] = await ready(scene, await scene.lone(), 'Lone');
    return { thread, answer: await rightly[name](thread, place) };
  }),
);

/** After a crash and a restart with auto-return off. */
const offCluster = [
  ...definitions,
  'ArmGetServerStatus' as const,
  'ArmGetGroupStatus' as const,
  'ArmGetResourceStatus' as const,
].map((name) =>
  aCase(name, 'OFF_CLUSTER', /^A does not take part in its cluster now$/, async (scene) => {
    const cluster = await scene.running({ autoReturn: false });
    await cluster.crash('A');
    await cluster.until({ server: 'A', status: ['DOWN', 'FAIL'] });
    await cluster.restart('A');
    await cluster.until({ server: 'A', status: ['OFF_CLUSTER', 'FAIL'] });
    const [thread, place] = await ready(scene, cluster, 'A');
    return { thread, answer: await rightly[name](thread, place) };
  }),
);

// ---------------------------------------------------------------- errors of one call on a running member

/** A failing call of an application that is ready, on server A of the running cluster. */
function onMember(name: Name, error: string, because: RegExp, go: Go): Case {
  return aCase(name, error, because, async (scene) => {
    const [thread, place] = await ready(scene, await scene.running(), 'A');
    return { thread, answer: await go(thread, place) };
  });
}

const parameters = [
  onMember('ArmInitializeApi', 'INVALID_PARAMETER', /^lpdwArmApiHandle is no LPDWORD$/, ({ armapi4 }) =>
    armapi4.ArmInitializeApi(null, VERSION, 5),
  ),
  onMember('ArmGetClusterName', 'INVALID_PARAMETER', /^lpszClusterName is no LPTSTR$/, ({ armapi4 }) =>
    armapi4.ArmGetClusterName(null, ref(16)),
  ),
  onMember('ArmEnumServer', 'INVALID_PARAMETER', /^ServerEnumProc is no ARM_SRV_ENUM_PROC$/, ({ armapi4 }) =>
    armapi4.ArmEnumServer(null, 0),
  ),
  onMember('ArmGetServerInfo', 'INVALID_PARAMETER', /^the buffer has 7 bytes/, ({ armapi4 }) =>
    armapi4.ArmGetServerInfo('.', new Uint8Array(7)),
  ),
  onMember('ArmEnumGroup', 'INVALID_PARAMETER', /^GroupEnumProc is no ARM_GRP_ENUM_PROC$/, ({ armapi4 }) =>
    armapi4.ArmEnumGroup('', null, 0),
  ),
  onMember('ArmGetGroupInfo', 'INVALID_PARAMETER', /^lpszGroupName is no LPCTSTR$/, ({ armapi4 }) =>
    armapi4.ArmGetGroupInfo(null, new Uint8Array(512), ref(512)),
  ),
  onMember('ArmEnumResource', 'INVALID_PARAMETER', /^dwResourceType 0x0 names no resource type$/, ({ armapi4 }) =>
    armapi4.ArmEnumResource(null, 0, goOn, 0),
  ),
  onMember('ArmGetResourceInfo', 'INVALID_PARAMETER', /^lpArmResourceInfo is no LPARM_RESOURCE_INFO$/, ({ armapi4 }) =>
    armapi4.ArmGetResourceInfo('disk', null),
  ),
  onMember('ArmEnumLogicalService', 'INVALID_PARAMETER', /is no ARM_LOGSRV_ENUM_PROC$/, ({ armapi4 }) =>
    armapi4.ArmEnumLogicalService('G', null, 0),
  ),
  onMember('ArmGetServerStatus', 'INVALID_PARAMETER', /^lpszServerName is no LPCTSTR$/, ({ armapi4 }) =>
    armapi4.ArmGetServerStatus(null, ref()),
  ),
  onMember('ArmGetGroupStatus', 'INVALID_PARAMETER', /^the buffer has 3 bytes/, ({ armapi4 }) =>
    armapi4.ArmGetGroupStatus('G', new Uint8Array(3)),
  ),
  onMember('ArmGetResourceStatus', 'INVALID_PARAMETER', /^lpszResourceName is no LPCTSTR$/, (thread) =>
    thread.armapi4.ArmGetResourceStatus(null, thread.structures4.ARM_RESOURCE_STATUS.allocate()),
  ),
  onMember('ArmStartEventWatch', 'INVALID_PARAMETER', /^4711 is no handle of an event object$/, (thread, place) =>
    thread.armapi4.ArmStartEventWatch(place.handle.value, 4711),
  ),
  onMember('ArmCancelEventWatch', 'INVALID_PARAMETER', /^0 is no handle of an event object$/, ({ armapi4 }) =>
    armapi4.ArmCancelEventWatch(0),
  ),
  onMember('ArmGetEventInfo', 'INVALID_PARAMETER', /^lpfRemain is no LPBOOL$/, (thread, { event }) => {
    const info = thread.structures4.ARM_EVENT_INFO;
    return thread.armapi4.ArmGetEventInfo(event, info.allocate(), ref(info.size), null);
  }),
];

const notFound = [
  onMember('ArmGetServerInfo', 'SERVER_NOT_FOUND', /^C has no server "X"$/, (thread) =>
    thread.armapi4.ArmGetServerInfo('X', thread.structures4.ARM_SERVER_INFO.allocate()),
  ),
  onMember('ArmGetServerStatus', 'SERVER_NOT_FOUND', /^C has no server ""$/, ({ armapi4 }) =>
    armapi4.ArmGetServerStatus('', ref()),
  ),
  onMember('ArmEnumGroup', 'GROUP_NOT_FOUND', /^C has no group with the logical service "other"$/, ({ armapi4 }) =>
    armapi4.ArmEnumGroup('other', goOn, 0),
  ),
  onMember('ArmGetGroupInfo', 'GROUP_NOT_FOUND', /^C has no group "X"$/, ({ armapi4 }) =>
    armapi4.ArmGetGroupInfo('X', new Uint8Array(512), ref(512)),
  ),
  onMember('ArmEnumLogicalService', 'GROUP_NOT_FOUND', /^C has no group "X"$/, ({ armapi4 }) =>
    armapi4.ArmEnumLogicalService('X', goOn, 0),
  ),
  onMember('ArmGetGroupStatus', 'GROUP_NOT_FOUND', /^C has no group "X"$/, (thread) =>
    thread.armapi4.ArmGetGroupStatus('X', thread.structures4.ARM_GROUP_STATUS.allocate()),
  ),
  onMember('ArmEnumResource', 'RESOURCE_NOT_FOUND', /^H has no such resource to be seen$/, ({ armapi4 }) =>
    armapi4.ArmEnumResource('H', 0xffffffff, goOn, 0),
  ),
  onMember('ArmGetResourceInfo', 'RESOURCE_NOT_FOUND', /^C has no resource "X" to be seen$/, (thread) =>
    thread.armapi4.ArmGetResourceInfo('X', thread.structures4.ARM_RESOURCE_INFO.allocate()),
  ),
  onMember('ArmGetResourceStatus', 'RESOURCE_NOT_FOUND', /^C has no resource "X" to be seen$/, (thread) =>
    thread.armapi4.ArmGetResourceStatus('X', thread.structures4.ARM_RESOURCE_STATUS.allocate()),
  ),
  onMember('ArmEnumLogicalService', 'NOT_FOUND', /^H has no logical service$/, ({ armapi4 }) =>
    armapi4.ArmEnumLogicalService('H', goOn, 0),
  ),
  onMember('ArmGetEventInfo', 'NOT_FOUND', /^no event is waiting for event object \d+$/, (thread, { event }) =>
    fetchInto(thread, event, thread.structures4.ARM_EVENT_INFO.allocate()),
  ),
];

const cancelled = [
  onMember('ArmEnumServer', 'CANCELLED', /^the callback answered FALSE for A$/, ({ armapi4 }) =>
    armapi4.ArmEnumServer(stop, 0),
  ),
  onMember('ArmEnumGroup', 'CANCELLED', /^the callback answered FALSE for H$/, ({ armapi4 }) =>
    armapi4.ArmEnumGroup(null, (group) => group !== 'H', 0),
  ),
  onMember('ArmEnumResource', 'CANCELLED', /^the callback answered FALSE for disk$/, ({ armapi4 }) =>
    armapi4.ArmEnumResource('G', 0xffffffff, stop, 0),
  ),
  onMember('ArmEnumLogicalService', 'CANCELLED', /^the callback answered FALSE for service$/, ({ armapi4 }) =>
    armapi4.ArmEnumLogicalService('', stop, 0),
  ),
];

const buffers = [
  onMember('ArmGetClusterName', 'BUFFER_TOO_SMALL', /^the name of the cluster takes 2 characters$/, ({ armapi4 }) =>
    armapi4.ArmGetClusterName(new Uint8Array(16), ref(1)),
  ),
  onMember('ArmGetGroupInfo', 'BUFFER_TOO_SMALL', /^the definition of G takes \d+ bytes$/, ({ armapi4 }) =>
    armapi4.ArmGetGroupInfo('G', new Uint8Array(512), ref(16)),
  ),
  aCase('ArmGetEventInfo', 'BUFFER_TOO_SMALL', /^an event takes \d+ bytes$/, async (scene) => {
    const cluster = await scene.running();
    const [thread, { event }] = await ready(scene, cluster, 'A');
    await cluster.stopGroup('G');
    await thread.kernel32.WaitForSingleObject(event, 60_000);
    return { thread, answer: await fetchInto(thread, event, new Uint8Array(8)) };
  }),
];

const handles = [
  onMember('ArmTerminateApi', 'INVALID_HANDLE', /^77 is no handle of ArmInitializeApi$/, ({ armapi4 }) =>
    armapi4.ArmTerminateApi(77),
  ),
  onMember('ArmStartEventWatch', 'INVALID_HANDLE', /^77 is no handle of ArmInitializeApi$/, ({ armapi4, kernel32 }) =>
    armapi4.ArmStartEventWatch(77, kernel32.CreateEvent()),
  ),
  onMember('ArmStartEventWatch', 'ALREADY_REGISTERED', /has been registered already$/, (thread, { handle, event }) =>
    thread.armapi4.ArmStartEventWatch(handle.value, event),
  ),
  onMember('ArmCancelEventWatch', 'NOT_REGISTERED', /^event object \d+ is not registered$/, ({ armapi4, kernel32 }) =>
    armapi4.ArmCancelEventWatch(kernel32.CreateEvent()),
  ),
  onMember('ArmGetEventInfo', 'NOT_REGISTERED', /^event object \d+ is not registered$/, (thread) =>
    fetchInto(thread, thread.kernel32.CreateEvent(), thread.structures4.ARM_EVENT_INFO.allocate()),
  ),
];

// ---------------------------------------------------------------- ArmInitializeApi

const start = [
  aCase('ArmInitializeApi', 'CANNOT_LOAD_DLL', /^product 3.0 on A has no armapi4.dll$/, async (scene) => {
    const cluster = await scene.running({ productVersion: '3.0' });
    const { main } = scene.application(cluster, 'A', { kit: '7.0 32bit', library: 'static' });
    return { thread: main, answer: await right.ArmInitializeApi(main) };
  }),
  aCase('ArmInitializeApi', 'VERSION_MISMATCH', /^0x00050001 is not ARMAPI_VERSION of the kit/, async (scene) => {
    const { main } = scene.application(await scene.running(), 'A');
    return { thread: main, answer: await main.armapi4.ArmInitializeApi(ref(), ARMAPI_VERSION['5.1'], 5) };
  }),
  aCase(
    'ArmInitializeApi',
    'CANNOT_CONNECT',
    /^the cluster service of A does not run yet after 5 s$/,
    async (scene) => {
      const cluster = await scene.cluster({ servers: [{ name: 'A', boot: '10s' }, 'B'] });
      await cluster.start();
      const { main } = scene.application(cluster, 'A');
      return { thread: main, answer: await right.ArmInitializeApi(main) };
    },
  ),
];

export const cases4: readonly Case[] = [
  ...notInitialized,
  ...faults,
  ...notClusterMember,
  ...offCluster,
  ...parameters,
  ...notFound,
  ...cancelled,
  ...buffers,
  ...handles,
  ...start,
];
