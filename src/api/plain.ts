/**
 * Documented functions called with plain data: what a scenario file, or any text, can say.
 *
 * Arguments go by the names of the parameters. What a caller in C would have to provide is provided: buffers that are
 * large enough, event objects and registry keys by names of the caller's choosing, callbacks that note what they are
 * told. Constants may be written by their names. Everything is derived from the tables of the API.
 */
import { nearest } from '../model/nearest.js';
import { decode } from './layout/codec.js';
import { sizeOf } from './layout/measure.js';
import { charSize, charsIn, decodeText, encodeText } from './layout/text.js';
import type { Struct } from './layout/types.js';
import { isAddress } from '../model/addresses.js';
import type { Application, ApplicationThread } from './application.js';
import { clientConstants, vbConstants } from './arm-client/constants.js';
import { clientCallbacks, clientFunctions, clientTypes } from './arm-client/functions.js';
import { vbCallbacks, vbFunctions, vbTypes } from './arm-client/functions-vb.js';
import { clientStructures, vbStructures } from './arm-client/structures.js';
import { constants3, constants4 } from './arm-server/constants.js';
import { callbacks3, callbacks4, cTypes, functions3, functions4 } from './arm-server/functions.js';
import { structures3, structures4 } from './arm-server/structures.js';
import { ARMAPI_VERSION } from './arm-server/versions.js';
import { networkOrder } from './facade/address.js';
import { Ref } from './facade/call.js';
import type { Kit } from './facade/kits.js';
import type { ApiFunction, Callback, CType, Parameter } from './facade/describe.js';

/** An API as far as plain calls need to know it. */
export interface PlainApi {
  /** What its applications are built with where nothing else is said. */
  readonly kit: Kit;
  readonly functions: Readonly<Record<string, ApiFunction>>;
  readonly callbacks: Readonly<Record<string, Callback>>;
  readonly types: Readonly<Record<string, CType>>;
  readonly structures: Readonly<Record<string, { readonly layout: Struct }>>;
  readonly constants: Readonly<Record<string, number | string>>;
  /** Its functions in a thread. */
  of(thread: ApplicationThread): Readonly<Record<string, (...args: never[]) => Promise<boolean | number>>>;
  /** The functions that initialise it, and end that. */
  readonly begin: string;
  readonly end: string;
  /** What the former is called with, where an application is to be initialised without further words. */
  initialisation(application: Application): Readonly<Record<string, unknown>>;
}

const ofServers = { begin: 'ArmInitializeApi', end: 'ArmTerminateApi' } as const;
const ofClients = {
  begin: 'ArmClientInitializeApiEx',
  end: 'ArmClientTerminateApiEx',
  initialisation: () => ({}),
} as const;

/** The APIs, by the names of their libraries. */
export const plainApis: Readonly<Record<string, PlainApi>> = {
  armapi4: {
    ...ofServers,
    kit: '7.0 32bit',
    functions: functions4,
    callbacks: callbacks4,
    types: cTypes,
    structures: structures4,
    constants: constants4,
    of: (thread) => thread.armapi4,
    initialisation: ({ process }) => ({
      dwVersion: ARMAPI_VERSION[process.build.kit as keyof typeof ARMAPI_VERSION],
      dwTimeout: 0,
    }),
  },
  armapi: {
    ...ofServers,
    kit: '3.0',
    functions: functions3,
    callbacks: callbacks3,
    types: cTypes,
    structures: structures3,
    constants: constants3,
    of: (thread) => thread.armapi,
    initialisation: () => ({}),
  },
  armcl2: {
    ...ofClients,
    kit: '7.0 32bit',
    functions: clientFunctions,
    callbacks: clientCallbacks,
    types: clientTypes,
    structures: clientStructures,
    constants: clientConstants,
    of: (thread) => thread.armcl2,
  },
  armcl2vb: {
    ...ofClients,
    kit: '7.0 32bit',
    functions: vbFunctions,
    callbacks: vbCallbacks,
    types: vbTypes,
    structures: vbStructures,
    constants: vbConstants,
    of: (thread) => thread.armcl2vb,
  },
};

/** The number of a watch goes by a name of the caller's choosing; without one the watch begun last is meant. */
const WATCH = { made: 'lpdwWatchId', used: 'dwWatchId' } as const;

