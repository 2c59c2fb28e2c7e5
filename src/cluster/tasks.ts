/**
 * The tasks of applications: in virtual time the clock stands while any of them runs.
 *
 * A task runs from its start to its end, but for the time that it spends in a call of the emulator. What it does in
 * between may take as long as it likes (it may read a file): no instant passes, so the trace does not depend on it.
 */
export class Tasks {
  private expected = false;
  private running = 0;
  private waiting: (() => void)[] = [];
  private failure: Error | undefined;

  /** Whether there is any application: without one, nobody has to be waited for. */
  get any(): boolean {
    return this.expected;
  }

  /** Whether a task runs now. */
  get busy(): boolean {
    return this.running > 0;
  }

  /** An application has been started. */
  expect(): void {
    this.expected = true;
  }

  /** A task has failed that nobody awaits: whoever waits for the cluster next is told. */
  fail(error: Error): void {
    this.failure ??= error;
  }

  /** The failure that somebody is to be told of, once. */
  takeFailure(): Error | undefined {
    const { failure } = this;
    this.failure = undefined;
    return failure;
  }

  /** A task begins, or a call comes back to it. */
  goOn(): void {
    this.running += 1;
  }

  /** A task enters a call, or is through. */
  pause(): void {
    this.running -= 1;
    if (!this.busy) for (const resolve of this.waiting.splice(0)) resolve();
  }

  /** Comes back when no task runs. */
  idle(): Promise<void> {
    if (!this.busy) return Promise.resolve();
    return new Promise((resolve) => this.waiting.push(resolve));
  }
}
