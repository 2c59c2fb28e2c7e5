/**
 * Units of a good conversation, damaged: what a client with a mistake, or one that means harm, would send.
 *
 * A turn is what one connection sends after its bind. Most damage is to the stub behind a header that is right, since a
 * wrong header ends the connection before anything deep is reached. Everything is drawn from one stream: the same seed
 * is the same bytes.
 */
import { Buffer } from 'node:buffer';
import { barePdu, NDR32, PduType, bindPdu, requestPdus } from '../../dist/api/clusapi/rpc/pdu.js';
import { filled, SYNTAXES } from './conversation.mjs';

/**
 * @typedef {import('../../dist/model/random.js').RandomStream} Draws
 * @typedef {import('./conversation.mjs').Good} Good
 * @typedef {{ bytes: Uint8Array, pause: boolean }} Piece What is written at once; time passes after it.
 * @typedef {{ pieces: Piece[], units: number, mutated: number }} Turn `mutated` counts damage, each once.
 * @typedef {(unit: Buffer, draws: Draws) => Buffer} Damage
 */

const HEADER_BYTES = 16;
const STUB_AT = 24;
const FRAGMENT_BYTES = 5840;
/** Numbers at which counts, lengths and referents go wrong. */
const TELLING = [
  0, 1, 2, 3, 7, 8, 0x7f, 0x80, 0xff, 0x100, 0xffff, 0x10000, 0x20000, 0x7fffffff, 0x80000000, 0xffffffff,
];
const UNITS_MAX = 8;

/** Damage behind the header, whose length is put right again. @type {readonly Damage[]} */
const STUB = [
  // One bit.
  (unit, draws) => at(unit, STUB_AT, draws, (place) => (unit[place] ^= 1 << draws.integer(0, 7))),
  // A count, a length, an offset, a referent id, a part of a handle: a number of four bytes.
  (unit, draws) => atWord(unit, draws, (place) => unit.writeUInt32LE(draws.pick(TELLING), place)),
  (unit, draws) => atWord(unit, draws, (place) => unit.writeUInt32LE(draws.next(), place)),
  (unit, draws) => atWord(unit, draws, (place) => near(unit, place, draws)),
  // Cut, or longer in the middle, or at the end.
  (unit, draws) => sized(unit.subarray(0, draws.integer(Math.min(STUB_AT, unit.length), unit.length))),
  (unit, draws) => inserted(unit, draws.integer(Math.min(STUB_AT, unit.length), unit.length), draws),
  (unit, draws) => sized(Buffer.concat([unit, noise(draws, 64)])),
  // Some of it over some other of it.
  (unit, draws) => at(unit, STUB_AT, draws, (place) => unit.copy(unit, place, draws.integer(0, unit.length - 1))),
  // Nothing of it is left.
  (unit, draws) => sized(Buffer.concat([unit.subarray(0, STUB_AT), noise(draws, 512)])),
];

/** Damage to the header. @type {readonly Damage[]} */
const HEADER = [
  (unit, draws) => at(unit, 0, draws, (place) => (unit[place % STUB_AT] ^= 1 << draws.integer(0, 7))),
  // Lengths: of the unit, of the credentials.
  (unit, draws) =>
    put16(unit, 8, draws.pick([0, 1, 15, 16, 17, 23, 24, unit.length - 1, unit.length + 1, 5841, 0xffff])),
  (unit, draws) => put16(unit, 10, draws.pick([1, 4, 8, 16, unit.length, 0xffff])),
  // Flags, and among them those that say that it is the first or the last fragment.
  (unit, draws) => put8(unit, 3, draws.integer(0, 255)),
  (unit, draws) => put8(unit, 3, draws.integer(0, 3)),
  // Call ids, opnums, contexts, what is announced.
  (unit, draws) => put32(unit, 12, draws.pick([0, 1, 2, 3, 0x7fffffff, 0xffffffff])),
  (unit, draws) => put16(unit, 22, draws.pick([draws.integer(0, 190), draws.integer(0, 0xffff)])),
  (unit, draws) => put16(unit, 22, draws.integer(0, 190)),
  (unit, draws) => put16(unit, 20, draws.pick([0, 1, 2, 15, 0xffff])),
  (unit, draws) => put32(unit, 16, draws.pick(TELLING)),
  // Types, versions, the order of bytes.
  (unit, draws) => put8(unit, 2, draws.integer(0, 20)),
  (unit, draws) => put8(unit, draws.integer(0, 1), draws.integer(0, 255)),
  (unit, draws) => put8(unit, 4, draws.pick([0, 0x01, 0x11, 0x20, 0xff])),
];

