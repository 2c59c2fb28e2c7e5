/**
 * The entry of a server's thread in real time.
 */
import { memoryUsage } from 'node:process';
import { parentPort, workerData } from 'node:worker_threads';
import * as Comlink from 'comlink';
import { sayFailed } from '../serving.js';
import type { RealtimeBoot } from './boot.js';
import { RealtimeServer } from './server.js';

/** What a server's thread answers about itself. */
export interface Inspection {
  /** A number that differs when anything in the engine does. */
  readonly digest: string;
  /** Of its thread. */
  readonly heapUsedBytes: number;
  /** It has gone through what a failover calls of the engine, or has nothing to go through. */
  readonly rehearsed: boolean;
  /** How late its clock ran, in microseconds, since it was asked to count afresh. */
  readonly latenessUs: { readonly count: number; readonly p50: number; readonly p99: number; readonly max: number };
}

async function run(boot: RealtimeBoot): Promise<void> {
  const wakeMain = (): void => parentPort?.postMessage(0);
  try {
    const server = new RealtimeServer(boot, wakeMain);
    Comlink.expose({ inspect: (afresh = false) => inspect(server, afresh) }, boot.controls);
    await server.serve();
  } catch (error) {
    sayFailed(boot.line, error, wakeMain);
    boot.controls.close();
  }
}

function inspect({ engine, lateness, rehearsed }: RealtimeServer, afresh: boolean): Inspection {
  const latenessUs = {
    count: lateness.count,
    p50: lateness.percentile(50),
    p99: lateness.percentile(99),
    max: lateness.max,
  };
  if (afresh) lateness.reset();
  return { digest: engine.digest(), heapUsedBytes: memoryUsage().heapUsed, rehearsed, latenessUs };
}

void run(workerData as RealtimeBoot);
