/**
 * What servers say to each other and what an engine takes in and gives out.
 *
 * Every frame may be lost, repeated or overtaken: each one states a fact or a wish in full, so that hearing it twice
 * changes nothing, and whoever still needs an answer says it again. Frames are plain data (a thread's ring carries
 * their bytes); sets of servers are bit masks, bit i for server i of the definition.
 */
import type { RegistryContent } from '../model/registry.js';
import type { Micros } from '../model/time.js';
import type { Refusal } from '../model/result.js';
import type { Entry, Outcome } from './log/entries.js';
import type { Command } from './log/commands.js';
import type { HeldGroup } from './group/held.js';
import { type CarriedKeys, EMPTY_REGISTRY_DISK, type RegistryDisk } from './registry/disk.js';

/** How far a server has come: looking for a view, member of one, or cut off from the cluster. */
export const Phase = { SEEKING: 0, MEMBER: 1, OFF: 2 } as const;
export type Phase = (typeof Phase)[keyof typeof Phase];

/** A view's name. No coordinator uses one epoch twice, so the pair is unique. */
export interface ViewId {
  readonly epoch: number;
  readonly coordinator: number;
}

/** Sent by every running server, every interval, on every interconnect, to all others. Never rings a bell. */
export interface Heartbeat {
  readonly type: 'heartbeat';
  readonly from: number;
  /** Counts the boots of the sender; a larger one proves the death of the smaller. */
  readonly incarnation: number;
  readonly phase: Phase;
  /** The sender's view; epoch 0 without one. */
  readonly epoch: number;
  readonly coordinator: number;
  /** Entries of the agreed log that the sender holds. */
  readonly applied: number;
  /** Whom the sender has heard once and hears no more. */
  readonly suspects: number;
  /**
   * For each server the timestamp of its newest heartbeat that the sender holds; 0 where it heard none. A receiver may
   * read its own place alone: between threads the others are not sent.
   */
  readonly heard: readonly number[];
  readonly bootedAt: Micros;
  readonly sentAt: Micros;
}

/** "Let us be the view of this epoch": from the server that leads the change to everybody who is to take part. */
export interface Propose {
  readonly type: 'propose';
  readonly epoch: number;
  readonly from: number;
  readonly asked: number;
  /** The proposer's present view and log, by which the asked sees who knows more. */
  readonly base: ViewId;
  readonly index: number;
  readonly forming: boolean;
}

/** "I take part, hold still until you commit, and this is what I hold." */
export interface Pledge {
  readonly type: 'pledge';
  readonly epoch: number;
  readonly from: number;
  readonly incarnation: number;
  /** Whether the server stands in that view; otherwise it is what it was in last. */
  readonly inView: boolean;
  readonly base: ViewId;
  readonly lineage: readonly string[];
  readonly index: number;
  /** The agreed state, encoded, where it differs from what the proposer said of its own. */
  readonly state?: string;
  readonly held: readonly HeldGroup[];
  /** A hand has returned it while there was no view. */
  readonly returned: boolean;
  /** Timestamps of the newest heartbeats heard, frozen for everybody not asked. */
  readonly heard: readonly number[];
  readonly durable: Durable;
}

/** "I am promised to another epoch already": the proposer must go higher, wait, or ask where it did not. */
export interface Decline {
  readonly type: 'decline';
  readonly epoch: number;
  readonly from: number;
  readonly promisedEpoch: number;
  /** Whom it is promised to; -1 where it is a view already. */
  readonly promisedTo: number;
}

/** "That proposal has come to nothing, you are free of it." Never said of one that was committed. */
export interface Withdraw {
  readonly type: 'withdraw';
  readonly epoch: number;
  readonly from: number;
}

/** A view, and how many entries of its log are meant. */
export interface LogPosition extends ViewId {
  readonly index: number;
}

/** The view is decided: where to start from, and the entry that makes it so. */
export interface Commit {
  readonly type: 'commit';
  readonly epoch: number;
  readonly from: number;
  readonly decidedAt: Micros;
  /** The agreed state to start from, encoded; left out for a receiver that holds just this. */
  readonly state?: string;
  readonly entry: Entry & { readonly type: 'view' };
  /** What it was committed upon, where nobody was asked for a promise: for those who stand just there. */
  readonly after?: LogPosition;
}

/** To the proposer: "I am in that view (or out of it, as it says)". */
export interface Installed {
  readonly type: 'installed';
  readonly epoch: number;
  readonly from: number;
}

/** From the coordinator: entries after `after`, how many are held by all, and how many all have released. */
export interface Append {
  readonly type: 'append';
  readonly epoch: number;
  readonly from: number;
  readonly after: number;
  readonly entries: readonly Entry[];
  readonly stable: number;
  readonly floor: number;
}

export interface AppendAck {
  readonly type: 'appendAck';
  readonly epoch: number;
  readonly from: number;
  readonly index: number;
  readonly released: number;
}

/** Commands and reports for the coordinator to order, in the sender's own sequence. */
export interface Submit {
  readonly type: 'submit';
  readonly epoch: number;
  readonly from: number;
  readonly items: readonly Submission[];
}

export interface Submission {
  readonly n: number;
  readonly id: number;
  readonly command: Command;
}

/** "I hear you in another view than mine: how do we stand?" */
export interface Ask {
  readonly type: 'ask';
  readonly from: number;
  readonly view: ViewId;
}

/** The answer: what the asker's view is to the answerer's. */
export interface Verdict {
  readonly type: 'verdict';
  readonly from: number;
  readonly view: ViewId;
  readonly about: ViewId;
  readonly relation: Relation;
  /** The members of the answerer's view. */
  readonly members: number;
}

