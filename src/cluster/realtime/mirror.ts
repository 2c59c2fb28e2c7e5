/**
 * An engine that runs in a thread of its own by its own clock, as it last said it stands.
 */
import type { Place } from '../../failover/engine.js';
import { Phase, type ViewId } from '../../failover/frames.js';
import type { HeldGroup } from '../../failover/group/held.js';
import { type AgreedState, emptyState, has } from '../../failover/state.js';
import { type Micros, NEVER } from '../../model/time.js';
import type { Standing } from '../../node/realtime/boot.js';
import type { EngineView, ServerSlot } from '../server-slot.js';

export class RealtimeMirror implements EngineView {
  place: Place;
  atRest = false;
  view: ViewId;
  members = 0;
  suspects = 0;
  /** It has said something. */
  heardOf = false;
  private list: readonly HeldGroup[] = [];
  private isIdle = true;
  private known: AgreedState;
  readonly executor: EngineView['executor'];

  /** @param ask asks the thread for its whole state; undefined where it does not answer */
  constructor(
    slot: ServerSlot,
    private readonly ask: () => AgreedState | undefined,
  ) {
    const off = has(slot.durable.maintenance, slot.place.server);
    this.place = { phase: off ? Phase.OFF : Phase.SEEKING, coordinates: false, held: false, ending: false };
    this.known = emptyState(slot.definition);
    this.view = this.known.view;
    const list = (): readonly HeldGroup[] => this.list;
    const idle = (): boolean => this.isIdle;
    this.executor = {
      held: (): HeldGroup[] => [...list()],
      holds: (group: number): boolean => list().some((held) => held.group === group),
      get idle(): boolean {
        return idle();
      },
    };
  }

  /** The whole agreed state, asked for now. */
  get state(): Readonly<AgreedState> {
    this.known = this.ask() ?? this.known;
    return this.known;
  }

  /** Nobody waits for it here. */
  nextDeadline(): Micros {
    return NEVER;
  }

  stand(standing: Standing): void {
    this.heardOf = true;
    this.place = standing.place;
    this.atRest = standing.atRest;
    this.isIdle = standing.idle;
    this.suspects = standing.suspects;
    this.view = standing.view;
    this.members = standing.members;
    this.list = standing.held ?? this.list;
  }

  /** It says that it is in no view any more; where it stands follows. */
  leave(): void {
    this.place = { ...this.place, phase: Phase.SEEKING };
  }
}
