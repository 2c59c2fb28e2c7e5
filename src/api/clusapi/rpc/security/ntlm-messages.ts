/**
 * The three messages of NTLM (MS-NLMP, 2.2.1): read where a client sends them, written where a server does.
 *
 * What is no message throws an `NdrError`, which whoever has the token catches.
 */
import { NdrError, Reader, Writer } from '../ndr/bytes.js';
import { KEY_BYTES, unicode } from './ntlm-keys.js';

/** What client and server agree on (2.2.2.5). */
export const Negotiate = {
  UNICODE: 0x1,
  REQUEST_TARGET: 0x4,
  SIGN: 0x10,
  SEAL: 0x20,
  NTLM: 0x200,
  ALWAYS_SIGN: 0x8000,
  TARGET_TYPE_SERVER: 0x2_0000,
  EXTENDED_SESSION_SECURITY: 0x8_0000,
  TARGET_INFO: 0x80_0000,
  VERSION: 0x200_0000,
  KEYS_128: 0x2000_0000,
  KEY_EXCHANGE: 0x4000_0000,
  KEYS_56: 0x8000_0000,
} as const;

/** What a server tells about itself, and a client repeats and adds to (2.2.2.1). */
const Av = { END: 0, COMPUTER: 1, DOMAIN: 2, FLAGS: 6, TIME: 7 } as const;

/** In `Av.FLAGS`: the message has an integrity code. */
const AV_HAS_MIC = 2;

const SIGNATURE = Uint8Array.from('NTLMSSP\0', (letter) => letter.charCodeAt(0));
const MessageType = { NEGOTIATE: 1, CHALLENGE: 2, AUTHENTICATE: 3 } as const;
const CHALLENGE_HEADER_BYTES = 56;
const MIC_AT = 72;
/** Behind NTProofStr: versions, time and challenge of the client; then what it repeats. */
const PAIRS_AT = KEY_BYTES + 28;
/** More than any message: the writers' limit. */
const MESSAGE_BYTES_MAX = 4096;
/** Some version of a server: told where the client asks, read by nobody but people (2.2.2.10). */
const VERSION = Uint8Array.of(6, 3, 0x80, 0x25, 0, 0, 0, 15);

export interface Challenge {
  readonly flags: number;
  /** Eight bytes that nobody could foresee. */
  readonly challenge: Uint8Array;
  readonly computer: string;
  readonly domain: string;
  /** Hundreds of nanoseconds since 1601. A client that is told it protects its messages with an integrity code. */
  readonly time?: bigint;
}

export interface Authenticate {
  readonly flags: number;
  readonly user: string;
  readonly domain: string;
  /** What proves the password, and the client's challenge that it was made for. Empty where there is none. */
  readonly proof: Uint8Array;
  readonly clientChallenge: Uint8Array;
  readonly encryptedKey: Uint8Array;
  /** The integrity code of all three messages. */
  readonly mic?: Uint8Array;
}

/** The flags that a client offers. */
export function readNegotiate(bytes: Uint8Array): number {
  return opened(bytes, MessageType.NEGOTIATE).u32();
}

export function readAuthenticate(bytes: Uint8Array): Authenticate {
  const from = opened(bytes, MessageType.AUTHENTICATE);
  field(bytes, from);
  const response = field(bytes, from);
  const [domain, user] = [text(field(bytes, from)), text(field(bytes, from))];
  field(bytes, from);
  const encryptedKey = field(bytes, from);
  const flags = from.u32();
  const proof = response.subarray(0, KEY_BYTES);
  const clientChallenge = response.subarray(KEY_BYTES);
  const mic = hasMic(response) ? new Reader(bytes.subarray(MIC_AT)).raw(KEY_BYTES) : undefined;
  return { flags, user, domain, proof, clientChallenge, encryptedKey, mic };
}

/** The message as it was when its integrity code was made: with zeros for it. */
export function withoutMic(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes).fill(0, MIC_AT, MIC_AT + KEY_BYTES);
}

/** A server's challenge. */
export function writeChallenge({ flags, challenge, computer, domain, time }: Challenge): Uint8Array {
  const name = unicode(computer);
  const info = writePairs([
    [Av.DOMAIN, unicode(domain)],
    [Av.COMPUTER, name],
    ...(time === undefined ? [] : [[Av.TIME, fileTime(time)] as const]),
  ]);
  const to = new Writer(MESSAGE_BYTES_MAX);
  to.raw(SIGNATURE);
  to.u32(MessageType.CHALLENGE);
  writeField(to, name, CHALLENGE_HEADER_BYTES);
  to.u32(flags);
  to.raw(challenge);
  to.zeros(8);
  writeField(to, info, CHALLENGE_HEADER_BYTES + name.length);
  to.raw(VERSION);
  to.raw(name);
  to.raw(info);
  return to.done();
}

/** A message past its signature and type. */
function opened(bytes: Uint8Array, type: number): Reader {
  const from = new Reader(bytes);
  const signature = from.raw(SIGNATURE.length);
  if (signature.some((byte, i) => byte !== SIGNATURE[i])) throw new NdrError('no message of NTLM');
  const found = from.u32();
  if (found !== type) throw new NdrError(`a message of type ${found} where one of type ${type} should be`);
  return from;
}

/** What stands behind a message's header, by its length and its place. */
function field(bytes: Uint8Array, from: Reader): Uint8Array {
  const length = from.u16();
  from.u16();
  const at = from.u32();
  if (at + length > bytes.length) throw new NdrError('a field beyond the end of its message');
  return new Uint8Array(bytes.subarray(at, at + length));
}

function writeField(to: Writer, { length }: Uint8Array, at: number): void {
  to.u16(length);
  to.u16(length);
  to.u32(at);
}

function text(bytes: Uint8Array): string {
  return new Reader(bytes).units(bytes.length >> 1);
}

/** Whether the client's response says that the message has an integrity code. */
function hasMic(response: Uint8Array): boolean {
  const pairs = new Reader(response.subarray(PAIRS_AT));
  while (pairs.left >= 4) {
    const [id, value] = readPair(pairs);
    if (id === Av.END) return false;
    if (id === Av.FLAGS && value.length >= 4) return (value[0] & AV_HAS_MIC) !== 0;
  }
  return false;
}

/** Not by `u16`, which would look for boundaries where there are none. */
function readPair(from: Reader): [id: number, value: Uint8Array] {
  const [id, length] = [from.u8() | (from.u8() << 8), from.u8() | (from.u8() << 8)];
  return [id, from.raw(length)];
}

function writePairs(pairs: readonly (readonly [id: number, value: Uint8Array])[]): Uint8Array {
  const to = new Writer(MESSAGE_BYTES_MAX);
  for (const [id, value] of [...pairs, [Av.END, new Uint8Array()] as const]) {
    to.u16(id);
    to.u16(value.length);
    to.raw(value);
  }
  return to.done();
}

function fileTime(time: bigint): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(8));
  bytes.setBigUint64(0, time, true);
  return new Uint8Array(bytes.buffer);
}
