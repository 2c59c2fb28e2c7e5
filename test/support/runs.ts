/**
 * Random clusters and random trouble for fast-check, built so that a counterexample shrinks to something a person can
 * read: everything is drawn flat, and servers, groups and resources are drawn as numbers that are taken modulo how many
 * there are. So leaving a server, a group or a step away leaves the rest a valid run. What fails prints itself as a
 * scenario file; `armada run --seed N FILE` plays it again.
 */
import fc from 'fast-check';
import { Document, isMap, isSeq, visit } from 'yaml';
import type { WorldAction } from '../../src/cluster/actions.js';
import { defineCluster } from '../../src/model/define.js';
import type { ClusterDefinition, ClusterInput, GroupInput, ResourceInput } from '../../src/model/definition.js';
import { formatDuration, micros } from '../../src/model/time.js';

export interface Step {
  readonly atUs: number;
  readonly action: WorldAction;
}

/** A cluster, what is done to it, and the seed of everything random in the network. */
export class Run {
  readonly definition: ClusterDefinition;

  constructor(
    readonly seed: number,
    readonly cluster: ClusterInput,
    readonly steps: readonly Step[],
  ) {
    const defined = defineCluster(cluster);
    if (!defined.ok) throw new Error(`the generator made a bad cluster: ${JSON.stringify(defined.error)}`);
    this.definition = defined.value;
  }

  with(change: { seed?: number; cluster?: Partial<ClusterInput>; steps?: readonly Step[] }): Run {
    const cluster = { ...this.cluster, ...change.cluster };
    return new Run(change.seed ?? this.seed, cluster, change.steps ?? this.steps);
  }

  /** The run as a scenario file. */
  toYaml(): string {
    const steps = this.steps.map(({ atUs, action }) => ({ at: formatDuration(micros(atUs)), ...wordsOf(action) }));
    const document = new Document({ name: `counterexample, seed ${this.seed}`, cluster: this.cluster, steps });
    visit(document, {
      Collection: (_key, node, path) => {
        const holder = path.at(-1);
        if (isMap(node) && isSeq(holder)) node.flow = holderKey(path) !== 'groups';
        else if (isSeq(node)) node.flow = !node.items.some((item) => isMap(item));
        return undefined;
      },
    });
    return document.toString({ lineWidth: 0 });
  }

  [fc.toStringMethod](): string {
    return `\n# armada run --seed ${this.seed} FILE\n${this.toYaml()}`;
  }
}

/** Under which key of the file a list stands. */
function holderKey(path: readonly unknown[]): unknown {
  const pair = path.at(-2) as { readonly key?: { readonly value?: unknown } } | undefined;
  return pair?.key?.value;
}

/** An action as a step of a scenario file. (There is no step for the registry: it stands there for the reader only.) */
function wordsOf(action: WorldAction): Record<string, unknown> {
  switch (action.type) {
    case 'start':
    case 'shutdown':
      return { [action.type]: action.target };
    case 'crash':
    case 'hang':
    case 'resume':
    case 'restart':
    case 'return':
    case 'maintenance':
      return { [action.type]: action.server };
    case 'stopGroup':
    case 'failGroup':
      return { [action.type]: action.group };
    case 'partition':
      return { partition: action.sides };
    case 'heal':
      return { heal: action.what };
    default: {
      const { type, ...words } = action;
      return { [type]: words };
    }
  }
}

// ---------------------------------------------------------------- clusters

const auto = fc.constantFrom('auto' as const, 'manual' as const);
const seldomManual = fc.oneof({ weight: 5, arbitrary: fc.constant('auto' as const) }, { weight: 1, arbitrary: auto });
const TYPES = ['script', 'swdisk', 'lsw', 'vip', 'shdisk'] as const;

const resourceArb = fc.record({
  type: fc.constantFrom(...TYPES),
  activateMs: fc.oneof(fc.constantFrom(1000, 0), fc.nat(3000)),
  deactivateMs: fc.oneof(fc.constantFrom(500, 0), fc.nat(2000)),
  timeoutS: fc.integer({ min: 4, max: 20 }),
  onFailure: fc.constantFrom('degrade' as const, 'failover' as const),
});

