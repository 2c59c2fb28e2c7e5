/**
 * The constants of the two server APIs: Ver4.x native (chapter 3) and Ver3.0 compatible (chapter 4).
 *
 * A constant that both APIs have has one value. What an API does not name, its set does not hold: Ver4.x knows no
 * scripts and no FAILBACK events, Ver3.0 no groups. Values that the document does not print are marked as what they
 * are (`Origin`); none of them is a claim about the product's header files.
 */
import { some, table, valuesOf, type ConstantTable } from '../facade/table.js';

// ---------------------------------------------------------------- extended errors

const errorRows = table(
  {
    section: '3.1, 4.1',
    origin: 'inferred',
    why:
      'Section 7.3.1 prints the values of the client errors, and section 5.2.7 says that these are the older names ' +
      'ARMERR_... with another prefix. Where no client error has the name, the value is ours, in the block of its kin.',
  },
  {
    ARMERR_CANNOT_LOAD_DLL: [0x20000001, 'the DLL of the API is not there to be loaded'],
    ARMERR_VERSION_MISMATCH: [0x20000002, 'the DLL that is there does not go with the application', 'chosen'],
    ARMERR_CANNOT_CONNECT: [0x20000004, 'the cluster service does not answer'],
    ARMERR_COMM_ERROR: [0x20000005, 'talking to the cluster service failed'],
    ARMERR_NOT_ENOUGH_MEMORY: [0x20000010, 'no memory'],
    ARMERR_BUFFER_TOO_SMALL: [0x20000011, 'the answer does not fit the buffer; the size needed is reported'],
    ARMERR_CANNOT_ALLOCATE_RESOURCE: [0x20000012, 'the operating system refuses a resource', 'chosen'],
    ARMERR_CANNOT_CREATE_THREAD: [0x20000013, 'the operating system refuses a thread', 'chosen'],
    ARMERR_ALREADY_INITIALIZED: [0x20000020, 'this process has initialised the API before'],
    ARMERR_NOT_INITIALIZED: [0x20000021, 'the API is not initialised'],
    ARMERR_NOT_CLUSTER_MEMBER: [0x20000030, 'the local server is registered in no cluster', 'chosen'],
    ARMERR_OFF_CLUSTER: [0x20000031, 'the local server does not take part in its cluster', 'chosen'],
    ARMERR_ALREADY_REGISTERED: [0x20000040, 'the event object is registered already', 'chosen'],
    ARMERR_NOT_REGISTERED: [0x20000041, 'the event object is not registered', 'chosen'],
    ARMERR_INVALID_PARAMETER: [0x20000050, 'a parameter makes no sense'],
    ARMERR_INVALID_ID: [0x20000051, 'no watch has this id'],
    ARMERR_TIMEOUT: [0x20000060, 'nothing happened in the time given', 'chosen'],
    ARMERR_NOT_FOUND: [0x20000070, 'there is nothing to answer with', 'chosen'],
    ARMERR_SERVER_NOT_FOUND: [0x20000071, 'no server has this name'],
    // 7.3.1 gives the client API one value for group and server. Of the calls of the server API some say the one and
    // some the other, and an application may compare: they are told apart here.
    ARMERR_GROUP_NOT_FOUND: [0x20000072, 'no failover group is meant', 'chosen'],
    ARMERR_RESOURCE_NOT_FOUND: [0x20000073, 'no resource is meant', 'chosen'],
    ARMERR_CANCELLED: [0x20000080, 'the callback asked to stop'],
    ARMERR_INVALID_HANDLE: [0x20000090, 'no API handle has this number'],
    ARMERR_REGISTRY_ACCESS_FAILED: [0x200000b0, 'the registry cannot be read'],
    ARMERR_FAILED_REGISTRY_OPEN: [0x200000b1, 'the key could not be opened here', 'chosen'],
    ARMERR_NOT_OPEN_REGISTRY: [0x200000b2, 'the key is not open', 'chosen'],
    ARMERR_NOT_EXIST_REGISTRY: [0x200000b3, 'there is no such key', 'chosen'],
    ARMERR_FAILED_REGISTRY_DELETE: [0x200000b4, 'the key could not be deleted here', 'chosen'],
    ARMERR_FAILED_REGISTRY_FLUSH: [0x200000b5, 'the key could not be written here', 'chosen'],
    ARMERR_FAILED_SET_VALUE: [0x200000b6, 'the value could not be set here', 'chosen'],
    ARMERR_FAILED_DELETE_VALUE: [0x200000b7, 'the value could not be deleted here', 'chosen'],
    ARMERR_FAILED_REGISTRY_SYNCHRONIZE: [
      0x200000b8,
      'a remote server could not follow; nothing was changed here',
      'chosen',
    ],
  },
);

