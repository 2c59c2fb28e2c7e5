/** Notification ports of both versions. */
import type { House } from '../cluster/house.js';
import { Status } from '../codes.js';
import { Opened, type ClusapiContexts, type ClusapiHandlers } from '../contexts.js';
import { OBJECT_TYPES, Port, type Notice, type Watch } from '../notify.js';

type Handle = ClusapiContexts['notify'];

/** A registration of version 1 for one thing. */
interface Registration {
  readonly hNotify: Handle;
  readonly dwFilter: number;
  readonly dwNotifyKey: number;
}

interface Answered {
  readonly returns?: number;
}

/** As many as one answer of version 2 tells. */
const NOTICES_AT_ONCE = 64;

export function notifyMethods(house: House): ClusapiHandlers {
  const create = (version: 1 | 2): { returns: Handle } => {
    const port = new Port(house, version);
    return {
      returns: new Opened('notify', port, () => {
        port.close();
      }),
    };
  };
  const add = (
    { hNotify, dwFilter, dwNotifyKey: key }: Registration,
    watch: Omit<Watch, 'filter' | 'key'>,
  ): Answered => {
    return added(hNotify, { ...watch, filter: BigInt(dwFilter), key });
  };
  const named = (of: Watch['of'], thing: { readonly name: string }): Omit<Watch, 'filter' | 'key'> => ({
    of,
    name: () => thing.name,
  });
  const group = (request: Registration & { readonly hGroup: ClusapiContexts['group'] }): Answered =>
    add(request, named('group', request.hGroup.thing));
  const node = (request: Registration & { readonly hNode: ClusapiContexts['node'] }): Answered =>
    add(request, named('node', request.hNode.thing));
  const resource = (request: Registration & { readonly hResource: ClusapiContexts['resource'] }): Answered =>
    add(request, named('resource', request.hResource.thing));
  return {
    ApiCreateNotify: () => create(1),
    ApiCreateNotifyV2: () => create(2),
    ApiCloseNotify: () => ({ Notify: null }),
    ApiUnblockGetNotifyCall: ({ hNotify }) => {
      hNotify.thing.unblock();
      return {};
    },
    ApiAddNotifyCluster: (request) => add(request, { of: 'any' }),
    ApiAddNotifyGroup: group,
    ApiAddNotifyNode: node,
    ApiAddNotifyResource: resource,
    ApiReAddNotifyGroup: group,
    ApiReAddNotifyNode: node,
    ApiReAddNotifyResource: resource,
    ApiAddNotifyKey: ({ hNotify, hKey, dwNotifyKey: key, Filter }) =>
      added(hNotify, { of: 'key', name: () => hKey.thing, filter: BigInt(Filter), key }),
    ApiGetNotify: async ({ hNotify }, { cancelled }) => {
      const [notice] = await hNotify.thing.read(1, cancelled);
      if (notice === undefined) return { returns: Status.NO_MORE_ITEMS };
      const { key: dwNotifyKey, filter, sequence: dwStateSequence, happening } = notice;
      return { dwNotifyKey, dwFilter: Number(filter), dwStateSequence, Name: happening.name };
    },
    ApiAddNotifyV2: ({ hNotify, hObject, filter: { FilterFlags }, dwNotifyKey: key }) =>
      added(hNotify, { ...watched(hObject), filter: FilterFlags, key }),
    ApiGetNotifyV2: async ({ hNotify }, { cancelled }) => {
      const notices = await hNotify.thing.read(NOTICES_AT_ONCE, cancelled);
      return notices.length === 0
        ? { returns: Status.NO_MORE_ITEMS }
        : { Notifications: notices.map(noticeOf), dwNumNotifications: notices.length };
    },
    ApiGetNotifyAsync: async ({ hNotify }, { cancelled }) => {
      const notices = await hNotify.thing.read(NOTICES_AT_ONCE, cancelled);
      if (notices.length === 0) return { returns: Status.NO_MORE_ITEMS };
      return {
        Notifications: notices.map(({ key, filter, happening }) => ({
          dwNotifyKey: key,
          dwFilter: Number(filter),
          Name: happening.name,
        })),
        dwNumNotifications: notices.length,
      };
    },
  };
}

function added({ thing }: Handle, watch: Watch): Answered {
  return thing.add(watch) ? {} : { returns: Status.NOT_ENOUGH_MEMORY };
}

/** What a handle of any kind asks to be told of. */
function watched(handle: object): Omit<Watch, 'filter' | 'key'> {
  const { type, thing } = handle as Opened<string, unknown>;
  switch (type) {
    case 'group':
    case 'node':
    case 'resource':
      return { of: type, name: () => (thing as { readonly name: string }).name };
    case 'key':
      return { of: 'key', name: () => thing as string };
    default:
      return { of: 'cluster' };
  }
}

function noticeOf({ key, filter, happening }: Notice): {
  dwNotifyKey: number;
  NotificationData: {
    FilterAndType: { dwObjectType: number; FilterFlags: bigint };
    buffer: undefined;
    dwBufferSize: number;
    ObjectId: string;
    ParentId: string;
    Name: string;
    Type: string;
  };
} {
  return {
    dwNotifyKey: key,
    NotificationData: {
      FilterAndType: { dwObjectType: OBJECT_TYPES[happening.of], FilterFlags: filter },
      buffer: undefined,
      dwBufferSize: 0,
      ObjectId: happening.name,
      ParentId: '',
      Name: happening.name,
      Type: '',
    },
  };
}