/**
 * What a connection sends after its bind: some units, most of them damaged.
 *
 * @param {readonly Good[]} goods
 * @param {ReadonlyMap<string, Uint8Array>} handles
 * @param {Draws} draws
 * @returns {Turn}
 */
export function turnOf(goods, handles, draws) {
  /** @type {Buffer[]} */
  const units = [];
  let mutated = 0;
  const wanted = draws.integer(1, UNITS_MAX);
  for (let callId = 2; mutated < wanted; callId += 1) {
    const good = draws.pick(goods);
    const fragments = requestOf(good, handles, callId, draws);
    if (draws.chance(0.1)) {
      units.push(...fragments);
      continue;
    }
    units.push(...damaged(fragments, callId, draws));
    mutated += 1;
  }
  return { pieces: piecesOf(units, draws), units: units.length, mutated };
}

/**
 * Damage to one request, or to the order of its units.
 *
 * @param {Buffer[]} units
 * @param {number} callId
 * @param {Draws} draws
 * @returns {Buffer[]}
 */
function damaged(units, callId, draws) {
  const place = draws.integer(0, units.length - 1);
  const kind = draws.integer(0, 99);
  if (kind < 70) return units.map((unit, index) => (index === place ? hurt(unit, STUB, draws) : unit));
  if (kind < 85) return units.map((unit, index) => (index === place ? hurt(unit, HEADER, draws) : unit));
  switch (kind % 8) {
    case 0: // said again
      return [...units, units[place]];
    case 1: // in another order
      return units.length > 1 ? units.toReversed() : [barePdu2(draws, callId), ...units];
    case 2: // not all of it
      return units.slice(0, place + (units.length > 1 ? 0 : 1));
    case 3: // cancelled or orphaned, before or after, the right one or another
      return [...units, barePdu2(draws, draws.pick([callId, callId - 1, 77]))];
    case 4: // bound anew, or altered
      return [contextUnit(draws, callId), ...units];
    case 5: // no unit at all
      return [noise(draws, 200)];
    case 6: // another's fragment in the middle
      return units.flatMap((unit) => [unit, put32(Buffer.from(unit), 12, callId + 100)]);
    default: // twice hurt
      return units.map((unit) => hurt(hurt(unit, STUB, draws), HEADER, draws));
  }
}

/**
 * A request, sometimes in more fragments than it needs.
 *
 * @param {Good} good
 * @param {ReadonlyMap<string, Uint8Array>} handles
 * @param {number} callId
 * @param {Draws} draws
 * @returns {Buffer[]}
 */
function requestOf(good, handles, callId, draws) {
  const { opnum, contextId } = good;
  const bytes = draws.chance(0.15) ? STUB_AT + 8 * draws.integer(1, 6) : FRAGMENT_BYTES;
  const object = draws.chance(0.02) ? SYNTAXES[0].uuid : undefined;
  const stub = filled(good, draws.chance(0.05) ? shuffled(handles, draws) : handles);
  return requestPdus(callId, { contextId, opnum, object, stub }, bytes + (object === undefined ? 0 : 16)).map((unit) =>
    Buffer.from(unit),
  );
}

/**
 * Handles of other kinds than they should be.
 *
 * @param {ReadonlyMap<string, Uint8Array>} handles
 * @param {Draws} draws
 */
function shuffled(handles, draws) {
  const all = [...handles.values()];
  return new Map([...handles.keys()].map((name) => [name, draws.pick(all)]));
}

/**
 * A bind or an alter_context of any size, damaged or not.
 *
 * @param {Draws} draws
 * @param {number} callId
 */
