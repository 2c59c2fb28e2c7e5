/**
 * Clusters in real time, to be measured.
 */
/**
 * @typedef {import('../../src/cluster/realtime.js').RealtimeBackend} RealtimeBackend
 * @typedef {import('../../src/cluster/actions.js').WorldAction} WorldAction
 * @typedef {import('../../src/model/definition.js').GroupInput} GroupInput
 * @typedef {import('../../src/model/trace.js').TraceLine} TraceLine
 *
 * @typedef {object} Shape
 * @property {number} servers
 * @property {number} intervalMs
 * @property {number} timeoutMs
 * @property {GroupInput[]} [groups]
 * @property {'wait' | 'loop'} [hang]
 *
 * @typedef {object} Mark What a server has told that is in no line of the trace.
 * @property {number} atUs
 * @property {string} server
 * @property {string} what
 * @property {number} suspects whom it suspects, as a bit mask
 * @property {string[]} running groups that it has up
 */

const dist = new URL('../../dist/', import.meta.url);
/** @type {typeof import('../../src/cluster/realtime.js')} */
const { RealtimeBackend } = await import(new URL('cluster/realtime.js', dist).href);
/** @type {typeof import('../../src/model/define.js')} */
const { defineCluster } = await import(new URL('model/define.js', dist).href);
/** @type {typeof import('../../src/model/time.js')} */
const { micros } = await import(new URL('model/time.js', dist).href);

const NAME = 'BENCH';
/** Longer than this nothing takes that works. */
const LIMIT_US = 30_000_000;
/** So often it is looked whether servers have to be started again. */
const RECHECK_US = 500_000;

/** @param {number} server its position */
export function nameOf(server) {
  return `Server${server + 1}`;
}

/** A cluster that is not started yet, and all that is seen of it. */
export class BenchCluster {
  /** @type {Mark[]} */
  marks = [];
  /** @type {TraceLine[]} */
  lines = [];
  /** Servers that were taken for dead though nobody had stopped them, and had to be started again. */
  restarts = 0;

  /** @param {Shape} shape */
  constructor(shape) {
    const { servers, intervalMs, timeoutMs, groups = [], hang } = shape;
    this.shape = shape;
    const names = Array.from({ length: servers }, (_, index) => nameOf(index));
    const defined = defineCluster({
      name: NAME,
      servers: names,
      heartbeat: { interval: `${intervalMs}ms`, timeout: `${timeoutMs}ms` },
      parallelGroups: 256,
      groups,
    });
    if (!defined.ok) throw new Error(JSON.stringify(defined.error));
    this.names = names;
    this.definition = defined.value;
    this.backend = new RealtimeBackend(
      { clusters: [defined.value], machines: [], clients: [] },
      {
        seed: 1,
        version: 'bench',
        hang,
        onMark: (atUs, server, what) => {
          const suspects = this.backend.glance(server)?.suspects ?? 0;
          this.marks.push({ atUs, server, what, suspects, running: this.runningOn(server) });
        },
      },
    );
    this.backend.trace((line) => this.lines.push(line));
  }

  /** Starts all servers, and waits until all of them are members and all groups online at home. */
  async start() {
    await this.act({ type: 'start', target: NAME });
    await this.whole();
  }

  /** @param {WorldAction} action */
  async act(action) {
    const result = await this.backend.act(action);
    if (!result.ok) throw new Error(`${action.type} was refused: ${result.error.what}`);
  }

  /**
   * Waits until all servers are members and all groups online at home. On a busy machine a server may have been taken
   * for dead meanwhile, and have gone for good: it is started again.
   *
   * @param {number} [limitUs]
   */
  async whole(limitUs = LIMIT_US) {
    const { backend, names } = this;
    for (let waited = 0; waited < limitUs; waited += RECHECK_US) {
      const limit = micros(backend.now() + RECHECK_US);
      const { reason } = await backend.until({ type: 'condition', holds: () => this.isWhole() }, limit);
      if (reason === 'reached') return;
      for (const server of names.filter((name) => !this.runs(name))) {
        await backend.act({ type: 'restart', server });
        this.restarts += 1;
      }
    }
    throw new Error(`the cluster does not become whole: ${JSON.stringify(backend.status(NAME).servers)}`);
  }

  /**
   * The groups that a server has up, as it has said last.
   *
   * @param {string} server
   */
  runningOn(server) {
    const held = this.slotOf(server)?.engine?.executor.held() ?? [];
    return held.filter(({ phase }) => phase === 'active').map(({ group }) => this.definition.groups[group].name);
  }

  /** @param {string} server */
  slotOf(server) {
    return this.backend.slots.find(({ place }) => place.name === server);
  }

  /** @param {string} server */
  runs(server) {
    const slot = this.slotOf(server);
    return slot !== undefined && (slot.engine !== undefined || slot.booting);
  }

  isWhole() {
    const { backend, definition, names } = this;
    if (backend.slots.some(({ engine }) => engine?.place.phase !== 1)) return false;
    const { view, groups } = backend.status(NAME);
    if (view?.members.length !== names.length) return false;
    return definition.groups.every(({ name, servers }) => {
      return groups[name].state === 'ONLINE' && groups[name].server === names[servers[0]];
    });
  }

  /**
   * @param {string} what
   * @param {() => boolean} holds
   * @param {number} [limitMs]
   */
  async until(what, holds, limitMs = LIMIT_US / 1000) {
    const { backend } = this;
    const { reason } = await backend.until({ type: 'condition', holds }, micros(backend.now() + limitMs * 1000));
    if (reason === 'reached') return;
    throw new Error(`waited ${limitMs / 1e3} s in vain for ${what}: ${JSON.stringify(backend.status(NAME).servers)}`);
  }

  /** What happened before is over. */
  forget() {
    this.marks = [];
    this.lines = [];
  }

  /** Frames that all servers have sent so far. */
  sent() {
    const { directory, switchboard, slots } = this.backend;
    const [network] = directory.clusters[0].interconnects;
    let sent = 0;
    for (const from of slots)
      for (const to of slots)
        if (from !== to) sent += switchboard.model.counters(from.place.node, to.place.node, network).sent;
    return sent;
  }

  /**
   * How late the clocks of the servers ran since this was asked last.
   *
   * @returns {Promise<import('./threads.mjs').Lateness[]>}
   */
  async lateness() {
    const asked = this.names.filter((name) => this.runs(name)).map((name) => this.backend.inspect(name, true));
    // One that has just gone does not answer.
    const seen = await Promise.allSettled(asked);
    return seen.flatMap((one) => (one.status === 'fulfilled' ? [one.value.latenessUs] : []));
  }

  close() {
    return this.backend.close();
  }
}
