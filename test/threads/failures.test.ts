/**
 * What becomes of a run when the thread of a server fails: one line that names the server and says why, the thread's
 * stack kept beside it, and nothing left running. On both backends with threads, for code of the test's own.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ResourceLimits } from 'node:worker_threads';
import { afterAll, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../src/cli/program.js';
import { Cluster } from '../../src/cluster/cluster.js';
import { ServerFailed } from '../../src/cluster/errors.js';
import { LockstepBackend } from '../../src/cluster/lockstep.js';
import { RealtimeBackend } from '../../src/cluster/realtime.js';
import type { WorldBackend, WorldOptions } from '../../src/cluster/world-backend.js';
import type { WorldDefinition } from '../../src/cluster/world.js';
import { defineCluster } from '../../src/model/define.js';
import { capture } from '../cli/captured.js';
import { LONG, trio } from '../contract/worlds.js';

const made = mkdtempSync(join(tmpdir(), 'armada-failures-'));
afterAll(() => rmSync(made, { recursive: true }));

const KINDS = ['lockstep', 'realtime'] as const;
type Kind = (typeof KINDS)[number];

function broken(name: string): URL {
  return new URL(`broken/${name}.mjs`, import.meta.url);
}

function openBroken(kind: Kind, world: WorldDefinition, options: Partial<WorldOptions>): WorldBackend {
  const all = { seed: 1, version: 'test', ...options };
  return kind === 'lockstep' ? new LockstepBackend(world, all) : new RealtimeBackend(world, all);
}

function cluster(kind: Kind, options: Partial<WorldOptions>): Cluster {
  const defined = defineCluster(trio);
  if (!defined.ok) throw new Error('bad cluster');
  return new Cluster(
    openBroken(kind, { clusters: [defined.value], machines: [], clients: [] }, options),
    'CLUSTER1',
    1,
  );
}

async function failureOf(run: () => Promise<unknown>): Promise<ServerFailed> {
  try {
    await run();
  } catch (error) {
    if (error instanceof ServerFailed) return error;
    throw error;
  }
  throw new Error('nothing has failed');
}

interface Case {
  readonly entry: string;
  /** The whole message, but for who it is. */
  readonly says: RegExp;
  readonly stack?: RegExp;
  /** Where only one server is broken. */
  readonly who?: string;
  readonly answerMs?: number;
  readonly resourceLimits?: ResourceLimits;
}

const LIMITED = { maxOldGenerationSizeMb: 48, maxYoungGenerationSizeMb: 8 };
const CASES: readonly Case[] = [
  {
    entry: 'at-start',
    says: /^its thread has failed: no engine, and no line feed either$/,
    stack: /at-start\.mjs:2/,
  },
  { entry: 'throws-null', says: /^its thread has failed: null$/ },
  {
    entry: 'does-not-exist',
    says: /^its thread has failed: Cannot find module '.*does-not-exist\.mjs'; in a checkout npm run build makes it, /,
  },
  { entry: 'returns', says: /^its thread ended by itself, with code 0$/ },
  { entry: 'exits', says: /^its thread ended by itself, with code 3$/ },
  { entry: 'silent', answerMs: 300, says: /^its thread has not answered (for|within) 0\.3 s( of its start)?$/ },
  { entry: 'endless', answerMs: 300, says: /^its thread has not answered (for|within) 0\.3 s( of its start)?$/ },
  {
    entry: 'throws-later',
    who: 'S2',
    says: /^its thread has failed: the engine fell over$/,
    stack: /TypeError: the engine fell over\n.*throws-later\.mjs:5/s,
  },
  {
    entry: 'full-line',
    says: /^its thread has failed: no room for a last word$/,
    stack: /RangeError: no room for a last word\n.*full-line\.mjs:12/s,
  },
  { entry: 'exits-later', who: 'S2', says: /^its thread ended by itself, with code 3$/ },
  {
    entry: 'hungry',
    who: 'S2',
    resourceLimits: LIMITED,
    says: /^its thread ran out of memory \(Worker terminated due to reaching memory limit: JS heap out of memory\)$/,
  },
];

