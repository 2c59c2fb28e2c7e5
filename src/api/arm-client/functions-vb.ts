/**
 * The functions of the client API for Visual Basic (chapter 7; armcl2vb.bas, armcl2vb.dll) and the callbacks they take,
 * in the order of section 7.1.3. What stands in the prototypes says less than the texts: which Long is the address of a
 * callback, which String is a buffer, and that a callback receives its texts as arrays of bytes (7.4.3). The types here
 * say it all.
 */
import { parameterWords, type ApiFunction, type Callback, type CType, type Parameter } from '../facade/describe.js';
import type { VbErrorName } from './constants.js';
import * as lists from './error-lists.js';

// ---------------------------------------------------------------- types in prototypes

/** A type, and how the prototypes print it. */
type VbType = CType & { readonly pass: 'ByVal' | 'ByRef'; readonly as: 'Long' | 'String' | 'ARMCLAPI_FAILOVER_INFO' };

/** An address that AddressOf gives. */
const addressOf = <const N extends string>(of: N) => ({ is: 'callback', of, pass: 'ByVal', as: 'Long' }) as const;

/** Every type that a parameter of the API has. All texts are ANSI (7.4.2). */
export const vbTypes = {
  'ByVal Long': { is: 'number', bits: 32, pass: 'ByVal', as: 'Long' },
  'ByRef Long': { is: 'pointer', to: 'DWORD', constant: false, pass: 'ByRef', as: 'Long' },
  'ByVal String': { is: 'pointer', to: 'CHAR', constant: true, pass: 'ByVal', as: 'String' },
  /** A text of which the caller has made room for the answer: all of it is initialised before (7.4.2). */
  'ByVal String buffer': { is: 'pointer', to: 'CHAR', constant: false, pass: 'ByVal', as: 'String' },
  /** A text in a callback: bytes of ANSI, to be received as a type with an array of Byte (7.4.3). */
  'Byte array': { is: 'pointer', to: 'CHAR', constant: true, pass: 'ByVal', as: 'String' },
  'ByRef ARMCLAPI_FAILOVER_INFO': {
    is: 'structure',
    of: 'ARMCLAPI_FAILOVER_INFO',
    pass: 'ByRef',
    as: 'ARMCLAPI_FAILOVER_INFO',
  },
  'AddressOf WATCHFAILOVERPROC': addressOf('WATCHFAILOVERPROC'),
  'AddressOf EnumClusterProc': addressOf('EnumClusterProc'),
  'AddressOf EnumServerProc': addressOf('EnumServerProc'),
  'AddressOf EnumGroupProc': addressOf('EnumGroupProc'),
  'AddressOf EnumServerFromGroupProc': addressOf('EnumServerFromGroupProc'),
  'AddressOf EnumVirtualIPProc': addressOf('EnumVirtualIPProc'),
  'AddressOf EnumVirtualComputerProc': addressOf('EnumVirtualComputerProc'),
  'AddressOf EnumGroupFromLogicalServiceProc': addressOf('EnumGroupFromLogicalServiceProc'),
} as const satisfies Readonly<Record<string, VbType>>;

type TypeName = keyof typeof vbTypes;

const { input, output, inout } = parameterWords<TypeName>();

/** All of them answer a Long: ARMTRUE or ARMFALSE, or a handle. */
function functionOf<const P extends readonly Parameter[], const E extends readonly string[]>(
  section: string,
  does: string,
  parameters: P,
  errors: E,
): ApiFunction<P, E, 'Long'> {
  return { section, does, parameters, result: 'Long', errors };
}

const clusterName = input('ByVal String', 'lpszClusterName');
const groupName = input('ByVal String', 'lpszGroupName');
const lParam = input('ByVal Long', 'lParam');
const nameOfCluster = [
  output('ByVal String buffer', 'lpszClusterName'),
  inout('ByRef Long', 'lpcchClusterName'),
] as const;
const nameOfGroup = [output('ByVal String buffer', 'lpszGroupName'), inout('ByRef Long', 'lpcchGroupName')] as const;

