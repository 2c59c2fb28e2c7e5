/**
 * How each documented error of the client API comes about, for C (chapter 6) and Visual Basic (chapter 7) alike: the two
 * differ in their conventions alone, so each way to fail is written once and gone through by every function that
 * documents its error.
 *
 * Errors that only a broken machine gives are injected: no memory, no connection to software that has answered before, a
 * registry that cannot be read; and NOT_SUPPORTED for functions that every version has.
 */
import type { ApplicationOptions, ApplicationThread } from '../../src/api/application.js';
import { vbConstants } from '../../src/api/arm-client/constants.js';
import { clientFunctions, clientTypes } from '../../src/api/arm-client/functions.js';
import { vbFunctions, vbTypes } from '../../src/api/arm-client/functions-vb.js';
import { VbString } from '../../src/api/arm-client/vb-strings.js';
import type { ApiFunction, CType } from '../../src/api/facade/describe.js';
import { networkOrder } from '../../src/api/facade/address.js';
import { type Ref, ref } from '../../src/api/facade/call.js';
import type { Backend } from '../../src/cluster/backend.js';
import { NEVER } from '../../src/model/time.js';
import type { Case, ClientVia, Scene } from './case.js';

type Name = keyof typeof clientFunctions;
type Calls = Readonly<Record<string, (...args: unknown[]) => Promise<boolean | number>>>;

/** An API of the two: how it is called, and what its application is. */
interface Dialect {
  readonly functions: Readonly<Record<string, ApiFunction>>;
  readonly types: Readonly<Record<string, CType>>;
  readonly options: ApplicationOptions;
  calls(thread: ApplicationThread): Calls;
  /** A buffer for a name. */
  buffer(): unknown;
}

const dialects: Readonly<Record<ClientVia, Dialect>> = {
  client: {
    functions: clientFunctions,
    types: clientTypes,
    options: { library: 'static' },
    calls: ({ armcl2 }) => armcl2 as unknown as Calls,
    buffer: () => new Uint8Array(16),
  },
  vb: {
    functions: vbFunctions,
    types: vbTypes,
    options: { library: 'import' },
    calls: ({ armcl2vb }) => armcl2vb as unknown as Calls,
    buffer: () => new VbString(16),
  },
};

const goOn = (): number => vbConstants.ARMTRUE;
const stop = (): number => vbConstants.ARMFALSE;
const address = networkOrder('10.1.2.3');

/** Where a function is called: which thread, and what it has open. */
interface Place {
  readonly backend: Backend;
  readonly thread: ApplicationThread;
  readonly handle: number;
  readonly watch: number;
}

type Arguments = (place: Pick<Place, 'handle' | 'watch'>, dialect: Dialect) => unknown[];

const forName = ({ buffer }: Dialect): [unknown, Ref] => [buffer(), ref(16)];
const groupStatus: Arguments = () => ['C', 'G', ref()];
const groupsOfService: Arguments = () => ['C', 'service', goOn, 0];
const clusterOfGroup: Arguments = (_, dialect) => ['G', ...forName(dialect)];
const groupOfAddress: Arguments = (_, dialect) => [address, ...forName(dialect), ...forName(dialect)];
const ownName: Arguments = (_, dialect) => forName(dialect);

