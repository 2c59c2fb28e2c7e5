/**
 * One way to call all documented functions: from a table row and a deed to a function that answers what its row says:
 * a BOOL, a handle, or in Visual Basic a Long.
 *
 * A call is checked in one order, as far as its section documents the errors: not initialised, not supported,
 * parameters, handle or id, connection to the service (and what an injected fault says), NOT_CLUSTER_MEMBER,
 * OFF_CLUSTER; then its deed looks for the thing named, at the buffer, and at what a callback says. The first that fails
 * is the last error of the thread, with the reason in words (`explain`). No error is answered that the function's
 * section does not list; no argument, however wrong, throws.
 */
import type { ClusterLook, Service } from '../../cluster/service.js';
import type { ClusterDefinition } from '../../model/definition.js';
import type { AnswerOf, ApiFunction, CType, Parameter, Result } from './describe.js';
import { takeFault } from './faults.js';
import { throwMistake } from './mistakes.js';
import type { Process, Thread } from './process.js';

/** A variable of the application's that a call writes into: LPDWORD, LPBOOL, PHKEY. */
export class Ref<T = number> {
  constructor(public value: T) {}
}

/** A variable to be written into. */
export function ref(value = 0): Ref {
  return new Ref(value);
}

/** A call that fails: with which documented error, and why. */
class CallFailure<E extends string = string> {
  constructor(
    readonly error: E,
    readonly because: string,
  ) {}
}

/** How one function is done; the rest of it is in its table row. */
export interface Deed<E extends string = string> {
  /** Parameters that may be NULL. */
  readonly nullable?: readonly string[];
  /** What a wrong argument is answered with: the first that is documented. INVALID_PARAMETER where nothing is said. */
  readonly wrongArgument?: Errors<E>;
  /** It works before the API is initialised, whatever its section lists. */
  readonly beforeInitialisation?: boolean;
  /** Handles and ids, and what a function checks of its parameters beyond their types. */
  check?(call: Call<E>, ...args: never[]): void;
  /** Its section's membership errors are not for every call: the deed asks by itself. */
  readonly asksMembership?: true;
  /** It waits for the cluster service by itself. */
  readonly connects?: true;
  /** Documented errors of broken machines that strike later than at the connection: the deed asks for them. */
  readonly strikesLater?: readonly E[];
  /** A function that answers a handle answers it from here; of all others the answer is TRUE. */
  does(call: Call<E>, ...args: never[]): Answered | Promise<Answered>;
}

// eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- nearly all deeds have nothing to say
type Answered = number | void;

/** An error, or several for one reason: the first that the function documents is answered. */
export type Errors<E extends string> = E | readonly E[];

/** An API: its functions by name, and how its applications stand to it. */
export interface Api<E extends string> {
  readonly name: string;
  readonly functions: Readonly<Record<string, ApiFunction<readonly Parameter[], readonly E[]>>>;
  readonly types: Readonly<Record<string, CType>>;
  readonly codes: Readonly<Record<E, number>>;
  /** The function that initialises it. */
  readonly initialisation: string;
  /** Why the software of that machine does not know a function; undefined where it does. */
  unsupported?(process: Process, name: string): string | undefined;
  readonly errors: {
    readonly notSupported?: E;
    readonly notInitialized: E;
    readonly parameter: Errors<E>;
    readonly connect: E;
    readonly unregistered?: E;
    readonly offCluster?: E;
  };
}

/** A call under way. */
export class Call<E extends string = string> {
  constructor(
    readonly thread: Thread,
    readonly name: string,
    private readonly api: Api<E>,
    private readonly documented: readonly E[],
  ) {}

  get process(): Process {
    return this.thread.process;
  }

  get service(): Service {
    return this.process.service;
  }

  /** Ends the call with an error: of several the first that the function documents. */
  fail(errors: Errors<E>, because: string): never {
    const candidates: readonly E[] = typeof errors === 'string' ? [errors] : errors;
    const error = candidates.find((one) => this.documents(one));
    if (error === undefined)
      throw new Error(
        `${this.api.name} ${this.name} does not document ${candidates.join(', ')} (${because}): a mistake of the emulator.`,
      );
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- caught by the call itself, never seen outside
    throw new CallFailure(error, because);
  }

  documents(error: E | undefined): error is E {
    return error !== undefined && this.documented.includes(error);
  }

  /** The cluster that this machine is registered in. Ask only where membership has been asked for. */
  get cluster(): ClusterDefinition {
    const { registered } = this.service;
    if (!registered) throw new Error(`${this.name} asks for the cluster of ${this.service.machine}, which has none.`);
    return registered.cluster;
  }

  /** What the local server knows of its cluster: while it is a member. */
  look(): ClusterLook {
    const look = this.service.look();
    if (!look) throw new Error(`${this.name} asks for what ${this.service.machine} knows of a cluster it is not in.`);
    return look;
  }

