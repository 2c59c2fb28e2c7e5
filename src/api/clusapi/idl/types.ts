/**
 * The types of the cluster management interface (MS-CMRP, section 2.2): structures, and the names that its methods give
 * to plain numbers.
 */
import { handle, list, pointer, struct, text, u16, u32, u64, u8 } from '../rpc/ndr/types.js';

export const DWORD = u32;
/** Four bytes on the wire; any value but zero is TRUE. */
export const BOOL = u32;
export const WORD = u16;
/** error_status_t: a Win32 error code. */
export const STATUS = u32;
/** A text that must be there. */
export const LPCWSTR = text;
/** A text, or NULL: what methods hand out. */
export const LPWSTR = pointer(text);

export const HCLUSTER = handle('cluster');
export const HNODE = handle('node');
export const HGROUP = handle('group');
export const HRES = handle('resource');
export const HKEY = handle('key');
export const HNOTIFY = handle('notify');
export const HNETWORK = handle('network');
export const HNETINTERFACE = handle('netInterface');
export const HBATCH_PORT = handle('batchPort');
export const HGROUPSET = handle('groupSet');
/** HGENERIC_RPC: any of the above. */
export const HGENERIC = handle('*');

/** 100-nanosecond steps since 1601, in two halves. */
export const FILETIME = struct({ dwLowDateTime: u32, dwHighDateTime: u32 });

/** `cbIn…` is the room that there is, `cbOut…` what is used of it. */
export const RPC_SECURITY_DESCRIPTOR = struct({
  lpSecurityDescriptor: pointer(list(u8, 'cbInSecurityDescriptor', 'cbOutSecurityDescriptor')),
  cbInSecurityDescriptor: u32,
  cbOutSecurityDescriptor: u32,
});

export const RPC_SECURITY_ATTRIBUTES = struct({
  nLength: u32,
  RpcSecurityDescriptor: RPC_SECURITY_DESCRIPTOR,
  bInheritHandle: u32,
});

export const CLUSTER_OPERATIONAL_VERSION_INFO = struct({
  dwSize: u32,
  dwClusterHighestVersion: u32,
  dwClusterLowestVersion: u32,
  dwFlags: u32,
  dwReserved: u32,
});

/** An enumeration without `v1_enum`: two bytes. */
export const IDL_CLUSTER_SET_PASSWORD_FLAGS = u16;

export const IDL_CLUSTER_SET_PASSWORD_STATUS = struct({ NodeId: u32, SetAttempted: u8, ReturnStatus: u32 });

export const CLUSTER_CREATE_GROUP_INFO_RPC = struct({ dwVersion: u32, dwGroupType: u32 });

const ENUM_ENTRY = struct({ Type: u32, Name: LPWSTR });
export const ENUM_LIST = struct({ EntryCount: u32, Entry: list(ENUM_ENTRY, 'EntryCount') });

const GROUP_ENUM_ENTRY = struct({
  Name: LPWSTR,
  Id: LPWSTR,
  dwState: u32,
  Owner: LPWSTR,
  dwFlags: u32,
  cbProperties: u32,
  Properties: pointer(list(u8, 'cbProperties')),
  cbRoProperties: u32,
  RoProperties: pointer(list(u8, 'cbRoProperties')),
});
export const GROUP_ENUM_LIST = struct({ EntryCount: u32, Entry: list(GROUP_ENUM_ENTRY, 'EntryCount') });

const RESOURCE_ENUM_ENTRY = struct({
  Name: LPWSTR,
  Id: LPWSTR,
  OwnerName: LPWSTR,
  OwnerId: LPWSTR,
  cbProperties: u32,
  Properties: pointer(list(u8, 'cbProperties')),
  cbRoProperties: u32,
  RoProperties: pointer(list(u8, 'cbRoProperties')),
});
export const RESOURCE_ENUM_LIST = struct({ EntryCount: u32, Entry: list(RESOURCE_ENUM_ENTRY, 'EntryCount') });

export const NOTIFY_FILTER_AND_TYPE_RPC = struct({ dwObjectType: u32, FilterFlags: u64 });

const NOTIFICATION_DATA_RPC = struct({
  FilterAndType: NOTIFY_FILTER_AND_TYPE_RPC,
  buffer: pointer(list(u8, 'dwBufferSize')),
  dwBufferSize: u32,
  ObjectId: LPWSTR,
  ParentId: LPWSTR,
  Name: LPWSTR,
  Type: LPWSTR,
});
/** `dwNotifyKey` is a DWORD_PTR, which has four bytes in NDR32. */
export const NOTIFICATION_RPC = struct({ dwNotifyKey: u32, NotificationData: NOTIFICATION_DATA_RPC });

export const NOTIFICATION_DATA_ASYNC_RPC = struct({ dwNotifyKey: u32, dwFilter: u32, Name: LPWSTR });