const registryErrors = [
  'ARMERR_FAILED_REGISTRY_OPEN',
  'ARMERR_NOT_OPEN_REGISTRY',
  'ARMERR_NOT_EXIST_REGISTRY',
  'ARMERR_FAILED_REGISTRY_DELETE',
  'ARMERR_FAILED_REGISTRY_FLUSH',
  'ARMERR_FAILED_SET_VALUE',
  'ARMERR_FAILED_DELETE_VALUE',
  'ARMERR_FAILED_REGISTRY_SYNCHRONIZE',
] as const;

const errorsOfBoth = [
  'ARMERR_CANNOT_LOAD_DLL',
  'ARMERR_CANNOT_CONNECT',
  'ARMERR_COMM_ERROR',
  'ARMERR_NOT_ENOUGH_MEMORY',
  'ARMERR_BUFFER_TOO_SMALL',
  'ARMERR_CANNOT_ALLOCATE_RESOURCE',
  'ARMERR_CANNOT_CREATE_THREAD',
  'ARMERR_NOT_INITIALIZED',
  'ARMERR_ALREADY_REGISTERED',
  'ARMERR_NOT_REGISTERED',
  'ARMERR_INVALID_PARAMETER',
  'ARMERR_NOT_FOUND',
  'ARMERR_SERVER_NOT_FOUND',
  'ARMERR_RESOURCE_NOT_FOUND',
  'ARMERR_CANCELLED',
  ...registryErrors,
] as const;

/** The errors that some function of chapter 3, or of the registry, documents. */
const errors4 = some(errorRows, '3.1', [
  ...errorsOfBoth,
  'ARMERR_VERSION_MISMATCH',
  'ARMERR_NOT_CLUSTER_MEMBER',
  'ARMERR_OFF_CLUSTER',
  'ARMERR_GROUP_NOT_FOUND',
  'ARMERR_INVALID_HANDLE',
]);

/** Those of chapter 4. */
const errors3 = some(errorRows, '4.1', [
  ...errorsOfBoth,
  'ARMERR_ALREADY_INITIALIZED',
  'ARMERR_INVALID_ID',
  'ARMERR_TIMEOUT',
  'ARMERR_REGISTRY_ACCESS_FAILED',
]);

// ---------------------------------------------------------------- states

const serverStatus = table(
  {
    section: '3.1.3.1, 4.1.3.1',
    origin: 'inferred',
    why: 'Section 7.3.5 prints the bits of ARMCLAPI_SERVER_STATUS_..., which name the same states.',
  },
  {
    ARM_STATUS_SINGLE_SERVER: [0x1000000, 'runs alone, registered in no cluster'],
    ARM_STATUS_CLUSTER: [0x2000000, 'runs as a member of its cluster'],
    ARM_STATUS_OFF_CLUSTER: [0x4000000, 'runs, registered, but cut off from its cluster, as after a crash'],
    ARM_STATUS_STOPPED: [0x10000, 'was shut down'],
    ARM_STATUS_DOWN: [0x20000, 'crashed'],
    ARM_STATUS_RECOVERING: [0x40000, 'takes groups over'],
    ARM_STATUS_BACKUP: [0x1, 'and: has resources that failed over to it'],
    ARM_STATUS_FAIL: [0x2, 'and: has resources that failed over to another server'],
    ARM_STATUS_MISS: [0x4, 'and: has resources whose failover did not succeed'],
  },
);

