/**
 * What is to happen later in virtual time, earliest first; at one instant in the order in which it was put in.
 *
 * A binary heap over parallel arrays: the inline backend takes millions of items a second through it.
 */
import { type Micros, NEVER, micros } from '../model/time.js';

export class EventQueue<Item> {
  private readonly times: number[] = [];
  private readonly orders: number[] = [];
  private readonly items: Item[] = [];
  private nextOrder = 0;

  get size(): number {
    return this.items.length;
  }

  /** The instant of the earliest item; `NEVER` without one. */
  get nextAt(): Micros {
    return this.items.length === 0 ? NEVER : micros(this.times[0]);
  }

  push(at: number, item: Item): void {
    const order = this.nextOrder++;
    let hole = this.items.length;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (this.times[parent] <= at) break;
      this.set(hole, this.times[parent], this.orders[parent], this.items[parent]);
      hole = parent;
    }
    this.set(hole, at, order, item);
  }

  /** Takes the earliest item out. The queue must not be empty. */
  pop(): Item {
    const top = this.items[0];
    const at = this.times.pop() as number;
    const order = this.orders.pop() as number;
    const item = this.items.pop() as Item;
    const size = this.items.length;
    if (size === 0) return top;
    let hole = 0;
    for (let child = 1; child < size; child = 2 * hole + 1) {
      if (child + 1 < size && this.before(child + 1, this.times[child], this.orders[child])) child += 1;
      if (!this.before(child, at, order)) break;
      this.set(hole, this.times[child], this.orders[child], this.items[child]);
      hole = child;
    }
    this.set(hole, at, order, item);
    return top;
  }

  private before(index: number, at: number, order: number): boolean {
    return this.times[index] < at || (this.times[index] === at && this.orders[index] < order);
  }

  private set(index: number, at: number, order: number, item: Item): void {
    this.times[index] = at;
    this.orders[index] = order;
    this.items[index] = item;
  }
}
