/**
 * Practice before the first step: a server's thread plays failovers with itself, so that the engine's code is compiled
 * when it counts.
 *
 * Code that runs seldom is interpreted, and a change of view is seldom: a thread that was just started needs several
 * times as long for one as a thread that has done it often. Whoever measures failover latency wants the latter. The
 * practice has a world of its own: the same cluster, all of whose servers are engines in this thread, frames that arrive
 * at once, and a clock that jumps. Nothing of it remains but compiled code.
 */
import { Engine } from '../../failover/engine.js';
import { type AgentCall, EMPTY_DURABLE, type Effects, type Frame } from '../../failover/frames.js';
import type { ClusterDefinition } from '../../model/definition.js';
import { type Micros, micros } from '../../model/time.js';
import { recordingEffects } from '../effects.js';
import type { RealClock } from './clock.js';

/** Time that a frame or an agent takes in practice, in microseconds. */
const STEP_US = 100;

class Practice {
  private readonly engines: (Engine | undefined)[] = [];
  private readonly outs: Effects[];
  private frames: { readonly to: number; readonly frame: Frame }[] = [];
  private calls: { readonly of: number; readonly call: AgentCall }[] = [];
  private now = micros(0);
  private incarnation = 0;

  constructor(private readonly definition: ClusterDefinition) {
    this.outs = definition.servers.map((_, me) => this.outOf(me));
    definition.servers.forEach((_, me) => this.boot(me));
  }

  /** One server loses its power, the others go on without it, and it returns; a span of several timeouts. */
  round(lost: number, limit: () => boolean): void {
    const span = 4 * this.definition.heartbeatTimeoutUs;
    this.engines[lost] = undefined;
    this.run(micros(this.now + span), limit);
    this.boot(lost);
    this.run(micros(this.now + span), limit);
  }

  /** Lets time pass: whatever is due, in order, until the instant or until there is no time left. */
  run(until: Micros, limit: () => boolean): void {
    while (this.now < until && !limit()) {
      const { frames, calls } = this;
      this.frames = [];
      this.calls = [];
      for (const { to, frame } of frames)
        this.step(to, (engine, out) => {
          engine.step({ type: 'frame', now: this.now, network: 0, frame }, out);
        });
      for (const { of, call } of calls)
        this.step(of, (engine, out) => {
          engine.step({ type: 'agentDone', now: this.now, run: call.run, ok: true }, out);
        });
      this.engines.forEach((engine, me) => {
        if (engine && engine.nextDeadline() <= this.now)
          this.step(me, (own, out) => {
            own.step({ type: 'tick', now: this.now }, out);
          });
      });
      this.now = this.nextInstant();
    }
  }

  private nextInstant(): Micros {
    if (this.frames.length > 0 || this.calls.length > 0) return micros(this.now + STEP_US);
    const deadlines = this.engines.map((engine) => engine?.nextDeadline() ?? Infinity);
    return micros(Math.max(this.now + 1, Math.min(...deadlines)));
  }

  private step(server: number, does: (engine: Engine, out: Effects) => void): void {
    const engine = this.engines[server];
    if (!engine) return;
    does(engine, this.outs[server]);
    engine.flush(this.outs[server]);
  }

  private boot(me: number): void {
    this.incarnation += 1;
    const { definition, incarnation, now } = this;
    const engine = new Engine({ definition, me, incarnation, now, durable: EMPTY_DURABLE }, this.outs[me]);
    engine.cork();
    this.engines[me] = engine;
  }

  private outOf(me: number): Effects {
    return {
      ...recordingEffects(() => undefined),
      broadcast: (frame) => {
        this.engines.forEach((_, to) => {
          if (to !== me) this.frames.push({ to, frame });
        });
      },
      send: (to, frame) => this.frames.push({ to, frame }),
      agent: (call) => this.calls.push({ of: me, call }),
      powerOff: () => {
        this.engines[me] = undefined;
      },
    };
  }
}

/** Practises for so many milliseconds. */
export function warmUp(definition: ClusterDefinition, ms: number, clock: RealClock): void {
  const end = clock.now() + ms * 1000;
  const over = (): boolean => clock.now() >= end;
  while (!over()) {
    const practice = new Practice(definition);
    practice.run(micros(definition.startupWaitUs + 4 * definition.heartbeatTimeoutUs), over);
    definition.servers.forEach((_, server) => {
      if (!over()) practice.round(server, over);
    });
  }
}
