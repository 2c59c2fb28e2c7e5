/**
 * The functions of the two server APIs and the callbacks they take: names, parameters in order, and the extended errors
 * that each section lists. Everything that answers a call, checks a call or documents a call reads it here.
 *
 * Ver4.x has 16 functions of its own (3.1.1 to 3.1.3) and the 7 of the registry (3.1.4 refers to 4.1.4); Ver3.0 has 19
 * and the same 7. Where a prototype is misprinted, `errata.ts` says what was taken.
 */
import type { ErrorName3, ErrorName4 } from './constants.js';
import {
  callbackOf,
  functionOf,
  parameterWords,
  type ApiFunction,
  type Callback,
  type CType,
} from '../facade/describe.js';

// ---------------------------------------------------------------- types in prototypes

/** Every type that a parameter of the two APIs has, spelt as printed. */
export const cTypes = {
  DWORD: { is: 'number', bits: 32 },
  /** 32 bits of the application's own, 64 in the 64-bit API (3.1.2.2). */
  LPARAM: { is: 'number', bits: 'pointer' },
  HANDLE: { is: 'handle' },
  HKEY: { is: 'handle' },
  LPDWORD: { is: 'pointer', to: 'DWORD', constant: false },
  LPBOOL: { is: 'pointer', to: 'BOOL', constant: false },
  PHKEY: { is: 'pointer', to: 'HKEY', constant: false },
  LPTSTR: { is: 'pointer', to: 'TCHAR', constant: false },
  LPCTSTR: { is: 'pointer', to: 'TCHAR', constant: true },
  'CONST BYTE *': { is: 'pointer', to: 'BYTE', constant: true },
  LPARM_SERVER_INFO: { is: 'structure', of: 'ARM_SERVER_INFO' },
  LPARM_GROUP_INFO: { is: 'structure', of: 'ARM_GROUP_INFO' },
  LPARM_RESOURCE_INFO: { is: 'structure', of: 'ARM_RESOURCE_INFO' },
  LPARM_GROUP_STATUS: { is: 'structure', of: 'ARM_GROUP_STATUS' },
  LPARM_RESOURCE_STATUS: { is: 'structure', of: 'ARM_RESOURCE_STATUS' },
  LPARM_EVENT_INFO: { is: 'structure', of: 'ARM_EVENT_INFO' },
  LPARM_EVENT_PARAM: { is: 'structure', of: 'ARM_EVENT_PARAM' },
  /** So printed in 4.1.3.8. */
  LPARAM_EVENT_PARAM: { is: 'structure', of: 'ARM_EVENT_PARAM' },
  ARM_SRV_ENUM_PROC: { is: 'callback', of: 'ServerEnumProc' },
  ARM_GRP_ENUM_PROC: { is: 'callback', of: 'GroupEnumProc' },
  ARM_RSC_ENUM_PROC: { is: 'callback', of: 'ResourceEnumProc' },
  ARM_LOGSRV_ENUM_PROC: { is: 'callback', of: 'LogicalServiceEnumProc' },
  ENUMSERVERPROC: { is: 'callback', of: 'EnumServerProc' },
  ENUMRESOURCEPROC: { is: 'callback', of: 'EnumResourceProc' },
  GETSRVINFORMPROC: { is: 'callback', of: 'GetSrvInfoProc' },
  WATCHSERVERPROC: { is: 'callback', of: 'WatchServerProc' },
} as const satisfies Readonly<Record<string, CType>>;

type CTypeName = keyof typeof cTypes;

const { input, output, inout } = parameterWords<CTypeName>();

// ---------------------------------------------------------------- errors that many list in the same order

/** What any call but the first may meet. */
const service = ['ARMERR_NOT_INITIALIZED', 'ARMERR_CANNOT_CONNECT', 'ARMERR_COMM_ERROR'] as const;
const unregistered = ['ARMERR_NOT_CLUSTER_MEMBER', 'ARMERR_OFF_CLUSTER'] as const;
const definition4 = [...service, 'ARMERR_NOT_ENOUGH_MEMORY', 'ARMERR_INVALID_PARAMETER', ...unregistered] as const;
const status4 = [...service, 'ARMERR_INVALID_PARAMETER', ...unregistered] as const;
const definition3 = [
  ...service,
  'ARMERR_NOT_ENOUGH_MEMORY',
  'ARMERR_REGISTRY_ACCESS_FAILED',
  'ARMERR_INVALID_PARAMETER',
] as const;
const registry = [...service, 'ARMERR_NOT_ENOUGH_MEMORY'] as const;

