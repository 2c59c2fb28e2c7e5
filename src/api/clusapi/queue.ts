/**
 * What ports of every kind have in common: they keep what there is to tell, and those who wait for it.
 *
 * The oldest are dropped when nobody reads. A wait ends with something to tell, or when it is cancelled, the queue
 * unblocked or closed: then there is nothing.
 */

export interface QueueLimits<T> {
  readonly entriesMax: number;
  /** How much one entry weighs, and all of them at most; the newest is kept however heavy it is. */
  readonly weigh?: (entry: T) => number;
  readonly weightMax?: number;
}

export class Queue<T> {
  private entries: T[] = [];
  private weight = 0;
  /** Told whether there is something to read. */
  private waiting: ((told: boolean) => void)[] = [];

  constructor(private readonly limits: QueueLimits<T>) {}

  push(entry: T): void {
    const { entriesMax, weigh = () => 0, weightMax = 0 } = this.limits;
    this.entries.push(entry);
    this.weight += weigh(entry);
    while (this.entries.length > entriesMax || (this.weight > weightMax && this.entries.length > 1)) this.take(1);
    this.wake(true);
  }

  /** What there is to tell, `most` at once; waits while there is nothing. Empty where the wait was ended. */
  async read(most: number, cancelled: AbortSignal): Promise<readonly T[]> {
    while (this.entries.length === 0) if (!(await this.wait(cancelled))) return [];
    return this.take(most);
  }

  /** Ends all waits. */
  unblock(): void {
    this.wake(false);
  }

  /** Forgets what there is, and ends all waits. */
  close(): void {
    this.take(this.entries.length);
    this.unblock();
  }

  private take(most: number): readonly T[] {
    const taken = this.entries.splice(0, most);
    for (const entry of taken) this.weight -= this.limits.weigh?.(entry) ?? 0;
    return taken;
  }

  private wake(told: boolean): void {
    for (const go of this.waiting.splice(0)) go(told);
  }

  private async wait(cancelled: AbortSignal): Promise<boolean> {
    if (cancelled.aborted) return false;
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      cancelled.addEventListener('abort', () => {
        this.waiting = this.waiting.filter((go) => go !== resolve);
        resolve(false);
      });
    });
  }
}
