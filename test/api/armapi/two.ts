/** A cluster that is run the Ver3.0 compatible way (2.2), and what an application there sees of its events. */
import { type Application, type ApplicationThread, startApplication } from '../../../src/api/application.js';
import { constants3 } from '../../../src/api/arm-server/constants.js';
import { ref } from '../../../src/api/facade/call.js';
import type { Cluster } from '../../../src/cluster/cluster.js';
import type { ClusterInput, ResourceInput } from '../../../src/model/definition.js';

const quick = { activate: '5ms', deactivate: '5ms' } as const;

const resources: ResourceInput[] = [
  { name: 'disk', type: 'swdisk', drive: 'S:', ...quick },
  { name: 'line', type: 'lsw', line: { port: 'COM2', unit: 3, line: 4 }, ...quick },
  { name: 'address', type: 'vip', address: '10.1.2.3', ...quick },
  {
    name: 'printer',
    type: 'printer',
    printer: { name: 'laser', port: 'LPT2:', share: 'share', spool: 'D:\\spool' },
    ...quick,
  },
  { name: 'script', type: 'script', script: { start: 'up.bat', stop: 'down.bat' }, ...quick },
  { name: 'shared', type: 'shdisk', drive: 's1', ...quick },
  { name: 'private', type: 'npdisk', drive: 'n1', ...quick },
];

export const two: ClusterInput = {
  name: 'C',
  servers: ['A', 'B'],
  heartbeat: { interval: '20ms', timeout: '400ms' },
  startupWait: '40s',
  groups: [
    { name: 'A', servers: ['A', 'B'], resources, logicalServices: ['sales', 'stock'] },
    { name: 'B', servers: ['B', 'A'], logicalServices: ['mail'] },
  ],
};

/** `two`, with groups that go back by themselves. */
export const returning: ClusterInput = {
  ...two,
  groups: two.groups!.map((group) => ({ ...group, failback: 'auto' as const })),
};

const codes = new Map<unknown, string>(
  Object.entries(constants3).flatMap(([name, value]) => (name.startsWith('ARM_EVENT_') ? [[value, name]] : [])),
);

/** `DOWN A`, `PRINTER_SWITCHED B printer`. */
export function eventText(code: number, server: string, resource: string): string {
  const name = String(codes.get(code)).replace('ARM_EVENT_', '');
  return `${name} ${server}${resource === '' ? '' : ` ${resource}`}`;
}

/** An application of the kit 3.0 that has initialised the API. */
export async function initialized(cluster: Cluster, machine: string): Promise<Application> {
  const app = startApplication(cluster, machine, { kit: '3.0' });
  if (!(await app.main.armapi.ArmInitializeApi())) throw new Error(app.main.explain());
  return app;
}

export interface Seen {
  readonly ids: number[];
  readonly texts: string[];
  readonly id: number;
}

/** Collects what a watch is called back with. */
export async function watching({ main }: Application, server = '*'): Promise<Seen> {
  const ids: number[] = [];
  const texts: string[] = [];
  const watch = ref();
  const seen = await main.armapi.ArmStartWatchServer(
    server,
    (_watch, param, code, id) => {
      const { szServerName, EventParam } = main.structures3.ARM_EVENT_PARAM.read(param);
      ids.push(id);
      texts.push(eventText(code, szServerName, EventParam.szResourceName));
    },
    watch,
  );
  if (!seen) throw new Error(main.explain());
  return { ids, texts, id: watch.value };
}

/** All that wait for an event object, fetched. */
export async function fetched({ armapi, structures3 }: ApplicationThread, handle: number): Promise<string[]> {
  const [code, id, remain] = [ref(), ref(), ref(1)];
  const param = structures3.ARM_EVENT_PARAM.allocate();
  const texts: string[] = [];
  while (remain.value && (await armapi.ArmGetServerEvent(handle, code, id, param, ref(param.length), remain))) {
    const { szServerName, EventParam } = structures3.ARM_EVENT_PARAM.read(param);
    texts.push(`${id.value} ${eventText(code.value, szServerName, EventParam.szResourceName)}`);
  }
  return texts;
}
