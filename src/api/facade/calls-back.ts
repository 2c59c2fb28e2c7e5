/**
 * Functions of the application's that an API calls by itself when something has happened: in a task of the process, one
 * after the other and in order. What comes while one runs waits its turn, up to the bound of a queue.
 */
import { EventQueue } from './event-queue.js';
import { noteMistake } from './mistakes.js';
import { type Process, ProcessGone, Task, type Thread } from './process.js';

export class CallsBack<T> {
  private readonly inbox: EventQueue<T>;
  private calling = false;

  /**
   * @param owner whose queue it is, for the warning when it is full
   * @param take takes the next thing in, and answers what has to be called for it, if anything: it must not throw
   */
  constructor(
    private readonly process: Process,
    owner: string,
    private readonly take: (item: T) => ((thread: Thread) => Promise<void>) | undefined,
  ) {
    this.inbox = new EventQueue(process, owner);
  }

  /** @param what the name and number of it, for the warning */
  put(item: T, what: string): void {
    this.inbox.put(item, what);
    if (!this.calling) this.handOn();
  }

  /** Forgets what waits. What runs comes to its end. */
  clear(): void {
    while (this.inbox.oldest !== undefined) this.inbox.next();
  }

  /** Hands on what waits, as far as the first that something is called for. */
  private handOn(): void {
    for (let item = this.inbox.oldest; item !== undefined; item = this.inbox.oldest) {
      this.inbox.next();
      const calls = this.take(item);
      if (!calls) continue;
      this.calling = true;
      void new Task(this.process, (thread) => this.call(calls, thread));
      return;
    }
  }

  private async call(calls: (thread: Thread) => Promise<void>, thread: Thread): Promise<void> {
    try {
      await calls(thread);
    } finally {
      this.calling = false;
      this.handOn();
    }
  }
}

/**
 * Calls one function of the application's. What it throws is its own mistake: nothing else is kept from being called.
 * Answers false where the process has gone.
 */
export async function callBack(
  process: Process,
  where: string,
  thread: Thread,
  proc: () => Promise<unknown>,
): Promise<boolean> {
  try {
    await thread.awake();
    await proc();
  } catch (error) {
    if (error instanceof ProcessGone) return false;
    noteMistake(process, where, error);
  }
  return true;
}
