/**
 * The synchronised registry (section 4.1.4) as part of the agreed state: a change is on all servers or on none.
 *
 * A change is refused unless every registered server is in the view when it is ordered; once ordered it is an entry
 * like any other, so it completes if any member of the next view holds it.
 */
import { type RegistryContent, type RegistryEdit, editRegistry } from '../../model/registry.js';
import type { Refusal } from '../../model/result.js';
import type { Context } from '../context.js';
import type { StampedRegistry } from './disk.js';

/** A command: carried out or refused. */
export function changeRegistry(c: Context, change: RegistryEdit): Refusal | undefined {
  const { state } = c;
  const everyone = (1 << c.definition.servers.length) - 1;
  if (state.members !== everyone)
    return {
      code: 'NOT_SYNCHRONIZED',
      where: change.key,
      what: 'not every registered server is in the cluster',
      fix: 'bring all servers into the cluster first',
    };
  const refusal = editRegistry(state.registry, change);
  if (refusal) return refusal;
  state.registryStamp = { epoch: state.view.epoch, version: state.registryStamp.version + 1 };
  c.outcome.registry = { ...state.registryStamp, change };
  return undefined;
}

/** A view begins with content from somebody's disk. */
export function adoptRegistry(c: Context, update: StampedRegistry): void {
  const { epoch, version, content } = update;
  c.state.registry = JSON.parse(content) as RegistryContent;
  c.state.registryStamp = { epoch, version };
  c.outcome.registry = update;
}