  /** An injected fault with that error, if one is due now, strikes. */
  mayBreak(error: E, breaks?: () => void): void {
    if (!takeFault(this.process, this.api.name, this.name, (name) => name === error)) return;
    breaks?.();
    this.fail(error, 'a fault was injected');
  }

  /** The machine must be registered in a cluster, and take part in it, as far as that is documented. */
  membership(): void {
    const { machine, standing } = this.service;
    const { unregistered, offCluster } = this.api.errors;
    if (standing === 'unregistered' && this.documents(unregistered))
      this.fail(unregistered, `${machine} is registered in no cluster`);
    if (standing !== 'member' && this.documents(offCluster))
      this.fail(offCluster, `${machine} does not take part in its cluster now`);
  }

  /** Nothing may be broken. */
  soundness(later: readonly E[] = []): void {
    // An error that another API documents for a function of that name is no fault of this one.
    const strikes = (name: string): boolean => this.documented.includes(name as E) && !later.includes(name as E);
    const broken = takeFault(this.process, this.api.name, this.name, strikes);
    if (broken !== undefined) this.fail(broken as E, 'a fault was injected');
  }

  /** The cluster service must answer. */
  connection(): void {
    const { connect } = this.api.errors;
    if (this.service.standing === 'starting' && this.documents(connect))
      this.fail(connect, `the cluster service of ${this.service.machine} does not run yet`);
  }
}

/** A variable holds an integer and can be written to; whose class it is does not matter. */
function isVariable(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const field = Object.getOwnPropertyDescriptor(value, 'value');
  return field?.writable === true && Number.isInteger(field.value);
}

/** Answers whether a value can be an argument of that type, NULL apart. */
function fits(type: CType, value: unknown): boolean {
  switch (type.is) {
    case 'number':
    case 'handle':
      return typeof value === 'number' && Number.isInteger(value);
    case 'structure':
      return value instanceof Uint8Array;
    case 'callback':
      return typeof value === 'function';
    case 'pointer':
      if (type.to === 'BYTE') return value instanceof Uint8Array;
      if (type.to !== 'TCHAR' && type.to !== 'CHAR') return isVariable(value);
      return type.constant ? typeof value === 'string' && !value.includes('\0') : value instanceof Uint8Array;
    default:
      return type satisfies never;
  }
}

/** What a function answers when it has succeeded, or failed. */
function answerOf(result: Result, succeeded: boolean, answer: Answered): AnswerOf<Result> {
  return result === 'BOOL' ? succeeded : (answer ?? Number(succeeded));
}

/** Makes one function of an API callable from a thread. */
export function callable<E extends string>(
  api: Api<E>,
  name: string,
  deed: Deed<E>,
  thread: Thread,
  initialized: () => boolean,
): (...args: unknown[]) => Promise<AnswerOf<Result>> {
  const { parameters, errors, result } = api.functions[name];
  return async (...args) => {
    const call = new Call(thread, name, api, errors);
    await thread.awake();
    throwMistake(thread.process);
    try {
      const { notInitialized, notSupported } = api.errors;
      if (call.documents(notInitialized) && !deed.beforeInitialisation && !initialized())
        call.fail(notInitialized, `${api.initialisation} comes first`);
      const unsupported = api.unsupported?.(thread.process, name);
      if (unsupported !== undefined && call.documents(notSupported)) call.fail(notSupported, unsupported);
      checkTypes(call, api, parameters, deed, args);
      deed.check?.(call, ...(args as never[]));
      call.soundness(deed.strikesLater);
      if (!deed.connects) call.connection();
      if (!deed.asksMembership) call.membership();
      return answerOf(result, true, await deed.does(call, ...(args as never[])));
    } catch (failure) {
      if (!(failure instanceof CallFailure)) throw failure;
      const { error, because } = failure as CallFailure<E>;
      thread.lastError = api.codes[error];
      thread.lastFailure = { call: name, error, because };
      return answerOf(result, false, undefined);
    }
  };
}

function checkTypes<E extends string>(
  call: Call<E>,
  api: Api<E>,
  parameters: readonly Parameter[],
  deed: Deed<E>,
  args: readonly unknown[],
): void {
  const wrong = deed.wrongArgument ?? api.errors.parameter;
  parameters.forEach(({ name, type }, index) => {
    const value = args[index];
    if ((value === null || value === undefined) && deed.nullable?.includes(name)) return;
    if (!fits(api.types[type], value)) call.fail(wrong, `${name} is no ${type}`);
  });
  // Where a section knows no wrong parameters, what is too much is ignored.
  const known = typeof wrong === 'string' ? [wrong] : wrong;
  if (args.length > parameters.length && known.some((error) => call.documents(error)))
    call.fail(wrong, `it takes ${parameters.length} arguments`);
}
