/**
 * The inline backend: all servers in this thread, in virtual time. The one for volume: nothing is copied, nothing waits.
 */
import { Client, type ClientEffects, type ClientInput } from '../client/client.js';
import type { Engine } from '../failover/engine.js';
import type { Input } from '../failover/frames.js';
import { type Micros, NEVER } from '../model/time.js';
import type { ClientSlot } from './client-slot.js';
import type { ServerSlot } from './server-slot.js';
import { type Due, type Flight, VirtualBackend } from './virtual.js';
import type { WorldOptions } from './world-backend.js';
import type { WorldDefinition } from './world.js';

/** Corked engines rest for that part of the heartbeat interval: longer than frames take, shorter than an absence. */
const REST_OF_INTERVAL = 5;

export class InlineBackend extends VirtualBackend {
  readonly kind = 'inline';
  private readonly engines: (Engine | undefined)[] = [];
  private readonly running = new Map<ClientSlot, { readonly client: Client; readonly out: ClientEffects }>();

  constructor(world: WorldDefinition, options: WorldOptions) {
    super(world, options, 'inline');
    this.beginClients();
  }

  input(slot: ServerSlot, input: Input): void {
    const engine = this.engines[slot.place.node];
    if (!engine) return;
    if (slot.hung) {
      slot.answers.push(input);
      return;
    }
    this.recorder.enter();
    try {
      engine.step(input, this.effects[slot.place.node]);
      // Frames come together: those of an instant, and those that waited for a server that hung.
      if (input.type !== 'frame') this.flush(slot);
      this.settlePower(slot);
    } finally {
      this.recorder.leave();
    }
  }

  startClient(slot: ClientSlot): void {
    const client = new Client(slot.boot(this.clock));
    slot.client = client;
    this.running.set(slot, { client, out: this.clients.effectsOf(slot) });
  }

  stopClient(slot: ClientSlot): void {
    this.running.delete(slot);
  }

  clientInput(slot: ClientSlot, input: ClientInput): void {
    const running = this.running.get(slot);
    running?.client.step(input, running.out);
  }

  override close(): Promise<void> {
    for (const slot of this.slots) slot.engine = undefined;
    this.engines.length = 0;
    return super.close();
  }

  protected turn(arriving: readonly Due[], at: Micros): undefined {
    for (const slot of this.slots) {
      for (const due of arriving) if (this.isFor(slot, due)) this.arrive(slot, due);
      if (slot.active && (slot.engine?.nextDeadline() ?? NEVER) <= at) this.input(slot, { type: 'tick', now: at });
      else if (this.flush(slot)) this.settlePower(slot);
    }
  }

  protected startEngine(slot: ServerSlot): void {
    const { node } = slot.place;
    const engine = slot.boot(this.clock, this.effects[node], this.audit);
    this.engines[node] = engine;
    if (this.options.corked) engine.cork(Math.floor(slot.definition.heartbeatIntervalUs / REST_OF_INTERVAL));
  }

  protected stopEngine(slot: ServerSlot): void {
    this.engines[slot.place.node] = undefined;
  }

  /** Where engines are corked, lets this one conclude; answers whether it did. */
  private flush(slot: ServerSlot): boolean {
    const engine = this.options.corked && !slot.hung && this.engines[slot.place.node];
    if (!engine) return false;
    engine.flush(this.effects[slot.place.node]);
    return true;
  }

  private arrive(slot: ServerSlot, due: Due): void {
    if (due.type === 'frame') this.receive(slot, due.flight, due.marks);
    else if (due.type === 'broadcast') this.receive(slot, due.flight, 0);
    else if (due.type === 'agent') {
      const input = this.answerOf(slot, due);
      if (input) this.input(slot, input);
    }
  }

  private receive(slot: ServerSlot, flight: Flight, marks: number): void {
    const engine = this.engines[slot.place.node];
    if (!this.admits(slot, flight, marks) || !engine) return;
    this.countIn(slot, flight, marks);
    engine.step(flight.input, this.effects[slot.place.node]);
    if (slot.poweringOff) this.settlePower(slot);
  }
}
