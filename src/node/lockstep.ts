/**
 * The entry of a server's thread in virtual time.
 */
import { workerData } from 'node:worker_threads';
import { Engine, type Place } from '../failover/engine.js';
import type { Effects, Heartbeat, Input } from '../failover/frames.js';
import type { HeldGroup } from '../failover/group/held.js';
import type { AgreedState } from '../failover/state.js';
import { type Micros, micros } from '../model/time.js';
import { Kind, LineEnd } from './channel.js';
import { type EffectRecord, recordingEffects } from './effects.js';
import { type ServerBoot, recordingAudit, sayFailed } from './serving.js';
import { serveTurns, type TurnMachine } from './turns.js';
import { beatFromBytes, beatToBytes, fromBytes } from './wire.js';

/** What a server's thread is started with. */
export interface LockstepBoot extends ServerBoot {
  readonly now: Micros;
}

/** Where the engine stands after a turn. What has not changed since the last one is left out. */
export interface Standing {
  readonly place: Place;
  readonly atRest: boolean;
  readonly deadline: Micros;
  readonly state?: AgreedState;
  readonly held?: readonly HeldGroup[];
}

class LockstepServer implements TurnMachine<Input, EffectRecord, Standing> {
  gone = false;
  private readonly engine: Engine;
  private readonly out: Effects;
  private effects: EffectRecord[] = [];
  private revision = 0;
  private held = '[]';

  constructor(
    boot: LockstepBoot,
    private readonly end: LineEnd,
  ) {
    const { definition, me, incarnation, now, durable } = boot;
    this.out = recordingEffects((record) => this.take(record));
    const audit = boot.audit ? recordingAudit((record) => this.effects.push(record)) : undefined;
    this.engine = new Engine({ definition, me, incarnation, now, durable, audit }, this.out);
  }

  nextDeadline(): Micros {
    return this.engine.nextDeadline();
  }

  step(input: Input): readonly EffectRecord[] {
    this.effects = [];
    this.engine.step(input, this.out);
    return this.effects;
  }

  tick(at: Micros): Input {
    return { type: 'tick', now: at };
  }

  standing(): Standing {
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
    if (name === 'powerOff') this.gone = true;
    if (name !== 'broadcast') {
      this.effects.push(record);
      return;
    }
    this.end.send(Kind.BROADCAST, beatToBytes(beat as Heartbeat), 0);
    this.effects.push(['broadcast']);
  }
}

/** Heartbeats come as bytes of their own, too. */
function readInput(kind: number, network: number, stampUs: number, bytes: Uint8Array): Input {
  if (kind !== Kind.BEAT) return fromBytes(bytes) as Input;
  return { type: 'frame', now: micros(stampUs), network, frame: beatFromBytes(bytes) };
}

const boot = workerData as LockstepBoot;
try {
  const end = LineEnd.server(boot.line);
  serveTurns(end, new LockstepServer(boot, end), readInput);
} catch (error) {
  sayFailed(boot.line, error);
}
