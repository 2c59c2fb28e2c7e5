/**
 * How many calls of the management API over a port are answered in a second, and how soon?
 *
 * GetGroupState of version 3, over 1, 8 and 64 connections, each with one call at a time; against an echo over TCP of as
 * many bytes both ways that looks at none of them. Both servers are in one other thread, the clients in this one, and
 * they take turns, so the difference is what the protocol, the handles and the cluster's status cost.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { Worker } from 'node:worker_threads';
import { median, nowUs, round, sort, summary } from './support/numbers.mjs';

/**
 * @typedef {import('node:net').Socket} Socket
 * @typedef {import('./support/study.mjs').Study} Study
 * @typedef {{ name: string, clients: Client[], rates: number[], latencies: number[] }} Case
 */

const dist = new URL('../dist/api/clusapi/', import.meta.url);
/** @type {typeof import('../src/api/clusapi/idl/methods.js')} */
const { CLUSAPI_UUID, clusapiMethods } = await import(new URL('idl/methods.js', dist).href);
/** @type {typeof import('../src/api/clusapi/rpc/method.js')} */
const { decodeMessage, encodeMessage } = await import(new URL('rpc/method.js', dist).href);
/** @type {typeof import('../src/api/clusapi/rpc/pdu.js')} */
const { bindPdu, NDR32, readAnswer, readHeader, requestPdus } = await import(new URL('rpc/pdu.js', dist).href);

const CONNECTIONS = [1, 8, 64];
const ROUNDS = 9;
const SAMPLE_MS = 800;
const VERSION = 3;
const FRAGMENT_BYTES = 5840;

/** @type {Study} */
export const study = {
  asks: 'how many calls of the management API are answered in a second, and how soon?',
  measure: async ({ quick, rounds, progress }) => {
    const worker = new Worker(new URL('support/clusapi-worker.mjs', import.meta.url));
    try {
      const [port] = await once(worker, 'message');
      const counts = quick ? [1, 2] : CONNECTIONS;
      const asking = [];
      for (const count of counts) asking.push(await callers(port, count));
      const [{ question, answerBytes }] = asking[0];
      worker.postMessage({ request: question.length, answer: answerBytes });
      const [echo] = await once(worker, 'message');
      /** @type {Case[]} */
      const cases = [];
      for (const [index, clients] of asking.entries()) {
        const { length } = clients;
        const echoed = [];
        for (let count = 0; count < length; count += 1) echoed.push(await Client.open(echo, question, answerBytes));
        const named = (/** @type {string} */ what) =>
          `${counts[index]} ${length === 1 ? 'connection' : 'connections'}: ${what}`;
        cases.push({ name: named('GetGroupState'), clients, rates: [], latencies: [] });
        cases.push({ name: named('TCP echo'), clients: echoed, rates: [], latencies: [] });
      }
      const sampleMs = quick ? 20 : SAMPLE_MS;
      for (const one of cases) await sample(one, sampleMs / 2);
      for (const one of cases) Object.assign(one, { rates: [], latencies: [] });
      const times = rounds ?? (quick ? 1 : ROUNDS);
      for (let turn = 0; turn < times; turn += 1) {
        progress(`round ${turn + 1} of ${times}`);
        for (const one of turn % 2 === 0 ? cases : cases.toReversed()) await sample(one, sampleMs);
      }
      for (const { clients } of cases) for (const client of clients) client.close();
      return { tables: [tableOf(cases, question.length, answerBytes)], targets: [] };
    } finally {
      await worker.terminate();
    }
  },
};

/**
 * @param {readonly Case[]} cases each call is followed by its echo
 * @param {number} question
 * @param {number} answer
 */
function tableOf(cases, question, answer) {
  const rows = cases.map(({ name, rates, latencies }, index) => {
    const { p50, p99 } = summary(latencies);
    const beside = cases[index | 1].rates;
    const sorted = sort(rates);
    const share = median(rates.map((rate, turn) => rate / beside[turn]));
    const values = [median(rates), sorted[0], sorted[sorted.length - 1], share, p50 / 1000, p99 / 1000];
    return { name, values: values.map((value, column) => (column < 3 ? Math.round(value) : round(value))) };
  });
  const columns = [
    { name: 'a second', unit: '' },
    { name: 'min', unit: '' },
    { name: 'max', unit: '' },
    { name: '× echo', unit: '' },
    { name: 'p50', unit: 'ms' },
    { name: 'p99', unit: 'ms' },
  ];
  return { title: `${question} bytes there, ${answer} back`, columns, rows };
}

