/**
 * How often what became of the frames on each link: the accounts of the network model, in memory of their own or in
 * memory that threads share.
 *
 * Where threads share them, each counts at every heartbeat what it sent to all others and what it took in from them.
 * So a count stands where whoever counts it has all of its own: in the block of the sender or of the receiver, one row
 * for each kind of count, one place in it for each node at the other end. Rows are as long as cache lines, so that a
 * thread's counts of one heartbeat are in one or two, in which nobody else writes. (Of the dead the main thread counts.)
 *
 * A shared count has 32 bits and begins again at 0 after 2^32: after 49 days of a heartbeat a millisecond. What is taken of
 * two counts as they run over, modulo 2^32, is right all the same: see `difference`. Counts of its own do not run over.
 */

/** What is counted of one direction of a link on one network. */
export const Account = {
  SENT: 0,
  DELIVERED: 1,
  DUPLICATED: 2,
  COPIES_DELIVERED: 3,
  COPIES_DROPPED: 4,
  LOSS: 5,
  CUT: 6,
  CORRUPT: 7,
  OFF: 8,
  FULL: 9,
} as const;

const ACCOUNTS = 10;
/** Words of a cache line. */
const LINE_WORDS = 16;

/** Places in a row: one for each node, up to whole cache lines. */
function rowWords(nodeCount: number): number {
  return Math.ceil(nodeCount / LINE_WORDS) * LINE_WORDS;
}

/** The receiver counts what it takes in, and what arrives damaged; the sender everything else. */
function isReceivers(account: number): boolean {
  return account === Account.DELIVERED || account === Account.COPIES_DELIVERED || account === Account.CORRUPT;
}

/**
 * What is left of one count after others, though some may have run over since they began: right up to 2^31, negative where
 * the others are more.
 */
export function difference(count: number, others: number): number {
  return (count - others) | 0;
}

/** Counts for all links between so many nodes. Nodes and networks are dense indexes from 0, and nobody checks them here. */
export class Accounts {
  private readonly counts: Float64Array | Uint32Array;
  /** The counts again, where several threads keep them in shared memory. */
  private readonly shared: Uint32Array | undefined;
  private readonly rowWords: number;

  /** @param shared `bytes` long */
  constructor(
    nodeCount: number,
    private readonly networkCount: number,
    shared?: SharedArrayBuffer,
  ) {
    this.rowWords = rowWords(nodeCount);
    this.shared = shared && new Uint32Array(shared);
    this.counts = this.shared ?? new Float64Array(nodeCount * networkCount * ACCOUNTS * this.rowWords);
  }

  /** Bytes of the counts in shared memory. */
  static bytes(nodeCount: number, networkCount: number): number {
    return nodeCount * networkCount * ACCOUNTS * rowWords(nodeCount) * 4;
  }

  /** Counts one more; answers how many there were. */
  add(account: number, from: number, to: number, network: number): number {
    const at = this.placeOf(account, from, to, network);
    return this.shared ? Atomics.add(this.shared, at, 1) : this.counts[at]++;
  }

  /** How many there are. */
  read(account: number, from: number, to: number, network: number): number {
    return this.counts[this.placeOf(account, from, to, network)];
  }

  private placeOf(account: number, from: number, to: number, network: number): number {
    const owner = isReceivers(account) ? to : from;
    const other = isReceivers(account) ? from : to;
    return ((owner * this.networkCount + network) * ACCOUNTS + account) * this.rowWords + other;
  }
}
