/** Logical services: those of a primary server (4.1.2.10), and the servers of one (4.1.2.11). */
import type { ClusterDefinition } from '../../../model/definition.js';
import type { Call, Deed, Ref } from '../../facade/call.js';
import { enumerate } from '../../facade/enumerate.js';
import { putList, putText } from '../../facade/memory.js';
import type { Proc } from '../../facade/typed.js';
import type { ErrorName3 } from '../constants.js';
import { definitionOf, nameAt, positionOf } from './definition.js';

type Call3 = Call<ErrorName3>;
type ServiceProc = Proc<[service: string, primary: string, current: string, lParam: number]>;
type Buffer = Uint8Array | null | undefined;

/** The name of the server where a group is; empty for none, and off the cluster, where nobody can tell. */
function currentOf(call: Call3, cluster: ClusterDefinition, group: number): string {
  return nameAt(cluster, call.service.look()?.groups[group]?.server ?? -1);
}

export const services: Readonly<Record<'ArmEnumLogicalService' | 'ArmGetLogicalServiceInfo', Deed<ErrorName3>>> = {
  ArmEnumLogicalService: {
    nullable: ['lpszCurrentServer', 'lpcchCurrentServer'],
    check(call: Call3, _primary: string, current: Buffer, size: Ref | null | undefined) {
      if (current && !size)
        call.fail('ARMERR_INVALID_PARAMETER', 'lpcchCurrentServer is NULL, and lpszCurrentServer is not');
    },
    does(call: Call3, primary: string, current: Buffer, size: Ref | null | undefined, list: Uint8Array, listSize: Ref) {
      const cluster = definitionOf(call);
      const server = positionOf(call, cluster, primary);
      const groups = cluster.groups.flatMap(({ servers }, group) => ((servers[0] as number) === server ? [group] : []));
      const names = groups.flatMap((group) => cluster.groups[group].logicalServices);
      // Ver3.0 has one group for each server; of several the first with a service tells where.
      const told = groups.find((group) => cluster.groups[group].logicalServices.length > 0) ?? groups.at(0);
      const where = told === undefined ? '' : currentOf(call, cluster, told);
      const named = !current || !size || putText(call.process, current, size, where);
      const listed = putList(call.process, list, listSize, [...new Set(names)]);
      if (!named) call.fail('ARMERR_BUFFER_TOO_SMALL', `the name of the current server takes ${size.value} characters`);
      if (!listed) call.fail('ARMERR_BUFFER_TOO_SMALL', `the list of services takes ${listSize.value} characters`);
    },
  },
  ArmGetLogicalServiceInfo: {
    does(call: Call3, service: string, proc: ServiceProc, lParam: number) {
      const cluster = definitionOf(call);
      const items = cluster.groups.flatMap(({ servers, logicalServices }, group) =>
        logicalServices.includes(service)
          ? [[service, nameAt(cluster, servers[0]), currentOf(call, cluster, group), lParam] as const]
          : [],
      );
      if (items.length === 0)
        call.fail('ARMERR_NOT_FOUND', `${cluster.name} has no logical service ${JSON.stringify(service)}`);
      return enumerate(call, 'ARMERR_CANCELLED', items, proc);
    },
  },
};
