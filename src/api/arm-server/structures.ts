/**
 * The structures of the two server APIs as data for the codec (`../layout/`): 14 of Ver4.x (3.2), 9 of Ver3.0 (4.2).
 * Member names, their order and the lengths they are declared with are those of the printed declarations.
 *
 * What varies in size is ARM_GROUP_INFO alone; `needed` (`../layout/codec.ts`) gives the number of bytes that
 * ARMERR_BUFFER_TOO_SMALL goes with (3.1.2.7), for all of them.
 */
import { structureOf, type Structure } from '../facade/describe.js';
import { DWORD, BYTE, LPTSTR, TRAILING, array, field, list, struct, text, union, type Text } from '../layout/types.js';
import { constants3, constants4 } from './constants.js';

const tchars = (length: number): Text => text('TCHAR', length);

// ---------------------------------------------------------------- Ver4.x

const switchedDisk4 = struct('ARM_RESOURCE_INFO_DISK', field('szLetter', tchars(constants4.MAX_LETTER_LEN)));

/** Addresses are in network byte order: the first of the four bytes in memory is the first of the four numbers. */
const virtualIp4 = struct('ARM_RESOURCE_INFO_VIP', field('dwAddress', DWORD));

const virtualComputer4 = struct('ARM_RESOURCE_INFO_VCOM', field('szCompName', tchars(constants4.MAX_VCOMNAME_LEN)));

const printer4 = struct(
  'ARM_RESOURCE_INFO_PRINTER',
  field('szPrinterName', tchars(constants4.MAX_PRNNAME_LEN)),
  field('szPortName', tchars(constants4.MAX_PRNPORT_LEN)),
  field('szShareName', tchars(constants4.MAX_PRNSHARE_LEN)),
  field('szSpoolDirectory', tchars(constants4.MAX_SPOOLPATH_LEN)),
);

const lineSwitch4 = struct(
  'ARM_RESOURCE_INFO_LSW',
  field('szDeviceName', tchars(constants4.MAX_LSWDEVICE_LEN)),
  field('szPortName', tchars(constants4.MAX_LSWPORT_LEN)),
  field('dwUnitNo', DWORD),
  field('dwLineNo', DWORD),
);

const mirrorDisk4 = struct(
  'ARM_RESOURCE_INFO_NDR',
  field('szName', tchars(constants4.MAX_NDRNAME_LEN)),
  field('bDrive', array(BYTE, constants4.MAX_DRV_NUM)),
);

const clusterIp4 = struct(
  'ARM_RESOURCE_INFO_HF',
  field('dwIPAddress', DWORD),
  field('dwReserved1', DWORD),
  field('dwReserved2', DWORD),
);

const diskGroup4 = struct(
  'ARM_RESOURCE_INFO_VXDISK',
  field('szName', tchars(constants4.MAX_VXDISKNAME_LEN)),
  field('bDrive', array(BYTE, constants4.MAX_DRV_NUM)),
);

const parameter4 = union(
  [
    field('Disk', switchedDisk4),
    field('VIP', virtualIp4),
    field('VCom', virtualComputer4),
    field('Printer', printer4),
    field('LSW', lineSwitch4),
    field('NDR', mirrorDisk4),
    field('HF', clusterIp4),
    field('VXDisk', diskGroup4),
  ],
  {
    field: 'dwType',
    cases: [
      [constants4.ARM_RESTYPE_SWDISK, 'Disk'],
      [constants4.ARM_RESTYPE_VIP, 'VIP'],
      [constants4.ARM_RESTYPE_VCOM, 'VCom'],
      [constants4.ARM_RESTYPE_PRINTER, 'Printer'],
      [constants4.ARM_RESTYPE_LSW, 'LSW'],
      [constants4.ARM_RESTYPE_NDR, 'NDR'],
      [constants4.ARM_RESTYPE_HF, 'HF'],
      [constants4.ARM_RESTYPE_VXDISK, 'VXDisk'],
    ],
  },
);

