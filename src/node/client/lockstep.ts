/**
 * The entry of a client machine's thread in virtual time.
 */
import { workerData } from 'node:worker_threads';
import { Client, type ClientBoot, type ClientInput } from '../../client/client.js';
import type { Micros } from '../../model/time.js';
import { type Line, LineEnd } from '../channel.js';
import { sayFailed } from '../serving.js';
import { serveTurns, type TurnMachine } from '../turns.js';
import { fromBytes } from '../wire.js';
import { type ClientRecord, type ClientStanding, clientStanding, recordingClientEffects } from './effects.js';

/** What a client's thread is started with. */
export interface ClientThreadBoot {
  readonly line: Line;
  readonly client: ClientBoot;
}

class LockstepClient implements TurnMachine<ClientInput, ClientRecord, ClientStanding> {
  readonly gone = false;
  private readonly client: Client;
  private records: ClientRecord[] = [];
  private readonly out = recordingClientEffects((record) => this.records.push(record));
  private revision = -1;

  constructor(private readonly boot: ClientBoot) {
    this.client = new Client(boot);
  }

  nextDeadline(): Micros {
    return this.client.nextDeadline();
  }

  step(input: ClientInput): readonly ClientRecord[] {
    this.records = [];
    this.client.step(input, this.out);
    return this.records;
  }

  tick(at: Micros): ClientInput {
    return { type: 'tick', now: at };
  }

  standing(): ClientStanding {
    const standing = clientStanding(this.client, this.boot.clusters.length, this.revision);
    this.revision = this.client.revision;
    return standing;
  }
}

const boot = workerData as ClientThreadBoot;
try {
  serveTurns(
    LineEnd.server(boot.line),
    new LockstepClient(boot.client),
    (_kind, _network, _stampUs, bytes) => fromBytes(bytes) as ClientInput,
  );
} catch (error) {
  sayFailed(boot.line, error);
}
