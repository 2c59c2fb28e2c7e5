/**
 * The seven functions of the synchronised registry (4.1.4), which both server APIs have.
 *
 * A change is on all servers or on none: unless every registered server is in the cluster it is refused, and a refusal
 * for whatever reason is FAILED_REGISTRY_SYNCHRONIZE, since the others come first and nothing was changed here. Where this
 * server leaves its view before it knows what became of a change, the answer is the same, and says that it may yet be done.
 * The one exception is documented: where the local step then fails (an injected fault), the others have changed and this
 * server has not. Handles are the process's own; a predefined key is its own handle, of 32 bits or sign-extended to 64. The
 * functions have no error for a parameter: a wrong one is answered with the error of what cannot be done then.
 */
import type { RegistryEdit, FoundKey } from '../../model/registry.js';
import { isRegistryStep } from '../../model/registry.js';
import type { Refusal } from '../../model/result.js';
import type { Call, Deed, Ref } from '../facade/call.js';
import type { Process } from '../facade/process.js';
import { constants4 } from './constants.js';
import type { FunctionName4 } from './functions.js';

type RegistryError =
  | 'ARMERR_FAILED_REGISTRY_OPEN'
  | 'ARMERR_NOT_OPEN_REGISTRY'
  | 'ARMERR_NOT_EXIST_REGISTRY'
  | 'ARMERR_FAILED_REGISTRY_DELETE'
  | 'ARMERR_FAILED_REGISTRY_FLUSH'
  | 'ARMERR_FAILED_SET_VALUE'
  | 'ARMERR_FAILED_DELETE_VALUE'
  | 'ARMERR_FAILED_REGISTRY_SYNCHRONIZE';

type RegistryCall = Call<RegistryError>;
type RegistryFunction = Extract<FunctionName4, `ArmReg${string}`>;

const predefined = new Map<number, string>([
  [constants4.HKEY_CLASSES_ROOT, 'HKEY_CLASSES_ROOT'],
  [constants4.HKEY_CURRENT_USER, 'HKEY_CURRENT_USER'],
  [constants4.HKEY_LOCAL_MACHINE, 'HKEY_LOCAL_MACHINE'],
  [constants4.HKEY_USERS, 'HKEY_USERS'],
]);
const valueTypes: readonly number[] = [
  constants4.REG_SZ,
  constants4.REG_EXPAND_SZ,
  constants4.REG_BINARY,
  constants4.REG_DWORD,
  constants4.REG_MULTI_SZ,
];

/** The keys that a process has open, by their handles. */
export class OpenKeys {
  private readonly keys = new Map<number, string>();
  private next = 0x1000;

  open(path: string): number {
    const handle = this.next;
    this.next += 4;
    this.keys.set(handle, path);
    return handle;
  }

  /** The path of an open key, or of a predefined one. */
  path(handle: number): string | undefined {
    return this.keys.get(handle) ?? predefined.get(handle >>> 0);
  }

  /** A predefined key stays open. */
  close(handle: number): void {
    this.keys.delete(handle);
  }

  closeAll(): void {
    this.keys.clear();
  }
}

/** The functions for the applications of a process. Both APIs document these errors, and each more beside them. */
export function registryDeeds<E extends string>(keys: OpenKeys): Readonly<Record<RegistryFunction, Deed<E>>> {
  return { ...keyDeeds(keys), ...valueDeeds(keys) } as unknown as Readonly<Record<RegistryFunction, Deed<E>>>;
}