export const structures4 = {
  ARM_SERVER_INFO: structureOf(
    '3.2.1',
    'versions and the installation directory of a server',
    struct(
      'ARM_SERVER_INFO',
      field('szOSVersion', tchars(constants4.MAX_VER_LEN)),
      field('szARMVersion', tchars(constants4.MAX_VER_LEN)),
      field('szHomeDir', tchars(constants4.MAX_PATH_LEN)),
    ),
  ),
  ARM_GROUP_INFO: structureOf(
    '3.2.2',
    'where a group may run, the primary first, and the registry keys carried along',
    struct(
      'ARM_GROUP_INFO',
      field('nServer', DWORD),
      field('ServerList', list(LPTSTR, 'nServer')),
      field('nRegistry', DWORD),
      field('RegistryList', list(LPTSTR, 'nRegistry')),
      field('bData', TRAILING),
    ),
  ),
  ARM_RESOURCE_INFO: structureOf(
    '3.2.3',
    'type and group of a resource, and what its type needs',
    struct(
      'ARM_RESOURCE_INFO',
      field('dwType', DWORD),
      field('szGroupName', tchars(constants4.MAX_GROUPNAME_LEN)),
      field('Parameter', parameter4),
    ),
  ),
  ARM_RESOURCE_INFO_DISK: structureOf('3.2.3.1', 'a switched disk: its letter, "A:" to "Z:"', switchedDisk4),
  ARM_RESOURCE_INFO_VIP: structureOf('3.2.3.2', 'a virtual IP address, in network byte order', virtualIp4),
  ARM_RESOURCE_INFO_VCOM: structureOf('3.2.3.3', 'a virtual computer name', virtualComputer4),
  ARM_RESOURCE_INFO_PRINTER: structureOf('3.2.3.4', 'a printer: name, port, share, spool directory', printer4),
  ARM_RESOURCE_INFO_LSW: structureOf('3.2.3.5', 'a line switch: serial port, unit 0 to 15, line 1 to 4', lineSwitch4),
  ARM_RESOURCE_INFO_NDR: structureOf('3.2.3.6', 'a switched mirror disk: 1 for each of its drives A to Z', mirrorDisk4),
  ARM_RESOURCE_INFO_HF: structureOf('3.2.3.7', 'a cluster IP address, in network byte order', clusterIp4),
  ARM_RESOURCE_INFO_VXDISK: structureOf('3.2.3.8', 'a disk group: 1 for each of its drives A to Z', diskGroup4),
  ARM_GROUP_STATUS: structureOf(
    '3.2.4',
    'the state of a group, and where it is',
    struct(
      'ARM_GROUP_STATUS',
      field('dwStatus', DWORD),
      field('szCurrentServer', tchars(constants4.MAX_SERVERNAME_LEN)),
    ),
  ),
  ARM_RESOURCE_STATUS: structureOf(
    '3.2.5',
    'the state of a resource, and where it is',
    struct(
      'ARM_RESOURCE_STATUS',
      field('dwStatus', DWORD),
      field('szCurrentServer', tchars(constants4.MAX_SERVERNAME_LEN)),
    ),
  ),
  ARM_EVENT_INFO: structureOf(
    '3.2.6',
    'a cluster event: its code, its number, and whom it is about',
    struct(
      'ARM_EVENT_INFO',
      field('dwEvent', DWORD),
      field('dwEventId', DWORD),
      field('szSourceName', tchars(constants4.MAX_EVENTSRCSRCNAME_LEN)),
      field('szSrcServer', tchars(constants4.MAX_SERVERNAME_LEN)),
      field('szDstServer', tchars(constants4.MAX_SERVERNAME_LEN)),
    ),
  ),
} as const satisfies Readonly<Record<string, Structure>>;

// ---------------------------------------------------------------- Ver3.0

const script3 = struct(
  'ARM_RESOURCE_INFO_SCRIPT',
  field('StartScript', tchars(constants3.MAX_PATH_LEN)),
  field('StopScript', tchars(constants3.MAX_PATH_LEN)),
);

const disk3 = struct(
  'ARM_RESOURCE_INFO_DISK',
  field('ScsiPortNo', DWORD),
  field('ScsiBus', DWORD),
  field('nUnit', DWORD),
  field(
    'Unit',
    array(
      struct('', field('ScsiId', DWORD), field('nPartition', DWORD), field('Drive', array(DWORD, 26))),
      constants3.MAX_SCSI_ID,
    ),
  ),
);

const disk2nd3 = struct(
  'ARM_RESOURCE_INFO_DISK_2',
  field('LType', DWORD),
  field('Letter', tchars(constants3.MAX_LETTER_LEN)),
);

const virtualLan3 = struct('ARM_RESOURCE_INFO_VLAN', field('dwAddress', DWORD));

const printer3 = struct(
  'ARM_RESOURCE_INFO_PRINTER',
  field('Port', tchars(constants3.MAX_PATH_LEN)),
  field('PrinterName', tchars(constants3.MAX_PRINTERNAME_LEN)),
  field('SpoolDirectory', tchars(constants3.MAX_PATH_LEN)),
  field('ShareName', tchars(constants3.MAX_SHARENAME_LEN)),
);

