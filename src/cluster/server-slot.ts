/**
 * One server as a machine: its power, its hang, its disk; and the faults of resources. What runs on it is an engine.
 */
import type { Audit } from '../failover/context.js';
import { Engine, type Place } from '../failover/engine.js';
import { type Durable, EMPTY_DURABLE, type Effects, type Input, type ViewId } from '../failover/frames.js';
import type { Executor } from '../failover/group/executor.js';
import type { AgreedState } from '../failover/state.js';
import type { ClusterDefinition } from '../model/definition.js';
import { LocalRegistry, type RegistryContent } from '../model/registry.js';
import { type Micros, NEVER, micros } from '../model/time.js';
import { ReceiveBuffer } from '../network/receive-buffer.js';
import type { ServerNode } from './world.js';

/** A frame that waits for a server that hangs. */
export interface Waiting {
  readonly input: Input;
  readonly from: number;
  readonly network: number;
  readonly marks: number;
}

/** An engine as the world sees it: the engine itself, or what a thread last told of the one that runs there. */
export interface EngineView {
  readonly place: Place;
  readonly view: ViewId;
  readonly members: number;
  /** The whole agreed state: in real time it has to be asked for. */
  readonly state: Readonly<AgreedState>;
  /** What it truly holds. */
  readonly executor: Pick<Executor, 'held' | 'holds'>;
  readonly atRest: boolean;
  nextDeadline(): Micros;
}

export class ServerSlot {
  engine: EngineView | undefined;
  hung = false;
  /** How it lost its power last: decides between STOPPED and DOWN. */
  ended: 'never' | 'orderly' | 'down' = 'never';
  incarnation = 0;
  /** On its disk: what its engine keeps, and its registry. */
  durable: Durable = EMPTY_DURABLE;
  readonly registry = new LocalRegistry();
  /** When the outside watchdog cuts its power. */
  watchdogAt: Micros = NEVER;
  /** It has been told to power off and does so at the end of its step. */
  poweringOff: { readonly orderly: boolean; readonly why: string } | undefined;
  /** It stood in a view once since its boot, and stands in none now. */
  cutOff = false;
  /** It has said that it stands in a view. */
  standing = false;
  /** When it was switched on last. */
  bootedAt: Micros = micros(0);
  /** A boot is under way. */
  booting = false;
  readonly frames = new ReceiveBuffer<Waiting>();
  /** Inputs other than frames that came while it was hung. */
  readonly answers: Input[] = [];

  constructor(
    readonly place: ServerNode,
    readonly definition: ClusterDefinition,
  ) {}

  get running(): boolean {
    return this.engine !== undefined;
  }

  /** Runs and takes part: powered and not hung. */
  get active(): boolean {
    return this.engine !== undefined && !this.hung;
  }

  /** Its engine writes to the disk; what it has let out of the synchronised registry goes into its own. */
  keep(durable: Durable): void {
    const { content } = this.durable.registry;
    this.durable = durable;
    if (durable.registry.content !== content)
      this.registry.follow(JSON.parse(durable.registry.content) as RegistryContent);
  }

  /** A group's registry keys as they were left elsewhere, if they were. */
  bringKeys(group: number, keys: RegistryContent | undefined): void {
    if (keys) this.registry.restore(this.definition.groups[group].registryKeys, keys);
  }

  /** Power on: another incarnation, with what is on its disk. */
  switchOn(now: Micros): void {
    this.incarnation += 1;
    this.bootedAt = now;
    this.booting = false;
    this.cutOff = false;
    this.standing = false;
    this.hung = false;
    this.poweringOff = undefined;
  }

  /** Power on with the engine in this thread. */
  boot(now: Micros, out: Effects, audit: Audit | undefined): Engine {
    this.switchOn(now);
    const { definition, incarnation, durable } = this;
    const engine = new Engine({ definition, me: this.place.server, incarnation, now, durable, audit }, out);
    this.engine = engine;
    return engine;
  }

  /** Power off; what waited is lost with it, and handed back to be counted. */
  stop(orderly: boolean): Waiting[] {
    this.engine = undefined;
    this.hung = false;
    this.booting = false;
    this.cutOff = false;
    this.standing = false;
    this.poweringOff = undefined;
    this.watchdogAt = NEVER;
    this.ended = orderly ? 'orderly' : 'down';
    this.answers.length = 0;
    return this.frames.drain();
  }
}

/** Which resources are broken, or hang, and where: by resource, on one server or on all. */
export class ResourceFaults {
  private readonly broken = new Map<string, 'fails' | 'hangs'>();

  set(resource: string, on: string | undefined, how: 'fails' | 'hangs'): void {
    this.broken.set(`${resource}@${on ?? '*'}`, how);
  }

  /** Repairs it on one server, or everywhere. */
  repair(resource: string, on: string | undefined): void {
    if (on !== undefined) this.broken.delete(`${resource}@${on}`);
    else for (const key of [...this.broken.keys()]) if (key.startsWith(`${resource}@`)) this.broken.delete(key);
  }

  of(resource: string, on: string): 'fails' | 'hangs' | undefined {
    return this.broken.get(`${resource}@${on}`) ?? this.broken.get(`${resource}@*`);
  }
}
