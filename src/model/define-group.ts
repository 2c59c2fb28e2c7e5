/**
 * Checks the failover groups of a definition, with their servers, resources, logical service names and registry keys.
 *
 * What a group may name must exist and what it names must fit into the structures of the APIs. A parameter that
 * belongs to another type of resource is refused, because whoever wrote it expects it to do something.
 */
import type { Addresses } from './addresses.js';
import { shown, UniqueNames, type Checker, type Fields, type Path } from './check.js';
import type { GroupDefinition, ResourceDefinition, ResourceType, StartPolicy } from './definition.js';
import { SERVERS_MAX, type GroupName, type ResourceName, type ServerIndex } from './ids.js';
import * as limits from './limits.js';
import { nearest } from './nearest.js';
import { isRegistryStep } from './registry.js';
import { micros } from './time.js';

/** What the groups of one cluster share while they are read. */
export interface GroupContext {
  readonly check: Checker;
  /** The names of the servers as written, good or bad, in definition order; undefined where one has none. */
  readonly servers: readonly (string | undefined)[];
  readonly groupNames: UniqueNames;
  readonly resourceNames: UniqueNames;
  /** Servers and virtual computers: one name space on the network. */
  readonly computerNames: UniqueNames;
  readonly addresses: Addresses;
  /** Logical service names registered so far. */
  services: number;
}

const GROUP_KEYS = [
  'name',
  'servers',
  'startup',
  'failover',
  'failback',
  'exclusion',
  'resources',
  'logicalServices',
  'registryKeys',
];

const POLICIES: readonly StartPolicy[] = ['auto', 'manual'];

/** Reads one group. Undefined where it is no object. */
export function readGroup(context: GroupContext, value: unknown, at: Path): GroupDefinition | undefined {
  const { check } = context;
  const fields = check.fields(value, at, 'A group', GROUP_KEYS);
  if (fields === undefined) return undefined;
  const name = check.name(fields.get('name'), [...at, 'name'], 'The name of a group');
  if (name !== undefined) context.groupNames.claim(name, [...at, 'name']);
  return {
    name: (name ?? '') as GroupName,
    servers: readPriorities(context, fields, [...at, 'servers']),
    startup: check.oneOf(fields, 'startup', at, POLICIES, 'auto'),
    failover: check.oneOf(fields, 'failover', at, POLICIES, 'auto'),
    failback: check.oneOf(fields, 'failback', at, POLICIES, 'manual'),
    exclusion: check.oneOf(fields, 'exclusion', at, ['none', 'normal', 'absolute'], 'none'),
    resources: readResources(context, fields.get('resources'), [...at, 'resources']),
    logicalServices: readServices(context, fields.get('logicalServices'), [...at, 'logicalServices']),
    registryKeys: readRegistryKeys(check, fields.get('registryKeys'), [...at, 'registryKeys']),
  };
}

/** Reads a group's servers in order of priority. */
function readPriorities(context: GroupContext, fields: Fields, at: Path): ServerIndex[] {
  const { check } = context;
  const value = fields.get('servers');
  if (value === undefined) {
    check.report('MISSING_KEY', at, 'A group has no servers.', 'List its servers, highest priority first.');
    return [];
  }
  const known = context.servers.filter((server) => server !== undefined);
  // Where a server has lost its name, a name without a server is no mistake of its own.
  const complete = known.length > 0 && known.length === context.servers.length;
  const priorities: ServerIndex[] = [];
  check.someItems(value, at, 'The list of servers of a group', SERVERS_MAX).forEach((item, i) => {
    const where = [...at, i];
    if (typeof item !== 'string') {
      check.report('WRONG_TYPE', where, `A server's name cannot be ${shown(item)}.`, 'Write the name of a server.');
      return;
    }
    const index = context.servers.indexOf(item) as ServerIndex;
    if (index < 0 && complete) {
      const meant = nearest(item, known);
      const hint = meant === undefined ? '' : `Did you mean ${meant}? `;
      const fix = `${hint}The servers of this cluster are: ${known.join(', ')}.`;
      check.report('UNKNOWN_SERVER', where, `There is no server ${shown(item)} in this cluster.`, fix);
    } else if (index >= 0 && priorities.includes(index)) {
      check.report('DUPLICATE_NAME', where, `This group lists ${shown(item)} twice.`, 'List each server once.');
    } else {
      priorities.push(index);
    }
  });
  return priorities;
}

function readServices(context: GroupContext, value: unknown, at: Path): string[] {
  if (value === undefined) return [];
  const { check } = context;
  const names = new UniqueNames(check, 'a logical service of this group');
  const services: string[] = [];
  check.items(value, at, 'The list of logical services', limits.SERVICES_MAX).forEach((item, i) => {
    const where = [...at, i];
    const service = check.text(item, where, 'A logical service name', limits.SERVICE_NAME_LENGTH_MAX, 'BAD_NAME');
    if (service === undefined) return;
    names.claim(service, where);
    services.push(service);
    context.services++;
    if (context.services === limits.SERVICES_MAX + 1) {
      const fix = `A cluster can register ${limits.SERVICES_MAX} in all its groups together.`;
      check.report('TOO_MANY', where, 'The cluster has too many logical service names.', fix);
    }
  });
  return services;
}

