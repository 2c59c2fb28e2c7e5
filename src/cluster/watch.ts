import type { Outcome } from '../failover/log/entries.js';
import type { ViewId } from '../failover/frames.js';
import type { InlineBackend } from './inline.js';
import type { ServerSlot } from './server-slot.js';

export class Watch {
  constructor(private readonly backend: InlineBackend) {}
  released(_slot: ServerSlot, _outcome: Outcome, _view: ViewId): void {}
  afterInstant(): void {
    void this.backend;
  }
  atTheEnd(): void {}
}
