/**
 * The functions of the client API for C (chapters 5 and 6; armcl2.h, armcl232.dll, armcl264.dll) and the callbacks they
 * take: names, parameters in order, and the extended errors that each section documents. `functions-vb.ts` has those for
 * Visual Basic.
 *
 * 28 functions, and 5 that Ver3.0 called by another name (`aliases`). Where a prototype is misprinted, `errata.ts` says
 * what was taken.
 */
import {
  callbackOf,
  functionOf,
  parameterWords,
  type ApiFunction,
  type Callback,
  type CType,
} from '../facade/describe.js';
import type { ClientErrorName } from './constants.js';
import * as lists from './error-lists.js';

// ---------------------------------------------------------------- types in prototypes

/** Every type that a parameter of the API has, spelt as printed. */
export const clientTypes = {
  DWORD: { is: 'number', bits: 32 },
  /** 32 bits of the application's own (6.1.5.1); as wide as a pointer in the 64-bit API, as LPARAM is in Win32. */
  LPARAM: { is: 'number', bits: 'pointer' },
  LPDWORD: { is: 'pointer', to: 'DWORD', constant: false },
  LPTSTR: { is: 'pointer', to: 'TCHAR', constant: false },
  LPCTSTR: { is: 'pointer', to: 'TCHAR', constant: true },
  /** ANSI in every application (6.1.5.7 to 6.1.5.9). */
  LPSTR: { is: 'pointer', to: 'CHAR', constant: false },
  LPCSTR: { is: 'pointer', to: 'CHAR', constant: true },
  LPARMCLAPI_FAILOVER_INFO: { is: 'structure', of: 'ARMCLAPI_FAILOVER_INFO' },
  WATCHFAILOVERPROC: { is: 'callback', of: 'WatchFailoverProc' },
  CLIENTENUMCLUSTERPROC: { is: 'callback', of: 'EnumClusterProc' },
  ENUMSERVERPROC: { is: 'callback', of: 'EnumServerProc' },
  ENUMGROUPPROC: { is: 'callback', of: 'EnumGroupProc' },
  ENUMSERVERFROMGROUPPROC: { is: 'callback', of: 'EnumServerFromGroupProc' },
  ENUMVIRTUALIPPROC: { is: 'callback', of: 'EnumVirtualIPProc' },
  ENUMVIRTUALCOMPUTERPROC: { is: 'callback', of: 'EnumVirtualComputerProc' },
  ENUMGROUPFROMLOGICALSERVICEPROC: { is: 'callback', of: 'EnumGroupFromLogicalServiceProc' },
} as const satisfies Readonly<Record<string, CType>>;

type TypeName = keyof typeof clientTypes;

const { input, output, inout } = parameterWords<TypeName>();

const clusterName = input('LPCTSTR', 'lpszClusterName');
const groupName = input('LPCTSTR', 'lpszGroupName');
const lParam = input('LPARAM', 'lParam');
/** What a virtual address or a virtual computer name belongs to. */
const clusterAndGroup = [
  output('LPTSTR', 'lpszClusterName'),
  inout('LPDWORD', 'lpcchClusterName'),
  output('LPTSTR', 'lpszGroupName'),
  inout('LPDWORD', 'lpcchGroupName'),
] as const;

// ---------------------------------------------------------------- errors that only C lists so

/** SERVER_NOT_FOUND is GROUP_NOT_FOUND by the name of Ver3.0 (6.1.2.1): one value, listed twice. */
const group = [
  ...lists.connection,
  'ARMCLAPI_ERR_CLUSTER_NOT_FOUND',
  'ARMCLAPI_ERR_GROUP_NOT_FOUND',
  'ARMCLAPI_ERR_SERVER_NOT_FOUND',
] as const;

// ---------------------------------------------------------------- the functions, in the order of the sections

const beginAndEnd = {
  ArmClientInitializeApiEx: {
    ...functionOf(
      '6.1.1.1',
      'initialises the API, as often as one likes, and answers a handle, or ARMCLAPI_ERROR_HANDLE',
      [],
      lists.initialisation,
    ),
    result: 'DWORD',
  },
  ArmClientTerminateApiEx: functionOf(
    '6.1.1.2',
    'ends the use of a handle',
    [input('DWORD', 'dwHandle')],
    lists.termination,
  ),
  ArmClientGetVersionInfo: functionOf(
    '6.1.1.3',
    'tells the version of the API: 4.0 as of Ver4.x',
    [output('LPDWORD', 'dwMajor'), output('LPDWORD', 'dwMinor'), output('LPDWORD', 'dwBuild')],
    lists.version,
  ),
} as const;