// ---------------------------------------------------------------- the registry, in both APIs

const registryFunctions = {
  ArmRegOpenKey: functionOf(
    '4.1.4.1',
    'opens a registry key',
    [input('HKEY', 'hKey'), input('LPCTSTR', 'lpszSubKey'), output('PHKEY', 'phkResult')],
    [...registry, 'ARMERR_FAILED_REGISTRY_OPEN'],
  ),
  ArmRegCreateKey: functionOf(
    '4.1.4.2',
    'creates a registry key, or opens it where it is there',
    [
      input('HKEY', 'hKey'),
      input('LPCTSTR', 'lpszSubKey'),
      output('PHKEY', 'phkResult'),
      output('LPDWORD', 'lpdwDisposition'),
    ],
    [...registry, 'ARMERR_FAILED_REGISTRY_OPEN', 'ARMERR_FAILED_REGISTRY_SYNCHRONIZE'],
  ),
  ArmRegDeleteKey: functionOf(
    '4.1.4.3',
    'deletes a registry key that has no keys below it',
    [input('HKEY', 'hKey'), input('LPCTSTR', 'lpszSubKey')],
    [...registry, 'ARMERR_NOT_EXIST_REGISTRY', 'ARMERR_FAILED_REGISTRY_DELETE', 'ARMERR_FAILED_REGISTRY_SYNCHRONIZE'],
  ),
  ArmRegFlushKey: functionOf(
    '4.1.4.4',
    'writes all attributes of an open key into the registry',
    [input('HKEY', 'hKey')],
    [...registry, 'ARMERR_NOT_OPEN_REGISTRY', 'ARMERR_FAILED_REGISTRY_FLUSH', 'ARMERR_FAILED_REGISTRY_SYNCHRONIZE'],
  ),
  ArmRegCloseKey: functionOf(
    '4.1.4.5',
    'closes the handle of a key',
    [input('HKEY', 'hKey')],
    [...registry, 'ARMERR_NOT_OPEN_REGISTRY'],
  ),
  ArmRegSetValue: functionOf(
    '4.1.4.6',
    'sets a value of an open key',
    [
      input('HKEY', 'hKey'),
      input('LPCTSTR', 'lpszValueName'),
      input('DWORD', 'fdwType'),
      input('CONST BYTE *', 'lpbData'),
      input('DWORD', 'cbData'),
    ],
    [...registry, 'ARMERR_NOT_OPEN_REGISTRY', 'ARMERR_FAILED_SET_VALUE', 'ARMERR_FAILED_REGISTRY_SYNCHRONIZE'],
  ),
  ArmRegDeleteValue: functionOf(
    '4.1.4.7',
    'deletes a value of an open key',
    [input('HKEY', 'hKey'), input('LPCTSTR', 'lpszValueName')],
    [...registry, 'ARMERR_NOT_OPEN_REGISTRY', 'ARMERR_FAILED_DELETE_VALUE', 'ARMERR_FAILED_REGISTRY_SYNCHRONIZE'],
  ),
} as const;

// ---------------------------------------------------------------- Ver4.x

const initialisation4 = {
  ArmInitializeApi: functionOf(
    '3.1.1.1',
    'initialises the API, as often as one likes, and waits for the cluster service',
    [output('LPDWORD', 'lpdwArmApiHandle'), input('DWORD', 'dwVersion'), input('DWORD', 'dwTimeout')],
    [
      'ARMERR_CANNOT_LOAD_DLL',
      'ARMERR_VERSION_MISMATCH',
      'ARMERR_CANNOT_CONNECT',
      'ARMERR_COMM_ERROR',
      'ARMERR_INVALID_PARAMETER',
      'ARMERR_NOT_ENOUGH_MEMORY',
      'ARMERR_CANNOT_ALLOCATE_RESOURCE',
      'ARMERR_CANNOT_CREATE_THREAD',
    ],
  ),
  ArmTerminateApi: functionOf(
    '3.1.1.2',
    'ends the use of a handle and cancels its watches',
    [input('DWORD', 'dwArmApiHandle')],
    [...service, 'ARMERR_INVALID_HANDLE'],
  ),
} as const;

