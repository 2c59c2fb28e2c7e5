/** The tables of the server APIs are whole, agree with each other, and agree with the limits of the model. */
import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  constants3,
  constants4,
  tables3,
  tables4,
  type ErrorName3,
  type ErrorName4,
  type EventName3,
  type EventName4,
} from '../../src/api/arm-server/constants.js';
import type { ApiFunction, Callback, CType, ErrorOf, FunctionsOf, Structure } from '../../src/api/facade/describe.js';
import { errata } from '../../src/api/arm-server/errata.js';
import {
  callbacks3,
  callbacks4,
  cTypes,
  functions3,
  functions4,
  type FunctionName3,
  type FunctionName4,
} from '../../src/api/arm-server/functions.js';
import { structures3, structures4 } from '../../src/api/arm-server/structures.js';
import type { ConstantTable } from '../../src/api/facade/table.js';
import * as limits from '../../src/model/limits.js';
import type { EventCode } from '../../src/model/trace.js';

const types: Readonly<Record<string, CType>> = cTypes;

interface Api {
  functions: Readonly<Record<string, ApiFunction>>;
  callbacks: Readonly<Record<string, Callback>>;
  structures: Readonly<Record<string, Structure>>;
  constants: Readonly<Record<string, number | string>>;
  tables: Readonly<Record<string, ConstantTable>>;
}

const apis: [string, Api][] = [
  [
    'Ver4.x',
    { functions: functions4, callbacks: callbacks4, structures: structures4, constants: constants4, tables: tables4 },
  ],
  [
    'Ver3.0',
    { functions: functions3, callbacks: callbacks3, structures: structures3, constants: constants3, tables: tables3 },
  ],
];

describe.each(apis)('%s', (_, { functions, callbacks, structures, constants, tables }) => {
  const all = [...Object.entries(functions), ...Object.entries(callbacks)];

  it('knows every type of every parameter, and names no parameter twice', () => {
    for (const [name, { parameters }] of all) {
      expect(new Set(parameters.map((each) => each.name)).size, name).toBe(parameters.length);
      for (const { type, direction } of parameters) {
        expect(Object.keys(types), `${name}: ${type}`).toContain(type);
        const known = types[type];
        if (known.is === 'structure') expect(Object.keys(structures), name).toContain(known.of);
        if (known.is === 'callback') {
          expect(Object.keys(callbacks), name).toContain(known.of);
          expect(callbacks[known.of].takenBy).toContain(name);
        }
        // Only what points at something that may change can carry an answer out.
        const writable = (known.is === 'pointer' && !known.constant) || known.is === 'structure';
        if (direction !== 'in') expect(writable, `${name}: ${type}`).toBe(true);
      }
    }
  });

  it('takes every callback somewhere', () => {
    for (const [name, { takenBy }] of Object.entries(callbacks)) {
      expect(takenBy.length).toBeGreaterThan(0);
      for (const taker of takenBy) {
        const taken = functions[taker].parameters.map(({ type }) => types[type]);
        expect(taken).toContainEqual({ is: 'callback', of: name });
      }
    }
  });

  it('has a value for every error that a function lists, lists none twice, and has no error that none lists', () => {
    const listed = Object.values(functions).flatMap(({ errors }) => errors);
    for (const [name, { errors }] of Object.entries(functions)) expect(new Set(errors).size, name).toBe(errors.length);
    expect(new Set(listed)).toEqual(new Set(Object.keys(tables.errors.constants)));
    for (const name of listed) expect(constants[name], name).toBeTypeOf('number');
  });

  it('numbers errors and events so that each means one thing', () => {
    for (const kind of ['errors', 'events', 'serverStatus', 'dispositions', 'valueTypes', 'predefinedKeys']) {
      const values = Object.values(tables[kind].constants).map(({ value }) => value);
      expect(new Set(values).size, kind).toBe(values.length);
    }
  });

  it('gives states and resource types bits of their own, which can be combined', () => {
    for (const kind of ['serverStatus', 'resourceTypes']) {
      const values = Object.values(tables[kind].constants).map(({ value }) => Number(value));
      for (const value of values.filter((each) => each !== 0xffffffff)) expect(Math.log2(value) % 1).toBe(0);
    }
  });

  it('defines each constant once', () => {
    const names = Object.values(tables).flatMap((table) => Object.keys(table.constants));
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(names)).toEqual(new Set(Object.keys(constants)));
  });

  it('calls each structure by its name, and has every one that a structure is made of', () => {
    for (const [name, { layout }] of Object.entries(structures)) expect(layout.name).toBe(name);
    const parts = Object.values(structures).flatMap(({ layout }) =>
      layout.fields.flatMap(({ type }) => (type.kind === 'union' ? type.members.map((each) => each.type) : [])),
    );
    for (const part of parts) {
      if (part.kind === 'struct') expect(structures[part.name].layout).toBe(part);
    }
  });

  it('chooses a member of a union by every resource type but the one for all', () => {
    const { layout } = structures.ARM_RESOURCE_INFO;
    const parameter = layout.fields.find(({ type }) => type.kind === 'union')!.type;
    if (parameter.kind !== 'union') throw new Error('no union');
    const chosen = new Set(parameter.chosenBy!.cases.map(([value]) => value));
    const values = Object.values(tables.resourceTypes.constants).map(({ value }) => value);
    expect(chosen).toEqual(new Set(values.filter((value) => value !== constants.ARM_RESTYPE_ALL)));
    expect(new Set(parameter.chosenBy!.cases.map(([, member]) => member))).toEqual(
      new Set(parameter.members.map(({ name }) => name)),
    );
  });
});

