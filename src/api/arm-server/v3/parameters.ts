/** What ARM_RESOURCE_INFO tells of each type (4.2.2). */
import type { ResourceDefinition, ResourceType } from '../../../model/definition.js';
import type { ValueOf } from '../../layout/types.js';
import { constants3 } from '../constants.js';
import { parametersOf } from '../parameters.js';
import type { structures3 } from '../structures.js';

type Parameter3 = ValueOf<typeof structures3.ARM_RESOURCE_INFO.layout>['Parameter'];

/** What a drive has that a disk has nothing to do with. */
const NO_PARTITION = 0xffffffff;
const DRIVES = 26;

/** @param ver2 a switched disk as Ver2.x had it */
export function parameterOf(as: ResourceType, resource: ResourceDefinition, ver2: boolean): Parameter3 {
  const { script, address, printer, line, drive } = parametersOf(resource);
  switch (as) {
    case 'script':
      return { Script: { StartScript: script.start, StopScript: script.stop } };
    case 'vip':
      return { VLAN: { dwAddress: address } };
    case 'printer': {
      const { port, name, spool, share } = printer;
      return { Printer: { Port: port, PrinterName: name, SpoolDirectory: spool, ShareName: share } };
    }
    case 'lsw':
      return { LSW: { UnitNo: line.unit, LineNo: line.line, Port: line.port } };
    default:
      return as === 'swdisk' && ver2 ? { Disk: diskOf(drive) } : { Disk2: { LType: 0, Letter: drive } };
  }
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
