/**
 * One connection of DCE/RPC as a state machine: bytes go in, bytes and calls come out. No socket, no timer, no waiting.
 *
 * A client binds to interfaces, then calls. Requests come in fragments and are put together here, responses are cut to
 * what the client can receive; several calls may be under way, and are answered in any order. What is not of the protocol
 * ends the connection, after a fault where there is a call to put it on; a call that merely cannot be made is a fault.
 * Everything that a client can make larger has a limit. C706, chapter 9 and 12; MS-RPCE, section 3.3.
 */
import type { AssociationGroup } from './associations.js';
import type { Call, Outcome } from './call.js';
import type { RpcInterface } from './interface.js';
import type { RpcLimits } from './limits.js';
import {
  bindAckPdu,
  bindNakPdu,
  ContextResult,
  Fault,
  faultPdu,
  FEATURES_PREFIX,
  Flag,
  FRAGMENT_BYTES_MIN,
  HEADER_BYTES,
  NakReason,
  NDR32,
  PduType,
  protocolOf,
  readBind,
  readHeader,
  readRequest,
  RejectReason,
  responsePdus,
  type Bind,
  type ContextAnswer,
  type Header,
  type PresentationContext,
  type RequestPart,
  type Syntax,
} from './pdu.js';
import { Guard, type Denial, type SecurityProvider } from './security/guard.js';

/** A call, and the interface that does it. */
export interface DirectedCall extends Call {
  readonly interface: RpcInterface;
}

/** What a connection wants done. */
export interface ConnectionEffects {
  send(bytes: Uint8Array): void;
  call(call: DirectedCall): void;
  /** The client would rather have no answer: the call may end early. Nobody waits for it where it is orphaned. */
  cancel(serial: number, orphaned: boolean): void;
  /** The connection is to be closed when all is sent; nothing more will come out. */
  close(because: string): void;
}

/** Where a connection is: the interfaces offered, and the groups of its endpoint. */
export interface Endpoint {
  readonly interfaces: readonly RpcInterface[];
  readonly limits: RpcLimits;
  /** As the answer to a bind tells it: the port. */
  readonly address: string;
  /** Who may call; everybody where it is left out. */
  readonly security?: SecurityProvider;
  join(group: number): AssociationGroup | undefined;
}

interface Agreed {
  readonly interface: RpcInterface;
  readonly version: number;
}

/** A request of which fragments are still to come. */
interface Incoming {
  readonly first: RequestPart;
  readonly little: boolean;
  readonly parts: Uint8Array[];
  bytes: number;
}

interface Running {
  readonly callId: number;
  readonly contextId: number;
  orphaned: boolean;
}

/** The feature that is offered: the connection outlives an orphaned call. */
const KEEPS_CONNECTION_ON_ORPHAN = 2;

const TOO_MANY_CONTEXTS = 'more contexts than an answer has room for';

export class Connection {
  private buffer: Uint8Array = new Uint8Array();
  private phase: 'new' | 'bound' | 'closed' = 'new';
  private readonly contexts = new Map<number, Agreed>();
  private readonly incoming = new Map<number, Incoming>();
  private readonly running = new Map<number, Running>();
  private incomingBytes = 0;
  private serial = 0;
  /** The largest fragments to send, and to take. */
  private transmitMax = FRAGMENT_BYTES_MIN;
  private receiveMax: number;
  private readonly guard: Guard;
  /** The association group, once bound. */
  group: AssociationGroup | undefined;

  constructor(
    private readonly endpoint: Endpoint,
    private readonly out: ConnectionEffects,
  ) {
    this.receiveMax = endpoint.limits.fragmentBytes;
    this.guard = new Guard(endpoint.security);
  }

  /** Calls that have not been answered, orphaned ones among them. */
  get calls(): number {
    return this.running.size;
  }

  /** Bytes that are held back until more come. */
  get pendingBytes(): number {
    return this.buffer.length + this.incomingBytes;
  }

  /** Takes bytes as the stream delivers them, cut anywhere. */
  receive(bytes: Uint8Array): void {
    if (this.phase === 'closed') return;
    let left = this.buffer.length === 0 ? bytes : joined([this.buffer, bytes]);
    for (;;) {
      const header = readHeader(left);
      if (!header) break;
      if (!this.sound(left, header)) return;
      if (left.length < header.length) break;
      this.take(left.subarray(0, header.length), header);
      if (this.closed()) return;
      left = left.subarray(header.length);
    }
    this.buffer = new Uint8Array(left);
  }

  /** Answers a call. One that nobody waits for any more is only forgotten. */
  answer(serial: number, outcome: Outcome): void {
    const call = this.running.get(serial);
    if (!call) return;
    this.running.delete(serial);
    if (call.orphaned || this.phase === 'closed') return;
    const { callId, contextId } = call;
    if ('fault' in outcome) this.fault(callId, contextId, outcome.fault, outcome.executed);
    else {
      const pdus = responsePdus(callId, { contextId, stub: outcome.stub }, this.guard.room(this.transmitMax));
      for (const pdu of pdus) this.out.send(this.guard.wrapped(pdu));
    }
  }

