/** A handful of cluster methods over plain objects: enough of an interface to hold conversations with. */
import { CLUSAPI_UUID, CLUSAPI_VERSIONS, clusapiMethods } from '../../src/api/clusapi/idl/methods.js';

import { RpcFault, RpcInterface, type CallInfo } from '../../src/api/clusapi/rpc/interface.js';
import { Fault } from '../../src/api/clusapi/rpc/pdu.js';

interface Thing<T extends string> {
  readonly type: T;
  readonly name: string;
  rundown(): void;
}

export interface FakeContexts {
  cluster: Thing<'cluster'>;
  node: Thing<'node'>;
  group: Thing<'group'>;
  key: Thing<'key'>;
  notify: Thing<'notify'>;
  [other: string]: object;
}

/** What tests look at, and push. */
export interface Fake {
  readonly interface: RpcInterface;
  /** Names of things whose clients went away without closing them. */
  readonly rundown: string[];
  /** Handler errors that were no faults. */
  readonly failed: string[];
  /** Calls of GetNotify that wait. */
  readonly waiting: Set<() => void>;
  values: Map<string, Uint8Array>;
}

const NODES = ['NodeA', 'NodeB'];
const ERROR_MORE_DATA = 234;
const ERROR_FILE_NOT_FOUND = 2;

export function fakeClusapi(): Fake {
  const rundown: string[] = [];
  const failed: string[] = [];
  const waiting = new Set<() => void>();
  const values = new Map<string, Uint8Array>();
  let owner = 'NodeA';
  const thing = <T extends string>(type: T, name: string): Thing<T> => ({
    type,
    name,
    rundown: () => {
      rundown.push(name);
    },
  });
  const notified = (call: CallInfo): Promise<void> =>
    new Promise((resolve, reject) => {
      const settle = (): void => {
        waiting.delete(settle);
        resolve();
      };
      waiting.add(settle);
      call.cancelled.addEventListener('abort', () => {
        waiting.delete(settle);
        reject(new RpcFault(Fault.CANCELLED));
      });
    });
  const unblock = (): void => {
    for (const settle of [...waiting]) settle();
  };
  const fake = RpcInterface.of<typeof clusapiMethods, FakeContexts>({
    name: 'clusapi',
    uuid: CLUSAPI_UUID,
    versions: CLUSAPI_VERSIONS,
    methods: clusapiMethods,
    failed: (method, error) => {
      failed.push(`${method}: ${String(error)}`);
    },
    handlers: {
      ApiOpenCluster: () => ({ returns: thing('cluster', 'C') }),
      ApiCloseCluster: () => ({ Cluster: null }),
      ApiGetClusterName: () => ({ ClusterName: 'C', NodeName: owner }),
      ApiGetClusterVersion2: () => ({ lpwMajorVersion: 6, lpszVendorId: 'Armada', lpszCSDVersion: '' }),
      ApiOpenGroup: ({ lpszGroupName }) =>
        lpszGroupName === 'G' ? { returns: thing('group', 'G') } : { Status: 5013, returns: null },
      ApiCloseGroup: () => ({ Group: null }),
      ApiGetGroupState: () => ({ State: 0, NodeName: owner }),
      ApiOpenNode: ({ lpszNodeName }) =>
        NODES.includes(lpszNodeName) ? { returns: thing('node', lpszNodeName) } : { Status: 5042, returns: null },
      ApiCloseNode: () => ({ Node: null }),
      ApiMoveGroupToNode: ({ hNode }) => {
        owner = hNode.name;
        return { returns: 997 };
      },
      ApiCreateEnum: ({ dwType }) => ({
        ReturnEnum: { EntryCount: NODES.length, Entry: NODES.map((Name) => ({ Type: dwType, Name })) },
      }),
      ApiGetRootKey: () => ({ returns: thing('key', 'root') }),
      ApiCloseKey: () => ({ pKey: null }),
      ApiSetValue: ({ lpValueName, lpData }) => {
        values.set(lpValueName, lpData);
        return {};
      },
      ApiQueryValue: ({ lpValueName, cbData }) => {
        const data = values.get(lpValueName);
        if (!data) return { returns: ERROR_FILE_NOT_FOUND };
        const fits = data.length <= cbData;
        return {
          lpValueType: 3,
          lpData: fits ? data : new Uint8Array(),
          lpcbRequired: data.length,
          returns: fits ? 0 : ERROR_MORE_DATA,
        };
      },
      ApiCreateNotify: () => ({ returns: thing('notify', 'port') }),
      ApiGetNotify: async (_, call) => {
        await notified(call);
        return { Name: 'G', dwFilter: 0x1000 };
      },
      ApiUnblockGetNotifyCall: () => {
        unblock();
        return {};
      },
      ApiCloseNotify: () => {
        unblock();
        return { Notify: null };
      },
      ApiDeleteGroup: () => {
        throw new Error('a mistake of ours');
      },
    },
  });
  return { interface: fake, rundown, failed, waiting, values };
}
