/**
 * The units that connection-oriented DCE/RPC 5.0 sends over a byte stream: what they are made of, to bytes and back.
 *
 * Layouts are those of C706, chapter 12, and of MS-RPCE, section 2.2.2. A unit is written little endian, and read in the
 * order of bytes that its header announces. Whatever is no unit is a sentence that says why.
 */
import { err, ok, type Result } from '../../../model/result.js';
import { NdrError, Reader, Writer } from './ndr/bytes.js';

export const PduType = {
  REQUEST: 0,
  RESPONSE: 2,
  FAULT: 3,
  BIND: 11,
  BIND_ACK: 12,
  BIND_NAK: 13,
  ALTER_CONTEXT: 14,
  ALTER_CONTEXT_RESPONSE: 15,
  AUTH3: 16,
  SHUTDOWN: 17,
  CO_CANCEL: 18,
  ORPHANED: 19,
} as const;

/** Flags of the header. */
export const Flag = {
  FIRST: 1,
  LAST: 2,
  PENDING_CANCEL: 4,
  /** The same bit in units that bind: headers are to be signed too (MS-RPCE 2.2.2.3). */
  HEADER_SIGN: 4,
  CONCURRENT: 0x10,
  DID_NOT_EXECUTE: 0x20,
  OBJECT: 0x80,
} as const;

/** Why a call failed below its method. */
export const Fault = {
  /** The bytes are not what the protocol wants at this point. */
  PROTOCOL: 0x1c01000b,
  UNKNOWN_INTERFACE: 0x1c010003,
  OPNUM: 0x1c010002,
  TOO_BUSY: 0x1c010014,
  CONTEXT_MISMATCH: 0x1c00001a,
  CANCELLED: 0x1c00000d,
  UNSPECIFIED: 0x1c000012,
  NO_MEMORY: 0x1c00001b,
  BAD_STUB_DATA: 0x000006f7,
  ACCESS_DENIED: 0x00000005,
  /** An authentication that failed, or a signature. */
  SECURITY_PACKAGE: 0x00000721,
} as const;

/** What a bind is answered with for one presentation context. */
export const ContextResult = { ACCEPTED: 0, USER_REJECTED: 1, REJECTED: 2, NEGOTIATED: 3 } as const;

/** Why a presentation context was rejected. */
export const RejectReason = { NONE: 0, ABSTRACT_SYNTAX: 1, TRANSFER_SYNTAX: 2, LOCAL_LIMIT: 3 } as const;

/** Why a bind was rejected as a whole. */
export const NakReason = {
  NONE: 0,
  CONGESTION: 1,
  LOCAL_LIMIT: 2,
  VERSION: 4,
  AUTHENTICATION: 8,
  CHECKSUM: 9,
} as const;

/** An interface or a transfer syntax: its UUID and its version. */
export interface Syntax {
  readonly uuid: string;
  readonly major: number;
  readonly minor: number;
}

export const NDR32: Syntax = { uuid: '8a885d04-1ceb-11c9-9fe8-08002b104860', major: 2, minor: 0 };

/** "Bind time feature negotiation" (MS-RPCE 2.2.2.14): not a syntax, but a mask of features behind this prefix. */
export const FEATURES_PREFIX = '6cb71c2c-9812-4540-';

export const HEADER_BYTES = 16;
/** In front of the stub of requests, responses; a fault has eight more. */
export const CALL_HEADER_BYTES = 24;
const FAULT_BYTES = 32;
/** Everybody must be able to receive fragments of this size. */
export const FRAGMENT_BYTES_MIN = 1432;
/** The largest that the header can say. */
const FRAGMENT_BYTES_MAX = 0xffff;

export interface Header {
  readonly type: number;
  readonly flags: number;
  readonly little: boolean;
  /** Bytes of the unit, the header among them. */
  readonly length: number;
  /** Bytes of the credentials at its end, without the eight in front of them. */
  readonly authLength: number;
  readonly callId: number;
}

/** An offer to speak: of interfaces, each with transfer syntaxes to choose from. */
export interface PresentationContext {
  readonly id: number;
  readonly abstract: Syntax;
  readonly transfers: readonly Syntax[];
}

export interface Bind {
  readonly maxTransmit: number;
  readonly maxReceive: number;
  /** 0 asks for a new association group. */
  readonly group: number;
  readonly contexts: readonly PresentationContext[];
}

export interface ContextAnswer {
  readonly result: number;
  readonly reason: number;
  readonly transfer?: Syntax;
}

export interface BindAck extends Omit<Bind, 'contexts'> {
  /** The endpoint as text: a TCP port. Empty in answers to an alter_context. */
  readonly address: string;
  readonly results: readonly ContextAnswer[];
}

