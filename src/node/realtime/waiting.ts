/**
 * Where a thread stands still for an answer of another, with a limit by the real clock. What is found decides, never how
 * long it took: so the lockstep backend may wait here too.
 */
import type { Bell } from '../../interconnect/bell.js';

/**
 * Waits, the thread stopped, until `look` finds something or that much time has passed; answers whether it did. Whoever
 * makes it find something rings the bell afterwards.
 *
 * @param limitMs in milliseconds, counted from the call, however often the bell rings meanwhile
 */
export function waitFor(bell: Bell, look: () => boolean, limitMs: number): boolean {
  const endMs = performance.now() + limitMs;
  for (;;) {
    if (look()) return true;
    const seen = bell.read();
    bell.prepare();
    if (look()) {
      bell.awake();
      return true;
    }
    const leftMs = endMs - performance.now();
    if (leftMs > 0) Atomics.wait(bell.i32, bell.index, seen, leftMs);
    bell.awake();
    if (leftMs <= 0) return look();
  }
}