/**
 * All connections of a case at work for so long.
 *
 * @param {Case} one
 * @param {number} ms
 */
async function sample({ clients, rates, latencies }, ms) {
  const began = nowUs();
  const end = began + ms * 1000;
  const before = latencies.length;
  await Promise.all(clients.map((client) => client.askUntil(end, latencies)));
  rates.push((latencies.length - before) / ((nowUs() - began) / 1e6));
}

/** A connection that asks one question over and over. */
class Client {
  /** Bytes of the answer that are still to come. */
  #left = 0;
  /** @type {() => void} */
  #answered = () => undefined;
  #socket;

  /**
   * @param {Socket} socket
   * @param {Uint8Array} question
   * @param {number} answerBytes
   */
  constructor(socket, question, answerBytes) {
    this.#socket = socket;
    this.question = question;
    this.answerBytes = answerBytes;
    socket.on('data', ({ length }) => {
      this.#left -= length;
      if (this.#left <= 0) this.#answered();
    });
  }

  /**
   * @param {number} port
   * @param {Uint8Array} question
   * @param {number} answerBytes
   */
  static async open(port, question, answerBytes) {
    return new Client(await opened(port), question, answerBytes);
  }

  /**
   * @param {number} endUs
   * @param {number[]} latencies in microseconds
   * @returns {Promise<void>}
   */
  askUntil(endUs, latencies) {
    return new Promise((resolve) => {
      let asked = nowUs();
      const ask = () => {
        asked = nowUs();
        this.#left += this.answerBytes;
        this.#socket.write(this.question);
      };
      this.#answered = () => {
        const now = nowUs();
        latencies.push(now - asked);
        if (now < endUs) ask();
        else resolve();
      };
      ask();
    });
  }

  close() {
    this.#socket.destroy();
  }
}

/** @param {number} port */
async function opened(port) {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  return socket;
}

/**
 * So many connections, each bound, with a group open and its question ready.
 *
 * @param {number} port
 * @param {number} count
 */
async function callers(port, count) {
  const clients = [];
  for (let index = 0; index < count; index += 1) clients.push(await caller(port));
  return clients;
}

/** @param {number} port */
async function caller(port) {
  const socket = await opened(port);
  const exchange = async (/** @type {Uint8Array} */ unit) => {
    socket.write(unit);
    const [bytes] = await once(socket, 'data');
    return /** @type {Buffer} */ (bytes);
  };
  const abstract = { uuid: CLUSAPI_UUID, major: VERSION, minor: 0 };
  const contexts = [{ id: 0, abstract, transfers: [NDR32] }];
  await exchange(bindPdu(1, { maxTransmit: FRAGMENT_BYTES, maxReceive: FRAGMENT_BYTES, group: 0, contexts }));
  const { ApiOpenGroup, ApiGetGroupState } = clusapiMethods;
  const open = await exchange(request(ApiOpenGroup, { lpszGroupName: 'G' }));
  const question = request(ApiGetGroupState, { hGroup: answerOf(ApiOpenGroup, open)['returns'] });
  const answer = await exchange(question);
  const { State, NodeName, returns } = answerOf(ApiGetGroupState, answer);
  if (State !== 0 || NodeName !== 'NodeA' || returns !== 0) throw new Error('the group is not online');
  return new Client(socket, question, answer.length);
}

/**
 * @param {import('../src/api/clusapi/rpc/method.js').Method} method
 * @param {Record<string, unknown>} values
 */
function request(method, values) {
  const stub = encodeMessage(method, VERSION, 'request', values, FRAGMENT_BYTES);
  if (!stub.ok) throw new Error(stub.error);
  return requestPdus(2, { contextId: 0, opnum: method.opnum, stub: stub.value }, FRAGMENT_BYTES)[0];
}

/**
 * @param {import('../src/api/clusapi/rpc/method.js').Method} method
 * @param {Buffer} unit
 */
function answerOf(method, unit) {
  const header = readHeader(unit);
  const answer = header && readAnswer(unit, header);
  const decoded = answer?.ok ? decodeMessage(method, VERSION, 'answer', answer.value.stub) : undefined;
  if (!decoded?.ok) throw new Error('no answer');
  return decoded.value;
}
