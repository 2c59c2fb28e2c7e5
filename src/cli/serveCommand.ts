/**
 * `armada serve`: runs the cluster of a scenario in real time, and offers its management API (MS-CMRP) on ports of this
 * machine until it is told to stop. Exit status: 0 it was told to stop, 1 the emulated cluster broke, 2 nothing was
 * served.
 *
 * All servers of the cluster are started at once; the steps of the scenario are not done, since whoever is connected decides what
 * happens. With an account only who knows its password is let in; the password comes from the environment, since
 * everybody on a machine may read command lines.
 */
import { Clusapi } from '../api/clusapi/clusapi.js';
import { CLUSAPI_UUID, CLUSAPI_VERSIONS } from '../api/clusapi/idl/methods.js';
import { endpointMapper, type Registration } from '../api/clusapi/rpc/epmap.js';
import type { RpcInterface } from '../api/clusapi/rpc/interface.js';
import type { SecurityProvider } from '../api/clusapi/rpc/security/guard.js';
import { accountSecurity } from '../api/clusapi/rpc/security/provider.js';
import { type ListenOptions, RpcServer } from '../api/clusapi/rpc/server.js';
import type { Backend } from '../cluster/backend.js';
import { openWorld } from '../cluster/open.js';
import type { ClusterDefinition } from '../model/definition.js';
import { NEVER } from '../model/time.js';
import { printable } from '../report/plain.js';
import { isOnPurpose, type OpenBackend } from '../scenarios/run.js';
import type { Scenario } from '../scenarios/scenario.js';
import { loadFiles, scaleAll } from './files.js';
import { Printer } from './printer.js';
import type { Terminal } from './terminal.js';

/** The options of `armada serve`, as commander reads them. */
export interface ServeFlags {
  /** The port of the API; 0 takes any free one. */
  readonly clusapi: number;
  /** The port of the endpoint mapper; undefined for none. */
  readonly epmap?: number;
  /** Which cluster, where the scenario has several. */
  readonly cluster?: string;
  /** The user that callers have to be; undefined lets everybody in. */
  readonly account?: string;
  /** Whether callers without credentials are let in beside the account. */
  readonly anonymous?: boolean;
  readonly seed: number;
  readonly timeScale?: number;
}

/** How `armada serve` is told to stop, and opens its backend: for tests. */
export interface ServeHooks {
  /** Resolves with the reason when it is time to stop. */
  readonly stopped?: () => Promise<string>;
  readonly open?: OpenBackend;
}

const CLIENT_ERRORS_MAX = 100;
/** The environment variable with the account's password. */
const PASSWORD = 'ARMADA_PASSWORD';

/** Serves until stopped; answers the exit status. */
export async function serveCommand(
  file: string,
  flags: ServeFlags,
  terminal: Terminal,
  { stopped = signalled, open = openWorld }: ServeHooks = {},
): Promise<number> {
  if (!isGuardable(flags, terminal)) return 2;
  const scenario = await prepare(file, flags, terminal);
  const definition = scenario && chosen(scenario, flags, terminal);
  if (!definition) return 2;
  const { seed } = flags;
  let backend;
  try {
    backend = await open(scenario.world, { seed, backend: 'realtime', scenario: scenario.name });
  } catch (error) {
    if (!isOnPurpose(error)) throw error;
    terminal.err(`armada: ${printable(error.message)}\n`);
    return 1;
  }
  show(backend, scenario, terminal);
  try {
    return await serve(backend, definition, flags, terminal, stopped);
  } finally {
    await backend.close();
  }
}

/** Whether an account that was asked for has a name and a password. */
function isGuardable({ account }: ServeFlags, terminal: Terminal): boolean {
  if (account === undefined) return true;
  const lacks = account === '' ? 'a name' : `its password in the environment variable ${PASSWORD}`;
  const isWhole = account !== '' && (process.env[PASSWORD] ?? '') !== '';
  if (!isWhole) terminal.err(`armada: --account needs ${lacks}\n`);
  return isWhole;
}

/** Who may call; undefined for everybody. */
function guardOf({ account, anonymous }: ServeFlags): SecurityProvider | undefined {
  if (account === undefined) return undefined;
  return accountSecurity({ user: account, password: process.env[PASSWORD] ?? '' }, { anonymous });
}