// ---------------------------------------------------------------- errors that only Visual Basic lists so

const group = [...lists.connection, 'ARMCLAPI_ERR_CLUSTER_NOT_FOUND', 'ARMCLAPI_ERR_GROUP_NOT_FOUND'] as const;

// ---------------------------------------------------------------- the functions, in the order of the sections

const beginAndWatch = {
  ArmClientInitializeApiEx: functionOf(
    '7.1.3.1',
    'initialises the API, as often as one likes, and answers a handle, or ARMCLAPI_ERROR_HANDLE',
    [],
    lists.initialisation,
  ),
  ArmClientTerminateApiEx: functionOf(
    '7.1.3.2',
    'ends the use of a handle',
    [input('ByVal Long', 'dwHandle')],
    lists.termination,
  ),
  ArmClientGetIPAddr: functionOf(
    '7.1.3.3',
    'tells the real IP address of the server that a group is on, in network byte order',
    [clusterName, groupName, output('ByRef Long', 'lpdwIPAddr')],
    [...group, ...lists.refusal],
  ),
  ArmClientGetComputerName: functionOf(
    '7.1.3.4',
    'names the server that a group is on',
    [
      clusterName,
      groupName,
      output('ByVal String buffer', 'lpszComputerName'),
      inout('ByRef Long', 'lpcchComputerName'),
    ],
    [...lists.connection, 'ARMCLAPI_ERR_CLUSTER_NOT_FOUND', 'ARMCLAPI_ERR_BUFFER_TOO_SMALL'],
  ),
  ArmClientGetIPAddrFromVirtualIP: functionOf(
    '7.1.3.5',
    'tells the real IP address of the server that a virtual IP address is on',
    [input('ByVal Long', 'dwVirtualIPAddr'), output('ByRef Long', 'lpdwIPAddr')],
    lists.addressOfVirtualIp,
  ),
  ArmClientStartWatchFailoverEx: functionOf(
    '7.1.3.6',
    'has a callback called at each change of a group, and tells its state now',
    [
      input('ByVal Long', 'dwHandle'),
      clusterName,
      groupName,
      input('AddressOf WATCHFAILOVERPROC', 'WATCHFAILOVERPROC'),
      output('ByRef Long', 'lpdwWatchId'),
      output('ByRef Long', 'lpdwStatusEx'),
    ],
    [...group, 'ARMCLAPI_ERR_INVALID_HANDLE', ...lists.refusal],
  ),
  ArmClientCancelWatchFailoverEx: functionOf(
    '7.1.3.7',
    'ends such a watch',
    [input('ByVal Long', 'dwWatchId')],
    lists.cancellation,
  ),
} as const;

const enumerations = {
  ArmClientEnumCluster: functionOf(
    '7.1.3.8',
    'names the clusters that the client is set up for',
    [input('AddressOf EnumClusterProc', 'EnumClusterProc'), lParam],
    lists.clusters,
  ),
  ArmClientEnumServer: functionOf(
    '7.1.3.9',
    'names the servers of a cluster',
    [clusterName, input('AddressOf EnumServerProc', 'EnumServerProc'), lParam],
    [
      ...lists.connection,
      'ARMCLAPI_ERR_NOT_ENOUGH_MEMORY',
      'ARMCLAPI_ERR_INVALID_PARAMETER',
      'ARMCLAPI_ERR_NOT_CLUSTER_MEMBER',
      'ARMCLAPI_ERR_OFF_CLUSTER',
      'ARMCLAPI_ERR_CANCELLED',
    ],
  ),
  ArmClientEnumGroup: functionOf(
    '7.1.3.10',
    'names the failover groups of a cluster',
    [clusterName, input('AddressOf EnumGroupProc', 'EnumGroupProc'), lParam],
    lists.ofCluster,
  ),
  ArmClientEnumServerFromGroup: functionOf(
    '7.1.3.11',
    'names the servers that a group may run on, the first choice first',
    [clusterName, groupName, input('AddressOf EnumServerFromGroupProc', 'EnumServerFromGroupProc'), lParam],
    lists.ofCluster,
  ),
} as const;