const groupStatus = table(
  {
    section: '3.2.4',
    origin: 'chosen',
    why: 'Bits of their own, since section 3.2.4 says that the values are combined.',
  },
  {
    ARM_GROUP_STATUS_OFFLINE: [1, 'is not active'],
    ARM_GROUP_STATUS_ONLINE: [2, 'is active with all its resources'],
    ARM_GROUP_STATUS_ONLINE_FAIL: [4, 'is active, some resources excepted'],
    ARM_GROUP_STATUS_INPROGRESS: [8, 'is being recovered'],
  },
);

const resourceStatus = table(
  { section: '3.2.5', origin: 'chosen', why: 'The document prints no value.' },
  {
    ARM_RESOURCE_STATUS_OFFLINE: [0, 'is not active'],
    ARM_RESOURCE_STATUS_ONLINE: [1, 'is active'],
  },
);

// ---------------------------------------------------------------- events

const eventRows = table(
  {
    section: '3.2.6, 4.1.3.2',
    origin: 'inferred',
    why:
      'Section 4.1.3.2 prints its ten events in one fixed order. Numbered from 1 they give SHUTDOWN, FAILOVER_START ' +
      'and FAILOVER_END the values that section 7.3.3 prints for the client API, and leave 11 for its BOOT. The ' +
      'events of groups, which Ver4.x added, are numbered by us from 32.',
  },
  {
    ARM_EVENT_SHUTDOWN: [1, 'a server shuts down'],
    ARM_EVENT_DOWN: [2, 'a server crashed'],
    ARM_EVENT_RETURN_TO_CLUSTER: [3, 'a server came back into the cluster'],
    ARM_EVENT_FAILOVER_START: [4, 'a server begins to take over'],
    ARM_EVENT_FAILOVER_END: [5, 'a server has taken over'],
    ARM_EVENT_FAILBACK_START: [6, 'a failback begins'],
    ARM_EVENT_FAILBACK_END: [7, 'a failback is through'],
    ARM_EVENT_FAILBACK_FAILURE: [8, 'a failback failed'],
    ARM_EVENT_LSW_SWITCHED: [9, 'a line switch switched its line'],
    ARM_EVENT_PRINTER_SWITCHED: [10, 'a printer was switched'],
    ARM_EVENT_GROUP_START: [32, 'a group was started', 'chosen'],
    ARM_EVENT_GROUP_STOP: [33, 'a group was stopped', 'chosen'],
    ARM_EVENT_GROUP_FAILOVER_START: [34, 'the failover of a group begins', 'chosen'],
    ARM_EVENT_GROUP_FAILOVER_END: [35, 'the failover of a group is through', 'chosen'],
    ARM_EVENT_GROUP_FAILOVER_FAILURE: [36, 'the failover of a group failed', 'chosen'],
    ARM_EVENT_GROUP_MOVE_START: [37, 'the move of a group begins', 'chosen'],
    ARM_EVENT_GROUP_MOVE_END: [38, 'the move of a group is through', 'chosen'],
    ARM_EVENT_GROUP_MOVE_FAILURE: [39, 'the move of a group failed', 'chosen'],
  },
);

const eventsOfBoth = [
  'ARM_EVENT_SHUTDOWN',
  'ARM_EVENT_DOWN',
  'ARM_EVENT_RETURN_TO_CLUSTER',
  'ARM_EVENT_FAILOVER_START',
  'ARM_EVENT_FAILOVER_END',
  'ARM_EVENT_LSW_SWITCHED',
] as const;

const events4 = some(eventRows, '3.2.6', [
  ...eventsOfBoth,
  'ARM_EVENT_GROUP_START',
  'ARM_EVENT_GROUP_STOP',
  'ARM_EVENT_GROUP_FAILOVER_START',
  'ARM_EVENT_GROUP_FAILOVER_END',
  'ARM_EVENT_GROUP_FAILOVER_FAILURE',
  'ARM_EVENT_GROUP_MOVE_START',
  'ARM_EVENT_GROUP_MOVE_END',
  'ARM_EVENT_GROUP_MOVE_FAILURE',
]);

const events3 = some(eventRows, '4.1.3.2', [
  ...eventsOfBoth,
  'ARM_EVENT_FAILBACK_START',
  'ARM_EVENT_FAILBACK_END',
  'ARM_EVENT_FAILBACK_FAILURE',
  'ARM_EVENT_PRINTER_SWITCHED',
]);