/** What came of a call: whether it answered TRUE (or a handle), why not, and what it wrote, by the names of the parameters. */
export interface PlainAnswer {
  readonly ok: boolean;
  readonly error?: string;
  readonly because?: string;
  readonly result: Readonly<Record<string, unknown>>;
}

/** A buffer that nothing is said about has so many bytes. */
const BUFFER_BYTES = 8192;

/** An argument on its way in, and what is read from it when the call is over. */
interface Passed {
  readonly value: unknown;
  readonly read?: () => unknown;
}

/** An application whose functions are called with plain data; remembers its handles by the names they were given. */
export class PlainCaller {
  private readonly handles = new Map<string, number>();
  private apiHandle = 0;

  constructor(
    private readonly application: Application,
    private readonly api: PlainApi,
  ) {}

  /** Calls a function from a thread. Arguments must have been checked (`checkPlainCall`). */
  async call(
    thread: ApplicationThread,
    name: string,
    written: Readonly<Record<string, unknown>> = {},
  ): Promise<PlainAnswer> {
    const defaults = name === this.api.begin ? this.api.initialisation(this.application) : {};
    const args = { ...defaults, ...written };
    const { parameters } = this.api.functions[name];
    const passed = parameters.map((parameter) => this.pass(thread, parameter, args, parameters));
    const call = this.api.of(thread)[name] as (...values: unknown[]) => Promise<boolean | number>;
    const answer = await call(...passed.map(({ value }) => value));
    const ok = Boolean(answer);
    const failure = ok ? undefined : thread.lastFailure;
    const result: Record<string, unknown> = {};
    parameters.forEach(({ name: parameter }, index) => {
      const { read } = passed[index];
      if (read) result[parameter] = read();
    });
    if (ok) this.remember(name, args, result, answer);
    return { ok, error: failure?.error, because: failure?.because, result };
  }

  /** Initialises the API as its documentation says. */
  initialise(thread: ApplicationThread): Promise<PlainAnswer> {
    return this.call(thread, this.api.begin);
  }

  private remember(
    name: string,
    args: Readonly<Record<string, unknown>>,
    result: Record<string, unknown>,
    answer: boolean | number,
  ): void {
    const { begin, end } = this.api;
    if (typeof result['lpdwArmApiHandle'] === 'number') this.apiHandle = result['lpdwArmApiHandle'];
    else if (name === begin && typeof answer === 'number') this.apiHandle = answer;
    for (const made of ['phkResult', WATCH.made]) {
      const [label, handle] = [args[made], result[made]];
      if (typeof handle === 'number') this.handles.set(typeof label === 'string' ? label : made, handle);
    }
    if (name === end) this.apiHandle = 0;
  }

  private pass(
    thread: ApplicationThread,
    { name, type, direction }: Parameter,
    args: Readonly<Record<string, unknown>>,
    all: readonly Parameter[],
  ): Passed {
    const given = args[name];
    if (given === null) return { value: null };
    const known = this.api.types[type];
    switch (known.is) {
      case 'number':
        return { value: this.number(name, given, args, all) };
      case 'handle':
        return { value: this.handle(thread, type, given) };
      case 'callback':
        return this.callback(known.of, given);
      case 'structure':
        return this.structure(known.of, given, direction);
      case 'pointer':
        return known.constant
          ? { value: this.constantPointer(known.to, given) }
          : this.variable(known.to, name, given, args);
      default:
        return known satisfies never;
    }
  }

  private number(
    name: string,
    given: unknown,
    args: Readonly<Record<string, unknown>>,
    all: readonly Parameter[],
  ): unknown {
    if (name === WATCH.used && (given === undefined || typeof given === 'string'))
      return this.handles.get(given ?? WATCH.made) ?? 0;
    if (given !== undefined) return addressIn(given) ?? this.valueOf(given);
    if (name === 'dwArmApiHandle' || name === 'dwHandle') return this.apiHandle;
    const data = all.find(({ type }) => type === 'CONST BYTE *');
    if (name === 'cbData' && data)
      return (this.constantPointer('BYTE', args[data.name]) as Uint8Array | null)?.length ?? 0;
    return 0;
  }