const definitions4 = {
  ArmGetClusterName: functionOf(
    '3.1.2.1',
    "gives the name of the local server's cluster",
    [output('LPTSTR', 'lpszClusterName'), inout('LPDWORD', 'lpcchClusterName')],
    [...service, 'ARMERR_NOT_CLUSTER_MEMBER', 'ARMERR_INVALID_PARAMETER', 'ARMERR_BUFFER_TOO_SMALL'],
  ),
  ArmEnumServer: functionOf(
    '3.1.2.2',
    'names the servers of the cluster',
    [input('ARM_SRV_ENUM_PROC', 'ServerEnumProc'), input('LPARAM', 'lParam')],
    [...definition4, 'ARMERR_CANCELLED'],
  ),
  ArmGetServerInfo: functionOf(
    '3.1.2.4',
    'tells how a server is defined',
    [input('LPCTSTR', 'lpszServerName'), output('LPARM_SERVER_INFO', 'lpArmServerInfo')],
    [...definition4, 'ARMERR_SERVER_NOT_FOUND'],
  ),
  ArmEnumGroup: functionOf(
    '3.1.2.5',
    'names the failover groups, all or those with a logical service',
    [input('LPCTSTR', 'lpszLogicalService'), input('ARM_GRP_ENUM_PROC', 'GroupEnumProc'), input('LPARAM', 'lParam')],
    [...definition4, 'ARMERR_GROUP_NOT_FOUND', 'ARMERR_CANCELLED'],
  ),
  ArmGetGroupInfo: functionOf(
    '3.1.2.7',
    'tells how a failover group is defined',
    [
      input('LPCTSTR', 'lpszGroupName'),
      output('LPARM_GROUP_INFO', 'lpArmGroupInfo'),
      inout('LPDWORD', 'lpcbArmGroupInfo'),
    ],
    [...definition4, 'ARMERR_GROUP_NOT_FOUND', 'ARMERR_BUFFER_TOO_SMALL'],
  ),
  ArmEnumResource: functionOf(
    '3.1.2.8',
    'names the resources of the types asked for, of all groups or of one',
    [
      input('LPCTSTR', 'lpszGroupName'),
      input('DWORD', 'dwResourceType'),
      input('ARM_RSC_ENUM_PROC', 'ResourceEnumProc'),
      input('LPARAM', 'lParam'),
    ],
    [...definition4, 'ARMERR_RESOURCE_NOT_FOUND', 'ARMERR_CANCELLED'],
  ),
  ArmGetResourceInfo: functionOf(
    '3.1.2.10',
    'tells how a resource is defined',
    [input('LPCTSTR', 'lpszResourceName'), output('LPARM_RESOURCE_INFO', 'lpArmResourceInfo')],
    [...definition4, 'ARMERR_RESOURCE_NOT_FOUND'],
  ),
  ArmEnumLogicalService: functionOf(
    '3.1.2.11',
    'names the logical services, of all groups or of one',
    [
      input('LPCTSTR', 'lpszGroupName'),
      input('ARM_LOGSRV_ENUM_PROC', 'LogicalServiceEnumProc'),
      input('LPARAM', 'lParam'),
    ],
    [...definition4, 'ARMERR_GROUP_NOT_FOUND', 'ARMERR_NOT_FOUND', 'ARMERR_CANCELLED'],
  ),
} as const;

const states4 = {
  ArmGetServerStatus: functionOf(
    '3.1.3.1',
    'tells the state of a server',
    [input('LPCTSTR', 'lpszServerName'), output('LPDWORD', 'lpdwStatus')],
    [...service, 'ARMERR_INVALID_PARAMETER', 'ARMERR_OFF_CLUSTER', 'ARMERR_SERVER_NOT_FOUND'],
  ),
  ArmGetGroupStatus: functionOf(
    '3.1.3.2',
    'tells the state of a failover group and where it is',
    [input('LPCTSTR', 'lpszGroupName'), output('LPARM_GROUP_STATUS', 'lpArmGroupStatus')],
    [...status4, 'ARMERR_GROUP_NOT_FOUND'],
  ),
  ArmGetResourceStatus: functionOf(
    '3.1.3.3',
    'tells the state of a resource and where it is',
    [input('LPCTSTR', 'lpszResourceName'), output('LPARM_RESOURCE_STATUS', 'lpArmResourceStatus')],
    [...status4, 'ARMERR_RESOURCE_NOT_FOUND'],
  ),
  ArmStartEventWatch: functionOf(
    '3.1.3.4',
    'registers an event object that is signalled at each cluster event',
    [input('DWORD', 'dwArmApiHandle'), input('HANDLE', 'hEvent')],
    [...service, 'ARMERR_INVALID_PARAMETER', 'ARMERR_INVALID_HANDLE', 'ARMERR_ALREADY_REGISTERED'],
  ),
  ArmCancelEventWatch: functionOf(
    '3.1.3.5',
    'takes the registration back and drops the events not fetched',
    [input('HANDLE', 'hEvent')],
    [...service, 'ARMERR_INVALID_PARAMETER', 'ARMERR_NOT_REGISTERED'],
  ),
  ArmGetEventInfo: functionOf(
    '3.1.3.6',
    'fetches the oldest event, and says whether more are waiting',
    [
      input('HANDLE', 'hEvent'),
      output('LPARM_EVENT_INFO', 'lpArmEventInfo'),
      inout('LPDWORD', 'lpcbArmEventInfo'),
      output('LPBOOL', 'lpfRemain'),
    ],
    [...service, 'ARMERR_INVALID_PARAMETER', 'ARMERR_NOT_REGISTERED', 'ARMERR_BUFFER_TOO_SMALL', 'ARMERR_NOT_FOUND'],
  ),
} as const;

