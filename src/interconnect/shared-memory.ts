/**
 * Memory that threads share and that WebAssembly can work on, and the code that does: what a ring does with every frame
 * is in frames.wat. Any thread that was sent such memory makes the code for it once, and its rings go on with that.
 *
 * V8 reserves address space (not memory) of some gigabytes for each, so that the code needs not look at bounds; Node's
 * `--disable-wasm-trap-handler` makes it look at them instead.
 */
import { FRAMES_CODE, VECTORS_CODE } from './frames-code.js';

/** WebAssembly's memory; it can be sent to other threads. It does not grow. */
export interface SharedMemory {
  readonly buffer: SharedArrayBuffer;
  /** Nobody calls this; it tells such memory from a view, which has a buffer too. */
  readonly grow: (pages: number) => number;
}

/** The functions of frames.wat. Words are indices of an Int32Array over the whole memory. */
export interface FramesCode {
  /** As Atomics.load. */
  readonly load: (word: number) => number;
  /** As Atomics.store. */
  readonly store: (word: number, value: number) => void;
  /** Writes the header of a frame whose payload is there, with the checksum over both. */
  readonly seal: (frame: number, word0: number, sequence: number, endsEpoch: number, stampUs: number) => void;
  /** The checksum that the frame should have that begins at a word and is so many bytes long, with its header. */
  readonly checksum: (frame: number, bytes: number) => number;
}

/** TypeScript knows it in browsers alone. */
declare const WebAssembly: {
  readonly Memory: new (size: { initial: number; maximum: number; shared: true }) => SharedMemory;
  readonly Module: new (code: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
  readonly validate: (code: Uint8Array) => boolean;
};

const PAGE_BYTES = 65_536;

/** Compiled, where this thread has needed them: frames.wat, and vectors.wat where the processor has vectors. */
let modules: { readonly frames: object; readonly vectors: object | undefined } | undefined;
const codes = new WeakMap<SharedMemory, FramesCode>();

/** There is no such memory, no address space for it, or no WebAssembly. */
class NoSharedMemory extends RangeError {
  override readonly name = 'NoSharedMemory';
}

/** New memory of at least so many bytes, all zero. Throws a NoSharedMemory where there is none. */
export function newSharedMemory(bytes: number): SharedMemory {
  const pages = Math.ceil(bytes / PAGE_BYTES);
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  } catch (error) {
    const what = `threads share memory that is WebAssembly's, and there are no ${bytes} bytes of it`;
    const fix = 'V8 reserves 10 GB of address space for each: raise ulimit -v, or run node --disable-wasm-trap-handler';
    throw new NoSharedMemory(`${what} (${String(error)}); ${fix}`, { cause: error });
  }
}

/** The code for this memory, made where this thread has none yet. */
export function framesCode(memory: SharedMemory): FramesCode {
  let code = codes.get(memory);
  if (!code) {
    code = newCode(memory);
    codes.set(memory, code);
  }
  return code;
}

function newCode(memory: SharedMemory): FramesCode {
  modules ??= {
    frames: new WebAssembly.Module(FRAMES_CODE),
    vectors: WebAssembly.validate(VECTORS_CODE) ? new WebAssembly.Module(VECTORS_CODE) : undefined,
  };
  const { frames, vectors } = modules;
  const imports = { shared: { memory } };
  const code = new WebAssembly.Instance(frames, imports).exports as FramesCode;
  // Readers sum up with vectors where there are any.
  const quick = vectors && (new WebAssembly.Instance(vectors, imports).exports as Pick<FramesCode, 'checksum'>);
  return { ...code, ...quick };
}
