/**
 * A registry as Windows has it: keys by path, values with a type and bytes, and the registry of one machine.
 *
 * Names compare without case and are shown as they were first written. The predefined keys are always there. A key with
 * subkeys cannot be deleted. The same few rules hold for a machine's own registry, which plain local calls change, and
 * for the synchronised content that all servers of a cluster agree on (section 4.1.4); on each machine the second is
 * written into the first. Content is plain data: it travels, and it is kept on disk.
 */
import { REGISTRY_ROOTS, REGISTRY_SEGMENT_LENGTH_MAX } from './limits.js';
import type { Refusal } from './result.js';

/** A value: its name as first written, its Win32 type number, its bytes in hexadecimal. */
export interface RegistryEntry {
  readonly name: string;
  readonly type: number;
  readonly hex: string;
}

/** A key: its path as it is shown, and its values by what their names compare as. */
export interface RegistryKey {
  readonly path: string;
  readonly values: Record<string, RegistryEntry>;
}

/** Keys by what their paths compare as. Every key but a predefined one has the key above it beside it. */
export type RegistryContent = Record<string, RegistryKey>;

/** One change of a registry. */
export type RegistryEdit =
  /** `onlyNew`: refused with EXISTS where the key is there already, so that of several who create it one has. */
  | { readonly change: 'createKey'; readonly key: string; readonly onlyNew?: true }
  | { readonly change: 'deleteKey'; readonly key: string }
  | ({ readonly change: 'setValue'; readonly key: string } & RegistryEntry)
  | { readonly change: 'deleteValue'; readonly key: string; readonly name: string };

/** A key as it is found: safe to keep. */
export interface FoundKey {
  readonly path: string;
  readonly values: readonly RegistryEntry[];
}

/** One step of a path: 1 to 255 characters, no control characters, no halves of characters. */
export function isRegistryStep(step: string): boolean {
  return step.length >= 1 && step.length <= REGISTRY_SEGMENT_LENGTH_MAX && !/[\p{Cc}\p{Cs}]/u.test(step);
}

/** Carries a change out, or says why not; then nothing is changed. Creating a key that is there changes nothing. */
export function editRegistry(content: RegistryContent, edit: RegistryEdit): Refusal | undefined {
  const { key } = edit;
  if (!isPath(key))
    return refuse('BAD_KEY', key, 'no key can have this path', `write ${REGISTRY_ROOTS.join(', ')} or a key below one`);
  const id = nameId(key);
  switch (edit.change) {
    case 'createKey':
      if (edit.onlyNew && (id in content || isRoot(key)))
        return refuse('EXISTS', key, 'it exists already', 'open it instead');
      makeKey(content, key);
      return undefined;
    case 'deleteKey':
      if (isRoot(key)) return refuse('PREDEFINED', key, 'it is predefined', 'name a key below it');
      if (!(id in content)) return missing(key, 'it does not exist');
      if (Object.keys(content).some((other) => other.startsWith(`${id}\\`)))
        return refuse('HAS_SUBKEYS', key, 'it has subkeys', 'delete its subkeys first');
      delete content[id];
      return undefined;
    case 'setValue': {
      if (!(id in content) && !isRoot(key)) return missing(key, 'it does not exist');
      const { values } = makeKey(content, key);
      const valueId = nameId(edit.name);
      const name = values[valueId]?.name ?? edit.name;
      values[valueId] = { name, type: edit.type, hex: edit.hex };
      return undefined;
    }
    case 'deleteValue':
      if (!(id in content) || !(nameId(edit.name) in content[id].values))
        return missing(key, `it has no value ${edit.name}`);
      delete content[id].values[nameId(edit.name)];
      return undefined;
    default:
      return edit satisfies never;
  }
}

/** Whether a key is one of these or below one of them. */
export function isWithin(key: string, tops: readonly string[]): boolean {
  return tops.some((top) => isAtOrBelow(nameId(key), nameId(top)));
}

/** The registry of one machine: what stays on its disk. */
export class LocalRegistry {
  private readonly content: RegistryContent = {};
  /** The synchronised content that was written here last. */
  private synchronised: RegistryContent = {};

  /** The key of that path, or undefined. */
  key(path: string): FoundKey | undefined {
    const id = nameId(path);
    if (id in this.content) return { path: this.content[id].path, values: Object.values(this.content[id].values) };
    return isRoot(path) ? { path: rootOf(path), values: [] } : undefined;
  }

  /** The value of that name in the key of that path, or undefined. */
  value(path: string, name: string): RegistryEntry | undefined {
    const id = nameId(path);
    return id in this.content ? this.content[id].values[nameId(name)] : undefined;
  }

