/**
 * The synchronised registry against a plain Map: names without case, subkeys, values; a refused change changes nothing;
 * and no change at all unless every registered server is in the view.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Context } from '../../../src/failover/context.js';
import { Tally } from '../../../src/failover/group/tally.js';
import { changeRegistry } from '../../../src/failover/registry/registry.js';
import { emptyState, type AgreedState } from '../../../src/failover/state.js';
import type { RegistryEdit } from '../../../src/model/registry.js';
import { define } from '../../support/beats.js';

const definition = define({ servers: 3 });

function contextOf(state: AgreedState): Context {
  const outcome = { index: 1, epoch: 1, coordinator: 0, lines: [], orders: [], answers: [], powerOff: 0 };
  const tally = new Tally(definition, state);
  return { definition, state, tally, outcome: { ...outcome, merge: false, persist: false }, audit: undefined };
}

/** The names of the model: steps of a path in lower case, below the root. */
class Model {
  readonly keys = new Map<string, Map<string, string>>();

  apply(command: RegistryEdit): string | undefined {
    const key = command.key.toLowerCase();
    switch (command.change) {
      case 'createKey': {
        const steps = key.split('\\');
        for (let depth = 2; depth <= steps.length; depth += 1) {
          const path = steps.slice(0, depth).join('\\');
          if (!this.keys.has(path)) this.keys.set(path, new Map());
        }
        return undefined;
      }
      case 'deleteKey':
        if (!this.keys.has(key)) return 'NOT_FOUND';
        if ([...this.keys.keys()].some((other) => other !== key && other.startsWith(`${key}\\`))) return 'HAS_SUBKEYS';
        this.keys.delete(key);
        return undefined;
      case 'setValue':
        if (!this.keys.has(key)) return 'NOT_FOUND';
        this.set(this.keys.get(key)!, command.name, `${command.type} ${command.hex}`);
        return undefined;
      case 'deleteValue':
        return this.keys.get(key)?.delete(command.name.toLowerCase()) ? undefined : 'NOT_FOUND';
    }
  }

  /** A name is shown as it was first written. */
  private set(values: Map<string, string>, name: string, value: string): void {
    const shown = values.get(name.toLowerCase())?.split(' ')[0] ?? name;
    values.set(name.toLowerCase(), `${shown} ${value}`);
  }

  get seen(): Record<string, Record<string, string>> {
    return Object.fromEntries([...this.keys].map(([key, values]) => [key, Object.fromEntries(values)]));
  }
}

function seenIn({ registry }: AgreedState): Record<string, Record<string, string>> {
  return Object.fromEntries(
    Object.values(registry).map(({ path, values }) => [
      path.toLowerCase(),
      Object.fromEntries(
        Object.values(values).map(({ name, type, hex }) => [name.toLowerCase(), `${name} ${type} ${hex}`]),
      ),
    ]),
  );
}

/** Few names, in both cases, some that every object inherits, some that begin alike. */
const stepArb = fc.constantFrom('App', 'APP', 'app', 'App2', '__proto__', 'constructor', 'b');
const keyArb = fc
  .array(stepArb, { minLength: 1, maxLength: 3 })
  .map((steps) => ['HKEY_LOCAL_MACHINE', ...steps].join('\\'));
const nameArb = fc.constantFrom('', 'V', 'v', 'Other', 'toString', '__proto__');
const commandArb: fc.Arbitrary<RegistryEdit> = fc.oneof(
  fc.record({ change: fc.constant('createKey' as const), key: keyArb }),
  fc.record({ change: fc.constant('deleteKey' as const), key: keyArb }),
  fc.record({
    change: fc.constant('setValue' as const),
    key: keyArb,
    name: nameArb,
    type: fc.constantFrom(1, 3, 4),
    hex: fc.constantFrom('', '00', 'ff01'),
  }),
  fc.record({ change: fc.constant('deleteValue' as const), key: keyArb, name: nameArb }),
);

describe('the registry', () => {
  it('is a map of keys to maps of values, names without case', () => {
    fc.assert(
      fc.property(fc.array(commandArb, { maxLength: 40 }), (commands) => {
        const state = { ...emptyState(definition), members: 0b111 };
        const model = new Model();
        let versions = 0;
        for (const command of commands) {
          const refusal = changeRegistry(contextOf(state), command);
          expect(refusal?.code).toBe(model.apply(command));
          if (!refusal) versions += 1;
          expect(seenIn(state)).toEqual(model.seen);
          expect(state.registryStamp.version).toBe(versions);
        }
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it('survives being written down and read again', () => {
    fc.assert(
      fc.property(fc.array(commandArb, { maxLength: 20 }), (commands) => {
        const state = { ...emptyState(definition), members: 0b111 };
        for (const command of commands) changeRegistry(contextOf(state), command);
        const copy = JSON.parse(JSON.stringify(state)) as AgreedState;
        expect(seenIn(copy)).toEqual(seenIn(state));
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it('takes no change unless every registered server is in the view', () => {
    for (const members of [0, 0b001, 0b011, 0b110]) {
      const state = { ...emptyState(definition), members };
      const refusal = changeRegistry(contextOf(state), { change: 'createKey', key: 'HKEY_USERS\\a' });
      expect(refusal?.code).toBe('NOT_SYNCHRONIZED');
      expect(state.registry).toEqual({});
      expect(state.registryStamp.version).toBe(0);
    }
  });

  it('tells what was changed, and not what was refused', () => {
    const state = { ...emptyState(definition), members: 0b111 };
    const made = contextOf(state);
    changeRegistry(made, { change: 'createKey', key: 'HKEY_USERS\\a' });
    expect(made.outcome.registry).toMatchObject({ version: 1, change: { change: 'createKey' } });
    const refused = contextOf(state);
    changeRegistry(refused, { change: 'deleteKey', key: 'HKEY_USERS\\b' });
    expect(refused.outcome.registry).toBeUndefined();
  });
});
