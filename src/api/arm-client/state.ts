/** What a process has of the client API: the handles that it was given, and the groups that it watches. */
import type { ClientSoftware } from '../../cluster/client-software.js';
import { CallsBack, callBack } from '../facade/calls-back.js';
import type { Process, Thread } from '../facade/process.js';

/** A cluster as the client software tells of it. */
export type ClientLook = ReturnType<ClientSoftware['look']>;
/** A change of a group. */
export type ClientEvent = Parameters<Parameters<ClientSoftware['watch']>[2]>[0];

/** Tells the application of a change, in a thread of its own. */
type Tell = (watch: number, event: ClientEvent, thread: Thread) => Promise<unknown>;

interface Watch {
  /** The handle of the API that it belongs to. */
  readonly handle: number;
  end(): void;
}

export class ClientState {
  private readonly handles = new Set<number>();
  private readonly watches = new Map<number, Watch>();
  private nextHandle = 1;
  private nextWatch = 1;

  constructor(private readonly process: Process) {
    process.whenEnded(() => {
      for (const handle of this.handles) this.close(handle);
    });
  }

  get initialized(): boolean {
    return this.handles.size > 0;
  }

  open(): number {
    const handle = this.nextHandle++;
    this.handles.add(handle);
    return handle;
  }

  has(handle: number): boolean {
    return this.handles.has(handle);
  }

  /** Ends the use of a handle, with its watches (*ours*). */
  close(handle: number): void {
    this.handles.delete(handle);
    for (const [id, watch] of this.watches) if (watch.handle === handle) this.cancel(id);
  }

  watching(id: number): boolean {
    return this.watches.has(id);
  }

  /**
   * From now on the application is told of each change of a group: of one watch in order and never of two at once, of
   * several independently of each other. Answers the number of the watch.
   */
  watch(handle: number, begin: (sink: (event: ClientEvent) => void) => () => void, tell: Tell): number {
    const id = this.nextWatch++;
    const { process } = this;
    const proc = async (event: ClientEvent, thread: Thread): Promise<void> => {
      // It may have been cancelled since.
      const told = async (): Promise<unknown> => (this.watches.has(id) ? tell(id, event, thread) : undefined);
      await callBack(process, 'a WatchFailoverProc', thread, told);
    };
    const calls = new CallsBack<ClientEvent>(process, `watch ${id}`, (event) => (thread) => proc(event, thread));
    const stop = begin((event) => {
      if (process.alive) calls.put(event, `${event.event} ${event.id}`);
    });
    const end = (): void => {
      stop();
      calls.clear();
    };
    this.watches.set(id, { handle, end });
    return id;
  }

  /** Ends a watch; what the application has not been told is forgotten. A function that runs comes to its end. */
  cancel(id: number): void {
    this.watches.get(id)?.end();
    this.watches.delete(id);
  }
}
