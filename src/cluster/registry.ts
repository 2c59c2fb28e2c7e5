/**
 * The registries of all machines, as applications on them see them: the plain local calls, and the synchronised ones.
 *
 * What a server has let out of the synchronised registry is written into its own registry (`ServerSlot.keep`). Between
 * the moment at which it holds a change and the moment at which it knows that all members do, a read waits: so nobody
 * sees a change that may yet be lost, and nobody misses one that anybody has seen.
 */
import type { Input } from '../failover/frames.js';
import { type RegistryStamp, isNewer } from '../failover/registry/disk.js';
import { type FoundKey, LocalRegistry, type RegistryEdit, isWithin } from '../model/registry.js';
import type { Refusal } from '../model/result.js';
import type { Micros } from '../model/time.js';
import type { Requests } from './requests.js';
import type { ServerSlot } from './server-slot.js';
import type { Directory, WorldDefinition } from './world.js';

/** The registry of one machine. Paths are such as `HKEY_LOCAL_MACHINE\SOFTWARE\App`; names compare without case. */
export interface MachineRegistry {
  /** The key as it is on the machine's disk right now, with or without power; undefined where there is none. */
  peek(path: string): FoundKey | undefined;
  /** The names of the keys directly below that one, right now. */
  keys(path: string): readonly string[];
  /**
   * The same as `peek`, in one order with the synchronised changes: while this server, a member of a view, holds a change
   * of which it does not know yet that all members hold it, the answer waits for that. Off the cluster it comes at once.
   */
  read(path: string): Promise<FoundKey | undefined>;
  /** Changes this machine's registry alone. What lies below the keys of a group that runs here goes with the group. */
  writeLocally(edit: RegistryEdit): Refusal | undefined;
  /**
   * Changes the registries of all servers of the cluster or of none, through this server. Undefined: done. The codes
   * `LOST` and `SERVER_GONE` say that nobody knows; with every other one nothing was changed.
   */
  synchronise(edit: RegistryEdit): Promise<Refusal | undefined>;
}

/** What this needs of a backend. */
export interface RegistryWorld {
  readonly world: WorldDefinition;
  readonly directory: Directory;
  readonly slots: readonly ServerSlot[];
  readonly requests: Requests;
  now(): Micros;
  input(slot: ServerSlot, input: Input): void;
  /** Takes in what servers have told already. */
  catchUp(): void;
  /** Does something that may find out that a server's thread has failed. */
  soundly<T>(does: () => Promise<T>): Promise<T>;
}

interface Reader {
  readonly slot: ServerSlot;
  readonly upTo: RegistryStamp;
  readonly answer: () => void;
}

export class Registries {
  /** Of machines in no cluster. */
  private readonly machines: ReadonlyMap<string, LocalRegistry>;
  private readers: Reader[] = [];

  constructor(private readonly backend: RegistryWorld) {
    this.machines = new Map(backend.world.machines.map(({ name }) => [name, new LocalRegistry()]));
  }

  /** The registry of that machine. Throws a `RangeError` where there is none of that name. */
  of(machine: string): MachineRegistry {
    const place = this.backend.directory.server(machine);
    const slot = place && this.backend.slots[place.node];
    const own = slot?.registry ?? this.machines.get(machine);
    if (!own) throw new RangeError(`There is no machine ${machine} with a registry.`);
    const peek = (path: string): FoundKey | undefined => this.upToDate(own).key(path);
    return {
      peek,
      keys: (path) => this.upToDate(own).keys(path),
      read: (path) => this.backend.soundly(() => this.read(slot, () => own.key(path))),
      writeLocally: (edit) => this.write(slot, this.upToDate(own), edit),
      synchronise: (edit) => this.backend.soundly(() => this.synchronise(machine, slot, edit)),
    };
  }

  /** A server has told something, has left its view or lost its power: who waited for that is answered. */
  settle(slot: ServerSlot): void {
    const waiting = this.readers;
    this.readers = waiting.filter((reader) => reader.slot !== slot || mustWait(reader));
    for (const reader of waiting) if (!this.readers.includes(reader)) reader.answer();
  }

  private upToDate(registry: LocalRegistry): LocalRegistry {
    this.backend.catchUp();
    return registry;
  }

  private read(slot: ServerSlot | undefined, look: () => FoundKey | undefined): Promise<FoundKey | undefined> {
    this.backend.catchUp();
    const upTo = slot?.durable.registry.prepared.at(-1);
    if (!slot || !upTo) return Promise.resolve(look());
    return new Promise((resolve) => {
      const reader: Reader = {
        slot,
        upTo,
        answer: () => {
          resolve(look());
        },
      };
      if (mustWait(reader)) this.readers.push(reader);
      else reader.answer();
    });
  }

  private write(slot: ServerSlot | undefined, own: LocalRegistry, edit: RegistryEdit): Refusal | undefined {
    const refusal = own.edit(edit);
    if (refusal || !slot) return refusal;
    slot.definition.groups.forEach(({ registryKeys }, group) => {
      if (!slot.running || !isWithin(edit.key, registryKeys)) return;
      this.backend.input(slot, {
        type: 'keysWritten',
        now: this.backend.now(),
        group,
        keys: own.capture(registryKeys),
      });
    });
    return undefined;
  }

  private synchronise(machine: string, slot: ServerSlot | undefined, edit: RegistryEdit): Promise<Refusal | undefined> {
    this.backend.catchUp();
    if (!slot) return Promise.resolve(outside('NO_CLUSTER', machine, 'it is registered in no cluster'));
    if (!slot.running) return Promise.resolve(outside('NOT_RUNNING', machine, 'it has no power'));
    return new Promise((resolve) => {
      this.backend.requests.put(
        slot,
        { type: 'registry', change: edit },
        {
          answered: resolve,
          gone: () => {
            resolve(outside('SERVER_GONE', machine, 'it lost its power before it had an answer'));
          },
        },
      );
    });
  }
}

function mustWait({ slot, upTo }: Reader): boolean {
  return slot.standing && isNewer(upTo, slot.durable.registry);
}

function outside(code: string, where: string, what: string): Refusal {
  return { code, where, what, fix: 'ask a server of the cluster that runs' };
}
