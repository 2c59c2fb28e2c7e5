/**
 * Ports that tell of batches (MS-CMRP, section 3.1.1.8.1): each of those that have changed something at its key or below.
 *
 * What is told mirrors the batch. Names of keys are relative to the port's key; for a batch on that same key they are
 * those of the batch. Single changes of the registry are not told of.
 */
import { BatchCommand, writeBatch, type Command } from './batch.js';
import { Queue } from './queue.js';

/** A command as it was carried out, with the path of the key that it was about. */
export interface Deed extends Command {
  readonly key: string;
}

/** How much a port keeps for a client that does not read. */
const BATCHES_MAX = 256;
const BYTES_MAX = 4 << 20;
/** Ports of all clients. */
const PORTS_MAX = 64;

const NOTHING = new Uint8Array(0);

export class BatchPort {
  private readonly batches = new Queue<Uint8Array>({
    entriesMax: BATCHES_MAX,
    weigh: ({ length }) => length,
    weightMax: BYTES_MAX,
  });

  constructor(
    private readonly key: string,
    private readonly left: () => void,
  ) {}

  /** The oldest batch; waits for one. Undefined where the wait was ended. */
  async read(cancelled: AbortSignal): Promise<Uint8Array | undefined> {
    const [batch] = await this.batches.read(1, cancelled);
    return batch;
  }

  take(deeds: readonly Deed[]): void {
    const seen = this.seen(deeds);
    if (seen.length > 0) this.batches.push(writeBatch(seen));
  }

  close(): void {
    this.left();
    this.batches.close();
  }

  /** The commands at the port's key or below it, and no other. */
  private seen(deeds: readonly Deed[]): readonly Command[] {
    const seen: Command[] = [];
    let current: string | undefined = '';
    for (const { key, command, type, name, data } of deeds) {
      const own = relative(this.key, key);
      const ofKey = command === BatchCommand.CREATE_KEY || command === BatchCommand.DELETE_KEY;
      if (own === undefined) {
        // The key may have gone with one above it.
        const gone = command === BatchCommand.DELETE_KEY && relative(key, this.key) !== undefined;
        if (gone) seen.push({ command, type, name: '', data });
      } else if (ofKey) seen.push({ command, type, name: own, data });
      else {
        if (own !== current) seen.push({ command: BatchCommand.CREATE_KEY, type: 0, name: own, data: NOTHING });
        seen.push({ command, type, name, data });
      }
      current = ofKey || own !== undefined ? own : current;
    }
    return seen;
  }
}

/** All ports of a cluster. */
export class BatchPorts {
  private readonly ports = new Set<BatchPort>();

  /** A port for that key; undefined where there are too many. */
  open(key: string): BatchPort | undefined {
    if (this.ports.size >= PORTS_MAX) return undefined;
    const port = new BatchPort(key, () => {
      this.ports.delete(port);
    });
    this.ports.add(port);
    return port;
  }

  tell(deeds: readonly Deed[]): void {
    for (const port of this.ports) port.take(deeds);
  }
}

/** The path of a key below another one, empty for that one itself; undefined where it is not there. */
function relative(top: string, key: string): string | undefined {
  if (key.toLowerCase() === top.toLowerCase()) return '';
  if (top === '') return key;
  const within = key.toLowerCase().startsWith(`${top.toLowerCase()}\\`);
  return within ? key.slice(top.length + 1) : undefined;
}
