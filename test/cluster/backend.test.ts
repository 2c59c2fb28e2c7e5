/**
 * What a program that drives the inline backend can rely on: what `until` waits for and says, that time never goes back,
 * what status and trace show, that ending twice is ending once, and what the links have counted.
 */
import { describe, expect, it } from 'vitest';
import type { Backend } from '../../src/cluster/backend.js';
import { type ClusterOptions, open as openCluster } from '../../src/cluster/cluster.js';
import { openWorld } from '../../src/cluster/open.js';
import { defineCluster } from '../../src/model/define.js';
import type { ClusterInput } from '../../src/model/definition.js';
import { micros, NEVER } from '../../src/model/time.js';
import type { LinksLine, TraceLine } from '../../src/model/trace.js';
import { eventsOf, eventText, pass, restOf } from '../support/play.js';

const SECOND = 1_000_000;

const pair: ClusterInput = {
  name: 'CLUSTER1',
  servers: ['S1', 'S2'],
  groups: [{ name: 'G1', servers: ['S1', 'S2'], resources: [{ name: 'r1', type: 'script' }] }],
};

async function open(...inputs: ClusterInput[]): Promise<{ backend: Backend; lines: TraceLine[] }> {
  const clusters = inputs.map((input) => {
    const defined = defineCluster(input);
    if (!defined.ok) throw new Error(JSON.stringify(defined.error));
    return defined.value;
  });
  const backend = await openWorld({ clusters, machines: [], clients: [] }, { seed: 1, scenario: 'test' });
  const lines: TraceLine[] = [];
  backend.trace((line) => lines.push(line));
  return { backend, lines };
}

async function started(...inputs: ClusterInput[]): Promise<{ backend: Backend; lines: TraceLine[] }> {
  const world = await open(...(inputs.length > 0 ? inputs : [pair]));
  for (const { name } of inputs.length > 0 ? inputs : [pair]) await world.backend.act({ type: 'start', target: name });
  await restOf(world.backend);
  return world;
}

describe('until', () => {
  it('time: comes back at just that instant, whatever happens', async () => {
    const { backend } = await started();
    const at = micros(backend.now() + 1_234_567);
    expect(await backend.until({ type: 'time' }, at)).toEqual({ reason: 'limit', at });
    expect(backend.now()).toBe(at);
  });

  it('a condition: comes back at the instant when it comes true, or at the limit', async () => {
    const { backend } = await started();
    await backend.act({ type: 'moveGroup', group: 'G1', to: 'S2' });
    const from = backend.now();
    const holds = (): boolean => {
      const { state, server } = backend.status('CLUSTER1').groups.G1;
      return state === 'ONLINE' && server === 'S2';
    };
    const stop = await backend.until({ type: 'condition', holds }, micros(from + 60 * SECOND));
    expect(stop).toEqual({ reason: 'reached', at: backend.now() });
    expect(backend.now() - from).toBeLessThan(2 * SECOND);
    const never = await backend.until({ type: 'condition', holds: () => false }, micros(from + 60 * SECOND));
    expect(never).toEqual({ reason: 'limit', at: from + 60 * SECOND });
  });

  it('what holds already: comes back at once', async () => {
    const { backend } = await started();
    const at = backend.now();
    expect(await backend.until({ type: 'condition', holds: () => true }, NEVER)).toEqual({ reason: 'reached', at });
    expect(await backend.until({ type: 'quiet' }, NEVER)).toEqual({ reason: 'reached', at });
  });

  it('anything: says so where nothing can happen any more', async () => {
    const { backend } = await open(pair);
    expect(await backend.until({ type: 'condition', holds: () => false }, NEVER)).toMatchObject({
      reason: 'nothing-left',
    });
  });

  it('anything, with a limit beyond all time: waits as one without a limit', async () => {
    const { backend } = await open(pair);
    for (const limit of [micros(NEVER + 9), micros(Infinity)]) {
      expect((await backend.until({ type: 'time' }, limit)).reason).toBe('nothing-left');
    }
  });

  it('quiet: waits for what has happened and is still to be noticed', async () => {
    const { backend } = await started();
    for (const action of [
      { type: 'hang', server: 'S2' },
      { type: 'crash', server: 'S1' },
    ] as const) {
      await backend.act(action);
      await backend.until({ type: 'quiet' }, micros(backend.now() + SECOND));
    }
    await restOf(backend);
  });
});

