/** A client of DCE/RPC for tests: binds, calls methods of the tables, tells faults apart from answers. */
import { connect as openSocket } from 'node:net';
import type { RpcEndpoint } from '../../src/api/clusapi/rpc/endpoint.js';
import { decodeMessage, encodeMessage, type Method } from '../../src/api/clusapi/rpc/method.js';
import {
  barePdu,
  bindPdu,
  NDR32,
  PduType,
  readAnswer,
  readBindAck,
  readFault,
  readHeader,
  requestPdus,
  type BindAck,
  type PresentationContext,
  type Syntax,
} from '../../src/api/clusapi/rpc/pdu.js';

/** A fault in place of an answer. */
export class Faulted extends Error {
  constructor(readonly status: number) {
    super(`fault 0x${status.toString(16)}`);
  }
}

/** The connection was closed before there was an answer. */
export class Disconnected extends Error {}

interface Waiting {
  readonly parts: Uint8Array[];
  resolve(stub: Uint8Array): void;
  reject(error: Error): void;
}

const BYTES_MAX = 1 << 20;

export class RpcClient {
  private buffer = Buffer.alloc(0);
  private readonly waiting = new Map<number, Waiting>();
  private nextCall = 1;
  private readonly acks: ((ack: BindAck | undefined) => void)[] = [];
  /** All units that came in, as they are. */
  readonly received: Uint8Array[] = [];
  /** All units that went out. */
  readonly sent: Uint8Array[] = [];
  closed = false;
  private fragmentBytes = 5840;
  group = 0;
  private contexts = 0;

  private constructor(
    private readonly write: (bytes: Uint8Array) => void,
    private readonly stop: () => void,
    /** Takes nothing any more that comes over the socket. */
    readonly pause: () => void = () => undefined,
  ) {}

  /** Without a socket: what is sent arrives at once. */
  static inMemory(endpoint: RpcEndpoint): RpcClient {
    const client: RpcClient = new RpcClient(
      (bytes) => {
        session.receive(bytes);
      },
      () => {
        session.end();
      },
    );
    const session = endpoint.connect({
      send: (bytes) => {
        client.take(bytes);
      },
      close: () => {
        session.end();
        client.lost();
      },
    });
    return client;
  }

  static async tcp(port: number, host = '127.0.0.1'): Promise<RpcClient> {
    const socket = openSocket({ port, host });
    const client = new RpcClient(
      (bytes) => {
        socket.write(bytes);
      },
      () => {
        socket.destroy();
      },
      () => {
        socket.pause();
      },
    );
    socket.on('data', (bytes) => {
      client.take(bytes);
    });
    socket.on('close', () => {
      client.lost();
    });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return client;
  }

  /** Offers interfaces, each as a context of its own; undefined where the bind was refused. */
  bind(
    syntaxes: readonly Syntax[],
    { maxTransmit = 5840, maxReceive = 5840, group = 0, alter = false } = {},
  ): Promise<BindAck | undefined> {
    const contexts = syntaxes.map((abstract) => ({ id: this.contexts++, abstract, transfers: [NDR32] }));
    return this.offer(contexts, { maxTransmit, maxReceive, group, alter });
  }

  offer(
    contexts: readonly PresentationContext[],
    { maxTransmit = 5840, maxReceive = 5840, group = 0, alter = false } = {},
  ): Promise<BindAck | undefined> {
    return new Promise((resolve) => {
      this.acks.push((ack) => {
        if (ack && !alter) this.fragmentBytes = ack.maxReceive;
        if (ack) this.group = ack.group;
        resolve(ack);
      });
      const type = alter ? PduType.ALTER_CONTEXT : PduType.BIND;
      this.raw(bindPdu(this.nextCall++, { maxTransmit, maxReceive, group, contexts }, type));
    });
  }

  /** Calls a method; what it answers, or `Faulted`. */
  async call(
    method: Method,
    version: number,
    values: Readonly<Record<string, unknown>>,
    contextId = 0,
  ): Promise<Record<string, unknown>> {
    const request = encodeMessage(method, version, 'request', values, BYTES_MAX);
    if (!request.ok) throw new Error(request.error);
    const stub = await this.stub(method.opnum, request.value, contextId).answer;
    const answer = decodeMessage(method, version, 'answer', stub);
    if (!answer.ok) throw new Error(answer.error);
    return answer.value;
  }

  /** Calls an opnum with bytes as they are. */
  stub(opnum: number, stub: Uint8Array, contextId = 0): { callId: number; answer: Promise<Uint8Array> } {
    const callId = this.nextCall++;
    const answer = new Promise<Uint8Array>((resolve, reject) => {
      this.waiting.set(callId, { parts: [], resolve, reject });
      for (const pdu of requestPdus(callId, { contextId, opnum, stub }, this.fragmentBytes)) this.raw(pdu);
    });
    return { callId, answer };
  }

  cancel(callId: number): void {
    this.raw(barePdu(PduType.CO_CANCEL, callId));
  }

  orphan(callId: number): void {
    this.raw(barePdu(PduType.ORPHANED, callId));
  }

  /** Bytes, whatever they are. */
  raw(bytes: Uint8Array): void {
    this.sent.push(bytes);
    this.write(bytes);
  }

  close(): void {
    this.stop();
    this.lost();
  }

  private lost(): void {
    this.closed = true;
    for (const { reject } of this.waiting.values()) reject(new Disconnected());
    this.waiting.clear();
    for (const ack of this.acks.splice(0)) ack(undefined);
  }

  private take(bytes: Uint8Array): void {
    this.buffer = Buffer.concat([this.buffer, bytes]);
    for (;;) {
      const header = readHeader(this.buffer);
      if (!header || this.buffer.length < header.length) return;
      const unit = new Uint8Array(this.buffer.subarray(0, header.length));
      this.buffer = this.buffer.subarray(header.length);
      this.received.push(unit);
      this.unit(unit);
    }
  }

  private unit(unit: Uint8Array): void {
    const header = readHeader(unit)!;
    const call = this.waiting.get(header.callId);
    switch (header.type) {
      case PduType.BIND_ACK:
      case PduType.ALTER_CONTEXT_RESPONSE: {
        const ack = readBindAck(unit, header);
        if (!ack.ok) throw new Error(ack.error);
        this.acks.shift()?.(ack.value);
        return;
      }
      case PduType.BIND_NAK:
        this.acks.shift()?.(undefined);
        return;
      case PduType.FAULT: {
        const fault = readFault(unit, header);
        this.waiting.delete(header.callId);
        call?.reject(new Faulted(fault.ok ? fault.value.status : 0));
        return;
      }
      default: {
        const answer = readAnswer(unit, header);
        if (!answer.ok) throw new Error(answer.error);
        call?.parts.push(answer.value.stub);
        if ((header.flags & 2) === 0) return;
        this.waiting.delete(header.callId);
        call?.resolve(new Uint8Array(Buffer.concat(call.parts)));
      }
    }
  }
}

/** The interface at a version. */
export function syntaxOf(uuid: string, major: number): Syntax {
  return { uuid, major, minor: 0 };
}
