/**
 * Damaged units against the state machine of a connection alone: no socket, no cluster, no waiting, so that a turn is
 * the same whenever it is replayed. What would hang shows as more steps than there can be.
 */
import { AssociationGroups } from '../../dist/api/clusapi/rpc/associations.js';
import { Connection } from '../../dist/api/clusapi/rpc/connection.js';
import { RPC_LIMITS } from '../../dist/api/clusapi/rpc/limits.js';
import { FRAGMENT_BYTES_MIN, PduType, readBindAck, readHeader } from '../../dist/api/clusapi/rpc/pdu.js';
import { RpcInterface } from '../../dist/api/clusapi/rpc/interface.js';
import { CLUSAPI_UUID, CLUSAPI_VERSIONS } from '../../dist/api/clusapi/idl/methods.js';
import { RandomStream } from '../../dist/model/random.js';
import { goodBind, Misbehaviour } from './client.mjs';
import { HANDLES, uuidBytes } from './conversation.mjs';
import { contextUnit, turnOf } from './mutations.mjs';

/**
 * @typedef {import('./conversation.mjs').Good} Good
 * @typedef {import('../../dist/api/clusapi/rpc/call.js').Call} Call
 * @typedef {{ mutated: number, calls: number, faults: number, ended: number }} Figures
 */

/** Small enough that turns come to them. */
const LIMITS = { ...RPC_LIMITS, requestBytes: 8192, callsMax: 4, contextsMax: 4 };
/** Tells these draws apart from those of the port. */
const STREAM = 1;

/** Handles that stand for nothing: nobody looks at them here. */
const handles = new Map(HANDLES.map(({ handle }, index) => [handle, uuidBytes(fakeUuid(index))]));

/** @param {number} index */
function fakeUuid(index) {
  return `00000000-0000-4000-8000-${String(index + 1).padStart(12, '0')}`;
}

const offered = RpcInterface.untyped({
  name: 'clusapi',
  uuid: CLUSAPI_UUID,
  versions: CLUSAPI_VERSIONS,
  methods: {},
  handlers: {},
});

/**
 * One connection from its bind to its end. Throws `Misbehaviour`, or whatever the state machine throws.
 *
 * @param {readonly Good[]} goods
 * @param {number} seed
 * @param {number} turn
 * @param {Figures} figures
 */
export function playTurn(goods, seed, turn, figures) {
  const draws = RandomStream.of(seed, STREAM, turn);
  const watched = new Watched(draws, figures);
  const { pieces, mutated } = turnOf(goods, handles, draws);
  watched.receive(draws.chance(0.1) ? contextUnit(draws, 1) : goodBind(0));
  for (const { bytes, pause } of pieces) {
    watched.receive(bytes);
    if (pause || draws.chance(0.3)) watched.answerSome();
  }
  watched.end();
  figures.mutated += mutated;
}

/** A connection, and everything that must hold of it. */
class Watched {
  #groups = new AssociationGroups(LIMITS);
  /** @type {Call[]} */
  #calls = [];
  #serials = new Set();
  #sends = 0;
  #closed = false;
  #transmitMax = FRAGMENT_BYTES_MIN;
  #draws;
  #figures;
  #connection;

  /**
   * @param {RandomStream} draws
   * @param {Figures} figures
   */
  constructor(draws, figures) {
    this.#draws = draws;
    this.#figures = figures;
    this.#connection = new Connection(
      { interfaces: [offered], limits: LIMITS, address: '41001', join: (group) => this.#groups.join(group) },
      {
        send: (bytes) => this.#sent(bytes),
        call: (call) => this.#called(call),
        cancel: (serial) => must(this.#serials.has(serial), 'a call is cancelled that never was'),
        close: () => {
          must(!this.#closed, 'closed twice');
          this.#closed = true;
          this.#figures.ended += 1;
        },
      },
    );
  }

  /** @param {Uint8Array} bytes */
  receive(bytes) {
    this.#sends = 0;
    this.#connection.receive(bytes);
    // No unit is shorter than its header, and none is answered at once with more than one.
    must(this.#sends <= (LIMITS.fragmentBytes + bytes.length) / 16 + 1, 'more answers than units');
    this.#bounded();
  }

  /** Some of the calls are answered, in any order, shortly or at length. */
  answerSome() {
    while (this.#calls.length > 0 && this.#draws.chance(0.7)) this.#answerOne();
  }

  end() {
    this.#connection.end();
    while (this.#calls.length > 0) this.#answerOne();
    must(this.#connection.calls === 0, 'calls are left');
    must(this.#connection.pendingBytes === 0, 'bytes are left');
    const { group } = this.#connection;
    if (group) this.#groups.leave(group);
    must(this.#groups.size === 0, 'a group is left');
  }

  #answerOne() {
    const [call] = this.#calls.splice(this.#draws.integer(0, this.#calls.length - 1), 1);
    const size = this.#draws.pick([0, 4, 24, 1408, 1409, 20_000]);
    const faulty = this.#draws.chance(0.3);
    this.#sends = 0;
    this.#connection.answer(call.serial, faulty ? { fault: 1, executed: true } : { stub: new Uint8Array(size) });
    must(this.#sends <= size / (FRAGMENT_BYTES_MIN - 32) + 1, 'an answer in too many pieces');
  }

  /** @param {Call} call */
  #called(call) {
    must(!this.#closed, 'called after the end');
    must(!this.#serials.has(call.serial), 'a serial twice');
    must(call.stub.length <= LIMITS.requestBytes, 'a request beyond the limit');
    this.#serials.add(call.serial);
    this.#calls.push(call);
    this.#figures.calls += 1;
  }

  /** @param {Uint8Array} bytes */
  #sent(bytes) {
    this.#sends += 1;
    const header = readHeader(bytes);
    must(!this.#closed, 'sent after the end');
    must(header?.length === bytes.length, 'a unit with a wrong length');
    if (header?.type === PduType.FAULT) this.#figures.faults += 1;
    if (header?.type === PduType.BIND_ACK) {
      const ack = readBindAck(bytes, header);
      must(ack.ok, 'a bind_ack that cannot be read');
      if (ack.ok) this.#transmitMax = ack.value.maxTransmit;
    }
    must(
      bytes.length <= this.#transmitMax,
      `a unit of ${bytes.length} bytes where ${this.#transmitMax} were agreed on`,
    );
  }

  #bounded() {
    const { calls, pendingBytes } = this.#connection;
    must(calls <= LIMITS.callsMax, `${calls} calls at once`);
    must(pendingBytes <= LIMITS.requestBytes + LIMITS.fragmentBytes, `${pendingBytes} bytes held back`);
  }
}

/**
 * @param {boolean} holds
 * @param {string} otherwise
 */
function must(holds, otherwise) {
  if (!holds) throw new Misbehaviour(otherwise);
}