  /** The stream has ended: calls under way are orphaned. */
  end(): void {
    this.phase = 'closed';
    this.buffer = new Uint8Array();
    this.incoming.clear();
    this.incomingBytes = 0;
    for (const [serial, call] of this.running) {
      if (call.orphaned) continue;
      call.orphaned = true;
      this.out.cancel(serial, true);
    }
  }

  private closed(): boolean {
    return this.phase === 'closed';
  }

  /** Whether a header can be of this protocol; the connection is over where it cannot. */
  private sound(bytes: Uint8Array, { length, callId }: Header): boolean {
    const [major, minor] = protocolOf(bytes);
    if (major !== 5 || minor > 1) {
      this.out.send(bindNakPdu(callId, NakReason.VERSION));
      return this.over(`protocol version ${major}.${minor}`);
    }
    if (length < HEADER_BYTES) return this.over('a unit shorter than its header');
    if (length > this.receiveMax) return this.over(`a fragment of ${length} bytes`);
    return true;
  }

  private take(unit: Uint8Array, header: Header): void {
    switch (header.type) {
      case PduType.BIND:
        if (this.phase === 'new') this.bind(unit, header);
        else this.violation(header, 'bound twice');
        return;
      case PduType.ALTER_CONTEXT:
        if (this.phase === 'bound') this.alter(unit, header);
        else this.violation(header, 'altered before bound');
        return;
      case PduType.REQUEST:
        if (this.phase === 'bound') this.request(unit, header);
        else this.violation(header, 'called before bound');
        return;
      case PduType.CO_CANCEL:
      case PduType.ORPHANED:
        this.giveUp(unit, header);
        return;
      case PduType.AUTH3:
        this.guard.auth3(unit, header);
        return;
      default:
        this.violation(header, `a unit of type ${header.type}`);
    }
  }

  // -------------------------------------------------------------- binding

  private bind(unit: Uint8Array, header: Header): void {
    const denied = this.guard.bind(unit, header);
    if (denied) return this.refuse(header, denied.status, denied.because);
    const bind = readBind(unit, header);
    if (!bind.ok) return this.violation(header, bind.error);
    const group = this.endpoint.join(bind.value.group);
    if (!group) return this.refuse(header, NakReason.NONE);
    this.group = group;
    this.phase = 'bound';
    const { fragmentBytes } = this.endpoint.limits;
    this.transmitMax = fragmentSize(bind.value.maxReceive, fragmentBytes);
    this.receiveMax = fragmentSize(bind.value.maxTransmit, fragmentBytes);
    const ack = this.agreed(bind.value, group.id, header.callId, PduType.BIND_ACK);
    if (ack.length > this.transmitMax) return this.refuse(header, NakReason.LOCAL_LIMIT);
    this.out.send(ack);
  }

  private alter(unit: Uint8Array, header: Header): void {
    const denied = this.guard.alter(unit, header);
    if (denied) return this.deny(header, 0, denied);
    const bind = readBind(unit, header);
    if (!bind.ok) return this.violation(header, bind.error);
    const { ALTER_CONTEXT_RESPONSE } = PduType;
    const response = this.agreed(bind.value, this.group?.id ?? 0, header.callId, ALTER_CONTEXT_RESPONSE);
    if (response.length > this.transmitMax) return this.violation(header, TOO_MANY_CONTEXTS);
    this.out.send(response);
  }

  /** The answer in one piece: it cannot be cut, and may be longer than the client takes. */
  private agreed({ contexts }: Bind, group: number, callId: number, type: number): Uint8Array {
    const results = contexts.map((context) => this.judge(context));
    const { transmitMax, receiveMax } = this;
    const address = type === PduType.BIND_ACK ? this.endpoint.address : '';
    const ack = { maxTransmit: transmitMax, maxReceive: receiveMax, group, address, results };
    return this.guard.answered(bindAckPdu(callId, ack, type));
  }

  private judge({ id, abstract, transfers }: PresentationContext): ContextAnswer {
    const features = transfers.find(({ uuid }) => uuid.startsWith(FEATURES_PREFIX));
    if (features)
      return { result: ContextResult.NEGOTIATED, reason: featuresOf(features) & KEEPS_CONNECTION_ON_ORPHAN };
    const found = this.endpoint.interfaces.find((each) => each.speaks(abstract));
    if (!found) return rejected(RejectReason.ABSTRACT_SYNTAX);
    if (!transfers.some((each) => each.uuid === NDR32.uuid && each.major === NDR32.major))
      return rejected(RejectReason.TRANSFER_SYNTAX);
    if (!this.contexts.has(id) && this.contexts.size >= this.endpoint.limits.contextsMax)
      return rejected(RejectReason.LOCAL_LIMIT);
    this.contexts.set(id, { interface: found, version: abstract.major });
    return { result: ContextResult.ACCEPTED, reason: RejectReason.NONE, transfer: NDR32 };
  }

