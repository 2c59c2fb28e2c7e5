/** The sample application of examples/event-watcher.mjs does the same on every backend. */
import { expect, test } from 'vitest';
import { startApplication } from '../../src/api/application.js';
import { open } from '../../src/cluster/cluster.js';
// The sample imports the package by its name, as a user does: that is what is in dist/.
import { eventWatcher } from '../../examples/event-watcher.mjs';

const group = (name: string) => ({
  name,
  servers: ['ServerA', 'ServerB'],
  resources: [{ name: `${name}-ip`, type: 'vip', address: '10.0.0.9', activate: '20ms' } as const],
});

test.each(['inline', 'lockstep', 'realtime'] as const)('on %s', async (backend) => {
  const c = await open(
    {
      name: 'C',
      heartbeat: { interval: '40ms', timeout: '1s' },
      startupWait: '20s',
      servers: ['ServerA', 'ServerB'],
      groups: [group('Database')],
    },
    { backend },
  );
  await c.start();
  await c.until({ group: 'Database', state: 'ONLINE' });
  const said: string[] = [];
  const say = (text: string): void => {
    said.push(text);
    c.backend.reconsider();
  };
  const application = startApplication(c, 'ServerB');
  const watching = application.run((thread) => eventWatcher(thread as never, 'ServerB', say));
  await c.until(() => said.length > 0);
  await c.advance('100ms');
  await c.crash('ServerA');
  if (backend === 'realtime') await c.until(() => said.some((text) => text.includes('ARM_EVENT_FAILOVER_END')));
  // In real time nobody waits for the minute without an event that ends it.
  else expect(await watching).toEqual(['Database']);
  expect(said.filter((text) => !text.includes('GROUP_STOP')).map((text) => text.replace(/^\d+ /, ''))).toEqual([
    'Database runs on ServerA',
    'ARM_EVENT_DOWN ServerA',
    'ARM_EVENT_FAILOVER_START ServerB',
    'ARM_EVENT_GROUP_FAILOVER_START Database',
    'ARM_EVENT_GROUP_FAILOVER_END Database',
    'Database has come to ServerB: its work starts here',
    'ARM_EVENT_FAILOVER_END ServerB',
  ]);
  await c.close();
});