/** The 23 functions of Ver4.x: armapi4.dll, and armapi64.dll for applications of 64 bits. */
export const functions4 = {
  ...initialisation4,
  ...definitions4,
  ...states4,
  ...registryFunctions,
} as const satisfies Readonly<Record<string, ApiFunction<ApiFunction['parameters'], readonly ErrorName4[]>>>;

/** The 4 callbacks of Ver4.x. Their names are placeholders: the application calls its own as it likes. */
export const callbacks4 = {
  ServerEnumProc: callbackOf(
    '3.1.2.3',
    'BOOL',
    'takes the name of a server',
    [input('LPCTSTR', 'lpszServerName'), input('LPARAM', 'lParam')],
    ['ArmEnumServer'],
  ),
  GroupEnumProc: callbackOf(
    '3.1.2.6',
    'BOOL',
    'takes the name of a group, and the logical service it was asked for by',
    [input('LPCTSTR', 'lpszGroupName'), input('LPCTSTR', 'lpszLogicalService'), input('LPARAM', 'lParam')],
    ['ArmEnumGroup'],
  ),
  ResourceEnumProc: callbackOf(
    '3.1.2.9',
    'BOOL',
    'takes the name of a resource, its type and its group',
    [
      input('LPCTSTR', 'lpszResourceName'),
      input('DWORD', 'dwResourceType'),
      input('LPCTSTR', 'lpszGroupName'),
      input('LPARAM', 'lParam'),
    ],
    ['ArmEnumResource'],
  ),
  LogicalServiceEnumProc: callbackOf(
    '3.1.2.12',
    'BOOL',
    'takes the name of a logical service and its group',
    [input('LPCTSTR', 'lpszLogicalServiceName'), input('LPCTSTR', 'lpszGroupName'), input('LPARAM', 'lParam')],
    ['ArmEnumLogicalService'],
  ),
} as const satisfies Readonly<Record<string, Callback>>;

// ---------------------------------------------------------------- Ver3.0

const initialisation3 = {
  ArmInitializeApi: functionOf(
    '4.1.1.1',
    'initialises the API, once for a process',
    [],
    [
      'ARMERR_CANNOT_LOAD_DLL',
      'ARMERR_CANNOT_CONNECT',
      'ARMERR_COMM_ERROR',
      'ARMERR_NOT_ENOUGH_MEMORY',
      'ARMERR_CANNOT_ALLOCATE_RESOURCE',
      'ARMERR_CANNOT_CREATE_THREAD',
      'ARMERR_ALREADY_INITIALIZED',
    ],
  ),
  ArmTerminateApi: functionOf('4.1.1.2', 'ends the use of the API', [], service),
} as const;