  /** A number, or the value of a constant. */
  private valueOf(given: unknown): unknown {
    if (typeof given !== 'string') return given;
    return given.split('|').reduce((bits, word) => (bits | Number(this.api.constants[word.trim()])) >>> 0, 0);
  }

  /** A handle by the name it was given before; an event object is made at the first mention of its name. */
  private handle(thread: ApplicationThread, type: string, given: unknown): unknown {
    if (typeof given !== 'string') return given ?? 0;
    if (given in this.api.constants) return this.api.constants[given];
    const known = this.handles.get(given);
    if (known !== undefined || type !== 'HANDLE') return known ?? 0;
    const made = thread.kernel32.CreateEvent();
    this.handles.set(given, made);
    return made;
  }

  /** Notes what it is told, and answers FALSE at the call whose number is given. */
  private callback(of: string, given: unknown): Passed {
    const { parameters } = this.api.callbacks[of];
    const told: unknown[] = [];
    const value = (...values: unknown[]): boolean => {
      const words = parameters.flatMap(({ name, type }, index) =>
        name === 'lParam' ? [] : [this.toldAs(this.api.types[type], values[index])],
      );
      told.push(words.length === 1 ? words[0] : words);
      return told.length !== given;
    };
    return { value, read: () => told };
  }

  /** What a callback was told, where that is bytes: a structure, or in Visual Basic a text. */
  private toldAs(type: CType, value: unknown): unknown {
    if (!(value instanceof Uint8Array)) return value;
    const { build } = this.application.process;
    if (type.is !== 'structure') return decodeText(value, 'char', build);
    return decode(this.api.structures[type.of].layout, value, { ...build, base: 0n });
  }

  private structure(of: string, given: unknown, direction: Parameter['direction']): Passed {
    const { layout } = this.api.structures[of];
    const { build } = this.application.process;
    const bytes = typeof given === 'number' ? given : Math.max(sizeOf(layout, build), BUFFER_BYTES);
    const buffer = new Uint8Array(bytes);
    if (direction === 'in') return { value: buffer };
    const read = (): unknown => decode(layout, buffer, { ...build, base: this.application.process.addressOf(buffer) });
    return { value: buffer, read: () => (bytes < sizeOf(layout, build) ? undefined : read()) };
  }

  private constantPointer(to: string, given: unknown): unknown {
    if (to !== 'BYTE') return typeof given === 'string' ? (this.api.constants[given] ?? given) : (given ?? null);
    if (typeof given === 'number') return new Uint8Array(new Uint32Array([given]).buffer);
    if (Array.isArray(given)) return Uint8Array.from(given as number[]);
    if (typeof given !== 'string') return null;
    return Uint8Array.from(encodeText(`${given}\0`, 'TCHAR', this.application.process.build));
  }

  private variable(to: string, name: string, given: unknown, args: Readonly<Record<string, unknown>>): Passed {
    if (to === 'TCHAR' || to === 'CHAR') {
      const buffer = new Uint8Array(typeof given === 'number' ? given : BUFFER_BYTES);
      return { value: buffer, read: () => this.textIn(name, buffer, to) };
    }
    // A size that nothing is said about is that of the buffer beside it.
    const beside = besides(name);
    const size = beside.length === 0 ? 0 : (beside.map((one) => args[one]).find(isGiven) ?? BUFFER_BYTES);
    const held = new Ref(typeof given === 'number' ? given : Number(size));
    return { value: held, read: () => (to === 'BOOL' ? held.value !== 0 : held.value) };
  }

  /** A text; a list of texts ends with an empty one. */
  private textIn(name: string, buffer: Uint8Array, to: 'TCHAR' | 'CHAR'): unknown {
    const { main, process } = this.application;
    if (to === 'CHAR') return decodeText(buffer, 'char', process.build);
    if (!name.endsWith('List')) return main.text(buffer);
    const width = charSize('TCHAR', process.build);
    const texts: string[] = [];
    for (let at = 0; at < buffer.length;) {
      const text = main.text(buffer.subarray(at));
      if (text === '') break;
      texts.push(text);
      at += (charsIn(text, 'TCHAR', process.build) + 1) * width;
    }
    return texts;
  }
}

