/**
 * The thread of one server in virtual time: it stands still until the conductor says what happens at an instant.
 *
 * It takes the inputs of that instant in, one after the other, lets its own clock run if that is due, and sends back
 * every effect in order with where the engine then stands. It never looks at a clock, and never gives up its turn: so
 * what it does depends on what it is told and on nothing else.
 */
import { workerData } from 'node:worker_threads';
import { Engine, type Place } from '../failover/engine.js';
import type { Durable, Effects, Input } from '../failover/frames.js';
import type { HeldGroup } from '../failover/group/held.js';
import { misplaced } from '../failover/invariants/placement.js';
import type { AgreedState } from '../failover/state.js';
import type { ClusterDefinition } from '../model/definition.js';
import { type Micros, micros } from '../model/time.js';
import { Kind, type Line, LineEnd } from './channel.js';
import { type EffectRecord, recordingEffects } from './effects.js';
import { waitFor } from './realtime/waiting.js';
import { beatBytes, fromBytes, readBeat, toBytes, writeBeat } from './wire.js';

/** What a server's thread is started with. */
export interface LockstepBoot {
  readonly line: Line;
  readonly definition: ClusterDefinition;
  readonly me: number;
  readonly incarnation: number;
  readonly now: Micros;
  readonly durable: Durable;
  /** Check where groups are sent. */
  readonly audit: boolean;
}

/** The order to run: at that instant, and whether the server's own clock is due as well. */
export interface RunOrder {
  readonly at: Micros;
  readonly tick: boolean;
}

/** Where the engine stands after a turn. What has not changed since the last one is left out. */
export interface Standing {
  readonly place: Place;
  readonly atRest: boolean;
  readonly idle: boolean;
  readonly deadline: Micros;
  readonly state?: AgreedState;
  readonly held?: readonly HeldGroup[];
}

/** What came of a turn: the effects of each input that was taken in. A server that powers off takes no more. */
export interface Turn {
  readonly items: readonly (readonly EffectRecord[])[];
  readonly standing: Standing;
}

class LockstepServer {
  private readonly end: LineEnd;
  private readonly engine: Engine;
  private readonly out: Effects;
  private readonly inputs: Input[] = [];
  private readonly scratch: Float64Array;
  private effects: EffectRecord[] = [];
  private poweredOff = false;
  private order: RunOrder | undefined;
  private revision = 0;
  private held = '[]';

  constructor(private readonly boot: LockstepBoot) {
    const { definition, me, incarnation, now, durable } = boot;
    this.out = recordingEffects((record) => this.take(record));
    this.end = LineEnd.server(boot.line);
    this.scratch = new Float64Array(beatBytes(definition.servers.length) / 8);
    const audit: typeof misplaced = (...args) => {
      const wrong = misplaced(...args);
      if (wrong !== undefined) this.effects.push(['misplaced', wrong]);
      return wrong;
    };
    const watched = boot.audit ? audit : undefined;
    this.engine = new Engine({ definition, me, incarnation, now, durable, audit: watched }, this.out);
  }

  /** Serves until the thread is terminated. */
  serve(): never {
    for (;;) {
      waitFor(this.end.own, () => this.listen(), Infinity);
      const order = this.order as RunOrder;
      this.order = undefined;
      const turn = this.turn(order);
      this.send(Kind.DONE, toBytes(turn));
    }
  }

  send(kind: number, bytes: Uint8Array): void {
    this.end.send(kind, bytes, 0);
    this.end.flush();
    // The conductor makes room as it reads, and rings when it has.
    if (this.end.waiting > 0) waitFor(this.end.own, () => this.moreIsOut(), Infinity);
  }

  private moreIsOut(): boolean {
    this.end.flush();
    return this.end.waiting === 0;
  }

  /** Takes in what has come; answers whether it is time to run. */
  private listen(): boolean {
    const servers = this.boot.definition.servers.length;
    this.end.drain((kind, _ends, network, stampUs, bytes) => {
      const content = bytes as Uint8Array;
      if (kind === Kind.BEAT) {
        const frame = readBeat(new Int32Array(content.buffer), new Float64Array(content.buffer), 0, servers);
        this.inputs.push({ type: 'frame', now: micros(stampUs), network, frame });
      } else if (kind === Kind.INPUT) this.inputs.push(fromBytes(content) as Input);
      else this.order = fromBytes(content) as RunOrder;
    });
    return this.order !== undefined;
  }

  private turn({ at, tick }: RunOrder): Turn {
    const items: EffectRecord[][] = [];
    const step = (input: Input): void => {
      this.effects = [];
      this.engine.step(input, this.out);
      items.push(this.effects);
    };
    for (const input of this.inputs.splice(0)) if (!this.poweredOff) step(input);
    if (tick && !this.poweredOff && this.engine.nextDeadline() <= at) step({ type: 'tick', now: at });
    return { items, standing: this.standing() };
  }

  private standing(): Standing {
    const { place, atRest, executor, state, revision } = this.engine;
    const held = JSON.stringify(executor.held());
    const standing: Standing = {
      place,
      atRest,
      idle: executor.idle,
      deadline: this.engine.nextDeadline(),
      ...(revision === this.revision ? {} : { state }),
      ...(held === this.held ? {} : { held: executor.held() }),
    };
    this.revision = revision;
    this.held = held;
    return standing;
  }

  /** Heartbeats go up as bytes of their own, in order; what stands in the list is that there was one. */
  private take(record: EffectRecord): void {
    const [name, beat] = record;
    if (name === 'powerOff') this.poweredOff = true;
    if (name !== 'broadcast') {
      this.effects.push(record);
      return;
    }
    writeBeat(new Int32Array(this.scratch.buffer), this.scratch, 0, beat as Parameters<typeof writeBeat>[3]);
    this.end.send(Kind.BROADCAST, new Uint8Array(this.scratch.buffer), 0);
    this.effects.push(['broadcast']);
  }
}

const boot = workerData as LockstepBoot;
try {
  new LockstepServer(boot).serve();
} catch (error) {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const end = LineEnd.server(boot.line);
  end.send(Kind.FAILED, toBytes({ message, stack }), 0);
  end.flush();
}