describe('the counts of the document', () => {
  const pairs = (functions: Readonly<Record<string, ApiFunction>>, only = (_: ApiFunction) => true) =>
    Object.values(functions)
      .filter(only)
      .reduce((sum, { errors }) => sum + errors.length, 0);
  const ofRegistry = ({ section }: ApiFunction) => section.startsWith('4.1.4.');

  it('16 functions of Ver4.x with 117 errors, 26 of Ver3.0 with 168, 7 of them on the registry in both', () => {
    expect(Object.keys(functions4).length).toBe(23);
    expect(Object.keys(functions3).length).toBe(26);
    expect(Object.values(functions4).filter(ofRegistry).length).toBe(7);
    expect(pairs(functions4, (each) => !ofRegistry(each))).toBe(117);
    expect(pairs(functions3)).toBe(168);
    expect(pairs(functions4, ofRegistry)).toBe(44);
  });

  it('8 callbacks, 23 structures', () => {
    expect([Object.keys(callbacks4).length, Object.keys(callbacks3).length]).toEqual([4, 4]);
    expect([Object.keys(structures4).length, Object.keys(structures3).length]).toEqual([14, 9]);
  });

  it('14 events of Ver4.x and 10 of Ver3.0, 9 states of a server, 8 resource types and all', () => {
    expect(Object.keys(tables4.events.constants).length).toBe(14);
    expect(Object.keys(tables3.events.constants).length).toBe(10);
    expect(Object.keys(tables4.serverStatus.constants).length).toBe(9);
    expect(Object.keys(tables4.resourceTypes.constants).length).toBe(9);
    expect(Object.keys(tables4.errors.constants).length).toBe(28);
    expect(Object.keys(tables3.errors.constants).length).toBe(27);
  });

  it('each function and structure has a section of its own', () => {
    const sections = [functions4, callbacks4, structures4, functions3, callbacks3, structures3]
      .flatMap((table) => Object.values<{ section: string }>(table))
      .map(({ section }) => section);
    expect(new Set(sections).size).toBe(sections.length - 7);
    for (const section of sections) expect(section).toMatch(/^[34](\.\d+)+$/);
  });
});

