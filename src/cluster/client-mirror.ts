/** A client in another thread, as it last said it stands: what both backends with threads know of one. */
import type { ClientLook } from '../client/look.js';
import type { Micros } from '../model/time.js';
import type { ClientStanding } from '../node/client/effects.js';
import type { ClientView } from './client-slot.js';

export class ClientMirror implements ClientView {
  private looks: readonly ClientLook[] = [];

  /** @param deadline when it wants to run first */
  constructor(private deadline: Micros) {}

  look(cluster: number): ClientLook | undefined {
    return this.looks.at(cluster);
  }

  nextDeadline(): Micros {
    return this.deadline;
  }

  stand({ deadline, looks }: ClientStanding): void {
    this.deadline = deadline;
    this.looks = looks ?? this.looks;
  }
}
