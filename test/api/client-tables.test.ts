/** The tables of the client API are whole, and agree with each other, with those of the servers, and with the document. */
import { describe, expect, expectTypeOf, it } from 'vitest';
import { clientConstants, clientTables, vbConstants, vbTables } from '../../src/api/arm-client/constants.js';
import { clientErrata } from '../../src/api/arm-client/errata.js';
import {
  aliases,
  clientCallbacks,
  clientFunctions,
  clientTypes,
  inParameterTexts,
} from '../../src/api/arm-client/functions.js';
import { inParameterTextsVb, vbCallbacks, vbFunctions, vbTypes } from '../../src/api/arm-client/functions-vb.js';
import { clientStructures, vbStructures } from '../../src/api/arm-client/structures.js';
import { constants3, constants4 } from '../../src/api/arm-server/constants.js';
import { functions3, functions4 } from '../../src/api/arm-server/functions.js';
import type { ApiFunction, Callback, CType, FunctionsOf, Structure } from '../../src/api/facade/describe.js';
import type { ConstantTable } from '../../src/api/facade/table.js';
import * as limits from '../../src/model/limits.js';

interface Api {
  chapter: string;
  functions: Readonly<Record<string, ApiFunction>>;
  callbacks: Readonly<Record<string, Callback>>;
  structures: Readonly<Record<string, Structure>>;
  types: Readonly<Record<string, CType>>;
  constants: Readonly<Record<string, number | string>>;
  tables: Readonly<Record<string, ConstantTable>>;
}

const c: Api = {
  chapter: '6',
  functions: clientFunctions,
  callbacks: clientCallbacks,
  structures: clientStructures,
  types: clientTypes,
  constants: clientConstants,
  tables: clientTables,
};
const visualBasic: Api = {
  chapter: '7',
  functions: vbFunctions,
  callbacks: vbCallbacks,
  structures: vbStructures,
  types: vbTypes,
  constants: vbConstants,
  tables: vbTables,
};

const apis: [string, Api][] = [
  ['C', c],
  ['Visual Basic', visualBasic],
];

