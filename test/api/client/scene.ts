/** Two clusters and a client that knows both, and one way to call the client API in C and in Visual Basic. */
import { afterEach } from 'vitest';
import { type ApplicationThread, startApplication } from '../../../src/api/application.js';
import { VbString } from '../../../src/api/arm-client/vb-strings.js';
import { ref } from '../../../src/api/facade/call.js';
import { decodeText } from '../../../src/api/layout/text.js';
import type { Backend } from '../../../src/cluster/backend.js';
import { openWorld } from '../../../src/cluster/open.js';
import type { WorldDefinition } from '../../../src/cluster/world.js';
import { defineCluster } from '../../../src/model/define.js';
import type { ClusterInput } from '../../../src/model/definition.js';
import { type Duration, micros, NEVER, parseDuration } from '../../../src/model/time.js';

const vip = (name: string, address: string) => ({ name, type: 'vip', address }) as const;

export const first: ClusterInput = {
  name: 'C',
  servers: ['A', { name: 'B', ip: '10.0.0.200' }],
  heartbeat: { interval: '1s', timeout: '10500ms' },
  groups: [
    {
      name: 'G',
      servers: ['B', 'A'],
      resources: [vip('g1', '10.9.0.1'), vip('g2', '10.9.0.200'), { name: 'vc', type: 'vcom', computerName: 'VG' }],
      logicalServices: ['sales', 'stock'],
    },
    { name: 'H', servers: ['A'], resources: [{ name: 'disk', type: 'swdisk' }], logicalServices: ['stock'] },
  ],
};

const second: ClusterInput = {
  name: 'D',
  servers: [
    { name: 'X', ip: '10.0.3.1' },
    { name: 'Y', ip: '10.0.3.2' },
  ],
  groups: [
    {
      name: 'G',
      servers: ['X', 'Y'],
      resources: [vip('d1', '10.9.0.1'), { name: 'dc', type: 'vcom', computerName: 'VD' }],
      logicalServices: ['stock'],
    },
  ],
};

const opened: Backend[] = [];

afterEach(async () => {
  for (const backend of opened.splice(0)) await backend.close();
});

type Client = WorldDefinition['clients'][number];

/** A world in which nothing runs but the client K; closed after the test. */
export async function world(
  clusters: readonly ClusterInput[] = [first, second],
  client: Partial<Client> = {},
  options: { backend?: 'inline' | 'lockstep' | 'realtime' } = {},
): Promise<Backend> {
  const defined = clusters.map((input) => {
    const one = defineCluster(input);
    if (!one.ok) throw new Error(JSON.stringify(one.error));
    return one.value;
  });
  const names = defined.map(({ name }) => name as string);
  const machines = [{ name: 'Lone', ip: '10.0.2.1' }];
  const clients = [{ name: 'K', ip: '10.0.1.1', clusters: names, ...client }];
  const backend = await openWorld({ clusters: defined, machines, clients }, { seed: 1, ...options });
  opened.push(backend);
  return backend;
}

/** The same, with all clusters at rest. */
export async function running(...of: Parameters<typeof world>): Promise<Backend> {
  const backend = await world(...of);
  for (const { name } of of[0] ?? [first, second]) await backend.act({ type: 'start', target: name });
  await rest(backend);
  return backend;
}

export async function rest(backend: Backend): Promise<void> {
  await backend.until({ type: 'quiet' }, NEVER);
}

export async function pass(backend: Backend, time: Duration): Promise<void> {
  await backend.until({ type: 'time' }, micros(backend.now() + (parseDuration(time) ?? 0)));
}

/** What a callback in Visual Basic received, up to its NUL. */
export function receivedText(bytes: Uint8Array): string {
  return decodeText(bytes, 'char', { charset: 'ansi' });
}

export type Language = 'C' | 'Visual Basic';
type Calls = Readonly<Record<string, (...args: unknown[]) => Promise<boolean | number>>>;

/** A thread of an application, and how it speaks to the client API. */
export class Speaker {
  private readonly calls: Calls;

  constructor(
    readonly thread: ApplicationThread,
    readonly language: Language,
  ) {
    this.calls = (language === 'C' ? thread.armcl2 : thread.armcl2vb) as unknown as Calls;
  }

  call(name: string, ...args: readonly unknown[]): Promise<boolean | number> {
    return this.calls[name](...args);
  }

  /** The call succeeds, or the test says why not. */
  async must(name: string, ...args: readonly unknown[]): Promise<boolean | number> {
    const answer = await this.call(name, ...args);
    if (!answer) throw new Error(this.thread.explain());
    return answer;
  }

  /** The error of a call that fails, without its prefix. */
  async errorOf(name: string, ...args: readonly unknown[]): Promise<string> {
    if (await this.call(name, ...args)) return 'none';
    return this.thread.explain().split(': ')[1].replace('ARMCLAPI_ERR_', '');
  }

  /** What a call writes into its last parameter, a variable. */
  async numberOf(name: string, ...args: readonly unknown[]): Promise<number> {
    const value = ref();
    await this.must(name, ...args, value);
    return value.value;
  }

  /** What a call writes into its last parameters: so many buffers, each with its size. */
  async namesOf(count: number, name: string, ...args: readonly unknown[]): Promise<string[]> {
    const places = Array.from({ length: count }, () => ({ buffer: this.buffer(16), size: ref(16) }));
    await this.must(name, ...args, ...places.flatMap(({ buffer, size }) => [buffer, size]));
    return places.map(({ buffer, size }) => this.read(buffer).slice(0, size.value));
  }

  /** What a callback is told by a call whose last parameters are the callback and a number. */
  async listOf(name: string, ...args: readonly unknown[]): Promise<unknown[][]> {
    const told: unknown[][] = [];
    const proc = (...all: unknown[]): number => {
      if (all.pop() !== 7) throw new Error('lParam is not what was given');
      return told.push(all.map((one) => (one instanceof Uint8Array ? receivedText(one) : one)));
    };
    await this.must(name, ...args, proc, 7);
    return told;
  }

  buffer(length: number): Uint8Array | VbString {
    return this.language === 'C' ? new Uint8Array(length) : new VbString(length);
  }

  read(buffer: Uint8Array | VbString): string {
    return buffer instanceof VbString ? buffer.toString() : this.thread.text(buffer);
  }
}

export interface Ready extends Speaker {
  /** Of ArmClientInitializeApiEx. */
  readonly handle: number;
}

/** The main thread of an application that has initialised the API. */
export async function ready(backend: Backend, machine: string, language: Language): Promise<Ready> {
  const speaker = new Speaker(startApplication(backend, machine).main, language);
  const handle = Number(await speaker.must('ArmClientInitializeApiEx'));
  return Object.assign(speaker, { handle });
}
