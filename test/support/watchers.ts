/**
 * An application on every server that watches for cluster events through the public facade, from each boot on, and
 * keeps what ArmGetEventInfo gives it.
 */
import { type ApplicationThread, startApplication } from '../../src/api/application.js';
import { constants4 } from '../../src/api/arm-server/constants.js';
import { ARMAPI_VERSION } from '../../src/api/arm-server/versions.js';
import { ref } from '../../src/api/facade/call.js';
import { INFINITE, WAIT_OBJECT_0 } from '../../src/api/facade/win32.js';
import type { Backend } from '../../src/cluster/backend.js';

const codeNames = new Map<number, string>(
  Object.entries(constants4).flatMap(([name, value]) =>
    name.startsWith('ARM_EVENT_') && typeof value === 'number' ? [[value, name.replace('ARM_EVENT_', '')]] : [],
  ),
);

/** Watches until its process ends, and hands each event over as a text: `7 GROUP_FAILOVER_START g1 A > B`. */
async function watchEvents(thread: ApplicationThread, tell: (text: string) => void): Promise<void> {
  const { armapi4, kernel32, structures4 } = thread;
  const must = async (call: Promise<boolean>): Promise<void> => {
    if (!(await call)) throw new Error(thread.explain());
  };
  const handle = ref();
  const event = kernel32.CreateEvent();
  await must(armapi4.ArmInitializeApi(handle, ARMAPI_VERSION['7.0 32bit'], INFINITE));
  await must(armapi4.ArmStartEventWatch(handle.value, event));
  const info = structures4.ARM_EVENT_INFO.allocate();
  while ((await kernel32.WaitForSingleObject(event, INFINITE)) === WAIT_OBJECT_0) {
    const remain = ref(1);
    while (remain.value !== 0) {
      await must(armapi4.ArmGetEventInfo(event, info, ref(info.length), remain));
      const { dwEvent, dwEventId, szSourceName, szSrcServer, szDstServer } = structures4.ARM_EVENT_INFO.read(info);
      const way = [szSrcServer, ...(szDstServer === '' ? [] : ['>', szDstServer])].filter((word) => word !== '');
      tell([dwEventId, codeNames.get(dwEvent), szSourceName, ...way].join(' '));
    }
  }
}

export class Watchers {
  /** What each server's applications were told, over all its boots. */
  readonly told: Readonly<Record<string, string[]>>;
  private readonly boots = new Map<string, number>();

  constructor(
    private readonly backend: Backend,
    servers: readonly string[],
  ) {
    this.told = Object.fromEntries(servers.map((name) => [name, []]));
    const act = backend.act.bind(backend);
    backend.act = async (action, label) => {
      const result = await act(action, label);
      this.follow();
      return result;
    };
  }

  /** Starts an application on each server that has been switched on. */
  private follow(): void {
    for (const name of Object.keys(this.told)) {
      const { power, boots } = this.backend.service(name);
      if (power === 'off' || this.boots.get(name) === boots) continue;
      this.boots.set(name, boots);
      const tell = (text: string): void => {
        this.told[name].push(text);
        // Somebody may wait for that.
        this.backend.reconsider();
      };
      startApplication(this.backend, name).run((thread) => watchEvents(thread, tell));
    }
  }
}
