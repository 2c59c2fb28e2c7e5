/**
 * How each documented error of the 19 functions of Ver3.0 comes about (chapter 4).
 *
 * Errors that only a broken machine gives are injected: no memory, no connection to a service that has answered before.
 */
import type { ApplicationThread } from '../../src/api/application.js';
import type { ArmApi3 } from '../../src/api/arm-server/armapi.js';
import { constants3 } from '../../src/api/arm-server/constants.js';
import { functions3 } from '../../src/api/arm-server/functions.js';
import { ref } from '../../src/api/facade/call.js';
import type { Backend } from '../../src/cluster/backend.js';
import type { Cluster } from '../../src/cluster/cluster.js';
import type { Case, RegistryCalls, Scene } from './case.js';

type Name = Exclude<keyof ArmApi3, keyof RegistryCalls>;
type Call = (thread: ApplicationThread) => Promise<boolean>;

const yes = (): boolean => true;
const no = (): boolean => false;
const text = (length = 32): Uint8Array => new Uint8Array(length);
const event = ({ kernel32 }: ApplicationThread): number => kernel32.CreateEvent();

/** A right call of each function. */
const right: Readonly<Record<Name, Call>> = {
  ArmInitializeApi: ({ armapi }) => armapi.ArmInitializeApi(),
  ArmTerminateApi: ({ armapi }) => armapi.ArmTerminateApi(),
  ArmGetClusterName: ({ armapi }) => armapi.ArmGetClusterName(text(), ref(32)),
  ArmEnumServer: ({ armapi }) => armapi.ArmEnumServer(yes, 0),
  ArmGetServerInfo: ({ armapi, structures3 }) => armapi.ArmGetServerInfo('B', structures3.ARM_SERVER_INFO.allocate()),
  ArmEnumResource: ({ armapi }) => armapi.ArmEnumResource(constants3.ARM_RESTYPE_ALL, yes, 0),
  ArmEnumResource2: ({ armapi }) => armapi.ArmEnumResource2(constants3.ARM_RESTYPE_ALL, yes, 0),
  ArmGetResourceInfo: ({ armapi, structures3 }) =>
    armapi.ArmGetResourceInfo('disk', structures3.ARM_RESOURCE_INFO.allocate()),
  ArmGetResourceInfo2: ({ armapi, structures3 }) =>
    armapi.ArmGetResourceInfo2('disk', structures3.ARM_RESOURCE_INFO.allocate()),
  ArmEnumLogicalService: ({ armapi }) => armapi.ArmEnumLogicalService('A', null, null, text(), ref(32)),
  ArmGetLogicalServiceInfo: ({ armapi }) => armapi.ArmGetLogicalServiceInfo('service', yes, 0),
  ArmGetServerStatus: ({ armapi }) => armapi.ArmGetServerStatus('B', ref()),
  ArmWatchServer: ({ armapi }) => armapi.ArmWatchServer('*', ref(), ref(), null, null, 60_000),
  ArmStartWatchServer: ({ armapi }) => armapi.ArmStartWatchServer('*', () => undefined, ref()),
  ArmCancelWatchServer: async ({ armapi }) => {
    const id = ref();
    await armapi.ArmStartWatchServer('*', () => undefined, id);
    return armapi.ArmCancelWatchServer(id.value);
  },
  ArmRegisterWatchServerEvent: (thread) => thread.armapi.ArmRegisterWatchServerEvent(event(thread), '*'),
  ArmCancelWatchServerEvent: async (thread) => {
    const handle = event(thread);
    await thread.armapi.ArmRegisterWatchServerEvent(handle, '*');
    return thread.armapi.ArmCancelWatchServerEvent(handle);
  },
  ArmGetServerEvent: async (thread) => {
    const handle = event(thread);
    await thread.armapi.ArmRegisterWatchServerEvent(handle, '*');
    return thread.armapi.ArmGetServerEvent(handle, ref(), ref(), null, null, ref());
  },
  ArmCheckResourceOwner: ({ armapi }) => armapi.ArmCheckResourceOwner('disk', ref()),
};

// ---------------------------------------------------------------- what many have in common

type Place = (scene: Scene) => Promise<Cluster | Backend>;

const running: Place = (scene) => scene.running();
const alone: Place = (scene) => scene.lone();

/** A call that fails on a machine for the reason given; `before` does what must come first. */
function failing(
  name: Name,
  error: string,
  because: RegExp,
  call: Call = right[name],
  [place, machine]: [Place, string] = [running, 'A'],
): Case {
  return {
    api: 'server3',
    function: name,
    error,
    because,
    reproduce: async (scene) => {
      const thread = await scene.thread(await place(scene), machine);
      return { thread, answer: await call(thread) };
    },
  };
}

