/**
 * Values to bytes, for every type that `types.ts` can describe.
 *
 * What pointers lead to is put behind the outermost structure or list that holds them, from left to right, each with
 * what its own pointers lead to before the next (C706, 14.3.12.3). Referent ids count from 0x20000 in steps of four,
 * as everybody's do.
 */
import { NdrError, type Writer } from './bytes.js';
import { alignmentOf, NULL_HANDLE, trailingList, type Fields, type List, type Ndr } from './types.js';

/** Neighbours by name: the parameters of a call, or the fields of a structure. */
export type Scope = Readonly<Record<string, unknown>>;

const FIRST_REFERENT = 0x20000;

export class Encoder {
  private referent = FIRST_REFERENT;
  private deferred: (() => void)[] = [];

  constructor(private readonly to: Writer) {}

  /** One value with all that it points at. `scope` has its neighbours, complete (`completed`). */
  construct(type: Ndr, value: unknown, scope: Scope): void {
    const outer = this.deferred;
    this.deferred = [];
    this.counts(type, value, scope);
    this.body(type, value, scope);
    const inner = this.deferred;
    this.deferred = outer;
    for (const each of inner) each();
  }

  /** The count of a list, or of the list at the end of a structure, stands before everything else. */
  private counts(type: Ndr, value: unknown, scope: Scope): void {
    if (type.kind === 'list') {
      this.to.u32(roomOf(type, scope));
      return;
    }
    if (type.kind !== 'struct' || !trailingList(type)) return;
    const last = Object.keys(type.fields).at(-1) ?? '';
    const own = completed(type.fields, value as Scope);
    this.counts(type.fields[last], own[last], own);
  }

  private body(type: Ndr, value: unknown, scope: Scope): void {
    switch (type.kind) {
      case 'u64':
        this.to.u64(BigInt.asUintN(64, value as bigint));
        return;
      case 'u8':
      case 'u16':
      case 'u32':
      case 'i32':
        this.number(type.kind, value as number);
        return;
      case 'handle':
        this.to.u32(0);
        this.to.uuid(value as string);
        return;
      case 'uuid':
        this.to.align(4);
        this.to.uuid(value as string);
        return;
      case 'text':
        this.text(value as string);
        return;
      case 'label':
        this.label(value as string, type.size);
        return;
      case 'pointer':
        this.pointer(type.to, value, scope);
        return;
      case 'list':
        this.elements(type, value, scope);
        return;
      case 'struct': {
        this.to.align(alignmentOf(type));
        const own = completed(type.fields, value as Scope);
        for (const [name, field] of Object.entries(type.fields)) this.body(field, own[name], own);
        return;
      }
      default:
        return type satisfies never;
    }
  }

  private number(kind: 'u8' | 'u16' | 'u32' | 'i32', value: number): void {
    if (!Number.isInteger(value)) throw new NdrError(`${String(value)} is no integer`);
    if (kind === 'u8') this.to.u8(value);
    else if (kind === 'u16') this.to.u16(value);
    else this.to.u32(value >>> 0);
  }

  private text(value: string): void {
    this.to.u32(value.length + 1);
    this.to.u32(0);
    this.to.u32(value.length + 1);
    this.to.units(`${value}\0`);
  }

  private label(value: string, size: number): void {
    if (value.length >= size) throw new NdrError(`"${value}" has more than ${size - 1} characters`);
    this.to.u32(0);
    this.to.u32(value.length + 1);
    for (let i = 0; i < value.length; i++) this.to.u8(value.charCodeAt(i) & 0xff);
    this.to.u8(0);
  }

  private pointer(to: Ndr, value: unknown, scope: Scope): void {
    if (value === undefined) {
      this.to.u32(0);
      return;
    }
    this.to.u32(this.referent);
    this.referent += 4;
    this.deferred.push(() => {
      this.construct(to, value, scope);
    });
  }

  private elements(type: List, value: unknown, scope: Scope): void {
    const room = roomOf(type, scope);
    const given = lengthOf(value);
    const sent = type.length === undefined ? room : number(scope[type.length]);
    if (given > room || sent > room || (type.length !== undefined && given !== sent))
      throw new NdrError(`${given} elements where there is room for ${room}, and ${sent} are sent`);
    if (type.length !== undefined) {
      this.to.u32(0);
      this.to.u32(sent);
    }
    if (value instanceof Uint8Array) this.to.raw(value);
    else if (typeof value === 'string') this.to.units(value);
    else for (const element of value as readonly unknown[]) this.body(type.of, element, scope);
    // A caller who asked for more room than there is to tell gets zeros behind it.
    if (type.length === undefined) this.padding(type.of, room - given);
  }

  private padding(of: Ndr, count: number): void {
    if (count === 0) return;
    if (of.kind !== 'u8' && of.kind !== 'u16') throw new NdrError(`${count} elements are missing`);
    this.to.zeros(count * alignmentOf(of));
  }
}

/** The scope with what was left out: the counts of its lists, and zeros. */
export function completed(fields: Fields, values: Scope): Scope {
  const counted: Record<string, unknown> = { ...values };
  for (const [name, type] of Object.entries(fields)) {
    const inner = type.kind === 'pointer' ? type.to : type;
    if (inner.kind !== 'list') continue;
    const count = lengthOf(values[name]);
    if (inner.length !== undefined) counted[inner.length] ??= count;
    counted[inner.size] ??= count;
  }
  for (const [name, type] of Object.entries(fields)) counted[name] ??= zeroOf(type);
  return counted;
}

/** What stands for a value that was left out: zero, NULL or nothing. */
function zeroOf(type: Ndr): unknown {
  switch (type.kind) {
    case 'u8':
    case 'u16':
    case 'u32':
    case 'i32':
      return 0;
    case 'u64':
      return 0n;
    case 'handle':
    case 'uuid':
      return NULL_HANDLE;
    case 'text':
    case 'label':
      return '';
    case 'pointer':
      return undefined;
    case 'list':
      return type.of.kind === 'u8' ? new Uint8Array() : type.of.kind === 'u16' ? '' : [];
    case 'struct':
      return Object.fromEntries(Object.entries(type.fields).map(([name, field]) => [name, zeroOf(field)]));
    default:
      return type satisfies never;
  }
}

function lengthOf(value: unknown): number {
  return value === undefined ? 0 : (value as { readonly length: number }).length;
}

function roomOf(type: List, scope: Scope): number {
  return number(scope[type.size]);
}

function number(value: unknown): number {
  if (typeof value !== 'number') throw new NdrError('a list without a count');
  return value;
}
