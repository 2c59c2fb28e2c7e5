/**
 * What the parts of one engine share: who this server is, what it holds, and where its effects go.
 */
import type { ClusterDefinition } from '../model/definition.js';
import type { Micros } from '../model/time.js';
import type { Detector } from './detect/detector.js';
import { type Durable, type Effects, Phase } from './frames.js';
import type { Executor } from './group/executor.js';
import type { Replica } from './log/apply.js';
import type { AgreedState } from './state.js';

export interface Core {
  readonly definition: ClusterDefinition;
  readonly me: number;
  readonly incarnation: number;
  readonly bootedAt: Micros;
  readonly replica: Replica;
  readonly detector: Detector;
  readonly executor: Executor;
  out: Effects;
  now: Micros;
  phase: Phase;
  durable: Durable;
  /** A server that was away takes part again from then on. */
  backSince: Micros;
  /** It looks for its cluster again because a hand returned it. */
  returned: boolean;
  /** Power off when this step is done; the reason. */
  ending: { readonly orderly: boolean; readonly why: string } | undefined;
}

/** A mask of all registered servers. */
export function registered(core: Core): number {
  return (1 << core.definition.servers.length) - 1;
}

export function agreed(core: Core): AgreedState {
  return core.replica.state;
}

/** This server is a member and the coordinator of its view. */
export function coordinates(core: Core): boolean {
  return core.phase === Phase.MEMBER && core.replica.state.view.coordinator === core.me;
}

export function persist(core: Core, change: Partial<Durable>): void {
  core.durable = { ...core.durable, ...change };
  core.out.persist(core.durable);
}
