/** One call of a client's, between the connection that it came over and the interface that does it. */

/** A request with all its bytes. */
export interface Call {
  /** Names the call within its connection; never used twice. */
  readonly serial: number;
  /** The version of the interface that was agreed on. */
  readonly version: number;
  readonly opnum: number;
  readonly stub: Uint8Array;
  /** The order of the stub's bytes. */
  readonly little: boolean;
}

/** What a call comes to. `executed` where a fault comes after the method was at work. */
export type Outcome = { readonly stub: Uint8Array } | { readonly fault: number; readonly executed: boolean };