const groups = {
  ArmClientGetIPAddr: functionOf(
    '6.1.2.1',
    'tells the real IP address of the server that a group is on, in network byte order',
    [clusterName, groupName, output('LPDWORD', 'lpdwIPAddr')],
    [...group, ...lists.refusal],
  ),
  ArmClientGetComputerName: functionOf(
    '6.1.2.2',
    'names the server that a group is on',
    [clusterName, groupName, output('LPTSTR', 'lpszComputerName'), inout('LPDWORD', 'lpcchComputerName')],
    [...group, 'ARMCLAPI_ERR_BUFFER_TOO_SMALL', ...lists.refusal],
  ),
  ArmClientGetGroupStatus: functionOf(
    '6.1.2.3',
    'tells whether a group is running or stopped',
    [clusterName, groupName, output('LPDWORD', 'lpdwStatus')],
    [...group, ...lists.refusal],
  ),
  ArmClientGetServerStatus: functionOf(
    '6.1.2.4',
    'is ArmClientGetGroupStatus by the name of Ver3.0',
    [input('LPCTSTR', 'lpstrClusterName'), input('LPCTSTR', 'lpstrGroupName'), output('LPDWORD', 'lpdwStatus')],
    [...group, ...lists.refusal],
  ),
  ArmClientGetGroupStatusEx: functionOf(
    '6.1.2.5',
    'tells whether a group is running, running without all its resources, stopped, or failing over',
    [clusterName, groupName, output('LPDWORD', 'lpdwStatusEx')],
    [...group, ...lists.refusal],
  ),
  ArmClientGetServerStatusEx: functionOf(
    '6.1.2.6',
    'is ArmClientGetGroupStatusEx by the name of Ver3.0',
    [input('LPCTSTR', 'lpzClusterName'), input('LPCTSTR', 'lpzGroupName'), output('LPDWORD', 'lpdwStatusEx')],
    [...group, ...lists.refusal],
  ),
} as const;

const watches = {
  ArmClientStartWatchFailoverEx: functionOf(
    '6.1.3.1',
    'has a callback called at each change of a group, and tells its state now',
    [
      input('DWORD', 'dwHandle'),
      clusterName,
      groupName,
      input('WATCHFAILOVERPROC', 'WatchFailoverProc'),
      output('LPDWORD', 'lpdwWatchId'),
      output('LPDWORD', 'lpdwStatusEx'),
    ],
    [...group, 'ARMCLAPI_ERR_INVALID_HANDLE', ...lists.refusal],
  ),
  ArmClientCancelWatchFailoverEx: functionOf(
    '6.1.3.2',
    'ends such a watch',
    [input('DWORD', 'dwWatchId')],
    lists.cancellation,
  ),
} as const;

const servers = {
  ArmClientGetClusterServerStatus: functionOf(
    '6.1.4.1',
    'tells the state of a server',
    [input('LPCTSTR', 'lpzClusterName'), input('LPCTSTR', 'lpzServerName'), output('LPDWORD', 'lpdwServerStatus')],
    lists.serverStatus,
  ),
} as const;

const clusters = {
  ArmClientEnumCluster: functionOf(
    '6.1.5.1',
    'names the clusters that the client is set up for',
    [input('CLIENTENUMCLUSTERPROC', 'EnumClusterProc'), lParam],
    lists.clusters,
  ),
  ArmClientEnumServer: functionOf(
    '6.1.5.3',
    'names the servers of a cluster, or of all',
    [clusterName, input('ENUMSERVERPROC', 'EnumServerProc'), lParam],
    lists.ofCluster,
  ),
  ArmClientEnumGroup: functionOf(
    '6.1.5.5',
    'names the failover groups of a cluster, or of all',
    [clusterName, input('ENUMGROUPPROC', 'EnumGroupProc'), lParam],
    lists.ofCluster,
  ),
  ArmClientGetClusterFromClusterServer: functionOf(
    '6.1.5.7',
    'names the cluster of a server',
    [input('LPCSTR', 'lpzServerName'), output('LPSTR', 'lpzClusterName'), inout('LPDWORD', 'lpcchClusterName')],
    lists.clusterOfServer,
  ),
  ArmClientGetClusterFromGroup: functionOf(
    '6.1.5.8',
    'names the cluster of a failover group',
    [input('LPCSTR', 'lpszGroupName'), output('LPSTR', 'lpszClusterName'), inout('LPDWORD', 'lpccsClusterName')],
    lists.clusterOfGroup,
  ),
  ArmClientGetClusterFromServer: functionOf(
    '6.1.5.9',
    'is ArmClientGetClusterFromGroup by the name of Ver3.0',
    [input('LPCSTR', 'lpzGroupName'), output('LPSTR', 'lpzClusterName'), inout('LPDWORD', 'lpccsClusterName')],
    lists.clusterOfGroup,
  ),
  ArmClientEnumServerFromGroup: functionOf(
    '6.1.5.10',
    'names the servers that a group may run on, the first choice first',
    [clusterName, groupName, input('ENUMSERVERFROMGROUPPROC', 'EnumServerFromGroupProc'), lParam],
    lists.ofCluster,
  ),
} as const;

