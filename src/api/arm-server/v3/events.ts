/**
 * Server events, in three ways: a call that waits for the next one (4.1.3.2), a function that is called at each (4.1.3.3
 * to 4.1.3.5), and an event object that is signalled at each (4.1.3.6 to 4.1.3.8).
 */
import type { Call, Deed, Ref } from '../../facade/call.js';
import { putSized, putStructure, putText } from '../../facade/memory.js';
import type { Process, Thread } from '../../facade/process.js';
import { type EventObject, eventObject } from '../../facade/win32.js';
import { sizeOf } from '../../layout/measure.js';
import type { ValueOf } from '../../layout/types.js';
import { constants3, type ErrorName3 } from '../constants.js';
import { structures3 } from '../structures.js';
import { targetOf } from './definition.js';
import type { Registration } from './reception.js';
import type { Service3 } from './state.js';
import type { ServerEvent } from './translation.js';

type Call3 = Call<ErrorName3>;
/** A WatchServerProc, as it is called. */
type WatchProc = (watch: number, param: Uint8Array, event: number, id: number, thread: unknown) => unknown;

const { layout: eventParam } = structures3.ARM_EVENT_PARAM;
/** What an event's structure holds once its callback has returned: it is valid no more (4.1.3.5). */
const GONE = 0xdd;

function paramOf({ server, resource }: ServerEvent): ValueOf<typeof eventParam> {
  return { szServerName: server, EventParam: { szResourceName: resource } };
}

/** Calls the application's function, and takes the structure away when it has returned. */
async function callProc(process: Process, proc: WatchProc, watch: number, event: ServerEvent, thread: unknown) {
  const param = new Uint8Array(sizeOf(eventParam, process.build));
  putStructure(process, eventParam, param, paramOf(event));
  try {
    await proc(watch, param, constants3[event.code], event.id, thread);
  } finally {
    param.fill(GONE);
  }
}

/** A buffer that may be NULL; its size may be too, and only then. */
function mayBeLeftOut(call: Call3, buffer: unknown, size: unknown, names: string): void {
  if (buffer && !size) call.fail('ARMERR_INVALID_PARAMETER', names);
}

/** @param threadFor what a callback is given to call the API from, besides the documented arguments */
export function events(state: Service3, threadFor: (thread: Thread) => unknown): EventDeeds {
  const { reception } = state;
  return {
    ArmWatchServer: watchServer(state),
    ArmStartWatchServer: {
      does(call: Call3, server: string, proc: WatchProc, id: Ref) {
        const target = targetOf(call, server);
        id.value = reception.watch({
          target,
          proc: (watch, event, thread) => callProc(call.process, proc, watch, event, threadFor(thread)),
        });
      },
    },
    ArmCancelWatchServer: {
      wrongArgument: 'ARMERR_INVALID_ID',
      check(call: Call3, id: number) {
        if (!reception.watches.has(id)) call.fail('ARMERR_INVALID_ID', `no watch has the id ${id}`);
      },
      does(_call: Call3, id: number) {
        reception.watches.delete(id);
      },
    },
    ...objectDeeds(state),
  };
}

function watchServer({ reception }: Service3): Deed<ErrorName3> {
  return {
    nullable: ['lpszCauseServer', 'lpcchCauseServer'],
    check(call: Call3, _server: string, ...[, , cause, size]: unknown[]) {
      mayBeLeftOut(call, cause, size, 'lpcchCauseServer is NULL, and lpszCauseServer is not');
    },
    async does(call: Call3, server: string, ...rest: [Ref, Ref, Uint8Array | null, Ref | null, number]) {
      const [code, id, cause, size, timeout] = rest;
      const milliseconds = timeout >>> 0;
      const { process, thread } = call;
      const limit = process.timeout(milliseconds);
      const event = await reception.first(targetOf(call, server), (holds) => thread.until(holds, limit));
      if (event === 'ended') call.fail('ARMERR_NOT_INITIALIZED', 'ArmTerminateApi was called meanwhile');
      if (event === 'none') call.fail('ARMERR_TIMEOUT', `no event in ${milliseconds} ms`);
      if (cause && size && !putText(process, cause, size, event.server))
        call.fail('ARMERR_BUFFER_TOO_SMALL', `the name of the server takes ${size.value} characters`);
      code.value = constants3[event.code];
      id.value = event.id;
    },
  };
}

type ObjectFunction = 'ArmRegisterWatchServerEvent' | 'ArmCancelWatchServerEvent' | 'ArmGetServerEvent';
type EventDeeds = Readonly<
  Record<'ArmWatchServer' | 'ArmStartWatchServer' | 'ArmCancelWatchServer' | ObjectFunction, Deed<ErrorName3>>
>;

function objectDeeds({ reception }: Service3): Readonly<Record<ObjectFunction, Deed<ErrorName3>>> {
  /** A handle that has been closed is still registered. */
  const registrationOf = (call: Call3, handle: number): Registration => {
    const registration = reception.registrations.get(handle);
    if (registration) return registration;
    objectOf(call, handle);
    return call.fail('ARMERR_NOT_REGISTERED', `event object ${handle} is not registered`);
  };
  return {
    ArmRegisterWatchServerEvent: {
      check(call: Call3, handle: number) {
        objectOf(call, handle);
        if (reception.registrations.has(handle))
          call.fail('ARMERR_ALREADY_REGISTERED', `event object ${handle} has been registered already`);
      },
      does(call: Call3, handle: number, server: string) {
        reception.register(handle, targetOf(call, server), objectOf(call, handle));
      },
    },
    ArmCancelWatchServerEvent: {
      check(call: Call3, handle: number) {
        registrationOf(call, handle);
      },
      does(_call: Call3, handle: number) {
        reception.registrations.delete(handle);
      },
    },
    ArmGetServerEvent: {
      nullable: ['lpArmEventParam', 'lpcbArmEventParam'],
      check(call: Call3, handle: number, ...[, , param, size]: unknown[]) {
        mayBeLeftOut(call, param, size, 'lpcbArmEventParam is NULL, and lpArmEventParam is not');
        registrationOf(call, handle);
      },
      does(call: Call3, handle: number, ...rest: [Ref, Ref, Uint8Array | null, Ref | null, Ref]) {
        const [code, id, param, size, remain] = rest;
        const { queue, object } = registrationOf(call, handle);
        const { oldest } = queue;
        if (!oldest) {
          // Whatever comes of it, the object is not signalled any more.
          object.reset();
          call.fail('ARMERR_NOT_FOUND', `no event is waiting for event object ${handle}`);
        }
        if (param && size && !putSized(call.process, eventParam, param, size, paramOf(oldest)))
          call.fail('ARMERR_BUFFER_TOO_SMALL', `an event takes ${size.value} bytes`);
        code.value = constants3[oldest.code];
        id.value = oldest.id;
        remain.value = queue.next() ? constants3.TRUE : constants3.FALSE;
        object.reset();
      },
    },
  };
}

function objectOf(call: Call3, handle: number): EventObject {
  const object = eventObject(call.process, handle);
  if (!object) call.fail('ARMERR_INVALID_PARAMETER', `${handle} is no handle of an event object`);
  return object;
}
