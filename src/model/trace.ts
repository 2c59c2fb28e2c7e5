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

export type BackendKind = 'inline' | 'lockstep' | 'realtime';

export interface RunLine {
  readonly kind: 'run';
  readonly schema: 1;
  readonly scenario: string;
  readonly seed: number;
  readonly backend: BackendKind;
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

export type ServerStatusName =
  'SINGLE_SERVER' | 'STOPPED' | 'DOWN' | 'OFF_CLUSTER' | 'CLUSTER' | 'RECOVERING' | 'BACKUP' | 'FAIL' | 'MISS';

export type GroupStateName = 'OFFLINE' | 'INPROGRESS' | 'ONLINE' | 'ONLINE_FAIL';

export interface GroupLine {
  readonly kind: 'group';
  readonly cluster: string;
  readonly group: string;
  readonly state: GroupStateName;
  /** The current server; empty while OFFLINE. */
  readonly server: string;
}

export type ResourceStateName = 'OFFLINE' | 'ONLINE';

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

export interface PopupLine {
  readonly kind: 'popup';
  readonly client: string;
  readonly text: string;
}

export interface ExpectLine {
  readonly kind: 'expect';
  readonly ok: boolean;
  readonly text: string;
}

export interface WarningLine {
  readonly kind: 'warning';
  readonly text: string;
}

export interface ViolationLine {
  readonly kind: 'violation';
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

export interface EndLine {
  readonly kind: 'end';
  readonly ok: boolean;
  /** SHA-256 of all lines after the `run` line; left out in real time. */
  readonly hash?: string;
}
