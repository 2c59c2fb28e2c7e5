/**
 * What a scenario file holds: one schema that validates the files, types the TypeScript form and is published as
 * `scenario.schema.json` for editors.
 *
 * It knows the structure of a file (which keys, which kinds of values) and nothing of its meaning. Whether names are
 * known, times go forward and a cluster makes sense is found out afterwards, by `defineCluster` and by plan.ts, so that
 * a file's structure can be described without its contents.
 */
import * as z from 'zod';
import { KITS } from '../api/facade/kits.js';
import type { EventCode, GroupStateName, ServerStatusName } from '../model/trace.js';
import { count, duration, flag, oneOf, probability, someOf, strict, text, writtenDuration } from './schemaWords.js';

// ---------------------------------------------------------------- the cluster

const RESOURCE_TYPES = [
  ...(['swdisk', 'ndr', 'vxdisk', 'lsw', 'vip', 'hf', 'vcom', 'printer', 'script', 'shdisk', 'npdisk'] as const),
] as const;

const policy = oneOf(['auto', 'manual']);

const resource = strict(
  {
    name: text("the resource's name").describe('Unique in its cluster.'),
    type: oneOf(RESOURCE_TYPES).describe('The type, which also decides the order of activation.'),
    activate: duration.optional().describe('Time that activation takes; 1s by default.'),
    deactivate: duration.optional().describe('Time that deactivation takes; 500ms by default.'),
    timeout: duration.optional().describe('After this a hanging activation counts as failed; 60s by default.'),
    onFailure: oneOf(['degrade', 'failover'])
      .optional()
      .describe(
        'degrade (default): the rest goes on and the group is ONLINE_FAIL. failover: the group goes elsewhere.',
      ),
    drive: text('a drive letter, such as "S:"')
      .optional()
      .describe('swdisk: the drive letter. shdisk, npdisk: the name.'),
    drives: z
      .array(text('a drive letter, such as "N:"'), { error: 'a list of drive letters' })
      .optional()
      .describe('ndr and vxdisk: the drive letters.'),
    address: text('an IPv4 address').optional().describe('vip and hf: the address.'),
    computerName: text('a virtual computer name').optional().describe('vcom: the virtual computer name.'),
    printer: strict(
      {
        name: text('text').optional(),
        port: text('text').optional(),
        share: text('text').optional(),
        spool: text('a path').optional(),
      },
      'a mapping with name, port, share, spool',
    )
      .optional()
      .describe('printer: what sections 3.2.3.4 and 4.2.2 list.'),
    line: strict(
      {
        device: text('text').optional(),
        port: text('text').optional(),
        unit: count(0).optional(),
        line: count(0).optional(),
      },
      'a mapping with device, port, unit, line',
    )
      .optional()
      .describe('lsw: what section 3.2.3.5 lists.'),
    script: strict({ start: text('a file name').optional(), stop: text('a file name').optional() })
      .optional()
      .describe('script: the file names.'),
  },
  'a resource, such as { name: disk1, type: swdisk }',
);

const group = strict(
  {
    name: text("the group's name").describe('1 to 15 letters, digits, _ or -.'),
    servers: someOf(text("a server's name"), 'a list of server names, by priority').describe(
      'The servers that may run it, highest priority first; the first is its primary.',
    ),
    startup: policy.optional().describe('auto (default): it starts with the cluster.'),
    failover: policy.optional().describe('auto (default): it moves when its server goes down.'),
    failback: policy
      .optional()
      .describe('auto: it goes back when a server of higher priority joins; manual by default.'),
    exclusion: oneOf(['none', 'normal', 'absolute'])
      .optional()
      .describe('Whether it may share a server; none by default.'),
    resources: z.array(resource, { error: 'a list of resources' }).optional(),
    logicalServices: z
      .array(text('a logical service name'), { error: 'a list of logical service names' })
      .optional()
      .describe('Names by which applications find the group.'),
    registryKeys: z
      .array(text('a registry key'), { error: 'a list of registry keys' })
      .optional()
      .describe('Registry keys that go with the group.'),
  },
  'a group, such as { name: Group1, servers: [ServerA, ServerB] }',
);

