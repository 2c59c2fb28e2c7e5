/**
 * Runs one random run to its end: trouble, then peace, then rest, with every invariant watched on the way.
 */
import type { WorldAction } from '../cluster/actions.js';
import type { Backend } from '../cluster/backend.js';
import { openWorld } from '../cluster/open.js';
import { InvariantViolation } from '../failover/invariants/violation.js';
import { defineCluster } from '../model/define.js';
import { micros } from '../model/time.js';
import type { BackendKind, TraceLine } from '../model/trace.js';
import type { RandomRun } from './generate.js';

export interface RandomRunResult {
  readonly hash: string | undefined;
  readonly lines: number;
  /** Virtual time that the run took, in microseconds. */
  readonly spanUs: number;
}

/** With nothing wrong any more, everything has come to rest within this virtual time. */
const REST_US = 600_000_000;

/** Runs it and throws what goes wrong (`InvariantViolation` for a broken invariant). */
export async function playRandomRun(
  run: RandomRun,
  options: { backend?: BackendKind; corked?: boolean; onLine?: (line: TraceLine) => void } = {},
): Promise<RandomRunResult> {
  const defined = defineCluster(run.cluster);
  if (!defined.ok) throw new Error(`seed ${run.seed} makes no cluster: ${JSON.stringify(defined.error)}`);
  const world = { clusters: [defined.value], machines: [], clients: [] };
  const { backend: kind, corked } = options;
  const backend = await openWorld(world, { seed: run.seed, backend: kind, corked, scenario: `random ${run.seed}` });
  let lines = 0;
  backend.trace((line) => {
    lines += 1;
    options.onLine?.(line);
  });
  try {
    for (const { atUs, action } of run.schedule) {
      await backend.until({ type: 'time' }, micros(atUs));
      await backend.act(action);
    }
    await makePeace(backend, run);
    const limit = micros(backend.now() + REST_US);
    const stop = await backend.until({ type: 'quiet' }, limit);
    if (stop.reason !== 'reached')
      throw new InvariantViolation(4, 'ten minutes after all faults were taken back something is still pending');
    const { hash } = await backend.finish(true);
    return { hash, lines, spanUs: backend.now() };
  } finally {
    await backend.close();
  }
}

/** Takes back every fault: the network is whole, no server hangs, no resource is broken. */
async function makePeace(backend: Backend, run: RandomRun): Promise<void> {
  const actions: WorldAction[] = [{ type: 'heal', what: 'all' }];
  for (const group of run.cluster.groups ?? [])
    for (const { name } of group.resources ?? []) actions.push({ type: 'repairResource', resource: name });
  for (const server of run.cluster.servers)
    actions.push({ type: 'resume', server: typeof server === 'string' ? server : server.name });
  for (const action of actions) await backend.act(action);
}
