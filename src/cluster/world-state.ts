/**
 * What the parts of a backend that only look at the world may see of it.
 */
import type { Micros } from '../model/time.js';
import type { Recorder } from './recorder.js';
import type { ServerSlot } from './server-slot.js';
import type { Directory, WorldDefinition } from './world.js';

export interface WorldState {
  readonly world: WorldDefinition;
  readonly directory: Directory;
  readonly slots: readonly ServerSlot[];
  readonly recorder: Recorder;
  now(): Micros;
}