describe('quiet is not reached', () => {
  it('while servers wait for the others at the start', async () => {
    const { backend } = await open({ ...pair, startupWait: '5m' });
    await backend.act({ type: 'start', target: 'S1' });
    await restOf(backend);
    expect(backend.now()).toBeGreaterThanOrEqual(300 * SECOND);
    expect(backend.status('CLUSTER1').groups.G1).toEqual({ state: 'ONLINE', server: 'S1' });
  });

  it('while a server boots, and while the view is agreed on that it joins', async () => {
    const late = { ...pair, startupWait: '5m', servers: ['S1', { name: 'S2', boot: '200s' }] };
    const { backend } = await started(late);
    expect(backend.status('CLUSTER1').view?.members).toEqual(['S1', 'S2']);
  });

  it('before a server that has handed over has left the view', async () => {
    const { backend } = await started();
    await backend.act({ type: 'maintenance', server: 'S1' });
    await restOf(backend);
    expect(backend.status('CLUSTER1').view?.members).toEqual(['S2']);
    await backend.act({ type: 'maintenance', server: 'S2' });
    await restOf(backend);
    expect(backend.status('CLUSTER1')).toMatchObject({ servers: { S1: ['OFF_CLUSTER'], S2: ['OFF_CLUSTER'] } });
    expect(backend.status('CLUSTER1').view).toBeUndefined();
  });
});

describe('status', () => {
  it('throws for a cluster that nobody has', async () => {
    const { backend } = await open(pair);
    expect(() => backend.status('X')).toThrow(RangeError);
  });

  it('of one of two clusters that share no name knows nothing of the other', async () => {
    const other = { name: 'CLUSTER2', servers: ['T1', 'T2'], groups: [{ name: 'H1', servers: ['T2'] }] };
    const { backend } = await started(pair, other);
    await backend.act({ type: 'crash', server: 'S1' });
    await restOf(backend);
    expect(backend.status('CLUSTER1').groups).toEqual({ G1: { state: 'ONLINE', server: 'S2' } });
    expect(backend.status('CLUSTER2').groups).toEqual({ H1: { state: 'ONLINE', server: 'T2' } });
    expect(backend.status('CLUSTER2').servers).toEqual({ T1: ['CLUSTER'], T2: ['CLUSTER'] });
  });

  it('after the last server is gone is what the machines are', async () => {
    const { backend } = await started();
    await backend.act({ type: 'crash', server: 'S1' });
    await backend.act({ type: 'crash', server: 'S2' });
    const seen = backend.status('CLUSTER1');
    expect(seen.servers).toEqual({ S1: ['DOWN'], S2: ['DOWN'] });
    expect(seen.groups.G1).toEqual({ state: 'OFFLINE', server: '' });
    expect(seen.view).toBeUndefined();
  });
});

describe('the trace', () => {
  it('counts its lines and never goes back in time', async () => {
    const { backend, lines } = await started();
    await backend.act({ type: 'crash', server: 'S1' });
    await restOf(backend);
    await backend.finish(true);
    expect(lines.map(({ seq }) => seq)).toEqual(lines.map((_, index) => index));
    expect(lines.every(({ t }, index) => index === 0 || t >= lines[index - 1].t)).toBe(true);
    expect(lines[0]).toMatchObject({ kind: 'run', scenario: 'test', seed: 1, backend: 'inline' });
  });

  it("takes lines of the caller's own, and ids of steps", async () => {
    const { backend, lines } = await open(pair);
    await backend.act({ type: 'start', target: 'cluster' }, { id: 'first' });
    backend.note({ kind: 'expect', ok: true, text: 'all is well' });
    expect(lines.find(({ kind }) => kind === 'step')).toMatchObject({
      kind: 'step',
      step: 'start',
      target: 'cluster',
      id: 'first',
    });
    expect(lines.at(-1)).toMatchObject({ kind: 'expect', ok: true, text: 'all is well' });
  });

  it('ends once: finishing again writes nothing and says the same', async () => {
    const { backend, lines } = await started();
    const summary = await backend.finish(true);
    const { length } = lines;
    expect(await backend.finish(false)).toEqual(summary);
    expect(lines).toHaveLength(length);
    expect(lines.at(-1)).toMatchObject({ kind: 'end', ok: true, hash: summary.hash });
    await backend.close();
    await backend.close();
  });

  it("ends with the links' accounts, in the order of servers and networks", async () => {
    const { backend, lines } = await started({ ...pair, interconnects: ['lan0', 'lan1'] });
    await backend.act({ type: 'link', from: 'S1', to: 'S2', network: 'lan1', oneWay: true, loss: 1 });
    await pass(backend, 60 * SECOND);
    await backend.finish(true);
    const links = lines.filter((line): line is TraceLine & LinksLine => line.kind === 'links');
    expect(links.map(({ from, to, network }) => `${from}>${to} ${network}`)).toEqual([
      'S1>S2 lan0',
      'S1>S2 lan1',
      'S2>S1 lan0',
      'S2>S1 lan1',
    ]);
    for (const { sent, delivered, dropped } of links) expect(sent - delivered - dropped).toBeLessThanOrEqual(1);
    expect(links.map(({ dropped }) => dropped > 0)).toEqual([false, true, false, false]);
  });
});

