/** The cluster itself, its enumerations, and sets of groups. */
import type { House } from '../cluster/house.js';
import { guidOf } from '../cluster/things.js';
import { EnumType, Status } from '../codes.js';
import { Opened, type ClusapiContexts, type ClusapiHandlers } from '../contexts.js';
import { control, ControlObject, type Controlled } from '../properties.js';
import { groupEntries } from './group.js';
import { ALL_ACCESS, enumList, isName, listed, type Entry } from './lists.js';
import { interfaceEntries, networkEntries } from './network.js';
import { nodeEntries } from './node.js';
import { resourceEntries, typeEntries } from './resource.js';

/** The version of the API's own kind of cluster that clients are told: one that knows sets of groups. */
const MAJOR = 10;
const BUILD = 14393;
const VERSION = MAJOR << 16;

/** The one set of groups: the core group's. */
const GROUP_SET = 'Cluster Group';
const GROUP_SET_NOT_FOUND = Status.GROUP_NOT_FOUND;

export function clusterMethods(house: House): ClusapiHandlers {
  const opened = (): { returns: ClusapiContexts['cluster'] } => ({ returns: new Opened('cluster', null) });
  return {
    ApiOpenCluster: opened,
    ApiOpenClusterEx: () => ({ ...ALL_ACCESS, ...opened() }),
    ApiCloseCluster: () => ({ Cluster: null }),
    ApiSetClusterName: ({ NewClusterName }) => {
      if (!isName(NewClusterName)) return { returns: Status.INVALID_PARAMETER };
      house.nextName = NewClusterName;
      return { returns: Status.RESOURCE_PROPERTIES_STORED };
    },
    ApiGetClusterName: () => ({ ClusterName: house.name, NodeName: house.coordinator?.name }),
    ApiGetClusterVersion2: () => ({
      lpwMajorVersion: MAJOR,
      lpwMinorVersion: 0,
      lpwBuildNumber: BUILD,
      lpszVendorId: 'Armada',
      lpszCSDVersion: house.definition.productVersion,
      ppClusterOpVerInfo: {
        dwSize: 20,
        dwClusterHighestVersion: VERSION,
        dwClusterLowestVersion: VERSION,
        dwFlags: 0,
        dwReserved: 0,
      },
    }),
    ApiCreateEnum: ({ dwType }) => {
      const entries = entriesOf(house, dwType);
      return entries ? listed(entries) : { returns: Status.INVALID_PARAMETER };
    },
    ApiCreateEnumEx: ({ dwType }) => {
      const entries = entriesOf(house, dwType);
      if (!entries) return { returns: Status.INVALID_PARAMETER };
      const ids = entries.map(([type, name]): Entry => [type, idOf(house, name)]);
      return { ReturnNameEnum: enumList(entries), ReturnIdEnum: enumList(ids) };
    },
    ApiClusterControl: (request) => control(controlled(house), request),
    ApiNodeClusterControl: (request) => control(controlled(house), request),
    ApiOpenGroupSet: ({ lpszGroupSetName }) =>
      lpszGroupSetName === GROUP_SET
        ? { returns: new Opened('groupSet', GROUP_SET) }
        : { Status: GROUP_SET_NOT_FOUND, returns: null },
    ApiCloseGroupSet: () => ({ GroupSet: null }),
    ApiCreateGroupSetEnum: () => listed([[EnumType.GROUP, GROUP_SET]]),
  };
}

/** Undefined where a bit asks for what there is not. */
function entriesOf(house: House, types: number): Entry[] | undefined {
  const lists: readonly (readonly [type: number, entries: () => Entry[]])[] = [
    [EnumType.NODE, () => nodeEntries(house)],
    [EnumType.RESOURCE_TYPE, typeEntries],
    [EnumType.RESOURCE, () => resourceEntries(house)],
    [EnumType.GROUP, () => groupEntries(house)],
    [EnumType.NETWORK, () => networkEntries(house, false)],
    [EnumType.INTERFACE, () => interfaceEntries(house)],
    [EnumType.INTERNAL_NETWORK, () => networkEntries(house, true)],
    [EnumType.SHARED_VOLUME, () => []],
  ];
  const known = lists.reduce((bits, [type]) => (bits | type) >>> 0, 0);
  if (types === 0 || (types & ~known) !== 0) return undefined;
  return lists.flatMap(([type, entries]) => ((types & type) === 0 ? [] : entries()));
}

/** A type has no id but its name. */
function idOf(house: House, name: string): string {
  const things = [...house.allGroups, ...house.allResources, ...house.networks, ...house.interfaces];
  const node = house.nodes.find((each) => each.name === name);
  return node ? String(node.number) : (things.find((each) => each.name === name)?.id ?? name);
}

function controlled(house: House): Controlled {
  const { definition } = house;
  return {
    object: ControlObject.CLUSTER,
    name: house.name,
    id: guidOf(definition.name, 'cluster'),
    domainName: `${house.name}.cluster`,
    common: {
      Description: `${definition.servers.length} servers, ${definition.groups.length} failover groups`,
      SameSubnetDelay: definition.heartbeatIntervalUs / 1000,
      QuorumArbitrationTimeMax: Math.ceil(definition.heartbeatTimeoutUs / 1_000_000),
    },
    readOnly: { Name: house.name, NodesUp: house.nodes.filter((node) => house.isUp(node)).length },
    private: {},
    quorum: house.fragile ? 1 : 0,
  };
}
