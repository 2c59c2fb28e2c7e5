/**
 * A server that has found nothing to decide does not look again until something is told. What it would have found is
 * what it finds: random runs have the same trace where every server looks at every tick.
 */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { randomRun } from '../../../src/campaign/generate.js';
import { playRandomRun } from '../../../src/campaign/run.js';
import type { Core } from '../../../src/failover/core.js';
import { Detector } from '../../../src/failover/detect/detector.js';
import { Engine } from '../../../src/failover/engine.js';
import { type Effects, type Heartbeat, type Input, Phase } from '../../../src/failover/frames.js';
import { emptyState, rememberView } from '../../../src/failover/state.js';
import { isUndisturbed } from '../../../src/failover/view/target.js';
import { defineCluster } from '../../../src/model/define.js';
import { micros } from '../../../src/model/time.js';

const HERE = { epoch: 2, coordinator: 0 };
const ELSEWHERE = { epoch: 1, coordinator: 0 };

/** Server1 of four in a view with Server2 and Server3, which say so; Server4 is silent. */
function scene(): { core: Core; say: (from: number, other?: Partial<Heartbeat>) => void } {
  const defined = defineCluster({ name: 'CALM', servers: ['Server1', 'Server2', 'Server3', 'Server4'], groups: [] });
  if (!defined.ok) throw new Error(JSON.stringify(defined.error));
  const definition = defined.value;
  const state = emptyState(definition);
  rememberView(state, HERE, 0b0111);
  for (const server of state.servers) server.incarnation = 1;
  const detector = new Detector(definition, 0);
  let now = 0;
  const say = (from: number, other: Partial<Heartbeat> = {}): void => {
    now += 1;
    const told = { incarnation: 1, phase: Phase.MEMBER, ...HERE, applied: 0, suspects: 0, heard: [now, now, now, now] };
    const [bootedAt, sentAt] = [micros(0), micros(now)];
    detector.receive({ type: 'heartbeat', from, ...told, bootedAt, sentAt, ...other }, HERE);
  };
  say(1);
  say(2);
  return { core: { definition, me: 0, replica: { state }, detector } as unknown as Core, say };
}

describe('nothing disturbs a view', () => {
  it('whose members all say that they are in it', () => {
    expect(isUndisturbed(scene().core)).toBe(true);
  });

  const disturbances: [string, (at: ReturnType<typeof scene>) => void][] = [
    ['a member is in another view', ({ say }) => say(1, ELSEWHERE)],
    ['a member looks for a view', ({ say }) => say(1, { phase: Phase.SEEKING })],
    ['a member has booted anew', ({ say }) => say(1, { incarnation: 2 })],
    ['a member accuses another', ({ say }) => say(1, { suspects: 0b0100 })],
    ['a member is silent', ({ core }) => core.detector.silence(2)],
    ['a member is about to leave', ({ core }) => (core.replica.state.servers[2].leaving = 'shutdown')],
    ['this server is about to leave', ({ core }) => (core.replica.state.servers[0].leaving = 'shutdown')],
    ['somebody else is heard', ({ say }) => say(3, { phase: Phase.SEEKING })],
  ];
  it.each(disturbances)('but %s', (_, disturb) => {
    const at = scene();
    disturb(at);
    expect(isUndisturbed(at.core)).toBe(false);
  });

  it('where a member does not hear who is not in the view', () => {
    const { core, say } = scene();
    say(1, { suspects: 0b1000 });
    expect(isUndisturbed(core)).toBe(true);
  });
});

afterEach(() => vi.restoreAllMocks());

describe.each([false, true])('random runs, corked: %s', (corked) => {
  it('have the same trace where everybody looks at every tick', async () => {
    const seeds = Array.from({ length: 60 }, (_, seed) => 1000 + seed);
    const hashes = async (): Promise<unknown[]> => {
      const list: unknown[] = [];
      for (const seed of seeds) list.push((await playRandomRun(randomRun(seed), { corked })).hash);
      return list;
    };
    const isCalm = vi.spyOn(Engine.prototype as unknown as { isCalm: () => boolean }, 'isCalm');
    const calm = await hashes();
    expect(isCalm.mock.results.some(({ value }) => value === true)).toBe(true);
    isCalm.mockReturnValue(false);
    expect(await hashes()).toEqual(calm);
  });
});

describe('in a calm', () => {
  /** All that a shell tells others of an engine. */
  const shown = ({ place, suspects, view, members, atRest, revision, executor }: Engine): string =>
    JSON.stringify([place, suspects, view, members, atRest, revision, executor.revision]);

  it.each([false, true])(
    'nothing shows, and until its end a tick sends a heartbeat at most, corked: %s',
    async (corked) => {
      const { step, flush } = Engine.prototype;
      let ticks = 0;
      let calms = 0;
      vi.spyOn(Engine.prototype, 'step').mockImplementation(function (this: Engine, input: Input, out: Effects) {
        const { calmNumber, calmUntil } = this;
        const before = shown(this);
        const told: string[] = [];
        const listening = new Proxy(out, {
          get: (target, name) => {
            told.push(String(name));
            return Reflect.get(target, name) as unknown;
          },
        });
        step.call(this, input, input.now < calmUntil ? listening : out);
        if (calmNumber !== 0 && this.calmNumber === calmNumber) {
          calms += 1;
          expect(shown(this)).toBe(before);
        }
        if (input.type !== 'tick' || input.now >= calmUntil) return;
        ticks += 1;
        expect(told.filter((name) => name !== 'broadcast' && name !== 'watchdog')).toEqual([]);
      });
      vi.spyOn(Engine.prototype, 'flush').mockImplementation(function (this: Engine, out: Effects) {
        const { calmNumber } = this;
        const before = shown(this);
        flush.call(this, out);
        if (calmNumber !== 0 && this.calmNumber === calmNumber) expect(shown(this)).toBe(before);
      });
      for (let seed = 2000; seed < 2020; seed += 1) await playRandomRun(randomRun(seed), { corked });
      expect(ticks).toBeGreaterThan(1000);
      expect(calms).toBeGreaterThan(1000);
    },
  );
});
