/** Initialisation and end (3.1.1), and the name of the cluster (3.1.2.1). */
import { NEVER } from '../../../model/time.js';
import type { Call, Deed, Ref } from '../../facade/call.js';
import { putText } from '../../facade/memory.js';
import { INFINITE } from '../../facade/win32.js';
import type { ErrorName4 } from '../constants.js';
import { isClientMachine, loading4, productOf } from '../installed.js';
import { ARMAPI_VERSION, libraryOf } from '../versions.js';
import type { Service4 } from './state.js';

type Call4 = Call<ErrorName4>;

export function initialisation(
  state: Service4,
): Readonly<Record<'ArmInitializeApi' | 'ArmTerminateApi' | 'ArmGetClusterName', Deed<ErrorName4>>> {
  return {
    ArmInitializeApi: {
      connects: true,
      check(call: Call4, _handle: Ref, version: number) {
        mustLoad(call);
        mustMatch(call, version >>> 0);
      },
      async does(call: Call4, handle: Ref, _version: number, timeout: number) {
        const { service, thread, process } = call;
        const seconds = timeout >>> 0;
        const limit = seconds === INFINITE ? NEVER : process.after(seconds * 1000);
        const answers = await thread.until(() => service.standing !== 'starting', limit);
        if (!answers)
          call.fail(
            'ARMERR_CANNOT_CONNECT',
            `the cluster service of ${service.machine} does not run yet after ${seconds} s`,
          );
        handle.value = state.open();
      },
    },
    ArmTerminateApi: {
      wrongArgument: 'ARMERR_INVALID_HANDLE',
      check(call: Call4, handle: number) {
        mustBeOpen(call, state, handle);
      },
      does(_call: Call4, handle: number) {
        state.close(handle);
      },
    },
    ArmGetClusterName: {
      does(call: Call4, buffer: Uint8Array, size: Ref) {
        const { name } = call.cluster;
        if (!putText(call.process, buffer, size, name))
          call.fail('ARMERR_BUFFER_TOO_SMALL', `the name of the cluster takes ${size.value} characters`);
      },
    },
  };
}

/** The handle must be one that ArmInitializeApi gave and ArmTerminateApi has not taken back. */
export function mustBeOpen(call: Call4, state: Service4, handle: number): void {
  if (!state.has(handle)) call.fail('ARMERR_INVALID_HANDLE', `${handle} is no handle of ArmInitializeApi`);
}

/** The DLL must be there. Where it is linked with an import library, the system has seen to that. */
function mustLoad(call: Call4): void {
  const { build, service, machine } = call.process;
  const { dll } = libraryOf[build.kit];
  if (build.kit === '3.0') call.fail('ARMERR_CANNOT_LOAD_DLL', `an application of the kit 3.0 is linked with ${dll}`);
  if (isClientMachine(call.process))
    call.fail('ARMERR_CANNOT_LOAD_DLL', `${machine} is a client: ${dll} is part of the server software`);
  if (loading4(build, service) === 'no-dll')
    call.fail('ARMERR_CANNOT_LOAD_DLL', `product ${productOf(service)} on ${machine} has no ${dll}`);
}

/** The DLL must be one for the application's kit, and the application must say so by its ARMAPI_VERSION. */
function mustMatch(call: Call4, version: number): void {
  const { build, service } = call.process;
  if (build.kit === '3.0') return;
  if (loading4(build, service) === 'version-mismatch')
    call.fail(
      'ARMERR_VERSION_MISMATCH',
      `applications of the kit ${build.kit} do not run on product ${productOf(service)}`,
    );
  if (version !== ARMAPI_VERSION[build.kit])
    call.fail('ARMERR_VERSION_MISMATCH', `0x${hex(version)} is not ARMAPI_VERSION of the kit ${build.kit}`);
}

function hex(version: number): string {
  return version.toString(16).padStart(8, '0');
}