describe('the constants', () => {
  it('have one value in both APIs', () => {
    const other: Readonly<Record<string, number | string>> = constants3;
    for (const [name, value] of Object.entries(constants4)) {
      if (Object.hasOwn(other, name)) expect(other[name], name).toBe(value);
    }
  });

  it('have the values that the document prints or implies', () => {
    expect(constants4.ARMERR_CANNOT_LOAD_DLL).toBe(0x20000001);
    expect(constants4.ARMERR_SERVER_NOT_FOUND).toBe(0x20000071);
    expect(constants3.ARMERR_REGISTRY_ACCESS_FAILED).toBe(0x200000b0);
    expect([constants3.ARM_EVENT_SHUTDOWN, constants3.ARM_EVENT_FAILOVER_START]).toEqual([1, 4]);
    expect(constants4.ARM_STATUS_CLUSTER | constants4.ARM_STATUS_BACKUP).toBe(0x2000001);
    expect(tables4.lengths.constants.MAX_GROUPNAME_LEN.origin).toBe('documented');
    expect(tables4.errors.constants.ARMERR_VERSION_MISMATCH.origin).toBe('chosen');
    expect(tables4.errors.constants.ARMERR_NOT_INITIALIZED.origin).toBe('inferred');
  });

  it('leave room for all that a cluster definition may hold', () => {
    const { MAX_RESOURCENAME_LEN, MAX_EVENTSRCSRCNAME_LEN } = { ...constants3, ...constants4 };
    expect(MAX_RESOURCENAME_LEN - 1).toBe(limits.RESOURCE_NAME_LENGTH_MAX);
    expect(MAX_EVENTSRCSRCNAME_LEN - 1).toBeGreaterThanOrEqual(limits.RESOURCE_NAME_LENGTH_MAX);
    expect(constants3.MAX_LOGSERVICENAME_LEN - 1).toBe(limits.SERVICE_NAME_LENGTH_MAX);
    expect(constants3.MAX_LOGSERVICE_NUM).toBe(limits.SERVICES_MAX);
    expect(constants4.MAX_VCOMNAME_LEN - 1).toBe(limits.VIRTUAL_COMPUTER_LENGTH_MAX);
    expect(constants4.MAX_LETTER_LEN - 1).toBe(limits.INTERNAL_DISK_LENGTH_MAX);
    expect(constants4.MAX_PRNNAME_LEN - 1).toBe(limits.PRINTER_TEXT_LENGTH_MAX);
    expect(constants3.MAX_PRINTERNAME_LEN - 1).toBe(limits.PRINTER_TEXT_LENGTH_MAX);
    expect(constants4.MAX_PATH_LEN - 1).toBe(limits.PATH_LENGTH_MAX);
    expect(constants4.MAX_SPOOLPATH_LEN - 1).toBe(limits.PATH_LENGTH_MAX);
    expect(constants4.MAX_LSWDEVICE_LEN - 1).toBe(limits.LINE_DEVICE_LENGTH_MAX);
    expect([constants3.MAX_INTERCONNECT, constants3.MAX_PUBLICLAN]).toEqual([limits.NETWORKS_MAX, limits.NETWORKS_MAX]);
    expect(constants3.MAX_INTERCONNECT_LEN - 1).toBe(limits.NETWORK_NAME_LENGTH_MAX);
    expect(new Set(Object.keys(tables4.predefinedKeys.constants))).toEqual(new Set(limits.REGISTRY_ROOTS));
    const name = 'x'.repeat(15);
    expect(limits.NAME_PATTERN.test(name)).toBe(true);
    for (const length of [constants4.MAX_CLUSTERNAME_LEN, constants4.MAX_SERVERNAME_LEN, constants4.MAX_GROUPNAME_LEN])
      expect(length).toBe(name.length + 1);
  });

  it('call the local server and all servers what no server can be called', () => {
    for (const special of [constants3.ARM_LOCAL_SERVER, constants3.ARM_ALL_SERVER])
      expect(limits.NAME_PATTERN.test(special)).toBe(false);
  });
});

describe('the types', () => {
  it('carry what the tables say', () => {
    expectTypeOf<EventName4>().toEqualTypeOf<EventCode>();
    expectTypeOf<'ARM_EVENT_FAILBACK_END'>().toExtend<EventName3>();
    expectTypeOf<ErrorOf<(typeof functions4)[FunctionName4]>>().toEqualTypeOf<ErrorName4>();
    expectTypeOf<ErrorOf<(typeof functions3)[FunctionName3]>>().toEqualTypeOf<ErrorName3>();
    expectTypeOf<ErrorOf<typeof functions3.ArmCancelWatchServer>>().toEqualTypeOf<
      'ARMERR_NOT_INITIALIZED' | 'ARMERR_CANNOT_CONNECT' | 'ARMERR_COMM_ERROR' | 'ARMERR_INVALID_ID'
    >();
  });

  it('let an implementation be checked against a table', () => {
    interface Types extends Record<keyof typeof cTypes, unknown> {
      DWORD: number;
      LPCTSTR: string | null;
      LPDWORD: { value: number };
    }
    type Implementation = FunctionsOf<typeof functions4, Types>;
    expectTypeOf<keyof Implementation>().toEqualTypeOf<FunctionName4>();
    expectTypeOf<Implementation['ArmInitializeApi']>().toEqualTypeOf<
      (handle: { value: number }, version: number, timeout: number) => boolean
    >();
    expectTypeOf<Parameters<Implementation['ArmGetServerStatus']>>().toEqualTypeOf<
      [string | null, { value: number }]
    >();
  });
});

it('every contradiction names its section, what stands against it and what was taken', () => {
  expect(errata.length).toBeGreaterThan(0);
  for (const { section, ...rest } of errata) {
    expect(section).toMatch(/^[2-7](\.\d+)*(, [2-7](\.\d+)*)*$/);
    for (const sentence of Object.values(rest)) expect(sentence).toMatch(/^[A-Z].*\.$/s);
  }
});
