/** Servers: their names (3.1.2.2), what is installed on them (3.1.2.4), and their states (3.1.3.1). */
import type { ServerStatusName } from '../../../model/trace.js';
import type { Call, Deed, Ref } from '../../facade/call.js';
import { enumerate } from '../../facade/enumerate.js';
import { mustHold, putStructure } from '../../facade/memory.js';
import type { Proc } from '../../facade/typed.js';
import { constants4, type ErrorName4 } from '../constants.js';
import { installationOf } from '../installed.js';
import { isLocal } from '../lookup.js';
import { structures4 } from '../structures.js';

type Call4 = Call<ErrorName4>;

const { layout: serverInfo } = structures4.ARM_SERVER_INFO;

/** The position of the server of that name. */
function serverOf(call: Call4, name: string): number {
  const server = call.cluster.servers.findIndex((one) => one.name === name);
  if (server < 0) call.fail('ARMERR_SERVER_NOT_FOUND', `${call.cluster.name} has no server ${JSON.stringify(name)}`);
  return server;
}

/** The state of the server that the application runs on, which it knows on and off the cluster. */
function localStatus(call: Call4): readonly ServerStatusName[] {
  const { registered, standing } = call.service;
  if (!registered || standing === 'unregistered') return ['SINGLE_SERVER'];
  return standing === 'member' ? call.look().servers[registered.server] : ['OFF_CLUSTER'];
}

/** A base status and what joins it, as one number. */
function statusBits(names: readonly ServerStatusName[]): number {
  return names.reduce((bits, name) => bits | constants4[`ARM_STATUS_${name}`], 0);
}

export const servers: Readonly<Record<'ArmEnumServer' | 'ArmGetServerInfo' | 'ArmGetServerStatus', Deed<ErrorName4>>> =
  {
    ArmEnumServer: {
      does(call: Call4, proc: Proc<[server: string, lParam: number]>, lParam: number) {
        const items = call.cluster.servers.map(({ name }) => [name, lParam] as const);
        return enumerate(call, 'ARMERR_CANCELLED', items, proc);
      },
    },
    ArmGetServerInfo: {
      asksMembership: true,
      check(call: Call4, _name: string, buffer: Uint8Array) {
        mustHold(call, 'ARMERR_INVALID_PARAMETER', serverInfo, buffer);
      },
      does(call: Call4, name: string, buffer: Uint8Array) {
        if (!isLocal(call.service, name)) {
          call.membership();
          serverOf(call, name);
        }
        const { osVersion, armVersion, homeDirectory } = installationOf(call.service);
        const info = { szOSVersion: osVersion, szARMVersion: armVersion, szHomeDir: homeDirectory };
        putStructure(call.process, serverInfo, buffer, info);
      },
    },
    ArmGetServerStatus: {
      asksMembership: true,
      does(call: Call4, name: string, status: Ref) {
        if (isLocal(call.service, name)) {
          status.value = statusBits(localStatus(call));
          return;
        }
        call.membership();
        status.value = statusBits(call.look().servers[serverOf(call, name)]);
      },
    },
  };
