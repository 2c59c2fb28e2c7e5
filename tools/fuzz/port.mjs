/**
 * Damaged units against the endpoint on a port of this machine, over a running cluster.
 *
 * A session is a client that behaves: it opens handles of every kind, and keeps them while connections of its association
 * group come, send a turn of damaged units, and go. A connection's end says that the server has taken in all of it. Some
 * sessions go on side by side; then the cluster's time passes, and nothing may be left of them.
 */
import { connect } from 'node:net';
import { clearTimeout, setImmediate, setTimeout } from 'node:timers';
import { Clusapi } from '../../dist/api/clusapi/clusapi.js';
import { RpcServer } from '../../dist/api/clusapi/rpc/server.js';
import { open } from '../../dist/cluster/cluster.js';
import { RandomStream } from '../../dist/model/random.js';
import { GoodClient, goodBind, Misbehaviour } from './client.mjs';
import { CLUSTER } from './conversation.mjs';
import { turnOf } from './mutations.mjs';

/**
 * @typedef {import('./conversation.mjs').Good} Good
 * @typedef {import('./mutations.mjs').Turn} Turn
 * @typedef {{ mutated: number, units: number, connections: number, sessions: number, checks: number, eras: number,
 *   answered: Record<string, number> }} Figures
 */

/** Units of one session, about. */
const SESSION_UNITS = 250;
/** Tells these draws apart from those of the state machine. */
const STREAM = 2;
/** A connection that is not over after so many milliseconds never will be. */
const HANG_MS = 60_000;
const TYPES = /** @type {Readonly<Record<number, string>>} */ ({ 2: 'responses', 3: 'faults', 12: 'acks', 13: 'naks' });

/** A cluster at rest, with its endpoint. */
export class Era {
  /** Mistakes of methods. @type {string[]} */
  failed = [];
  #time = Promise.resolve();

  /**
   * @param {import('../../dist/cluster/cluster.js').Cluster} cluster
   * @param {Clusapi} api
   */
  constructor(cluster, api) {
    this.cluster = cluster;
    this.api = api;
    /** @type {RpcServer | undefined} */
    this.server = undefined;
  }

  static async begin() {
    const cluster = await open(CLUSTER);
    await cluster.start();
    await cluster.until('quiet');
    const era = new Era(cluster, new Clusapi(cluster.backend, cluster.name));
    const face = era.api.interface((method, error) => {
      era.failed.push(`${method}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    });
    era.server = await RpcServer.listen([face]);
    return era;
  }

  get port() {
    return this.server?.port ?? 0;
  }

  /** What is open at the endpoint. */
  get left() {
    const { endpoint } = this.server ?? {};
    return { handles: endpoint?.handles ?? 0, connections: endpoint?.connections ?? 0 };
  }

  /** Lets the cluster's time pass; one at a time. */
  pass() {
    this.#time = this.#time.then(async () => void (await this.cluster.advance('5s')));
    return this.#time;
  }

  async end() {
    await this.server?.close();
    this.api.close();
    await this.cluster.close();
  }
}

/**
 * One session. Throws `Misbehaviour` where the server hangs, or does not do what it must.
 *
 * @param {Era} era
 * @param {readonly Good[]} goods
 * @param {number} seed
 * @param {number} session
 * @param {Figures} figures
 */
export async function playSession(era, goods, seed, session, figures) {
  const draws = RandomStream.of(seed, STREAM, session);
  const client = new GoodClient(era.port);
  try {
    await client.bind();
    const handles = await client.openAll();
    for (let mutated = 0; mutated < SESSION_UNITS;) {
      const turn = turnOf(goods, handles, draws);
      await playTurn(era, client.group, turn, figures);
      mutated += turn.mutated;
      figures.mutated += turn.mutated;
      figures.units += turn.units;
    }
  } finally {
    await client.close();
  }
  figures.sessions += 1;
}

/**
 * A connection of its own, until the server has closed it.
 *
 * @param {Era} era
 * @param {number} group
 * @param {Turn} turn
 * @param {Figures} figures
 */
async function playTurn(era, group, { pieces }, figures) {
  const socket = connect({ port: era.port, host: '127.0.0.1' });
  const closed = new Promise((resolve) => socket.once('close', resolve));
  // The server may be gone before everything is written: that is one way to end.
  socket.on('error', () => undefined);
  socket.on('data', (bytes) => count(bytes, figures));
  socket.write(goodBind(group));
  for (const { bytes, pause } of pieces) {
    socket.write(bytes);
    if (pause) await era.pass();
  }
  socket.end();
  await within(closed);
  figures.connections += 1;
}

/**
 * The same, unless it takes so long that it will never be.
 *
 * @param {Promise<unknown>} closed
 */
async function within(closed) {
  await new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Misbehaviour('a connection hangs')), HANG_MS);
    void closed.then(resolve).finally(() => clearTimeout(late));
  });
}

/**
 * What the units in these bytes are, as if they began with one: close enough to see that turns come deep.
 *
 * @param {Buffer} bytes
 * @param {Figures} figures
 */
function count(bytes, { answered }) {
  for (let at = 0; at + 16 <= bytes.length; at += Math.max(16, bytes.readUInt16LE(at + 8))) {
    const type = TYPES[bytes[at + 2]] ?? 'others';
    answered[type] = (answered[type] ?? 0) + 1;
  }
}

/**
 * A conversation as it should be, in an era of which nothing may be left.
 *
 * @param {Era} era
 * @returns {Promise<boolean>} whether the cluster is still there: it can be told to evict its nodes
 */
export async function check(era) {
  if (era.failed.length > 0) throw new Misbehaviour(`a method fell over: ${era.failed.join('\n')}`);
  const client = new GoodClient(era.port);
  try {
    await client.bind();
    const opened = await client.call('ApiOpenGroup', { lpszGroupName: 'Cluster Group' });
    if (opened['Status'] === SERVER_UNAVAILABLE) return false;
    const state = await client.call('ApiGetGroupState', { hGroup: opened['returns'] });
    const closed = await client.call('ApiCloseGroup', { Group: opened['returns'] });
    const statuses = [opened['Status'], state['returns'], closed['returns']];
    if (statuses.some((status) => status !== 0))
      throw new Misbehaviour(`a good conversation came to ${statuses.join(', ')}`);
    return true;
  } finally {
    await client.close();
  }
}

const SERVER_UNAVAILABLE = 1722;

/**
 * The server learns of closed connections a little later; if never, something is left.
 *
 * @param {Era} era
 */
export async function settled(era) {
  for (let turn = 0; turn < 10_000; turn += 1) {
    const { handles, connections } = era.left;
    if (handles === 0 && connections === 0) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Misbehaviour(`left behind: ${JSON.stringify(era.left)}`);
}
