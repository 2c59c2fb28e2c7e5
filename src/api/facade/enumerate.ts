/** Enumerations: the application's function is called for one thing after the other, until it answers FALSE. */
import type { Call } from './call.js';
import type { Proc } from './typed.js';

/**
 * Hands each item over and waits until the application is through with it. It may be asynchronous and may call the API;
 * what it throws is its own and rejects the call. Where the error for an enumeration that was stopped is not documented,
 * it ends there, and the call succeeds (*ours*).
 */
export async function enumerate<E extends string, A extends [string, ...unknown[]]>(
  call: Call<E>,
  cancelled: E,
  items: readonly Readonly<A>[],
  proc: Proc<A>,
): Promise<void> {
  for (const item of items) {
    const goesOn = await proc(...item);
    // The machine may have hung or crashed meanwhile.
    await call.thread.awake();
    if (goesOn) continue;
    if (call.documents(cancelled)) call.fail(cancelled, `the callback answered FALSE for ${item[0]}`);
    return;
  }
}
