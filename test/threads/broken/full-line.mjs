// Fails when what it has told fills its line up to the last byte, and nobody has been woken for it.
import { parentPort, workerData } from 'node:worker_threads';
import { Kind, LineEnd } from '../../../dist/node/channel.js';
import { sayFailed } from '../../../dist/node/serving.js';
import { toBytes } from '../../../dist/node/wire.js';

const end = LineEnd.server(workerData.line);
// In virtual time a heartbeat, in real time a report of nothing.
const told = toBytes({ at: 0, effects: [], done: [], beats: [] });
while (end.waiting === 0) end.send(Kind.BROADCAST, told, 0);
end.publish();
sayFailed(workerData.line, new RangeError('no room for a last word'), () => parentPort?.postMessage(0));
