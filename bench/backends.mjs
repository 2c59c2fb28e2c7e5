/**
 * How fast does virtual time pass with a thread for each server, against one thread for all?
 *
 * Both backends make the same trace; lockstep pays for its threads at every instant at which a server has something to
 * do. The clusters are at rest, with the documentation's heartbeats.
 */
/**
 * @typedef {import('./harness.mjs').Bench} Bench
 * @typedef {import('./harness.mjs').Case} Case
 * @typedef {'inline' | 'lockstep'} Kind
 */

const dist = new URL('../dist/', import.meta.url);
/** @type {typeof import('../src/cluster/cluster.js')} */
const { open } = await import(new URL('cluster/cluster.js', dist).href);

const SERVERS = [2, 4, 8, 16];
const STEP_S = 30;

/** @type {Bench} */
export const bench = {
  asks: 'how fast does virtual time pass with a thread a server, against one thread for all?',
  unit: 'simulated seconds a second',
  compare: 'clock',
  parts: (quick) =>
    (quick ? [2] : SERVERS).map((servers) => ({
      title: `${servers} servers`,
      cases: [() => openCase('inline', servers), () => openCase('lockstep', servers)],
      ratios: [{ name: `lockstep / inline, ${servers} servers`, of: 'lockstep', by: 'inline' }],
    })),
};

/**
 * @param {Kind} backend
 * @param {number} servers
 * @returns {Promise<Case>}
 */
async function openCase(backend, servers) {
  const names = Array.from({ length: servers }, (_, index) => `Server${index + 1}`);
  const groups = names.map((name, index) => ({
    name: `Group${index + 1}`,
    servers: [name, names[(index + 1) % servers]],
  }));
  const cluster = await open({ name: 'BENCH', servers: names, groups }, { backend });
  await cluster.start();
  await cluster.until('quiet');
  return {
    name: backend,
    run: async (times) => {
      for (let count = 0; count < times; count += 1) await cluster.advance(`${STEP_S}s`);
      return times * STEP_S;
    },
    close: async () => {
      await cluster.close();
    },
  };
}
