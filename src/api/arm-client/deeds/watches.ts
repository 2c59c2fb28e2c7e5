/** Watching groups (6.1.3; 7.1.3.6, 7.1.3.7). */
import type { Deed, Ref } from '../../facade/call.js';
import { clientConstants, type VbErrorName } from '../constants.js';
import type { Conventions, FailoverInfo } from '../conventions.js';
import {
  type ClientCall,
  clusterNamed,
  groupNamed,
  type KnownGroup,
  lookAt,
  realAddress,
  virtualAddresses,
} from '../lookup.js';
import type { ClientEvent, ClientState } from '../state.js';
import { statusOf } from './groups.js';
import { mustBeOpen } from './initialisation.js';

/** A WatchFailoverProc as it is called. */
type WatchProc = (event: number, watch: number, info: Uint8Array, thread: unknown) => unknown;

/** What an event's structure holds once its function has returned: it is valid no more. */
const GONE = 0xdd;

/** What an event tells; of several virtual addresses the first, 0 where there is none. */
function infoOf(call: ClientCall, watched: KnownGroup, { src, dst, event, status }: ClientEvent): FailoverInfo {
  const { cluster, group } = watched;
  const nameOf = (server: number): string => (server < 0 ? '' : cluster.servers[server].name);
  return {
    ClusterName: cluster.name,
    GroupName: cluster.groups[group].name,
    VirtualIP: virtualAddresses(call, watched).at(0) ?? 0,
    SrcComputerName: nameOf(src),
    SrcIP: realAddress(cluster, src),
    DstComputerName: nameOf(dst),
    DstIP: realAddress(cluster, dst),
    Event: clientConstants[`ARMCLAPI_EVENT_${event}`],
    StatusEx: clientConstants[`ARMCLAPI_GROUP_STATUS_${status}`],
  };
}

export function watches(
  state: ClientState,
  conventions: Conventions,
): Readonly<Record<'ArmClientStartWatchFailoverEx' | 'ArmClientCancelWatchFailoverEx', Deed<VbErrorName>>> {
  return {
    ArmClientStartWatchFailoverEx: {
      check(call: ClientCall, handle: number) {
        mustBeOpen(call, state, handle);
      },
      async does(call: ClientCall, handle: number, clusterName: string, groupName: string, ...rest: WatchArguments) {
        const [proc, id, status] = rest;
        const known = clusterNamed(call, clusterName);
        const watched = { ...known, group: groupNamed(call, known, groupName) };
        // The state of this moment and what is told from now on: nothing falls between the two.
        const look = await lookAt(call, known);
        // It may have been terminated while this waited.
        mustBeOpen(call, state, handle);
        id.value = begin(call, state, conventions, handle, watched, proc);
        status.value = statusOf(look, watched.group);
      },
    },
    ArmClientCancelWatchFailoverEx: {
      check(call: ClientCall, id: number) {
        if (!state.watch(id)) call.fail('ARMCLAPI_ERR_INVALID_ID', `no watch has the id ${id}`);
      },
      does(_call: ClientCall, id: number) {
        state.cancel(id);
      },
    },
  };
}

type WatchArguments = [proc: WatchProc, id: Ref, status: Ref];

/** Begins a watch: at each change the application's function is called, and the structure taken away afterwards. */
function begin(
  call: ClientCall,
  state: ClientState,
  conventions: Conventions,
  handle: number,
  watched: KnownGroup,
  proc: WatchProc,
): number {
  const { software, index, group } = watched;
  return state.start(
    handle,
    (sink) => software.watch(index, group, sink),
    async (watch, event, thread) => {
      const info = conventions.structureOf(call.process, infoOf(call, watched, event));
      try {
        await proc(event.id, watch, info, conventions.threadFor(thread));
      } finally {
        info.fill(GONE);
      }
    },
  );
}
