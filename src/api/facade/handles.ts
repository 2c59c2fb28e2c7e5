/**
 * What a process has of an API that is initialised as often as one likes: the handles that it was given, and the watches
 * that belong to each. Ending the use of a handle ends its watches; the end of the process ends all.
 */
import type { Process } from './process.js';

/** Something that is watched for the sake of a handle of the API. */
interface Watch {
  readonly handle: number;
  readonly end: () => void;
}

/** @typeParam W a watch, found by the number that the application knows it by */
export class Handles<W extends Watch> {
  private readonly given = new Set<number>();
  private readonly watches = new Map<number, W>();
  private next = 1;

  constructor(readonly process: Process) {
    process.whenEnded(() => {
      for (const handle of this.given) this.close(handle);
    });
  }

  get initialized(): boolean {
    return this.given.size > 0;
  }

  open(): number {
    const handle = this.next++;
    this.given.add(handle);
    return handle;
  }

  has(handle: number): boolean {
    return this.given.has(handle);
  }

  /** Ends the use of a handle, with its watches. */
  close(handle: number): void {
    this.given.delete(handle);
    for (const [id, watch] of this.watches) if (watch.handle === handle) this.cancel(id);
  }

  watch(id: number): W | undefined {
    return this.watches.get(id);
  }

  /** Ends a watch; what of it the application has not been told, or has not fetched, is lost. */
  cancel(id: number): void {
    this.watches.get(id)?.end();
    this.watches.delete(id);
  }

  protected keep(id: number, watch: W): void {
    this.watches.set(id, watch);
  }
}