const groupArb = fc.record({
  priorities: fc.uniqueArray(fc.nat(15), { minLength: 1, maxLength: 6 }),
  startup: seldomManual,
  failover: seldomManual,
  failback: fc.constantFrom('manual' as const, 'auto' as const),
  exclusion: fc.oneof(
    { weight: 4, arbitrary: fc.constant('none' as const) },
    { weight: 1, arbitrary: fc.constantFrom('normal' as const, 'absolute' as const) },
  ),
  resources: fc.array(resourceArb, { maxLength: 3 }),
});

export type Policy = 'none' | 'majority' | 'ping';

export interface ClusterLimits {
  readonly servers?: number;
  readonly groups?: number;
  readonly policies?: readonly Policy[];
}

const clusterArb = (limits: ClusterLimits) => {
  const { servers = 16, groups = 4, policies = ['none', 'majority', 'ping'] } = limits;
  const few = fc.integer({ min: 1, max: Math.min(4, servers) });
  return fc.record({
    servers: fc.oneof({ weight: 7, arbitrary: few }, { weight: 1, arbitrary: fc.integer({ min: 1, max: servers }) }),
    intervalMs: fc.constantFrom(3000, 1000, 500),
    beats: fc.integer({ min: 3, max: 10 }),
    startupWaitS: fc.integer({ min: 5, max: 60 }),
    autoReturn: fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.boolean() }),
    partition: fc.constantFrom(...policies),
    fenceS: fc.integer({ min: 1, max: 20 }),
    errata: fc.constantFrom('printed' as const, 'corrected' as const),
    parallelGroups: fc.constantFrom(1, 1, 2, 4),
    faultLimit: fc.integer({ min: 0, max: 3 }),
    lines: fc.constantFrom(1, 1, 2),
    bootS: fc.array(fc.oneof(fc.constant(0), fc.nat(20)), { maxLength: 4 }),
    groups: fc.array(groupArb, { maxLength: groups }),
  });
};

type Draft = typeof clusterArb extends (limits: ClusterLimits) => fc.Arbitrary<infer T> ? T : never;

const serverName = (index: number): string => `S${index + 1}`;

function writeCluster(draft: Draft): ClusterInput {
  const names = Array.from({ length: draft.servers }, (_, index) => serverName(index));
  const second = (seconds: number): string => `${seconds}s`;
  return {
    name: 'CLUSTER1',
    heartbeat: {
      interval: formatDuration(micros(draft.intervalMs * 1000)),
      timeout: formatDuration(micros(draft.intervalMs * draft.beats * 1000)),
    },
    startupWait: second(draft.startupWaitS),
    ...(draft.autoReturn ? {} : { autoReturn: false }),
    ...(draft.partition === 'majority' ? { partition: 'majority' as const } : {}),
    ...(draft.partition === 'ping' ? { partition: { ping: 'Witness' } } : {}),
    ...(draft.partition === 'none' ? {} : { fence: second(draft.fenceS) }),
    ...(draft.errata === 'printed' ? {} : { errata: draft.errata }),
    ...(draft.parallelGroups === 1 ? {} : { parallelGroups: draft.parallelGroups }),
    faultLimit: draft.faultLimit,
    ...(draft.lines === 1 ? {} : { interconnects: ['lan0', 'lan1'] }),
    servers: names.map((name, index) => {
      const boot = draft.bootS[index] ?? 0;
      return boot === 0 ? name : { name, boot: second(boot) };
    }),
    groups: draft.groups.map((group, index) => writeGroup(group, index, names)),
  };
}

function writeGroup(draft: Draft['groups'][number], index: number, servers: readonly string[]): GroupInput {
  const chosen = draft.priorities.map((number) => servers[number % servers.length]);
  return {
    name: `G${index + 1}`,
    servers: [...new Set(chosen)],
    ...(draft.startup === 'auto' ? {} : { startup: draft.startup }),
    ...(draft.failover === 'auto' ? {} : { failover: draft.failover }),
    ...(draft.failback === 'manual' ? {} : { failback: draft.failback }),
    ...(draft.exclusion === 'none' ? {} : { exclusion: draft.exclusion }),
    resources: draft.resources.map((resource, item): ResourceInput => ({
      name: `r${index + 1}-${item + 1}`,
      type: resource.type,
      activate: formatDuration(micros(resource.activateMs * 1000)),
      deactivate: formatDuration(micros(resource.deactivateMs * 1000)),
      timeout: `${resource.timeoutS}s`,
      ...(resource.onFailure === 'degrade' ? {} : { onFailure: resource.onFailure }),
    })),
  };
}

