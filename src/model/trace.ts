/**
 * The trace: one JSON object a line, its keys in the order of these types. It is the emulator's memory of a run and a
 * contract with its users; the time chart, the reports and the hash are functions of these lines alone.
 */

/** Every kind of line, without the `t` and `seq` that the recorder gives it. */
export type TraceBody =
  | RunLine
  | StepLine
  | ViewLine
  | ServerLine
  | GroupLine
  | ResourceLine
  | EventLine
  | ClientEventLine
  | PopupLine
  | ExpectLine
  | WarningLine
  | ViolationLine
  | LinksLine
  | EndLine;

/** A trace line as recorded: `t` in microseconds of the run's clock, `seq` counts lines from 0. */
export type TraceLine = { readonly t: number; readonly seq: number } & TraceBody;

/** How a world runs: in one thread, or in a thread a server; in virtual time or (`realtime`) by the real clock. */
export type BackendKind = 'inline' | 'lockstep' | 'realtime';

/** The first line: what was run, and with what. No hash is made over it. */
export interface RunLine {
  readonly kind: 'run';
  /** The version of these lines. */
  readonly schema: 1;
  /** Its name; empty for a program that gave none. */
  readonly scenario: string;
  readonly seed: number;
  readonly backend: BackendKind;
  /** The emulator's. */
  readonly version: string;
}

/** One step of the scenario or one action of a program. `error` says why it was refused. */
export interface StepLine {
  readonly kind: 'step';
  readonly step: string;
  readonly target: string;
  /** Further words of the step, e.g. where a group moves to. */
  readonly to?: string;
  readonly on?: string;
  /** Of a `watch`: the status of the group on that client when the watch begins (section 6.1.2.5). */
  readonly status?: string;
  readonly id?: string;
  readonly error?: string;
}

/** A view, when its first member has installed it. Epoch and coordinator name it; members in definition order. */
export interface ViewLine {
  readonly kind: 'view';
  readonly cluster: string;
  readonly epoch: number;
  readonly coordinator: string;
  readonly members: readonly string[];
}

/** The agreed status of a server, or with no view left the machine's true state. */
export interface ServerLine {
  readonly kind: 'server';
  readonly cluster: string;
  readonly server: string;
  readonly status: readonly ServerStatusName[];
}

/** The status words of a server, those of sections 3.1.3.1 and 4.1.3.1 without `ARM_STATUS_`; several hold at once. */
export type ServerStatusName =
  'SINGLE_SERVER' | 'STOPPED' | 'DOWN' | 'OFF_CLUSTER' | 'CLUSTER' | 'RECOVERING' | 'BACKUP' | 'FAIL' | 'MISS';

/** The states of a group, those of section 3.2.4 without `ARM_GROUP_STATUS_`. */
export type GroupStateName = 'OFFLINE' | 'INPROGRESS' | 'ONLINE' | 'ONLINE_FAIL';

/** A change of a group's state or place. */
export interface GroupLine {
  readonly kind: 'group';
  readonly cluster: string;
  readonly group: string;
  readonly state: GroupStateName;
  /** The current server; empty where it is nowhere. */
  readonly server: string;
}

/** The states of a resource, those of section 3.2.5 without `ARM_RESOURCE_STATUS_`. */
export type ResourceStateName = 'OFFLINE' | 'ONLINE';

/** A change of a resource's state or place. */
export interface ResourceLine {
  readonly kind: 'resource';
  readonly cluster: string;
  readonly resource: string;
  readonly state: ResourceStateName;
  readonly server: string;
}

/** Codes of section 3.2.6. */
export type EventCode =
  | 'ARM_EVENT_SHUTDOWN'
  | 'ARM_EVENT_DOWN'
  | 'ARM_EVENT_RETURN_TO_CLUSTER'
  | 'ARM_EVENT_FAILOVER_START'
  | 'ARM_EVENT_FAILOVER_END'
  | 'ARM_EVENT_GROUP_START'
  | 'ARM_EVENT_GROUP_STOP'
  | 'ARM_EVENT_GROUP_FAILOVER_START'
  | 'ARM_EVENT_GROUP_FAILOVER_END'
  | 'ARM_EVENT_GROUP_FAILOVER_FAILURE'
  | 'ARM_EVENT_GROUP_MOVE_START'
  | 'ARM_EVENT_GROUP_MOVE_END'
  | 'ARM_EVENT_GROUP_MOVE_FAILURE'
  | 'ARM_EVENT_LSW_SWITCHED';

/** A cluster event (sections 3.2.6 and 3.3), once per view, in the order of its ids. */
export interface EventLine {
  readonly kind: 'event';
  readonly cluster: string;
  readonly epoch: number;
  readonly coordinator: string;
  readonly id: number;
  readonly code: EventCode;
  readonly source: string;
  readonly src: string;
  readonly dst: string;
}

/** What an application that watches a group on a client is called back with (section 6.1.3). */
export interface ClientEventLine {
  readonly kind: 'client-event';
  readonly client: string;
  readonly cluster: string;
  readonly group: string;
  readonly event: string;
  readonly src: string;
  readonly dst: string;
  readonly status: string;
}

/** A message that a client shows. */
export interface PopupLine {
  readonly kind: 'popup';
  readonly client: string;
  readonly text: string;
}

/** An expectation of a scenario, judged: whether it holds, and what was expected (and found, where it does not). */
export interface ExpectLine {
  readonly kind: 'expect';
  readonly ok: boolean;
  readonly text: string;
}

/** Something that a user should read though nothing failed. */
export interface WarningLine {
  readonly kind: 'warning';
  readonly text: string;
}

/** An invariant is broken: a bug of the emulator. */
export interface ViolationLine {
  readonly kind: 'violation';
  /** Its number in docs/protocol.md. */
  readonly invariant: number;
  readonly text: string;
}

/** What one direction of one link carried in the whole run. */
export interface LinksLine {
  readonly kind: 'links';
  readonly from: string;
  readonly to: string;
  readonly network: string;
  readonly sent: number;
  readonly delivered: number;
  readonly dropped: number;
}

/** The last line; `ok` is what the run was ended with: whether all was as expected. */
export interface EndLine {
  readonly kind: 'end';
  readonly ok: boolean;
  /** SHA-256 of all lines after the `run` line and before this one; left out in real time. */
  readonly hash?: string;
}
