/**
 * What a program that drives a cluster may have to catch.
 */
import type { Refusal } from '../model/result.js';

/** The world refused an action; nothing was changed. */
export class ActionRefused extends Error {
  override readonly name = 'ActionRefused';

  constructor(
    readonly step: string,
    readonly refusal: Refusal,
  ) {
    super(`${step} was refused: ${refusal.where}: ${refusal.what} (${refusal.code}); ${refusal.fix}`);
  }
}

/** A wait ended before what was waited for came true. */
export class GoalNotReached extends Error {
  override readonly name = 'GoalNotReached';
}

/** The thread of a server, or of a client machine, failed, died or does not answer: the run is worth nothing any more. */
export class ServerFailed extends Error {
  override readonly name = 'ServerFailed';

  /**
   * @param server its name
   * @param threadStack the stack in that thread, where there was one
   * @param kind what it is
   */
  constructor(
    readonly server: string,
    why: string,
    readonly threadStack?: string,
    readonly kind: 'server' | 'client' = 'server',
  ) {
    super(`${kind} ${server}: ${why}`);
  }
}
