/**
 * The event thread that the API runs in a process (4.1.3.5): it receives the server events one after the other and hands
 * each to all who watch, callbacks last.
 *
 * Callbacks run in this thread: one at a time, in the order of events, and at one event in the order of the watches. As
 * long as one runs, nothing else is received: what comes meanwhile waits its turn, up to the bound of a queue.
 */
import type { Service } from '../../../cluster/service.js';
import { CallsBack, callBack } from '../../facade/calls-back.js';
import { EventQueue } from '../../facade/event-queue.js';
import type { Process, Thread } from '../../facade/process.js';
import type { EventObject } from '../../facade/win32.js';
import { type ServerEvent, Translation } from './translation.js';

/** Whose events are watched: a server's, or everybody's (undefined). */
export type Target = string | undefined;

/** An event object that is signalled at each event (4.1.3.6). */
export interface Registration {
  readonly target: Target;
  readonly object: EventObject;
  readonly queue: EventQueue<ServerEvent>;
}

/** An application's function that is called at each event (4.1.3.3). */
export interface Watch {
  readonly target: Target;
  readonly proc: (watch: number, event: ServerEvent, thread: Thread) => Promise<void>;
}

/** A call that waits for one event (4.1.3.2). */
interface Wait {
  readonly target: Target;
  event: ServerEvent | undefined;
}

export class Reception {
  readonly watches = new Map<number, Watch>();
  readonly registrations = new Map<number, Registration>();
  private readonly waits = new Set<Wait>();
  private readonly inbox: CallsBack<ServerEvent>;
  private unlisten: (() => void) | undefined;
  private nextWatch = 1;

  constructor(private readonly process: Process) {
    this.inbox = new CallsBack(process, 'the event thread', (event) => this.take(event));
    process.whenEnded(() => this.stop());
  }

  get runs(): boolean {
    return this.unlisten !== undefined;
  }

  start(): void {
    const { service } = this.process;
    let translation = service.look() && translationOf(service);
    this.unlisten = this.process.listen(({ lines }) => {
      translation ??= translationOf(service);
      for (const event of translation?.take(lines) ?? []) this.inbox.put(event, `${event.code} ${event.id}`);
    });
  }

  /** Forgets all who watch, and what they have not fetched. A callback that runs comes to its end. */
  stop(): void {
    this.unlisten?.();
    this.unlisten = undefined;
    this.watches.clear();
    this.registrations.clear();
    this.waits.clear();
    this.inbox.clear();
    this.process.backend.reconsider();
  }

  /** Answers the number of the watch. */
  watch(watch: Watch): number {
    const id = this.nextWatch++;
    this.watches.set(id, watch);
    return id;
  }

  register(handle: number, target: Target, object: EventObject): void {
    const queue = new EventQueue<ServerEvent>(this.process, `event object ${handle}`);
    this.registrations.set(handle, { target, object, queue });
  }

  /** Waits for the first event that is received from now on. `none` came in time, or the API was `ended` meanwhile. */
  async first(
    target: Target,
    until: (holds: () => boolean) => Promise<boolean>,
  ): Promise<ServerEvent | 'none' | 'ended'> {
    const wait: Wait = { target, event: undefined };
    this.waits.add(wait);
    try {
      await until(() => wait.event !== undefined || !this.waits.has(wait));
      return wait.event ?? (this.waits.has(wait) ? 'none' : 'ended');
    } finally {
      this.waits.delete(wait);
    }
  }

  /** Hands an event on to all who watch; answers which functions are to be called at it. */
  private take(event: ServerEvent): ((thread: Thread) => Promise<void>) | undefined {
    this.tell(event);
    const called = [...this.watches].filter(([, { target }]) => concerns(event, target)).map(([id]) => id);
    return called.length === 0 ? undefined : (thread) => this.callAll(event, called, thread);
  }

  /** Event objects and calls that wait. */
  private tell(event: ServerEvent): void {
    for (const { target, queue, object } of this.registrations.values()) {
      if (!concerns(event, target)) continue;
      queue.put(event, `${event.code} ${event.id}`);
      object.set();
    }
    for (const wait of this.waits) if (concerns(event, wait.target)) wait.event ??= event;
    this.process.backend.reconsider();
  }

  private async callAll(event: ServerEvent, watches: readonly number[], thread: Thread): Promise<void> {
    for (const id of watches) {
      // One called before may have cancelled it.
      const call = async (): Promise<void> => this.watches.get(id)?.proc(id, event, thread);
      if (!(await callBack(this.process, 'a WatchServerProc', thread, call))) return;
    }
  }
}

function translationOf(service: Service): Translation | undefined {
  return service.registered && new Translation(service.registered.cluster, service.look());
}

function concerns(event: ServerEvent, target: Target): boolean {
  return target === undefined || target === event.server;
}