const states = {
  ArmClientGetVersionInfo: functionOf(
    '7.1.3.12',
    'tells the version of the API: 4.0',
    [output('ByRef Long', 'dwMajor'), output('ByRef Long', 'dwMinor'), output('ByRef Long', 'dwBuild')],
    lists.version,
  ),
  ArmClientGetGroupStatusEx: functionOf(
    '7.1.3.13',
    'tells whether a group is running, running without all its resources, stopped, or failing over',
    [clusterName, input('ByVal String', 'lpszGroupname'), output('ByRef Long', 'lpdwStatusEx')],
    [...group, ...lists.refusal],
  ),
  ArmClientGetClusterServerStatus: functionOf(
    '7.1.3.14',
    'tells the state of a server',
    [clusterName, input('ByVal String', 'lpszServerName'), output('ByRef Long', 'lpdwStatusEx')],
    lists.serverStatus,
  ),
} as const;

const belonging = {
  ArmClientGetClusterFromGroup: functionOf(
    '7.1.3.15',
    'names the cluster of a failover group, the first in the order of the client settings',
    [groupName, ...nameOfCluster],
    lists.clusterOfGroup,
  ),
  ArmClientGetClusterFromClusterServer: functionOf(
    '7.1.3.16',
    'names the cluster of a server',
    [input('ByVal String', 'lpszServerName'), ...nameOfCluster],
    lists.clusterOfServer,
  ),
  ArmClientGetGroupFromVirtualIP: functionOf(
    '7.1.3.17',
    'names the cluster and the group of a virtual IP address',
    [input('ByVal Long', 'dwVirtualIP'), ...nameOfCluster, ...nameOfGroup],
    lists.groupOfVirtualIp,
  ),
  ArmClientEnumVirtualIP: functionOf(
    '7.1.3.18',
    'lists the virtual IP addresses of a cluster, or of all, and there of a group, or of all',
    [clusterName, groupName, input('AddressOf EnumVirtualIPProc', 'EnumVirtualIPProc'), lParam],
    [...lists.connection, ...lists.refusal, 'ARMCLAPI_ERR_CLUSTER_NOT_FOUND', 'ARMCLAPI_ERR_GROUP_NOT_FOUND'],
  ),
  ArmClientGetGroupFromVirtualComputer: functionOf(
    '7.1.3.19',
    'names the cluster and the group of a virtual computer name',
    [input('ByVal String', 'lpszVirtualComputerName'), ...nameOfCluster, ...nameOfGroup],
    lists.groupOfVirtualComputer,
  ),
  ArmClientEnumVirtualComputer: functionOf(
    '7.1.3.20',
    'lists the virtual computer names of a cluster, or of all, and there of a group, or of all',
    [clusterName, groupName, input('AddressOf EnumVirtualComputerProc', 'EnumVirtualComputerProc'), lParam],
    lists.ofGroup,
  ),
  ArmClientEnumGroupFromLogicalService: functionOf(
    '7.1.3.21',
    'names the groups with a logical service, in a cluster or in all',
    [
      clusterName,
      input('ByVal String', 'lpszLogicalServiceName'),
      input('AddressOf EnumGroupFromLogicalServiceProc', 'EnumGroupFromLogicalServiceProc'),
      lParam,
    ],
    lists.ofLogicalService,
  ),
} as const;

const parametersAndLocal = {
  ArmClientGetHeartbeatTimeout: functionOf(
    '7.1.3.22',
    'tells the heartbeat timeout of a cluster, in seconds',
    [clusterName, output('ByRef Long', 'lpdwTimeout')],
    lists.heartbeat,
  ),
  ArmClientGetMasterServer: functionOf(
    '7.1.3.23',
    'names the server of a cluster that the others take the time from',
    [clusterName, output('ByVal String buffer', 'lpszServerName'), inout('ByRef Long', 'lpcchServerName')],
    lists.masterServer,
  ),
  ArmClientCheckClusterServer: functionOf(
    '7.1.3.24',
    'tells whether this computer is a server of a cluster, a client, or neither',
    [output('ByRef Long', 'lpdwHostType')],
    lists.hostType,
  ),
  ArmClientGetServerName: functionOf(
    '7.1.3.25',
    'names the local server',
    [output('ByVal String buffer', 'lpszServerName'), inout('ByRef Long', 'lpchServerName')],
    lists.localNames,
  ),
  ArmClientGetClusterName: functionOf('7.1.3.26', "names the local server's cluster", nameOfCluster, lists.localNames),
} as const;

