/**
 * An interface as a server offers it: its rows, its handlers, and how one call becomes an answer.
 *
 * A handler sees values: what handles stand for instead of handles, and it leaves out what is zero. Everything else is
 * done here, from the rows: bytes, handles of the wrong type or of nobody (a fault), methods without a handler (which
 * answer ERROR_CALL_NOT_IMPLEMENTED), numbers without a method (a fault), answers that are too large (a fault).
 */
import type { AssociationGroup, Context } from './associations.js';
import { isNull } from './associations.js';
import type { Call, Outcome } from './call.js';
import {
  decodeMessage,
  encodeMessage,
  partsOf,
  RETURNS,
  type Answer,
  type Contexts,
  type Method,
  type Request,
} from './method.js';
import { NULL_HANDLE } from './ndr/types.js';
import { Fault, type Syntax } from './pdu.js';

export type Methods = Readonly<Record<string, Method>>;

/** What a handler knows of the call besides its values. */
export interface CallInfo {
  /** The version of the interface that was agreed on. */
  readonly version: number;
  /** Tells when the client cancels the call, or is gone. */
  readonly cancelled: AbortSignal;
}

/** How methods are done. Throwing `RpcFault` answers a fault; a method that has no handler answers ERROR_CALL_NOT_IMPLEMENTED. */
export type Handlers<M extends Methods, C extends Contexts = Contexts> = {
  readonly [K in keyof M]?: (request: Request<M[K], C>, call: CallInfo) => Answer<M[K], C> | Promise<Answer<M[K], C>>;
};

/** Ends a call with a fault. */
export class RpcFault extends Error {
  constructor(readonly status: number) {
    super(`fault 0x${status.toString(16).padStart(8, '0')}`);
  }
}

const ERROR_CALL_NOT_IMPLEMENTED = 120;

/** Where statuses of methods go that answer a handle: the first of these that a method has. */
const STATUS_NAMES = ['Status', 'rpc_error'];

type Values = Readonly<Record<string, unknown>>;
type Handler = (request: Values, call: CallInfo) => Values | Promise<Values>;

export interface InterfaceDefinition<M extends Methods, C extends Contexts> {
  readonly name: string;
  readonly uuid: string;
  /** The versions spoken, each with minor version 0. */
  readonly versions: readonly number[];
  readonly methods: M;
  readonly handlers: Handlers<M, C>;
  /** A method fell over: not the client's fault, but the emulator's. The call is answered with a fault. */
  readonly failed?: (method: string, error: unknown) => void;
}

/** A definition with the types of its rows and handlers forgotten. */
export interface Erased extends Omit<InterfaceDefinition<Methods, Contexts>, 'handlers'> {
  readonly handlers: Readonly<Record<string, Handler | undefined>>;
}

/** An interface with its handlers. */
export class RpcInterface {
  readonly name: string;
  readonly uuid: string;
  private readonly byNumber: ReadonlyMap<number, { readonly name: string; readonly method: Method }>;

  private constructor(private readonly definition: Erased) {
    ({ name: this.name, uuid: this.uuid } = definition);
    this.byNumber = new Map(
      Object.entries(definition.methods).map(([name, method]) => [method.opnum, { name, method }]),
    );
  }

  /** The handlers are those of the rows, whatever their types. */
  static of<M extends Methods, C extends Contexts>(definition: InterfaceDefinition<M, C>): RpcInterface {
    return new RpcInterface(definition as unknown as Erased);
  }

  /** The same of a definition whose types are not known. */
  static untyped(definition: Erased): RpcInterface {
    return new RpcInterface(definition);
  }

  get versions(): readonly number[] {
    return this.definition.versions;
  }

  /** Whether this is the interface meant. A minor version that is higher asks for what is not there. */
  speaks({ uuid, major, minor }: Syntax): boolean {
    return uuid === this.uuid && minor === 0 && this.definition.versions.includes(major);
  }

  /** Does a call. Never throws, never rejects. */
  async dispatch(
    { opnum, version, stub, little }: Call,
    group: AssociationGroup,
    cancelled: AbortSignal,
    answerBytes: number,
  ): Promise<Outcome> {
    const found = this.byNumber.get(opnum);
    if (!found || found.method.since > version) return { fault: Fault.OPNUM, executed: false };
    const { name, method } = found;
    const decoded = decodeMessage(method, version, 'request', stub, little);
    if (!decoded.ok) return { fault: Fault.BAD_STUB_DATA, executed: false };
    const request = withContexts(method, version, decoded.value, group);
    if (!request) return { fault: Fault.CONTEXT_MISMATCH, executed: false };
    try {
      const answer = await this.done(name, method, request, { version, cancelled });
      return finish(method, version, decoded.value, answer, group, answerBytes);
    } catch (error) {
      if (error instanceof RpcFault) return { fault: error.status, executed: true };
      this.definition.failed?.(name, error);
      return { fault: Fault.UNSPECIFIED, executed: true };
    }
  }

  private async done(name: string, method: Method, request: Values, call: CallInfo): Promise<Values> {
    const handler = this.definition.handlers[name];
    return handler ? handler(request, call) : statusAs(method, ERROR_CALL_NOT_IMPLEMENTED);
  }
}

/** An answer that is a status alone: it goes where the method has one, the answer itself or beside the handle. */
export function statusAs({ returns, parameters }: Method, status: number): Readonly<Record<string, unknown>> {
  if (returns.kind !== 'handle') return { [RETURNS]: status };
  const name = STATUS_NAMES.find((each) => each in parameters);
  return { [RETURNS]: null, ...(name === undefined ? {} : { [name]: status }) };
}

/** The request with what its handles stand for; undefined where one stands for nothing, or for something else. */
function withContexts(method: Method, version: number, request: Values, group: AssociationGroup): Values | undefined {
  const values: Record<string, unknown> = { ...request };
  for (const [name, type] of Object.entries(partsOf(method, version, 'request'))) {
    if (type.kind !== 'handle') continue;
    const context = group.get(request[name] as string);
    const fits = context && (type.of === '*' || type.of === context.type);
    const mayBeNull = method.parameters[name].direction === 'in,out' && isNull(request[name]);
    if (!fits && !mayBeNull) return undefined;
    values[name] = context;
  }
  return values;
}

/** The answer as bytes; the handles that it gives out are opened, those that it takes back are closed. */
function finish(
  method: Method,
  version: number,
  request: Values,
  answer: Values,
  group: AssociationGroup,
  answerBytes: number,
): Outcome {
  const values: Record<string, unknown> = { ...request, ...defined(answer) };
  const opened: string[] = [];
  for (const [name, type] of Object.entries(partsOf(method, version, 'answer'))) {
    if (type.kind !== 'handle' || !(name in answer)) continue;
    const context = answer[name] as Context | null | undefined;
    const uuid = context ? group.open(context) : NULL_HANDLE;
    if (uuid === undefined) return abandon(opened, group);
    values[name] = uuid;
    if (context) opened.push(uuid);
    else if (name in request) group.drop(request[name] as string);
  }
  const encoded = encodeMessage(method, version, 'answer', values, answerBytes);
  return encoded.ok ? { stub: encoded.value } : abandon(opened, group);
}

/** The answer cannot be given, so nobody will know the handles in it. */
function abandon(opened: readonly string[], group: AssociationGroup): Outcome {
  for (const uuid of opened) group.abandon(uuid);
  return { fault: Fault.NO_MEMORY, executed: true };
}

/** Without what was left out by saying undefined. */
function defined(answer: Values): Values {
  return Object.fromEntries(Object.entries(answer).filter(([, value]) => value !== undefined));
}
