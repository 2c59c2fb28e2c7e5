/**
 * What can be put before the coordinator: an operator's commands, and the reports of the servers that carry orders
 * out. Each is judged where it is applied, by agreed state alone, so that all members judge alike.
 */

import type { RegistryContent, RegistryEdit } from '../../model/registry.js';

/** By positions in the definition. */
export type Command =
  | { readonly type: 'startGroup'; readonly group: number; readonly on: number }
  | { readonly type: 'stopGroup'; readonly group: number }
  | { readonly type: 'moveGroup'; readonly group: number; readonly to: number }
  | { readonly type: 'failGroup'; readonly group: number }
  | { readonly type: 'switchLine'; readonly group: number; readonly resource: number; readonly to: number }
  | { readonly type: 'shutdownServer'; readonly server: number }
  | { readonly type: 'shutdownCluster' }
  | { readonly type: 'maintenance'; readonly server: number }
  | { readonly type: 'return'; readonly server: number }
  | { readonly type: 'registry'; readonly change: RegistryEdit }
  | ReportCommand;

/** What a server reports of the orders it carries out. `op` names the order. */
export type ReportCommand =
  | {
      readonly type: 'resourceDone';
      readonly group: number;
      readonly op: number;
      readonly resource: number;
      readonly online: boolean;
      readonly ok: boolean;
    }
  | { readonly type: 'orderDone'; readonly group: number; readonly op: number; readonly ok: boolean }
  | { readonly type: 'resourceFault'; readonly group: number; readonly resource: number }
  /** What is below the group's registry keys on the server that holds it. */
  | { readonly type: 'groupKeys'; readonly group: number; readonly keys: RegistryContent };

/** No server named: the group goes to its highest eligible one. */
export const ANYWHERE = -1;