describe.each(KINDS)('%s', (kind) => {
  it.each(CASES)('$entry: one line with the server and the reason', async (one) => {
    const { entry, says, stack, who, ...options } = one;
    const seen = cluster(kind, { ...options, threadEntry: broken(entry) });
    const run = async (): Promise<void> => {
      await seen.start();
      await seen.until(() => false, LONG);
    };
    const failure = await failureOf(run);
    expect(failure.server).toMatch(who ?? /^S[123]$/);
    expect(failure.message.startsWith(`server ${failure.server}: `)).toBe(true);
    expect(failure.message.slice(`server ${failure.server}: `.length)).toMatch(says);
    expect(failure.message).not.toContain('\n');
    if (stack) expect(failure.threadStack).toMatch(stack);

    // It stays so, and ends all the same.
    expect(await failureOf(() => seen.until('quiet', '1s'))).toBe(failure);
    expect(await failureOf(() => seen.crash('S1'))).toBe(failure);
    expect((await seen.backend.finish(false)).ok).toBe(false);
    expect(await failureOf(() => seen.close())).toBe(failure);
    await seen.backend.close();
  });

  it('a client whose thread fails: one line that says which and why, from then on', async () => {
    const seen = cluster(kind, {});
    const { backend } = seen;
    if (!(backend instanceof LockstepBackend) && !(backend instanceof RealtimeBackend)) throw new Error('no threads');
    const settled = (): boolean => backend.client('S1')?.look(0).settled === true;
    await seen.start();
    await seen.until({ group: 'G1', state: 'ONLINE' }, LONG);
    await seen.until(settled, LONG);
    const slot = backend.clients.of('S1');
    if (!slot) throw new Error('there is no client on S1');
    const now = backend.now();
    const report = { sentAt: now, standing: 'starting' } as const;
    const failure = await failureOf(async () => {
      await backend.soundly(async () => {
        // There is no cluster at that position of its settings.
        backend.clientInput(slot, { type: 'report', now, cluster: 9, server: 0, lan: 0, asked: true, report });
        await Promise.resolve();
      });
      await seen.until(() => false, LONG);
    });
    expect(failure.message).toMatch(/^client S1: its thread has failed: Cannot read properties of undefined/);
    expect(failure.threadStack).toMatch(/client\.[jt]s/);
    expect(await failureOf(() => seen.until('quiet', '1s'))).toBe(failure);
    await backend.close();
  });

  it('under memory limits that suffice, runs', async () => {
    const seen = cluster(kind, { resourceLimits: LIMITED });
    await seen.start();
    await seen.until({ group: 'G1', state: 'ONLINE' }, LONG);
    await seen.close();
  });

  it('with more patience than a timer can be set to, runs', async () => {
    const seen = cluster(kind, { answerMs: 1e10 });
    await seen.start();
    await seen.until({ group: 'G1', state: 'ONLINE' }, LONG);
    await seen.close();
  });

  it('a failed thread fails the scenario on the command line, with status 1 and in one line', async () => {
    const file = join(made, `${kind}.yaml`);
    const servers = '[S1, S2, S3]';
    writeFileSync(
      file,
      `name: breaks\ncluster: { name: C, servers: ${servers}, groups: [{ name: G, servers: ${servers} }],\n  heartbeat: { interval: 20ms, timeout: 400ms } }\n` +
        'steps:\n  - { start: cluster }\n  - { at: 20s, expect: { group: G, state: ONLINE } }\n',
    );
    const run = async (debug: boolean): Promise<{ status: number; out: string; err: string }> => {
      const { terminal, text } = capture(debug);
      const args = ['run', file, '--no-chart', '--backend', kind];
      const status = await runCommandLine(args, terminal, (world, options) =>
        Promise.resolve(openBroken(kind, world, { ...options, threadEntry: broken('throws-later') })),
      );
      return { status, ...text() };
    };
    const { status, out, err } = await run(false);
    expect({ status, err }).toEqual({ status: 1, err: '' });
    expect(out).toMatch(/^ {2}.*: server S2: its thread has failed: the engine fell over$/m);
    expect(out).not.toContain('    at ');
    expect(out).toContain("  ARMADA_DEBUG=1 shows the thread's stack\n");
    expect((await run(true)).err).toMatch(/TypeError: the engine fell over\n.*throws-later\.mjs/s);
  });
});

describe('lockstep', () => {
  it('says why a thread does not answer an order, where it knows', async () => {
    // The server is gone between two turns: the next that has to do with it is an action, and no turn.
    const seen = cluster('lockstep', { threadEntry: broken('stops-later'), answerMs: 500 });
    const failure = await failureOf(async () => {
      await seen.start();
      for (;;) {
        await seen.advance('5ms');
        await seen.act({ type: 'failResource', resource: 'r1', on: 'S2' });
      }
    });
    expect(failure.message).toBe('server S2: its thread has not answered for 0.5 s');
    await seen.backend.close();
  });
});
