/**
 * What a server has on its disk of registries: the synchronised one, and the keys that go with groups.
 *
 * A stamp says which synchronised content is newer: the epoch of the view that ordered the last change, and how many
 * changes there were. A change is on disk before its server says that it holds it, and counts as content when all members
 * hold it.
 */
import { type RegistryContent, type RegistryEdit, editRegistry } from '../../model/registry.js';

export interface RegistryStamp {
  readonly epoch: number;
  readonly version: number;
}

/** All of it, encoded. */
export type StampedRegistry = RegistryStamp & { readonly content: string };

/** What brings the content to that stamp: one change, or all of it. */
export type RegistryUpdate = (RegistryStamp & { readonly change: RegistryEdit }) | StampedRegistry;

export interface RegistryDisk extends StampedRegistry {
  /** What this server holds beyond the content: it may have come about, or not. In order. */
  readonly prepared: readonly RegistryUpdate[];
}

export const EMPTY_REGISTRY_DISK: RegistryDisk = { epoch: 0, version: 0, content: '{}', prepared: [] };

export function isNewer(a: RegistryStamp, b: RegistryStamp): boolean {
  return a.epoch > b.epoch || (a.epoch === b.epoch && a.version > b.version);
}

/** The content after an update, encoded. */
export function updated(content: string, update: RegistryUpdate): string {
  if ('content' in update) return update.content;
  const after = JSON.parse(content) as RegistryContent;
  editRegistry(after, update.change);
  return JSON.stringify(after);
}

/** What a server holds, whether all others held it or not. */
export function heldOnDisk(disk: RegistryDisk): StampedRegistry {
  const { epoch, version } = disk.prepared.at(-1) ?? disk;
  return { epoch, version, content: disk.prepared.reduce(updated, disk.content) };
}

/** What goes with one group. Never changed in place: disks hold it as well. */
export interface Carried {
  /** The view and the entry that made it so: which of two is newer. */
  readonly epoch: number;
  readonly index: number;
  /** The server whose own registry has it. */
  readonly on: number;
  readonly keys: RegistryContent;
}

/** By the group's position. */
export type CarriedKeys = Readonly<Record<number, Carried | undefined>>;

/** For each group the newest on any of these disks. */
export function newestCarried(disks: readonly CarriedKeys[]): CarriedKeys {
  const newest: Record<string, Carried | undefined> = {};
  for (const disk of disks)
    for (const [group, carried] of Object.entries(disk)) if (isLater(carried, newest[group])) newest[group] = carried;
  return newest;
}

function isLater(a: Carried | undefined, b: Carried | undefined): boolean {
  if (!a || !b) return a !== undefined;
  return a.epoch > b.epoch || (a.epoch === b.epoch && a.index > b.index);
}
