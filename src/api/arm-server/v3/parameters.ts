/**
 * What ARM_RESOURCE_INFO tells of each type (4.2.2). Where the definition says nothing (all *ours*, and as Ver4.x has it):
 * a drive, an address and file names are empty; a printer bears the name of its resource and hangs on LPT1:, a line switch
 * is on COM1 as unit 0, line 1.
 */
import type { ResourceDefinition, ResourceType } from '../../../model/definition.js';
import type { ValueOf } from '../../layout/types.js';
import { constants3 } from '../constants.js';
import type { structures3 } from '../structures.js';

type Parameter3 = ValueOf<typeof structures3.ARM_RESOURCE_INFO.layout>['Parameter'];

/** The keys of `ResourceInput` that only some types have, once they have been checked. */
interface Parameters {
  readonly drive?: string;
  readonly drives?: readonly string[];
  readonly address?: string;
  readonly printer?: {
    readonly name?: string;
    readonly port?: string;
    readonly share?: string;
    readonly spool?: string;
  };
  readonly line?: { readonly port?: string; readonly unit?: number; readonly line?: number };
  readonly script?: { readonly start?: string; readonly stop?: string };
}

/** What a drive has that a disk has nothing to do with. */
const NO_PARTITION = 0xffffffff;
const DRIVES = 26;

/** @param ver2 a switched disk as Ver2.x had it */
export function parameterOf(as: ResourceType, { name, parameters }: ResourceDefinition, ver2: boolean): Parameter3 {
  const own = parameters as Parameters;
  switch (as) {
    case 'script':
      return { Script: { StartScript: own.script?.start ?? '', StopScript: own.script?.stop ?? '' } };
    case 'vip':
      return { VLAN: { dwAddress: addressOf(own.address) } };
    case 'printer':
      return { Printer: printerOf(name, own.printer) };
    case 'lsw':
      return { LSW: lineSwitchOf(own.line) };
    default:
      return as === 'swdisk' && ver2 ? { Disk: diskOf(letterOf(own)) } : { Disk2: { LType: 0, Letter: letterOf(own) } };
  }
}

/** A mirror disk or disk group that is seen as a switched disk is known by its first drive. */
function letterOf({ drive, drives }: Parameters): string {
  return drive ?? drives?.[0] ?? '';
}

function printerOf(resource: string, { name, port, share, spool }: NonNullable<Parameters['printer']> = {}) {
  return { Port: port ?? 'LPT1:', PrinterName: name ?? resource, SpoolDirectory: spool ?? '', ShareName: share ?? '' };
}

function lineSwitchOf({ port, unit, line }: NonNullable<Parameters['line']> = {}) {
  return { UnitNo: unit ?? 0, LineNo: line ?? 1, Port: port ?? 'COM1' };
}

/**
 * A switched disk of Ver2.x: one unit with one partition, which its drive has as number 1 (*ours*). Port, bus and id are
 * not used (4.2.2.2): all 0.
 */
function diskOf(letter: string) {
  const unit = (nPartition: number, own: string) => ({
    ScsiId: 0,
    nPartition,
    Drive: Array.from({ length: DRIVES }, (_, drive) =>
      own.charCodeAt(0) - 'A'.charCodeAt(0) === drive ? 1 : NO_PARTITION,
    ),
  });
  const units = Array.from({ length: constants3.MAX_SCSI_ID }, (_, index) =>
    index === 0 ? unit(1, letter) : unit(0, ''),
  );
  return { ScsiPortNo: 0, ScsiBus: 0, nUnit: 1, Unit: units };
}

/** In network byte order: the first of the four numbers comes first in memory, which is the lowest byte here. */
function addressOf(quad = '0.0.0.0'): number {
  const [a, b, c, d] = quad.split('.').map(Number);
  return (a | (b << 8) | (c << 16) | (d << 24)) >>> 0;
}
