/** A client of DCE/RPC that says who it is, without a socket: binds with tokens, secures its calls, checks the answers. */
import type { RpcEndpoint, Session } from '../../src/api/clusapi/rpc/endpoint.js';
import {
  bindPdu,
  Flag,
  NDR32,
  PduType,
  readFault,
  readHeader,
  requestPdus,
  type Header,
  type Syntax,
} from '../../src/api/clusapi/rpc/pdu.js';
import type { NtlmSession } from '../../src/api/clusapi/rpc/security/ntlm-session.js';
import { NtlmClient, SpnegoClient, type SpnegoClientOptions } from './ntlm-client.js';

export interface SecureClientOptions extends SpnegoClientOptions {
  /** 9: SPNEGO; 10: NTLM. */
  readonly type?: number;
  /** 5: signed; 6: hidden too. */
  readonly level?: number;
  readonly signHeaders?: boolean;
  readonly fragmentBytes?: number;
  readonly maxReceive?: number;
}

const CONTEXT_ID = 77;

export class SecureClient {
  /** Units of the server, as they came. */
  readonly received: Uint8Array[] = [];
  /** Why the server closed. */
  closed: string | undefined;
  readonly tokens: NtlmClient | SpnegoClient;
  private readonly link: Session;
  private callId = 1;

  constructor(
    endpoint: RpcEndpoint,
    private readonly syntax: Syntax,
    private readonly options: SecureClientOptions = {},
  ) {
    this.tokens = this.type === 9 ? new SpnegoClient(options) : new NtlmClient(options);
    this.link = endpoint.connect({
      send: (bytes) => this.received.push(bytes),
      close: (because) => {
        this.closed = because;
      },
    });
  }

  get type(): number {
    return this.options.type ?? 10;
  }

  get session(): NtlmSession {
    return this.tokens.session!;
  }

  /** Type, flags and all of the server's last unit. */
  get last(): Header {
    return readHeader(this.received.at(-1)!)!;
  }

  /** The status of the server's last unit, a fault. */
  get fault(): number | undefined {
    const fault = readFault(this.received.at(-1)!, this.last);
    return this.last.type === PduType.FAULT && fault.ok ? fault.value.status : undefined;
  }

  raw(bytes: Uint8Array): void {
    this.link.receive(bytes);
  }

  end(): void {
    this.link.end();
  }

  /** Binds with a first token. */
  negotiate(token = this.tokens.negotiate()): void {
    this.raw(this.binding(PduType.BIND, token));
  }

  /** Answers the server's challenge, in the unit that the kind of authentication has for it. */
  authenticate(): void {
    const { tokens } = this;
    const answer = tokens.authenticate(this.token());
    if (tokens instanceof NtlmClient) return this.raw(this.auth3(answer));
    this.raw(this.binding(PduType.ALTER_CONTEXT, answer));
    if (this.last.type === PduType.ALTER_CONTEXT_RESPONSE && this.last.authLength > 0) tokens.complete(this.token());
  }

  auth3(token: Uint8Array): Uint8Array {
    const body = Buffer.alloc(20);
    body.set([5, 0, PduType.AUTH3, Flag.FIRST | Flag.LAST, 0x10]);
    body.writeUInt32LE(1, 12);
    return this.withTrailer(body, 0, token);
  }

  binding(type: number, token: Uint8Array): Uint8Array {
    const contexts = [{ id: 0, abstract: this.syntax, transfers: [NDR32] }];
    const { maxReceive = 5840 } = this.options;
    const pdu = bindPdu(this.callId++, { maxTransmit: 5840, maxReceive, group: 0, contexts }, type);
    if (this.options.signHeaders) pdu[3] |= Flag.HEADER_SIGN;
    return this.withTrailer(pdu, 0, token);
  }

  /** Bound and believed. */
  enter(): this {
    this.negotiate();
    this.authenticate();
    return this;
  }

  /** The secured units of a call. */
  request(opnum: number, stub: Uint8Array): Uint8Array[] {
    const { fragmentBytes = 5000 } = this.options;
    return requestPdus(this.callId++, { contextId: 0, opnum, stub }, fragmentBytes).map((pdu) => this.secure(pdu, 24));
  }

  /** Signs, and hides what is behind the header where the level is so. */
  secure(pdu: Uint8Array, header: number): Uint8Array {
    const padding = (header - pdu.length) & 15;
    const unit = this.withTrailer(Buffer.concat([pdu, Buffer.alloc(padding)]), padding, new Uint8Array(16));
    const end = unit.length - 24;
    const plain = new Uint8Array(unit.subarray(0, unit.length - 16));
    if (this.options.level === 6) unit.set(this.session.encrypt(plain.subarray(header, end)), header);
    unit.set(this.session.sign(plain), unit.length - 16);
    return unit;
  }

  /** Sends a call, and what it answers as soon as the server's turn is over. */
  async call(opnum: number, stub: Uint8Array): Promise<Uint8Array> {
    const before = this.received.length;
    for (const unit of this.request(opnum, stub)) this.raw(unit);
    await new Promise((resolve) => setImmediate(resolve));
    return Buffer.concat(this.received.slice(before).map((unit) => this.opened(unit)));
  }

  /** The stub of an answer whose signature is right. */
  private opened(unit: Uint8Array): Uint8Array {
    if (unit[2] !== PduType.RESPONSE) throw new Error(`a unit of type ${unit[2]}`);
    const plain = new Uint8Array(unit);
    const end = unit.length - 24;
    if (this.options.level === 6) plain.set(this.session.decrypt(unit.subarray(24, end)), 24);
    if (!this.session.verify(plain.subarray(0, end + 8), unit.subarray(end + 8))) throw new Error('a wrong signature');
    return plain.subarray(24, end - plain[end + 2]);
  }

  private token(): Uint8Array {
    const unit = this.received.at(-1)!;
    return unit.subarray(unit.length - this.last.authLength);
  }

  private withTrailer(body: Uint8Array, padding: number, token: Uint8Array): Uint8Array {
    const trailer = Buffer.alloc(8);
    trailer.set([this.type, this.options.level ?? 5, padding]);
    trailer.writeUInt32LE(CONTEXT_ID, 4);
    const unit = Buffer.concat([body, trailer, token]);
    unit.writeUInt16LE(unit.length, 8);
    unit.writeUInt16LE(token.length, 10);
    return new Uint8Array(unit);
  }
}
