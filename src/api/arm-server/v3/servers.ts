/** Servers: their names (4.1.2.2), what is installed on them (4.1.2.4), and their states (4.1.3.1). */
import type { ServerStatusName } from '../../../model/trace.js';
import type { Call, Deed, Ref } from '../../facade/call.js';
import { enumerate } from '../../facade/enumerate.js';
import { mustHold, putStructure } from '../../facade/memory.js';
import type { Proc } from '../../facade/typed.js';
import { constants3, type ErrorName3 } from '../constants.js';
import { installationOf } from '../installed.js';
import { isLocal } from '../lookup.js';
import { structures3 } from '../structures.js';
import { definitionOf, positionOf, serverNamed } from './definition.js';

type Call3 = Call<ErrorName3>;

const { layout: serverInfo } = structures3.ARM_SERVER_INFO;

/** The members of ARM_SERVER_INFO that are not used (4.2.1). */
const unused = {
  nPublicLan: 0,
  PublicLAN: Array.from({ length: constants3.MAX_PUBLICLAN }, () => 0),
  nInterConnect: 0,
  InterConnect: Array.from({ length: constants3.MAX_INTERCONNECT }, () => ''),
  ClusterServerPortNo: 0,
  MonitorWatcherPortNo: 0,
  TimeSyncPortNo: 0,
  ClientServicePortNo: 0,
};

/** The state of a server: of the local one always, of others as far as this server is a member. */
function statusOf(call: Call3, name: string): readonly ServerStatusName[] {
  const { registered, machine } = call.service;
  const look = call.service.look();
  if (!registered) return ['SINGLE_SERVER'];
  if (look) return look.servers[positionOf(call, registered.cluster, name)];
  if (name === machine) return ['OFF_CLUSTER'];
  return call.fail('ARMERR_COMM_ERROR', `${machine} is off the cluster and hears nothing of ${name}`);
}

export const servers: Readonly<Record<'ArmEnumServer' | 'ArmGetServerInfo' | 'ArmGetServerStatus', Deed<ErrorName3>>> =
  {
    ArmEnumServer: {
      does(call: Call3, proc: Proc<[server: string, lParam: number]>, lParam: number) {
        const items = definitionOf(call).servers.map(({ name }) => [name, lParam] as const);
        return enumerate(call, 'ARMERR_CANCELLED', items, proc);
      },
    },
    ArmGetServerInfo: {
      check(call: Call3, _name: string, buffer: Uint8Array) {
        mustHold(call, 'ARMERR_INVALID_PARAMETER', serverInfo, buffer);
      },
      does(call: Call3, name: string, buffer: Uint8Array) {
        const cluster = definitionOf(call);
        if (!isLocal(call.service, name)) positionOf(call, cluster, name);
        const { osVersion, armVersion, homeDirectory } = installationOf(call.service);
        const info = { OSVersion: osVersion, HomeDir: homeDirectory, ARMVersion: armVersion, ...unused };
        putStructure(call.process, serverInfo, buffer, info);
      },
    },
    ArmGetServerStatus: {
      does(call: Call3, name: string, status: Ref) {
        const names = statusOf(call, serverNamed(call, name));
        status.value = names.reduce((bits, each) => bits | constants3[`ARM_STATUS_${each}`], 0);
      },
    },
  };
