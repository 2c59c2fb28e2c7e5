/**
 * What a program may not write of a client machine. Scenarios are judged before, with all their mistakes at once; here the
 * first one throws, before anything is made of it.
 */
import { DURATION_US_MAX, TIMER_US_MIN } from '../model/limits.js';
import { formatDuration, micros } from '../model/time.js';
import type { ClientSlot } from './client-slot.js';
import type { Directory } from './world.js';

/** @throws RangeError for a name that is a server's, a cluster named twice, or times that it cannot go by */
export function assertClient(client: ClientSlot, directory: Directory): void {
  const { machine, settings } = client;
  if (directory.server(machine)) throw new RangeError(`Client ${machine} has the name of a server.`);
  const twice = settings.clusters.find((name, index) => settings.clusters.indexOf(name) !== index);
  if (twice !== undefined) throw new RangeError(`Client ${machine} is registered with ${twice} twice.`);
  client.clusters.forEach((_, cluster) => assertTimes(client, cluster));
}

/** A client that gives up before it has asked twice would lose a cluster at every lost frame. */
function assertTimes(client: ClientSlot, cluster: number): void {
  const { intervalUs, timeoutUs, lanSwitchUs } = client.times(cluster);
  assertTime(client, 'interval', intervalUs, TIMER_US_MIN);
  assertTime(client, 'timeout', timeoutUs, TIMER_US_MIN);
  assertTime(client, 'LAN switch', lanSwitchUs, 0);
  if (timeoutUs >= 2 * intervalUs) return;
  const [timeout, interval] = [formatDuration(timeoutUs), formatDuration(intervalUs)];
  throw new RangeError(
    `Client ${client.machine}: its timeout, ${timeout}, is less than twice its interval, ${interval}.`,
  );
}

/** @param us whole microseconds, from `least` to `DURATION_US_MAX` */
function assertTime({ machine }: ClientSlot, name: string, us: number, least: number): void {
  if (Number.isInteger(us) && us >= least && us <= DURATION_US_MAX) return;
  const [from, to] = [formatDuration(micros(least)), formatDuration(DURATION_US_MAX)];
  throw new RangeError(`Client ${machine}: its ${name} is ${us} µs, and has to be from ${from} to ${to}.`);
}
