// Sends everything back that comes over its line, a kind higher: compiled code of the emulator at both ends.
import { workerData } from 'node:worker_threads';
import { LineEnd } from '../../dist/node/channel.js';
import { waitFor } from '../../dist/node/realtime/waiting.js';

const end = LineEnd.server(workerData);
for (;;) {
  waitFor(
    end.own,
    () => {
      const taken = end.drain((kind, _ends, network, stampUs, bytes) =>
        end.send(kind + 1, bytes ?? new Uint8Array(), stampUs, network),
      );
      const waited = end.waiting;
      end.flush();
      return taken > 0 || end.waiting < waited;
    },
    Infinity,
  );
}