const server = z.union(
  [
    text("a server's name"),
    strict(
      {
        name: text("the server's name").describe('1 to 15 letters, digits, _ or -; unique in the file.'),
        ip: text('an IPv4 address').optional().describe('Its address; given out by itself if left out.'),
        boot: duration
          .optional()
          .describe('Time from power-on to the first step of the cluster service; 0 by default.'),
      },
      "a server's name or { name, ip, boot }",
    ),
  ],
  { error: "a server's name or { name, ip, boot }" },
);

const networks = someOf(text("a network's name"), 'a list of network names');

/** A cluster, in the shape of the model's `ClusterInput`. */
export const clusterSchema = strict(
  {
    name: text("the cluster's name").describe('1 to 15 letters, digits, _ or -; unique in the file.'),
    heartbeat: strict(
      {
        interval: duration.optional().describe('Time between heartbeats; 3s by default.'),
        timeout: duration.optional().describe('Silence after which a server counts as down; 30s by default.'),
      },
      'a mapping such as { interval: 3s, timeout: 30s }',
    )
      .optional()
      .describe('The heartbeats between servers.'),
    startupWait: duration.optional().describe('How long starting servers wait for the others; 5m by default.'),
    autoReturn: flag.optional().describe('Whether a server that comes back joins by itself; true by default.'),
    partition: z
      .union(
        [oneOf(['none', 'majority']), strict({ ping: text("a witness's name") }, 'none, majority or { ping: NAME }')],
        { error: 'none, majority or { ping: NAME }' },
      )
      .optional()
      .describe('Which side of a partitioned cluster goes on; none (default): each does.'),
    errata: oneOf(['printed', 'corrected'])
      .optional()
      .describe('The event of groups started with the cluster: as printed (default), or corrected to GROUP_START.'),
    productVersion: text('a version').optional().describe('The product version, in quotes.'),
    edition: oneOf(['enterprise', 'standard', 'lite'])
      .optional()
      .describe('The product edition; enterprise by default.'),
    fence: duration
      .optional()
      .describe('majority and ping: time in which a losing side stops; the heartbeat timeout by default.'),
    parallelGroups: count(1).optional().describe('Groups that one server processes at once; 1 by default.'),
    faultLimit: count(0).optional().describe('Faults after which a group stays where it is; 3 by default.'),
    interconnects: networks.optional().describe('Networks between the servers; [lan0] by default.'),
    publicLans: networks.optional().describe('Networks between servers and clients; [public0] by default.'),
    servers: z
      .array(server, { error: 'a list of 1 to 16 servers' })
      .meta({ description: 'The servers, in definition order.', minItems: 1, maxItems: 16 }),
    groups: z
      .array(group, { error: 'a list of groups' })
      .optional()
      .describe('The failover groups, in definition order.'),
  },
  'a cluster: a mapping with name, servers and groups',
);

const machine = z.union(
  [
    text("a machine's name"),
    strict(
      {
        name: text("the machine's name").describe('1 to 15 letters, digits, _ or -; unique in the file.'),
        ip: text('an IPv4 address').optional(),
      },
      "a machine's name or { name, ip }",
    ),
  ],
  { error: "a machine's name or { name, ip }" },
);

const client = strict(
  {
    name: text("the client's name").describe('1 to 15 letters, digits, _ or -; unique in the file.'),
    clusters: someOf(text("a cluster's name"), 'a list of cluster names')
      .optional()
      .describe('The clusters registered on it; every cluster of the file by default.'),
    ip: text('an IPv4 address').optional(),
    start: policy
      .optional()
      .describe('auto (default): it runs from the beginning. manual: a startClient step starts it.'),
    interval: duration
      .optional()
      .describe("How often it asks the servers how things stand; each cluster's heartbeat interval by default."),
    timeout: duration
      .optional()
      .describe("So long without an answer and a path is lost; each cluster's heartbeat timeout by default."),
    lanSwitch: duration.optional().describe('How long the change to another public LAN takes; 1s by default.'),
    popups: oneOf(['japanese', 'english'])
      .optional()
      .describe('The language of its popups: as documented (default), or English.'),
    productVersion: text('a version').optional().describe('The version of the client software, in quotes.'),
  },
  'a client, such as { name: Client1, clusters: [CLUSTER1] }',
);

// ---------------------------------------------------------------- expectations

/** The states that an expectation may name. */
export const GROUP_STATES = ['OFFLINE', 'INPROGRESS', 'ONLINE', 'ONLINE_FAIL'] as const satisfies GroupStateName[];