const virtualAddresses = {
  ArmClientGetGroupFromVirtualIP: functionOf(
    '6.1.6.1',
    'names the cluster and the group of a virtual IP address',
    [input('DWORD', 'dwVirtualIP'), ...clusterAndGroup],
    lists.groupOfVirtualIp,
  ),
  ArmClientGetPrimaryServerFromVirtualIP: functionOf(
    '6.1.6.2',
    'is ArmClientGetGroupFromVirtualIP by the name of Ver3.0',
    [input('DWORD', 'dwVirtualIP'), ...clusterAndGroup],
    lists.groupOfVirtualIp,
  ),
  ArmClientGetClusterNameFromVirtualIP: functionOf(
    '6.1.6.3',
    'names the cluster of a virtual IP address; kept for applications of Ver1.0',
    [input('DWORD', 'dwVirtualIP'), output('LPTSTR', 'lpszClusterName'), inout('LPDWORD', 'lpdcchClusterName')],
    [...lists.addressOfVirtualIp, 'ARMCLAPI_ERR_BUFFER_TOO_SMALL'],
  ),
  ArmClientEnumVirtualIP: functionOf(
    '6.1.6.4',
    'lists the virtual IP addresses of a cluster, or of all, and there of a group, or of all',
    [clusterName, groupName, input('ENUMVIRTUALIPPROC', 'EnumVirtualIPProc'), lParam],
    lists.ofGroup,
  ),
  ArmClientGetIPAddrFromVirtualIP: functionOf(
    '6.1.6.6',
    'tells the real IP address of the server that a virtual IP address is on',
    [input('DWORD', 'dwVirtualIPAddr'), output('LPDWORD', 'lpdwIPAddr')],
    lists.addressOfVirtualIp,
  ),
} as const;

const virtualComputersAndServices = {
  ArmClientGetGroupFromVirtualComputer: functionOf(
    '6.1.7.1',
    'names the cluster and the group of a virtual computer name',
    [input('LPCTSTR', 'lpszVirtualComputerName'), ...clusterAndGroup],
    lists.groupOfVirtualComputer,
  ),
  ArmClientEnumVirtualComputer: functionOf(
    '6.1.7.2',
    'lists the virtual computer names of a cluster, or of all, and there of a group, or of all',
    [clusterName, groupName, input('ENUMVIRTUALCOMPUTERPROC', 'EnumVirtualComputerProc'), lParam],
    lists.ofGroup,
  ),
  ArmClientEnumGroupFromLogicalService: functionOf(
    '6.1.8.1',
    'names the groups with a logical service, in a cluster or in all',
    [
      clusterName,
      input('LPCTSTR', 'lpszLogicalServiceName'),
      input('ENUMGROUPFROMLOGICALSERVICEPROC', 'EnumGroupFromLogicalServiceProc'),
      lParam,
    ],
    lists.ofLogicalService,
  ),
  ArmClientEnumServerFromLogicalService: functionOf(
    '6.1.8.2',
    'is ArmClientEnumGroupFromLogicalService by the name of Ver3.0',
    [
      // The capital I is the document's.
      input('LPCTSTR', 'IpszClusterName'),
      input('LPCTSTR', 'IpszLogicalServiceName'),
      input('ENUMGROUPFROMLOGICALSERVICEPROC', 'EnumGroupFromLogicalServiceProc'),
      lParam,
    ],
    lists.ofLogicalService,
  ),
} as const;

const parametersAndLocal = {
  ArmClientGetHeartbeatTimeout: functionOf(
    '6.1.9.1',
    'tells the heartbeat timeout of a cluster, in seconds',
    [clusterName, output('LPDWORD', 'lpdwTimeout')],
    lists.heartbeat,
  ),
  ArmClientGetMasterServer: functionOf(
    '6.1.9.2',
    'names the server of a cluster that the others take the time from',
    [clusterName, output('LPTSTR', 'lpszServerName'), inout('LPDWORD', 'lpcchServerName')],
    lists.masterServer,
  ),
  ArmClientCheckClusterServer: functionOf(
    '6.1.10.1',
    'tells whether this computer is a server of a cluster, a client, or neither',
    [output('LPDWORD', 'lpdwHostType')],
    lists.hostType,
  ),
  ArmClientGetServerName: functionOf(
    '6.1.10.2',
    'names the local server',
    [output('LPTSTR', 'lpszServerName'), inout('LPDWORD', 'lpcchServerName')],
    lists.localNames,
  ),
  ArmClientGetClusterName: functionOf(
    '6.1.10.3',
    "names the local server's cluster",
    [output('LPTSTR', 'lpszClusterName'), inout('LPDWORD', 'lpcchClusterName')],
    lists.localNames,
  ),
} as const;

