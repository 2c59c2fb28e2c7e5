/**
 * Where the document contradicts itself about the server APIs, and what the tables of this room hold. What is printed
 * is kept wherever that can be; where two printed things exclude each other, the one is taken that the rest of the
 * document bears out. (The event tables of section 3.3 have their own switch: `errata` of a cluster definition.)
 */
import type { Erratum } from '../facade/describe.js';

export const errata: readonly Erratum[] = [
  {
    section: '2.2',
    printed: 'The list of functions gives ArmEnumGroup for the definition of a group and ArmGetGroupInfo for listing.',
    against: 'Sections 3.1.2.5 and 3.1.2.7 describe them the other way round.',
    taken: 'ArmEnumGroup lists, ArmGetGroupInfo tells.',
  },
  {
    section: '3.1.3.1, 4.1.3.1',
    printed: 'The text puts the server into lpdwStatus (3.1.3.1 only) and the answer into lpArmServerStatus.',
    against: 'The prototypes have lpszServerName and lpdwStatus, and no lpArmServerStatus.',
    taken: 'The prototypes.',
  },
  {
    section: '3.1.3.2, 3.1.3.3',
    printed: 'The prototypes have a comma behind the last parameter.',
    against: 'C does not allow it, and two parameters are described.',
    taken: 'Two parameters.',
  },
  {
    section: '3.1.3.4',
    printed: 'The prototype is of ArmServerEventWatch.',
    against: 'The heading, the index and every other mention say ArmStartEventWatch.',
    taken: 'ArmStartEventWatch; there is no function of the other name.',
  },
  {
    section: '3.2.1',
    printed: 'The pointer type is LARM_SERVER_INFO.',
    against: 'Section 3.1.2.4 takes LPARM_SERVER_INFO, and all other structures have LP.',
    taken: 'LPARM_SERVER_INFO.',
  },
  {
    section: '3.2.6',
    printed: "MAX_EVENTSRCSRCNAME_LEN is the length of the source's name.",
    against: 'Its doubled SRC looks like a slip, but it is the only mention.',
    taken: 'The name as printed.',
  },
  {
    section: '4.1.2.3',
    printed: 'The text says how long lpszClusterName is valid.',
    against: 'The callback has no such parameter.',
    taken: 'The prototype.',
  },
  {
    section: '4.1.2.7',
    printed: 'The callback lists the resource types of Ver2.x only.',
    against: 'ArmEnumResource2 calls the same callback with SWDISK, SHDISK and NPDISK (4.1.2.6).',
    taken: 'Each function hands over the types that it lists itself.',
  },
  {
    section: '4.1.2.11',
    printed: 'The text spells lpSzServiceName.',
    against: 'The prototype spells lpszServiceName.',
    taken: 'The prototype.',
  },
  {
    section: '4.1.3.8',
    printed: 'The prototype takes LPARAM_EVENT_PARAM.',
    against: 'Section 4.2.3 declares LPARM_EVENT_PARAM, and the parameter is described as a pointer to that structure.',
    taken: 'The type as printed, meaning the same as LPARM_EVENT_PARAM.',
  },
  {
    section: '4.1.4.4',
    printed: 'A key can be flushed when the service runs on both servers.',
    against: 'The same function serves clusters of up to 16 (3.1.4), where all servers have to be in.',
    taken: 'All servers.',
  },
  {
    section: '4.2.1',
    printed: 'The declaration has nPublicLan, the list of members nPublicLAN, and another order.',
    against: 'One declaration cannot be both.',
    taken: 'The declaration, its names and its order.',
  },
  {
    section: '4.2.2',
    printed: 'The list of members has Current.',
    against: 'The declaration has CurrentServer.',
    taken: 'The declaration.',
  },
  {
    section: '4.2.2',
    printed: 'The list of types has ARM_RESTYPE_NPD.',
    against: 'Section 4.1.2.6 has ARM_RESTYPE_NPDISK, and so has the note below the list.',
    taken: 'Both names, with one value.',
  },
  {
    section: '4.2.2',
    printed: 'Disk holds a switched disk, Disk2 a shared one, while the types DISK and SWDISK are called the reverse.',
    against: 'Sections 4.1.2.9 and 4.2.2.3 put SWDISK, SHDISK and NPDISK into ARM_RESOURCE_INFO_DISK_2.',
    taken: 'Disk goes with the type DISK, Disk2 with SWDISK, SHDISK and NPDISK.',
  },
  {
    section: '4.2.3',
    printed: 'The members call EventParam a structure.',
    against: 'The declaration has a union, of one member.',
    taken: 'The union; the bytes are the same.',
  },
  {
    section: '7.3.1',
    printed: 'GROUP_NOT_FOUND and SERVER_NOT_FOUND are one value, of the client API.',
    against: 'The server API answers them in different calls for different reasons.',
    taken: 'Two values in the server API: SERVER_NOT_FOUND keeps the printed one.',
  },
];
