/** What a process has of Ver4.x: the handles that ArmInitializeApi gave it, and the event objects that it watches with. */
import type { EventLine } from '../../../model/trace.js';
import { EventQueue } from '../../facade/event-queue.js';
import { Handles } from '../../facade/handles.js';
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
  readonly end: () => void;
}

export class Service4 extends Handles<Watch> {
  readonly keys = new OpenKeys();

  override close(handle: number): void {
    super.close(handle);
    if (!this.initialized) this.keys.closeAll();
  }

  /** From now on the object is signalled at each event, and the event kept. */
  start(handle: number, event: number, object: EventObject): void {
    const queue = new EventQueue<ClusterEvent>(this.process, `event object ${event}`);
    const end = this.process.listen(({ lines }) => {
      for (const line of lines) {
        if (line.kind !== 'event') continue;
        queue.put(line, `${line.code} ${line.id}`);
        object.set();
      }
    });
    this.keep(event, { object, queue, handle, end });
  }
}
