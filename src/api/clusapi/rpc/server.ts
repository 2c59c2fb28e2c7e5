/**
 * An endpoint on a TCP port of this machine.
 *
 * Callers are not authenticated unless the endpoint is given an account, and what guards them then is old: nobody else's
 * machine may reach the port. It is opened on a loopback address or not at all. The shell does what the state machine
 * cannot: it counts connections, closes idle ones, and stops reading from a client that does not take its answers.
 */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { RpcEndpoint } from './endpoint.js';
import type { RpcInterface } from './interface.js';
import { RPC_LIMITS, type RpcLimits } from './limits.js';
import type { SecurityProvider } from './security/guard.js';

/** Where an endpoint listens, to whom, and how much it puts up with. */
export interface ListenOptions {
  /** A TCP port, 0 to 65535; 0, the default, takes any that is free. */
  readonly port?: number;
  /** A loopback address; 127.0.0.1 by default. */
  readonly host?: string;
  /** Those limits that are to be other than by default. */
  readonly limits?: Partial<RpcLimits>;
  /** Who may call, e.g. `accountSecurity({ user, password })`; everybody where it is left out. */
  readonly security?: SecurityProvider;
  /** What clients do wrong, for which their connection is closed, in words. */
  readonly log?: (line: string) => void;
}

/** What a client that did something wrong may still send, and for how long it may be silent, until it is cut off. */
const LINGER_BYTES = 1 << 16;
const LINGER_MS = 1000;

/** An open port. */
export class RpcServer {
  /** The port that was opened. */
  readonly port: number;
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    readonly endpoint: RpcEndpoint,
    private readonly limits: RpcLimits,
    private readonly log: (line: string) => void,
  ) {
    this.port = (server.address() as AddressInfo).port;
    endpoint.address = String(this.port);
    server.on('connection', (socket) => {
      this.serve(socket);
    });
  }

  /**
   * Opens a port. A `RangeError` for an address that other machines could reach, and what the system says where the port
   * cannot be opened.
   */
  static async listen(interfaces: readonly RpcInterface[], options: ListenOptions = {}): Promise<RpcServer> {
    const { port = 0, host = '127.0.0.1', log = () => undefined } = options;
    if (!isLoopback(host))
      throw new RangeError(
        `"${host}" is no loopback address, and only this machine may reach the port; listen on 127.0.0.1 or ::1`,
      );
    const limits = { ...RPC_LIMITS, ...options.limits };
    const endpoint = new RpcEndpoint(interfaces, limits, '', options.security);
    const server = createServer({ noDelay: true });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ port, host }, () => {
        server.off('error', reject);
        resolve();
      });
    });
    return new RpcServer(server, endpoint, limits, log);
  }

  /** Closes the port and all connections; every handle is run down. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.server.close(() => {
        resolve();
      });
    });
    for (const socket of this.sockets) socket.destroy();
    this.endpoint.close();
    await closed;
  }

  private drop(socket: Socket, because: string): void {
    if (!socket.destroyed) this.log(because);
    socket.destroy();
  }

  private serve(socket: Socket): void {
    if (this.sockets.size >= this.limits.connectionsMax) {
      this.drop(socket, `more than ${this.limits.connectionsMax} connections`);
      return;
    }
    this.sockets.add(socket);
    const session = this.endpoint.connect({
      send: (bytes) => {
        if (!socket.write(bytes)) socket.pause();
        if (socket.writableLength > this.limits.unsentBytes) this.drop(socket, 'it does not take its answers');
      },
      close: (because) => {
        this.log(because);
        session.end();
        linger(socket, Math.min(LINGER_MS, this.limits.idleMs));
      },
    });
    socket.on('data', (bytes) => {
      session.receive(bytes);
    });
    socket.on('drain', () => {
      socket.resume();
    });
    // What is wrong with a connection is over when it closes.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.sockets.delete(socket);
      session.end();
    });
    socket.setTimeout(this.limits.idleMs);
    socket.on('timeout', () => {
      if (session.calls === 0) socket.destroy();
    });
  }
}

/** Closes a connection, so that the client can still take what it was told: for a while, and not if it goes on talking. */
function linger(socket: Socket, ms: number): void {
  let bytes = 0;
  socket.on('data', ({ length }) => {
    bytes += length;
    if (bytes > LINGER_BYTES) socket.destroy();
  });
  socket.setTimeout(ms);
  socket.on('timeout', () => socket.destroy());
  socket.resume();
  socket.end();
}

/** 127.0.0.0/8, ::1 and nothing else; not even a name, since that may come to mean another address. */
function isLoopback(host: string): boolean {
  return host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}
