/** What a client gives out, written down to be carried out on the main thread, and what it is known by there. */
import type { Client, ClientEffects } from '../../client/client.js';
import type { ClientEvent, ClientLook } from '../../client/look.js';
import type { Micros } from '../../model/time.js';

/** An effect as it was given out. */
export type ClientRecord =
  | readonly ['poll', cluster: number, server: number, lan: number]
  | readonly ['event', event: ClientEvent]
  | readonly ['popup', text: string]
  | readonly ['changed'];

/** Where a client stands. What it knows is left out where that has not changed. */
export interface ClientStanding {
  readonly deadline: Micros;
  readonly looks?: readonly ClientLook[];
}

/** Effects that are written into a list instead of being carried out. */
export function recordingClientEffects(write: (record: ClientRecord) => void): ClientEffects {
  return {
    poll: (cluster, server, lan) => write(['poll', cluster, server, lan]),
    event: (event) => write(['event', event]),
    popup: (text) => write(['popup', text]),
    changed: () => write(['changed']),
  };
}

/** Carries a written effect out. */
export function carryOutClient(record: ClientRecord, out: ClientEffects): void {
  const [name, ...args] = record;
  (out[name] as (...args: unknown[]) => void)(...args);
}

/** @param revision the revision of what was told last */
export function clientStanding(client: Client, clusters: number, revision: number): ClientStanding {
  const deadline = client.nextDeadline();
  if (client.revision === revision) return { deadline };
  return { deadline, looks: Array.from({ length: clusters }, (_, cluster) => client.look(cluster)) };
}
