/**
 * The line between the main thread and the thread of one server: a ring down with what the server is to take in, a ring
 * up with what it gives out, and a doorbell at each end.
 *
 * It is a ring and no MessagePort for two reasons: either end can wait for the other without its event loop, and what a
 * thread has published is there even if it is killed at the next instant. Bells of several lines may be one: the main
 * thread has one for all its servers.
 */
import { Bell } from '../interconnect/bell.js';
import { BELL_BYTES } from '../interconnect/layout.js';
import { MessageReader, MessageWriter, type Take } from '../interconnect/messages.js';
import { RingReader, RingWriter, ringBytes } from '../interconnect/ring.js';
import { newSharedMemory, type SharedMemory } from '../interconnect/shared-memory.js';

/** Bytes of each direction; longer messages go in parts. */
const CAPACITY_BYTES = 65_536;

/** What is sent over a line. */
export const Kind = {
  /** Down: a heartbeat, as bytes of `wire.ts`; its network stands in the epoch, its instant in the stamp. */
  BEAT: 1,
  /** Down: any other input of the engine, or an order to the shell, as JSON. */
  INPUT: 2,
  /** Down: take in what came and say what comes of it. */
  RUN: 3,
  /** Up: a heartbeat that the engine broadcasts. */
  BROADCAST: 4,
  /** Up: effects, and where the engine stands, as JSON. */
  DONE: 5,
  /** Up: the thread has failed: message and stack. */
  FAILED: 6,
  /** Up: what is to be on the server's disk, as JSON. */
  DISK: 7,
} as const;

/** What both ends are made from; plain data with shared memory in it. */
export interface Line {
  readonly memory: SharedMemory;
  /** The bell of the main thread. */
  readonly mainBell: SharedArrayBuffer;
  /** The server's bell, where it has one that others ring too; else it is in the line's memory. */
  readonly serverBell?: { readonly memory: SharedArrayBuffer; readonly byteOffset: number };
}

/** Where the starved flags stand in a line's memory, in words: one for each direction, apart from each other. */
const STARVED_BYTES = 256;
const STARVED = { down: 0, up: 32 } as const;

/** One end of a line. */
export class LineEnd {
  private readonly flags: Int32Array;
  private readonly mine: number;
  private readonly other: number;

  private readonly writer: MessageWriter;
  private readonly reader: MessageReader;

  private constructor(
    /** Rung by the other end. */
    readonly own: Bell,
    private readonly theirs: Bell,
    memory: SharedMemory,
    isMain: boolean,
    /** The other end had been asleep, and may sleep where its bell does not wake it. */
    private readonly woken: () => void = () => undefined,
  ) {
    const down = BELL_BYTES + STARVED_BYTES;
    const up = down + ringBytes(CAPACITY_BYTES);
    this.flags = new Int32Array(memory.buffer, BELL_BYTES, STARVED_BYTES / 4);
    this.mine = isMain ? STARVED.down : STARVED.up;
    this.other = isMain ? STARVED.up : STARVED.down;
    this.writer = new MessageWriter(new RingWriter(memory, isMain ? down : up, CAPACITY_BYTES));
    this.reader = new MessageReader(new RingReader(memory, isMain ? up : down, CAPACITY_BYTES));
  }

  /** The main thread's end. */
  static main(line: Line): LineEnd {
    return new LineEnd(new Bell(line.mainBell, 0), serverBell(line), line.memory, true);
  }

  /**
   * The server's end.
   *
   * @param wakeMain called when the main thread was found asleep: it may sleep in its event loop, which no bell wakes
   */
  static server(line: Line, wakeMain?: () => void): LineEnd {
    return new LineEnd(serverBell(line), new Bell(line.mainBell, 0), line.memory, false, wakeMain);
  }

  /** Messages that found no room yet. */
  get waiting(): number {
    return this.writer.waiting;
  }

  /** Queues a message; `flush` makes it visible. */
  send(kind: number, bytes: Uint8Array, stampUs: number, network = 0): void {
    this.writer.send(kind, 0, network, bytes, stampUs);
  }

  /** Lets the other end see what was sent, and wakes it. */
  flush(): void {
    this.publish();
    if (this.theirs.ring()) this.woken();
  }

  /** Lets the main thread see what was sent, when it looks the next time. A server looks only when its bell was rung. */
  publish(): void {
    if (!this.writer.flush()) Atomics.store(this.flags, this.mine, 1);
  }

  /** Wakes the other end in any case. */
  wake(): void {
    if (this.theirs.ring(true)) this.woken();
  }

  /** Takes in what has come. The other end is told that there is room again, where it waits for that. */
  drain(take: Take): number {
    const taken = this.reader.drain(take);
    if (Atomics.load(this.flags, this.other) === 1 && Atomics.exchange(this.flags, this.other, 0) === 1) this.wake();
    return taken;
  }
}

function serverBell({ memory, serverBell: own }: Line): Bell {
  return own ? new Bell(own.memory, own.byteOffset) : new Bell(memory.buffer, 0);
}

/** New memory for a line, and none for bells that others share. */
export function newLine(mainBell: SharedArrayBuffer): Line {
  return { memory: newSharedMemory(BELL_BYTES + STARVED_BYTES + 2 * ringBytes(CAPACITY_BYTES)), mainBell };
}

/** Memory for a bell of its own. */
export function newBell(): SharedArrayBuffer {
  return new SharedArrayBuffer(BELL_BYTES);
}
