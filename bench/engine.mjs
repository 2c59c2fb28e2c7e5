/**
 * How fast does virtual time pass on the inline backend, and what does that depend on?
 *
 * A cluster with the documentation's heartbeats (every 3 s, timeout 30 s) lives through one failover an hour: a server
 * loses its power, its groups come up elsewhere, it is restarted, and they go back to it. After every hour all servers
 * must be members and every group online at home, and each crash must have made its failovers: the speed of a cluster
 * that does not work is of no interest.
 */
/**
 * @typedef {import('./harness.mjs').Bench} Bench
 * @typedef {import('./harness.mjs').Case} Case
 * @typedef {import('./harness.mjs').Part} Part
 * @typedef {import('../src/cluster/backend.js').Backend} Backend
 * @typedef {import('../src/model/definition.js').ClusterDefinition} ClusterDefinition
 *
 * @typedef {object} Shape
 * @property {string} name
 * @property {number} servers
 * @property {number} groups
 * @property {boolean} invariants
 */

const dist = new URL('../dist/', import.meta.url);
/** @type {typeof import('../src/cluster/open.js')} */
const { openWorld } = await import(new URL('cluster/open.js', dist).href);
/** @type {typeof import('../src/model/define.js')} */
const { defineCluster } = await import(new URL('model/define.js', dist).href);
/** @type {typeof import('../src/model/time.js')} */
const { micros } = await import(new URL('model/time.js', dist).href);

const SECOND_US = 1_000_000;
/** How long a cluster lives from one crash to the next, and when in that time things happen. */
const HOUR = { periodS: 3600, crashS: 300, restartS: 1200 };
/** The same made short, for a quick run. */
const SHORT_HOUR = { periodS: 120, crashS: 20, restartS: 70 };
/** In the comparison of clusters of different sizes. */
const GROUPS = 16;

/** @type {Bench} */
export const bench = {
  asks: 'how fast does virtual time pass on the inline backend?',
  unit: 'simulated seconds a second',
  compare: 'cpu',
  parts: (quick) => {
    const hour = quick ? SHORT_HOUR : HOUR;
    const groups = quick ? [1, 4] : [1, 4, 16, 64, 256];
    return [bySize(hour, [2, 4, 8, 16], quick ? 4 : GROUPS), byGroups(hour, 16, groups), byGroups(hour, 2, groups)];
  },
};

/**
 * @param {typeof HOUR} hour
 * @param {readonly number[]} sizes
 * @param {number} groups
 * @returns {Part}
 */
function bySize(hour, sizes, groups) {
  const [off, on] = [false, true].map((invariants) =>
    sizes.map((servers) => {
      const name = `${servers} servers, invariants ${invariants ? 'on' : 'off'}`;
      return { name, servers, groups, invariants };
    }),
  );
  const smallest = off[0].name;
  return {
    title: `${groups} groups`,
    cases: [...off, ...on].map((shape) => () => openCase(shape, hour)),
    ratios: [
      ...off
        .slice(1)
        .map(({ name, servers }) => ({ name: `${servers} servers / ${sizes[0]}`, of: name, by: smallest })),
      ...on.map(({ name, servers }, index) => {
        return { name: `invariants on / off, ${servers} servers`, of: name, by: off[index].name };
      }),
    ],
  };
}

/**
 * @param {typeof HOUR} hour
 * @param {number} servers
 * @param {readonly number[]} counts
 * @returns {Part}
 */
function byGroups(hour, servers, counts) {
  const shapes = counts.map((groups) => {
    return { name: `${groups} ${groups === 1 ? 'group' : 'groups'}`, servers, groups, invariants: false };
  });
  return {
    title: `${servers} servers, invariants off`,
    cases: shapes.map((shape) => () => openCase(shape, hour)),
    ratios: shapes.slice(1).map(({ name }) => ({ name: `${name} / ${counts[0]}`, of: name, by: shapes[0].name })),
  };
}

/**
 * A cluster that has just been started.
 *
 * @param {Shape} shape
 * @param {typeof HOUR} hour
 * @returns {Promise<Case>}
 */
async function openCase(shape, hour) {
  const definition = define(shape);
  const world = { clusters: [definition], machines: [], clients: [] };
  const backend = await openWorld(world, { seed: 1, invariants: shape.invariants, scenario: 'bench/engine' });
  let failovers = 0;
  backend.trace((line) => {
    if (line.kind === 'event' && line.code === 'ARM_EVENT_GROUP_FAILOVER_END') failovers += 1;
  });
  await act(backend, { type: 'start', target: definition.name });
  let period = 0;
  return {
    name: shape.name,
    run: async (times) => {
      for (let count = 0; count < times; count += 1) {
        const before = failovers;
        const moved = await live(backend, definition, hour, period);
        if (failovers - before !== moved) throw new Error(`${failovers - before} failovers in place of ${moved}`);
        period += 1;
      }
      return times * hour.periodS;
    },
    close: () => backend.close(),
  };
}

/**
 * Lives through one hour; answers how many groups must have failed over in it.
 *
 * @param {Backend} backend
 * @param {ClusterDefinition} definition
 * @param {typeof HOUR} hour
 * @param {number} period
 */
async function live(backend, definition, hour, period) {
  const { servers, groups } = definition;
  const victim = period % Math.min(servers.length, groups.length);
  const began = period * hour.periodS;
  await sleepUntil(backend, began + hour.crashS);
  await act(backend, { type: 'crash', server: servers[victim].name });
  await sleepUntil(backend, began + hour.restartS);
  await act(backend, { type: 'restart', server: servers[victim].name });
  await sleepUntil(backend, began + hour.periodS);
  const { view, groups: states } = backend.status(definition.name);
  if (view?.members.length !== servers.length) throw new Error(`only ${view?.members.join()} are members`);
  for (const group of groups) {
    const { state, server } = states[group.name];
    if (state !== 'ONLINE' || server !== servers[group.servers[0]].name)
      throw new Error(`group ${group.name} is ${state} on ${server || 'no server'}`);
  }
  return groups.filter((group) => group.servers[0] === victim).length;
}

/**
 * @param {Backend} backend
 * @param {import('../src/cluster/actions.js').WorldAction} action
 */
async function act(backend, action) {
  const result = await backend.act(action);
  if (!result.ok) throw new Error(`${action.type} was refused: ${result.error.what}`);
}

/**
 * @param {Backend} backend
 * @param {number} seconds
 */
async function sleepUntil(backend, seconds) {
  await backend.until({ type: 'time' }, micros(seconds * SECOND_US));
}

/**
 * Groups with an address and a script each, at home on one server after the other, that go back there by themselves.
 *
 * @param {Shape} shape
 */
function define({ servers, groups }) {
  const names = Array.from({ length: servers }, (_, index) => `Server${index + 1}`);
  const defined = defineCluster({
    name: 'BENCH',
    servers: names,
    groups: Array.from({ length: groups }, (_, index) => ({
      name: `Group${index + 1}`,
      servers: names.map((_, place) => names[(index + place) % servers]),
      failback: 'auto',
      resources: [
        { name: `address${index + 1}`, type: 'vip', activate: '200ms', deactivate: '100ms' },
        { name: `script${index + 1}`, type: 'script', activate: '1s', deactivate: '500ms' },
      ],
    })),
  });
  if (!defined.ok) throw new Error(JSON.stringify(defined.error));
  return defined.value;
}
