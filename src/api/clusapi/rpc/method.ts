/**
 * Methods of an interface as data, and their messages as bytes.
 *
 * A method is a row: its number, its parameters in order, what it answers. Which of them a message has follows from its
 * direction and from the version of the interface that was agreed on; the answer's own value stands last, whatever its
 * type. Both directions go both ways here, so that a client is made of the same table as the server.
 */
import { err, ok, type Result } from '../../../model/result.js';
import { NdrError, Reader, Writer } from './ndr/bytes.js';
import { checkCounts, Decoder } from './ndr/decode.js';
import { Encoder, completed, type Scope } from './ndr/encode.js';
import type { Handle, Ndr, ValueOf } from './ndr/types.js';

/** A parameter: its type, which messages it is in, and the only version that has it, if not all have. */
export interface Parameter<T extends Ndr = Ndr, D extends Direction = Direction, V extends number = number> {
  readonly type: T;
  readonly direction: D;
  readonly only?: V;
}

type Direction = 'in' | 'out' | 'in,out';

export type Parameters = Readonly<Record<string, Parameter>>;

/** A method. `since` is the first version that has it. */
export interface Method<P extends Parameters = Parameters, R extends Ndr = Ndr> {
  readonly opnum: number;
  readonly parameters: P;
  readonly returns: R;
  readonly since: number;
}

/** The name under which the answer's own value goes. */
export const RETURNS = 'returns';

/** A request or an answer. */
export type MessageKind = 'request' | 'answer';

export function takes<const T extends Ndr>(type: T): Parameter<T, 'in'> {
  return { type, direction: 'in' };
}

export function gives<const T extends Ndr>(type: T): Parameter<T, 'out'> {
  return { type, direction: 'out' };
}

/** In both messages. */
export function changes<const T extends Ndr>(type: T): Parameter<T, 'in,out'> {
  return { type, direction: 'in,out' };
}

/** A parameter that only that version of the interface has. */
export function only<const V extends number, const P extends Parameter>(
  version: V,
  { type, direction }: P,
): Parameter<P['type'], P['direction'], V> & { readonly only: V } {
  return { type, direction, only: version };
}

// ---------------------------------------------------------------- what programs see

/** What a handle of a type stands for, by the names of the types. */
export type Contexts = Readonly<Record<string, object>>;

/** What a handler has for a parameter: for a handle, what it stands for. */
type Seen<T extends Ndr, C extends Contexts> =
  T extends Handle<infer N> ? (N extends keyof C ? C[N] : C[keyof C]) : ValueOf<T>;

type Keys<P extends Parameters, D extends Direction> = {
  [K in keyof P]: P[K]['direction'] extends D ? K : never;
}[keyof P];

/** What a request has. A handle that is also given back may come in as nothing. */
export type Request<M extends Method, C extends Contexts = Record<string, object>> = {
  readonly [K in Keys<M['parameters'], 'in' | 'in,out'>]:
    | Seen<M['parameters'][K]['type'], C>
    | (M['parameters'][K] extends { readonly only: number } ? undefined : never)
    | (M['parameters'][K] extends Parameter<Handle, 'in,out'> ? undefined : never);
};

/**
 * What an answer has; what is left out is zero, NULL or empty, and a parameter of both messages stays as it came. `null`
 * for a handle: there is none any more.
 */
export type Answer<M extends Method, C extends Contexts = Record<string, object>> = {
  readonly [K in Keys<M['parameters'], 'out' | 'in,out'>]?:
    Seen<M['parameters'][K]['type'], C> | (M['parameters'][K]['type'] extends Handle ? null : never);
} & { readonly returns?: Seen<M['returns'], C> | (M['returns'] extends Handle ? null : never) };

// ---------------------------------------------------------------- bytes

/** The types of a message's parts, in the order of the bytes. */
export function partsOf(method: Method, version: number, kind: MessageKind): Readonly<Record<string, Ndr>> {
  const parts: Record<string, Ndr> = {};
  for (const [name, { type, direction, only: owner }] of Object.entries(method.parameters)) {
    const there = kind === 'request' ? direction !== 'out' : direction !== 'in';
    if (there && (owner === undefined || owner === version)) parts[name] = type;
  }
  if (kind === 'answer') parts[RETURNS] = method.returns;
  return parts;
}

/**
 * The bytes of a message. `values` has its parts by name, handles as UUIDs; what is left out is counted, or zero. For an answer also what the request had,
 * since that says how much room there is. At most `bytesMax` bytes. An error says in words what cannot be written.
 */
export function encodeMessage(
  method: Method,
  version: number,
  kind: MessageKind,
  values: Scope,
  bytesMax: number,
): Result<Uint8Array, string> {
  return caught(() => {
    const parts = partsOf(method, version, kind);
    const scope = completed(parts, values);
    const writer = new Writer(bytesMax);
    const encoder = new Encoder(writer);
    for (const [name, type] of Object.entries(parts)) encoder.construct(type, scope[name], scope);
    return writer.done();
  });
}

/** What bytes say; `little` is the sender's order of bytes. Never throws, whatever they are. */
export function decodeMessage(
  method: Method,
  version: number,
  kind: MessageKind,
  bytes: Uint8Array,
  little = true,
): Result<Record<string, unknown>, string> {
  return caught(() => {
    const parts = partsOf(method, version, kind);
    const decoder = new Decoder(new Reader(bytes, little));
    const values: Record<string, unknown> = {};
    for (const [name, type] of Object.entries(parts)) {
      decoder.parameter(type, (value) => {
        values[name] = value;
      });
    }
    checkCounts(parts, values, decoder.rooms);
    return values;
  });
}

function caught<T>(deed: () => T): Result<T, string> {
  try {
    return ok(deed());
  } catch (error) {
    if (error instanceof NdrError) return err(error.message);
    throw error;
  }
}