describe.each(apis)('%s', (_, { chapter, functions, callbacks, structures, types, constants, tables }) => {
  const all = [...Object.entries(functions), ...Object.entries(callbacks)];

  it('knows every type of every parameter, has none that none uses, and names no parameter twice', () => {
    const used = new Set<string>();
    for (const [name, { parameters }] of all) {
      expect(new Set(parameters.map((each) => each.name)).size, name).toBe(parameters.length);
      for (const { type, direction } of parameters) {
        used.add(type);
        expect(Object.keys(types), `${name}: ${type}`).toContain(type);
        const known = types[type];
        if (known.is === 'structure') expect(Object.keys(structures), name).toContain(known.of);
        if (known.is === 'callback') expect(callbacks[known.of].takenBy, known.of).toContain(name);
        // Only what points at something that may change can carry an answer out.
        const writable = known.is === 'pointer' && !known.constant;
        expect(writable, `${name}: ${type}`).toBe(direction !== 'in');
      }
    }
    expect(used).toEqual(new Set(Object.keys(types)));
  });

  it('takes every callback somewhere', () => {
    for (const [name, { takenBy }] of Object.entries(callbacks)) {
      expect(takenBy.length).toBeGreaterThan(0);
      for (const taker of takenBy) {
        const taken = functions[taker].parameters.map(({ type }) => types[type]);
        expect(taken).toContainEqual(expect.objectContaining({ is: 'callback', of: name }));
      }
    }
  });

  it('has a value for every error that a function lists, lists none twice, and one error that none lists', () => {
    const listed = new Set(Object.values(functions).flatMap(({ errors }) => errors));
    for (const [name, { errors }] of Object.entries(functions)) expect(new Set(errors).size, name).toBe(errors.length);
    for (const name of listed) expect(constants[name], name).toBeTypeOf('number');
    const unlisted = Object.keys(tables.errors.constants).filter((name) => !listed.has(name));
    expect(unlisted).toEqual(['ARMCLAPI_ERR_ALREADY_INITIALIZED']);
    for (const name of listed) expect(Object.keys(tables.errors.constants)).toContain(name);
  });

  it('numbers what an application tells apart so that each means one thing', () => {
    for (const kind of ['errors', 'events', 'groupStatus', 'serverStatus', 'hostTypes', 'truth']) {
      const names = Object.keys(tables[kind].constants).filter(
        (name) => !['ARMCLAPI_ERR_GROUP_NOT_FOUND', 'ARMCLAPI_SERVER_STATUS_MISS'].includes(name),
      );
      expect(new Set(names.map((name) => constants[name])).size, kind).toBe(names.length);
    }
    expect(constants.ARMCLAPI_ERR_GROUP_NOT_FOUND).toBe(constants.ARMCLAPI_ERR_SERVER_NOT_FOUND);
  });

  it('gives the states of a server bits of their own', () => {
    for (const { value } of Object.values(tables.serverStatus.constants)) expect(Math.log2(Number(value)) % 1).toBe(0);
  });

  it('defines each constant once', () => {
    const names = Object.values(tables).flatMap((table) => Object.keys(table.constants));
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(names)).toEqual(new Set(Object.keys(constants)));
  });

  it('gives each function, callback and structure a section of its own, and calls structures by their names', () => {
    const sections = [functions, callbacks, structures]
      .flatMap((table) => Object.values<{ section: string }>(table))
      .map(({ section }) => section);
    expect(new Set(sections).size).toBe(sections.length);
    for (const section of sections) expect(section).toMatch(new RegExp(`^${chapter}(\\.\\d+)+$`));
    for (const [name, { layout }] of Object.entries(structures)) expect(layout.name).toBe(name);
  });

  it('answers a handle that is no handle where there is none', () => {
    expect(constants.ARMCLAPI_ERROR_HANDLE).toBe(0);
    expect(limits.NAME_PATTERN.test(String(constants.ARMCLAPI_LOCAL_CLUSTER))).toBe(false);
  });
});

describe('the counts of the document', () => {
  const pairs = (functions: Readonly<Record<string, ApiFunction>>) =>
    Object.values(functions).reduce((sum, { errors }) => sum + errors.length, 0);

  it('33 functions for C and 26 for Visual Basic, 16 callbacks, 3 structures', () => {
    expect([Object.keys(clientFunctions).length, Object.keys(vbFunctions).length]).toEqual([33, 26]);
    expect([Object.keys(clientCallbacks).length, Object.keys(vbCallbacks).length]).toEqual([8, 8]);
    expect([Object.keys(clientStructures).length, Object.keys(vbStructures).length]).toEqual([2, 1]);
  });

  it('685 documented errors of functions in all four APIs, 7 of them in texts of parameters', () => {
    expect([pairs(clientFunctions), pairs(vbFunctions)]).toEqual([230, 170]);
    const ownOf4 = Object.fromEntries(Object.entries(functions4).filter(([, { section }]) => section.startsWith('3')));
    // The seven functions of the registry, which Ver4.x refers to, are counted where they are described.
    expect(pairs(ownOf4) + pairs(functions3) + pairs(clientFunctions) + pairs(vbFunctions)).toBe(685);
    expect(inParameterTexts.length + inParameterTextsVb.length).toBe(7);
    for (const [{ functions }, names] of [
      [c, inParameterTexts],
      [visualBasic, inParameterTextsVb],
    ] as const)
      for (const name of names) expect(functions[name].errors.at(-1)).toBe('ARMCLAPI_ERR_BUFFER_TOO_SMALL');
  });

  it('7 functions list GROUP_NOT_FOUND and SERVER_NOT_FOUND, in this order; all of them are for C', () => {
    const both = (functions: Readonly<Record<string, ApiFunction>>) =>
      Object.values(functions).filter(({ errors }) => {
        const at = errors.indexOf('ARMCLAPI_ERR_GROUP_NOT_FOUND');
        return at >= 0 && errors[at + 1] === 'ARMCLAPI_ERR_SERVER_NOT_FOUND';
      });
    expect(both(clientFunctions).length).toBe(7);
    expect(both(vbFunctions).length).toBe(0);
  });

  it('20 errors with values and 2 without, 4 events, 4 states of a group, 10 of a server, 3 kinds of hosts', () => {
    const counts = (tables: Readonly<Record<string, ConstantTable>>) =>
      ['errors', 'events', 'groupStatus', 'serverStatus', 'hostTypes'].map(
        (kind) => Object.keys(tables[kind].constants).length,
      );
    expect(counts(vbTables)).toEqual([22, 4, 4, 10, 3]);
    expect(counts(clientTables)).toEqual([20, 4, 4, 11, 3]);
  });
});

