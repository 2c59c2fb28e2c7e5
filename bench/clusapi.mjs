/**
 * How many calls a second does the endpoint of the cluster API answer, at 1, 8 and 64 connections, against a TCP port that
 * only sends back what it gets?
 *
 * A call is ApiGetGroupState: a handle is looked up, the state of the cluster asked, an answer marshalled. The echo gets
 * the same bytes. Client and server share this process, so one figure is no server's alone; the two are compared. The
 * mean time of a call is the number of connections by the rate.
 */
import { Buffer } from 'node:buffer';
import { connect, createServer } from 'node:net';

/**
 * @typedef {import('./harness.mjs').Bench} Bench
 * @typedef {import('./harness.mjs').Case} Case
 * @typedef {import('./harness.mjs').Part} Part
 * @typedef {{ ask: (bytes: Uint8Array) => Promise<Buffer>, close: () => void }} Line
 */

const dist = new URL('../dist/', import.meta.url);
/** @type {typeof import('../src/api/clusapi/clusapi.js')} */
const { Clusapi } = await import(new URL('api/clusapi/clusapi.js', dist).href);
/** @type {typeof import('../src/api/clusapi/idl/methods.js')} */
const { CLUSAPI_UUID, clusapiMethods } = await import(new URL('api/clusapi/idl/methods.js', dist).href);
/** @type {typeof import('../src/api/clusapi/rpc/method.js')} */
const { decodeMessage, encodeMessage } = await import(new URL('api/clusapi/rpc/method.js', dist).href);
/** @type {typeof import('../src/api/clusapi/rpc/pdu.js')} */
const { bindPdu, NDR32, readAnswer, readHeader, requestPdus } = await import(
  new URL('api/clusapi/rpc/pdu.js', dist).href
);
/** @type {typeof import('../src/api/clusapi/rpc/server.js')} */
const { RpcServer } = await import(new URL('api/clusapi/rpc/server.js', dist).href);
/** @type {typeof import('../src/cluster/cluster.js')} */
const { open } = await import(new URL('cluster/cluster.js', dist).href);

const CALLS = 'ApiGetGroupState';
const ECHO = 'TCP echo';
const PER_ROUND = 50;
const CONNECTIONS = [1, 8, 64];
const VERSION = 3;

/** @type {Bench} */
export const bench = {
  asks: 'how many calls a second does the endpoint of the cluster API answer, against a TCP echo?',
  unit: 'calls a second',
  compare: 'clock',
  parts: (quick) => CONNECTIONS.slice(0, quick ? 1 : undefined).map((count) => part(count, quick)),
};

/**
 * @param {number} connections
 * @param {boolean} quick
 * @returns {Part}
 */
function part(connections, quick) {
  const rounds = quick ? 1 : PER_ROUND;
  return {
    title: `${connections} connection${connections === 1 ? '' : 's'}`,
    cases: [() => calling(connections, rounds), () => echoing(connections, rounds)],
    ratios: [{ name: `${CALLS} / ${ECHO}`, of: CALLS, by: ECHO }],
  };
}

/**
 * @param {number} connections
 * @param {number} rounds
 * @returns {Promise<Case>}
 */
async function calling(connections, rounds) {
  const servers = ['NodeA', 'NodeB'];
  const cluster = await open({ name: 'C', servers, groups: [{ name: 'G', servers }] });
  await cluster.start();
  await cluster.until({ group: 'G', state: 'ONLINE' });
  const api = new Clusapi(cluster.backend, cluster.name);
  const server = await RpcServer.listen([api.interface()]);
  const lines = await Promise.all(Array.from({ length: connections }, () => line(server.port)));
  const requests = await Promise.all(lines.map(opened));
  return {
    name: CALLS,
    run: (times) => everywhere(lines, requests, times * rounds),
    close: async () => {
      for (const each of lines) each.close();
      await server.close();
      api.close();
      await cluster.close();
    },
  };
}

/**
 * @param {number} connections
 * @param {number} rounds
 * @returns {Promise<Case>}
 */
async function echoing(connections, rounds) {
  const server = createServer({ noDelay: true }, (socket) => socket.pipe(socket));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const lines = await Promise.all(Array.from({ length: connections }, () => line(port)));
  const [request] = requestPdus(1, { contextId: 0, opnum: 0, stub: new Uint8Array(20) }, 5840);
  const requests = lines.map(() => request);
  return {
    name: ECHO,
    run: (times) => everywhere(lines, requests, times * rounds),
    close: async () => {
      for (const each of lines) each.close();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/**
 * Asks over all lines at once, over each one time after the other.
 *
 * @param {Line[]} lines
 * @param {Uint8Array[]} requests
 * @param {number} times
 */
async function everywhere(lines, requests, times) {
  await Promise.all(
    lines.map(async ({ ask }, index) => {
      for (let count = 0; count < times; count += 1) await ask(requests[index]);
    }),
  );
  return lines.length * times;
}

/**
 * Binds and opens the group; answers the request that asks for its state.
 *
 * @param {Line} line
 */
async function opened({ ask }) {
  const abstract = { uuid: CLUSAPI_UUID, major: VERSION, minor: 0 };
  const contexts = [{ id: 0, abstract, transfers: [NDR32] }];
  await ask(bindPdu(1, { maxTransmit: 5840, maxReceive: 5840, group: 0, contexts }));
  const { ApiOpenGroup, ApiGetGroupState } = clusapiMethods;
  const answer = await ask(request(ApiOpenGroup, { lpszGroupName: 'G' }));
  const header = readHeader(answer);
  const part = header && readAnswer(answer, header);
  if (!part?.ok) throw new Error('no answer');
  const decoded = decodeMessage(ApiOpenGroup, VERSION, 'answer', part.value.stub);
  if (!decoded.ok) throw new Error(decoded.error);
  return request(ApiGetGroupState, { hGroup: decoded.value.returns });
}

/**
 * @param {import('../src/api/clusapi/rpc/method.js').Method} method
 * @param {Record<string, unknown>} values
 */
function request(method, values) {
  const stub = encodeMessage(method, VERSION, 'request', values, 5000);
  if (!stub.ok) throw new Error(stub.error);
  return requestPdus(2, { contextId: 0, opnum: method.opnum, stub: stub.value }, 5840)[0];
}

/**
 * @param {number} port
 * @returns {Promise<Line>}
 */
async function line(port) {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  /** @type {(unit: Buffer) => void} */
  let answered = () => undefined;
  let got = Buffer.alloc(0);
  socket.on('data', (bytes) => {
    got = got.length === 0 ? bytes : Buffer.concat([got, bytes]);
    if (got.length < 16 || got.length < got.readUInt16LE(8)) return;
    const unit = got;
    got = Buffer.alloc(0);
    answered(unit);
  });
  await new Promise((resolve, reject) => {
    socket.once('connect', () => resolve(undefined));
    socket.once('error', reject);
  });
  return {
    ask: (bytes) =>
      new Promise((resolve) => {
        answered = resolve;
        socket.write(bytes);
      }),
    close: () => socket.destroy(),
  };
}
