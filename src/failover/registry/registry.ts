/**
 * The synchronised registry (section 4.1.4) as part of the agreed state: a change is on all servers or on none.
 *
 * A change is refused unless every registered server is in the view when it is ordered; once ordered it is an entry
 * like any other, so it completes if any member of the next view holds it. Names compare without case, as Windows
 * does; a key with subkeys cannot be deleted.
 */
import type { Refusal } from '../../model/result.js';
import type { Context } from '../context.js';
import type { RegistryCommand } from '../log/commands.js';
import type { AgreedState } from '../state.js';

export function changeRegistry(c: Context, change: RegistryCommand): Refusal | undefined {
  const { state } = c;
  const everyone = (1 << c.definition.servers.length) - 1;
  if (state.members !== everyone)
    return {
      code: 'NOT_SYNCHRONIZED',
      where: change.key,
      what: 'not every registered server is in the cluster',
      fix: 'bring all servers into the cluster first',
    };
  const refusal = apply(state.registry, change);
  if (refusal) return refusal;
  state.registryVersion += 1;
  c.outcome.persist = true;
  return undefined;
}

function apply(registry: AgreedState['registry'], change: RegistryCommand): Refusal | undefined {
  const id = keyId(change.key);
  switch (change.change) {
    case 'createKey':
      for (const path of pathsTo(change.key)) registry[keyId(path)] ??= { path, values: {} };
      return undefined;
    case 'deleteKey':
      if (!(id in registry)) return missing(change.key, 'it does not exist');
      if (Object.keys(registry).some((other) => other.startsWith(`${id}\\`)))
        return { code: 'HAS_SUBKEYS', where: change.key, what: 'it has subkeys', fix: 'delete its subkeys first' };
      delete registry[id];
      return undefined;
    case 'setValue':
      if (!(id in registry)) return missing(change.key, 'it does not exist');
      registry[id].values[keyId(change.name)] = { name: change.name, type: change.type, hex: change.hex };
      return undefined;
    case 'deleteValue':
      if (!(id in registry) || !(keyId(change.name) in registry[id].values))
        return missing(change.key, `it has no value ${change.name}`);
      delete registry[id].values[keyId(change.name)];
      return undefined;
    default:
      return change satisfies never;
  }
}

/** `=` in front keeps names apart from what every object inherits. */
function keyId(name: string): string {
  return `=${name.toLowerCase()}`;
}

/** The key itself and every key above it, but for the predefined one. */
function pathsTo(key: string): string[] {
  const parts = key.split('\\');
  return parts.slice(1).map((_, depth) => parts.slice(0, depth + 2).join('\\'));
}

function missing(where: string, what: string): Refusal {
  return { code: 'NOT_FOUND', where, what, fix: 'create it first' };
}