/** A machine of no cluster has no definition in its registry. */
const unread = (name: Name): Case =>
  failing(name, 'ARMERR_REGISTRY_ACCESS_FAILED', /^Lone is registered in no cluster: its registry/, right[name], [
    alone,
    'Lone',
  ]);

const wrong = (name: Name, because: RegExp, call: Call): Case =>
  failing(name, 'ARMERR_INVALID_PARAMETER', because, call);

const stranger = (name: Name, call: Call): Case =>
  failing(name, 'ARMERR_SERVER_NOT_FOUND', /^C has no server "Z"$/, call);

const unknown = (name: Name, call: Call): Case =>
  failing(name, 'ARMERR_RESOURCE_NOT_FOUND', /^C has no resource "nothing" to be seen$/, call);

const cancelled = (name: Name, first: RegExp, call: Call): Case => failing(name, 'ARMERR_CANCELLED', first, call);

function notInitialized(name: Name): Case {
  return {
    api: 'server3',
    function: name,
    error: 'ARMERR_NOT_INITIALIZED',
    because: /^ArmInitializeApi comes first$/,
    reproduce: async (scene) => {
      const { main } = scene.application(await scene.running(), 'A');
      return { thread: main, answer: await right[name](main) };
    },
  };
}

/** The machine is broken, as injected. */
function broken(name: Name, error: string): Case {
  return {
    api: 'server3',
    function: name,
    error,
    because: /^a fault was injected$/,
    reproduce: async (scene) => {
      const cluster = await scene.running();
      const opens = name === 'ArmInitializeApi';
      const thread = opens ? scene.application(cluster, 'A').main : await scene.thread(cluster, 'A');
      scene.fault(cluster, 'A', name, error);
      return { thread, answer: await right[name](thread) };
    },
  };
}

const BREAKS = [
  'ARMERR_CANNOT_CONNECT',
  'ARMERR_COMM_ERROR',
  'ARMERR_NOT_ENOUGH_MEMORY',
  'ARMERR_CANNOT_ALLOCATE_RESOURCE',
  'ARMERR_CANNOT_CREATE_THREAD',
];

/** These come about without a fault. */
const NATURAL = ['ArmInitializeApi ARMERR_CANNOT_CONNECT', 'ArmGetServerStatus ARMERR_COMM_ERROR'];

const common = (Object.keys(right) as Name[]).flatMap((name) => {
  const errors: readonly string[] = functions3[name].errors;
  const faults = BREAKS.filter((error) => errors.includes(error) && !NATURAL.includes(`${name} ${error}`));
  return [
    ...(errors.includes('ARMERR_NOT_INITIALIZED') ? [notInitialized(name)] : []),
    ...faults.map((error) => broken(name, error)),
    ...(errors.includes('ARMERR_REGISTRY_ACCESS_FAILED') ? [unread(name)] : []),
  ];
});

// ---------------------------------------------------------------- the rest, function by function

const initialisation: readonly Case[] = [
  {
    api: 'server3',
    function: 'ArmInitializeApi',
    error: 'ARMERR_CANNOT_LOAD_DLL',
    // The API is not installed there, and the application was linked with the stub (2.4): no machine here is without it.
    because: /^a fault was injected$/,
    reproduce: async (scene) => {
      const cluster = await scene.running();
      scene.fault(cluster, 'A', 'ArmInitializeApi', 'ARMERR_CANNOT_LOAD_DLL');
      const { main } = scene.application(cluster, 'A', { library: 'static' });
      return { thread: main, answer: await main.armapi.ArmInitializeApi() };
    },
  },
  {
    api: 'server3',
    function: 'ArmInitializeApi',
    error: 'ARMERR_CANNOT_CONNECT',
    because: /^the cluster service of A does not run yet$/,
    reproduce: async (scene) => {
      const cluster = await scene.cluster({ servers: [{ name: 'A', boot: '1m' }, 'B'] });
      await cluster.start();
      const { main } = scene.application(cluster, 'A');
      return { thread: main, answer: await main.armapi.ArmInitializeApi() };
    },
  },
  failing('ArmInitializeApi', 'ARMERR_ALREADY_INITIALIZED', /^this process has called ArmInitializeApi before$/),
  wrong('ArmGetClusterName', /^lpcchClusterName is no LPDWORD$/, ({ armapi }) =>
    armapi.ArmGetClusterName(text(), null),
  ),
  failing(
    'ArmGetClusterName',
    'ARMERR_BUFFER_TOO_SMALL',
    /^the name of the cluster takes 2 characters$/,
    ({ armapi }) => armapi.ArmGetClusterName(text(), ref(1)),
  ),
];