// ---------------------------------------------------------------- resource types

const resourceTypeRows = table(
  {
    section: '3.1.2.8, 4.1.2.6',
    origin: 'chosen',
    why:
      'Bits of their own, since ArmEnumResource of Ver4.x takes a combination. A virtual IP address has one bit under ' +
      'both its names.',
  },
  {
    ARM_RESTYPE_ALL: [0xffffffff, 'all types'],
    ARM_RESTYPE_SCRIPT: [0x1, 'script'],
    ARM_RESTYPE_DISK: [0x2, 'shared disk, as Ver2.x had it'],
    ARM_RESTYPE_VLAN: [0x4, 'virtual IP address'],
    ARM_RESTYPE_VIP: [0x4, 'virtual or floating IP address'],
    ARM_RESTYPE_PRINTER: [0x8, 'printer'],
    ARM_RESTYPE_LSW: [0x10, 'line switch'],
    ARM_RESTYPE_SWDISK: [0x20, 'switched disk'],
    ARM_RESTYPE_SHDISK: [0x40, 'shared disk partition'],
    ARM_RESTYPE_NPDISK: [0x80, "shared disk partition for the product's own use"],
    // Section 4.2.2 calls NPDISK NPD in its list of types and NPDISK in the note below it.
    ARM_RESTYPE_NPD: [0x80, 'the same as ARM_RESTYPE_NPDISK'],
    ARM_RESTYPE_VCOM: [0x100, 'virtual computer name'],
    ARM_RESTYPE_NDR: [0x200, 'switched mirror disk'],
    ARM_RESTYPE_HF: [0x400, 'cluster IP (load balancing)'],
    ARM_RESTYPE_VXDISK: [0x800, 'disk group of a volume manager'],
  },
);

const resourceTypes4 = some(resourceTypeRows, '3.1.2.8', [
  'ARM_RESTYPE_ALL',
  'ARM_RESTYPE_SWDISK',
  'ARM_RESTYPE_VIP',
  'ARM_RESTYPE_VCOM',
  'ARM_RESTYPE_PRINTER',
  'ARM_RESTYPE_LSW',
  'ARM_RESTYPE_NDR',
  'ARM_RESTYPE_HF',
  'ARM_RESTYPE_VXDISK',
]);

/** ArmEnumResource lists those of Ver2.x (4.1.2.5), ArmEnumResource2 those of Ver3.0 (4.1.2.6). */
const resourceTypes3 = some(resourceTypeRows, '4.1.2.5, 4.1.2.6, 4.2.2', [
  'ARM_RESTYPE_ALL',
  'ARM_RESTYPE_SCRIPT',
  'ARM_RESTYPE_DISK',
  'ARM_RESTYPE_VLAN',
  'ARM_RESTYPE_PRINTER',
  'ARM_RESTYPE_LSW',
  'ARM_RESTYPE_SWDISK',
  'ARM_RESTYPE_SHDISK',
  'ARM_RESTYPE_NPDISK',
  'ARM_RESTYPE_NPD',
]);

// ---------------------------------------------------------------- lengths

