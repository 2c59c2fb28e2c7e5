/**
 * The constants of the client API, for C (chapters 5 and 6) and for Visual Basic (7.3). Section 7.3 is the one place that
 * prints values; chapter 6 uses the same names without any.
 *
 * A name that both have has one value. For C there are also the names of Ver3.0 and before (5.2.7), made of the names of
 * today by their prefix. Two of them are traps: ARM_SERVER_STATUS_... are states of groups, not
 * ARMCLAPI_SERVER_STATUS_...; and ARMERR_GROUP_NOT_FOUND is not that of the server API, whose value is ours.
 */
import { some, table, valuesOf, type ConstantTable } from '../facade/table.js';

// ---------------------------------------------------------------- extended errors

const errorRows = table(
  {
    section: '7.3.1',
    origin: 'documented',
    why:
      'Section 7.3.1 prints the values. The two that section 7.1.3.9 names and section 7.3.1 does not have are those of ' +
      'the server API, which are ours.',
  },
  {
    ARMCLAPI_ERR_CANNOT_LOAD_DLL: [0x20000001, 'the DLL of the API is not there to be loaded'],
    ARMCLAPI_ERR_CANNOT_CONNECT: [0x20000004, 'the client software of this computer does not answer'],
    ARMCLAPI_ERR_COMM_ERROR: [0x20000005, 'talking to the client software failed'],
    ARMCLAPI_ERR_NOT_ENOUGH_MEMORY: [0x20000010, 'no memory'],
    ARMCLAPI_ERR_BUFFER_TOO_SMALL: [0x20000011, 'the answer does not fit the buffer; the size needed is reported'],
    ARMCLAPI_ERR_ALREADY_INITIALIZED: [0x20000020, 'no function documents it'],
    ARMCLAPI_ERR_NOT_INITIALIZED: [0x20000021, 'the API is not initialised'],
    ARMCLAPI_ERR_NOT_CLUSTER_MEMBER: [0x20000030, 'the local server is registered in no cluster', 'chosen'],
    ARMCLAPI_ERR_OFF_CLUSTER: [0x20000031, 'the local server does not take part in its cluster', 'chosen'],
    ARMCLAPI_ERR_INVALID_PARAMETER: [0x20000050, 'a parameter makes no sense'],
    ARMCLAPI_ERR_INVALID_ID: [0x20000051, 'no watch has this id'],
    ARMCLAPI_ERR_GROUP_NOT_FOUND: [0x20000071, 'no failover group has this name'],
    ARMCLAPI_ERR_SERVER_NOT_FOUND: [0x20000071, 'no server has this name; or the same as GROUP_NOT_FOUND (6.1.2.1)'],
    ARMCLAPI_ERR_CLUSTER_NOT_FOUND: [0x20000075, 'no cluster has this name; or there is no local one'],
    ARMCLAPI_ERR_VIRTUALIP_NOT_FOUND: [0x20000076, 'there is no such virtual IP address'],
    ARMCLAPI_ERR_NOT_CLUSTER_SERVER: [0x20000077, 'this computer is no server of a cluster'],
    ARMCLAPI_ERR_LOGICAL_SERVICE_NOT_FOUND: [0x20000078, 'there is no such logical service'],
    ARMCLAPI_ERR_VCOM_NOT_FOUND: [0x20000079, 'there is no such virtual computer name'],
    ARMCLAPI_ERR_CANCELLED: [0x20000080, 'the callback asked to stop'],
    ARMCLAPI_ERR_REGISTRY_ACCESS_FAILED: [0x200000b0, 'the registry cannot be read'],
    ARMCLAPI_ERR_INVALID_HANDLE: [0x20000090, 'no API handle has this number'],
    ARMCLAPI_ERR_NOT_SUPPORTED: [0x200000a0, 'the software installed does not know this function'],
  },
);

const errors = some(errorRows, '6.1, 7.3.1', [
  'ARMCLAPI_ERR_CANNOT_LOAD_DLL',
  'ARMCLAPI_ERR_CANNOT_CONNECT',
  'ARMCLAPI_ERR_COMM_ERROR',
  'ARMCLAPI_ERR_NOT_ENOUGH_MEMORY',
  'ARMCLAPI_ERR_BUFFER_TOO_SMALL',
  'ARMCLAPI_ERR_ALREADY_INITIALIZED',
  'ARMCLAPI_ERR_NOT_INITIALIZED',
  'ARMCLAPI_ERR_INVALID_PARAMETER',
  'ARMCLAPI_ERR_INVALID_ID',
  'ARMCLAPI_ERR_GROUP_NOT_FOUND',
  'ARMCLAPI_ERR_SERVER_NOT_FOUND',
  'ARMCLAPI_ERR_CLUSTER_NOT_FOUND',
  'ARMCLAPI_ERR_VIRTUALIP_NOT_FOUND',
  'ARMCLAPI_ERR_NOT_CLUSTER_SERVER',
  'ARMCLAPI_ERR_LOGICAL_SERVICE_NOT_FOUND',
  'ARMCLAPI_ERR_VCOM_NOT_FOUND',
  'ARMCLAPI_ERR_CANCELLED',
  'ARMCLAPI_ERR_REGISTRY_ACCESS_FAILED',
  'ARMCLAPI_ERR_INVALID_HANDLE',
  'ARMCLAPI_ERR_NOT_SUPPORTED',
]);