/** The 33 functions for C. */
export const clientFunctions = {
  ...beginAndEnd,
  ...groups,
  ...watches,
  ...servers,
  ...clusters,
  ...virtualAddresses,
  ...virtualComputersAndServices,
  ...parametersAndLocal,
} as const satisfies Readonly<Record<string, ApiFunction<ApiFunction['parameters'], readonly ClientErrorName[]>>>;

export type ClientFunctionName = keyof typeof clientFunctions;

/** Functions that Ver3.0 called by another name: the name, and what does the same. */
export const aliases = {
  ArmClientGetServerStatus: 'ArmClientGetGroupStatus',
  ArmClientGetServerStatusEx: 'ArmClientGetGroupStatusEx',
  ArmClientGetClusterFromServer: 'ArmClientGetClusterFromGroup',
  ArmClientGetPrimaryServerFromVirtualIP: 'ArmClientGetGroupFromVirtualIP',
  ArmClientEnumServerFromLogicalService: 'ArmClientEnumGroupFromLogicalService',
} as const satisfies Partial<Readonly<Record<ClientFunctionName, ClientFunctionName>>>;

/** Their last error, BUFFER_TOO_SMALL, stands in the text of a parameter only. */
export const inParameterTexts: readonly ClientFunctionName[] = [
  'ArmClientGetClusterFromClusterServer',
  'ArmClientGetClusterFromGroup',
  'ArmClientGetClusterFromServer',
  'ArmClientGetClusterNameFromVirtualIP',
];

// ---------------------------------------------------------------- the callbacks

/** The 8 callbacks for C. Their names are placeholders: the application calls its own as it likes. */
export const clientCallbacks = {
  WatchFailoverProc: callbackOf(
    '6.1.3.3',
    'VOID',
    'takes a change of a watched group, with the running number of the event',
    [
      input('DWORD', 'dwEventId'),
      input('DWORD', 'dwWatchId'),
      input('LPARMCLAPI_FAILOVER_INFO', 'lpArmFailoverInfoEx'),
    ],
    ['ArmClientStartWatchFailoverEx'],
  ),
  EnumClusterProc: callbackOf(
    '6.1.5.2',
    'BOOL',
    'takes the name of a cluster',
    [clusterName, lParam],
    ['ArmClientEnumCluster'],
  ),
  EnumServerProc: callbackOf(
    '6.1.5.4',
    'BOOL',
    'takes the name of a server and its cluster',
    [clusterName, input('LPCTSTR', 'lpszServerName'), lParam],
    ['ArmClientEnumServer'],
  ),
  EnumGroupProc: callbackOf(
    '6.1.5.6',
    'BOOL',
    'takes the name of a group and its cluster',
    [clusterName, groupName, lParam],
    ['ArmClientEnumGroup'],
  ),
  EnumServerFromGroupProc: callbackOf(
    '6.1.5.11',
    'BOOL',
    'takes the name of a server that the group may run on',
    [clusterName, groupName, input('LPCTSTR', 'lpszServerName'), lParam],
    ['ArmClientEnumServerFromGroup'],
  ),
  EnumVirtualIPProc: callbackOf(
    '6.1.6.5',
    'BOOL',
    'takes a virtual IP address with its cluster and group',
    [clusterName, groupName, input('DWORD', 'dwVirtualIP'), lParam],
    ['ArmClientEnumVirtualIP'],
  ),
  EnumVirtualComputerProc: callbackOf(
    '6.1.7.3',
    'BOOL',
    'takes a virtual computer name with its cluster and group',
    [clusterName, groupName, input('LPCTSTR', 'lpszVirtualComputer'), lParam],
    ['ArmClientEnumVirtualComputer'],
  ),
  EnumGroupFromLogicalServiceProc: callbackOf(
    '6.1.8.3',
    'BOOL',
    'takes the name of a group with the logical service that was asked for',
    [clusterName, groupName, input('LPCTSTR', 'lpszLogicalServiceName'), lParam],
    ['ArmClientEnumGroupFromLogicalService', 'ArmClientEnumServerFromLogicalService'],
  ),
} as const satisfies Readonly<Record<string, Callback>>;
