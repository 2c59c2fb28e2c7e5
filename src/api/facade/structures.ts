/** Structures as an application uses them: buffers of the right size, and what stands in them. */
import { decode } from '../layout/codec.js';
import { sizeOf } from '../layout/measure.js';
import type { Struct, ValueOf } from '../layout/types.js';
import type { Process } from './process.js';

/** One structure in the memory of one application. */
export interface StructureView<S extends Struct> {
  /** `sizeof`, in bytes. */
  readonly size: number;
  /** A buffer of zeros for it; larger than `sizeof` where the structure has more behind it (ARM_GROUP_INFO). */
  allocate(bytes?: number): Uint8Array;
  /** What stands in a buffer that a call has filled. */
  read(buffer: Uint8Array): ValueOf<S>;
}

export type StructureViews<T extends Readonly<Record<string, { readonly layout: Struct }>>> = {
  readonly [N in keyof T]: StructureView<T[N]['layout']>;
};

/** The structures of an API, for the applications of a process. */
export function structureViews<const T extends Readonly<Record<string, { readonly layout: Struct }>>>(
  process: Process,
  structures: T,
): StructureViews<T> {
  const views = Object.entries(structures).map(([name, { layout }]) => [name, viewOf(process, layout)]);
  return Object.fromEntries(views) as StructureViews<T>;
}

function viewOf<S extends Struct>(process: Process, layout: S): StructureView<S> {
  const size = sizeOf(layout, process.build);
  return {
    size,
    allocate: (bytes = size) => new Uint8Array(bytes),
    read: (buffer) => decode(layout, buffer, { ...process.build, base: process.addressOf(buffer) }),
  };
}
