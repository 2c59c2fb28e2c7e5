/**
 * Resources, and their types.
 *
 * The emulated cluster activates the resources of a failover group together, in an order of their types. So bringing
 * one of them online brings its group online, and one that has others beside it cannot be taken offline alone. Those
 * that only the API has are on their own, and depend on what clients say.
 */
import type { House } from '../cluster/house.js';
import { classOf, RESOURCE_TYPES, UNSUPPORTED_TYPES, type Group, type Node, type Resource } from '../cluster/things.js';
import { EnumType, ResourceState, Status } from '../codes.js';
import { Opened, type ClusapiContexts, type ClusapiHandlers } from '../contexts.js';
import { control, ControlObject, type Controlled } from '../properties.js';
import { ALL_ACCESS, isName, listed, named, openedOr, remove, type Entry } from './lists.js';

type Handle = ClusapiContexts['resource'];
interface Answered {
  readonly returns: number;
}

/** CreateResEnum: what a resource needs, what needs it, the nodes that may have it. */
const DEPENDS = 1;
const PROVIDES = 2;
const NODES = 4;
/** CreateResTypeEnum. */
const TYPE_NODES = 1;
const TYPE_RESOURCES = 2;
const FLAG_CORE = 1;
/** Resources of one group, those of clients among them. */
const RESOURCES_MAX = 256;
const RESOURCE_NOT_ONLINE = 5004;

export function resourceMethods(house: House): ClusapiHandlers {
  const find = (name: string): Resource | undefined =>
    named(house.allResources, name) ?? house.allResources.find(({ id }) => id === name);
  const open = (name: string): ReturnType<typeof openedOr<'resource', Resource>> =>
    openedOr('resource', find(name), Status.RESOURCE_NOT_FOUND);
  const online = async ({ hResource }: { readonly hResource: Handle }): Promise<Answered> => ({
    returns: await bringOnline(house, hResource.thing),
  });
  const offline = async ({ hResource }: { readonly hResource: Handle }): Promise<Answered> => ({
    returns: await takeOffline(house, hResource.thing),
  });
  return {
    ApiOpenResource: ({ lpszResourceName }) => open(lpszResourceName),
    ApiOpenResourceEx: ({ lpszResourceName }) => ({ ...ALL_ACCESS, ...open(lpszResourceName) }),
    ApiCloseResource: () => ({ Resource: null }),
    ApiCreateResource: ({ hGroup, lpszResourceName, lpszResourceType }) =>
      create(house, hGroup.thing, lpszResourceName, lpszResourceType),
    ApiDeleteResource: ({ hResource }) => ({ returns: destroy(house, hResource.thing) }),
    ApiGetResourceState: ({ hResource: { thing } }) => ({
      State: house.resourceState(thing),
      NodeName: house.ownerOf(thing.group)?.name,
      GroupName: thing.group.name,
    }),
    ApiSetResourceName: ({ hResource: { thing }, lpszResourceName: name }) => {
      const other = find(name);
      if (!isName(name)) return { returns: Status.INVALID_PARAMETER };
      if (other && other !== thing) return { returns: Status.OBJECT_ALREADY_EXISTS };
      thing.name = name;
      house.tell({ what: 'property', of: 'resource', name });
      return {};
    },
    ApiGetResourceId: ({ hResource }) => ({ pGuid: hResource.thing.id }),
    ApiGetResourceType: ({ hResource }) => ({ lpszResourceType: hResource.thing.type }),
    ApiFailResource: async ({ hResource }) => ({ returns: await fail(house, hResource.thing) }),
    ApiOnlineResource: online,
    ApiOnlineResourceEx: online,
    ApiOfflineResource: offline,
    ApiOfflineResourceEx: offline,
    ApiRestartResource: async ({ hResource }) => ({ returns: await restart(house, hResource.thing) }),
    ApiAddResourceDependency: ({ hResource, hDependsOn }) => ({ returns: depend(hResource.thing, hDependsOn.thing) }),
    ApiRemoveResourceDependency: ({ hResource, hDependsOn }) => ({
      returns: hResource.thing.needs.delete(hDependsOn.thing) ? Status.SUCCESS : Status.DEPENDENCY_NOT_FOUND,
    }),
    ApiCanResourceBeDependent: ({ hResource, hResourceDependent }) => ({
      returns: dependable(hResource.thing, hResourceDependent.thing),
    }),
    ApiCreateResEnum: ({ hResource: { thing }, dwType }) => listed(around(house, thing, dwType)),
    ApiGetResourceDependencyExpression: ({ hResource: { thing } }) => ({
      lpszDependencyExpression: [...thing.needs].map(({ name }) => `[${name}]`).join(' and '),
    }),
    ApiGetResourceNetworkName: ({ hResource }) => ({ lpszName: networkName(house, hResource.thing) }),
    ApiGetQuorumResource: () => ({ lpszResourceName: '', lpszDeviceName: '', pdwMaxQuorumLogSize: 0 }),
    ApiResourceControl: (request) => control(controlled(house, request.hResource.thing), request),
    ApiNodeResourceControl: (request) => control(controlled(house, request.hResource.thing), request),
    ApiCreateResourceEnum: () => ({
      ppResultList: {
        EntryCount: house.allResources.length,
        Entry: house.allResources.map((resource) => ({
          Name: resource.name,
          Id: resource.id,
          OwnerName: resource.group.name,
          OwnerId: resource.group.id,
          cbProperties: 0,
          Properties: undefined,
          cbRoProperties: 0,
          RoProperties: undefined,
        })),
      },
    }),
  };
}

