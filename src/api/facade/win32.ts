/**
 * What Win32 gives an application beside the API: event objects to wait for, sleep, and the last error.
 *
 * Times are milliseconds of the cluster's time, INFINITE included. Several threads may wait for one object: an automatic
 * one lets through whoever has waited longest, and is reset by that; a manual one lets all through until it is reset.
 */
import type { Micros } from '../../model/time.js';
import type { Process, Thread } from './process.js';

export { INFINITE } from './process.js';
/** What a wait answers when its object was signalled; of several, this plus the position of the one that was. */
export const WAIT_OBJECT_0 = 0;
/** What a wait answers when its milliseconds of the cluster's time are over. */
export const WAIT_TIMEOUT = 0x102;
/**
 * What a wait answers for handles that it cannot wait for. GetLastError says why: 6 (ERROR_INVALID_HANDLE) where one is
 * none, 87 (ERROR_INVALID_PARAMETER) for no handle, more than 64, or one twice in a wait for all.
 */
export const WAIT_FAILED = 0xffffffff;
/** GetLastError after a call with a handle that is none. */
const ERROR_INVALID_HANDLE = 6;
/** At most so many objects in one wait. */
const MAXIMUM_WAIT_OBJECTS = 64;
const ERROR_INVALID_PARAMETER = 87;

/** Up to 64 objects, and at least one. */
function isWaitable(handles: unknown): boolean {
  return Array.isArray(handles) && handles.length > 0 && handles.length <= MAXIMUM_WAIT_OBJECTS;
}

/** An event object. */
export class EventObject {
  private signaled: boolean;

  constructor(
    private readonly process: Process,
    private readonly manualReset: boolean,
    initially: boolean,
  ) {
    this.signaled = initially;
  }

  set(): void {
    this.signaled = true;
    this.process.backend.reconsider();
  }

  reset(): void {
    this.signaled = false;
  }

  get isSet(): boolean {
    return this.signaled;
  }

  /** Lets one waiter through, if it is signalled. */
  take(): boolean {
    if (!this.signaled) return false;
    if (!this.manualReset) this.signaled = false;
    return true;
  }
}

/** The event objects of a process, by their handles. */
class Handles {
  private readonly objects = new Map<number, EventObject>();
  private next = 4;

  constructor(private readonly process: Process) {}

  create(manualReset: boolean, initially: boolean): number {
    const handle = this.next;
    this.next += 4;
    this.objects.set(handle, new EventObject(this.process, manualReset, initially));
    return handle;
  }

  find(handle: number): EventObject | undefined {
    return this.objects.get(handle);
  }

  close(handle: number): boolean {
    return this.objects.delete(handle);
  }
}

const tables = new WeakMap<Process, Handles>();

/** The event objects of a process. */
function handlesOf(process: Process): Handles {
  const handles = tables.get(process) ?? new Handles(process);
  tables.set(process, handles);
  return handles;
}

/** The event object with that handle. */
export function eventObject(process: Process, handle: number): EventObject | undefined {
  return handlesOf(process).find(handle);
}

/** The functions of kernel32 that an application here needs, for one thread of it. */
export class Kernel32 {
  private readonly handles: Handles;

  constructor(private readonly thread: Thread) {
    this.handles = handlesOf(thread.process);
  }

  GetLastError(): number {
    return this.thread.lastError;
  }

  SetLastError(error: number): void {
    this.thread.lastError = error >>> 0;
  }

  /** Answers the handle of a new event object. */
  CreateEvent(manualReset = false, initialState = false): number {
    this.thread.process.assertAlive();
    return this.handles.create(manualReset, initialState);
  }

  SetEvent(handle: number): boolean {
    return this.on(handle, (event) => {
      event.set();
    });
  }

  ResetEvent(handle: number): boolean {
    return this.on(handle, (event) => {
      event.reset();
    });
  }

  CloseHandle(handle: number): boolean {
    return this.handles.close(handle) || this.invalid(ERROR_INVALID_HANDLE);
  }

  /** Waits for an event object; WAIT_OBJECT_0, WAIT_TIMEOUT, or WAIT_FAILED for a handle that is none. */
  WaitForSingleObject(handle: number, milliseconds: number): Promise<number> {
    return this.WaitForMultipleObjects([handle], false, milliseconds);
  }

  /** Waits for one of up to 64 objects (WAIT_OBJECT_0 plus its position), or for all of them. */
  async WaitForMultipleObjects(handles: readonly number[], all: boolean, milliseconds: number): Promise<number> {
    await this.thread.awake();
    if (!isWaitable(handles)) return this.failed(ERROR_INVALID_PARAMETER);
    const events = handles.map((handle) => this.handles.find(handle));
    if (!events.every((event) => event !== undefined)) return this.failed(ERROR_INVALID_HANDLE);
    if (all && new Set(handles).size < handles.length) return this.failed(ERROR_INVALID_PARAMETER);
    let position = 0;
    const through = (): boolean => {
      if (!all) return (position = events.findIndex((event) => event.take())) >= 0;
      return events.every((event) => event.isSet) && events.every((event) => event.take());
    };
    if (through()) return WAIT_OBJECT_0 + position;
    const held = await this.thread.until(through, this.limit(milliseconds));
    return held ? WAIT_OBJECT_0 + (all ? 0 : position) : WAIT_TIMEOUT;
  }

  /** Lets that much of the cluster's time pass. */
  async Sleep(milliseconds: number): Promise<void> {
    await this.thread.awake();
    await this.thread.until(() => false, this.limit(milliseconds));
  }

  private limit(milliseconds: number): Micros {
    return this.thread.process.timeout(milliseconds);
  }

  private on(handle: number, does: (event: EventObject) => void): boolean {
    this.thread.process.assertAlive();
    const event = this.handles.find(handle);
    if (!event) return this.invalid(ERROR_INVALID_HANDLE);
    does(event);
    return true;
  }

  private invalid(error: number): false {
    this.thread.lastError = error;
    return false;
  }

  private failed(error: number): number {
    this.invalid(error);
    return WAIT_FAILED;
  }
}
