/** A client of the endpoint that does nothing wrong: binds, opens handles, asks. What the mutated units stand beside. */
import { Buffer } from 'node:buffer';
import { connect } from 'node:net';
import { clusapiMethods } from '../../dist/api/clusapi/idl/methods.js';
import { decodeMessage, encodeMessage } from '../../dist/api/clusapi/rpc/method.js';
import {
  bindPdu,
  NDR32,
  PduType,
  readAnswer,
  readBindAck,
  readHeader,
  requestPdus,
} from '../../dist/api/clusapi/rpc/pdu.js';
import { HANDLES, SYNTAXES, uuidBytes } from './conversation.mjs';

const FRAGMENT_BYTES = 5840;
/** Version 3. */
const CONTEXT = 1;

/**
 * A bind of both versions.
 *
 * @param {number} group 0 for a new one
 */
export function goodBind(group) {
  const contexts = SYNTAXES.map((abstract, id) => ({ id, abstract, transfers: [NDR32] }));
  return bindPdu(1, { maxTransmit: FRAGMENT_BYTES, maxReceive: FRAGMENT_BYTES, group, contexts });
}

/** An error where the server does not do what it must. */
export class Misbehaviour extends Error {}

export class GoodClient {
  /** @type {Buffer} */
  #buffer = Buffer.alloc(0);
  /** What is waited for, one thing at a time. @type {{ resolve: (unit: Buffer) => void, reject: (why: Error) => void } | undefined} */
  #waiting;
  /** @type {Buffer[]} */
  #parts = [];
  #callId = 1;
  #socket;
  group = 0;

  /** @param {number} port */
  constructor(port) {
    this.#socket = connect({ port, host: '127.0.0.1' });
    this.#socket.on('data', (bytes) => this.#take(bytes));
    this.#socket.on('error', (error) => this.#lost(error));
    this.#socket.on('close', () => this.#lost(new Misbehaviour('the server closed a good conversation')));
  }

  async bind() {
    const ack = await this.#exchange([goodBind(0)]);
    const header = readHeader(ack);
    const read = header?.type === PduType.BIND_ACK ? readBindAck(ack, header) : undefined;
    if (!read?.ok || read.value.results.some(({ result }) => result !== 0))
      throw new Misbehaviour('a bind was refused');
    this.group = read.value.group;
  }

  /** Opens a handle of each kind. @returns {Promise<Map<string, Uint8Array>>} */
  async openAll() {
    const handles = new Map();
    for (const { handle, method, values } of HANDLES) {
      const answer = await this.call(method, values);
      handles.set(handle, uuidBytes(String(answer['returns'])));
    }
    return handles;
  }

  /**
   * @param {string} name
   * @param {Record<string, unknown>} values
   * @returns {Promise<Record<string, unknown>>}
   */
  async call(name, values) {
    const method = clusapiMethods[/** @type {keyof typeof clusapiMethods} */ (name)];
    const request = encodeMessage(method, 3, 'request', values, 1 << 16);
    if (!request.ok) throw new Error(request.error);
    this.#callId += 1;
    const call = { contextId: CONTEXT, opnum: method.opnum, stub: request.value };
    const stub = await this.#exchange(requestPdus(this.#callId, call, FRAGMENT_BYTES));
    const answer = decodeMessage(method, 3, 'answer', stub);
    if (!answer.ok) throw new Misbehaviour(`${name}: ${answer.error}`);
    return answer.value;
  }

  async close() {
    await new Promise((resolve) => this.#socket.once('close', resolve).destroy());
  }

  /**
   * @param {readonly Uint8Array[]} units
   * @returns {Promise<Buffer>}
   */
  #exchange(units) {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      for (const unit of units) this.#socket.write(unit);
    });
  }

  /** @param {Error} why */
  #lost(why) {
    this.#waiting?.reject(why);
    this.#waiting = undefined;
  }

  /** @param {Buffer} bytes */
  #take(bytes) {
    this.#buffer = Buffer.concat([this.#buffer, bytes]);
    for (;;) {
      const header = readHeader(this.#buffer);
      if (!header || this.#buffer.length < header.length) return;
      const unit = this.#buffer.subarray(0, header.length);
      this.#buffer = this.#buffer.subarray(header.length);
      if (header.type === PduType.FAULT) {
        this.#lost(new Misbehaviour(`a good call was answered with fault 0x${unit.readUInt32LE(24).toString(16)}`));
      } else if (header.type === PduType.RESPONSE) {
        const part = readAnswer(unit, header);
        if (part.ok) this.#parts.push(Buffer.from(part.value.stub));
        if (header.flags & 2) this.#done(Buffer.concat(this.#parts.splice(0)));
      } else this.#done(unit);
    }
  }

  /** @param {Buffer} bytes */
  #done(bytes) {
    const { resolve } = this.#waiting ?? {};
    this.#waiting = undefined;
    resolve?.(bytes);
  }
}
