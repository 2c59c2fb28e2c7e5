/**
 * An engine that runs in a thread of its own by its own clock, as it last said it stands.
 */
import type { ViewId } from '../../failover/frames.js';
import { type AgreedState, emptyState } from '../../failover/state.js';
import { type Micros, NEVER } from '../../model/time.js';
import type { Standing } from '../../node/realtime/boot.js';
import { EngineMirror } from '../mirror.js';
import type { EngineView, ServerSlot } from '../server-slot.js';

export class RealtimeMirror extends EngineMirror implements EngineView {
  view: ViewId;
  members = 0;
  suspects = 0;
  /** It has said something. */
  heardOf = false;
  private known: AgreedState;

  /** @param ask asks the thread for its whole state; undefined where it does not answer */
  constructor(
    slot: ServerSlot,
    private readonly ask: () => AgreedState | undefined,
  ) {
    super(slot, false);
    this.known = emptyState(slot.definition);
    this.view = this.known.view;
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

  /** Takes in where it stands. */
  stand(standing: Standing): void {
    this.take(standing);
    this.heardOf = true;
    this.suspects = standing.suspects;
    this.view = standing.view;
    this.members = standing.members;
  }
}
