/**
 * One machine's registry: names without case shown as first written, predefined keys, deletion; what follows of the
 * synchronised content; and what goes with a group.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LocalRegistry, type RegistryContent, type RegistryEdit, editRegistry } from '../../src/model/registry.js';

const APP = 'HKEY_LOCAL_MACHINE\\SOFTWARE\\App';

function set(key: string, name: string, hex: string): RegistryEdit {
  return { change: 'setValue', key, name, type: 3, hex };
}

function create(key: string): RegistryEdit {
  return { change: 'createKey', key };
}

function remove(key: string): RegistryEdit {
  return { change: 'deleteKey', key };
}

/** A registry after these changes, all of which it takes. */
function after(...edits: readonly RegistryEdit[]): LocalRegistry {
  const registry = new LocalRegistry();
  for (const edit of edits) expect(registry.edit(edit)).toBeUndefined();
  return registry;
}

function content(...edits: readonly RegistryEdit[]): RegistryContent {
  const made: RegistryContent = {};
  for (const edit of edits) expect(editRegistry(made, edit)).toBeUndefined();
  return made;
}

/** All keys with their values, as a person would list them. */
function listed(registry: LocalRegistry, path = 'HKEY_LOCAL_MACHINE'): string[] {
  const below = registry.keys(path).flatMap((name) => listed(registry, `${path}\\${name}`));
  const own = registry.key(path)!;
  return [`${own.path}: ${own.values.map(({ name, hex }) => `${name}=${hex}`).join(' ')}`, ...below];
}

describe('a registry', () => {
  it('has the predefined keys from the start, and keeps them', () => {
    for (const root of ['HKEY_CLASSES_ROOT', 'HKEY_CURRENT_USER', 'HKEY_LOCAL_MACHINE', 'HKEY_USERS']) {
      const registry = new LocalRegistry();
      expect(registry.key(root.toLowerCase())).toEqual({ path: root, values: [] });
      expect(registry.edit(set(root, 'v', '01'))).toBeUndefined();
      expect(registry.key(root)?.values).toEqual([{ name: 'v', type: 3, hex: '01' }]);
      expect(registry.edit(remove(root))?.code).toBe('PREDEFINED');
    }
  });

  it('refuses a key that is to be new where it is there already', () => {
    const registry = after({ change: 'createKey', key: APP, onlyNew: true });
    expect(registry.edit({ change: 'createKey', key: APP.toUpperCase(), onlyNew: true })?.code).toBe('EXISTS');
    expect(registry.edit({ change: 'createKey', key: 'HKEY_USERS', onlyNew: true })?.code).toBe('EXISTS');
    expect(registry.edit(create(APP))).toBeUndefined();
  });

  it('knows names without case and shows them as they were first written', () => {
    const registry = after(create(APP), create('hkey_local_machine\\software\\APP\\Sub'), set(APP, 'Name', '01'));
    expect(registry.edit(set(APP.toUpperCase(), 'NAME', '02'))).toBeUndefined();
    expect(listed(registry)).toEqual([
      'HKEY_LOCAL_MACHINE: ',
      'HKEY_LOCAL_MACHINE\\SOFTWARE: ',
      'HKEY_LOCAL_MACHINE\\SOFTWARE\\App: Name=02',
      'HKEY_LOCAL_MACHINE\\SOFTWARE\\App\\Sub: ',
    ]);
  });

  it('deletes no key that has subkeys, and nothing that is not there', () => {
    const registry = after(create(`${APP}\\Sub`), create(`${APP}2`));
    expect(registry.edit(remove(APP))?.code).toBe('HAS_SUBKEYS');
    expect(registry.edit(remove(`${APP}\\Sub`))).toBeUndefined();
    expect(registry.edit(remove(APP))).toBeUndefined();
    expect(registry.edit(remove(APP))?.code).toBe('NOT_FOUND');
    expect(registry.edit(set(APP, 'v', ''))?.code).toBe('NOT_FOUND');
    expect(registry.edit({ change: 'deleteValue', key: `${APP}2`, name: 'v' })?.code).toBe('NOT_FOUND');
    expect(registry.key(APP)).toBeUndefined();
    expect(registry.keys(APP)).toEqual([]);
  });

  it.each([
    '',
    'HKEY_MINE\\a',
    'HKEY_USERS\\',
    'HKEY_USERS\\a\\\\b',
    `HKEY_USERS\\${'x'.repeat(256)}`,
    'HKEY_USERS\\\n',
  ])('takes no key %j', (key) => {
    expect(new LocalRegistry().edit(create(key))?.code).toBe('BAD_KEY');
    expect(new LocalRegistry().key(key)).toBeUndefined();
  });

  it('lists the keys below one in the order of their names, whatever order they came in', () => {
    const names = ['b', 'A', 'c', '__proto__', 'constructor'];
    fc.assert(
      fc.property(fc.shuffledSubarray(names, { minLength: names.length }), (order) => {
        const registry = after(...order.map((name) => create(`${APP}\\${name}`)));
        expect(registry.keys(APP)).toEqual(['__proto__', 'A', 'b', 'c', 'constructor']);
      }),
    );
  });
});

