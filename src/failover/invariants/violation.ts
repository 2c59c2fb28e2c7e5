/**
 * A broken invariant: a bug of the emulator, never of its user. It stops the run loudly.
 */
export class InvariantViolation extends Error {
  override readonly name = 'InvariantViolation';

  /** @param invariant its number in docs/protocol.md */
  constructor(
    readonly invariant: number,
    what: string,
  ) {
    super(`invariant ${invariant} is broken: ${what}`);
  }
}
