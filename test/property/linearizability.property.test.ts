/**
 * The synchronised registry as one register for each value, under crashes, restarts, cuts and writers on all servers.
 *
 * All or none: when all is whole and quiet, every server has the same content; a change answered as done is there, unless
 * it was overwritten, and one that was refused is not. Linearizable, under `majority`: all changes, and all reads on
 * servers that stood in the newest view, fit into one order. What is said of reads elsewhere is less, and so is not asked
 * here: a server that was left out may find old content, as long as it does not know.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InlineBackend } from '../../src/cluster/inline.js';
import type { ServerSlot } from '../../src/cluster/server-slot.js';
import { defineCluster } from '../../src/model/define.js';
import type { ClusterInput } from '../../src/model/definition.js';
import { micros } from '../../src/model/time.js';
import { forAll } from '../support/forAll.js';
import { isLinearizable, type Operation } from '../support/linearizable.js';

const SERVERS = ['S1', 'S2', 'S3'];
const KEYS = ['HKEY_USERS\\a', 'HKEY_USERS\\b'];
const VALUE = 'v';
/** Time between two looks: while operations meet, and while the cluster finds out what has happened. */
const STEP_US = 50;
const BURST_STEPS = 40;
const PAUSE_STEP_US = 500_000;

interface Deed {
  readonly at: number;
  readonly kind: 'write' | 'delete' | 'read' | 'crash' | 'restart' | 'cut' | 'heal';
  readonly server: number;
  readonly key: number;
}

interface Burst {
  readonly deeds: readonly Deed[];
  /** Seconds until the next. */
  readonly pause: number;
}

/** How often a server has left its views: what it says of before is of another life. */
const falls = new WeakMap<ServerSlot, number>();

class WatchedBackend extends InlineBackend {
  protected override told(slot: ServerSlot): ReturnType<InlineBackend['told']> {
    const out = super.told(slot);
    const departed = (): void => {
      falls.set(slot, (falls.get(slot) ?? 0) + 1);
      out.departed();
    };
    return { ...out, departed };
  }
}

class Trial {
  readonly histories: Operation[][] = KEYS.map(() => []);
  readonly counts = { done: 0, refused: 0, unknown: 0, read: 0, waited: 0, open: 0 };
  private readonly backend: WatchedBackend;
  private newest = 0;
  private values = 0;

  constructor(private readonly policy: 'majority' | 'none') {
    const input: ClusterInput = {
      name: 'C',
      servers: SERVERS,
      heartbeat: { interval: '1s', timeout: '4s' },
      startupWait: '6s',
      autoReturn: true,
      ...(policy === 'none' ? {} : { partition: policy }),
    };
    const defined = defineCluster(input);
    if (!defined.ok) throw new Error(JSON.stringify(defined.error));
    const world = { clusters: [defined.value], machines: [], clients: [] };
    this.backend = new WatchedBackend(world, { seed: 1, version: '0' });
    this.backend.trace((line) => {
      if (line.kind === 'view') this.newest = Math.max(this.newest, line.epoch);
    });
  }

  async play(bursts: readonly Burst[]): Promise<void> {
    await this.backend.act({ type: 'start', target: 'C' });
    await this.rest();
    for (const key of KEYS) {
      const made = this.backend.registryOf('S1').synchronise({ change: 'createKey', key });
      await this.rest();
      expect(await made).toBeUndefined();
    }
    for (const { deeds, pause } of bursts) {
      for (let step = 0; step < BURST_STEPS; step += 1) {
        for (const deed of deeds) if (deed.at === step) await this.carryOut(deed);
        await this.pass(STEP_US);
      }
      for (let passed = 0; passed < pause * 1e6; passed += PAUSE_STEP_US) await this.pass(PAUSE_STEP_US);
    }
    await this.makeWhole();
  }

  /** All is whole and quiet: what every server has, asked of all. */
  lookAtAll(): void {
    const { slots } = this.backend;
    expect(this.counts.open).toBe(0);
    expect(slots.map(({ engine }) => engine?.members)).toEqual([7, 7, 7]);
    const [first, ...others] = slots.map(({ durable }) => durable.registry);
    for (const other of others) expect(other).toEqual(first);
    expect(first.prepared).toEqual([]);
    for (const server of SERVERS) {
      KEYS.forEach((_, key) => {
        const now = this.backend.now();
        this.histories[key].push({ kind: 'read', value: this.peek(server, key), from: now, to: now });
      });
    }
  }

  async close(): Promise<void> {
    await this.backend.finish(true);
    await this.backend.close();
  }

  private async carryOut({ kind, server, key }: Deed): Promise<void> {
    const name = SERVERS[server];
    if (kind === 'crash' || kind === 'restart') await this.backend.act({ type: kind, server: name });
    else if (kind === 'heal') await this.backend.act({ type: 'heal', what: 'all' });
    else if (kind === 'cut')
      await this.backend.act({ type: 'partition', sides: [[name], SERVERS.filter((other) => other !== name)] });
    else if (kind === 'read') this.read(name, key);
    else this.write(name, key, kind === 'write');
  }

