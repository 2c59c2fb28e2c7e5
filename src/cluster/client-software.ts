/**
 * The client software of one machine, as the applications there reach it: what the facades of the client API translate.
 *
 * It is there on client machines and on servers of clusters. On a server it begins with the first application that asks
 * for it; what it knows is what it hears over the public LANs, and of its own server.
 */
import type { ClientEvent, ClientLook } from '../client/look.js';
import type { ClusterDefinition } from '../model/definition.js';

export interface ClientSoftware {
  readonly machine: string;
  /** What the machine is (6.1.10.1). */
  readonly host: 'client' | 'server';
  /** The clusters of its settings, in their order. On a server its own is always among them. */
  readonly clusters: readonly ClusterDefinition[];
  /** The position of the cluster that this server belongs to; undefined on a client machine. */
  readonly local: number | undefined;
  /** The server itself, on a server. */
  readonly server: string | undefined;
  /** The version of the client software. */
  readonly productVersion: string;
  /** The cluster at that position, as it is known now. Changes are told by the backend's `reconsider`. */
  look(cluster: number): ClientLook;
  /** Tells every change of a group from now on, in order. Answers how to stop that. */
  watch(cluster: number, group: number, sink: (event: ClientEvent) => void): () => void;
}