/** What each function is called with as it should be. */
const right: Readonly<Record<Name, Arguments>> = {
  ArmClientInitializeApiEx: () => [],
  ArmClientTerminateApiEx: ({ handle }) => [handle],
  ArmClientGetVersionInfo: () => [ref(), ref(), ref()],
  ArmClientGetIPAddr: groupStatus,
  ArmClientGetComputerName: (_, dialect) => ['C', 'G', ...forName(dialect)],
  ArmClientGetGroupStatus: groupStatus,
  ArmClientGetServerStatus: groupStatus,
  ArmClientGetGroupStatusEx: groupStatus,
  ArmClientGetServerStatusEx: groupStatus,
  ArmClientStartWatchFailoverEx: ({ handle }) => [handle, 'C', 'G', goOn, ref(), ref()],
  ArmClientCancelWatchFailoverEx: ({ watch }) => [watch],
  ArmClientGetClusterServerStatus: () => ['C', 'A', ref()],
  ArmClientEnumCluster: () => [goOn, 0],
  ArmClientEnumServer: () => ['C', goOn, 0],
  ArmClientEnumGroup: () => ['C', goOn, 0],
  ArmClientGetClusterFromClusterServer: (_, dialect) => ['A', ...forName(dialect)],
  ArmClientGetClusterFromGroup: clusterOfGroup,
  ArmClientGetClusterFromServer: clusterOfGroup,
  ArmClientEnumServerFromGroup: () => ['C', 'G', goOn, 0],
  ArmClientGetGroupFromVirtualIP: groupOfAddress,
  ArmClientGetPrimaryServerFromVirtualIP: groupOfAddress,
  ArmClientGetClusterNameFromVirtualIP: (_, dialect) => [address, ...forName(dialect)],
  ArmClientEnumVirtualIP: () => ['C', 'G', goOn, 0],
  ArmClientGetIPAddrFromVirtualIP: () => [address, ref()],
  ArmClientGetGroupFromVirtualComputer: (_, dialect) => ['VCOM', ...forName(dialect), ...forName(dialect)],
  ArmClientEnumVirtualComputer: () => ['C', 'G', goOn, 0],
  ArmClientEnumGroupFromLogicalService: groupsOfService,
  ArmClientEnumServerFromLogicalService: groupsOfService,
  ArmClientGetHeartbeatTimeout: () => ['C', ref()],
  ArmClientGetMasterServer: (_, dialect) => ['C', ...forName(dialect)],
  ArmClientCheckClusterServer: () => [ref()],
  ArmClientGetServerName: ownName,
  ArmClientGetClusterName: ownName,
};

// ---------------------------------------------------------------- ways to fail

/** How a call comes to fail: in which world it is made, on which machine, and with what in place of what is right. */
interface Way {
  readonly because: RegExp;
  /** A client of the cluster C, where nothing else is said. */
  readonly on?: string;
  readonly world?: (scene: Scene) => Promise<Backend>;
  readonly options?: ApplicationOptions;
  /** It is called before the API is initialised. */
  readonly uninitialised?: true;
  /** The fault that is injected before the call. */
  readonly fault?: true;
  readonly args?: (args: unknown[], call: Row) => unknown[];
}

/** A function as one dialect has it. */
interface Row {
  readonly name: Name;
  readonly row: ApiFunction;
  readonly dialect: Dialect;
}

const broken: Way = { because: /^a fault was injected$/, fault: true };

/** What stands at the parameters whose names match is another value. */
const instead =
  (pattern: RegExp, value: unknown) =>
  (args: unknown[], { row }: Row) =>
    args.map((arg, index) => (pattern.test(row.parameters[index].name) ? value : arg));

/** NULL for the last thing that is no number. */
function withNull(args: unknown[], { row, dialect }: Row): unknown[] {
  const last = row.parameters.findLastIndex(({ type }) => dialect.types[type].is !== 'number');
  return args.map((arg, index) => (index === last ? null : arg));
}

const noSuchName = (pattern: RegExp, because: RegExp): Way => ({ because, args: instead(pattern, 'X') });

/** A server that boots still: its client software does not answer yet. */
const boots: Way = {
  because: /^the cluster service of A does not run yet$/,
  on: 'A',
  world: async (scene) => {
    const backend = await scene.clients({ servers: [{ name: 'A', boot: '1m' }, 'B'] });
    await backend.act({ type: 'start', target: 'C' });
    return backend;
  },
};

/** After a crash and a restart with auto-return off. */
async function withAOff(scene: Scene): Promise<Backend> {
  const backend = await scene.runningClients({ autoReturn: false });
  await backend.act({ type: 'crash', server: 'A' });
  await backend.until({ type: 'condition', holds: () => backend.status('C').servers['A'].includes('DOWN') }, NEVER);
  await backend.act({ type: 'restart', server: 'A' });
  const off = (): boolean => backend.status('C').servers['A'].includes('OFF_CLUSTER');
  await backend.until({ type: 'condition', holds: off }, NEVER);
  return backend;
}

