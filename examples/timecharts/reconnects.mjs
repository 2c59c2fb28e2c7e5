/**
 * Does my client reconnect? An application on a client machine, and each of the six time charts of section 6.3 for it to
 * go through.
 *
 *     node examples/timecharts/reconnects.mjs
 *
 * `application` is the application; put your own in its place. `throughChart` runs one chart's scenario and starts the
 * application at the step where the file lets one start to watch.
 */
import { readdirSync } from 'node:fs';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import {
  clientConstants,
  formatDuration,
  loadScenario,
  openWorld,
  ref,
  runScenario,
  startApplication,
} from 'armada-emulator';

const { ARMCLAPI_EVENT_BOOT, ARMCLAPI_EVENT_FAILOVER_END } = clientConstants;
const { ARMCLAPI_GROUP_STATUS_RUNNING, ARMCLAPI_GROUP_STATUS_MISS } = clientConstants;

/**
 * Keeps a connection to the server that runs Group1, as long as there is one.
 *
 * @param {import('armada-emulator').ApplicationThread} thread
 * @param {(text: string) => void} say
 */
export async function application(thread, say) {
  /** @param {import('armada-emulator').ArmCl2} armcl2 */
  const connect = async (armcl2) => {
    const name = new Uint8Array(16);
    // The group may be on its way again: then an event follows.
    if (await armcl2.ArmClientGetComputerName('CLUSTER1', 'Group1', name, ref(name.length)))
      say(`connected to ${thread.text(name)}`);
  };
  /** @type {(eventId: number, watch: number, info: Uint8Array, own: import('armada-emulator').WatchThread) => Promise<void>} */
  const watchFailoverProc = async (_eventId, _watch, info, { armcl2 }) => {
    const { Event: event } = thread.structuresClient.ARMCLAPI_FAILOVER_INFO.read(info);
    if (event === ARMCLAPI_EVENT_BOOT || event === ARMCLAPI_EVENT_FAILOVER_END) await connect(armcl2);
    else say('disconnected');
  };

  const { armcl2 } = thread;
  const handle = await armcl2.ArmClientInitializeApiEx();
  const status = ref();
  if (!(await armcl2.ArmClientStartWatchFailoverEx(handle, 'CLUSTER1', 'Group1', watchFailoverProc, ref(), status)))
    throw new Error(thread.explain());
  // What was there before the watch is told by no event.
  if (status.value === ARMCLAPI_GROUP_STATUS_RUNNING || status.value === ARMCLAPI_GROUP_STATUS_MISS)
    await connect(armcl2);
  else say('nothing to connect to');
}

/**
 * Runs the scenario of a chart with the application on Client1.
 *
 * @param {string} file
 * @param {import('armada-emulator').RunOptions} options
 * @returns {Promise<{ result: import('armada-emulator').ScenarioResult, said: string[], times: import('armada-emulator').Micros[] }>} what the
 *   application said, and when, in microseconds
 */
export async function throughChart(file, options = {}) {
  const loaded = await loadScenario(file);
  if (!loaded.ok) throw new Error(loaded.error.map(({ what }) => what).join('\n'));
  /** @type {string[]} */
  const said = [];
  /** @type {import('armada-emulator').Micros[]} */
  const times = [];
  const result = await runScenario(loaded.value, {
    ...options,
    openBackend: async (world, opening) => {
      const backend = await openWorld(world, opening);
      backend.trace((line) => {
        if (line.kind !== 'step' || line.step !== 'watch') return;
        startApplication(backend, 'Client1', { timeScale: options.timeScale }).run((thread) =>
          application(thread, (text) => {
            said.push(text);
            times.push(backend.now());
          }),
        );
      });
      return backend;
    },
  });
  return { result, said, times };
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const here = fileURLToPath(new URL('.', import.meta.url));
  const charts = readdirSync(here).filter((name) => name.endsWith('.yaml'));
  for (const name of charts.sort()) {
    const { result, said, times } = await throughChart(`${here}${name}`);
    console.log(result.scenario);
    said.forEach((text, index) => console.log(`  ${formatDuration(times[index]).padStart(12)}  ${text}`));
  }
}