  /** The names of the keys directly below that one, in the order of their names without case. */
  keys(path: string): string[] {
    const above = `${nameId(path)}\\`;
    return Object.keys(this.content)
      .filter((id) => id.startsWith(above) && !id.includes('\\', above.length))
      .sort((a, b) => (a < b ? -1 : 1))
      .map((id) => stepsOf(this.content[id].path).at(-1) as string);
  }

  /** A plain local call: changes this machine only. */
  edit(edit: RegistryEdit): Refusal | undefined {
    return editRegistry(this.content, edit);
  }

  /**
   * The synchronised content is this now: what has come or changed since last time is written, what went is deleted, a
   * key with all that was written below it. What was written here elsewhere stays.
   */
  follow(after: RegistryContent): void {
    const before = this.synchronised;
    this.synchronised = after;
    for (const id of Object.keys(before)) {
      if (!(id in after) && !isRoot(before[id].path)) this.deleteTree(id);
      else for (const name of Object.keys(before[id].values)) this.forget(id, name, after);
    }
    for (const [id, { path, values }] of Object.entries(after)) {
      if (!(id in before)) makeKey(this.content, path);
      for (const [name, value] of Object.entries(values))
        if (!same(before[id]?.values[name], value)) makeKey(this.content, path).values[name] = value;
    }
  }

  /** What is in these keys and below them, but for what is synchronised and so is everywhere. */
  capture(tops: readonly string[]): RegistryContent {
    const captured: RegistryContent = {};
    for (const [id, { path, values }] of Object.entries(this.content)) {
      if (!isWithin(path, tops)) continue;
      const shared = this.synchronised[id]?.values ?? {};
      const own = Object.entries(values).filter(([name]) => !(name in shared));
      if (own.length > 0 || !(id in this.synchronised)) captured[id] = { path, values: Object.fromEntries(own) };
    }
    return captured;
  }

  /** Makes these keys, and what is below them, what was captured elsewhere; what is synchronised stays as it is. */
  restore(tops: readonly string[], captured: RegistryContent): void {
    for (const [id, { path, values }] of Object.entries(this.content)) {
      if (!isWithin(path, tops)) continue;
      if (!(id in this.synchronised)) delete this.content[id];
      else for (const name of Object.keys(values)) if (!(name in this.synchronised[id].values)) delete values[name];
    }
    for (const [id, { path, values }] of Object.entries(captured)) {
      const shared = this.synchronised[id]?.values ?? {};
      const key = makeKey(this.content, path);
      for (const [name, value] of Object.entries(values)) if (!(name in shared)) key.values[name] = value;
    }
  }

  /** Deletes a value that is synchronised no more. */
  private forget(id: string, name: string, after: RegistryContent): void {
    if (id in this.content && !(name in (after[id]?.values ?? {}))) delete this.content[id].values[name];
  }

  private deleteTree(top: string): void {
    for (const id of Object.keys(this.content)) if (isAtOrBelow(id, top)) delete this.content[id];
  }
}

/** `=` in front keeps names apart from what every object inherits. */
function nameId(name: string): string {
  return `=${name.toLowerCase()}`;
}

function isAtOrBelow(id: string, top: string): boolean {
  return id === top || id.startsWith(`${top}\\`);
}

function stepsOf(path: string): string[] {
  return path.split('\\');
}

/** The predefined key that a path starts with, as it is shown; empty where it starts with none. */
function rootOf(path: string): string {
  const first = nameId(stepsOf(path)[0]);
  return REGISTRY_ROOTS.find((root) => nameId(root) === first) ?? '';
}

function isRoot(path: string): boolean {
  const root = rootOf(path);
  return root !== '' && root.length === path.length;
}

function isPath(path: string): boolean {
  return rootOf(path) !== '' && stepsOf(path).slice(1).every(isRegistryStep);
}

/** The key of that path, made where it is missing, as are those above it. */
function makeKey(content: RegistryContent, path: string): RegistryKey {
  const [, ...steps] = stepsOf(path);
  let shown = rootOf(path);
  if (steps.length === 0) return (content[nameId(shown)] ??= { path: shown, values: {} });
  let key!: RegistryKey;
  for (const step of steps) {
    const next = `${shown}\\${step}`;
    key = content[nameId(next)] ??= { path: next, values: {} };
    shown = key.path;
  }
  return key;
}

function same(a: RegistryEntry | undefined, b: RegistryEntry): boolean {
  return a?.name === b.name && a.type === b.type && a.hex === b.hex;
}

function refuse(code: string, where: string, what: string, fix: string): Refusal {
  return { code, where, what, fix };
}

function missing(where: string, what: string): Refusal {
  return refuse('NOT_FOUND', where, what, 'create it first');
}