const keyArb = fc
  .array(fc.constantFrom('a', 'A', 'b'), { minLength: 1, maxLength: 3 })
  .map((steps) => ['HKEY_USERS', ...steps].join('\\'));
const editArb: fc.Arbitrary<RegistryEdit> = fc.oneof(
  keyArb.map(create),
  keyArb.map(remove),
  fc.tuple(keyArb, fc.constantFrom('v', 'w'), fc.constantFrom('01', '02')).map((args) => set(...args)),
  fc.tuple(keyArb, fc.constantFrom('v', 'w')).map(([key, name]) => ({ change: 'deleteValue' as const, key, name })),
);

describe('the synchronised content', () => {
  it('is in the registry that follows it, whatever was written there, and whatever it was before', () => {
    fc.assert(
      fc.property(fc.array(fc.array(editArb, { maxLength: 12 }), { maxLength: 4 }), (rounds) => {
        const registry = new LocalRegistry();
        const shared: RegistryContent = {};
        for (const edits of rounds) {
          for (const edit of edits) editRegistry(shared, edit);
          registry.follow(JSON.parse(JSON.stringify(shared)) as RegistryContent);
          for (const { path, values } of Object.values(shared))
            expect(registry.key(path)?.values).toEqual(expect.arrayContaining(Object.values(values)));
          // Nobody has written here, so nothing else is here.
          for (const name of ['v', 'w'])
            for (const key of ['HKEY_USERS\\a', 'HKEY_USERS\\a\\b', 'HKEY_USERS\\b']) {
              const there = registry.key(key)?.values.find((value) => value.name === name);
              expect(there).toEqual(shared[`=${key.toLowerCase()}`]?.values[`=${name}`]);
            }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('takes what was written below a key with the key, and leaves the rest', () => {
    const registry = after(create('HKEY_USERS\\own'), set('HKEY_USERS\\own', 'v', '09'));
    registry.follow(content(create(APP), set(APP, 's', '01')));
    for (const edit of [create(`${APP}\\Sub`), set(APP, 'own', '02')]) registry.edit(edit);
    registry.follow(content(create(APP)));
    expect(registry.key(APP)?.values.map(({ name }) => name)).toEqual(['own']);
    registry.follow({});
    expect(registry.key(`${APP}\\Sub`)).toBeUndefined();
    expect(registry.key('HKEY_USERS\\own')?.values).toHaveLength(1);
  });

  it('writes what has changed and nothing else: a value written over here stays until it changes', () => {
    const registry = new LocalRegistry();
    const first = content(create(APP), set(APP, 's', '01'), set(APP, 't', '01'));
    registry.follow(first);
    registry.edit(set(APP, 's', 'ff'));
    registry.follow(content(create(APP), set(APP, 's', '01'), set(APP, 't', '02')));
    expect(registry.key(APP)?.values.map(({ hex }) => hex)).toEqual(['ff', '02']);
  });
});

describe('what goes with a group', () => {
  it('is there afterwards, just as it was, whatever was there before', () => {
    const tops = ['HKEY_USERS\\a'];
    fc.assert(
      fc.property(fc.array(editArb, { maxLength: 20 }), fc.array(editArb, { maxLength: 20 }), (here, there) => {
        const [source, target] = [new LocalRegistry(), new LocalRegistry()];
        for (const edit of here) source.edit(edit);
        for (const edit of there) target.edit(edit);
        const elsewhere = target.key('HKEY_USERS\\b');
        target.restore(tops, JSON.parse(JSON.stringify(source.capture(tops))) as RegistryContent);
        expect(target.capture(tops)).toEqual(source.capture(tops));
        expect(target.key('HKEY_USERS\\b')).toEqual(elsewhere);
      }),
      { numRuns: 300 },
    );
  });

  it('is not what is synchronised: that is newer where it is', () => {
    const [source, target] = [new LocalRegistry(), new LocalRegistry()];
    source.follow(content(create(APP), set(APP, 's', '01')));
    source.edit(set(APP, 'own', '05'));
    const captured = source.capture([APP]);
    target.follow(content(create(APP), set(APP, 's', '02')));
    target.restore([APP], captured);
    expect(target.key(APP)?.values.map(({ name, hex }) => `${name}=${hex}`)).toEqual(['s=02', 'own=05']);
  });
});