export interface RequestPart {
  readonly contextId: number;
  readonly opnum: number;
  readonly allocationHint: number;
  readonly object?: string;
  /** This fragment's share. */
  readonly stub: Uint8Array;
}

export interface AnswerPart {
  readonly contextId: number;
  readonly stub: Uint8Array;
}

export interface FaultBody {
  readonly contextId: number;
  readonly status: number;
}

// ---------------------------------------------------------------- reading

/** What a unit's first sixteen bytes say; undefined while there are fewer. */
export function readHeader(bytes: Uint8Array): Header | undefined {
  if (bytes.length < HEADER_BYTES) return undefined;
  const little = (bytes[4] & 0xf0) === 0x10;
  const from = new Reader(bytes.subarray(0, HEADER_BYTES), little);
  from.u16();
  const type = from.u8();
  const flags = from.u8();
  from.u32();
  return { type, flags, little, length: from.u16(), authLength: from.u16(), callId: from.u32() };
}

/** The version of the protocol that a unit is of, major and minor. */
export function protocolOf(bytes: Uint8Array): readonly [number, number] {
  return [bytes[0], bytes[1]];
}

/** What stands between the header and the credentials. */
function bodyOf(bytes: Uint8Array, { length, authLength }: Header): Uint8Array {
  const end = authLength === 0 ? length : length - authLength - 8;
  if (end < HEADER_BYTES) throw new NdrError('more credentials than bytes');
  if (authLength === 0) return bytes.subarray(HEADER_BYTES, end);
  const padding = bytes[end + 2];
  if (end - padding < HEADER_BYTES) throw new NdrError('more padding than bytes');
  return bytes.subarray(HEADER_BYTES, end - padding);
}

export function readBind(bytes: Uint8Array, header: Header): Result<Bind, string> {
  return caught(() => {
    const from = new Reader(bodyOf(bytes, header), header.little);
    const [maxTransmit, maxReceive, group] = [from.u16(), from.u16(), from.u32()];
    const count = from.u8();
    from.raw(3);
    const contexts: PresentationContext[] = [];
    for (let i = 0; i < count; i++) {
      from.align(4);
      const id = from.u16();
      const syntaxes = from.u8();
      from.u8();
      const abstract = readSyntax(from);
      const transfers: Syntax[] = [];
      for (let j = 0; j < syntaxes; j++) transfers.push(readSyntax(from));
      contexts.push({ id, abstract, transfers });
    }
    return { maxTransmit, maxReceive, group, contexts };
  });
}

export function readBindAck(bytes: Uint8Array, header: Header): Result<BindAck, string> {
  return caught(() => {
    const from = new Reader(bodyOf(bytes, header), header.little);
    const [maxTransmit, maxReceive, group] = [from.u16(), from.u16(), from.u32()];
    const address = String.fromCharCode(...from.raw(from.u16())).replace(/\0$/, '');
    from.align(4);
    const count = from.u8();
    from.raw(3);
    const results: ContextAnswer[] = [];
    for (let i = 0; i < count; i++)
      results.push({ result: from.u16(), reason: from.u16(), transfer: readSyntax(from) });
    return { maxTransmit, maxReceive, group, address, results };
  });
}

export function readRequest(bytes: Uint8Array, header: Header): Result<RequestPart, string> {
  return caught(() => {
    const from = new Reader(bodyOf(bytes, header), header.little);
    const [allocationHint, contextId, opnum] = [from.u32(), from.u16(), from.u16()];
    const object = header.flags & Flag.OBJECT ? from.uuid() : undefined;
    return { allocationHint, contextId, opnum, object, stub: from.raw(from.left) };
  });
}

export function readAnswer(bytes: Uint8Array, header: Header): Result<AnswerPart, string> {
  return caught(() => {
    const from = new Reader(bodyOf(bytes, header), header.little);
    from.u32();
    const contextId = from.u16();
    from.u16();
    return { contextId, stub: from.raw(from.left) };
  });
}

export function readFault(bytes: Uint8Array, header: Header): Result<FaultBody, string> {
  return caught(() => {
    const from = new Reader(bodyOf(bytes, header), header.little);
    from.u32();
    const contextId = from.u16();
    from.u16();
    return { contextId, status: from.u32() };
  });
}

function readSyntax(from: Reader): Syntax {
  return { uuid: from.uuid(), major: from.u16(), minor: from.u16() };
}

/** What was read, or why it cannot be. */
export function caught<T>(read: () => T): Result<T, string> {
  try {
    return ok(read());
  } catch (error) {
    if (error instanceof NdrError) return err(error.message);
    throw error;
  }
}

// ---------------------------------------------------------------- writing

const WHOLE = Flag.FIRST | Flag.LAST;