/** The server status words that an expectation may name. */
export const SERVER_STATUSES = [
  ...(['SINGLE_SERVER', 'STOPPED', 'DOWN', 'OFF_CLUSTER', 'CLUSTER', 'RECOVERING', 'BACKUP', 'FAIL', 'MISS'] as const),
] as const satisfies ServerStatusName[];

/** What a client answers of a group (ArmClientGetGroupStatusEx, section 6.1.2.5), without its prefix. */
export const CLIENT_STATUSES = ['RUNNING', 'STOPPED', 'FAILOVER', 'MISS'] as const;

/** What every status of a client's group begins with; scenario files may leave it out. */
export const CLIENT_STATUS_PREFIX = 'ARMCLAPI_GROUP_STATUS_';

/** The cluster's event codes without their prefix (section 3.2.6). */
export const EVENT_CODES = [
  ...([
    'SHUTDOWN',
    'DOWN',
    'RETURN_TO_CLUSTER',
    'FAILOVER_START',
    'FAILOVER_END',
    'GROUP_START',
    'GROUP_STOP',
  ] as const),
  ...(['GROUP_FAILOVER_START', 'GROUP_FAILOVER_END', 'GROUP_FAILOVER_FAILURE'] as const),
  ...(['GROUP_MOVE_START', 'GROUP_MOVE_END', 'GROUP_MOVE_FAILURE', 'LSW_SWITCHED'] as const),
] as const satisfies WithoutPrefix<EventCode>[];

type WithoutPrefix<Code> = Code extends `ARM_EVENT_${infer Rest}` ? Rest : never;

/** What every event code of the cluster begins with; scenario files may leave it out. */
export const EVENT_PREFIX = 'ARM_EVENT_';

/** What an application on a client is called back with (section 6.1.3.1), without its prefix. */
export const CLIENT_EVENTS = ['BOOT', 'SHUTDOWN', 'FAILOVER_START', 'FAILOVER_END'] as const;

/** What every event of a client begins with; scenario files may leave it out. */
export const CLIENT_EVENT_PREFIX = 'ARMCLAPI_EVENT_';

const prefixed = EVENT_CODES.map((code) => `${EVENT_PREFIX}${code}` as const);
const clientPrefixed = CLIENT_EVENTS.map((code) => `${CLIENT_EVENT_PREFIX}${code}` as const);
const eventCode = z.enum([...EVENT_CODES, ...prefixed, 'BOOT', ...clientPrefixed], {
  error:
    'an event code of section 3.2.6, such as DOWN or GROUP_FAILOVER_END, or with client one of 6.1.3, such as BOOT',
});

const clientStatuses = CLIENT_STATUSES.map((status) => `${CLIENT_STATUS_PREFIX}${status}` as const);
const statusWord = z.enum(
  [...new Set([...SERVER_STATUSES, ...CLIENT_STATUSES, ...clientStatuses])] as (
    (typeof SERVER_STATUSES)[number] | (typeof CLIENT_STATUSES)[number] | (typeof clientStatuses)[number]
  )[],
  { error: `a status: ${SERVER_STATUSES.join(', ')}; with client: ${CLIENT_STATUSES.join(', ')}` },
);

const expectation = strict(
  {
    group: text("a group's name")
      .optional()
      .describe('The group whose state or server is expected; with client: the group as that client sees it.'),
    state: oneOf(GROUP_STATES).optional().describe("The group's state."),
    server: text("a server's name")
      .optional()
      .describe('With group: where it is. With status: the server that has it.'),
    status: z
      .union([statusWord, someOf(statusWord, 'a list of statuses, such as [CLUSTER, BACKUP]')], {
        error: 'a list of statuses, such as [CLUSTER, BACKUP]',
      })
      .optional()
      .describe("All of the server's status words, in any order; with client: what it answers of the group."),
    events: z
      .array(eventCode, { error: 'a list of event codes' })
      .optional()
      .describe(
        'Exactly these events, in this order, since the start or `since`; with client: those of the group there.',
      ),
    contains: someOf(eventCode, 'a list of event codes')
      .optional()
      .describe('These events in this order, possibly with others between them.'),
    since: text("a step's id")
      .optional()
      .describe('With events, contains or popups: counts from the step with this id on.'),
    cluster: text("a cluster's name").optional().describe('With events or contains: only the events of this cluster.'),
    client: text("a client's name")
      .optional()
      .describe('What this client sees: of a group its status or events, or its popups.'),
    popups: z
      .array(text('text'), { error: 'a list of texts' })
      .optional()
      .describe("With client: exactly the texts of that client's popups, since the start or `since`."),
    within: duration.optional().describe('Lets it become true later, up to so much.'),
  },
  'what is expected, such as { group: Group1, state: ONLINE, server: ServerB }',
);