/** The 26 functions for Visual Basic. */
export const vbFunctions = {
  ...beginAndWatch,
  ...enumerations,
  ...states,
  ...belonging,
  ...parametersAndLocal,
} as const satisfies Readonly<Record<string, ApiFunction<ApiFunction['parameters'], readonly VbErrorName[]>>>;

export type VbFunctionName = keyof typeof vbFunctions;

/** Their last error, BUFFER_TOO_SMALL, stands in the text of a parameter only. */
export const inParameterTextsVb: readonly VbFunctionName[] = [
  'ArmClientGetComputerName',
  'ArmClientGetClusterFromGroup',
  'ArmClientGetClusterFromClusterServer',
];

// ---------------------------------------------------------------- the callbacks

function callbackOf<const P extends readonly Parameter[]>(
  section: string,
  does: string,
  parameters: P,
  taker: VbFunctionName,
): Callback<P> {
  return { section, does, parameters, result: 'Long', takenBy: [taker] };
}

const toldCluster = input('Byte array', 'lpszClusterName');
const toldGroup = input('Byte array', 'lpszGroupName');
const toldServer = input('Byte array', 'lpszServerName');

/** The 8 callbacks for Visual Basic; the first always answers ARMTRUE. Their names are placeholders. */
export const vbCallbacks = {
  WATCHFAILOVERPROC: callbackOf(
    '7.1.3.27',
    'takes a change of a watched group, with the running number of the event',
    [
      input('ByVal Long', 'dwEventID'),
      input('ByVal Long', 'dwWatchId'),
      input('ByRef ARMCLAPI_FAILOVER_INFO', 'lpArmFailoverInfo'),
    ],
    'ArmClientStartWatchFailoverEx',
  ),
  EnumClusterProc: callbackOf('7.1.3.28', 'takes the name of a cluster', [toldCluster, lParam], 'ArmClientEnumCluster'),
  EnumServerProc: callbackOf(
    '7.1.3.29',
    'takes the name of a server and its cluster',
    [toldCluster, toldServer, lParam],
    'ArmClientEnumServer',
  ),
  EnumGroupProc: callbackOf(
    '7.1.3.30',
    'takes the name of a group and its cluster',
    [toldCluster, toldGroup, lParam],
    'ArmClientEnumGroup',
  ),
  EnumServerFromGroupProc: callbackOf(
    '7.1.3.31',
    'takes the name of a server that the group may run on',
    [toldCluster, toldGroup, toldServer, lParam],
    'ArmClientEnumServerFromGroup',
  ),
  EnumVirtualIPProc: callbackOf(
    '7.1.3.32',
    'takes a virtual IP address with its cluster and group',
    [toldCluster, toldGroup, input('ByVal Long', 'dwVirtualIP'), lParam],
    'ArmClientEnumVirtualIP',
  ),
  EnumVirtualComputerProc: callbackOf(
    '7.1.3.33',
    'takes a virtual computer name with its cluster and group',
    [toldCluster, toldGroup, input('Byte array', 'lpszVirtualComputer'), lParam],
    'ArmClientEnumVirtualComputer',
  ),
  EnumGroupFromLogicalServiceProc: callbackOf(
    '7.1.3.34',
    'takes the name of a group (in lpszServerName) with the logical service that was asked for',
    [toldCluster, toldServer, input('Byte array', 'lpszLogicalServiceName'), lParam],
    'ArmClientEnumGroupFromLogicalService',
  ),
} as const satisfies Readonly<Record<string, Callback>>;
