/**
 * Writes rows/*.yaml: each row of the transition table (section 3.3) in clusters of 1, 2, 3, 4
 * and 16 servers, wherever the pair is possible (README.md says where it is not).
 *
 *   node test/golden/make.mjs
 *
 * The events are written down here by the table and the semantics, never taken from a run. Traces are another matter:
 * `npm run unit -- test/golden --update` writes those.
 */
import { writeFileSync } from 'node:fs';

const SIZES = [1, 2, 3, 4, 16];
const NAMES = [...'ABCDEFGHIJKLMNOP'];

/**
 * One row in one cluster. `all` are its servers, `last` the last of them.
 *
 * @typedef {object} Situation
 * @property {string[]} all
 * @property {string} last
 *
 * @typedef {object} Row
 * @property {string} title the row of the table
 * @property {number} from the smallest cluster in which it is possible
 * @property {(s: Situation) => string[]} why
 * @property {string[]} [options] lines of the cluster
 * @property {(s: Situation) => string[]} groups
 * @property {(s: Situation) => string[]} start the events of the cluster's start that follow the servers'
 * @property {boolean} [silent] auto-return is off: no RETURN_TO_CLUSTER at the start
 * @property {boolean} [views] the claim tells the views too
 * @property {(s: Situation) => { before?: string[], step: string[], events: string[], after: string[] }} then
 * what happens before the row, its step, its events, and what holds when it is over
 */

/** @param {string} name @param {string[]} servers @param {string} more @param {string} resource */
const group = (name, servers, more = '', resource = '') => {
  const script = `{ name: ${name}-script, type: script${resource} }`;
  return `    - { name: ${name}, servers: [${servers.join(', ')}]${more}, resources: [${script}] }`;
};

/** @param {Situation} s */
const oneGroup = ({ all }) => [group('g1', all)];
const g1Starts = () => ['GROUP_STOP g1 A'];
/** g1 on the first server, g2 on the last one, taking a little longer. @param {Situation} s */
const twoEnds = ({ all }) => [
  group('g1', all),
  group('g2', [...all].reverse(), '', ', activate: 2s, deactivate: 1s'),
];
/** @param {Situation} s */
const twoEndsStart = ({ last }) => ['GROUP_STOP g1 A', `GROUP_STOP g2 ${last}`];

