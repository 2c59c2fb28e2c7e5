/**
 * What groups are reached by: virtual addresses (6.1.6; 7.1.3.5, 7.1.3.17, 7.1.3.18), virtual computer names (6.1.7;
 * 7.1.3.19, 7.1.3.20) and logical services (6.1.8; 7.1.3.21). Of several clusters the first of the settings is answered.
 */
import type { Deed, Ref } from '../../facade/call.js';
import { enumerate } from '../../facade/enumerate.js';
import type { Proc } from '../../facade/typed.js';
import type { VbErrorName } from '../constants.js';
import type { Conventions } from '../conventions.js';
import {
  type ClientCall,
  clustersNamed,
  groupsNamed,
  knownClusters,
  type KnownGroup,
  lookAt,
  type Name,
  putNames,
  realAddress,
  virtualAddresses,
  virtualComputers,
} from '../lookup.js';

/** Takes an address, or the name of a virtual computer or a logical service. */
type ListingProc = Proc<[cluster: string, group: string, what: string | number, lParam: number]>;
/** Two buffers with their sizes: for a cluster and a group. */
type Places = [cluster: Uint8Array, clusterSize: Ref, group: Uint8Array, groupSize: Ref];

const CANCELLED = 'ARMCLAPI_ERR_CANCELLED';

/** All groups of all clusters. */
function everyGroup(call: ClientCall): KnownGroup[] {
  return groupsNamed(call, knownClusters(call), undefined);
}

/** The group that an address belongs to. */
function groupOfAddress(call: ClientCall, address: number): KnownGroup {
  const found = everyGroup(call).find((one) => virtualAddresses(call, one).includes(address >>> 0));
  const quad = [0, 8, 16, 24].map((shift) => (address >>> shift) & 0xff).join('.');
  if (!found)
    call.fail(
      'ARMCLAPI_ERR_VIRTUALIP_NOT_FOUND',
      `no cluster that ${call.process.machine} knows has the virtual address ${quad}`,
    );
  return found;
}

function groupOfComputer(call: ClientCall, name: string): KnownGroup {
  const found = everyGroup(call).find((one) => virtualComputers(one).includes(name));
  if (!found)
    call.fail(
      'ARMCLAPI_ERR_VCOM_NOT_FOUND',
      `no cluster that ${call.process.machine} knows has the virtual computer ${JSON.stringify(name)}`,
    );
  return found;
}

/** Names the cluster and the group that were found. */
function belonging({ char }: Conventions, find: (call: ClientCall, asked: never) => KnownGroup): Deed<VbErrorName> {
  return {
    does(call: ClientCall, asked: never, ...[clusterBuffer, clusterSize, groupBuffer, groupSize]: Places) {
      const { cluster, group } = find(call, asked);
      putNames(
        call,
        char,
        { what: 'cluster', value: cluster.name, buffer: clusterBuffer, size: clusterSize },
        { what: 'group', value: cluster.groups[group].name, buffer: groupBuffer, size: groupSize },
      );
    },
  };
}

/** Lists what the groups asked for have; all groups of all clusters where none is named. */
function listing(of: (call: ClientCall, one: KnownGroup) => readonly (string | number)[]): Deed<VbErrorName> {
  return {
    nullable: ['lpszClusterName', 'lpszGroupName'],
    does(call: ClientCall, clusterName: Name, groupName: Name, ...[proc, lParam]: [ListingProc, number]) {
      const asked = groupsNamed(call, clustersNamed(call, clusterName), groupName);
      const items = asked.flatMap((one) =>
        of(call, one).map((each) => [one.cluster.name, one.cluster.groups[one.group].name, each, lParam] as const),
      );
      return enumerate(call, CANCELLED, items, proc);
    },
  };
}

/** The groups with a logical service. */
const ofService: Deed<VbErrorName> = {
  // The capital I is the document's (6.1.8.2).
  nullable: ['lpszClusterName', 'IpszClusterName'],
  does(call: ClientCall, clusterName: Name, service: string, ...[proc, lParam]: [ListingProc, number]) {
    const all = groupsNamed(call, clustersNamed(call, clusterName), undefined);
    const items = all.flatMap(({ cluster: { name, groups }, group }) =>
      groups[group].logicalServices.includes(service) ? [[name, groups[group].name, service, lParam] as const] : [],
    );
    if (items.length === 0)
      call.fail(
        'ARMCLAPI_ERR_LOGICAL_SERVICE_NOT_FOUND',
        `no group has the logical service ${JSON.stringify(service)}`,
      );
    return enumerate(call, CANCELLED, items, proc);
  },
};

export function virtualNames(
  conventions: Conventions,
): Readonly<
  Record<
    | 'ArmClientGetGroupFromVirtualIP'
    | 'ArmClientGetClusterNameFromVirtualIP'
    | 'ArmClientEnumVirtualIP'
    | 'ArmClientGetIPAddrFromVirtualIP'
    | 'ArmClientGetGroupFromVirtualComputer'
    | 'ArmClientEnumVirtualComputer'
    | 'ArmClientEnumGroupFromLogicalService',
    Deed<VbErrorName>
  >
> {
  const { address, char } = conventions;
  return {
    ArmClientGetGroupFromVirtualIP: belonging(conventions, groupOfAddress),
    ArmClientGetClusterNameFromVirtualIP: {
      does(call: ClientCall, virtual: number, buffer: Uint8Array, size: Ref) {
        const { cluster } = groupOfAddress(call, virtual);
        putNames(call, char, { what: 'cluster', value: cluster.name, buffer, size });
      },
    },
    ArmClientEnumVirtualIP: listing((call, one) => virtualAddresses(call, one).map(address)),
    ArmClientGetIPAddrFromVirtualIP: {
      async does(call: ClientCall, virtual: number, ip: Ref) {
        const found = groupOfAddress(call, virtual);
        const { server } = (await lookAt(call, found)).groups[found.group];
        if (server < 0)
          call.fail(
            'ARMCLAPI_ERR_VIRTUALIP_NOT_FOUND',
            `its group ${found.cluster.groups[found.group].name} runs nowhere that ${call.process.machine} can reach`,
          );
        ip.value = address(realAddress(found.cluster, server));
      },
    },
    ArmClientGetGroupFromVirtualComputer: belonging(conventions, groupOfComputer),
    ArmClientEnumVirtualComputer: listing((_, one) => virtualComputers(one)),
    ArmClientEnumGroupFromLogicalService: ofService,
  };
}
