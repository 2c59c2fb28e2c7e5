/**
 * A corked engine, as real time has it: it takes in what a pass of its loop has read, and concludes once.
 */
import { describe, expect, it } from 'vitest';
import { Engine } from '../../src/failover/engine.js';
import { EMPTY_DURABLE, type Effects, type Frame, Phase } from '../../src/failover/frames.js';
import { defineCluster } from '../../src/model/define.js';
import { type Micros, micros } from '../../src/model/time.js';
import { recordingEffects } from '../../src/node/effects.js';

const defined = defineCluster({
  name: 'C',
  servers: ['S1', 'S2', 'S3'],
  heartbeat: { interval: '10ms', timeout: '100ms' },
  startupWait: '1s',
});
if (!defined.ok) throw new Error(JSON.stringify(defined.error));
const definition = defined.value;

/** Three engines whose frames arrive at once, and which conclude when they are told to. */
class Trio {
  now: Micros = micros(0);
  readonly sent: { readonly from: number; readonly to: number; readonly frame: Frame }[] = [];
  readonly outs: readonly Effects[] = [0, 1, 2].map((me) => ({
    ...recordingEffects(() => undefined),
    broadcast: (frame) => {
      for (const to of [0, 1, 2]) if (to !== me) this.sent.push({ from: me, to, frame });
    },
    send: (to, frame) => this.sent.push({ from: me, to, frame }),
  }));
  readonly engines = [0, 1, 2].map((me) => {
    const engine = new Engine({ definition, me, incarnation: 1, now: this.now, durable: EMPTY_DURABLE }, this.outs[me]);
    engine.cork();
    return engine;
  });

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

  tick(me: number): void {
    this.engines[me].step({ type: 'tick', now: this.now }, this.outs[me]);
    this.engines[me].flush(this.outs[me]);
  }

  take(me: number, frame: Frame): void {
    this.engines[me].step({ type: 'frame', now: this.now, network: 0, frame }, this.outs[me]);
  }
}

/** A cluster whose coordinator has just been missed by S2, which has proposed a view without it. */
function missed(): { trio: Trio; propose: Frame } {
  const trio = new Trio();
  while (trio.engines.some((engine) => engine.place.phase !== Phase.MEMBER || !engine.atRest)) trio.pass([0, 1, 2]);
  for (;;) {
    const [, second, third] = trio.engines;
    trio.now = micros(Math.min(second.nextDeadline(), third.nextDeadline()));
    trio.tick(1);
    const proposed = trio.sent.find(({ to, frame }) => to === 2 && frame.type === 'propose');
    if (proposed) return { trio, propose: proposed.frame };
    trio.tick(2);
    trio.deliver([1, 2]);
  }
}

const pledges = (trio: Trio): number =>
  trio.sent.filter(({ from, frame }) => from === 2 && frame.type === 'pledge').length;

describe('a corked engine', () => {
  it('follows a proposal that it read before its own clock had told it why', () => {
    const { trio, propose } = missed();
    trio.take(2, propose);
    expect(trio.engines[2].suspects).toBe(0);
    expect(pledges(trio)).toBe(0);
    trio.tick(2);
    expect(trio.engines[2].suspects).toBe(1);
    expect(pledges(trio)).toBe(1);
  });

  it('does not follow it where it was withdrawn meanwhile, or read at an earlier instant', () => {
    const withdrawn = missed();
    withdrawn.trio.take(2, withdrawn.propose);
    const { epoch } = withdrawn.propose as Frame & { type: 'propose' };
    withdrawn.trio.take(2, { type: 'withdraw', epoch, from: 1 });
    withdrawn.trio.tick(2);
    const early = missed();
    early.trio.take(2, early.propose);
    early.trio.now = micros(early.trio.now + 1);
    early.trio.tick(2);
    for (const { trio } of [withdrawn, early]) {
      expect(trio.engines[2].suspects).toBe(1);
      expect(pledges(trio)).toBe(0);
    }
  });
});