/** The buffer beside a size, as the prototypes spell it: lpcchServerName beside lpszServerName; lpccs, lpdcch, lpz. */
function besides(size: string): string[] {
  const of = /^lp(?:d?cch|ccs|ch)(.*)$/.exec(size)?.[1];
  if (of !== undefined) return [`lpsz${of}`, `lpz${of}`];
  return size.startsWith('lpcb') ? [size.replace('lpcb', 'lp')] : [];
}

function isGiven(value: unknown): boolean {
  return value !== undefined;
}

/** A mistake in a plain call: which word of it, what is wrong with it, and what would be right. */
export interface PlainMistake {
  readonly where: readonly string[];
  readonly what: string;
  readonly fix: string;
}

/** Mistakes in a call that can be seen before it is made. */
export function checkPlainCall(
  api: PlainApi,
  name: string,
  args: Readonly<Record<string, unknown>>,
  expected: { readonly result?: unknown; readonly error?: string },
): PlainMistake[] {
  const known = api.functions[name];
  if (!Object.hasOwn(api.functions, name))
    return [unknownName(['function'], 'function', name, Object.keys(api.functions))];
  const names = known.parameters.map((parameter) => parameter.name);
  const mistakes = Object.keys(args)
    .filter((arg) => !names.includes(arg))
    .map((arg) => unknownName(['args', arg], 'parameter', arg, names));
  for (const { name: parameter, type } of known.parameters) {
    const given = args[parameter];
    if (api.types[type].is !== 'number' || typeof given !== 'string') continue;
    if (parameter === WATCH.used || addressIn(given) !== undefined) continue;
    for (const word of given.split('|').map((one) => one.trim()))
      if (typeof api.constants[word] !== 'number')
        mistakes.push(unknownName(['args', parameter], 'constant', word, Object.keys(api.constants)));
  }
  const { error, result } = expected;
  if (error !== undefined && !known.errors.includes(error))
    mistakes.push(unknownName(['error'], `error of ${name}`, error, known.errors));
  if (isRecord(result))
    for (const parameter of Object.keys(result))
      if (!names.includes(parameter)) mistakes.push(unknownName(['result', parameter], 'parameter', parameter, names));
  return mistakes;
}

/** Where a result is not what was expected: the path of the first difference, and both sides; undefined where it is. */
export function difference(
  api: PlainApi,
  expected: unknown,
  found: unknown,
  path = '',
): { readonly path: string; readonly expected: unknown; readonly found: unknown } | undefined {
  if (isRecord(expected) && isRecord(found)) {
    for (const [key, value] of Object.entries(expected)) {
      const differs = difference(api, value, found[key], path === '' ? key : `${path}.${key}`);
      if (differs) return differs;
    }
    return undefined;
  }
  if (Array.isArray(expected) && Array.isArray(found)) {
    if (expected.length !== found.length) return { path, expected, found };
    for (const [index, value] of expected.entries()) {
      const differs = difference(api, value, found[index], `${path}[${index}]`);
      if (differs) return differs;
    }
    return undefined;
  }
  return valueIn(api, expected, found) === found ? undefined : { path, expected, found };
}

/**
 * What a written value means beside a found one: where a number was found, constants by name, several joined by `|`, or
 * an address, which Visual Basic has as a signed number.
 */
function valueIn(api: PlainApi, expected: unknown, found: unknown): unknown {
  if (typeof expected !== 'string' || typeof found !== 'number') return expected;
  const address = addressIn(expected);
  if (address !== undefined) return found < 0 ? address | 0 : address;
  return expected.split('|').reduce((bits, word) => (bits | Number(api.constants[word.trim()])) >>> 0, 0);
}

/** The number that an address written with dots is. */
function addressIn(value: unknown): number | undefined {
  return isAddress(value) ? networkOrder(value) : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unknownName(where: readonly string[], kind: string, name: string, known: readonly string[]): PlainMistake {
  const close = nearest(name, known);
  const fix =
    close === undefined ? `write one of ${known.slice(0, 12).join(', ')}` : `did you mean ${JSON.stringify(close)}?`;
  return { where, what: `there is no ${kind} ${JSON.stringify(name)}`, fix };
}