/** Types of resources: they have no handles. */
export function typeMethods(house: House): ClusapiHandlers {
  return {
    ApiCreateResTypeEnum: ({ lpszTypeName, dwType }) => {
      const type = typeNamed(lpszTypeName);
      if (type === undefined) return { returns: unknownType(lpszTypeName) };
      const nodes = house.nodes.filter(({ deleted }) => !deleted).map(({ name }): Entry => [TYPE_NODES, name]);
      const own = house.allResources.filter((each) => each.type === type);
      return listed([
        ...(dwType & TYPE_NODES ? nodes : []),
        ...(dwType & TYPE_RESOURCES ? own.map(({ name }): Entry => [TYPE_RESOURCES, name]) : []),
      ]);
    },
    ApiResourceTypeControl: (request) => typeControl(house, request),
    ApiNodeResourceTypeControl: (request) => typeControl(house, request),
  };
}

// ---------------------------------------------------------------- what is done to them

function create(
  house: House,
  group: Group,
  name: string,
  typeName: string,
): { Status: number; returns: Handle | null } {
  const type = typeNamed(typeName);
  if (type === undefined) return { Status: unknownType(typeName), returns: null };
  if (!isName(name)) return { Status: Status.INVALID_PARAMETER, returns: null };
  if (group.origin !== undefined) return { Status: Status.NOT_SUPPORTED, returns: null };
  if (named(house.allResources, name)) return { Status: Status.OBJECT_ALREADY_EXISTS, returns: null };
  if (group.resources.length >= RESOURCES_MAX) return { Status: Status.NOT_ENOUGH_MEMORY, returns: null };
  const resource = house.addResource(group, name, type);
  house.tell({ what: 'added', of: 'resource', name });
  return { Status: Status.SUCCESS, returns: new Opened('resource', resource) };
}

function destroy(house: House, resource: Resource): number {
  if (resource.origin !== undefined) return Status.NOT_SUPPORTED;
  if (resource.core) return Status.CORE_RESOURCE;
  if (resource.state === 'online') return Status.RESOURCE_ONLINE;
  if (dependents(resource).length > 0) return Status.DEPENDENT_RESOURCE_EXISTS;
  resource.deleted = true;
  for (const other of resource.group.resources) other.needs.delete(resource);
  remove(resource.group.resources, resource);
  house.tell({ what: 'deleted', of: 'resource', name: resource.name });
  return Status.SUCCESS;
}

async function bringOnline(house: House, resource: Resource): Promise<number> {
  if (house.resourceState(resource) === ResourceState.ONLINE) return Status.SUCCESS;
  const { origin, group } = resource;
  if (origin !== undefined) return house.order(group, { type: 'startGroup' });
  for (const needed of resource.needs) await bringOnline(house, needed);
  change(house, resource, 'online');
  if (house.nextName !== undefined && ownNetworkName(house, resource) === house.name) {
    house.name = house.nextName;
    house.nextName = undefined;
    house.tell({ what: 'property', of: 'cluster', name: house.name });
  }
  return Status.SUCCESS;
}

/** What needs it goes offline first. */
async function takeOffline(house: House, resource: Resource): Promise<number> {
  const { origin, group } = resource;
  if (house.resourceState(resource) === ResourceState.OFFLINE) return Status.SUCCESS;
  if (origin !== undefined) {
    if (group.resources.length > 1) return Status.NOT_SUPPORTED;
    return house.order(group, { type: 'stopGroup' });
  }
  for (const dependent of dependents(resource)) await takeOffline(house, dependent);
  change(house, resource, 'offline');
  return Status.SUCCESS;
}

/** Offline and online again, with all that needs it and was online. Not for one alone of a failover group. */
async function restart(house: House, resource: Resource): Promise<number> {
  if (resource.origin !== undefined) return Status.NOT_SUPPORTED;
  if (resource.state !== 'online') return RESOURCE_NOT_ONLINE;
  const again = resource.group.resources.filter((each) => each.state === 'online' && needs(each, resource));
  await takeOffline(house, resource);
  for (const each of [resource, ...again]) await bringOnline(house, each);
  return Status.SUCCESS;
}

/** One fault of the resource, after which it can be activated again. */
async function fail(house: House, resource: Resource): Promise<number> {
  if (house.resourceState(resource) !== ResourceState.ONLINE) return RESOURCE_NOT_ONLINE;
  if (resource.origin === undefined) {
    change(house, resource, 'failed');
    return Status.SUCCESS;
  }
  const name = `${house.definition.name}/${resource.origin}`;
  const status = await house.act({ type: 'failResource', resource: name });
  await house.act({ type: 'repairResource', resource: name });
  return status === Status.IO_PENDING ? Status.SUCCESS : status;
}

