/**
 * The entry of a client machine's thread in real time: it takes in what servers have told, lets its clock run where that is
 * due, tells the main thread what came of it, and sleeps.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { Client, type ClientBoot, type ClientInput } from '../../client/client.js';
import type { Micros } from '../../model/time.js';
import { Kind, type Line, LineEnd } from '../channel.js';
import { type ClientRecord, type ClientStanding, clientStanding, recordingClientEffects } from '../client/effects.js';
import { sayFailed, sendUp } from '../serving.js';
import { fromBytes, toBytes } from '../wire.js';
import { RealClock } from './clock.js';

/** It never sleeps longer than this, in milliseconds. */
const SLEEP_MS_MAX = 1000;

/** What a client's thread is started with. */
export interface RealtimeClientBoot {
  readonly line: Line;
  readonly originNs: bigint;
  readonly client: ClientBoot;
}

/** What came of a pass of the loop. */
export interface ClientReport {
  readonly at: Micros;
  /** How many inputs it has taken in so far. */
  readonly taken: number;
  readonly records: readonly ClientRecord[];
  readonly standing: ClientStanding;
}

/** Its event loop sleeps where no bell is heard. */
function wakeMain(): void {
  parentPort?.postMessage(0);
}

function serve({ line, originNs, client: boot }: RealtimeClientBoot): never {
  const clock = new RealClock(originNs);
  const end = LineEnd.server(line, wakeMain);
  let records: ClientRecord[] = [];
  const out = recordingClientEffects((record) => records.push(record));
  const client = new Client({ ...boot, now: clock.now() });
  let revision = -1;
  let taken = 0;
  const takeIn = (): boolean =>
    end.drain((_kind, _ends, _network, _stamp, bytes) => {
      taken += 1;
      client.step({ ...(fromBytes(bytes as Uint8Array) as ClientInput), now: clock.now() }, out);
    }) > 0;
  const report = (): void => {
    const standing = clientStanding(client, boot.clusters.length, revision);
    revision = client.revision;
    const said: ClientReport = { at: clock.now(), taken, records, standing };
    records = [];
    sendUp(end, Kind.DONE, toBytes(said), 0);
  };
  for (;;) {
    takeIn();
    const now = clock.now();
    if (client.nextDeadline() <= now) client.step({ type: 'tick', now }, out);
    report();
    const { own } = end;
    const seen = own.read();
    own.prepare();
    // What was published before the flag was set is found now; what comes after rings.
    const untilMs = takeIn() ? 0 : (client.nextDeadline() - clock.now()) / 1000;
    if (untilMs > 0) Atomics.wait(own.i32, own.index, seen, Math.min(SLEEP_MS_MAX, untilMs));
    own.awake();
  }
}

const boot = workerData as RealtimeClientBoot;
try {
  serve(boot);
} catch (error) {
  sayFailed(boot.line, error, wakeMain);
}