const definitions: readonly Case[] = [
  wrong('ArmEnumServer', /^enumproc is no ENUMSERVERPROC$/, ({ armapi }) => armapi.ArmEnumServer(null, 0)),
  cancelled('ArmEnumServer', /for A$/, ({ armapi }) => armapi.ArmEnumServer(no, 0)),
  wrong('ArmGetServerInfo', /^the buffer has 1 bytes/, ({ armapi }) => armapi.ArmGetServerInfo('B', text(1))),
  stranger('ArmGetServerInfo', ({ armapi, structures3 }) =>
    armapi.ArmGetServerInfo('Z', structures3.ARM_SERVER_INFO.allocate()),
  ),
  wrong('ArmEnumResource', /^dwResourceType 0x20 is no type of Ver2\.x$/, ({ armapi }) =>
    armapi.ArmEnumResource(constants3.ARM_RESTYPE_SWDISK, yes, 0),
  ),
  failing('ArmEnumResource', 'ARMERR_RESOURCE_NOT_FOUND', /^C has no such resource to be seen$/, ({ armapi }) =>
    armapi.ArmEnumResource(constants3.ARM_RESTYPE_PRINTER, yes, 0),
  ),
  cancelled('ArmEnumResource', /for disk$/, ({ armapi }) => armapi.ArmEnumResource(constants3.ARM_RESTYPE_DISK, no, 0)),
  wrong('ArmEnumResource2', /^dwResourceType 0x2 is no type of Ver3\.0$/, ({ armapi }) =>
    armapi.ArmEnumResource2(constants3.ARM_RESTYPE_DISK, yes, 0),
  ),
  failing('ArmEnumResource2', 'ARMERR_RESOURCE_NOT_FOUND', /^C has no such resource to be seen$/, ({ armapi }) =>
    armapi.ArmEnumResource2(constants3.ARM_RESTYPE_SHDISK, yes, 0),
  ),
  cancelled('ArmEnumResource2', /for disk$/, ({ armapi }) =>
    armapi.ArmEnumResource2(constants3.ARM_RESTYPE_SWDISK, no, 0),
  ),
  wrong('ArmGetResourceInfo', /^the buffer has 1 bytes/, ({ armapi }) => armapi.ArmGetResourceInfo('disk', text(1))),
  unknown('ArmGetResourceInfo', ({ armapi, structures3 }) =>
    armapi.ArmGetResourceInfo('nothing', structures3.ARM_RESOURCE_INFO.allocate()),
  ),
  wrong('ArmGetResourceInfo2', /^the buffer has 1 bytes/, ({ armapi }) => armapi.ArmGetResourceInfo2('disk', text(1))),
  unknown('ArmGetResourceInfo2', ({ armapi, structures3 }) =>
    armapi.ArmGetResourceInfo2('nothing', structures3.ARM_RESOURCE_INFO.allocate()),
  ),
  wrong('ArmEnumLogicalService', /^lpcchCurrentServer is NULL, and lpszCurrentServer is not$/, ({ armapi }) =>
    armapi.ArmEnumLogicalService('A', text(), null, text(), ref(32)),
  ),
  stranger('ArmEnumLogicalService', ({ armapi }) => armapi.ArmEnumLogicalService('Z', null, null, text(), ref(32))),
  failing(
    'ArmEnumLogicalService',
    'ARMERR_BUFFER_TOO_SMALL',
    /^the list of services takes 9 characters$/,
    ({ armapi }) => armapi.ArmEnumLogicalService('A', null, null, text(), ref(8)),
  ),
  wrong('ArmGetLogicalServiceInfo', /^GetSrvInfoProc is no GETSRVINFORMPROC$/, ({ armapi }) =>
    armapi.ArmGetLogicalServiceInfo('service', null, 0),
  ),
  failing('ArmGetLogicalServiceInfo', 'ARMERR_NOT_FOUND', /^C has no logical service "nothing"$/, ({ armapi }) =>
    armapi.ArmGetLogicalServiceInfo('nothing', yes, 0),
  ),
  cancelled('ArmGetLogicalServiceInfo', /for service$/, ({ armapi }) =>
    armapi.ArmGetLogicalServiceInfo('service', no, 0),
  ),
];

const states: readonly Case[] = [
  {
    api: 'server3',
    function: 'ArmGetServerStatus',
    error: 'ARMERR_COMM_ERROR',
    because: /^B is off the cluster and hears nothing of A$/,
    reproduce: async (scene) => {
      const cluster = await scene.running();
      await cluster.maintenance('B');
      await cluster.until('quiet');
      const thread = await scene.thread(cluster, 'B');
      return { thread, answer: await thread.armapi.ArmGetServerStatus('A', ref()) };
    },
  },
  wrong('ArmGetServerStatus', /^lpdwStatus is no LPDWORD$/, ({ armapi }) => armapi.ArmGetServerStatus('A', null)),
  stranger('ArmGetServerStatus', ({ armapi }) => armapi.ArmGetServerStatus('Z', ref())),
  wrong('ArmCheckResourceOwner', /^lpfOwner is no LPBOOL$/, ({ armapi }) => armapi.ArmCheckResourceOwner('disk', null)),
  unknown('ArmCheckResourceOwner', ({ armapi }) => armapi.ArmCheckResourceOwner('nothing', ref())),
];

