/** A client's part of NTLM and SPNEGO for tests: honest by default, and wrong wherever a test asks. */
import { element, elements, inside, Tag } from '../../src/api/clusapi/rpc/security/der.js';
import {
  hmacMd5,
  passwordHash,
  proofOf,
  responseKey,
  sessionBaseKey,
  unicode,
} from '../../src/api/clusapi/rpc/security/ntlm-keys.js';
import { Negotiate } from '../../src/api/clusapi/rpc/security/ntlm-messages.js';
import { NtlmSession } from '../../src/api/clusapi/rpc/security/ntlm-session.js';
import { Rc4 } from '../../src/api/clusapi/rpc/security/rc4.js';
import { NTLM_OID, SPNEGO_OID } from '../../src/api/clusapi/rpc/security/spnego.js';

export interface NtlmClientOptions {
  readonly user?: string;
  readonly password?: string;
  readonly domain?: string;
  /** What is offered, and agreed on. */
  readonly flags?: number;
  readonly agreed?: number;
  readonly mic?: 'right' | 'wrong' | 'none';
  /** The response of NTLMv1 has 24 bytes. */
  readonly response?: Uint8Array;
  readonly encryptedKey?: Uint8Array;
}

export const ALL_FLAGS =
  (Negotiate.UNICODE |
    Negotiate.REQUEST_TARGET |
    Negotiate.SIGN |
    Negotiate.SEAL |
    Negotiate.NTLM |
    Negotiate.ALWAYS_SIGN |
    Negotiate.EXTENDED_SESSION_SECURITY |
    Negotiate.KEYS_128 |
    Negotiate.KEY_EXCHANGE) >>>
  0;

const SIGNATURE = Buffer.from('NTLMSSP\0');
const RANDOM_KEY = new Uint8Array(16).fill(0x77);

function u16(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  values.forEach((value, i) => bytes.writeUInt16LE(value, i * 2));
  return bytes;
}

function u32(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, i) => bytes.writeUInt32LE(value, i * 4));
  return bytes;
}

export class NtlmClient {
  session: NtlmSession | undefined;
  private first: Uint8Array = new Uint8Array();

  constructor(private readonly options: NtlmClientOptions = {}) {}

  negotiate(): Uint8Array {
    this.first = new Uint8Array(Buffer.concat([SIGNATURE, u32(1, this.options.flags ?? ALL_FLAGS), Buffer.alloc(16)]));
    return this.first;
  }

  /** The answer to a challenge. */
  authenticate(challenge: Uint8Array): Uint8Array {
    const { user = 'user', password = 'pw', domain = 'D', mic = 'right', agreed } = this.options;
    const from = Buffer.from(challenge);
    const flags = agreed ?? from.readUInt32LE(20);
    const [length, at] = [from.readUInt16LE(40), from.readUInt32LE(44)];
    const pairs = from.subarray(at, at + length - 4);
    const flagged = mic === 'none' ? Buffer.alloc(0) : Buffer.concat([u16(6, 4), u32(2)]);
    const blob = Buffer.concat([
      u16(0x0101, 0, 0, 0),
      Buffer.alloc(8),
      Buffer.alloc(8, 0xaa),
      u32(0),
      pairs,
      flagged,
      u32(0, 0),
    ]);
    const key = responseKey(passwordHash(password), user, domain);
    const proof = proofOf(key, from.subarray(24, 32), blob);
    const base = sessionBaseKey(key, proof);
    const exchanged = (flags & Negotiate.KEY_EXCHANGE) !== 0;
    const exported = exchanged ? RANDOM_KEY : base;
    const encrypted = exchanged ? new Rc4(base).apply(RANDOM_KEY) : new Uint8Array();
    const message = Buffer.from(
      authenticateMessage(flags, [
        new Uint8Array(24),
        this.options.response ?? Buffer.concat([proof, blob]),
        unicode(domain),
        unicode(user),
        unicode('HERE'),
        this.options.encryptedKey ?? encrypted,
      ]),
    );
    if (mic !== 'none') message.set(hmacMd5(exported, this.first, challenge, message), 72);
    if (mic === 'wrong') message[80] ^= 1;
    this.session = new NtlmSession(exported, 'client', exchanged);
    return new Uint8Array(message);
  }
}

