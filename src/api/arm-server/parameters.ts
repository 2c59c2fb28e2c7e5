/**
 * What a resource's definition says of its own kind, with what the APIs tell where it says nothing (all *ours*): a drive,
 * an address, a computer name and file names are empty; a printer and a line switch bear the name of their resource; a
 * printer hangs on LPT1:, a line switch is on COM1 as unit 0, line 1. Both APIs tell the same, each in its own structures.
 */
import type { ResourceDefinition } from '../../model/definition.js';
import { networkOrder } from '../facade/address.js';

/** The keys of `ResourceInput` that only some types have, once they have been checked. */
interface Written {
  readonly drive?: string;
  readonly drives?: readonly string[];
  readonly address?: string;
  readonly computerName?: string;
  readonly printer?: {
    readonly name?: string;
    readonly port?: string;
    readonly share?: string;
    readonly spool?: string;
  };
  readonly line?: { readonly device?: string; readonly port?: string; readonly unit?: number; readonly line?: number };
  readonly script?: { readonly start?: string; readonly stop?: string };
}

/** Everything that a resource of any type may tell of itself. */
export interface Parameters {
  /** A mirror disk or disk group that is seen as a switched disk is known by its first drive. */
  readonly drive: string;
  readonly drives: readonly string[];
  /** In network byte order. */
  readonly address: number;
  readonly computerName: string;
  readonly printer: { readonly name: string; readonly port: string; readonly share: string; readonly spool: string };
  readonly line: { readonly device: string; readonly port: string; readonly unit: number; readonly line: number };
  readonly script: { readonly start: string; readonly stop: string };
}

export function parametersOf({ name, parameters }: ResourceDefinition): Parameters {
  const { drive, drives = [], address, computerName, printer, line, script } = parameters as Written;
  return {
    drive: drive ?? drives.at(0) ?? '',
    drives,
    address: networkOrder(address),
    computerName: computerName ?? '',
    printer: printerOf(name, printer),
    line: lineOf(name, line),
    script: { start: script?.start ?? '', stop: script?.stop ?? '' },
  };
}

function printerOf(resource: string, { name, port, share, spool }: NonNullable<Written['printer']> = {}) {
  return { name: name ?? resource, port: port ?? 'LPT1:', share: share ?? '', spool: spool ?? '' };
}

function lineOf(resource: string, { device, port, unit, line }: NonNullable<Written['line']> = {}) {
  return { device: device ?? resource, port: port ?? 'COM1', unit: unit ?? 0, line: line ?? 1 };
}