/** A unit: its header, and whatever `body` writes. */
function unit(type: number, callId: number, flags: number, body: (to: Writer) => void): Uint8Array {
  const to = new Writer(FRAGMENT_BYTES_MAX);
  to.raw(Uint8Array.of(5, 0, type, flags, 0x10, 0, 0, 0, 0, 0, 0, 0));
  to.u32(callId);
  body(to);
  const bytes = to.done();
  new DataView(bytes.buffer).setUint16(8, bytes.length, true);
  return bytes;
}

function writeSyntax(to: Writer, { uuid, major, minor }: Syntax): void {
  to.uuid(uuid);
  to.u16(major);
  to.u16(minor);
}

/** A bind, or an alter_context. */
export function bindPdu(
  callId: number,
  { maxTransmit, maxReceive, group, contexts }: Bind,
  type: number = PduType.BIND,
): Uint8Array {
  return unit(type, callId, WHOLE, (to) => {
    to.u16(maxTransmit);
    to.u16(maxReceive);
    to.u32(group);
    to.u32(contexts.length);
    for (const { id, abstract, transfers } of contexts) {
      to.u16(id);
      to.u16(transfers.length);
      writeSyntax(to, abstract);
      for (const transfer of transfers) writeSyntax(to, transfer);
    }
  });
}

/** The answer to a bind, or to an alter_context. */
export function bindAckPdu(
  callId: number,
  { maxTransmit, maxReceive, group, address, results }: BindAck,
  type: number = PduType.BIND_ACK,
): Uint8Array {
  return unit(type, callId, WHOLE, (to) => {
    to.u16(maxTransmit);
    to.u16(maxReceive);
    to.u32(group);
    const text = address === '' ? '' : `${address}\0`;
    to.u16(text.length);
    for (let i = 0; i < text.length; i++) to.u8(text.charCodeAt(i));
    to.align(4);
    to.u32(results.length);
    for (const { result, reason, transfer } of results) {
      to.u16(result);
      to.u16(reason);
      if (transfer) writeSyntax(to, transfer);
      else to.zeros(20);
    }
  });
}

/** Refuses a bind as a whole; says that 5.0 is the one version spoken here. */
export function bindNakPdu(callId: number, reason: number): Uint8Array {
  return unit(PduType.BIND_NAK, callId, WHOLE, (to) => {
    to.u16(reason);
    to.raw(Uint8Array.of(1, 5, 0));
  });
}

/** A request in fragments of at most `fragmentBytes`. */
export function requestPdus(
  callId: number,
  { contextId, opnum, object, stub }: Omit<RequestPart, 'allocationHint'>,
  fragmentBytes: number,
): Uint8Array[] {
  const header = CALL_HEADER_BYTES + (object === undefined ? 0 : 16);
  return fragments(stub, fragmentBytes - header, (part, flags, left) =>
    unit(PduType.REQUEST, callId, flags | (object === undefined ? 0 : Flag.OBJECT), (to) => {
      to.u32(left);
      to.u16(contextId);
      to.u16(opnum);
      if (object !== undefined) to.uuid(object);
      to.raw(part);
    }),
  );
}

/** A response in fragments of at most `fragmentBytes`. */
export function responsePdus(callId: number, { contextId, stub }: AnswerPart, fragmentBytes: number): Uint8Array[] {
  return fragments(stub, fragmentBytes - CALL_HEADER_BYTES, (part, flags, left) =>
    unit(PduType.RESPONSE, callId, flags, (to) => {
      to.u32(left);
      to.u16(contextId);
      to.u16(0);
      to.raw(part);
    }),
  );
}

/** Every fragment but the last has a multiple of eight bytes of the stub. `left` is what is still to come with it. */
function fragments(
  stub: Uint8Array,
  room: number,
  write: (part: Uint8Array, flags: number, left: number) => Uint8Array,
): Uint8Array[] {
  const step = room & ~7;
  const written: Uint8Array[] = [];
  let at = 0;
  do {
    const end = Math.min(stub.length, at + step);
    const flags = (at === 0 ? Flag.FIRST : 0) | (end === stub.length ? Flag.LAST : 0);
    written.push(write(stub.subarray(at, end), flags, stub.length - at));
    at = end;
  } while (at < stub.length);
  return written;
}

/** A call that failed below its method; `executed` where the method may have been at work already. */
export function faultPdu(callId: number, { contextId, status }: FaultBody, executed: boolean): Uint8Array {
  return unit(PduType.FAULT, callId, WHOLE | (executed ? 0 : Flag.DID_NOT_EXECUTE), (to) => {
    to.u32(FAULT_BYTES);
    to.u16(contextId);
    to.u16(0);
    to.u32(status);
    to.u32(0);
  });
}

/** A unit that is all header: co_cancel and orphaned, by their types. */
export function barePdu(type: number, callId: number): Uint8Array {
  return unit(type, callId, WHOLE, () => undefined);
}