const watches: readonly Case[] = [
  wrong('ArmWatchServer', /^lpcchCauseServer is NULL, and lpszCauseServer is not$/, ({ armapi }) =>
    armapi.ArmWatchServer('*', ref(), ref(), text(), null, 0),
  ),
  stranger('ArmWatchServer', ({ armapi }) => armapi.ArmWatchServer('Z', ref(), ref(), null, null, 0)),
  failing('ArmWatchServer', 'ARMERR_TIMEOUT', /^no event in 1500 ms$/, ({ armapi }) =>
    armapi.ArmWatchServer('*', ref(), ref(), null, null, 1500),
  ),
  {
    api: 'server3',
    function: 'ArmWatchServer',
    error: 'ARMERR_BUFFER_TOO_SMALL',
    because: /^the name of the server takes 2 characters$/,
    reproduce: async (scene) => {
      const cluster = await scene.running();
      const thread = await scene.thread(cluster, 'A');
      const answer = thread.armapi.ArmWatchServer('B', ref(), ref(), text(), ref(1), constants3.INFINITE);
      await cluster.crash('B');
      return { thread, answer: await answer };
    },
  },
  wrong('ArmStartWatchServer', /^WatchServerProc is no WATCHSERVERPROC$/, ({ armapi }) =>
    armapi.ArmStartWatchServer('*', null, ref()),
  ),
  stranger('ArmStartWatchServer', ({ armapi }) => armapi.ArmStartWatchServer('Z', () => undefined, ref())),
  failing('ArmCancelWatchServer', 'ARMERR_INVALID_ID', /^no watch has the id 77$/, ({ armapi }) =>
    armapi.ArmCancelWatchServer(77),
  ),
];

const objects: readonly Case[] = [
  wrong('ArmRegisterWatchServerEvent', /^77 is no handle of an event object$/, ({ armapi }) =>
    armapi.ArmRegisterWatchServerEvent(77, '*'),
  ),
  failing(
    'ArmRegisterWatchServerEvent',
    'ARMERR_ALREADY_REGISTERED',
    /^event object 4 has been registered already$/,
    async (thread) => {
      const handle = event(thread);
      await thread.armapi.ArmRegisterWatchServerEvent(handle, '*');
      return thread.armapi.ArmRegisterWatchServerEvent(handle, 'A');
    },
  ),
  stranger('ArmRegisterWatchServerEvent', (thread) => thread.armapi.ArmRegisterWatchServerEvent(event(thread), 'Z')),
  wrong('ArmCancelWatchServerEvent', /^77 is no handle of an event object$/, ({ armapi }) =>
    armapi.ArmCancelWatchServerEvent(77),
  ),
  failing('ArmCancelWatchServerEvent', 'ARMERR_NOT_REGISTERED', /^event object 4 is not registered$/, (thread) =>
    thread.armapi.ArmCancelWatchServerEvent(event(thread)),
  ),
  wrong('ArmGetServerEvent', /^lpcbArmEventParam is NULL, and lpArmEventParam is not$/, (thread) =>
    thread.armapi.ArmGetServerEvent(event(thread), ref(), ref(), text(), null, ref()),
  ),
  failing('ArmGetServerEvent', 'ARMERR_NOT_REGISTERED', /^event object 4 is not registered$/, (thread) =>
    thread.armapi.ArmGetServerEvent(event(thread), ref(), ref(), null, null, ref()),
  ),
  {
    api: 'server3',
    function: 'ArmGetServerEvent',
    error: 'ARMERR_BUFFER_TOO_SMALL',
    because: /^an event takes 48 bytes$/,
    reproduce: async (scene) => {
      const cluster = await scene.running();
      const thread = await scene.thread(cluster, 'A');
      const handle = event(thread);
      await thread.armapi.ArmRegisterWatchServerEvent(handle, '*');
      await cluster.crash('B');
      await thread.kernel32.WaitForSingleObject(handle, constants3.INFINITE);
      return { thread, answer: await thread.armapi.ArmGetServerEvent(handle, ref(), ref(), text(), ref(8), ref()) };
    },
  },
  failing('ArmGetServerEvent', 'ARMERR_NOT_FOUND', /^no event is waiting for event object 4$/),
];

export const cases3: readonly Case[] = [
  ...common,
  ...initialisation,
  ...definitions,
  ...states,
  ...watches,
  ...objects,
];