describe('a hung server', () => {
  it('keeps what it holds and says nothing; resumed in time it goes on as if nothing had been', async () => {
    const { backend, lines } = await started();
    const before = eventsOf(lines).length;
    await backend.act({ type: 'hang', server: 'S1' });
    await pass(backend, 10 * SECOND);
    await backend.act({ type: 'resume', server: 'S1' });
    await restOf(backend);
    await pass(backend, 120 * SECOND);
    expect(eventsOf(lines)).toHaveLength(before);
    expect(backend.status('CLUSTER1').groups.G1).toEqual({ state: 'ONLINE', server: 'S1' });
  });

  it('resumed too late powers itself off, and no further event is raised', async () => {
    const { backend, lines } = await started();
    await backend.act({ type: 'hang', server: 'S1' });
    await restOf(backend);
    const events = eventsOf(lines).map(eventText);
    expect(events.slice(-4)).toEqual([
      'FAILOVER_START S2',
      'GROUP_FAILOVER_START G1 S1>S2',
      'GROUP_FAILOVER_END G1 S1>S2',
      'FAILOVER_END S2',
    ]);
    await backend.act({ type: 'resume', server: 'S1' });
    await restOf(backend);
    expect(eventsOf(lines).map(eventText)).toEqual(events);
    expect(backend.status('CLUSTER1').servers).toEqual({ S1: ['DOWN', 'FAIL'], S2: ['CLUSTER', 'BACKUP'] });
  });

  it('keeps 64 heartbeats a link and drops the rest as full', async () => {
    const { backend, lines } = await started();
    await backend.act({ type: 'hang', server: 'S2' });
    await pass(backend, 600 * SECOND);
    await backend.act({ type: 'resume', server: 'S2' });
    await backend.finish(true);
    const [there] = lines.filter((line): line is TraceLine & LinksLine => line.kind === 'links');
    expect(there.from).toBe('S1');
    expect(there.dropped).toBeGreaterThan(100);
  });

  it.each(['majority', { ping: 'W' }] as const)(
    'under partition %j is powered off by the watchdog',
    async (partition) => {
      const { backend, lines } = await started({ ...pair, servers: ['S1', 'S2', 'S3'], partition, fence: '20s' });
      await backend.act({ type: 'hang', server: 'S1' });
      await restOf(backend);
      const texts = lines.flatMap((line) => (line.kind === 'warning' ? [line.text] : []));
      expect(texts).toContain('the watchdog of server S1 cuts its power');
      expect(backend.status('CLUSTER1').groups.G1).toEqual({ state: 'ONLINE', server: 'S2' });
    },
  );
});