function change(house: House, resource: Resource, state: Resource['state']): void {
  resource.state = state;
  house.tell({ what: 'state', of: 'resource', name: resource.name });
  house.tell({ what: 'state', of: 'group', name: resource.group.name });
}

// ---------------------------------------------------------------- dependencies

/** Whether one may be made to need the other: both of one group, both the API's own, and no circle. */
function dependable(resource: Resource, on: Resource): number {
  if (resource.origin !== undefined || on.origin !== undefined) return Status.NOT_SUPPORTED;
  if (resource === on || resource.group !== on.group || needs(on, resource)) return Status.DEPENDENCY_NOT_ALLOWED;
  return Status.SUCCESS;
}

function depend(resource: Resource, on: Resource): number {
  const status = dependable(resource, on);
  if (status !== Status.SUCCESS) return status;
  if (resource.needs.has(on)) return Status.DEPENDENCY_ALREADY_EXISTS;
  resource.needs.add(on);
  return Status.SUCCESS;
}

/** Looks at each resource once: clients can make more ways between them than could ever be walked. */
function needs(resource: Resource, other: Resource): boolean {
  const seen = new Set(resource.needs);
  for (const each of seen) for (const needed of each.needs) seen.add(needed);
  return seen.has(other);
}

function dependents(resource: Resource): Resource[] {
  return resource.group.resources.filter(({ needs: own, deleted }) => !deleted && own.has(resource));
}

function around(house: House, resource: Resource, type: number): Entry[] {
  const entriesOf = (bit: number, things: readonly (Resource | Node)[]): Entry[] =>
    (type & bit) === 0 ? [] : things.map(({ name }) => [bit, name]);
  return [
    ...entriesOf(DEPENDS, [...resource.needs]),
    ...entriesOf(PROVIDES, dependents(resource)),
    ...entriesOf(NODES, house.possibleOwners(resource.group)),
  ];
}

// ---------------------------------------------------------------- what is told of them

/** The name on the network that a resource gives: the cluster's own, or that of a virtual computer. */
function ownNetworkName(house: House, { parameters, core, type }: Resource): string | undefined {
  const { computerName } = parameters;
  if (typeof computerName === 'string') return computerName;
  return core && type === 'Network Name' ? house.name : undefined;
}

/** The name under which what a resource does is found: its own, its group's, or the cluster's. */
function networkName(house: House, resource: Resource): string {
  const around = [resource, ...resource.group.resources.filter(({ deleted }) => !deleted)];
  return around.map((each) => ownNetworkName(house, each)).find((name) => name !== undefined) ?? house.name;
}

/** Resources in an enumeration of the cluster. */
export function resourceEntries(house: House): Entry[] {
  return house.allResources.map(({ name }) => [EnumType.RESOURCE, name]);
}

export function typeEntries(): Entry[] {
  return RESOURCE_TYPES.map((name) => [EnumType.RESOURCE_TYPE, name]);
}

function controlled(house: House, resource: Resource): Controlled {
  const { parameters } = resource;
  const own = Object.entries(parameters).filter(
    (entry): entry is [string, string | number] => typeof entry[1] === 'string' || typeof entry[1] === 'number',
  );
  return {
    object: ControlObject.RESOURCE,
    name: resource.name,
    id: resource.id,
    characteristics: 0,
    flags: resource.core ? FLAG_CORE : 0,
    class: classOf(resource.type),
    resourceType: resource.type,
    networkName: networkName(house, resource),
    common: {
      Description: resource.origin === undefined ? '' : `resource ${resource.origin}`,
      PersistentState: house.resourceState(resource) === ResourceState.OFFLINE ? 0 : 1,
    },
    readOnly: { Name: resource.name, Type: resource.type, State: house.resourceState(resource) },
    private: Object.fromEntries(own),
  };
}

// ---------------------------------------------------------------- types

function typeNamed(name: string): string | undefined {
  return RESOURCE_TYPES.find((each) => each.toLowerCase() === name.toLowerCase());
}

function unknownType(name: string): number {
  return UNSUPPORTED_TYPES.includes(name)
    ? Status.CLUSTER_RESTYPE_NOT_SUPPORTED
    : Status.CLUSTER_RESOURCE_TYPE_NOT_FOUND;
}

function typeControl(
  house: House,
  request: { readonly lpszResourceTypeName: string; readonly dwControlCode: number; readonly nOutBufferSize: number },
): { returns: number } {
  const type = typeNamed(request.lpszResourceTypeName);
  if (type === undefined) return { returns: unknownType(request.lpszResourceTypeName) };
  const count = house.allResources.filter((each) => each.type === type).length;
  return control(
    {
      object: ControlObject.RESOURCE_TYPE,
      name: type,
      characteristics: 0,
      flags: 0,
      class: classOf(type),
      common: { Name: type, Description: `${count} of them in ${house.definition.name}` },
      readOnly: { DllName: 'armada' },
      private: {},
    },
    request,
  );
}
