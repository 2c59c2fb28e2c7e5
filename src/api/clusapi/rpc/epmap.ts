/**
 * The endpoint mapper: tells clients behind which port an interface is (C706, appendix O; MS-RPCE 2.2.1.2).
 *
 * Clients that know no port ask here, usually at port 135. `ept_map` answers with the towers (protocol stacks) of the
 * interface asked for, `ept_lookup` lists all that are registered; nobody can register anything from outside.
 */
import { err, ok, type Result } from '../../../model/result.js';
import { RpcInterface } from './interface.js';
import { changes, gives, takes, type Method } from './method.js';
import { Reader, Writer } from './ndr/bytes.js';
import { handle, label, list, NULL_HANDLE, pointer, struct, u16, u32, u8, uuid } from './ndr/types.js';
import { NDR32, type Syntax } from './pdu.js';

/** The mapper's own interface. */
export const EPMAP: Syntax = { uuid: 'e1af8308-5d1f-11c9-91a4-08002b14a0fa', major: 3, minor: 0 };

/** Nothing is registered, or nothing more. */
const NOT_REGISTERED = 0x16c9a0d6;
const OK = 0;

/** The protocols of a tower's floors. */
const Protocol = { TCP: 0x07, IP: 0x09, CONNECTION_ORIENTED: 0x0b, UUID: 0x0d } as const;

const HANDLE = handle('ept_lookup');
const TOWER = struct({ tower_length: u32, tower_octet_string: list(u8, 'tower_length') });
const OBJECT = struct({ uuid });
const ENTRY = struct({ object: uuid, tower: pointer(TOWER), annotation: label(64) });
const INTERFACE_ID = struct({ uuid, vers_major: u16, vers_minor: u16 });

/** The rows of the mapper. What they answer is a status. */
export const epmapMethods = {
  ept_lookup: {
    opnum: 2,
    since: 3,
    returns: u32,
    parameters: {
      inquiry_type: takes(u32),
      object: takes(pointer(OBJECT)),
      interface_id: takes(pointer(INTERFACE_ID)),
      vers_option: takes(u32),
      entry_handle: changes(HANDLE),
      max_ents: takes(u32),
      num_ents: gives(u32),
      entries: gives(list(ENTRY, 'max_ents', 'num_ents')),
    },
  },
  ept_map: {
    opnum: 3,
    since: 3,
    returns: u32,
    parameters: {
      object: takes(pointer(OBJECT)),
      map_tower: takes(pointer(TOWER)),
      entry_handle: changes(HANDLE),
      max_towers: takes(u32),
      num_towers: gives(u32),
      towers: gives(list(pointer(TOWER), 'max_towers', 'num_towers')),
    },
  },
  ept_lookup_handle_free: { opnum: 4, since: 3, returns: u32, parameters: { entry_handle: changes(HANDLE) } },
} as const satisfies Record<string, Method>;

/** An interface that can be reached at a TCP port of this machine. */
export interface Registration {
  readonly interface: Syntax;
  readonly port: number;
  /** What it is, in words: at most 63 characters of ASCII. */
  readonly annotation: string;
}

/** A listing of which a part has been told. */
interface Lookup {
  readonly type: 'ept_lookup';
  readonly left: readonly Registration[];
}

/** Ways to ask: for everything, or for an interface. Nothing here has objects. */
const INQUIRE_ALL = 0;
const INQUIRE_INTERFACE = 1;
const ANY_VERSION = 1;

/** The mapper of all that `registered` says at the time of asking. */
export function endpointMapper(registered: () => readonly Registration[]): RpcInterface {
  return RpcInterface.of<typeof epmapMethods, { ept_lookup: Lookup }>({
    name: 'epmapper',
    uuid: EPMAP.uuid,
    versions: [EPMAP.major],
    methods: epmapMethods,
    handlers: {
      ept_lookup: ({ inquiry_type, interface_id, vers_option, entry_handle, max_ents }) => {
        const wanted = ({ interface: { uuid: id, major } }: Registration): boolean =>
          inquiry_type === INQUIRE_ALL ||
          (inquiry_type === INQUIRE_INTERFACE &&
            id === interface_id?.uuid &&
            (vers_option === ANY_VERSION || major === interface_id.vers_major));
        const all = entry_handle?.left ?? registered().filter(wanted);
        const told = all.slice(0, max_ents);
        const left = all.slice(told.length);
        return {
          entry_handle: left.length > 0 && told.length > 0 ? { type: 'ept_lookup', left } : null,
          entries: told.map(entryOf),
          returns: told.length === 0 ? NOT_REGISTERED : OK,
        };
      },
      ept_map: ({ map_tower, max_towers }) => {
        const asked = map_tower && interfaceOf(map_tower.tower_octet_string);
        const found = asked?.ok ? registered().filter((each) => same(each.interface, asked.value)) : [];
        const towers = found.slice(0, max_towers).map(towerOf);
        return { entry_handle: null, towers, returns: towers.length === 0 ? NOT_REGISTERED : OK };
      },
      ept_lookup_handle_free: () => ({ entry_handle: null }),
    },
  });
}

function same(one: Syntax, other: Syntax): boolean {
  return one.uuid === other.uuid && one.major === other.major && one.minor >= other.minor;
}

function entryOf(registration: Registration): {
  object: string;
  tower: ReturnType<typeof towerOf>;
  annotation: string;
} {
  return { object: NULL_HANDLE, tower: towerOf(registration), annotation: registration.annotation };
}

// ---------------------------------------------------------------- towers

/** The tower of an interface at a port: interface, NDR, connection-oriented, TCP port, IP address. Never aligned. */
export function towerOf({ interface: syntax, port }: Pick<Registration, 'interface' | 'port'>): {
  tower_length: number;
  tower_octet_string: Uint8Array;
} {
  const floors = [
    floor(identity(syntax), littleShort(syntax.minor)),
    floor(identity(NDR32), littleShort(NDR32.minor)),
    floor([Protocol.CONNECTION_ORIENTED], littleShort(0)),
    floor([Protocol.TCP], [port >> 8, port & 0xff]),
    floor([Protocol.IP], [127, 0, 0, 1]),
  ];
  const bytes = Uint8Array.from([...littleShort(floors.length), ...floors.flat()]);
  return { tower_length: bytes.length, tower_octet_string: bytes };
}

function floor(left: readonly number[], right: readonly number[]): number[] {
  return [...littleShort(left.length), ...left, ...littleShort(right.length), ...right];
}

function identity({ uuid: id, major }: Syntax): number[] {
  const to = new Writer(16);
  to.uuid(id);
  return [Protocol.UUID, ...to.done(), ...littleShort(major)];
}

function littleShort(value: number): [number, number] {
  return [value & 0xff, value >> 8];
}

/** The interface on a tower's first floor; what stands above is the client's wish, and there is one way here anyway. */
export function interfaceOf(tower: Uint8Array): Result<Syntax, string> {
  const view = new DataView(tower.buffer, tower.byteOffset, tower.byteLength);
  const leftBytes = 1 + 16 + 2;
  const end = 2 + 2 + leftBytes + 2 + 2;
  if (tower.length < end || view.getUint16(2, true) !== leftBytes || tower[4] !== Protocol.UUID)
    return err('the first floor names no interface');
  const id = new Reader(tower.slice(5, 21)).uuid();
  return ok({ uuid: id, major: view.getUint16(21, true), minor: view.getUint16(25, true) });
}
