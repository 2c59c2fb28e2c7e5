/**
 * An application on an emulated server, client or machine: what a user starts there, and calls the documented APIs from.
 *
 *     const app = startApplication(cluster, 'ServerA', { kit: '7.0 32bit' });
 *     const { armapi4 } = app.main;
 *     const handle = ref();
 *     if (!(await armapi4.ArmInitializeApi(handle, ARMAPI_VERSION['7.0 32bit'], 60))) console.log(app.main.explain());
 */
import type { Backend } from '../cluster/backend.js';
import type { Cluster } from '../cluster/cluster.js';
import type { MachineRegistry } from '../cluster/registry.js';
import { type ArmCl2, armcl2 } from './arm-client/armcl2.js';
import { type ArmCl2Vb, armcl2vb, VisualBasic } from './arm-client/armcl2vb.js';
import { clientStructures, vbStructures } from './arm-client/structures.js';
import { type ArmApi3, armapi } from './arm-server/armapi.js';
import { armapi4, type ArmApi4 } from './arm-server/armapi4.js';
import { whyNoStart } from './arm-server/installed.js';
import { structures3, structures4 } from './arm-server/structures.js';
import { EVENT_QUEUE } from './facade/event-queue.js';
import type { Kit } from './facade/kits.js';
import { type LastFailure, Process, Task, Thread } from './facade/process.js';
import { type StructureViews, structureViews } from './facade/structures.js';
import { Kernel32 } from './facade/win32.js';
import { decodeText } from './layout/text.js';

/** How an application was built, and how it runs. */
export interface ApplicationOptions {
  /** The development kit that it was built with (section 2.5.1); `7.0 32bit` by default. */
  readonly kit?: Kit;
  /** `ansi` (default): texts are Shift_JIS. `unicode`: UTF-16LE. */
  readonly charset?: 'ansi' | 'unicode';
  /** Linked with the import library (default), or with the static stub (section 2.4; there is none for 64 bits). */
  readonly library?: 'import' | 'static';
  /** Every time that it waits for times this: for a cluster whose durations were scaled so (real time only). */
  readonly timeScale?: number;
  /** How many events each of its watches keeps until they are fetched; 256 by default. What comes on top is lost. */
  readonly eventQueue?: number;
}

/** What an application's code has in one of its threads. Each API is made when it is first asked for. */
export class ApplicationThread {
  /** Event objects, waits, the last error. */
  readonly kernel32: Kernel32;
  /** What Visual Basic gives: `vb.Err.LastDllError`. */
  readonly vb: VisualBasic;
  private readonly made = new Map<string, unknown>();

  constructor(private readonly thread: Thread) {
    this.kernel32 = new Kernel32(thread);
    this.vb = new VisualBasic(thread);
  }

  /** The server API compatible with Ver3.0 (chapter 4), for applications of the kit 3.0. */
  get armapi(): ArmApi3 {
    return this.once('armapi', () => armapi(this.thread));
  }

  /** The structures of Ver3.0 (section 4.2). */
  get structures3(): StructureViews<typeof structures3> {
    return this.once('structures3', () => structureViews(this.thread.process, structures3));
  }

  /** The server API Ver4.x (chapter 3). */
  get armapi4(): ArmApi4 {
    return this.once('armapi4', () => armapi4(this.thread));
  }

  /** The structures of Ver4.x (section 3.2): `structures4.ARM_GROUP_STATUS.allocate()`, and `.read(buffer)`. */
  get structures4(): StructureViews<typeof structures4> {
    return this.once('structures4', () => structureViews(this.thread.process, structures4));
  }

  /** The client API for C (chapter 6), on clients and on servers. */
  get armcl2(): ArmCl2 {
    return this.once('armcl2', () => armcl2(this.thread));
  }

  /** Its structures (section 6.2). */
  get structuresClient(): StructureViews<typeof clientStructures> {
    return this.once('structuresClient', () => structureViews(this.thread.process, clientStructures));
  }

