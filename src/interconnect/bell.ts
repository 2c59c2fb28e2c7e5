/**
 * The doorbell of a node: how others wake it up where it waits, at no cost where it does not.
 *
 * This room does not wait; a shell does, with what stands here. Who is to sleep and who rings:
 *
 *     seen = bell.read()                          writer.publish()
 *     bell.prepare()                              bell.ring()
 *     look at all rings once more
 *     nothing: Atomics.wait(bell.i32, bell.index, seen, timeout)
 *     bell.awake()
 *
 * A node that works all day may say `prepare` before it looks at its rings to work off what is there, and sleep afterwards
 * without another look, if it is still prepared: then nobody has rung, and whoever does from now on ends the wait.
 *
 * Either the look finds what was published, or the one who published finds the sleeping flag; then the counter has
 * changed, and the wait ends or does not begin. A ring too many wakes for nothing, which is no harm. Only one who dies
 * between taking the flag away and ringing wakes nobody: a wait for others than the main thread needs an end.
 */
import { assertInside, BELL_BYTES, BELL_COUNTER, BELL_SLEEPING } from './layout.js';

/** One node's doorbell. Its node and all others may hold one each. */
export class Bell {
  /** A view over the whole memory. */
  readonly i32: Int32Array;
  /** The index in `i32` of the word to wait on. */
  readonly index: number;
  private readonly sleeping: number;

  /** Throws a RangeError where there is no bell in the memory. */
  constructor(memory: SharedArrayBuffer, byteOffset: number) {
    assertInside(memory, byteOffset, BELL_BYTES);
    this.i32 = new Int32Array(memory);
    this.index = byteOffset / 4 + BELL_COUNTER;
    this.sleeping = byteOffset / 4 + BELL_SLEEPING;
  }

  /**
   * Wakes the node if it sleeps or is about to; answers whether it did.
   *
   * @param force true rings in any case: for what is not in a ring and so not found by a last look
   */
  ring(force = false): boolean {
    if (!force && Atomics.load(this.i32, this.sleeping) === 0) return false;
    // Of several that find the flag set, one rings.
    if (Atomics.exchange(this.i32, this.sleeping, 0) === 0 && !force) return false;
    Atomics.add(this.i32, this.index, 1);
    Atomics.notify(this.i32, this.index);
    return true;
  }

  /** How many times it was rung, as an Int32 that runs over: the value to wait on. Read it before `prepare`. */
  read(): number {
    return Atomics.load(this.i32, this.index);
  }

  /** Whether `prepare` still holds: nobody has rung since, and the node has not said that it is awake. */
  get prepared(): boolean {
    return Atomics.load(this.i32, this.sleeping) === 1;
  }

  /**
   * Says that the node is about to sleep. After this it looks at its rings once more. Answers false where the node had
   * said so before and nobody has rung since: then nothing has come that rings. (In one step: who rings in between would
   * otherwise be missed.)
   */
  prepare(): boolean {
    return Atomics.exchange(this.i32, this.sleeping, 1) === 0;
  }

  /** Says that the node does not sleep, or does no more. */
  awake(): void {
    Atomics.store(this.i32, this.sleeping, 0);
  }
}
