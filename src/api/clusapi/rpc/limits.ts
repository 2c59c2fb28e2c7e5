/**
 * How much a client may ask of an endpoint. None of these numbers is documented: they keep the emulator alive, whatever
 * is sent to it.
 */

export interface RpcLimits {
  /** Bytes of one fragment, either way; 1432 to 65535. */
  readonly fragmentBytes: number;
  /** Bytes of all requests of one connection that are not complete yet. */
  readonly requestBytes: number;
  /** Bytes of one answer. */
  readonly answerBytes: number;
  /** Presentation contexts of one connection. */
  readonly contextsMax: number;
  /** Calls of one connection under way at once. */
  readonly callsMax: number;
  /** Bytes of answers that a client has not taken: with more its connection is closed. */
  readonly unsentBytes: number;
  /** Connections to one port. */
  readonly connectionsMax: number;
  /** Context handles of all clients of one port. */
  readonly handlesMax: number;
  /** After so many milliseconds without a byte and without a call a connection is closed. */
  readonly idleMs: number;
}

export const RPC_LIMITS: RpcLimits = {
  fragmentBytes: 5840,
  requestBytes: 1 << 20,
  answerBytes: 1 << 20,
  contextsMax: 16,
  callsMax: 64,
  unsentBytes: 4 << 20,
  connectionsMax: 256,
  handlesMax: 8192,
  idleMs: 600_000,
};
