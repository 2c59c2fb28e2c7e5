/**
 * What an application's function throws where no call of its own is open: a callback on a thread of the API's. It is the
 * user's mistake. It is traced at once, and thrown by the process's next call.
 */
import type { Process } from './process.js';

const mistakes = new WeakMap<Process, unknown[]>();

export function noteMistake(process: Process, where: string, error: unknown): void {
  mistakes.set(process, [...(mistakes.get(process) ?? []), error]);
  const text = `${process.machine}: ${where} has thrown: ${error instanceof Error ? error.message : String(error)}`;
  process.backend.note({ kind: 'warning', text });
}

/** Throws the oldest mistake that has not been thrown yet. */
export function throwMistake(process: Process): void {
  const list = mistakes.get(process);
  if (list?.length) throw list.shift();
}