describe('an alias', () => {
  it('takes and answers what its function does, whatever its parameters are called', () => {
    const functions: Readonly<Record<string, ApiFunction>> = clientFunctions;
    expect(Object.keys(aliases).length).toBe(5);
    for (const [alias, name] of Object.entries(aliases)) {
      const shape = ({ parameters }: ApiFunction) => parameters.map(({ type, direction }) => [type, direction]);
      expect(shape(functions[alias]), alias).toEqual(shape(functions[name]));
      expect(functions[alias].errors, alias).toEqual(functions[name].errors);
    }
  });

  it.each([
    ['errors', 'ARMCLAPI_ERR_', 'ARMERR_'],
    ['events', 'ARMCLAPI_EVENT_', 'ARM_EVENT_'],
    ['groupStatus', 'ARMCLAPI_GROUP_STATUS_', 'ARM_SERVER_STATUS_'],
    ['hostTypes', 'ARMCLAPI_HOSTTYPE_', 'ARM_HOSTTYPE_'],
    ['localCluster', 'ARMCLAPI_LOCAL_', 'ARM_LOCAL_'],
  ])('has the value of its name: %s', (kind, now, once) => {
    const names = Object.keys(c.tables[kind].constants);
    for (const name of names) {
      expect(name.startsWith(now), name).toBe(true);
      const old = once + name.slice(now.length);
      expect(c.constants[old], old).toBe(c.constants[name]);
      expect(c.tables[`${kind}Once`].constants[old].origin).toBe('inferred');
    }
    expect(Object.keys(c.tables[`${kind}Once`].constants).length).toBe(names.length);
  });

  it('the structure of Ver3.0 has the bytes of the present one, and one member by another name', () => {
    const now = clientStructures.ARMCLAPI_FAILOVER_INFO.layout.fields;
    const once = clientStructures.ARM_FAILOVER_INFO_EX.layout.fields;
    expect(once.map(({ type }) => type)).toEqual(now.map(({ type }) => type));
    expect(once.map(({ name }) => (name === 'ServerName' ? 'GroupName' : name))).toEqual(now.map(({ name }) => name));
  });
});