const definitions3 = {
  ArmGetClusterName: functionOf(
    '4.1.2.1',
    "gives the name of the local server's cluster",
    [output('LPTSTR', 'lpszClusterName'), inout('LPDWORD', 'lpcchClusterName')],
    [...service, 'ARMERR_REGISTRY_ACCESS_FAILED', 'ARMERR_INVALID_PARAMETER', 'ARMERR_BUFFER_TOO_SMALL'],
  ),
  ArmEnumServer: functionOf(
    '4.1.2.2',
    'names the servers of the cluster',
    [input('ENUMSERVERPROC', 'enumproc'), input('LPARAM', 'lParam')],
    [...definition3, 'ARMERR_CANCELLED'],
  ),
  ArmGetServerInfo: functionOf(
    '4.1.2.4',
    'tells how a server is defined',
    [input('LPCTSTR', 'lpszServerName'), output('LPARM_SERVER_INFO', 'lpArmServerInfo')],
    [...definition3, 'ARMERR_SERVER_NOT_FOUND'],
  ),
  ArmEnumResource: functionOf(
    '4.1.2.5',
    'names the resources of a type as Ver2.x did: a switched disk is a shared one',
    [input('DWORD', 'dwResourceType'), input('ENUMRESOURCEPROC', 'enumproc'), input('LPARAM', 'lParam')],
    [...definition3, 'ARMERR_RESOURCE_NOT_FOUND', 'ARMERR_CANCELLED'],
  ),
  ArmEnumResource2: functionOf(
    '4.1.2.6',
    'names the resources of a type, switched disks under their own',
    [input('DWORD', 'dwResourceType'), input('ENUMRESOURCEPROC', 'enumproc'), input('LPARAM', 'lParam')],
    [...definition3, 'ARMERR_RESOURCE_NOT_FOUND', 'ARMERR_CANCELLED'],
  ),
  ArmGetResourceInfo: functionOf(
    '4.1.2.8',
    'tells how a resource is defined, a switched disk as Ver2.x did',
    [input('LPCTSTR', 'lpszResourceName'), output('LPARM_RESOURCE_INFO', 'lpArmResourceInfo')],
    [...definition3, 'ARMERR_RESOURCE_NOT_FOUND'],
  ),
  ArmGetResourceInfo2: functionOf(
    '4.1.2.9',
    'tells how a resource is defined, a switched disk by its letter',
    [input('LPCTSTR', 'lpszResourceName'), output('LPARM_RESOURCE_INFO', 'lpArmResourceInfo')],
    [...definition3, 'ARMERR_RESOURCE_NOT_FOUND'],
  ),
  ArmEnumLogicalService: functionOf(
    '4.1.2.10',
    'lists the logical services with that primary server, and where they are now',
    [
      input('LPCTSTR', 'lpszPrimaryServer'),
      output('LPTSTR', 'lpszCurrentServer'),
      inout('LPDWORD', 'lpcchCurrentServer'),
      output('LPTSTR', 'lpszServiceList'),
      inout('LPDWORD', 'lpcchServiceList'),
    ],
    [...definition3, 'ARMERR_SERVER_NOT_FOUND', 'ARMERR_BUFFER_TOO_SMALL'],
  ),
  ArmGetLogicalServiceInfo: functionOf(
    '4.1.2.11',
    'tells the primary and the current servers of a logical service',
    [input('LPCTSTR', 'lpszServiceName'), input('GETSRVINFORMPROC', 'GetSrvInfoProc'), input('LPARAM', 'lParam')],
    [...definition3, 'ARMERR_NOT_FOUND', 'ARMERR_CANCELLED'],
  ),
} as const;