// ---------------------------------------------------------------- what 7.3 prints besides

const handles = table(
  { section: '7.3.2', origin: 'documented', why: 'Section 7.3.2 prints the value.' },
  { ARMCLAPI_ERROR_HANDLE: [0, 'no handle: ArmClientInitializeApiEx failed'] },
);

const events = table(
  { section: '7.3.3', origin: 'documented', why: 'Section 7.3.3 prints the values.' },
  {
    ARMCLAPI_EVENT_SHUTDOWN: [1, 'the group stopped, or cannot be reached'],
    ARMCLAPI_EVENT_FAILOVER_START: [4, 'a failover or a move of the group begins'],
    ARMCLAPI_EVENT_FAILOVER_END: [5, 'a failover or a move of the group is through'],
    ARMCLAPI_EVENT_BOOT: [11, 'the group started, or can be reached again'],
  },
);

const groupStatus = table(
  { section: '7.3.4', origin: 'documented', why: 'Section 7.3.4 prints the values.' },
  {
    ARMCLAPI_GROUP_STATUS_STOPPED: [0, 'runs nowhere that the client can reach'],
    ARMCLAPI_GROUP_STATUS_RUNNING: [1, 'runs'],
    ARMCLAPI_GROUP_STATUS_FAILOVER: [2, 'is being taken over or moved'],
    ARMCLAPI_GROUP_STATUS_MISS: [3, 'runs without some of its resources'],
  },
);

const serverStatusRows = table(
  {
    section: '6.1.4.1, 7.3.5',
    origin: 'documented',
    why: 'Section 7.3.5 prints the values. Section 6.1.4.1 calls FAILMISS MISS.',
  },
  {
    ARMCLAPI_SERVER_STATUS_SINGLE_SERVER: [0x1000000, 'runs alone, registered in no cluster'],
    ARMCLAPI_SERVER_STATUS_CLUSTER: [0x2000000, 'runs as a member of its cluster'],
    ARMCLAPI_SERVER_STATUS_OFF_CLUSTER: [0x4000000, 'runs, registered, but cut off from its cluster'],
    ARMCLAPI_SERVER_STATUS_STOPPED: [0x10000, 'was shut down'],
    ARMCLAPI_SERVER_STATUS_DOWN: [0x20000, 'crashed'],
    ARMCLAPI_SERVER_STATUS_RECOVERING: [0x40000, 'takes groups over'],
    ARMCLAPI_SERVER_STATUS_FAILBACK: [0x80000, 'takes part in a failback; the document does not describe it'],
    ARMCLAPI_SERVER_STATUS_BACKUP: [0x1, 'and: has resources that failed over to it'],
    ARMCLAPI_SERVER_STATUS_FAIL: [0x2, 'and: has resources that failed over to another server'],
    ARMCLAPI_SERVER_STATUS_FAILMISS: [0x4, 'and: has resources whose connection failed'],
    ARMCLAPI_SERVER_STATUS_MISS: [0x4, 'the same as FAILMISS', 'inferred'],
  },
);

const serverStatusVb = some(serverStatusRows, '7.1.3.14, 7.3.5', [
  'ARMCLAPI_SERVER_STATUS_SINGLE_SERVER',
  'ARMCLAPI_SERVER_STATUS_CLUSTER',
  'ARMCLAPI_SERVER_STATUS_OFF_CLUSTER',
  'ARMCLAPI_SERVER_STATUS_STOPPED',
  'ARMCLAPI_SERVER_STATUS_DOWN',
  'ARMCLAPI_SERVER_STATUS_RECOVERING',
  'ARMCLAPI_SERVER_STATUS_FAILBACK',
  'ARMCLAPI_SERVER_STATUS_BACKUP',
  'ARMCLAPI_SERVER_STATUS_FAIL',
  'ARMCLAPI_SERVER_STATUS_FAILMISS',
]);

const hostTypes = table(
  { section: '7.3.6', origin: 'documented', why: 'Section 7.3.6 prints the values.' },
  {
    ARMCLAPI_HOSTTYPE_IS_NONE: [0, 'neither'],
    ARMCLAPI_HOSTTYPE_IS_CLIENT: [1, 'a client'],
    ARMCLAPI_HOSTTYPE_IS_SERVER: [2, 'a server of a cluster'],
  },
);

// ---------------------------------------------------------------- what is printed without a value

const localCluster = table(
  { section: '5.2.7, 6.1.2.1, 7.1.3.3', origin: 'chosen', why: 'The document prints no value.' },
  { ARMCLAPI_LOCAL_CLUSTER: ['.', 'the cluster of the server that the application runs on'] },
);

