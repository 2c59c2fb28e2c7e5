/**
 * Armada: a failover cluster to test on, as a library.
 *
 * Two ways in: `scenario` and `runScenario` for a written course of events with expectations, `open` for a program that
 * acts, waits and looks for itself. `Clusapi` is such a cluster as cluster management programs know it.
 */
export {
  type Application,
  type ApplicationOptions,
  type ApplicationThread,
  startApplication,
} from './api/application.js';
export { type ArmCl2, type WatchThread } from './api/arm-client/armcl2.js';
export { type ArmCl2Vb, type VbProc, type VbText, type VbWatchThread, VisualBasic } from './api/arm-client/armcl2vb.js';
export { clientConstants, vbConstants } from './api/arm-client/constants.js';
export { ChrB, InStrB, LeftB, StrConv, VbString, vbNullString, vbUnicode } from './api/arm-client/vb-strings.js';
export { type ArmApi3, type EventThread } from './api/arm-server/armapi.js';
export { type ArmApi4 } from './api/arm-server/armapi4.js';
export { constants3, constants4 } from './api/arm-server/constants.js';
export { networkOrder } from './api/facade/address.js';
export { ARMAPI_VERSION } from './api/arm-server/versions.js';
export { Clusapi, type ClusapiAnswers, type ClusapiMethod, type ClusapiRequests } from './api/clusapi/clusapi.js';
export type { ClusapiContexts, Opened } from './api/clusapi/contexts.js';
export { endpointMapper, type Registration } from './api/clusapi/rpc/epmap.js';
export type { RpcInterface } from './api/clusapi/rpc/interface.js';
export type { RpcLimits } from './api/clusapi/rpc/limits.js';
export { accountSecurity } from './api/clusapi/rpc/security/provider.js';
export { type ListenOptions, RpcServer } from './api/clusapi/rpc/server.js';
export { Ref, ref } from './api/facade/call.js';
export { type Fault, injectFault } from './api/facade/faults.js';
export { ProcessGone, type Task } from './api/facade/process.js';
export { INFINITE, WAIT_FAILED, WAIT_OBJECT_0, WAIT_TIMEOUT } from './api/facade/win32.js';
export { type ClientInput, type ClusterOptions, open, type OpenInput } from './cluster/cluster.js';
export type { Cluster, Condition } from './cluster/cluster.js';
export { ActionRefused, GoalNotReached, ServerFailed } from './cluster/errors.js';
export type { LinkName, LinkRules, RegistryChange, RegistryValue, WorldAction } from './cluster/actions.js';
export type { MachineRegistry } from './cluster/registry.js';
export type { Backend, Goal, RunSummary, Snapshot, Stop, Unsubscribe } from './cluster/backend.js';
export { openWorld, type OpenOptions } from './cluster/open.js';
export type { RealtimeBackend } from './cluster/realtime.js';
export type { WorldDefinition } from './cluster/world.js';
export { InvariantViolation } from './failover/invariants/violation.js';
export { defineCluster, warningsOf } from './model/define.js';
export type { FoundKey, RegistryEdit, RegistryEntry } from './model/registry.js';
export type { ClusterDefinition, ClusterInput, GroupInput, ResourceInput, ServerInput } from './model/definition.js';
export type { Problem, Refusal, Result } from './model/result.js';
export { type Duration, type Micros, formatDuration, micros, parseDuration } from './model/time.js';
export type * from './model/trace.js';
export {
  HeartbeatRecorder,
  type HeartbeatSeries,
  chromeTrace,
  htmlReport,
  stateSymbol,
  svgChart,
  terminalChart,
} from './report/index.js';
export { scenarioJsonSchema } from './scenarios/jsonSchema.js';
export { loadScenario } from './scenarios/load.js';
export { type BadInput, BadInputError, formatProblems } from './scenarios/problems.js';
export type { Failure, ScenarioResult } from './scenarios/result.js';
export { type OpenBackend, type RunOptions, runScenario } from './scenarios/run.js';
export type { Inspection } from './node/realtime/main.js';
export type { Glance } from './node/realtime/status.js';
export { type Scenario, scenario } from './scenarios/scenario.js';
export type { ScenarioInput } from './scenarios/schema.js';
