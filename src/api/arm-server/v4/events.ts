/** Cluster events: watching for them with event objects, and fetching them (3.1.3.4 to 3.1.3.6). */
import type { Call, Deed, Ref } from '../../facade/call.js';
import { putSized } from '../../facade/memory.js';
import { type EventObject, eventObject } from '../../facade/win32.js';
import type { ValueOf } from '../../layout/types.js';
import { constants4, type ErrorName4 } from '../constants.js';
import { structures4 } from '../structures.js';
import { mustBeOpen } from './initialisation.js';
import type { ClusterEvent, Service4, Watch } from './state.js';

type Call4 = Call<ErrorName4>;

const { layout: eventInfo } = structures4.ARM_EVENT_INFO;

/** The members that an event does not use are empty. */
function infoOf({ id, code, source, src, dst }: ClusterEvent): ValueOf<typeof eventInfo> {
  return { dwEvent: constants4[code], dwEventId: id, szSourceName: source, szSrcServer: src, szDstServer: dst };
}

function mustBeEvent(call: Call4, event: number): void {
  if (!eventObject(call.process, event))
    call.fail('ARMERR_INVALID_PARAMETER', `${event} is no handle of an event object`);
}

export function events(
  state: Service4,
): Readonly<Record<'ArmStartEventWatch' | 'ArmCancelEventWatch' | 'ArmGetEventInfo', Deed<ErrorName4>>> {
  const watchOf = (call: Call4, event: number): Watch => {
    const watch = state.watch(event);
    if (!watch) {
      mustBeEvent(call, event);
      call.fail('ARMERR_NOT_REGISTERED', `event object ${event} is not registered`);
    }
    return watch;
  };
  return {
    ArmStartEventWatch: {
      check(call: Call4, handle: number, event: number) {
        mustBeEvent(call, event);
        mustBeOpen(call, state, handle);
      },
      does(call: Call4, handle: number, event: number) {
        if (state.watch(event))
          call.fail('ARMERR_ALREADY_REGISTERED', `event object ${event} has been registered already`);
        state.start(handle, event, eventObject(call.process, event) as EventObject);
      },
    },
    ArmCancelEventWatch: {
      check(call: Call4, event: number) {
        watchOf(call, event);
      },
      does(_call: Call4, event: number) {
        state.cancel(event);
      },
    },
    ArmGetEventInfo: {
      check(call: Call4, event: number) {
        watchOf(call, event);
      },
      does(call: Call4, event: number, buffer: Uint8Array, size: Ref, remain: Ref) {
        const { queue, object } = watchOf(call, event);
        const { oldest } = queue;
        if (!oldest) {
          // Whatever comes of it, the object is not signalled any more.
          object.reset();
          call.fail('ARMERR_NOT_FOUND', `no event is waiting for event object ${event}`);
        }
        if (!putSized(call.process, eventInfo, buffer, size, infoOf(oldest)))
          call.fail('ARMERR_BUFFER_TOO_SMALL', `an event takes ${size.value} bytes`);
        remain.value = queue.next() ? constants4.TRUE : constants4.FALSE;
        object.reset();
      },
    },
  };
}
