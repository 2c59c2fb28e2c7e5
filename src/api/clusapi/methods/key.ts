/** Keys and values of the cluster's registry. */
import type { Database } from '../cluster/database.js';
import { Status } from '../codes.js';
import { Opened, type ClusapiHandlers } from '../contexts.js';

const CREATED = 1;
const OPENED = 2;

/** A descriptor in one piece that says nothing: everybody may do everything. */
const SECURITY = Uint8Array.of(1, 0, 0, 0x80, ...new Array<number>(16).fill(0));

export function keyMethods(database: Database): ClusapiHandlers {
  return {
    ApiGetRootKey: () => ({ returns: new Opened('key', '') }),
    ApiCreateKey: ({ hKey, lpSubKey }) => {
      const path = below(hKey.thing, lpSubKey);
      const there = database.has(path);
      const failed = there ? Status.SUCCESS : database.createKey(path);
      if (failed !== Status.SUCCESS) return { Status: failed, returns: null };
      return { lpdwDisposition: there ? OPENED : CREATED, returns: new Opened('key', path) };
    },
    ApiOpenKey: ({ hKey, lpSubKey }) => {
      const path = below(hKey.thing, lpSubKey);
      return database.has(path)
        ? { returns: new Opened('key', path) }
        : { Status: Status.FILE_NOT_FOUND, returns: null };
    },
    ApiCloseKey: () => ({ pKey: null }),
    ApiEnumKey: ({ hKey, dwIndex }) => {
      const KeyName = database.keys(hKey.thing).at(dwIndex);
      return KeyName === undefined ? { returns: Status.NO_MORE_ITEMS } : { KeyName };
    },
    ApiDeleteKey: ({ hKey, lpSubKey }) => ({
      returns: lpSubKey === '' ? Status.ACCESS_DENIED : database.deleteKey(below(hKey.thing, lpSubKey)),
    }),
    ApiSetValue: ({ hKey, lpValueName: name, dwType: type, lpData: data }) => ({
      returns: database.setValue(hKey.thing, { name, type, data }),
    }),
    ApiDeleteValue: ({ hKey, lpValueName }) => ({ returns: database.deleteValue(hKey.thing, lpValueName) }),
    ApiQueryValue: ({ hKey, lpValueName, cbData }) => {
      const value = database.value(hKey.thing, lpValueName);
      if (!value) return { returns: Status.FILE_NOT_FOUND };
      const { type: lpValueType, data } = value;
      if (data.length > cbData) return { lpValueType, lpcbRequired: data.length, returns: Status.MORE_DATA };
      return { lpValueType, lpcbRequired: data.length, lpData: data };
    },
    ApiEnumValue: ({ hKey, dwIndex, lpcbData }) => {
      const value = database.values(hKey.thing).at(dwIndex);
      if (!value) return { lpcbData: 0, returns: Status.NO_MORE_ITEMS };
      const { name: lpValueName, type: lpType, data } = value;
      const TotalSize = data.length;
      if (TotalSize > lpcbData) return { lpValueName, lpType, TotalSize, lpcbData: 0, returns: Status.MORE_DATA };
      return { lpValueName, lpType, TotalSize, lpcbData: TotalSize, lpData: data };
    },
    ApiQueryInfoKey: ({ hKey }) => {
      const keys = database.keys(hKey.thing);
      const values = database.values(hKey.thing);
      return {
        lpcSubKeys: keys.length,
        lpcbMaxSubKeyLen: longest(keys.map(({ length }) => length)),
        lpcValues: values.length,
        lpcbMaxValueNameLen: longest(values.map(({ name }) => name.length)),
        lpcbMaxValueLen: longest(values.map(({ data }) => data.length)),
        lpcbSecurityDescriptor: SECURITY.length,
      };
    },
    ApiGetKeySecurity: ({ pRpcSecurityDescriptor: { cbInSecurityDescriptor: room } }) => {
      const fits = room >= SECURITY.length;
      return {
        pRpcSecurityDescriptor: {
          lpSecurityDescriptor: fits ? SECURITY : undefined,
          // One that is too small comes back as large as is needed: clients send the structure again as they got it.
          cbInSecurityDescriptor: fits ? room : SECURITY.length,
          cbOutSecurityDescriptor: SECURITY.length,
        },
        returns: fits ? Status.SUCCESS : Status.INSUFFICIENT_BUFFER,
      };
    },
  };
}

/** The path of a key that is named relative to another one. */
export function below(key: string, path: string): string {
  return [key, path].filter((part) => part !== '').join('\\');
}

function longest(lengths: readonly number[]): number {
  return lengths.reduce((a, b) => (a > b ? a : b), 0);
}
