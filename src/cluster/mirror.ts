/**
 * An engine in another thread, as it last said it stands: what both backends with threads know of one.
 */
import type { Place } from '../failover/engine.js';
import { Phase } from '../failover/frames.js';
import type { HeldGroup } from '../failover/group/held.js';
import { has } from '../failover/state.js';
import type { EngineView, ServerSlot } from './server-slot.js';

/** What an engine says of itself; held groups are left out where they have not changed. */
interface Said {
  readonly place: Place;
  readonly atRest: boolean;
  readonly held?: readonly HeldGroup[];
}

export abstract class EngineMirror {
  place: Place;
  readonly executor: EngineView['executor'];
  private list: readonly HeldGroup[] = [];

  /** @param atRest whether it waits for nothing before it has said anything */
  constructor(
    slot: ServerSlot,
    public atRest: boolean,
  ) {
    const off = has(slot.durable.maintenance, slot.place.server);
    this.place = { phase: off ? Phase.OFF : Phase.SEEKING, coordinates: false, held: false, ending: false };
    this.executor = {
      held: () => [...this.list],
      holds: (group) => this.list.some((held) => held.group === group),
    };
  }

  /** It says that it is in no view any more, before it says where it stands. */
  leave(): void {
    this.place = { ...this.place, phase: Phase.SEEKING };
  }

  protected take({ place, atRest, held }: Said): void {
    this.place = place;
    this.atRest = atRest;
    this.list = held ?? this.list;
  }
}