// ---------------------------------------------------------------- trouble

/** Any server, group, resource: a number to be taken modulo how many there are. */
const which = fc.nat(15);

const linkArb = fc.record({
  from: which,
  to: which,
  oneWay: fc.boolean(),
  loss: fc.constantFrom(0, 0.2, 0.5, 1),
  delay: fc.constantFrom('100us', '1us', '10ms', '700ms'),
  jitter: fc.constantFrom('0s', '50us', '20ms'),
  duplicate: fc.constantFrom(0, 0.3),
  corrupt: fc.constantFrom(0, 0.1),
});

const plain = <Type extends string>(type: Type) => fc.record({ type: fc.constant(type), a: which, b: which });

const KINDS = {
  power: fc.oneof(
    { weight: 4, arbitrary: plain('crash') },
    { weight: 3, arbitrary: plain('restart') },
    { weight: 1, arbitrary: plain('hang') },
    { weight: 1, arbitrary: plain('resume') },
  ),
  network: fc.oneof(
    { weight: 3, arbitrary: fc.record({ type: fc.constant('partition' as const), side: fc.nat(0x1ffff), a: which }) },
    { weight: 2, arbitrary: plain('heal') },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('link' as const), link: linkArb }) },
  ),
  operator: fc.oneof(
    { weight: 2, arbitrary: plain('shutdownServer') },
    { weight: 1, arbitrary: plain('shutdownCluster') },
    { weight: 1, arbitrary: plain('startCluster') },
    { weight: 1, arbitrary: plain('maintenance') },
    { weight: 1, arbitrary: plain('return') },
    { weight: 1, arbitrary: plain('startGroup') },
    { weight: 1, arbitrary: plain('stopGroup') },
    { weight: 2, arbitrary: plain('moveGroup') },
    { weight: 1, arbitrary: plain('switchLine') },
  ),
  faults: fc.oneof(
    { weight: 2, arbitrary: plain('failGroup') },
    { weight: 1, arbitrary: plain('failResource') },
    { weight: 1, arbitrary: plain('hangResource') },
    { weight: 1, arbitrary: plain('repairResource') },
  ),
  /** Each creates a key of its own in the synchronised registry. */
  registry: plain('registry'),
};

export type TroubleKind = keyof typeof KINDS;
/** All that scenario files can say. */
const ALL_KINDS: readonly TroubleKind[] = ['power', 'network', 'operator', 'faults'];
type Trouble = ReturnType<(typeof KINDS)[TroubleKind]['generate']>['value'];

/** How long after the step before. Shrinks to round times; small numbers bring things close together. */
const waitUs = fc.oneof(
  { withCrossShrink: true },
  { weight: 2, arbitrary: fc.constantFrom(60_000_000, 10_000_000, 1_000_000) },
  { weight: 2, arbitrary: fc.nat(40_000).map((ms) => ms * 1000) },
  { weight: 2, arbitrary: fc.nat(3_000).map((ms) => ms * 1000) },
  { weight: 1, arbitrary: fc.nat(400) },
);

export interface RunLimits extends ClusterLimits {
  readonly steps?: number;
  readonly kinds?: readonly TroubleKind[];
}

