/**
 * Injected faults: a call on a machine fails as it would if the machine were broken.
 *
 * An error that nothing in the cluster can give comes from here, and from nowhere else: no memory, no connection to the
 * service, a registry that cannot be read. A fault strikes the next calls of a function on a machine, as many as asked
 * for, and each is traced as a warning.
 */
import type { Backend } from '../../cluster/backend.js';
import type { Process } from './process.js';

/** One error that is to strike calls on a machine. */
export interface Fault {
  /** The machine: a server, a client, or one registered in no cluster. */
  readonly on: string;
  /** A function's documented name, with the API in front where two APIs have it: `armapi4.ArmEnumServer`. */
  readonly function: string;
  /** An error that the function documents. */
  readonly error: string;
  /** How many calls it strikes, a whole number from 1 on; 1 by default. */
  readonly times?: number;
}

interface Pending extends Fault {
  left: number;
}

const faults = new WeakMap<Backend, Pending[]>();

/** Adds a fault to those that are to come, behind the earlier ones. What is asked for must have been checked. */
export function injectFault(backend: Backend, fault: Fault): void {
  const list = faults.get(backend) ?? [];
  faults.set(backend, list);
  list.push({ ...fault, left: fault.times ?? 1 });
}

/** The error of the first fault that is to strike this call, which is used up by that; undefined where there is none. */
export function takeFault(
  process: Process,
  api: string,
  name: string,
  strikes: (error: string) => boolean,
): string | undefined {
  const { backend, machine } = process;
  const list = faults.get(backend) ?? [];
  const found = list.find(
    (fault) =>
      fault.left > 0 &&
      fault.on === machine &&
      (fault.function === name || fault.function === `${api}.${name}`) &&
      strikes(fault.error),
  );
  if (!found) return undefined;
  found.left -= 1;
  backend.note({ kind: 'warning', text: `${machine}: ${name} fails with ${found.error}, as injected` });
  return found.error;
}