// ---------------------------------------------------------------- steps

const common = {
  at: duration.optional().describe('When, since the beginning. Never goes back.'),
  after: duration.optional().describe('When, since the step before. With neither at nor after: at once.'),
  id: text('a name for this step').optional().describe('A name for this step, for `since`.'),
};
const refusable = {
  ...common,
  refused: flag.optional().describe('true: the step is meant to be refused.'),
};

function step<Name extends string, Value extends z.ZodType>(name: Name, value: Value) {
  return strict({ [name]: value, ...refusable } as Record<Name, Value> & typeof refusable, 'a step');
}

const serverName = text("a server's name");
const groupName = text("a group's name");
const sides = z
  .array(someOf(text('the name of a server, machine, client or witness'), 'a list of names'), {
    error: 'a list of sides, such as [[ServerA], [ServerB, ServerC]]',
  })
  .min(2, { error: 'a list of at least two sides, such as [[ServerA], [ServerB, ServerC]]' });

const linkName = {
  from: text('the name of a server, machine or client').describe('One end.'),
  to: text('the name of a server, machine or client').describe('The other end.'),
  network: text("a network's name").optional().describe('One network between them; all by default.'),
  oneWay: flag.optional().describe('true: only frames from `from` to `to`; both directions by default.'),
};

const resourceOn = (what: string) =>
  z.union(
    [
      text("a resource's name"),
      strict(
        {
          resource: text("a resource's name"),
          on: text("a server's name").optional().describe('Only on this server.'),
        },
        `${what}, or { resource, on }`,
      ),
    ],
    { error: "a resource's name, or { resource, on }" },
  );

const stepSchemas = [
  step('start', text('cluster, or the name of a cluster, server or machine').describe('Power on.')),
  step('shutdown', text('cluster, or the name of a cluster, server or machine').describe('Orderly shutdown.')),
  step('crash', serverName.describe('The server loses power at once.')),
  step('hang', serverName.describe('The server falls silent, but keeps its power and its resources.')),
  step('resume', serverName.describe('A hung server goes on.')),
  step('restart', serverName.describe('Power on again after a crash or a shutdown.')),
  step('return', serverName.describe('Returns a server to the cluster by hand.')),
  step('maintenance', serverName.describe('Sets a server to maintenance mode.')),
  step(
    'startGroup',
    z
      .union([groupName, strict({ group: groupName, on: serverName.optional() }, "a group's name, or { group, on }")], {
        error: "a group's name, or { group, on }",
      })
      .describe('Starts a group by hand, on its highest eligible server or on the one named.'),
  ),
  step('stopGroup', groupName.describe('Stops a group by hand.')),
  step('moveGroup', strict({ group: groupName, to: serverName }, '{ group, to }').describe('Moves a group by hand.')),
  step('failGroup', groupName.describe('An application or service of an active group fails.')),
  step(
    'failResource',
    resourceOn('a resource').describe('Fails at once where active, and at each activation until repaired.'),
  ),
  step('repairResource', resourceOn('a resource').describe('From now on the resource works again.')),
  step('hangResource', resourceOn('a resource').describe('Each activation hangs until its timeout, until repaired.')),
  step(
    'switchLine',
    strict({ resource: text("a line resource's name"), to: serverName }, '{ resource, to }').describe(
      'Switches a line.',
    ),
  ),
  step('partition', sides.describe('Cuts every network between the sides, both ways.')),
  step(
    'heal',
    z
      .union([z.literal('all'), sides, strict(linkName, 'all, two sides, or a link')], {
        error: 'all, two sides such as [[ServerA], [ServerB]], or a link such as { from: ServerA, to: ServerB }',
      })
      .describe('Takes back partitions and link rules: all, between sides, or of one link.'),
  ),
  step(
    'link',
    strict(
      {
        ...linkName,
        loss: probability.optional().describe('Probability that a frame is lost.'),
        delay: writtenDuration(1, 'a duration of at least 1us, such as 100us or 5ms')
          .optional()
          .describe('Time that a frame takes; 100us by default.'),
        jitter: duration.optional().describe('Up to so much more, drawn for each frame.'),
        duplicate: probability.optional().describe('Probability that a frame arrives twice.'),
        corrupt: probability.optional().describe('Probability that a frame arrives damaged and is dropped.'),
      },
      'a link with its rules, such as { from: ServerA, to: ServerB, loss: 0.2 }',
    ).describe('Changes what one link does to frames.'),
  ),
  step('startClient', text("a client's name").describe('Starts a client.')),
  step('stopClient', text("a client's name").describe('Stops a client.')),
  step(
    'watch',
    strict({ client: text("a client's name"), group: groupName }, '{ client, group }').describe(
      'An application on the client starts watching the group.',
    ),
  ),
  step(
    'inject',
    strict(
      {
        on: text('the name of a server, machine or client'),
        function: text("a function's name"),
        error: text("an error's name"),
        times: count(1).optional(),
      },
      '{ on, function, error, times }',
    ).describe('Makes the next calls of a function fail.'),
  ),
  step(
    'call',
    strict(
      {
        on: text('the name of a server, machine or client'),
        api: text("an API's name"),
        function: text("a function's name"),
        args: z
          .record(z.string(), z.unknown(), { error: 'arguments by the names of the parameters' })
          .optional()
          .describe('Arguments by the names of the parameters; what is left out is provided.'),
        result: z
          .union([z.boolean(), z.record(z.string(), z.unknown())], { error: 'true, false, or what is written' })
          .optional()
          .describe('What the call writes, by the names of the parameters, as far as it is expected.'),
        error: text("an error's name").optional().describe('The documented error that it fails with.'),
        kit: oneOf(KITS).optional().describe('The kit that the application was built with.'),
        charset: oneOf(['ansi', 'unicode']).optional().describe('Its characters; ansi.'),
      },
      '{ on, api, function, args, result, error }',
    ).describe('An application calls a function.'),
  ),
  strict({ expect: expectation.describe('What must hold now, or within a time.'), ...common }, 'a step'),
] as const;