/** In characters (TCHAR) with the NUL for `..._LEN`, otherwise in elements. */
const lengthRows = table(
  {
    section: '3.2, 4.2',
    origin: 'chosen',
    why:
      'The document names lengths without values. A group name has at most 15 characters without its NUL (5.2.1); ' +
      'section 5.2.8 counts on server names being as long. A cluster name is ours to be the same. The arrays of drives ' +
      'run from [0] to [25].',
  },
  {
    MAX_CLUSTERNAME_LEN: [16, 'cluster name'],
    MAX_SERVERNAME_LEN: [16, 'server name', 'inferred'],
    MAX_GROUPNAME_LEN: [16, 'failover group name', 'documented'],
    MAX_RESOURCENAME_LEN: [32, 'resource name'],
    // The doubled SRC is the document's.
    MAX_EVENTSRCSRCNAME_LEN: [32, "name of an event's source: a server, group or resource"],
    MAX_LOGSERVICENAME_LEN: [32, 'logical service name'],
    MAX_LOGSERVICE_NUM: [48, 'logical services that can be registered'],
    MAX_VER_LEN: [64, 'version text'],
    MAX_PATH_LEN: [260, 'path'],
    MAX_LETTER_LEN: [4, 'drive letter with its colon, or internal name of a partition'],
    MAX_VCOMNAME_LEN: [16, 'virtual computer name'],
    MAX_PRNNAME_LEN: [256, 'printer name (Ver4.x)'],
    MAX_PRNPORT_LEN: [256, 'printer port (Ver4.x)'],
    MAX_PRNSHARE_LEN: [256, 'printer share (Ver4.x)'],
    MAX_SPOOLPATH_LEN: [260, 'spool directory (Ver4.x)'],
    MAX_PRINTERNAME_LEN: [256, 'printer name (Ver3.0)'],
    MAX_SHARENAME_LEN: [256, 'printer share (Ver3.0)'],
    MAX_LSWDEVICE_LEN: [32, 'name of a line switch (Ver4.x)'],
    MAX_LSWPORT_LEN: [16, 'serial port of a line switch (Ver4.x)'],
    MAX_PORTNAME_LEN: [16, 'serial port of a line switch (Ver3.0)'],
    MAX_NDRNAME_LEN: [32, 'name of a switched mirror disk'],
    MAX_VXDISKNAME_LEN: [32, 'name of a disk group'],
    MAX_DRV_NUM: [26, 'drives, A to Z', 'documented'],
    MAX_SCSI_ID: [16, 'units on a SCSI bus'],
    MAX_PUBLICLAN: [16, 'public LANs'],
    MAX_INTERCONNECT: [16, 'interconnects'],
    MAX_INTERCONNECT_LEN: [16, 'interconnect'],
  },
);

const lengths4 = some(lengthRows, '3.1.2.1, 3.2', [
  'MAX_CLUSTERNAME_LEN',
  'MAX_SERVERNAME_LEN',
  'MAX_GROUPNAME_LEN',
  'MAX_EVENTSRCSRCNAME_LEN',
  'MAX_VER_LEN',
  'MAX_PATH_LEN',
  'MAX_LETTER_LEN',
  'MAX_VCOMNAME_LEN',
  'MAX_PRNNAME_LEN',
  'MAX_PRNPORT_LEN',
  'MAX_PRNSHARE_LEN',
  'MAX_SPOOLPATH_LEN',
  'MAX_LSWDEVICE_LEN',
  'MAX_LSWPORT_LEN',
  'MAX_NDRNAME_LEN',
  'MAX_VXDISKNAME_LEN',
  'MAX_DRV_NUM',
]);

const lengths3 = some(lengthRows, '4.1.2.1, 4.1.2.10, 4.2', [
  'MAX_CLUSTERNAME_LEN',
  'MAX_SERVERNAME_LEN',
  'MAX_RESOURCENAME_LEN',
  'MAX_LOGSERVICENAME_LEN',
  'MAX_LOGSERVICE_NUM',
  'MAX_VER_LEN',
  'MAX_PATH_LEN',
  'MAX_LETTER_LEN',
  'MAX_PRINTERNAME_LEN',
  'MAX_SHARENAME_LEN',
  'MAX_PORTNAME_LEN',
  'MAX_SCSI_ID',
  'MAX_PUBLICLAN',
  'MAX_INTERCONNECT',
  'MAX_INTERCONNECT_LEN',
]);

// ---------------------------------------------------------------- the registry

const dispositions = table(
  {
    section: '4.1.4.2',
    origin: 'inferred',
    why: "Win32's REG_CREATED_NEW_KEY and REG_OPENED_EXISTING_KEY say the same and have these values.",
  },
  {
    ARM_REG_CREATED_NEW_KEY: [1, 'there was no such key: it was created'],
    ARM_REG_OPENED_EXISTING_KEY: [2, 'the key was there: it was opened'],
  },
);

const valueTypes = table(
  { section: '4.1.4.6', origin: 'win32', why: 'Constants of Win32.' },
  {
    REG_SZ: [1, 'a text with its NUL'],
    REG_EXPAND_SZ: [2, 'a text with its NUL, in which environment variables are not expanded yet'],
    REG_BINARY: [3, 'any bytes'],
    REG_DWORD: [4, 'an integer of 32 bits'],
    REG_MULTI_SZ: [7, 'texts, each with its NUL, and one NUL more'],
  },
);

