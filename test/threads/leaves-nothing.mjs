/**
 * Opens a cluster with threads, ends it in one of many ways, and says what is left in this process: to be run alone,
 * because it must come to its end by itself.
 *
 *   node leaves-nothing.mjs BACKEND CASE
 */
import { setImmediate } from 'node:timers/promises';
import { open } from '../../dist/cluster/cluster.js';

const [backend, way] = process.argv.slice(2);
/** What was there before anything was opened. */
const before = left();
const LONG = '50s';

function left() {
  return process.getActiveResourcesInfo().filter((name) => !/^(Pipe|TTY|FSReq|Close)/.test(name));
}

/**
 * @param {object} [options]
 * @param {object} [input]
 */
async function world(options = {}, input = {}) {
  return open(
    {
      name: 'C',
      servers: ['S1', 'S2', 'S3'],
      heartbeat: { interval: '20ms', timeout: '400ms' },
      startupWait: '40s',
      groups: [{ name: 'G', servers: ['S1', 'S2', 'S3'], resources: [{ name: 'r', type: 'script' }] }],
      ...input,
    },
    /** @type {object} */ ({ backend, ...options }),
  );
}

/**
 * @param {object} [options]
 * @param {object} [input]
 */
async function started(options = {}, input = {}) {
  const cluster = await world(options, input);
  await cluster.start();
  await cluster.until({ group: 'G', state: 'ONLINE' }, LONG);
  return cluster;
}

/** @param {string} name */
const broken = (name) => new URL(`broken/${name}.mjs`, import.meta.url);

/** @type {Record<string, () => Promise<void>>} */
const ways = {
  'that has not begun': async () => (await world()).backend.close(),
  'in the middle of a boot': async () => {
    const cluster = await world();
    await cluster.start();
    await cluster.backend.close();
  },
  'before a slow boot': async () => {
    const servers = [{ name: 'S1', boot: '30s' }, { name: 'S2', boot: '1ms' }, 'S3'];
    const cluster = await world({}, { servers });
    await cluster.start();
    await cluster.advance('5ms');
    await cluster.backend.close();
    await cluster.backend.close();
  },
  'that runs': async () => (await started()).close().then(() => undefined),
  'in the middle of a failover': async () => {
    const cluster = await started();
    await cluster.crash('S1');
    await cluster.until(({ groups }) => groups.G.state === 'INPROGRESS', LONG);
    await cluster.backend.close();
  },
  'with a thread that is dying and one that waits for it': async () => {
    const cluster = await started();
    await cluster.crash('S1');
    await cluster.restart('S1');
    await cluster.crash('S2');
    await cluster.backend.close();
    await cluster.backend.close();
  },
  'with a hung thread': async () => {
    const cluster = await started({ hang: 'wait' });
    await cluster.hang('S2');
    await cluster.advance('100ms');
    await cluster.backend.close();
  },
  'with a thread hung in an endless loop': async () => {
    const cluster = await started({ hang: 'loop' });
    await cluster.hang('S1');
    await cluster.hang('S2');
    await cluster.advance('100ms');
    await cluster.backend.close();
  },
  'twice at once': async () => {
    const cluster = await started();
    await Promise.all([cluster.backend.close(), cluster.backend.close()]);
    await cluster.backend.close();
  },
  'whose servers are all off': async () => {
    const cluster = await started();
    for (const server of ['S1', 'S2', 'S3']) await cluster.crash(server);
    await cluster.close();
  },
  'after a thread has failed': async () => {
    const cluster = await world({ threadEntry: broken('throws-later') });
    await cluster.start();
    const failed = await cluster.until(() => false, LONG).then(String, ({ name }) => name);
    if (failed !== 'ServerFailed') throw new Error(failed);
    await cluster.backend.close();
  },
  'as programs close it, after a thread has failed': async () => {
    const cluster = await world({ threadEntry: broken('throws-later') });
    await cluster.start();
    await cluster.until(() => false, LONG).catch(() => undefined);
    const failed = await cluster.close().then(String, ({ name }) => name);
    if (failed !== 'ServerFailed') throw new Error(failed);
  },
  'whose last line nobody takes': async () => {
    const cluster = await started();
    cluster.trace(({ kind }) => {
      if (kind === 'end') throw new Error('no room is left');
    });
    const failed = await cluster.close().then(String, ({ message }) => message);
    if (failed !== 'no room is left') throw new Error(failed);
  },
  'whose second client finds no memory': async () => {
    /** @type {{ Memory: new (size: object) => object }} TypeScript knows it in browsers alone. */
    const wasm = Reflect.get(globalThis, 'WebAssembly');
    const { Memory } = wasm;
    // One for the mesh of servers in real time, and one for the first client's line.
    let room = backend === 'realtime' ? 2 : 1;
    wasm.Memory = class extends Memory {
      /** @param {object} size */
      constructor(size) {
        if (room === 0) throw new RangeError('no address space is left');
        room -= 1;
        super(size);
      }
    };
    const clients = ['Client1', 'Client2', 'Client3'];
    const failed = await world({ clients }).then(String, ({ name }) => name);
    if (failed !== 'NoSharedMemory') throw new Error(failed);
    // Nobody was given what could be closed: it goes by itself, soon.
    while (left().length > before.length) await setImmediate();
  },
  'whose threads never answer': async () => {
    const cluster = await world({ threadEntry: broken('endless'), answerMs: 200 });
    await cluster.start();
    const failed = await cluster.until(() => false, LONG).then(String, ({ name }) => name);
    if (failed !== 'ServerFailed') throw new Error(failed);
    await cluster.backend.close();
  },
  'under majority, with watchdogs': async () => {
    const cluster = await started({}, { partition: 'majority' });
    await cluster.hang('S1');
    await cluster.backend.close();
  },
  'under ping, with questions on their way': async () => {
    const cluster = await started({}, { partition: { ping: 'W' } });
    await cluster.link({ from: 'S2', to: 'W' }, { delay: '20s' });
    await cluster.crash('S1');
    await cluster.advance('700ms');
    await cluster.backend.close();
  },
  'while somebody waits': async () => {
    const cluster = await started();
    const waiting = cluster.advance(LONG);
    await cluster.backend.close();
    await waiting;
  },
  'with clients that run, start and stop, and one on a server': async () => {
    const late = { name: 'Late', start: 'manual' };
    const cluster = await started({ clients: ['Client1', 'Client2', late] });
    cluster.backend.client('S1');
    await cluster.act({ type: 'link', from: 'S1', to: 'Client1', network: 'public0', delay: '20s' });
    await cluster.crash('S2');
    await cluster.act({ type: 'stopClient', client: 'Client2' });
    await cluster.act({ type: 'startClient', client: 'Late' });
    await cluster.backend.close();
  },
  'and asked to start again': async () => {
    const cluster = await started();
    await cluster.backend.close();
    await cluster.backend.act({ type: 'start', target: 'C' });
    await cluster.backend.close();
  },
};

if (way === undefined) console.log(JSON.stringify(Object.keys(ways)));
else {
  await ways[way]();
  // A closed port is gone when the event loop has turned.
  await setImmediate();
  console.log(JSON.stringify({ before, after: left() }));
}
