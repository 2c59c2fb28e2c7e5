/**
 * What a call answers when it may refuse: a value, or an error that says where, what, and what would be right.
 *
 * Errors a caller can handle are values (`Result`). A broken invariant of the emulator itself is an exception.
 */

/** Either a value or an error. */
export type Result<T, E> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: E };

export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

export function err<E>(error: E): { readonly ok: false; readonly error: E } {
  return { ok: false, error };
}

/** Something wrong in what a user wrote. `code` is stable and part of the public interface. */
export interface Problem {
  /** A stable, machine-readable name of the mistake, e.g. `DUPLICATE_NAME`. */
  readonly code: string;
  /** Where: the path of keys and positions in what the user wrote, e.g. `['groups', 0, 'servers', 1]`. */
  readonly where: readonly (string | number)[];
  /** What is wrong, in one sentence. */
  readonly what: string;
  /** What would be right. */
  readonly fix: string;
}

/** An action that the cluster refused. Nothing was changed. */
export interface Refusal {
  /** Stable, e.g. `NOT_IN_VIEW`, `ALREADY_THERE`, `BUSY`. */
  readonly code: string;
  /** The thing it was about, e.g. the server's or group's name. */
  readonly where: string;
  readonly what: string;
  readonly fix: string;
}
