/**
 * The rooms of src/ and who may import whom: the one list that the linter, the arrow check and their tests read.
 */

/** Each room with the rooms it may import besides itself. `src/index.ts` may import all but cli. */
export const rooms = {
  model: [],
  failover: ['model'],
  network: ['model'],
  interconnect: ['model'],
  client: ['model'],
  node: ['failover', 'network', 'interconnect', 'client', 'model'],
  cluster: ['model', 'failover', 'network', 'interconnect', 'node', 'client'],
  report: ['model'],
  api: ['cluster', 'model'],
  campaign: ['cluster', 'failover', 'model'],
  scenarios: ['api', 'cluster', 'model', 'report'],
  cli: [
    'model',
    'failover',
    'network',
    'interconnect',
    'client',
    'node',
    'cluster',
    'report',
    'api',
    'scenarios',
    'campaign',
  ],
};

/** Rooms without clock, chance, I/O, locale or waiting. Only relative imports. */
export const pureRooms = ['model', 'failover', 'network', 'interconnect', 'client'];

/** As pure as those, but they may use packages (scales, XML). */
export const pureRoomsWithPackages = ['report'];

/** Where the real clock and real chance are allowed. */
export const realClock = [
  'src/cli/**',
  'src/cluster/realtime.ts',
  'src/cluster/realtime/**',
  'src/node/realtime/**',
  // Challenges to real clients, which nobody may foresee.
  'src/api/clusapi/rpc/security/chance.ts',
];