// ---------------------------------------------------------------- the scenario

/** The schema of a whole scenario. */
export const scenarioSchema = strict(
  {
    name: text("the scenario's name").min(1, { error: "the scenario's name" }).describe('What the scenario shows.'),
    $schema: text('the address of scenario.schema.json').optional().describe('Where editors find the schema.'),
    schema: z.literal(1, { error: '1' }).optional().describe('The version of this format; 1.'),
    cluster: clusterSchema.optional().describe('The cluster. Several: `clusters`.'),
    clusters: someOf(clusterSchema, 'a list of clusters')
      .optional()
      .describe('Several clusters, in place of `cluster`.'),
    machines: z
      .array(machine, { error: 'a list of machines' })
      .optional()
      .describe('Servers that are registered in no cluster.'),
    clients: z.array(client, { error: 'a list of clients' }).optional().describe('Machines with the cluster client.'),
    steps: z
      .array(z.union(stepSchemas, { error: 'a step, such as { at: 60s, crash: ServerA }' }), {
        error: 'a list of steps',
      })
      .describe('What happens, in order. At one instant actions come first, expectations last.'),
    duration: duration
      .optional()
      .describe('Length of the run; until nothing is pending after the last step by default.'),
  },
  'a scenario: a mapping with name, cluster and steps',
).meta({ title: 'Armada scenario' });

/** A scenario as a user writes it. */
export type ScenarioInput = z.input<typeof scenarioSchema>;
/** A scenario whose structure is right; durations are text, everything else as written. */
export type CheckedScenario = z.output<typeof scenarioSchema>;
/** One step as checked. */
export type CheckedStep = CheckedScenario['steps'][number];
/** What an expectation says, as checked. */
export type CheckedExpectation = z.output<typeof expectation>;

type KeysOfAny<Union> = Union extends unknown ? keyof Union : never;
/** The names of all steps. */
export type StepName = Exclude<KeysOfAny<CheckedStep>, keyof typeof refusable>;
/** The value that a step's name has. */
export type StepValue<Name extends StepName> = Extract<CheckedStep, Record<Name, unknown>>[Name];

/** The names of all steps, in the order of the schema's alternatives. */
export const STEP_NAMES: readonly StepName[] = stepSchemas.map((schema) => Object.keys(schema.shape)[0] as StepName);
/** The keys of an expectation. */
export const EXPECT_KEYS: readonly string[] = Object.keys(expectation.shape);