  /** The client API for Visual Basic (chapter 7), on clients and on servers. */
  get armcl2vb(): ArmCl2Vb {
    return this.once('armcl2vb', () => armcl2vb(this.thread));
  }

  /** Its structure (section 7.2). */
  get structuresVb(): StructureViews<typeof vbStructures> {
    return this.once('structuresVb', () => structureViews(this.thread.process, vbStructures));
  }

  /**
   * The registry of the machine as Win32 shows it to applications: the API sets and deletes synchronised keys and values,
   * but to look at them, and to write what belongs to this server alone, is Win32's business (4.1.4).
   */
  get registry(): Omit<MachineRegistry, 'synchronise'> {
    const { process } = this.thread;
    process.assertAlive();
    const own = process.backend.registryOf(process.machine);
    return {
      peek: (path) => own.peek(path),
      keys: (path) => own.keys(path),
      read: (path) => this.thread.answer(own.read(path)),
      writeLocally: (edit) => own.writeLocally(edit),
    };
  }

  /** The last call that failed in this thread. */
  get lastFailure(): LastFailure | undefined {
    return this.thread.lastFailure;
  }

  /** Why the last call that failed in this thread did: the call, the documented error, and the reason. */
  explain(): string {
    const { lastFailure } = this.thread;
    if (!lastFailure) return 'no call has failed';
    return `${lastFailure.call}: ${lastFailure.error}: ${lastFailure.because}`;
  }

  private once<T>(name: string, make: () => T): T {
    if (!this.made.has(name)) this.made.set(name, make());
    return this.made.get(name) as T;
  }

  /** The text in a buffer up to its NUL, in the application's charset. */
  text(buffer: Uint8Array): string {
    return decodeText(buffer, 'TCHAR', this.thread.process.build);
  }
}

/**
 * One process on a machine, made by `startApplication`. It lives as long as the boot that it was started in: where its
 * machine loses its power, or `end` is called, it is gone, and its calls throw `ProcessGone`. While its machine hangs
 * they wait.
 */
export class Application {
  /** The thread that the program which started it calls from: its waits let virtual time pass. */
  readonly main: ApplicationThread;

  constructor(readonly process: Process) {
    this.main = new ApplicationThread(new Thread(process));
  }

  /** Another thread for the program that started it, with a last error of its own. */
  thread(): ApplicationThread {
    return new ApplicationThread(new Thread(this.process));
  }

  /** Runs a task in a thread of its own, beside all others. Virtual time stands while it runs and no call is open. */
  run<T>(task: (thread: ApplicationThread) => T | Promise<T>): Task<T> {
    return new Task(this.process, (thread) => task(new ApplicationThread(thread)));
  }

  /** It runs still, or would if its machine did not hang. */
  get alive(): boolean {
    return this.process.alive;
  }

  /** Ends it, with all that it has open. */
  end(): void {
    this.process.end();
  }
}

/**
 * Starts an application on a server, on a client, or on a machine registered in no cluster.
 *
 * @throws RangeError where there is no such machine, it has no power, there is no such library, or the system refuses to
 *   start the process because the DLL that it is linked with is not there (section 2.4)
 */
export function startApplication(
  cluster: Cluster | Backend,
  machine: string,
  options: ApplicationOptions = {},
): Application {
  const { kit = '7.0 32bit', charset = 'ansi', library = 'import', eventQueue = EVENT_QUEUE, timeScale = 1 } = options;
  const bits = kit === '7.0 64bit' ? 64 : 32;
  if (library === 'static' && bits === 64)
    throw new RangeError('There is no static library for 64 bits (section 2.4).');
  const backend = 'backend' in cluster ? cluster.backend : cluster;
  if (!Number.isSafeInteger(eventQueue) || eventQueue < 1)
    throw new RangeError(`An event queue cannot hold ${eventQueue} events; write a whole number from 1 on.`);
  const process = new Process(backend, machine, { kit, bits, charset, library }, { eventQueue, timeScale });
  const refusal = whyNoStart(process);
  if (refusal !== undefined) throw new RangeError(refusal);
  return new Application(process);
}
