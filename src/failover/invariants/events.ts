/**
 * Invariant 5: event ids follow each other without gaps, and every START has one END or FAILURE.
 *
 * One of these listens to what one server lets out. A newcomer may hear an END whose START was before its time, and so
 * may everybody after branches have met: what is not known to be open is then not missed.
 */
import type { EventCode } from '../../model/trace.js';
import type { OutcomeLine } from '../log/entries.js';

type EventLine = OutcomeLine & { readonly kind: 'event' };

const OPENS: Partial<Record<EventCode, string>> = {
  ARM_EVENT_FAILOVER_START: 'failover to',
  ARM_EVENT_GROUP_FAILOVER_START: 'failover of group',
  ARM_EVENT_GROUP_MOVE_START: 'move of group',
};

const CLOSES: Partial<Record<EventCode, string>> = {
  ARM_EVENT_FAILOVER_END: 'failover to',
  ARM_EVENT_GROUP_FAILOVER_END: 'failover of group',
  ARM_EVENT_GROUP_FAILOVER_FAILURE: 'failover of group',
  ARM_EVENT_GROUP_MOVE_END: 'move of group',
  ARM_EVENT_GROUP_MOVE_FAILURE: 'move of group',
};

export class EventGrammar {
  private lastId = 0;
  private readonly open = new Set<string>();
  private lenient = true;

  /** Branches have met: from here on an END may come whose START was not heard, and ids have moved on. */
  branchesMet(): void {
    this.lastId = 0;
    this.lenient = true;
  }

  /** The listener is new here: what was before is not its business. */
  startOver(): void {
    this.branchesMet();
    this.open.clear();
  }

  /** What is wrong with that event here and now, or undefined. */
  take(line: EventLine): string | undefined {
    const gap = this.lastId !== 0 && line.id !== this.lastId + 1;
    const before = this.lastId;
    this.lastId = line.id;
    if (gap) return `event ${line.id} (${line.code}) follows event ${before}`;
    const opens = OPENS[line.code];
    const closes = CLOSES[line.code];
    if (opens !== undefined) {
      const key = `${opens} ${line.source}`;
      if (this.open.has(key) && !this.lenient) return `event ${line.id}: a ${key} starts while another is open`;
      this.open.add(key);
    } else if (closes !== undefined) {
      const key = `${closes} ${line.source}`;
      if (!this.open.delete(key) && !this.lenient) return `event ${line.id}: a ${key} ends that never started`;
    }
    return undefined;
  }

  /** Everything that was started and has not ended. */
  unfinished(): string[] {
    return [...this.open];
  }
}