/** @type {Record<string, Row>} */
const rows = {
  'cluster-start': {
    title: 'cluster start',
    from: 1,
    why: () => [
      'RETURN_TO_CLUSTER for each server in definition order, then GROUP_STOP (as printed) for each group.',
      'g2 takes longer to come up than g1.',
    ],
    groups: twoEnds,
    start: twoEndsStart,
    then: ({ all, last }) => ({
      step: [],
      events: [],
      after: [
        '{ group: g1, state: ONLINE, server: A }',
        `{ group: g2, state: ONLINE, server: ${last} }`,
        ...(all.length === 1 ? ['{ server: A, status: [CLUSTER] }'] : []),
      ],
    }),
  },
  'server-start': {
    title: 'single server start',
    from: 2,
    views: true,
    why: ({ last }) => [
      `${last} was shut down; when it boots again it joins at once, and nothing else happens.`,
      'Its shutdown, without a group, is the row "server shutdown" just as printed: first the event, then it hands over.',
    ],
    groups: oneGroup,
    start: g1Starts,
    then: ({ all, last }) => ({
      before: [
        `{ at: 20s, shutdown: ${last} }`,
        `SHUTDOWN ${last}`,
        `View: ${all.slice(0, -1).join(' ')}`,
        `{ at: 39s, expect: { server: ${last}, status: [STOPPED] } }`,
      ],
      step: [`{ at: 40s, start: ${last}, id: row }`],
      events: [`View: ${all.join(' ')}`, `RETURN_TO_CLUSTER ${last}`],
      after: [`{ server: ${last}, status: [CLUSTER] }`, '{ group: g1, state: ONLINE, server: A }'],
    }),
  },
  'cluster-shutdown': {
    title: 'cluster shutdown',
    from: 1,
    views: true,
    why: () => [
      'SHUTDOWN for each server in definition order, then GROUP_STOP for each active group. All stop together: no other view.',
      'g2 takes longer to go down than g1.',
    ],
    groups: twoEnds,
    start: twoEndsStart,
    then: ({ all, last }) => ({
      step: ['{ at: 20s, shutdown: cluster, id: row }'],
      events: [...all.map((server) => `SHUTDOWN ${server}`), 'GROUP_STOP g1 A', `GROUP_STOP g2 ${last}`],
      after: [
        '{ server: A, status: [STOPPED] }',
        '{ group: g1, state: OFFLINE }',
        '{ group: g2, state: OFFLINE }',
        ...(last === 'A' ? [] : [`{ server: ${last}, status: [STOPPED] }`]),
      ],
    }),
  },
  'server-shutdown': {
    title: 'server shutdown',
    from: 1,
    views: true,
    why: ({ all }) =>
      all.length === 1
        ? ['The only server: its group has nowhere to go and is stopped without an event.']
        : [
            'SHUTDOWN first, then the group leaves; no FAILOVER_START and FAILOVER_END of the server.',
            'A stays a member, and coordinator, until its group has arrived; then it hands over.',
          ],
    groups: oneGroup,
    start: g1Starts,
    then: ({ all }) => ({
      step: ['{ at: 20s, shutdown: A, id: row }'],
      events: [
        'SHUTDOWN A',
        ...(all.length === 1
          ? []
          : ['GROUP_FAILOVER_START g1 A > B', 'GROUP_FAILOVER_END g1 A > B', `View: ${all.slice(1).join(' ')}`]),
      ],
      after:
        all.length === 1
          ? ['{ server: A, status: [STOPPED] }', '{ group: g1, state: OFFLINE }']
          : ['{ server: A, status: [STOPPED, FAIL] }', '{ group: g1, state: ONLINE, server: B }'],
    }),
  },
  'server-down': {
    title: 'server down',
    from: 2,
    why: () => ['DOWN, FAILOVER_START, START and END of each group in pairs, FAILOVER_END. A was the coordinator.'],
    groups: ({ all }) => [group('g1', all), group('g2', all)],
    start: () => ['GROUP_STOP g1 A', 'GROUP_STOP g2 A'],
    then: () => ({
      step: ['{ at: 20s, crash: A, id: row }'],
      events: ['DOWN A', ...downEvents],
      after: [
        '{ server: A, status: [DOWN, FAIL] }',
        '{ server: B, status: [CLUSTER, BACKUP] }',
        '{ group: g1, state: ONLINE, server: B }',
        '{ group: g2, state: ONLINE, server: B }',
      ],
    }),
  },
  'group-failover': {
    title: 'group failover',
    from: 2,
    why: () => ['An application of g1 fails. Only g1 goes; the server has no events.'],
    groups: ({ all }) => [group('g1', all), group('g2', all)],
    start: () => ['GROUP_STOP g1 A', 'GROUP_STOP g2 A'],
    then: () => ({
      step: ['{ at: 20s, failGroup: g1, id: row }'],
      events: ['GROUP_FAILOVER_START g1 A > B', 'GROUP_FAILOVER_END g1 A > B'],
      after: ['{ group: g1, state: ONLINE, server: B }', '{ group: g2, state: ONLINE, server: A }'],
    }),
  },
  maintenance: {
    title: 'maintenance mode set',
    from: 1,
    why: ({ all }) =>
      all.length === 1
        ? ['The only server: DOWN alone, its groups stop without an event.']
        : ['The events of a server down, but A itself hands its groups over.'],
    groups: ({ all }) => [group('g1', all), group('g2', all)],
    start: () => ['GROUP_STOP g1 A', 'GROUP_STOP g2 A'],
    then: ({ all }) => ({
      step: ['{ at: 20s, maintenance: A, id: row }'],
      events: ['DOWN A', ...(all.length === 1 ? [] : downEvents)],
      after:
        all.length === 1
          ? ['{ server: A, status: [OFF_CLUSTER] }', '{ group: g1, state: OFFLINE }', '{ group: g2, state: OFFLINE }']
          : [
              '{ server: A, status: [OFF_CLUSTER, FAIL] }',
              '{ group: g1, state: ONLINE, server: B }',
              '{ group: g2, state: ONLINE, server: B }',
            ],
    }),
  },
  return: {
    title: 'return to cluster (manual)',
    from: 1,
    silent: true,
    options: ['autoReturn: false'],
    why: ({ all, last }) =>
      all.length === 1
        ? ['With auto-return off; the only server returns from maintenance and forms the cluster anew.']
        : [`With auto-return off; ${last} crashed, runs again and is off the cluster until it is returned by hand.`],
    groups: ({ all }) => [group('g1', all, ', startup: manual')],
    start: () => [],
    then: ({ all, last }) => ({
      before:
        all.length === 1
          ? ['{ at: 20s, maintenance: A }', 'DOWN A', '{ at: 59s, expect: { server: A, status: [OFF_CLUSTER] } }']
          : [
              `{ at: 20s, crash: ${last} }`,
              `{ at: 55s, restart: ${last} }`,
              `DOWN ${last}`,
              `{ at: 59s, expect: { server: ${last}, status: [OFF_CLUSTER] } }`,
            ],
      step: [`{ at: 60s, return: ${last}, id: row }`],
      events: [`RETURN_TO_CLUSTER ${last}`],
      after: [`{ server: ${last}, status: [CLUSTER] }`],
    }),
  },
  'group-start': {
    title: 'group start (manual)',
    from: 1,
    why: () => ['GROUP_START, when the group is up. It starts on its highest eligible server.'],
    groups: ({ all }) => [group('g1', all, ', startup: manual')],
    start: () => [],
    then: () => ({
      step: ['{ at: 20s, startGroup: g1, id: row }'],
      events: ['GROUP_START g1 A'],
      after: ['{ group: g1, state: ONLINE, server: A }'],
    }),
  },
  'group-stop': {
    title: 'group stop (manual)',
    from: 1,
    why: () => ['GROUP_STOP, when the group is down.'],
    groups: oneGroup,
    start: g1Starts,
    then: () => ({
      step: ['{ at: 20s, stopGroup: g1, id: row }'],
      events: ['GROUP_STOP g1 A'],
      after: ['{ group: g1, state: OFFLINE }'],
    }),
  },
  'group-move': {
    title: 'group move (manual)',
    from: 2,
    why: ({ last }) => [`GROUP_MOVE_START, then GROUP_MOVE_END: to ${last}, because a hand says so.`],
    groups: oneGroup,
    start: g1Starts,
    then: ({ last }) => ({
      step: [`{ at: 20s, moveGroup: { group: g1, to: ${last} }, id: row }`],
      events: [`GROUP_MOVE_START g1 A > ${last}`, `GROUP_MOVE_END g1 A > ${last}`],
      after: [
        `{ group: g1, state: ONLINE, server: ${last} }`,
        '{ server: A, status: [CLUSTER, FAIL] }',
        `{ server: ${last}, status: [CLUSTER, BACKUP] }`,
      ],
    }),
  },
  'group-move-failure': {
    title: 'group move (manual), the other alternative',
    from: 2,
    why: ({ last }) => [
      `GROUP_MOVE_START, then GROUP_MOVE_FAILURE: the script does not start on ${last}.`,
      'It goes on as a group failover from the server that failed, the old server included.',
    ],
    groups: ({ all }) => [group('g1', all, '', ', onFailure: failover')],
    start: g1Starts,
    then: ({ last }) => ({
      before: [`{ failResource: { resource: g1-script, on: ${last} } }`],
      step: [`{ at: 20s, moveGroup: { group: g1, to: ${last} }, id: row }`],
      events: [
        `GROUP_MOVE_START g1 A > ${last}`,
        `GROUP_MOVE_FAILURE g1 A > ${last}`,
        `GROUP_FAILOVER_START g1 ${last} > A`,
        `GROUP_FAILOVER_END g1 ${last} > A`,
      ],
      after: ['{ group: g1, state: ONLINE, server: A }', `{ server: ${last}, status: [CLUSTER] }`],
    }),
  },
  'line-move': {
    title: 'line move (manual)',
    from: 2,
    why: () => ['LSW_SWITCHED names the line. Its group stays where it is.'],
    groups: ({ all }) => [
      `    - { name: g1, servers: [${all.join(', ')}], resources: [{ name: line1, type: lsw, line: { device: LSW1 } }] }`,
    ],
    start: g1Starts,
    then: ({ last }) => ({
      step: [`{ at: 20s, switchLine: { resource: line1, to: ${last} }, id: row }`],
      events: ['LSW_SWITCHED line1'],
      after: ['{ group: g1, state: ONLINE, server: A }'],
    }),
  },
};

