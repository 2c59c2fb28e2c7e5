/** The sample applications of the client API do the same on every backend: they follow their group. */
import { expect, test } from 'vitest';
import { startApplication } from '../../src/api/application.js';
import { type Cluster, open } from '../../src/cluster/cluster.js';
// The samples import the package by its name, as a user does: that is what is in dist/.
import { ClientProgram } from '../../examples/client-c-style.mjs';
import { Module1 } from '../../examples/client-vb-style.mjs';

type Say = (text: string) => void;
interface Program {
  begin(): Promise<unknown>;
  end(): Promise<unknown>;
}

const programs: Readonly<Record<string, (cluster: Cluster, say: Say) => Program>> = {
  C: (cluster, say) => {
    const program = new ClientProgram(startApplication(cluster, 'Client1').main as never, say);
    return { begin: () => program.initialize('C', 'Database'), end: () => program.terminate() };
  },
  'Visual Basic': (cluster, say) => {
    const module = new Module1(startApplication(cluster, 'Client1').main as never, say);
    return { begin: () => module.clientInitialize('C', 'Database'), end: () => module.clientTerminate() };
  },
};

const disk = { name: 'disk', type: 'swdisk', activate: '20ms', deactivate: '20ms' } as const;
const cases = Object.keys(programs).flatMap((language) =>
  (['inline', 'lockstep', 'realtime'] as const).map((backend) => ({ language, backend })),
);

test.each(cases)('$language on $backend', async ({ language, backend }) => {
  const c = await open(
    {
      name: 'C',
      heartbeat: { interval: '40ms', timeout: '1s' },
      startupWait: '20s',
      servers: ['ServerA', { name: 'ServerB', ip: '10.0.0.200' }],
      groups: [{ name: 'Database', servers: ['ServerA', 'ServerB'], resources: [disk] }],
    },
    { backend, clients: ['Client1'] },
  );
  const said: string[] = [];
  const say = (text: string): void => {
    said.push(text);
    c.backend.reconsider();
  };
  const connections = (): number => said.filter((text) => text.startsWith('connects')).length;
  const program = programs[language](c, say);
  await c.start();
  await c.until({ group: 'Database', state: 'ONLINE' });
  const look = (): unknown => c.backend.client('Client1')?.look(0).groups[0].status;
  await c.until(() => look() === 'RUNNING');
  expect(await program.begin()).toBeTruthy();
  expect(connections()).toBe(1);
  await c.crash('ServerA');
  await c.until(() => connections() === 2);
  await c.stopGroup('Database');
  await c.until(() => said.filter((text) => text.startsWith('disconnects')).length === 2);
  await c.startGroup('Database');
  await c.until(() => connections() === 3);
  await program.end();
  const greeting = language === 'C' ? [] : ['groups: Database', 'Database runs on ServerA'];
  expect(said).toEqual([
    ...greeting,
    'connects to server 10.0.0.1',
    'disconnects from the server',
    'connects to server 10.0.0.200',
    'disconnects from the server',
    'connects to server 10.0.0.200',
    'disconnects from the server',
  ]);
  await c.close();
});

test('a sample that cannot watch its group says why', async () => {
  const c = await open({ name: 'C', servers: ['ServerA'] }, { clients: ['Client1'] });
  const said: string[] = [];
  const say = (text: string): void => {
    said.push(text);
  };
  expect(await new ClientProgram(startApplication(c, 'Client1').main as never, say).initialize('C', 'none')).toBe(
    false,
  );
  expect(await new Module1(startApplication(c, 'Client1').main as never, say).clientInitialize('X', 'none')).toBe(0);
  expect(said).toEqual([
    'ArmClientStartWatchFailoverEx failed 20000071',
    'ArmClientEnumGroup: failed 20000075',
    'groups: ',
    'ArmClientStartWatchFailoverEx: failed 20000075',
  ]);
  await c.close();
});