describe('an option that cannot be', () => {
  const world = { clusters: [], machines: [], clients: [] };

  it.each([
    [{ backend: 'real-time' }, 'the option backend cannot be "real-time": write inline, lockstep or realtime'],
    [{ hang: 'what' }, 'the option hang cannot be "what": write wait or loop'],
    [{ answerMs: 'x' }, 'the option answerMs cannot be "x": write a number of milliseconds above 0'],
    [{ answerMs: 0 }, 'the option answerMs cannot be 0: write a number of milliseconds above 0'],
    [{ answerMs: NaN }, 'the option answerMs cannot be NaN: write a number of milliseconds above 0'],
    [{ answerMs: Infinity }, 'the option answerMs cannot be Infinity: write a number of milliseconds above 0'],
    [{ answerMs: 5n }, 'the option answerMs cannot be 5n: write a number of milliseconds above 0'],
    ...[-1, 1.5, NaN, '7', 2 ** 53, undefined].map((seed): [object, string] => [
      { seed },
      `the option seed cannot be ${typeof seed === 'string' ? `"${seed}"` : seed}: write a whole number from 0 to 9007199254740991`,
    ]),
  ])('%o is refused', async (options, says) => {
    // As a program in JavaScript would write it.
    await expect(openWorld(world, { seed: 1, ...options })).rejects.toThrow(new RangeError(says));
  });
});

describe('clients of a cluster that is opened', () => {
  const vip = { name: 'v', type: 'vip', address: '10.0.1.2' } as const;
  const input: ClusterInput = {
    name: 'C',
    partition: { ping: 'W' },
    servers: ['A', { name: 'B', ip: '10.0.1.1' }],
    groups: [{ name: 'G', servers: ['A', 'B'], resources: [vip] }],
  };
  const own = 'Give each cluster, server, witness and client its own name (capitals make no difference).';
  const named = 'Write 1 to 15 letters, digits, hyphens or underscores (section 5.2.1).';
  const keys = 'name, ip, start, intervalUs, timeoutUs, lanSwitchUs, popups, productVersion';

  it.each([
    [['W'], `clients.0: "W" is the name of the witness. ${own}`],
    [['C'], `clients.0: "C" is the name of the cluster. ${own}`],
    [['a'], `clients.0: "a" is the name of a server. ${own}`],
    [['cluster'], `clients.0: "cluster" is the word for a whole cluster. ${own}`],
    [['K', { name: 'k' }], `clients.1.name: "k" is the name of another client. ${own}`],
    [[''], `clients.0: The name of a client cannot be "". ${named}`],
    [['日本'], `clients.0: The name of a client cannot be "日本". ${named}`],
    [[{}], `clients.0.name: The name of a client is missing. ${named}`],
    [[null], `clients.0: A client cannot be null. Write an object with the keys ${keys}.`],
    [[{ name: 'K', clusters: ['C'] }], `clients.0.clusters: A client has no key "clusters". The keys are ${keys}.`],
    ['K', 'clients: The list of clients cannot be "K". Write a list.'],
    [null, 'clients: The list of clients cannot be null. Write a list.'],
    [
      [{ name: 'K', ip: 'x' }],
      'clients.0.ip: The address of client "K" cannot be "x". Write four numbers from 0 to 255 without leading zeros, e.g. "10.0.0.1".',
    ],
    [
      [
        { name: 'K', ip: '10.0.0.1' },
        { name: 'L', ip: '10.0.1.2' },
      ],
      'clients.0.ip: 10.0.0.1 is already the address of server "A". Give each its own address.\n' +
        'clients.1.ip: 10.0.1.2 is already the address of resource "v". Give each its own address.',
    ],
    [[{ name: 'K', start: 'foo' }], 'clients.0.start: start cannot be "foo". Write one of: "auto", "manual".'],
    [
      [{ name: 'K', popups: 'english', productVersion: '9' }],
      'clients.0.productVersion: productVersion cannot be "9". Write one of: "3.0", "4.0", "4.1", "4.2", "5.0", "6.0", "7.0".',
    ],
    [[{ name: 'K', intervalUs: 'x' }], 'Client K: its interval is x µs, and has to be from 1ms to 24h.'],
  ])('that cannot be, such as %j, are refused', async (clients, says) => {
    // As a program in JavaScript would write them.
    await expect(openCluster(input, { clients } as unknown as ClusterOptions)).rejects.toThrow(new RangeError(says));
  });

  it('get addresses that nobody has', async () => {
    const cluster = await openCluster(input, { clients: ['K', { name: 'L', ip: '10.0.1.3' }, 'M'] });
    const clients = [
      { name: 'K', ip: '10.0.1.4', clusters: ['C'] },
      { name: 'L', ip: '10.0.1.3', clusters: ['C'] },
      { name: 'M', ip: '10.0.1.5', clusters: ['C'] },
    ];
    expect(cluster.backend).toMatchObject({ world: { clients } });
    await cluster.close();
  });
});