function readRegistryKeys(check: Checker, value: unknown, at: Path): string[] {
  if (value === undefined) return [];
  const names = new UniqueNames(check, 'a registry key of this group');
  const keys: string[] = [];
  check.items(value, at, 'The list of registry keys', limits.REGISTRY_KEYS_MAX).forEach((item, i) => {
    const where = [...at, i];
    if (typeof item === 'string' && isRegistryKey(item)) {
      names.claim(item, where);
      keys.push(item);
      return;
    }
    const code = typeof item === 'string' ? 'BAD_REGISTRY_KEY' : 'WRONG_TYPE';
    const fix = `Write one of ${limits.REGISTRY_ROOTS.join(', ')}, a backslash and a path without empty steps.`;
    check.report(code, where, `A registry key cannot be ${shown(item)}.`, fix);
  });
  return keys;
}

/** A root of section 4.1.4.1 and a path below it, each step 1 to 255 characters without control characters. */
function isRegistryKey(key: string): boolean {
  const [root, ...path] = key.split('\\');
  return limits.REGISTRY_ROOTS.some((known) => known === root) && path.length > 0 && path.every(isRegistryStep);
}

const COMMON_KEYS = ['name', 'type', 'activate', 'deactivate', 'timeout', 'onFailure'];

/** The key that carries the parameters of each type. */
const PARAMETER_OF: Readonly<Record<ResourceType, string>> = {
  swdisk: 'drive',
  ndr: 'drives',
  vxdisk: 'drives',
  lsw: 'line',
  vip: 'address',
  hf: 'address',
  vcom: 'computerName',
  printer: 'printer',
  script: 'script',
  shdisk: 'drive',
  npdisk: 'drive',
};
const RESOURCE_TYPES = Object.keys(PARAMETER_OF) as ResourceType[];
const PARAMETER_KEYS = ['drive', 'drives', 'address', 'computerName', 'printer', 'line', 'script'];
const RESOURCE_KEYS = [...COMMON_KEYS, ...PARAMETER_KEYS];

function readResources(context: GroupContext, value: unknown, at: Path): ResourceDefinition[] {
  if (value === undefined) return [];
  return context.check
    .items(value, at, 'The list of resources', limits.RESOURCES_PER_GROUP_MAX)
    .map((item, i) => readResource(context, item, [...at, i]))
    .filter((resource) => resource !== undefined);
}

function readResource(context: GroupContext, value: unknown, at: Path): ResourceDefinition | undefined {
  const { check } = context;
  const fields = check.fields(value, at, 'A resource', RESOURCE_KEYS);
  if (fields === undefined) return undefined;
  const nameAt = [...at, 'name'];
  const nameMax = limits.RESOURCE_NAME_LENGTH_MAX;
  const name = check.text(fields.get('name'), nameAt, 'The name of a resource', nameMax, 'BAD_NAME');
  if (name !== undefined) context.resourceNames.claim(name, nameAt);
  const max = limits.DURATION_US_MAX;
  const common = {
    name: (name ?? '') as ResourceName,
    activateUs: check.duration(fields, 'activate', at, micros(0), max, micros(1_000_000)),
    deactivateUs: check.duration(fields, 'deactivate', at, micros(0), max, micros(500_000)),
    timeoutUs: check.duration(fields, 'timeout', at, limits.TIMER_US_MIN, max, micros(60_000_000)),
    onFailure: check.oneOf(fields, 'onFailure', at, ['degrade', 'failover'], 'degrade'),
  };
  if (!fields.has('type')) {
    const fix = `Write one of: ${RESOURCE_TYPES.join(', ')}.`;
    return check.report('MISSING_KEY', [...at, 'type'], 'The type of a resource is missing.', fix);
  }
  const before = check.problems.length;
  const type = check.oneOf(fields, 'type', at, RESOURCE_TYPES, 'script');
  if (check.problems.length > before) return undefined;
  return { ...common, type, parameters: readParameters(context, fields, type, common.name, at) };
}

/** Reads what only this type of resource has; the other types' keys are mistakes. */
function readParameters(
  context: GroupContext,
  fields: Fields,
  type: ResourceType,
  name: string,
  at: Path,
): Record<string, unknown> {
  const { check } = context;
  const own = PARAMETER_OF[type];
  for (const key of PARAMETER_KEYS) {
    if (key === own || !fields.has(key)) continue;
    const owners = RESOURCE_TYPES.filter((other) => PARAMETER_OF[other] === key).join(', ');
    const what = `A resource of type ${type} has no ${key}.`;
    const fix = `Leave it out, or write ${own}; ${key} belongs to the type ${owners}.`;
    check.report('FOREIGN_PARAMETER', [...at, key], what, fix);
  }
  const value = fields.get(own);
  if (value === undefined) return {};
  return { [own]: readParameter(context, type, value, name, [...at, own]) };
}

