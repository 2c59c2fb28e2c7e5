/**
 * The synchronised registry when the coordinator is lost in the middle of an update: all servers have it or none does,
 * and "once ordered it completes if any survivor of the next view holds it" (the semantics, Registry). Scenario files
 * have no step for the registry, so these golden scripts are written here; their traces are in registry/.
 *
 * An update is put before B at 20 s. The coordinator A hears of it at 100 us later and orders it, B and C hold it
 * 100 us after that, and another 200 us later everybody knows so and lets it out.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { WorldAction } from '../../src/cluster/actions.js';
import { openWorld } from '../../src/cluster/open.js';
import { WorldBackend } from '../../src/cluster/world-backend.js';
import { micros } from '../../src/model/time.js';
import type { TraceLine } from '../../src/model/trace.js';
import { scenario } from '../../src/scenarios/scenario.js';
import { eventsOf, traceText } from './claims.js';

const KEY = 'HKEY_LOCAL_MACHINE\\SOFTWARE\\App';
const S = 1_000_000;

const { world } = scenario({
  name: 'registry',
  cluster: { name: 'CLUSTER1', servers: ['A', 'B', 'C'] },
  steps: [],
});

interface Case {
  readonly name: string;
  readonly why: string;
  /** What is done when, in microseconds. */
  readonly steps: readonly (readonly [at: number, action: WorldAction])[];
  readonly until: number;
  readonly events: readonly string[];
  /** What is told of a refusal that came later. */
  readonly warnings?: readonly RegExp[];
  /** Who has the key at the end; who is missing here is switched off. */
  readonly has: Readonly<Record<string, boolean>>;
}

const write: WorldAction = { type: 'registry', on: 'B', change: { change: 'createKey', key: KEY } };
const start: WorldAction = { type: 'start', target: 'cluster' };
const crash: WorldAction = { type: 'crash', server: 'A' };
const restart: WorldAction = { type: 'restart', server: 'A' };
const started = ['1 RETURN_TO_CLUSTER A', '2 RETURN_TO_CLUSTER B', '3 RETURN_TO_CLUSTER C'];
const lost = [...started, '4 DOWN A'];

const cases: readonly Case[] = [
  {
    name: 'written',
    why: 'nobody is lost: all have it',
    steps: [
      [0, start],
      [20 * S, write],
    ],
    until: 30 * S,
    events: started,
    has: { A: true, B: true, C: true },
  },
  {
    name: 'lost-before-order',
    why: 'A is lost before it hears of it: ordered by the next coordinator it is refused, for A is missing; none has it',
    steps: [
      [0, start],
      [20 * S, write],
      [20 * S + 50, crash],
    ],
    until: 70 * S,
    events: lost,
    warnings: [/was refused: .*not every registered server is in the cluster/],
    has: { B: false, C: false },
  },
  {
    name: 'lost-after-order',
    why: 'A is lost when B and C are about to hold it: it completes, and A has it before it is a member again',
    steps: [
      [0, start],
      [20 * S, write],
      [20 * S + 150, crash],
      [80 * S, restart],
    ],
    until: 100 * S,
    events: [...lost, '5 RETURN_TO_CLUSTER A'],
    has: { A: true, B: true, C: true },
  },
  {
    name: 'held-by-one',
    why: 'A is lost when B alone holds it, for C has not heard A: it completes, C has it from B',
    steps: [
      [0, start],
      [19 * S, { type: 'link', from: 'A', to: 'C', oneWay: true, loss: 1 }],
      [20 * S, write],
      [20 * S + 250, crash],
    ],
    until: 70 * S,
    events: lost,
    has: { B: true, C: true },
  },
  {
    name: 'held-by-nobody',
    why: 'A has ordered it and is cut off: nobody else holds it, and none has it; nor has A, when it is back',
    steps: [
      [0, start],
      [20 * S, { type: 'partition', sides: [['A'], ['B', 'C']] }],
      [20 * S, { ...write, on: 'A' }],
      [21 * S, crash],
      [60 * S, { type: 'heal', what: 'all' }],
      [80 * S, restart],
    ],
    until: 100 * S,
    events: [...lost, '5 RETURN_TO_CLUSTER A'],
    has: { A: false, B: false, C: false },
  },
  {
    name: 'incomplete-view',
    why: 'A is missing already: refused at once, with no effect',
    steps: [
      [0, start],
      [20 * S, crash],
      [60 * S, write],
    ],
    until: 70 * S,
    events: lost,
    has: { B: false, C: false },
  },
];

const KINDS = ['inline', 'lockstep'] as const;

describe.each(cases)('the registry, $name: $why', ({ name, steps, until, events, warnings, has }) => {
  it.each(KINDS)('on %s does what it claims, and leaves just this trace', async (kind) => {
    const lines: TraceLine[] = [];
    const backend = await openWorld(world, { seed: 1, scenario: `registry, ${name}`, backend: kind });
    backend.trace((line) => lines.push(line));
    for (const [at, action] of steps) {
      await backend.until({ type: 'time' }, micros(at));
      await backend.act(action);
    }
    await backend.until({ type: 'time' }, micros(until));
    expect(keysHeld(backend)).toEqual(has);
    await backend.finish(true);
    await backend.close();
    expect(eventsOf(lines)).toEqual(events);
    const told = lines.flatMap((line) => (line.kind === 'warning' ? [line.text] : []));
    for (const warning of warnings ?? []) expect(told).toContainEqual(expect.stringMatching(warning));
    const file = fileURLToPath(new URL(`registry/${name}.jsonl`, import.meta.url));
    if (kind === 'inline') await expect(traceText(lines)).toMatchFileSnapshot(file);
    else expect(traceText(lines.slice(1))).toBe(readFileSync(file, 'utf8').replace(/^.*\n/, ''));
  });
});

/** Which of the servers that run have the key. */
function keysHeld(backend: unknown): Record<string, boolean> {
  if (!(backend instanceof WorldBackend)) throw new Error('no backend of this emulator');
  const running = backend.slots.filter(({ engine }) => engine !== undefined);
  return Object.fromEntries(
    running.map(({ place, engine }) => {
      const paths = Object.values(engine?.state.registry ?? {}).map(({ path }) => path);
      return [place.name, paths.includes(KEY)];
    }),
  );
}
