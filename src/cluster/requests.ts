/**
 * What has been put before servers' engines and has no answer yet: an operator's commands and applications' requests.
 *
 * Every one ends once: with the answer that all members hold (or that it was lost), or because its server has lost its
 * power. Until then a run is not at rest.
 */
import type { Input } from '../failover/frames.js';
import type { Command } from '../failover/log/commands.js';
import type { Refusal } from '../model/result.js';
import type { Micros } from '../model/time.js';
import type { ServerSlot } from './server-slot.js';

/** What becomes of a request. */
export interface Fate {
  /** The coordinator, which is that server itself, has judged it; true where no more is wanted. */
  ordered?(refusal: Refusal | undefined): boolean;
  /** All members hold the answer, or it was lost. */
  answered(refusal: Refusal | undefined): void;
  /** The server has lost its power: it may have been carried out, or not. */
  gone(): void;
}

export class Requests {
  private nextId = 1;
  private readonly open = new Map<number, { readonly slot: ServerSlot; readonly fate: Fate }>();

  constructor(private readonly world: { now(): Micros; input(slot: ServerSlot, input: Input): void }) {}

  /** Puts a command before the engine of a server that runs. */
  put(slot: ServerSlot, command: Command, fate: Fate): void {
    const id = this.nextId++;
    this.open.set(id, { slot, fate });
    this.world.input(slot, { type: 'request', now: this.world.now(), id, command });
  }

  ordered(id: number, refusal: Refusal | undefined): void {
    if (this.open.get(id)?.fate.ordered?.(refusal)) this.open.delete(id);
  }

  answered(id: number, refusal: Refusal | undefined): void {
    const request = this.open.get(id);
    this.open.delete(id);
    request?.fate.answered(refusal);
  }

  serverGone(slot: ServerSlot): void {
    for (const [id, request] of this.open) {
      if (request.slot !== slot) continue;
      this.open.delete(id);
      request.fate.gone();
    }
  }

  /** Requests without an answer. */
  get pending(): number {
    return this.open.size;
  }
}