/** Fields in the order of the header; what they say behind it. */
function authenticateMessage(flags: number, fields: readonly Uint8Array[]): Uint8Array {
  let at = 88;
  const heads = fields.map(({ length }) => {
    const head = Buffer.concat([u16(length, length), u32(at)]);
    at += length;
    return head;
  });
  return Buffer.concat([SIGNATURE, u32(3), ...heads, u32(flags), Buffer.alloc(8 + 16), ...fields]);
}

export interface SpnegoClientOptions extends NtlmClientOptions {
  readonly mechanisms?: readonly Uint8Array[];
  /** Whether the first token of NTLM comes with the offer. */
  readonly eager?: boolean;
  readonly listMic?: 'right' | 'wrong' | 'none';
}

/** The answer of a server, taken apart. */
export interface SpnegoAnswer {
  readonly state: number;
  readonly token?: Uint8Array;
  readonly mic?: Uint8Array;
}

export function readAnswer(bytes: Uint8Array): SpnegoAnswer {
  const fields = new Map(
    elements(inside(inside(bytes, 0xa1), Tag.SEQUENCE)).map((each) => [each.tag - Tag.CONTEXT, each.bytes]),
  );
  const octets = (number: number): Uint8Array | undefined => {
    const field = fields.get(number);
    return field && inside(field, Tag.OCTETS);
  };
  return { state: inside(fields.get(0)!, Tag.ENUMERATED)[0], token: octets(2), mic: octets(3) };
}

export class SpnegoClient {
  readonly ntlm: NtlmClient;
  readonly list: Uint8Array;

  constructor(private readonly options: SpnegoClientOptions = {}) {
    this.ntlm = new NtlmClient(options);
    const { mechanisms = [NTLM_OID] } = options;
    this.list = element(Tag.SEQUENCE, ...mechanisms.map((each) => element(Tag.OBJECT, each)));
  }

  get session(): NtlmSession | undefined {
    return this.ntlm.session;
  }

  negotiate(): Uint8Array {
    const fields = [element(Tag.CONTEXT, this.list)];
    if (this.options.eager !== false) fields.push(element(Tag.CONTEXT + 2, element(Tag.OCTETS, this.ntlm.negotiate())));
    return element(
      Tag.APPLICATION,
      element(Tag.OBJECT, SPNEGO_OID),
      element(Tag.CONTEXT, element(Tag.SEQUENCE, ...fields)),
    );
  }

  /** The first token of NTLM, where it did not come with the offer. */
  late(): Uint8Array {
    return this.answer(this.ntlm.negotiate());
  }

  authenticate(bytes: Uint8Array): Uint8Array {
    const { listMic = 'right' } = this.options;
    const message = this.ntlm.authenticate(readAnswer(bytes).token!);
    if (listMic === 'none') return this.answer(message);
    const mic = this.session!.sign(this.list);
    if (listMic === 'wrong') mic[5] ^= 1;
    return this.answer(message, mic);
  }

  /** The server's last word: whether its signature of the list is right. */
  complete(bytes: Uint8Array): boolean {
    const { state, mic } = readAnswer(bytes);
    const right = state === 0 && mic !== undefined && this.session!.verify(this.list, mic);
    this.session!.rewind();
    return right;
  }

  private answer(token: Uint8Array, mic?: Uint8Array): Uint8Array {
    const fields = [element(Tag.CONTEXT + 2, element(Tag.OCTETS, token))];
    if (mic) fields.push(element(Tag.CONTEXT + 3, element(Tag.OCTETS, mic)));
    return element(Tag.CONTEXT + 1, element(Tag.SEQUENCE, ...fields));
  }
}
