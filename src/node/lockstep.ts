/**
 * The thread of one server in virtual time: it stands still until the conductor says what happens at an instant.
 *
 * It takes the inputs of that instant in, one after the other, lets its own clock run if that is due, and sends back
 * every effect in order with where the engine then stands. It never looks at a clock, and never gives up its turn: so
 * what it does depends on what it is told and on nothing else.
 */
import { workerData } from 'node:worker_threads';
import { Engine, type Place } from '../failover/engine.js';
import type { Effects, Heartbeat, Input } from '../failover/frames.js';
import type { HeldGroup } from '../failover/group/held.js';
import type { AgreedState } from '../failover/state.js';
import { type Micros, micros } from '../model/time.js';
import { Kind, LineEnd } from './channel.js';
import { type EffectRecord, recordingEffects } from './effects.js';
import { waitFor } from './realtime/waiting.js';
import { type ServerBoot, recordingAudit, sayFailed, sendUp } from './serving.js';
import { beatFromBytes, beatToBytes, fromBytes, toBytes } from './wire.js';

/** What a server's thread is started with. */
export interface LockstepBoot extends ServerBoot {
  readonly now: Micros;
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
  private effects: EffectRecord[] = [];
  private poweredOff = false;
  private order: RunOrder | undefined;
  private revision = 0;
  private held = '[]';

  constructor(boot: LockstepBoot) {
    const { definition, me, incarnation, now, durable } = boot;
    this.out = recordingEffects((record) => this.take(record));
    this.end = LineEnd.server(boot.line);
    const audit = boot.audit ? recordingAudit((record) => this.effects.push(record)) : undefined;
    this.engine = new Engine({ definition, me, incarnation, now, durable, audit }, this.out);
  }

  /** Serves until the thread is terminated. */
  serve(): never {
    for (;;) {
      waitFor(this.end.own, () => this.listen(), Infinity);
      const order = this.order as RunOrder;
      this.order = undefined;
      sendUp(this.end, Kind.DONE, toBytes(this.turn(order)), 0);
    }
  }

  /** Takes in what has come; answers whether it is time to run. */
  private listen(): boolean {
    this.end.drain((kind, _ends, network, stampUs, bytes) => {
      const content = bytes as Uint8Array;
      if (kind === Kind.BEAT) {
        const frame = beatFromBytes(content);
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
    this.end.send(Kind.BROADCAST, beatToBytes(beat as Heartbeat), 0);
    this.effects.push(['broadcast']);
  }
}

const boot = workerData as LockstepBoot;
try {
  new LockstepServer(boot).serve();
} catch (error) {
  sayFailed(boot.line, error);
}
