/**
 * What the parts of a backend that only look at the world may see of it.
 */
import type { Input } from '../failover/frames.js';
import type { Refusal, Result } from '../model/result.js';
import type { Micros } from '../model/time.js';
import type { ClientAction } from './actions.js';
import type { Recorder } from './recorder.js';
import type { Requests } from './requests.js';
import type { ResourceFaults, ServerSlot } from './server-slot.js';
import type { Switchboard } from './switchboard.js';
import type { MachineService } from './service.js';
import type { ClusterTracer } from './tracer.js';
import type { Directory, WorldDefinition } from './world.js';

export interface WorldState {
  readonly world: WorldDefinition;
  readonly directory: Directory;
  readonly slots: readonly ServerSlot[];
  readonly recorder: Recorder;
  now(): Micros;
}

/** What the operator may do to the world. */
export interface OperatedWorld extends WorldState {
  readonly tracers: readonly ClusterTracer[];
  readonly switchboard: Switchboard;
  readonly faults: ResourceFaults;
  /** Machines registered in no cluster, by name. */
  readonly machines: ReadonlyMap<string, MachineService>;
  readonly requests: Requests;
  readonly clients: {
    /** Carries out what is asked of a client machine; answers with the status of a watched group, where that is known. */
    perform(action: ClientAction): Result<string | undefined, Refusal>;
    networkChanges(): void;
  };
  /** Puts an input into a server at this instant. */
  input(slot: ServerSlot, input: Input): void;
  powerOn(slot: ServerSlot): void;
  powerOff(slot: ServerSlot, orderly: boolean): void;
  hang(slot: ServerSlot): void;
  resume(slot: ServerSlot): void;
}
