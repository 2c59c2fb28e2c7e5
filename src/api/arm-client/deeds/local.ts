/** The computer that the application runs on (6.1.10; 7.1.3.24 to 7.1.3.26). */
import type { ClientSoftware } from '../../../cluster/client-software.js';
import type { Deed, Ref } from '../../facade/call.js';
import { clientConstants, type VbErrorName } from '../constants.js';
import type { Conventions } from '../conventions.js';
import { type ClientCall, putNames, softwareOf } from '../lookup.js';

const hostTypes = {
  client: clientConstants.ARMCLAPI_HOSTTYPE_IS_CLIENT,
  server: clientConstants.ARMCLAPI_HOSTTYPE_IS_SERVER,
} as const;

/** A name that only a server of a cluster has. */
function nameOf(
  { char }: Conventions,
  what: string,
  of: (software: ClientSoftware) => string | undefined,
): Deed<VbErrorName> {
  return {
    does(call: ClientCall, buffer: Uint8Array, size: Ref) {
      const software = softwareOf(call);
      const value = software && of(software);
      if (value === undefined)
        call.fail('ARMCLAPI_ERR_NOT_CLUSTER_SERVER', `${call.process.machine} is no server of a cluster`);
      putNames(call, char, { what, value, buffer, size });
    },
  };
}

export function local(
  conventions: Conventions,
): Readonly<
  Record<'ArmClientCheckClusterServer' | 'ArmClientGetServerName' | 'ArmClientGetClusterName', Deed<VbErrorName>>
> {
  return {
    ArmClientCheckClusterServer: {
      does(call: ClientCall, hostType: Ref) {
        const software = softwareOf(call);
        hostType.value = software ? hostTypes[software.host] : clientConstants.ARMCLAPI_HOSTTYPE_IS_NONE;
      },
    },
    ArmClientGetServerName: nameOf(conventions, 'server', ({ server }) => server),
    ArmClientGetClusterName: nameOf(conventions, 'cluster', (software) =>
      software.local === undefined ? undefined : software.clusters[software.local].name,
    ),
  };
}
