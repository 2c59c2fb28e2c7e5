/**
 * Credentials at a unit's end: the trailer that tells what they are, and a token (MS-RPCE, 2.2.2.11); and units of calls
 * with a signature for a token.
 *
 * A unit is signed from its first byte to the end of the trailer, lengths and all, whether or not the client asked for its
 * header to be signed: NTLM signs whatever it is given (MS-NLMP, 3.4.9.1). Where it is hidden too, only the stub and its
 * padding are.
 */
import { err, ok, type Result } from '../../../../model/result.js';
import { Reader } from '../ndr/bytes.js';
import { CALL_HEADER_BYTES, caught, Flag, HEADER_BYTES, PduType, type Header } from '../pdu.js';
import { SIGNATURE_BYTES, type NtlmSession } from './ntlm-session.js';

/** Kinds of authentication (MS-RPCE, 2.2.1.1.7). */
export const AuthType = { SPNEGO: 9, NTLM: 10 } as const;

/** What is done to calls (MS-RPCE, 2.2.1.1.8). */
export const AuthLevel = { INTEGRITY: 5, PRIVACY: 6 } as const;

const TRAILER_BYTES = 8;
/** Stubs are padded to a multiple of it. */
const STUB_PADDING = 16;
/** Tokens of binds begin, with their trailers, at a multiple of it. */
const BIND_PADDING = 4;

/** What stays the same from a client's first credentials to its last. */
export interface AuthKind {
  readonly type: number;
  readonly level: number;
  /** The client's number for its authentication. */
  readonly contextId: number;
}

export interface Credentials extends AuthKind {
  readonly token: Uint8Array;
}

/** Bytes that securing a unit of a call may add. */
export const SECURED_BYTES = STUB_PADDING - 1 + TRAILER_BYTES + SIGNATURE_BYTES;

function trailerAt({ length, authLength }: Header): number {
  return length - authLength - TRAILER_BYTES;
}

/** The credentials of a unit whose header says that it has some. */
export function readCredentials(unit: Uint8Array, header: Header): Result<Credentials, string> {
  const at = trailerAt(header);
  if (at < HEADER_BYTES) return err('more credentials than bytes');
  return caught(() => {
    const from = new Reader(unit.subarray(at), header.little);
    const [type, level] = [from.u8(), from.u8()];
    from.u16();
    return { type, level, contextId: from.u32(), token: from.raw(header.authLength) };
  });
}

/** A unit that binds, with a token. */
export function withToken(unit: Uint8Array, kind: AuthKind, token: Uint8Array): Uint8Array {
  const { bytes, end } = extended(unit, -unit.length & (BIND_PADDING - 1), kind, token.length);
  bytes.set(token, end);
  return bytes;
}

/** A unit of an answer, signed or hidden as the kind says. */
export function secured(unit: Uint8Array, kind: AuthKind, session: NtlmSession): Uint8Array {
  const padding = (CALL_HEADER_BYTES - unit.length) & (STUB_PADDING - 1);
  const { bytes, end } = extended(unit, padding, kind, SIGNATURE_BYTES);
  const stub = bytes.subarray(CALL_HEADER_BYTES, end - TRAILER_BYTES);
  const hidden = kind.level === AuthLevel.PRIVACY ? session.encrypt(stub) : stub;
  bytes.set(session.sign(bytes.subarray(0, end)), end);
  stub.set(hidden);
  return bytes;
}

/** A client's unit as it was before it was secured; a sentence where it is not what the client sent, or not its next. */
export function unsecured(
  unit: Uint8Array,
  header: Header,
  kind: AuthKind,
  session: NtlmSession,
): Result<Uint8Array, string> {
  const found = readCredentials(unit, header);
  if (!found.ok) return found;
  const { type, level, contextId, token } = found.value;
  if (type !== kind.type || level !== kind.level || contextId !== kind.contextId)
    return err('credentials of another authentication');
  const [start, end] = [stubAt(header), trailerAt(header)];
  if (start > end) return err('more credentials than bytes');
  const bytes = new Uint8Array(unit);
  if (kind.level === AuthLevel.PRIVACY) bytes.set(session.decrypt(bytes.subarray(start, end)), start);
  const right = session.verify(bytes.subarray(0, end + TRAILER_BYTES), token);
  return right ? ok(bytes) : err('a signature that is wrong, or out of its turn');
}

/** Where what is hidden starts. */
function stubAt({ type, flags }: Header): number {
  if (type !== PduType.REQUEST) return HEADER_BYTES;
  return CALL_HEADER_BYTES + ((flags & Flag.OBJECT) === 0 ? 0 : 16);
}

/** A unit with padding, a trailer, and room for a token at `end`; its lengths are told anew. */
function extended(
  unit: Uint8Array,
  padding: number,
  { type, level, contextId }: AuthKind,
  tokenBytes: number,
): { bytes: Uint8Array; end: number } {
  const at = unit.length + padding;
  const end = at + TRAILER_BYTES;
  const bytes = new Uint8Array(end + tokenBytes);
  bytes.set(unit);
  bytes.set([type, level, padding], at);
  const view = new DataView(bytes.buffer);
  view.setUint32(at + 4, contextId, true);
  view.setUint16(8, bytes.length, true);
  view.setUint16(10, tokenBytes, true);
  return { bytes, end };
}
