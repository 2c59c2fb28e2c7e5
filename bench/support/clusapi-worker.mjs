/**
 * The servers of the benchmark clusapi, in a thread of their own: the management endpoint over a cluster at rest, and an
 * echo that answers every so many bytes with so many others and does nothing else.
 */
import { Buffer } from 'node:buffer';
import { createServer } from 'node:net';
import { parentPort } from 'node:worker_threads';

/** @typedef {import('node:net').AddressInfo} AddressInfo */

const dist = new URL('../../dist/', import.meta.url);
/** @type {typeof import('../../src/cluster/cluster.js')} */
const { open } = await import(new URL('cluster/cluster.js', dist).href);
/** @type {typeof import('../../src/api/clusapi/clusapi.js')} */
const { Clusapi } = await import(new URL('api/clusapi/clusapi.js', dist).href);
/** @type {typeof import('../../src/api/clusapi/rpc/server.js')} */
const { RpcServer } = await import(new URL('api/clusapi/rpc/server.js', dist).href);

const cluster = await open({
  name: 'BENCH',
  servers: ['NodeA', 'NodeB'],
  groups: [{ name: 'G', servers: ['NodeA', 'NodeB'], resources: [{ name: 'r', type: 'script' }] }],
});
await cluster.start();
await cluster.until('quiet');
const endpoint = await RpcServer.listen([new Clusapi(cluster.backend, cluster.name).interface()]);
parentPort?.postMessage(endpoint.port);

parentPort?.on('message', (/** @type {{ request: number, answer: number }} */ { request, answer }) => {
  const words = Buffer.alloc(answer);
  const echo = createServer({ noDelay: true }, (socket) => {
    let bytes = 0;
    socket.on('data', ({ length }) => {
      for (bytes += length; bytes >= request; bytes -= request) socket.write(words);
    });
    socket.on('error', () => undefined);
  });
  echo.listen({ port: 0, host: '127.0.0.1' }, () => {
    parentPort?.postMessage(/** @type {AddressInfo} */ (echo.address()).port);
  });
});
