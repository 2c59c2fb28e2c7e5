/** Builds lanes from changes, in the order of time. */
import type { Lane } from './lanes.js';

/** Collects the changes of one lane and joins equal neighbours. */
export class LaneBuilder<S> {
  private readonly changes: { at: number; state: S; key: string }[] = [];

  constructor(readonly name: string) {}

  get last(): S | undefined {
    return this.changes.at(-1)?.state;
  }

  set(at: number, state: S): void {
    if (this.changes.at(-1)?.at === at) this.changes.pop();
    const key = JSON.stringify(state);
    if (this.changes.at(-1)?.key !== key) this.changes.push({ at, state, key });
  }

  lane(endsAt: number): Lane<S> {
    const spans = this.changes.map(({ at, state }, i) => ({ from: at, to: this.changes[i + 1]?.at ?? endsAt, state }));
    return { name: this.name, spans };
  }
}