  private write(server: string, index: number, sets: boolean): void {
    const from = this.backend.now();
    const key = KEYS[index];
    const value = sets ? (this.values += 1).toString(16).padStart(4, '0') : undefined;
    const edit =
      value === undefined
        ? ({ change: 'deleteValue', key, name: VALUE } as const)
        : ({ change: 'setValue', key, name: VALUE, type: 3, hex: value } as const);
    this.counts.open += 1;
    void this.backend
      .registryOf(server)
      .synchronise(edit)
      .then((refusal) => {
        this.counts.open -= 1;
        const to = this.backend.now();
        const history = this.histories[index];
        // That a value was not there is something that was read.
        if (refusal?.code === 'NOT_FOUND') {
          if (this.policy === 'majority') history.push({ kind: 'read', value: undefined, from, to });
        } else if (refusal && !this.isUnknown(refusal.code)) this.counts.refused += 1;
        else {
          history.push({ kind: 'write', value, from, to: refusal ? Infinity : to });
          this.counts[refusal ? 'unknown' : 'done'] += 1;
        }
      });
  }

  /** Without a policy a side that is cut may refuse what the other has carried out. */
  private isUnknown(code: string): boolean {
    return code === 'LOST' || code === 'SERVER_GONE' || (this.policy === 'none' && code === 'NOT_SYNCHRONIZED');
  }

  private read(server: string, index: number): void {
    const slot = this.backend.slots[SERVERS.indexOf(server)];
    const from = this.backend.now();
    const life = lifeOf(slot);
    void this.backend
      .registryOf(server)
      .read(KEYS[index])
      .then((found) => {
        const to = this.backend.now();
        const value = found?.values.find(({ name }) => name === VALUE)?.hex;
        const stands = slot.standing && slot.engine?.view.epoch === this.newest && lifeOf(slot) === life;
        if (!stands || this.policy !== 'majority') return;
        this.histories[index].push({ kind: 'read', value, from, to });
        this.counts.read += 1;
        if (to > from + STEP_US) this.counts.waited += 1;
      });
  }

  private peek(server: string, index: number): string | undefined {
    return this.backend
      .registryOf(server)
      .peek(KEYS[index])
      ?.values.find(({ name }) => name === VALUE)?.hex;
  }

  private async makeWhole(): Promise<void> {
    await this.backend.act({ type: 'heal', what: 'all' });
    for (let round = 0; round < 4; round += 1) {
      for (const { place, running, booting } of this.backend.slots)
        if (!running && !booting) await this.backend.act({ type: 'restart', server: place.name });
      await this.rest();
    }
  }

  private async pass(us: number): Promise<void> {
    await this.backend.until({ type: 'time' }, micros(this.backend.now() + us));
    // Whoever has an answer by now notes it before time goes on.
    await new Promise((resolve) => setImmediate(resolve));
  }

  private async rest(): Promise<void> {
    const { reason } = await this.backend.until({ type: 'quiet' }, micros(this.backend.now() + 600e6));
    expect(reason).toBe('reached');
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function lifeOf(slot: ServerSlot): string {
  return `${slot.incarnation} ${falls.get(slot) ?? 0}`;
}

const kindArb = fc.oneof(
  { weight: 6, arbitrary: fc.constant('write' as const) },
  { weight: 2, arbitrary: fc.constant('delete' as const) },
  { weight: 9, arbitrary: fc.constant('read' as const) },
  { weight: 2, arbitrary: fc.constantFrom('crash' as const, 'cut' as const) },
  { weight: 2, arbitrary: fc.constantFrom('restart' as const, 'heal' as const) },
);
const deedArb = fc.record({ at: fc.nat(15), kind: kindArb, server: fc.nat(2), key: fc.nat(1) });
const burstArb = fc.record({
  deeds: fc.array(deedArb, { minLength: 4, maxLength: 14 }),
  pause: fc.constantFrom(0, 1, 3, 5, 12, 25),
});
const burstsArb = fc.array(burstArb, { minLength: 2, maxLength: 7 });

async function tried(policy: 'majority' | 'none', bursts: readonly Burst[]): Promise<Trial> {
  const trial = new Trial(policy);
  try {
    await trial.play(bursts);
    trial.lookAtAll();
  } finally {
    await trial.close();
  }
  return trial;
}

describe.each(['majority', 'none'] as const)('the synchronised registry under %s', (policy) => {
  const claim =
    policy === 'majority' ? 'is linearizable, and on all servers or on none' : 'is on all servers or on none';
  it(claim, async () => {
    const sum = { done: 0, refused: 0, unknown: 0, read: 0, waited: 0, open: 0 };
    await forAll(burstsArb, 100, async (bursts) => {
      const trial = await tried(policy, bursts);
      for (const history of trial.histories)
        expect({ ok: isLinearizable(history), history }).toMatchObject({ ok: true });
      for (const [name, count] of Object.entries(trial.counts)) sum[name as keyof typeof sum] += count;
    });
    expect(sum.done).toBeGreaterThan(200);
    expect(sum.refused + sum.unknown).toBeGreaterThan(100);
    if (policy === 'majority') {
      expect(sum.read).toBeGreaterThan(400);
      expect(sum.waited).toBeGreaterThan(20);
    }
  });
});
