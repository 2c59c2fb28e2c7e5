/**
 * Groups: the failover groups of the cluster, the core group, and those that clients have made.
 *
 * What a failover group is told to do takes the cluster's time: the answer is ERROR_IO_PENDING, and its state is Pending
 * until that has ended. What is so already is answered with success. A group that only the API has is done at once.
 */
import type { House } from '../cluster/house.js';
import type { Group, Node } from '../cluster/things.js';
import { EnumType, GroupState, Status } from '../codes.js';
import { Opened, type ClusapiContexts, type ClusapiHandlers } from '../contexts.js';
import { control, ControlObject, type Controlled } from '../properties.js';
import { ALL_ACCESS, isName, listed, named, openedOr, remove, type Entry } from './lists.js';

type Handle = ClusapiContexts['group'];
interface Answered {
  readonly returns: number;
}

/** CreateGroupResourceEnum: what a group has, and the nodes that may have it. */
const CONTAINS = 1;
const NODES = 2;
const FLAG_CORE = 1;
/** Groups of one cluster, those of clients among them. */
const GROUPS_MAX = 1024;

export function groupMethods(house: House): ClusapiHandlers {
  const open = (name: string): ReturnType<typeof openedOr<'group', Group>> => {
    const found = named(house.groups, name) ?? house.allGroups.find(({ id }) => id === name);
    return openedOr('group', found, Status.GROUP_NOT_FOUND);
  };
  const create = (name: string): { Status: number; returns: Handle | null } => {
    if (!isName(name)) return { Status: Status.INVALID_PARAMETER, returns: null };
    if (named(house.groups, name)) return { Status: Status.OBJECT_ALREADY_EXISTS, returns: null };
    if (house.groups.length >= GROUPS_MAX) return { Status: Status.NOT_ENOUGH_MEMORY, returns: null };
    const group = house.emptyGroup(name, undefined, false);
    house.groups.push(group);
    house.tell({ what: 'added', of: 'group', name });
    return { Status: Status.SUCCESS, returns: new Opened('group', group) };
  };
  const online = async ({ hGroup }: { readonly hGroup: Handle }): Promise<Answered> => ({
    returns: await bringOnline(house, hGroup.thing),
  });
  const offline = async ({ hGroup }: { readonly hGroup: Handle }): Promise<Answered> => ({
    returns: await takeOffline(house, hGroup.thing),
  });
  const move = async ({ hGroup }: { readonly hGroup: Handle }): Promise<Answered> => ({
    returns: await moveAnywhere(house, hGroup.thing),
  });
  const moveTo = async (request: {
    readonly hGroup: Handle;
    readonly hNode: ClusapiContexts['node'];
  }): Promise<Answered> => ({ returns: await moveToNode(house, request.hGroup.thing, request.hNode.thing) });
  return {
    ApiOpenGroup: ({ lpszGroupName }) => open(lpszGroupName),
    ApiOpenGroupEx: ({ lpszGroupName }) => ({ ...ALL_ACCESS, ...open(lpszGroupName) }),
    ApiCreateGroup: ({ lpszGroupName }) => create(lpszGroupName),
    ApiCreateGroupEx: ({ lpszGroupName }) => create(lpszGroupName),
    ApiDeleteGroup: ({ Group: { thing }, force }) => ({ returns: destroy(house, thing, (force ?? 0) !== 0) }),
    ApiCloseGroup: () => ({ Group: null }),
    ApiGetGroupState: ({ hGroup: { thing } }) => ({
      State: house.groupState(thing),
      NodeName: house.ownerOf(thing)?.name,
    }),
    ApiSetGroupName: ({ hGroup: { thing }, lpszGroupName }) => ({ returns: rename(house, thing, lpszGroupName) }),
    ApiGetGroupId: ({ hGroup }) => ({ pGuid: hGroup.thing.id }),
    ApiOnlineGroup: online,
    ApiOnlineGroupEx: online,
    ApiOfflineGroup: offline,
    ApiOfflineGroupEx: offline,
    ApiMoveGroup: move,
    ApiMoveGroupEx: move,
    ApiMoveGroupToNode: moveTo,
    ApiMoveGroupToNodeEx: moveTo,
    ApiCreateGroupResourceEnum: ({ hGroup: { thing }, dwType }) => {
      const entries: Entry[] = [];
      const resources = thing.resources.filter(({ deleted }) => !deleted);
      if (dwType & CONTAINS) entries.push(...resources.map(({ name }): Entry => [CONTAINS, name]));
      if (dwType & NODES) entries.push(...house.possibleOwners(thing).map(({ name }): Entry => [NODES, name]));
      return listed(entries);
    },
    ApiGroupControl: (request) => control(controlled(house, request.hGroup.thing), request),
    ApiNodeGroupControl: (request) => control(controlled(house, request.hGroup.thing), request),
    ApiCreateGroupEnum: () => ({
      ppResultList: {
        EntryCount: house.allGroups.length,
        Entry: house.allGroups.map((group) => ({
          Name: group.name,
          Id: group.id,
          dwState: house.groupState(group),
          Owner: house.ownerOf(group)?.name,
          dwFlags: group.core ? FLAG_CORE : 0,
          cbProperties: 0,
          Properties: undefined,
          cbRoProperties: 0,
          RoProperties: undefined,
        })),
      },
    }),
  };
}