/** The ways that are not the same for all functions with an error: by function and error, C first where they differ. */
const special: Readonly<Record<string, Way>> = {
  'ArmClientInitializeApiEx CANNOT_CONNECT': boots,
  'ArmClientInitializeApiEx INVALID_PARAMETER': { because: /^it takes 0 arguments$/, args: () => [0] },
  'vb ArmClientInitializeApiEx CANNOT_LOAD_DLL': {
    because: /^armcl2vb.dll is of 32 bits/,
    on: 'A',
    options: { kit: '7.0 64bit' },
  },
  // 7.1.1.2: it needs no initialisation.
  'vb ArmClientGetVersionInfo NOT_INITIALIZED': broken,
  'ArmClientGetIPAddr GROUP_NOT_FOUND': {
    because: /^group G runs nowhere that K can reach$/,
    world: (scene) => scene.clients(),
  },
  'ArmClientGetIPAddrFromVirtualIP VIRTUALIP_NOT_FOUND': {
    because: /^its group G runs nowhere that K can reach$/,
    world: (scene) => scene.clients(),
  },
  'ArmClientGetClusterFromClusterServer SERVER_NOT_FOUND': noSuchName(/ServerName$/, /^no cluster .* a server "X"$/),
  'ArmClientGetClusterServerStatus SERVER_NOT_FOUND': noSuchName(/ServerName$/, /^C has no server "X"$/),
  'ArmClientGetClusterFromGroup GROUP_NOT_FOUND': noSuchName(/GroupName$/, /^no cluster .* a group "X"$/),
  'ArmClientGetClusterFromServer GROUP_NOT_FOUND': noSuchName(/GroupName$/, /^no cluster .* a group "X"$/),
  'vb ArmClientEnumServer NOT_CLUSTER_MEMBER': {
    because: /^K is no server of a cluster$/,
    args: instead(/ClusterName$/, vbConstants.ARMCLAPI_LOCAL_CLUSTER),
  },
  'vb ArmClientEnumServer OFF_CLUSTER': {
    because: /^A does not take part in its cluster now$/,
    on: 'A',
    world: withAOff,
    args: instead(/ClusterName$/, vbConstants.ARMCLAPI_LOCAL_CLUSTER),
  },
  'ArmClientGetHeartbeatTimeout CLUSTER_NOT_FOUND': {
    because: /^K is no server of a cluster$/,
    args: instead(/ClusterName$/, vbConstants.ARMCLAPI_LOCAL_CLUSTER),
  },
};

/** How each error comes about, where nothing special is said. */
const common: Readonly<Record<string, Way>> = {
  NOT_INITIALIZED: { because: /^ArmClientInitializeApiEx comes first$/, uninitialised: true },
  CANNOT_LOAD_DLL: broken,
  CANNOT_CONNECT: broken,
  COMM_ERROR: broken,
  NOT_ENOUGH_MEMORY: broken,
  REGISTRY_ACCESS_FAILED: broken,
  NOT_SUPPORTED: broken,
  INVALID_PARAMETER: { because: /^\w+ is no /, args: withNull },
  INVALID_HANDLE: {
    because: /^77 is no handle of ArmClientInitializeApiEx$/,
    args: instead(/^dwHandle$/, 77),
  },
  INVALID_ID: { because: /^no watch has the id 77$/, args: () => [77] },
  CLUSTER_NOT_FOUND: noSuchName(/ClusterName$/, /^K knows no cluster "X"$/),
  GROUP_NOT_FOUND: noSuchName(/GroupName$/i, /^C has no group "X"$/),
  // GROUP_NOT_FOUND by another name, with the same value (6.1.2.1).
  SERVER_NOT_FOUND: noSuchName(/GroupName$/i, /^C has no group "X"$/),
  VIRTUALIP_NOT_FOUND: {
    because: /has the virtual address 9\.9\.9\.9$/,
    args: instead(/^dwVirtualIP/, networkOrder('9.9.9.9')),
  },
  VCOM_NOT_FOUND: noSuchName(/^lpszVirtualComputerName$/, /has the virtual computer "X"$/),
  LOGICAL_SERVICE_NOT_FOUND: noSuchName(/LogicalServiceName$/, /^no group has the logical service "X"$/),
  NOT_CLUSTER_SERVER: { because: /^K is no server of a cluster$/ },
  CANCELLED: {
    because: /^the callback answered FALSE for C$/,
    args: (args) => args.map((arg) => (arg === goOn ? stop : arg)),
  },
  BUFFER_TOO_SMALL: {
    because: /^the name of the \w+ takes 2 characters/,
    args: (args) => args.map((arg, index) => (index > 0 && isSize(arg) ? ref(1) : arg)),
  },
};

