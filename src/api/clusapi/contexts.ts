/**
 * What the handles of the cluster API stand for: the same objects in a program and behind the wire.
 */
import type { BatchPort } from './batch-ports.js';
import type { Group, Interface, Network, Node, Resource } from './cluster/things.js';
import type { clusapiMethods } from './idl/methods.js';
import type { Port } from './notify.js';
import type { Handlers } from './rpc/interface.js';

/** An open handle of something; of no use once it is closed. */
export class Opened<N extends string, T> {
  closed = false;

  constructor(
    readonly type: N,
    readonly thing: T,
    private readonly left?: () => void,
  ) {}

  /** Its owner has closed it, or is gone. Idempotent. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.left?.();
  }

  rundown(): void {
    this.close();
  }
}

/** By the names that handles have in the interface. */
export interface ClusapiContexts {
  readonly cluster: Opened<'cluster', null>;
  readonly node: Opened<'node', Node>;
  readonly group: Opened<'group', Group>;
  readonly resource: Opened<'resource', Resource>;
  /** The key's path below the root, without one in front: empty for the root. */
  readonly key: Opened<'key', string>;
  readonly notify: Opened<'notify', Port>;
  readonly network: Opened<'network', Network>;
  readonly netInterface: Opened<'netInterface', Interface>;
  readonly batchPort: Opened<'batchPort', BatchPort>;
  readonly groupSet: Opened<'groupSet', string>;
  readonly [other: string]: object;
}

/** Methods, or some of them, as they are done. */
export type ClusapiHandlers = Handlers<typeof clusapiMethods, ClusapiContexts>;
