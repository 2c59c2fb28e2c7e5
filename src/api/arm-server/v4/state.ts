/** What a process has of Ver4.x: the handles that ArmInitializeApi gave it, and the event objects that it watches with. */
import type { EventLine } from '../../../model/trace.js';
import { EventQueue } from '../../facade/event-queue.js';
import type { Process } from '../../facade/process.js';
import type { EventObject } from '../../facade/win32.js';
import { OpenKeys } from '../registry.js';

/** What an event says. */
export type ClusterEvent = Pick<EventLine, 'id' | 'code' | 'source' | 'src' | 'dst'>;

/** An event object that is signalled at each cluster event. */
export interface Watch {
  readonly object: EventObject;
  readonly queue: EventQueue<ClusterEvent>;
  /** The handle of the API that it belongs to. */
  readonly handle: number;
  readonly stop: () => void;
}

export class Service4 {
  readonly keys = new OpenKeys();
  private readonly handles = new Set<number>();
  private readonly watches = new Map<number, Watch>();
  private next = 1;

  constructor(readonly process: Process) {
    process.whenEnded(() => {
      for (const handle of this.handles) this.close(handle);
    });
  }

  get initialized(): boolean {
    return this.handles.size > 0;
  }

  open(): number {
    const handle = this.next++;
    this.handles.add(handle);
    return handle;
  }

  has(handle: number): boolean {
    return this.handles.has(handle);
  }

  /** Ends the use of a handle, with its watches. */
  close(handle: number): void {
    this.handles.delete(handle);
    if (!this.initialized) this.keys.closeAll();
    for (const [event, watch] of this.watches) if (watch.handle === handle) this.cancel(event);
  }

  watch(event: number): Watch | undefined {
    return this.watches.get(event);
  }

  /** From now on the object is signalled at each event, and the event kept. */
  start(handle: number, event: number, object: EventObject): void {
    const queue = new EventQueue<ClusterEvent>(this.process, `event object ${event}`);
    const stop = this.process.listen(({ lines }) => {
      for (const line of lines) {
        if (line.kind !== 'event') continue;
        queue.put(line, `${line.code} ${line.id}`);
        object.set();
      }
    });
    this.watches.set(event, { object, queue, handle, stop });
  }

  /** Ends a watch; what was not fetched is lost. */
  cancel(event: number): void {
    this.watches.get(event)?.stop();
    this.watches.delete(event);
  }
}
