/**
 * One documented way to fail: which function answers FALSE with which error, for what reason, and how to come there.
 *
 * A case is data with a course of events: the runner (`conformance.test.ts`) gives it a scene, lets it reproduce its
 * failure through the public facade on a running cluster, and asserts the answer, GetLastError and the reason. The set
 * of cases must be the set of pairs in the tables (`pairs.ts`).
 */
import { type Application, type ApplicationOptions, type ApplicationThread } from '../../src/api/application.js';
import { startApplication } from '../../src/api/application.js';
import type { ArmApi4 } from '../../src/api/arm-server/armapi4.js';
import { ARMAPI_VERSION } from '../../src/api/arm-server/versions.js';
import { ref } from '../../src/api/facade/call.js';
import { injectFault } from '../../src/api/facade/faults.js';
import type { Backend } from '../../src/cluster/backend.js';
import { type Cluster, open } from '../../src/cluster/cluster.js';
import { openWorld } from '../../src/cluster/open.js';
import type { WorldDefinition } from '../../src/cluster/world.js';
import { defineCluster } from '../../src/model/define.js';
import type { ClusterInput } from '../../src/model/definition.js';
import { NEVER } from '../../src/model/time.js';

/**
 * The 16 functions of Ver4.x, the 19 of Ver3.0, and the 7 of the registry, whose cases are run once through each of
 * the two; beside them the 33 of the client API for C and the 26 for Visual Basic.
 */
type ServerVia = 'server4' | 'server3';
/** The client API for C, and for Visual Basic. */
export type ClientVia = 'client' | 'vb';
/** The API that a case is reproduced through. */
export type Via = ServerVia | ClientVia;
export type ConformanceApi = Via | 'registry';

export interface Case {
  readonly api: ConformanceApi;
  readonly function: string;
  readonly error: string;
  /** What the reason says (`explain`), without the call and the error. */
  readonly because: RegExp;
  /** The name that the reason gives the error, where it is another of the same value. */
  readonly explainedAs?: string;
  /** Goes as far as the failing call, and answers what it answered and in which thread. */
  reproduce(scene: Scene): Promise<Reproduced>;
}

export interface Reproduced {
  readonly thread: ApplicationThread;
  /** FALSE, or for Visual Basic and for a handle 0. */
  readonly answer: boolean | number;
}

/** The functions of the registry, as both APIs have them. */
export type RegistryCalls = Pick<ArmApi4, Extract<keyof ArmApi4, `ArmReg${string}`>>;

/** How an API is come by. */
interface Entrance {
  readonly options: ApplicationOptions;
  initialize(thread: ApplicationThread): Promise<boolean>;
  registry(thread: ApplicationThread): RegistryCalls;
}

/** The APIs that are there: one line for each. */
const entrances: Readonly<Record<ServerVia, Entrance>> = {
  server4: {
    options: { kit: '7.0 32bit' },
    initialize: ({ armapi4 }) => armapi4.ArmInitializeApi(ref(), ARMAPI_VERSION['7.0 32bit'], 0),
    registry: ({ armapi4 }) => armapi4,
  },
  server3: {
    options: { kit: '3.0' },
    initialize: ({ armapi }) => armapi.ArmInitializeApi(),
    registry: ({ armapi }) => armapi,
  },
};

/** Two servers, a group for each, and something of every kind that can be asked for. */
const twoServers: ClusterInput = {
  name: 'C',
  servers: ['A', 'B'],
  groups: [
    {
      name: 'G',
      servers: ['A', 'B'],
      resources: [{ name: 'disk', type: 'swdisk', drive: 'S:' }],
      logicalServices: ['service'],
      registryKeys: ['HKEY_LOCAL_MACHINE\\SOFTWARE\\App'],
    },
    { name: 'H', servers: ['B', 'A'] },
  ],
};

/** What a client can ask for, besides. */
const withNames: ClusterInput['groups'] = [
  {
    name: 'G',
    servers: ['A', 'B'],
    resources: [
      { name: 'address', type: 'vip', address: '10.1.2.3' },
      { name: 'computer', type: 'vcom', computerName: 'VCOM' },
    ],
    logicalServices: ['service'],
  },
];

/** What a case may use; whatever it opens is closed by the runner. */
export class Scene {
  private readonly opened: (() => Promise<unknown>)[] = [];

  /** @param via the API to go through: both in turn for a case of the registry */
  constructor(readonly via: Via) {}

  /** A cluster in which nothing runs yet. */
  async cluster(input: Partial<ClusterInput> = {}): Promise<Cluster> {
    const cluster = await open({ ...twoServers, ...input });
    this.opened.push(() => cluster.close());
    return cluster;
  }

  /** A cluster that runs, at rest: `twoServers` with those changes. */
  async running(input: Partial<ClusterInput> = {}): Promise<Cluster> {
    const cluster = await this.cluster(input);
    await cluster.start();
    await cluster.until('quiet');
    return cluster;
  }

  /** Any world: several clusters, and machines that belong to none. */
  async world(world: Partial<WorldDefinition>): Promise<Backend> {
    const backend = await openWorld({ clusters: [], machines: [], clients: [], ...world }, { seed: 1 });
    this.opened.push(() => backend.close());
    return backend;
  }

  /** A world with one machine, `Lone`, that is registered in no cluster. */
  lone(): Promise<Backend> {
    return this.world({ machines: [{ name: 'Lone', ip: '10.0.2.1' }] });
  }

  /** A world with the cluster C and its client K, in which nothing runs yet. */
  clients(input: Partial<ClusterInput> = {}, productVersion = '7.0'): Promise<Backend> {
    const cluster = defineCluster({ ...twoServers, groups: withNames, ...input });
    if (!cluster.ok) throw new Error(JSON.stringify(cluster.error));
    const client = { name: 'K', ip: '10.0.1.1', clusters: ['C'], productVersion };
    return this.world({ clusters: [cluster.value], clients: [client] });
  }

  /** The same, with the cluster at rest. */
  async runningClients(input: Partial<ClusterInput> = {}, productVersion?: string): Promise<Backend> {
    const backend = await this.clients(input, productVersion);
    await backend.act({ type: 'start', target: 'C' });
    await backend.until({ type: 'quiet' }, NEVER);
    return backend;
  }

  /** An application that has not called anything yet. */
  application(on: Cluster | Backend, machine: string, options: ApplicationOptions = {}): Application {
    const own = this.via === 'client' || this.via === 'vb' ? {} : this.entrance.options;
    return startApplication(on, machine, { ...own, ...options });
  }

  /** The main thread of an application that has initialised the API. */
  async thread(on: Cluster | Backend, machine: string, options: ApplicationOptions = {}): Promise<ApplicationThread> {
    const { main } = this.application(on, machine, options);
    if (!(await this.entrance.initialize(main))) throw new Error(main.explain());
    return main;
  }

  /** The registry's functions of the API gone through. */
  registry(thread: ApplicationThread): RegistryCalls {
    return this.entrance.registry(thread);
  }

  /** The next call of that function on that machine fails. */
  fault(on: Cluster | Backend, machine: string, name: string, error: string): void {
    injectFault('backend' in on ? on.backend : on, { on: machine, function: name, error });
  }

  async close(): Promise<void> {
    for (const closes of this.opened.splice(0).reverse()) await closes();
  }

  private get entrance(): Entrance {
    if (this.via === 'client' || this.via === 'vb') throw new Error('The client API has its own.');
    return entrances[this.via];
  }
}