/** As numbers of 32 bits. In a process of 64 bits Win32 widens them with their sign: HKEY_USERS is 0xFFFFFFFF80000003. */
const predefinedKeys = table(
  { section: '4.1.4.1', origin: 'win32', why: 'Constants of Win32.' },
  {
    HKEY_CLASSES_ROOT: [0x80000000, 'file types and classes'],
    HKEY_CURRENT_USER: [0x80000001, 'the user who runs the application'],
    HKEY_LOCAL_MACHINE: [0x80000002, 'the server'],
    HKEY_USERS: [0x80000003, 'all users'],
  },
);

// ---------------------------------------------------------------- the rest

const common = table(
  {
    section: '3.1.1.1, 4.1.3.2',
    origin: 'win32',
    why: 'Constants of Win32; section 7.3.7 prints 1 and 0 for the truth of its own API.',
  },
  {
    FALSE: [0, 'no; a call failed'],
    TRUE: [1, 'yes; a call succeeded'],
    INFINITE: [0xffffffff, 'no timeout'],
  },
);

/** Both hold characters that no server's name may have (`NAME_PATTERN` of the model). */
const specialNames = table(
  { section: '3.1.2.4, 4.1.3.2', origin: 'chosen', why: 'The document prints no value.' },
  {
    ARM_LOCAL_SERVER: ['.', 'the server that the application runs on'],
    ARM_ALL_SERVER: ['*', 'all servers of the cluster'],
  },
);

/** The constants of Ver4.x by kind; `ARMAPI_VERSION`, which differs from kit to kit, is in `versions.ts`. */
export const tables4 = {
  errors: errors4,
  serverStatus,
  groupStatus,
  resourceStatus,
  events: events4,
  resourceTypes: resourceTypes4,
  lengths: lengths4,
  dispositions,
  valueTypes,
  predefinedKeys,
  common,
  specialNames: some(specialNames, '3.1.2.4', ['ARM_LOCAL_SERVER']),
} as const satisfies Readonly<Record<string, ConstantTable>>;

/** The constants of Ver3.0 by kind. */
export const tables3 = {
  errors: errors3,
  serverStatus,
  events: events3,
  resourceTypes: resourceTypes3,
  lengths: lengths3,
  dispositions,
  valueTypes,
  predefinedKeys,
  common,
  specialNames: some(specialNames, '4.1.2.4, 4.1.3.2', ['ARM_LOCAL_SERVER', 'ARM_ALL_SERVER']),
} as const satisfies Readonly<Record<string, ConstantTable>>;

export type ErrorName4 = keyof typeof errors4.constants;
export type ErrorName3 = keyof typeof errors3.constants;
export type EventName4 = keyof typeof events4.constants;
export type EventName3 = keyof typeof events3.constants;
export type ResourceTypeName4 = keyof typeof resourceTypes4.constants;
export type ResourceTypeName3 = keyof typeof resourceTypes3.constants;

/** What the header of Ver4.x defines: names and values. */
export const constants4 = {
  ...valuesOf(tables4.errors),
  ...valuesOf(tables4.serverStatus),
  ...valuesOf(tables4.groupStatus),
  ...valuesOf(tables4.resourceStatus),
  ...valuesOf(tables4.events),
  ...valuesOf(tables4.resourceTypes),
  ...valuesOf(tables4.lengths),
  ...valuesOf(tables4.dispositions),
  ...valuesOf(tables4.valueTypes),
  ...valuesOf(tables4.predefinedKeys),
  ...valuesOf(tables4.common),
  ...valuesOf(tables4.specialNames),
} as const;

/** What the headers of Ver3.0 define. */
export const constants3 = {
  ...valuesOf(tables3.errors),
  ...valuesOf(tables3.serverStatus),
  ...valuesOf(tables3.events),
  ...valuesOf(tables3.resourceTypes),
  ...valuesOf(tables3.lengths),
  ...valuesOf(tables3.dispositions),
  ...valuesOf(tables3.valueTypes),
  ...valuesOf(tables3.predefinedKeys),
  ...valuesOf(tables3.common),
  ...valuesOf(tables3.specialNames),
} as const;
