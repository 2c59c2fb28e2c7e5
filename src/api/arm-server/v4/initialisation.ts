/** Initialisation and end (3.1.1), and the name of the cluster (3.1.2.1). */
import { NEVER } from '../../../model/time.js';
import type { Call, Deed, Ref } from '../../facade/call.js';
import { putText } from '../../facade/memory.js';
import { INFINITE } from '../../facade/win32.js';
import type { ErrorName4 } from '../constants.js';
import type { Service4 } from './state.js';

type Call4 = Call<ErrorName4>;

export function initialisation(state: Service4): Readonly<Record<string, Deed<ErrorName4>>> {
  return {
    ArmInitializeApi: {
      connects: true,
      async does(call: Call4, handle: Ref, _version: number, timeout: number) {
        const { service, thread, process } = call;
        const limit = timeout === INFINITE ? NEVER : process.after((timeout >>> 0) * 1000);
        const answers = await thread.until(() => service.standing !== 'starting', limit);
        if (!answers) call.fail('ARMERR_CANNOT_CONNECT', `the cluster service of ${service.machine} does not answer`);
        handle.value = state.open();
      },
    },
    ArmTerminateApi: {
      wrongArgument: 'ARMERR_INVALID_HANDLE',
      check(call: Call4, handle: number) {
        if (!state.has(handle)) call.fail('ARMERR_INVALID_HANDLE', `${handle} is no handle of ArmInitializeApi`);
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