function keyDeeds(
  keys: OpenKeys,
): Readonly<Record<Exclude<RegistryFunction, `ArmReg${string}Value`>, Deed<RegistryError>>> {
  return {
    ArmRegOpenKey: {
      wrongArgument: 'ARMERR_FAILED_REGISTRY_OPEN',
      check: (call: RegistryCall, handle: number) => void openPath(keys, call, handle, 'ARMERR_FAILED_REGISTRY_OPEN'),
      async does(call: RegistryCall, handle: number, subKey: string, result: Ref) {
        const path = below(keys, call, handle, subKey, 'ARMERR_FAILED_REGISTRY_OPEN');
        const found = await read(call, path);
        if (!found) call.fail('ARMERR_FAILED_REGISTRY_OPEN', `${path} does not exist`);
        result.value = keys.open(found.path);
      },
    },
    ArmRegCreateKey: {
      wrongArgument: 'ARMERR_FAILED_REGISTRY_OPEN',
      strikesLater: ['ARMERR_FAILED_REGISTRY_OPEN'],
      check: (call: RegistryCall, handle: number) => void openPath(keys, call, handle, 'ARMERR_FAILED_REGISTRY_OPEN'),
      async does(call: RegistryCall, handle: number, subKey: string, result: Ref, disposition: Ref) {
        const key = below(keys, call, handle, subKey, 'ARMERR_FAILED_REGISTRY_OPEN');
        const before = await read(call, key);
        // Another server may be creating it: of all who do, one has.
        const edit: RegistryEdit = before ? { change: 'createKey', key } : { change: 'createKey', key, onlyNew: true };
        const made = await synchronise(call, edit, before, 'ARMERR_FAILED_REGISTRY_OPEN');
        result.value = keys.open(before?.path ?? key);
        disposition.value =
          before || !made ? constants4.ARM_REG_OPENED_EXISTING_KEY : constants4.ARM_REG_CREATED_NEW_KEY;
      },
    },
    ArmRegDeleteKey: {
      wrongArgument: 'ARMERR_NOT_EXIST_REGISTRY',
      strikesLater: ['ARMERR_FAILED_REGISTRY_DELETE'],
      check: (call: RegistryCall, handle: number) => void openPath(keys, call, handle, 'ARMERR_NOT_EXIST_REGISTRY'),
      async does(call: RegistryCall, handle: number, subKey: string) {
        const key = below(keys, call, handle, subKey, 'ARMERR_NOT_EXIST_REGISTRY');
        const before = await read(call, key);
        if (!before) call.fail('ARMERR_NOT_EXIST_REGISTRY', `${key} does not exist`);
        await synchronise(call, { change: 'deleteKey', key }, before, 'ARMERR_FAILED_REGISTRY_DELETE');
      },
    },
    ArmRegFlushKey: {
      wrongArgument: 'ARMERR_NOT_OPEN_REGISTRY',
      strikesLater: ['ARMERR_FAILED_REGISTRY_FLUSH'],
      check: (call: RegistryCall, handle: number) => void openPath(keys, call, handle, 'ARMERR_NOT_OPEN_REGISTRY'),
      does(call: RegistryCall) {
        const absent = absentServer(call);
        if (absent !== undefined) call.fail('ARMERR_FAILED_REGISTRY_SYNCHRONIZE', absent);
        call.mayBreak('ARMERR_FAILED_REGISTRY_FLUSH');
      },
    },
    ArmRegCloseKey: {
      wrongArgument: 'ARMERR_NOT_OPEN_REGISTRY',
      check: (call: RegistryCall, handle: number) => void openPath(keys, call, handle, 'ARMERR_NOT_OPEN_REGISTRY'),
      does(_call: RegistryCall, handle: number) {
        keys.close(handle);
      },
    },
  };
}

function valueDeeds(
  keys: OpenKeys,
): Readonly<Record<Extract<RegistryFunction, `ArmReg${string}Value`>, Deed<RegistryError>>> {
  return {
    ArmRegSetValue: {
      wrongArgument: 'ARMERR_FAILED_SET_VALUE',
      strikesLater: ['ARMERR_FAILED_SET_VALUE'],
      check(call: RegistryCall, handle: number, name: string, type: number, data: Uint8Array, bytes: number) {
        openPath(keys, call, handle, 'ARMERR_NOT_OPEN_REGISTRY');
        mustBeName(call, name, 'ARMERR_FAILED_SET_VALUE');
        if (!valueTypes.includes(type)) call.fail('ARMERR_FAILED_SET_VALUE', `${type} is no type of values`);
        if (bytes >>> 0 > data.length)
          call.fail('ARMERR_FAILED_SET_VALUE', `lpbData has ${data.length} bytes, cbData says ${bytes >>> 0}`);
      },
      async does(call: RegistryCall, handle: number, name: string, type: number, data: Uint8Array, bytes: number) {
        const key = openPath(keys, call, handle, 'ARMERR_NOT_OPEN_REGISTRY');
        const hex = Array.from(data.subarray(0, bytes >>> 0), (byte) => byte.toString(16).padStart(2, '0')).join('');
        const before = await read(call, key);
        await synchronise(call, { change: 'setValue', key, name, type, hex }, before, 'ARMERR_FAILED_SET_VALUE');
      },
    },
    ArmRegDeleteValue: {
      wrongArgument: 'ARMERR_FAILED_DELETE_VALUE',
      strikesLater: ['ARMERR_FAILED_DELETE_VALUE'],
      check(call: RegistryCall, handle: number, name: string) {
        openPath(keys, call, handle, 'ARMERR_NOT_OPEN_REGISTRY');
        mustBeName(call, name, 'ARMERR_FAILED_DELETE_VALUE');
      },
      async does(call: RegistryCall, handle: number, name: string) {
        const key = openPath(keys, call, handle, 'ARMERR_NOT_OPEN_REGISTRY');
        const before = await read(call, key);
        await synchronise(call, { change: 'deleteValue', key, name }, before, 'ARMERR_FAILED_DELETE_VALUE');
      },
    },
  };
}

