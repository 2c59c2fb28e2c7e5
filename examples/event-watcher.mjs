/**
 * An application on a cluster server, as one was written against the server API Ver4.x: it initialises the API, looks
 * around, watches for cluster events, reacts when a failover group comes to its server, and ends.
 *
 *     node examples/event-watcher.mjs
 *
 * `eventWatcher` is the application; `main` is what a test does with it: it runs a cluster, starts the application on
 * ServerB, and crashes ServerA.
 */
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { ARMAPI_VERSION, WAIT_OBJECT_0, constants4, open, ref, startApplication } from 'armada-emulator';

/**
 * Names of events by their codes.
 *
 * @type {Map<unknown, string>}
 */
const eventNames = new Map(
  Object.entries(constants4).flatMap(([name, code]) => (name.startsWith('ARM_EVENT_') ? [[code, name]] : [])),
);

/**
 * Watches until nothing has happened for a minute; answers the groups that came to this server.
 *
 * @param {import('armada-emulator').ApplicationThread} thread
 * @param {string} self the server it runs on
 * @param {(text: string) => void} say
 */
export async function eventWatcher(thread, self, say) {
  const { armapi4, kernel32, structures4 } = thread;
  /** @param {boolean} answered */
  const must = (answered) => {
    if (!answered) throw new Error(thread.explain());
  };

  const handle = ref();
  must(await armapi4.ArmInitializeApi(handle, ARMAPI_VERSION['7.0 32bit'], 60));

  /** @type {string[]} */
  const groups = [];
  const noteGroup = (/** @type {string} */ group) => groups.push(group) > 0;
  must(await armapi4.ArmEnumGroup(null, noteGroup, 0));
  for (const group of groups) {
    const status = structures4.ARM_GROUP_STATUS.allocate();
    must(await armapi4.ArmGetGroupStatus(group, status));
    say(`${group} runs on ${structures4.ARM_GROUP_STATUS.read(status).szCurrentServer}`);
  }

  const event = kernel32.CreateEvent();
  must(await armapi4.ArmStartEventWatch(handle.value, event));
  /** @type {string[]} */
  const arrived = [];
  while ((await kernel32.WaitForSingleObject(event, 60_000)) === WAIT_OBJECT_0) {
    const remain = ref(constants4.TRUE);
    while (remain.value === constants4.TRUE) {
      const buffer = structures4.ARM_EVENT_INFO.allocate();
      must(await armapi4.ArmGetEventInfo(event, buffer, ref(buffer.length), remain));
      const { dwEvent, dwEventId, szSourceName, szDstServer } = structures4.ARM_EVENT_INFO.read(buffer);
      say(`${dwEventId} ${eventNames.get(dwEvent)} ${szSourceName}`.trim());
      if (dwEvent === constants4.ARM_EVENT_GROUP_FAILOVER_END && szDstServer === self) {
        arrived.push(szSourceName);
        say(`${szSourceName} has come to ${self}: its work starts here`);
      }
    }
  }
  must(await armapi4.ArmTerminateApi(handle.value));
  return arrived;
}

/**
 * Runs a cluster with the application on ServerB, and takes ServerA's power away.
 *
 * @param {Partial<import('armada-emulator').OpenOptions>} options which backend
 * @param {(text: string) => void} say
 */
export async function main(options = {}, say = console.log) {
  const group = (/** @type {string} */ name) => ({ name, servers: ['ServerA', 'ServerB'] });
  const servers = ['ServerA', 'ServerB'];
  const cluster = await open({ name: 'CLUSTER1', servers, groups: [group('Database'), group('Web')] }, options);
  try {
    await cluster.start();
    await cluster.until(({ groups }) => Object.values(groups).every(({ state }) => state === 'ONLINE'));
    const application = startApplication(cluster, 'ServerB');
    const watching = application.run((thread) => eventWatcher(thread, 'ServerB', say));
    await cluster.advance('10s');
    await cluster.crash('ServerA');
    return await watching;
  } finally {
    await cluster.close();
  }
}

if (argv[1] === fileURLToPath(import.meta.url)) await main();