const downEvents = [
  'FAILOVER_START B',
  'GROUP_FAILOVER_START g1 A > B',
  'GROUP_FAILOVER_END g1 A > B',
  'GROUP_FAILOVER_START g2 A > B',
  'GROUP_FAILOVER_END g2 A > B',
  'FAILOVER_END B',
];

/** @param {string} text */
const isClaim = (text) => /^[A-Z]/.test(text);
/** @param {string} text */
const isView = (text) => text.startsWith('View: ');
/** @param {string} event */
const code = (event) => event.split(' ')[0];

/** @param {string[]} lines */
const stepLines = (lines) => lines.filter((line) => !isClaim(line)).map((line) => `  - ${line}`);

/** @param {string[]} events @param {string} since */
function expected(events, since) {
  const codes = events.filter((event) => !isView(event)).map(code);
  const short = `  - { at: 80s, expect: { ${since}events: [${codes.join(', ')}] } }`;
  if (short.length <= 120) return [short];
  const inner = since === '' ? [] : [`      ${since.replace(/, $/, '')}`];
  return ['  - at: 80s', '    expect:', ...inner, '      events:', ...codes.map((one) => `        - ${one}`)];
}

/** @param {string} name @param {Row} row @param {number} size */
function write(name, row, size) {
  const all = NAMES.slice(0, size);
  const situation = { all, last: all[size - 1] };
  const { before = [], step, events, after } = row.then(situation);
  const begin = row.silent ? [] : all.map((server) => `RETURN_TO_CLUSTER ${server}`);
  const first = row.views ? [`View: ${all.join(' ')}`] : [];
  const told = [...first, ...begin, ...row.start(situation), ...before.filter(isClaim), ...events];
  let id = 0;
  const servers = size === 1 ? '1 server' : `${size} servers`;
  const lines = [
    `# Row "${row.title}" of the transition table (3.3), ${servers}.`,
    ...row.why(situation).map((line) => `# ${line}`),
    '#',
    ...told.map((one) => (isView(one) ? `# ${one}` : `# ${++id} ${one}`)),
    `name: ${row.title}, ${servers}`,
    'cluster:',
    '  name: CLUSTER1',
    ...(row.options ?? []).map((line) => `  ${line}`),
    `  servers: [${all.join(', ')}]`,
    '  groups:',
    ...row.groups(situation),
    'steps:',
    ...stepLines(before.filter((line) => !line.includes('at:'))),
    '  - { start: cluster }',
    ...stepLines(before.filter((line) => line.includes('at:'))),
    ...stepLines(step),
    ...expected(step.length === 0 ? told : events, step.length === 0 ? '' : 'since: row, '),
    ...after.map((line) => `  - { expect: ${line} }`),
  ];
  writeFileSync(new URL(`rows/${name}-${size}.yaml`, import.meta.url), `${lines.join('\n')}\n`);
}

for (const [name, row] of Object.entries(rows))
  for (const size of SIZES) if (size >= row.from) write(name, row, size);