/** Random runs. The cluster is started at 0; everything else is drawn. */
export function runArb(limits: RunLimits = {}): fc.Arbitrary<Run> {
  const { steps = 8, kinds = ALL_KINDS } = limits;
  const trouble = fc.oneof(...kinds.map((kind) => KINDS[kind] as fc.Arbitrary<Trouble>));
  return fc
    .record({
      seed: fc.nat(999),
      cluster: clusterArb(limits),
      trouble: fc.array(fc.record({ waitUs, what: trouble }), { maxLength: steps, size: 'max' }),
    })
    .map(({ seed, cluster: draft, trouble: list }) => {
      const cluster = writeCluster(draft);
      let atUs = 0;
      const schedule: Step[] = [{ atUs, action: { type: 'start', target: 'cluster' } }];
      for (const { waitUs: wait, what } of list) {
        atUs += wait;
        const action = actionOf(what, cluster, schedule.length);
        if (action) schedule.push({ atUs, action });
      }
      return new Run(seed, cluster, schedule);
    });
}

/** What is meant by a drawn step in this cluster; undefined where it has nothing of that kind. */
function actionOf(what: Trouble, cluster: ClusterInput, position: number): WorldAction | undefined {
  const server = (number: number): string => serverName(number % cluster.servers.length);
  if (what.type === 'partition') return partitionOf(what.side, cluster);
  if (what.type === 'link') {
    const [from, to] = [server(what.link.from), server(what.link.to)];
    return from === to ? undefined : { type: 'link', ...linkWords(what.link), from, to };
  }
  const { type, a, b } = what;
  switch (type) {
    case 'crash':
    case 'restart':
    case 'hang':
    case 'resume':
    case 'maintenance':
    case 'return':
      return { type, server: server(a) };
    case 'heal':
      return healOf(a, b, cluster);
    case 'shutdownServer':
      return { type: 'shutdown', target: server(a) };
    case 'shutdownCluster':
      return { type: 'shutdown', target: 'cluster' };
    case 'startCluster':
      return { type: 'start', target: 'cluster' };
    case 'registry':
      return { type, on: server(a), change: { change: 'createKey', key: `HKEY_USERS\\k${position}` } };
    default:
      return groupAction(type, a, b, cluster.groups ?? []);
  }
}

function linkWords(link: ReturnType<typeof linkArb.generate>['value']): Omit<WorldAction & { type: 'link' }, 'type'> {
  const words: Partial<typeof link> = { ...link };
  if (!link.oneWay) delete words.oneWay;
  if (link.jitter === '0s') delete words.jitter;
  for (const key of ['loss', 'duplicate', 'corrupt'] as const) if (link[key] === 0) delete words[key];
  return words as unknown as Omit<WorldAction & { type: 'link' }, 'type'>;
}

function partitionOf(side: number, cluster: ClusterInput): WorldAction | undefined {
  const names = cluster.servers.map((_, index) => serverName(index));
  if (typeof cluster.partition === 'object') names.push(cluster.partition.ping);
  const sides = [0, 1].map((bit) => names.filter((_, index) => ((side >> index) & 1) === bit));
  return sides.some((members) => members.length === 0) ? undefined : { type: 'partition', sides };
}

function healOf(a: number, b: number, cluster: ClusterInput): WorldAction {
  const [from, to] = [serverName(a % cluster.servers.length), serverName(b % cluster.servers.length)];
  if (from === to) return { type: 'heal', what: 'all' };
  return { type: 'heal', what: b % 2 === 0 ? [[from], [to]] : { from, to } };
}

type GroupStep = Exclude<Trouble, { readonly type: 'partition' | 'link' }>['type'];

function groupAction(type: GroupStep, a: number, b: number, groups: readonly GroupInput[]): WorldAction | undefined {
  if (groups.length === 0) return undefined;
  const group = groups[a % groups.length];
  const server = group.servers[b % group.servers.length];
  const resource = group.resources?.at(b % Math.max(1, group.resources.length));
  const on = b % 3 === 0 ? { on: server } : {};
  switch (type) {
    case 'startGroup':
      return { type, group: group.name, ...on };
    case 'stopGroup':
    case 'failGroup':
      return { type, group: group.name };
    case 'moveGroup':
      return { type, group: group.name, to: server };
    case 'switchLine': {
      const line = group.resources?.find((item) => item.type === 'lsw');
      return line && { type, resource: line.name, to: server };
    }
    case 'failResource':
    case 'hangResource':
    case 'repairResource':
      return resource && { type, resource: resource.name, ...on };
    default:
      return undefined;
  }
}