describe('the constants', () => {
  const servers: Readonly<Record<string, number | string>> = { ...constants3, ...constants4 };

  it('have one value in C and Visual Basic', () => {
    for (const [name, value] of Object.entries(c.constants)) {
      if (Object.hasOwn(vbConstants, name)) expect(visualBasic.constants[name], name).toBe(value);
    }
  });

  it('have one value in the client API and those of servers, but for ARMERR_GROUP_NOT_FOUND', () => {
    const shared = Object.keys(c.constants).filter((name) => Object.hasOwn(servers, name));
    const differing = shared.filter((name) => c.constants[name] !== servers[name]);
    expect(shared.length).toBeGreaterThan(15);
    expect(differing).toEqual(['ARMERR_GROUP_NOT_FOUND']);
    expect(c.constants.ARMERR_GROUP_NOT_FOUND).toBe(servers.ARMERR_SERVER_NOT_FOUND);
  });

  it.each([
    ['ARMCLAPI_ERR_', 'ARMERR_'],
    ['ARMCLAPI_EVENT_', 'ARM_EVENT_'],
    ['ARMCLAPI_SERVER_STATUS_', 'ARM_STATUS_'],
  ])('%s is what servers call %s', (own, theirs) => {
    const all: Readonly<Record<string, number | string>> = { ...clientConstants, ...vbConstants };
    const shared = Object.keys(all).filter(
      (name) => name.startsWith(own) && Object.hasOwn(servers, theirs + name.slice(own.length)),
    );
    expect(shared.length).toBeGreaterThan(2);
    for (const name of shared.filter((each) => each !== 'ARMCLAPI_ERR_GROUP_NOT_FOUND'))
      expect(all[name], name).toBe(servers[theirs + name.slice(own.length)]);
  });

  it('have the values that section 7.3 prints', () => {
    expect(Object.values(vbTables.errors.constants).filter(({ origin }) => origin === 'chosen').length).toBe(2);
    expect(vbConstants.ARMCLAPI_ERR_CANNOT_LOAD_DLL).toBe(0x20000001);
    expect(vbConstants.ARMCLAPI_ERR_SERVER_NOT_FOUND).toBe(0x20000071);
    expect(vbConstants.ARMCLAPI_ERR_NOT_SUPPORTED).toBe(0x200000a0);
    expect(vbConstants.ARMCLAPI_EVENT_BOOT).toBe(0xb);
    expect(vbConstants.ARMCLAPI_SERVER_STATUS_FAILBACK).toBe(0x80000);
    expect([vbConstants.ARMTRUE, vbConstants.ARMFALSE]).toEqual([1, 0]);
    expect(clientConstants.ARM_SERVER_STATUS_STOPPED).not.toBe(clientConstants.ARMCLAPI_SERVER_STATUS_STOPPED);
  });

  it('leave room for the names of a cluster definition', () => {
    for (const length of [
      clientConstants.CLUSTER_NAME_LEN,
      clientConstants.GROUP_NAME_LEN,
      clientConstants.SERVER_NAME_LEN,
    ]) {
      expect(limits.NAME_PATTERN.test('x'.repeat(length - 1))).toBe(true);
      expect(limits.NAME_PATTERN.test('x'.repeat(length))).toBe(false);
    }
    expect(clientConstants.CLUSTER_NAME_LEN).toBe(constants4.MAX_CLUSTERNAME_LEN);
  });
});

it('the types let an implementation be checked against a table', () => {
  interface Types extends Record<keyof typeof clientTypes, unknown> {
    LPDWORD: { value: number };
  }
  type Implementation = FunctionsOf<typeof clientFunctions, Types>;
  expectTypeOf<Implementation['ArmClientCheckClusterServer']>().toEqualTypeOf<(type: { value: number }) => boolean>();
  expectTypeOf<ReturnType<Implementation['ArmClientInitializeApiEx']>>().toEqualTypeOf<number>();
  type InVisualBasic = FunctionsOf<typeof vbFunctions, Record<keyof typeof vbTypes, unknown>>;
  expectTypeOf<ReturnType<InVisualBasic['ArmClientTerminateApiEx']>>().toEqualTypeOf<number>();
});

it('every contradiction names its sections, what stands against it and what was taken', () => {
  expect(clientErrata.length).toBeGreaterThan(0);
  for (const { section, ...rest } of clientErrata) {
    expect(section).toMatch(/^[567](\.\d+)*(, [567](\.\d+)*)*$/);
    for (const sentence of Object.values(rest)) expect(sentence).toMatch(/^[A-Z].*\.$/s);
  }
});
