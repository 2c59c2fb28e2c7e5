/**
 * The events that an application has not fetched yet, in order. The queue is bounded: what comes while it is full is
 * dropped, counted, and traced as a warning.
 */
import type { Process } from './process.js';

/** How many events a queue holds, unless `startApplication` is told otherwise. */
export const EVENT_QUEUE = 256;

export class EventQueue<T> {
  private readonly waiting: T[] = [];
  private dropped = 0;

  constructor(
    private readonly process: Process,
    /** Whose it is, for the warning. */
    private readonly owner: string,
  ) {}

  /** @param what the event's name and number, for the warning */
  put(event: T, what: string): void {
    const { backend, eventQueue, machine } = this.process;
    if (this.waiting.length < eventQueue) {
      this.waiting.push(event);
      return;
    }
    this.dropped += 1;
    const text = `${machine}: the queue of ${this.owner} holds ${eventQueue} events: ${what} is dropped, ${this.dropped} so far`;
    backend.note({ kind: 'warning', text });
  }

  /** The oldest, which stays. */
  get oldest(): T | undefined {
    return this.waiting[0];
  }

  /** The oldest has been fetched. Answers whether others remain. */
  next(): boolean {
    this.waiting.shift();
    return this.waiting.length > 0;
  }
}
