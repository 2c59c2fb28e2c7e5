/**
 * Interfaces behind one address: joins connections to the interfaces' handlers and to the groups that hold their handles.
 * Knows no socket; whoever has the bytes gives them to `connect`.
 */
import { AssociationGroups, type AssociationGroup } from './associations.js';
import { Connection, type DirectedCall } from './connection.js';
import type { RpcInterface } from './interface.js';
import type { RpcLimits } from './limits.js';
import type { SecurityProvider } from './security/guard.js';

/** The client's side of a connection. */
export interface Peer {
  send(bytes: Uint8Array): void;
  /** Nothing more is sent; `because` says what the client did wrong. */
  close(because: string): void;
}

/** The server's side of a connection, for whoever has the bytes. */
export interface Session {
  /** Takes bytes as they come, cut anywhere. */
  receive(bytes: Uint8Array): void;
  /** The connection is over. Idempotent. */
  end(): void;
  /** Calls that have not been answered. */
  readonly calls: number;
  /** Bytes that wait for more. */
  readonly pendingBytes: number;
}

export class RpcEndpoint {
  private readonly groups: AssociationGroups;
  private readonly sessions = new Set<Session>();

  /** `address` is what binds are told: the port, as text. Without `security` everybody may call. */
  constructor(
    private readonly interfaces: readonly RpcInterface[],
    private readonly limits: RpcLimits,
    public address = '',
    private readonly security?: SecurityProvider,
  ) {
    this.groups = new AssociationGroups(limits);
  }

  /** Handles that are open, of all clients. */
  get handles(): number {
    return this.groups.handles;
  }

  get connections(): number {
    return this.sessions.size;
  }

  connect(peer: Peer): Session {
    const { interfaces, limits, address, security, groups } = this;
    const aborts = new Map<number, AbortController>();
    const connection: Connection = new Connection(
      { interfaces, limits, address, security, join: (group) => groups.join(group) },
      {
        send: (bytes) => peer.send(bytes),
        close: (because) => peer.close(because),
        cancel: (serial) => aborts.get(serial)?.abort(),
        call: (call) => {
          const abort = new AbortController();
          aborts.set(call.serial, abort);
          void this.dispatch(connection, call, abort.signal).finally(() => aborts.delete(call.serial));
        },
      },
    );
    const session = new EndpointSession(connection, (group) => {
      this.sessions.delete(session);
      if (group) groups.leave(group);
    });
    this.sessions.add(session);
    return session;
  }

  /** Ends all sessions; every handle is run down. */
  close(): void {
    for (const session of [...this.sessions]) session.end();
  }

  private async dispatch(connection: Connection, call: DirectedCall, cancelled: AbortSignal): Promise<void> {
    // A call comes after a bind, and a bind has joined a group.
    const group = connection.group as AssociationGroup;
    const outcome = await call.interface.dispatch(call, group, cancelled, this.limits.answerBytes);
    connection.answer(call.serial, outcome);
  }
}

class EndpointSession implements Session {
  private ended = false;

  constructor(
    private readonly connection: Connection,
    private readonly left: (group: AssociationGroup | undefined) => void,
  ) {}

  get calls(): number {
    return this.connection.calls;
  }

  get pendingBytes(): number {
    return this.connection.pendingBytes;
  }

  receive(bytes: Uint8Array): void {
    this.connection.receive(bytes);
  }

  end(): void {
    if (this.ended) return;
    this.ended = true;
    this.connection.end();
    this.left(this.connection.group);
  }
}
