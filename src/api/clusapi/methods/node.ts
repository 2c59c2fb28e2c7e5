/** Nodes: the servers of the cluster. */
import type { House } from '../cluster/house.js';
import type { Node } from '../cluster/things.js';
import { EnumType, NodeState, Status } from '../codes.js';
import type { ClusapiContexts, ClusapiHandlers } from '../contexts.js';
import { control, ControlObject, type Controlled } from '../properties.js';
import { ALL_ACCESS, enumList, listed, named, openedOr, type Entry } from './lists.js';

type Handle = ClusapiContexts['node'];

const VERSION = 10 << 16;
/** CreateNodeEnum: interfaces and groups of a node. */
const NODE_INTERFACES = 1;
const NODE_GROUPS = 2;

export function nodeMethods(house: House): ClusapiHandlers {
  /** By its name, or by its number as text. */
  const open = (name: string): ReturnType<typeof openedOr<'node', Node>> => {
    const byNumber = house.nodes.find(({ number, deleted }) => !deleted && String(number) === name);
    return openedOr('node', named(house.nodes, name) ?? byNumber, Status.CLUSTER_NODE_NOT_FOUND);
  };
  const pause = ({ hNode: { thing } }: { readonly hNode: Handle }): { returns: number } => {
    if (!house.isUp(thing)) return { returns: Status.CLUSTER_NODE_DOWN };
    thing.paused = true;
    house.tell({ what: 'state', of: 'node', name: thing.name });
    return { returns: Status.SUCCESS };
  };
  const resume = ({ hNode: { thing } }: { readonly hNode: Handle }): { returns: number } => {
    if (house.nodeState(thing) !== NodeState.PAUSED) return { returns: Status.CLUSTER_NODE_NOT_PAUSED };
    thing.paused = false;
    house.tell({ what: 'state', of: 'node', name: thing.name });
    return { returns: Status.SUCCESS };
  };
  const parts = ({ thing }: Handle, type: number): Entry[] => [
    ...entriesIf(
      type & NODE_INTERFACES,
      house.interfaces.filter(({ node }) => node === thing),
    ),
    ...entriesIf(
      type & NODE_GROUPS,
      house.allGroups.filter((group) => house.ownerOf(group) === thing),
    ),
  ];
  return {
    ApiOpenNode: ({ lpszNodeName }) => open(lpszNodeName),
    ApiOpenNodeEx: ({ lpszNodeName }) => ({ ...ALL_ACCESS, ...open(lpszNodeName) }),
    ApiCloseNode: () => ({ Node: null }),
    ApiGetNodeState: ({ hNode }) => ({ State: house.nodeState(hNode.thing) }),
    ApiGetNodeId: ({ hNode }) => ({ pGuid: String(hNode.thing.number) }),
    ApiPauseNode: pause,
    ApiPauseNodeEx: (request) => (request.bDrainNode === 0 ? pause(request) : { returns: Status.NOT_SUPPORTED }),
    ApiResumeNode: resume,
    ApiResumeNodeEx: resume,
    ApiEvictNode: async ({ hNode: { thing } }) => {
      const up = house.isUp(thing);
      const status = up ? await house.act({ type: 'shutdown', target: thing.server }) : 0;
      if (status !== Status.SUCCESS && status !== Status.IO_PENDING) return { returns: status };
      thing.deleted = true;
      house.tell({ what: 'deleted', of: 'node', name: thing.name });
      return { returns: Status.SUCCESS };
    },
    ApiCreateNodeEnum: ({ hNode, dwType }) => listed(parts(hNode, dwType)),
    ApiCreateNodeEnumEx: ({ hNode, dwType }) => ({
      ReturnNameEnum: enumList(parts(hNode, dwType)),
      ReturnIdEnum: enumList(
        parts(hNode, dwType).map(([type, name]) => [
          type,
          [...house.interfaces, ...house.allGroups].find((each) => each.name === name)?.id ?? '',
        ]),
      ),
    }),
    ApiNodeControl: (request) => control(controlled(house, request.hNode.thing), request),
    ApiNodeNodeControl: (request) => control(controlled(house, request.hNode.thing), request),
  };
}

function entriesIf(bit: number, things: readonly { readonly name: string }[]): Entry[] {
  return bit === 0 ? [] : things.map(({ name }) => [bit, name]);
}

/** Nodes in an enumeration of the cluster. */
export function nodeEntries(house: House): Entry[] {
  return house.nodes.filter(({ deleted }) => !deleted).map(({ name }) => [EnumType.NODE, name]);
}

function controlled(house: House, node: Node): Controlled {
  return {
    object: ControlObject.NODE,
    name: node.name,
    id: String(node.number),
    characteristics: 0,
    flags: 0,
    common: { Description: `${node.server} of ${house.definition.name}` },
    readOnly: {
      NodeName: node.name,
      NodeHighestVersion: VERSION,
      NodeLowestVersion: VERSION,
      MajorVersion: 10,
      MinorVersion: 0,
      DynamicWeight: house.isUp(node) ? 1 : 0,
    },
  };
}
