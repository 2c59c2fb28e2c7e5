/** Networks, and the interfaces of nodes to them. */
import type { House } from '../cluster/house.js';
import type { Interface, Network } from '../cluster/things.js';
import { EnumType, Status } from '../codes.js';
import type { ClusapiHandlers } from '../contexts.js';
import { control, ControlObject, type Controlled } from '../properties.js';
import { ALL_ACCESS, isName, listed, named, openedOr, type Entry } from './lists.js';

/** CreateNetworkEnum. */
const NETWORK_INTERFACES = 1;
/** What a network is for: servers alone, or servers and clients. */
const ROLE_INTERNAL = 1;
const ROLE_CLIENT = 2;

export function networkMethods(house: House): ClusapiHandlers {
  /** By the API's name, or by the definition's. */
  const network = (name: string): Network | undefined =>
    named(house.networks, name) ?? house.networks.find(({ origin }) => origin === name);
  const open = (name: string): ReturnType<typeof openedOr<'network', Network>> =>
    openedOr('network', network(name), Status.CLUSTER_NETWORK_NOT_FOUND);
  const openInterface = (name: string): ReturnType<typeof openedOr<'netInterface', Interface>> =>
    openedOr('netInterface', named(house.interfaces, name), Status.CLUSTER_NETINTERFACE_NOT_FOUND);
  return {
    ApiOpenNetwork: ({ lpszNetworkName }) => open(lpszNetworkName),
    ApiOpenNetworkEx: ({ lpszNetworkName }) => ({ ...ALL_ACCESS, ...open(lpszNetworkName) }),
    ApiCloseNetwork: () => ({ Network: null }),
    ApiGetNetworkState: ({ hNetwork }) => ({ State: house.networkState(hNetwork.thing) }),
    ApiGetNetworkId: ({ hNetwork }) => ({ pGuid: hNetwork.thing.id }),
    ApiSetNetworkName: ({ hNetwork: { thing }, lpszNetworkName: name }) => {
      const other = network(name);
      if (!isName(name)) return { returns: Status.INVALID_PARAMETER };
      if (other && other !== thing) return { returns: Status.OBJECT_ALREADY_EXISTS };
      thing.name = name;
      return {};
    },
    ApiCreateNetworkEnum: ({ hNetwork: { thing }, dwType }) =>
      listed(
        (dwType & NETWORK_INTERFACES) === 0
          ? []
          : interfacesOf(house, ({ network: of }) => of === thing).map(({ name }) => [NETWORK_INTERFACES, name]),
      ),
    ApiNetworkControl: (request) => control(networkControlled(request.hNetwork.thing), request),
    ApiNodeNetworkControl: (request) => control(networkControlled(request.hNetwork.thing), request),
    ApiOpenNetInterface: ({ lpszNetInterfaceName }) => openInterface(lpszNetInterfaceName),
    ApiOpenNetInterfaceEx: ({ lpszNetInterfaceName }) => ({ ...ALL_ACCESS, ...openInterface(lpszNetInterfaceName) }),
    ApiCloseNetInterface: () => ({ NetInterface: null }),
    ApiGetNetInterfaceState: ({ hNetInterface }) => ({ State: house.interfaceState(hNetInterface.thing) }),
    ApiGetNetInterfaceId: ({ hNetInterface }) => ({ pGuid: hNetInterface.thing.id }),
    ApiGetNetInterface: ({ lpszNodeName, lpszNetworkName }) => {
      const node = named(house.nodes, lpszNodeName);
      const of = network(lpszNetworkName);
      const found = interfacesOf(house, (each) => each.node === node && each.network === of).at(0);
      return found ? { lppszInterfaceName: found.name } : { returns: Status.CLUSTER_NETINTERFACE_NOT_FOUND };
    },
    ApiNetInterfaceControl: (request) => control(interfaceControlled(house, request.hNetInterface.thing), request),
    ApiNodeNetInterfaceControl: (request) => control(interfaceControlled(house, request.hNetInterface.thing), request),
    ApiCreateNetInterfaceEnum: ({ lpszNodeName, lpszNetworkName }) =>
      listed(
        interfacesOf(
          house,
          (each) =>
            (lpszNodeName === '' || each.node === named(house.nodes, lpszNodeName)) &&
            (lpszNetworkName === '' || each.network === network(lpszNetworkName)),
        ).map(({ name }) => [EnumType.INTERFACE, name]),
      ),
  };
}

function interfacesOf(house: House, wanted: (each: Interface) => boolean): Interface[] {
  return house.interfaces.filter((each) => !each.node.deleted && wanted(each));
}

/** Networks in an enumeration of the cluster: all, or those that servers speak to each other over. */
export function networkEntries(house: House, internal: boolean): Entry[] {
  const type = internal ? EnumType.INTERNAL_NETWORK : EnumType.NETWORK;
  return house.networks.filter((each) => !internal || each.internal).map(({ name }) => [type, name]);
}

export function interfaceEntries(house: House): Entry[] {
  return interfacesOf(house, () => true).map(({ name }) => [EnumType.INTERFACE, name]);
}

function networkControlled(network: Network): Controlled {
  const role = network.internal ? ROLE_INTERNAL : ROLE_CLIENT;
  return {
    object: ControlObject.NETWORK,
    name: network.name,
    id: network.id,
    characteristics: 0,
    flags: 0,
    common: { Description: network.origin, Role: role },
    readOnly: { Name: network.name },
  };
}

function interfaceControlled(house: House, of: Interface): Controlled {
  return {
    object: ControlObject.INTERFACE,
    name: of.name,
    id: of.id,
    characteristics: 0,
    flags: 0,
    common: { Description: of.network.origin },
    readOnly: {
      Name: of.name,
      Node: of.node.name,
      Network: of.network.name,
      Address: house.definition.servers[of.node.number - 1].ip,
      State: house.interfaceState(of),
    },
  };
}