const lineSwitch3 = struct(
  'ARM_RESOURCE_INFO_LSW',
  field('UnitNo', DWORD),
  field('LineNo', DWORD),
  field('Port', tchars(constants3.MAX_PORTNAME_LEN)),
);

const parameter3 = union(
  [
    field('Script', script3),
    field('Disk', disk3),
    field('Disk2', disk2nd3),
    field('VLAN', virtualLan3),
    field('Printer', printer3),
    field('LSW', lineSwitch3),
  ],
  {
    field: 'Type',
    cases: [
      [constants3.ARM_RESTYPE_SCRIPT, 'Script'],
      // What ArmGetResourceInfo answers for a switched disk; ArmGetResourceInfo2 answers SWDISK (4.1.2.8, 4.1.2.9).
      [constants3.ARM_RESTYPE_DISK, 'Disk'],
      [constants3.ARM_RESTYPE_SWDISK, 'Disk2'],
      [constants3.ARM_RESTYPE_SHDISK, 'Disk2'],
      [constants3.ARM_RESTYPE_NPDISK, 'Disk2'],
      [constants3.ARM_RESTYPE_VLAN, 'VLAN'],
      [constants3.ARM_RESTYPE_PRINTER, 'Printer'],
      [constants3.ARM_RESTYPE_LSW, 'LSW'],
    ],
  },
);

export const structures3 = {
  ARM_SERVER_INFO: structureOf(
    '4.2.1',
    'versions and the installation directory of a server; networks and ports are not used',
    struct(
      'ARM_SERVER_INFO',
      field('OSVersion', tchars(constants3.MAX_VER_LEN)),
      field('HomeDir', tchars(constants3.MAX_PATH_LEN)),
      field('ARMVersion', tchars(constants3.MAX_VER_LEN)),
      field('nPublicLan', DWORD),
      field('PublicLAN', array(DWORD, constants3.MAX_PUBLICLAN)),
      field('nInterConnect', DWORD),
      field('InterConnect', array(tchars(constants3.MAX_INTERCONNECT_LEN), constants3.MAX_INTERCONNECT)),
      field('ClusterServerPortNo', DWORD),
      field('MonitorWatcherPortNo', DWORD),
      field('TimeSyncPortNo', DWORD),
      field('ClientServicePortNo', DWORD),
    ),
  ),
  ARM_RESOURCE_INFO: structureOf(
    '4.2.2',
    'type and servers of a resource (no servers for SHDISK and NPDISK), and what its type needs',
    struct(
      'ARM_RESOURCE_INFO',
      field('Type', DWORD),
      field('CurrentServer', tchars(constants3.MAX_SERVERNAME_LEN)),
      field('PrimaryServer', tchars(constants3.MAX_SERVERNAME_LEN)),
      field('SecondaryServer', tchars(constants3.MAX_SERVERNAME_LEN)),
      field('Parameter', parameter3),
    ),
  ),
  ARM_RESOURCE_INFO_SCRIPT: structureOf('4.2.2.1', 'a script: the files for start and stop', script3),
  ARM_RESOURCE_INFO_DISK: structureOf(
    '4.2.2.2',
    'a switched disk as Ver2.x had it: one unit, its partition under its drive, 0xFFFFFFFF under all others',
    disk3,
  ),
  ARM_RESOURCE_INFO_DISK_2: structureOf(
    '4.2.2.3',
    "a partition: the drive letter of a switched disk, the product's own name for SHDISK and NPDISK",
    disk2nd3,
  ),
  ARM_RESOURCE_INFO_VLAN: structureOf('4.2.2.4', 'a virtual IP address, in network byte order', virtualLan3),
  ARM_RESOURCE_INFO_PRINTER: structureOf('4.2.2.5', 'a printer: port, name, spool directory, share', printer3),
  ARM_RESOURCE_INFO_LSW: structureOf('4.2.2.6', 'a line switch: unit 0 to 15, line 1 to 4, serial port', lineSwitch3),
  ARM_EVENT_PARAM: structureOf(
    '4.2.3',
    'the server of an event, and the resource for PRINTER_SWITCHED and LSW_SWITCHED',
    struct(
      'ARM_EVENT_PARAM',
      field('szServerName', tchars(constants3.MAX_SERVERNAME_LEN)),
      field('EventParam', union([field('szResourceName', tchars(constants3.MAX_RESOURCENAME_LEN))])),
    ),
  ),
} as const satisfies Readonly<Record<string, Structure>>;
