/**
 * Three bare engines without a world around them: a test hands their frames on, or withholds them, one by one.
 */
import { Engine } from '../../src/failover/engine.js';
import {
  type Commit,
  EMPTY_DURABLE,
  type Durable,
  type Effects,
  type Frame,
  Phase,
  type Propose,
} from '../../src/failover/frames.js';
import { defineCluster } from '../../src/model/define.js';
import type { ClusterInput } from '../../src/model/definition.js';
import { type Micros, micros } from '../../src/model/time.js';
import { recordingEffects } from '../../src/node/effects.js';

const ALL = [0, 1, 2];

/** Time for three heartbeats of each. */
const BEATS_US = 30_000;

/** What does not come in so many turns never comes. */
const TURNS_MAX = 10_000;

export interface Sent {
  readonly from: number;
  readonly to: number;
  readonly frame: Frame;
}

/** S1, S2 and S3 with a heartbeat of 10 ms and a timeout of 100 ms. What is sent arrives when the test says so. */
export class Trio {
  now: Micros = micros(0);
  readonly sent: Sent[] = [];
  /** What each has on its disk. */
  readonly disks: Durable[] = ALL.map(() => EMPTY_DURABLE);
  readonly outs: readonly Effects[];
  readonly engines: readonly Engine[];

  /** @param world the cluster; `corked`, where the engines are: for how many microseconds they rest */
  constructor({ corked, ...input }: Partial<ClusterInput> & { readonly corked?: number } = {}) {
    const heartbeat = { interval: '10ms', timeout: '100ms' };
    const defined = defineCluster({ name: 'C', servers: ['S1', 'S2', 'S3'], heartbeat, startupWait: '1s', ...input });
    if (!defined.ok) throw new Error(JSON.stringify(defined.error));
    const definition = defined.value;
    this.outs = ALL.map((me) => ({
      ...recordingEffects(() => undefined),
      broadcast: (frame) => {
        for (const to of ALL) if (to !== me) this.sent.push({ from: me, to, frame });
      },
      send: (to, frame) => this.sent.push({ from: me, to, frame }),
      askWitness: ({ epoch }) =>
        this.sent.push({ from: me, to: me, frame: { type: 'witnessAnswer', epoch, granted: true } }),
      persist: (durable) => (this.disks[me] = durable),
    }));
    this.engines = ALL.map((me) => {
      const engine = new Engine(
        { definition, me, incarnation: 1, now: this.now, durable: EMPTY_DURABLE },
        this.outs[me],
      );
      if (corked !== undefined) engine.cork(corked);
      return engine;
    });
  }

  /** All three become members of one view, come to rest, and have told each other so. */
  form(): void {
    const isWhole = (): boolean => this.engines.every(({ place, atRest }) => place.phase === Phase.MEMBER && atRest);
    for (let turn = 0; !isWhole() && turn < TURNS_MAX; turn += 1) this.pass(ALL);
    if (!isWhole()) throw new Error('the three form no cluster');
    const formed = this.now;
    while (this.now < formed + BEATS_US) this.pass(ALL);
  }

  /** Lets the time come at which somebody has to do something; only these servers run. */
  pass(running: readonly number[]): void {
    this.now = micros(Math.max(this.now + 1, Math.min(...running.map((me) => this.engines[me].nextDeadline()))));
    for (const me of running) if (this.engines[me].nextDeadline() <= this.now) this.tick(me);
    this.deliver(running);
  }

  /** Hands out all that was sent, and what that gives rise to; only these servers run. */
  deliver(running: readonly number[]): void {
    for (let next = this.sent.shift(); next; next = this.sent.shift())
      if (running.includes(next.to)) {
        this.take(next.to, next.frame);
        this.engines[next.to].flush(this.outs[next.to]);
      }
  }

  /** Lets time pass until a server that runs has said something of these kinds; that and what follows it is withheld. */
  passUntil(running: readonly number[], from: number, ...kinds: readonly Frame['type'][]): Frame {
    for (let turn = 0; turn < TURNS_MAX; turn += 1) {
      this.now = micros(Math.min(...running.map((me) => this.engines[me].nextDeadline())));
      for (const me of running) {
        if (this.engines[me].nextDeadline() <= this.now) this.tick(me);
        const said = this.said(from, ...kinds);
        if (said) return said;
      }
      this.deliver(running);
    }
    throw new Error(`server ${from} says nothing of ${kinds.join(', ')}`);
  }

  /** The first frame of these kinds that a server has sent and nobody has been handed yet. */
  said(from: number, ...kinds: readonly Frame['type'][]): Frame | undefined {
    return this.sent.find((sent) => sent.from === from && kinds.includes(sent.frame.type))?.frame;
  }

  tick(me: number): void {
    this.engines[me].step({ type: 'tick', now: this.now }, this.outs[me]);
    this.engines[me].flush(this.outs[me]);
  }

  take(me: number, frame: Frame): void {
    this.engines[me].step({ type: 'frame', now: this.now, network: 0, frame }, this.outs[me]);
  }
}

/** The proposal that a coordinator might have made in place of a commit at once. */
export function askingFor({ epoch, from, after, entry }: Commit): Propose {
  if (!after) throw new Error('that was asked for');
  const { index, ...base } = after;
  return { type: 'propose', epoch, from, asked: entry.members, base, index, forming: false };
}