/** The path of a key that is open. */
function openPath(keys: OpenKeys, call: RegistryCall, handle: number, error: RegistryError): string {
  return keys.path(handle) ?? call.fail(error, `${handle} is no open key`);
}

/** The path of a key below one that is open. */
function below(keys: OpenKeys, call: RegistryCall, handle: number, subKey: string, error: RegistryError): string {
  const path = openPath(keys, call, handle, error);
  if (!subKey.split('\\').every(isRegistryStep)) call.fail(error, `${JSON.stringify(subKey)} names no key`);
  return `${path}\\${subKey}`;
}

/** The name of a value; an empty one is the key's default value, as in Windows. */
function mustBeName(call: RegistryCall, name: string, error: RegistryError): void {
  if (name !== '' && !isRegistryStep(name)) call.fail(error, `${JSON.stringify(name)} cannot be the name of a value`);
}

function registryOf({ backend, machine }: Process): ReturnType<Process['backend']['registryOf']> {
  return backend.registryOf(machine);
}

function read(call: RegistryCall, path: string): Promise<FoundKey | undefined> {
  return call.thread.answer(registryOf(call.process).read(path));
}

/**
 * Changes all servers; false where a key that was to be new exists already. An injected fault of the local step strikes
 * after that: then this server is left as it was.
 *
 * @param before how the key was here
 */
async function synchronise(
  call: RegistryCall,
  edit: RegistryEdit,
  before: FoundKey | undefined,
  localError: RegistryError,
): Promise<boolean> {
  const registry = registryOf(call.process);
  const undo = undoing(edit, before, (path) => registry.peek(path) !== undefined);
  const refusal = await call.thread.answer(registry.synchronise(edit));
  if (refusal && refusal.code !== 'EXISTS')
    call.fail('ARMERR_FAILED_REGISTRY_SYNCHRONIZE', `${refusal.where}: ${refusal.what}${unknown(refusal)}`);
  call.mayBreak(localError, () => {
    for (const step of undo) registry.writeLocally(step);
  });
  return !refusal;
}

/** Nobody knows what became of a change whose server left its view, or lost its power, before the answer. */
function unknown({ code }: Refusal): string {
  return code === 'LOST' || code === 'SERVER_GONE' ? '; it may yet be done' : '';
}

/** What makes a key, and those above it, what they were before the edit. */
function undoing(
  edit: RegistryEdit,
  before: FoundKey | undefined,
  exists: (path: string) => boolean,
): readonly RegistryEdit[] {
  const { key } = edit;
  if (edit.change === 'createKey')
    return upwards(key).flatMap((path) => (exists(path) ? [] : [{ change: 'deleteKey', key: path }]));
  const set = (before?.values ?? []).map((value): RegistryEdit => ({ change: 'setValue', key, ...value }));
  if (edit.change === 'deleteKey') return [{ change: 'createKey', key }, ...set];
  const had = before?.values.some(({ name }) => name.toLowerCase() === edit.name.toLowerCase());
  return had ? set : [{ change: 'deleteValue', key, name: edit.name }];
}

/** A key and all above it, the deepest first. */
function upwards(key: string): string[] {
  const steps = key.split('\\');
  return steps.map((_, index) => steps.slice(0, steps.length - index).join('\\'));
}

/** Why not all servers are in the cluster; undefined where they are. */
function absentServer(call: RegistryCall): string | undefined {
  const { machine, registered } = call.service;
  const look = call.service.look();
  if (!registered || !look) return `${machine} does not take part in a cluster now`;
  const { servers } = registered.cluster;
  const absent = servers.filter((_, server) => !['CLUSTER', 'RECOVERING'].includes(look.servers[server][0]));
  return absent.length === 0 ? undefined : `${absent.map(({ name }) => name).join(', ')} is not in the cluster`;
}