async function bringOnline(house: House, group: Group): Promise<number> {
  if (isAlready(house, group, 'online')) return Status.SUCCESS;
  return house.order(group, { type: 'startGroup' });
}

/** Whether a group is that; one that only the API has is so at once. */
function isAlready(house: House, group: Group, wanted: 'online' | 'offline'): boolean {
  const was = house.groupState(group) === (wanted === 'online' ? GroupState.ONLINE : GroupState.OFFLINE);
  if (group.origin !== undefined) return was;
  for (const resource of group.resources) resource.state = wanted;
  if (!was) house.tell({ what: 'state', of: 'group', name: group.name });
  return true;
}

async function takeOffline(house: House, group: Group): Promise<number> {
  if (isAlready(house, group, 'offline')) return Status.SUCCESS;
  // One that has failed everywhere is stopped already, and need not be thought of as failed.
  const status = await house.order(group, { type: 'stopGroup' });
  if (status === Status.SUCCESS) group.failed = false;
  return status;
}

async function moveToNode(house: House, group: Group, node: Node): Promise<number> {
  if (!house.isUp(node)) return Status.HOST_NODE_NOT_AVAILABLE;
  if (house.ownerOf(group) === node && house.groupState(group) !== GroupState.PENDING) return Status.SUCCESS;
  if (node.paused) return Status.SHARING_PAUSED;
  if (group.origin === undefined || house.snapshot.groups[group.origin]?.state === 'OFFLINE') {
    if (!house.possibleOwners(group).includes(node)) return Status.NODE_CANT_HOST_RESOURCE;
    group.owner = node.server;
    house.tell({ what: 'state', of: 'group', name: group.name });
    return Status.SUCCESS;
  }
  return house.order(group, { type: 'moveGroup', to: node.server });
}

/** Where no node is named, the most preferred one that could take it does. */
async function moveAnywhere(house: House, group: Group): Promise<number> {
  const owner = house.ownerOf(group);
  const to = house.possibleOwners(group).find((node) => node !== owner && !node.paused && house.isUp(node));
  return to ? moveToNode(house, group, to) : Status.HOST_NODE_NOT_AVAILABLE;
}

/** Failover groups belong to the cluster's definition, and the core group to the cluster. */
function destroy(house: House, group: Group, force: boolean): number {
  if (group.origin !== undefined) return Status.NOT_SUPPORTED;
  if (group.core) return Status.CORE_RESOURCE;
  if (!force && group.resources.some(({ deleted }) => !deleted)) return Status.INVALID_STATE;
  group.deleted = true;
  for (const resource of group.resources) resource.deleted = true;
  remove(house.groups, group);
  house.tell({ what: 'deleted', of: 'group', name: group.name });
  return Status.SUCCESS;
}

/** The new name is the API's: the emulated cluster goes on with its own. */
function rename(house: House, group: Group, name: string): number {
  if (!isName(name)) return Status.INVALID_PARAMETER;
  const other = named(house.groups, name);
  if (other && other !== group) return Status.OBJECT_ALREADY_EXISTS;
  group.name = name;
  house.tell({ what: 'property', of: 'group', name });
  return Status.SUCCESS;
}

/** Groups in an enumeration of the cluster. */
export function groupEntries(house: House): Entry[] {
  return house.allGroups.map(({ name }) => [EnumType.GROUP, name]);
}

function controlled(house: House, group: Group): Controlled {
  const defined = house.definition.groups.find(({ name }) => name === group.origin);
  const state = house.groupState(group);
  return {
    object: ControlObject.GROUP,
    name: group.name,
    id: group.id,
    characteristics: 0,
    flags: group.core ? FLAG_CORE : 0,
    common: {
      Description: defined ? `failover group ${defined.name}` : '',
      PersistentState: state === GroupState.OFFLINE ? 0 : 1,
      FailoverThreshold: defined ? house.definition.faultLimit : 0,
      AutoFailbackType: defined?.failback === 'auto' ? 1 : 0,
      AntiAffinityClassNames: defined && defined.exclusion !== 'none' ? [defined.exclusion] : [],
    },
    readOnly: { Name: group.name, OwnerNode: house.ownerOf(group)?.name ?? '', State: state },
  };
}
