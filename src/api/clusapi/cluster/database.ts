/**
 * The registry of the cluster (MS-CMRP, section 3.1.1.4): keys with values below one root.
 *
 * What clients write is kept; names of nodes, groups and so on are written anew before each look, so that they are those
 * of now. It is the API's own: the registry that applications synchronise over the ARM API is another one.
 */
import { LocalRegistry, type RegistryEntry } from '../../../model/registry.js';
import { Status } from '../codes.js';
import { units } from '../properties.js';
import type { Happening, House } from './house.js';
import { guidOf } from './things.js';

const ROOT = 'HKEY_LOCAL_MACHINE\\Cluster';
const REG_SZ = 1;
/** Keys and values that clients may have written, and the bytes of all of them. */
const ENTRIES_MAX = 10_000;
const BYTES_MAX = 16 << 20;

const FAILURES: Readonly<Record<string, number>> = {
  NOT_FOUND: Status.FILE_NOT_FOUND,
  HAS_SUBKEYS: Status.ACCESS_DENIED,
  EXISTS: Status.ALREADY_EXISTS,
  BAD_KEY: Status.INVALID_PARAMETER,
};

export interface Value {
  readonly name: string;
  readonly type: number;
  readonly data: Uint8Array;
}

/** Paths are those below the root, with backslashes; the root's is empty. */
export class Database {
  private readonly registry = new LocalRegistry();
  private written = new Set<string>();
  /** Bytes of what clients have written, by path and name. */
  private sizes = new Map<string, number>();
  private bytes = 0;
  /** While several things are done as one: what has happened meanwhile, which nobody is told of yet. */
  private held: Happening[] | undefined;

  constructor(private readonly house: House) {
    this.registry.edit({ change: 'createKey', key: ROOT });
  }

  has(path: string): boolean {
    this.refresh();
    return this.registry.key(full(path)) !== undefined;
  }

  keys(path: string): readonly string[] {
    this.refresh();
    return this.registry.keys(full(path));
  }

  values(path: string): readonly Value[] {
    this.refresh();
    return (this.registry.key(full(path))?.values ?? []).map(valueOf);
  }

  value(path: string, name: string): Value | undefined {
    this.refresh();
    const found = this.registry.value(full(path), name);
    return found && valueOf(found);
  }

  createKey(path: string): number {
    if (!this.room(path.length)) return Status.NOT_ENOUGH_MEMORY;
    const status = this.edit({ change: 'createKey', key: full(path) });
    // Those above it may have come with it.
    const steps = path.split('\\');
    if (status === Status.SUCCESS)
      steps.forEach((_, at) => {
        this.size(steps.slice(0, at + 1).join('\\'), undefined, path.length);
      });
    return status;
  }

  deleteKey(path: string): number {
    const names = this.values(path).map(({ name }) => name);
    const status = this.edit({ change: 'deleteKey', key: full(path) });
    if (status === Status.SUCCESS) for (const name of [undefined, ...names]) this.size(path, name, undefined);
    return status;
  }

  /** With all that is below it. Nothing of the kind is no failure. */
  deleteTree(path: string): number {
    if (path === '') return Status.ACCESS_DENIED;
    if (!this.has(path)) return Status.SUCCESS;
    const top = [full(path)];
    for (const { path: key, values } of Object.values(this.registry.capture(top))) {
      const own = key.slice(ROOT.length + 1);
      for (const name of [undefined, ...Object.values(values).map((value) => value.name)])
        this.size(own, name, undefined);
    }
    this.registry.restore(top, {});
    this.tell(path);
    return Status.SUCCESS;
  }

  setValue(path: string, { name, type, data }: Value): number {
    if (!this.room(name.length + data.length)) return Status.NOT_ENOUGH_MEMORY;
    const hex = Buffer.from(data).toString('hex');
    const status = this.edit({ change: 'setValue', key: full(path), name, type, hex });
    if (status === Status.SUCCESS) this.size(path, name, name.length + data.length);
    return status;
  }

  deleteValue(path: string, name: string): number {
    const status = this.edit({ change: 'deleteValue', key: full(path), name });
    if (status === Status.SUCCESS) this.size(path, name, undefined);
    return status;
  }

  /** Looks at things as they are now; what `look` changes is told of when it has ended. */
  atOnce<T>(look: () => T): T {
    this.refresh();
    const held = (this.held = [] as Happening[]);
    const answer = look();
    this.held = undefined;
    for (const happening of held) this.house.tell(happening);
    return answer;
  }

  /** All of it or nothing: where `change` answers a failure, everything is as before, and nobody is told of anything. */
  allOrNothing(change: () => number): number {
    return this.atOnce(() => {
      const { sizes, bytes } = this;
      const content = this.registry.capture([ROOT]);
      this.sizes = new Map(sizes);
      const status = change();
      if (status === Status.SUCCESS) return status;
      this.registry.restore([ROOT], content);
      Object.assign(this, { sizes, bytes });
      this.held?.splice(0);
      return status;
    });
  }

  private room(bytes: number): boolean {
    return this.sizes.size < ENTRIES_MAX && this.bytes + bytes <= BYTES_MAX;
  }

  private size(path: string, name: string | undefined, bytes: number | undefined): void {
    const entry = JSON.stringify([path.toLowerCase(), name?.toLowerCase()]);
    this.bytes += (bytes ?? 0) - (this.sizes.get(entry) ?? 0);
    if (bytes === undefined) this.sizes.delete(entry);
    else this.sizes.set(entry, bytes);
  }

  private edit(edit: Parameters<LocalRegistry['edit']>[0]): number {
    const refusal = this.registry.edit(edit);
    if (refusal) return FAILURES[refusal.code] ?? Status.INVALID_PARAMETER;
    this.tell(edit.key.slice(ROOT.length + 1));
    return Status.SUCCESS;
  }

  private tell(name: string): void {
    const happening: Happening = { what: 'registry', of: 'key', name };
    if (this.held) this.held.push(happening);
    else this.house.tell(happening);
  }

  /** The keys that tell of the cluster's things as they are now. */
  private refresh(): void {
    if (this.held) return;
    const { house } = this;
    const now = new Map<string, Readonly<Record<string, string>>>();
    now.set('', { ClusterInstanceID: guidOf(house.definition.name, 'cluster'), ClusterName: house.name });
    for (const node of house.nodes) if (!node.deleted) now.set(`Nodes\\${node.number}`, { NodeName: node.name });
    for (const { id, name } of house.allGroups) now.set(`Groups\\${id}`, { Name: name });
    for (const { id, name, type } of house.allResources) now.set(`Resources\\${id}`, { Name: name, Type: type });
    for (const { id, name } of house.networks) now.set(`Networks\\${id}`, { Name: name });
    for (const path of this.written) if (!now.has(path)) this.registry.edit({ change: 'deleteKey', key: full(path) });
    this.written = new Set(now.keys());
    for (const [path, values] of now) {
      this.registry.edit({ change: 'createKey', key: full(path) });
      for (const [name, value] of Object.entries(values)) {
        const hex = Buffer.from(units(value)).toString('hex');
        this.registry.edit({ change: 'setValue', key: full(path), name, type: REG_SZ, hex });
      }
    }
  }
}

function full(path: string): string {
  return path === '' ? ROOT : `${ROOT}\\${path}`;
}

function valueOf({ name, type, hex }: RegistryEntry): Value {
  return { name, type, data: Uint8Array.from(Buffer.from(hex, 'hex')) };
}