async function prepare(file: string, { timeScale }: ServeFlags, terminal: Terminal): Promise<Scenario | undefined> {
  const loaded = await loadFiles([file], terminal);
  const scaled = timeScale === undefined || loaded.bad > 0 ? loaded : scaleAll(loaded.scenarios, timeScale, terminal);
  return scaled.bad > 0 ? undefined : scaled.scenarios[0];
}

function chosen({ world }: Scenario, { cluster }: ServeFlags, terminal: Terminal): ClusterDefinition | undefined {
  const names = world.clusters.map(({ name }) => name as string);
  const found = world.clusters[cluster === undefined && names.length === 1 ? 0 : names.indexOf(cluster ?? '')];
  if (!found) terminal.err(`armada: name one of its clusters with --cluster: ${printable(names.join(', '))}\n`);
  return found;
}

/** Prints what happens as it happens. */
function show(backend: Backend, { world }: Scenario, terminal: Terminal): void {
  const printer = new Printer(terminal, world.clusters.length);
  backend.trace((line) => {
    printer.line(line);
    setImmediate(() => printer.flush());
  });
}

async function serve(
  backend: Backend,
  definition: ClusterDefinition,
  flags: ServeFlags,
  terminal: Terminal,
  stopped: () => Promise<string>,
): Promise<number> {
  const api = new Clusapi(backend, definition.name);
  const servers: RpcServer[] = [];
  try {
    await openPorts(api, definition, flags, terminal, servers);
  } catch (error) {
    terminal.err(`armada: ${printable(error instanceof Error ? error.message : String(error))}\n`);
    for (const server of servers) await server.close();
    return 2;
  }
  await backend.act({ type: 'start', target: definition.name });
  // A wait for what never comes ends only where the emulated cluster breaks.
  const broken = backend
    .until({ type: 'condition', holds: () => false }, NEVER)
    .then(() => new Promise<never>(() => undefined));
  const reason = await Promise.race([stopped(), broken]).catch((error: unknown) => error);
  for (const server of servers) await server.close();
  api.close();
  if (typeof reason !== 'string') {
    terminal.err(`armada: ${printable(reason instanceof Error ? reason.message : String(reason))}\n`);
    return 1;
  }
  await backend.finish(true);
  terminal.out(`stopped: ${reason}\n`);
  return 0;
}

async function openPorts(
  api: Clusapi,
  definition: ClusterDefinition,
  flags: ServeFlags,
  terminal: Terminal,
  servers: RpcServer[],
): Promise<void> {
  let told = 0;
  const log = (line: string): void => {
    told += 1;
    if (told <= CLIENT_ERRORS_MAX) terminal.err(`clusapi: ${printable(line)}\n`);
  };
  const closed = (because: string): void => {
    log(`connection closed: ${because}`);
  };
  const face = api.interface((method, error) => log(`a bug in armada: ${method}: ${String(error)}`));
  const server = await listen('--clusapi', [face], { port: flags.clusapi, security: guardOf(flags), log: closed });
  servers.push(server);
  terminal.out(`cluster ${printable(definition.name)} at ncacn_ip_tcp:127.0.0.1[${server.port}]\n`);
  if (flags.epmap === undefined) return;
  const registered = CLUSAPI_VERSIONS.map((major): Registration => ({
    interface: { uuid: CLUSAPI_UUID, major, minor: 0 },
    port: server.port,
    annotation: 'cluster management',
  }));
  const mapper = await listen('--epmap', [endpointMapper(() => registered)], { port: flags.epmap, log: closed });
  servers.push(mapper);
  terminal.out(`endpoint mapper at ncacn_ip_tcp:127.0.0.1[${mapper.port}]\n`);
}

/** Opens a port; where that fails, the error names the option and says what would be right. */
async function listen(option: string, interfaces: RpcInterface[], options: ListenOptions): Promise<RpcServer> {
  try {
    return await RpcServer.listen(interfaces, options);
  } catch (error) {
    throw new Error(`${option} ${options.port}: ${portProblem(error)}`, { cause: error });
  }
}

function portProblem(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return 'another program has this port; choose another one, or 0 for any that is free';
  if (code === 'EACCES') return 'this port may not be opened; choose one above 1023, or 0 for any that is free';
  return message;
}

/** Ctrl-C, or the signal that ends services. */
function signalled(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(signal));
  });
}