function readParameter(context: GroupContext, type: ResourceType, value: unknown, name: string, where: Path): unknown {
  const { check } = context;
  switch (type) {
    case 'swdisk':
      return readDrive(check, value, where);
    case 'shdisk':
    case 'npdisk':
      return check.text(value, where, 'The internal name of a disk', limits.INTERNAL_DISK_LENGTH_MAX, 'BAD_NAME');
    case 'ndr':
    case 'vxdisk':
      return readDrives(check, value, where);
    case 'vip':
    case 'hf':
      return context.addresses.claim(value, where, `resource ${shown(name)}`);
    case 'vcom': {
      const max = limits.VIRTUAL_COMPUTER_LENGTH_MAX;
      const computer = check.text(value, where, 'A virtual computer name', max, 'BAD_NAME');
      if (computer !== undefined) context.computerNames.claim(computer, where);
      return computer;
    }
    case 'printer':
      return readTexts(check, value, where, 'A printer', {
        name: limits.PRINTER_TEXT_LENGTH_MAX,
        port: limits.PRINTER_TEXT_LENGTH_MAX,
        share: limits.PRINTER_TEXT_LENGTH_MAX,
        spool: limits.PATH_LENGTH_MAX,
      });
    case 'script':
      return readTexts(check, value, where, 'A script', {
        start: limits.PATH_LENGTH_MAX,
        stop: limits.PATH_LENGTH_MAX,
      });
    case 'lsw':
      return readLine(check, value, where);
    default:
      return type satisfies never;
  }
}

function readDrive(check: Checker, value: unknown, where: Path): string | undefined {
  if (typeof value === 'string' && /^[A-Z]:$/.test(value)) return value;
  const code = typeof value === 'string' ? 'BAD_DRIVE' : 'WRONG_TYPE';
  return check.report(code, where, `A drive cannot be ${shown(value)}.`, 'Write "A:" to "Z:" (section 3.2.3.1).');
}

function readDrives(check: Checker, value: unknown, at: Path): string[] {
  const drives: string[] = [];
  check.someItems(value, at, 'The list of drives', 26).forEach((item, i) => {
    const where = [...at, i];
    const drive = readDrive(check, item, where);
    if (drive === undefined) return;
    if (drives.includes(drive)) {
      check.report('DUPLICATE_DRIVE', where, `Drive ${drive} is listed twice.`, 'List each drive once.');
    }
    drives.push(drive);
  });
  return drives;
}

/** Reads an object of optional texts, each with its largest length. */
function readTexts(
  check: Checker,
  value: unknown,
  at: Path,
  what: string,
  lengths: Readonly<Record<string, number>>,
): Record<string, string> {
  const texts: Record<string, string> = {};
  const fields = check.fields(value, at, what, Object.keys(lengths));
  for (const [key, lengthMax] of Object.entries(lengths)) {
    if (!fields?.has(key)) continue;
    const text = check.text(fields.get(key), [...at, key], `${what}'s ${key}`, lengthMax, 'BAD_TEXT');
    if (text !== undefined) texts[key] = text;
  }
  return texts;
}

/** Reads what section 3.2.3.5 lists of a line switch. */
function readLine(check: Checker, value: unknown, at: Path): Record<string, unknown> {
  const line: Record<string, unknown> = {};
  const fields = check.fields(value, at, 'A line switch', ['device', 'port', 'unit', 'line']);
  if (fields === undefined) return line;
  if (fields.has('device')) {
    const max = limits.LINE_DEVICE_LENGTH_MAX;
    line.device = check.text(fields.get('device'), [...at, 'device'], "A line switch's device", max, 'BAD_TEXT');
  }
  if (fields.has('port')) {
    const port = fields.get('port');
    line.port = port;
    if (typeof port !== 'string' || !/^COM[1-9]\d{0,2}$/.test(port)) {
      const code = typeof port === 'string' ? 'BAD_PORT' : 'WRONG_TYPE';
      const fix = 'Write the name of a serial port, e.g. COM1 (section 3.2.3.5).';
      check.report(code, [...at, 'port'], `A line switch's port cannot be ${shown(port)}.`, fix);
    }
  }
  if (fields.has('unit')) line.unit = check.whole(fields, 'unit', at, 0, limits.LINE_UNIT_MAX, 0);
  if (fields.has('line')) line.line = check.whole(fields, 'line', at, 1, limits.LINE_NUMBER_MAX, 1);
  return line;
}