/** In characters with the NUL. */
const lengthRows = table(
  {
    section: '6.2, 7.2',
    origin: 'chosen',
    why:
      'The document names lengths without values. A group name has at most 15 characters without its NUL (5.2.1); ' +
      'section 5.2.8 counts on server names being as long. A cluster name is ours to be the same.',
  },
  {
    CLUSTER_NAME_LEN: [16, 'cluster name'],
    GROUP_NAME_LEN: [16, 'failover group name', 'documented'],
    SERVER_NAME_LEN: [16, 'server name', 'inferred'],
  },
);

const truth = table(
  {
    section: '6.1',
    origin: 'win32',
    why: 'Constants of Win32; section 7.3.7 prints the same for ARMTRUE and ARMFALSE.',
  },
  {
    FALSE: [0, 'no; a call failed'],
    TRUE: [1, 'yes; a call succeeded'],
  },
);

const truthVb = table(
  { section: '7.3.7', origin: 'documented', why: "Section 7.3.7 prints the values. Visual Basic's own True is -1." },
  {
    ARMTRUE: [1, 'yes; a call succeeded'],
    ARMFALSE: [0, 'no; a call failed'],
  },
);

// ---------------------------------------------------------------- the names of Ver3.0

type Renamed<N extends string, Now extends string, Once extends string> = N extends `${Now}${infer Rest}`
  ? `${Once}${Rest}`
  : never;

/** The same constants by the prefix that Ver3.0 had for them. */
function once<N extends string, V extends number | string, Now extends string, Once extends string>(
  from: ConstantTable<N, V>,
  now: Now,
  prefix: Once,
): ConstantTable<Renamed<N, Now, Once>, V> {
  const rows = Object.entries<{ readonly value: V }>(from.constants).map(
    ([name, { value }]) => [name.replace(now, prefix), [value, `the same as ${name}`]] as const,
  );
  return table<Renamed<N, Now, Once>, V>(
    {
      section: '5.2.7',
      origin: 'inferred',
      why:
        `Section 5.2.7: what begins with ${now} began with ${prefix} in Ver3.0, and still is there. Which of them Ver3.0 ` +
        'had, it does not say: here are all.',
    },
    Object.fromEntries(rows) as Record<Renamed<N, Now, Once>, readonly [V, string]>,
  );
}

// ---------------------------------------------------------------- all by kind

/** The constants for C by kind. */
export const clientTables = {
  errors,
  handles,
  events,
  groupStatus,
  serverStatus: serverStatusRows,
  hostTypes,
  localCluster,
  lengths: lengthRows,
  truth,
  errorsOnce: once(errors, 'ARMCLAPI_ERR_', 'ARMERR_'),
  eventsOnce: once(events, 'ARMCLAPI_EVENT_', 'ARM_EVENT_'),
  groupStatusOnce: once(groupStatus, 'ARMCLAPI_GROUP_STATUS_', 'ARM_SERVER_STATUS_'),
  hostTypesOnce: once(hostTypes, 'ARMCLAPI_HOSTTYPE_', 'ARM_HOSTTYPE_'),
  localClusterOnce: once(localCluster, 'ARMCLAPI_LOCAL_', 'ARM_LOCAL_'),
} as const satisfies Readonly<Record<string, ConstantTable>>;

/** The constants for Visual Basic by kind. */
export const vbTables = {
  errors: errorRows,
  handles,
  events,
  groupStatus,
  serverStatus: serverStatusVb,
  hostTypes,
  localCluster,
  lengths: some(lengthRows, '7.2', ['CLUSTER_NAME_LEN', 'SERVER_NAME_LEN']),
  truth: truthVb,
} as const satisfies Readonly<Record<string, ConstantTable>>;

export type ClientErrorName = keyof typeof errors.constants;
export type VbErrorName = keyof typeof errorRows.constants;

/** What armcl2.h defines: names and values. */
export const clientConstants = {
  ...valuesOf(clientTables.errors),
  ...valuesOf(clientTables.handles),
  ...valuesOf(clientTables.events),
  ...valuesOf(clientTables.groupStatus),
  ...valuesOf(clientTables.serverStatus),
  ...valuesOf(clientTables.hostTypes),
  ...valuesOf(clientTables.localCluster),
  ...valuesOf(clientTables.lengths),
  ...valuesOf(clientTables.truth),
  ...valuesOf(clientTables.errorsOnce),
  ...valuesOf(clientTables.eventsOnce),
  ...valuesOf(clientTables.groupStatusOnce),
  ...valuesOf(clientTables.hostTypesOnce),
  ...valuesOf(clientTables.localClusterOnce),
} as const;

/** What armcl2vb.bas defines. */
export const vbConstants = {
  ...valuesOf(vbTables.errors),
  ...valuesOf(vbTables.handles),
  ...valuesOf(vbTables.events),
  ...valuesOf(vbTables.groupStatus),
  ...valuesOf(vbTables.serverStatus),
  ...valuesOf(vbTables.hostTypes),
  ...valuesOf(vbTables.localCluster),
  ...valuesOf(vbTables.lengths),
  ...valuesOf(vbTables.truth),
} as const;