  private refuse({ callId }: Header, reason: number, because = 'the bind was refused'): void {
    this.out.send(bindNakPdu(callId, reason));
    this.over(because);
  }

  // -------------------------------------------------------------- calling

  private request(unit: Uint8Array, header: Header): void {
    const { callId, flags } = header;
    const plain = this.guard.unwrapped(unit, header);
    const part = readRequest(plain.ok ? plain.value : unit, header);
    if (!part.ok) return this.violation(header, part.error);
    if (!plain.ok) return this.deny(header, part.value.contextId, plain.error);
    const earlier = this.incoming.get(callId);
    if ((flags & Flag.FIRST) === 0 ? !earlier : earlier !== undefined || this.isRunning(callId))
      return this.violation(header, 'fragments out of order');
    if (!earlier && this.incoming.size + this.running.size >= this.endpoint.limits.callsMax)
      return this.tooBusy(header, part.value);
    const call = earlier ?? { first: part.value, little: header.little, parts: [], bytes: 0 };
    call.parts.push(part.value.stub);
    call.bytes += part.value.stub.length;
    this.incomingBytes += part.value.stub.length;
    if (this.incomingBytes > this.endpoint.limits.requestBytes)
      return this.violation(header, `requests of more than ${this.endpoint.limits.requestBytes} bytes`);
    this.incoming.set(callId, call);
    if ((flags & Flag.LAST) === 0) return;
    this.forget(callId);
    this.start(callId, call);
  }

  /** A call that is refused in one piece is a fault; of one in fragments the rest would still come. */
  private tooBusy(header: Header, { contextId }: RequestPart): void {
    if ((header.flags & Flag.LAST) === 0) this.violation(header, 'too many calls at once');
    else this.fault(header.callId, contextId, Fault.TOO_BUSY, false);
  }

  private start(callId: number, { first, parts, little }: Incoming): void {
    const { contextId, opnum } = first;
    const agreed = this.contexts.get(contextId);
    if (!agreed) return this.fault(callId, contextId, Fault.UNKNOWN_INTERFACE, false);
    this.serial += 1;
    this.running.set(this.serial, { callId, contextId, orphaned: false });
    this.out.call({ serial: this.serial, ...agreed, opnum, stub: joined(parts), little });
  }

  /** The client gives a call up: it would rather have no answer, or is gone from it altogether. */
  private giveUp(unit: Uint8Array, header: Header): void {
    const { callId, type, authLength } = header;
    // Neither unit must be signed; but one that is takes its place in the sequence.
    const plain = authLength === 0 ? undefined : this.guard.unwrapped(unit, header);
    if (plain && !plain.ok) return this.deny(header, 0, plain.error);
    const orphaned = type === PduType.ORPHANED;
    if (orphaned) this.forget(callId);
    this.cancel(callId, orphaned);
  }

  private isRunning(callId: number): boolean {
    return [...this.running.values()].some((call) => call.callId === callId && !call.orphaned);
  }

  private cancel(callId: number, orphaned: boolean): void {
    for (const [serial, call] of this.running) {
      if (call.callId !== callId || call.orphaned) continue;
      call.orphaned = orphaned;
      this.out.cancel(serial, orphaned);
      return;
    }
  }

  /** Drops what has come of a request. */
  private forget(callId: number): void {
    const call = this.incoming.get(callId);
    if (!call) return;
    this.incoming.delete(callId);
    this.incomingBytes -= call.bytes;
  }

  // -------------------------------------------------------------- endings

  private fault(callId: number, contextId: number, status: number, executed: boolean): void {
    this.out.send(faultPdu(callId, { contextId, status }, executed));
  }

  private deny({ callId }: Header, contextId: number, { status, because }: Denial): void {
    this.fault(callId, contextId, status, false);
    if (because !== undefined) this.over(because);
  }

  private violation({ callId }: Header, because: string): void {
    this.fault(callId, 0, Fault.PROTOCOL, false);
    this.over(because);
  }

  private over(because: string): false {
    this.end();
    this.out.close(because);
    return false;
  }
}

function rejected(reason: number): ContextAnswer {
  return { result: ContextResult.REJECTED, reason };
}

/** What both sides can do; nobody may offer less than the smallest size that all must take. */
function fragmentSize(offered: number, own: number): number {
  return Math.min(own, Math.max(offered, FRAGMENT_BYTES_MIN));
}

/** The mask is the first of the eight bytes behind the prefix. */
function featuresOf({ uuid }: Syntax): number {
  return parseInt(uuid.slice(FEATURES_PREFIX.length, FEATURES_PREFIX.length + 2), 16);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0];
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
