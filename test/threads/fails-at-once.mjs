/**
 * Starts the thread of a server and of a client on each backend with nothing to start from, and prints what it says of its failure: one
 * line of JSON each, [which, stack].
 */
import { threadEntry } from '../../dist/cluster/entry.js';
import { ServerThread } from '../../dist/cluster/server-thread.js';
import { newBell, newLine } from '../../dist/node/channel.js';

for (const which of /** @type {const} */ (['lockstep', 'realtime/main', 'client/lockstep', 'realtime/client'])) {
  const entry = threadEntry(which);
  const thread = new ServerThread('S1', entry, { line: newLine(newBell()) }, {});
  await thread.gone;
  console.log(JSON.stringify([entry.pathname, thread.failure?.threadStack]));
}
