/**
 * The cluster service of one machine, as the applications on that machine reach it.
 *
 * What it answers is what its own server knows at that moment, never what the whole world knows: facades translate it
 * and decide nothing. A server tells each outcome when it lets it out itself; a machine that is registered in no cluster
 * has nothing to tell.
 */
import type { Engine } from '../failover/engine.js';
import { Shown } from '../failover/events/status.js';
import { Phase } from '../failover/frames.js';
import type { Outcome, OutcomeLine } from '../failover/log/entries.js';
import type { ClusterDefinition } from '../model/definition.js';
import type { GroupStateName, ResourceStateName, ServerStatusName } from '../model/trace.js';
import type { Micros } from '../model/time.js';
import type { ServerSlot } from './server-slot.js';

/** How a machine is: without power, hung, or running. */
export type Power = 'off' | 'hung' | 'on';

/**
 * How a running machine stands to a cluster: registered in none; registered, but its cluster service does not run yet;
 * off the cluster, or still looking for it; a member.
 */
export type Standing = 'unregistered' | 'starting' | 'off-cluster' | 'member';

/** What a member knows of its cluster, by positions in the definition; -1 is nobody. */
export interface ClusterLook {
  readonly servers: readonly (readonly ServerStatusName[])[];
  readonly groups: readonly {
    readonly state: GroupStateName;
    readonly server: number;
    /** It comes up on a better server than it had, to which it goes back by itself. */
    readonly returning: boolean;
  }[];
  /** By group. */
  readonly resources: readonly (readonly { readonly state: ResourceStateName; readonly server: number }[])[];
}

/** Something that the members have agreed on, let out here at that instant. */
export interface Told {
  readonly at: Micros;
  readonly lines: readonly OutcomeLine[];
}

export interface Service {
  readonly machine: string;
  /** Its cluster, and its own position there; undefined where it is registered in none. */
  readonly registered: { readonly cluster: ClusterDefinition; readonly server: number } | undefined;
  readonly power: Power;
  readonly standing: Standing;
  /** Counts the boots of the machine: an application lives no longer than the boot that it was started in. */
  readonly boots: number;
  /** What the server knows of its cluster; undefined where it is no member now. */
  look(): ClusterLook | undefined;
  /** Hands over all that is let out here from now on, in order. Answers how to stop that. */
  listen(sink: (told: Told) => void): () => void;
}

/** Whoever listens; may stop listening while being told. */
class Listeners {
  private sinks: readonly ((told: Told) => void)[] = [];

  add(sink: (told: Told) => void): () => void {
    this.sinks = [...this.sinks, sink];
    return () => {
      this.sinks = this.sinks.filter((one) => one !== sink);
    };
  }

  tell(told: Told): void {
    for (const sink of this.sinks) sink(told);
  }
}

/** The service of a server of a cluster. */
export class ServerService implements Service {
  private readonly listeners = new Listeners();
  private looked: { readonly state: Engine['state']; readonly index: number; readonly look: ClusterLook } | undefined;

  constructor(private readonly slot: ServerSlot) {}

  get machine(): string {
    return this.slot.place.name;
  }

  get registered(): NonNullable<Service['registered']> {
    return { cluster: this.slot.definition, server: this.slot.place.server };
  }

  get power(): Power {
    const { running, booting, hung } = this.slot;
    if (!running && !booting) return 'off';
    return hung ? 'hung' : 'on';
  }

  get standing(): Standing {
    const { engine } = this.slot;
    if (!engine) return 'starting';
    return engine.place.phase === Phase.MEMBER ? 'member' : 'off-cluster';
  }

  /** A machine that boots has this boot already. */
  get boots(): number {
    return this.slot.incarnation + (this.slot.booting ? 1 : 0);
  }

  look(): ClusterLook | undefined {
    const { engine } = this.slot;
    if (engine?.place.phase !== Phase.MEMBER) return undefined;
    const { state } = engine;
    if (this.looked?.state !== state || this.looked.index !== state.index)
      this.looked = { state, index: state.index, look: lookOf(this.slot.definition, state) };
    return this.looked.look;
  }

  listen(sink: (told: Told) => void): () => void {
    return this.listeners.add(sink);
  }

  /** This server lets an outcome out. */
  tell({ lines }: Outcome, at: Micros): void {
    this.listeners.tell({ at, lines });
  }
}

/** The service of a machine that is registered nowhere: there is none, but the machine runs. */
export class MachineService implements Service {
  readonly registered = undefined;
  readonly standing = 'unregistered';
  power: Power = 'on';
  boots = 1;

  constructor(readonly machine: string) {}

  look(): undefined {
    return undefined;
  }

  listen(): () => void {
    return () => undefined;
  }

  /** Answers whether that changed anything. */
  switch(on: boolean): boolean {
    if (on === (this.power === 'on')) return false;
    if (on) this.boots += 1;
    this.power = on ? 'on' : 'off';
    return true;
  }
}

function lookOf(definition: ClusterDefinition, state: Engine['state']): ClusterLook {
  const servers: (readonly ServerStatusName[])[] = [];
  const groups: { state: GroupStateName; server: number; returning: boolean }[] = [];
  const resources: { state: ResourceStateName; server: number }[][] = definition.groups.map(() => []);
  for (const line of new Shown(definition).everything(state)) {
    if (line.kind === 'server') servers[line.server] = line.status;
    else if (line.kind === 'group') {
      const { task } = state.groups[line.group];
      const returning = task?.kind === 'failback' && task.to === line.server;
      groups[line.group] = { state: line.state, server: line.server, returning };
    } else if (line.kind === 'resource')
      resources[line.group][line.resource] = { state: line.state, server: line.server };
  }
  return { servers, groups, resources };
}
