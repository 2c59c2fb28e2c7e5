/**
 * Plays a random run to its end: the trouble, then peace (every fault taken back), then rest.
 */
import { InlineBackend } from '../../src/cluster/inline.js';
import { openWorld } from '../../src/cluster/open.js';
import type { EngineView, ServerSlot } from '../../src/cluster/server-slot.js';
import { Phase } from '../../src/failover/frames.js';
import type { Backend, Snapshot } from '../../src/cluster/backend.js';
import type { WorldAction } from '../../src/cluster/actions.js';
import type { ClusterInput } from '../../src/model/definition.js';
import { micros, type Micros } from '../../src/model/time.js';
import type { EventLine, TraceLine } from '../../src/model/trace.js';
import type { Run } from './runs.js';

/** With nothing wrong any more, everything has come to rest within this virtual time. */
export const REST_US = 600_000_000;

export interface Played {
  readonly lines: readonly TraceLine[];
  readonly hash: string;
  /** What is seen when all has come to rest. */
  readonly rest: Snapshot;
}

export interface PlayOptions {
  /** Looks at the world while it is at rest, before it ends. */
  readonly atRest?: (backend: Backend) => void;
  readonly invariants?: boolean;
  /** Called before each step. */
  readonly beforeStep?: (backend: Backend, action: WorldAction) => void;
}

/** Far more lines than any of these runs has: a cluster that never settles must not fill the memory. */
const LINES_MAX = 20_000;

/** Opens the run's world in which nothing happens yet. It throws where the trace does not end. */
export async function openRun(run: Run, invariants = true): Promise<Backend> {
  const world = { clusters: [run.definition], machines: [], clients: [] };
  const backend = await openWorld(world, { seed: run.seed, invariants, scenario: 'property' });
  backend.trace(({ seq }) => {
    if (seq > LINES_MAX) throw new Error(`the trace does not end: ${LINES_MAX} lines`);
  });
  return backend;
}

/** Plays it; throws where an invariant is broken or the cluster does not come to rest. */
export async function play(run: Run, options: PlayOptions = {}): Promise<Played> {
  const backend = await openRun(run, options.invariants);
  const lines: TraceLine[] = [];
  backend.trace((line) => lines.push(line));
  try {
    for (const { atUs, action } of run.steps) {
      await backend.until({ type: 'time' }, micros(atUs));
      options.beforeStep?.(backend, action);
      await backend.act(action);
    }
    await makePeace(backend, run.cluster);
    await restOf(backend);
    options.atRest?.(backend);
    const rest = backend.status(run.definition.name);
    const { hash } = await backend.finish(true);
    return { lines, hash: hash!, rest };
  } finally {
    await backend.close();
  }
}

/** Takes back every fault: the network is whole, no server hangs, no resource is broken. */
export async function makePeace(backend: Backend, cluster: ClusterInput): Promise<void> {
  await backend.act({ type: 'heal', what: 'all' });
  for (const { name } of (cluster.groups ?? []).flatMap((group) => group.resources ?? []))
    await backend.act({ type: 'repairResource', resource: name });
  for (const server of cluster.servers)
    await backend.act({ type: 'resume', server: typeof server === 'string' ? server : server.name });
}

export interface Member {
  readonly name: string;
  readonly server: number;
  readonly slot: ServerSlot;
  readonly engine: EngineView;
}

/** The inline backend, as which every world opened here is opened. */
export function inline(backend: Backend): InlineBackend {
  if (!(backend instanceof InlineBackend)) throw new Error('only the inline backend shows its engines');
  return backend;
}

/** The servers that stand in a view, with their engines. */
export function membersOf(backend: Backend): Member[] {
  return inline(backend).slots.flatMap((slot) => {
    const { place, engine } = slot;
    return engine?.place.phase === Phase.MEMBER ? [{ name: place.name, server: place.server, slot, engine }] : [];
  });
}

/** Lets everything that is under way end. */
export async function restOf(backend: Backend): Promise<void> {
  const { reason } = await backend.until({ type: 'quiet' }, micros(backend.now() + REST_US));
  if (reason !== 'reached') throw new Error('ten minutes after the last step something is still under way');
}

/** Lets time pass, whatever happens. */
export async function pass(backend: Backend, span: Micros | number): Promise<void> {
  await backend.until({ type: 'time' }, micros(backend.now() + span));
}

export function eventsOf(lines: readonly TraceLine[]): (TraceLine & EventLine)[] {
  return lines.filter((line) => line.kind === 'event');
}

/** `DOWN S1`, `GROUP_FAILOVER_START G1 S1>S2`: one event a text. */
export function eventText({ code, source, src, dst }: EventLine): string {
  return `${code.replace('ARM_EVENT_', '')} ${source}${src === '' && dst === '' ? '' : ` ${src}>${dst}`}`;
}
