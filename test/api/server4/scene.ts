/** A cluster that runs, and threads on it that have initialised Ver4.x. */
import { afterEach } from 'vitest';
import { type ApplicationOptions, type ApplicationThread, startApplication } from '../../../src/api/application.js';
import { ARMAPI_VERSION } from '../../../src/api/arm-server/versions.js';
import { constants4 } from '../../../src/api/arm-server/constants.js';
import { ref } from '../../../src/api/facade/call.js';
import { INFINITE } from '../../../src/api/facade/win32.js';
import { type Cluster, open } from '../../../src/cluster/cluster.js';
import type { ClusterInput } from '../../../src/model/definition.js';

const opened: Cluster[] = [];

afterEach(async () => {
  for (const cluster of opened.splice(0)) await cluster.backend.close();
});

/** A cluster in which nothing runs yet; closed after the test. */
export async function cluster(input: ClusterInput): Promise<Cluster> {
  const one = await open(input);
  opened.push(one);
  return one;
}

export async function running(input: ClusterInput): Promise<Cluster> {
  const one = await cluster(input);
  await one.start();
  await one.until('quiet');
  return one;
}

/** The call succeeds, or the test says why not. */
export async function must(thread: ApplicationThread, call: Promise<boolean>): Promise<void> {
  if (!(await call)) throw new Error(thread.explain());
}

/** The error of a call that fails. */
export async function errorOf(thread: ApplicationThread, call: Promise<boolean>): Promise<string> {
  if (await call) return 'none';
  return thread.explain().split(': ')[1];
}

export interface Ready {
  readonly thread: ApplicationThread;
  /** Of ArmInitializeApi. */
  readonly handle: number;
}

export async function ready(on: Cluster, machine: string, options: ApplicationOptions = {}): Promise<Ready> {
  const { kit = '7.0 32bit' } = options;
  if (kit === '3.0') throw new Error('Ver3.0 has its own.');
  const { main } = startApplication(on, machine, options);
  const handle = ref();
  await must(main, main.armapi4.ArmInitializeApi(handle, ARMAPI_VERSION[kit], INFINITE));
  return { thread: main, handle: handle.value };
}

/** The names of the bits of a server's status. */
export async function statusOf(thread: ApplicationThread, server: string): Promise<string[]> {
  const status = ref();
  if (!(await thread.armapi4.ArmGetServerStatus(server, status))) return [thread.explain().split(': ')[1]];
  return Object.entries(constants4).flatMap(([name, value]) =>
    name.startsWith('ARM_STATUS_') && typeof value === 'number' && (status.value & value) !== 0
      ? [name.replace('ARM_STATUS_', '')]
      : [],
  );
}
