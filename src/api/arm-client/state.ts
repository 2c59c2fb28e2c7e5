/** What a process has of the client API: the handles that it was given, and the groups that it watches. */
import type { ClientSoftware } from '../../cluster/client-software.js';
import { CallsBack, callBack } from '../facade/calls-back.js';
import { Handles } from '../facade/handles.js';
import type { Thread } from '../facade/process.js';

/** A cluster as the client software tells of it. */
export type ClientLook = ReturnType<ClientSoftware['look']>;
/** A change of a group. */
export type ClientEvent = Parameters<Parameters<ClientSoftware['watch']>[2]>[0];

/** Tells the application of a change, in a thread of its own. */
type Tell = (watch: number, event: ClientEvent, thread: Thread) => Promise<unknown>;

interface Watch {
  /** The handle of the API that it belongs to. */
  readonly handle: number;
  readonly end: () => void;
}

export class ClientState extends Handles<Watch> {
  private nextWatch = 1;

  /**
   * From now on the application is told of each change of a group: of one watch in order and never of two at once, of
   * several independently of each other. Answers the number of the watch.
   */
  start(handle: number, begin: (sink: (event: ClientEvent) => void) => () => void, tell: Tell): number {
    const id = this.nextWatch++;
    const { process } = this;
    const proc = async (event: ClientEvent, thread: Thread): Promise<void> => {
      // The watch may have ended since.
      const told = async (): Promise<unknown> => (this.watch(id) ? tell(id, event, thread) : undefined);
      await callBack(process, 'a WatchFailoverProc', thread, told);
    };
    const calls = new CallsBack<ClientEvent>(process, `watch ${id}`, (event) => (thread) => proc(event, thread));
    const end = begin((event) => {
      calls.put(event, `${event.event} ${event.id}`);
    });
    this.keep(id, { handle, end });
    return id;
  }
}
