/**
 * Association groups and the context handles in them.
 *
 * A group is the connections of one client process. A handle is a UUID that stands for a thing of the server's with its
 * type; it is valid in its group alone, and is run down when the group's last connection closes. UUIDs follow from a
 * count, so that a conversation can be repeated byte for byte: they are no secret, the endpoint is on loopback.
 */
import { createHash } from 'node:crypto';
import { NULL_HANDLE } from './ndr/types.js';

/** What a context handle stands for. */
export interface Context {
  /** The handle's type in the interface, e.g. `group`. */
  readonly type: string;
  /** The client is gone, without having closed the handle. */
  rundown?(): void;
}

export interface AssociationLimits {
  /** Handles of all groups together. */
  readonly handlesMax: number;
}

export class AssociationGroup {
  private readonly contexts = new Map<string, Context>();
  private readonly ids = new Map<Context, string>();
  connections = 0;

  constructor(
    readonly id: number,
    private readonly all: AssociationGroups,
  ) {}

  /** Handles that are open. */
  get size(): number {
    return this.contexts.size;
  }

  /** What a handle stands for; undefined for one that is not of this group, or has been closed. */
  get(uuid: string): Context | undefined {
    return this.contexts.get(uuid);
  }

  /**
   * The handle of a thing, new or as it was. Undefined where the client is gone or has too many: then the thing is run
   * down.
   */
  open(context: Context): string | undefined {
    const known = this.ids.get(context);
    if (known !== undefined) return known;
    const uuid = this.connections > 0 ? this.all.nextHandle() : undefined;
    if (uuid === undefined) {
      context.rundown?.();
      return undefined;
    }
    this.contexts.set(uuid, context);
    this.ids.set(context, uuid);
    return uuid;
  }

  /** A handle that its client will never know of. */
  abandon(uuid: string): void {
    const context = this.contexts.get(uuid);
    this.drop(uuid);
    context?.rundown?.();
  }

  /** Forgets a handle. */
  drop(uuid: string): void {
    const context = this.contexts.get(uuid);
    if (!context) return;
    this.contexts.delete(uuid);
    this.ids.delete(context);
    this.all.handles -= 1;
  }

  /** Runs all handles down, in the order in which they were opened. */
  rundown(): void {
    for (const uuid of [...this.contexts.keys()]) this.abandon(uuid);
  }
}

/** All groups of one endpoint. */
export class AssociationGroups {
  private readonly groups = new Map<number, AssociationGroup>();
  private made = 0;
  private handed = 0;
  /** Handles that are open, in all groups. */
  handles = 0;

  constructor(private readonly limits: AssociationLimits) {}

  /** Groups with a connection. */
  get size(): number {
    return this.groups.size;
  }

  /** A connection joins: a new group for 0, or the one of that number; undefined where there is none. */
  join(id: number): AssociationGroup | undefined {
    const group = id === 0 ? this.create() : this.groups.get(id);
    if (group) group.connections += 1;
    return group;
  }

  /** A connection is over; with the last one of a group all its handles are. */
  leave(group: AssociationGroup): void {
    group.connections -= 1;
    if (group.connections > 0) return;
    this.groups.delete(group.id);
    group.rundown();
  }

  /** A UUID that stands for nothing yet; undefined where there are too many already. */
  nextHandle(): string | undefined {
    if (this.handles >= this.limits.handlesMax) return undefined;
    this.handles += 1;
    this.handed += 1;
    const hex = createHash('sha256').update(`context handle ${this.handed}`).digest('hex');
    const uuid = [
      hex.slice(0, 8),
      hex.slice(8, 12),
      `4${hex.slice(13, 16)}`,
      `8${hex.slice(17, 20)}`,
      hex.slice(20, 32),
    ];
    return uuid.join('-');
  }

  private create(): AssociationGroup {
    this.made += 1;
    const group = new AssociationGroup(this.made, this);
    this.groups.set(group.id, group);
    return group;
  }
}

/** Whether a handle stands for nothing. */
export function isNull(uuid: unknown): boolean {
  return uuid === NULL_HANDLE;
}
