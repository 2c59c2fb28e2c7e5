/**
 * Notification ports: what a client wants to be told of, what has happened since, and who waits for it.
 *
 * A port tells of a thing by the key that the client registered it under. Version 1 tells one change at a time, version 2
 * all that there are. A wait ends with something to tell, or when the port is unblocked or closed: then there is nothing.
 */
import type { Happening, House } from './cluster/house.js';
import { Change } from './codes.js';
import { Queue } from './queue.js';

/** What is watched: a thing by its name, or everything of its kind. */
export interface Watch {
  readonly of: Happening['of'] | 'any';
  readonly name?: () => string;
  /** Bits of the version's own. */
  readonly filter: bigint;
  readonly key: number;
}

/** Something to tell. */
export interface Notice {
  readonly key: number;
  readonly filter: bigint;
  readonly happening: Happening;
  readonly sequence: number;
}

/** The oldest are dropped beyond that: nobody reads. */
const NOTICES_MAX = 256;
/** As many things as one port watches. */
const WATCHES_MAX = 1024;

export class Port {
  private readonly watches: Watch[] = [];
  private readonly notices = new Queue<Notice>({ entriesMax: NOTICES_MAX });
  private readonly stop: () => void;
  private sequence = 0;

  constructor(
    house: House,
    readonly version: 1 | 2,
  ) {
    this.stop = house.listen((happening) => {
      this.take(happening);
    });
  }

  /** Answers whether there was room for one more. */
  add(watch: Watch): boolean {
    if (this.watches.length >= WATCHES_MAX) return false;
    this.watches.push(watch);
    return true;
  }

  /** What there is to tell, `most` at once; waits while there is nothing. Empty where the wait was ended. */
  read(most: number, cancelled: AbortSignal): Promise<readonly Notice[]> {
    return this.notices.read(most, cancelled);
  }

  /** Ends all waits. */
  unblock(): void {
    this.notices.unblock();
  }

  close(): void {
    this.stop();
    this.notices.close();
  }

  private take(happening: Happening): void {
    for (const { of, name, filter, key } of this.watches) {
      const bit = this.version === 1 ? bitOf1(happening) : bitOf2(happening, of);
      const meant = of === 'cluster' || of === 'any' || (of === happening.of && name?.() === happening.name);
      if (!meant || (bit & filter) === 0n) continue;
      this.sequence += 1;
      this.notices.push({ key, filter: bit, happening, sequence: this.sequence });
    }
  }
}

const BITS1: Readonly<Record<string, number>> = {
  'node state': Change.NODE_STATE,
  'node deleted': Change.NODE_DELETED,
  'group state': Change.GROUP_STATE,
  'group added': Change.GROUP_ADDED,
  'group deleted': Change.GROUP_DELETED,
  'group property': Change.GROUP_PROPERTY,
  'resource state': Change.RESOURCE_STATE,
  'resource added': Change.RESOURCE_ADDED,
  'resource deleted': Change.RESOURCE_DELETED,
  'resource property': Change.RESOURCE_PROPERTY,
  'cluster property': Change.CLUSTER_PROPERTY,
  'key registry': Change.REGISTRY_VALUE,
};

function bitOf1({ of, what }: Happening): bigint {
  return BigInt(BITS1[`${of} ${what}`] ?? 0);
}

/** Version 2 has bits for each kind of thing; those of the cluster tell of what is new in it. */
const BITS2: Readonly<Record<string, bigint>> = {
  'node state': 16n,
  'node deleted': 2n,
  'group state': 8n,
  'group deleted': 1n,
  'group property': 2n,
  'resource state': 4n,
  'resource deleted': 128n,
  'resource property': 1n,
  'cluster property': 128n,
  'key registry': 8n,
};
const GROUP_ADDED_2 = 4n;

function bitOf2(happening: Happening, watched: Watch['of']): bigint {
  if (watched === 'cluster') {
    if (happening.of === 'group' && happening.what === 'added') return GROUP_ADDED_2;
    if (happening.of !== 'cluster') return 0n;
  }
  return BITS2[`${happening.of} ${happening.what}`] ?? 0n;
}

/** CLUSTER_OBJECT_TYPE of what a happening is about. */
export const OBJECT_TYPES: Readonly<Record<Happening['of'], number>> = {
  cluster: 1,
  group: 2,
  resource: 3,
  node: 7,
  key: 8,
};
