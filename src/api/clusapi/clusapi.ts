/**
 * The cluster management API over an emulated cluster: the same methods for programs and behind the wire.
 *
 * A program calls them by their names, with handles that are objects:
 *
 *     const api = new Clusapi(cluster.backend, cluster.name);
 *     const { returns: hGroup } = await api.call('ApiOpenGroup', { lpszGroupName: 'G' });
 *     const { State, NodeName } = await api.call('ApiGetGroupState', { hGroup });
 *
 * What a method answers is what its row has; what is left out of an answer is zero or NULL. Nothing here throws for what
 * a caller does: a handle that is closed is ERROR_INVALID_HANDLE, a cluster without a member RPC_S_SERVER_UNAVAILABLE.
 */
import type { Backend } from '../../cluster/backend.js';
import type { ClusterDefinition } from '../../model/definition.js';
import { Database } from './cluster/database.js';
import { House } from './cluster/house.js';
import { Status } from './codes.js';
import { Opened, type ClusapiContexts, type ClusapiHandlers } from './contexts.js';
import { CLUSAPI_UUID, CLUSAPI_VERSIONS, clusapiMethods } from './idl/methods.js';
import { batchMethods } from './methods/batch.js';
import { clusterMethods } from './methods/cluster.js';
import { groupMethods } from './methods/group.js';
import { keyMethods } from './methods/key.js';
import { networkMethods } from './methods/network.js';
import { nodeMethods } from './methods/node.js';
import { notifyMethods } from './methods/notify.js';
import { resourceMethods, typeMethods } from './methods/resource.js';
import { RpcInterface, statusAs, type CallInfo } from './rpc/interface.js';
import type { Answer, Method, Request } from './rpc/method.js';

type Rows = typeof clusapiMethods;
/**
 * The name of a method of MS-CMRP, sections 3.1.4.1 and 3.1.4.2, such as `ApiOpenGroup`. Not all of them are done:
 * `Clusapi.implemented` lists those that are.
 */
export type ClusapiMethod = keyof Rows;

type Values = Readonly<Record<string, unknown>>;
type Handler = (request: Values, call: CallInfo) => Values | Promise<Values>;

/** What each method takes: the parameters that come in, by their documented names. Handles are objects (`Opened`). */
export type ClusapiRequests = { readonly [K in ClusapiMethod]: Request<Rows[K], ClusapiContexts> };
/**
 * What each method answers: the parameters that go out, by their documented names, and `returns`, what the method
 * itself answers: a status (0, or an error code of Win32) or a handle. What is zero, NULL or empty is left out.
 */
export type ClusapiAnswers = { readonly [K in ClusapiMethod]: Answer<Rows[K], ClusapiContexts> };

/** The newest protocol version: what a program speaks. */
const NEWEST = 3;

/** One cluster as its management API. */
export class Clusapi {
  private readonly house: House;
  private readonly handlers: Readonly<Partial<Record<ClusapiMethod, Handler>>>;

  /** A `RangeError` where the backend's world has no cluster of that name. */
  constructor(backend: Backend, cluster: string) {
    this.house = new House(backend, definitionOf(backend, cluster));
    const database = new Database(this.house);
    const handlers: ClusapiHandlers = {
      ...clusterMethods(this.house),
      ...nodeMethods(this.house),
      ...groupMethods(this.house),
      ...resourceMethods(this.house),
      ...typeMethods(this.house),
      ...networkMethods(this.house),
      ...keyMethods(database),
      ...batchMethods(database),
      ...notifyMethods(this.house),
    };
    this.handlers = handlers as unknown as typeof this.handlers;
  }

  /** The names of the methods that do something. Every other answers ERROR_CALL_NOT_IMPLEMENTED. */
  get implemented(): readonly string[] {
    return Object.keys(this.handlers);
  }

  /** Calls a method. Waits for a notification, and for nothing else; `cancelled` ends that. */
  async call<K extends ClusapiMethod>(
    name: K,
    request: ClusapiRequests[K],
    cancelled: AbortSignal = new AbortController().signal,
  ): Promise<ClusapiAnswers[K]> {
    const answer: unknown = await this.done(name, request, { version: NEWEST, cancelled });
    return answer as ClusapiAnswers[K];
  }

  /** The methods as an interface for an endpoint. `failed` is told of mistakes of the emulator. */
  interface(failed?: (method: string, error: unknown) => void): RpcInterface {
    const names = Object.keys(this.handlers) as ClusapiMethod[];
    return RpcInterface.untyped({
      name: 'clusapi',
      uuid: CLUSAPI_UUID,
      versions: CLUSAPI_VERSIONS,
      methods: clusapiMethods,
      handlers: Object.fromEntries(names.map((name) => [name, (request, call) => this.done(name, request, call)])),
      failed,
    });
  }

  /** Listens to the cluster no more. */
  close(): void {
    this.house.close();
  }

  private async done(name: ClusapiMethod, request: Values, call: CallInfo): Promise<Values> {
    const row: Method = clusapiMethods[name];
    const handler = this.handlers[name];
    if (!handler) return statusAs(row, Status.CALL_NOT_IMPLEMENTED);
    for (const [parameter, { type }] of Object.entries(row.parameters)) {
      const handle = request[parameter];
      const open = handle instanceof Opened && !handle.closed;
      if (type.kind === 'handle' && parameter in request && !open) return statusAs(row, Status.INVALID_HANDLE);
    }
    if (!this.house.available && !NEEDS_NO_CLUSTER.test(name)) return statusAs(row, Status.SERVER_UNAVAILABLE);
    const answer = await handler(request, call);
    for (const [parameter, given] of Object.entries(answer)) {
      const handle = request[parameter];
      if (given === null && handle instanceof Opened) handle.close();
    }
    return answer;
  }
}

/** As its servers have it registered. */
function definitionOf(backend: Backend, cluster: string): ClusterDefinition {
  const [server] = Object.keys(backend.status(cluster).servers);
  const registered = backend.service(server).registered;
  if (!registered) throw new RangeError(`${server} is registered in no cluster`);
  return registered.cluster;
}

/** Handles can be closed, and ports asked, whatever has become of the cluster. */
const NEEDS_NO_CLUSTER = /^Api(Close|GetNotify|GetBatchNotification|CreateNotify|Unblock)/;
