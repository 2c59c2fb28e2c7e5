/**
 * Bytes to values, for every type that `types.ts` can describe.
 *
 * Bytes come from anybody. Counts are held against the bytes that are left before anything is allocated, offsets must
 * be zero, texts must end with a NUL, and what a list has must be what its neighbours say (`checkCounts`): anything
 * else is an `NdrError`.
 */
import { NdrError, type Reader } from './bytes.js';
import type { Scope } from './encode.js';
import { alignmentOf, leastBytes, trailingList, type Fields, type List, type Ndr } from './types.js';

/** Gives a value that was decoded behind a pointer to whoever holds the pointer. */
type Store = (value: unknown) => void;

/** A list's room as it stands in the bytes. Kept beside the values, to be compared once the neighbours are known. */
type Rooms = Map<unknown, number>;

export class Decoder {
  private deferred: (() => void)[] = [];
  /** What stood in the bytes as the room of each list, by the list itself. */
  readonly rooms: Rooms = new Map();

  constructor(private readonly from: Reader) {}

  /** One value with all that it points at. */
  construct(type: Ndr, store: Store): void {
    const outer = this.deferred;
    this.deferred = [];
    const room = type.kind === 'list' || trailingList(type) ? this.from.u32() : 0;
    store(this.body(type, room));
    const inner = this.deferred;
    this.deferred = outer;
    for (const each of inner) each();
  }

  private body(type: Ndr, room: number): unknown {
    switch (type.kind) {
      case 'u8':
        return this.limited(this.from.u8(), type.max);
      case 'u16':
        return this.limited(this.from.u16(), type.max);
      case 'u32':
        return this.limited(this.from.u32(), type.max);
      case 'i32':
        return this.from.u32() | 0;
      case 'u64':
        return this.from.u64();
      case 'handle':
        return this.handle();
      case 'uuid':
        this.from.align(4);
        return this.from.uuid();
      case 'text':
        return this.text();
      case 'label':
        return this.label(type.size);
      case 'pointer':
        throw new NdrError('a pointer on its own has nowhere to be stored');
      case 'list':
        return this.elements(type, room);
      case 'struct':
        return this.struct(type.fields, alignmentOf(type), room);
      default:
        return type satisfies never;
    }
  }

  /** The value in its place: for a pointer, what it leads to will be stored later. */
  private place(type: Ndr, room: number, store: Store): void {
    if (type.kind !== 'pointer') {
      store(this.body(type, room));
      return;
    }
    store(undefined);
    if (this.from.u32() === 0) return;
    this.deferred.push(() => {
      this.construct(type.to, store);
    });
  }

  /** A pointer at the top is followed at once. */
  parameter(type: Ndr, store: Store): void {
    if (type.kind !== 'pointer') {
      this.construct(type, store);
      return;
    }
    this.place(type, 0, store);
    const inner = this.deferred;
    this.deferred = [];
    for (const each of inner) each();
  }

  private limited(value: number, max = value): number {
    if (value > max) throw new NdrError(`${value} is more than ${max}`);
    return value;
  }

  private handle(): string {
    if (this.from.u32() !== 0) throw new NdrError('the attributes of a context handle are zero');
    return this.from.uuid();
  }

  private text(): string {
    const room = this.from.u32();
    const count = this.sent(room, 2);
    if (count === 0) throw new NdrError('a text without its NUL');
    const units = this.from.units(count);
    const end = units.indexOf('\0');
    if (end === -1) throw new NdrError('a text without its NUL');
    return units.slice(0, end);
  }

  private label(size: number): string {
    const bytes = this.from.raw(this.sent(size, 1));
    const end = bytes.indexOf(0);
    if (end === -1) throw new NdrError('a text without its NUL');
    return String.fromCharCode(...bytes.subarray(0, end));
  }

  /** Offset and count of what is sent, of `room` elements with at least so many bytes each. */
  private sent(room: number, least: number): number {
    if (this.from.u32() !== 0) throw new NdrError('a list that does not start at its start');
    const count = this.from.u32();
    if (count > room) throw new NdrError(`${count} elements where there is room for ${room}`);
    return this.held(count, least);
  }

  private held(count: number, least: number): number {
    if (count * least > this.from.left) throw new NdrError(`${count} elements in ${this.from.left} bytes`);
    return count;
  }

  private elements(type: List, room: number): unknown {
    const least = leastBytes(type.of);
    const count = type.length === undefined ? this.held(room, least) : this.sent(room, least);
    const value = this.listOf(type.of, count);
    // Equal texts are one value: those are counted by their length, which is their room.
    if (typeof value === 'object') this.rooms.set(value, room);
    return value;
  }

  private listOf(of: Ndr, count: number): unknown {
    if (of.kind === 'u8') return this.from.raw(count);
    if (of.kind === 'u16') return this.from.units(count);
    const values: unknown[] = new Array(count).fill(undefined);
    for (let i = 0; i < count; i++) {
      this.place(of, 0, (value) => {
        values[i] = value;
      });
    }
    return values;
  }

  private struct(fields: Fields, alignment: number, room: number): Scope {
    this.from.align(alignment);
    const values: Record<string, unknown> = {};
    for (const [name, type] of Object.entries(fields)) {
      this.place(type, room, (value) => {
        values[name] = value;
      });
    }
    return values;
  }
}

/** What is known of a list: its own number of elements, and the room that the bytes gave it. */
export function checkCounts(fields: Fields, values: Scope, rooms: Rooms): void {
  for (const [name, type] of Object.entries(fields)) checkValue(type, values[name], values, rooms);
}

function checkValue(type: Ndr, value: unknown, scope: Scope, rooms: Rooms): void {
  if (value === undefined) return;
  if (type.kind === 'pointer') checkValue(type.to, value, scope, rooms);
  else if (type.kind === 'struct') checkCounts(type.fields, value as Scope, rooms);
  else if (type.kind === 'list') checkList(type, value as ArrayLike<unknown>, scope, rooms);
}

function checkList(type: List, value: ArrayLike<unknown>, scope: Scope, rooms: Rooms): void {
  const room = rooms.get(value) ?? value.length;
  agree(scope[type.size], room);
  if (type.length !== undefined) agree(scope[type.length], value.length);
  if (value instanceof Uint8Array || typeof value === 'string') return;
  for (let i = 0; i < value.length; i++) checkValue(type.of, value[i], scope, rooms);
}

/** A neighbour that is not part of this message (what the caller said, in an answer) is not held against it. */
function agree(said: unknown, found: number): void {
  if (said !== undefined && said !== found) throw new NdrError(`not the ${found} elements that were announced`);
}