export function contextUnit(draws, callId) {
  const contexts = Array.from({ length: draws.pick([0, 1, 3, 20, 100, 242]) }, () => ({
    id: draws.integer(0, 40),
    abstract: { ...draws.pick(SYNTAXES), minor: draws.pick([0, 0, 1]) },
    transfers: draws.chance(0.8) ? [NDR32] : [],
  }));
  const sizes = [0, 1432, 5840, 0xffff];
  const type = draws.pick([PduType.BIND, PduType.ALTER_CONTEXT, PduType.ALTER_CONTEXT]);
  const group = draws.pick([0, 1, 0xffffffff]);
  const bind = { maxTransmit: draws.pick(sizes), maxReceive: draws.pick(sizes), group, contexts };
  const unit = Buffer.from(bindPdu(callId, bind, type));
  return draws.chance(0.5) ? unit : hurt(unit, STUB, draws);
}

/**
 * @param {Draws} draws
 * @param {number} callId
 */
function barePdu2(draws, callId) {
  return Buffer.from(barePdu(draws.pick([PduType.CO_CANCEL, PduType.ORPHANED, PduType.AUTH3]), callId));
}

/**
 * Units as the stream carries them: together, apart, or cut with time in between.
 *
 * @param {readonly Buffer[]} units
 * @param {Draws} draws
 * @returns {Piece[]}
 */
function piecesOf(units, draws) {
  if (draws.chance(0.3)) return [{ bytes: Buffer.concat(units), pause: false }];
  return units.flatMap((bytes) => {
    if (!draws.chance(0.1)) return [{ bytes, pause: false }];
    const cut = draws.integer(0, bytes.length);
    return [
      { bytes: bytes.subarray(0, cut), pause: true },
      { bytes: bytes.subarray(cut), pause: false },
    ];
  });
}

// ---------------------------------------------------------------- how a unit is hurt

/**
 * @param {Buffer} unit
 * @param {readonly Damage[]} kinds
 * @param {Draws} draws
 */
function hurt(unit, kinds, draws) {
  return unit.length < HEADER_BYTES ? unit : draws.pick(kinds)(Buffer.from(unit), draws);
}

/**
 * At some place from there on; nothing where the unit ends before.
 *
 * @param {Buffer} unit
 * @param {number} from
 * @param {Draws} draws
 * @param {(place: number) => unknown} change
 */
function at(unit, from, draws, change) {
  if (unit.length > from) change(draws.integer(from, unit.length - 1));
  return unit;
}

/**
 * @param {Buffer} unit
 * @param {Draws} draws
 * @param {(place: number) => unknown} change
 */
function atWord(unit, draws, change) {
  const words = (unit.length - STUB_AT) >> 2;
  if (words > 0) change(STUB_AT + 4 * draws.integer(0, words - 1));
  return unit;
}

/**
 * A little more or less than it was.
 *
 * @param {Buffer} unit
 * @param {number} place
 * @param {Draws} draws
 */
function near(unit, place, draws) {
  unit.writeUInt32LE((unit.readUInt32LE(place) + draws.pick([-2, -1, 1, 2, 4])) >>> 0, place);
}

/**
 * @param {Buffer} unit
 * @param {number} place
 * @param {Draws} draws
 */
function inserted(unit, place, draws) {
  return sized(Buffer.concat([unit.subarray(0, place), noise(draws, 32), unit.subarray(place)]));
}

/**
 * The length that the header tells is that of the unit, as far as a unit may be long.
 *
 * @param {Buffer} unit
 */
function sized(unit) {
  const bytes = Buffer.from(unit);
  return bytes.length < HEADER_BYTES ? bytes : put16(bytes, 8, Math.min(bytes.length, 0xffff));
}

/**
 * @param {Draws} draws
 * @param {number} most
 */
function noise(draws, most) {
  return Buffer.from(Array.from({ length: draws.integer(1, most) }, () => draws.integer(0, 255)));
}

/**
 * @param {Buffer} unit
 * @param {number} place
 * @param {number} value
 */
function put8(unit, place, value) {
  if (place < unit.length) unit.writeUInt8(value & 0xff, place);
  return unit;
}

/**
 * @param {Buffer} unit
 * @param {number} place
 * @param {number} value
 */
function put16(unit, place, value) {
  if (place + 2 <= unit.length) unit.writeUInt16LE(value & 0xffff, place);
  return unit;
}

/**
 * @param {Buffer} unit
 * @param {number} place
 * @param {number} value
 */
function put32(unit, place, value) {
  if (place + 4 <= unit.length) unit.writeUInt32LE(value >>> 0, place);
  return unit;
}
