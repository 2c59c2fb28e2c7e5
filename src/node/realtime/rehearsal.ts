/**
 * A failover rehearsed: three engines in this thread lose one of them and take it back, in virtual time.
 *
 * What a failover calls is called at no other time, and what V8 runs for the first times it runs slowly: it learns what is
 * what as it goes, in every thread at once. So a thread that has nothing to do goes through it beforehand, a little at a
 * time. Nothing of it leaves this file: these engines have no links, no disk and no agents but what is here.
 */
import { Engine } from '../../failover/engine.js';
import { type Durable, type Effects, EMPTY_DURABLE, type Frame, type Input, Phase } from '../../failover/frames.js';
import type { ClusterDefinition, GroupDefinition } from '../../model/definition.js';
import type { ServerIndex } from '../../model/ids.js';
import { type Micros, micros, NEVER } from '../../model/time.js';
import { type EffectRecord, recordingEffects } from '../effects.js';
import { beatFromBytes, beatToBytes, readControl, toBytes } from '../wire.js';
import { reportToBytes } from './report.js';

const SERVERS = [0, 1, 2];
/** Who is lost, one after the other: the coordinator first and last. */
const LOST = [0, 1, 2, 0];
/** Of a group that may have dozens. */
const RESOURCES = 2;
const INTERVAL_US = 10_000;
const TIMEOUT_US = 5 * INTERVAL_US;
const ACTIVATE_US = 1000;
/** Rounds of frames and instants of time, many times as many as it takes: a rehearsal that finds no end is broken off. */
const ROUNDS_MAX = 4000;

/** Rehearses failovers as a cluster of this kind has them, in about a hundred steps: 0.1 ms each, once V8 knows the code. */
export function* rehearse(definition: ClusterDefinition): Generator<void, void> {
  const stage = new Stage(smallOf(definition));
  for (const server of SERVERS) stage.start(server);
  yield* stage.play(INTERVAL_US);
  for (const lost of LOST) {
    stage.stop(lost);
    yield* stage.play(TIMEOUT_US + 2 * INTERVAL_US);
    stage.start(lost);
    yield* stage.play(INTERVAL_US);
  }
}

/** The same kind of cluster, with three servers and a group at home on each, all of which happens by itself. */
function smallOf(definition: ClusterDefinition): ClusterDefinition {
  const [server] = definition.servers;
  const groups = definition.groups.slice(0, 1).flatMap((group) =>
    SERVERS.map((home): GroupDefinition => ({
      ...group,
      ...{ startup: 'auto', failover: 'auto', failback: 'auto', exclusion: 'none' },
      resources: group.resources.slice(0, RESOURCES),
      servers: SERVERS.map((place) => ((home + place) % SERVERS.length) as ServerIndex),
    })),
  );
  return {
    ...definition,
    autoReturn: true,
    heartbeatIntervalUs: micros(INTERVAL_US),
    heartbeatTimeoutUs: micros(TIMEOUT_US),
    startupWaitUs: micros(2 * INTERVAL_US),
    fenceUs: micros(TIMEOUT_US),
    servers: SERVERS.map(() => server),
    groups,
  };
}

/** The engines, and what is between them. */
class Stage {
  private now: Micros = micros(0);
  private rounds = 0;
  private incarnations = 0;
  private readonly engines: (Engine | undefined)[] = SERVERS.map(() => undefined);
  private readonly disks: Durable[] = SERVERS.map(() => EMPTY_DURABLE);
  private mail: { readonly to: number; readonly frame: Frame }[] = [];
  private runs: { readonly server: number; readonly at: Micros; readonly run: number }[] = [];
  private told: EffectRecord[] = [];
  private readonly outs: readonly Effects[];

  constructor(private readonly definition: ClusterDefinition) {
    this.outs = SERVERS.map((me) => this.effectsOf(me));
  }

  start(me: number): void {
    this.incarnations += 1;
    const { definition, now, incarnations: incarnation } = this;
    const engine = new Engine({ definition, me, incarnation, now, durable: this.disks[me] }, this.outs[me]);
    engine.cork(INTERVAL_US / 5);
    this.engines[me] = engine;
  }

  stop(me: number): void {
    this.engines[me] = undefined;
    this.runs = this.runs.filter(({ server }) => server !== me);
  }

  /** Lets at least so much time pass, and more until all that run are members and nothing is under way. */
  *play(atLeastUs: number): Generator<void, void> {
    const from = this.now + atLeastUs;
    while ((this.now < from || !this.isWhole()) && this.rounds < ROUNDS_MAX) {
      this.pass();
      yield;
    }
  }

  private isWhole(): boolean {
    return this.engines.every((engine) => !engine || (engine.place.phase === Phase.MEMBER && engine.atRest));
  }

  /** The next instant at which anybody has something to do. */
  private pass(): void {
    this.rounds += 1;
    const due = [...this.engines.map((engine) => engine?.nextDeadline() ?? NEVER), ...this.runs.map(({ at }) => at)];
    const now = micros(Math.max(this.now + 1, Math.min(this.now + INTERVAL_US, ...due)));
    this.now = now;
    const ended = this.runs.filter(({ at }) => at <= now);
    this.runs = this.runs.filter(({ at }) => at > now);
    for (const { server, run } of ended) this.step(server, { type: 'agentDone', now, run, ok: true });
    this.engines.forEach((engine, me) => {
      if (engine && engine.nextDeadline() <= now) this.step(me, { type: 'tick', now });
    });
    this.flush();
    for (let mail = this.mail; mail.length > 0 && this.rounds < ROUNDS_MAX; mail = this.mail) {
      this.rounds += 1;
      this.mail = [];
      for (const { to, frame } of mail) this.step(to, { type: 'frame', now, network: 0, frame });
      this.flush();
    }
    // As much is written for the main thread where time is real.
    reportToBytes({ at: now, effects: this.told, done: [], beats: [] });
    this.told = [];
  }

  private step(me: number, input: Input): void {
    this.engines[me]?.step(input, this.outs[me]);
  }

  private flush(): void {
    this.engines.forEach((engine, me) => engine?.flush(this.outs[me]));
  }

  private effectsOf(me: number): Effects {
    return {
      ...recordingEffects((record) => this.told.push(record)),
      broadcast: (beat) => {
        for (const to of SERVERS) if (to !== me) this.mail.push({ to, frame: beatFromBytes(beatToBytes(beat)) });
      },
      send: (to, frame) => this.mail.push({ to, frame: readControl(toBytes(frame)) }),
      askWitness: ({ epoch }) => this.mail.push({ to: me, frame: { type: 'witnessAnswer', epoch, granted: true } }),
      persist: (durable) => (this.disks[me] = durable),
      agent: ({ run }) => this.runs.push({ server: me, at: micros(this.now + ACTIVATE_US), run }),
      cancelAgent: (run) => (this.runs = this.runs.filter((one) => one.server !== me || one.run !== run)),
      powerOff: () => this.stop(me),
    };
  }
}
