/**
 * Control codes and the property lists that they answer with (MS-CMRP, section 2.2.3.10).
 *
 * A list has a count, then for each property its name, its values, and an end mark; every part starts on four bytes. The
 * sizes that are told leave the padding out.
 */
import { Status } from './codes.js';

/** A property's value: a number, a text, or texts. */
export type PropertyValue = number | string | readonly string[];

export type Properties = Readonly<Record<string, PropertyValue>>;

const SYNTAX_NAME = 0x00040003;
const SYNTAX_DWORD = 0x00010002;
const SYNTAX_TEXT = 0x00010003;
const SYNTAX_TEXTS = 0x00010005;
const END_MARK = 0;

/** What can be asked of a thing. What is left out is not known there. */
export interface Controlled {
  /** The first byte of the control codes that are meant for such things. */
  readonly object: ControlObject;
  readonly name?: string;
  readonly id?: string;
  readonly characteristics?: number;
  readonly flags?: number;
  readonly class?: number;
  readonly resourceType?: string;
  readonly domainName?: string;
  readonly networkName?: string;
  /** Whether the quorum would be lost with a voter: 0 no, 1 yes (CLUSTER_QUORUM_VALUE). */
  readonly quorum?: number;
  readonly common: Properties;
  readonly readOnly: Properties;
  readonly private?: Properties;
}

export const ControlObject = {
  RESOURCE: 1,
  RESOURCE_TYPE: 2,
  GROUP: 3,
  NODE: 4,
  NETWORK: 5,
  INTERFACE: 6,
  CLUSTER: 7,
} as const;
type ControlObject = (typeof ControlObject)[keyof typeof ControlObject];

/** The codes, without the object that they are for. */
const ANSWERS: Readonly<Record<number, (thing: Controlled) => Uint8Array | undefined>> = {
  0x05: ({ characteristics }) => number(characteristics),
  0x09: ({ flags }) => number(flags),
  0x0d: ({ class: of }) => (of === undefined ? undefined : bytesOf(of, 0)),
  0x29: ({ name }) => text(name),
  0x2d: ({ resourceType }) => text(resourceType),
  0x39: ({ id }) => text(id),
  0x3d: ({ domainName }) => text(domainName),
  0x45: ({ quorum }) => number(quorum),
  0x49: ({ quorum }) => number(quorum),
  0x51: ({ common }) => texts(Object.keys(common)),
  0x55: ({ readOnly }) => propertyList(readOnly),
  0x59: ({ common }) => propertyList(common),
  0x79: ({ private: own = {} }) => texts(Object.keys(own)),
  0x7d: () => propertyList({}),
  0x81: ({ private: own = {} }) => propertyList(own),
  0x169: ({ networkName }) => text(networkName),
};

/** What a control is answered with: a code that means nothing for the thing is INVALID_FUNCTION. */
export function control(
  thing: Controlled,
  { dwControlCode, nOutBufferSize }: { readonly dwControlCode: number; readonly nOutBufferSize: number },
): { lpOutBuffer?: Uint8Array; lpcbRequired?: number; returns: number } {
  const known = dwControlCode >>> 24 === thing.object ? ANSWERS[dwControlCode & 0xffffff] : undefined;
  const data = known?.(thing);
  if (!data) return { returns: Status.INVALID_FUNCTION };
  if (data.length > nOutBufferSize) return { lpcbRequired: data.length, returns: Status.MORE_DATA };
  return { lpOutBuffer: data, lpcbRequired: data.length, returns: Status.SUCCESS };
}

/** The bytes of a property list. */
function propertyList(properties: Properties): Uint8Array {
  const entries = Object.entries(properties);
  const parts = entries.flatMap(([name, value]) => [
    ...part(SYNTAX_NAME, units(name)),
    ...part(...valueOf(value)),
    bytesOf(END_MARK),
  ]);
  return joined([bytesOf(entries.length), ...parts, bytesOf(END_MARK)]);
}

function valueOf(value: PropertyValue): [number, Uint8Array] {
  if (typeof value === 'number') return [SYNTAX_DWORD, bytesOf(value)];
  return typeof value === 'string' ? [SYNTAX_TEXT, units(value)] : [SYNTAX_TEXTS, texts(value)];
}

function part(syntax: number, data: Uint8Array): Uint8Array[] {
  return [bytesOf(syntax, data.length), data, new Uint8Array(-data.length & 3)];
}

function number(value: number | undefined): Uint8Array | undefined {
  return value === undefined ? undefined : bytesOf(value);
}

function text(value: string | undefined): Uint8Array | undefined {
  return value === undefined ? undefined : units(value);
}

/** Numbers of four bytes each. */
function bytesOf(...values: readonly number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(values).buffer);
}

/** A text with its NUL. */
export function units(value: string): Uint8Array {
  const codes = Uint16Array.from({ length: value.length + 1 }, (_, at) =>
    at < value.length ? value.charCodeAt(at) : 0,
  );
  return new Uint8Array(codes.buffer);
}

/** Texts one after the other, each with its NUL, and one more at the end. */
function texts(values: readonly string[]): Uint8Array {
  return joined([...values.map(units), new Uint8Array(2)]);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const each of parts) {
    all.set(each, at);
    at += each.length;
  }
  return all;
}
