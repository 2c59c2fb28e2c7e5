/**
 * Bytes with boundaries: writing little endian, reading either way, as the sender's data representation says.
 *
 * Reading beyond the end is an `NdrError`, and so is writing more than the writer's limit: whatever the bytes say, no
 * more memory is taken than they, or the limit, have.
 */

/** Bytes that are no value of their type, or a value that has no bytes. Caught where a message is (`method.ts`). */
export class NdrError extends Error {}

const FIRST_SIZE = 256;

export class Writer {
  private bytes = new Uint8Array(FIRST_SIZE);
  private view = new DataView(this.bytes.buffer);
  private used = 0;

  /** At most `limit` bytes. */
  constructor(private readonly limit: number) {}

  get length(): number {
    return this.used;
  }

  /** Zeros up to a boundary. */
  align(boundary: number): void {
    this.room(-this.used & (boundary - 1));
  }

  u8(value: number): void {
    const at = this.room(1);
    this.view.setUint8(at, value);
  }

  u16(value: number): void {
    this.align(2);
    const at = this.room(2);
    this.view.setUint16(at, value, true);
  }

  u32(value: number): void {
    this.align(4);
    const at = this.room(4);
    this.view.setUint32(at, value, true);
  }

  u64(value: bigint): void {
    this.align(8);
    const at = this.room(8);
    this.view.setBigUint64(at, value, true);
  }

  raw(bytes: Uint8Array): void {
    const at = this.room(bytes.length);
    this.bytes.set(bytes, at);
  }

  zeros(count: number): void {
    this.room(count);
  }

  uuid(value: string): void {
    const hex = value.replaceAll('-', '');
    if (!/^[0-9a-f]{32}$/.test(hex)) throw new NdrError(`"${value}" is no UUID`);
    this.u32(parseInt(hex.slice(0, 8), 16));
    this.u16(parseInt(hex.slice(8, 12), 16));
    this.u16(parseInt(hex.slice(12, 16), 16));
    for (let i = 16; i < 32; i += 2) this.u8(parseInt(hex.slice(i, i + 2), 16));
  }

  units(text: string): void {
    this.align(2);
    const at = this.room(text.length * 2);
    for (let i = 0; i < text.length; i++) this.view.setUint16(at + i * 2, text.charCodeAt(i), true);
  }

  /** What was written; safe to keep. */
  done(): Uint8Array {
    return this.bytes.slice(0, this.used);
  }

  /** Makes room, zeroed, and answers where it starts. */
  private room(count: number): number {
    const at = this.used;
    const end = at + count;
    if (end > this.limit) throw new NdrError(`more than ${this.limit} bytes`);
    if (end > this.bytes.length) this.grow(end);
    this.used = end;
    return at;
  }

  private grow(least: number): void {
    const larger = new Uint8Array(Math.max(least, this.bytes.length * 2));
    larger.set(this.bytes);
    this.bytes = larger;
    this.view = new DataView(larger.buffer);
  }
}

export class Reader {
  private readonly view: DataView;
  private at = 0;

  /** `little` is the sender's order of bytes. Boundaries count from the first of `bytes`. */
  constructor(
    private readonly bytes: Uint8Array,
    private readonly little = true,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Bytes that are still unread. */
  get left(): number {
    return this.bytes.length - this.at;
  }

  align(boundary: number): void {
    this.take(-this.at & (boundary - 1));
  }

  u8(): number {
    return this.view.getUint8(this.take(1));
  }

  u16(): number {
    this.align(2);
    return this.view.getUint16(this.take(2), this.little);
  }

  u32(): number {
    this.align(4);
    return this.view.getUint32(this.take(4), this.little);
  }

  u64(): bigint {
    this.align(8);
    return this.view.getBigUint64(this.take(8), this.little);
  }

  /** A copy. (A Buffer's `slice` would be none.) */
  raw(count: number): Uint8Array {
    const at = this.take(count);
    return new Uint8Array(this.bytes.subarray(at, at + count));
  }

  uuid(): string {
    const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
    const parts = [hex(this.u32(), 8), hex(this.u16(), 4), hex(this.u16(), 4)];
    const rest = [...this.raw(8)].map((byte) => hex(byte, 2)).join('');
    return `${parts.join('-')}-${rest.slice(0, 4)}-${rest.slice(4)}`;
  }

  /** So many units of UTF-16, as they are. */
  units(count: number): string {
    this.align(2);
    const at = this.take(count * 2);
    const parts: string[] = [];
    for (let i = 0; i < count; i++) parts.push(String.fromCharCode(this.view.getUint16(at + i * 2, this.little)));
    return parts.join('');
  }

  private take(count: number): number {
    if (count > this.left) throw new NdrError('the bytes end too early');
    const { at } = this;
    this.at += count;
    return at;
  }
}