const states3 = {
  ArmGetServerStatus: functionOf(
    '4.1.3.1',
    'tells the state of a server',
    [input('LPCTSTR', 'lpszServerName'), output('LPDWORD', 'lpdwStatus')],
    [...service, 'ARMERR_INVALID_PARAMETER', 'ARMERR_SERVER_NOT_FOUND'],
  ),
  ArmWatchServer: functionOf(
    '4.1.3.2',
    'waits for the next event of a server, or of any',
    [
      input('LPCTSTR', 'lpszTargetServer'),
      output('LPDWORD', 'lpdwEvent'),
      output('LPDWORD', 'lpdwEventId'),
      output('LPTSTR', 'lpszCauseServer'),
      inout('LPDWORD', 'lpcchCauseServer'),
      input('DWORD', 'dwTimeout'),
    ],
    [
      ...service,
      'ARMERR_NOT_ENOUGH_MEMORY',
      'ARMERR_CANNOT_ALLOCATE_RESOURCE',
      'ARMERR_INVALID_PARAMETER',
      'ARMERR_SERVER_NOT_FOUND',
      'ARMERR_TIMEOUT',
      'ARMERR_BUFFER_TOO_SMALL',
    ],
  ),
  ArmStartWatchServer: functionOf(
    '4.1.3.3',
    'has a callback called at each event of a server, or of any',
    [input('LPCTSTR', 'lpszServerName'), input('WATCHSERVERPROC', 'WatchServerProc'), output('LPDWORD', 'lpdwWatchId')],
    [...service, 'ARMERR_NOT_ENOUGH_MEMORY', 'ARMERR_INVALID_PARAMETER', 'ARMERR_SERVER_NOT_FOUND'],
  ),
  ArmCancelWatchServer: functionOf(
    '4.1.3.4',
    'ends such a watch',
    [input('DWORD', 'dwWatchId')],
    [...service, 'ARMERR_INVALID_ID'],
  ),
  ArmRegisterWatchServerEvent: functionOf(
    '4.1.3.6',
    'registers an event object that is signalled at each event of a server, or of any',
    [input('HANDLE', 'hEvent'), input('LPCTSTR', 'lpszServerName')],
    [...service, 'ARMERR_INVALID_PARAMETER', 'ARMERR_ALREADY_REGISTERED', 'ARMERR_SERVER_NOT_FOUND'],
  ),
  ArmCancelWatchServerEvent: functionOf(
    '4.1.3.7',
    'takes the registration back',
    [input('HANDLE', 'hEvent')],
    [...service, 'ARMERR_INVALID_PARAMETER', 'ARMERR_NOT_REGISTERED'],
  ),
  ArmGetServerEvent: functionOf(
    '4.1.3.8',
    'fetches the oldest event, and says whether more are waiting',
    [
      input('HANDLE', 'hEvent'),
      output('LPDWORD', 'lpdwEvent'),
      output('LPDWORD', 'lpdwEventId'),
      output('LPARAM_EVENT_PARAM', 'lpArmEventParam'),
      inout('LPDWORD', 'lpcbArmEventParam'),
      output('LPBOOL', 'lpfRemain'),
    ],
    [...service, 'ARMERR_INVALID_PARAMETER', 'ARMERR_NOT_REGISTERED', 'ARMERR_BUFFER_TOO_SMALL', 'ARMERR_NOT_FOUND'],
  ),
  ArmCheckResourceOwner: functionOf(
    '4.1.3.9',
    'tells whether the local server owns a resource',
    [input('LPCTSTR', 'lpszResourceName'), output('LPBOOL', 'lpfOwner')],
    [...service, 'ARMERR_REGISTRY_ACCESS_FAILED', 'ARMERR_INVALID_PARAMETER', 'ARMERR_RESOURCE_NOT_FOUND'],
  ),
} as const;

/** The 26 functions of Ver3.0: armapi.dll, for applications of 32 bits only (2.2). */
export const functions3 = {
  ...initialisation3,
  ...definitions3,
  ...states3,
  ...registryFunctions,
} as const satisfies Readonly<Record<string, ApiFunction<ApiFunction['parameters'], readonly ErrorName3[]>>>;

/** The 4 callbacks of Ver3.0. */
export const callbacks3 = {
  EnumServerProc: callbackOf(
    '4.1.2.3',
    'BOOL',
    'takes the name of a server',
    [input('LPCTSTR', 'lpszServerName'), input('LPARAM', 'lParam')],
    ['ArmEnumServer'],
  ),
  EnumResourceProc: callbackOf(
    '4.1.2.7',
    'BOOL',
    'takes the name of a resource and its type',
    [input('LPCTSTR', 'lpszResourceName'), input('DWORD', 'dwResourceType'), input('LPARAM', 'lParam')],
    ['ArmEnumResource', 'ArmEnumResource2'],
  ),
  GetSrvInfoProc: callbackOf(
    '4.1.2.12',
    'BOOL',
    'takes a primary and the current server of a logical service',
    [
      input('LPCTSTR', 'lpszServiceName'),
      input('LPCTSTR', 'lpszPrimaryServer'),
      input('LPCTSTR', 'lpszCurrentServer'),
      input('LPARAM', 'lParam'),
    ],
    ['ArmGetLogicalServiceInfo'],
  ),
  WatchServerProc: callbackOf(
    '4.1.3.5',
    'VOID',
    'takes an event; while it runs, the API receives no other',
    [
      input('DWORD', 'dwWatchId'),
      input('LPARM_EVENT_PARAM', 'lpArmEventParam'),
      input('DWORD', 'dwEvent'),
      input('DWORD', 'dwEventId'),
    ],
    ['ArmStartWatchServer'],
  ),
} as const satisfies Readonly<Record<string, Callback>>;

export type FunctionName4 = keyof typeof functions4;
export type FunctionName3 = keyof typeof functions3;