function isSize(arg: unknown): boolean {
  return typeof arg === 'object' && arg !== null && 'value' in arg;
}

/** On a client of Ver3.0, which the function is newer than. */
const older: Way = {
  because: /^the client software of K is Ver3\.0, which has no /,
  world: (scene) => scene.runningClients({}, '3.0'),
};

const newer =
  /GroupStatus|GetClusterServerStatus|EnumCluster|EnumGroup|ClusterFromGroup|ServerFromGroup|GroupFromV|EnumVirtual/;

function wayOf(via: ClientVia, name: Name, error: string): Way {
  if (error === 'NOT_SUPPORTED' && newer.test(name)) return older;
  return special[`${via} ${name} ${error}`] ?? special[`${name} ${error}`] ?? common[error];
}

// ---------------------------------------------------------------- going there

/** A machine where the function works: only a server of a cluster has a name of its own to tell. */
function machineFor({ on }: Way, name: Name, error: string): string {
  if (on !== undefined) return on;
  return right[name] === ownName && error !== 'NOT_CLUSTER_SERVER' ? 'A' : 'K';
}

/** The API initialised, and a group watched. */
async function open(calls: Calls, thread: ApplicationThread): Promise<Pick<Place, 'handle' | 'watch'>> {
  const handle = Number(await calls['ArmClientInitializeApiEx']());
  const watch = ref();
  const started = await calls['ArmClientStartWatchFailoverEx'](handle, 'C', 'G', () => undefined, watch, ref());
  if (handle === 0 || !started) throw new Error(thread.explain());
  return { handle, watch: watch.value };
}

function caseOf(via: ClientVia, name: Name, error: string): Case {
  const short = error.replace('ARMCLAPI_ERR_', '');
  const way = wayOf(via, name, short);
  const dialect = dialects[via];
  const { because, options, uninitialised, fault, args = (all: unknown[]) => all } = way;
  // One value by two names: the call answers the first.
  const documented: readonly string[] = dialect.functions[name].errors;
  const alias = short === 'SERVER_NOT_FOUND' && documented.includes('ARMCLAPI_ERR_GROUP_NOT_FOUND');
  return {
    api: via,
    function: name,
    error,
    because,
    ...(alias ? { explainedAs: 'ARMCLAPI_ERR_GROUP_NOT_FOUND' } : {}),
    reproduce: async (scene) => {
      const backend = await (way.world ?? ((one: Scene) => one.runningClients()))(scene);
      const machine = machineFor(way, name, short);
      const { main } = scene.application(backend, machine, { ...dialect.options, ...options });
      const calls = dialect.calls(main);
      const early = uninitialised ?? name === 'ArmClientInitializeApiEx';
      const opened = early ? { handle: 1, watch: 1 } : await open(calls, main);
      if (fault) scene.fault(backend, machine, name, error);
      const given = args(right[name](opened, dialect), { name, row: dialect.functions[name], dialect });
      return { thread: main, answer: await calls[name](...given) };
    },
  };
}

function casesOf(via: ClientVia): readonly Case[] {
  return Object.entries(dialects[via].functions).flatMap(([name, { errors }]) =>
    errors.map((error) => caseOf(via, name as Name, error)),
  );
}

/** The 230 documented pairs of the client API for C. */
export const casesC = casesOf('client');
/** The 170 of the client API for Visual Basic. */
export const casesVb = casesOf('vb');
