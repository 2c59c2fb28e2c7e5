/**
 * What a call writes into an application's memory: texts and structures in buffers of a given size.
 *
 * `lpcch...` counts characters: without the NUL where the text was written, with it where the buffer is too small.
 * `lpcb...` counts bytes. A buffer is also never written behind its end, whatever size was said.
 */
import { encode, needed } from '../layout/codec.js';
import { sizeOf } from '../layout/measure.js';
import { charSize, charsIn, encodeText } from '../layout/text.js';
import type { CharName, Struct, ValueOf } from '../layout/types.js';
import type { Call, Ref } from './call.js';
import type { Process } from './process.js';

/** A text that fits: writes it with its NUL, and how long it is. Too small: the size needed, and false. */
export function putText(
  { build }: Process,
  buffer: Uint8Array,
  size: Ref,
  value: string,
  char: CharName = 'TCHAR',
): boolean {
  const characters = charsIn(value, char, build);
  const width = charSize(char, build);
  const room = Math.min(size.value >>> 0, Math.floor(buffer.length / width));
  if (room < characters + 1) {
    size.value = characters + 1;
    return false;
  }
  buffer.set(encodeText(value, char, build));
  buffer.fill(0, characters * width, (characters + 1) * width);
  size.value = characters;
  return true;
}

/** Texts one behind the other, two NULs at the end; the length counts all NULs, written or not (4.1.2.10). */
export function putList({ build }: Process, buffer: Uint8Array, size: Ref, values: readonly string[]): boolean {
  const list = `${values.map((value) => `${value}\0`).join('')}${values.length === 0 ? '\0' : ''}\0`;
  const bytes = encodeText(list, 'TCHAR', build);
  const width = charSize('TCHAR', build);
  const room = Math.min(size.value >>> 0, Math.floor(buffer.length / width));
  size.value = bytes.length / width;
  if (room < size.value) return false;
  buffer.set(bytes);
  return true;
}

/** A structure of a size of its own, into a buffer that holds it (`mustHold`). */
export function putStructure<T extends Struct>(
  process: Process,
  layout: T,
  buffer: Uint8Array,
  value: ValueOf<T>,
): void {
  buffer.set(bytesOf(process, layout, buffer, value));
}

/** A structure of any size: writes it, and how many bytes it is. Too small: the size needed, and false. */
export function putSized<T extends Struct>(
  process: Process,
  layout: T,
  buffer: Uint8Array,
  size: Ref,
  value: ValueOf<T>,
): boolean {
  const bytes = needed(layout, value, process.build);
  if (Math.min(size.value >>> 0, buffer.length) < bytes) {
    size.value = bytes;
    return false;
  }
  buffer.set(bytesOf(process, layout, buffer, value));
  size.value = bytes;
  return true;
}

/** Fails unless the buffer can hold the structure: in C nobody could tell, here it is a wrong parameter. */
export function mustHold<E extends string>(call: Call<E>, error: E, layout: Struct, buffer: Uint8Array): void {
  const size = sizeOf(layout, call.process.build);
  if (buffer.length < size) call.fail(error, `the buffer has ${buffer.length} bytes, ${layout.name} takes ${size}`);
}

function bytesOf<T extends Struct>(process: Process, layout: T, buffer: Uint8Array, value: ValueOf<T>): Uint8Array {
  const encoded = encode(layout, value, { ...process.build, base: process.addressOf(buffer), tooLong: 'too long' });
  return encoded.ok ? encoded.value : tooLong(layout);
}

/** Names are checked to fit their structures when a cluster is defined. */
function tooLong(layout: Struct): never {
  throw new Error(`${layout.name}: a text does not fit its field.`);
}
