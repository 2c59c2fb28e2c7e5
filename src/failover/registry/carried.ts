/**
 * The registry keys that a group takes along: what applications wrote below them where the group runs.
 *
 * The server that holds the group reports what is there, in full, whenever it changes; the report is an entry like any
 * other and comes before the report that the group is down. Where the group is brought up next, on another server than
 * the one whose registry has it already, it is written into that server's registry first.
 */
import type { RegistryContent } from '../../model/registry.js';
import type { Context } from '../context.js';
import type { Carried } from './disk.js';

/** The server that holds the group has written below its keys. */
export function carryKeys(c: Context, from: number, group: number, keys: RegistryContent): void {
  if (c.state.groups[group].server === from) keep(c, group, from, keys);
}

/** The group is up on that server, and so its keys are there. */
export function keysArrived(c: Context, group: number, server: number): void {
  const carried = bringsAlong(c, group, server);
  if (carried) keep(c, group, server, carried.keys);
}

/** What has to be written on a server before the group comes up there. */
export function bringsAlong(c: Context, group: number, server: number): Carried | undefined {
  const carried = c.state.carried[group];
  return carried?.on === server ? undefined : carried;
}

function keep(c: Context, group: number, on: number, keys: RegistryContent): void {
  const { state } = c;
  state.carried = { ...state.carried, [group]: { epoch: state.view.epoch, index: state.index, on, keys } };
}