/**
 * What the asker's view is to the answerer's: an ancestor that has left the asker out, an ancestor whose successor
 * counts the asker in, a later one, or of another branch.
 */
export type Relation = 'excluded' | 'included' | 'later' | 'foreign';

/** To a server that runs but may not join: it is off the cluster until returned by hand. */
export interface StandOff {
  readonly type: 'standOff';
  readonly from: number;
  readonly maintenance: boolean;
}

/** From a server off the cluster that is being shut down, so that nobody takes it for lost. */
export interface Goodbye {
  readonly type: 'goodbye';
  readonly from: number;
}

/** To the witness of the `ping` policy, and its answer. */
export interface WitnessAsk {
  readonly type: 'witnessAsk';
  readonly from: number;
  readonly epoch: number;
  /** What the new view may follow: the asker's view, and later ones that were promised to whoever proposed them. */
  readonly bases: readonly GrantedEpoch[];
}
/** An epoch and who asked for it; 0 and -1 before the first. */
export interface GrantedEpoch {
  readonly epoch: number;
  readonly from: number;
}
export interface WitnessAnswer {
  readonly type: 'witnessAnswer';
  readonly epoch: number;
  readonly granted: boolean;
}

/** Everything but heartbeats; these ring a bell and are never dropped for want of room. */
export type ControlFrame =
  | Propose
  | Pledge
  | Decline
  | Withdraw
  | Commit
  | Installed
  | Append
  | AppendAck
  | Submit
  | Ask
  | Verdict
  | StandOff
  | Goodbye
  | WitnessAsk
  | WitnessAnswer;

export type Frame = Heartbeat | ControlFrame;

/** What a server keeps over a crash. */
export interface Durable {
  /** The view it was in last, and its members. */
  readonly epoch: number;
  readonly members: number;
  /** Members of the views before it, as long as not all its members are known to have installed it (`majority`). */
  readonly unsettled: readonly number[];
  /** Servers that this view or one before it has lost under a partition policy, and that may still hold groups. */
  readonly fenced: number;
  /** Who proposed that view. */
  readonly proposer: number;
  /** The largest epoch it has promised. */
  readonly promisedEpoch: number;
  /** Later views it has promised to take part in, whose outcome it does not know. */
  readonly promises: readonly (GrantedEpoch & { readonly members: number })[];
  /** Servers in maintenance. */
  readonly maintenance: number;
  readonly registry: RegistryDisk;
  /** The registry keys that go with groups. */
  readonly carried: CarriedKeys;
}

export const EMPTY_DURABLE: Durable = {
  epoch: 0,
  members: 0,
  unsettled: [],
  fenced: 0,
  proposer: -1,
  promisedEpoch: 0,
  promises: [],
  maintenance: 0,
  registry: EMPTY_REGISTRY_DISK,
  carried: {},
};

/** What an engine takes in, one at a time. `now` never goes back. */
export type Input =
  | { readonly type: 'tick'; readonly now: Micros }
  | { readonly type: 'frame'; readonly now: Micros; readonly network: number; readonly frame: Frame }
  | { readonly type: 'request'; readonly now: Micros; readonly id: number; readonly command: Command }
  | { readonly type: 'agentDone'; readonly now: Micros; readonly run: number; readonly ok: boolean }
  | { readonly type: 'resourceFailed'; readonly now: Micros; readonly group: number; readonly resource: number }
  /** An application has written below a group's registry keys: this is there now. */
  | { readonly type: 'keysWritten'; readonly now: Micros; readonly group: number; readonly keys: RegistryContent }
  | { readonly type: 'returnByHand'; readonly now: Micros }
  | { readonly type: 'goOff'; readonly now: Micros };

/** What an engine gives out, carried out by its shell in this order. */
export interface Effects {
  /** To every other server, on every interconnect. */
  broadcast(heartbeat: Heartbeat): void;
  /** To one server, on every interconnect. */
  send(to: number, frame: ControlFrame): void;
  askWitness(frame: WitnessAsk): void;
  /** Start a resource's activation or deactivation; the shell answers with `agentDone` and the same `run`. */
  agent(call: AgentCall): void;
  /** Forget a run: its answer is no longer wanted. */
  cancelAgent(run: number): void;
  /** A view was installed here; a newcomer is told nothing that was before it. */
  installed(view: ViewId, members: number, parent: ViewId, newcomer: boolean): void;
  /** This server is in no view any more, though it runs. */
  departed(): void;
  /** An outcome that all members hold: its events reach applications, its lines the trace. */
  released(outcome: Outcome, view: ViewId): void;
  /**
   * This server, which stands in that view, is about to carry out the order to bring a group up. `keys` belong into its
   * registry first, where they are not there already.
   */
  bringsUp(group: number, view: ViewId, keys?: RegistryContent): void;
  /** A request was judged here just now; the members have yet to learn of it. */
  ordered(id: number, refusal: Refusal | undefined): void;
  /** The answer to a request, held by all members: undefined where it was carried out. */
  answer(id: number, refusal: Refusal | undefined): void;
  persist(durable: Durable): void;
  /** Power this server off now. `orderly` after a shutdown. */
  powerOff(orderly: boolean, why: string): void;
  /** Unless told otherwise before `at`, an outside watchdog cuts this server's power. */
  watchdog(at: Micros): void;
  /** Something a user should read, though nothing failed. */
  warning(text: string): void;
}

export interface AgentCall {
  readonly run: number;
  readonly group: number;
  readonly resource: number;
  readonly action: 'activate' | 'deactivate';
}
