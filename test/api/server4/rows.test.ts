/**
 * The transition table (section 3.3) as applications see it: each row's golden script, with an application on every
 * server that watches through ArmStartEventWatch. Every member is told the same events with the same numbers.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { openWorld } from '../../../src/cluster/open.js';
import type { BackendKind, TraceLine } from '../../../src/model/trace.js';
import { loadScenario } from '../../../src/scenarios/load.js';
import { runScenario } from '../../../src/scenarios/run.js';
import { claimedEvents, eventsOf } from '../../golden/claims.js';
import { Watchers } from '../../support/watchers.js';

const home = fileURLToPath(new URL('../../golden/', import.meta.url));
const scripts = (folder: string): string[] =>
  readdirSync(`${home}${folder}`, { encoding: 'utf8' })
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => `${folder}/${name}`)
    .sort();

/** Plays a script with an application on every server. */
async function played(script: string, backend: BackendKind) {
  const loaded = await loadScenario(home + script);
  if (!loaded.ok) throw new Error(`${script} is no scenario`);
  const [cluster] = loaded.value.world.clusters;
  const servers = cluster.servers.map(({ name }) => name);
  let watchers: Watchers | undefined;
  const result = await runScenario(loaded.value, {
    backend,
    openBackend: async (world, options) => {
      const opened = await openWorld(world, options);
      watchers = new Watchers(opened, servers);
      return opened;
    },
  });
  return { lines: result.lines, told: watchers?.told ?? {}, failures: result.failures };
}

/**
 * The events that were let out in views of which a server was a member. When a whole cluster shuts down, the last
 * GROUP_STOP comes in the instant in which the power goes: no application is left to fetch it.
 */
function forMember(lines: readonly TraceLine[], server: string): string[] {
  const texts: string[] = [];
  const stopped = new Set<string>();
  let members: readonly string[] = [];
  for (const line of lines) {
    if (line.kind === 'view') members = line.members;
    if (line.kind === 'event' && members.includes(server)) texts.push(...eventsOf([line]));
    if (line.kind !== 'server') continue;
    if (line.status[0] !== 'STOPPED') stopped.delete(line.server);
    else if (members.includes(line.server)) stopped.add(line.server);
    if (members.length === 0 || !members.every((name) => stopped.has(name))) continue;
    if (members.includes(server) && texts.at(-1)?.includes('GROUP_STOP')) texts.pop();
    members = [];
  }
  return texts;
}

async function expectToldAll(script: string, backend: BackendKind): Promise<void> {
  const { lines, told, failures } = await played(script, backend);
  expect(failures).toEqual([]);
  const claimed = claimedEvents(readFileSync(home + script, 'utf8'))?.filter((text) => !text.startsWith('View:'));
  expect(eventsOf(lines)).toEqual(claimed);
  for (const [server, texts] of Object.entries(told)) expect(texts, server).toEqual(forMember(lines, server));
}

describe.each(['rows', 'order', 'attributes', 'faults'])('inline: %s', (folder) => {
  test.each(scripts(folder))('%s', (script) => expectToldAll(script, 'inline'));
});

describe('lockstep', () => {
  const three = scripts('rows').filter((name) => name.endsWith('-3.yaml'));
  test.each(three)('%s', (script) => expectToldAll(script, 'lockstep'));
});
